"""Names that were found, with the signs they were said with, as mentions.

Films of a series that are meant otherwise: "all of the Alien films except 3", "… but not the last
one".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from assistant.language import acts
from assistant.language.leftover import means_something
from assistant.language.lexicon import dictionary, word_class
from assistant.language.meaning.cues import find_cues, may_be_cues
from assistant.language.meaning.direction import FILM, SHOWN
from assistant.language.meaning.facets import FacetFinder, Term
from assistant.language.meaning.roles import LineRoles
from assistant.language.meaning.speakers import kin
from assistant.language.meaning.tastes import Cue, Force, Sign, Teller, scopes
from assistant.language.meaning.verdicts import asks_how_it_is, describes_a_film
from assistant.language.titles.links import Link
from assistant.language.utterance import (
    Act,
    AmbiguousMention,
    FacetMention,
    MovieMention,
    Span,
    Utterance,
)
from assistant.language.wishes import Signs, Wish, complaints, is_idle, span_of
from assistant.language.words import Found, Word, stands_apart, taken_by, text_at, texts_of, words
from core.catalogue import Catalogue

_BUT: Final = word_class("excepts")
_THIN: Final = word_class("thin_in_exceptions")
_ORDINALS: Final = {
    name: place
    for place, name in enumerate(
        "first second third fourth fifth sixth seventh eighth".split(), start=1
    )
} | {"original": 1, "last": -1, "latest": -1, "newest": -1}
_FURTHEST: Final = 6
"""Words behind the name of a series in which an exception begins."""


def left_out(
    found: Sequence[Word], last: int, rows: Sequence[int], catalogue: Catalogue
) -> tuple[int, Word] | None:
    """The row that is excepted from the series that ends at `last`, and the word that says so; None
    for none.
    """
    places = range(last, min(last + _FURTHEST, len(found)))
    at = next((place for place in places if found[place].text in _BUT), len(found)) + 1
    while text_at(found, at) in _THIN:
        at += 1
    row = _row(text_at(found, at), rows, catalogue)
    return None if row < 0 else (row, found[at])


def _row(said: str, rows: Sequence[int], catalogue: Catalogue) -> int:
    """The film of a series that a number or "last" means: by its title, else by its place in time;
    -1 for none.
    """
    number = _ORDINALS.get(said, int(said) if said.isdecimal() and len(said) < 3 else 0)
    if not number:
        return -1
    by_title = (row for row in rows if number in _numbers(catalogue.movies[row].title))
    row = next(by_title, -1) if number > 1 else -1
    if row >= 0:
        return row
    in_time = sorted(rows, key=lambda row: catalogue.movies[row].year)
    place = number - 1 if number > 0 else number
    return in_time[place] if -len(in_time) <= place < len(in_time) else -1


def _numbers(title: str) -> set[int]:
    return {int(word.text) for word in words(title) if word.text.isdecimal() and len(word.text) < 3}


_CANDIDATES: Final = 5
_PREDICATES: Final = word_class("predicates")
_FINDS: Final = frozenset(("find", "found", "consider", "considered"))
_NAMED_ALONE: Final = 0.5
"""A line of titles only is an answer to "what do you like?"."""
_WISHES: Final = ("want: ", "similar: ")
_CASTS: Final = word_class("casts")
_BEFORE_PLACES: Final = word_class("before_places")
_ONE_OF: Final = word_class("one_of")
_NOUNS: Final = word_class("film_nouns")


def kinds_of(
    links: Sequence[Link], offered: Collection[int]
) -> tuple[dict[tuple[int, int], str], list[tuple[int, int]]]:
    """Where titles stand, and whether each is of a film that we put forward, of these tokens; and
    those that are not.
    """
    kinds = {
        (link.first, link.last): SHOWN if link.rows[0] + 1 in offered else FILM for link in links
    }
    return kinds, [name for name, kind in kinds.items() if kind == FILM]


def of_movies(
    found: Sequence[Word],
    links: Sequence[Link],
    signs: Signs,
    catalogue: Catalogue,
    *,
    alone: bool,
    together: bool,
) -> tuple[tuple[MovieMention, ...], tuple[AmbiguousMention, ...]]:
    """Films that are sure and films that are not.

    `alone` where the line holds nothing but titles, `together` where the person looks for a film
    with somebody.
    """
    movies: list[MovieMention] = []
    ambiguous: list[AmbiguousMention] = []
    for link in links:
        sign = _as_said(found, link, signs[link.first, link.last], alone=alone)
        if is_idle(sign, together=together) or sign.force is Force.FREE:
            sign = sign._replace(strength=0.0, similar=False, idle=True)
        if link.also or len(link.rows) == 1:
            movies += _spared_one(found, link, sign, catalogue) or [
                _movie(found, link, sign, (*link.rows[:1], *link.also), catalogue)
            ]
        elif not sign.idle:  # nobody is asked which film somebody else loves
            tokens = tuple(catalogue.movie_token(row) for row in link.rows[:_CANDIDATES])
            rule = f"{link.rule}; {sign.rule}"
            span = span_of(found, link)
            ambiguous.append(
                AmbiguousMention(span, tokens, sign.strength, rule, sign.similar, sign.seen)
            )
    return tuple(movies), tuple(ambiguous)


def _as_said(found: Sequence[Word], link: Link, sign: Sign, *, alone: bool) -> Sign:
    """The sign of a title of which nothing was understood."""
    if sign.force is None and alone:
        return Sign(_NAMED_ALONE, "named alone")
    if sign.force in (None, Force.ASKED) and _is_said_strangely(found, link.last):
        return Sign(0.0, "said in words unknown", seen=True)
    return sign


def _is_said_strangely(found: Sequence[Word], last: int) -> bool:
    """Whether a clause says something of the film before it in words that nobody knows: "… has aged
    like milk", "… I find insufferable". It may be praise or blame.
    """
    leads = text_at(found, last) in _PREDICATES and not stands_apart(found, last)
    at = last + (text_at(found, last) == "i")
    if not leads and text_at(found, at) not in _FINDS:
        return False
    place = at + 1
    while place < len(found) and not stands_apart(found, place):
        if means_something(found[place].text):
            return True
        place += 1
    return False


def _movie(
    found: Sequence[Word], link: Link, sign: Sign, rows: Sequence[int], catalogue: Catalogue
) -> MovieMention:
    """The mention of the films of some rows, the best known first, by the words of a link."""
    token, *also = map(catalogue.movie_token, rows)
    return MovieMention(
        span_of(found, link),
        token,
        sign.strength,
        f"{link.rule}; {sign.rule}",
        sign.similar,
        sign.seen,
        sign.idle,
        tuple(also),
        later=sign.later,
        offered=sign.offered,
    )


def _spared_one(
    found: Sequence[Word], link: Link, sign: Sign, catalogue: Catalogue
) -> list[MovieMention]:
    """A series and the film of it that is meant otherwise ("all of them except the third"); nothing
    without one.
    """
    rows = (*link.rows, *link.also)
    exception = left_out(found, link.last, rows, catalogue) if link.also else None
    if exception is None:
        return []
    row, word = exception
    rest = _movie(found, link, sign, [other for other in rows if other != row], catalogue)
    turned = -0.5 if sign.strength > 0 else 0.5 if sign.strength < 0 else 0.0
    span = Span(word.start, word.end)
    return [
        rest,
        MovieMention(span, catalogue.movie_token(row), turned, "exception", idle=not turned),
    ]


def of_more_than_films(
    found: Sequence[Word], links: Sequence[Link], signs: Signs, facets: FacetFinder
) -> dict[int, FacetMention]:
    """Titles that are said of more than one film, by their first word, and what is meant of it."""
    wishes = {}
    for link in links:
        sign = signs[link.first, link.last]
        wish = Wish(0.8, True, "wanted")
        if text_at(found, link.first - 1) == "no" or sign.force is Force.AVOID:  # "no James Bond"
            wish = Wish(-1.0, True, sign.rule)
        tokens = _of_more(found, link, facets, away=wish.strength < 0)
        if tokens and sign.force in (None, Force.WANT, Force.AVOID):
            wishes[link.first] = FacetMention(span_of(found, link), tokens[0], *wish)
    return wishes


def _of_more(
    found: Sequence[Word], link: Link, facets: FacetFinder, *, away: bool
) -> tuple[int, ...]:
    """Facets that a title may mean where it stands: a country, or all films of a series."""
    name, before, after = _series_named(found, link, facets)
    if _is_of_a_place(found, link.first):  # "films from Brazil", "nothing American"
        return facets.of_kind("country", name)
    if away and link.also:  # a tag may be named after a series
        return facets.named(name)
    of_many = after in _NOUNS and (before in _ONE_OF or after.endswith("s"))
    is_any = before == "no" if away else of_many
    return facets.of_kind("series", name) if is_any else ()


def _is_of_a_place(found: Sequence[Word], first: int) -> bool:
    before = text_at(found, first - 1)
    of_films = before == "of" and text_at(found, first - 2) in _NOUNS
    return before == "from" or of_films or before in _BEFORE_PLACES


def _series_named(found: Sequence[Word], link: Link, facets: FacetFinder) -> tuple[str, str, str]:
    """The name by which a link may mean a series, and the words before and behind it.

    Of "Bond films" the noun is not part of it, and of "James Bond" the first name is.
    """
    is_noun = found[link.last - 1].text in _NOUNS and link.last - link.first > 1
    first, last = link.first, link.last - is_noun
    name = " ".join(texts_of(found, first, last))
    whole = f"{text_at(found, first - 1)} {name}"
    if facets.of_kind("series", whole):
        first, name = first - 1, whole
    return name, text_at(found, first - 1), text_at(found, last)


def wished(
    found: Sequence[Word], links: Sequence[Link], terms: Sequence[Found[Term]], catalogue: Catalogue
) -> list[Found[Term]]:
    """The facets that are named to be asked for, or against."""
    return [term for term in terms if not tells_apart(found, links, term, catalogue)]


def tells_apart(
    found: Sequence[Word], links: Sequence[Link], term: Found[Term], catalogue: Catalogue
) -> bool:
    """Whether somebody is named with a film that they made or play in, and not asked for.

    "Drive with Ryan Gosling", "Frances McDormand in Fargo".
    """
    ends = term.first - 1 if text_at(found, term.first - 1) in _CASTS else -1
    begins = term.last + 1 if text_at(found, term.last) == "in" else -1
    rows = (link.rows[0] for link in links if link.last == ends or link.first == begins)
    tokens = map(catalogue.movie_token, rows)
    return any(set(term.meaning.tokens) <= set(catalogue.facets_of(token)) for token in tokens)


def let_go(utterance: Utterance) -> Utterance:
    """A line that takes back what it names, or wants something else instead: "forget horror, I want
    a comedy". What another sentence names is wished for: "Forget X. Just a comedy".
    """
    named: list[MovieMention | FacetMention] = [*utterance.movies, *utterance.facets]
    spans = acts.forgotten(utterance.text)
    outside = [one for one in named if spans and not _within_any(one.span, spans)]
    if outside and len(outside) < len(named):
        return _keeping(utterance, outside, 0.0)
    wanted = [one.span for one in named if one.rule.split("; ")[-1].startswith(_WISHES)]
    if not wanted:
        return replace(utterance, act=Act.FORGET)
    return _keeping(utterance, [one for one in named if one.span >= min(wanted)], -0.3)


def _keeping(
    utterance: Utterance, kept: Sequence[MovieMention | FacetMention], strength: float
) -> Utterance:
    """The line with all but some of its names let go; `strength` is that of facets then."""
    movies = (
        one if one in kept else replace(one, strength=0.0, idle=True) for one in utterance.movies
    )
    facets = (
        one if one in kept else replace(one, strength=strength, required=False, rule="let go")
        for one in utterance.facets
    )
    return replace(utterance, movies=tuple(movies), facets=tuple(facets))


def _within_any(span: Span, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= span.start and span.end <= last for first, last in ranges)


_TOGETHER: Final = re.compile(
    r"\b(?:we|us|we'?re|we'?ll|together|both of us|coming (?:over|round|around)|visiting"
    r"|(?:date|movie|family) night"
    r"|with (?:her|him|them|my|the|our)|for (?:her|him|them|us))\b"
)
_FOR_WHOM: Final = 4
"""Words before somebody in which "for my" stands: "for my poor old dad"."""
_OWNERS: Final = word_class("owners")


def is_for_somebody(words: Sequence[Word]) -> bool:
    """Whether somebody is named whom a film is for, or with: "it's for my dad", "typing for my
    neighbour", "movie night with my girlfriend".
    """
    for place, word in enumerate(words):
        near = texts_of(words, place - _FOR_WHOM, place)
        if kin(word.text) and not _OWNERS.isdisjoint(near) and ("for" in near or "with" in near):
            return True
    return False


def together(lower: str) -> bool:
    """Whether the speaker looks for a film with somebody: `lower` is the line in lower case."""
    return _TOGETHER.search(lower) is not None


def is_for_another(cues: Sequence[Cue]) -> bool:
    """Whether only somebody near to the speaker is spoken of: it is for them, then."""
    tastes = [cue for cue in cues if cue.force in (Force.FEEL, Force.VERDICT)]
    feels = any(cue.force is Force.FEEL for cue in tastes)  # not "my boss says it is great"
    return feels and all(cue.teller is Teller.NEAR for cue in tastes)


def asked_for(
    text: str,
    found: Sequence[Word],
    told: Sequence[tuple[int, int]],
    terms: Sequence[Found[Term]],
    taken: Sequence[int],
) -> list[Found[Term]]:
    """The terms that do not say how one of the films `told` is, or ask it; in words that are
    `taken` none is.
    """
    spans = [(term.first, term.last) for term in terms]
    kept = complaints(text, found, told, terms)
    ends, others = frozenset(last for _, last in told), taken_by(spans, len(found))

    def tells(term: Found[Term], span: tuple[int, int]) -> bool:
        describes = describes_a_film(text, found, ends, others, span)
        return describes or asks_how_it_is(text, found, taken, term.first)

    pairs = zip(terms, spans, strict=True)
    return [term for term, span in pairs if term.first in kept or not tells(term, span)]


def unswallowed(
    text: str, found: Sequence[Word], titles: Sequence[tuple[int, int]], terms: list[Found[Term]]
) -> list[Found[Term]]:
    """The terms that are no part of a cue of taste, or kept away themselves: "not too scary"."""
    spans = [(term.first, term.last) for term in terms]
    if not terms or not may_be_cues(text, found, titles, spans):
        return terms
    cues = find_cues(text, found, titles)
    by_place = {place: cue for cue in cues for place in range(cue.first, cue.last)}
    reached = scopes(text, found, taken_by([*titles, *spans], len(found)))
    away = {scope.last for scope in reached if scope.first not in by_place}
    away |= complaints(text, found, titles, terms)
    return [term for term in terms if term.first in away or not _is_within(term, by_place)]


def _is_within(term: Found[Term], by_place: Mapping[int, Cue]) -> bool:
    """Whether a facet's words are a cue or a part of one; `by_place` has the cue of each word."""
    places = range(term.first, term.last)
    return is_cue(term, [by_place[at] for at in places if at in by_place])


