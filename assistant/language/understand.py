"""Text → `Utterance`: the front door.

    words → titles → cues and facets in what is left → a sign for each name → constraints → the act

Everything is deterministic, needs no model and no network, and says which rule it followed.

A line on its way to being understood: its words, the titles in it, and what is left of it without
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from assistant.language import acts, mentions
from assistant.language.meaning import preferences
from assistant.language.meaning.cues import find_cues, may_be_cues
from assistant.language.meaning.facets import FacetFinder, Term
from assistant.language.meaning.reference import (
    answer_to,
    likewise,
    of_last_line,
    put_off,
    reaction,
    singled_out,
)
from assistant.language.meaning.speakers import together
from assistant.language.meaning.tastes import Cue
from assistant.language.meaning.verdicts import asks_how_it_is, describes_a_film
from assistant.language.meaning.years import (
    OLDEST,
    any_year,
    compared,
    count_wanted,
    lesser_known,
    well_known,
    years_wanted,
)
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from assistant.language.titles.links import Link
from assistant.language.titles.neighbours import written
from assistant.language.titles.unknown import unknown_titles
from assistant.language.titles.which import Corrections, Namesakes
from assistant.language.utterance import (
    LONGEST_TEXT,
    Act,
    Context,
    FacetMention,
    MovieMention,
    Span,
    Utterance,
)
from assistant.language.words import Found, Word, taken_by, words
from core.catalogue import Catalogue

BLANK: Final = "\x00"
"""Stands for each character of a title."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A line with the titles that are taken to be in it."""

    text: str
    """As typed."""
    read: str
    """The part that is looked at."""
    words: Sequence[Word]
    links: Sequence[Link]
    """In order."""
    series: Sequence[tuple[int, int]]
    """Where well-known series are named."""
    masked: str
    """`read` with the titles blanked out."""
    line: acts.Line
    """The same as patterns want it."""

    @classmethod
    def of(
        cls,
        text: str,
        read: str,
        words: Sequence[Word],
        links: Sequence[Link],
        series: Sequence[tuple[int, int]],
    ) -> Self:
        """Blanks the titles out."""
        pieces, at = [], 0
        for link in links:
            start, end = words[link.first].start, words[link.last - 1].end
            pieces += [read[at:start], BLANK * (end - start)]
            at = end
        masked = "".join([*pieces, read[at:]])
        return cls(text, read, words, links, series, masked, acts.line_of(masked))

    def naming(self, links: Sequence[Link]) -> Self:
        """The same line with these titles."""
        ordered = sorted(links, key=lambda link: link.first)
        return self.of(self.text, self.read, self.words, ordered, self.series)


_SURE: Final = 6.0
"""Log-odds of a title from which a line like "next" or "help!" is read as one after all."""
_NAMED_IN_THANKS: Final = 4.5
"""The same where thanks are left without it: "thanks, Titanic was great", but not "thanks for the
help"."""
_SERIES: Final = 5
"""Ratings from which a film that is called as a well-known series may be meant."""
_THUMBS: Final = {"👍": 0.7, "❤": 1.0, "😍": 1.0, "👎": -0.7}
_ABOUT_A_FILM: Final = frozenset(("plot", "reviews", "length", "age", "streaming"))
"""What is asked of a film that is named, beyond what is known."""
_OF_A_FILM: Final = ("meh", "skip it", "skip that one")
_NO_CONTEXT: Final = Context()


