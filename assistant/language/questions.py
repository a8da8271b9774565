"""Questions of fact: a topic × what it is asked of.

A clause is reduced to its bones: films, and words that point at them, become "_", people "@",
fillers go, contractions are spelled out. What is left is looked up in the phrases of each topic
(lexicon/questions.toml). A line is parted into clauses, so that what else it says ("loved it, who
made it?") is understood by whoever understands such things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final, NamedTuple

from assistant.language import acts
from assistant.language.lexicon import table
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.links import Link
from assistant.language.utterance import Context, Question, Topic
from assistant.language.words import PhraseBook, Word, fold, spelled_out, text_at
from core.catalogue import Catalogue
from core.data.facts import Fact, FilmFacts

FILM, PERSON = "_", "@"
"""What stands for a film, and for a person."""
_PARTS: Final = re.compile(r"[.!?;\n/…–—]|\s-\s")
"""Marks that part clauses."""
_LONGEST: Final = 60
"""Words of the longest line that is looked at: who tells a diary asks nothing of it."""
_NAMESAKES: Final = 3
"""Most films of one title that a question is answered of."""
_NAME: Final = 4
"""Most words of a person's name."""
_TITLE: Final = 8
"""Most words of a title that only its place tells: longer ones are found without."""
_SOMEWHAT_KNOWN: Final = 20
"""Ratings from which an ordinary word may be a title where only its place says so."""
_THING: Final = 3
"""Most words of a thing that a film may hold."""
_WEAK: Final = (Topic.ABOUT, Topic.WORTH, Topic.BETTER, Topic.ORDER)
"""Topics whose words are said of much else: another one in the clause takes their place."""
_OUTRIGHT: Final = (Topic.TRAILER, Topic.FILMS, Topic.BETTER, Topic.WORTH, Topic.WHY_NOT)
"""Topics that may be asked in the words of a wish: "show me the trailer", "would I like it?"."""
_OF_PEOPLE: Final = (Topic.FILMS,)
_GLUE: Final = frozenset(
    "is are was were do does did of in by for to which have has had made spoken come from".split()
)
"""What may stand beside the words of a topic where no film is named: "how long are they"."""

_TOLD: Final = frozenset(("is", "was", "are", "were"))
_YES_OR_NO: Final = frozenset("is are was were does do did has have how any".split())
"""What questions begin with that name what they ask for."""
_ASIDE: Final = 3
"""Words that may round off a clause that is no sentence."""
_ROLE: Final = "role"
_COUNTS: Final = frozenset(("1", "ones"))
"""Nouns that may count something else: "in one line"."""
_MEASURES: Final = frozenset("hours hour minutes min years".split())
"""What a number counts that points at no film."""


class Asked(NamedTuple):
    """The questions of a line."""

    questions: tuple[Question, ...]
    named: tuple[tuple[int, int, int], ...]
    """First character, one past the last, and token of each film that they name."""
    picks: tuple[int, ...]
    """Places of the films on the table that they point at."""
    rest: str
    """The text without them, as long as before."""

    @property
    def films(self) -> tuple[int, ...]:
        """Tokens of the films that they are about."""
        return tuple(dict.fromkeys(token for one in self.questions for token in one.films))


@dataclass(frozen=True, slots=True)
class _Bone:
    """One word of a clause, or what stands for a film or person."""

    text: str
    films: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    place: int = -1
    """Of the film on the table that it points at."""
    span: tuple[int, int] = (0, 0)
    """Characters of the words."""
    is_plural: bool = False
    """It is "these" or "them": all the films on the table."""

    @property
    def refers_back(self) -> bool:
        """Whether it points at films without saying which."""
        return self.text == FILM and not self.films


