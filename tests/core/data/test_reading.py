import zipfile
from pathlib import Path

import numpy as np
import pyarrow.csv as arrow_csv
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from core.data import formats
from core.data.names import parse_title
from core.data.reading import read, read_ratings
from core.errors import DataError

# ---- titles


@pytest.mark.parametrize(
    ("raw", "title", "year", "aliases"),
    [
        ("Toy Story (1995)", "Toy Story", 1995, ()),
        ("Matrix, The (1999)", "The Matrix", 1999, ()),
        ("City of Lost Children, The (Cité des enfants perdus, La) (1995)",
         "The City of Lost Children", 1995, ("La Cité des enfants perdus",)),
        ("Seven (a.k.a. Se7en) (1995)", "Seven", 1995, ("Se7en",)),
        ("Léon: The Professional (a.k.a. The Professional) (Léon) (1994)",
         "Léon: The Professional", 1994, ("The Professional", "Léon")),
        ("Asterix in America (a.k.a Asterix Conquers America) (1994)",
         "Asterix in America", 1994, ("Asterix Conquers America",)),
        ("Witches, The (aka Devil's Own, The) (1966)", "The Witches", 1966, ("The Devil's Own",)),
        ("Clink of Ice, The (a.k.a.: Sound of Ice Cubes, The) (Le bruit des glaçons) (2010)",
         "The Clink of Ice", 2010, ("The Sound of Ice Cubes", "Le bruit des glaçons")),
        ("Boot, Das (Boat, The) (1981)", "Das Boot", 1981, ("The Boat",)),
        ("Final Inquiry, The (inchiesta, L') (2006)", "The Final Inquiry", 2006, ("L'inchiesta",)),
        ("Vitelloni, I (1953)", "I Vitelloni", 1953, ()),
        ("Man Who Copied, The (Homem Que Copiava, O) (2003)", "The Man Who Copied", 2003, ("O Homem Que Copiava",)),
        ("Mad Adventures of Rabbi Jacob, the (1973)", "The Mad Adventures of Rabbi Jacob", 1973, ()),
        ("Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)",
         "The Good, the Bad and the Ugly", 1966, ("Il Buono, il brutto, il cattivo",)),
        ("Crow, The: Wicked Prayer (2005)", "The Crow: Wicked Prayer", 2005, ()),
        ("Die, Mommie, Die (2003)", "Die, Mommie, Die", 2003, ()),
        ("Je, tu, il, elle (I, You, He, She) (1976)", "Je, tu, il, elle", 1976, ("I, You, He, She",)),
        ("Blind Side, The  (2009)", "The Blind Side", 2009, ()),
        ("Skokie\xa0(1981)", "Skokie", 1981, ()),
        ("Deadly Advice(1994)", "Deadly Advice", 1994, ()),
        ("Death Note: Desu nôto (2006–2007)", "Death Note: Desu nôto", 2006, ()),
        ("Fargo (2014-)", "Fargo", 2014, ()),
        ("Mona (Mona ja palavan rakkauden aika) (1983))", "Mona", 1983, ("Mona ja palavan rakkauden aika",)),
        ("The Naked Truth (1957) (Your Past Is Showing)", "The Naked Truth", 1957, ("Your Past Is Showing",)),
        ("Don Quixote (1973) (1973)", "Don Quixote", 1973, ()),
        ("All the Streets Are Silent (1987-1997) (2021)", "All the Streets Are Silent (1987-1997)", 2021, ()),
        ("1013 Briar Lane", "1013 Briar Lane", 0, ()),
        ("Irwin & Fran 2013", "Irwin & Fran 2013", 0, ()),
        ("1984 (Nineteen Eighty-Four) (1984)", "1984", 1984, ("Nineteen Eighty-Four",)),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", 2009, ()),
        ("Babies (Bébé(s)) (2010)", "Babies", 2010, ("Bébé(s)",)),
        ("Spy(ies) (Espion(s)) (2009)", "Spy(ies)", 2009, ("Espion(s)",)),
        ("Dexter the Dragon (a.k.a. Dragon That Wasn't (Or Was He?), The) (1983)",
         "Dexter the Dragon", 1983, ("The Dragon That Wasn't (Or Was He?)",)),
        ("Evangelion: 1.0 You Are (Not) Alone (2007)", "Evangelion: 1.0 You Are (Not) Alone", 2007, ()),
        ("Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
         "Birdman: Or (The Unexpected Virtue of Ignorance)", 2014, ()),
        ("10 jours en or (2012)", "10 jours en or", 2012, ()),
        ("I Am Curious (Yellow) (1967)", "I Am Curious (Yellow)", 1967, ()),
        ("Hope You Die Next Time :-) (2018)", "Hope You Die Next Time :-)", 2018, ()),
        ("Vlad Tepes (Vlad &#354;epe&#351;) (1979)", "Vlad Tepes", 1979, ("Vlad Ţepeş",)),
        ('"Great Performances" Cats (1998)', '"Great Performances" Cats', 1998, ()),
        ("Fellini's Roma (Roma) (1972)", "Fellini's Roma", 1972, ("Roma",)),
        ("AKA (2002)", "AKA", 2002, ()),
        ("Alien³ (a.k.a. Alien 3) (1992)", "Alien³", 1992, ("Alien 3",)),
    ],
)  # fmt: skip
def test_titles_are_written_as_people_write_them(
    raw: str, title: str, year: int, aliases: tuple[str, ...]
) -> None:
    assert parse_title(raw) == (title, year, aliases)