def is_cue(term: Found[Term], cues: list[Cue]) -> bool:
    """Whether a facet's words are a verdict in their place ("X was hilarious") or part of a cue
    ("as funny as").
    """
    return term.meaning.strength is None and any(_swallows(cue, term) for cue in cues)


def _swallows(cue: Cue, term: Found[Term]) -> bool:
    """Whether a cue takes words of a facet, and is no mere part of it: "a feel-good film" is not
    called good.
    """
    if cue.last <= term.first or term.last <= cue.first:
        return False
    longer = (cue.last - cue.first) - (term.last - term.first)
    within = term.first <= cue.first and cue.last <= term.last and longer < 0
    return longer > 0 or (cue.force is Force.VERDICT and not within)


def inside(span: Span, names: Iterable[tuple[int, int]]) -> bool:
    """Whether a range lies in one of the names without filling it."""
    return any(
        first <= span.start and span.end <= last and span != (first, last) for first, last in names
    )


def begins(span: Span, phrases: Iterable[tuple[int, int]]) -> bool:
    """Whether a range stands at the beginning of one of the phrases: "after" of "after 2005"."""
    return any(first == span.start and span.end <= last for first, last in phrases)


def points(text: str, span: Span, pointed: Iterable[tuple[int, int]]) -> bool:
    """Whether words without a capital point at a film on the table: "number 2", "the others"."""
    return text[span.start : span.end].islower() and any(
        first <= span.start and span.end <= last for first, last in pointed
    )


# ---- two statements of a line


def said_of_films(
    text: str, found: Sequence[Word], terms: Iterable[Found[Term]], roles: LineRoles
) -> list[Found[Term]]:
    """The terms that are no mere talk, and no names of people where they stand for something
    else.
    """
    spoken = (term for term in terms if not roles.is_talk(term.first, term.last))
    return [term for term in spoken if not _is_small_name(text, found, term)]


def _is_small_name(text: str, found: Sequence[Word], term: Found[Term]) -> bool:
    """Whether a family name that is a word stands in small letters in a line that has capitals:
    "Slow, urban" means no Karl Urban.
    """
    word = found[term.first]
    is_one = term.last - term.first == 1 and bool(term.meaning.roles)
    small = text[word.start].islower() and text != text.lower()
    return is_one and small and word.text in dictionary()
