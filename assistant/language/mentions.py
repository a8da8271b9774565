"""Names that were found, with the signs they were said with, as mentions.

Films of a series that are meant otherwise: "all of the Alien films except 3", "… but not the last
one".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from assistant.language.meaning.facets import FacetFinder, Term
from assistant.language.meaning.preferences import NAMED, Sign
from assistant.language.meaning.tastes import Cue, Force, Teller, cue_book
from assistant.language.titles.links import Link
from assistant.language.utterance import (
    Act,
    AmbiguousMention,
    FacetMention,
    MovieMention,
    Span,
    Utterance,
)
from assistant.language.words import Found, Word, words
from core.catalogue import Catalogue

_BUT: Final = frozenset("except but besides excluding minus bar not save without".split())
_THIN: Final = frozenset("for the not part number no film movie from than".split())
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
) -> tuple[int, range]:
    """The row that is excepted from the series that ends at `last`, and the words that say so; (-1,
    …) for none.
    """
    for place in range(last, min(last + _FURTHEST, len(found))):
        if found[place].text not in _BUT and found[place].text != "other":
            continue
        at = place + 1
        while at < len(found) and found[at].text in _THIN:
            at += 1
        if at < len(found) and (row := _row(found[at].text, rows, catalogue)) >= 0:
            return row, range(at, at + 1)
        return -1, range(0)
    return -1, range(0)


def _row(said: str, rows: Sequence[int], catalogue: Catalogue) -> int:
    """The film of a series that a number or "last" means: by its title, else by its place in time;
    -1 for none.
    """
    number = _ORDINALS.get(said, int(said) if said.isdecimal() and len(said) < 3 else 0)
    if not number:
        return -1
    by_title = [
        row for row in rows if number > 1 and number in _numbers(catalogue.movies[row].title)
    ]
    if by_title:
        return by_title[0]
    in_time = sorted(rows, key=lambda row: catalogue.movies[row].year)
    place = number - 1 if number > 0 else number
    return in_time[place] if -len(in_time) <= place < len(in_time) else -1


def _numbers(title: str) -> set[int]:
    return {int(word.text) for word in words(title) if word.text.isdecimal() and len(word.text) < 3}


_ASKED_OF_US: Final = frozenset(("recommend", "suggest"))
"""After "can you"; after "I" they praise a film."""
Signs = Mapping[tuple[int, int], Sign]
"""How each name is meant, by its first word and the one past its last."""

_EXISTENTIAL: Final = frozenset(
    [
        *((verb, "there") for verb in ("is", "are", "isnt", "arent", "theres")),
        ("what", "are"),
        ("which", "are"),
    ]
)
_CANDIDATES: Final = 5
_NAMED_ALONE: Final = 0.5
"""A line of titles only is an answer to "what do you like?"."""
_WISHES: Final = ("want: ", "similar: ")
_NONE_AT_ALL = -0.9
"""Strength from which on no such film is shown."""
_CRUSHING: Final = -0.7
_A_LITTLE: Final = frozenset(("little", "bit", "slightly", "somewhat", "touch"))
"""Before a genre: some of it is welcome, it need not be of that genre."""


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
        span = Span(found[link.first].start, found[link.last - 1].end)
        sign = signs[link.first, link.last]
        if sign.force is None and alone:
            sign = Sign(_NAMED_ALONE, "named alone")
        if is_idle(sign, together=together):
            sign = sign._replace(strength=0.0, similar=False, idle=True)
        rule = f"{link.rule}; {sign.rule}"
        tokens = tuple(catalogue.movie_token(row) for row in link.rows)
        if link.also and (spared_one := _spared_one(found, link, sign, catalogue)):
            movies += spared_one
        elif link.also or len(tokens) == 1:
            also = tuple(catalogue.movie_token(row) for row in link.also)
            movies.append(
                MovieMention(
                    span, tokens[0], sign.strength, rule, sign.similar, sign.seen, sign.idle, also
                )
            )
        elif not sign.idle:  # nobody is asked which film somebody else loves
            ambiguous.append(
                AmbiguousMention(
                    span, tokens[:_CANDIDATES], sign.strength, rule, sign.similar, sign.seen
                )
            )
    return tuple(movies), tuple(ambiguous)


def _spared_one(
    found: Sequence[Word], link: Link, sign: Sign, catalogue: Catalogue
) -> list[MovieMention]:
    """A series and the film of it that is meant otherwise ("all of them except the third"); nothing
    without one.
    """
    rows = (*link.rows, *link.also)
    row, place = left_out(found, link.last, rows, catalogue)
    if row < 0:
        return []
    span = Span(found[link.first].start, found[link.last - 1].end)
    tokens = [catalogue.movie_token(other) for other in rows if other != row]
    rest = MovieMention(
        span, tokens[0], sign.strength, f"{link.rule}; {sign.rule}", also=tuple(tokens[1:])
    )
    rest = replace(rest, seen=sign.seen, idle=sign.idle, similar_only=sign.similar)
    but = Span(found[place[0]].start, found[place[-1]].end)
    turned = -0.5 if sign.strength > 0 else 0.5 if sign.strength < 0 else 0.0
    return [
        rest,
        MovieMention(but, catalogue.movie_token(row), turned, "exception", idle=not turned),
    ]


def is_idle(sign: Sign, *, together: bool) -> bool:
    """Whether a sign says nothing of the taste that films are chosen for."""
    return (
        sign.idle or sign.teller is Teller.EVERYONE or (sign.teller is Teller.NEAR and not together)
    )


def spared(
    found: Sequence[Word], links: Sequence[Link], signs: Signs, facets: FacetFinder
) -> dict[int, FacetMention]:
    """Series the person wants none of ("no James Bond") that a tag is named after: first word and
    wish.
    """
    wishes = {}
    for link in links:
        sign = signs[link.first, link.last]
        name = " ".join(word.text for word in found[link.first : link.last])
        tokens = facets.named(name) if link.also and sign.force is Force.AVOID else ()
        if tokens:
            span = Span(found[link.first].start, found[link.last - 1].end)
            wishes[link.first] = FacetMention(span, tokens[0], -1.0, True, sign.rule)
    return wishes


def of_facets(
    found: Sequence[Word], terms: Sequence[Found[Term]], signs: Signs, *, together: bool
) -> tuple[FacetMention, ...]:
    """Genres, tags and people, each once; what somebody near can't stand is kept away, too."""
    mentions: list[FacetMention] = []
    chosen = _alternatives(found, terms)
    for term in terms:
        sign = signs[term.first, term.last]
        if sign.strength >= 0 and is_idle(sign, together=together):
            continue
        if sign.force is Force.ASKED:
            if not (_is_request(sign.rule) or _is_sought(found, term)):
                continue
            sign = NAMED  # "can you show me a western?" wants one
        if sign.force is None and _is_scolded(found, term.first):
            continue  # "dreadful action film" asks for none
        strength, required, rule = _wish(term, sign)
        if rule.endswith("dont mind"):  # "I don't mind subtitles"
            strength, required = 0.0, False
        if sign.force is None and term.first and found[term.first - 1].text == "too":
            strength, required, rule = -0.5, False, "too much of it"
        if (
            strength > 0
            and required
            and any(word.text in _A_LITTLE for word in found[max(term.first - 2, 0) : term.first])
        ):
            required, rule = False, f"{rule}; a little"
        if strength > 0 and term.first in chosen:
            required, rule = False, f"{rule}; one of several"
        span = Span(found[term.first].start, found[term.last - 1].end)
        for token in term.meaning.tokens:
            if token not in {mention.token for mention in mentions}:
                mentions.append(FacetMention(span, token, strength, required, rule))
    return tuple(mentions)