@given(st.text())
def test_any_text_is_a_title_and_its_own_title_parses_to_itself_without_spaces_doubled(
    raw: str,
) -> None:
    title, year, aliases = parse_title(raw)
    assert title == " ".join(title.split())
    assert year == 0 or 1870 <= year < 2100
    assert all(aliases)
    assert title.casefold() not in {alias.casefold() for alias in aliases}


@given(
    st.from_regex(r"[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}){0,3}", fullmatch=True),
    st.integers(1900, 2030),
)
def test_a_plain_title_with_a_year_comes_apart_into_both(name: str, year: int) -> None:
    assert parse_title(f"{name} ({year})") == (name, year, ())
    assert parse_title(f"{name}, The ({year})") == (f"The {name}", year, ())


# ---- a whole folder


def test_films_are_in_order_of_evidence(tiny_movielens: Path) -> None:
    catalogue = read(tiny_movielens, min_ratings=2).catalogue
    assert catalogue.movie_ids.tolist() == [2, 1, 3, 6, 4, 5]
    assert catalogue.n_ratings.tolist() == [3, 2, 1, 1, 0, 0]
    assert catalogue.n_items == 2
    assert [movie.row for movie in catalogue.movies] == list(range(6))
    assert catalogue.movies[2].label == "The City of Lost Children (1995)"
    assert catalogue.movies[5].label == "Nameless"
    assert [(movie.imdb_id, movie.tmdb_id) for movie in catalogue.movies[:4]] == [
        (133093, 603), (114709, 862), (112682, 0), (0, 0)
    ]  # fmt: skip


def test_ratings_are_sorted_by_person_then_row(tiny_movielens: Path) -> None:
    ratings = read(tiny_movielens).ratings
    assert ratings.user_ids.tolist() == [10, 20, 30]
    assert ratings.user.tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert ratings.row.tolist() == [0, 1, 2, 0, 1, 0, 3]
    assert ratings.value.tolist() == [5.0, 4.0, 3.0, 4.5, 0.5, 3.5, 2.0]
    assert (ratings.timestamp - 1_000_000_000).tolist() == [11, 10, 12, 20, 21, 30, 31]
    assert (ratings.row.dtype, ratings.value.dtype, ratings.timestamp.dtype) == (
        np.int64,
        np.float32,
        np.int64,
    )
    assert ratings.n_movies == 6


