"""Which films answer a wish: learned from wishes and the films that people name for them.

A wish means facets (`core.data.search.Answers`), and films are typical of these. Points of words
and facets start where `core.training.meanings` has put them; from there the likelihood moves them
with which the films that were named are drawn from all films, beside others that are drawn by
their fame and by the words that they hold. Which film is famous is left to the policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn.functional import embedding_bag

from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts
from core.data.search import WordIndex, stems
from core.data.typicality import GRADED
from core.domain import Facet
from core.errors import DataError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_FILM: Final = re.compile(r"\s*(?P<title>.+?)\s*\((?P<year>\d{4})\)\s*")
_OF: Final = " :: "
_FIRST: Final = 9
"""Films that three turns show."""


class AnsweredWish(NamedTuple):
    """What somebody wishes for, and rows of the films that were named for it."""

    text: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How the answers are learned; chosen on the wishes of one writer out of eight."""

    least_films: int = 3
    """Films that a facet needs."""
    epochs: int = 12
    batch: int = 64
    rate: float = 3e-3
    held: float = 3e-4
    """Weight of the squares by which the two maps leave where they began, and of those by which
    words and facets do."""
    known: int = 1_500
    """Best known films that are compared with those that were named."""
    drawn: int = 2_000
    """Films drawn from all others, each of which stands for several."""
    sharp: float = 8.0
    """Logit by which a facet is meant that stands right where a text does, at the start."""
    seed: int = 0


def read_wishes(path: Path, catalogue: Catalogue) -> list[AnsweredWish]:
    """A file of wishes, one a line: `a wish :: Title (year) | Title (year)`.

    Films that the catalogue does not hold, or cannot recommend, are left out, and so are wishes
    without films. DataError for a line that names no film.
    """
    by_name = _by_name(catalogue)
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text, parting, named = line.partition(_OF)
        films = [match for one in named.split("|") if (match := _FILM.fullmatch(one))]
        if not parting or not films:
            raise DataError(f"{path}, line {number}: a wish is {_OF!r} Title (year) | …: {line!r}.")
        rows = (_row(by_name, match["title"], int(match["year"])) for match in films)
        known = tuple(dict.fromkeys(row for row in rows if row is not None))
        if known:
            found.append(AnsweredWish(text.strip(), known))
    return found


def _by_name(catalogue: Catalogue) -> dict[str, list[tuple[int, int]]]:
    """Years and rows of the films that can be recommended, by title."""
    found: dict[str, list[tuple[int, int]]] = {}
    for movie in catalogue.movies[: catalogue.n_items]:
        for name in (movie.title, *movie.aliases):
            found.setdefault(_plain(name), []).append((movie.year, movie.row))
    return found


_ARTICLE: Final = re.compile(r"^(?:the|an?) | (?:the|an?)$")


def _plain(title: str) -> str:
    """A title without marks and without its article, in lower case."""
    words = " ".join(re.findall(r"[^\W_]+", title.lower().replace("&", " and ")))
    return _ARTICLE.sub("", words)


def _row(by_name: dict[str, list[tuple[int, int]]], title: str, year: int) -> int | None:
    """The film of a title, of that year or of one beside it."""
    near = ((abs(other - year), row) for other, row in by_name.get(_plain(title), ()))
    return min((one for one in near if one[0] <= 1), default=(0, None))[1]


def recalled(wishes: Sequence[AnsweredWish], facts: CatalogueFacts) -> float:
    """Films that were named among the first nine that answer, best known first where they answer
    alike, on average.
    """
    index, fame = WordIndex(facts), _fame(facts.catalogue)
    found = []
    for wish in wishes:
        first = np.argsort(-(index.answer(wish.text) + _FAME * fame))[:_FIRST]
        found.append(len(set(first.tolist()) & set(wish.rows)))
    return float(np.mean(found))


_FAME: Final = 0.5
"""Nats that a film gains by a standard deviation of its fame, as the fit has it."""


def _fame(catalogue: Catalogue) -> FloatArray:
    """Logs of how many have rated each film, standardized, (n_items,)."""
    logs = np.log1p(catalogue.n_ratings[: catalogue.n_items])
    fame: FloatArray = ((logs - logs.mean()) / (logs.std() or 1.0)).astype(np.float32)
    return fame


