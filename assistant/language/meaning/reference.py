"""Lines that only make sense after what was shown or asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assistant.language import acts
from assistant.language.meaning import preferences
from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.tastes import Cue, Force
from assistant.language.meaning.years import compared
from assistant.language.utterance import (
    Act,
    AmbiguousMention,
    Context,
    MovieMention,
    Span,
    Utterance,
)
from assistant.language.words import Word
from core.catalogue import Catalogue

_SHORT: Final = 8
"""Words up to which a line about "the last one" can only be about films on the table."""
_TABLE: Final = 10
"""Films there could be on the table, where none are."""
_YEAR: Final = re.compile(r"\b(?:18|19|20)\d\d\b")


def reaction(
    utterance: Utterance,
    line: acts.Line,
    found: Sequence[Word],
    cues: Sequence[Cue],
    context: Context,
) -> Utterance | None:
    """What is said of the films on the table: "I like the second one", "seen it"; None where
    nothing is.

    Where there is no table, the line is a reaction only if it points at films by number and says
    how they are.
    """
    pointed = acts.pointed(line, len(context.shown) or _TABLE)
    felt = [
        cue
        for cue in cues
        if cue.force in (Force.FEEL, Force.VERDICT)
        and not (utterance.well_known and _asks_fame(found, cue))
    ]
    seen = any(cue.force is Force.SEEN for cue in cues)
    asks = not felt and line.lower.rstrip().endswith("?")
    fame = utterance.well_known and not (
        felt or seen or pointed
    )  # "too obscure for me" asks for better known films
    if asks or fame or utterance.facets or utterance.unknown or utterance.beyond:
        return None
    if not context.shown and not context.untold:
        short = len(found) <= _SHORT
        speaks = short and (felt or seen) and (pointed or acts.holds("these", line))
        return replace(utterance, act=Act.REACT, years=None, count=None) if speaks else None
    years = (
        utterance.years if context.shown and compared(line.lower) else None
    )  # "like the first one but newer"
    said = replace(utterance, act=Act.REACT, picks=tuple(pointed), years=years, count=None)
    if not felt and acts.holds("later", line):
        return replace(said, later=True)
    if acts.holds("seen_all", line):
        seen = True
    elif not (felt or seen or pointed) or not (
        pointed or any(cue.backward for cue in cues) or (felt and acts.holds("these", line))
    ):
        return None
    strength = (
        felt[-1].strength
        if felt
        else 0.0
        if seen
        else -0.7
        if line.plain.startswith("not ")
        else 0.7
    )
    strengths = _strengths(utterance.text, found, list(pointed.values()), strength)
    if len(set(strengths)) == 1:
        return replace(said, strength=strengths[0], seen=seen)
    return replace(said, strength=strength, strengths=strengths, seen=seen)


def _asks_fame(found: Sequence[Word], cue: Cue) -> bool:
    """Whether a verdict is that films are hardly known: "too obscure for me"."""
    return any(
        word.text in ("obscure", "unknown", "niche", "underground")
        for word in found[cue.first : cue.last + 2]
    )


def of_last_line(
    reacted: Utterance | None, line: acts.Line, cues: Sequence[Cue], context: Context
) -> Utterance | None:
    """A reaction, meant of the films of the last line where nothing was said of them yet, or where
    it says "it".

    "I saw Amélie" … "adored it"; "watched Tenet" … "fell asleep"; "I've seen Heat and Jaws" …
    "hated both".
    """
    if reacted is None or reacted.picks or reacted.later:
        return reacted
    tokens: tuple[int, ...] = ()
    if context.named is not None and acts.holds("it", line):
        tokens = (context.named,)
    elif any(cue.force in (Force.FEEL, Force.VERDICT) for cue in cues):
        many = acts.holds("these", line) or acts.holds("both", line)
        tokens = context.untold if many == (len(context.untold) > 1) else ()
    span = Span(0, len(reacted.text))
    movies = tuple(
        MovieMention(span, token, reacted.strength or 0.0, "just named", seen=reacted.seen)
        for token in tokens[:1]
    )
    movies = tuple(replace(mention, also=tokens[1:]) for mention in movies)
    return Utterance(reacted.text, Act.RECOMMEND, movies=movies) if movies else reacted


def likewise(utterance: Utterance, line: acts.Line, context: Context) -> Utterance:
    """Names added to those of the last line are meant as they were: "I hate Saw" … "or Hostel",
    "Hostel neither".

    Genres and people only where they were kept away: "no musicals" … "and anything with Adam
    Sandler".
    """
    if context.spurned and not utterance.movies and acts.holds("nor", line):
        kept_away = (
            replace(m, strength=-1.0, required=True, rule="likewise") if m.strength > 0 else m
            for m in utterance.facets
        )
        return replace(utterance, facets=tuple(kept_away))
    if not context.mood or not acts.holds("likewise", line):
        return utterance
    return replace(
        utterance,
        movies=tuple(
            replace(m, strength=context.mood, rule=f"{m.rule}; likewise") for m in utterance.movies
        ),
        ambiguous=tuple(replace(m, strength=context.mood) for m in utterance.ambiguous),
    )


def _strengths(
    text: str, found: Sequence[Word], spans: Sequence[tuple[int, int]], otherwise: float
) -> tuple[float, ...]:
    """How each of the films pointed at is liked, as if the words that point were titles: "hated the
    first one".
    """
    ranges = []
    for start, end in spans:
        inside = [
            number for number, word in enumerate(found) if start <= word.start and word.end <= end
        ]
        ranges.append((inside[0], inside[-1] + 1) if inside else (0, 0))
    names = sorted({name for name in ranges if name[1]})
    signs = dict(
        zip(
            names, preferences.signs(text, found, names, find_cues(text, found, names)), strict=True
        )
    )
    felt = {
        name: sign
        for name, sign in signs.items()
        if sign.force in (Force.FEEL, Force.VERDICT, Force.AVOID)
    }
    if not felt:
        return tuple(otherwise for _ in spans)
    unsaid = [0.0 if sign.force is Force.SEEN else otherwise for sign in signs.values()]
    by_name = {
        name: felt[name].strength if name in felt else unsaid[number]
        for number, name in enumerate(signs)
    }
    return tuple(by_name.get(name, otherwise) for name in ranges)


def put_off(utterance: Utterance, line: acts.Line, context: Context) -> Utterance | None:
    """Films that are only put off: "not Heat tonight", "Heat? not tonight"; None for other lines.

    Of a film on the table it is a reaction; of any other it tells no taste.
    """
    if (
        not utterance.movies
        or not acts.holds("later", line)
        or utterance.facets
        or utterance.unknown
    ):
        return None
    if any(
        movie.strength and not movie.rule.endswith("; avoid: not") for movie in utterance.movies
    ):
        return None
    places = [
        context.shown.index(movie.token)
        for movie in utterance.movies
        if movie.token in context.shown
    ]
    if len(places) == len(utterance.movies):
        return Utterance(utterance.text, Act.REACT, picks=tuple(places), later=True)
    movies = tuple(
        replace(movie, strength=0.0, similar_only=False, idle=True) for movie in utterance.movies
    )
    return replace(utterance, movies=movies)


_ASKED: Final = 5
"""Most films that are asked about."""
_SEVERAL: Final = frozenset(
    "them these those they all both any each either none neither everything others".split()
)


def singled_out(utterance: Utterance | None, line: acts.Line, context: Context) -> Utterance | None:
    """A reaction to "it" with several films on the table, as the question which of them is
    meant.
    """
    if utterance is None or utterance.act is not Act.REACT or utterance.picks or utterance.later:
        return utterance
    if (
        len(context.shown) < 2
        or not acts.holds("it", line)
        or _SEVERAL & set(line.plain.split(" "))
    ):
        return utterance
    span, strength = Span(0, len(utterance.text)), utterance.strength or 0.0
    which = AmbiguousMention(
        span, context.shown[:_ASKED], strength, "of those shown", seen=utterance.seen
    )
    return Utterance(utterance.text, Act.REACT, ambiguous=(which,))


def answer_to(
    utterance: Utterance, line: acts.Line, asked: AmbiguousMention, catalogue: Catalogue
) -> Utterance | None:
    """The line as an answer to "which one?"; None where it is about something else."""
    tokens = asked.tokens
    named = [tokens.index(mention.token) for mention in utterance.movies if mention.token in tokens]
    named += [
        tokens.index(t)
        for mention in utterance.ambiguous
        for t in mention.tokens[:1]
        if t in tokens
    ]
    others = [mention for mention in utterance.movies if mention.token not in tokens]
    if named and not others:
        return replace(
            utterance,
            act=Act.ANSWER,
            movies=(),
            ambiguous=(),
            picks=tuple(named),
            years=None,
            count=None,
        )
    wishes = [
        mention for mention in utterance.facets if catalogue.facet(mention.token).kind != "person"
    ]
    if utterance.movies or utterance.ambiguous or wishes:
        return None
    utterance = replace(
        utterance, facets=()
    )  # "the Clooney one? no, the old one" asks for no Clooney
    if acts.whole_act(line) is Act.WHY:  # "why the first one?" is about the films on the table
        return None
    picks = acts.picks(line, len(tokens))
    if not picks and (match := _YEAR.search(line.lower)):
        picks = tuple(
            place
            for place, token in enumerate(tokens)
            if catalogue.movie(token).year == int(match[0])
        )
    by_word = _picks_by_word(line, tokens, catalogue) if not picks else None
    if by_word is not None:
        return replace(
            utterance,
            act=Act.ANSWER,
            picks=by_word,
            years=None,
            count=None,
            strength=None if by_word else -1.0,
        )
    if utterance.years is not None:
        first, last = utterance.years
        years = [catalogue.movie(token).year for token in tokens]
        picks = picks or tuple(place for place, year in enumerate(years) if first <= year <= last)
        if not picks and first == last:
            return replace(utterance, act=Act.ANSWER)
    return (
        replace(utterance, act=Act.ANSWER, picks=picks, years=None, count=None) if picks else None
    )


def _picks_by_word(
    line: acts.Line, tokens: tuple[int, ...], catalogue: Catalogue
) -> tuple[int, ...] | None:
    """Places meant by "yes", "both", "the new one"; () for "no", None where it is no answer."""
    if acts.is_whole("both", line):
        return tuple(range(len(tokens)))
    if acts.is_whole("no", line):
        return ()
    if acts.is_whole("yes", line):
        return (0,)
    years = [catalogue.movie(token).year for token in tokens]
    said = set(line.plain.split(" "))
    if said & {"new", "newer", "newest", "latest", "recent", "remake", "reboot"} and len(said) <= 6:
        return (years.index(max(years)),)
    if said & {"old", "older", "oldest", "original", "og", "classic", "earlier"} and len(said) <= 6:
        return (years.index(min(years)),)
    return None
