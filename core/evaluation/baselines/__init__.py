"""Strong policies that do not learn ahead, the bar for the trained network; fitted on ratings only.

All are tuned on the same people: hits@20 in the replay view, mean of 0, 1 and 3 stated films, by
five-fold cross-validation over people (`folds(5, "validation")`) inside the four training fifths
(`split(0, 5, "held-out")`) of movielens-mix: 1,560 people, one standard error about 0.13, of a
paired difference about 0.03. "Hits" in the docstrings of the settings are that figure; popularity
has 5.50. Approval, PMF and familiarity are tuned on evenings as served, where their own docstrings
say how.

Reading order: scorer (what a policy answers, transcripts → films and weights), the
three below that do not listen, neighbours, factorisation, posterior, upon_joint.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final, Self

import numpy as np

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.errors import SettingsError
from core.evaluation.baselines.factorisation import Ials, Pmf
from core.evaluation.baselines.neighbours import WITH_NEGATIVES, Ease, ItemKnn
from core.evaluation.baselines.posterior import JOINT, Posterior
from core.evaluation.baselines.upon_joint import JointFamiliar, JointMoods, LinUcb, Thompson
from core.simulation.scorer import FloatArray, IntArray, Observations, Scorer, like_shares

_log = logging.getLogger(__name__)


def fit_baselines(
    train: Ratings, catalogue: Catalogue, names: Sequence[str] | None = None, *, seed: int = 0
) -> tuple[Scorer, ...]:
    """Baselines by name (all of `NAMES` if None), in the order given.

    Args:
        train: Ratings of training people, rows as in the catalogue.
        catalogue: Its films, of which the first `n_items` can be recommended.
        names: Some of `NAMES`.
        seed: Of the random draws and of iterative fits.

    Raises:
        SettingsError: A name is unknown.
    """
    names = NAMES if names is None else names
    unknown = [name for name in names if name not in _MAKERS]
    if unknown:
        raise SettingsError(
            f'There is no baseline "{unknown[0]}": choose among {", ".join(NAMES)}.'
        )
    workshop = _Workshop(train, catalogue, seed)
    fitted = []
    for name in names:
        _log.info("fitting %s", name)
        fitted.append(_MAKERS[name](workshop))
    return tuple(fitted)


class _Workshop:
    """Fits what several baselines share once."""

    def __init__(self, train: Ratings, catalogue: Catalogue, seed: int) -> None:
        self.train, self.catalogue, self.seed = train, catalogue, seed
        self.n_items = catalogue.n_items

    @cached_property
    def ease(self) -> Ease:
        return Ease.fit(self.train, self.n_items)

    @cached_property
    def posterior(self) -> Posterior:
        return Posterior.fit(self.train, self.n_items, seed=self.seed)

    @cached_property
    def joint(self) -> Posterior:
        return Posterior.fit(
            self.train, self.n_items, JOINT, seed=self.seed, name="joint-posterior"
        )

    def ease_with_negatives(self) -> Ease:
        shares = like_shares(self.train.likes()[:, : self.n_items])
        return self.ease.variant(shares, WITH_NEGATIVES, "ease-negatives")


_MAKERS: Final[Mapping[str, Callable[[_Workshop], Scorer]]] = MappingProxyType(
    {
        "random": lambda shop: Random(shop.n_items, shop.seed),
        "popularity": lambda shop: Popularity.fit(shop.train, shop.n_items),
        "approval": lambda shop: Approval.fit(shop.train, shop.n_items),
        "pmf": lambda shop: Pmf.fit(shop.train, shop.n_items, seed=shop.seed),
        "item-knn": lambda shop: ItemKnn.fit(shop.train, shop.n_items),
        "ease": lambda shop: shop.ease,
        "ease-negatives": _Workshop.ease_with_negatives,
        "ials": lambda shop: Ials.fit(shop.train, shop.n_items, seed=shop.seed),
        "posterior": lambda shop: shop.posterior,
        "joint-posterior": lambda shop: shop.joint,
        "joint-familiar": lambda shop: JointFamiliar(shop.joint),
        "joint-moods": lambda shop: JointMoods.over(shop.joint, shop.catalogue),
        "linucb": lambda shop: LinUcb(shop.joint),
        "thompson": lambda shop: Thompson(shop.joint, seed=shop.seed),
    }
)

NAMES: Final = tuple(_MAKERS)
"""Every baseline, the weakest first, roughly."""

__all__ = ["NAMES", "Scorer", "fit_baselines"]


# ---- policies that do not listen: random, the best-sellers, and the best liked of all


@dataclass(frozen=True, eq=False)
class Random:
    """Films in random order, another order for each person."""

    n_items: int
    seed: int = 0
    people: IntArray | None = None
    """Ids of the people in the batch, see `for_people`."""
    name: str = "random"

    def for_people(self, people: IntArray) -> Self:
        """Bound to these people."""
        return replace(self, people=people)

    def scores(self, observations: Observations) -> FloatArray:
        """Uniform numbers in [0, 1), the same on every turn of a person."""
        people = np.arange(len(observations)) if self.people is None else self.people
        return np.stack(
            [
                np.random.default_rng([self.seed, int(p)]).random(self.n_items, np.float32)
                for p in people
            ]
        )


@dataclass(frozen=True, eq=False)
class Popularity:
    """Most liked films first."""

    counts: FloatArray
    """(n_items,) what is counted: likes, or ratings where only a catalogue is at hand."""
    name: str = "popularity"

    @classmethod
    def fit(cls, train: Ratings, n_items: int) -> Self:
        """Counts likes (ratings of at least 4)."""
        likes = train.likes()[:, :n_items]
        return cls(np.asarray(likes.sum(axis=0), dtype=np.float32).ravel())

    @classmethod
    def from_catalogue(cls, catalogue: Catalogue) -> Self:
        """Takes the number of ratings that the catalogue carries."""
        return cls(catalogue.n_ratings[: catalogue.n_items].astype(np.float32))

    def scores(self, observations: Observations) -> FloatArray:
        """The counts, for everybody."""
        return np.broadcast_to(self.counts, (len(observations), len(self.counts)))


@dataclass(frozen=True, eq=False)
class Approval:
    """Films that most of those who rated them like."""

    shares: FloatArray
    """(n_items,) in 0 … 1."""
    name: str = "approval"

    @classmethod
    def fit(cls, train: Ratings, n_items: int, shrinkage: float = 30.0) -> Self:
        """Share of likes among ratings, `shrinkage` ratings of a usual film added to each.

        30 give 6.60 hits of 9 on rated evenings, 3 and 100 give 6.55 and 6.57.
        """
        likes = np.asarray(train.likes()[:, :n_items].sum(axis=0), dtype=np.float64).ravel()
        rated = np.asarray(train.rated()[:, :n_items].sum(axis=0), dtype=np.float64).ravel()
        usual = likes.sum() / max(rated.sum(), 1.0)
        shares = (likes + shrinkage * usual) / (rated + shrinkage)
        return cls(shares.astype(np.float32))

    def scores(self, observations: Observations) -> FloatArray:
        """The shares, for everybody."""
        return np.broadcast_to(self.shares, (len(observations), len(self.shares)))
