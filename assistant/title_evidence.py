"""What speaks for and against a span of words being a title, in nats of log-odds.

The weights stand in `lexicon/title_cues.toml`. They were set by hand and then fitted by logistic regression, shrunk
towards the hand-set ones, on half of the ReDial conversations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from assistant.capitals import capitals_of
from assistant.everyday import everyday, parted
from assistant.lexicon import Background, background, table
from assistant.tastes import COPULAS, taste_cues
from assistant.words import Word, normal

_QUOTES: Final = frozenset("\"'“”‘’«»„`*_")
_NUMERAL: Final = re.compile(r"\d+(?:st|nd|rd|th|s)?\Z|(?:first|second|third)\Z")
_PEOPLE: Final = frozenset(
    "actor actors actress actresses director directors comedian comedians filmmaker singer wrestler".split()
)
_FUNCTION_WORDS: Final = frozenset(
    "it its her him them us me you he she they we i my your his their this that these those one 1 who what why how "
    "where nope yep yeah ok okay "
    "up out go in on off over do did not no yes now then here there if so to for of the a an and or but is was are be "
    "been will all both any some more just next again help hi hey stop wait".split()
)
_OBJECTS: Final = frozenset(("us", "them", "her", "him"))
"""Pronouns that no sentence begins with before "was": "Us was ok" names a film."""
_COLOURS: Final = frozenset("a an the so really very pretty just such super also quite one 1 of my another".split())
_VERBS: Final = frozenset("was is wasnt isnt has had will would could looks seems sounds does did also".split())
_TELLING: Final = 7.5
"""Surprise from which a word says what a sentence is about: not "with", "have", "seems"."""
_STRONG: Final = 2.0
"""Points from which a cue is named in the rule."""

_FILM_TALK: Final = frozenset(
    "movie movies film films flick flicks watch watched watching rewatch rewatched see seen saw actor actors starring "
    "stars director cinema trailer scene plot cast sequel recommend suggest about try tried check out like".split()
)

Evidence = list[tuple[str, str]]
"""(section of the table, key in it) of each cue that holds."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, its words, and what is computed once for all its spans."""

    text: str
    words: Sequence[Word]
    surprise: Sequence[float]
    """Running sum of −log probability of the words, (n + 1,); see `Weights.idiom`."""
    capitals: bool
    """Capitals can be trusted: some words have one, most have none."""
    after_cues: frozenset[int] = frozenset()
    """Words that stand right behind a cue of taste ("couldn't finish …", "as funny as …")."""
    verdicts: frozenset[int] = frozenset()
    """Words at which a verdict begins ("was great", "sucked")."""
    cue_starts: frozenset[int] = frozenset()
    """Words at which a cue of taste begins."""
    cue_of: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Range of the cue of several words that a word belongs to ("fed up with")."""

    topical: tuple[int, ...] = ()
    """Words that show that films are talked of, in order."""

    def is_topical(self, first: int, last: int) -> bool:
        """Whether anything besides the words [first, last) shows that films are talked of; so does saying no more."""
        return len(self.words) - (last - first) <= 3 or any(not first <= place < last for place in self.topical)

    def judged(self, place: int) -> bool:
        """Whether a taste or a verdict begins at a word."""
        return place in self.verdicts or place in self.cue_starts

    @classmethod
    def of(cls, text: str, words: Sequence[Word], heard: Background, idiom: float) -> Sentence:
        """Prepares a text; `idiom` is the share of a common word's surprise that counts inside a phrase."""
        sums, before = [0.0], ""
        for word in words:
            surprise = heard.of_next(before, word.text)
            sums.append(sums[-1] + (surprise * idiom if heard.is_common(word.text) else surprise))
            before = word.text
        inner = [word for word in words[1:] if word.text.isalpha() and word.text != "i"]
        upper = sum(text[word.start].isupper() for word in inner)
        first_upper = bool(words) and text[words[0].start].isupper()
        capitals = 0 < upper <= 0.6 * len(inner) or (first_upper and not upper)
        places = _cue_places(words)
        talk = {place for place, word in enumerate(words) if word.text in _FILM_TALK}
        topical = sorted(talk | places[1] | places[2] | set(places[3]))
        return cls(text, words, sums, capitals, *places, tuple(topical))


