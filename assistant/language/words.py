"""Text as comparable words, each of which knows where it stands in what was typed.

Titles and sentences go through the same door, so that "WALL·E", "Wall-E" and "wall e", "Alien³" and
"alien 3", "Amélie" and "amelie", "Rocky II" and "rocky two" become the same words.

Finding the phrases of a list in a sentence: longest first, from left to right. Of amounts ("90
minutes", "1994") each is one word, "#", and what fills in beside it is skipped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any, Final, Generic, NamedTuple, TypeVar

from assistant.language.lexicon import table


class Word(NamedTuple):
    """One word of a text."""

    text: str
    """Normal form: lower case without accents and apostrophes, numbers in digits, "&" as "and"."""
    start: int
    """First character in the text as typed."""
    end: int
    """One past the last character."""


_WORD: Final = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?"  # E.T., L.A., S.W.A.T
    r"|[^\W_]+(?:['’‘`´ʼ]+[^\W_]+)*"  # don't, schindler’s
    r"|&"
)
_GLUED_NUMBER: Final = re.compile(r"([^\W\d_]{3,})(\d)\Z")
_SIMPLE: Final = re.compile(r"[A-Za-z ]*\Z")
_PUNCTUATED: Final = re.compile(
    r"(?:[A-Za-z ',:;!?()\"/-]|(?<![A-Za-z0-9'])[0-9]+(?![A-Za-z0-9']))*\Z"
)
_SPACED: Final = str.maketrans(',:;!?()"/-', " " * 10, "'")
_MADE_FROM: Final = re.compile(r"based on an? (.+)")
_PLAIN: Final = re.compile(r"[a-z]+\Z")

_LETTERS: Final = str.maketrans(
    {
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "'": "",
        "’": "",
        "‘": "",
    }
    | {"`": "", "´": "", "ʼ": "", ".": ""}
)

_COUNTED: Final = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100"}
NUMBER_SAID: Final = rf"(?:\d{{1,3}}|{'|'.join(_COUNTED)})"
"""Pattern of a number, in digits or as a word; `normal` gives the digits."""
_SAME: Final = {
    "&": "and",
    "n": "and",
    **_COUNTED,
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "xi": "11",
    "xii": "12",
    "xiii": "13",
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "4th": "fourth",
    "5th": "fifth",
    "6th": "sixth",
    "7th": "seventh",
    "mister": "mr",
    "doctor": "dr",
    "versus": "vs",
    "saint": "st",
    "volume": "vol",
    "pt": "part",
    "rly": "really",
    "realy": "really",
    "pls": "please",
    "plz": "please",
    "ppl": "people",
    "tho": "though",
    "liek": "like",
    "lvoe": "love",
    "u": "you",
    "thru": "through",
}
"""Spellings that mean the same in a title; single letters (i, v, x) stay, they are too often
something else."""

NUMBER_WORDS: Final = {digits: word for word, digits in _COUNTED.items() if len(word) > 3}
"""Numbers of which the word can be mistyped: "8" is "eight"."""


def fold(text: str) -> str:
    """Lower case without accents, apostrophes and dots; any length, any script.

    >>> fold("Amélie’s")
    'amelies'
    """
    text = text.lower().translate(_LETTERS)
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    return "".join(c for c in plain if c.isalnum() or (c.isascii() and c != " "))


def words(text: str) -> list[Word]:
    """The words of a text, in order, without overlap.

    >>> [word.text for word in words("Rocky II & WALL·E")]
    ['rocky', '2', 'and', 'wall', 'e']
    """
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        folded = match[0] if _PLAIN.match(match[0]) else fold(match[0])
        folded = _SAME.get(folded, folded)
        if not folded:
            continue
        if folded[-1].isdecimal() and (glued := _GLUED_NUMBER.match(folded)):
            cut = max(start + 1, end - 1)
            found.append(Word(glued[1], start, cut))
            found.append(Word(glued[2], cut, end))
        else:
            found.append(Word(folded, start, end))
    return found


def normal(text: str) -> str:
    """The normal form of a whole title or phrase: its words, one space between them.

    >>> normal("The Good, the Bad & the Ugly")
    'the good the bad and the ugly'
    """
    if _SIMPLE.match(text):  # the same, several times as fast; most titles are such
        said = text.lower().split()
    elif _PUNCTUATED.match(text):
        said = text.lower().translate(_SPACED).split()
    else:
        return " ".join([word.text for word in words(text)])
    return " ".join(
        said if _SAME.keys().isdisjoint(said) else [_SAME.get(word, word) for word in said]
    )


Meaning = TypeVar("Meaning")


_CHOICE: Final = re.compile(r"\(([^()]*)\)")


def spelled_out(pattern: str) -> Iterator[str]:
    """The phrases that a pattern stands for; choices do not nest.

    >>> list(spelled_out("(fell|dozed) off (in|)"))
    ['fell off in', 'fell off ', 'dozed off in', 'dozed off ']
    """
    pieces = _CHOICE.split(pattern)  # text, choices, text, choices, …, text
    for chosen in product(
        *(piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces))
    ):
        yield "".join(chosen)


def in_number(phrase: str) -> Iterator[str]:
    """The plural of a phrase in the singular, and the other way round: "dark comedies", "based on
    novels".
    """
    if (made_from := _MADE_FROM.fullmatch(phrase)) is not None:
        phrase = f"based on {made_from[1]}"
    if phrase.endswith("s") and not phrase.endswith("ss"):
        yield phrase.removesuffix("s")
    elif phrase.endswith("y"):
        yield f"{phrase.removesuffix('y')}ies"
    else:
        yield f"{phrase}s"


def stands_apart(words: Sequence[Word], place: int) -> bool:
    """Whether more than a space stands before the word at `place`: a mark, or the end of the
    line.
    """
    return place in (0, len(words)) or words[place].start - words[place - 1].end > 1


def clause_around(words: Sequence[Word], first: int, last: int, most: int) -> tuple[int, int]:
    """The words around [first, last) up to the next marks, at most so many on each side."""
    least, furthest = max(first - most, 0), min(last + most, len(words))
    while first > least and not stands_apart(words, first):
        first -= 1
    while last < furthest and not stands_apart(words, last):
        last += 1
    return first, last


def text_at(words: Sequence[Word], place: int) -> str:
    """The text of the word at a place; "" where there is none."""
    return words[place].text if 0 <= place < len(words) else ""


def texts_of(words: Sequence[Word], first: int, last: int) -> list[str]:
    """The texts of the words [first, last), of those that there are."""
    return [word.text for word in words[max(first, 0) : max(last, 0)]]


def any_of(kind: Container[str], words: Sequence[Word], first: int, last: int) -> bool:
    """Whether any of the words [first, last) is of a kind."""
    return any(word.text in kind for word in words[max(first, 0) : max(last, 0)])


def back_over(kind: Container[str], words: Sequence[Word], place: int) -> int:
    """The first of the words of a kind that stand right before a place; the place for none."""
    while place > 0 and words[place - 1].text in kind:
        place -= 1
    return place


def taken_by(ranges: Iterable[tuple[int, int]], n_words: int) -> bytearray:
    """1 for each word in a range (first word, one past the last), (n + 1,); the last is that of no
    word.
    """
    taken = bytearray(n_words + 1)
    for first, last in ranges:
        taken[first:last] = b"\x01" * (last - first)
    return taken


def respelled(
    words: Sequence[Word], taken: Sequence[int], spelled: Callable[[str], str]
) -> list[Word]:
    """The words with the spelling of those that are not `taken` put right."""
    texts = [word.text for word in words]
    right = list(map(spelled, texts))
    if right == texts:
        return list(words)
    pairs = zip(words, right, taken, strict=False)
    return [
        word if kept or text == word.text else Word(text, word.start, word.end)
        for word, text, kept in pairs
    ]


class Found(NamedTuple, Generic[Meaning]):
    """A phrase in a sentence."""

    first: int
    last: int
    """One past the last word."""
    phrase: str
    meaning: Meaning


_END: Final = ""
"""Where a phrase ends, the phrase itself stands under this key."""
_Place = dict[str, Any]
"""A place in the tree of phrases: the next word → the next place."""


class PhraseBook(Generic[Meaning]):
    """Phrases and what they mean.

    Phrases are written as people do; both they and the sentence are compared in normal form. Those
    of a list that is in normal form already are not put into it again.
    """

    def __init__(self, phrases: Mapping[str, Meaning], *, in_normal_form: bool = False) -> None:
        self._meanings: dict[str, Meaning] = {}
        self._begin: _Place = {}
        for phrase, meaning in phrases.items():
            key = phrase if in_normal_form else normal(phrase)
            if not key or key in self._meanings:
                continue
            self._meanings[key] = meaning
            place = self._begin
            for word in key.split(" "):
                place = place.setdefault(word, {})
            place[_END] = key

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._meanings

    def phrases(self) -> Iterable[str]:
        """The phrases, in normal form."""
        return self._meanings

    def meaning(self, phrase: str) -> Meaning:
        """What a phrase of the book, in normal form, means. KeyError where it has none."""
        return self._meanings[phrase]

    def at(self, words: Sequence[Word], first: int) -> tuple[int, Meaning] | None:
        """One past the longest phrase that begins at a place, and what it means; None for none."""
        place: _Place | None = self._begin
        found = None
        for at in range(first, len(words)):
            place = place.get(words[at].text) if place else None
            if place is None:
                break
            if _END in place:
                found = at + 1, self._meanings[place[_END]]
        return found

    def find(
        self, words: Sequence[Word], taken: Sequence[int] | None = None
    ) -> list[Found[Meaning]]:
        """The longest phrases in order, without overlap, made of words that are not `taken`; of any
        where None.
        """
        found: list[Found[Meaning]] = []
        texts = [word.text for word in words]
        last = 0
        for first, text in enumerate(texts):
            if first >= last and text in self._begin:
                end, phrase = self._longest(texts, first, taken)
                if phrase:
                    last = end
                    found.append(Found(first, end, phrase, self._meanings[phrase]))
        return found

    def _longest(
        self, texts: Sequence[str], first: int, taken: Sequence[int] | None
    ) -> tuple[int, str]:
        """Where the longest phrase that begins at `first` ends, and the phrase; "" for none."""
        place: _Place | None = self._begin[texts[first]]
        at, last, phrase = first, first, ""
        while place is not None and (taken is None or not taken[at]):
            at += 1
            if _END in place:
                last, phrase = at, place[_END]
            place = place.get(texts[at]) if at < len(texts) else None
        return last, phrase


# ---- ratings

_OUT_OF_TEN: Final = {
    grade + sign: min(max(worth + more, 0), 10)
    for grade, worth in {"a": 9, "b": 7, "c": 5, "d": 3, "e": 2, "f": 1}.items()
    for sign, more in {"": 0, "+": 1, "-": -1, "−": -1}.items()
}
"""School grades out of ten."""
_RATED: Final = re.compile(
    r"(?P<name>[^,;\n]*?[^\W_])(?P<joint>\s*[=:]\s*|\s+)"
    r"(?P<mark>(?:10|\d)(?:[.,]\d)?(?P<of>/10)?|[a-fA-F][+−-]?)(?=\s*(?:[,;\n]|\.\s|\.?\s*\Z))"
)
_STARS: Final = re.compile(r"(?<=\s)[*★]{1,5}(?=\s|[,;.]|\Z)")
_LEAST_RATED: Final = 2
"""Ratings of a line from which bare numbers and letters behind names are taken for ratings."""


def rated(text: str, is_title: Callable[[str], bool]) -> str:
    """A line of films with numbers, grades or stars behind them, with all of these out of ten.

    `is_title` tells whether a film is called by a name and its number: "Toy Story 3".

    >>> rated("Heat 9, Titanic D-", lambda _: False)
    'Heat 9/10, Titanic 2/10'
    """
    if len(_STARS.findall(text)) >= _LEAST_RATED:
        text = _STARS.sub(lambda stars: f"{2 * len(stars[0])}/10", text)
    found = [match for match in _RATED.finditer(text) if not _is_part_of(is_title, match)]
    bare = [match for match in found if not match["of"] or "." in match["mark"]]
    if len(found) < _LEAST_RATED or not bare:
        return text
    pieces, at = [], 0
    for match in bare:
        pieces += [text[at : match.end("name")], f" {_worth(match['mark'])}/10"]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _is_part_of(is_title: Callable[[str], bool], match: re.Match[str]) -> bool:
    """Whether a number behind a name belongs to the title."""
    is_plain = not match["of"] and match["mark"].isalnum()
    return is_plain and is_title(f"{match['name']} {match['mark']}")


def _worth(mark: str) -> int:
    """A rating out of ten."""
    mark = mark.lower().removesuffix("/10")
    return _OUT_OF_TEN[mark] if mark in _OUT_OF_TEN else round(float(mark.replace(",", ".")))


# ---- amounts

AMOUNT: Final = "#"
_BLANKS: Final = str.maketrans("\x00", "ɤ")
"""What is blanked out of a line comes to a word that no phrase holds, and parts what it parts."""


def words_apart(text: str) -> list[Word]:
    """The words of a text of which some is blanked out, as words of its own."""
    return words(text.translate(_BLANKS))


def with_amounts(words: Iterable[Word], spans: Iterable[tuple[int, int]]) -> list[Word]:
    """The words with those in each of the spans, which are in order, as one word, "#"."""
    found: list[Word] = []
    ahead = iter(spans)
    start, end = next(ahead, _NOWHERE)
    for word in words:
        while word.start >= end:
            start, end = next(ahead, _NOWHERE)
        if word.end <= start:
            found.append(word)
        elif not found or found[-1].start != start:
            found.append(Word(AMOUNT, start, end))
    return found


_NOWHERE: Final = (2**31, 2**31)


class AmountPhrases:
    """What is said around amounts, as a section of lexicon/measures.toml has it."""

    def __init__(self, section: Mapping[str, Any], fillers: Iterable[str]) -> None:
        self.book = PhraseBook(dict(_phrases(section)), in_normal_form=True)
        self._fillers = PhraseBook(dict.fromkeys(fillers, True))
        said = [phrase.split(" ") for phrase in self.book.phrases()]
        bounds = {pair for phrase in said for pair in pairwise(phrase)}
        self._before = {word for word, amount in bounds if amount == AMOUNT}
        self._behind = {word for amount, word in bounds if amount == AMOUNT}

    def plain(self, words: Sequence[Word]) -> list[Word]:
        """The words without those that fill in between an amount and what bounds it: "after, like,
        2015", "90 mins, say".
        """
        if all(word.text != AMOUNT for word in words):
            return list(words)
        idle = taken_by(self._idle(words), len(words))
        return [word for word, left_out in zip(words, idle, strict=False) if not left_out]

    def _idle(self, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
        """Ranges of words that fill in."""
        first = last = -1
        for found in self._fillers.find(words):
            first, last = (first if found.first == last else found.first), found.last
            before, behind = text_at(words, first - 1), text_at(words, last)
            leads = before in self._before and behind == AMOUNT
            trails = before == AMOUNT and (behind in self._behind or last == len(words))
            if leads or (trails and not self._goes_on(words, first)):
                yield first, last

    def _goes_on(self, words: Sequence[Word], place: int) -> bool:
        """Whether the word at a place is part of a phrase with the amount before it: "90 or so"."""
        phrase = self.book.at(words, place - 1)
        return phrase is not None and phrase[0] > place


def _phrases(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The phrases of the lists of a section, and the name each goes by."""
    lists = ((name, one) for name, of in section.items() if isinstance(of, list) for one in of)
    for name, pattern in lists:
        yield from ((" ".join(phrase.split()), name) for phrase in spelled_out(pattern))


@cache
def amount_phrases(section: str) -> AmountPhrases:
    """The phrases of a section of lexicon/measures.toml."""
    measures = table("measures")
    return AmountPhrases(measures[section], measures["fillers"])
