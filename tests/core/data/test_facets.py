"""What is known of films becomes what can be asked for: eight films and a pack of a few facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facets import with_facts
from core.data.facts import Fact, FilmFacts, Lists
from core.data.names import People, Vocabulary
from core.data.reading import read
from core.domain import FOREIGN, Facet, Movie

N_FILMS, N_ITEMS = 8, 7
"""The last film is too little known to be recommended."""


def words(*names: str, others: dict[str, tuple[str, ...]] | None = None) -> Vocabulary:
    made = [(others or {}).get(name, ()) for name in names]
    return Vocabulary(names, tuple(made), np.array([name != "gunk" for name in names]))


def known(vocabulary: Vocabulary, fact: Fact, films: dict[str, list[int]]) -> FilmFacts:
    """A pack that knows one thing of the films in these rows."""
    pairs = sorted((row, vocabulary.find(name)[0]) for name, rows in films.items() for row in rows)
    starts = np.searchsorted([row for row, _ in pairs], np.arange(N_FILMS + 1))
    empty = FilmFacts.empty()
    none = Lists(np.zeros(N_FILMS + 1, dtype=np.int64), np.zeros(0, dtype=np.int32))
    codes = np.array([code for _, code in pairs], dtype=np.int32)
    lists = dict.fromkeys(Fact, none) | {fact: Lists(starts.astype(np.int64), codes)}
    return FilmFacts(
        np.arange(N_FILMS, dtype=np.int64),
        empty.numbers,
        empty.texts,
        lists,
        dict(empty.vocabularies) | {fact.vocabulary: vocabulary},
        {},
        {},
    )


def facets(pack: FilmFacts, **tags: list[int]) -> dict[str, list[int]]:
    """What can be asked for, by key, of films with two genres and these tags."""
    movies = tuple(Movie(row, row, f"Film {row}", 2000, ()) for row in range(N_FILMS))
    films = Catalogue(
        movies,
        (),
        sparse.csr_matrix((0, N_FILMS), dtype=np.bool_),
        np.ones(N_FILMS, dtype=np.int64),
        N_ITEMS,
    )
    rows = {Facet("genre", "Crime"): [0, 1], Facet("genre", "Sci-Fi"): [2]}
    rows |= {Facet("tag", name.replace("_", " ")): films for name, films in tags.items()}
    found = with_facts({facet: np.array(some) for facet, some in rows.items()}, pack.of(films))
    for facet, some in found.items():
        ALIASES[facet.key] = facet.aliases
        assert some.tolist() == sorted(set(some.tolist()))
    return {facet.key: some.tolist() for facet, some in found.items() if facet.kind != "genre"}


ALIASES: dict[str, tuple[str, ...]] = {}


class TestThings:
    """Finer genres, moods, sources, keywords."""

    GENRES = words(
        "heist film", "crime film", "science fiction film", "slasher",
        others={"heist film": ("caper",)},
    )  # fmt: skip

    def test_a_finer_genre_of_five_films_can_be_asked_for(self) -> None:
        pack = known(self.GENRES, Fact.GENRE, {"heist film": [0, 1, 2, 3, 7, 4], "slasher": [5]})
        assert facets(pack) == {"subgenre:heist": [0, 1, 2, 3, 4, 7]}
        assert ALIASES["subgenre:heist"] == ("heist film", "caper")

    def test_films_that_cannot_be_recommended_do_not_count(self) -> None:
        pack = known(self.GENRES, Fact.GENRE, {"heist film": [0, 1, 2, 3, 7]})
        assert facets(pack) == {}

    def test_a_tag_of_the_same_name_gets_the_films_of_both(self) -> None:
        pack = known(self.GENRES, Fact.GENRE, {"heist film": [0, 1, 2, 3, 4]})
        assert facets(pack, heists=[4, 5, 6]) == {"tag:heists": [0, 1, 2, 3, 4, 5, 6]}
        assert ALIASES["tag:heists"] == ("heist", "heist film", "caper")

    def test_so_does_one_of_another_word_for_it(self) -> None:
        pack = known(self.GENRES, Fact.GENRE, {"heist film": [0, 1, 2, 3, 4]})
        assert facets(pack, caper=[5]) == {"tag:caper": [0, 1, 2, 3, 4, 5]}

    @pytest.mark.parametrize("name", ["crime film", "science fiction film"])
    def test_what_movielens_has_as_a_genre_stays_as_it_is(self, name: str) -> None:
        assert facets(known(self.GENRES, Fact.GENRE, {name: [0, 1, 2, 3, 4, 5]})) == {}

    def test_a_mood_is_a_tag(self) -> None:
        pack = known(words("eerie"), Fact.MOOD, {"eerie": [0, 1, 2, 3, 4]})
        assert facets(pack) == {"tag:eerie": [0, 1, 2, 3, 4]}

    def test_what_a_film_is_made_from_is_said_in_full(self) -> None:
        sources = words("opera", "true story")
        pack = known(sources, Fact.SOURCE, {"opera": [0, 1, 2], "true story": [3, 4, 5]})
        assert facets(pack, based_on_a_true_story=[6]) == {
            "tag:based on a true story": [3, 4, 5, 6],
            "source:based on an opera": [0, 1, 2],
        }

    def test_one_word_for_several_is_a_facet_of_all(self) -> None:
        sources = words("novella", "novel", others=dict.fromkeys(("novella", "novel"), ("book",)))
        pack = known(sources, Fact.SOURCE, {"novella": [0, 1, 2], "novel": [2, 3, 4]})
        assert facets(pack)["source:based on a book"] == [0, 1, 2, 3, 4]

    def test_keywords_need_eight_films(self) -> None:
        pack = known(words("ghost"), Fact.KEYWORD, {"ghost": [*range(7)]})
        assert facets(pack) == {}

    def test_words_that_are_not_fit_to_show_are_left_out(self) -> None:
        assert facets(known(words("gunk"), Fact.GENRE, {"gunk": [*range(7)]})) == {}


class TestSeries:
    """Three films, and the tag that means the same."""

    NAMES = words("Wasp Woman", others={"Wasp Woman": ("Wasp",)})

    def test_a_tag_on_mostly_the_same_films_is_the_series(self) -> None:
        pack = known(self.NAMES, Fact.SERIES, {"Wasp Woman": [0, 1, 2]})
        assert facets(pack, wasp=[1, 2, 3]) == {"series:Wasp Woman": [0, 1, 2, 3]}

    def test_a_tag_on_others_is_not(self) -> None:
        pack = known(self.NAMES, Fact.SERIES, {"Wasp Woman": [0, 1, 2]})
        assert facets(pack, wasp=[2, 3, 4, 5]) == {
            "series:Wasp Woman": [0, 1, 2],
            "tag:wasp": [2, 3, 4, 5],
        }


class TestPlaces:
    """Languages and countries."""

    def test_a_film_has_its_language_and_its_family_and_is_foreign(self) -> None:
        nordic = dict.fromkeys(("Danish", "Swedish"), ("Scandinavian",))
        pack = known(
            words("Danish", "English", "Swedish", others=nordic),
            Fact.LANGUAGE,
            {"Danish": [0], "English": [1, 2], "Swedish": [3]},
        )
        assert facets(pack, danish=[5]) == {
            f"language:{FOREIGN}": [0, 3],
            "language:Danish": [0],
            "language:English": [1, 2],
            "language:Swedish": [3],
            "language:Scandinavian": [0, 3],
        }

    def test_a_country_goes_without_its_article_and_keeps_its_adjective(self) -> None:
        names = words("the Netherlands", others={"the Netherlands": ("Dutch", "Netherlands")})
        pack = known(names, Fact.COUNTRY, {"the Netherlands": [0, 1, 2, 3, 4]})
        assert facets(pack, dutch=[5, 6]) == {"country:Netherlands": [0, 1, 2, 3, 4]}
        assert ALIASES["country:Netherlands"] == ("Dutch",)


class TestPeople:
    """Directors of two films, cast of three; family names where they do not stand last."""

    NAMES = People(
        ("Ada Stone", "Bong Bo-ra", *(f"Martin {letter}" for letter in "ABCDE")),
        ((), ("Bong",), ("Martin",), (), (), (), ()),
        np.ones(7, dtype=np.bool_),
    )

    def test_who_directs_two_films(self) -> None:
        pack = known(self.NAMES, Fact.DIRECTOR, {"Ada Stone": [0, 1], "Bong Bo-ra": [2, 7]})
        assert facets(pack, ada_stone=[5, 6]) == {"director:Ada Stone": [0, 1]}

    def test_who_plays_in_three(self) -> None:
        pack = known(self.NAMES, Fact.ACTOR, {"Ada Stone": [0, 1], "Bong Bo-ra": [2, 3, 4, 7]})
        assert facets(pack) == {"person:Bong Bo-ra": [2, 3, 4, 7]}
        assert ALIASES["person:Bong Bo-ra"] == ("Bong",)

    def test_whose_books_two_films_are_made_from(self) -> None:
        pack = known(self.NAMES, Fact.AUTHOR, {"Ada Stone": [0, 1], "Martin A": [2]})
        assert facets(pack) == {"source:based on Ada Stone": [0, 1]}
        assert ALIASES["source:based on Ada Stone"] == ("Ada Stone",)

    def test_a_given_name_of_many_is_nobodys_family_name(self) -> None:
        facets(known(self.NAMES, Fact.DIRECTOR, {"Martin A": [0, 1]}))
        assert ALIASES["director:Martin A"] == ()


def test_the_facts_are_read_with_the_ratings(tiny_movielens: Path) -> None:
    without = read(tiny_movielens, min_ratings=1)
    pack = known(words("eerie"), Fact.MOOD, {"eerie": [*range(N_FILMS)]})
    assert read(tiny_movielens, facts=pack).catalogue.facets == without.catalogue.facets
