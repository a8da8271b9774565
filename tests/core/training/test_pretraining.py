"""What is learned from every candidate's reward before the DQN starts."""

from __future__ import annotations

import numpy as np
import torch
from learning_worlds import N_ITEMS, cinema
from worlds import checkerboard

from core.domain import Outcome
from core.model.factors import fit
from core.model.qnetwork import QNetwork
from core.simulation.environment import SessionEnv
from core.simulation.viewer import OpeningSettings
from core.training.pretraining import PretrainingSettings, play_states, pretrain

CINEMA, PEOPLE, TURNS = cinema(), checkerboard(films=N_ITEMS), 4
OPENING = OpeningSettings(likes=(1, 2), dislikes=(0,), genre_chance=0.0, avoid_chance=0.0)
SESSIONS = 256
SETTINGS = PretrainingSettings(
    rounds=4, sessions=SESSIONS, states=3, candidates=N_ITEMS, batch_size=32, learning_rate=1e-2
)


def environment() -> SessionEnv:
    return SessionEnv(PEOPLE, CINEMA, turns=TURNS, opening=OPENING)


def contrary() -> QNetwork:
    """A network that starts with the wrong sign: it ranks first what people hate."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = QNetwork(CINEMA, [fit(PEOPLE, N_ITEMS, 4)], hidden=8)
    last = network.gates[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        last.bias[0] = -1.0
    return network.eval()


def rounds(
    network: QNetwork, settings: PretrainingSettings = SETTINGS, seed: int = 0
) -> list[tuple[int, float]]:
    reports: list[tuple[int, float]] = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        pretrain(
            network,
            environment(),
            PEOPLE,
            settings,
            seed=seed,
            after_round=lambda *round: reports.append(round),
        )
    return reports


def best_after_liking_film_0(network: QNetwork) -> int:
    values = network.q_values(np.array([[[1, Outcome.STATED_LIKE]]], dtype=np.int32))[0]
    return int(values[1:].argmax()) + 1


def test_it_turns_a_contrary_network_round() -> None:
    network = contrary()
    assert best_after_liking_film_0(network) % 2 == 1
    reports = rounds(network)
    assert best_after_liking_film_0(network) % 2 == 0
    assert [number for number, _ in reports] == [0, 1, 2, 3]
    assert reports[-1][1] < 0.8 * reports[0][1]
    assert not network.training  # the noise of dropout is off when it is asked


def test_the_same_seed_gives_the_same_weights() -> None:
    first, second = contrary(), contrary()
    assert rounds(first) == rounds(second)
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_no_rounds_change_nothing() -> None:
    network = contrary()
    assert rounds(network, PretrainingSettings(rounds=0)) == []
    for ours, theirs in zip(network.parameters(), contrary().parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_states_are_those_before_each_film_of_whole_sessions() -> None:
    states = play_states(contrary(), environment(), SETTINGS, np.random.default_rng(0))
    transcripts, viewers = states.transcripts, states.viewers
    assert transcripts.shape == (SESSIONS * 3, 1 + OPENING.most + TURNS, 2)
    assert len(viewers) == SESSIONS * 3
    shown = np.isin(
        transcripts[..., 1].numpy(), (Outcome.SHOWN, Outcome.UP, Outcome.DOWN, Outcome.SEEN)
    ).sum(axis=1)
    assert set(shown.tolist()) == set(range(TURNS))  # 0 films shown up to all but the last
    for transcript, viewer in zip(transcripts.numpy(), viewers.tolist(), strict=True):
        stars = dict(zip(*PEOPLE.of(viewer), strict=True))
        for token, outcome in transcript[transcript[:, 1] == Outcome.UP]:
            assert stars[token - 1] == 5.0, outcome
