"""What speaks for and against a span of words being a title, in nats of log-odds.

The weights stand in `lexicon/title_cues.toml`. They were set by hand and then fitted by logistic
regression, shrunk towards the hand-set ones, on half of the ReDial conversations.

Titles that are said of other things, too: set phrases, holidays, places, first names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from assistant.language.lexicon import also_said, background, dictionary, set_phrases, table
from assistant.language.titles.everyday import everyday
from assistant.language.titles.grammar import OBJECTS, is_subject, stands_back, stands_out
from assistant.language.titles.sentence import FILM_TALK, Sentence, capitals_of
from assistant.language.words import normal

_QUOTES: Final = frozenset("\"'“”‘’«»„`*_")
_NUMERAL: Final = re.compile(r"\d+(?:st|nd|rd|th|s)?\Z|(?:first|second|third)\Z")
_FUNCTION_WORDS: Final = frozenset(
    "it its her him them us me you he she they we i my your his their this that these those one 1 who what why how "
    "where nope yep yeah ok okay "
    "up out go in on off over do did not no yes now then here there if so to for of the a an and or but is was are be "
    "been will all both any some more just next again help hi hey stop wait".split()
)
_VERBS: Final = frozenset(
    "was is wasnt isnt has had will would could looks seems sounds does did also".split()
)
_TELLING: Final = 7.5
"""Surprise from which a word says what a sentence is about: not "with", "have", "seems"."""
_OF_A_FILM: Final = frozenset(("after_cue", "before_verdict"))
_STRONG: Final = 2.0
"""Points from which a cue is named in the rule."""


Evidence = list[tuple[str, str]]
"""(section of the table, key in it) of each cue that holds."""


class Weights:
    """The table of cues, read once."""

    def __init__(self) -> None:
        read: dict[str, dict[str, float]] = table("title_cues")
        self._heard = background()
        scale = read["scale"]
        self.bias, self.fame, self.told, self.idiom = (
            scale[key] for key in ("bias", "fame", "told", "idiom")
        )
        self.strange, self.set_phrase, self.also_said = (
            scale[key] for key in ("strange", "set_phrase", "also_said")
        )
        self.kind = read["kind"]
        self._points = {
            (section, key): points for section, keys in read.items() for key, points in keys.items()
        }

    def mark(self, name: str) -> float:
        """Points of a mark ("quotes", "capitals", "year", …)."""
        return self._points["mark", name]

    def points(self, evidence: Evidence) -> float:
        """Sum of the points of these cues."""
        known = self._points
        return sum([known.get(cue, 0.0) for cue in evidence])

    def most(self, evidence: Evidence) -> float:
        """Points of a film that everybody knows with these cues, if whatever else there may be
        speaks for it.
        """
        return self.bias + self.points(evidence) + self.mark("own_mark")

    def speaks_of_films(self, evidence: Evidence) -> bool:
        """Whether the words right beside show that a film is meant: a cue of taste, a verdict, "how
        about".
        """
        known = self._points
        for cue in evidence:
            if cue[1] in _OF_A_FILM if cue[0] == "mark" else known.get(cue, 0.0) >= _STRONG:
                return True
        return False

    def leads_to_films(self, evidence: Evidence) -> bool:
        """The same of the words before only."""
        return self.speaks_of_films(
            [cue for cue in evidence if cue[0] == "before" or cue == ("mark", "after_cue")]
        )

    def named(self, evidence: Evidence) -> tuple[str, ...]:
        """The cues that speak strongly for a title, in words."""
        return tuple(
            f"{section} '{key}'" if section != "mark" else key
            for section, key in evidence
            if self._points.get((section, key), 0.0) >= _STRONG
        )

    def knows(self, section: str, key: str) -> bool:
        """Whether a word before or behind a span says something."""
        return (section, key) in self._points

    def surprise(self, sentence: Sentence, first: int, last: int) -> float:
        """How surprising the words are if no film is meant: −log probability, nats."""
        words = sentence.words
        alone = self._heard.of_word(words[first].text)
        if not sentence.parted[first]:
            alone = self._heard.of_next(words[first - 1].text, words[first].text)
        return alone + sentence.surprise[last] - sentence.surprise[first + 1]


IDLE: Final = _FUNCTION_WORDS - OBJECTS
"""Words that only hold a sentence together, where they stand bare."""


def is_marked(sentence: Sentence, place: int) -> bool:
    """Whether a word has quotes around it or a number behind it; hardly any of what is found
    has.
    """
    word = sentence.words[place]
    if word.start and sentence.text[word.start - 1] in _QUOTES:
        return True
    return place + 1 < len(sentence.words) and sentence.words[place + 1].text.isdecimal()


def evidence(weights: Weights, sentence: Sentence, first: int, last: int) -> Evidence:
    """The cues that hold for the words [first, last)."""
    text, words = sentence.text, sentence.words
    start, end = words[first].start, words[last - 1].end
    found: Evidence = []
    if start and end < len(text) and text[start - 1] in _QUOTES and text[end] in _QUOTES:
        found.append(("mark", "quotes"))
        if (
            text[start].islower()
            and last - first == 1
            and sentence.around.strangeness(first, last) >= 1
        ):
            found.append(("mark", "quoted_word"))
    if first == 0 and last == len(words):
        found.append(("mark", "alone"))
    found += before_and_after(weights, sentence, first, last)
    capitals = capitals_of(text, words, first, last) if sentence.capitals else ""
    if capitals:
        found.append(("mark", capitals))
    ordinary = (
        capitals != "capitals"
        and any([text[word.start].islower() for word in words[first:last]])
        and all(
            [
                word.text in _FUNCTION_WORDS or background().is_common(word.text)
                for word in words[first:last]
            ]
        )
    )
    if capitals != "capitals" and not sentence.is_topical(first, last):
        found.append(("mark", "off_topic"))
    if ("mark", "quotes") not in found:
        if ordinary:
            found += [("mark", name) for name in _said(weights, sentence, first, last)]
        elif (
            capitals != "capitals"
            and text[words[last - 1].start].islower()
            and _goes_on(weights, sentence, last)
        ):
            # "white chicks hatched on the farm", but not "pulp fiction tarantino"
            if words[last].text in dictionary() and not weights.leads_to_films(found):
                found.append(("mark", "clause"))
        if last - first == 1 and capitals != "capitals" and is_noun(weights, sentence, first):
            found.append(("mark", "noun"))
        found += [
            ("mark", name) for name in _make(sentence, first, last, marked=capitals == "capitals")
        ]
        marks = everyday(sentence, first, last, ordinary=ordinary)
        found += [("mark", name) for name in marks if not _is_liked(sentence, first, last, name)]
        found += [("mark", name) for name in stands_out(sentence, first, last)]
        if capitals != "capitals":
            found += [
                ("mark", name)
                for name in stands_back(sentence, first, last)
                if ("mark", name) not in found
            ]
    cue = sentence.cue_of.get(first)
    verdict = last - first == 1 and first in sentence.verdicts and first not in sentence.after_cues
    inside = (cue is not None and last <= cue[1]) or (
        verdict and text[start].islower()
    )  # "Amadeus: masterpiece"
    if inside and capitals != "capitals":
        found.append(("mark", "inside_cue"))
    return found


def _is_liked(sentence: Sentence, first: int, last: int, mark: str) -> bool:
    """Whether what bears a mark of a place is spoken of as films are."""
    if mark == "there":
        return sentence.tells_of_films(first, last)
    return mark == "place" and first in sentence.after_cues


def _said(weights: Weights, sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of ordinary words that may just be said, without a capital."""
    words = sentence.words
    spoken = (
        any(word.text in _FUNCTION_WORDS for word in words[first + 1 : last])
        or words[first].text in _SPOKEN
    )
    if last - first > 1 and spoken and not sentence.tells_of_films(first, last):
        yield "phrase"
    if _goes_on(weights, sentence, last):
        yield "clause"
    if (
        last - first == 1
        and words[first].text.endswith("s")
        and first
        and words[first - 1].text in _GENERIC
    ):
        yield (
            "kind_now"
            if words[first - 1].text in _NOW and words[first].text[:-1] in dictionary()
            else "kind"
        )