def test_genres_and_shared_tags_are_facets_and_private_notes_are_not(tiny_movielens: Path) -> None:
    catalogue = read(tiny_movielens, min_tag_users=2).catalogue
    names = [facet.key for facet in catalogue.facets]
    assert names == [
        "genre:Action", "genre:Animation", "genre:Comedy", "genre:Fantasy", "genre:Musical", "genre:Sci-Fi",
        "tag:time travel",
    ]  # fmt: skip
    rows = {name: catalogue.membership[index].indices.tolist() for index, name in enumerate(names)}
    assert rows["genre:Sci-Fi"] == [0, 2]
    assert rows["genre:Comedy"] == [1, 3]
    assert rows["tag:time travel"] == [0, 1, 2]
    assert catalogue.membership.dtype == np.bool_
    assert catalogue.movies[5].genres == ()


def test_a_tag_of_too_few_people_is_no_facet(tiny_movielens: Path) -> None:
    assert all(
        facet.kind == "genre" for facet in read(tiny_movielens, min_tag_users=3).catalogue.facets
    )


def test_links_and_tags_may_be_missing(tiny_movielens: Path) -> None:
    (tiny_movielens / "links.csv").unlink()
    (tiny_movielens / "tags.csv").unlink()
    catalogue = read(tiny_movielens).catalogue
    assert {movie.imdb_id for movie in catalogue.movies} == {0}
    assert {facet.kind for facet in catalogue.facets} == {"genre"}


def test_the_report_is_for_people(tiny_movielens: Path) -> None:
    assert str(read(tiny_movielens).report) == "tiny: 7 ratings of 4 films by 3 people"


def archive_of(folder: Path, inside: str = "") -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"{inside}{file.name}")
    return path


def parquet_of(folder: Path) -> Path:
    target = folder.with_name("parquet")
    target.mkdir()
    for file in folder.iterdir():
        parquet.write_table(arrow_csv.read_csv(file), target / f"{file.stem}.parquet")
    return target


def test_folder_archive_and_parquet_are_the_same_data(tiny_movielens: Path) -> None:
    folder = read(tiny_movielens)
    for other in (
        read(archive_of(tiny_movielens)),
        read(archive_of(tiny_movielens, "ml-tiny/")),
        read(parquet_of(tiny_movielens)),
        read(archive_of(tiny_movielens.with_name("parquet"), "ml-tiny/")),
        read(tiny_movielens, min_ratings=1),
    ):
        assert other.fingerprint == folder.fingerprint
        assert other.catalogue.movies == folder.catalogue.movies
        assert other.ratings.value.tolist() == folder.ratings.value.tolist()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("ratings.csv", "30,6,2.0", "30,6,2.5"),
        ("ratings.csv", "1000000031", "1000000032"),
        ("movies.csv", "Toy Story", "Toy Stories"),
        ("links.csv", "862", "863"),
        ("tags.csv", "Time Travel", "Time Travels"),
    ],
)
def test_other_data_has_another_fingerprint(
    tiny_movielens: Path, file: str, old: str, new: str
) -> None:
    before = read(tiny_movielens).fingerprint
    change(tiny_movielens / file, old, new)
    assert read(tiny_movielens).fingerprint != before


def test_line_ends_byte_order_mark_blank_lines_and_column_order_do_not_matter(
    tiny_movielens: Path,
) -> None:
    before = read(tiny_movielens).fingerprint
    lines = (tiny_movielens / "ratings.csv").read_text(encoding="utf-8").splitlines()
    swapped = [",".join((line.split(",")[3], "x", *line.split(",")[:3])) for line in lines]
    text = "\r\n".join([*swapped[:3], "", *swapped[3:], "", ""])
    (tiny_movielens / "ratings.csv").write_text(text, encoding="utf-8-sig", newline="")
    assert read(tiny_movielens).fingerprint == before


