"""Lines that only make sense after what was shown or asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assistant import acts
from assistant.cues import Cue
from assistant.tastes import Force
from assistant.utterance import Act, AmbiguousMention, Context, Utterance
from core.catalogue import Catalogue

_YEAR: Final = re.compile(r"\b(?:18|19|20)\d\d\b")


def reaction(utterance: Utterance, line: acts.Line, cues: Sequence[Cue], context: Context) -> Utterance | None:
    """What is said of the films on the table: "I like the second one", "seen it"; None where nothing is."""
    picks = acts.picks(line, len(context.shown))
    felt = [cue for cue in cues if cue.force in (Force.FEEL, Force.VERDICT)]
    seen = any(cue.force is Force.SEEN for cue in cues)
    if not (felt or seen or picks) or utterance.facets or utterance.unknown:
        return None
    if not picks and not any(cue.backward for cue in cues):
        return None
    strength = felt[-1].strength if felt else 0.0 if seen else -0.7 if line.plain.startswith("not ") else 0.7
    return replace(utterance, act=Act.REACT, picks=picks, strength=strength, seen=seen, years=None, count=None)


def answer_to(utterance: Utterance, line: acts.Line, asked: AmbiguousMention, catalogue: Catalogue) -> Utterance | None:
    """The line as an answer to "which one?"; None where it is about something else."""
    tokens = asked.tokens
    named = [tokens.index(mention.token) for mention in utterance.movies if mention.token in tokens]
    named += [tokens.index(t) for mention in utterance.ambiguous for t in mention.tokens[:1] if t in tokens]
    others = [mention for mention in utterance.movies if mention.token not in tokens]
    if named and not others:
        return replace(utterance, act=Act.ANSWER, movies=(), ambiguous=(), picks=tuple(named), years=None, count=None)
    if utterance.movies or utterance.ambiguous or utterance.facets:
        return None
    picks = acts.picks(line, len(tokens))
    if not picks and (match := _YEAR.search(line.lower)):
        picks = tuple(place for place, token in enumerate(tokens) if catalogue.movie(token).year == int(match[0]))
    by_word = _picks_by_word(line, tokens, catalogue) if not picks else None
    if by_word is not None:
        return replace(
            utterance, act=Act.ANSWER, picks=by_word, years=None, count=None, strength=None if by_word else -1.0
        )
    if utterance.years is not None:
        first, last = utterance.years
        years = [catalogue.movie(token).year for token in tokens]
        picks = picks or tuple(place for place, year in enumerate(years) if first <= year <= last)
        if not picks and first == last:
            return replace(utterance, act=Act.ANSWER)
    return replace(utterance, act=Act.ANSWER, picks=picks, years=None, count=None) if picks else None


def _picks_by_word(line: acts.Line, tokens: tuple[int, ...], catalogue: Catalogue) -> tuple[int, ...] | None:
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
