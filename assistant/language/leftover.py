"""What is left of a line once all that was understood is taken out of it.

Words that mean something and that no rule knows are one of two things. Where they stand as what a
film is to have ("about …", "something with …", "… movies", a clause of their own) films can be
found by them, as far as films hold such words. Elsewhere they can only be said back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import takewhile
from typing import Final, NamedTuple

from assistant.language.acts import holds, how_many, line_of
from assistant.language.lexicon import background, dictionary, heard_words, shortened, word_class
from assistant.language.meaning.direction import Direction, turned_away
from assistant.language.meaning.tastes import NEGATORS, begins_clause, closes_clause
from assistant.language.utterance import Act, Utterance
from assistant.language.words import Word, stands_apart, text_at, texts_of
from assistant.language.words import words as words_of

_STORY: Final = 25
"""Words from which on a line tells a story: it is full of words that mean something, and nobody
wants them read back."""
_TOLD: Final = 8
"""Words from which on a line may describe a film: "a man wakes up in a bathtub and …"."""
_TELLING: Final = 3
"""Words among them that no rule knows: "can you show me a good film please" has none."""
_SHORTEST: Final = 3
"""Letters of the shortest word that may mean something."""
_ENDINGS: Final = ("s", "es", "d", "ed", "ing")
"""What the forms of a known word end in."""
_APART: Final = 1
"""Known words between two strange ones of one phrase: "drill and sergeants"."""
_OWN_CLAUSE: Final = 4
"""Words of a clause that is all a wish: "vineyards, sun, Tuscany"."""
_DEEDS: Final = ("ing", "ed", "ve", "ll")
"""What the forms of verbs end in, and contractions, which are read without their marks."""
_SUBJECTS: Final = word_class("personal_pronouns") | word_class("near") | word_class("kids")
_REQUESTED: Final = frozenset("something somebody anything about sth want tonight".split())
_SCENES: Final = word_class("scenes")
_DESCRIBES: Final = word_class("describes")
_BESIDE: Final = word_class("beside_described")
_NOUNS: Final = word_class("film_nouns")
_REQUESTS: Final = word_class("requests")
_GOES_ON: Final = frozenset(("and", "or"))
_ONESELF: Final = word_class("oneself")
_SUBJECT: Final = 3
"""Words at the beginning of a line among which its subject stands."""


class Finder(NamedTuple):
    """What finds films by words."""

    knows: Callable[[str], bool]
    """Whether a film can be found by words that are said of it."""
    means: Callable[[str], Sequence[str]]
    """What of films words come near to, as one says it."""
    rare: Callable[[str], str]
    """The words of a phrase that films can be spared by."""

    def finds(self, words: str) -> bool:
        """Whether films can be found by words, or by what they mean."""
        return self.knows(words) or bool(self.means(words))


class Leftover(NamedTuple):
    """What is left, phrase by phrase."""

    sought: Sequence[str] = ()
    """Words that films can be found by."""
    strange: Sequence[str] = ()
    """Words that nothing is made of."""
    spared: Sequence[str] = ()
    """Words that are turned away: "no drill sergeants"."""


def leftover(utterance: Utterance, knows: Callable[[str], bool]) -> Leftover:
    """What is left of a line; `knows` says whether films hold such words."""
    if "series" in utterance.beyond or utterance.act is Act.BEYOND:
        return Leftover()
    utterance = replace(utterance, text=utterance.unasked)
    found = words_of(utterance.text)
    if len(found) > _STORY:
        return Leftover()
    ways = _ways(utterance, found)
    read = {
        place
        for span, way in ways.items()
        if way in (Direction.AWAY, Direction.NONE)
        for place in range(*span)
    }
    unread = [span for span in _strange_phrases(utterance, found) if span[0] not in read]
    sought, strange = _wished_for(utterance, found, unread, knows)
    away = [" ".join(texts_of(found, *span)) for span in ways if ways[span] is Direction.AWAY]
    return Leftover(sought, strange, away)


def _wished_for(
    utterance: Utterance,
    found: Sequence[Word],
    phrases: Sequence[tuple[int, int]],
    knows: Callable[[str], bool],
) -> tuple[list[str], list[str]]:
    """Of phrases that no rule knows those that films can be found by, and those worth saying
    back.
    """
    text = utterance.text
    sought: list[str] = []
    strange: list[str] = []
    goes_on = -1
    for first, last in phrases:
        phrase = text[found[first].start : found[last - 1].end]
        is_wish = _is_wished(utterance, found, (first, last), goes_on)
        if is_wish and knows(phrase):
            sought.append(phrase)
            goes_on = last
        elif any(
            _is_worth_saying(text, found, place, is_wish=is_wish) for place in range(first, last)
        ):
            strange.append(phrase)
    return sought, strange


def told(utterance: Utterance, knows: Callable[[str], bool]) -> str:
    """The whole of a line that describes a film and of which nothing else was understood."""
    if utterance.act is not Act.RECOMMEND or utterance.names_anything or utterance.beyond:
        return ""
    said = [word.text for word in words_of(utterance.text)]
    is_told = len(said) >= _TOLD and sum(map(means_something, said)) >= _TELLING
    return utterance.text if is_told and knows(utterance.text) else ""


def _is_worth_saying(text: str, found: Sequence[Word], place: int, *, is_wish: bool) -> bool:
    """Whether a word of which nothing is made may be a wish about films, and no word of talk.

    A name may be one, but for its capital. What somebody does ("my cousin is arriving"), a
    contraction and a common word spelled wrong say nothing of films.
    """
    word = found[place]
    if not means_something(word.text):
        return False
    if text[word.start].isupper() and not begins_clause(text, found, place):
        return "'" not in text[word.start : word.end].replace("’", "'")
    deed = word.text.endswith(_DEEDS) or text_at(found, place - 1) in _SUBJECTS
    is_talk = background().is_common(word.text) or _misspells(word.text)
    return not is_talk and (is_wish or not deed)


@lru_cache(maxsize=4096)
def _misspells(word: str) -> bool:
    """Whether a word is a common one but for a letter left out, added, changed or swapped."""
    if word in dictionary():
        return False
    return background().nearly(word) or not _request_words().isdisjoint((word, *shortened(word)))


@cache
def _request_words() -> frozenset[str]:
    """The words that requests are made of, without one letter."""
    return frozenset(
        short for word in _REQUESTED if len(word) >= _SHORTEST for short in (word, *shortened(word))
    )


def _is_wished(
    utterance: Utterance, found: Sequence[Word], span: tuple[int, int], goes_on: int
) -> bool:
    """Whether a phrase is what films are asked for by; `goes_on` is the end of the one before."""
    if utterance.act is not Act.RECOMMEND:
        return False
    joined = goes_on == span[0] - 1 and text_at(found, goes_on) in _GOES_ON
    return joined or _is_described(utterance, found, *span)


def _ways(utterance: Utterance, found: Sequence[Word]) -> Mapping[tuple[int, int], Direction]:
    """Ranges of words that mean something in clauses that turn away, and how they are meant:
    "without all the fighting", "nothing where a parent dies".
    """
    names = sorted({span for one in utterance.spans if (span := _places(found, one))})
    return dict(turned_away(utterance.text, found, names))


def _places(found: Sequence[Word], span: tuple[int, int]) -> tuple[int, int] | None:
    """The words that lie in a range of characters; None for none."""
    inside = [at for at, word in enumerate(found) if span[0] < word.end and word.start < span[1]]
    return (inside[0], inside[-1] + 1) if inside else None


def _strange_phrases(utterance: Utterance, found: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Ranges of words outside of all that was found that no rule knows."""
    strange = [place for place, word in enumerate(found) if _is_strange(utterance, word)]
    while strange:
        first = last = strange.pop(0)
        while strange and strange[0] - last <= 1 + _APART and not stands_apart(found, strange[0]):
            last = strange.pop(0)
        yield first, last + 1


