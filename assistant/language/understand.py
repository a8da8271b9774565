"""Text → `Utterance`: the front door.

words → titles → cues and facets in what is left → a sign for each name → constraints → the act
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assistant.language import acts, mentions, wishes
from assistant.language.leftover import without_stories
from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.direction import meant
from assistant.language.meaning.facets import FacetFinder, Term
from assistant.language.meaning.measures import measures_of
from assistant.language.meaning.reference import (
    answer_to,
    asked_of_the_table,
    likewise,
    of_last_line,
    places_of,
    put_off,
    reaction,
    singled_out,
    takes,
)
from assistant.language.meaning.roles import Direction, LineRoles, RoleReader, reader
from assistant.language.meaning.tastes import Cue, scope_of
from assistant.language.meaning.years import Scope, bounded_years, eras_named, years_wanted
from assistant.language.pointing import Pointing
from assistant.language.questions import Questions
from assistant.language.reading import (
    BLANK,
    Misspellings,
    Reading,
    in_english,
    is_said_to_us,
    lifted_of,
    limits_of,
    taken_in,
    told_of_films,
)
from assistant.language.remarks import (
    act_of_no_wish,
    afresh,
    chosen,
    decides,
    hoped_for,
    is_a_wish,
    is_remark,
    put_by,
    referents,
    remarked,
    without_words,
)
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from assistant.language.titles.links import Link, overlaps
from assistant.language.titles.neighbours import written
from assistant.language.titles.unknown import unknown_titles
from assistant.language.titles.which import Corrections, Namesakes
from assistant.language.utterance import (
    EVERY_WISH,
    LONGEST_TEXT,
    Act,
    Context,
    FacetMention,
    MovieMention,
    Utterance,
)
from assistant.language.words import Found, Word, normal, rated, words
from core.catalogue import Catalogue
from core.data.facts import FilmFacts

_SERIES: Final = 5  # ratings from which a film that is called as a well-known series may be meant
_ABOUT_A_FILM: Final = frozenset(("plot", "reviews", "length", "age", "streaming"))
"""What is asked of a film that is named, beyond what is known."""
_LONGEST_OF_TWO: Final = 400  # characters of a line that may do two things
_MAY_WISH: Final = (Act.MORE, Act.RECOMMEND, Act.BYE, Act.THANKS, Act.COMPLAIN, Act.GREET)
"""Acts whose patterns let more words follow: a line that names a kind of film is a wish."""
_OF_A_FILM: Final = ("meh", "skip it", "skip that one")
_MEASURED: Final = {"length": "minutes", "age": "age"}
"""What is known here of films wherever the catalogue has the column."""
_NO_CONTEXT: Final = Context()


class Understanding:
    """Understands lines of text about the films of one catalogue.

    Building the title index takes about a second for 88,000 films; `understand` a millisecond for a
    line of 200 characters. Thread-safe: nothing changes after construction.
    """

    def __init__(
        self, catalogue: Catalogue, facts: FilmFacts | None = None, roles: RoleReader | None = None
    ) -> None:
        self.catalogue = catalogue
        self._reader = roles or reader()
        facts = facts or FilmFacts.empty()
        self._titles = TitleLinker(TitleIndex(catalogue, facts.foreign_titles()), roles=roles)
        self._questions = Questions(self._titles.index, facts, self.understand, self._reader)
        self._facets = FacetFinder(catalogue, facts.people.names)
        self._misspellings = Misspellings(
            self._facets.kinds(), [*self._titles.index.known(), *map(normal, facts.people.names)]
        )
        self._pointing = Pointing(self._titles.index, facts, self._facets)
        self._namesakes = Namesakes(self._titles.index, self._facets)
        self._corrections = Corrections(self._titles.index)
        self._newest = int(catalogue.years.max()) if len(catalogue.movies) else 0

    @property
    def linker(self) -> TitleLinker:
        """What finds titles: the same films under the same names, wherever they come from."""
        return self._titles

    def understand(self, text: str, context: Context = _NO_CONTEXT) -> Utterance:
        """What a line says; any text is fine, of a very long one the beginning is read.

        A line that does one thing and then wishes for another ("forget Alien and give me a
        western") is understood as two statements.
        """
        read = self.in_english(text[:LONGEST_TEXT])
        text = read if len(text) <= LONGEST_TEXT else text
        if not acts.has_words([read]):
            return without_words(text, context)
        if len(read) <= _LONGEST_OF_TWO:
            if described := acts.recalled(acts.line_of(read)):
                return Utterance(text, Act.RECOMMEND, sought=described)
            if (cleared := acts.wishes_cleared(read)) and acts.has_words([cleared]):
                left = self._one(text, cleared, context)
                if left.wishes:
                    return replace(left, lifted=(*left.lifted, EVERY_WISH))
            for first, rest in acts.parted(read):
                if (both := self._both(text, first, rest, context)) is not None:
                    return both
        return self._one(text, read, context)

    def in_english(self, text: str) -> str:
        """A line in English, spelled right, and its titles as they are."""
        if len(text) > _LONGEST_OF_TWO:
            return text
        text = rated(text, self._is_title)
        found = words(text)
        named = (match[:2] for match in self._titles.index.find(found))
        read = in_english(text, [(first, last) for first, last in named if last > first + 1])
        return self._misspellings.right(text, found, self._names) if read == text else read

    def _names(self, text: str, found: Sequence[Word]) -> list[tuple[int, int]]:
        """Ranges of words that films and people are called by, misspelt ones among them."""
        films = ((link.first, link.last) for link in self._titles.link(text, found))
        return [*films, *self._facets.people(found), *self._facets.misspelt_people(found)]

    def _is_title(self, name: str) -> bool:
        """Whether the last words of a text are what a film is called."""
        found = words(name)
        return any(
            match[1] == len(found) > match[0] + 1 for match in self._titles.index.find(found)
        )

    def _both(self, text: str, first: str, rest: str, context: Context) -> Utterance | None:
        """The two parts of a line as statements of it; None where the first does nothing by itself
        or the rest holds no wish.
        """
        if not acts.has_words([rest]):
            return None
        may_act = acts.may_act_alone(first, len(context.shown))
        if not may_act and not self._pointing.refers(first, context):
            return None
        does, wishes = self._alone(first, context), self._one(rest, rest, context)
        if does.acts_alone and wishes.asks_beside(does):
            return replace(does, text=text, then=replace(wishes, text=text))
        return None

    def _alone(self, text: str, context: Context) -> Utterance:
        """A part of a line that may be a command; what is to be forgotten may be no name."""
        does = self._one(text, text, context)
        forgets = acts.holds("forget", acts.line_of(text)) and not does.names_anything
        return replace(does, act=Act.FORGET) if forgets else does

    def _one(self, text: str, read: str, context: Context) -> Utterance:
        """One statement."""
        reading = self._reading(text, read, context)
        roles = self._reader.read(read, reading.words, [link.span for link in reading.links])
        told = self._questions.asked(read, reading.words, reading.links, context)
        if told is not None and is_a_wish(told, roles, named=bool(reading.links)):
            told = None
        if told is not None:
            return told.with_rest(text, self.understand(told.rest, told.context(context)))
        if not reading.links and context.asked is None:
            act = _whole_act(reading.line, context)
            if act is not None and not self._wishes(reading, act, context):
                return self._plain(text, act, reading.line, context)
        return self._of_the_table(reading, roles, context)

    def _of_the_table(self, reading: Reading, roles: LineRoles, context: Context) -> Utterance:
        """A line whose words that point at films on the table are read as their titles: "Heat I
        know, the first one bores me". What the rules read as a remark on them is one.
        """
        if not context.shown or context.asked is not None:
            return self._whole(reading, roles, context)
        pointed = referents(reading.read, reading.words, roles.pointing(), context)
        links = [one for one in pointed if not overlaps(one, reading.links)]
        plain = self._whole(reading, roles, context)
        if not links or is_remark(plain, roles.pointing()):
            return plain
        return self._whole(reading.naming([*reading.links, *links]), roles, context)

    def _wishes(self, reading: Reading, act: Act, context: Context) -> bool:
        """Whether a line that looks like an act names kinds of films or years all the same, or says
        what there is too much of.
        """
        terms = self._facets.find(reading.words, taken_in(reading))
        if act is Act.WHY:
            titles = [(link.first, link.last) for link in reading.links]
            return bool(wishes.complaints(reading.read, reading.words, titles, terms))
        plain = self._years(reading.line, context, lambda _: None)
        return act in _MAY_WISH and bool(terms or plain)

    def _reading(self, text: str, read: str, context: Context) -> Reading:
        """The line with the titles that are meant in it."""
        found = words(read)
        series = acts.series_named(read)
        asked = context.asked.tokens if context.asked else ()
        shown = frozenset(token - 1 for token in (*context.shown, *asked))
        shown |= self._corrections.may_be_meant(read.lower(), context)
        links: Sequence[Link] = self._titles.link(read, found, shown=shown)
        links = self._pointing.with_the_table(read, found, links, context)
        if links:
            links = self._meant(read, found, links, series, len(context.shown))
        reading = Reading.of(text, read, found, links, series)
        return reading.naming([]) if links and is_said_to_us(reading) else reading

    def _meant(
        self,
        read: str,
        found: Sequence[Word],
        links: Sequence[Link],
        series: Sequence[tuple[int, int]],
        n_shown: int,
    ) -> Sequence[Link]:
        """The titles that are no part of a longer name and do not point at films on the table, each
        of the film that is meant by it.
        """
        people = (
            (found[first].start, found[last - 1].end) for first, last in self._facets.people(found)
        )
        names = [*series, *people]
        pointed, dates = eras_named(read.lower()), bounded_years(read.lower())
        pointed += acts.pointed(acts.line_of(read), n_shown).values() if n_shown else ()
        renown = self._titles.index.renown
        meant = []
        for link in links:
            span = wishes.span_of(found, link)
            # "The Office" is the series, whatever little-known film is called so
            is_series = span in series and renown[link.rows[0]] < _SERIES
            is_part = mentions.inside(span, names) or mentions.begins(span, dates)
            if not (is_series or is_part or mentions.points(read, span, pointed)):
                meant.append(link)
        return self._namesakes.told_apart(found, meant) if meant else meant

    def _plain(self, text: str, act: Act, line: acts.Line, context: Context) -> Utterance:
        """A line that is nothing but an act."""
        picks = acts.picks(line, len(context.shown)) if act is Act.WHY else ()
        if act is Act.WHY and acts.is_whole("best_pick", line):
            picks = (0,)
        count = acts.count_wanted(line.lower) if act is Act.MORE else None
        return Utterance(text, act, picks=picks, count=count)

    def _whole(self, reading: Reading, roles: LineRoles, context: Context) -> Utterance:
        """A line with names, wishes or neither in it."""
        read, found, links, line = reading.read, reading.words, reading.links, reading.line
        titles, told = mentions.kinds_of(links, context.offered)
        terms = self._terms(reading, roles, list(titles), told)
        names = sorted([*titles, *((term.first, term.last) for term in terms)])
        cues = find_cues(read, found, names)
        unknown = unknown_titles(read, found, names, cues, self._titles.index)
        if more := written(read, found, [mention.span for mention in unknown], self._titles.index):
            return self._whole(reading.naming([*links, *more]), roles, context)
        held = wishes.held(terms, context)
        signs = meant(read, found, {**titles, **held}, names, cues, roles)
        scope = scope_of(read, found, cues)
        for_another = mentions.together(line.lower) or mentions.is_for_somebody(found)
        with_others = for_another or context.for_another or mentions.is_for_another(cues)
        called = mentions.of_more_than_films(found, links, signs, self._facets)
        movies, ambiguous = mentions.of_movies(
            found,
            [link for link in links if link.first not in called],
            signs,
            self.catalogue,
            alone=acts.titles_only(reading.masked, BLANK),
            together=with_others,
        )
        wished = mentions.wished(found, links, terms, self.catalogue)
        complaints = wishes.complaints(read, found, told, terms)
        facets = (
            *wishes.of_facets(found, wished, signs, complaints, together=with_others),
            *called.values(),
        )
        facets = without_stories(facets, found, roles.described())
        utterance = Utterance(
            reading.text,
            Act.RECOMMEND,
            movies=movies,
            facets=facets,
            aside=wishes.of_others(found, terms, signs, together=with_others),
            ambiguous=ambiguous,
            unknown=unknown,
            limits=(
                *limits_of(line.lower, self._years(line, context, scope, movies)),
                *told_of_films(
                    measures_of(line.lower, self.catalogue, context.shown, facets, scope),
                    line.lower,
                    complains="complain" in roles.does,
                ),
            ),
            lifted=lifted_of(line.lower, scope),
            count=acts.count_wanted(line.lower),
            beyond=self._beyond(reading, facets) if roles.asks else (),
            for_another=mentions.is_for_somebody(found),
            does=roles.does,
        )
        return self._acted(utterance, line, found, cues, context)

    def _terms(
        self,
        reading: Reading,
        roles: LineRoles,
        titles: Sequence[tuple[int, int]],
        told: Sequence[tuple[int, int]],
    ) -> list[Found[Term]]:
        """Genres, moods, tags and people that are named outside of titles, but in mere talk, or to
        tell how one of the films `told` is.
        """
        read, found = reading.read, reading.words
        described = [role for role in roles.described() if role.way is not Direction.NONE]
        terms = self._facets.find(found, taken_in(reading), described)
        terms = mentions.said_of_films(read, found, terms, roles)
        meant = [term for term in terms if term.first in roles.meant]
        kept = mentions.asked_for(read, found, told, terms, taken_in(reading))
        kept = mentions.unswallowed(read, found, titles, kept)
        return [term for term in terms if term in meant or term in kept]

    def _beyond(self, reading: Reading, facets: Sequence[FacetMention]) -> tuple[str, ...]:
        """What was asked of films that is not known here: of languages, only those that the
        catalogue lacks.
        """
        known = any(self.catalogue.facet(mention.token).kind == "language" for mention in facets)
        told = {name for name, column in _MEASURED.items() if self.catalogue.measures(column)}
        told.update(["language"] if known else ())
        told.update(["makers"] if facets else ())
        asked = (name for name in acts.beyond(reading.line) if name not in told)
        return (*asked, *(("series",) if reading.series else ()))

    def _years(
        self, line: acts.Line, context: Context, scope: Scope, named: Sequence[MovieMention] = ()
    ) -> tuple[int, int] | None:
        """The span of years asked for; "older" and "newer" are meant of the films on the table, and
        of those named beside it or just before.
        """
        before = () if context.named is None else (context.named,)
        spoken = {*context.shown, *before, *(movie.token for movie in named)}
        years = [self.catalogue.movie(token).year for token in spoken]
        return years_wanted(line.lower, self._newest, scope, list(filter(None, years)))

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
        utterance = afresh(utterance)
        done = self._answered(utterance, line, context) or self._commanded(utterance, line, context)
        if done is not None:
            return done
        if meant := put_by(utterance, line, context) or chosen(utterance, line, context):
            return remarked(meant, context)
        if decides(utterance, line, context):
            return takes(utterance.text, line, context)
        reacted = _reacted(utterance, line, found, cues, context)
        utterance = hoped_for(utterance, found, context.shown)
        acted = (
            singled_out(reacted, line, context)
            or _asked(utterance, line)
            or _tells(likewise(utterance, line, context), line)
        )
        if acted.act is Act.BEYOND and not acted.movies:
            return asked_of_the_table(acted, line, context)
        return remarked(acted, context)

    def _answered(
        self, utterance: Utterance, line: acts.Line, context: Context
    ) -> Utterance | None:
        """A line that answers our question, corrects what was understood, or puts films off."""
        answer = None
        if context.asked is not None:
            answer = answer_to(utterance, line, context.asked, self.catalogue)
        return (
            answer
            or self._corrections.corrected(utterance, line, context)
            or put_off(utterance, line, context)
        )

    def _commanded(
        self, utterance: Utterance, line: acts.Line, context: Context
    ) -> Utterance | None:
        """A line that asks why, takes something back, or is nothing but an act."""
        whole = _whole_act(line, context)
        if utterance.names_films and whole in (Act.WHY, Act.HELP):
            picks = places_of(utterance.movies, context.shown)
            if acts.is_whole("why_not", line):  # asks, and turns nothing down
                return Utterance(utterance.text, whole, picks=picks)
            return replace(utterance, act=whole, picks=picks)
        if acts.holds("start_over", line):
            return replace(utterance, act=Act.START_OVER)
        if _lets_go(utterance, line):
            return mentions.let_go(utterance)
        wishes = utterance.names_anything or (whole is Act.BYE and utterance.limits)
        if whole is None or wishes:
            return None
        return self._plain(utterance.text, whole, line, context)


def _lets_go(utterance: Utterance, line: acts.Line) -> bool:
    """Whether a line takes back what it names, or words that films were found by."""
    if any((utterance.names_films, utterance.facets, utterance.limit("rank"))):
        return acts.holds("forget", line)
    return not utterance.unknown and acts.holds("lets_go", line)


def _reacted(
    utterance: Utterance,
    line: acts.Line,
    found: Sequence[Word],
    cues: Sequence[Cue],
    context: Context,
) -> Utterance | None:
    """A line that names nothing as a yes, a no, or a remark on films on the table; None where it is
    none.
    """
    opens = bool(utterance.lifted)  # "any country is fine" praises no film
    asks = "wish" in utterance.does and "react" not in utterance.does  # "too talky for me"
    wishes = not context.untold and (utterance.facets or (context.shown and asks))
    if utterance.names_films or opens or wishes:
        return None
    nodded = acts.nod(line, bool(context.shown))
    if nodded is not None:
        if nodded is Act.AGREE:
            return takes(utterance.text, line, context)
        return Utterance(utterance.text, nodded, picks=acts.picks(line, len(context.shown)))
    remark = reaction(utterance, line, found, cues, context)
    return of_last_line(remark, line, cues, context)


def _whole_act(line: acts.Line, context: Context) -> Act | None:
    """The act of a line that is nothing else; "meh" or "skip it" after a film was named is said of
    the film.
    """
    act = acts.whole_act(line)
    return None if context.untold and line.plain.startswith(_OF_A_FILM) else act


def _asked(utterance: Utterance, line: acts.Line) -> Utterance | None:
    """A question about a film that is named, which tells no taste: "who directed Heat?"; None for
    anything else.
    """
    judged = any(movie.strength for movie in utterance.movies)
    says_more = judged or utterance.facets or utterance.unknown or utterance.years
    if not utterance.movies or says_more or _ABOUT_A_FILM.isdisjoint(utterance.beyond):
        return None
    if not acts.holds("asks", line):
        return None
    idle = tuple(replace(movie, idle=True) for movie in utterance.movies)
    return replace(utterance, act=Act.BEYOND, movies=idle, ambiguous=())


def _tells(utterance: Utterance, line: acts.Line) -> Utterance:
    """A line that wants films, or has nothing to do with them."""
    if not any((utterance.names_anything, utterance.years)):
        if acts.holds("elsewhere", line):
            return replace(utterance, act=Act.OFF_TOPIC)
        if acts.holds("topic", line):
            return replace(utterance, beyond=(*utterance.beyond, "topic"))
    if utterance.names_anything or utterance.wishes_for_kinds:
        return utterance
    if not utterance.beyond:
        return replace(utterance, act=act_of_no_wish(utterance, line))
    asked = acts.holds("asks", line) and not acts.holds("wants", line)
    return replace(utterance, act=Act.BEYOND) if asked else utterance
