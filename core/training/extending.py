"""Films that hardly anybody has rated: what is known of them stands in for ratings.

People's ratings say how films relate to a taste (`core.model.factors`); what is said of films
(words, facets, genres, years: the features of `core.data.typicality`) foretells it, by a ridge
regression fitted to the films that are rated. Foretold of each other film are

    its vectors   where tastes that like it, and that have seen it, lie, in units of its fame, and
                  what else is liked by those who like it
    its fame      the share of people who have seen it, with a few numbers on how much is known
    its approval  the share of those who like it

A film that was there for all people to rate and got no ratings is not famous, whatever its facts
say: the foretold share weighs as much as some people, and everybody who could have rated the film
counts beside them (a Poisson rate with a gamma prior). The latest films could be rated by few, so
that of them what is foretold counts. So the films added come last wherever anything will do, and
first where only they fit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import torch
from scipy import sparse
from scipy.linalg import solve
from scipy.special import expit

from core.catalogue import BoolArray, Catalogue
from core.data.facets import with_facts
from core.data.facts import CatalogueFacts, Fact, FilmFacts
from core.data.reading import renumbered
from core.data.search import Words, akin, said_of_films
from core.data.typicality import TypicalitySettings, features
from core.domain import Facet
from core.errors import DataError
from core.model.affinity import Affinity
from core.model.bundle import Bundle
from core.model.calibration import approval
from core.model.factors import RARE, MovieVectors, fame_of, low_rank
from core.model.qnetwork import QNetwork

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionSettings:
    """Which films are added, and how they are foretold."""

    films: int = 14_200
    """At most so many, the best known ones by what is foretold."""
    latest: int = 2020
    """Films from this year on come first: hardly any of them can be recommended without."""
    rank: int = 48
    """Numbers a film of which its vectors are made."""
    ridge: float = 2.0
    known: float = 1.0
    """Weight of the numbers on how much is known of a film, beside words and facets."""
    people: float = 150.0
    """How many people the foretold fame of a film weighs as much as."""
    akin: int = 10
    """Films that each of them is kept as like."""


def extend(bundle: Bundle, facts: FilmFacts, settings: ExtensionSettings | None = None) -> Bundle:
    """The bundle with films that were known and could not be recommended.

    Rows change and ids stay. What was learned, and what is known of the films that could be
    recommended before, is kept to the last digit. One that is extended already gets the places,
    people and series that it lacks. DataError for a bundle that cannot be extended.
    """
    chosen = settings or ExtensionSettings()
    before = bundle.catalogue
    classes = bundle.network.served_classes
    if classes is None or not bundle.network.affinities:
        raise DataError("This bundle is of an older format: train a new one.")
    if classes.n_items < before.n_items:
        return _with_names(bundle, facts)
    rows = _fit(facts.of(_wide(before)), before.n_items)
    candidates = reordered(before, rows)
    stand_ins = foretell(bundle, facts.of(candidates), chosen)
    best = _best(candidates.years[before.n_items :][: len(rows)], stand_ins.seen, chosen)
    after = reordered(before, rows[best])
    new = _named(after, facts.of(after))
    before, after = _giving_way(before, new), _giving_way(after, new)
    after = _with_facets(after, new)
    after = _with_tables(after, before, said_of_films(facts.of(after)), chosen)
    return rebuilt(bundle, after, StandIns(*(part[best] for part in stand_ins)))


def _with_names(bundle: Bundle, facts: FilmFacts) -> Bundle:
    """The bundle with facets for what enough films share by the facts."""
    catalogue = bundle.catalogue
    new = _named(catalogue, facts.of(catalogue))
    after = _with_facets(_giving_way(catalogue, new), new)
    width = 2 * bundle.network.encoder.dimensions
    of = bundle.network.affinities[0].cooccurrence.of.shape[1]
    none = np.zeros(0, np.float32)
    return rebuilt(bundle, after, StandIns(np.zeros((0, width + of), np.float32), none, none))


# ---- which films

_MINUTES: Final = (40, 300)
"""Of a feature film; what is longer is a series."""
_NEEDED: Final = (Fact.DIRECTOR, Fact.COUNTRY, Fact.LANGUAGE, Fact.GENRE)
"""Facts without which a card has nothing to say."""
_UNFIT: Final[Mapping[Fact, tuple[str, ...]]] = MappingProxyType(
    {
        Fact.KIND: ("short", "music video", "TV pilot", "compilation film", "stage recording"),
        Fact.GENRE: ("sex film", "pink film", "making-of documentary", "sitcom", "concert film"),
        Fact.AUDIENCE: ("sexually explicit",),
    }
)
"""What somebody who looks for a film tonight does not mean."""


def _wide(catalogue: Catalogue) -> Catalogue:
    """The same, as if every film could be recommended."""
    films = len(catalogue.movies)
    return dataclasses.replace(catalogue, n_items=films, columns={}, typicality=None, akin=None)


def _fit(facts: CatalogueFacts, rated: int) -> IntArray:
    """Rows of the films behind those `rated` of which a card has something to say; `facts` of all
    films.
    """
    catalogue, (least, most) = facts.catalogue, _MINUTES
    fit: BoolArray = (facts.runtimes >= least) & (facts.runtimes <= most) & (catalogue.years > 0)
    fit &= np.array([bool(movie.genres) for movie in catalogue.movies])
    for fact in _NEEDED:
        fit &= facts.knows(fact)
    for fact, names in _UNFIT.items():
        codes = [code for name in names for code in facts.facts.names(fact).find(name)]
        fit &= ~facts.has(fact, codes)
    fit[:rated] = False
    return np.flatnonzero(fit)


def _best(years: IntArray, seen: FloatArray, settings: ExtensionSettings) -> IntArray:
    """Places of the films to add, (films,), best known first."""
    is_late = years >= settings.latest
    chosen = np.lexsort((-seen, ~is_late))[: settings.films]
    best: IntArray = chosen[np.argsort(-seen[chosen], kind="stable")]
    return best


def reordered(catalogue: Catalogue, rows: IntArray) -> Catalogue:
    """The catalogue with the films of these rows behind those that can be recommended, as such."""
    rated = np.arange(catalogue.n_items)
    rest = np.setdiff1d(np.arange(len(catalogue.movies)), np.concatenate([rated, rows]))
    order = np.concatenate([rated, rows, rest])
    films = (catalogue.movies[row] for row in order.tolist())
    membership = catalogue.membership.tocsc()[:, order].tocsr()
    membership.sort_indices()
    return Catalogue(
        tuple(dataclasses.replace(film, row=row) for row, film in enumerate(films)),
        catalogue.facets,
        membership,
        catalogue.n_ratings[order],
        len(rated) + len(rows),
    )


# ---- what is foretold of them


class StandIns(NamedTuple):
    """What is foretold of n films; a part a film, in order."""

    vectors: FloatArray
    """What likes it and what has seen it, in units of fame, and what those who like it like, as
    `Cooccurrence.of`, side by side: (n, columns).
    """
    seen: FloatArray
    """Share of the people who have seen it, (n,)."""
    approval: FloatArray
    """Share of these who like it, (n,)."""


_DOUBT: Final = 1e-3
"""Share of the people that are added to those who like a film, and to those who do not."""


def foretell(bundle: Bundle, facts: CatalogueFacts, settings: ExtensionSettings) -> StandIns:
    """What is foretold of the films behind those that have ratings; `facts` of them all."""
    encoder, catalogue = bundle.network.encoder, facts.catalogue
    rated, like, seen = (
        encoder.n_items,
        encoder.like_prior[0].numpy(),
        encoder.seen_prior[0].numpy(),
    )
    fame = fame_of(seen)
    targets = np.concatenate(
        [
            np.log(seen + RARE)[:, None],
            np.log((like + _DOUBT) / (np.maximum(seen - like, 0.0) + _DOUBT))[:, None],
            encoder.like[0].numpy() / fame,
            encoder.seen[0].numpy() / fame,
            bundle.network.affinities[0].cooccurrence.of,
        ],
        axis=1,
    )
    found = _regressed(_features(facts, rated, settings), targets, settings.ridge)
    people = catalogue.n_ratings[:rated].sum() / max(float(seen.sum()), 1e-9)
    could = settings.people + people * catalogue.rated_shares[rated : catalogue.n_items]
    rating = catalogue.n_ratings[rated : catalogue.n_items]
    foretold = settings.people * np.minimum(np.exp(found[:, 0]), 1.0)
    codes, basis = low_rank(found[:, 2:], settings.rank)
    return StandIns(
        codes @ basis,
        ((foretold + rating) / could).astype(np.float32),
        expit(found[:, 1]).astype(np.float32),
    )


def _features(facts: CatalogueFacts, rated: int, settings: ExtensionSettings) -> sparse.csr_matrix:
    """What is said of films, and how much is known of them, (n_items, columns)."""
    words = said_of_films(facts)
    numbers = _numbers(facts, words)
    scale = np.maximum(numbers[:rated].std(axis=0), 1e-6)
    numbers = (numbers - numbers[:rated].mean(axis=0)) / scale
    weight = np.sqrt(settings.known / numbers.shape[1])
    said = features(facts.catalogue, words, TypicalitySettings()).table
    return sparse.hstack([said, sparse.csr_matrix(weight * numbers)]).tocsr().astype(np.float32)


def _numbers(facts: CatalogueFacts, words: Words) -> FloatArray:
    """How many facts, words, titles … are known of films, in logs, and their time: (n_items, k)."""
    catalogue, texts = facts.catalogue, facts.facts.texts
    rows = catalogue.rows_of(facts.facts.movie_ids)
    known = (rows >= 0) & (rows < catalogue.n_items)

    def by_film(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        column = np.zeros(catalogue.n_items)
        column[rows[known]] = values[known]
        return column

    titles = np.diff(texts["titles"].offsets.to_numpy())
    lengths = [np.diff(facts.facts.lists[fact].starts) for fact in Fact]
    told = [pc.utf8_length(texts[name]).to_numpy() > 0 for name in ("article", "trailer")]
    counts = [by_film(values) for values in (*lengths, titles, *told)]
    time = (catalogue.years[: catalogue.n_items] - _MIDDLE) / _SPAN
    columns = [*np.log1p([*counts, words.said.getnnz(axis=1)]), time, time**2]
    return np.stack(columns, axis=1).astype(np.float32)


_MIDDLE: Final = 1990
_SPAN: Final = 20.0


def _regressed(table: sparse.csr_matrix, targets: FloatArray, ridge: float) -> FloatArray:
    """Ridge regression on the first rows, whose targets are given, read at all others."""
    rated, mean = len(targets), targets.mean(axis=0)
    known = table[:rated]
    kernel = (known @ known.T).toarray()
    kernel[np.diag_indices(rated)] += ridge
    weights = known.T @ solve(kernel, targets - mean, assume_a="pos", overwrite_a=True)
    found: FloatArray = (table[rated:] @ weights + mean).astype(np.float32)
    return found


# ---- the catalogue and the network with them

_NAMED: Final[Mapping[str, int]] = MappingProxyType(
    {"country": 3, "language": 1, "director": 1, "person": 1, "series": 3, "source": 1}
)
"""Kinds of facets that the films bring with them, and how many of the films each needs."""
_PLACES: Final = ("country", "language")
_LOOSE: Final = ("tag", "keyword")
"""Kinds that give way to a place of the same name, as they do in `core.data.facets`."""


def _named(catalogue: Catalogue, facts: CatalogueFacts) -> Mapping[Facet, IntArray]:
    """The places, people and series that enough films share now, with the rows of their films."""
    taken = {facet.key for facet in catalogue.facets}
    things = {facet.name.casefold() for facet in catalogue.facets if facet.kind not in _NAMED}

    def is_new(facet: Facet, rows: IntArray) -> bool:
        least = _NAMED.get(facet.kind, len(catalogue.movies))
        is_free = facet.kind in _PLACES or facet.name.casefold() not in things
        enough = int(np.searchsorted(rows, catalogue.n_items)) >= least
        return is_free and enough and facet.key not in taken

    return {facet: rows for facet, rows in with_facts({}, facts).items() if is_new(facet, rows)}


def _giving_way(catalogue: Catalogue, new: Iterable[Facet]) -> Catalogue:
    """Without the tags and keywords that are the name of a new place."""
    places = {facet.name.casefold() for facet in new if facet.kind in _PLACES}
    kept = [
        number
        for number, facet in enumerate(catalogue.facets)
        if facet.kind not in _LOOSE or facet.name.casefold() not in places
    ]
    typical = catalogue.typicality
    return dataclasses.replace(
        catalogue,
        facets=tuple(catalogue.facets[number] for number in kept),
        membership=catalogue.membership[kept],
        typicality=None if typical is None else typical[kept],
    )


def _with_facets(catalogue: Catalogue, new: Mapping[Facet, IntArray]) -> Catalogue:
    """With these behind its facets; films are of them to the full."""
    starts = np.cumsum([0, *map(len, new.values())])
    films = np.concatenate([np.zeros(0, np.int64), *new.values()])
    shape = (len(new), len(catalogue.movies))
    added = sparse.csr_matrix((np.ones(len(films), dtype=np.bool_), films, starts), shape=shape)
    typical = catalogue.typicality
    if typical is not None:
        whole = added[:, : catalogue.n_items].astype(np.float32)
        typical = sparse.vstack([typical, whole]).tocsr()
    return dataclasses.replace(
        catalogue,
        facets=(*catalogue.facets, *new),
        membership=sparse.vstack([catalogue.membership, added]).tocsr(),
        typicality=typical,
    )


def _with_tables(
    after: Catalogue, before: Catalogue, words: Words, settings: ExtensionSettings
) -> Catalogue:
    """With how typical films are of their facets, and which films are alike; as it was between
    those that could be recommended before. Those that are added are of each facet what its films
    usually are.
    """
    rated, facets = before.n_items, len(before.facets)
    members = after.membership[:, : after.n_items].astype(np.float32).tocsr()
    degrees = before.degrees.minimum(members[:facets, :rated])
    usual = np.ravel(degrees.sum(axis=1)) / np.maximum(members[:facets, :rated].getnnz(axis=1), 1)
    new = np.ones(len(after.facets) - facets)
    known = sparse.vstack([before.degrees, members[facets:, :rated]])
    added = sparse.diags(np.concatenate([usual, new])) @ members[:, rated:]
    alike = akin(words, settings.akin, first=rated)
    between = sparse.csr_matrix((rated, rated)) if before.akin is None else before.akin
    above = sparse.hstack([between, alike[:, :rated].T])
    tables = sparse.hstack([known, added]), sparse.vstack([above, alike])
    typical, whole = (table.tocsr().astype(np.float32) for table in tables)
    for table in (typical, whole):
        table.sort_indices()
    return dataclasses.replace(after, typicality=typical, akin=whole, rated=rated)


def rebuilt(bundle: Bundle, catalogue: Catalogue, stand_ins: StandIns) -> Bundle:
    """The bundle of the catalogue: as it was of the films that have ratings."""
    network, encoder = bundle.network, bundle.network.encoder
    liked, seen = stand_ins.seen * stand_ins.approval, stand_ins.seen
    width = encoder.dimensions
    like_beyond, seen_beyond, of = np.split(stand_ins.vectors, [width, 2 * width], axis=1)
    added = (fame_of(seen) * like_beyond, fame_of(seen) * seen_beyond, liked, seen)
    fitted = (encoder.like, encoder.seen, encoder.like_prior, encoder.seen_prior)
    both = (np.concatenate([one[0].numpy(), two]) for one, two in zip(fitted, added, strict=True))
    classes = network.served_classes
    like, watched, like_prior, seen_prior = both
    kinds = classes and classes.as_type(np.float32)
    whole = MovieVectors(like, watched, like_prior, seen_prior, kinds)
    lifts = network.affinities[0].cooccurrence
    talked = _talked(lifts.talk_prior, encoder.seen_prior[0].numpy(), seen)
    of = np.concatenate([lifts.of, of])
    lifts = dataclasses.replace(lifts, of=of, talk_prior=talked)
    rebuilt = QNetwork(
        catalogue,
        [whole],
        hidden=int(bundle.settings["hidden"]),
        affinities=(Affinity(catalogue, lifts, approval(whole)),),
    )
    state = network.state_dict()
    state["lift"] = torch.cat([network.lift, torch.zeros(len(seen))])
    rebuilt.load_state_dict(state)
    rebuilt.eval().requires_grad_(False)
    panel = bundle.panel
    if panel is not None:
        panel = renumbered(panel, catalogue.rows_of(bundle.catalogue.movie_ids))
    metrics = {**bundle.metrics, **({"films without ratings": len(seen)} if len(seen) else {})}
    return dataclasses.replace(
        bundle, catalogue=catalogue, network=rebuilt, metrics=metrics, panel=panel
    )


def _talked(talk_prior: FloatArray, rated: FloatArray, seen: FloatArray) -> FloatArray:
    """How readily films are named: of those added, as others of their fame are."""
    slope, level = np.polyfit(np.log(rated + RARE), talk_prior, 1)
    beyond = slope * np.log(seen + RARE) + level
    return np.concatenate([talk_prior, beyond]).astype(np.float32)
