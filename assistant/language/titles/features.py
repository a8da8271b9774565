"""What speaks for and against a span of words being a title, in nats of log-odds.

The weights stand in `lexicon/title_cues.toml`. They were set by hand and then fitted by logistic
regression, shrunk towards the hand-set ones, on half of the ReDial conversations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from assistant.language.lexicon import (
    also_said,
    background,
    dictionary,
    set_phrases,
    table,
    title_class,
)
from assistant.language.titles.everyday import everyday
from assistant.language.titles.grammar import OBJECTS, is_subject, stands_back, stands_out
from assistant.language.titles.sentence import FILM_TALK, Sentence
from assistant.language.words import normal

_NUMERAL: Final = re.compile(r"\d+(?:st|nd|rd|th|s)?\Z|(?:first|second|third)\Z")
_FUNCTION_WORDS: Final = title_class("function_words")
_SPOKEN: Final = _FUNCTION_WORDS - {"the", "a", "an"}
_SUBJECTS: Final = OBJECTS | {"up"}
IDLE: Final = _FUNCTION_WORDS - OBJECTS
"""Words that only hold a sentence together, where they stand bare."""
_VERBS_OF_IT: Final = title_class("verbs_of_it")
_REQUESTS: Final = title_class("requests")
_BEFORE_KINDS: Final = title_class("before_kinds")
_LIKES_NOW: Final = title_class("likes_now")
_MEASURES: Final = title_class("measures")
_WHEN: Final = title_class("when")
_TELLS: Final = (["is", "about"], ["was", "about"], ["its", "about"])
_OF_A_FILM: Final = frozenset(("after_cue", "before_verdict"))
_TELLING: Final = 7.5
"""Surprise from which a word says what a sentence is about: not "with", "have", "seems"."""
_STRONG: Final = 2.0
"""Points from which a cue is named in the rule."""
_STRANGE: Final = 2.0
"""Words of other things around from which no further one counts."""
_JUDGED: Final = 2.0
"""Words of other things that are made up for by anything that is said of films, among other
things."""
_CAPITAL: Final = 0.6
"""Share that counts of a title with a capital: "remove Titanic from my list"."""
_NAMEABLE: Final = 10
"""Ratings from which a set phrase that is all that is said, or judged, names its film."""

Evidence = list[tuple[str, str]]
"""(section of the table, key in it) of each cue that holds."""


class Weights:
    """The table of cues, read once."""

    def __init__(self) -> None:
        read: dict[str, dict[str, float]] = table("title_cues")
        self._heard = background()
        scale = read["scale"]
        self.bias, self.fame, self.idiom = scale["bias"], scale["fame"], scale["idiom"]
        self.per_surprise = scale["surprise"]
        self.strange, self.set_phrase = scale["strange"], scale["set_phrase"]
        self.also_said = scale["also_said"]
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
        """Points with these cues of a film that everybody knows, if all else speaks for it."""
        return self.bias + self.points(evidence) + self.mark("own_mark")

    def speaks_of_films(self, evidence: Evidence) -> bool:
        """Whether the words right beside show that a film is meant: a taste, a verdict."""
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
        """Points for how surprising the words are if no film is meant."""
        words = sentence.words
        alone = self._heard.of_word(words[first].text)
        if not sentence.parted[first]:
            alone = self._heard.of_next(words[first - 1].text, words[first].text)
        return self.per_surprise * (alone + sentence.surprise[last] - sentence.surprise[first + 1])


# ---- all cues of a span


def evidence(weights: Weights, sentence: Sentence, first: int, last: int) -> Evidence:
    """The cues that hold for the words [first, last)."""
    case, quoted = sentence.mark_of_case(first, last), sentence.is_quoted(first, last)
    capitals = case == "capitals"
    beside = before_and_after(weights, sentence, first, last)
    marks = [case] if case else []
    if not capitals and not sentence.is_topical(first, last):
        marks.append("off_topic")
    if not quoted:
        marks += _of_wording(weights, sentence, (first, last), beside, capitals)
    if not capitals and _is_in_cue(sentence, first, last):
        marks.append("inside_cue")
    found = [("mark", mark) for mark in _of_frame(sentence, first, last, quoted)]
    return [*found, *beside, *[("mark", mark) for mark in marks]]


def _of_frame(sentence: Sentence, first: int, last: int, quoted: bool) -> Iterator[str]:
    """Marks of what is around the words: quotes, or nothing."""
    if quoted:
        yield "quotes"
        small_word = last - first == 1 and sentence.is_lower(first)
        if small_word and sentence.around.strangeness(first, last) >= 1:
            yield "quoted_word"
    if last - first == len(sentence.words):
        yield "alone"


def _of_wording(
    weights: Weights, sentence: Sentence, span: tuple[int, int], beside: Evidence, capitals: bool
) -> list[str]:
    """Marks of words without quotes; `beside` are the cues of the words beside them."""
    first, last = span
    ordinary = not capitals and _is_ordinary(sentence, first, last)
    marks: list[str] = []
    if not capitals:
        marks += _of_small_words(weights, sentence, span, beside, ordinary)
    marks += _of_words(sentence, first, last, capitals=capitals)
    about = everyday(sentence, first, last, ordinary=ordinary)
    marks += [mark for mark in about if not _is_liked(sentence, first, last, mark)]
    marks += stands_out(sentence, first, last)
    if not capitals:
        back = stands_back(sentence, first, last)
        marks += [mark for mark in back if mark not in marks]
    return marks


def _of_small_words(
    weights: Weights, sentence: Sentence, span: tuple[int, int], beside: Evidence, ordinary: bool
) -> Iterator[str]:
    """Marks of words without capitals that may be a part of what is said."""
    first, last = span
    if ordinary:
        yield from _of_speech(weights, sentence, first, last)
    elif _begins_clause(weights, sentence, last, beside):
        yield "clause"
    if last - first == 1 and is_noun(weights, sentence, first):
        yield "noun"


def _is_ordinary(sentence: Sentence, first: int, last: int) -> bool:
    """Whether words are all said often, and not all written with capitals."""
    if not any([sentence.is_lower(place) for place in range(first, last)]):
        return False
    heard = background()
    texts = [word.text for word in sentence.words[first:last]]
    return all([word in _FUNCTION_WORDS or heard.is_common(word) for word in texts])


def _begins_clause(weights: Weights, sentence: Sentence, last: int, beside: Evidence) -> bool:
    """Whether a clause goes on: "white chicks hatched on", but not "pulp fiction tarantino"."""
    if not sentence.is_lower(last - 1) or not _goes_on(weights, sentence, last):
        return False
    return sentence.words[last].text in dictionary() and not weights.leads_to_films(beside)


def _is_liked(sentence: Sentence, first: int, last: int, mark: str) -> bool:
    """Whether what bears a mark of a place is spoken of as films are."""
    if mark == "there":
        return sentence.tells_of_films(first, last)
    return mark == "place" and first in sentence.cues.after


def _is_in_cue(sentence: Sentence, first: int, last: int) -> bool:
    """Whether words are a part of what says a taste, or a verdict by themselves."""
    cues = sentence.cues
    if first in cues.ranges and last <= cues.ranges[first][1]:
        return True
    verdict = last - first == 1 and first in cues.verdicts and first not in cues.after
    return verdict and sentence.is_lower(first)  # "Amadeus: masterpiece"


# ---- words beside a span


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
    return [*found, ("mark", "after_cue")] if first in sentence.cues.after else found


def _after(weights: Weights, sentence: Sentence, last: int) -> Evidence:
    words = sentence.words
    found: Evidence = []
    if sentence.parted[last]:
        found.append(("mark", "end"))
    else:
        one = words[last].text
        two = f"{one} {words[last + 1].text}" if last + 1 < len(words) else one
        found.append(("after", two if weights.knows("after", two) else one))
    if last in sentence.cues.verdicts:
        found.append(("mark", "before_verdict"))
    if any(last <= place < last + 6 for place in sentence.people):
        found.append(("mark", "person_after"))
    return found


def _of_speech(weights: Weights, sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of ordinary words that may just be said, without a capital."""
    texts = [word.text for word in sentence.words[first:last]]
    spoken = texts[0] in _SPOKEN or not _FUNCTION_WORDS.isdisjoint(texts[1:])
    if len(texts) > 1 and spoken and not sentence.tells_of_films(first, last):
        yield "phrase"
    if _goes_on(weights, sentence, last):
        yield "clause"
    if first and len(texts) == 1:
        yield from _of_kinds(sentence.words[first - 1].text, texts[0])


