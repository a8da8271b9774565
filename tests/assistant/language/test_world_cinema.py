"""Films in other languages: asked for, spared, and told apart from Chinese food."""

from __future__ import annotations

from pathlib import Path

import pytest
import screening

from assistant.chat import Assistant
from assistant.language.understand import Understanding
from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.data.reading import read

PACK = Path(__file__).parents[3] / "models" / "films"

FILMS = (
    (1214, "Alien (1979)", "Horror|Sci-Fi"),
    (6, "Heat (1995)", "Crime|Thriller"),
    (5618, "Spirited Away (2001)", "Animation|Fantasy"),
    (27773, "Old Boy (2003)", "Thriller"),
    (4973, "Amelie (2001)", "Comedy|Romance"),
    (1237, "Seventh Seal, The (1957)", "Drama"),
    (1213, "Goodfellas (1990)", "Crime|Drama"),
    (50, "Usual Suspects, The (1995)", "Crime|Thriller"),
    (1089, "Reservoir Dogs (1992)", "Crime|Thriller"),
    (4963, "Ocean's Eleven (2001)", "Crime|Thriller"),
    (858, "Godfather, The (1972)", "Crime|Drama"),
)
HEISTS = (6, 50, 1089, 1213, 4963, 27773)
"""Tagged as such, and none of them of the 70s."""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("world-cinema")
    tables = {
        "movies": [
            "movieId,title,genres",
            *(f'{number},"{title}",{genres}' for number, title, genres in FILMS),
        ],
        "ratings": [
            "userId,movieId,rating,timestamp",
            *(f"{user},{number},4,{user}" for number, _, _ in FILMS for user in (1, 2)),
        ],
        "tags": [
            "userId,movieId,tag,timestamp",
            *(f"{user},{number},heist,{user}" for number in HEISTS for user in range(1, 6)),
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read(folder, facts=FilmFacts.open(PACK), min_ratings=1).catalogue


@pytest.fixture
def assistant(films: Catalogue, tmp_path: Path) -> Assistant:
    return screening.assistant(films, f"sqlite:///{tmp_path}/store.db")


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("Korean thrillers", {"language:Korean": 1, "genre:Thriller": 1}),
        ("something Japanese", {"language:Japanese": 1}),
        ("anime", {"genre:Animation": 1, "language:Japanese": 1}),
        ("something not french", {"language:French": -1}),
        ("in swedish please", {"language:Swedish": 1}),
        ("Scandinavian films", {"language:Scandinavian": 1}),
        ("nothing w/ subtitles pls", {"language:foreign language": -1}),
        ("only in english", {"language:foreign language": -1}),
        ("foreign films", {"language:foreign language": 1}),
        ("I don't mind subtitles", {"language:foreign language": 0}),
        ("we had korean food", {}),
        ("the swedish one", {}),
    ],
)
def test_a_language_is_a_wish_where_it_is_that_of_films(
    films: Catalogue, text: str, wishes: dict[str, int]
) -> None:
    utterance = Understanding(films).understand(text)
    signs = {
        films.facet(one.token).key: (one.strength > 0) - (one.strength < 0)
        for one in utterance.facets
    }
    assert signs == wishes
    assert "language" not in utterance.beyond


def test_a_language_of_which_nothing_is_known_is_said_to_be_unknown(films: Catalogue) -> None:
    assert Understanding(films).understand("only in hindi").beyond == ("language",)


def test_who_wants_no_subtitles_gets_none(assistant: Assistant) -> None:
    session = assistant.start()
    reply = assistant.respond(session, "nothing with subtitles, show me ten films")
    assert "films without subtitles" in reply.text
    shown = {film.movie.title for film in reply.recommendations}
    assert {"Alien", "Heat", "The Godfather"} <= shown
    assert not shown & {"Spirited Away", "Old Boy", "Amelie", "The Seventh Seal"}


def test_and_may_change_their_mind(assistant: Assistant) -> None:
    session = assistant.start()
    assistant.respond(session, "no subtitles")
    reply = assistant.respond(session, "I don't mind subtitles, show me ten films")
    assert "Spirited Away" in {film.movie.title for film in reply.recommendations}


def test_a_tag_that_no_film_of_these_years_has_becomes_a_leaning(assistant: Assistant) -> None:
    reply = assistant.respond(assistant.start(), "a heist film from the 70s")
    shown = {film.movie.title for film in reply.recommendations}
    assert shown == {"The Godfather", "Alien"}  # no heist is of the 70s
    assert "“heist”" in reply.text