def learn_answers(
    wishes: Sequence[AnsweredWish], facts: CatalogueFacts, settings: AnswerSettings | None = None
) -> pa.Table:
    """The table of `core.data.search.Answers`.

    Args:
        wishes: with the films that were named for them.
        facts: a pack that knows what words mean, for a catalogue.
        settings: how to learn.
    """
    chosen = settings or AnswerSettings()
    torch.manual_seed(chosen.seed)
    index, catalogue = WordIndex(facts), facts.catalogue
    facets = _facets(catalogue, chosen.least_films)
    start = _Start.of(facts, facets)
    films, drawn = _compared(wishes, catalogue, chosen)
    typical = catalogue.degrees[facets][:, films].astype(np.float32)
    network = _Network(start, typical, chosen)
    place_of = {row: place for place, row in enumerate(films.tolist())}
    relevance = np.stack([index.relevance(wish.text)[films] for wish in wishes])
    said, fame = torch.from_numpy(relevance), torch.from_numpy(_fame(catalogue)[films])
    bags = [start.bag(wish.text) for wish in wishes]
    named = [[place_of[row] for row in wish.rows] for wish in wishes]

    def loss(some: Sequence[int]) -> Tensor:
        scores = network([bags[at] for at in some], said[list(some)], fame)
        likely = scores - torch.logsumexp(scores + drawn, 1, keepdim=True)
        means = [likely[place, named[at]].mean() for place, at in enumerate(some)]
        return chosen.held * network.moved() - torch.stack(means).mean()

    _descend(network, len(wishes), loss, chosen)
    return network.table([catalogue.facets[number] for number in facets], start.names)


def _descend(
    network: _Network, count: int, loss: Callable[[Sequence[int]], Tensor], settings: AnswerSettings
) -> None:
    """Adam on the loss of batches of rows, in another order each round."""
    generator = np.random.default_rng(settings.seed)
    steps = torch.optim.Adam(network.groups(settings.rate))
    for _ in range(settings.epochs):
        order = generator.permutation(count)
        for first in range(0, count, settings.batch):
            steps.zero_grad()
            loss(order[first : first + settings.batch].tolist()).backward()  # type: ignore[no-untyped-call]
            steps.step()


def _facets(catalogue: Catalogue, least: int) -> list[int]:
    """Numbers of the facets of which films are typical, and that enough films have."""
    films = catalogue.membership[:, : catalogue.n_items].getnnz(axis=1)
    return [
        number
        for number, facet in enumerate(catalogue.facets)
        if facet.kind in GRADED and films[number] >= least
    ]


def _compared(
    wishes: Sequence[AnsweredWish], catalogue: Catalogue, settings: AnswerSettings
) -> tuple[IntArray, Tensor]:
    """Rows of the films that are told apart, and the logs of how many films each stands for."""
    known = np.argsort(-catalogue.n_ratings[: catalogue.n_items], kind="stable")[: settings.known]
    named = {row for wish in wishes for row in wish.rows} | set(known.tolist())
    others = np.array(sorted(set(range(catalogue.n_items)) - named), dtype=np.int64)
    count = min(settings.drawn, len(others))
    some = np.random.default_rng(settings.seed).choice(others, count, replace=False)
    weights = np.zeros(len(named) + count, dtype=np.float32)
    weights[len(named) :] = np.log(max(len(others), 1) / max(count, 1))
    return np.array([*sorted(named), *some.tolist()], dtype=np.int64), torch.from_numpy(weights)


class _Start(NamedTuple):
    """Where words and facets stand before any wish is known."""

    names: list[str]
    """The stems."""
    of_stems: FloatArray
    of_facets: FloatArray

    @classmethod
    def of(cls, facts: CatalogueFacts, facets: Sequence[int]) -> _Start:
        """What the meanings of a pack tell; a facet that they lack stands where its name does."""
        table, catalogue = facts.facts.meanings, facts.catalogue
        kinds, names = (table.column(name).to_pylist() for name in ("kind", "name"))
        flat = np.frombuffer(b"".join(table.column("vector").to_pylist()), dtype=np.int8)
        vectors = flat.reshape(len(kinds), -1).astype(np.float32)
        unit = float(dict(table.schema.metadata or {})[b"numbers"].split()[0])
        is_stem = np.array([not kind for kind in kinds])
        stems_known = [name for name, stem in zip(names, is_stem, strict=True) if stem]
        start = cls(stems_known, vectors[is_stem] * unit, vectors[:0])
        every = enumerate(zip(kinds, names, strict=True))
        place_of = {f"{kind}:{name}": row for row, (kind, name) in every}
        points = []
        for number in facets:
            facet = catalogue.facets[number]
            place = place_of.get(f"{facet.kind}:{facet.name}")
            said = start.of_stems[start.bag(facet.name)].sum(axis=0)
            point = said if place is None else vectors[place]
            points.append(point / max(float(np.linalg.norm(point)), 1e-9))
        return start._replace(of_facets=np.stack(points).astype(np.float32))

    def bag(self, text: str) -> list[int]:
        """Places of the stems of a text."""
        places = self.places()
        return [places[one] for one in dict.fromkeys(stems(text)) if one in places]

    def places(self) -> dict[str, int]:
        """Places of the stems, by name."""
        return _places(tuple(self.names))


