"""What is left of a line once all that was understood is taken out of it.

Of the words that describe films (`described`, which is learned) some are names of facets, and are
understood as such. By the others films are found, or kept away, as far as films hold such words or
come near to what they mean. What nothing is made of is said back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.language.acts import holds, how_many, line_of
from assistant.language.lexicon import background, heard_words, table, word_class
from assistant.language.meaning.measures import amounts_in
from assistant.language.meaning.people import ROLES
from assistant.language.meaning.roles import WORDS, Direction, Role, reader
from assistant.language.meaning.tastes import COPULAS
from assistant.language.utterance import Act, FacetMention, Span, Utterance
from assistant.language.words import Word, back_over, normal, stands_apart, texts_of
from assistant.language.words import words as words_of
from core.catalogue import Catalogue
from core.data.search import stems
from core.data.typicality import GRADED

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
    kind: Callable[[int], str] = lambda _: ""
    """The kind of a facet."""
    meant: Callable[[str, int], bool] = lambda *_: True
    """Whether a description means a facet, as far as was learned."""

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
    names = _names(utterance, found)
    ways = turned_away(utterance.text, found, names, _films(utterance, found))
    ways = [one for one in ways if not _measures(found, one[0])]
    away = [" ".join(texts_of(found, *span)) for span in _of_way(ways, Direction.AWAY)]
    asked = _of_way(ways, Direction.TOWARDS)
    asked = [span for span in asked if not _is_predicate(found, span[0], names)]
    return Leftover(*_known(found, asked, knows), away)


MOOD: Final = "mood"
"""Kind of the tags that say how a film feels. So few films have one, and such famous ones, that it
is no must: of the 41 called heartwarming *The Shawshank Redemption* is so most."""
_LOOSE: Final = (MOOD, "tag", "keyword", "source")
"""Kinds of facets that are part of a description: "robots that break your heart" need not be of
those films that somebody has tagged so. Of nine films that answer 120 wishes of one writer 1.95 are
among those that are named for them then, 1.88 where each facet is a must."""
_PART: Final = 0.2
"""Probability from which on a word describes films together with others: of those named for the
same wishes 2.18 are found by such words, 2.04 by those that do rather than not, 2.23 by whole
lines, in which people also talk."""
_HEDGES: Final = word_class("hedges")
_RATHER: Final = 0.5
"""The same of one of them at least."""
_GAP: Final = 2
"""Words of talk inside of a description: "a film about the sea"."""


def as_described(utterance: Utterance, finder: Finder) -> Utterance:
    """The line with its description as a whole, and without musts that are only part of that: of
    "cry my eyes out" no film of eyes, of "robots that break your heart" not only robots.
    """
    text = description(utterance, finder)
    of_kind: dict[str, list[FacetMention]] = {"": [], MOOD: [], _THING: []}
    for facet in utterance.facets:
        of_kind.setdefault(_part(utterance, facet, text, finder), []).append(facet)
    fixed, moods, things = of_kind[""], of_kind[MOOD], of_kind[_THING]
    told = replace(utterance, facets=(*fixed, *moods, *things))
    left = leftover(told, finder.finds).sought
    kept = fixed if left else [*fixed, *things]
    described = (text or ", ".join(left)) if left or moods else ""
    return replace(told, facets=tuple(kept), described=described)


_THING, _IDLE = "thing", "idle"


def _part(utterance: Utterance, facet: FacetMention, text: str, finder: Finder) -> str:
    """What a facet is in a description: `MOOD`, a thing that it is about, idle, or "" for none."""
    if not (facet.required and _is_loose(facet, finder)):
        return ""
    if finder.kind(facet.token) == MOOD:
        return MOOD
    return _THING if _is_meant(utterance, facet, text, finder) else _IDLE


def _is_meant(utterance: Utterance, facet: FacetMention, text: str, finder: Finder) -> bool:
    """Whether a description asks for a facet that it names: one that is all of it, or that it means
    by what was learned.
    """
    first, last = facet.span
    is_all = set(stems(text)) <= set(stems(utterance.text[first:last]))
    return is_all or finder.meant(text, facet.token)


def kind_of(catalogue: Catalogue, token: int) -> str:
    """The kind of a facet, `MOOD` for tags that are moods."""
    facet = catalogue.facet(token)
    return MOOD if facet.kind == "tag" and moods_of(facet.name) else facet.kind


def _is_loose(facet: FacetMention, finder: Finder) -> bool:
    return facet.strength > 0 and finder.kind(facet.token) in _LOOSE


def description(utterance: Utterance, finder: Finder) -> str:
    """The words in which a line describes films, without titles, people and places."""
    found = words_of(utterance.text)
    others = (one.span for one in utterance.facets if _is_apart(one, finder))
    names = _words_in(found, chain(others, (one.span for one in utterance.movies)))
    roles = reader().read(utterance.text, found, _films(utterance, found))
    wanted, spared = (roles.chance(WORDS, way) for way in (Direction.TOWARDS, Direction.AWAY))
    telling = (wanted >= np.maximum(spared, _PART)) & _tells(found)
    amounts = (Span(*span) for span in amounts_in(utterance.text.lower()))
    barred = names | _words_in(found, amounts)
    telling[[*barred]] = False
    barred.update(np.flatnonzero(spared > _PART).tolist())
    parts = _parted(np.flatnonzero(telling).tolist(), barred, found)
    surely = (part for part in parts if wanted[part].max() > _RATHER)
    return ", ".join(" ".join(texts_of(found, part[0], part[-1] + 1)) for part in surely)


def _is_apart(facet: FacetMention, finder: Finder) -> bool:
    """Whether a facet is no part of a description: somebody, or where films must be from."""
    kind = finder.kind(facet.token)
    return kind in ROLES or (facet.required and kind not in (*GRADED, MOOD))


def _tells(found: Sequence[Word]) -> npt.NDArray[np.bool_]:
    """Whether words mean something by themselves, (words,); "80s" is a year."""
    texts = [word.text for word in found]
    told = (text.isalpha() and bool(stems(text)) and text not in _HEDGES for text in texts)
    return np.fromiter(told, np.bool_, len(found))


def _words_in(found: Sequence[Word], spans: Iterable[Span]) -> set[int]:
    """Places of the words that lie in ranges of characters."""
    ranges = (_places(found, span) for span in spans)
    return {at for one in ranges if one is not None for at in range(*one)}


def _parted(
    places: Sequence[int], barred: Collection[int], found: Sequence[Word]
) -> list[list[int]]:
    """Places in ascending order, parted where more than a few words lie between two, or a mark, or
    a word that is barred.
    """
    parts = list[list[int]]()
    for at in places:
        between = range(parts[-1][-1] + 1, at) if parts else range(0)
        apart = any(one in barred or stands_apart(found, one) for one in (*between, at))
        if parts and len(between) <= _GAP and not apart:
            parts[-1].append(at)
        else:
            parts.append([at])
    return parts


def beside(words: str, before: str) -> str:
    """Few words beside the first of those that were sought before: "witty", "gentle, rainy"."""
    is_all = not before or before in words or not is_short(words)
    return words if is_all else f"{words}, {before.partition(',')[0]}"


_FEW: Final = 2
"""Telling words that only add to what was asked for."""


def is_short(words: str) -> bool:
    """Whether a description is of a word or two, which come near to something as a whole."""
    return len(stems(words)) <= _FEW


def _names(utterance: Utterance, found: Sequence[Word]) -> list[tuple[int, int]]:
    """The words of all that was understood."""
    said = (*utterance.spans, *amounts_in(utterance.text.lower()))
    return sorted(filter(None, {_places(found, one) for one in said}))


Ways = Sequence[tuple[tuple[int, int], Direction]]
"""Ranges of words and how they are meant."""


def _of_way(ways: Ways, way: Direction) -> list[tuple[int, int]]:
    return [span for span, one in ways if one is way]


_MEASURES: Final = word_class("of_measures")


def _measures(found: Sequence[Word], span: tuple[int, int]) -> bool:
    """Whether words tell nothing but how long, how old or how well known films are, which is no
    matter of words.
    """
    return all(word in _MEASURES or word.isdecimal() for word in texts_of(found, *span))


def _films(utterance: Utterance, found: Sequence[Word]) -> list[tuple[int, int]]:
    """Where films are named."""
    return list(filter(None, {_places(found, one.span) for one in utterance.movies}))


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
    films: Collection[tuple[int, int]] = (),
) -> Ways:
    """Ranges of words that describe films and are no `names`, and how they are meant; the names
    that are `films` describe none.
    """
    taken = {at for first, last in names for at in range(first, last)}
    named = {words[at].text for at in taken}
    taken |= {at for at, word in enumerate(words) if word.text in named}
    of_films = {at for first, last in films for at in range(first, last)}
    found = list[tuple[tuple[int, int], Direction]]()
    for role in reader().read(text, words, films).described():
        tells = telling(words, role.first, role.last, taken)
        is_story = len(tells) >= STORY and of_films.isdisjoint(range(role.first, role.last))
        spans = [(tells[0], role.last)] if is_story else _runs(tells, taken)
        found += [(span, role.way) for span in spans]
    return found


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
    if utterance.act is not Act.OFF_TOPIC or utterance.only_chats:
        return False
    if "wish" in utterance.does:
        return True
    line = line_of(utterance.text)
    if holds("asks", line) or holds("elsewhere", line):
        return False
    left = leftover(replace(utterance, act=Act.RECOMMEND), finder.knows)
    found = bool(left.sought) or any(map(finder.rare, left.spared))
    return underway or found or bool(finder.means(utterance.text))


# ---- what descriptions tell, and what is looked for where a film is asked to be so


def telling(words: Sequence[Word], first: int, last: int, taken: Container[int]) -> list[int]:
    """Places in a range of words, outside of those taken, that tell something of a film."""
    others = ((at, words[at].text) for at in range(first, last) if at not in taken)
    return [
        at for at, word in others if word not in _READ_ELSEWHERE and word.isalpha() and stems(word)
    ]


_READ_ELSEWHERE: Final = word_class("reaches") | word_class("measured") | word_class("negators")
"""Words of amounts, of how much and of what turns a name away: "not too long"."""
STORY: Final = 3
"""Telling words beside the name of a kind of film from which on a description is a story: in "an
innocent man is accused of a crime" the crime asks for no crime film."""