_CASTS: Final = frozenset("with starring featuring by feat stars".split())


def tells_apart(
    found: Sequence[Word], links: Sequence[Link], term: Found[Term], catalogue: Catalogue
) -> bool:
    """Whether somebody is named with a film that they made or play in, and not asked for.

    "Drive with Ryan Gosling", "Frances McDormand in Fargo".
    """
    before = found[term.first - 1].text if term.first else ""
    behind = found[term.last].text if term.last < len(found) else ""
    ends = term.first - 1 if before in _CASTS else -1
    begins = term.last + 1 if behind == "in" else -1
    rows = (link.rows[0] for link in links if link.last == ends or link.first == begins)
    tokens = map(catalogue.movie_token, rows)
    return any(set(term.meaning.tokens) <= set(catalogue.facets_of(token)) for token in tokens)


def of_others(
    found: Sequence[Word], terms: Sequence[Found[Term]], signs: Signs
) -> tuple[FacetMention, ...]:
    """What somebody near to the speaker likes, where no film is looked for together: "she likes
    romcoms, I don't".
    """
    return tuple(
        FacetMention(
            Span(found[term.first].start, found[term.last - 1].end), token, 0.0, False, sign.rule
        )
        for term in terms
        if (sign := signs[term.first, term.last]).teller is Teller.NEAR and sign.strength > 0
        for token in term.meaning.tokens
    )


