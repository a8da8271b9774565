from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from worlds import catalogue_of

from core.catalogue import Catalogue
from core.domain import Constraints, Facet, Limit, Movie

# film:        Alien  Heat   Big    Nameless (no year)  Obscure (no evidence)
# sci-fi         x      .     .        x                  x
# comedy         .      .     x        x                  .
CATALOGUE = Catalogue(
    movies=(
        Movie(0, 1214, "Alien", 1979, ("Sci-Fi",)),
        Movie(1, 6, "Heat", 1995, ()),
        Movie(2, 2797, "Big", 1988, ("Comedy",)),
        Movie(3, 50, "Nameless", 0, ("Sci-Fi", "Comedy")),
        Movie(4, 7, "Obscure", 1985, ("Sci-Fi",)),
    ),
    facets=(Facet("genre", "Sci-Fi"), Facet("genre", "Comedy")),
    membership=sparse.csr_matrix(np.array([[1, 0, 0, 1, 1], [0, 0, 1, 1, 0]], dtype=np.bool_)),
    n_ratings=np.array([9, 8, 7, 6, 1]),
    n_items=4,
)
ALIEN, SCI_FI, COMEDY = 1, 6, 7


def test_tokens_are_padding_then_films_then_facets() -> None:
    assert CATALOGUE.n_tokens == 8
    assert CATALOGUE.movie_token(0) == ALIEN
    assert CATALOGUE.facet_token(0) == SCI_FI
    assert [CATALOGUE.is_movie(token) for token in range(9)] == [False] + [True] * 5 + [False] * 3
    assert [CATALOGUE.is_facet(token) for token in range(9)] == [False] * 6 + [True] * 2 + [False]
    assert CATALOGUE.movie(ALIEN).title == "Alien"
    assert CATALOGUE.facet(COMEDY) == Facet("genre", "Comedy")


@pytest.mark.parametrize("token", [-1, 0, SCI_FI, 8])
def test_what_is_no_film_has_no_film(token: int) -> None:
    with pytest.raises(KeyError):
        CATALOGUE.movie(token)


@pytest.mark.parametrize("token", [-1, 0, ALIEN, 8])
def test_what_is_no_facet_has_no_films(token: int) -> None:
    with pytest.raises(KeyError):
        CATALOGUE.facet(token)
    with pytest.raises(KeyError):
        CATALOGUE.has(token)


def test_every_token_has_a_name_that_leads_back() -> None:
    names = [CATALOGUE.key_of(token) for token in range(1, 8)]
    assert names == [
        "movie:1214",
        "movie:6",
        "movie:2797",
        "movie:50",
        "movie:7",
        "genre:Sci-Fi",
        "genre:Comedy",
    ]
    assert [CATALOGUE.token_of(name) for name in names] == list(range(1, 8))


@pytest.mark.parametrize(
    "name", ["movie:999", "movie:x", "movie:-6", "movie:", "genre:sci-fi", "tag:Comedy", "", "6"]
)
def test_unknown_names_lead_nowhere(name: str) -> None:
    assert CATALOGUE.token_of(name) is None


def test_columns() -> None:
    assert CATALOGUE.years.tolist() == [1979, 1995, 1988, 0, 1985]
    assert CATALOGUE.movie_ids.tolist() == [1214, 6, 2797, 50, 7]
    assert CATALOGUE.rows_of([7, 99, 1214]).tolist() == [4, -1, 0]
    assert CATALOGUE.token_of_movie_id(6) == 2
    assert CATALOGUE.token_of_facet("genre", "Comedy") == COMEDY


@pytest.mark.parametrize(
    ("constraints", "allowed"),
    [
        (Constraints(), ["Alien", "Heat", "Big", "Nameless"]),
        (Constraints(limits=(Limit("year", 1979, 1988),)), ["Alien", "Big"]),
        (Constraints(limits=(Limit("year", 1980, 1987),)), []),
        (Constraints(required=(SCI_FI,)), ["Alien", "Nameless"]),
        (Constraints(required=(SCI_FI, COMEDY)), ["Nameless"]),
        (Constraints(excluded=(COMEDY,)), ["Alien", "Heat"]),
        (Constraints(required=(SCI_FI,), excluded=(COMEDY,)), ["Alien"]),
        (Constraints(limits=(Limit("year", 1970, 2000),), excluded=(SCI_FI,)), ["Heat", "Big"]),
        (Constraints(limits=(Limit("rank", 2),)), ["Big", "Nameless"]),
        (Constraints(limits=(Limit("rank", 2),), required=(SCI_FI,)), ["Nameless"]),
        (Constraints(limits=(Limit("rank", 9),)), []),
        (Constraints(required=(SCI_FI, COMEDY)), ["Nameless"]),
        (
            Constraints(required=(SCI_FI, COMEDY), either=((SCI_FI, COMEDY),)),
            ["Alien", "Big", "Nameless"],
        ),
        (Constraints(required=(SCI_FI,), either=((SCI_FI, COMEDY),)), ["Alien", "Nameless"]),
    ],
)
def test_constraints_leave_only_films_that_fulfil_all(
    constraints: Constraints, allowed: list[str]
) -> None:
    mask = CATALOGUE.allowed(constraints)
    assert mask.shape == (4,)  # films without evidence are never shown
    assert [CATALOGUE.movies[row].title for row in np.flatnonzero(mask)] == allowed


