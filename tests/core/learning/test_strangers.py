"""A gate that strangers cannot bend: caps by client, blocks of clients, a panel with a veto."""

from __future__ import annotations

import dataclasses
import shutil
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from judged import MODEL, conversations, policy
from learning_worlds import N_ITEMS, any_network, cinema, random_vectors
from logs import logged
from worlds import ratings_of

from core.commands.learn import next_policy
from core.domain import Reaction
from core.learning.gate import GateSettings, Panel, drawn_people, judge
from core.learning.learner import LearnerSettings, learn
from core.learning.log import Attack, Caps, ChatLog, SimulationSettings, counted, read_log, simulate
from core.learning.offpolicy import MOST_WEIGHT, evidence, median_of_means
from core.model.bundle import Bundle
from core.model.policy import Exploration
from core.model.qnetwork import QNetwork
from core.session import SessionState
from core.store import OPTED_OUT, Store

CINEMA, FESTIVAL = cinema(), cinema(60, 62)
UP = ((1, Reaction.UP),)


def log_of(*sessions: tuple[str, int], slates: int = 1) -> ChatLog:
    """One conversation for each (client, day)."""
    steps = [
        logged(CINEMA, SessionState(), *UP, session=number, turn=turn, client=client, day=day)
        for number, (client, day) in enumerate(sessions, start=1)
        for turn in range(slates)
    ]
    return read_log(chain.from_iterable(steps), CINEMA)


@pytest.mark.parametrize(
    ("sessions", "kept"),
    [
        ([("a", 0)] * 5, 3),
        ([("a", day) for day in range(9)], 6),
        ([("a", 0), ("b", 0)] * 2, 4),
        ([("", 0)] * 9, 3),
        ([(OPTED_OUT, 0)] * 2, 0),
    ],
    ids=["a day", "in all", "two clients", "unknown ones are one", "who does not want it"],
)
def test_conversations_count_by_client_and_day(sessions: list[tuple[str, int]], kept: int) -> None:
    log = counted(log_of(*sessions), Caps())
    assert len(log.sessions) == kept == len(log.transitions)
    assert sum(log.left_out.values()) == len(sessions) - kept


def test_an_endless_conversation_counts_as_an_evening() -> None:
    log = counted(log_of(("a", 0), slates=50), Caps())
    assert len(log.slates) == len(log.transitions) == Caps().slates


def test_no_film_counts_for_hundreds() -> None:
    steps = logged(CINEMA, SessionState(), (2, Reaction.UP), propensity=0.001)
    found = evidence(policy(1), read_log(steps, CINEMA).slates, MODEL, {})
    assert found.weight.tolist() == [MOST_WEIGHT]


def test_one_client_turns_one_block() -> None:
    rng = np.random.default_rng(0)
    blocks, values = np.arange(480) % 24, rng.normal(0, 1, 480)
    before = median_of_means(blocks, values)
    bent = median_of_means(blocks, np.where(blocks == 3, 1e9, values))
    means = np.sort([values[blocks == block].mean() for block in range(24)])
    assert before.low == pytest.approx(means[6]) and before.high == pytest.approx(means[-7])
    # It can push the order by one place and no further.
    assert bent.low <= means[7] and bent.value <= means[13]


def test_one_client_with_a_thousand_thumbs_promotes_nothing() -> None:
    """Film 5 is no better; one client says so of it in every way there is."""
    honest = conversations(600)
    forged = [
        logged(
            CINEMA,
            SessionState(),
            (5, Reaction.UP),
            session=1000 + number,
            propensity=0.03,
            client="mallory",
        )
        for number in range(300)
    ]
    everything = ChatLog(
        (*honest.slates, *read_log(chain.from_iterable(forged), CINEMA).slates), honest.transitions
    )
    settings = GateSettings()
    found = judge(policy(4), policy(0, "old-1"), MODEL, everything, settings)
    assert not found.promoted  # by the blocks alone
    assert len(counted(everything, Caps()).sessions) == 603


def test_a_film_gains_by_how_many_people_say_so() -> None:
    bundle = bundle_with(any_network(CINEMA, sets=1))
    settings = LearnerSettings(passes=1, learning_rate=0.0)

    def lift(clients: int) -> float:
        steps = [
            logged(
                CINEMA,
                SessionState(),
                (film, reaction),
                session=10 * number + film,
                client=f"client-{number % clients}",
            )
            for number in range(100)
            for film, reaction in ((1, Reaction.UP), (2, Reaction.DOWN))
        ]
        log = read_log(chain.from_iterable(steps), CINEMA)
        return float(learn(bundle, log, settings).network.lift[0] - bundle.network.lift[0])

    assert lift(1) == pytest.approx(settings.lift_a_client)
    assert lift(4) == pytest.approx(4 * settings.lift_a_client)


