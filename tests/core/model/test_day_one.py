"""Before any learning films are ranked by a formula of hand-set constants, written down anew here.

    worth · mood + rest + gate · pull + .2 · wishes

in plain numpy, event by event: what the network computes in batches and from learned weights.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from learning_worlds import (
    FACET_OUTCOMES,
    MOVIE_OUTCOMES,
    any_affinity,
    conversation,
    random_vectors,
)
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Facet, Movie, Outcome
from core.model.affinity import Affinity, contents
from core.model.cooccurrence import Cooccurrence
from core.model.factors import LatentClasses
from core.model.qnetwork import QNetwork
from core.session import Event, SessionState

Values = npt.NDArray[np.float64]
N_ITEMS, N_MOVIES = 60, 64
OWNERS = (("genre", "Comedy"), ("genre", "Horror"), ("tag", "space"), ("person", "A. B."))
MASS = {"genre": 0.22, "decade": 0.15, "tag": 0.09, "person": 0.025}


def world() -> Catalogue:
    """Sixty films of three decades; each facet has about half of them."""
    rng = np.random.default_rng(5)
    years = rng.choice([1985, 1995, 2005], N_MOVIES).tolist()
    membership = sparse.csr_matrix(rng.random((len(OWNERS), N_MOVIES)) < 0.45)
    movies = tuple(Movie(row, 100 + row, f"Film {row}", years[row], ()) for row in range(N_MOVIES))
    rated = np.sort(rng.integers(1, 400, N_MOVIES))[::-1].astype(np.int64)
    return Catalogue(movies, tuple(Facet(*owner) for owner in OWNERS), membership, rated, N_ITEMS)


FILMS = world()
VECTORS = random_vectors(N_ITEMS, 5, 3)
AFFINITY = any_affinity(FILMS)
APPROVAL = np.random.default_rng(8).normal(0, 1, N_ITEMS).astype(np.float32)
AFFINITY = Affinity(FILMS, AFFINITY.cooccurrence, APPROVAL)
FRESH = QNetwork(FILMS, [VECTORS], hidden=8, affinities=(AFFINITY,)).eval()
HAS = FILMS.membership[:, :N_ITEMS].toarray().astype(np.float64)
RATED = FILMS.n_ratings.astype(np.float64)


def facet_of(event: Event) -> int | None:
    return None if FILMS.is_movie(event.token) else event.token - FILMS.facet_token(0)


def times(state: SessionState, *outcomes: Outcome) -> int:
    return sum(event.outcome in outcomes for event in state.events)


def worth(state: SessionState) -> Values:
    """A thumb's worth: the posterior's chance of liking, what kinds of people foretell, a tenth for
    each wished facet, and less for having been seen with people who know everything."""
    taste = FRESH.taste(_tensor(state))[0].detach().numpy()
    known = times(state, Outcome.UP, Outcome.DOWN, Outcome.SEEN)
    odds = -2.2 + 0.36 * known - 2.7 * times(state, Outcome.SHOWN)
    seen = VECTORS.seen_prior + VECTORS.seen @ taste
    likes = VECTORS.like_prior + VECTORS.like @ taste
    return likes + 0.15 * foretold(state) + 0.1 * wishes(state) - 0.5 * seen / (1 + np.exp(-odds))


def foretold(state: SessionState) -> Values:
    """Bayes' rule over three kinds of people, in each of two fits."""
    classes = VECTORS.classes
    assert isinstance(classes, LatentClasses)
    logs = np.log(classes.prior.astype(np.float64))
    for token, outcome in state.events:
        if token > N_ITEMS:
            continue
        row = token - 1
        if outcome.liking > 0:
            logs += np.log(classes.liked[:, row])
        elif outcome.liking < 0:
            logs += np.log(classes.disliked[:, row])
        elif outcome.is_silent:
            logs += np.log(classes.unseen[:, row]) * (0.1 if outcome is Outcome.PASSED else 1.0)
        elif outcome is Outcome.SEEN:
            logs += np.log(1 - classes.unseen[:, row])
    likely = np.exp(logs.reshape(2, 3))
    chances = (likely / likely.sum(axis=1, keepdims=True)).ravel() / 2
    found: Values = chances @ (classes.liked - 0.5 * classes.disliked)
    return found


def wishes(state: SessionState) -> Values:
    total = np.zeros(N_ITEMS)
    for event in state.events:
        if (facet := facet_of(event)) is not None:
            total += event.outcome.wish * HAS[facet]
    return total


def asked(state: SessionState) -> Values:
    """The same, with a theme that is wanted for two and a half genres."""
    total = wishes(state)
    for event in state.events:
        facet = facet_of(event)
        if facet is not None and event.outcome.wish > 0 and FILMS.facets[facet].kind == "tag":
            total += 1.5 * HAS[facet]
    return total