def test_which_films_have_a_facet_is_told_the_same_each_time_and_nobody_can_change_it() -> None:
    first, again = CATALOGUE.has(SCI_FI), CATALOGUE.has(SCI_FI)
    assert first.tolist() == again.tolist() == [True, False, False, True]
    with pytest.raises(ValueError, match="read-only"):
        first[1] = True


def test_a_wish_for_a_theme_allows_films_that_are_like_those_of_it() -> None:
    # Film 1 was tagged "heist", and film 2 is like it; film 0 is a comedy as much as film 3 is.
    films, facets = catalogue_of([4, 3, 2, 1]), (Facet("tag", "heist"), Facet("genre", "Comedy"))
    has = sparse.csr_matrix([[0, 1, 0, 0], [0, 0, 0, 1]], dtype=np.bool_)
    degrees = sparse.csr_matrix([[0, 0.9, 0.4, 0], [0.8, 0, 0, 0.7]], dtype=np.float32)
    films = replace(films, facets=facets, membership=has, typicality=degrees)
    heist, comedy = films.facet_token(0), films.facet_token(1)
    assert films.allowed(Constraints(required=(heist,))).tolist() == [False, True, True, False]
    assert films.allowed(Constraints(excluded=(heist,))).tolist() == [True, False, False, True]
    assert films.allowed(Constraints(required=(comedy,))).tolist() == [False, False, False, True]
    np.testing.assert_allclose(films.degree(heist), [0, 0.9, 0.4, 0])


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="membership has shape"):
        Catalogue(CATALOGUE.movies, (), CATALOGUE.membership, CATALOGUE.n_ratings, 4)
    with pytest.raises(ValueError, match="n_items 6 of 5"):
        Catalogue(CATALOGUE.movies, CATALOGUE.facets, CATALOGUE.membership, CATALOGUE.n_ratings, 6)


def test_a_late_film_is_as_well_known_as_the_best_of_its_years_are() -> None:
    # Twenty films of 1994 with 100 ratings each and twenty of 2020 with 10 each: 15 ratings in 2020
    # are 150 in 1994, and 12 in 1950, when fewer films were rated at all, are 12.
    years = [2020, *[1994] * 20, *[2020] * 19, 1950]
    ratings = [15, *[100] * 20, *[10] * 19, 12]
    order = np.argsort(-np.array(ratings), kind="stable")
    films = tuple(
        Movie(row, 100 + number, f"Film {number}", years[number], ())
        for row, number in enumerate(order.tolist())
    )
    none = sparse.csr_matrix((0, len(films)), dtype=np.bool_)
    catalogue = Catalogue(films, (), none, np.array(ratings)[order], len(films))
    rank = {film.movie_id - 100: int(catalogue.ranks[film.row]) for film in films}
    assert rank[0] == 0
    assert max(rank[number] for number in range(21, 40)) < 40
    assert rank[40] == 21  # by its ratings alone; beside its years it would be the last


def test_an_english_film_with_american_partners_is_of_no_country_that_speaks_otherwise() -> None:
    # film:          Kolya   The Prince & Me   Tsotsi
    movies = tuple(Movie(row, row, f"F{row}", 2000, ()) for row in range(3))
    table = {
        Facet("country", "Czech Republic"): [1, 1, 0],
        Facet("country", "United States"): [0, 1, 0],
        Facet("language", "English"): [0, 1, 0],
    }
    members = sparse.csr_matrix(np.array(list(table.values()), dtype=np.bool_))
    catalogue = Catalogue(movies, tuple(table), members, np.array([3, 2, 1]), 3)
    czech = catalogue.facet_token(0)
    assert catalogue.has(czech).tolist() == [True, True, False]
    assert catalogue.fits(czech).tolist() == [True, False, False]
    assert catalogue.fits(catalogue.facet_token(1)).tolist() == [False, True, False]