def bundle_with(network: QNetwork) -> Bundle:
    settings = {"agent": {"gamma": 0.0}, "hidden": 8}
    catalogue = CINEMA if network.encoder.n_items == N_ITEMS else FESTIVAL
    return Bundle(catalogue, network, settings, {"people": 20}, "0" * 64)


def knowing() -> QNetwork:
    """Ranks the first films first, and people like those."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = QNetwork(FESTIVAL, [random_vectors(60, 4, 0)], hidden=8)
    network.encoder.like_prior[0] = torch.linspace(0.6, 0.1, 60)
    return network.eval()


HONEST = ratings_of([[5.0] * 12 + [3.0] * 36 + [1.0] * 12 + [0, 0]] * 20)
TURNED = ratings_of([[1.0] * 12 + [3.0] * 36 + [5.0] * 12 + [0, 0]] * 20)
GAMBLING = Exploration(share=0.5, candidates=60, temperature=1.0)


@pytest.fixture(scope="module")
def lies() -> ChatLog:
    """300 clients, each with one conversation, thumb down what everybody likes."""
    with Store.open("sqlite://") as store:
        serving = bundle_with(knowing()).policy(GAMBLING)
        simulate(serving, TURNED, store, SimulationSettings(300, 2, 2))
        return counted(read_log(store.log(), FESTIVAL), Caps())


@pytest.mark.parametrize("has_veto", [True, False], ids=["panel", "no panel"])
def test_a_crowd_that_lies_is_stopped_by_the_panel(lies: ChatLog, has_veto: bool) -> None:
    """The log cannot tell: without the panel they are believed."""
    panel = HONEST if has_veto else TURNED
    bundle = dataclasses.replace(bundle_with(knowing()), panel=panel)
    assert {slate.version for slate in lies.slates} == {bundle.policy().version}
    verdict, _ = next_policy(bundle, lies, LearnerSettings(), GateSettings(), GAMBLING)
    assert verdict.rewards["difference"].low > 0
    assert verdict.promoted is not has_veto
    assert verdict.reason.startswith("The panel has a veto") is has_veto


def test_without_a_panel_people_are_drawn_from_the_kinds_it_knows() -> None:
    network = any_network(CINEMA, sets=1)
    assert network.served_classes is not None
    people = drawn_people(network.served_classes, CINEMA, 4_000)
    liked = (
        (people.likes()[:, :N_ITEMS].mean(axis=0)).A1
        if hasattr(people.likes()[:, :N_ITEMS].mean(axis=0), "A1")
        else np.asarray(people.likes()[:, :N_ITEMS].mean(axis=0)).ravel()
    )
    classes = network.served_classes
    expected = classes.prior @ classes.liked / classes.prior.sum()
    np.testing.assert_allclose(liked, expected, atol=0.03)
    found = Panel(bundle_with(network), network).found(GateSettings())
    assert found["drawn"] and found["candidate"] == found["adopted"]


def test_the_panel_is_part_of_the_bundle(tmp_path) -> None:  # type: ignore[no-untyped-def]
    bundle = dataclasses.replace(bundle_with(knowing()), panel=HONEST)
    loaded = bundle.save(tmp_path / "bundle")
    assert loaded.panel is not None
    np.testing.assert_array_equal(loaded.panel.row, HONEST.row)
    np.testing.assert_array_equal(loaded.panel.value, HONEST.value)
    assert loaded.people == bundle.people


def test_weights_that_are_no_numbers_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    network = knowing()
    network.lift[0] = float("nan")
    with pytest.raises(Exception, match="not finite"):
        bundle_with(network).save(tmp_path / "bundle")


@pytest.fixture(scope="module")
def honest_talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of 200 honest conversations; whoever adds to it takes a copy."""
    path = tmp_path_factory.mktemp("honest") / "talk.db"
    with Store.open(f"sqlite:///{path}") as store:
        serving = bundle_with(knowing()).policy(GAMBLING)
        simulate(serving, HONEST, store, SimulationSettings(200, 2, 2))
    return path


@pytest.mark.parametrize("attack", list(Attack))
def test_forged_thumbs_from_one_client_are_refused(
    attack: Attack, honest_talk: Path, tmp_path: Path
) -> None:
    """200 honest conversations and 30 forged ones: it is a log of 200 and three more, and would be
    with any more forged ones."""
    bundle = dataclasses.replace(bundle_with(knowing()), panel=HONEST)
    with Store.open(f"sqlite:///{shutil.copy(honest_talk, tmp_path)}") as store:
        forged = SimulationSettings(30, 2, 2, seed=1, attack=attack, clients=1)
        simulate(bundle.policy(GAMBLING), HONEST, store, forged)
        log = counted(read_log(store.log(), FESTIVAL), Caps())
    assert len(log.sessions) == 203
    verdict, _ = next_policy(bundle, log, LearnerSettings(), GateSettings(), GAMBLING)
    found = verdict.panel
    assert not verdict.promoted or found["candidate"] > 0.99 * found["adopted"]