@dataclass(frozen=True, slots=True)
class _Clause:
    """One clause, reduced."""

    bones: tuple[_Bone, ...]
    range: tuple[int, int]
    """Its first word and one past its last."""
    start: int
    end: int
    asks: bool
    """Whether it ends with a question mark or begins as a question does."""

    @property
    def words(self) -> list[Word]:
        """What phrases are looked for in."""
        return [Word(bone.text, 0, 0) for bone in self.bones]

    def films(self) -> tuple[int, ...]:
        """Films that are named or pointed at, each once."""
        return tuple(dict.fromkeys(token for bone in self.bones for token in bone.films))

    def people(self) -> tuple[int, ...]:
        """People that are named."""
        return tuple(dict.fromkeys(code for bone in self.bones for code in bone.people))

    @property
    def is_complete(self) -> bool:
        """Whether all of its words belong to a strong topic, or only hold it together."""
        phrases = _phrases().find(self.words)
        covered = {at for phrase in phrases for at in range(phrase.first, phrase.last)}
        left = {bone.text for at, bone in enumerate(self.bones) if at not in covered}
        strong = any(phrase.meaning not in _WEAK for phrase in phrases)
        return strong and left <= _GLUE | _classes("openers") | {FILM}

    @property
    def opens(self) -> bool:
        """Whether it begins with a topic: "cast of Heat"."""
        found = _phrases().find(self.words)
        return bool(found) and found[0].first == 0

    @property
    def is_predication(self) -> bool:
        """Whether it asks how a film is: "is it a long movie?"."""
        first, second = (*(bone.text for bone in self.bones[:2]), "", "")[:2]
        return first in _YES_OR_NO and second == FILM

    @property
    def confirms(self) -> bool:
        """Whether it only wants a yes: "british, right?"."""
        return self.bones[-1].text in ("right", "correct")

    def has(self, text: str) -> bool:
        """Whether a word, or what stands for a film or person, is in it."""
        return any(bone.text == text for bone in self.bones)


