"""Text → `Utterance`: the front door.

    words → titles → cues and facets in what is left → a sign for each name → constraints → the act

Everything is deterministic, needs no model and no network, and says which rule it followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from assistant import acts, preferences
from assistant.answers import answer_to, reaction
from assistant.constraints import any_year, count_wanted, lesser_known, years_wanted
from assistant.cues import Cue, find_cues
from assistant.facets import FacetFinder, Term
from assistant.links import Link
from assistant.phrases import Found
from assistant.preferences import Sign
from assistant.tastes import Force
from assistant.title_index import TitleIndex
from assistant.titles import TitleLinker
from assistant.unknown import unknown_titles
from assistant.utterance import (
    Act,
    AmbiguousMention,
    Context,
    FacetMention,
    MovieMention,
    Span,
    Utterance,
)
from assistant.words import Word, words
from core.catalogue import Catalogue

_MAX_CHARACTERS: Final = 20_000
_READ: Final = 4_000
"""Characters that are looked at for names and wishes; nobody tells a taste in more."""
_BLANK: Final = "\x00"
_CANDIDATES: Final = 5
_SURE: Final = 6.0
"""Log-odds of a title from which a line like "next" or "help!" is read as one after all."""
_NAMED_ALONE: Final = 0.5
"""A line of titles only is an answer to "what do you like?"."""
_NO_CONTEXT: Final = Context()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A line on its way to being understood."""

    text: str
    """As typed."""
    read: str
    """The part that is looked at."""
    words: list[Word]
    links: list[Link]
    masked: str
    """`read` with the titles blanked out."""
    line: acts.Line


