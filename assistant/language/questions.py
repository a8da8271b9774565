"""Questions of fact: a topic × what it is asked of.

A clause is reduced to its bones: films, and words that point at them, become "_", people "@",
fillers go, contractions are spelled out. What is left is looked up in the phrases of each topic
(lexicon/questions.toml). A line is parted into clauses, so that what else it says ("loved it, who
made it?") is understood by whoever understands such things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from assistant.language.clauses import (
    FILM,
    PERSON,
    WEAK,
    Bone,
    Clause,
    Clauses,
    kind_asked,
    phrases_of_topics,
)
from assistant.language.lexicon import plain_words, words_of
from assistant.language.meaning.roles import RoleReader
from assistant.language.remarks import question_of
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.links import Link
from assistant.language.utterance import (
    Asked,
    Context,
    FactQuestion,
    Span,
    Topic,
    Utterance,
    blanked,
)
from assistant.language.wishes import age_in, mood_in, most_of
from assistant.language.words import Word, words
from core.data.facts import Fact, FilmFacts
from core.model.tagger import NAME

_LONGEST: Final = 60
"""Words of the longest line that is looked at: who tells a diary asks nothing of it."""
_THING: Final = 3
"""Most words of a thing that a film may hold."""
_OUTRIGHT: Final = (
    Topic.TRAILER,
    Topic.FILMS,
    Topic.BETTER,
    Topic.WORTH,
    Topic.WHY_NOT,
    Topic.START,
    Topic.HAS,
)
"""Topics that may be asked in the words of a wish: "show me the trailer", "would I like it?"."""
_OF_PEOPLE: Final = (Topic.FILMS,)
_WEIGHED: Final = (Topic.BETTER, Topic.MOST)
"""Topics of several films at once, which may be named before: "Alien or Heat, which is longer?"."""
_BOUNDED: Final = (Topic.YEAR, Topic.LENGTH)
"""Topics of numbers that may be asked for within bounds: "is it from the 60s?"."""

_SURELY_ASKS: Final = 0.85
"""Probability from which a clause asks that does not begin or end as a question does."""
_A_SENTENCE: Final = 3
"""Words of a clause that what was learned is asked of, titles aside."""
_ASIDE: Final = 3
"""Words that may round off a clause that is no sentence."""
_ROLE: Final = "role"
_COUNTS: Final = frozenset(("1", "ones"))
"""Nouns that may count something else: "in one line"."""


_TOLD: Final = frozenset(("is", "was", "are", "were"))
"""A clause that holds one of these tells something of its topic."""


class Questions:
    """Finds questions of fact about films and people of a catalogue. Thread-safe."""

    def __init__(
        self,
        index: TitleIndex,
        facts: FilmFacts,
        understand: Callable[[str], Utterance],
        roles: RoleReader,
    ) -> None:
        """`understand` tells what a wish for films is: what can be wished for can be asked of."""
        self._understand = understand
        self._reader = roles
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
        asked = list(self._each(text, found, links, context))
        questions = [question for _, some in asked for question in some]
        if not questions:
            return None
        spans = tuple(Span(*span) for span in _spans_in(asked))
        bones = [bone for clause, some in asked if some for bone in clause.bones]
        named, rest = _named_in(bones), blanked(text, spans)
        return Asked(tuple(questions), named, _picked_in(bones), rest, spans)

    def _each(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> Iterator[tuple[Clause, list[FactQuestion]]]:
        """The clauses of a line, and what each of them asks."""
        before: tuple[int, ...] = ()
        for clause in self._clauses.of(text, found, links, context):
            asked = self._of_clause(clause, before, context)
            before = clause.films() or before
            if all(one.topic is Topic.WORTH for one in asked):
                # "The second one looks good, but is it sad?"
                asked = self._learned(text, clause, before, context) or asked
            if asked and asked[0].topic is Topic.HAS:
                yield replace(clause, end=clause.end_of_films(found)), asked
            else:
                yield clause, asked

    def _learned(
        self, text: str, clause: Clause, before: tuple[int, ...], context: Context
    ) -> list[FactQuestion]:
        """What a clause asks by what was learned, where no phrase tells; none or one."""
        said = _masked(text, clause)
        found = words(said)
        last = context.shown if context.named is None else (context.named,)
        films, roles = clause.films() or before, self._reader.read(said, found)
        said_so = clause.asks or roles.acts["ask"] > _SURELY_ASKS
        if len(found) < _A_SENTENCE or not said_so:  # "what about Heat?"
            return []
        asked = question_of(roles, found, films, last, clause.people())
        return [] if asked is None else [asked]

    # ---- what a clause asks

    def _of_clause(
        self, clause: Clause, before: tuple[int, ...], context: Context
    ) -> list[FactQuestion]:
        """The questions of one clause; `before` are the films that the line named before it."""
        if most := most_of(clause, before if len(before) > 1 else context.shown):
            return [most]
        if clause.asks_for_films and (films := clause.films() or before):
            return [FactQuestion(Topic.HAS, films)]
        topics, beside, covered = _heard(clause)
        alone = _stands_alone(clause, topics, beside, follows=bool(before))
        headed = topics[:1] != [Topic.WORTH] and _is_heading(clause, covered, beside)
        if not (clause.asks or alone or headed):  # "a good western, but not Unforgiven"
            return []
        return self._of_topics(topics, clause, before, context, alone=alone)

    def _of_topics(
        self,
        topics: list[Topic],
        clause: Clause,
        before: tuple[int, ...],
        context: Context,
        *,
        alone: bool,
    ) -> list[FactQuestion]:
        """The questions of a clause that names these topics; `alone`: it is nothing else."""
        people = clause.people()
        films = clause.films() or self._meant(clause, before, context, alone=alone)
        if Topic.BETTER in topics and clause.weighs_all:  # "which of the two is better?"
            films = before = context.shown
        topics = _chosen(topics, clause, bool(people), among=len(before))
        wishes = _wishes(clause, _heard(clause)[1])
        topics = _outright(topics, clause) if wishes else topics
        found = (self._question(topic, films, people, clause, context) for topic in topics)
        questions = list(filter(None, found))
        if questions or wishes:
            return questions
        return self._of_no_topic(clause, films, before, context)

    def _of_no_topic(
        self, clause: Clause, films: tuple[int, ...], before: tuple[int, ...], context: Context
    ) -> list[FactQuestion]:
        """What a clause asks that names no topic; none or one."""
        # "the second one, is there a happy ending?"
        set_off = before if set(before) <= set(context.shown) and not clause.people() else ()
        films = films or set_off
        if not films or not clause.asks:
            return []
        if age := age_in([bone.text for bone in clause.bones]):
            return [FactQuestion(Topic.AGE, films, detail=age)]
        if told := self._yes_or_no(clause):
            return [replace(told, films=films, people=clause.people())]
        return _of_the_table(clause, films, context, set_off=bool(set_off))

    def _question(
        self,
        topic: Topic,
        films: tuple[int, ...],
        people: tuple[int, ...],
        clause: Clause,
        context: Context,
    ) -> FactQuestion | None:
        """One topic of these films or people; None where it is of neither."""
        if topic is Topic.START:
            return FactQuestion(topic)
        if topic in _BOUNDED and (bounds := self._bounds(clause)):
            return replace(bounds, films=films)
        if topic in _OF_PEOPLE:
            return FactQuestion(topic, people=people) if people else None
        if not films or self._is_shown(topic, films, context):
            return None
        return FactQuestion(topic, films, people, self._detail(topic, clause))

    def _bounds(self, clause: Clause) -> FactQuestion | None:
        """A yes-or-no question whether a number of a film lies within bounds; None for another."""
        texts = [bone.text for bone in clause.bones]
        if texts[0] not in words_of("yes_or_no") or texts[0] == "how":
            return None
        kind: FactQuestion | None = kind_asked(texts, self._understand)
        return kind if kind is not None and kind.limits else None

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
            return age_in([bone.text for bone in clause.bones])
        fact = {Topic.LANGUAGE: Fact.LANGUAGE, Topic.COUNTRY: Fact.COUNTRY}.get(topic)
        return "" if fact is None else self._named(fact, clause)

    def _yes_or_no(self, clause: Clause) -> FactQuestion | None:
        """A question that names what it asks for: somebody, a mood, a language, a thing."""
        texts = [bone.text for bone in clause.bones]
        if texts[0] == "who":  # "who was the girl in Léon?"
            return FactQuestion(Topic.CAST, detail=_ROLE) if texts[-2:] == ["in", FILM] else None
        if texts[0] not in words_of("yes_or_no") and not (clause.confirms or clause.compares):
            return None
        if (mood := self._how(texts)) is not None:
            return mood
        return None if texts[0] == "how" else self._property(clause, texts)

    def _property(self, clause: Clause, texts: Sequence[str]) -> FactQuestion | None:
        """A question of what films can be wished for by, or of what the facts have a name for."""
        kind: FactQuestion | None = kind_asked(texts, self._understand)
        if kind is not None and kind.limits:
            return kind
        if not words_of("settings").isdisjoint(texts):
            return self._set_in(clause)
        return self._named_fact(clause, texts) or kind or self._keyword(clause)

    def _named_fact(self, clause: Clause, texts: Sequence[str]) -> FactQuestion | None:
        """A question of a language, country or finer genre that the facts have a name for."""
        for topic, fact in (
            (Topic.LANGUAGE, Fact.LANGUAGE),
            (Topic.COUNTRY, Fact.COUNTRY),
            (Topic.GENRE, Fact.GENRE),
        ):
            spoken = topic is not Topic.LANGUAGE or not {"in", "speak"}.isdisjoint(texts)
            if spoken and (name := self._named(fact, clause)):
                return FactQuestion(topic, detail=name, besides=_turned(texts))
        return None

    def _keyword(self, clause: Clause) -> FactQuestion | None:
        """A question of a thing that the facts have a name for."""
        name = self._named(Fact.KEYWORD, clause)
        return FactQuestion(Topic.KEYWORD, detail=name) if name else None

    def _set_in(self, clause: Clause) -> FactQuestion | None:
        """A question of the place where a film is set."""
        place = self._named(Fact.COUNTRY, clause) or self._named(Fact.KEYWORD, clause)
        turned = _turned([bone.text for bone in clause.bones])
        return FactQuestion(Topic.SETTING, detail=place, besides=turned) if place else None

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


def _masked(text: str, clause: Clause) -> str:
    """A clause with one sign for each title."""
    said = text[: clause.end]
    for start, end in reversed([bone.span for bone in clause.bones if bone.films]):
        said = f"{said[:start]}{NAME}{said[end:]}" if end else said
    return said[clause.start :]


def _turned(texts: Sequence[str]) -> bool:
    """Whether anything but what is named is asked for: "outside America"."""
    return not words_of("outside").isdisjoint(texts)


def _outright(topics: Sequence[Topic], clause: Clause) -> list[Topic]:
    """The topics that are asked for in the words of a wish: "more like Alien or Heat" weighs
    neither.
    """
    weighs = clause.compares or clause.bones[0].text in words_of("yes_or_no") | {"should"}
    return [
        topic for topic in topics if topic in _OUTRIGHT and (weighs or topic is not Topic.BETTER)
    ]


def _spans_in(asked: Sequence[tuple[Clause, list[FactQuestion]]]) -> Iterator[tuple[int, int]]:
    """Characters of all questions of a line, and of the films ahead of one that it is asked of:
    "Alien or Heat, which is better for me?", "the second one, is it sad?".
    """
    listed, set_off = (0, 0), None
    for clause, questions in asked:
        if not questions:
            listed = (clause.start, clause.end)
            set_off = listed if all(bone.place >= 0 for bone in clause.bones) else None
            continue
        if questions[0].topic in _WEIGHED and not clause.films():
            yield listed
        if set_off is not None:
            yield set_off
        yield from _spans_of(questions, clause)
        set_off = None


def _spans_of(asked: Sequence[FactQuestion], clause: Clause) -> list[tuple[int, int]]:
    """Characters that a question takes of the line: what else a clause wishes for stays."""
    _, beside, covered = _heard(clause)
    if asked[0].topic is not Topic.START or not _wishes(clause, beside):
        return [(clause.start, clause.end)]
    return [clause.bones[at].span for at in sorted(covered)]


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


def _heard(clause: Clause) -> tuple[list[Topic], set[str], set[int]]:
    """Topics that a clause names, the words beside them, and the places of the words of topics."""
    phrases = [
        phrase
        for phrase in phrases_of_topics().find(clause.words)
        if not (phrase.meaning is Topic.WORTH and _is_attribute(clause, phrase.last))
    ]
    topics = [
        topic
        for topic in dict.fromkeys(phrase.meaning for phrase in phrases)
        if topic is not Topic.HAS
    ]
    covered = {at for phrase in phrases for at in range(phrase.first, phrase.last)}
    beside = {bone.text for at, bone in enumerate(clause.bones) if at not in covered}
    return list(topics), beside - {FILM, PERSON}, covered


def _is_attribute(clause: Clause, last: int) -> bool:
    """Whether a word before a place belongs to the noun behind it: "any good films about …"."""
    behind = [bone.text for bone in clause.bones[last : last + 1]]
    return not (clause.is_predication or words_of("nouns").isdisjoint(behind))


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
