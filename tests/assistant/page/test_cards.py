"""The page as HTML: everything is shown, nothing that was typed or read from a file can become
markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from elements import Elements
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.values import (
    Card,
    Chip,
    ChipKind,
    Exchange,
    History,
    Question,
    SavedFilm,
    Understood,
)
from assistant.imports.preview import Doubt, Preview
from assistant.imports.reading import FileKind
from assistant.page import cards, panels
from assistant.page.drawings import HEIGHT, WIDTH, poster
from core.domain import Movie, Reaction, Reason, Recommendation

EVIL = "<img src=x onerror=alert(1)>\"'${alert(1)}{{this}}`"

ALIEN = Movie(0, 1214, "Alien", 1979, ("Horror", "Sci-Fi"), imdb_id=78748, tmdb_id=348)
FILM = Recommendation(
    "id-1",
    ALIEN,
    q_value=0.62,
    propensity=1.0,
    policy_version="v1",
    reasons=(Reason("liked by fans of Jaws", 0.7, 5), Reason("many people like it", -0.08)),
)


def history(*exchanges: Exchange, taste: tuple[Chip, ...] = ()) -> History:
    return History("session", exchanges, taste)


def exchange(
    number: int = 0, text: str = "hello", film: Recommendation = FILM, **more: object
) -> Exchange:
    understood = Understood(
        "recommend", (Chip(ChipKind.LIKE, "Jaws (1975)", "movie:1387", 0, 4),), None, ("More",)
    )
    return Exchange(number, text, "Three for tonight:", understood, (Card(film, **more),))  # type: ignore[arg-type]


def test_an_empty_page_welcomes_with_examples() -> None:
    page = Elements(cards.conversation(history()))
    assert len(page.of("button", data_do="say")) == 4
    assert page.of("article") == []


def test_a_film_shows_what_it_is_and_what_one_can_do_with_it() -> None:
    page = Elements(cards.film_card(Card(FILM, Reaction.DOWN)))
    words = " ".join(page.texts)
    assert all(
        part in words for part in ("Alien", "1979", "Horror · Sci-Fi", "Liked by fans of Jaws.")
    )
    reactions = [button for button in page.of("button") if "data-reaction" in button]
    assert [button["data-reaction"] for button in reactions] == [
        "up",
        "down",
        "seen",
        "not_tonight",
    ]
    assert [
        button["data-reaction"] for button in reactions if button["aria-pressed"] == "true"
    ] == ["down"]
    assert [button["data-id"] for button in page.of("button", data_do="more")] == ["movie:1214"]
    assert [button["aria-pressed"] for button in page.of("button", data_do="save")] == ["false"]
    assert all("Alien" in (button["aria-label"] or "") for button in page.of("button"))
    assert [link["href"] for link in page.of("a", target="_blank", rel="noopener noreferrer")] == [
        "https://www.imdb.com/title/tt0078748/",
        "https://www.themoviedb.org/movie/348",
    ]


@pytest.mark.parametrize("reaction", [Reaction.SEEN, Reaction.SEEN_LOVED, Reaction.SEEN_HATED])
def test_a_film_that_was_seen_says_so_and_how_it_was(reaction: Reaction) -> None:
    page = Elements(cards.film_card(Card(FILM, reaction), saved=True))
    pressed = [button["aria-label"] for button in page.of("button", aria_pressed="true")]
    asked = [button["data-reaction"] for button in page.of("button") if "data-reaction" in button][
        4:
    ]
    assert asked == ["seen_loved", "seen", "seen_hated"]
    how = {Reaction.SEEN: "Fine", Reaction.SEEN_LOVED: "Loved it", Reaction.SEEN_HATED: "Hated it"}[
        reaction
    ]
    assert pressed == ["Seen it: Alien", "Save for later: Alien", f"{how}: Alien"]


def test_people_and_a_match_are_shown_where_they_are_known() -> None:
    page = Elements(
        cards.film_card(Card(replace(FILM, match=0.724), people=("Sigourney Weaver", EVIL)))
    )
    assert f"Sigourney Weaver · {EVIL}" in page.texts
    assert "72 % match" in page.texts
    assert any(text.startswith("Match: how likely you are to like it") for text in page.texts)
    assert "match" not in cards.film_card(Card(FILM)).lower()


def test_at_an_evening_each_match_stands_with_its_person_alone() -> None:
    page = Elements(cards.film_card(Card(replace(FILM, match=0.724), fit=0.9)))
    assert page.texts.count("72 % match") == 1
    assert page.texts[page.texts.index("72 % match") - 2 :][:2] == ["90", " of 100"]


def test_why_lists_every_part_and_the_sum() -> None:
    texts = Elements(cards.film_card(Card(FILM))).texts
    assert [text for text in texts if text[:1] in "+−" and text[1:2].isdigit()] == [
        "+0.70",
        "−0.08",
        "+0.62",
    ]


def test_a_gamble_says_so() -> None:
    assert "a gamble" in cards.film_card(Card(replace(FILM, explored=True)))
    assert "a gamble" not in cards.film_card(Card(FILM))


def test_quick_replies_belong_to_the_last_turn_only() -> None:
    page = Elements(cards.conversation(history(exchange(0), exchange(1))))
    # ALIEN is of 1979: before 1970 is older than the films on the table.
    assert [button["data-value"] for button in page.of("button", data_do="say")] == [
        "More",
        "Something funnier",
        "Something from before 1970",
        "Lesser known ones",
        "Surprise me",
    ]


def test_a_long_conversation_draws_the_latest_turns() -> None:
    for turns, drawn in ((5, 5), (6, 6), (7, 6), (95, 6)):
        page = Elements(cards.conversation(history(*(exchange(number) for number in range(turns)))))
        assert len(page.of("article")) == drawn
        assert any(f"{turns - drawn} earlier turn" in text for text in page.texts) is (turns > 6)


def marks(page: Elements) -> dict[str, str]:
    return {
        found["data-part"] or "": found["data-mark"] or ""
        for _, found in page.tags
        if "data-mark" in found
    }


def test_what_the_browser_holds_is_named_and_not_drawn_again() -> None:
    other = exchange(1, film=replace(FILM, id="id-2"))
    first = Elements(cards.conversation(history(exchange(0), other), held={}))
    folds = ["taste", "steer", "evening", "watchlist", "data", "tools"]
    assert list(marks(first)) == ["film-id-1", "film-id-2", *folds]
    reacted = exchange(0, reaction=Reaction.UP)
    again = Elements(cards.conversation(history(reacted, other), held=marks(first)))
    assert list(marks(again)) == ["film-id-1"]
    assert [found["data-part"] for _, found in again.tags if "data-same" in found] == [
        "film-id-2",
        *folds,
    ]
    assert len(again.of("article")) == 2 and len(again.of("h2")) == 1


def test_a_part_that_the_browser_holds_otherwise_is_drawn() -> None:
    whole = cards.conversation(history(exchange(0)), held={})
    for held in (
        {"film-id-1": "00000000"},
        {"film-id-9": marks(Elements(whole))["film-id-1"]},
        {"film-id-1": ""},
    ):
        assert cards.conversation(history(exchange(0)), held=held) == whole


def test_the_first_drawing_is_nobodys() -> None:
    assert "data-session" not in cards.conversation(history())
    assert Elements(cards.conversation(history(), held={})).of("div", data_session="session")


BRIEF = {"class": "mq-film mq-brief"}


def test_films_of_earlier_turns_are_lines_that_one_can_still_react_to() -> None:
    page = Elements(
        cards.conversation(
            history(*(exchange(number, reaction=Reaction.UP) for number in range(5)))
        )
    )
    assert len(page.of("article")) == 5
    assert len(page.of("article", **BRIEF)) == 3
    assert len(page.of("details", **{"class": "mq-why"})) == 2
    assert len(page.of("button", data_reaction="up", aria_pressed="true")) == 5
    assert len(page.of("button", data_do="save")) == 5


def test_at_an_evening_films_of_earlier_turns_stay_whole() -> None:
    page = Elements(
        cards.conversation(history(*(exchange(number, fit=0.5) for number in range(5))))
    )
    assert page.of("article", **BRIEF) == []


@pytest.mark.parametrize("turns", [3, 6, 7, 9, 10, 11, 95])
def test_the_latest_turns_alone_make_the_same_drawing(turns: int) -> None:
    whole = history(*(exchange(number) for number in range(turns)))
    latest = replace(
        whole, exchanges=whole.exchanges[-cards.LONGEST :], earlier=max(turns - cards.LONGEST, 0)
    )
    assert cards.conversation(latest) == cards.conversation(whole)


def test_the_taste_panel_can_be_edited() -> None:
    taste = (
        Chip(ChipKind.LIKE, "Jaws (1975)", "movie:1387"),
        Chip(ChipKind.NEVER, "horror", "genre:Horror"),
        Chip(ChipKind.YEARS, "1990–1999", "years"),
    )
    page = Elements(cards.conversation(history(exchange(), taste=taste)))
    assert [button["data-id"] for button in page.of("button", data_do="drop")] == [
        "movie:1387",
        "genre:Horror",
        "years",
    ]
    assert [button["data-id"] for button in page.of("button", data_do="flip")] == [
        "movie:1387",
        "genre:Horror",
    ]


@pytest.mark.parametrize(
    "evil", [EVIL, "</li></ol><script>alert(1)</script>", "&lt;b&gt;", "\u202e\x00"]
)
def test_nothing_typed_or_read_becomes_markup(evil: str) -> None:
    movie = replace(ALIEN, title=evil, genres=(evil,))
    film = replace(
        FILM,
        id=evil,
        movie=movie,
        reasons=(Reason(evil, 0.6, 3), Reason("many people like it", 0.02)),
    )
    chip = Chip(ChipKind.UNKNOWN, evil, evil)
    understood = Understood("recommend", (chip,), Question((evil,), (evil,), 1.0), (evil,))
    page = cards.conversation(
        history(Exchange(0, evil, evil, understood, (Card(film),)), taste=(chip,)), notice=evil
    )
    elements = Elements(page)
    assert elements.of("img") == [] and elements.of("script") == [] and elements.of("b") != []
    assert not any(name.startswith("on") for _, attributes in elements.tags for name in attributes)
    assert evil.replace("\x00", "") in "".join(elements.texts).replace("\x00", "").replace(
        "\ufffd", ""
    )


@given(st.text(max_size=80))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    page = Elements(cards.conversation(history(exchange(text=text))))
    assert page.of("script") == [] and page.of("div", role="log")


@given(
    st.integers(1, 300_000),
    st.lists(st.sampled_from(["Western", "Drama", "Sci-Fi", "Musical", "Horror"]), unique=True),
)
def test_posters_are_small_local_and_always_the_same(movie_id: int, genres: list[str]) -> None:
    movie = replace(ALIEN, movie_id=movie_id, genres=tuple(genres))
    art = poster(movie)
    assert art == poster(movie)
    assert len(art) < 4_000 and "http" not in art and "url(" not in art
    assert Elements(art).of("svg", viewbox=f"0 0 {WIDTH} {HEIGHT}")


def test_understood_survives_the_store() -> None:
    understood = Understood(
        "recommend",
        tuple(Chip(kind, "x", "movie:1", 1, 2) for kind in ChipKind),
        question=Question(("movie:1",), ("Solaris (1972)",), -1.0, similar_only=True),
        suggestions=("More",),
        replaced=(("id", "up"),),
        fits=(0.5, 1.0),
    )
    assert Understood.from_json(understood.to_json()) == understood
    for broken in ("[]", "{}", '{"act": 1}', "null"):
        with pytest.raises(ValueError, match="not an understood turn"):
            Understood.from_json(broken)


SAVED = (
    SavedFilm(ALIEN),
    SavedFilm(replace(ALIEN, movie_id=2, title=EVIL), watched=True, opinion=Reaction.DOWN),
)


def test_the_watch_list_asks_of_what_was_watched_how_it_was() -> None:
    page = Elements(panels.watchlist(SAVED))
    assert [item["data-film"] for item in page.of("li")] == ["Alien (1979)", f"{EVIL} (1979)"]
    assert [
        button["data-value"]
        for button in page.of("button", data_id="movie:1214", data_do="watched")
    ] == ["seen"]
    watched = page.of("button", data_id="movie:2", data_do="watched")
    assert [button["data-value"] for button in watched] == ["clear", "up", "seen", "down"]
    assert [button["aria-pressed"] for button in watched] == ["true", "false", "false", "true"]
    assert [button["data-id"] for button in page.of("button", data_do="unsave")] == [
        "movie:1214",
        "movie:2",
    ]
    assert "Nothing yet" in panels.watchlist(())


def test_an_import_is_shown_before_anything_is_done() -> None:
    doubt = Doubt(EVIL, (1214, 2), ("Alien (1979)", EVIL), 4.0)
    preview = Preview(
        name=EVIL,
        kind=FileKind.RATINGS,
        out_of=10,
        matched={5: 4.0, 6: None},
        ambiguous=(doubt,),
        unmatched=(EVIL,) * 60,
        problems=("Line 7: there is no title.",),
    )
    page = Elements(panels.import_preview(preview))
    words = " ".join(page.texts)
    assert "2 films found, 1 row is doubtful, 60 films are not known here" in words
    assert "Ratings are read as out of 10." in words
    assert "and 10 more" in words and "Line 7: there is no title." in words
    radios = page.of("input", type="radio")
    assert [radio.get("data-film") for radio in radios] == ["1214", "2", None]
    assert ["checked" in radio for radio in radios] == [False, False, True]
    assert page.of("button", data_do="confirm") and page.of("button", data_do="dismiss")
    assert panels.import_preview(None) == ""


def test_a_page_with_everything_on_it_is_well_formed_and_escaped() -> None:
    preview = Preview(
        name=EVIL,
        kind=FileKind.WATCHLIST,
        out_of=5,
        matched={5: None},
        unmatched=(EVIL,),
        problems=(EVIL,),
    )
    whole = replace(history(exchange(0)), saved=SAVED, pending=preview, hidden=4988)
    page = Elements(cards.conversation(whole))
    assert not page.of("script") and not [image for image in page.of("img") if image.get("onerror")]
    assert any("4,988 films you rated before" in text for text in page.texts)
    assert [button["data-fetch"] for button in page.of("button") if "data-fetch" in button] == [
        "ratings",
        "watchlist",
        "everything",
    ]