def _is_strange(utterance: Utterance, word: Word) -> bool:
    spans = utterance.spans
    inside = any(start < word.end and word.start < end for start, end in spans)
    named = (utterance.text[start:end].lower() for start, end in spans)
    return not inside and means_something(word.text) and word.text not in named


def means_something(word: str) -> bool:
    """Whether a word is one that no rule knows in any of its forms, and no adverb."""
    if len(word) < _SHORTEST or not word.isalpha() or word.endswith("ly"):
        return False
    stems = (word, *(word.removesuffix(end) for end in _ENDINGS if word.endswith(end)))
    return heard_words().isdisjoint((*stems, *(f"{stem}e" for stem in stems)))


def _is_described(utterance: Utterance, found: Sequence[Word], first: int, last: int) -> bool:
    """Whether a phrase stands where a film is described, and is not turned away."""
    text = utterance.text
    begin = next(place for place in range(first, -1, -1) if begins_clause(text, found, place))
    before = [word.text for word in found[begin:first]]
    if not NEGATORS.isdisjoint(before):
        return False
    lead = first - len(list(takewhile(_BESIDE.__contains__, before[::-1])))
    if _is_of_films(utterance, found, last):
        return True
    if lead > begin:
        return _leads(found, lead)
    is_short = last - begin <= _OWN_CLAUSE
    return is_short and closes_clause(text, found, last) and _may_list(found, begin)