def without_stories(
    facets: Sequence[FacetMention], found: Sequence[Word], described: Sequence[Role]
) -> tuple[FacetMention, ...]:
    """Kinds of films that are only part of a story that is told are no musts."""
    musts = [facet for facet in facets if facet.required and facet.strength > 0]
    stories = _stories(found, [facet.span for facet in musts], described) if musts else []
    told = [one for one in musts if any(a <= one.span.start < b for a, b in stories)]
    return tuple(
        replace(facet, required=False, rule=f"{facet.rule}; in a story") if facet in told else facet
        for facet in facets
    )


def _stories(
    found: Sequence[Word], spans: Sequence[Span], described: Sequence[Role]
) -> list[tuple[int, int]]:
    """Ranges of characters in which a story is told, beside facets at these spans.

    What stands ahead of it is what kind of film it is: "a western where nobody …".
    """
    named = {at for at, word in enumerate(found) for a, b in spans if a <= word.start < b}
    told = [(telling(found, role.first, role.last, named), role.last) for role in described]
    long = [(tells[0], last) for tells, last in told if len(tells) >= STORY]
    return [(found[first].start, found[last - 1].end) for first, last in long]


# ---- what is looked for where a film is asked to be so


def quality_of(word: str) -> str:
    """The mood that a word asks for; the word itself where it is of none."""
    written = word.replace(" ", "_")
    moods = table("questions")["moods"].items()
    return next((name for name, mood in moods if written in mood["words"].split()), written)