def _of_kinds(before: str, word: str) -> Iterator[str]:
    """Marks of a plural that may be a kind of film: "i like westerns"."""
    if before in _BEFORE_KINDS and word.endswith("s"):
        yield "kind_now" if before in _LIKES_NOW and word[:-1] in dictionary() else "kind"


def _goes_on(weights: Weights, sentence: Sentence, last: int) -> bool:
    """Whether a telling word that is not said behind titles follows: "… hatched on the farm"."""
    if sentence.parted[last]:
        return False
    after = sentence.words[last].text
    if background().of_word(after) < _TELLING or after.endswith("ly") or after in FILM_TALK:
        return False
    return not weights.knows("after", after) and not sentence.judged(last)


def is_noun(weights: Weights, sentence: Sentence, place: int) -> bool:
    """Whether a small word belongs to the telling one before it: "storm clouds", "a drab room"."""
    words = sentence.words
    if sentence.parted[place] or not sentence.is_lower(place):
        return False
    before = words[place - 1].text
    if words[place].text not in dictionary() or background().of_word(before) < _TELLING:
        return False
    if place in sentence.cues.after or place - 1 in sentence.around.explained:
        return False
    return not weights.knows("before", before) and before not in FILM_TALK


# ---- the words themselves


def _of_words(sentence: Sentence, first: int, last: int, *, capitals: bool) -> Iterator[str]:
    """Marks of what the words themselves are."""
    texts = [word.text for word in sentence.words[first:last]]
    if len(texts) > 1:
        yield "words"
    typed = sentence.text[sentence.words[first].start : sentence.words[first].end].lower()
    spelled_out = capitals and texts[0] != typed
    if not spelled_out and all(map(_NUMERAL.match, texts)):
        yield "numeral"
    if len(texts) == 1 and len(typed) == 1:
        yield "letter"
    # "It was nice" begins a sentence, with or without a full stop before it
    capitals = capitals and not _is_it(sentence, first, last)
    if len(texts) > 1 and _is_wish(texts, capitals):
        yield "wish"
    yield from _of_common_words(sentence, first, texts, capitals)