class Questions:
    """Finds questions of fact about films and people of a catalogue. Thread-safe."""

    def __init__(self, index: TitleIndex, facts: FilmFacts) -> None:
        self._catalogue = index.catalogue
        self._index = index
        self._facts = facts

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
        questions: list[Question] = []
        spans: list[tuple[int, int]] = []
        named: list[tuple[int, int, int]] = []
        picks: list[int] = []
        before: tuple[int, ...] = ()
        for parted in self._clauses(text, found, links, context):
            clause = parted
            meant = clause.films() or before
            asked = self._of_clause(clause, before, context)
            if not asked:
                clause, asked = self._with_a_title(clause, found, context)
                meant = clause.films() or meant
            before = meant
            if not asked:
                continue
            questions += asked
            spans.append((clause.start, clause.end))
            for bone in clause.bones:
                if bone.place >= 0:
                    picks.append(bone.place)
                elif bone.films and not bone.refers_back:
                    named.append((*bone.span, bone.films[0]))
        if not questions:
            return None
        return Asked(tuple(questions), tuple(named), tuple(picks), _without(text, spans))

    def _with_a_title(
        self, clause: _Clause, found: Sequence[Word], context: Context
    ) -> tuple[_Clause, list[Question]]:
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
                bones = self._bones(found, clause.range, {at: (at + size, bone)})
                guess = replace(clause, bones=tuple(bones))
                if guess.is_complete and (asked := self._of_clause(guess, (), context)):
                    return guess, asked
        return clause, []

    def _titled(self, found: Sequence[Word], first: int, last: int) -> _Bone | None:
        """What stands for the film that words are the title of; None where they are none."""
        key = self._index.key_of(" ".join(word.text for word in found[first:last]))
        forms = () if key is None else self._index.forms(key)
        rows = [form.row for form in forms if self._index.renown[form.row] >= _SOMEWHAT_KNOWN]
        if not rows:
            return None
        span = (found[first].start, found[last - 1].end)
        return _Bone(FILM, films=(self._catalogue.movie_token(rows[0]),), span=span)

    # ---- what a clause asks

    def _of_clause(
        self, clause: _Clause, before: tuple[int, ...], context: Context
    ) -> list[Question]:
        """The questions of one clause; `before` are the films that the line named before it."""
        phrases = _phrases().find(clause.words)
        topics = list(dict.fromkeys(phrase.meaning for phrase in phrases))
        covered = {at for phrase in phrases for at in range(phrase.first, phrase.last)}
        beside = {bone.text for at, bone in enumerate(clause.bones) if at not in covered}
        beside -= {FILM, PERSON}
        alone = (bool(topics) and beside <= _GLUE) or (bool(before) and clause.confirms)
        alone = alone and not (set(topics) <= set(_WEAK) and not clause.asks)
        if not clause.asks and not alone and not _is_heading(clause, covered, beside):
            return []
        people = clause.people()
        films = clause.films() or self._meant(clause, before, context, alone=alone)
        topics = _chosen(topics, clause, bool(people))
        nouns = frozenset() if clause.is_predication else _classes("nouns") - _COUNTS
        wishes = not beside.isdisjoint(_classes("requests") | nouns)
        if wishes:
            topics = [topic for topic in topics if topic in _OUTRIGHT]
        questions = []
        for topic in topics:
            if topic in _OF_PEOPLE and people:
                questions.append(Question(topic, people=people))
            elif topic not in _OF_PEOPLE and films and not self._is_shown(topic, films, context):
                questions.append(Question(topic, films, people, self._detail(topic, clause)))
        if questions or wishes or not films or not clause.asks:
            return questions
        told = self._yes_or_no(clause)
        return [replace(told, films=films, people=people)] if told else []

    def _meant(
        self, clause: _Clause, before: tuple[int, ...], context: Context, *, alone: bool
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

    def _detail(self, topic: Topic, clause: _Clause) -> str:
        """What a question of language or country asks for, where it names one."""
        fact = {Topic.LANGUAGE: Fact.LANGUAGE, Topic.COUNTRY: Fact.COUNTRY}.get(topic)
        return "" if fact is None else self._named(fact, clause)

    def _yes_or_no(self, clause: _Clause) -> Question | None:
        """A question that names what it asks for: somebody, a mood, a language, a thing."""
        texts = [bone.text for bone in clause.bones]
        if texts[0] == "who":  # "who was the girl in Léon?"
            return Question(Topic.CAST, detail=_ROLE) if texts[-2:] == ["in", FILM] else None
        if texts[0] not in _YES_OR_NO and not clause.confirms:
            return None
        for size in (3, 2, 1):
            for at in range(len(texts) - size + 1):
                if mood := _moods().get("_".join(texts[at : at + size])):
                    return Question(Topic.MOOD, detail=mood)
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
                return Question(topic, detail=name)
        return None

    def _named(self, fact: Fact, clause: _Clause) -> str:
        """The longest value of a fact that a clause names; "" for none."""
        texts = [bone.text for bone in clause.bones]
        names = self._facts.names(fact)
        for size in range(_THING, 0, -1):
            for at in range(len(texts) - size + 1):
                said = texts[at : at + size]
                if size == 1 and (said[0] in _plain() or len(said[0]) < _THING):
                    continue
                if FILM not in said and names.find(" ".join(said)):
                    return " ".join(said)
        return ""

    # ---- clauses

    def _clauses(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> Iterator[_Clause]:
        """The clauses of a line in order."""
        people = self._people(text, found, links)
        spans = [(link.first, link.last) for link in links] + [span[:2] for span in people]
        for first, last in _parted(text, found, spans):
            end = found[last].start if last < len(found) else len(text)
            tail = text[found[last - 1].end : end]
            stands = {
                **{link.first: (link.last, _film(found, link, self._catalogue)) for link in links},
                **{at: (past, _Bone(PERSON, people=codes)) for at, past, codes in people},
                **_pointed(text, found, (first, last), links, context.shown),
            }
            bones = self._bones(found, (first, last), stands)
            if bones:
                opens = bones[0].text in _classes("openers")
                asks = "?" in tail or opens
                yield _Clause(tuple(bones), (first, last), found[first].start, end, asks)

    def _bones(
        self,
        found: Sequence[Word],
        clause: tuple[int, int],
        stands: Mapping[int, tuple[int, _Bone]],
    ) -> list[_Bone]:
        """The words of a clause, reduced; `stands` are films and people by their first word."""
        bones: list[_Bone] = []
        at = clause[0]
        while at < clause[1]:
            if at in stands:
                at, bone = stands[at]
                _add(bones, bone)
                continue
            for word in (
                table("questions")["contractions"].get(found[at].text, found[at].text).split()
            ):
                self._add_word(bones, word, text_at(found, at - 1))
            at += 1
        return bones

    def _add_word(self, bones: list[_Bone], word: str, before: str) -> None:
        """One more plain word: fillers are left out, pronouns stand for films."""
        after_film = bool(bones) and bones[-1].text == FILM
        if word == FILM or word in _classes("pronouns") or word in _classes("plurals"):
            _add(bones, _Bone(FILM, is_plural=word in _classes("plurals")))
        elif word in _classes("nouns") and (before in ("the", "which") or after_film):
            _add(bones, _Bone(FILM))
        elif word not in _classes("fillers"):
            bones.append(_Bone(word))

    def _people(
        self, text: str, found: Sequence[Word], links: Sequence[Link]
    ) -> list[tuple[int, int, tuple[int, ...]]]:
        """People that are named outside of titles: first word, one past the last, codes."""
        taken = {place for link in links for place in range(link.first, link.last)}
        people, at = [], 0
        while at < len(found):
            last, codes = self._person(text, found, at, taken)
            if codes:
                people.append((at, last, codes))
            at = max(last, at + 1)
        return people

    @cached_property
    def _name_words(self) -> frozenset[str]:
        """Words that names of people begin or end with, before a hyphen."""
        ends = (
            word.partition("-")[0]
            for name in self._facts.people.names
            for word in (name.split()[0], name.split()[-1])
        )
        return frozenset(map(fold, ends))

    def _person(
        self, text: str, found: Sequence[Word], at: int, taken: set[int]
    ) -> tuple[int, tuple[int, ...]]:
        """One past the last word of the longest name that begins at a word, and who has it."""
        if found[at].text not in self._name_words:
            return at, ()
        for last in range(min(at + _NAME, len(found)), at, -1):
            if not taken.isdisjoint(range(at, last)):
                continue
            name = text[found[at].start : found[last - 1].end].removesuffix("'s").removesuffix("’s")
            is_one = last == at + 1
            if is_one and (not name[:1].isupper() or found[at].text in _plain()):
                continue
            if codes := self._facts.people.find(name):
                return last, codes
        return at, ()


def _is_heading(clause: _Clause, covered: set[int], beside: set[str]) -> bool:
    """Whether a clause begins with a topic and tells nothing of it: "plot of Dogtooth in short"."""
    told = not beside.isdisjoint(_TOLD) or len(beside) > _ASIDE
    return 0 in covered and clause.has(FILM) and not told


def _chosen(topics: list[Topic], clause: _Clause, has_people: bool) -> list[Topic]:
    """The topics that a clause asks of: weaker ones yield to others."""
    if Topic.WHY_NOT in topics:
        return [Topic.WHY_NOT]
    n_named = sum(bone.text == FILM and bool(bone.films) for bone in clause.bones)
    if Topic.BETTER in topics and n_named > 1:
        return [Topic.BETTER]
    if has_people and clause.has(FILM) and clause.bones[0].text not in ("who", "what", "which"):
        return [Topic.PLAYS]
    topics = [topic for topic in topics if topic is not Topic.BETTER]
    if has_people and not clause.has(FILM):
        topics = [topic for topic in topics if topic in _OF_PEOPLE]
    strong = [topic for topic in topics if topic not in _WEAK]
    return strong or topics[:1]


def _add(bones: list[_Bone], bone: _Bone) -> None:
    """One more word; "that first film" is one film and not three."""
    if bone.text == FILM and bones and bones[-1].text == FILM:
        if bone.refers_back:
            return
        if bones[-1].refers_back:
            bones.pop()
    bones.append(bone)


def _film(found: Sequence[Word], link: Link, catalogue: Catalogue) -> _Bone:
    """What stands for a title; of one that several films have, the best known are meant."""
    rows = (*link.rows[:1], *link.also) if link.also else link.rows[:_NAMESAKES]
    span = (found[link.first].start, found[link.last - 1].end)
    return _Bone(FILM, films=tuple(map(catalogue.movie_token, rows)), span=span)


def _pointed(
    text: str,
    found: Sequence[Word],
    clause: tuple[int, int],
    links: Sequence[Link],
    shown: Sequence[int],
) -> dict[int, tuple[int, _Bone]]:
    """Words of a clause that point at films on the table, by the first: one past the last, film."""
    if not shown:
        return {}
    start, end = found[clause[0]].start, found[clause[1] - 1].end
    masked = list(text[start:end])
    for link in links:
        for place in range(found[link.first].start, found[link.last - 1].end):
            if start <= place < end:
                masked[place - start] = "\x00"
    pointed = acts.pointed(acts.line_of("".join(masked)), len(shown))
    stands = {}
    for place, (first, last) in pointed.items():
        inside = [
            at
            for at in range(*clause)
            if start + first <= found[at].start and found[at].end <= start + last
        ]
        if inside:
            bone = _Bone(FILM, films=(shown[place],), place=place)
            stands[inside[0]] = (inside[-1] + 1, bone)
    named = {place for link in links for place in range(link.first, link.last)}
    for at in range(*clause):  # "does 2 have subtitles?", "2 please."
        number = found[at].text
        follows = found[at - 1].text in _GLUE if at > clause[0] else clause[1] <= at + 2
        is_place = number.isdecimal() and 0 < int(number) <= len(shown) and at not in named
        if is_place and follows and text_at(found, at + 1) not in _MEASURES:
            place = int(number) - 1
            stands.setdefault(at, (at + 1, _Bone(FILM, films=(shown[place],), place=place)))
    return stands


def _parted(
    text: str, found: Sequence[Word], names: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The first word of each clause and one past its last; no name is parted."""
    inside = {place for first, last in names for place in range(first + 1, last)}
    openers, contractions = _classes("openers"), table("questions")["contractions"]
    first = 0
    for at in range(1, len(found)):
        between = text[found[at - 1].end : found[at].start]
        opens = found[at].text in openers or found[at].text in contractions
        parts = _PARTS.search(between) or ("," in between and opens)
        if parts and at not in inside:
            yield first, at
            first = at
    if found:
        yield first, len(found)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these characters blank."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


@cache
def _phrases() -> PhraseBook[Topic]:
    """The phrases of all topics; where two have the same, it is that of the first."""
    phrases: dict[str, Topic] = {}
    for name, patterns in table("questions")["topics"].items():
        for pattern in patterns:
            for phrase in spelled_out(pattern):
                phrases.setdefault(" ".join(phrase.split()), Topic(name))
    return PhraseBook(phrases, in_normal_form=True)


@cache
def _classes(name: str) -> frozenset[str]:
    words = table("questions")["classes"][name].split()
    return frozenset(word.replace("_", " ") if len(word) > 1 else word for word in words)


@cache
def _moods() -> dict[str, str]:
    """Mood by the words that ask for it, joined by "_"."""
    moods = table("questions")["moods"]
    return {word: name for name, mood in moods.items() for word in mood["words"].split()}


@cache
def _plain() -> frozenset[str]:
    """Words that questions are made of, which no fact is called by."""
    known = table("questions")["classes"]
    return frozenset(word for words in known.values() for word in words.split()) | _GLUE
