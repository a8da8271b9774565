"""A small cinema for the tests: two dozen real films and a policy whose every number can be worked
out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from assistant.chat import Assistant
from assistant.language.understand import Understanding
from core.catalogue import Catalogue
from core.data.reading import read
from core.domain import Outcome
from core.model.channels import Fame
from core.model.policy import Exploration, FloatArray, IntArray, Policy
from core.store import Store

FILMS = (
    (1, "Alien (1979)", "Horror|Sci-Fi"),
    (2, '"Thing, The (1982)"', "Horror|Sci-Fi"),
    (3, "Titanic (1997)", "Drama|Romance"),
    (4, "Aliens (1986)", "Action|Sci-Fi"),
    (5, "Men in Black (1997)", "Comedy|Sci-Fi"),
    (6, "Galaxy Quest (1999)", "Comedy|Sci-Fi"),
    (7, "Event Horizon (1997)", "Horror|Sci-Fi"),
    (8, "Notting Hill (1999)", "Comedy|Romance"),
    (9, "Groundhog Day (1993)", "Comedy|Romance"),
    (10, "Tremors (1990)", "Comedy|Horror"),
    (11, "Blazing Saddles (1974)", "Comedy|Western"),
    (12, "Unforgiven (1992)", "Western"),
    (13, "Solaris (1972)", "Drama|Sci-Fi"),
    (14, "Solaris (2002)", "Drama|Sci-Fi"),
    (15, "Casablanca (1942)", "Drama|Romance"),
    (16, "Moulin Rouge (2001)", "Musical|Romance"),
    (17, "Cabaret (1972)", "Musical|Drama"),
    (18, "Heat (1995)", "Crime|Thriller"),
    (19, "Ghostbusters (1984)", "Comedy|Sci-Fi"),
    (20, "Shaun of the Dead (2004)", "Comedy|Horror"),
    (21, "Amelie (2001)", "Comedy|Romance"),
    (22, "Jaws (1975)", "Horror|Thriller"),
)

WEIGHT = {
    Outcome.STATED_LIKE: 0.4,
    Outcome.UP: 0.4,
    Outcome.STATED_DISLIKE: -0.4,
    Outcome.DOWN: -0.4,
    Outcome.WANTED: 0.5,
    Outcome.AVOIDED: -0.5,
    Outcome.SHOWN: -0.02,
}
"""How much an event says for each film that shares a genre with it (for a facet: that has it)."""


class Linear:
    """Q = 0.5 − 0.01 × row + Σ over events of weight × genres shared / genres of the film, and what
    the knob gives."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._fame = Fame(catalogue)
        self._base = (0.5 - 0.01 * np.arange(catalogue.n_items)).astype(np.float32)

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> FloatArray:
        """As the protocol says."""
        parts = [
            self._base + np.sum([self._part(*event) for event in observation], axis=0)
            for observation in observations
        ]
        return np.stack(parts).astype(np.float32) + self._knob(observations, gems)

    def contributions(
        self, observation: np.ndarray, rows: IntArray, gems: float = 0.0
    ) -> FloatArray:
        """As the protocol says."""
        parts = [
            self._base[rows],
            0.0 * self._base[rows],
            *(self._part(*event)[rows] for event in observation),
            self._knob(observation[None], gems)[0, rows],
        ]
        return np.stack(parts, axis=1).astype(np.float32)

    def _knob(self, observations: np.ndarray, gems: float) -> FloatArray:
        gained: FloatArray = self._fame.knob(torch.from_numpy(observations).long(), gems).numpy()
        return gained

    def _part(self, token: int, outcome: int) -> FloatArray:
        weight = WEIGHT.get(Outcome(outcome), 0.0)
        catalogue = self._catalogue
        if not token or not weight:
            return np.zeros(catalogue.n_items, dtype=np.float32)
        if catalogue.is_facet(token):
            return np.float32(weight) * catalogue.has(token).astype(np.float32)
        genres = set(catalogue.movie(token).genres)
        shared = [
            len(genres & set(movie.genres)) / len(movie.genres)
            for movie in catalogue.movies[: catalogue.n_items]
        ]
        return np.float32(weight) * np.array(shared, dtype=np.float32)


def catalogue(folder: Path) -> Catalogue:
    """The films above, all of which can be recommended, in that order of evidence."""
    folder.mkdir(exist_ok=True)
    rows = "\n".join(f"{number},{title},{genres}" for number, title, genres in FILMS)
    (folder / "movies.csv").write_text(f"movieId,title,genres\n{rows}\n", encoding="utf-8")
    ratings = "\n".join(
        f"{user},{number},4.0,{1_000_000_000 + user}"
        for number, _, _ in FILMS
        for user in range(1, 2 + len(FILMS) - number + 1)
    )
    (folder / "ratings.csv").write_text(
        f"userId,movieId,rating,timestamp\n{ratings}\n", encoding="utf-8"
    )
    return read(folder, min_ratings=1).catalogue


def assistant(films: Catalogue, url: str, *, gambles: float = 0.0, seed: int = 0) -> Assistant:
    """An assistant with the real understanding and store; greedy unless told to gamble."""
    policy = Policy(Linear(films), films, "linear-1", Exploration(share=gambles))
    return Assistant(policy, Understanding(films), Store.open(url), seed=seed)