def test_a_folder_of_several_data_sets_is_not_guessed_at(tiny_movielens: Path) -> None:
    parquet_of(tiny_movielens)
    with pytest.raises(DataError, match=r"several data sets \(parquet, tiny\)"):
        read(tiny_movielens.parent)


# ---- what is wrong is named


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


BAD_ROWS = [
    ("ratings.csv", "30,2,3.5,", "30,2,six,", "ratings.csv line 7: rating 'six' is not a number"),
    ("ratings.csv", "30,2,3.5,", "30,2,5.5,", "ratings.csv line 7: rating '5.5' is outside 0.5 to 5"),
    ("ratings.csv", "30,2,3.5,", "30,2,0,", "ratings.csv line 7: rating '0' is outside 0.5 to 5"),
    ("ratings.csv", "30,2,3.5,", "30,2,nan,", "ratings.csv line 7: rating 'nan' is not a number"),
    ("ratings.csv", "30,2,3.5,", "30,2,,", "ratings.csv line 7: rating '' is not a number"),
    ("ratings.csv", "30,2,3.5,", "30,2.0,3.5,", "ratings.csv line 7: movieId '2.0' is not a whole number"),
    ("ratings.csv", "30,2,3.5,", "-30,2,3.5,", "ratings.csv line 7: userId '-30' is not a whole number"),
    ("ratings.csv", "30,2,3.5,1000000030", "30,2,3.5,", "ratings.csv line 7: timestamp '' is not a whole number"),
    ("ratings.csv", "30,2,3.5,", "30,77,3.5,", "ratings.csv line 7: movieId '77' is not among the movies"),
    ("ratings.csv", "20,1,0.5,", "20,2,0.5,", "ratings.csv line 3: movieId '2' is rated twice by the same userId"),
    ("ratings.csv", ",2.0,1000000031\n", ",2.", "ratings.csv line 8: '30,6,2.' has 3 fields instead of 4"),
    ("ratings.csv", "30,2,3.5,1000000030", "30,2,3.5,1,2", "ratings.csv line 7: '30,2,3.5,1,2' has 5 fields instead"),
    ("movies.csv", "5,Nameless", "4,Nameless", "movies.csv line 6: movieId '4' has a row already"),
    ("movies.csv", "5,Nameless", "5, ", "movies.csv line 6: title ' ' is empty"),
    ("movies.csv", "5,Nameless", '5,"Nameless', "movies.csv line 6: '5,\"Nameless,(no genres listed)' has a quotation"),
    ("links.csv", ",603", ",tt603", "links.csv line 3: tmdbId 'tt603' is not a whole number"),
    ("tags.csv", "10,2,to see", "10,99,to see", "tags.csv line 5: movieId '99' is not among the movies"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), BAD_ROWS)
def test_a_bad_row_is_named_by_file_line_and_value(
    tiny_movielens: Path, file: str, old: str, new: str, message: str
) -> None:
    change(tiny_movielens / file, old, new)
    with pytest.raises(DataError) as caught:
        read(tiny_movielens)
    assert str(caught.value).startswith(message)
    assert str(caught.value).endswith(
        "Correct the line, or leave such rows out with --skip-bad-rows."
    )


@pytest.mark.parametrize(("file", "old", "new", "message"), BAD_ROWS)
def test_bad_rows_can_be_skipped_and_are_counted(
    tiny_movielens: Path, file: str, old: str, new: str, message: str
) -> None:
    n_ratings = len(read(tiny_movielens).ratings)
    change(tiny_movielens / file, old, new)
    data = read(tiny_movielens, skip_bad_rows=True)
    assert sum(count for _, count in data.report.bad_rows) == 1
    assert f"left out 1 bad rows: {file}: " in str(data.report)
    assert len(data.ratings) == n_ratings - (file == "ratings.csv")


