"""A film on the table goes by a part of its title, or by what is known of it, and takes what is
said of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.language.understand import Understanding
from assistant.language.utterance import Act, Context, MovieMention, Topic, Utterance
from core.data.facts import FilmFacts
from core.model.bundle import Bundle

MODELS = Path(__file__).parents[3] / "models"

WEDDINGS = ("Four Weddings and a Funeral (1994)", "Pretty Woman (1990)", "Notting Hill (1999)")
HEISTS = ("Dog Day Afternoon (1975)", "Wild Bunch, The (1969)", "Straight Time (1978)")
ABROAD = ("Late Spring (1949)", "Rashomon (1950)", "Amelie (2001)")
GHOSTS = ("Orphanage, The (2007)", "Devil's Backbone, The (2001)", "Innocents, The (1961)")
SEA = ("Jaws (1975)", "Fly, The (1986)", "Thing, The (1982)")


class Talk:
    """Lines about films of the shipped catalogue."""

    def __init__(self) -> None:
        facts = FilmFacts.open(MODELS / "films")
        self.catalogue = Bundle.load(MODELS / "marquee", facts).catalogue
        self.understanding = Understanding(self.catalogue, facts)
        self.tokens = {
            self.title(token): token for token in map(self.catalogue.movie_token, range(30_000))
        }

    def title(self, token: int) -> str:
        movie = self.catalogue.movie(token)
        return f"{movie.title} ({movie.year})"

    def token(self, label: str) -> int:
        title, _, year = label.rpartition(" (")
        return self.tokens[f"{_in_order(title)} ({year}"]

    def said(self, line: str, shown: tuple[str, ...]) -> Utterance:
        return self.understanding.understand(line, Context(tuple(map(self.token, shown))))

    def verdicts(self, line: str, shown: tuple[str, ...]) -> dict[str, str]:
        return {
            self.title(token).rpartition(" (")[0]: _verdict(movie)
            for statement in self.said(line, shown).statements
            for movie in statement.movies
            for token in (movie.token, *movie.also)
        }


def _in_order(title: str) -> str:
    return f"The {title.removesuffix(', The')}" if title.endswith(", The") else title


def _verdict(movie: MovieMention) -> str:
    if movie.taken:
        return "taken"
    return "+" if movie.strength > 0 else "-" if movie.strength < 0 else "seen"


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


@pytest.mark.parametrize(
    ("shown", "line", "verdicts"),
    [
        (WEDDINGS, "Four Weddings I've seen", {"Four Weddings and a Funeral": "seen"}),
        (HEISTS, "Dog Day is a favourite already", {"Dog Day Afternoon": "+"}),
        (GHOSTS, "The Innocents we saw last month", {"The Innocents": "seen"}),
        (GHOSTS, "Backbone sounds great", {"The Devil's Backbone": "taken"}),
        (HEISTS, "not in the mood for an afternoon film", {}),
        (WEDDINGS, "I love Woman in Gold", {"Woman in Gold": "+"}),
    ],
)
def test_a_part_of_a_title_names_the_film_on_the_table(
    talk: Talk, shown: tuple[str, ...], line: str, verdicts: dict[str, str]
) -> None:
    assert talk.verdicts(line, shown) == verdicts


@pytest.mark.parametrize(
    ("shown", "line", "verdicts"),
    [
        (HEISTS, "I'll take the one with Pacino", {"Dog Day Afternoon": "taken"}),
        (ABROAD, "the French one, please", {"Amelie": "taken"}),
        (ABROAD, "the one by Ozu I've seen", {"Late Spring": "seen"}),
        (ABROAD, "loved the Japanese ones", {"Late Spring": "+", "Rashomon": "+"}),
        (ABROAD, "the newest one is not for me", {"Amelie": "-"}),
        (GHOSTS, "the 1961 one I know too", {"The Innocents": "seen"}),
        (SEA, "the shark one bores me", {"Jaws": "-"}),
        (SEA, "I've seen the one about the shark", {"Jaws": "seen"}),
    ],
)
def test_a_definite_description_is_the_film_that_it_fits(
    talk: Talk, shown: tuple[str, ...], line: str, verdicts: dict[str, str]
) -> None:
    utterance = talk.said(line, shown)

    assert talk.verdicts(line, shown) == verdicts
    assert not utterance.facets


def test_what_fits_no_film_on_the_table_or_is_not_definite_is_a_wish(talk: Talk) -> None:
    for line in ("a French one please", "something with Pacino", "the one with Tom Hanks"):
        utterance = talk.said(line, SEA)

        assert utterance.facets
        assert not utterance.movies


def test_a_film_is_taken_by_its_name_before_something_else_is_asked_for(talk: Talk) -> None:
    utterance = talk.said("I'll take the one with Pacino. Now something newer, a comedy", HEISTS)

    assert utterance.act is Act.AGREE
    assert utterance.movies[0].taken
    assert utterance.then is not None
    assert utterance.then.facets


def test_places_are_heard_beside_names(talk: Talk) -> None:
    line = "The Devil's Backbone I've seen a dozen times, the first one bores me"

    verdicts = {"The Devil's Backbone": "seen", "The Orphanage": "-"}
    assert talk.verdicts(line, GHOSTS) == verdicts


@pytest.mark.parametrize(
    "line",
    [
        "do you have Stalker?", "have you got Stalker?",
        "show me Stalker", "I wanted Stalker", "is Stalker in there?",
    ],
)  # fmt: skip
def test_a_film_may_be_asked_for_by_its_name(talk: Talk, line: str) -> None:
    utterance = talk.said(line, ())

    assert [question.topic for question in utterance.questions] == [Topic.HAS]
    assert [*map(talk.title, utterance.questions[0].films)] == ["Stalker (1979)"]


def test_a_wish_may_follow_a_film_that_is_asked_for(talk: Talk) -> None:
    line = "The Lost City? have you got that one or something like it with Sandra Bullock"
    utterance = talk.said(line, ())

    assert [question.topic for question in utterance.questions] == [Topic.HAS]
    assert utterance.facets


@pytest.mark.parametrize(
    ("line", "name", "wanted"),
    [
        ("a Jimmy Stewart film please", "James Stewart", True),
        ("anything by Wong Kar Wai", "Kar Wai Wong", True),
        ("Jim Carrey never ever", "Jim Carrey", False),
        ("Scorsese never please", "Martin Scorsese", False),
    ],
)
def test_people_go_by_other_names_and_never_keeps_them_away(
    talk: Talk, line: str, name: str, wanted: bool
) -> None:
    (facet,) = talk.said(line, ()).facets

    assert talk.catalogue.facet(facet.token).name.casefold() == name.casefold()
    assert facet.required
    assert (facet.strength > 0) is wanted


def test_sighs_are_no_titles_and_long_titles_written_out_are(talk: Talk) -> None:
    assert talk.verdicts("argh. Heist movies, funny ones", ()) == {}
    line = "Heard of Once Upon a Time in Anatolia at work, and of a Turkish woman director"
    assert "Once Upon a Time in Anatolia" in talk.verdicts(line, ())