def _goes_on(weights: Weights, sentence: Sentence, last: int) -> bool:
    """Whether a telling word that is not said behind titles stands right behind: "… hatched on the
    farm".
    """
    words = sentence.words
    if sentence.parted[last]:
        return False
    after = words[last].text
    told = background().of_word(after) >= _TELLING and not after.endswith("ly")
    return told and not (
        weights.knows("after", after) or sentence.judged(last) or after in FILM_TALK
    )


def is_noun(weights: Weights, sentence: Sentence, place: int) -> bool:
    """Whether a word without a capital belongs to the telling one before it: "storm clouds", "a
    drab room".
    """
    words, text = sentence.words, sentence.text
    if sentence.parted[place] or not text[words[place].start].islower():
        return False
    before = words[place - 1].text
    if words[place].text not in dictionary() or background().of_word(before) < _TELLING:
        return False
    named = place in sentence.after_cues or place - 1 in sentence.around.told
    return not (named or weights.knows("before", before) or before in FILM_TALK)


_REQUESTS: Final = frozenset("tell give show find help get bring".split())
_SPOKEN: Final = _FUNCTION_WORDS - {"the", "a", "an"}


_NOW: Final = frozenset("love hate likes loves hates enjoy".split())
_GENERIC: Final = frozenset(
    "like love hate likes loves hates liked loved hated enjoy with about of and".split()
)