def test_wrong_encoding_is_named(tiny_movielens: Path) -> None:
    text = (tiny_movielens / "movies.csv").read_text(encoding="utf-8")
    (tiny_movielens / "movies.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=r"movies.csv line 4: .*Cit\\\\xe9 des.* is not UTF-8"):
        read(tiny_movielens)
    (tiny_movielens / "movies.csv").write_bytes(text.encode("utf-16"))
    with pytest.raises(DataError, match=r"movies.csv line 1: .* is not CSV in UTF-8"):
        read(tiny_movielens)


def test_several_bad_rows_keep_their_lines_in_later_checks(
    tiny_movielens: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        formats, "BLOCK", 40
    )  # a line or two at a time: what holds in one block holds across many
    file = tiny_movielens / "ratings.csv"
    change(file, "20,1,0.5", "20,1,five")
    change(file, "10,1,4.0", "\n10,one,4.0")
    change(file, "30,2,3.5", "30,88,3.5")
    with pytest.raises(DataError, match="line 3: rating 'five'"):
        read(tiny_movielens)
    report = read(tiny_movielens, skip_bad_rows=True).report
    assert report.n_ratings == 4
    assert sorted(report.bad_rows) == [
        ("ratings.csv: movieId is not a whole number", 1),
        ("ratings.csv: movieId is not among the movies", 1),
        ("ratings.csv: rating is not a number", 1),
    ]
    change(file, "20,1,five", "20,1,0.5")
    change(file, "10,one,4.0", "10,1,4.0")
    with pytest.raises(DataError, match="line 8: movieId '88'"):  # the blank line counts
        read(tiny_movielens)


def test_a_missing_column_an_empty_and_a_missing_file_are_named(tiny_movielens: Path) -> None:
    file = tiny_movielens / "ratings.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("rating", "grade"), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"ratings.csv line 1: column 'rating' is missing; found 'userId'"
    ):
        read(tiny_movielens)
    file.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"ratings.csv is empty"):
        read(tiny_movielens)
    file.write_text("userId,movieId,rating,timestamp\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"ratings.csv has no usable rows"):
        read(tiny_movielens)
    file.unlink()
    with pytest.raises(DataError, match=r"holds no ratings.csv or ratings.parquet"):
        read(tiny_movielens)
    file.write_text(text, encoding="utf-8")
    (tiny_movielens / "movies.csv").unlink()
    with pytest.raises(DataError, match=r"holds no movies.csv or movies.parquet"):
        read(tiny_movielens)
    with pytest.raises(DataError, match="does not exist"):
        read(tiny_movielens / "nowhere")
    with pytest.raises(DataError, match=r"neither a folder nor a \.zip"):
        read(file)


def test_a_table_without_times_is_read(tiny_movielens: Path) -> None:
    whole = read(tiny_movielens).ratings
    for name in ("ratings.csv", "tags.csv"):
        file = tiny_movielens / name
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join(line.rpartition(",")[0] for line in lines), encoding="utf-8")
    for folder in (tiny_movielens, parquet_of(tiny_movielens)):
        timeless = read(folder).ratings
        np.testing.assert_array_equal(timeless.value, whole.value)
        assert not timeless.timestamp.any()


