"""A turn by itself: it reads the store and writes nothing, and chance and ids come from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import screening

from assistant.conversation.together import open_talk
from assistant.language.understand import Understanding
from assistant.turn import Scene, TakenTurn, take_turn, understand
from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.data.search import word_index
from core.domain import Outcome, Reaction
from core.model.policy import Policy
from core.session import SessionState
from core.store import Store


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'turn.db'}") as store:
        yield store


def taken(
    store: Store, session: str, films: Catalogue, line: str, *, write: bool = False
) -> TakenTurn:
    """The turn that answers a line; with `write` it is written down."""
    policy = Policy(screening.Linear(films), films, "v")
    with open_talk(store, session) as talk:
        record = talk.record
        state = SessionState.from_json(record.state, films)
        facts = FilmFacts.empty().of(films)
        scene = Scene(
            talk,
            state,
            record.last_shown,
            policy,
            facts,
            word_index(facts.facts, films),
            usual=3,
            seed=0,
        )
        utterance = understand(line, scene, Understanding(films))
        ids = (f"{scene.number}-{place}" for place in range(10))
        turn = take_turn(utterance, scene, ids, preface="Well. ")
        if write:
            record.add(turn.turn)
        return turn


def test_a_turn_writes_nothing_and_comes_out_the_same_again(store: Store, films: Catalogue) -> None:
    session = store.start(SessionState().to_json(films))
    before = store.export(session)
    first = taken(store, session, films, "I loved Alien")
    assert store.export(session) == before
    assert taken(store, session, films, "I loved Alien") == first
    assert first.reply.text.startswith("Well. ")
    assert [film.id for film in first.reply.recommendations] == ["0-0", "0-1", "0-2"]
    assert first.slate.films == first.reply.recommendations
    assert [shown.id for shown in first.turn.shown] == ["0-0", "0-1", "0-2"]


def test_films_of_the_turn_before_are_passed_over_where_new_ones_come(
    store: Store, films: Catalogue
) -> None:
    session = store.start(SessionState().to_json(films))
    taken(store, session, films, "I loved Alien", write=True)
    more = taken(store, session, films, "more")
    assert len(more.slate.after.tokens(Outcome.PASSED)) == 3
    thanks = taken(store, session, films, "thanks")
    assert thanks.slate.films == () and len(thanks.slate.after.tokens(Outcome.SHOWN)) == 3


def test_what_is_said_of_shown_films_is_a_reaction_that_is_still_to_be_written(
    store: Store, films: Catalogue
) -> None:
    session = store.start(SessionState().to_json(films))
    taken(store, session, films, "I loved Alien", write=True)
    turn = taken(store, session, films, "I liked the first one")
    assert [(film.id, reaction) for film, reaction in turn.reactions] == [("0-0", Reaction.UP)]
    assert turn.reply.understood.replaced == (("0-0", "clear"),)
    with store.session(session) as record:
        assert record.shown("0-0").reaction is None
