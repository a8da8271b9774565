"""MovieLens folders and archives → `Catalogue` + `Ratings`; the only door to pandas.

Reading order: `tables` (what they hold), `formats` (CSV, Parquet → table, every bad row named), `sources` (folder or
archive), `titles` ("Matrix, The (1999)" → The Matrix, 1999), `tags` (what people wrote → facets), `cast` (who plays in
which film → facets), `reading` (all of it → catalogue and ratings).
"""

from core.movielens.reading import MovieLens, ReadReport, read, read_ratings
from core.movielens.titles import parse_title

__all__ = ["MovieLens", "ReadReport", "parse_title", "read", "read_ratings"]
