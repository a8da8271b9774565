"""What is learned from every candidate's reward before the DQN starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from learning_worlds import N_ITEMS, any_affinity, cinema
from worlds import checkerboard

from core.domain import Outcome
from core.model.factors import fit
from core.model.qnetwork import QNetwork
from core.simulation.environment import SessionEnv
from core.simulation.viewer import EveningSettings, OpeningSettings
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
    assert reports[-1][1] < reports[0][1]
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
    transcripts = states.transcripts
    assert transcripts.shape == (SESSIONS * 3, 1 + OPENING.most + TURNS, 2)
    shown = np.isin(
        transcripts[..., 1].numpy(), (Outcome.SHOWN, Outcome.UP, Outcome.DOWN, Outcome.SEEN)
    ).sum(axis=1)
    assert set(shown.tolist()) == set(range(TURNS))  # 0 films shown up to all but the last
    assert states.moods.tolist() == [-1] * len(transcripts)


def test_the_rewards_are_those_of_the_viewer() -> None:
    """On the checkerboard: whoever gave a film a thumb up likes all of its parity that they know."""
    states = play_states(contrary(), environment(), SETTINGS, np.random.default_rng(0))
    best = N_ITEMS  # candidates come first, then a sample of all films
    assert states.films.shape == (len(states.moods), best + SETTINGS.sampled)
    for transcript, films, rewards in zip(
        states.transcripts.numpy(), states.films.numpy(), states.rewards.numpy(), strict=True
    ):
        for token in transcript[transcript[:, 1] == Outcome.UP][:, 0]:
            alike = films % 2 == (token - 1) % 2
            assert set(rewards[alike].tolist()) <= {0.0, 1.0}
            assert set(rewards[~alike].tolist()) <= {0.0, -0.5}
            assert rewards[films == token - 1].tolist() == [1.0] * int((films == token - 1).sum())


def test_candidates_count_where_they_may_be_shown_and_the_sample_stands_for_the_rest() -> None:
    states = play_states(contrary(), environment(), SETTINGS, np.random.default_rng(0))
    open_to, sample = states.weights[:, :N_ITEMS], states.weights[:, N_ITEMS:]
    assert set(open_to.flatten().tolist()) == {0.0, 1.0}
    np.testing.assert_allclose(
        sample.numpy(), SETTINGS.rest * N_ITEMS / SETTINGS.sampled, rtol=1e-6
    )
    for transcript, films, weights in zip(
        states.transcripts.numpy(), states.films.numpy(), states.weights.numpy(), strict=True
    ):
        taken = np.isin(films[:N_ITEMS] + 1, transcript[:, 0])
        np.testing.assert_array_equal(weights[:N_ITEMS] == 0, taken)


class TestMoods:
    """Evenings with a mood, in slates of three."""

    FILMS = cinema(40, 44)
    PEOPLE = checkerboard(people=30, films=40, seed=2)
    EVENINGS = EveningSettings(mood=1.0, rated=0.0, says=0.5, named=(1, 2, 3))

    def environment(self) -> SessionEnv:
        return SessionEnv(
            self.PEOPLE, self.FILMS, turns=6, cards=3, opening=OPENING, evenings=self.EVENINGS
        )

    def network(self) -> QNetwork:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            vectors = fit(self.PEOPLE, 40, 4)
            return QNetwork(self.FILMS, [vectors], hidden=8, affinities=(any_affinity(self.FILMS),))

    def test_the_states_say_whose_mood_it_was(self) -> None:
        network = self.network().eval()
        settings = replace(SETTINGS, sessions=32)
        states = play_states(network, self.environment(), settings, np.random.default_rng(0))
        assert states.moods.min() >= 0
        for number, transcript in zip(
            states.moods.tolist(), states.transcripts.numpy(), strict=True
        ):
            films = network.mood.moods[number].films
            thumbs = transcript[transcript[:, 1] == Outcome.UP][:, 0]
            assert np.isin(thumbs - 1, films).all()

    def test_one_round_moves_every_channel(self) -> None:
        network = self.network()
        before = {name: value.clone() for name, value in network.named_parameters()}
        settings = PretrainingSettings(
            rounds=1, sessions=32, states=3, candidates=40, batch_size=16, weight_decay=0.0
        )
        with torch.random.fork_rng():
            torch.manual_seed(0)
            pretrain(network, self.environment(), settings, seed=0, after_round=lambda *_: None)
        moved = {
            name
            for name, value in network.named_parameters()
            if not torch.equal(value, before[name])
        }
        assert moved >= {
            "mood.log_mass",
            "mood.stray",
            "mood.narrow",
            "mood.log_stray_up",
            "mood.log_silence",
            "mood.answers",
            "mood.wanted",
            "strengths",
            "opening",
            "fame.at_rest",
            "familiarity.weight",
            "fits",
            "wishes",
        }
        assert all(torch.isfinite(value).all() for value in network.parameters())
