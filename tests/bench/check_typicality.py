"""How well a facet of a film is foretold by everything else that is known of the film.

    PYTHONPATH=. python tests/bench/check_typicality.py [BUNDLE] [FILMS]

A line a kind of facet, of those with so many films or more (30): how many, the area under the curve
(chance that a film of the facet is foretold higher than another film) in the mean and at the tenth
percentile, and how far the chances are from what comes true (mean over tenths of the films by
chance). Each film is left out of what foretells it, and so are the facet and the words of its name.
Some two minutes and 1 GB.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np
from scipy.stats import rankdata

from core.data.facts import FilmFacts
from core.data.search import said_of_films
from core.data.typicality import GRADED, TypicalitySettings, foretold
from core.model.bundle import Bundle


def area(ratios: np.ndarray, has: np.ndarray) -> float:
    """Area under the curve of ROC: Mann and Whitney's U over its largest value."""
    ranks, films = rankdata(ratios), int(has.sum())
    surplus = ranks[has].sum() - films * (films + 1) / 2
    return float(surplus / (films * (len(has) - films)))


def error(chances: np.ndarray, has: np.ndarray) -> float:
    """Mean distance of tenths of the films, by chance, from what comes true in them."""
    parts = np.array_split(np.argsort(chances), 10)
    return float(np.mean([abs(chances[part].mean() - has[part].mean()) for part in parts]))


def main(bundle: str = "models/marquee", films: str = "30") -> None:
    """Prints the table."""
    facts = FilmFacts.open("models/films")
    catalogue = Bundle.load(bundle).catalogue
    members = catalogue.membership[:, : catalogue.n_items].tocsr()
    kinds = np.array([facet.kind for facet in catalogue.facets])
    chosen = np.flatnonzero(np.isin(kinds, GRADED) & (members.getnnz(axis=1) >= int(films)))
    words, found = (
        said_of_films(facts.of(catalogue)),
        defaultdict[str, list[tuple[float, float]]](list),
    )
    for numbers, ratios, chances in foretold(catalogue, words, chosen, TypicalitySettings()):
        has = members[numbers].toarray().T
        for place, number in enumerate(numbers):
            told = ratios[:, place], chances[:, place]
            found[kinds[number]].append(
                (area(told[0], has[:, place]), error(told[1], has[:, place]))
            )
    print(f"{'kind':10} facets   area  tenth  error")
    for kind in GRADED:
        areas, errors = np.array(found[kind] or [(np.nan, np.nan)]).T
        low = np.quantile(areas, 0.1)
        print(f"{kind:10} {len(areas):6} {areas.mean():6.3f} {low:6.3f} {errors.mean():6.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