def before_and_after(weights: Weights, sentence: Sentence, first: int, last: int) -> Evidence:
    """The cues of the words right before and right behind [first, last)."""
    return _before(weights, sentence, first) + _after(weights, sentence, last)


def _before(weights: Weights, sentence: Sentence, first: int) -> Evidence:
    words = sentence.words
    if sentence.parted[first]:
        return [("mark", "start")]
    one = words[first - 1].text
    two = f"{words[first - 2].text} {one}" if first > 1 else one
    found = [("before", two if weights.knows("before", two) else one)]
    return [*found, ("mark", "after_cue")] if first in sentence.after_cues else found


def _after(weights: Weights, sentence: Sentence, last: int) -> Evidence:
    words = sentence.words
    found: Evidence = []
    if sentence.parted[last]:
        found.append(("mark", "end"))
    else:
        one = words[last].text
        two = f"{one} {words[last + 1].text}" if last + 1 < len(words) else one
        found.append(("after", two if weights.knows("after", two) else one))
    if last in sentence.verdicts:
        found.append(("mark", "before_verdict"))
    if any(last <= place < last + 6 for place in sentence.people):
        found.append(("mark", "person_after"))
    return found


def _make(sentence: Sentence, first: int, last: int, *, marked: bool) -> list[str]:
    """What the words themselves are; `marked` by capitals."""
    words = [word.text for word in sentence.words[first:last]]
    names = ["words"] if len(words) > 1 else []
    if _NUMERAL.match(words[0]) and all(_NUMERAL.match(word) for word in words[1:]):
        names += ["numeral"] * (words[0] == _typed(sentence, first) or not marked)
    if len(words) == 1 and len(_typed(sentence, first)) == 1:
        names.append("letter")
    if words == ["it"] and last < len(sentence.words) and sentence.words[last].text in _VERBS:
        marked = False  # "It was nice" begins a sentence, with or without a full stop before it
    said = " ".join(words)
    asks = len(words) > 2 and words[0] in _REQUESTS and words[1] in ("me", "us")
    if len(words) > 1 and ((not marked and (asks or said in _wishes())) or said in _greetings()):
        names.append("wish")
    if (
        len(words) == 1
        and (words[0] in OBJECTS or words[0] == "up")
        and is_subject(sentence, first, last)
    ):
        names.append("common_capital")
    elif _FUNCTION_WORDS.issuperset(words):
        names.append("function_word_capital" if marked else "function_word")
    elif len(words) == 1 and background().is_common(words[0]):
        names.append("common_capital" if marked else "common")
    return names