class Understanding:
    """Understands lines of text about the films of one catalogue.

    Building the title index takes about a second for 88,000 films; `understand` a millisecond for a
    line of 200 characters. Thread-safe: nothing changes after construction.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._titles = TitleLinker(TitleIndex(catalogue))
        self._facets = FacetFinder(catalogue)
        self._namesakes = Namesakes(self._titles.index, self._facets)
        self._corrections = Corrections(self._titles.index)
        self._newest = int(catalogue.years.max()) if len(catalogue.movies) else 0

    @property
    def linker(self) -> TitleLinker:
        """What finds titles: the same films under the same names, wherever they come from."""
        return self._titles

    def understand(self, text: str, context: Context = _NO_CONTEXT) -> Utterance:
        """What a line says; any text is fine, of a very long one the beginning is read."""
        read = text[:LONGEST_TEXT]
        if not acts.has_words([read]):
            return _without_words(text, context)
        found = words(read)
        series = acts.series_named(read)
        shown = frozenset(
            token - 1
            for token in (*context.shown, *(context.asked.tokens if context.asked else ()))
        )
        shown |= self._corrections.may_be_meant(read.lower(), context)
        links = self._titles.link(read, found, shown=shown)
        closed = [
            *series,
            *(
                (found[first].start, found[last - 1].end)
                for first, last in self._facets.people(found)
            ),
        ]
        if closed:
            links = [
                link
                for link in links
                if not _inside(found[link.first].start, found[link.last - 1].end, closed)
            ]
        if series:  # "The Office" is the series, whatever little-known film is called so
            known = self._titles.index.renown
            spans_of = {link: (found[link.first].start, found[link.last - 1].end) for link in links}
            links = [
                link
                for link in links
                if spans_of[link] not in series or known[link.rows[0]] >= _SERIES
            ]
        if context.shown:
            spans = acts.pointed(acts.line_of(read), len(context.shown)).values()
            links = [
                link
                for link in links
                if not _points(read, found[link.first].start, found[link.last - 1].end, spans)
            ]
        links = self._namesakes.told_apart(found, links) if links else links
        reading = Reading.of(text, read, found, links, series)
        if links and _said_to_us(acts.line_of(read)):
            best = max(link.score for link in links)
            thanked = best >= _NAMED_IN_THANKS and acts.whole_act(reading.line) is Act.THANKS
            if (
                best < _SURE and not thanked
            ):  # "next", "help!", "stop" are said to us, though they are films, too
                reading = reading.naming([])
        if (
            not reading.links
            and context.asked is None
            and (act := _whole_act(reading.line, context)) is not None
        ):
            return self._plain(text, act, reading.line, context)
        return self._whole(reading, context)

    def _plain(self, text: str, act: Act, line: acts.Line, context: Context) -> Utterance:
        """A line that is nothing but an act."""
        picks = acts.picks(line, len(context.shown)) if act is Act.WHY else ()
        if act is Act.WHY and acts.is_whole("best_pick", line):
            picks = (0,)
        count = count_wanted(line.lower) if act is Act.MORE else None
        return Utterance(text, act, picks=picks, count=count)

    def _whole(self, reading: Reading, context: Context) -> Utterance:
        """A line with names, wishes or neither in it."""
        read, found, links, line = reading.read, reading.words, reading.links, reading.line
        titles = [(link.first, link.last) for link in links]
        terms = self._terms(reading, titles)
        names = sorted([*titles, *((term.first, term.last) for term in terms)])
        cues = find_cues(read, found, names)
        unknown = unknown_titles(read, found, names, cues)
        if more := written(read, found, [mention.span for mention in unknown], self._titles.index):
            return self._whole(reading.naming([*links, *more]), context)
        felt = preferences.signs(read, found, names, cues)
        signs = dict(zip(names, preferences.compared(read, found, names, felt), strict=True))
        with_others = together(line.lower) or context.for_children
        spared = mentions.spared(found, links, signs, self._facets)
        movies, ambiguous = mentions.of_movies(
            found,
            [link for link in links if link.first not in spared],
            signs,
            self.catalogue,
            alone=acts.titles_only(reading.masked, BLANK),
            together=with_others,
        )
        wished = [
            term for term in terms if not mentions.tells_apart(found, links, term, self.catalogue)
        ]
        facets = (*mentions.of_facets(found, wished, signs, together=with_others), *spared.values())
        utterance = Utterance(
            reading.text,
            Act.RECOMMEND,
            movies=movies,
            facets=facets,
            aside=() if with_others else mentions.of_others(found, terms, signs),
            ambiguous=ambiguous,
            unknown=unknown,
            years=self._years(line, context),
            any_year=any_year(line.lower),
            count=count_wanted(line.lower),
            lesser_known=lesser_known(line.lower),
            well_known=well_known(line.lower),
            beyond=self._beyond(reading, facets),
        )
        return self._acted(utterance, line, found, cues, context)

    def _terms(self, reading: Reading, titles: Sequence[tuple[int, int]]) -> list[Found[Term]]:
        """Genres, moods, tags and people that are named outside of titles, but to tell how a film
        is.
        """
        read, found, taken = reading.read, reading.words, _taken(reading)
        terms = self._facets.find(found, taken)
        spans = [(term.first, term.last) for term in terms]
        terms = [
            term
            for term, span in zip(terms, spans, strict=True)
            if not describes_a_film(read, found, titles, spans, span)
            and not asks_how_it_is(read, found, taken, term.first)
        ]
        if terms and may_be_cues(read, found, titles, [(term.first, term.last) for term in terms]):
            cues = find_cues(read, found, titles)
            terms = [term for term in terms if not mentions.is_cue(term, cues)]
        return terms

    def _beyond(self, reading: Reading, facets: Sequence[FacetMention]) -> tuple[str, ...]:
        """What was asked of films that is not known here: of languages, only those that the
        catalogue lacks.
        """
        known = any(self.catalogue.facet(mention.token).kind == "language" for mention in facets)
        asked = (name for name in acts.beyond(reading.line) if name != "language" or not known)
        return (*asked, *(("series",) if reading.series else ()))

    def _years(self, line: acts.Line, context: Context) -> tuple[int, int] | None:
        """The span of years asked for; "older" and "newer" are meant of the films on the table."""
        years = sorted(
            year for token in context.shown if (year := self.catalogue.movie(token).year)
        )
        way = compared(line.lower) if years else 0
        if not way:
            return years_wanted(line.lower, self._newest)
        middle = years[len(years) // 2]
        return (OLDEST, middle - 1) if way < 0 else (min(middle + 1, self._newest), self._newest)

    # ---- the act

    def _acted(
        self,
        utterance: Utterance,
        line: acts.Line,
        found: Sequence[Word],
        cues: list[Cue],
        context: Context,
    ) -> Utterance:
        """The utterance with what it does, after what was shown or asked."""
        answer = (
            answer_to(utterance, line, context.asked, self.catalogue)
            if context.asked is not None
            else None
        )
        answer = (
            answer
            or self._corrections.corrected(utterance, line, context)
            or put_off(utterance, line, context)
        )
        if answer is not None:
            return answer
        named = bool(utterance.movies or utterance.ambiguous)
        whole = _whole_act(line, context)
        if named and whole in (Act.WHY, Act.HELP):
            places = [
                context.shown.index(m.token) for m in utterance.movies if m.token in context.shown
            ]
            if acts.is_whole("why_not", line):  # asks, and turns nothing down
                return Utterance(utterance.text, whole, picks=tuple(places))
            return replace(utterance, act=whole, picks=tuple(places))
        for cue, act, fits in (
            ("start_over", Act.START_OVER, True),
            ("forget", Act.FORGET, named or bool(utterance.facets) or utterance.lesser_known),
        ):
            if fits and acts.holds(cue, line):
                return (
                    mentions.let_go(utterance) if act is Act.FORGET else replace(utterance, act=act)
                )
        if whole is not None and not named and not utterance.facets and not utterance.unknown:
            return self._plain(utterance.text, whole, line, context)
        reacted = None
        if not named and not utterance.facets:
            nodded = acts.nod(line, bool(context.shown))
            reacted = (
                Utterance(utterance.text, nodded, picks=acts.picks(line, len(context.shown)))
                if nodded
                else of_last_line(
                    reaction(utterance, line, found, cues, context), line, cues, context
                )
            )
        told = (
            singled_out(reacted, line, context)
            or _asked(utterance, line)
            or _tells(likewise(utterance, line, context), line)
        )
        return (
            _asked_of_the_table(told, line, context)
            if told.act is Act.BEYOND and not told.movies
            else told
        )


def _taken(reading: Reading) -> bytearray:
    """1 for each word that is a part of a title or a series."""
    taken = taken_by(((link.first, link.last) for link in reading.links), len(reading.words))
    for start, end in reading.series:
        for place, word in enumerate(reading.words):
            taken[place] |= start <= word.start and word.end <= end
    return taken


def _whole_act(line: acts.Line, context: Context) -> Act | None:
    """The act of a line that is nothing else; "meh" or "skip it" after a film was named is said of
    the film.
    """
    act = acts.whole_act(line)
    return None if context.untold and line.plain.startswith(_OF_A_FILM) else act


def _said_to_us(line: acts.Line) -> bool:
    """Whether the whole line is an act, a yes or a no."""
    compared = " over " in line.plain  # "I'd take Heat over Jaws"
    return acts.whole_act(line) is not None or (not compared and acts.nod(line, None) is not None)


def _asked(utterance: Utterance, line: acts.Line) -> Utterance | None:
    """A question about a film that is named, which tells no taste: "who directed Heat?"; None for
    anything else.
    """
    says = (
        utterance.facets,
        utterance.unknown,
        utterance.years,
        *(movie.strength for movie in utterance.movies),
    )
    if (
        not utterance.movies
        or any(says)
        or not _ABOUT_A_FILM & set(utterance.beyond)
        or not acts.holds("asks", line)
    ):
        return None
    idle = tuple(replace(movie, idle=True) for movie in utterance.movies)
    return replace(utterance, act=Act.BEYOND, movies=idle, ambiguous=())


def _asked_of_the_table(utterance: Utterance, line: acts.Line, context: Context) -> Utterance:
    """A question with the films it is about: "tell me about the second one", "who directed it?"."""
    picks = acts.picks(line, len(context.shown))
    if picks or context.named is None or not acts.holds("it", line):
        return replace(utterance, picks=picks)
    span = Span(0, len(utterance.text))
    return replace(
        utterance, movies=(MovieMention(span, context.named, 0.0, "just named", idle=True),)
    )


def _tells(utterance: Utterance, line: acts.Line) -> Utterance:
    """A line that wants films, or has nothing to do with them."""
    says = (
        utterance.movies,
        utterance.ambiguous,
        utterance.facets,
        utterance.unknown,
        utterance.years,
    )
    if not any(says) and acts.holds("elsewhere", line):
        return replace(utterance, act=Act.OFF_TOPIC)
    if not any(says) and acts.holds("topic", line):
        return replace(utterance, beyond=(*utterance.beyond, "topic"))
    if (
        any(says)
        or utterance.any_year
        or utterance.count
        or utterance.lesser_known
        or utterance.well_known
    ):
        return utterance
    if utterance.beyond:
        asked = acts.holds("asks", line) and not acts.holds("wants", line)
        return replace(utterance, act=Act.BEYOND) if asked else utterance
    for name, act in (("undo", Act.UNDO), ("more", Act.MORE), ("thanks", Act.THANKS)):
        if acts.holds(name, line):
            return replace(utterance, act=act)
    return utterance if acts.holds("film", line) else replace(utterance, act=Act.OFF_TOPIC)


def _without_words(text: str, context: Context) -> Utterance:
    """A line of marks only; a thumb is a reaction to what is on the table."""
    marks = text.strip()
    if context.shown and marks[:1] in _THUMBS:
        return Utterance(text, Act.REACT, strength=_THUMBS[marks[0]])
    if marks == "?":
        return Utterance(text, Act.HELP)
    return Utterance(text, Act.OFF_TOPIC if marks else Act.EMPTY)


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a range lies in one of the spans without filling it."""
    return any(
        first <= start and end <= last and end - start < last - first for first, last in spans
    )


def _points(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether words without a capital point at a film on the table: "number 2", "the others"."""
    return text[start:end].islower() and any(
        first <= start and end <= last for first, last in spans
    )
