"""What a person keeps beside the conversation: a watch-list, ratings brought or taken along, and
how they steer the session without words (films a turn, a pause, lines for one press).

Like a turn, each step is one transaction under the session's lock; what is told of films goes
through the transitions of `SessionState`, so that the policy knows it at once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Final

from assistant.conversation.interpret import Interpretation, Referents
from assistant.conversation.phrasing import SAVED_KEY, listing, saved_chip
from assistant.conversation.plan import films_wanted
from assistant.conversation.records import shown_films, tokens_of, turn_of
from assistant.conversation.together import Talk, open_talk, taken_once
from assistant.conversation.values import Chip, ChipKind, Exchange, Reply, SavedFilm, Understood
from assistant.imports.preview import FilmFinder, Preview, Progress, sort_out
from assistant.imports.queue import ImportQueue
from assistant.imports.reading import FileKind, rated, read, stated_by, to_csv
from assistant.language.titles.linker import TitleLinker
from assistant.language.utterance import Act, Utterance
from core.catalogue import Catalogue
from core.domain import Outcome, Reaction
from core.errors import DataError, SettingsError, UnknownIdError
from core.session import SessionState
from core.store import SessionRecord, Shown, Store, Turn

IMPORTED: Final = "import"
"""The act of an import, and the note in the store that holds one until it is confirmed."""


@dataclass(frozen=True, slots=True)
class _Import:
    """What an import comes to, thought out and not yet written."""

    reply: Reply
    turn: Turn
    ratings: Mapping[int, float | None] = field(default_factory=dict)
    saved: tuple[int, ...] = ()
    """MovieIds for the watch-list."""
    reactions: tuple[tuple[Shown, Reaction], ...] = ()
    """To films that were shown here; each film as it was before."""


class Library:
    """Watch-list, imports and exports of the sessions of one store. Safe for many threads.

    Films go by their stable key ("movie:1214"). Every method raises UnknownIdError for a session
    that is not known.
    """

    def __init__(self, catalogue: Catalogue, linker: TitleLinker, store: Store) -> None:
        self._catalogue = catalogue
        self._linker = linker
        self._store = store
        self._imports = ImportQueue()

    # ---- the watch-list

    def save(self, session: str, key: str) -> bool:
        """Put a film on the watch-list; False where it is there. UnknownIdError for no film."""
        token = self._token(key)
        with self._store.session(session) as record:
            return record.shelf.save(self._catalogue.movie(token).movie_id)

    def remove(self, session: str, key: str) -> bool:
        """Take a film off the watch-list, whatever was said of it; False where it is not on it."""
        token = self._token(key)
        with self._store.session(session) as record:
            return record.shelf.remove(self._catalogue.movie(token).movie_id)

    def watched(self, session: str, key: str, opinion: Reaction = Reaction.SEEN) -> bool:
        """Mark a film of the watch-list as watched, with what the person thinks of it.

        UP (loved) and DOWN (hated) are the thumbs of the recommendation it came from, with their
        rewards, or else a stated taste. SEEN leaves an opinion that was there; said of a film
        watched already it means "fine". CLEAR takes it back. Returns whether anything changed.
        UnknownIdError for a film that is not on the list, ValueError for any other reaction.
        """
        if _opinion(opinion.outcome) is not opinion:  # known already, or put off
            raise ValueError(f"{opinion.value} is nothing one can say of a film one has watched")
        token = self._token(key)
        movie_id = self._catalogue.movie(token).movie_id
        with self._store.session(session) as record:
            if movie_id not in {film.movie_id for film in record.shelf.saved}:
                raise UnknownIdError("This film is not on the watch-list (any more).")
            marked = record.shelf.mark(movie_id, watched=opinion is not Reaction.CLEAR)
            state = SessionState.from_json(record.state, self._catalogue)
            has_opinion = _opinion(state.outcome_of(token)) is not Reaction.CLEAR
            if opinion is Reaction.SEEN and marked and has_opinion:
                return marked
            after = self._tell(record, state, token, opinion)
            if after != state:
                record.state = after.to_json(self._catalogue)
            return marked or after != state

    def _tell(
        self, record: SessionRecord, state: SessionState, token: int, opinion: Reaction
    ) -> SessionState:
        """The state with an opinion of a film, logged as a reaction if it was recommended here."""
        shown = shown_films(record).get(self._catalogue.movie(token).movie_id)
        if shown is not None and state.outcome_of(token) is not None:
            record.react(shown.id, opinion, opinion.reward)
            return state.react(token, opinion)
        if opinion is Reaction.CLEAR:
            return state.retract(token)
        return state.state(token, opinion.statement)

    def saved(self, record: SessionRecord, state: SessionState) -> tuple[SavedFilm, ...]:
        """The watch-list as the page draws it, without films that this catalogue does not hold."""
        films = []
        for film in record.shelf.saved:
            token = self._catalogue.token_of_movie_id(film.movie_id)
            if token is not None:
                opinion = _opinion(state.outcome_of(token))
                movie = self._catalogue.movie(token)
                films.append(SavedFilm(movie, film.watched_at is not None, opinion))
        return tuple(films)

    # ---- imports

    def preview(self, session: str, data: bytes, name: str) -> Preview:
        """Sort out an exported file: what it would tell, and what is doubtful or not known.

        The preview waits in the store for `confirm` or `dismiss`. DataError for a file that is no
        table of films.
        """
        steps = self.previewing(session, data, name)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                preview: Preview = done.value
                return preview

    def previewing(
        self, session: str, data: bytes, name: str
    ) -> Generator[Progress, None, Preview]:
        """`preview` step by step: yields rows done and rows in all, (0, 0) while others are first.

        Whoever lets go of it in between gets no preview, and the work ends.
        """
        client = self._store.client(session) or session

        def steps() -> Generator[Progress, None, Preview]:
            return sort_out(read(data, name), self._finder, self._catalogue)

        sorted_out = yield from self._imports.follow(client, steps)
        with self._store.session(session) as record:
            record.set_extra(IMPORTED, sorted_out.to_json())
        return sorted_out

    def pending(self, record: SessionRecord) -> Preview | None:
        """The preview that waits to be confirmed."""
        text = record.extras.get(IMPORTED)
        return None if text is None else Preview.from_json(text)

    def dismiss(self, session: str) -> bool:
        """Let go of the preview; False where there is none."""
        with self._store.session(session) as record:
            waits = self.pending(record) is not None
            record.set_extra(IMPORTED, None)
            return waits

    def confirm(
        self, session: str, choices: Mapping[int, int] | None = None, request: str = ""
    ) -> Reply:
        """Take in the preview; `choices` are movieIds by place among its doubtful rows.

        Ratings become what the person stated, as a turn that can be undone; what was said of a film
        in the conversation stands. A watch-list is added to the watch-list. DataError where nothing
        waits or a choice was not offered. With a `request`, once.
        """

        def think(talk: Talk) -> _Import:
            preview = self.pending(talk.own)
            if preview is None:
                raise DataError("There is no import to confirm (any more): choose the file again.")
            try:
                ratings = preview.chosen(choices or {})
            except ValueError as error:
                raise DataError(
                    "A film was picked that was not offered: choose the file again."
                ) from error
            if preview.kind is FileKind.WATCHLIST:
                return self._to_watchlist(talk.own, preview, ratings)
            return self._to_ratings(talk.own, preview, talk.own.shelf.merged(ratings))

        def write(talk: Talk, taken: _Import) -> Reply:
            talk.own.set_extra(IMPORTED, None)
            talk.own.shelf.add_imported(taken.ratings)
            for movie_id in taken.saved:
                talk.own.shelf.save(movie_id)
            for film, reaction in taken.reactions:
                talk.own.react(film.id, reaction, reaction.reward)
            talk.own.add(taken.turn)
            return taken.reply

        steps, side = (think, write), attrgetter("own")
        return taken_once(self._store, session, request, steps, self._catalogue, side=side)

    def _to_ratings(
        self, record: SessionRecord, preview: Preview, ratings: Mapping[int, float | None]
    ) -> _Import:
        catalogue = self._catalogue
        before = SessionState.from_json(record.state, catalogue)
        again = self._imported_before(record, before)
        statements = {
            token: stated_by(stars)
            for movie_id, stars in ratings.items()
            if (token := catalogue.token_of_movie_id(movie_id)) is not None
        }
        state, reactions = self._judged(record, before, statements)
        # By outcome, so that the state's JSON stays short; the encoder does not mind the order.
        by_outcome = sorted(statements.items(), key=itemgetter(1))
        state = state.recall(by_outcome, again)
        counts = sorted(Counter(statements.values()).items(), key=lambda one: -one[0].liking)
        text = f"There was no film in {preview.name} that I know."
        if statements:
            parts = listing(f"{count:,} you {_verdict(outcome)}" for outcome, count in counts)
            known = _films(len(statements))
            text = f"I know {known} of yours now: {parts}. Ask me for something new."
        understood = Understood(
            IMPORTED,
            tuple(Chip(ChipKind.of_film(outcome), _films(count)) for outcome, count in counts),
            suggestions=("Surprise me", "What do you know about me?"),
            replaced=tuple(
                (film.id, film.reaction or Reaction.CLEAR.value) for film, _ in reactions
            ),
        )
        taken = self._import(record, preview, Reply(text, understood), (before, state))
        return replace(taken, ratings=ratings, reactions=reactions)

    def _judged(
        self, record: SessionRecord, state: SessionState, statements: Mapping[int, Outcome]
    ) -> tuple[SessionState, tuple[tuple[Shown, Reaction], ...]]:
        """Films that were shown here without a verdict get one: known already, for no reward."""
        unjudged = [
            token for token, outcome in state.events if token in statements and not outcome.is_known
        ]
        shown = shown_films(record) if unjudged else {}
        reactions = []
        for token in unjudged:
            film = shown.get(self._catalogue.movie(token).movie_id)
            if film is not None:
                reaction = _opinion(statements[token]).once_seen
                reactions.append((film, reaction))
                state = state.react(token, reaction)
        return state, tuple(reactions)

    def _imported_before(self, record: SessionRecord, state: SessionState) -> frozenset[int]:
        """Films of which an earlier import says what the state says: a newer one may differ."""
        outcomes = dict(state.events)
        stars = {
            self._catalogue.token_of_movie_id(movie_id): given
            for movie_id, given in record.shelf.imported.items()
        }
        return frozenset(
            token
            for token, given in stars.items()
            if token is not None and outcomes.get(token) is stated_by(given)
        )

    def _to_watchlist(
        self, record: SessionRecord, preview: Preview, films: Mapping[int, float | None]
    ) -> _Import:
        there = {film.movie_id for film in record.shelf.saved} & films.keys()
        text = f"{_films(len(films) - len(there))} added to your watch-list."
        if there:
            were = "was" if len(there) == 1 else "were"
            text += f" {_films(len(there))} {were} on it already."
        state = SessionState.from_json(record.state, self._catalogue)
        taken = self._import(record, preview, Reply(text, Understood(IMPORTED)), (state, state))
        return replace(taken, saved=tuple(films))

    def _import(
        self,
        record: SessionRecord,
        preview: Preview,
        reply: Reply,
        states: tuple[SessionState, SessionState],
    ) -> _Import:
        """An import as a turn."""
        before, after = states
        line, three = f"Import of {preview.name}", (before, after, after)
        return _Import(reply, turn_of(record.next_number, line, reply, three, self._catalogue))

    # ---- exports

    def ratings_csv(self, session: str) -> str:
        """The films the person has seen as CSV for Letterboxd; see `imports.reading.rated`."""
        with self._store.reading(session) as record:
            state = SessionState.from_json(record.state, self._catalogue)
            watched = [film.movie_id for film in record.shelf.saved if film.watched_at is not None]
            return to_csv(rated(state, record.shelf.imported, watched, self._catalogue))

    def watchlist_csv(self, session: str) -> str:
        """The films of the watch-list that are still to be watched, as CSV for Letterboxd."""
        with self._store.reading(session) as record:
            waiting = [film.movie_id for film in record.shelf.saved if film.watched_at is None]
        tokens = (self._catalogue.token_of_movie_id(movie_id) for movie_id in waiting)
        return to_csv((self._catalogue.movie(token), None) for token in tokens if token is not None)

    # ----

    @cached_property
    def _finder(self) -> FilmFinder:
        return FilmFinder(self._linker)

    def _token(self, key: str) -> int:
        token = self._catalogue.token_of(key)
        if token is None or not self._catalogue.is_movie(token):
            raise UnknownIdError("This film is not known here.")
        return token


def _opinion(outcome: Outcome | None) -> Reaction:
    """What the person thinks of a film: UP, SEEN or DOWN; CLEAR where nothing is known."""
    if outcome is None or not outcome.is_known:
        return Reaction.CLEAR
    if not outcome.liking:
        return Reaction.SEEN
    return Reaction.UP if outcome.liking > 0 else Reaction.DOWN


def _verdict(outcome: Outcome) -> str:
    """What the person did with the films that an import states this of, after "you"."""
    if not outcome.liking:
        return "found fair or just watched"
    return "liked" if outcome.liking > 0 else "did not like"


def _films(count: int) -> str:
    return f"{count:,} film{'' if count == 1 else 's'}"


# ---- films of the watch-list alone


def waiting(record: SessionRecord, catalogue: Catalogue) -> tuple[int, ...]:
    """Tokens of the films on the watch-list that are still to be watched, sorted."""
    films = (film.movie_id for film in record.shelf.saved if film.watched_at is None)
    tokens = map(catalogue.token_of_movie_id, films)
    return tuple(sorted(token for token in tokens if token is not None))


def from_saved(
    utterance: Utterance, step: Interpretation, saved: tuple[int, ...]
) -> Interpretation:
    """The step with the wish for films of the watch-list alone, or without it where it is lifted.

    It holds until then, for what is on the list by now. An empty list is no wish.
    """
    constraints = step.state.constraints
    holds = constraints.among is not None
    if holds and SAVED_KEY in utterance.lifted:
        state = step.state.constrain(replace(constraints, among=None))
        return step.say(state, saved_chip(ChipKind.LIFTED))
    asks = utterance.saved is not None and bool(saved)
    if asks or holds:
        state = step.state.constrain(replace(constraints, among=saved))
        step = replace(step, asked=step.asked | ({SAVED_KEY} if asks else set()))
        step = step.say(state, *([saved_chip()] if asks else []))
    return step


# ---- settings of a session

FILMS: Final = (1, 5)
"""Films a turn that a person can choose."""

_EXTRA: Final = "steering"
_OLDEST: Final = 1940
"""Nobody is offered something from before the sound film had found its feet."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The settings of one session. SettingsError for a number of films out of its range."""

    films: int = 0
    """Films a turn, 1 to 5; 0 where the person has not chosen."""
    paused: bool = False
    """No films until they are asked for."""

    def __post_init__(self) -> None:
        low, high = FILMS
        if self.films and not low <= self.films <= high:
            raise SettingsError(
                f"Films a turn is {self.films}, but must be a whole number from {low} to {high}."
            )


