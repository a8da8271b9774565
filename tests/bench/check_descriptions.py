"""How many films are found by what somebody half remembers of them.

    PYTHONPATH=. python tests/bench/check_descriptions.py [FILE [BUNDLE [PACK]]]

FILE is a CSV of movieId,description (tests/data/descriptions.csv, 100 of them, written from memory
by somebody who saw neither the code nor the texts); descriptions_closed.csv has as many that no
setting was chosen on. From cold, over all films that can be recommended.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from core.data.facts import FilmFacts
from core.data.search import word_index
from core.model.bundle import Bundle
from core.session import SessionState


def main(file: str, bundle: str, pack: str) -> None:
    """Prints the share of films found among the first 1, 3 and 10."""
    loaded = Bundle.load(bundle)
    index = word_index(FilmFacts.open(pack), loaded.catalogue)
    policy = loaded.policy().searching(index)
    with Path(file).open(encoding="utf-8", newline="") as lines:
        rows = [(int(row["movieId"]), row["description"]) for row in csv.DictReader(lines)]
    places = []
    for movie_id, description in rows:
        values = policy.q_values(SessionState().seek(description))
        row = int(loaded.catalogue.rows_of([movie_id])[0])
        places.append(int((values > values[row]).sum()))
    found = {most: np.mean([place < most for place in places]) for most in (1, 3, 10)}
    shares = ", ".join(f"{share:.2f} among {most}" for most, share in found.items())
    print(f"{len(rows)} films: found {shares}")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given, *("tests/data/descriptions.csv", "models/marquee", "models/films")[len(given) :])
