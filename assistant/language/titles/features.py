"""What speaks for and against a span of words being a title, in nats of log-odds.

The weights stand in `lexicon/title_cues.toml`. They were set by hand and then fitted by logistic
regression, shrunk towards the hand-set ones, on half of the ReDial conversations.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from assistant.language.lexicon import background, dictionary, table, title_class
from assistant.language.titles.everyday import everyday
from assistant.language.titles.grammar import OBJECTS, is_subject, stands_back, stands_out
from assistant.language.titles.sentence import FILM_TALK, Sentence
from assistant.language.words import normal
from core.errors import DataError

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
_OF_A_FILM: Final = frozenset(("after_cue", "before_verdict"))
_TELLING: Final = 7.5
"""Surprise from which a word says what a sentence is about: not "with", "have", "seems"."""
_VETO: Final = -2.5
"""Points from which a mark hardly leaves a title. It counts in full, not by half: conversations
about films seldom show what it is of."""
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
        self.bias, self.fame, self.idiom = scale["bias"], scale["fame"], scale["idiom"]
        self.per_surprise = scale["surprise"]
        self.strange = scale["strange"]
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

    def vetoes(self, evidence: Evidence) -> float:
        """Sum of the points of the marks that speak of everyday life: "127 hours of work"."""
        marks = [cue for cue in evidence if cue[0] == "mark" and not cue[1].startswith("typo")]
        return sum([points for cue in marks if (points := self._points.get(cue, 0.0)) <= _VETO])

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
        alone = self._heard.of_word(sentence.words[first].text)
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


# ---- what the fitted weights see

Trait = tuple[str, float]
"""Name of what is known of a span, and its value."""


class Facts(NamedTuple):
    """What is known of a span besides its cues."""

    fame: float
    """Log of the share of all ratings that its best film has."""
    meant: float
    """Points of the kind of the written form, and of a year beside it."""
    kind: str
    surprise: float
    """Points for how surprising the words are."""
    strange: float
    """Words of other things around."""
    edits: int
    """Typing errors."""


def traits(
    sentence: Sentence, span: tuple[int, int], cues: Evidence, spoken: bool, facts: Facts
) -> list[Trait]:
    """All that the fitted weights see of a span; `spoken` where films are talked of beside it.

    Numbers that do not count alike all along their range are given in steps, too, those of the
    words together with how many they are and with their capitals: "heat" is typed otherwise in a
    line without any capital than in one with some.
    """
    first, last = span
    words, wide = last - first, min(last - first, 3)
    surprise = min(int(max(facts.surprise, 0.0) / _STEP), _STEPS)
    fame = min(max(int(facts.fame - _LEAST_FAME), 0), _STEPS)
    case = _case(sentence, first, last)
    numbers = [
        ("bias", 1.0),
        ("fame", facts.fame - _MEAN_FAME),
        ("meant", facts.meant),
        ("surprise", facts.surprise / 4),
        ("strange", facts.strange),
        ("strange spoken", facts.strange if spoken else 0.0),
    ]
    others = min((len(sentence.words) - words) // 3, 6)
    steps = [
        f"kind {facts.kind}",
        f"words {min(words, 5)}",
        f"typos {facts.edits}",
        f"surprise {surprise}",
        f"fame {fame}",
        f"case {case} {wide}",
        f"others {others}",
        f"topic {_topic(sentence, span)} {min(int(facts.strange + 0.5), 3)} {case} {wide}",
        f"typo surprise {facts.edits} {surprise}"
        if facts.edits
        else f"surprise {surprise} {wide} {case}",
    ]
    return [
        *numbers,
        *[(step, 1.0) for step in steps],
        *[(f"{section} {key}", 1.0) for section, key in cues],
    ]


_STEP: Final = 1.5
"""Points of surprise of one step."""
_LEAST_FAME: Final = -14.0
_MEAN_FAME: Final = -8.0
"""Fame of the first step, and of an average film that is named."""
_STEPS: Final = 12


def _case(sentence: Sentence, first: int, last: int) -> str:
    """Capitals of a span, all, some or none, and whether the line has any."""
    upper = sum([sentence.is_upper(place) for place in range(first, last)])
    shape = "all" if upper == last - first else "some" if upper else "none"
    return shape if sentence.has_capitals else "small"


def _topic(sentence: Sentence, span: tuple[int, int]) -> str:
    """What the words around a span are of: films, tastes or neither."""
    if sentence.around.of_films(*span):
        return "films"
    return "taste" if sentence.is_topical(*span) else "none"


class Fitted:
    """The weights of `python -m assistant train`, which judge together with the rules."""

    def __init__(self, weights: Mapping[str, float], rules: float) -> None:
        self.weights = weights
        """By the name of the trait."""
        self.rules = rules
        """Share of the rules' points that counts."""

    def score(self, rules: float, seen: Sequence[Trait]) -> float:
        """Log-odds that a span names a film, nats, from the points that the rules give it."""
        known = self.weights
        return self.rules * rules + sum([known.get(name, 0.0) * value for name, value in seen])


FITTED: Final = Path(__file__).parents[3] / "models" / "titles.json"
"""Where the weights lie, beside the bundle."""


@cache
def fitted(path: Path = FITTED) -> Fitted:
    """The weights of a file. Raises DataError for a file that is not there, or was altered."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        weights, rules = dict(record["weights"]), float(record["rules"])
        whole = record["digest"] == digest(weights, rules)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} holds no weights for titles: {error!r}. Run python -m assistant train."
        ) from error
    if not whole:
        raise DataError(f"{path} was altered. Run python -m assistant train.")
    return Fitted(weights, rules)


def digest(weights: Mapping[str, float], rules: float) -> str:
    """SHA-256 of the weights, as hexadecimal digits."""
    said = json.dumps([rules, sorted(weights.items())])
    return hashlib.sha256(said.encode()).hexdigest()