def settings_of(talk: Talk) -> SessionSettings:
    """The settings of the session whose browser speaks; the defaults where there are none."""
    text = talk.own.extras.get(_EXTRA)
    return SessionSettings(**json.loads(text)) if text else SessionSettings()


def films_now(
    settings: SessionSettings,
    utterance: Utterance,
    step: Interpretation,
    usual: int,
    *,
    complaint: bool = False,
) -> tuple[int, bool]:
    """How many films this turn shows, and whether it shows none because of the pause.

    While it is paused films come when they are asked for outright ("more", "recommend something",
    "two comedies"), and not for a taste that is told. A `complaint` about films asks for others.
    """
    usual = settings.films or usual
    wanted = usual if complaint else films_wanted(utterance, step, usual)
    plain_request = utterance.act is Act.RECOMMEND and not step.chips
    outright = utterance.act is Act.MORE or utterance.count or plain_request
    held_back = settings.paused and wanted > 0 and not outright
    return (0 if held_back else wanted), held_back


def next_lines(exchange: Exchange) -> tuple[str, ...]:
    """Lines that turn the films of a turn in some direction; none where it showed none."""
    movies = [card.recommendation.movie for card in exchange.cards]
    if not movies:
        return ()
    lines = ["Something funnier", "Lesser known ones", "Surprise me"]
    years = [movie.year for movie in movies if movie.year]
    if years and (before := min(years) // 10 * 10) > _OLDEST:
        lines.insert(1, f"Something from before {before}")
    if len(movies) > 1:
        lines += ["Just one film", f"More like {movies[1].title}"]
    return tuple(lines)


class Controls:
    """Sets what a session is steered by. UnknownIdError for a session that is not known."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def films(self, session: str, count: int) -> None:
        """So many films a turn from now on. SettingsError out of 1 to 5."""
        self._set(session, films=count)

    def pause(self, session: str, paused: bool) -> None:
        """No films until they are asked for, or films as ever."""
        self._set(session, paused=paused)

    def _set(self, session: str, **changes: int) -> None:
        with open_talk(self._store, session) as talk:
            changed = SessionSettings(**asdict(settings_of(talk)) | changes)
            talk.own.set_extra(_EXTRA, json.dumps(asdict(changed)))


def table_of(
    record: SessionRecord,
    state: SessionState,
    utterance: Utterance,
    table: tuple[int, ...],
    catalogue: Catalogue,
) -> Referents:
    """What the line can refer to; all turns are read only for a film that may have been shown.

    `table` are the films that it points at by their places.
    """
    spoken = {token for mention in utterance.movies for token in (mention.token, *mention.also)}
    issued = set(tokens_of(record.last_shown, catalogue))
    outcomes = filter(None, map(state.outcome_of, spoken.union(table) - issued))
    if any(outcome.is_event for outcome in outcomes):
        found = map(catalogue.token_of_movie_id, shown_films(record))
        issued |= {token for token in found if token is not None}
    return Referents(catalogue, table, frozenset(issued))


def reactions_in_words(
    record: SessionRecord, step: Interpretation, catalogue: Catalogue
) -> tuple[tuple[Shown, Reaction], ...]:
    """What the line said of recommended films, as reactions to them; each film as it was before."""
    if not step.reactions:
        return ()
    shown = shown_films(record)
    return tuple(
        (shown[catalogue.movie(token).movie_id], reaction) for token, reaction in step.reactions
    )
