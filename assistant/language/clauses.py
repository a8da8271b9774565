"""Clauses reduced to their bones, in which questions are looked for.

Films, and words that point at them, become "_", people "@"; fillers go, contractions are spelled
out. What is left is looked up in the phrases of each topic (lexicon/questions.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from assistant.language import acts
from assistant.language.lexicon import dictionary, table
from assistant.language.titles.links import Link
from assistant.language.utterance import Context, Topic
from assistant.language.words import PhraseBook, Word, fold, spelled_out, stands_apart, text_at
from core.catalogue import Catalogue
from core.data.facts import FilmFacts

FILM, PERSON = "_", "@"
"""What stands for a film, and for a person."""
_PARTS: Final = re.compile(r"[.!?;\n/…–—]|\s-\s")
"""Marks that part clauses."""
_NAMESAKES: Final = 3
"""Most films of one title that a question is answered of."""
_LEAST: Final = 3
"""Letters of the shortest family name."""
_RELATED: Final = 3
"""Most people of one family name of whom the one of most films is meant."""
_NAME: Final = 4
"""Most words of a person's name."""
_THING: Final = 3
"""Most words of a thing that a film may hold."""
WEAK: Final = (Topic.ABOUT, Topic.WORTH, Topic.BETTER, Topic.ORDER)
"""Topics whose words are said of much else: another one in the clause takes their place."""


@dataclass(frozen=True, slots=True)
class Bone:
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
class Clause:
    """One clause, reduced."""

    bones: tuple[Bone, ...]
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
        phrases = phrases_of_topics().find(self.words)
        covered = {at for phrase in phrases for at in range(phrase.first, phrase.last)}
        left = {bone.text for at, bone in enumerate(self.bones) if at not in covered}
        strong = any(phrase.meaning not in WEAK for phrase in phrases)
        return strong and left <= words_of("glue") | words_of("openers") | {FILM}

    @property
    def opens(self) -> bool:
        """Whether it begins with a topic: "cast of Heat"."""
        found = phrases_of_topics().find(self.words)
        return bool(found) and found[0].first == 0

    @property
    def is_predication(self) -> bool:
        """Whether it asks how a film is: "is it a long movie?"."""
        first, second = (*(bone.text for bone in self.bones[:2]), "", "")[:2]
        return first in words_of("yes_or_no") and second == FILM

    @property
    def is_of_the_table(self) -> bool:
        """Whether it asks something of a film that it points at: "does the first have …"."""
        pointed = any(bone.place >= 0 for bone in self.bones)
        return pointed and self.asks and self.asks_of_it

    @property
    def asks_of_it(self) -> bool:
        """Whether it asks how a film is, and nothing that is not on record at all: "is the first on
        Netflix?".
        """
        texts = [bone.text for bone in self.bones]
        begins = texts[0] in words_of("asks_of_it") and texts[1:2] != ["you"]
        return begins and not acts.beyond(acts.line_of(" ".join(texts)))

    @property
    def points(self) -> bool:
        """Whether it points at films on the table, one or all."""
        return any(bone.place >= 0 or bone.is_plural for bone in self.bones)

    @property
    def compares(self) -> bool:
        """Whether it asks which of several films: "which is …", "what's the … of those"."""
        first = self.bones[0].text
        together = any(bone.is_plural for bone in self.bones)
        return first == "which" or (first == "what" and together)

    @property
    def weighs_all(self) -> bool:
        """Whether it compares all of so many: "which of the two …"."""
        texts = [bone.text for bone in self.bones]
        return self.compares and "of" in texts and any(map(str.isdecimal, texts))

    @property
    def said_of_it(self) -> str:
        """What is asked of a film behind "is it"; "" for any other question."""
        rest = [bone.text for bone in self.bones[2:]]
        plain = not {FILM, PERSON} & {*rest} and self.bones[0].text in words_of("be")
        return " ".join(rest) if self.is_predication and plain else ""

    @property
    def thing_in_it(self) -> str:
        """What a film is asked to hold: "does it have a dog?", "are there talking animals in it?";
        "" for any other question.
        """
        texts = [bone.text for bone in self.bones]
        if texts[:1] and texts[0] in words_of("be"):
            texts = texts[1 + ("there" in texts[1:2]) : texts.index("in") if "in" in texts else 0]
        elif texts[1:2] == [FILM] and texts[2:3] in (["have"], ["contain"], ["feature"]):
            texts = texts[3:]
        else:
            return ""
        plain = 0 < len(texts) <= _THING and not {FILM, PERSON} & {*texts}
        return " ".join(texts) if plain else ""

    @property
    def confirms(self) -> bool:
        """Whether it only wants a yes: "british, right?"."""
        return self.bones[-1].text in ("right", "correct")

    def has(self, text: str) -> bool:
        """Whether a word, or what stands for a film or person, is in it."""
        return any(bone.text == text for bone in self.bones)


