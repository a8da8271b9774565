"""Questions of fact: a topic × what it is asked of.

A clause is reduced to its bones: films, and words that point at them, become "_", people "@",
fillers go, contractions are spelled out. What is left is looked up in the phrases of each topic
(lexicon/questions.toml). A line is parted into clauses, so that what else it says ("loved it, who
made it?") is understood by whoever understands such things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from assistant.language.clauses import (
    FILM,
    PERSON,
    WEAK,
    Bone,
    Clause,
    Clauses,
    is_measure,
    is_mood,
    mood_in,
    phrases_of_topics,
    plain_words,
    superlative,
    words_of,
)
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.links import Link
from assistant.language.utterance import (
    Act,
    Context,
    FactQuestion,
    MovieMention,
    Span,
    Topic,
    Utterance,
)
from assistant.language.words import Word
from core.data.facts import Fact, FilmFacts

_LONGEST: Final = 60
"""Words of the longest line that is looked at: who tells a diary asks nothing of it."""
_TITLE: Final = 8
"""Most words of a title that only its place tells: longer ones are found without."""
_SOMEWHAT_KNOWN: Final = 20
"""Ratings from which an ordinary word may be a title where only its place says so."""
_THING: Final = 3
"""Most words of a thing that a film may hold."""
_OUTRIGHT: Final = (Topic.TRAILER, Topic.FILMS, Topic.BETTER, Topic.WORTH, Topic.WHY_NOT, Topic.HAS)
"""Topics that may be asked in the words of a wish: "show me the trailer", "would I like it?"."""
_OF_PEOPLE: Final = (Topic.FILMS,)

_TODDLER: Final = "3"
"""Years of a toddler."""
_ASIDE: Final = 3
"""Words that may round off a clause that is no sentence."""
_ROLE: Final = "role"
_OPENING: Final = 2
"""Words that may lead to a question: "Great!", "oh nice"."""
_COUNTS: Final = frozenset(("1", "ones"))
"""Nouns that may count something else: "in one line"."""


_TOLD: Final = frozenset(("is", "was", "are", "were"))
"""A clause that holds one of these tells something of its topic."""


class Asked(NamedTuple):
    """The questions of a line."""

    questions: tuple[FactQuestion, ...]
    named: tuple[tuple[int, int, int], ...]
    """First character, one past the last, and token of each film that they name."""
    picks: tuple[int, ...]
    """Places of the films on the table that they point at."""
    rest: str
    """The text without them, as long as before."""

    begins: int
    """The first character of the first of them."""

    @property
    def films(self) -> tuple[int, ...]:
        """Tokens of the films that they are about."""
        return tuple(dict.fromkeys(token for one in self.questions for token in one.films))

    def context(self, context: Context) -> Context:
        """What the rest of the line may point back at: "do you know Heat? loved it"."""
        meant = self.films if len(self.films) == 1 else ()
        named = meant[0] if meant else context.named
        return replace(context, asked=None, named=named, untold=meant or context.untold)

    def with_rest(self, text: str, rest: Utterance) -> Utterance:
        """The line; what else it says counts if it tells tastes or wishes."""
        if self._only_opens(rest):
            rest = replace(rest, act=Act.AGREE, movies=())
        if rest.wishes or rest.act is Act.REACT or _judges(rest):
            spans = tuple(Span(start, end) for start, end, _ in self.named)
            return replace(rest, text=text, questions=self.questions, asked_of=spans)
        movies = {
            token: MovieMention(Span(start, end), token, 0.0, "asked about", idle=True)
            for start, end, token in self.named
        }
        if not movies and not self.picks and len(self.films) == 1:
            (token,) = self.films
            movies[token] = MovieMention(Span(0, len(text)), token, 0.0, "just named", idle=True)
        named = tuple(movies.values())
        return Utterance(text, Act.ASK, named, picks=self.picks, questions=self.questions)

    def _only_opens(self, rest: Utterance) -> bool:
        """Whether what else is said only leads to the question: "Perfect. What's it about?"."""
        before = self.rest[: self.begins].split()
        praises = (rest.strength or 0) > 0 or all(one.strength > 0 for one in rest.movies)
        return (
            praises
            and 0 < len(before) <= _OPENING
            and not (rest.picks or rest.wishes or self.rest[self.begins :].strip(" .,!?"))
            and all(movie.rule == "just named" for movie in rest.movies)
        )


class Questions:
    """Finds questions of fact about films and people of a catalogue. Thread-safe."""

    def __init__(self, index: TitleIndex, facts: FilmFacts) -> None:
        self._catalogue = index.catalogue
        self._index = index
        self._facts = facts
        self._clauses = Clauses(index.catalogue, facts)

    def asked(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> Asked | None:
        """The questions of a line; None for a line that asks nothing of the kind.

        Args:
            text: the line.
            found: its words.
            links: the titles in it, in order.
            context: what it may point back at.
        """
        if len(found) > _LONGEST:
            return None
        questions: list[FactQuestion] = []
        spans: list[tuple[int, int]] = []
        bones: list[Bone] = []
        before: tuple[int, ...] = ()
        listed = (0, 0)
        set_off: Clause | None = None  # "the second one, is it sad?"
        for parted in self._clauses.of(text, found, links, context):
            clause, meant = parted, parted.films() or before
            asked = self._of_clause(clause, before, context)
            if not asked:
                clause, asked = self._with_a_title(clause, found, context)
                meant = clause.films() or meant
            before = meant
            if asked and asked[0].topic is Topic.HAS:
                clause = replace(clause, end=_end_of_films(clause, found))
            span = (clause.start, clause.end)
            if not asked:
                listed = span
                set_off = clause if all(bone.place >= 0 for bone in clause.bones) else None
                continue
            if asked[0].topic is Topic.BETTER and not clause.films():
                spans.append(listed)  # "Alien or Heat, which is better for me?"
            questions += asked
            spans += [(one.start, one.end) for one in (set_off, clause) if one is not None]
            set_off = None
            bones += clause.bones
        if not questions:
            return None
        begins = min(start for start, _ in spans)
        rest = _without(text, spans)
        return Asked(tuple(questions), _named_in(bones), _picked_in(bones), rest, begins)

    def _with_a_title(
        self, clause: Clause, found: Sequence[Word], context: Context
    ) -> tuple[Clause, list[FactQuestion]]:
        """A clause whose words are a title where a question of fact leaves room for one alone.

        "when did Fear come out": the linker takes no ordinary word for a title, but nothing else
        can stand there.
        """
        may_ask = clause.asks or clause.opens
        if not may_ask or clause.has(FILM) or clause.has(PERSON):
            return clause, []
        first, last = clause.range
        for size in range(min(_TITLE, last - first), 0, -1):
            for at in range(first, last - size + 1):
                bone = self._titled(found, at, at + size)
                if bone is None:
                    continue
                bones = self._clauses.bones(found, clause.range, {at: (at + size, bone)})
                guess = replace(clause, bones=tuple(bones))
                if guess.is_complete and (asked := self._of_clause(guess, (), context)):
                    return guess, asked
        return clause, []

    def _titled(self, found: Sequence[Word], first: int, last: int) -> Bone | None:
        """What stands for the film that words are the title of; None where they are none."""
        key = self._index.key_of(" ".join(word.text for word in found[first:last]))
        forms = () if key is None else self._index.forms(key)
        rows = [form.row for form in forms if self._index.renown[form.row] >= _SOMEWHAT_KNOWN]
        if not rows:
            return None
        span = (found[first].start, found[last - 1].end)
        return Bone(FILM, films=(self._catalogue.movie_token(rows[0]),), span=span)

    # ---- what a clause asks

    def _of_clause(
        self, clause: Clause, before: tuple[int, ...], context: Context
    ) -> list[FactQuestion]:
        """The questions of one clause; `before` are the films that the line named before it."""
        if most := _most_of(clause, context.shown):
            return [most]
        if _asks_for_films(clause) and (films := clause.films() or before):
            return [FactQuestion(Topic.HAS, films)]
        topics, beside, covered = _heard(clause)
        topics = [topic for topic in topics if topic is not Topic.HAS]
        alone = _stands_alone(clause, topics, beside, follows=bool(before))
        if not (clause.asks or alone or _is_heading(clause, covered, beside)):
            return []
        people = clause.people()
        films = clause.films() or self._meant(clause, before, context, alone=alone)
        if Topic.BETTER in topics and clause.weighs_all:  # "which of the two is better?"
            films = before = context.shown
        topics = _chosen(topics, clause, bool(people), among=len(before))
        wishes = _wishes(clause, beside)
        topics = [topic for topic in topics if topic in _OUTRIGHT] if wishes else topics
        found = (self._question(topic, films, people, clause, context) for topic in topics)
        questions = list(filter(None, found))
        if questions or wishes:
            return questions
        # "the second one, is there a happy ending?"
        set_off = before if set(before) <= set(context.shown) and not people else ()
        return self._of_no_topic(clause, films or set_off, context, set_off=bool(set_off))

    def _of_no_topic(
        self, clause: Clause, films: tuple[int, ...], context: Context, *, set_off: bool
    ) -> list[FactQuestion]:
        """What a clause asks that names no topic; none or one."""
        if not films or not clause.asks:
            return []
        if age := _age_in([bone.text for bone in clause.bones]):
            return [FactQuestion(Topic.AGE, films, detail=age)]
        if told := self._yes_or_no(clause):
            return [replace(told, films=films, people=clause.people())]
        return _of_the_table(clause, films, context, set_off=set_off)

    def _question(
        self,
        topic: Topic,
        films: tuple[int, ...],
        people: tuple[int, ...],
        clause: Clause,
        context: Context,
    ) -> FactQuestion | None:
        """One topic of these films or people; None where it is of neither."""
        if topic in _OF_PEOPLE:
            return FactQuestion(topic, people=people) if people else None
        if not films or self._is_shown(topic, films, context):
            return None
        return FactQuestion(topic, films, people, self._detail(topic, clause))

    def _meant(
        self, clause: Clause, before: tuple[int, ...], context: Context, *, alone: bool
    ) -> tuple[int, ...]:
        """The films that a clause without names means; `alone`: it is nothing but a topic."""
        if not clause.has(FILM) and not alone:
            return ()
        if before:
            return before
        many = any(bone.is_plural for bone in clause.bones)
        return context.shown if many or context.named is None else (context.named,)

    def _is_shown(self, topic: Topic, films: Sequence[int], context: Context) -> bool:
        """Whether "why not" is asked of a film that was shown: its score tells more."""
        return topic is Topic.WHY_NOT and not set(films).isdisjoint(context.shown)

    def _detail(self, topic: Topic, clause: Clause) -> str:
        """What a question of language, country or age asks for, where it names one."""
        if topic is Topic.AGE:
            return _age_in([bone.text for bone in clause.bones])
        fact = {Topic.LANGUAGE: Fact.LANGUAGE, Topic.COUNTRY: Fact.COUNTRY}.get(topic)
        return "" if fact is None else self._named(fact, clause)

    def _yes_or_no(self, clause: Clause) -> FactQuestion | None:
        """A question that names what it asks for: somebody, a mood, a language, a thing."""
        texts = [bone.text for bone in clause.bones]
        if texts[0] == "who":  # "who was the girl in Léon?"
            return FactQuestion(Topic.CAST, detail=_ROLE) if texts[-2:] == ["in", FILM] else None
        if texts[0] not in words_of("yes_or_no") and not clause.confirms:
            return None
        if (mood := self._how(texts)) is not None:
            return mood
        if texts[0] == "how":
            return None
        for topic, fact in (
            (Topic.LANGUAGE, Fact.LANGUAGE),
            (Topic.COUNTRY, Fact.COUNTRY),
            (Topic.GENRE, Fact.GENRE),
            (Topic.KEYWORD, Fact.KEYWORD),
        ):
            spoken = topic is not Topic.LANGUAGE or not {"in", "speak"}.isdisjoint(texts)
            if spoken and (name := self._named(fact, clause)):
                return FactQuestion(topic, detail=name)
        return None

    def _how(self, texts: Sequence[str]) -> FactQuestion | None:
        """A question how a film is, or which of two things: "violent", "gory or more slow"."""
        at = texts.index("or") if "or" in texts else len(texts)
        one, other = mood_in(texts[:at]), mood_in(texts[at + 1 :])
        if one and other:
            instead = other if one != other else ""
            return FactQuestion(Topic.MOOD, detail=one, instead=instead)
        return FactQuestion(Topic.MOOD, detail=one or other) if one or other else None

    def _named(self, fact: Fact, clause: Clause) -> str:
        """The longest value of a fact that a clause names; "" for none."""
        texts = [bone.text for bone in clause.bones]
        names = self._facts.names(fact)
        for size in range(_THING, 0, -1):
            for at in range(len(texts) - size + 1):
                said = texts[at : at + size]
                if size == 1 and (said[0] in plain_words() or len(said[0]) < _THING):
                    continue
                if FILM not in said and names.find(" ".join(said)):
                    return " ".join(said)
        return ""


def _asks_for_films(clause: Clause) -> bool:
    """Whether a clause asks if a film is here, or to be shown it, and nothing else of it: "do you
    have Heat or something like it?".
    """
    for phrase in phrases_of_topics().find(clause.words):
        rest = [bone.text for bone in clause.bones[phrase.last :] if bone.text != FILM]
        if phrase.meaning is Topic.HAS:
            return phrase.first == 0 and rest[:1] in ([], ["or"])
    return False


def _end_of_films(clause: Clause, found: Sequence[Word]) -> int:
    """Where a clause goes on behind the films in it: "… or something like it"; else its end."""
    named = max(bone.span[1] for bone in clause.bones if bone.text == FILM)
    goes_on = (word.start for word in found[slice(*clause.range)] if word.text == "or")
    return next((start for start in goes_on if start >= named), clause.end)


def _picked_in(bones: Sequence[Bone]) -> tuple[int, ...]:
    """Places of the films on the table that are pointed at."""
    return tuple(bone.place for bone in bones if bone.place >= 0)


def _named_in(bones: Sequence[Bone]) -> tuple[tuple[int, int, int], ...]:
    """First character, one past the last, and token of each film that is named."""
    named = (bone for bone in bones if bone.place < 0 and bone.films and not bone.refers_back)
    return tuple((*bone.span, bone.films[0]) for bone in named)


def _of_the_table(
    clause: Clause, films: tuple[int, ...], context: Context, *, set_off: bool
) -> list[FactQuestion]:
    """A question about films that are pointed at, whatever it asks; none or one.

    "Is the first one confusing?" praises nothing, and asks for no films.
    """
    # behind "the second one," an "it" is that film
    points = set_off or clause.points or (len(context.shown) == 1 and clause.has(FILM))
    if not (points and set(films) <= set(context.shown) and clause.asks_of_it):
        return []
    texts = [bone.text for bone in clause.bones]
    if not words_of("children").isdisjoint(texts):
        return [FactQuestion(Topic.AGE, films)]
    if thing := clause.thing_in_it:
        return [FactQuestion(Topic.KEYWORD, films, detail=thing)]
    return [FactQuestion(Topic.OTHER, films, detail=clause.said_of_it)]


def _age_in(texts: Sequence[str]) -> str:
    """How old somebody is for whom a clause asks, as a number; "" where it does not say."""
    for at, word in enumerate(texts):
        behind = texts[at + 1] if at + 1 < len(texts) else ""
        if word.isdecimal() and behind in words_of("ages"):
            return word
    if not words_of("toddlers").isdisjoint(texts):
        return _TODDLER
    numbers = [word for word in texts if word.isdecimal()]
    about = not words_of("children").isdisjoint(texts)
    return numbers[-1] if numbers and about else ""


def _most_of(clause: Clause, shown: tuple[int, ...]) -> FactQuestion | None:
    """A question which of the films on the table is the most so: "which is the saddest?"."""
    if len(shown) < 2 or not clause.compares:
        return None
    texts = [bone.text for bone in clause.bones]
    pointed, detail = clause.films(), superlative(texts)
    if not detail or not set(pointed) <= set(shown) or _is_of_a_topic(clause, detail):
        return None
    films = pointed if len(pointed) > 1 else shown
    return FactQuestion(Topic.MOST, films, detail=detail, least="least" in texts)


def _is_of_a_topic(clause: Clause, detail: str) -> bool:
    """Whether a comparison is of something that has a topic of its own."""
    told = {phrase.meaning for phrase in phrases_of_topics().find(clause.words)} - set(WEAK)
    return bool(told) and not (is_mood(detail) or is_measure(detail))


def _heard(clause: Clause) -> tuple[list[Topic], set[str], set[int]]:
    """Topics that a clause names, the words beside them, and the places of the words of topics."""
    phrases = phrases_of_topics().find(clause.words)
    topics = list(dict.fromkeys(phrase.meaning for phrase in phrases))
    covered = {at for phrase in phrases for at in range(phrase.first, phrase.last)}
    beside = {bone.text for at, bone in enumerate(clause.bones) if at not in covered}
    return topics, beside - {FILM, PERSON}, covered


def _stands_alone(clause: Clause, topics: list[Topic], beside: set[str], *, follows: bool) -> bool:
    """Whether a clause is nothing but a topic, or confirms what the one before asked."""
    only_topics = bool(topics) and beside <= words_of("glue")
    confirms = follows and clause.confirms
    is_weak = set(topics) <= set(WEAK) and not clause.asks
    return (only_topics or confirms) and not is_weak


def _wishes(clause: Clause, beside: set[str]) -> bool:
    """Whether a clause asks for films rather than of them."""
    nouns = frozenset() if clause.is_predication else words_of("nouns") - _COUNTS
    requests = words_of("requests")
    if (clause.is_predication or clause.is_of_the_table) and "than" not in beside:
        requests -= words_of("amounts")  # "is it more funny or sad?"
    return not beside.isdisjoint(requests | nouns)


def _is_heading(clause: Clause, covered: set[int], beside: set[str]) -> bool:
    """Whether a clause begins with a topic and tells nothing of it: "plot of Dogtooth in short"."""
    told = not beside.isdisjoint(_TOLD) or len(beside) > _ASIDE
    return 0 in covered and clause.has(FILM) and not told


def _chosen(
    topics: list[Topic], clause: Clause, has_people: bool, *, among: int = 0
) -> list[Topic]:
    """The topics that a clause asks of: weaker ones yield to others.

    `among` so many films were named before it.
    """
    if Topic.WHY_NOT in topics:
        return [Topic.WHY_NOT]
    if Topic.BETTER in topics and (_films_named(clause) or among) > 1:
        return [Topic.BETTER]
    of_film = clause.has(FILM)
    if has_people and of_film and clause.bones[0].text not in ("who", "what", "which"):
        return [Topic.PLAYS]
    return _strongest(topics, only_people=has_people and not of_film)


def _strongest(topics: list[Topic], *, only_people: bool) -> list[Topic]:
    """Topics that are not weak, or the first; only those of people where nothing else is named."""
    people = [topic for topic in topics if topic in _OF_PEOPLE]
    left: list[Topic] = [*people] if only_people else topics
    left = [topic for topic in left if topic is not Topic.BETTER]
    return list(filter(lambda topic: topic not in WEAK, left)) or left[:1]


def _films_named(clause: Clause) -> int:
    return sum(bone.text == FILM and bool(bone.films) for bone in clause.bones)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these characters blank."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _judges(utterance: Utterance) -> bool:
    return any(movie.strength for movie in _told(utterance))


def _told(utterance: Utterance) -> tuple[MovieMention, ...]:
    """Films with a verdict of the person's; a title alone is none."""
    return tuple(
        movie for movie in utterance.movies if not movie.idle and "alone" not in movie.rule
    )
