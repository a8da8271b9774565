"""A plain talk in Spanish, French, Italian, Portuguese or German; English lines stay as they are."""

from __future__ import annotations

import pytest
import shipped

from assistant.language.understand import Understanding
from assistant.language.utterance import Act, Context


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return shipped.understanding()


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("busco una película de terror, pero sin vampiros", {"Horror"}, set()),
        ("quiero un documental francés", {"Documentary", "French"}, set()),
        ("odio las comedias románticas", set(), {"romantic comedy"}),
        ("je cherche une comédie italienne", {"Comedy", "Italian"}, set()),
        ("un film de guerre mais pas américain", {"War"}, {"United States"}),
        ("vorrei un giallo, ma non tedesco", {"Mystery"}, {"German"}),
        ("cerco un film di fantascienza", {"Sci-Fi"}, set()),
        ("quero um drama com Meryl Streep", {"Drama", "Meryl Streep"}, set()),
        ("procuro um filme de ação sem romance", {"Action"}, {"Romance"}),
        ("Ich suche einen Krimi, aber keine Komödie", {"Crime"}, {"Comedy"}),
    ],
)
def test_wishes(
    understanding: Understanding, text: str, wanted: set[str], unwanted: set[str]
) -> None:
    name = understanding.catalogue.facet
    found = {name(one.token).name: one.strength for one in understanding.understand(text).facets}
    assert {name for name, strength in found.items() if strength > 0} == wanted
    assert {name for name, strength in found.items() if strength < 0} == unwanted


@pytest.mark.parametrize(
    ("text", "film", "liked", "seen"),
    [
        ("me encantó El laberinto del fauno", "Pan's Labyrinth (2006)", 1, False),
        ("ya he visto Matrix", "The Matrix (1999)", 0, True),
        ("j'ai détesté Titanic", "Titanic (1997)", -1, False),
        ("j'ai adoré Les Évadés", "The Shawshank Redemption (1994)", 1, False),
        ("ho già visto La vita è bella", "Life Is Beautiful (1997)", 0, True),
        ("Rocky non mi è piaciuto", "Rocky (1976)", -1, False),
        ("adorei Cidade de Deus", "City of God (2002)", 1, False),
        ("Der Pate fand ich grandios", "The Godfather (1972)", 1, False),
        ("Gladiator ist Mist", "Gladiator (2000)", -1, False),
    ],
)
def test_films(understanding: Understanding, text: str, film: str, liked: int, seen: bool) -> None:
    (movie,) = understanding.understand(text).movies
    assert understanding.catalogue.movie(movie.token).label == film
    assert (movie.strength > 0) - (movie.strength < 0) == liked
    assert movie.seen == seen


@pytest.mark.parametrize(
    ("text", "years"),
    [("años 80", (1980, 1989)), ("après 1995", (1996, 2023)), ("aus den 70ern", (1970, 1979))],
)
def test_years(understanding: Understanding, text: str, years: tuple[int, int]) -> None:
    found = understanding.understand(text).years
    assert found is not None
    assert found[0] == years[0]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("gracias", Act.THANKS), ("warum die zweite?", Act.WHY), ("merci beaucoup", Act.THANKS),
        ("valeu!", Act.THANKS), ("¿quién dirigió la primera?", Act.ASK),
    ],
)  # fmt: skip
def test_acts(understanding: Understanding, text: str, act: Act) -> None:
    assert understanding.understand(text, Context(shown=(1, 2, 3))).act is act


@pytest.mark.parametrize(
    "text",
    [
        "I loved El secreto de sus ojos and La vita è bella", "no drama, con artists or war",
        "Das Boot, Amelie and Il Postino", "anything by Guillermo del Toro but no terror",
        "la la land", "an action film with Penelope Cruz", "die hard", "me and my son",
    ],
)  # fmt: skip
def test_english_stays(understanding: Understanding, text: str) -> None:
    assert understanding.in_english(text) == text
