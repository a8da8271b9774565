"""Small worlds for what is learned: a cinema of fourteen films, networks with any weights, random
conversations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from hypothesis import strategies as st
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Facet, Movie, Outcome
from core.model.affinity import Affinity
from core.model.calibration import approval
from core.model.cooccurrence import Cooccurrence
from core.model.factors import LatentClasses, MovieVectors
from core.model.qnetwork import QNetwork
from core.session import Event, SessionState

N_ITEMS, N_MOVIES = 12, 14
GENRES = ("Comedy", "Horror")

MOVIE_OUTCOMES = (
    Outcome.STATED_LIKE,
    Outcome.STATED_DISLIKE,
    Outcome.SHOWN,
    Outcome.UP,
    Outcome.DOWN,
    Outcome.SEEN,
    Outcome.NOT_TONIGHT,
    Outcome.PASSED,
    Outcome.RETRACTED,
)
FACET_OUTCOMES = (Outcome.WANTED, Outcome.AVOIDED, Outcome.RETRACTED)


def cinema(n_items: int = N_ITEMS, n_movies: int = N_MOVIES) -> Catalogue:
    """Even films are comedies of 1990, odd ones horror of 2000, the first four in space; row 0 has
    most ratings."""
    rows = np.arange(n_movies)
    movies = tuple(
        Movie(row, 100 + row, f"Film {row}", 1990 + 10 * (row % 2), (GENRES[row % 2],))
        for row in rows.tolist()
    )
    facets = (Facet("genre", "Comedy"), Facet("genre", "Horror"), Facet("tag", "space"))
    membership = sparse.csr_matrix(np.stack([rows % 2 == 0, rows % 2 == 1, rows < 4]))
    return Catalogue(
        movies, facets, membership, np.arange(n_movies, 0, -1, dtype=np.int64) * 10, n_items
    )


def vectors_of(
    like: Sequence[Sequence[float]],
    seen: Sequence[Sequence[float]],
    like_prior: Sequence[float],
    seen_prior: Sequence[float],
) -> MovieVectors:
    """Movie vectors from numbers."""
    return MovieVectors(
        *(np.array(values, dtype=np.float32) for values in (like, seen, like_prior, seen_prior))
    )


def random_vectors(n_items: int, dimensions: int, seed: int) -> MovieVectors:
    """Vectors of the size that fitting gives: a film's variance is below 1/4. Two fits of three
    kinds of people."""
    rng = np.random.default_rng(seed)
    like, seen = rng.normal(0, 0.3, (2, n_items, dimensions)).astype(np.float32)
    priors = rng.uniform(0, 0.5, (2, n_items)).astype(np.float32)
    shares, rates = (
        rng.dirichlet(np.ones(3), 2).astype(np.float32),
        rng.dirichlet(np.ones(4), (6, n_items)),
    )
    classes = LatentClasses(
        2, shares.ravel(), *rates[..., :3].transpose(2, 0, 1).astype(np.float32)
    )
    return MovieVectors(like, seen, *priors, classes)


def any_network(
    catalogue: Catalogue,
    *,
    dimensions: int = 5,
    sets: int = 3,
    seed: int = 0,
    affinities: tuple[Affinity, ...] | None = None,
) -> QNetwork:
    """A network as after some learning: every weight is moved from its start, so that nothing
    cancels by chance. Where no affinities are given it has one, with the approval of its vectors."""
    vectors = [
        random_vectors(catalogue.n_items, dimensions, seed + number) for number in range(sets)
    ]
    if affinities is None:
        cooccurrence = any_affinity(catalogue, seed=seed).cooccurrence
        affinities = (Affinity(catalogue, cooccurrence, approval(vectors[0])),)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = QNetwork(catalogue, vectors, hidden=8, affinities=affinities)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.3 * torch.randn(parameter.shape))
    return network.eval()


def still_vectors(n_items: int, *, liked: float = 0.3, seen: float = 0.5) -> MovieVectors:
    """Of people who are all alike: no answer tells anything of a taste."""
    nothing = np.zeros((n_items, 2), dtype=np.float32)
    shares = (np.full(n_items, share, dtype=np.float32) for share in (liked, seen))
    return MovieVectors(nothing, nothing, *shares)


def any_affinity(catalogue: Catalogue, *, rank: int = 3, seed: int = 0) -> Affinity:
    """Cooccurrence and talk prior of the size that fitting gives: entries of `of @ to.T` of a few
    hundredths."""
    rng = np.random.default_rng(seed)
    of, to = rng.normal(0, 0.15, (2, catalogue.n_items, rank)).astype(np.float32)
    talk_prior, approval = rng.normal(0, 1, (2, catalogue.n_items)).astype(np.float32)
    return Affinity(catalogue, Cooccurrence(of, to, talk_prior), approval)


def tensor(
    state: SessionState, length: int | None = None, vectors: int | None = None
) -> torch.Tensor:
    """A batch of one transcript, int64 (1, L, 2)."""
    return torch.from_numpy(state.observation(length, vectors=vectors)).long()[None]


def conversation(*events: tuple[int, Outcome]) -> SessionState:
    """A transcript of (token, outcome) as given."""
    return SessionState(tuple(Event(token, outcome) for token, outcome in events))


@st.composite
def conversations(draw: st.DrawFn, catalogue: Catalogue, longest: int = 14) -> SessionState:
    """Any transcript: each token once, films and facets with any outcome that can happen to
    them."""
    tokens = draw(st.lists(st.integers(1, catalogue.n_tokens - 1), unique=True, max_size=longest))
    return conversation(
        *(
            (
                token,
                draw(
                    st.sampled_from(MOVIE_OUTCOMES if catalogue.is_movie(token) else FACET_OUTCOMES)
                ),
            )
            for token in tokens
        )
    )