def _cue_places(
    words: Sequence[Word],
) -> tuple[frozenset[int], frozenset[int], frozenset[int], Mapping[int, tuple[int, int]]]:
    after, verdicts, starts = set(), set(), set()
    cue_of: dict[int, tuple[int, int]] = {}
    for cue in taste_cues(words):
        if cue.last - cue.first > 1:
            cue_of |= dict.fromkeys(range(cue.first, cue.last), (cue.first, cue.last))
        if cue.is_verdict:
            verdicts.add(cue.first)
            place = cue.first - 1
            while place > max(cue.first - 4, 0) and words[place].text in _COLOURS:
                place -= 1
            if place >= 0 and words[place].text in COPULAS:
                verdicts.add(place)
        if cue.is_taste:
            starts.add(cue.first)
            after.add(cue.last)
            if cue.last < len(words) and words[cue.last].text in ("the", "is", "are", "was"):
                after.add(cue.last + 1)
    return frozenset(after), frozenset(verdicts), frozenset(starts), cue_of


class Weights:
    """The table of cues, read once."""

    def __init__(self) -> None:
        self._table: dict[str, dict[str, float]] = table("title_cues")
        self._heard = background()
        scale = self._table["scale"]
        self.bias, self.fame, self.told, self.idiom = (scale[key] for key in ("bias", "fame", "told", "idiom"))
        self.kind = self._table["kind"]

    def mark(self, name: str) -> float:
        """Points of a mark ("quotes", "capitals", "year", …)."""
        return self._table["mark"][name]

    def points(self, evidence: Evidence) -> float:
        """Sum of the points of these cues."""
        return sum(self._table[section].get(key, 0.0) for section, key in evidence)

    def named(self, evidence: Evidence) -> tuple[str, ...]:
        """The cues that speak strongly for a title, in words."""
        return tuple(
            f"{section} '{key}'" if section != "mark" else key
            for section, key in evidence
            if self._table[section].get(key, 0.0) >= _STRONG
        )

    def knows(self, section: str, key: str) -> bool:
        """Whether a word before or behind a span says something."""
        return key in self._table[section]

    def surprise(self, sentence: Sentence, first: int, last: int) -> float:
        """How surprising the words are if no film is meant: −log probability, nats."""
        words = sentence.words
        alone = self._heard.of_word(words[first].text)
        if first and not parted(sentence.text, words[first - 1].end, words[first].start):
            alone = self._heard.of_next(words[first - 1].text, words[first].text)
        return alone + sentence.surprise[last] - sentence.surprise[first + 1]


