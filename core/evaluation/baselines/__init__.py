"""Strong policies that do not learn ahead, the bar for the trained network; fitted on ratings only.

All are tuned on the same people: hits@20 in the replay view, mean of 0, 1 and 3 stated films, by
five-fold cross-validation over people (`folds(5, "validation")`) inside the four training fifths
(`split(0, 5, "held-out")`) of movielens-mix: 1,560 people, one standard error about 0.13, of a
paired difference about 0.03. "Hits" in the docstrings of the settings are that figure; popularity
has 5.50. Approval, PMF and familiarity are tuned on evenings as served, where their own docstrings
say how.

Reading order: scorer (what a policy answers, transcripts → films and weights), popularity,
neighbours, factorisation, posterior, upon_joint.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.errors import SettingsError
from core.evaluation.baselines.factorisation import Ials, Pmf
from core.evaluation.baselines.neighbours import WITH_NEGATIVES, Ease, ItemKnn
from core.evaluation.baselines.popularity import Approval, Popularity, Random
from core.evaluation.baselines.posterior import JOINT, Posterior
from core.evaluation.baselines.upon_joint import JointFamiliar, JointMoods, LinUcb, Thompson
from core.simulation.scorer import Scorer, like_shares

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
