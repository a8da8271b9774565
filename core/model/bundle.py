"""A trained policy as a folder: JSON manifest, safetensors weights, Parquet tables. No pickle.

manifest.json        format, settings, data fingerprint, metrics, git revision, SHA-256 of the
                     other files
weights.safetensors  what the network has learned; the movie vectors and the films' cooccurrence in
                     float16; of films without ratings codes of few numbers, and what they stand for
movies.parquet       every title known, in row order: movieId, title, year, genres, aliases, links,
                     evidence, facets
facets.parquet       what films share: kind, name, what else people call it
panel.parquet        ratings of people it did not learn from: person, row, half stars

A catalogue as two Parquet tables: films and the facets that they share.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from scipy import sparse
from torch import Tensor

from core.catalogue import Catalogue
from core.data.facts import FilmFacts, sha256_of
from core.data.ratings import Ratings
from core.data.telling import columns_of
from core.data.typicality import by_country
from core.domain import Facet, Movie
from core.errors import BundleError
from core.model.affinity import Affinity
from core.model.calibration import Calibration, approval
from core.model.cooccurrence import Cooccurrence
from core.model.factors import LatentClasses, MovieVectors, fame_of, low_rank
from core.model.policy import Exploration, Match, Policy, PolicyScorer
from core.model.qnetwork import QNetwork


def write_tables(catalogue: Catalogue, films: Path, names: Path) -> None:
    """Writes both tables, in row order."""
    movies = catalogue.movies
    by_movie = catalogue.membership.T.tocsr()
    by_movie.sort_indices()
    table = pa.table(
        {
            "movieId": pa.array(catalogue.movie_ids, pa.int32()),
            "title": [movie.title for movie in movies],
            "year": pa.array(catalogue.years, pa.int16()),
            "genres": pa.array([movie.genres for movie in movies], pa.list_(pa.string())),
            "aliases": pa.array([movie.aliases for movie in movies], pa.list_(pa.string())),
            "imdbId": pa.array([movie.imdb_id for movie in movies], pa.int64()),
            "tmdbId": pa.array([movie.tmdb_id for movie in movies], pa.int64()),
            "ratings": pa.array(catalogue.n_ratings, pa.int32()),
            "facets": pa.ListArray.from_arrays(
                pa.array(by_movie.indptr, pa.int32()), pa.array(by_movie.indices, pa.int32())
            ),
        }
    )
    facets = pa.table(
        {
            "kind": [facet.kind for facet in catalogue.facets],
            "name": pa.array([facet.name for facet in catalogue.facets], pa.string()),
            "aliases": pa.array(
                [facet.aliases for facet in catalogue.facets], pa.list_(pa.string())
            ),
        }
    )
    pq.write_table(table, films, compression="zstd", compression_level=19)
    pq.write_table(facets, names, compression="zstd")


def read_tables(films: Path, facets: Path, n_items: int) -> Catalogue:
    """The catalogue; ValueError where a table is broken or lacks a column."""
    try:
        # Read whole in this thread: memory mapping or threads gain nothing at this size, and
        # `read_table` imports pandas.
        table = pq.ParquetFile(films).read(use_threads=False)
        names = pq.ParquetFile(facets).read(use_threads=False).to_pylist()
        columns = {
            name: table.column(name).to_pylist() for name in table.column_names if name != "facets"
        }
        owned = table.column("facets").combine_chunks()
        offsets, indices = map(np.from_dlpack, (owned.offsets, owned.values))
        by_movie = sparse.csr_matrix(
            (np.ones(len(indices), dtype=np.bool_), indices.astype(np.int32), offsets),
            shape=(len(table), len(names)),
        )
        keys = ("movieId", "title", "year", "genres", "aliases", "imdbId", "tmdbId")
        movies = tuple(
            Movie(row, movie_id, title, year, tuple(genres), tuple(aliases), imdb_id, tmdb_id)
            for row, (movie_id, title, year, genres, aliases, imdb_id, tmdb_id) in enumerate(
                zip(*(columns[key] for key in keys), strict=True)
            )
        )
        owners = tuple(
            Facet(entry["kind"], entry["name"], tuple(entry.get("aliases", ()))) for entry in names
        )
        return Catalogue(
            movies,
            owners,
            by_movie.T.tocsr(),
            np.array(columns["ratings"], dtype=np.int64),
            n_items,
        )
    except (pa.ArrowException, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error


FORMAT = 7
"""Version of the layout; a higher one on disk is refused. Format 1 had no cooccurrence of films: it
ranks by Q alone. Format 2 had no classes of people, in format 3 they did not say where a taste is
expected. Up to format 4 the cooccurrence of films was that of EASE. Up to format 5 mood, pull,
wishes and fame had fixed weights outside the network, and nothing was learned from recorded
conversations. Up to format 6 every film that can be recommended had ratings."""

_WEIGHTS, _MOVIES, _FACETS = "weights.safetensors", "movies.parquet", "facets.parquet"
_FILES, _PANEL = (_WEIGHTS, _MOVIES, _FACETS), "panel.parquet"
_COOCCURRENCE = {"of": "of", "to": "to", "talk_prior": "appeal"}
"""Field → tensor, after "company.". Names on disk stay as format 2 gave them, so that older bundles
load."""
_CSR = ("indptr", "indices", "data")
"""Tensors of a CSR matrix, after its name: "named." for films that are named together."""
_VECTORS = ("like", "seen", "like_prior", "seen_prior")
_FORETOLD = ("vectors.like", "vectors.seen", "company.of")
"""Tensors that hold of films without ratings what was foretold."""
_LIFTED = 5
"""First format whose cooccurrence of films is that of lifts."""
_ONE_SCORE = 6
"""First format whose network holds all that ranks."""
_FINE = 255.0
"""Steps of typicality and likeness on disk."""
_EASE = 60.0
"""Log-lifts per unit of EASE weight, where their strength in the pull is the same."""
_CLASSES = ("prior", "liked", "disliked", "fair")


@dataclass(frozen=True, eq=False)
class Bundle:
    """A catalogue, a network with one set of movie vectors, and what the manifest says of them."""

    catalogue: Catalogue
    network: QNetwork
    settings: Mapping[str, Any]
    """Settings of the training, JSON-able."""
    metrics: Mapping[str, Any]
    """Figures on validation people, JSON-able."""
    fingerprint: str
    """SHA-256 of the ratings and titles it was trained on."""
    _: KW_ONLY
    revision: str = ""
    """Git revision of the code, "" where unknown."""
    version: str = field(default="unsaved")
    """First 12 hex digits of the manifest's SHA-256: names the policy in the log."""
    calibration: Calibration | None = None
    """Of the match figure; None in bundles from before there was one."""
    people: frozenset[str] = frozenset()
    """`core.data.ratings.fingerprints` of whom it was trained on; empty in older bundles."""
    conversations: frozenset[str] = frozenset()
    """Ids of the recorded conversations that it has learned from."""
    panel: Ratings | None = None
    """People it did not learn from, who have a veto on what learns on from it; none in older
    bundles."""

    @property
    def gamma(self) -> float:
        """Discount of the Q-values."""
        return float(self.settings["agent"]["gamma"])

    def policy(self, exploration: Exploration | None = None) -> Policy:
        """The policy that serves from this bundle."""
        return Policy(self.network, self.catalogue, self.version, exploration, match=self._match)

    def scorer(self) -> PolicyScorer:
        """The policy as the evaluation asks for it."""
        return PolicyScorer(self.policy(), self.network, self.gamma, calibration=self.calibration)

    @property
    def _match(self) -> Match | None:
        return None if self.calibration is None else partial(self.calibration.of_one, self.network)

    # ---- disk

    def save(self, folder: Path | str) -> Bundle:
        """Writes the folder; returns the bundle as it will be loaded (vectors rounded to float16).

        An existing bundle in the folder is replaced; the manifest is written last, so a broken
        write is noticed.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        tensors = _tensors(self.network) | _csr_tensors(self.catalogue)
        (folder / _WEIGHTS).write_bytes(save_tensors(tensors))
        write_tables(self.catalogue, folder / _MOVIES, folder / _FACETS)
        (folder / _PANEL).unlink(missing_ok=True)
        if self.panel is not None:
            _write_panel(self.panel, folder / _PANEL)
        files = (*_FILES, *((_PANEL,) if self.panel is not None else ()))
        manifest = {
            "format": FORMAT,
            "n_items": self.catalogue.n_items,
            "settings": dict(self.settings),
            "metrics": dict(self.metrics),
            "data": self.fingerprint,
            "revision": self.revision,
            "people": sorted(self.people),
            "conversations": sorted(self.conversations),
            "match": None if self.calibration is None else self.calibration.to_record(),
            "sha256": {name: sha256_of(folder / name) for name in files},
        }
        (folder / "manifest.json").write_text(
            json.dumps(manifest, indent=2, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8"
        )
        return Bundle.load(folder)

    @classmethod
    def load(cls, folder: Path | str, facts: FilmFacts | None = None) -> Bundle:
        """Reads and verifies a folder; with `facts` films can be bounded by their numbers, too.

        Raises BundleError where a file is missing or altered, or the format is newer than this
        version's.
        """
        folder = Path(folder)
        manifest, version = _read_manifest(folder)
        try:
            catalogue = read_tables(folder / _MOVIES, folder / _FACETS, manifest["n_items"])
        except ValueError as error:
            raise _broken(folder, f"its tables cannot be read ({error})") from error
        if facts is not None:
            catalogue = replace(catalogue, columns=columns_of(facts.of(catalogue)))
        try:
            tensors = load_tensors((folder / _WEIGHTS).read_bytes())
            n_items = catalogue.n_items
            typical = _csr(tensors, "typicality", len(catalogue.facets), n_items)
            akin = _csr(tensors, "akin", n_items, n_items)
            typical = None if typical is None else by_country(typical, catalogue)
            catalogue = replace(catalogue, typicality=typical, akin=akin)
            _unfold(tensors)
            vectors = _vectors(tensors)
            if vectors.classes is not None:
                catalogue = replace(catalogue, rated=vectors.classes.n_items)
            affinity = _affinity(tensors, catalogue, approval(vectors), manifest["format"])
            network = QNetwork(
                catalogue,
                [vectors],
                hidden=int(manifest["settings"]["hidden"]),
                affinities=() if affinity is None else (affinity,),
            )
            network.load_state_dict(_completed(tensors, network, manifest["format"]))
            calibration = Calibration.from_record(manifest.get("match"))  # not in older bundles
        except (SafetensorError, KeyError, RuntimeError, ValueError, TypeError) as error:
            raise _broken(folder, f"{_WEIGHTS} does not fit the manifest ({error})") from error
        if not all(bool(value.isfinite().all()) for value in network.state_dict().values()):
            raise _broken(folder, f"{_WEIGHTS} holds numbers that are not finite")
        network.eval().requires_grad_(False)
        return cls(
            catalogue,
            network,
            manifest["settings"],
            manifest["metrics"],
            manifest["data"],
            revision=manifest["revision"],
            version=version,
            calibration=calibration,
            people=frozenset(manifest.get("people", ())),
            conversations=frozenset(manifest.get("conversations", ())),
            panel=_read_panel(folder / _PANEL, catalogue) if _PANEL in manifest["sha256"] else None,
        )


def _tensors(network: QNetwork) -> dict[str, Tensor]:
    """What is saved: the state of the network, and in float16 what it was built from."""
    encoder, classes = network.encoder, network.served_classes
    fitted = {f"vectors.{name}": getattr(encoder, name)[0] for name in _VECTORS}
    if classes is not None:
        rates = {f"classes.{name}": getattr(classes, name) for name in _CLASSES}
        fitted |= {name: torch.from_numpy(values) for name, values in rates.items()}
    for affinity in network.affinities[:1]:
        fitted |= _cooccurrence_tensors(affinity.cooccurrence)
    foretold = _folded(fitted, classes)
    learned = {name: value.detach().contiguous() for name, value in network.state_dict().items()}
    saved = (
        learned
        | {
            name: (value.half() if value.is_floating_point() else value).contiguous()
            for name, value in fitted.items()
        }
        | foretold
    )
    return saved if classes is None else saved | {"classes.fits": torch.tensor(classes.fits)}


def _folded(fitted: dict[str, Tensor], classes: LatentClasses | None) -> dict[str, Tensor]:
    """Takes the vectors of films without ratings out of these: their codes, and the basis."""
    if classes is None or classes.n_items == len(fitted["vectors.like"]):
        return {}
    rated = classes.n_items
    fame = torch.from_numpy(fame_of(fitted["vectors.seen_prior"][rated:].numpy()))
    vectors = [fitted[name][rated:] / fame for name in _FORETOLD[:2]]
    whole = torch.cat([*vectors, fitted[_FORETOLD[2]][rated:]], dim=1)
    codes, basis = map(torch.from_numpy, low_rank(whole.numpy()))
    fitted |= {name: fitted[name][:rated] for name in _FORETOLD}
    return {"foretold.codes": codes.half(), "foretold.basis": basis}


def _unfold(tensors: dict[str, Tensor]) -> None:
    """Puts the vectors of films without ratings behind those of the others."""
    if "foretold.codes" not in tensors:
        return
    codes, basis = (tensors.pop(f"foretold.{name}").float() for name in ("codes", "basis"))
    fame = torch.from_numpy(fame_of(tensors["vectors.seen_prior"][-len(codes) :].float().numpy()))
    widths = [tensors[name].shape[1] for name in _FORETOLD]
    like, seen, of = torch.tensor_split(codes @ basis, np.cumsum(widths)[:2].tolist(), dim=1)
    for name, part in zip(_FORETOLD, (fame * like, fame * seen, of), strict=True):
        tensors[name] = torch.cat([tensors[name].float(), part])


def _vectors(tensors: dict[str, Tensor]) -> MovieVectors:
    """Takes their tensors out of these."""
    fitted = (tensors.pop(f"vectors.{name}").float().numpy() for name in _VECTORS)
    like, seen, like_prior, seen_prior = fitted
    return MovieVectors(like, seen, like_prior, seen_prior, _classes(tensors))


def _cooccurrence_tensors(cooccurrence: Cooccurrence) -> dict[str, Tensor]:
    """Those of films liked together, and of films named together where there are any."""
    tables = {
        f"company.{written}": torch.from_numpy(getattr(cooccurrence, name))
        for name, written in _COOCCURRENCE.items()
    }
    if (named := cooccurrence.named_together) is None:
        return tables
    return tables | {f"named.{name}": torch.from_numpy(getattr(named, name)) for name in _CSR}


def _csr(tensors: dict[str, Tensor], name: str, rows: int, n: int) -> sparse.csr_matrix | None:
    """Takes the tensors of a table (rows, n) out of these; None where they have none.

    ValueError where they do not fit.
    """
    if f"{name}.data" not in tensors:
        return None
    starts, films, values = (tensors.pop(f"{name}.{part}") for part in _CSR)
    scale = _FINE if values.dtype == torch.uint8 else 1.0
    parts = values.float().numpy() / np.float32(scale), films.int().numpy(), starts.numpy()
    table = sparse.csr_matrix(parts, shape=(rows, n))
    table.check_format()
    return table


def _csr_tensors(catalogue: Catalogue) -> dict[str, Tensor]:
    """Tensors of the tables of a catalogue that hold 0 … 1."""
    found: dict[str, Tensor] = {}
    for name, table in (("typicality", catalogue.typicality), ("akin", catalogue.akin)):
        if table is not None:
            fine = np.rint(table.data * _FINE).astype(np.uint8)
            small = np.int16 if table.shape[1] <= np.iinfo(np.int16).max else np.int32
            parts = (table.indptr, table.indices.astype(small), fine)
            found |= {
                f"{name}.{part}": torch.from_numpy(one)
                for part, one in zip(_CSR, parts, strict=True)
            }
    return found


def _completed(tensors: dict[str, Tensor], network: QNetwork, written_as: int) -> dict[str, Tensor]:
    """What older bundles lack, with values that rank as they did."""
    start = network.state_dict()
    if written_as < _ONE_SCORE:
        # What lay outside the network has its weights now; the gates set two things more.
        outside = ("mood.", "fame.", "familiarity.", "strengths", "opening", "wishes")
        tensors |= {name: value for name, value in start.items() if name.startswith(outside)}
        last = max(name for name in start if name.startswith("gates."))[: -len("weight")]
        for name in (f"{last}weight", f"{last}bias"):
            missing = start[name].new_zeros(2, *start[name].shape[1:])
            tensors[name] = torch.cat([tensors[name], missing])
    for name, after in (("mood.slope", 0), ("mood.log_mass", 1)):
        # Kinds of moods that were not known then; what is after the kinds stays at the end.
        known = len(tensors[name]) - after
        new = start[name][known : len(start[name]) - after]
        tensors[name] = torch.cat([tensors[name][:known], new, tensors[name][known:]])
    known = len(tensors["strengths"])
    tensors["strengths"] = torch.cat([tensors["strengths"], start["strengths"][known:]])
    lacking = {
        "lift": torch.zeros(network.encoder.n_items),
        "encoder.log_spread": torch.tensor(0.0),
    }
    if network.classes is not None:
        lacking |= {f"classes.{name}": torch.tensor(0.0) for name in ("log_caution", "reach")}
    return lacking | tensors


def _affinity(
    tensors: dict[str, Tensor],
    catalogue: Catalogue,
    approved: npt.NDArray[np.float32],
    written_as: int,
) -> Affinity | None:
    """Takes its tensors out of these; None where they have none."""
    if not any(name.startswith("company.") for name in tensors):
        return None
    of, to, talk_prior = (
        tensors.pop(f"company.{name}").float().numpy() for name in _COOCCURRENCE.values()
    )
    cooccurrence = Cooccurrence(
        of if written_as >= _LIFTED else np.float32(_EASE) * of,
        to,
        talk_prior,
        _csr(tensors, "named", len(to), len(to)),
    )
    return Affinity(catalogue, cooccurrence, approved)


def _classes(tensors: dict[str, Tensor]) -> LatentClasses | None:
    """Takes their tensors out of these; None where they have none."""
    if "classes.fits" not in tensors:
        return None
    fits = int(tensors.pop("classes.fits"))
    return LatentClasses(
        fits, *(tensors.pop(f"classes.{name}").float().numpy() for name in _CLASSES)
    )


def _read_manifest(folder: Path) -> tuple[dict[str, Any], str]:
    """The manifest of complete and unaltered files, and its version; BundleError for others."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise BundleError(
            f"There is no trained model in {folder} (no manifest.json): point MARQUEE_BUNDLE at "
            f"one or make one with `python -m core train --data DIR --out {folder}`."
        )
    text = path.read_bytes()
    try:
        manifest: dict[str, Any] = json.loads(text)
        found = manifest["format"]
        hashes = dict(manifest["sha256"])
        complete = {"metrics", "data", "revision"} <= manifest.keys()
        complete &= isinstance(manifest["n_items"], int) and isinstance(manifest["settings"], dict)
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(folder, "manifest.json is not a manifest") from error
    if not isinstance(found, int) or found > FORMAT:
        raise BundleError(
            f"{folder} has format {found}, this version reads up to {FORMAT}: "
            "update Marquee, or train a new model."
        )
    if not complete:
        raise _broken(folder, "manifest.json lacks entries")
    for name in (*_FILES, *({_PANEL} & hashes.keys())):
        if not (folder / name).is_file():
            raise _broken(folder, f"{name} is missing")
        if sha256_of(folder / name) != hashes.get(name):
            raise _broken(folder, f"{name} is not the file that was saved (SHA-256 differs)")
    return manifest, hashlib.sha256(text).hexdigest()[:12]


def _write_panel(panel: Ratings, path: Path) -> None:
    half_stars = np.rint(2 * panel.value).astype(np.int8)
    columns = {"person": panel.user.astype(np.int16), "row": panel.row.astype(np.int32)}
    pq.write_table(pa.table(columns | {"half_stars": half_stars}), path, compression="zstd")


def _read_panel(path: Path, catalogue: Catalogue) -> Ratings:
    table = pq.ParquetFile(path).read(use_threads=False)
    person, row, half_stars = (np.from_dlpack(column.combine_chunks()) for column in table.columns)
    people = np.arange(int(person.max(initial=-1)) + 1)
    return Ratings(
        person.astype(np.int64),
        row.astype(np.int64),
        half_stars.astype(np.float32) / np.float32(2),
        np.zeros(len(row), dtype=np.int64),
        people,
        n_movies=len(catalogue.movies),
    )


def _broken(folder: Path, what: str) -> BundleError:
    what = " ".join(what.split())  # libraries write several lines
    return BundleError(
        f"The model in {folder} cannot be used: {what}. "
        "Restore it from where you got it or train anew."
    )


def give_back() -> None:
    """Hands memory that reading has left free back to the system."""
    pa.system_memory_pool().release_unused()