def test_parquet_names_column_type_and_row(tiny_movielens: Path) -> None:
    folder = parquet_of(tiny_movielens)
    table = parquet.read_table(folder / "ratings.parquet")
    stars = table.column("rating").to_pylist()

    def rewrite(name: str, values: list[object]) -> None:
        place = table.schema.get_field_index(name)
        parquet.write_table(table.set_column(place, name, [values]), folder / "ratings.parquet")

    rewrite("rating", [*stars[:5], 9.0, stars[6]])
    with pytest.raises(
        DataError, match=r"ratings.parquet row 6: rating '9.0' is not a number from 0.5 to 5"
    ):
        read(folder)
    rewrite("rating", [None, *stars[1:5], 9.0, stars[6]])
    with pytest.raises(DataError, match=r"ratings.parquet row 1: rating '.*' is missing"):
        read(folder)
    assert len(read(folder, skip_bad_rows=True).ratings) == 5
    rewrite("rating", [str(value) for value in stars])
    with pytest.raises(DataError, match=r"ratings.parquet: column rating is of type string"):
        read(folder)
    rewrite("movieId", [float(value) for value in table.column("movieId").to_pylist()])
    with pytest.raises(
        DataError,
        match=r"ratings.parquet: column movieId is of type double, expected a whole number",
    ):
        read(folder)
    parquet.write_table(table.drop_columns("rating"), folder / "ratings.parquet")
    with pytest.raises(DataError, match="column 'rating' is missing"):
        read(folder)
    (folder / "ratings.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"ratings.parquet is not a Parquet file, or is damaged"):
        read(folder)


def test_a_damaged_archive_is_refused(tiny_movielens: Path) -> None:
    archive = archive_of(tiny_movielens, "ml-tiny/")
    with zipfile.ZipFile(archive) as held:
        place = held.getinfo("ml-tiny/ratings.csv").header_offset + 60
    data = bytearray(archive.read_bytes())
    data[place : place + 8] = b"\0" * 8
    archive.write_bytes(data)
    with pytest.raises(DataError, match=r"ratings.csv in .* cannot be unpacked"):
        read(archive)


PIECES = [
    "1",
    "2",
    "10",
    "4.5",
    ",",
    ",,",
    "\n",
    "\r\n",
    "\r",
    '"',
    '""',
    " ",
    "nan",
    "1e9",
    "-1",
    "\x00",
    "é",
    "\ufeff",
    "x",
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["links.csv", "movies.csv", "ratings.csv", "tags.csv"]), st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_words(
    tiny_movielens: Path, file: str, data: st.DataObject
) -> None:
    text = (tiny_movielens / file).read_bytes()
    place = data.draw(st.integers(0, len(text)))
    junk = "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=6))).encode(
        data.draw(st.sampled_from(["utf-8", "utf-16"]))
    )
    (tiny_movielens / file).write_bytes(
        text[:place] + junk + text[place + data.draw(st.integers(0, 9)) :]
    )
    try:
        for skip in (True, False):
            read(tiny_movielens, skip_bad_rows=skip)
    except DataError as error:
        assert file.removesuffix(".csv") in str(error) or "ratings.csv" in str(error)
    finally:
        (tiny_movielens / file).write_bytes(text)


# ---- other people's ratings


def test_ratings_of_other_people_use_the_rows_of_the_catalogue(tiny_movielens: Path) -> None:
    catalogue = read(tiny_movielens).catalogue
    (tiny_movielens / "movies.csv").unlink()
    (tiny_movielens / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n7,5,1,5\n7,99,5,6\n7,2,2.5,7\n8,99,3,8\n9,6,4,9\n",
        encoding="utf-8",
    )
    ratings, report = read_ratings(tiny_movielens, catalogue)
    assert ratings.user_ids.tolist() == [7, 9]
    assert ratings.row.tolist() == [0, 5, 3]
    assert ratings.value.tolist() == [2.5, 1.0, 4.0]
    assert (report.n_ratings, report.n_unknown) == (3, 2)
    assert str(report).endswith("left out 2 ratings of films that the catalogue does not hold")
    change(tiny_movielens / "ratings.csv", "9,6,4,9", "7,2,4,9")
    with pytest.raises(DataError, match="line 6: movieId '2' is rated twice"):
        read_ratings(tiny_movielens, catalogue)


def test_ratings_of_no_known_film_are_an_error(tiny_movielens: Path) -> None:
    catalogue = read(tiny_movielens).catalogue
    (tiny_movielens / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n7,99,1,5\n", encoding="utf-8"
    )
    with pytest.raises(DataError, match="rates no film of the catalogue"):
        read_ratings(tiny_movielens, catalogue)
