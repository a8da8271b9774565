"""The seam: everything above talks to `Assistant`, and the truth of a conversation is in the store.

A turn reads the state, is thought out (`assistant.turn`), and written down in one short transaction
where nothing has changed meanwhile, else thought out again. Rapid clicks and simultaneous turns
queue; none is lost, and no line, however long, keeps another conversation waiting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, Self, TypeVar

import numpy as np

from assistant.conversation.library import Controls, Library, settings_of
from assistant.conversation.plan import edited, likened
from assistant.conversation.records import exchange_of, latest_taste, with_facts
from assistant.conversation.replies import undone
from assistant.conversation.together import (
    Evening,
    TakenBack,
    Talk,
    company_of,
    exchanges_of,
    open_talk,
    read_talk,
    take_back,
    taken_back,
    taken_once,
    turns_of_others,
)
from assistant.conversation.values import History, Insights, Reply, Understood
from assistant.language.utterance import LONGEST_TEXT, Act, Utterance
from assistant.turn import Scene, TakenTurn, take_turn, understand
from assistant.wording import text as wording
from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.data.search import word_index
from core.domain import Reaction
from core.errors import MarqueeError, SettingsError, UnreadableError
from core.model.policy import Exploration, Policy
from core.session import GEMS, SessionState
from core.store import OPTED_OUT, SessionRecord, Store

if TYPE_CHECKING:
    from assistant.language.understand import Understanding
    from core.learning.versions import Versions

_LOGGER = logging.getLogger(__name__)

UNREADABLE: Final = "unreadable"
"""Note in the store: a state that could not be read, when the conversation was started afresh."""

P = ParamSpec("P")
R = TypeVar("R")


def _or_unreadable(
    method: Callable[Concatenate[Assistant, str, P], R],
) -> Callable[Concatenate[Assistant, str, P], R]:
    """Raises UnreadableError where a method fails and what is kept of its session is to blame."""

    @wraps(method)
    def tried(self: Assistant, session: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, session, *args, **kwargs)
        except MarqueeError:
            raise
        except Exception as error:
            if self.is_readable(session):
                raise
            raise UnreadableError(wording("page.unreadable")) from error

    return tried


class Assistant:
    """Holds conversations: films for what people say, reactions as rewards.

    Safe for many threads. Session ids are secrets: who holds one can speak in that session.
    """

    def __init__(
        self,
        policy: Policy,
        understanding: Understanding,
        store: Store,
        *,
        facts: FilmFacts | None = None,
        films: int = 3,
        seed: int = 0,
    ) -> None:
        facts = facts or FilmFacts.empty()
        self._facts = facts.of(policy.catalogue)
        self._words = word_index(facts, policy.catalogue)
        self._policy = policy.searching(self._words)
        self._understanding = understanding
        self._store = store
        self._films = films
        self._seed = seed
        self._manifest: Mapping[str, Any] = {}
        self._versions: Versions | None = None
        self.evening = Evening(store, policy.catalogue)
        self.controls = Controls(store)
        self.library = Library(policy.catalogue, understanding.linker, store)

    @classmethod
    def open(
        cls,
        bundle: str | Path,
        store: str,
        *,
        facts: str | Path | None = None,
        films: int = 3,
        seed: int = 0,
        exploration: Exploration | None = None,
    ) -> Self:
        """Load a bundle, or the one that serves in a folder of policies, and open a store.

        `facts` is the folder with what is known of films, `films` beside the bundle where None;
        without one Marquee serves, and knows no more of films than the bundle tells.

        Raises BundleError for a model folder or facts that cannot be used, StoreError for a
        database that cannot.
        """
        from assistant.language.understand import Understanding
        from core.learning.versions import Versions, bundle_folder
        from core.model.bundle import Bundle, give_back

        known = _facts_in(Path(bundle).parent / "films" if facts is None else Path(facts))
        loaded = Bundle.load(bundle_folder(bundle), known)
        policy = loaded.policy(exploration)
        word_index(known, loaded.catalogue)  # first, since building it takes 100 MB on the way
        give_back()
        assistant = cls(
            policy,
            Understanding(loaded.catalogue, known),
            Store.open(store),
            facts=known,
            films=films,
            seed=seed,
        )
        assistant._manifest, assistant._versions = loaded.metrics, Versions(bundle)
        give_back()
        return assistant

    def hand_over(self, policy: Policy, manifest: Mapping[str, Any]) -> None:
        """From now on another policy recommends.

        SettingsError for a policy that knows other films: what people told stands in this
        catalogue's tokens.
        """
        new, old = policy.catalogue, self._policy.catalogue
        if not np.array_equal(new.movie_ids, old.movie_ids) or (new.n_items, new.facets) != (
            old.n_items,
            old.facets,
        ):
            raise SettingsError(
                f"Policy {policy.version} knows other films: restart Marquee to serve it."
            )
        policy.catalogue = old  # which knows what the pack tells of the same films
        self._policy, self._manifest = policy.searching(self._words), manifest

    @property
    def version(self) -> str:
        """Version of the policy that recommends."""
        return self._policy.version

    @property
    def store(self) -> Store:
        """Where conversations are kept."""
        return self._store

    def insights(self) -> Insights:
        """How the policy fares and was trained, from the store and the manifest, as of now."""
        catalogue, store = self._policy.catalogue, self._store
        history = () if self._versions is None else self._versions.history()
        statistics, progress = store.statistics(), store.progress()
        return Insights(
            self.version, catalogue.n_items, statistics, progress, self._manifest, history
        )

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the conversation

    def start(self, address: str = "", *, learned_from: bool = True) -> str:
        """Start a conversation; returns its id.

        `address` says where it comes from, for the learner, which counts conversations by client;
        only a salted hash of it is kept, and nothing of who is not to be learned from.
        """
        client = self._store.client_of(address) if address else ""
        return self._store.start(
            SessionState().to_json(self._policy.catalogue), client if learned_from else OPTED_OUT
        )

    def ready(self) -> None:
        """StoreError where the store does not answer."""
        self._store.ping()

    @_or_unreadable
    def respond(self, session: str, text: str, request: str = "") -> Reply:
        """Answer one line. UnknownIdError for a session that is not known here.

        With the number of a `request` that was answered before the line is not taken again
        (`taken_once`).
        """
        was_cut = len(text) > LONGEST_TEXT
        preface = f"{wording('reply.cut', limit=LONGEST_TEXT)} " if was_cut else ""

        def think(talk: Talk) -> TakenTurn:
            scene = self._scene(talk)
            utterance = understand(text, scene, self._understanding)
            if utterance.act is Act.UNDO:
                raise _TakesBack(utterance.then)
            return self._turn(utterance, scene, preface=preface)

        try:
            return self._taken_once(session, request, think)
        except _TakesBack as line:
            then = line.then
        # Each step has a number of its own, so that whoever sends it again gets what is missing.
        first = f"{request[:59]}-undo" if request and then else request
        answer = self._take_back(session, first, undone)
        if then is None:
            return answer
        preface = f"{answer.text} "
        return self._taken_once(
            session, request, lambda talk: self._turn(then, self._scene(talk), preface=preface)
        )

    @_or_unreadable
    def edit(
        self, session: str, key: str, *, flip: bool = False, more: bool = False, request: str = ""
    ) -> Reply:
        """Take back or turn round what is held, by the key of its chip ("years" for the years).

        With `more`, ask for more like a film of the conversation ("movie:1214") instead.

        A turn like any other, undone like any other, and with a `request` taken once.
        UnknownIdError for a session or key that is not known.
        """
        change = likened if more else partial(edited, flip=flip)

        def think(talk: Talk) -> TakenTurn:
            scene = self._scene(talk)
            return self._turn(change(key, scene.state, scene.catalogue), scene)

        return self._taken_once(session, request, think)

    @_or_unreadable
    def react(self, session: str, recommendation_id: str, reaction: Reaction) -> bool:
        """Record a reaction to a film: the state changes at once, the store holds the reward.

        The same reaction twice changes nothing; CLEAR takes it back. Returns whether anything
        changed. UnknownIdError for a recommendation that was not made in this session (or to a
        guest of it).
        """
        with open_talk(self._store, session) as talk:
            record = talk.owner_of(recommendation_id)
            shown = record.shown(recommendation_id)
            changed = record.react(recommendation_id, reaction, reaction.reward)
            token = self._policy.catalogue.token_of_movie_id(shown.movie_id)
            state = self._state(record)
            if changed and token is not None and state.outcome_of(token) is not None:
                record.state = state.react(token, reaction).to_json(self._policy.catalogue)
            return changed

    @_or_unreadable
    def steer(self, session: str, gems: float) -> float:
        """Turn the knob between popular films (−1) and hidden gems (1); 0 = as trained.

        Films are chosen so from the next turn on, and every turn is logged with the knob as it
        stood. Undo leaves it where it is. Returns the new place. SettingsError outside −1 … 1.
        """
        low, high = GEMS
        if not low <= gems <= high:
            raise SettingsError(
                f"The knob is at {gems}: give {low:g} (popular films) to {high:g} (hidden gems)."
            )
        with open_talk(self._store, session) as talk:
            talk.record.state = self._state(talk.record).steer(gems).to_json(self._policy.catalogue)
        return float(gems)

    @_or_unreadable
    def undo(self, session: str, request: str = "") -> bool:
        """Take the last turn back, thumbs to earlier ones aside; False where there is none.

        With a `request`, once.
        """
        return bool(self._take_back(session, request, lambda done, _: "undone" * done).text)

    def clear(self, session: str) -> None:
        """Start afresh under the same id; what was logged stays for learning."""
        with open_talk(self._store, session) as talk:
            for record in talk.local:
                lost = None if self._is_state(record.state) else record.state
                record.clear(SessionState().to_json(self._policy.catalogue))
                if lost is not None:
                    record.set_extra(UNREADABLE, lost)

    def is_readable(self, session: str) -> bool:
        """Whether what is kept of a conversation can be understood; logs where it cannot."""
        with read_talk(self._store, session) as talk:
            try:
                settings_of(talk)
                self.library.pending(talk.own)
                for record in talk.gathering.records.values():
                    self._state(record)
                    for turn in record.turns:
                        exchange_of(turn, self._policy.catalogue)
            except Exception as error:
                number = talk.own.version[0]
                _LOGGER.error("session number %d is unreadable: %s", number, type(error).__name__)
                return False
        return True

    def forget(self, session: str) -> None:
        """Delete everything about the session, the log included."""
        self._store.forget(session)

    def export(self, session: str) -> dict[str, object]:
        """Everything that is held about the session, ready for JSON."""
        return self._store.export(session)

    @_or_unreadable
    def history(self, session: str, latest: int | None = None) -> History:
        """Everything the page needs to draw the conversation, or its `latest` turns.

        UnknownIdError for a session that is not known.
        """
        catalogue = self._policy.catalogue
        with read_talk(self._store, session) as talk:
            exchanges, earlier = exchanges_of(talk, latest, catalogue)
            state = self._state(talk.record)
            # A diary of thousands is not read twice.
            own_state = state if talk.own is talk.record else self._state(talk.own)
            taste, hidden = latest_taste(state, catalogue, whole=latest is None)
            settings = settings_of(talk)
            return History(
                session,
                tuple(with_facts(exchange, self._facts) for exchange in exchanges),
                taste,
                earlier,
                gems=state.gems,
                company=company_of(talk, catalogue),
                films=settings.films or self._films,
                paused=settings.paused,
                hidden=hidden,
                saved=self.library.saved(talk.own, own_state),
                pending=self.library.pending(talk.own),
            )

    # ---- one turn

    def _scene(self, talk: Talk) -> Scene:
        record = talk.record
        return Scene(
            talk,
            self._state(record),
            record.last_shown,
            self._policy,
            self._facts,
            self._words,
            self._films,
            self._seed,
        )

    def _turn(self, utterance: Utterance, scene: Scene, *, preface: str = "") -> TakenTurn:
        """What a turn comes to, for everybody of the evening; nothing is written yet."""
        ids = iter(self._store.new_id, "")
        taken = take_turn(utterance, scene, ids, preface=preface)
        shared = taken.slate.shared
        if not (shared and taken.slate.films):
            return taken
        others = turns_of_others(scene.talk.others, shared, scene.policy, ids)
        return replace(taken, others=others)

    def _taken_once(self, session: str, request: str, think: Callable[[Talk], TakenTurn]) -> Reply:
        catalogue = self._policy.catalogue
        steps = think, partial(_written, catalogue=catalogue)
        return taken_once(self._store, session, request, steps, catalogue)

    def _take_back(self, session: str, request: str, words: Callable[[bool, int], str]) -> Reply:
        """Takes the newest turn at this browser back, and says in words whether there was one."""
        catalogue = self._policy.catalogue

        def write(talk: Talk, back: tuple[TakenBack, ...]) -> Reply:
            take_back(talk, back)
            text = words(bool(back), talk.record.next_number)
            return Reply(text, Understood(Act.UNDO.value))

        steps = partial(taken_back, catalogue=catalogue), write
        return taken_once(self._store, session, request, steps, catalogue)

    def _is_state(self, text: str) -> bool:
        try:
            SessionState.from_json(text, self._policy.catalogue)
        except ValueError:
            return False
        return True

    def _state(self, record: SessionRecord) -> SessionState:
        return SessionState.from_json(record.state, self._policy.catalogue)


class _TakesBack(Exception):
    """A line takes a turn back: no turn itself, but what it says besides may be one."""

    def __init__(self, then: Utterance | None) -> None:
        super().__init__()
        self.then = then


def _written(talk: Talk, taken: TakenTurn, catalogue: Catalogue) -> Reply:
    """Writes down what a turn came to."""
    for film, reaction in taken.reactions:
        talk.record.react(film.id, reaction, reaction.reward)
    for token in taken.kept:
        talk.own.shelf.save(catalogue.movie(token).movie_id)
    talk.record.add(taken.turn)
    for record, turn in zip(talk.others, taken.others, strict=bool(taken.others)):
        record.add(turn)
    return taken.reply


def _facts_in(folder: Path) -> FilmFacts:
    """What is known of films; nothing, with a line in the log, where there is no such folder."""
    if folder.is_dir():
        return FilmFacts.open(folder)
    _LOGGER.info("No facts of films in %s: lengths, makers and casts stay unknown.", folder)
    return FilmFacts.empty()