class Clauses:
    """Parts lines into clauses and reduces them. Thread-safe."""

    def __init__(self, catalogue: Catalogue, facts: FilmFacts) -> None:
        self._catalogue = catalogue
        self._facts = facts

    def of(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> Iterator[Clause]:
        """The clauses of a line in order."""
        people = self._people(text, found, links)
        spans = [(link.first, link.last) for link in links] + [span[:2] for span in people]
        for first, last in _parted(text, found, spans):
            end = found[last].start if last < len(found) else len(text)
            tail = text[found[last - 1].end : end]
            stands = {
                **{link.first: (link.last, _film(found, link, self._catalogue)) for link in links},
                **{at: (past, Bone(PERSON, people=codes)) for at, past, codes in people},
                **self._just_asked(found, (first, last), context),
                **_pointed(text, found, (first, last), links, context.shown),
            }
            bones = self._with_makers(_together(self.bones(found, (first, last), stands)))
            if bones:
                opens = bones[0].text in words_of("openers")
                asks = "?" in tail or opens
                yield Clause(tuple(bones), (first, last), found[first].start, end, asks)

    def _just_asked(
        self, found: Sequence[Word], clause: tuple[int, int], context: Context
    ) -> dict[int, tuple[int, Bone]]:
        """Words of a clause that mean whoever was asked of last: "what else has she been in?"."""
        codes = self._facts.people.find(context.people[0]) if context.people else ()
        places = (at for at in range(*clause) if found[at].text in words_of("persons"))
        return {at: (at + 1, Bone(PERSON, people=codes)) for at in places if codes}

    def _with_makers(self, bones: list[Bone]) -> list[Bone]:
        """Bones with "the director of _" as who made it, where others by them are asked for."""
        texts = [bone.text for bone in bones]
        if words_of("others").isdisjoint(texts):
            return bones
        for at in range(len(bones) - 2):
            films = bones[at + 2].films if texts[at + 1] == "of" else ()
            if texts[at] in words_of("makers") and films:
                film = self._facts.film(self._catalogue.movie(films[0]).movie_id)
                named = film.directors if film else ()
                codes = tuple(code for name in named for code in self._facts.people.find(name)[:1])
                return [*bones[:at], Bone(PERSON, people=codes), *bones[at + 3 :]]
        return bones

    def bones(
        self, found: Sequence[Word], clause: tuple[int, int], stands: Mapping[int, tuple[int, Bone]]
    ) -> list[Bone]:
        """The words of a clause, reduced; `stands` are films and people by their first word."""
        bones: list[Bone] = []
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

    def _add_word(self, bones: list[Bone], word: str, before: str) -> None:
        """One more plain word: fillers are left out, pronouns stand for films."""
        after_film = bool(bones) and bones[-1].text == FILM
        if word == FILM or word in words_of("pronouns") or word in words_of("plurals"):
            _add(bones, Bone(FILM, is_plural=word in words_of("plurals")))
        elif word in words_of("nouns") and (before in ("the", "which") or after_film):
            _add(bones, Bone(FILM))
        elif word not in words_of("fillers"):
            bones.append(Bone(word))

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
            if is_one and (not name[:1].isupper() or found[at].text in plain_words()):
                continue
            if codes := self._facts.people.find(name) or (is_one and self._of_family(name)):
                return last, codes
        return at, ()

    def _of_family(self, name: str) -> tuple[int, ...]:
        """Who is meant by a family name: "what else did Pawlikowski make?"; () for nobody."""
        named = self._facts.people.surnamed(name)
        is_word = len(name) < _LEAST or name.lower() in dictionary()
        return () if is_word or len(named) > _RELATED else named[:1]


def _together(bones: list[Bone]) -> list[Bone]:
    """Bones with "any of them" as the films that it speaks of."""
    kept: list[Bone] = []
    for bone in bones:
        if bone.is_plural and [one.text for one in kept[-1:]] == ["of"]:
            kept.pop()
            if kept and kept[-1].text in words_of("shares"):
                kept.pop()
        kept.append(bone)
    return kept


def _add(bones: list[Bone], bone: Bone) -> None:
    """One more word; "that first film" is one film and not three."""
    if bone.text == FILM and bones and bones[-1].text == FILM:
        if bone.refers_back:
            return
        if bones[-1].refers_back:
            bones.pop()
    bones.append(bone)


def _film(found: Sequence[Word], link: Link, catalogue: Catalogue) -> Bone:
    """What stands for a title; of one that several films have, the best known are meant."""
    rows = (*link.rows[:1], *link.also) if link.also else link.rows[:_NAMESAKES]
    span = (found[link.first].start, found[link.last - 1].end)
    return Bone(FILM, films=tuple(map(catalogue.movie_token, rows)), span=span)


def _pointed(
    text: str,
    found: Sequence[Word],
    clause: tuple[int, int],
    links: Sequence[Link],
    shown: Sequence[int],
) -> dict[int, tuple[int, Bone]]:
    """Words of a clause that point at films on the table, by the first: one past the last, film."""
    if not shown:
        return {}
    stands = _pointed_by_words(text, found, clause, links, shown)
    for at, place in _numbers(found, clause, links, len(shown)):
        stands.setdefault(at, (at + 1, Bone(FILM, films=(shown[place],), place=place)))
    return stands


def _pointed_by_words(
    text: str,
    found: Sequence[Word],
    clause: tuple[int, int],
    links: Sequence[Link],
    shown: Sequence[int],
) -> dict[int, tuple[int, Bone]]:
    """The same of words as "the second one"; titles do not point."""
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
            bone = Bone(FILM, films=(shown[place],), place=place)
            stands[inside[0]] = (inside[-1] + 1, bone)
    return stands


def _numbers(
    found: Sequence[Word], clause: tuple[int, int], links: Sequence[Link], count: int
) -> Iterator[tuple[int, int]]:
    """Words that are numbers of films on the table, and the places: "does 2 have subtitles?"."""
    named = {place for link in links for place in range(link.first, link.last)}
    for at in range(*clause):
        number = found[at].text
        if not number.isdecimal() or at in named:
            continue
        follows = _leads_to_number(found[at - 1].text) if at > clause[0] else _opens(found, clause)
        is_measure = text_at(found, at + 1) in words_of("measures")
        if follows and not is_measure and 0 < int(number) <= count:
            yield at, int(number) - 1


def _opens(found: Sequence[Word], clause: tuple[int, int]) -> bool:
    """Whether the first word of a clause is almost all of it, or set off: "1, but how long …"."""
    return clause[1] <= clause[0] + 2 or stands_apart(found, clause[0] + 1)


def _leads_to_number(word: str) -> bool:
    """Whether a number behind a word may point at a film: "what's 2 about"."""
    plain = table("questions")["contractions"].get(word, word).split()[-1]
    return plain in words_of("glue") and plain != "which"  # "which one"


def _parted(
    text: str, found: Sequence[Word], names: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The first word of each clause and one past its last; no name is parted."""
    inside = {place for first, last in names for place in range(first + 1, last)}
    openers, contractions = words_of("openers"), table("questions")["contractions"]
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


@cache
def phrases_of_topics() -> PhraseBook[Topic]:
    """The phrases of all topics; where two have the same, it is that of the first."""
    phrases: dict[str, Topic] = {}
    for name, patterns in table("questions")["topics"].items():
        for pattern in patterns:
            for phrase in spelled_out(pattern):
                phrases.setdefault(" ".join(phrase.split()), Topic(name))
    return PhraseBook(phrases, in_normal_form=True)


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of a class of questions.toml."""
    words = table("questions")["classes"][name].split()
    return frozenset(word.replace("_", " ") if len(word) > 1 else word for word in words)


@cache
def plain_words() -> frozenset[str]:
    """Words that questions are made of, which no fact is called by."""
    known = table("questions")["classes"]
    return frozenset(word for words in known.values() for word in words.split())


# ---- how a film is


def superlative(texts: Sequence[str]) -> str:
    """What a comparison is by, as the plain word: "darkest" and "most dark" are "dark"; of "the
    best visuals" the noun.
    """
    for before, word, behind in zip(("", *texts), texts, (*texts[1:], ""), strict=False):
        if word in ("most", "more", "least"):
            return behind if behind not in ("", FILM) else next(filter(is_mood, texts), "")
        if word in ("best", "better"):
            plain = "" if behind in ("", FILM, "of", "for", "to") else behind
        else:
            plain = _compared(word, before)
        if plain:
            return plain
    return ""


def _compared(word: str, before: str) -> str:
    """The plain word of "darkest", or of a "darker" behind "is"."""
    if word.endswith("est"):
        return _plain(word[:-3])
    return _plain(word[:-2]) if word.endswith("er") and before in words_of("looks") else ""


def _plain(stem: str) -> str:
    """The word whose forms begin with what is left of a comparative: "sadd", "funni", "strang"."""
    forms = [stem, stem[:-1], f"{stem[:-1]}y", f"{stem}e"]
    if stem[-1:] == "i":
        forms = [f"{stem[:-1]}y"]
    elif stem[-1:] != stem[-2:-1]:
        forms = [stem, f"{stem}e"]
    known = (form for form in forms if is_mood(form))
    return next(known, "") or next((form for form in forms if form in dictionary()), "")


def is_mood(word: str) -> bool:
    """Whether a word asks how a film is."""
    return bool(mood_in([word]))


def mood_in(texts: Sequence[str]) -> str:
    """The mood that some of these words ask for; "" for none."""
    for size in (3, 2, 1):
        for at in range(len(texts) - size + 1):
            if mood := _moods().get("_".join(texts[at : at + size])):
                return mood
    return ""


@cache
def _moods() -> dict[str, str]:
    """Mood by the words that ask for it, joined by "_"."""
    moods = table("questions")["moods"]
    return {word: name for name, mood in moods.items() for word in mood["words"].split()}


def is_measure(word: str) -> bool:
    """Whether a number of a film tells it: "long", "new"."""
    measures = table("questions")["measures"].values()
    return any(word in words.split() for ways in measures for words in ways.values())
