"""Wishes for what is known of films: makers, places, series, sources, finer genres."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from assistant.conversation.interpret import Interpretation, Referents, interpret
from assistant.conversation.phrasing import films_words, label_of
from assistant.language.understand import Understanding
from core.catalogue import Catalogue
from core.domain import Constraints, Facet, Movie, Outcome
from core.session import SessionState

N_FILMS = 12
HAS = {
    Facet("genre", "Comedy"): range(12),
    Facet("genre", "Horror"): range(6),
    Facet("tag", "heist"): range(6),
    Facet("tag", "british comedy"): range(6),
    Facet("tag", "aliens", ("alien",)): range(6),
    Facet("subgenre", "psychological thriller"): range(6),
    Facet("keyword", "best friends"): range(6),
    Facet("source", "based on a novel"): range(6),
    Facet("series", "Alien"): (0, 1, 2),
    Facet("series", "Wasp Woman Universe", ("Wasps", "WWU")): (0, 1, 2),
    Facet("language", "foreign language"): range(6),
    Facet("language", "Korean"): range(6),
    Facet("country", "South Korea", ("South Korean", "Korea", "Korean")): range(6),
    Facet("country", "United Kingdom", ("British", "UK")): range(6),
    Facet("country", "Australia", ("Australian",)): range(6),
    Facet("country", "African"): (3, 4, 5),
    Facet("country", "Poland", ("Polish",)): (0, 1),
    Facet("country", "Hungary", ("Hungarian",)): (2, 3),
    Facet("director", "Ada Vestergaard"): (0, 1, 2),
    Facet("director", "Otto Quill"): (0, 1, 2, 3),
    Facet("director", "Nils Quill"): (10, 11),
    Facet("director", "Bong Bo-ra", ("Bong",)): (0, 1),
    Facet("director", "Jun Kore-ami"): (0, 1, 2),
    Facet("director", "Ines Marchetti"): (0, 1, 2),
    Facet("person", "Ines Marchetti"): (1, 2, 9),
    Facet("director", "Leo Brandauer"): (0, 1, 2),
    Facet("person", "Leo Brandauer"): (3, 4, 5),
    Facet("person", "Irma Quill"): (3, 4, 5),
}


def catalogue() -> Catalogue:
    """Films whose names nobody says, the best known first."""
    movies = tuple(Movie(row, row, f"Xq{row}z", 2000, ()) for row in range(N_FILMS))
    table = np.zeros((len(HAS), N_FILMS), dtype=np.bool_)
    for place, rows in enumerate(HAS.values()):
        table[place, list(rows)] = True
    ratings = np.array([100 * (N_FILMS - row) for row in range(N_FILMS)], dtype=np.int64)
    return Catalogue(movies, tuple(HAS), sparse.csr_matrix(table), ratings, N_FILMS)


CATALOGUE = catalogue()
UNDERSTANDING = Understanding(CATALOGUE)


def wishes(text: str) -> dict[str, bool]:
    """Facets that a line wants (True) or turns away (False)."""
    return {
        CATALOGUE.facet(one.token).key: one.strength > 0
        for one in UNDERSTANDING.understand(text).facets
    }


def choices(text: str) -> set[int]:
    """Numbers of the choices that the places of a line are of."""
    places = [
        one
        for one in UNDERSTANDING.understand(text).facets
        if CATALOGUE.facet(one.token).kind == "country"
    ]
    return {one.either for one in places}


def said(text: str, state: SessionState | None = None) -> Interpretation:
    """What a line does to a state."""
    table = Referents(CATALOGUE)
    return interpret(UNDERSTANDING.understand(text), state or SessionState(), table)


def musts(text: str) -> set[str]:
    return {
        CATALOGUE.facet(one.token).key
        for one in UNDERSTANDING.understand(text).facets
        if one.required
    }


class TestMakers:
    @pytest.mark.parametrize(
        "text",
        [
            "something by Ada Vestergaard",
            "ada vestergaard movies",
            "anything directed by Vestergaard",
            "a Vestergaard film",
            "Vestergaard's films",
        ],
    )
    def test_a_director(self, text: str) -> None:
        assert wishes(text) == {"director:Ada Vestergaard": True}
        assert musts(text) == {"director:Ada Vestergaard"}

    def test_family_names_of_two_parts_and_in_front(self) -> None:
        assert wishes("Kore-ami films") == {"director:Jun Kore-ami": True}
        assert wishes("a film by Bong") == {"director:Bong Bo-ra": True}

    def test_what_is_known_is_insisted_on_however_few_films_there_are(self) -> None:
        assert musts("a film by Bong") == {"director:Bong Bo-ra"}

    def test_the_word_before_says_as_what_somebody_is_meant(self) -> None:
        assert wishes("a film by Ines Marchetti") == {"director:Ines Marchetti": True}
        assert wishes("a film with Ines Marchetti") == {"person:Ines Marchetti": True}

    def test_who_plays_in_what_they_direct_is_a_director(self) -> None:
        assert wishes("Ines Marchetti films") == {"director:Ines Marchetti": True}

    def test_who_does_both_is_meant_as_either(self) -> None:
        both = {"director:Leo Brandauer": True, "person:Leo Brandauer": True}
        assert wishes("Leo Brandauer films") == both
        assert musts("Leo Brandauer films") == set()
        assert musts("no Leo Brandauer please") == both.keys()

    def test_of_several_of_one_name_the_best_known_by_far(self) -> None:
        # 4,200 ratings of films by Otto, 300 of those by Nils; 2,400 of films with Irma.
        assert wishes("a film by Quill") == {"director:Otto Quill": True}
        assert wishes("a film with Quill") == {"person:Irma Quill": True}

    def test_nobody_where_several_may_be_meant(self) -> None:
        assert wishes("Quill films") == {}

    def test_a_first_name_of_somebody_else_is_heard(self) -> None:
        assert wishes("Zoltan Vestergaard films") == {}


class TestPlaces:
    @pytest.mark.parametrize("text", ["Australian films", "an Australian comedy", "from Australia"])
    def test_a_country_by_its_adjective(self, text: str) -> None:
        assert wishes(text).get("country:Australia") is True

    def test_where_one_lives_is_no_wish(self) -> None:
        assert wishes("I live in Australia") == {}

    def test_a_language_before_the_country_of_the_same_word(self) -> None:
        assert wishes("Korean films") == {"language:Korean": True}
        assert wishes("South Korean films") == {"country:South Korea": True}

    def test_a_genre_of_a_country_is_two_wishes_whatever_a_few_viewers_tag(self) -> None:
        assert wishes("a British comedy") == {"country:United Kingdom": True, "genre:Comedy": True}


EASTERN = {"country:Poland": True, "country:Hungary": True}


class TestPartsOfTheWorld:
    @pytest.mark.parametrize(
        "line", ["Eastern European films", "something from Eastern Europe", "like X, slavic films"]
    )
    def test_a_region_is_any_of_its_countries(self, line: str) -> None:
        assert wishes(line) == EASTERN
        assert len(choices(line)) == 1

    @pytest.mark.parametrize(
        "line", ["Polish, Hungarian or Australian films", "Polish and Hungarian comedies"]
    )
    def test_one_of_several_places_will_do(self, line: str) -> None:
        assert len(choices(line)) == 1
        assert wishes(line).items() >= EASTERN.items()

    @pytest.mark.parametrize(
        "line", ["nothing Australian", "from outside Australia", "a comedy that isn't Australian"]
    )
    def test_a_country_is_turned_away(self, line: str) -> None:
        assert wishes(line)["country:Australia"] is False

    def test_all_of_a_region_is_turned_away(self) -> None:
        assert wishes("nothing from Eastern Europe") == dict.fromkeys(EASTERN, False)

    def test_the_nearest_stands_in_for_a_country_without_films(self) -> None:
        (nearest,) = UNDERSTANDING.understand("a film from Chad").facets
        assert (CATALOGUE.facet(nearest.token).name, nearest.missing) == ("African", "Chad")

    def test_a_region_is_one_wish_that_is_let_go_as_one(self) -> None:
        step = said("Eastern European comedies")
        assert [chip.label for chip in step.chips] == ["Eastern European films", "comedy"]
        assert films_words(step.state.constraints, CATALOGUE) == "Eastern European comedies"
        step = said("forget Eastern Europe", step.state)
        assert films_words(step.state.constraints, CATALOGUE) == "comedies"
        assert [chip.label for chip in step.chips] == ["Eastern European films"]

    @pytest.mark.parametrize(
        "line", ["any country is fine now", "it doesn't have to be Polish", "from anywhere"]
    )
    def test_where_films_are_from_is_left_open(self, line: str) -> None:
        step = said(line, said("a Polish comedy").state)
        assert films_words(step.state.constraints, CATALOGUE) == "comedies"

    def test_another_country_takes_the_place_of_a_region(self) -> None:
        step = said("an Australian one", said("Eastern European comedies").state)
        assert films_words(step.state.constraints, CATALOGUE) == "comedies from Australia"


class TestLettingGo:
    def test_forget_ends_with_its_sentence(self) -> None:
        state = said("a heist film by Otto Quill").state
        step = said("Forget Otto Quill. Just a Polish comedy", state)
        required = {CATALOGUE.facet(one).name for one in step.state.constraints.required}
        assert required == {"heist", "Poland", "Comedy"}

    def test_going_back_ends_what_was_wished_before(self) -> None:
        state = said("more aliens", said("a heist film").state).state
        step = said("scrap that, back to comedies", state)
        assert films_words(step.state.constraints, CATALOGUE) == "comedies"
        assert step.state.tokens(Outcome.WANTED) == (token("genre:Comedy"),)

    def test_one_kind_behind_a_comma_is_no_part_of_a_list_that_is_hated(self) -> None:
        assert wishes("I hate aliens, a comedy")["genre:Comedy"]
        assert not wishes("I hate aliens, comedies")["genre:Comedy"]


class TestThings:
    @pytest.mark.parametrize(
        ("text", "facet"),
        [
            ("heist movies", "tag:heist"),
            ("psychological thrillers", "subgenre:psychological thriller"),
            ("a film based on a novel", "source:based on a novel"),
            ("films based on novels", "source:based on a novel"),
            ("a movie about best friends", "keyword:best friends"),
            ("a WWU film", "series:Wasp Woman Universe"),
            ("Wasps movies", "series:Wasp Woman Universe"),
            ("alien movies", "tag:aliens"),
        ],
    )
    def test_by_name_in_number_and_by_other_words(self, text: str, facet: str) -> None:
        assert wishes(text) == {facet: True}

    def test_a_keyword_is_no_wish_where_it_is_said_of_people(self) -> None:
        assert wishes("my best friends are coming") == {}

    def test_what_is_turned_away_is_turned_away_for_good(self) -> None:
        assert musts("no WWU") == {"series:Wasp Woman Universe"}


def token(key: str) -> int:
    found = CATALOGUE.token_of(key)
    assert found is not None
    return found


def test_chips_say_as_what_it_is_meant() -> None:
    said = {key: label_of(CATALOGUE, token(key)) for key in map(lambda one: one.key, HAS)}
    assert said["director:Ada Vestergaard"] == "films by Ada Vestergaard"
    assert said["country:United Kingdom"] == "films from the United Kingdom"
    assert said["series:Wasp Woman Universe"] == "Wasp Woman Universe films"
    assert said["source:based on a novel"] == "films based on a novel"
    assert said["person:Irma Quill"] == "Irma Quill"
    assert said["subgenre:psychological thriller"] == "psychological thriller"


def test_musts_in_a_sentence() -> None:
    wanted = ("genre:Comedy", "director:Otto Quill", "country:Australia", "person:Irma Quill")
    spared = ("series:Wasp Woman Universe", "country:United Kingdom")
    constraints = Constraints(
        required=tuple(map(token, wanted)), excluded=tuple(map(token, spared))
    )
    assert films_words(constraints, CATALOGUE) == (
        "comedies by Otto Quill from Australia with Irma Quill from outside the United Kingdom "
        "without Wasp Woman Universe"
    )
