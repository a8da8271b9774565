"""A catalogue as two Parquet tables: films and the facets that they share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Facet, Movie


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
                pa.array(by_movie.indptr, pa.int32()), pa.array(by_movie.indices, pa.int16())
            ),
        }
    )
    facets = pa.table(
        {
            "kind": [facet.kind for facet in catalogue.facets],
            "name": pa.array([facet.name for facet in catalogue.facets], pa.string()),
        }
    )
    pq.write_table(table, films, compression="zstd", compression_level=19)
    pq.write_table(facets, names, compression="zstd")


def read_tables(films: Path, facets: Path, n_items: int) -> Catalogue:
    """The catalogue; ValueError where a table is broken or lacks a column."""
    try:
        # Read whole in this thread: memory mapping or threads gain nothing at this size.
        table = pq.read_table(films, use_threads=False)
        names = pq.read_table(facets, use_threads=False).to_pylist()
        columns = {
            name: table.column(name).to_pylist() for name in table.column_names if name != "facets"
        }
        owned = table.column("facets").combine_chunks()
        offsets, indices = owned.offsets.to_numpy(), owned.values.to_numpy()
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
        owners = tuple(Facet(entry["kind"], entry["name"]) for entry in names)
        return Catalogue(
            movies,
            owners,
            by_movie.T.tocsr(),
            np.array(columns["ratings"], dtype=np.int64),
            n_items,
        )
    except (pa.ArrowException, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
