"""What is left of a line once all that was understood is taken out of it.

Of the words that describe films (`described`, which is learned) some are names of facets, and are
understood as such. By the others films are found, or kept away, as far as films hold such words or
come near to what they mean. What nothing is made of is said back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from assistant.language.acts import holds, how_many, line_of
from assistant.language.described import STORY, described, telling
from assistant.language.lexicon import background, heard_words, word_class
from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.direction import Judge, fitted, ruled
from assistant.language.meaning.measures import amounts_in
from assistant.language.meaning.tastes import COPULAS
from assistant.language.meaning.traits import FACET, FILM, SHOWN, WORDS, Direction
from assistant.language.utterance import Act, Utterance
from assistant.language.words import Word, back_over, texts_of
from assistant.language.words import words as words_of

_LONGEST: Final = 120
"""Words up to which a line is looked at: no wish is longer."""
_SHORTEST: Final = 3
"""Letters of the shortest word that may mean something."""
_ENDINGS: Final = ("s", "es", "d", "ed", "ing")
"""What the forms of a known word end in."""
_NOUNS: Final = word_class("film_nouns")
_REQUESTS: Final = word_class("requests")
_ONESELF: Final = word_class("oneself")
_BEFORE_PREDICATES: Final = COPULAS | word_class("does") | frozenset(("has", "have", "had"))
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
    """What is left of a line; `knows` says whether films can be found by such words."""
    if "series" in utterance.beyond or utterance.act in (Act.BEYOND, Act.FORGET):
        return Leftover()
    utterance = replace(utterance, text=utterance.unasked)
    found = words_of(utterance.text)
    if len(found) > _LONGEST:
        return Leftover()
    said = (*utterance.spans, *amounts_in(utterance.text.lower()))
    names = sorted(filter(None, {_places(found, one) for one in said}))
    ways = turned_away(utterance.text, found, names, _films(utterance, found))
    away = [" ".join(texts_of(found, *span)) for span, way in ways if way is Direction.AWAY]
    others = (span for span, way in ways if way is not Direction.AWAY)
    asked = (span for span in others if not _is_predicate(found, span[0], names))
    return Leftover(*_known(found, asked, knows), away)


def _films(utterance: Utterance, found: Sequence[Word]) -> dict[tuple[int, int], str]:
    """Where films are named, and whether they are such that we put forward."""
    films = {_places(found, one.span): one.offered for one in utterance.movies}
    return {span: SHOWN if offered else FILM for span, offered in films.items() if span}


def _known(
    found: Sequence[Word], spans: Iterable[tuple[int, int]], knows: Callable[[str], bool]
) -> tuple[list[str], list[str]]:
    """The phrases that films can be found by, and the others as far as they are worth saying
    back.
    """
    phrases = [" ".join(texts_of(found, *span)) for span in spans]
    known = list(filter(knows, phrases))
    unknown = (phrase for phrase in phrases if phrase not in known)
    return known, [phrase for phrase in unknown if any(map(_is_worth_saying, phrase.split()))]


def _is_predicate(found: Sequence[Word], first: int, names: Sequence[tuple[int, int]]) -> bool:
    """Whether words tell how something is that is named before them: "Sin City has aged badly"."""
    subject = back_over(_BEFORE_PREDICATES, found, first)
    return subject < first and any(last == subject for _, last in names)


def _is_worth_saying(word: str) -> bool:
    """Whether a word may be a wish that was not understood, and no word of talk."""
    return means_something(word) and not background().is_common(word)


def turned_away(
    text: str,
    words: Sequence[Word],
    names: Sequence[tuple[int, int]],
    films: Mapping[tuple[int, int], str] = MappingProxyType({}),
) -> list[tuple[tuple[int, int], Direction]]:
    """Ranges of words that describe films and are no `names`, and how they are meant.

    Of the names `films` are FILM, or SHOWN where we put them forward.
    """
    kept = _beyond_names(text, words, names, films)
    inside = {at for first, last in kept for at in range(first, last)}
    names = [name for name in names if name[0] not in inside]
    spans = sorted([*names, *kept])
    others = {span: films.get(span, FACET) for span in names}
    kinds = [others.get(span, WORDS) for span in spans]
    named = ruled(text, words, spans, find_cues(text, words, spans), kinds=kinds)
    ways = Judge(fitted()).directions(text, words, named)
    return [
        ((name.first, name.last), way)
        for name, way in zip(named, ways, strict=True)
        if name.kind == WORDS
    ]


def _beyond_names(
    text: str,
    words: Sequence[Word],
    names: Sequence[tuple[int, int]],
    films: Collection[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Ranges of words that describe films, without names, as far as they mean something; of a story
    all words, where no film is named in it: those are `films`.
    """
    taken = {at for first, last in names for at in range(first, last)}
    named = {words[at].text for at in taken}
    of_films = {at for first, last in films for at in range(first, last)}
    again = {at for at, word in enumerate(words) if word.text in named}
    kept = list[tuple[int, int]]()
    for first, last in described(text, words):
        tells = telling(words, first, last, taken | again)
        is_story = len(tells) >= STORY and of_films.isdisjoint(range(first, last))
        kept += [(tells[0], last)] if is_story else _runs(tells, taken)
    return kept


def _runs(tells: Sequence[int], taken: Container[int]) -> Iterator[tuple[int, int]]:
    """Ranges from one telling word to another with no name between."""
    places = list(tells)
    while places:
        begin = end = places.pop(0)
        while places and not any(at in taken for at in range(end, places[0])):
            end = places.pop(0)
        yield begin, end + 1


def _places(found: Sequence[Word], span: tuple[int, int]) -> tuple[int, int] | None:
    """The words that lie in a range of characters; None for none."""
    inside = [at for at, word in enumerate(found) if span[0] < word.end and word.start < span[1]]
    return (inside[0], inside[-1] + 1) if inside else None


def means_something(word: str) -> bool:
    """Whether a word is one that no rule knows in any of its forms, and no adverb."""
    if len(word) < _SHORTEST or not word.isalpha() or word.endswith("ly"):
        return False
    stems = (word, *(word.removesuffix(end) for end in _ENDINGS if word.endswith(end)))
    return heard_words().isdisjoint((*stems, *(f"{stem}e" for stem in stems)))


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