def is_idle(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a word only holds a sentence together: "it" without capital, quotes or year; most of what is found is."""
    word = sentence.words[first]
    if last - first > 1 or word.text not in _IDLE or not sentence.text[word.start : word.end].islower():
        return False
    quoted = word.start and sentence.text[word.start - 1] in _QUOTES
    return not quoted and not (last < len(sentence.words) and sentence.words[last].text.isdecimal())


_IDLE: Final = _FUNCTION_WORDS - _OBJECTS


def evidence(weights: Weights, sentence: Sentence, first: int, last: int) -> Evidence:
    """The cues that hold for the words [first, last)."""
    text, words = sentence.text, sentence.words
    start, end = words[first].start, words[last - 1].end
    found: Evidence = []
    if start and end < len(text) and text[start - 1] in _QUOTES and text[end] in _QUOTES:
        found.append(("mark", "quotes"))
    if first == 0 and last == len(words):
        found.append(("mark", "alone"))
    found += _before(weights, sentence, first) + _after(weights, sentence, last)
    capitals = capitals_of(text, words, first, last) if sentence.capitals else ""
    if capitals:
        found.append(("mark", capitals))
    ordinary = (
        capitals != "capitals"
        and any(text[word.start].islower() for word in words[first:last])
        and all(word.text in _FUNCTION_WORDS or background().is_common(word.text) for word in words[first:last])
    )
    if capitals != "capitals" and not sentence.is_topical(first, last):
        found.append(("mark", "off_topic"))
    if ("mark", "quotes") not in found:
        if ordinary:
            found += [("mark", name) for name in _said(weights, sentence, first, last)]
        found += [("mark", name) for name in _make(sentence, first, last, marked=capitals == "capitals")]
        found += [("mark", name) for name in everyday(text, words, first, last, sentence.judged, ordinary=ordinary)]
    cue = sentence.cue_of.get(first)
    if cue is not None and last <= cue[1] and capitals != "capitals":
        found.append(("mark", "inside_cue"))
    return found


def _said(weights: Weights, sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of ordinary words that may just be said, without a capital."""
    words = sentence.words
    spoken = any(word.text in _FUNCTION_WORDS for word in words[first + 1 : last]) or words[first].text in _SPOKEN
    if last - first > 1 and spoken and not any(not first <= place < last for place in sentence.topical):
        yield "phrase"
    if last < len(words) and not parted(sentence.text, words[last - 1].end, words[last].start):
        after = words[last].text
        told = background().of_word(after) >= _TELLING
        if told and not (weights.knows("after", after) or sentence.judged(last) or after in _FILM_TALK):
            yield "clause"
    if last - first == 1 and words[first].text.endswith("s") and first and words[first - 1].text in _GENERIC:
        yield "kind"


_SPOKEN: Final = _FUNCTION_WORDS - {"the", "a", "an"}
_GENERIC: Final = frozenset("like love hate likes loves hates liked loved hated enjoy with about of and".split())


def _before(weights: Weights, sentence: Sentence, first: int) -> Evidence:
    words = sentence.words
    if first == 0 or parted(sentence.text, words[first - 1].end, words[first].start):
        return [("mark", "start")]
    one = words[first - 1].text
    two = f"{words[first - 2].text} {one}" if first > 1 else one
    found = [("before", two if weights.knows("before", two) else one)]
    return [*found, ("mark", "after_cue")] if first in sentence.after_cues else found


def _after(weights: Weights, sentence: Sentence, last: int) -> Evidence:
    words = sentence.words
    found: Evidence = []
    if last == len(words) or parted(sentence.text, words[last - 1].end, words[last].start):
        found.append(("mark", "end"))
    else:
        one = words[last].text
        two = f"{one} {words[last + 1].text}" if last + 1 < len(words) else one
        found.append(("after", two if weights.knows("after", two) else one))
    if last in sentence.verdicts:
        found.append(("mark", "before_verdict"))
    if any(word.text in _PEOPLE for word in words[last : last + 6]):
        found.append(("mark", "person_after"))
    return found


def _make(sentence: Sentence, first: int, last: int, *, marked: bool) -> list[str]:
    """What the words themselves are; `marked` by capitals."""
    words = [word.text for word in sentence.words[first:last]]
    names = ["words"] if len(words) > 1 else []
    if all(_NUMERAL.match(word) for word in words) and (words[0] == _typed(sentence, first) or not marked):
        names.append("numeral")
    if len(words) == 1 and len(_typed(sentence, first)) == 1:
        names.append("letter")
    if words == ["it"] and last < len(sentence.words) and sentence.words[last].text in _VERBS:
        marked = False  # "It was nice" begins a sentence, with or without a full stop before it
    if not marked and len(words) > 1 and " ".join(words) in _wishes():
        names.append("wish")
    if len(words) == 1 and words[0] in _OBJECTS and _is_subject(sentence, first, last):
        names.append("common_capital")
    elif all(word in _FUNCTION_WORDS for word in words):
        names.append("function_word_capital" if marked else "function_word")
    elif len(words) == 1 and background().is_common(words[0]):
        names.append("common_capital" if marked else "common")
    return names


@cache
def _wishes() -> frozenset[str]:
    """Phrases of several words that ask for a kind of film ("black and white"), or are only said ("anything else")."""
    lexicon, said = table("constraints"), table("title_cues")["said"]["phrases"]
    phrases = [phrase for written in lexicon["genres"].values() for phrase in written]
    return frozenset(normal(phrase) for phrase in (*phrases, *lexicon["pairs"], *lexicon["moods"], *said))


def _is_subject(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a word begins a sentence and "was" or "is" follows, with at most a "!" of the title between."""
    text, words = sentence.text, sentence.words
    if last >= len(words) or words[last].text not in ("was", "is", "wasnt", "isnt"):
        return False
    begins = first == 0 or any(mark in ".!?;\n" for mark in text[words[first - 1].end : words[first].start])
    return begins and text[words[last - 1].end : words[last].start].strip() in ("", "!")


def _typed(sentence: Sentence, place: int) -> str:
    word = sentence.words[place]
    return sentence.text[word.start : word.end].lower()