class Understanding:
    """Understands lines of text about the films of one catalogue.

    Building the title index takes about a second for 88,000 films; `understand` a millisecond for a line of 200
    characters. Thread-safe: nothing changes after construction.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._titles = TitleLinker(TitleIndex(catalogue))
        self._facets = FacetFinder(catalogue)
        self._newest = int(catalogue.years.max()) if len(catalogue.movies) else 0

    def understand(self, text: str, context: Context = _NO_CONTEXT) -> Utterance:
        """What a line says; any text is fine, of a very long one the beginning is read."""
        read = text[:_READ]
        if not acts.has_words([read]):
            return Utterance(text, _act_without_words(read))
        found = words(read)
        shown = frozenset(token - 1 for token in (*context.shown, *(context.asked.tokens if context.asked else ())))
        links = self._titles.link(read, found, shown=shown)
        if links and max(link.score for link in links) < _SURE and acts.whole_act(acts.line_of(read)) is not None:
            links = []  # "next", "help!", "stop" are said to us, though they are films, too
        masked = _masked(read, found, links)
        line = acts.line_of(masked)
        if not links and context.asked is None and (act := acts.whole_act(line)) is not None:
            return self._plain(text, act, line, context)
        return self._whole(_Reading(text, read, found, links, masked, line), context)

    def _plain(self, text: str, act: Act, line: acts.Line, context: Context) -> Utterance:
        """A line that is nothing but an act."""
        picks = acts.picks(line, len(context.shown)) if act is Act.WHY else ()
        count = count_wanted(line.lower) if act is Act.MORE else None
        return Utterance(text, act, picks=picks, count=count)

    def _whole(self, reading: _Reading, context: Context) -> Utterance:
        """A line with names, wishes or neither in it."""
        read, found, links, line = reading.read, reading.words, reading.links, reading.line
        taken = bytearray(len(found) + 1)
        for link in links:
            taken[link.first : link.last] = b"\x01" * (link.last - link.first)
        titles = [(link.first, link.last) for link in links]
        cues = find_cues(read, found, titles)
        terms = [term for term in self._facets.find(found, lambda place: not taken[place]) if not _is_cue(term, cues)]
        names = sorted([*titles, *((term.first, term.last) for term in terms)])
        cues = find_cues(read, found, names)
        signs = dict(zip(names, preferences.signs(read, found, names, cues), strict=True))
        movies, ambiguous = self._mentions(found, links, signs, acts.titles_only(reading.masked, _BLANK))
        utterance = Utterance(
            reading.text,
            Act.RECOMMEND,
            movies=movies,
            facets=self._facet_mentions(found, terms, signs),
            ambiguous=ambiguous,
            unknown=unknown_titles(read, found, names, cues),
            years=years_wanted(line.lower, self._newest),
            any_year=any_year(line.lower),
            count=count_wanted(line.lower),
            lesser_known=lesser_known(line.lower),
        )
        return self._acted(utterance, line, cues, context)

    # ---- mentions

    def _mentions(
        self, found: list[Word], links: list[Link], signs: dict[tuple[int, int], Sign], alone: bool
    ) -> tuple[tuple[MovieMention, ...], tuple[AmbiguousMention, ...]]:
        movies, ambiguous = [], []
        for link in links:
            span = Span(found[link.first].start, found[link.last - 1].end)
            sign = signs[link.first, link.last]
            if sign.force is None and alone:
                sign = Sign(_NAMED_ALONE, "named alone")
            rule = f"{link.rule}; {sign.rule}"
            tokens = tuple(self.catalogue.movie_token(row) for row in link.rows)
            if link.also or len(tokens) == 1:
                also = tuple(self.catalogue.movie_token(row) for row in link.also)
                movies.append(MovieMention(span, tokens[0], sign.strength, rule, sign.similar, sign.seen, also))
            else:
                ambiguous.append(
                    AmbiguousMention(span, tokens[:_CANDIDATES], sign.strength, rule, sign.similar, sign.seen)
                )
        return tuple(movies), tuple(ambiguous)

    def _facet_mentions(
        self, found: list[Word], terms: list[Found[Term]], signs: dict[tuple[int, int], Sign]
    ) -> tuple[FacetMention, ...]:
        mentions: list[FacetMention] = []
        chosen = _alternatives(found, terms)
        for term in terms:
            sign = signs[term.first, term.last]
            if sign.force is Force.ASKED:
                continue
            strength, required, rule = _wish(term, sign)
            if strength > 0 and term.first in chosen:
                required, rule = False, f"{rule}; one of several"
            span = Span(found[term.first].start, found[term.last - 1].end)
            for token in term.meaning.tokens:
                if token not in {mention.token for mention in mentions}:
                    mentions.append(FacetMention(span, token, strength, required, rule))
        return tuple(mentions)

    # ---- the act

    def _acted(self, utterance: Utterance, line: acts.Line, cues: list[Cue], context: Context) -> Utterance:
        if context.asked is not None and (answer := answer_to(utterance, line, context.asked, self.catalogue)):
            return answer
        named = bool(utterance.movies or utterance.ambiguous)
        whole = acts.whole_act(line)
        if named and whole in (Act.WHY, Act.HELP):
            places = [context.shown.index(m.token) for m in utterance.movies if m.token in context.shown]
            return replace(utterance, act=whole, picks=tuple(places))
        for cue, act, fits in (
            ("start_over", Act.START_OVER, True),
            ("forget", Act.FORGET, named or bool(utterance.facets)),
        ):
            if fits and acts.holds(cue, line):
                return replace(utterance, act=act)
        if whole is not None and not named and not utterance.facets and not utterance.unknown:
            return self._plain(utterance.text, whole, line, context)
        if context.shown and not named and (reacted := reaction(utterance, line, cues, context)):
            return reacted
        return _tells(utterance, line)


def _tells(utterance: Utterance, line: acts.Line) -> Utterance:
    """A line that wants films, or has nothing to do with them."""
    says = (utterance.movies, utterance.ambiguous, utterance.facets, utterance.unknown, utterance.years)
    if any(says) or utterance.any_year or utterance.count or utterance.lesser_known:
        return utterance
    for name, act in (("undo", Act.UNDO), ("more", Act.MORE)):
        if acts.holds(name, line):
            return replace(utterance, act=act)
    if acts.holds("thanks", line):
        return replace(utterance, act=Act.THANKS)
    return utterance if acts.holds("film", line) else replace(utterance, act=Act.OFF_TOPIC)


def _act_without_words(text: str) -> Act:
    if text.strip() == "?":
        return Act.HELP
    return Act.OFF_TOPIC if text.strip() else Act.EMPTY


def _wish(term: Found[Term], sign: Sign) -> tuple[float, bool, str]:
    """(strength, required, rule) of a facet."""
    own = term.meaning.strength
    if own is not None:
        return own, False, f"comparative: {term.phrase}"
    if sign.force is None:
        return 0.8, term.meaning.firm, "wanted"
    if sign.strength < 0:
        return sign.strength, sign.strength <= (-0.55 if sign.force is Force.AVOID else -0.9), sign.rule
    required = sign.force in (Force.WANT, Force.SIMILAR, Force.SEEN) and term.meaning.firm and "more" not in sign.rule
    return (sign.strength or 0.5), required and sign.force is Force.WANT, sign.rule


def _alternatives(found: list[Word], terms: list[Found[Term]]) -> set[int]:
    """First words of facets joined by "or": none of them alone is a must."""
    either: set[int] = set()
    for one, other in pairwise(terms):
        between = [word.text for word in found[one.last : other.first]]
        if "or" in between and len(between) <= 4:
            either |= {one.first, other.first}
    return either


def _is_cue(term: Found[Term], cues: list[Cue]) -> bool:
    """Whether a facet's words are a verdict in their place ("X was hilarious") or part of a cue ("as funny as")."""
    return any(
        cue.first < term.last
        and term.first < cue.last
        and term.meaning.strength is None
        and (cue.force is Force.VERDICT or cue.last - cue.first > term.last - term.first)
        for cue in cues
    )


def _masked(text: str, found: list[Word], links: list[Link]) -> str:
    pieces, at = [], 0
    for link in links:
        start, end = found[link.first].start, found[link.last - 1].end
        pieces += [text[at:start], _BLANK * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])