@cache
def _wishes() -> frozenset[str]:
    """Phrases of several words that ask for a kind of film ("black and white"), or are only said
    ("anything else").
    """
    lexicon, said = table("constraints"), table("title_cues")["said"]["phrases"]
    phrases = [phrase for written in lexicon["genres"].values() for phrase in written]
    return frozenset(
        normal(phrase) for phrase in (*phrases, *lexicon["pairs"], *lexicon["moods"], *said)
    )


@cache
def _greetings() -> frozenset[str]:
    return frozenset(table("title_cues")["said"]["greetings"])


def _typed(sentence: Sentence, place: int) -> str:
    word = sentence.words[place]
    return sentence.text[word.start : word.end].lower()


_STRANGE: Final = 2.0
"""Words of other things around from which no further one counts."""
_JUDGED: Final = 2.0
"""Words of other things that are made up for by anything that is said of films, among other
things."""
_CAPITAL: Final = 0.6
"""Share that counts of a title with a capital: "remove Titanic from my list"."""
_MEASURED: Final = frozenset("nor over than vs versus meets with".split())
"""Between two titles: "I'd choose Paddington over Minions"."""
_TELLS: Final = (["is", "about"], ["was", "about"], ["its", "about"])
_NAMEABLE: Final = 10
"""Ratings from which a set phrase that is all that is said, or judged, names its film."""
_WHEN: Final = frozenset(
    "this tonight today tomorrow again all until till since right now because".split()
)
"""Behind a set phrase they tell when it holds: "home alone this weekend"."""


def said_of_others(
    weights: Weights, sentence: Sentence, span: tuple[int, int], cues: Evidence, form: str
) -> float:
    """How strongly the talk is of other things than the film, 0 … 2: "his apology got lost in
    translation".

    `form` is how the title is written. Nothing where anything around is of films, a title beside
    too.
    """
    if form not in also_said() and f"the {form}" not in also_said():
        return 0.0
    first, last = span
    strange = sentence.around.strangeness(first, last)
    if not strange or weights.speaks_of_films(cues) or _of_films_beside(sentence, first, last):
        return 0.0
    judged = sentence.tells_of_films(first, last)  # "Coco made all of us weep, we adored it"
    share = 1.0 if sentence.text[sentence.words[last - 1].start].islower() else _CAPITAL
    return share * max(min(strange - judged * _JUDGED, _STRANGE), 0.0)


def _of_films_beside(sentence: Sentence, first: int, last: int) -> bool:
    """Whether anything but the words [first, last) is of films, or a title may stand beside, or
    joined to them.
    """
    around, words = sentence.around, sentence.words
    beside = {first - 1, last, sentence.joined_before(first) - 1, sentence.joined_behind(last)}
    beside |= {first - 2} if first > 1 and words[first - 1].text in _MEASURED else set()
    beside |= {last + 1} if last < len(words) and words[last].text in _MEASURED else set()
    if [word.text for word in words[last : last + 2]] in _TELLS:
        return True  # "City of God is about a gang"
    return around.of_films(first, last) or not beside.isdisjoint(around.told)


def said_idly(
    weights: Weights, sentence: Sentence, span: tuple[int, int], cues: Evidence, renown: int
) -> int:
    """How strongly words in lower case may just be said, 0 … 4: "home alone this weekend"; 0 where
    they name a film.

    Words before that lead to a film speak against it; so does anything else of films, a title
    beside, and that the whole line is said so, or judged, if people know the film by its `renown`
    in ratings.
    """
    first, last = span
    words = sentence.words[first:last]
    if (
        last - first == 1
        or not sentence.text[words[0].start].islower()
        or weights.leads_to_films(cues)
    ):
        return 0
    said = " ".join(word.text for word in words)
    with_article = (
        first > 0 and sentence.words[first - 1].text == "the" and f"the {said}" in set_phrases()
    )
    if _of_films_beside(sentence, first, last) or not (with_article or said in set_phrases()):
        return 0
    alone = ("mark", "alone") in cues or (
        with_article and first == 1 and last == len(sentence.words)
    )
    if alone or weights.speaks_of_films(cues):
        return 0 if renown >= _NAMEABLE else 4 if alone else 2
    when = last < len(sentence.words) and sentence.words[last].text in _WHEN
    return 2 if when or is_noun(weights, sentence, first) else 1  # "the american civil war"
