"""Clauses reduced to their bones, in which questions are looked for.

Films, and words that point at them, become "_", people "@"; fillers go, contractions are spelled
out. What is left is looked up in the phrases of each topic (lexicon/questions.toml).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from assistant.language import acts
from assistant.language.lexicon import table, words_of
from assistant.language.meaning.people import Persons
from assistant.language.titles.links import Link
from assistant.language.utterance import Context, FactQuestion, Topic, Utterance
from assistant.language.words import PhraseBook, Word, spelled_out, stands_apart, text_at
from core.catalogue import Catalogue
from core.data.facts import FilmFacts

FILM, PERSON = "_", "@"
"""What stands for a film, and for a person."""
_PARTS: Final = re.compile(r"[.!?;\n/…–—]|\s-\s")
"""Marks that part clauses."""
_NAMESAKES: Final = 3
"""Most films of one title that a question is answered of."""
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
    confirms: bool = False
    """Whether it only wants a yes: "british, right?"."""

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
    def is_tag(self) -> bool:
        """Whether it only makes a question of what was said before: "is it?", "doesn't it?"."""
        texts = [bone.text for bone in self.bones]
        return len(texts) == 2 and texts[0] in words_of("tags") and self.bones[1].refers_back

    def turned(self, end: int) -> Clause | None:
        """The question that a statement of a film becomes: of "Heat is funny" "is Heat funny";
        None for what states nothing of one.
        """
        bones = self.bones
        if len(bones) < 2 or bones[0].text != FILM:
            return None
        verb, rest = Bone("is"), bones[1:]
        if bones[1].text in words_of("yes_or_no"):
            verb, rest = bones[1], bones[2:]
        return replace(self, bones=(verb, bones[0], *rest), end=end, asks=True) if rest else None

    @property
    def chosen_between(self) -> Clause:
        """The clause with "black and white or not?" as what is asked of the film spoken of."""
        texts = [bone.text for bone in self.bones]
        if texts[-2:] != ["or", "not"] or len(texts) < 3 or not self.asks:
            return self
        bones = self.bones[:-2]
        opens = texts[0] in words_of("yes_or_no")
        if not (opens or self.has(FILM)):
            bones = (Bone("is"), Bone(FILM), *bones)
        return replace(self, bones=bones)

    @property
    def asks_for_films(self) -> bool:
        """Whether it asks if a film is here, or to be shown it, and nothing else of it: "do you
        have Heat or something like it?".
        """
        for phrase in phrases_of_topics().find(self.words):
            rest = [bone.text for bone in self.bones[phrase.last :] if bone.text != FILM]
            if phrase.meaning is Topic.HAS:
                return phrase.first == 0 and rest[:1] in ([], ["or"])
        return False

    def end_of_films(self, found: Sequence[Word]) -> int:
        """Where it goes on behind the films in it: "… or something like it"; else its end."""
        named = max(bone.span[1] for bone in self.bones if bone.text == FILM)
        goes_on = (word.start for word in found[slice(*self.range)] if word.text == "or")
        return next((start for start in goes_on if start >= named), self.end)

    def has(self, text: str) -> bool:
        """Whether a word, or what stands for a film or person, is in it."""
        return any(bone.text == text for bone in self.bones)


class Clauses:
    """Parts lines into clauses and reduces them. Thread-safe."""

    def __init__(self, catalogue: Catalogue, facts: FilmFacts) -> None:
        self._catalogue = catalogue
        self._facts = facts
        self._persons = Persons(catalogue, facts)

    def of(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> Iterator[Clause]:
        """The clauses of a line in order; what a short question turns round is one."""
        kept: list[Clause] = []
        for clause in self._each(text, found, links, context):
            turned = kept[-1].turned(clause.end) if kept and clause.is_tag else None
            if turned is not None:
                kept[-1] = turned
            else:
                asks_back = clause.turned(clause.end) if clause.confirms else None
                kept.append(asks_back or clause.chosen_between)
        return iter(kept)

    def _each(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> Iterator[Clause]:
        """The clauses as they stand."""
        spoken: tuple[int, ...] = ()
        named = self._named(text, found, links)
        spans = [(first, past) for first, (past, _) in named.items()]
        for first, past in _parted(text, found, spans):
            end = found[past].start if past < len(found) else len(text)
            asks = "?" in text[found[past - 1].end : end]
            confirms = asks and found[past - 1].text in words_of("confirming")
            last = past - (confirms and past - first > 1)
            stands = named | self._just_asked(found, (first, last), context, spoken)
            stands |= _pointed(text, found, (first, last), links, context.shown)
            bones = self._with_makers(_together(self.bones(found, (first, last), stands)))
            if bones:
                asks = asks or bones[0].text in words_of("openers")
                span = (found[first].start, end)
                yield Clause(tuple(bones), (first, last), *span, asks, confirms)
                spoken = next((one.films for one in bones if one.films), spoken)

    def _named(
        self, text: str, found: Sequence[Word], links: Sequence[Link]
    ) -> dict[int, tuple[int, Bone]]:
        """Words that name films and people, by the first: one past the last, and what stands for
        them.
        """
        titled = {place for link in links for place in range(link.first, link.last)}
        films = {link.first: (link.last, _film(found, link, self._catalogue)) for link in links}
        people = self._persons.named(text, found, titled)
        return films | {at: (past, Bone(PERSON, people=codes)) for at, past, codes in people}

    def _just_asked(
        self,
        found: Sequence[Word],
        clause: tuple[int, int],
        context: Context,
        spoken: tuple[int, ...],
    ) -> dict[int, tuple[int, Bone]]:
        """Words of a clause that mean whoever was asked of last: "what else has she been in?".

        Where nobody was, they are who made the film that was spoken of.
        """
        others = any(found[at].text in words_of("others") for at in range(*clause))
        persons = words_of("persons") | (words_of("makers_too") if others else frozenset())
        places = [at for at in range(*clause) if found[at].text in persons]
        codes = self._whoever(context, spoken, made=others) if places else ()
        return {at: (at + 1, Bone(PERSON, people=codes)) for at in places if codes}

    def _whoever(self, context: Context, spoken: tuple[int, ...], *, made: bool) -> tuple[int, ...]:
        """Codes of who "he" or "they" are; `made`: who made a film may be meant."""
        if context.people and not spoken:
            return self._facts.people.find(context.people[0])
        named = () if context.named is None else (context.named,)
        return self._persons.made(spoken or named) if made else ()

    def _with_makers(self, bones: list[Bone]) -> list[Bone]:
        """Bones with "the director of _" as who made it, where others by them are asked for."""
        texts = [bone.text for bone in bones]
        if words_of("others").isdisjoint(texts):
            return bones
        for at in range(len(bones) - 2):
            films = bones[at + 2].films if texts[at + 1] == "of" else ()
            if texts[at] in words_of("makers") and films:
                maker = Bone(PERSON, people=self._persons.made(films))
                return [*bones[:at], maker, *bones[at + 3 :]]
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
                span = (found[at].start, found[at].end)
                self._add_word(bones, word, text_at(found, at - 1), span)
            at += 1
        return bones

    def _add_word(self, bones: list[Bone], word: str, before: str, span: tuple[int, int]) -> None:
        """One more plain word: fillers are left out, pronouns stand for films."""
        after_film = bool(bones) and bones[-1].text == FILM
        if word == FILM or word in words_of("pronouns") or word in words_of("plurals"):
            _add(bones, Bone(FILM, is_plural=word in words_of("plurals")))
        elif word in words_of("nouns") and (before in ("the", "which") or after_film):
            _add(bones, Bone(FILM))
        elif word not in words_of("fillers"):
            bones.append(Bone(word, span=span))


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
        is_measure = text_at(found, at + 1) in words_of("measures") | {"of"}  # "one of them"
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
    first = 0
    for at in range(1, len(found)):
        between = text[found[at - 1].end : found[at].start]
        opens = _is_opener(found[at].text)
        parts = _PARTS.search(between) or ("," in between and opens)
        if at not in inside and (parts or _joins(text, found, first, at)):
            yield first, at
            first = at
    if found:
        yield first, len(found)


def _is_opener(word: str) -> bool:
    return word in words_of("openers") or word in table("questions")["contractions"]


def _joins(text: str, found: Sequence[Word], first: int, at: int) -> bool:
    """Whether an "and" joins another question: "who made Alien and is it long?", "Heat, and what's
    it about?".
    """
    if found[at].text not in words_of("joins"):
        return False
    asked = _is_opener(found[first].text) or "," in text[found[at - 1].end : found[at].start]
    word = text_at(found, at + 1)
    plain = table("questions")["contractions"].get(word, word).split(" ")[0]
    behind = text_at(found, at + 2)
    films = behind in words_of("pronouns") or behind in words_of("plurals")
    return asked and (plain in words_of("wh") or (films and plain in words_of("yes_or_no")))


@cache
def phrases_of_topics() -> PhraseBook[Topic]:
    """The phrases of all topics; where two have the same, it is that of the first."""
    phrases: dict[str, Topic] = {}
    for name, patterns in table("questions")["topics"].items():
        for pattern in patterns:
            for phrase in spelled_out(pattern):
                phrases.setdefault(" ".join(phrase.split()), Topic(name))
    return PhraseBook(phrases, in_normal_form=True)


def kind_asked(texts: Sequence[str], understand: Callable[[str], Utterance]) -> FactQuestion | None:
    """A question whether a film is what some words would be a wish for; None for no wish.

    "From the 60s", "under two hours", "about boxing", "outside Europe": what films can be wished
    for by, they can be asked for by.
    """
    besides = not words_of("outside").isdisjoint(texts)
    idle = words_of("yes_or_no") | words_of("holds") | words_of("outside") | {FILM, "or", "which"}
    said = " ".join(word for word in texts if word not in idle)
    if not said:
        return None
    asked = FactQuestion(Topic.KIND, detail=said, besides=besides)
    for form in table("questions")["wished"]["forms"]:
        wish = understand(form.format(said))
        facets = tuple(dict.fromkeys(one.token for one in wish.facets if one.strength > 0))
        if (facets or wish.limits) and not wish.movies:
            return replace(asked, facets=facets, limits=wish.limits)
    return None
