"""What is known of films: gathered from tables, written, read back, asked by row of a catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from core.__main__ import main
from core.catalogue import Catalogue
from core.data.facts import Fact, Film, FilmFacts, Prize, Relation
from core.data.gathering import billed, gather, makers_in, origin_in
from core.data.names import orders, squashed
from core.data.packing import Credit, WordCounts, spellings
from core.domain import Movie
from core.errors import BundleError, DataError

OMDB_TEXT = (
    *("language", "languages", "countries", "directors", "genres", "moods", "technique"),
    *("audience", "source", "kind", "keywords", "series", "wikipedia_en", "aliases"),
    *("trailer_youtube", "abstract_en"),
)


def omdb(movie_id: int, **columns: object) -> dict[str, object]:
    row = {"movieId": movie_id, "imdb_id": 0, "runtime": 0} | dict.fromkeys(OMDB_TEXT, "")
    return row | columns


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / "movies.csv").write_text(
        "movieId,title,genres\n"
        '10,"Harbour, The (1994)",Drama\n'
        '20,"Harbour II, The (1996)",Drama\n'
        "30,Snowfall (2001),Drama\n"
        "40,Lanterns (2023),Drama\n",
        encoding="utf-8",
    )
    rows = [
        omdb(10, runtime=95, countries="US", language="en", languages="en|it", series="Hafen")
        | {"directors": "Ada Stone", "genres": "Heist Film|Drama", "keywords": "Murder|Polizei"},
        omdb(20, runtime=171, countries="US|KR", language="en", languages="en", series="Hafen")
        | {"directors": "Ada Stone|Lee Woo Min", "imdb_id": 7},
        omdb(30, countries="KR", language="ko", languages="ko", directors="Woo Min Lee")
        | {"aliases": "Neige|Schneefall", "trailer_youtube": "abc", "wikipedia_en": "Snowfall"},
    ]
    pd.DataFrame(rows).to_parquet(tmp_path / "omdb.parquet")
    articles = [
        (10, "The_Harbour", "The murder happens. A murder, one murder.", "Jo Kim|(voice)|Ann Lee"),
        (40, "Lanterns", "Lanterns is a 2023 French film directed by Léa Roy.", "Ann Lee"),
    ]
    frame = pd.DataFrame(articles, columns=["movieId", "wikipedia", "extract", "cast"])
    frame.assign(genres="").to_parquet(tmp_path / "wikipedia.parquet")
    (tmp_path / "cast.csv").write_text(
        "title,year,cast\nThe Harbour II,1997,Jo Kim\nNothing,1990,Nobody Known\n"
    )
    (tmp_path / "oscars.csv").write_text(
        "movieId,year,category,winner,nominees\n"
        "10,1994,Directing,False,Ada Stone\n10,1994,Best Picture,True,\n"
    )
    (tmp_path / "ages.csv").write_text("movieId,rating\n10,PG-13\n30,G\n")
    (tmp_path / "references.csv").write_text("movieId,referencedId,type\n40,10,Remake\n")
    (tmp_path / "links.csv").write_text("movieId,imdbId,tmdbId\n30,0000099,1\n")
    return tmp_path


ALL = ("movies", "links", "omdb", "wikipedia", "cast", "oscars", "ages", "references")


def options(tables: Path, *names: str) -> list[str]:
    files = {name: next(tables.glob(f"{name}.*")) for name in names}
    return [word for name, file in files.items() for word in (f"--{name}", str(file))]


def made(tables: Path, *names: str) -> FilmFacts:
    pack = tables / "pack"
    assert main(["films", "--out", str(pack), *options(tables, *names)]) == 0
    return FilmFacts.open(pack)


@pytest.fixture
def facts(tables: Path) -> FilmFacts:
    return made(tables, *ALL)


@pytest.fixture
def catalogue() -> Catalogue:
    """Film 99 is not in the pack; film 40 cannot be recommended."""
    movies = tuple(Movie(row, i, str(i), 2000, ()) for row, i in enumerate((30, 99, 10, 20, 40)))
    return Catalogue(movies, (), sparse.csr_matrix((0, 5), dtype=bool), np.arange(5, 0, -1), 4)


class TestAPack:
    def test_gives_what_is_known_of_a_film(self, facts: FilmFacts) -> None:
        assert facts.film(10) == Film(
            movie_id=10,
            runtime=95,
            language="English",
            spoken=("English", "Italian"),
            countries=("the United States",),
            directors=("Ada Stone",),
            cast=("Jo Kim", "Ann Lee"),
            genres=("heist film", "drama"),
            keywords=("murder",),
            all_keywords=("murder", "polizei"),
            series="The Harbour",
            place=1,
            age="PG-13",
            prizes=(
                Prize("1994", "Best Picture", True, ()),
                Prize("1994", "Best Director", False, ("Ada Stone",)),
            ),
            relations=(Relation("Remake", 40, is_later=False),),
            article="The_Harbour",
        )
        assert facts.film(11) is None and facts.film(10**6) is None

    def test_takes_the_cast_by_title_and_a_year_beside_it(self, facts: FilmFacts) -> None:
        second = facts.film(20)
        assert second is not None
        assert (second.cast, second.place, second.imdb_id) == (("Jo Kim",), 2, 7)

    def test_takes_makers_and_country_from_a_first_sentence(self, facts: FilmFacts) -> None:
        film = facts.film(40)
        assert film is not None
        assert (film.directors, film.countries, film.language) == (("Léa Roy",), ("France",), "")

    def test_knows_a_person_by_either_order(self, facts: FilmFacts) -> None:
        (code,) = facts.people.find("lee woo-min")
        assert facts.people.find("Woo Min Lee") == (code,)
        assert facts.people.find("Woo") == ()
        assert [facts.people.names[one] for one in facts.people.surnamed("ROY")] == ["Léa Roy"]

    def test_needs_nothing_but_titles(self, tables: Path) -> None:
        assert len(made(tables, "movies")) == 0

    def test_an_empty_one_knows_nothing(self, catalogue: Catalogue) -> None:
        empty = FilmFacts.empty()
        assert empty.film(10) is None and empty.people.find("Ada Stone") == ()
        assert not empty.of(catalogue).runtimes.any()
        assert not empty.of(catalogue).knows(Fact.DIRECTOR).any()


class TestByRow:
    def test_columns_are_in_the_order_of_the_catalogue(
        self, facts: FilmFacts, catalogue: Catalogue
    ) -> None:
        films = facts.of(catalogue)
        assert films.runtimes.tolist() == [0, 0, 95, 171]
        assert films.ages.tolist() == [0, -1, 13, -1]
        assert films.runtimes.dtype == np.int16

    def test_masks_are_of_the_films_that_can_be_recommended(
        self, facts: FilmFacts, catalogue: Catalogue
    ) -> None:
        films = facts.of(catalogue)
        korea = facts.names(Fact.COUNTRY).find("korean")
        assert films.has(Fact.COUNTRY, korea).tolist() == [True, False, False, True]
        assert films.knows(Fact.SERIES).tolist() == [False, False, True, True]
        assert films.knows(Fact.OSCAR_WON).tolist() == [False, False, True, False]
        assert films.has(Fact.COUNTRY, ()).tolist() == [False] * 4

    def test_rows_are_of_all_films_best_known_first(
        self, facts: FilmFacts, catalogue: Catalogue
    ) -> None:
        films = facts.of(catalogue)
        assert films.rows(Fact.ACTOR, facts.people.find("Ann Lee")).tolist() == [2, 4]
        assert films.rows(Fact.ACTOR, ()).tolist() == []

    def test_a_word_may_name_a_group(self, facts: FilmFacts) -> None:
        names = facts.names(Fact.COUNTRY)
        assert [names.names[code] for code in names.find("Asian")] == ["South Korea"]
        assert names.adjective(names.find("South Korea")[0]) == "South Korean"


class TestRefusals:
    def test_a_pack_that_was_altered(self, facts: FilmFacts, tables: Path) -> None:
        file = tables / "pack" / "names.parquet"
        file.write_bytes(file.read_bytes() + b" ")
        with pytest.raises(BundleError, match=r"names\.parquet is not the file that was saved"):
            FilmFacts.open(tables / "pack")
        file.unlink()
        with pytest.raises(BundleError, match=r"names\.parquet is missing"):
            FilmFacts.open(tables / "pack")

    def test_no_pack_and_one_from_the_future(self, facts: FilmFacts, tables: Path) -> None:
        with pytest.raises(BundleError, match="There are no facts of films in"):
            FilmFacts.open(tables / "nowhere")
        manifest = tables / "pack" / "manifest.json"
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))
        with pytest.raises(BundleError, match="format 99"):
            FilmFacts.open(tables / "pack")

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("ages", "movieId,rating\n10,G\nten,PG\n", r"ages\.csv line 3: movieId 'ten'"),
            ("oscars", "movieId,year\n10,1994\n", r"oscars\.csv line 1: column 'category'"),
            ("cast", "", r"cast\.csv is empty"),
        ],
    )
    def test_a_table_that_is_not_as_it_should_be(
        self, tables: Path, name: str, text: str, message: str
    ) -> None:
        (tables / f"{name}.csv").write_text(text)
        with pytest.raises(DataError, match=message):
            gather({"movies": tables / "movies.csv", name: tables / f"{name}.csv"})

    def test_a_table_that_is_not_there(self, tables: Path) -> None:
        with pytest.raises(DataError, match=r"no\.csv cannot be read: No such file"):
            gather({"movies": tables / "no.csv"})


@pytest.mark.parametrize(
    ("text", "directors", "writers", "authors"),
    [
        ("Fog is a film directed by Joel and Ethan Coen.", ("Joel Coen", "Ethan Coen"), (), ()),
        ("It was directed and produced by J. Lee Thompson. The film", ("J. Lee Thompson",), (), ()),
        ("A film by X. It is a remake of the film directed by Ann Lee.", (), (), ()),
        (
            "Fog is a film directed by Guillermo del Toro from a screenplay by Toro and Ann Lee.",
            ("Guillermo del Toro",),
            ("Guillermo del Toro", "Ann Lee"),
            (),
        ),
        ("It is based on Mary Reed's 1962 novel of the same name.", (), (), ("Mary Reed",)),
        ("It is based on the novel Fog by Mary Reed, starring Jo Kim.", (), (), ("Mary Reed",)),
        (
            "A film directed by Ann Lee, who co-wrote the screenplay with Mary Reed.",
            ("Ann Lee",),
            ("Ann Lee", "Mary Reed"),
            (),
        ),
        ("A film directed by Walt Disney Productions.", (), (), ()),
    ],
)
def test_makers_that_a_sentence_names(
    text: str, directors: tuple[str, ...], writers: tuple[str, ...], authors: tuple[str, ...]
) -> None:
    found = makers_in(text)
    assert (found.directors, found.writers, found.authors) == (directors, writers, authors)


def test_the_origin_that_a_sentence_names() -> None:
    assert origin_in("Fog is a 2009 American-Bulgarian drama film.") == ("American", "Bulgarian")
    assert origin_in("Fog was a horror film of the American director Jo Kim.") == ()


def test_a_cast_list_is_cleared_of_what_is_no_name() -> None:
    assert billed("Mira Nair|(Director)|Riz Ahmed|and|the life of|Paul Muller (actor)") == (
        "Riz Ahmed",
        "Paul Muller",
    )
    assert billed("screenwriter)|Andy García|'Tiny' Lister [2]|X") == ("Andy García",)


def test_one_spelling_a_person() -> None:
    credits = [
        *(Credit(name, film, False) for name, film in [("Jose Lima", 1), ("José Lima", 2)]),
        *(Credit("Henry James", film, False) for film in (3, 4)),
        Credit("James Henry", 5, False),
        *(Credit("Kar Wai Wong", film, True) for film in (6, 7)),
        Credit("Wong Kar-wai", 8, True),
    ]
    found = spellings(credits, ["A film by Wong Kar-wai.", "Wong Kar-wai returns."])
    assert found == {
        **{"Jose Lima": "José Lima", "José Lima": "José Lima"},
        **{"Henry James": "Henry James", "James Henry": "James Henry"},
        **{"Kar Wai Wong": "Wong Kar-wai", "Wong Kar-wai": "Wong Kar-wai"},
    }


def test_forms_in_which_names_are_compared() -> None:
    assert squashed("Łódź & Søn, Jr.") == "lodzandsonjr"
    assert orders("Kar Wai Wong")[1:] == ("waiwongkar", "wongkarwai")


def test_keywords_fit_to_show_are_words_in_use() -> None:
    words = WordCounts.of(["a murder in the city of Rome; murder, murder"] * 12, ["City Of Rome"])
    assert words.is_shown("Murder") and words.is_shown("Rome")
    assert not any(map(words.is_shown, ("Polizei", "Murder 1990", "nudity")))
    assert (words.as_written("Murder"), words.as_written("Rome")) == ("murder", "Rome")