def evidence(state: SessionState) -> float:
    """Films liked, a wish as much as two."""
    return sum(max(event.outcome.liking, 2 * event.outcome.wish, 0) for event in state.events)


def fame(state: SessionState, gems: float, half: float) -> Values:
    known = evidence(state) ** 2 / (evidence(state) ** 2 + half**2)
    share = RATED[:N_ITEMS] / RATED[0]
    steep, beyond = np.log((share + 0.05) / 0.3), share - 0.25
    return -known * 0.5 * gems * steep - (1 - known) * 0.35 * gems**3 * beyond


def moods() -> list[tuple[str, int, Values]]:
    """Kind, facet token and films of everything that fifteen films share, a person six."""
    decades = FILMS.years[:N_ITEMS] // 10
    found = [
        (facet.kind, FILMS.facet_token(number), HAS[number])
        for number, facet in enumerate(FILMS.facets)
    ]
    found += [("decade", 0, (decades == decade) * 1.0) for decade in np.unique(decades)]
    most = 0.6 * RATED[:N_ITEMS].sum()  # what nearly every film has is no mood
    return [
        mood
        for mood in found
        if mood[2].sum() >= (6 if mood[0] == "person" else 15) and mood[2] @ RATED[:N_ITEMS] < most
    ]


def lift(state: SessionState, chances: Values) -> Values:
    """How many times likelier than before a word each film is tonight's."""
    shared = moods()
    share = [float(films @ RATED[:N_ITEMS] / RATED[:N_ITEMS].sum()) for _, _, films in shared]
    prior = np.zeros(len(shared) + 1)
    for kind, mass in MASS.items():
        mine = [number for number, mood in enumerate(shared) if mood[0] == kind]
        weight = np.array([share[number] ** 0.5 for number in mine])
        prior[mine] = mass * weight / max(weight.sum(), 1e-12)
    prior[-1] = 1 - prior.sum()
    odds = np.log(prior)
    asked = max(
        (place for place, event in enumerate(state.events) if event.outcome is Outcome.WANTED),
        default=-1,
    )
    for place, (token, outcome) in enumerate(state.events):
        weight = 0.1 if place < asked else 1.0
        for number, (_, owner, films) in enumerate(shared):
            if token == owner:
                odds[number] += 5.0 * outcome.wish
            if token <= N_ITEMS:
                odds[number] += weight * _told(
                    outcome, films[token - 1], share[number], float(chances[token - 1])
                )
    posterior = np.exp(odds) / np.exp(odds).sum()
    table = np.stack([*(films for _, _, films in shared), np.ones(N_ITEMS)])
    lifted: Values = (posterior @ table) / (prior @ table)
    return lifted


def _told(outcome: Outcome, within: float, share: float, chance: float) -> float:
    """What one event adds to the log odds of a mood."""
    if outcome is Outcome.STATED_LIKE:
        return float(np.log(0.9 / share + 0.1) if within else np.log(0.1))
    if outcome is Outcome.UP:
        return 0.0 if within else float(np.log(0.05))
    if outcome.is_silent and not within:
        half = 0.5 if outcome is Outcome.PASSED else 1.0
        return -half * float(np.log1p(-np.clip(chance, 0.02, 0.9)))
    return 0.0


def pulls(event: Event) -> str:
    """Kind of an event that pulls; those of a kind share their say."""
    facet = facet_of(event)
    if facet is None:
        return "liked" if event.outcome.liking > 0 else ""
    if not event.outcome.wish:
        return ""
    side = "wanted" if event.outcome.wish > 0 else "avoided"
    return f"{side} {'genre' if FILMS.facets[facet].kind == 'genre' else 'other'}"


def known_of(state: SessionState) -> float:
    """How well known the films that are liked are."""
    liked = [event.token - 1 for event in state.events if pulls(event) == "liked"]
    return float(np.mean(RATED[liked] / (RATED[liked] + 20))) if liked else 1.0


def pull(state: SessionState) -> Values:
    """In log odds."""
    kinds = [pulls(event) for event in state.events]
    total = known_of(state) * AFFINITY.cooccurrence.talk_prior.astype(np.float64)
    if times(state, Outcome.WANTED, Outcome.AVOIDED):
        total += 0.5 * APPROVAL
    for event, kind in zip(state.events, kinds, strict=True):
        if kind:
            count = kinds.count(kind)
            say = 1 / np.sqrt(count * max(count / 5, 1.0))  # beyond five they share what five say
            total += say * _pull_of(event, kind, AFFINITY.cooccurrence)
    return total