class _Network(nn.Module):
    """Bags of stems → logs of how likely each film is named, but for a constant."""

    typical: Tensor

    def __init__(self, start: _Start, typical: sparse.csr_matrix, settings: AnswerSettings) -> None:
        super().__init__()
        width = start.of_stems.shape[1]
        same = torch.eye(width) * settings.sharp**0.5
        self._start = {
            "words": torch.from_numpy(start.of_stems),
            "facets": torch.from_numpy(start.of_facets),
            "of_words": same,
            "of_facets": same,
        }
        self.points = nn.ParameterDict(
            {name: nn.Parameter(value.clone()) for name, value in self._start.items()}
        )
        self.biases = nn.Parameter(torch.zeros(len(start.of_facets)))
        self.soft = nn.Parameter(torch.tensor(-1.2))
        """Log of the length of a text that is half as good as a long one."""
        self.floor = nn.Parameter(torch.tensor(-6.0))
        """Log of how typical a film is of anything."""
        self.meaning = nn.Parameter(torch.tensor(1.2))
        self.by_words = nn.Parameter(torch.tensor(0.5))
        self.by_fame = nn.Parameter(torch.tensor(0.5))
        self.register_buffer("typical", torch.from_numpy(typical.toarray()), persistent=False)

    def groups(self, rate: float) -> list[dict[str, object]]:
        """What learns, and how fast."""
        maps = [*self.points.values(), self.biases]
        scales = [self.soft, self.floor, self.meaning, self.by_words, self.by_fame]
        return [{"params": maps, "lr": rate}, {"params": scales, "lr": _FASTER * rate}]

    def moved(self) -> Tensor:
        """How far the points are from where they began, in squares."""
        parts = [((self.points[name] - was) ** 2).sum() for name, was in self._start.items()]
        return torch.stack(parts).sum() + _RARELY * (self.biases**2).mean()

    def forward(self, bags: Sequence[Sequence[int]], words: Tensor, fame: Tensor) -> Tensor:
        """Of B bags, the relevance of films by words, (B, films), and their fame: (B, films)."""
        flat = torch.tensor([stem for bag in bags for stem in bag], dtype=torch.long)
        begins = torch.tensor(np.cumsum([0, *(len(bag) for bag in bags[:-1])]))
        said = embedding_bag(flat, self.points["words"], begins, mode="sum")
        said = said / (said.norm(dim=1, keepdim=True) + self.soft.exp())
        meant = torch.softmax(said @ self._keys().T + self.biases, dim=1)
        typical = torch.log1p(meant @ self.typical / self.floor.exp())
        return self.meaning * typical + self.by_words * words + self.by_fame * fame

    def _keys(self) -> Tensor:
        """Points of the facets as texts meet them: both maps at once."""
        maps = self.points["of_facets"] @ self.points["of_words"].T
        keys: Tensor = self.points["facets"] @ maps
        return keys

    def table(self, facets: Sequence[Facet], names: Sequence[str]) -> pa.Table:
        """What was learned, in bytes."""
        with torch.no_grad():
            parts = [self.points["words"].numpy(), self._keys().numpy()]
        units = [max(float(np.abs(part).max()), 1e-9) / 127 for part in parts]
        rows = [
            row.astype(np.int8).tobytes()
            for part, unit in zip(parts, units, strict=True)
            for row in np.round(part / unit)
        ]
        scales = (self.soft.exp(), self.floor.exp(), self.meaning, self.by_words)
        numbers = " ".join(f"{number:.6g}" for number in (*units, *(one.item() for one in scales)))
        table = pa.table(
            {
                "kind": [*[""] * len(names), *(facet.kind for facet in facets)],
                "name": [*names, *(facet.name for facet in facets)],
                "bias": pa.array([*[0.0] * len(names), *self.biases.tolist()], pa.float32()),
                "vector": pa.array(rows, pa.binary(parts[0].shape[1])),
            }
        )
        return table.replace_schema_metadata({"numbers": numbers})


_FASTER: Final = 10.0
"""How much faster the few scales learn than the many points."""
_RARELY: Final = 30.0
"""Weight of the biases beside the points."""


@lru_cache(maxsize=4)
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