def _may_list(found: Sequence[Word], begin: int) -> bool:
    """Whether a clause of its own may be a wish: in a line of few words, or behind a request, but
    not in "six of us, beers, pizza, need something silly".
    """
    asked = any(word.text in _REQUESTS for word in found[:begin])
    return asked or len(found) <= _OWN_CLAUSE


def _leads(found: Sequence[Word], place: int) -> bool:
    """Whether "about", "set in" or the like stands before the word at a place."""
    before, earlier = text_at(found, place - 1), text_at(found, place - 2)
    return before in _DESCRIBES or (before == "in" and earlier in _SCENES)


def _is_of_films(utterance: Utterance, found: Sequence[Word], place: int) -> bool:
    """Whether "movies", or a kind of film, stands at a place: "pool movies", "architecture
    documentaries".
    """
    if stands_apart(found, place):
        return False
    begins = (facet.span.start for facet in utterance.facets)
    return found[place].text in _NOUNS or found[place].start in begins


def is_said_of_nothing(utterance: Utterance) -> bool:
    """Whether praise that points at no film is of something that was not understood.

    "An unreliable narrator would be lovely" praises no film on the table: nothing is to be learned
    from it.
    """
    praise = utterance.act is Act.REACT and (utterance.strength or 0) > 0
    if not praise or utterance.picks or utterance.names_anything:
        return False
    line = line_of(utterance.text)
    pointed = holds("it", line) or holds("these", line) or how_many(line) > 0
    return not pointed and any(leftover(utterance, lambda _: False))


def tells_of_oneself(utterance: Utterance) -> bool:
    """Whether a line says how the person is, and nothing of films: "I lost my job today"."""
    silent = utterance.act is Act.OFF_TOPIC or is_said_of_nothing(utterance)
    said = line_of(utterance.text).plain.split()
    of_films = _REQUESTS | _NOUNS
    return silent and not _ONESELF.isdisjoint(said[:_SUBJECT]) and of_films.isdisjoint(said)


def is_a_wish_unheard(utterance: Utterance, finder: Finder, *, underway: bool) -> bool:
    """Whether a line of which nothing was understood asks for films all the same.

    "Not too tame", "girls in the lead": in a talk that is `underway` films are shown by what is
    known, and the reply says what it did not get; before, where films can be found by the words, or
    by what they mean, or kept away. Who asks is answered in words.
    """
    if utterance.act is not Act.OFF_TOPIC:
        return False
    line = line_of(utterance.text)
    if holds("asks", line) or holds("elsewhere", line):
        return False
    left = leftover(replace(utterance, act=Act.RECOMMEND), finder.knows)
    found = bool(left.sought) or any(map(finder.rare, left.spared))
    return underway or found or bool(finder.means(utterance.text))