def _pull_of(event: Event, kind: str, cooccurrence: Cooccurrence) -> Values:
    facet = facet_of(event)
    if facet is None:
        row, about = event.token - 1, contents(FILMS)
        alike = {name: (about[name][row] @ about[name][:N_ITEMS].T).toarray()[0] for name in about}
        people = 0.8 * cooccurrence.of[row] @ cooccurrence.to.T if row < N_ITEMS else 0.0
        return people + 1.4 * alike["genre"] + 6.5 * alike["tag"] + 0.5 * alike["year"]
    if kind.endswith("genre"):
        return event.outcome.wish * 3.7 * HAS[facet]
    rare = max(1.0, np.log(HAS[facet].sum() / N_ITEMS) / np.log(0.008))
    told: Values = event.outcome.wish * 4.4 * rare * HAS[facet]
    if kind == "wanted other":
        weight = HAS[facet] * np.log1p(RATED[:N_ITEMS])
        told = told + 2.0 * (weight @ cooccurrence.of / weight.sum()) @ cooccurrence.to.T
    return told


def gate(state: SessionState) -> float:
    """.25, and a fifth of it a film answered since anything was said; three fifths after a wish."""
    kinds = [pulls(event) for event in state.events]
    said = [
        place
        for place, event in enumerate(state.events)
        if kinds[place] and event.outcome is not Outcome.UP
    ]
    since = SessionState(state.events[max(said, default=-1) + 1 :])
    answered = times(since, Outcome.SHOWN, Outcome.UP, Outcome.DOWN)
    fading = 0.6 if times(state, Outcome.WANTED, Outcome.AVOIDED) else 0.2
    return 0.25 * float(fading ** (known_of(state) * answered)) if any(kinds) else 0.0


def score(state: SessionState) -> Values:
    chances = worth(state)
    lifted = np.where(chances > 0, chances * lift(state, chances), chances)
    total = lifted + fame(state, 0.13, 8.0) + gate(state) * pull(state) + 0.2 * asked(state)
    if state.gems:
        total += fame(state, state.gems, 2.0)
        talked = gate(state) * known_of(state) * AFFINITY.cooccurrence.talk_prior
        total -= max(state.gems, 0) * talked
    return total


def _tensor(state: SessionState) -> torch.Tensor:
    return torch.from_numpy(state.observation()[None]).long()


def random_states(
    count: int, movie_outcomes: tuple[Outcome, ...], facet_outcomes: tuple[Outcome, ...]
) -> list[SessionState]:
    rng = np.random.default_rng(11)
    states = []
    for _ in range(count):
        tokens = rng.choice(N_MOVIES, int(rng.integers(0, 9)), replace=False) + 1
        wished = rng.choice(len(OWNERS), int(rng.integers(0, 3)), replace=False)
        events = [*tokens.tolist(), *(FILMS.facet_token(int(number)) for number in wished)]
        rng.shuffle(events)
        told = []
        for token in events:
            outcomes = movie_outcomes if FILMS.is_movie(token) else facet_outcomes
            if outcomes:
                told.append((token, outcomes[int(rng.integers(len(outcomes)))]))
        states.append(conversation(*told))
    return states


def ranked_by_the_formula(states: list[SessionState]) -> None:
    for state in states:
        served = FRESH.q_values(state.observation()[None], state.gems)[0]
        expected = score(state)
        np.testing.assert_allclose(served, expected, atol=2e-3, err_msg=str(state.events))
        best = int(served.argmax())
        assert expected[best] == pytest.approx(expected.max(), abs=2e-3)


def test_the_world_has_moods_of_every_kind() -> None:
    assert {kind for kind, _, _ in moods()} == {"genre", "tag", "decade"}


def test_before_a_word() -> None:
    ranked_by_the_formula([SessionState()])


def test_of_films_that_were_named_and_answers() -> None:
    ranked_by_the_formula(random_states(100, MOVIE_OUTCOMES, ()))


def test_with_wishes() -> None:
    ranked_by_the_formula(random_states(100, MOVIE_OUTCOMES, FACET_OUTCOMES))


def test_where_films_were_seen_and_nothing_is_said_of_them() -> None:
    seen = (Outcome.SEEN, Outcome.PASSED, Outcome.SHOWN)
    ranked_by_the_formula(random_states(50, seen, FACET_OUTCOMES))


@pytest.mark.parametrize("gems", [-1.0, 0.5])
def test_at_any_place_of_the_knob(gems: float) -> None:
    states = random_states(30, MOVIE_OUTCOMES, FACET_OUTCOMES)
    ranked_by_the_formula([state.steer(gems) for state in states])