def let_go(utterance: Utterance) -> Utterance:
    """A line that takes back what it names, or wants something else instead: "forget horror, I want
    a comedy".
    """
    named: list[MovieMention | FacetMention] = [*utterance.movies, *utterance.facets]
    wanted = [one.span for one in named if one.rule.split("; ")[-1].startswith(_WISHES)]
    if not wanted:
        return replace(utterance, act=Act.FORGET)
    begin = min(wanted)
    movies = (
        one if one.span >= begin else replace(one, strength=0.0, idle=True)
        for one in utterance.movies
    )
    facets = (
        one if one.span >= begin else replace(one, strength=-0.3, required=False, rule="let go")
        for one in utterance.facets
    )
    return replace(utterance, movies=tuple(movies), facets=tuple(facets))


def _is_scolded(found: Sequence[Word], first: int) -> bool:
    """Whether a crushing word stands right before: nobody wishes for a dreadful film; a bad or
    stupid one perhaps.
    """
    before = found[first - 1].text if first else ""
    if before not in cue_book() or before in ("bad", "stupid"):
        return False
    cue = cue_book().meaning(before)
    return cue.verdict and cue.strength <= _CRUSHING


def _is_request(rule: str) -> bool:
    """Whether what is asked of us is to find films: "can you recommend …", not "do you like …"."""
    phrase = rule.removeprefix("asked: ")
    return phrase in _ASKED_OF_US or (
        phrase in cue_book() and cue_book().meaning(phrase).force is Force.WANT
    )


def _is_sought(found: Sequence[Word], term: Found[Term]) -> bool:
    """Whether the question is if there are such films: "is there a good comedy?", not "is it a good
    comedy?".
    """
    before = [word.text for word in found[max(term.first - 5, 0) : term.first]]
    return any(pair in _EXISTENTIAL for pair in pairwise(before))


def _wish(term: Found[Term], sign: Sign) -> tuple[float, bool, str]:
    """(strength, required, rule) of a facet."""
    own = term.meaning.strength
    if own is not None:
        return own, own <= _NONE_AT_ALL, f"comparative: {term.phrase}"
    if sign.force is None:
        return 0.8, term.meaning.firm, "wanted"
    if sign.strength < 0:
        return (
            sign.strength,
            sign.strength <= (-0.55 if sign.force is Force.AVOID else _NONE_AT_ALL),
            sign.rule,
        )
    required = (
        sign.force in (Force.WANT, Force.SIMILAR, Force.SEEN)
        and term.meaning.firm
        and "more" not in sign.rule
    )
    return (sign.strength or 0.5), required and sign.force is Force.WANT, sign.rule


def _alternatives(found: Sequence[Word], terms: Sequence[Found[Term]]) -> set[int]:
    """First words of facets joined by "or": none of them alone is a must."""
    either: set[int] = set()
    for one, other in pairwise(terms):
        between = [word.text for word in found[one.last : other.first]]
        if "or" in between and len(between) <= 4:
            either |= {one.first, other.first}
    return either


def _within(cue: Cue, term: Found[Term]) -> bool:
    """Whether a cue is only a part of the words of a facet: "a feel-good film" is not called
    good.
    """
    return (
        term.first <= cue.first
        and cue.last <= term.last
        and cue.last - cue.first < term.last - term.first
    )


def is_cue(term: Found[Term], cues: list[Cue]) -> bool:
    """Whether a facet's words are a verdict in their place ("X was hilarious") or part of a cue
    ("as funny as").
    """
    return any(
        cue.first < term.last
        and term.first < cue.last
        and term.meaning.strength is None
        and (
            cue.last - cue.first > term.last - term.first
            or (cue.force is Force.VERDICT and not _within(cue, term))
        )
        for cue in cues
    )
