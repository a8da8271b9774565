"""Wishes in words, "comedies with Tom Hanks from the 90s without horror", and as chips."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from assistant.conversation.values import Chip, ChipKind, region_chip
from assistant.language.lexicon import as_written
from assistant.language.meaning.people import as_noun, region_of, regions_within
from core.catalogue import Catalogue
from core.data.facts import AGES
from core.data.search import stems
from core.domain import FAMILIES, FOREIGN, Constraints, Facet, Limit

_NOUNS = {
    "Adventure": "adventures",
    "Animation": "animated films",
    "Children": "films for children",
    "Comedy": "comedies",
    "Documentary": "documentaries",
    "Drama": "dramas",
    "Film-Noir": "films noirs",
    "IMAX": "IMAX films",
    "Musical": "musicals",
    "Mystery": "mysteries",
    "Romance": "romances",
    "Sci-Fi": "science-fiction films",
    "Thriller": "thrillers",
    "Western": "westerns",
}
"""Genres whose films are called otherwise than "war films"."""
_ADJECTIVES = {
    "Animation": "animated",
    "Documentary": "documentary",
    "Film-Noir": "noir",
    "Romance": "romantic",
    "Sci-Fi": "sci-fi",
}
_AS_NOUN = (
    "Comedy",
    "Western",
    "Musical",
    "Thriller",
    "Documentary",
    "Drama",
    "Mystery",
    "Romance",
)
"""Which of several genres is the noun, first come first: "romantic comedies"."""

_EXCLUDED = {"Animation": "animation", "Children": "anything for children", "Romance": "romance"}
"""Genres that read badly by their nouns after "without"."""

_ENDLESS: Final = 10_000
"""Minutes that no film has."""
FIRST_YEAR = 1890
"""A span that begins then or before is told as open: the oldest films are hardly older."""


def films_words(constraints: Constraints, catalogue: Catalogue, count: int = 2) -> str:
    """What the wishes leave, as a noun phrase: "films from the 90s"; without wishes "films"."""
    required = [catalogue.facet(one) for one, *more in constraints.musts if not more]
    choices = [group for group in constraints.musts if len(group) > 1]
    regions = [region_of(group, catalogue) for group in choices]
    adjectives = list(filter(None, map(_adjective, required)))
    tags = _tags(required)
    parts = (
        *_bounds(constraints, lambda words, limit: words.before(limit, catalogue)),
        listing([*filter(is_full_name, tags), *_names(required, "series")]),
        *filter(None, regions),
        *adjectives,
        _kind_words(_names(required, "genre"), count),
        *_choices(choices, catalogue),
        _after("tagged", [f"“{tag}”" for tag in tags if not is_full_name(tag)]),
        *_shared_by(required),
        _after("in", [_language(name) for name in _names(required, "language")]),
        _after("with", _names(required, "person")),
        listing(_bounds(constraints, lambda words, limit: words.after(limit, catalogue))),
        "" if constraints.among is None else "from your watch-list",
        _after("from outside", _spared(constraints.excluded, "country", catalogue)),
        _after("not in", _spared(constraints.excluded, "language", catalogue), "or"),
        _after("without", _excluded_words(constraints.excluded, catalogue), "or"),
    )
    return " ".join(filter(None, parts))


def _choices(groups: Iterable[Sequence[int]], catalogue: Catalogue) -> list[str]:
    """Choices that are no part of the world, in words: "(Korean or Indonesian)"."""
    others = (group for group in groups if not region_of(group, catalogue))
    return [f"({listing(choice_words(group, catalogue), 'or')})" for group in others]


def choice_words(group: Sequence[int], catalogue: Catalogue) -> list[str]:
    """What one may choose from; the countries of a part of the world are that."""
    regions, others = regions_within(group, catalogue)
    return [*map(as_noun, regions), *(as_noun(_named(catalogue.facet(token))) for token in others)]


def _named(facet: Facet) -> str:
    return facet.name.lower() if facet.kind == "genre" else as_written(facet.name)


def _bounds(constraints: Constraints, say: Callable[[LimitWords, Limit], str]) -> list[str]:
    """What is said of the limits, in the order of `LIMIT_WORDS`."""
    limits = ((words, constraints.limit(column)) for column, words in LIMIT_WORDS.items())
    return list(filter(None, (say(words, limit) for words, limit in limits if limit)))


def _tags(facets: Sequence[Facet]) -> list[str]:
    """Those that are no kind of film, as they are written."""
    return [
        as_written(facet.name) for facet in facets if facet.kind in _TAGS and not _adjective(facet)
    ]


FILMS: Final = MappingProxyType(
    {
        "series": "{} films",
        "source": "films {}",
        "director": "films by {}",
        "country": "films from {}",
    }
)
"""Films of a facet in words, by its kind, where its name alone would not tell what is meant."""
_TAGS: Final = ("tag", "subgenre", "keyword")
"""Kinds of facets that are any kind of word."""
_WITH_ARTICLE: Final = re.compile(r"United .+|.+ (Republic|Union)|Netherlands|Philippines")


def _adjective(facet: Facet) -> str:
    """A finer genre before its films: "slasher" films; "" for what is no kind of film.

    It is one where what people call it ends with the word: "black and white", "black-and-white
    film".
    """
    if is_region(facet):
        return facet.name
    if facet.kind not in _TAGS:
        return ""
    called = (name for name in (*facet.aliases, facet.name) if name.endswith(" film"))
    return next(called, "").removesuffix(" film")


def is_region(facet: Facet) -> bool:
    """Whether it is a part of the world, which is called by an adjective alone: "African"."""
    return facet.kind == "country" and not facet.aliases


def in_running_text(facet: Facet) -> str:
    """The name as it stands in a sentence: "the United States"."""
    is_plural = facet.kind == "country" and _WITH_ARTICLE.fullmatch(facet.name)
    return f"the {facet.name}" if is_plural else facet.name


def _shared_by(facets: Sequence[Facet]) -> list[str]:
    """What films share by their makers, places and sources, in the order of `FILMS`."""
    shared = [facet for facet in facets if not is_region(facet)]
    return [_shared(facet) for kind in FILMS for facet in shared if facet.kind == kind]


def _shared(facet: Facet) -> str:
    """Behind "films": "from France", "by Jane Campion", "based on a novel"; series stand before."""
    said = FILMS[facet.kind].format(in_running_text(facet))
    return said.removeprefix("films ") if said.startswith("films ") else ""


def _names(facets: Iterable[Facet], kind: str) -> list[str]:
    return [facet.name for facet in facets if facet.kind == kind]


def _after(word: str, names: Sequence[str], last: str = "and") -> str:
    """A word and what it governs: "with Tom Hanks"; empty where that is nothing."""
    return f"{word} {listing(names, last)}" if names else ""


def _kind_words(genres: Sequence[str], count: int) -> str:
    """What kind of films: "horror comedies for children", "film noir" for a single one."""
    phrase = genres_words(name for name in genres if name != "Children")
    if count == 1:
        phrase = _singular(phrase)
    return f"{phrase} for children" if "Children" in genres else phrase


def is_full_name(written: str) -> bool:
    """Whether a written tag is a name that can stand before "films": "Studio Ghibli"."""
    return " " in written and written[0].isupper()


def genres_words(names: Iterable[str]) -> str:
    """Genres as a plural noun: ("Horror", "Comedy") becomes "horror comedies"."""
    ordered = sorted(
        names, key=lambda name: -_AS_NOUN.index(name) if name in _AS_NOUN else -len(_AS_NOUN)
    )
    if not ordered:
        return "films"
    adjectives = [_ADJECTIVES.get(name, name.lower()) for name in ordered[:-1]]
    return " ".join([*adjectives, _NOUNS.get(ordered[-1], f"{ordered[-1].lower()} films")])


def _spared(tokens: Iterable[int], kind: str, catalogue: Catalogue) -> list[str]:
    """Countries, or languages, that films are not to be of, in words."""
    if kind == "country":
        regions, others = regions_within(tuple(tokens), catalogue)
        countries = (one for one in map(catalogue.facet, others) if one.kind == kind)
        return [as_noun(one) for one in (*regions, *map(in_running_text, countries))]
    facets = [facet for facet in map(catalogue.facet, tokens) if facet.kind == kind]
    return [_language(facet.name) for facet in facets if facet.name != FOREIGN]


def _excluded_words(tokens: Iterable[int], catalogue: Catalogue) -> list[str]:
    """Excluded facets after "without": "horror", "anything tagged “gory”"."""
    spared, tags = [], []
    for facet in map(catalogue.facet, tokens):
        name = as_written(facet.name)
        if facet.kind in ("country", "language") and facet.name != FOREIGN:
            continue
        if facet.kind == "genre":
            noun = _NOUNS.get(facet.name, facet.name.lower()).removesuffix(" films")
            spared.append(_EXCLUDED.get(facet.name, noun))
        elif facet.name == FOREIGN:
            spared.append("subtitles")
        elif facet.kind == "source":
            spared.append(f"any {_shared(facet)}")
        elif facet.kind in ("person", "director", "series") or name != name.lower():
            spared.append(name)
        else:
            tags.append(f"“{name}”")
    if tags:
        spared.append(f"anything tagged {listing(tags, 'or')}")
    return list(dict.fromkeys(spared))  # somebody who plays and directs is spared once


def _language(name: str) -> str:
    """After "in": "Korean", "a Scandinavian language"."""
    if name in FAMILIES:
        return f"one of the {name} languages"
    return name if name != FOREIGN else "other languages than English"


def newest(catalogue: Catalogue) -> int:
    """Year of the newest film: a span that ends then or later is told as open."""
    return int(catalogue.years.max(initial=0))


def years_words(years: tuple[int, int], newest: int) -> str:
    """A span of years after a noun: "from the 90s", "from 1982", "since 2001", "up to 1959"."""
    first, last = years
    if first <= FIRST_YEAR:
        return f"up to {last}"
    if first < newest <= last:
        return f"since {first}"
    if first == last:
        return f"from {first}"
    if first % 10 == 0 and last == first + 9:
        short = str(first)[2:] if 1930 <= first < 2000 else str(first)
        return f"from the {short}s"
    return f"from {first} to {last}"


def years_label(years: tuple[int, int], newest: int) -> str:
    """A span of years on a chip: "1990–1999", "1982", "since 2001", "up to 1959"."""
    first, last = years
    if first <= FIRST_YEAR or first < newest <= last:
        return years_words(years, newest)
    return str(first) if first == last else f"{first}–{last}"


def minutes_words(limit: Limit) -> str:
    """A span of lengths: "at most 90 minutes", "at least 150 minutes", "90 to 110 minutes"."""
    if limit.low <= 1:
        return f"at most {limit.high} minutes"
    if limit.high >= _ENDLESS:
        return f"at least {limit.low} minutes"
    return f"{limit.low} to {limit.high} minutes"


def rating_words(limit: Limit) -> str:
    """The highest US rating within a limit on the age: "rated PG-13 at most", "rated G"."""
    ratings = [name for name, age in AGES.items() if age <= limit.high and "TV" not in name]
    return f"rated {ratings[-1]}" + (" at most" if len(ratings) > 1 else "")


def _silent(limit: Limit, catalogue: Catalogue) -> str:
    return ""


class LimitWords(NamedTuple):
    """How a limit on a column is spoken of; each function takes the limit and the catalogue."""

    key: str
    """Stands for the wish where a chip is edited."""
    name: str
    """What is let go where it is let go."""
    kind: ChipKind
    lift: str
    """What a person types to lift it."""
    label: Callable[[Limit, Catalogue], str]
    """On a chip."""
    before: Callable[[Limit, Catalogue], str] = _silent
    """Before the noun: "lesser known" films."""
    after: Callable[[Limit, Catalogue], str] = _silent
    """After it: films "from the 90s"."""


LIMIT_WORDS: Final[Mapping[str, LimitWords]] = MappingProxyType(
    {
        "year": LimitWords(
            "years",
            "the years",
            ChipKind.YEARS,
            "any year",
            label=lambda limit, catalogue: years_label((limit.low, limit.high), newest(catalogue)),
            after=lambda limit, catalogue: years_words((limit.low, limit.high), newest(catalogue)),
        ),
        "rank": LimitWords(
            "lesser-known",
            "“lesser known”",
            ChipKind.LESSER_KNOWN,
            "well-known ones too",
            label=lambda limit, catalogue: "lesser known films",
            before=lambda limit, catalogue: "lesser known",
        ),
        "minutes": LimitWords(
            "length",
            "the length",
            ChipKind.LENGTH,
            "any length",
            label=lambda limit, catalogue: minutes_words(limit),
            after=lambda limit, catalogue: f"{minutes_words(limit)} long",
        ),
        "age": LimitWords(
            "age",
            "the age rating",
            ChipKind.AGE,
            "any rating",
            label=lambda limit, catalogue: rating_words(limit),
            after=lambda limit, catalogue: rating_words(limit),
        ),
    }
)
"""By column, in the order in which wishes are listed."""


def limit_chip(limit: Limit, catalogue: Catalogue, kind: ChipKind | None = None) -> Chip:
    """Chip for a limit: that it is set, or with another `kind` that it is lifted or forgotten."""
    words = LIMIT_WORDS[limit.column]
    return Chip(kind or words.kind, words.label(limit, catalogue), words.key)


SAVED_KEY: Final = "watch-list"
"""Stands for the wish for films of the watch-list alone, where its chip is edited."""


def saved_chip(kind: ChipKind = ChipKind.SAVED) -> Chip:
    """Chip for that wish."""
    return Chip(kind, "films of your watch-list", SAVED_KEY)


WORDS_KEY: Final = "words"
"""Stands for the words that films are found by, where their chip is edited."""
SPARED: Final = "not words:"
"""Stands before words that films must not tell of, where their chip is edited."""


def words_chip(words: str, near: Iterable[str] = (), *, kind: ChipKind = ChipKind.WORDS) -> Chip:
    """Chip for the words that films are found by, of a whole story its beginning, and for what of
    films they come near to.
    """
    taken_as = listing(name for name in near if name.lower() not in words.lower())
    label = f"“{beginning(words)}”"
    return Chip(kind, f"{label} ({taken_as})" if taken_as else label, WORDS_KEY)


_BEGINNING: Final = 5
"""Words of a story that are said back: it is long, and the person knows it."""


def beginning(words: str) -> str:
    """The first words of what is sought, and dots where there are more."""
    said = words.split()
    return words if len(said) <= _BEGINNING else f"{' '.join(said[:_BEGINNING]).rstrip(',;.:')} …"


def spared_chip(words: str, kind: ChipKind = ChipKind.AVOID) -> Chip:
    """Chip for words that films must not tell of."""
    return Chip(kind, f"“{words}”", f"{SPARED}{words}")


def brought_back(chips: Iterable[Chip], catalogue: Catalogue) -> tuple[str, ...]:
    """Lines that ask again for wishes that were let go: "Films in Korean", "From the 60s"."""
    lines = []
    for chip in chips:
        token = catalogue.token_of(chip.key)
        if token is not None:
            lines.append(films_words(Constraints(required=(token,)), catalogue))
        elif chip.key == LIMIT_WORDS["year"].key:
            lines.append(f"from {chip.label}" if chip.label[0].isdigit() else chip.label)
    return tuple(map(capitalised, lines))


def listing(names: Iterable[str], last: str = "and") -> str:
    """As one reads it out: "a", "a and b", "a, b and c"."""
    items = list(names)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capitalised(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def _singular(phrase: str) -> str:
    if phrase == "films noirs":
        return "film noir"
    for plural, singular in (("ies", "y"), ("s", "")):
        if phrase.endswith(plural):
            return phrase.removesuffix(plural) + singular
    return phrase


def distinct(words: Iterable[str], before: Iterable[str] = ()) -> tuple[str, ...]:
    """Those of the words, in order, of which no part was said before: after "murder" no "child
    murder", after "cook" no "cooking".
    """
    kept = []
    said = {part for word in before for part in stems(word)}
    for word in words:
        parts = set(stems(word)) or {word}
        if parts.isdisjoint(said):
            kept.append(word)
            said |= parts
    return tuple(kept)


# ---- facets, and their chips

GENRES: Final = {
    "Sci-Fi": "science fiction",
    "Film-Noir": "film noir",
    "Children": "films for children",
    "Musical": "musicals",
    "Western": "westerns",
    "Documentary": "documentaries",
}
"""Genres that read badly by their names."""


def facet_words(catalogue: Catalogue, token: int) -> str:
    """A facet inside a sentence: "comedy", "time travel", "films by Jane Campion"."""
    facet = catalogue.facet(token)
    if facet.name == FOREIGN:
        return "foreign-language films"
    if is_region(facet):
        return f"{facet.name} films"
    if facet.kind in FILMS:
        return FILMS[facet.kind].format(in_running_text(facet))
    if facet.kind in ("person", "language"):
        return facet.name
    if facet.kind == "genre":
        return GENRES.get(facet.name, facet.name.lower())
    return as_written(facet.name)


def label_of(catalogue: Catalogue, token: int) -> str:
    """A film with its year, or a facet, as a chip has it: "Alien (1979)", "comedy"."""
    if catalogue.is_movie(token):
        return catalogue.movie(token).label
    return facet_words(catalogue, token)


def chip_of(catalogue: Catalogue, token: int, kind: ChipKind, start: int = 0, end: int = 0) -> Chip:
    """Chip for a film, genre, tag or person that was found at `text[start:end]`."""
    return Chip(kind, label_of(catalogue, token), catalogue.key_of(token), start, end)


def group_words(group: Sequence[int], catalogue: Catalogue) -> str:
    """A must, or a choice of some, inside a sentence."""
    region = region_of(group, catalogue)
    return (
        f"{region} films"
        if region
        else listing((facet_words(catalogue, token) for token in group), "or")
    )


def group_chip(group: Sequence[int], catalogue: Catalogue) -> Chip:
    """Chip for a must, or a choice of some, that is let go."""
    if region := region_of(group, catalogue):
        return region_chip(region, ChipKind.LIFTED)
    return Chip(ChipKind.LIFTED, group_words(group, catalogue), catalogue.key_of(group[0]))