def _of_common_words(
    sentence: Sentence, first: int, texts: Sequence[str], capitals: bool
) -> Iterator[str]:
    """Marks of words that hold a sentence together, or of a single common one."""
    if texts[0] in _SUBJECTS and len(texts) == 1 and is_subject(sentence, first, first + 1):
        yield "common_capital"
    elif _FUNCTION_WORDS.issuperset(texts):
        yield "function_word_capital" if capitals else "function_word"
    elif len(texts) == 1 and background().is_common(texts[0]):
        yield "common_capital" if capitals else "common"


def _is_it(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a word is the "it" of "it was nice"."""
    words = sentence.words
    if last - first > 1 or words[first].text != "it" or last == len(words):
        return False
    return words[last].text in _VERBS_OF_IT


def _is_wish(texts: Sequence[str], capitals: bool) -> bool:
    """Whether several words ask for films, or greet, rather than name one."""
    phrase = " ".join(texts)
    if phrase in _greetings():
        return True
    asks = len(texts) > 2 and texts[0] in _REQUESTS and texts[1] in ("me", "us")
    return not capitals and (asks or phrase in _wishes())


@cache
def _wishes() -> frozenset[str]:
    """Phrases that ask for a kind of film ("black and white"), or are only said ("part one")."""
    lexicon, said = table("constraints"), table("title_cues")["said"]["phrases"]
    phrases = [phrase for written in lexicon["genres"].values() for phrase in written]
    return frozenset(
        normal(phrase) for phrase in (*phrases, *lexicon["pairs"], *lexicon["moods"], *said)
    )


@cache
def _greetings() -> frozenset[str]:
    return frozenset(table("title_cues")["said"]["greetings"])


# ---- titles that are said of other things, too: set phrases, holidays, places, first names


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
    share = 1.0 if sentence.is_lower(last - 1) else _CAPITAL
    return share * max(min(strange - judged * _JUDGED, _STRANGE), 0.0)


def _of_films_beside(sentence: Sentence, first: int, last: int) -> bool:
    """Whether anything but the words [first, last) is of films, or a title may stand beside."""
    around, words = sentence.around, sentence.words
    if [word.text for word in words[last : last + 2]] in _TELLS:
        return True  # "City of God is about a gang"
    beside = {first - 1, last, sentence.joined_before(first) - 1, sentence.joined_behind(last)}
    if first > 1 and words[first - 1].text in _MEASURES:
        beside.add(first - 2)
    if last < len(words) and words[last].text in _MEASURES:
        beside.add(last + 1)
    return around.of_films(first, last) or not beside.isdisjoint(around.explained)


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
    begin = _set_phrase(sentence, first, last)
    if begin is None or weights.leads_to_films(cues) or _of_films_beside(sentence, first, last):
        return 0
    n_words = len(sentence.words)
    alone = n_words in (last - first, last - begin)
    if alone or weights.speaks_of_films(cues):
        if renown >= _NAMEABLE:
            return 0
        return 4 if alone else 2
    when = last < n_words and sentence.words[last].text in _WHEN
    return 2 if when or is_noun(weights, sentence, first) else 1  # "the american civil war"


def _set_phrase(sentence: Sentence, first: int, last: int) -> int | None:
    """Where the set phrase begins that small words are, its article before them included."""
    if last - first == 1 or not sentence.is_lower(first):
        return None
    words = sentence.words
    phrase = " ".join([word.text for word in words[first:last]])
    if first and words[first - 1].text == "the" and f"the {phrase}" in set_phrases():
        return first - 1
    return first if phrase in set_phrases() else None
