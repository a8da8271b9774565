"""Which films answer a wish is learned from wishes: here in a world of eight films and two tags."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts, FilmFacts
from core.data.packing import add_learned, write_pack
from core.data.search import Answers, WordIndex
from core.domain import Facet
from core.errors import DataError
from core.training.answers import AnsweredWish, AnswerSettings, learn_answers, read_wishes, recalled
from tests.assistant.films import small

FILMS = small([(f"Film {place}", 1990 + place, 20 - place) for place in range(8)])
QUICK = AnswerSettings(epochs=150, batch=4, known=8, drawn=0, rate=0.01)
WISHES = [
    *[AnsweredWish("something blue", (0, 1, 2)), AnsweredWish("blue please", (1, 2))],
    *[AnsweredWish("in the water", (6, 7)), AnsweredWish("water everywhere", (5, 6, 7))],
]


def catalogue() -> Catalogue:
    """Three films are of heartbreak, three of swimming, two of neither."""
    flags = np.zeros((2, 8), dtype=np.bool_)
    flags[0, :3] = flags[1, 5:] = True
    facets = (Facet("tag", "breakup"), Facet("tag", "swimming"))
    return replace(FILMS, facets=facets, membership=sparse.csr_matrix(flags))


def facts(answers: pa.Table | None = None) -> CatalogueFacts:
    """A pack in whose meanings neither word is near to either tag."""
    rows = [
        *[("", "blue", (40, 40)), ("", "water", (38, 42))],
        *[("tag", "breakup", (127, 0)), ("tag", "swimming", (0, 127))],
    ]
    kinds, names, vectors = zip(*rows, strict=True)
    packed = [np.array(vector, dtype=np.int8).tobytes() for vector in vectors]
    table = pa.table({"kind": kinds, "name": names, "vector": pa.array(packed, pa.binary(2))})
    table = table.replace_schema_metadata({"numbers": "0.01 -2 4 1 0.9"})
    pack = replace(FilmFacts.empty(), meanings=table)
    return (pack if answers is None else replace(pack, answers=answers)).of(catalogue())


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return learn_answers(WISHES, facts(), QUICK)


def test_words_lead_to_what_the_films_have_in_common_that_were_named(table: pa.Table) -> None:
    answers = Answers(table, catalogue())
    breakup, swimming = (answers.meant(text) for text in ("blue", "water"))
    assert breakup[0] > 0.8 and swimming[1] > 0.8
    assert breakup.sum() == pytest.approx(1) and swimming.sum() == pytest.approx(1)
    assert not answers.meant("nobody has said so").any()


def test_a_facet_is_meant_by_its_name_alone(table: pa.Table) -> None:
    rows = table.to_pylist()
    rows.append({"kind": "", "name": "breakup", "bias": 0.0, "vector": rows[1]["vector"]})
    said = pa.Table.from_pylist(rows, schema=table.schema)  # "breakup" lies where "water" does
    answers = Answers(said, catalogue())
    assert answers.meant("breakup")[0] > Answers(table, catalogue()).meant("water")[0]


def test_films_of_it_answer_best(table: pa.Table) -> None:
    answer = WordIndex(facts(table)).answer("blue")
    assert set(np.argsort(-answer)[:3].tolist()) == {0, 1, 2}
    assert answer.shape == (8,) and answer.dtype == np.float32


def test_how_many_are_found_is_measured(table: pa.Table) -> None:
    assert recalled(WISHES, facts(table)) == 2.5  # all eight films are among nine


def test_the_same_wishes_teach_the_same(table: pa.Table) -> None:
    assert learn_answers(WISHES, facts(), QUICK).equals(table)


def test_what_was_learned_is_kept_with_the_pack(tmp_path: Path, table: pa.Table) -> None:
    names = ("films", "names", "prizes", "relations", "words")
    pack = Path(__file__).parents[3] / "models" / "films"
    tables = {f"{name}.parquet": pq.read_table(pack / f"{name}.parquet") for name in names}
    write_pack(tmp_path, tables, ("a source",))
    assert not FilmFacts.open(tmp_path).answers.num_rows
    add_learned(tmp_path, "answers.parquet", table)
    assert FilmFacts.open(tmp_path).answers.equals(table)


class TestFiles:
    def read(self, folder: Path, *lines: str) -> list[AnsweredWish]:
        path = folder / "wishes.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_wishes(path, FILMS)

    def test_films_are_found_by_title_and_about_their_year(self, tmp_path: Path) -> None:
        line = "a sad one :: Film 3 (1993) | The Film 4 (1995) | Film 5 (2005) | Unknown (1990)"
        assert self.read(tmp_path, line) == [AnsweredWish("a sad one", (3, 4))]

    def test_wishes_without_films_here_are_left_out(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, "a sad one :: Unknown (1990)") == []

    @pytest.mark.parametrize("line", ["no films", "a sad one :: Film 3", ""])
    def test_a_line_that_names_no_film_is_refused(self, tmp_path: Path, line: str) -> None:
        with pytest.raises(DataError, match="line 2"):
            self.read(tmp_path, "a sad one :: Film 3 (1993)", line, "b :: Film 3 (1993)")
