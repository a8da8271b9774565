"""Films whose ratings are withheld: how many of the hits that these would give are found without.

    PYTHONPATH=. python tests/bench/check_hidden.py DATA [BUNDLE [FACTS]]

One in seven of the films that people have rated is hidden. Vectors are fitted on four fifths of the
people; of the hidden films once from their ratings, once they are foretold from what is known
(`core.training.extending`). Each person of the last fifth names three films they like; counted are
the films they like among the best 10 and 20 hidden ones, and among the best 20 of all.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.data.ratings import Ratings
from core.data.reading import read_ratings, renumbered
from core.domain import Outcome
from core.model.affinity import Affinity
from core.model.bundle import Bundle
from core.model.calibration import approval
from core.model.cooccurrence import Cooccurrence, CooccurrenceSettings
from core.model.factors import ClassSettings, MovieVectors, fit
from core.model.qnetwork import QNetwork
from core.training.extending import ExtensionSettings, foretell, rebuilt

IntArray = npt.NDArray[np.int64]
HIDDEN = 1 / 7
STATED = 3
UNRATED = ExtensionSettings(people=1e12)
"""What is foretold counts alone: that nobody rated a hidden film says nothing of it."""


def hiding(catalogue: Catalogue, rng: np.random.Generator) -> Catalogue:
    """The rated films in another order: those that are hidden behind the others."""
    is_hidden = rng.random(catalogue.n_rated) < HIDDEN
    rest = np.arange(catalogue.n_rated, len(catalogue.movies))
    order = np.concatenate([np.flatnonzero(~is_hidden), np.flatnonzero(is_hidden), rest])
    films = (catalogue.movies[row] for row in order.tolist())
    return Catalogue(
        tuple(dataclasses.replace(film, row=row) for row, film in enumerate(films)),
        catalogue.facets,
        catalogue.membership.tocsc()[:, order].tocsr(),
        catalogue.n_ratings[order],
        catalogue.n_rated,
        rated=int((~is_hidden).sum()),
    )


def network_of(
    bundle: Bundle, catalogue: Catalogue, people: Ratings, dimensions: int
) -> tuple[QNetwork, MovieVectors]:
    """The learned weights of the bundle on vectors of these people, (network, vectors)."""
    vectors = fit(people, catalogue.n_items, dimensions, ClassSettings(fits=1))
    lifts = Cooccurrence.fit(people, catalogue, CooccurrenceSettings())
    affinity = Affinity(catalogue, lifts, approval(vectors))
    network = QNetwork(
        catalogue, [vectors], hidden=int(bundle.settings["hidden"]), affinities=(affinity,)
    )
    state = bundle.network.state_dict()
    state["lift"] = network.lift
    network.load_state_dict(state)
    return network.eval().requires_grad_(False), vectors


def hits(
    network: QNetwork, people: Ratings, rated: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Among the best 10 and 20 hidden films and the best 20 of all, a row a person."""
    likes, found = people.likes(), list[Sequence[float]]()
    for person in range(people.n_users):
        liked = likes[person].indices
        seen, hidden = (
            liked[liked < rated],
            liked[(liked >= rated) & (liked < network.lift.numel())],
        )
        if len(seen) <= STATED or not len(hidden):
            continue
        named = rng.choice(seen, STATED, replace=False)
        transcript = np.array([[row + 1, int(Outcome.STATED_LIKE)] for row in named], np.int32)
        values = network.q_values(transcript[None])[0]
        values[named] = -np.inf
        behind, whole = rated + np.argsort(-values[rated:]), np.argsort(-values)[:20]
        best = behind[:10], behind[:20], whole, whole[whole >= rated]
        found.append([float(np.isin(rows, liked).sum()) for rows in best])
    return np.array(found)


def main(data: str, folder: str = "models/marquee", pack: str = "models/films") -> None:
    bundle, facts = Bundle.load(folder), FilmFacts.open(pack)
    ratings, _ = read_ratings(data, bundle.catalogue)
    whole = hiding(bundle.catalogue, np.random.default_rng(0))
    ratings = renumbered(ratings, whole.rows_of(bundle.catalogue.movie_ids))
    learners, judges = ratings.split(0, 5, "hidden")
    told = dataclasses.replace(whole, rated=None)
    seen = dataclasses.replace(told, n_items=whole.n_rated)
    dimensions = bundle.network.encoder.dimensions
    rated = network_of(bundle, told, learners, dimensions)[0]
    known = network_of(bundle, seen, learners, dimensions)[0]
    blind = dataclasses.replace(bundle, catalogue=seen, network=known, panel=None)
    stand_ins = foretell(blind, facts.of(told), UNRATED)
    foretold = rebuilt(blind, whole, stand_ins).network
    names = ("of 10 hidden", "of 20 hidden", "of 20", "of 20, hidden")
    for network, name in ((rated, "by ratings"), (foretold, "foretold")):
        found = hits(network, judges, whole.n_rated, np.random.default_rng(1))
        mean = ", ".join(
            f"{what} {value:.2f}" for what, value in zip(names, found.mean(0), strict=True)
        )
        print(f"{name}: {mean} ({len(found)} people)")


if __name__ == "__main__":
    main(*sys.argv[1:])