def said_of(quality: str) -> str:
    """How it is said that a film is so: "in colour", "a film that ends well"."""
    mood = table("questions")["moods"].get(quality, {})
    return str(mood.get("said", quality.replace("_", " ")))


def has_signs(quality: str) -> bool:
    """Whether anything says that a film is so, rather than not the opposite."""
    return bool(signs_of(quality))


def opposite(quality: str) -> str:
    """What a film is instead; "" where nothing is known to be."""
    mood = table("questions")["moods"].get(quality, {})
    return str(mood.get("against", ""))


@cache
def signs_of(quality: str) -> frozenset[str]:
    """The facets, moods and keywords that say that a film is so, in normal form joined by "_"."""
    mood = table("questions")["moods"].get(quality)
    return frozenset((quality,) if mood is None else mood["signs"].split())


def is_plain_fact(quality: str) -> bool:
    """Whether a film is so or not, and not more or less: in colour, silent, animated."""
    return bool(table("questions")["moods"].get(quality, {}).get("fact"))


def moods_of(name: str) -> frozenset[str]:
    """The moods that a film is in by a facet of this name."""
    sign = normal(name).replace(" ", "_")
    moods = table("questions")["moods"]
    return frozenset(mood for mood, one in moods.items() if sign in one["signs"].split())
