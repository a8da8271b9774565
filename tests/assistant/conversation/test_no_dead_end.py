"""What happens to wishes that cannot all be fulfilled, and to films that are turned down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import screening
from films import small
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from worlds import catalogue_of

from assistant.chat import Assistant
from assistant.conversation.interpret import Interpretation, Referents, interpret
from assistant.conversation.plan import relaxed
from assistant.conversation.replies import unlike
from assistant.conversation.values import Reply
from assistant.language.leftover import leftover
from assistant.language.understand import Understanding
from assistant.language.utterance import Act, FacetMention, Span, Utterance
from core.catalogue import Catalogue
from core.domain import Constraints, Facet, Limit, Outcome
from core.session import SessionState, elsewhere


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture(autouse=True, scope="module")
def small_house() -> Iterator[None]:
    """Two westerns are enough to insist on westerns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.language.meaning.facets._ENOUGH", 1)
        yield


@pytest.fixture
def chat(films: Catalogue) -> Iterator[Assistant]:
    with screening.assistant(films, "sqlite://") as assistant:
        yield assistant


def last_of(chat: Assistant, *lines: str) -> Reply:
    session = chat.start()
    return [chat.respond(session, line) for line in lines][-1]


def genres(reply: Reply) -> list[set[str]]:
    return [set(film.movie.genres) for film in reply.recommendations]


# ---- letting go


def token(films: Catalogue, genre: str) -> int:
    return films.token_of_facet("genre", genre) or 0


def after(films: Catalogue, wishes: Constraints, *, asked: str = "") -> Interpretation:
    """The wishes, those of the genre `asked` being of this line, once they can be fulfilled."""
    fresh = frozenset({token(films, asked)} if asked else ())
    step = Interpretation(SessionState().constrain(wishes), asked=fresh)
    table = Referents(films, room=lambda state: int(films.allowed(state.constraints).sum()))
    return relaxed(step, table, 1)


def test_what_can_be_fulfilled_stays(films: Catalogue) -> None:
    wishes = Constraints(required=(token(films, "Western"),))
    assert after(films, wishes).state.constraints == wishes


def test_years_are_widened_before_they_are_let_go(films: Catalogue) -> None:
    # Westerns of 1974 and 1992: near enough to the 80s, too far from the 40s.
    western = (token(films, "Western"),)
    eighties = after(films, Constraints((Limit("year", 1980, 1989),), western))
    assert eighties.state.constraints.limits == (Limit("year", 1970, 1999),)
    forties = after(films, Constraints((Limit("year", 1940, 1949),), western))
    assert forties.state.constraints == Constraints(required=western)
    assert [chip.label for chip in forties.relaxed] == ["1940–1949"]


def test_older_wishes_give_way_to_those_of_the_line(films: Catalogue) -> None:
    western, musical = token(films, "Western"), token(films, "Musical")
    both = Constraints(required=tuple(sorted((western, musical))))
    for asked, kept in (("Western", western), ("Musical", musical)):
        assert after(films, both, asked=asked).state.constraints.required == (kept,)


def test_what_is_to_be_spared_is_never_let_go(films: Catalogue) -> None:
    wishes = Constraints(required=(token(films, "Western"),), excluded=(token(films, "Western"),))
    assert after(films, wishes).state.constraints.excluded == wishes.excluded


def themed(aliens: list[int], smart: list[int], mazes: list[int]) -> tuple[Catalogue, list[int]]:
    """Twenty films, those with aliens, the smart ones, those with mazes, and the three tokens."""
    facets = tuple(Facet("tag", name) for name in ("aliens", "smart", "mazes"))
    has = np.zeros((3, 20), dtype=np.bool_)
    for number, rows in enumerate((aliens, smart, mazes)):
        has[number, rows] = True
    films = replace(catalogue_of([1] * 20), facets=facets, membership=sparse.csr_matrix(has))
    sure = np.array([[0.9], [0.2], [0.5]]) * has
    films = replace(films, typicality=sparse.csr_matrix(sure.astype(np.float32)))
    return films, [films.facet_token(number) for number in range(3)]


def left(films: Catalogue, musts: list[int], *asked: int) -> tuple[int, ...]:
    """Those of the musts that stay when three films are wanted and some are of this line."""
    step = Interpretation(SessionState(), asked=frozenset(asked))
    for one in musts:
        step = replace(step, state=step.state.state(one, Outcome.WANTED))
    step = replace(step, state=step.state.constrain(Constraints(required=tuple(musts))))
    table = Referents(films, room=lambda state: int(films.allowed(state.constraints).sum()))
    eased = relaxed(step, table, 3).state
    assert set(eased.tokens(Outcome.WANTED)) == set(musts)  # what need not be is liked better
    return eased.constraints.required


def test_of_themes_with_too_few_films_the_one_that_tells_more_stays() -> None:
    films, (aliens, smart, _) = themed([0, 1, 2, 3, 4], [4, 5, 6, 7, 8, 9], [])
    assert left(films, [aliens, smart], aliens, smart) == (aliens,)


def test_an_older_theme_leans_where_few_films_are_of_the_new_one_too() -> None:
    films, (aliens, _, mazes) = themed([*range(8)], [], [*range(16)])
    assert left(films, [aliens, mazes], mazes) == (mazes,)
    assert left(films, [aliens, mazes]) == (aliens, mazes)  # "more" of both, and three are enough
    films, (aliens, _, mazes) = themed([*range(9)], [], [*range(16)])
    assert left(films, [aliens, mazes], mazes) == (aliens, mazes)  # a heist in Paris


WISHES = st.sampled_from(
    [
        "a western",
        "a musical",
        "a comedy",
        "no comedies",
        "no horror",
        "no drama please",
        "nothing scary",
        "from the 40s",
        "from the 1930s",
        "before 1980",
        "a thriller from 2020",
        "a hidden gem",
        "something more obscure",
        "and a romance",
        "an action film, hidden gem",
        "I loved Alien",
        "more",
        "seen all of these",
    ]
)


@settings(max_examples=40)
@given(st.lists(WISHES, min_size=1, max_size=7))
def test_no_wish_ends_without_films_while_there_are_some(
    films: Catalogue, lines: list[str]
) -> None:
    with screening.assistant(films, "sqlite://") as chat:
        session = chat.start()
        for line in ("surprise me", *lines):
            reply = chat.respond(session, line)
            assert reply.recommendations or not _allowed(films, chat, session), line


def _allowed(films: Catalogue, chat: Assistant, session: str) -> bool:
    """Whether any film is left that was not spoken of and that breaks no exclusion."""
    text = json.dumps(chat.export(session)["state"])
    state = SessionState.from_json(text, films)
    left = films.allowed(Constraints(excluded=state.constraints.excluded))
    return any(left[row] and state.outcome_of(row + 1) is None for row in range(films.n_items))


@pytest.mark.parametrize(
    ("lines", "wanted", "gone"),
    [
        (("a western", "a musical"), "Musical", "Western"),
        (("a western", "no, a musical instead", "a comedy"), "Comedy", "Musical"),
        (("a horror film from the 80s", "a drama from the 40s"), "Drama", "Horror"),
    ],
)
def test_a_kind_replaces_the_kind(
    chat: Assistant, lines: tuple[str, ...], wanted: str, gone: str
) -> None:
    reply = last_of(chat, *lines)
    assert genres(reply)
    assert all(wanted in kinds and gone not in kinds for kinds in genres(reply))


def test_firm_exclusions_stay_whatever_is_asked_for(chat: Assistant) -> None:
    session = chat.start()
    chat.respond(session, "nothing scary")
    for line in ("a comedy", "sci-fi from the 80s", "more", "a thriller", "from the 40s"):
        reply = chat.respond(session, line)
        assert reply.recommendations
        assert not any("Horror" in kinds for kinds in genres(reply))


# ---- turned down


def test_a_complaint_changes_the_course_in_one_short_sentence(chat: Assistant) -> None:
    session = chat.start()
    first = chat.respond(session, "surprise me")
    reply = chat.respond(session, "all three look boring")
    names = [film.movie.title for film in first.recommendations]
    assert reply.recommendations and not any(name in reply.text for name in names)
    assert len(reply.text) < 140
    cards = chat.history(session).exchanges[0].cards
    assert [card.reaction.value for card in cards] == ["down"] * 3


def test_a_complaint_about_us_brings_other_films_and_no_defence(chat: Assistant) -> None:
    session = chat.start()
    chat.respond(session, "surprise me")
    reply = chat.respond(session, "your suggestions are terrible")
    assert len(reply.recommendations) == 3 and len(reply.text) < 140
    cards = chat.history(session).exchanges[0].cards
    assert {card.reaction.value for card in cards} == {"clear"}  # no word on the films


def test_which_one_gets_one_and_it_is_the_film_that_is_taken(chat: Assistant) -> None:
    session = chat.start()
    best, *others = chat.respond(session, "a comedy").recommendations
    text = chat.respond(session, "perfect, which one would you pick?").text
    assert best.movie.label in text
    assert not any(film.movie.title in text for film in others)


def test_other_kinds_are_shown_than_those_that_were_turned_down(films: Catalogue) -> None:
    aliens, horror, scifi = (1, 2, 7), token(films, "Horror"), token(films, "Sci-Fi")

    def room(state: SessionState) -> int:
        return int(films.allowed(state.constraints).sum())

    changed = elsewhere(SessionState(), aliens, films, room, 3)
    assert set(changed.constraints.excluded) == {horror, scifi}
    asked = SessionState().constrain(Constraints(required=(horror,)))
    assert elsewhere(asked, aliens, films, room, 2).constraints.excluded == (scifi,)
    assert elsewhere(asked, aliens, films, room, 20) == asked


def test_the_change_of_course_is_of_one_slate(chat: Assistant, films: Catalogue) -> None:
    session = chat.start()
    chat.respond(session, "surprise me")
    chat.respond(session, "all three look boring")
    state = SessionState.from_json(json.dumps(chat.export(session)["state"]), films)
    assert state.constraints == Constraints() and not state.tokens(Outcome.AVOIDED)


# ---- said back


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("a western with an unreliable narrator", ("unreliable narrator",)),
        ("a comedy for friday night", ()),
        ("I loved Alien and The Thing", ()),
        ("something funny, no musicals", ()),
        ("a thriller with lighthouses and a heist", ("lighthouses",)),
    ],
)
def test_words_that_nothing_was_made_of(
    films: Catalogue, line: str, parts: tuple[str, ...]
) -> None:
    _, said, _ = leftover(Understanding(films).understand(line), lambda _: False)
    assert all(part in " ".join(said) for part in parts) and bool(said) == bool(parts)


def test_they_are_said_back_and_the_rest_is_done(chat: Assistant) -> None:
    reply = last_of(chat, "a western with an unreliable narrator")
    assert "“unreliable narrator”" in reply.text
    assert all("Western" in kinds for kinds in genres(reply))


def test_a_wish_for_what_is_not_understood_praises_no_film(chat: Assistant) -> None:
    session = chat.start()
    chat.respond(session, "a comedy")
    reply = chat.respond(session, "an unreliable narrator would be lovely")
    assert "unreliable narrator" in reply.text
    cards = chat.history(session).exchanges[0].cards
    assert {card.reaction.value for card in cards} == {"clear"}


def test_what_is_not_known_is_said_once_and_the_rest_is_done(chat: Assistant) -> None:
    session = chat.start()
    first = chat.respond(session, "a comedy on netflix")
    assert "where to stream" in first.text and genres(first)
    assert "where to stream" not in chat.respond(session, "a romance on netflix").text
    asked = chat.respond(session, "where can I stream them?").text
    assert "where to stream" in asked and ("still" in asked or "As I said" in asked)


@pytest.mark.parametrize(
    "lines",
    [
        ("hi", "hello", "hi"),
        ("a comedy", "a romance", "a thriller", "a drama"),
        ("more", "more", "more", "more"),
        ("seen all of these", "seen all of these"),
        ("hgjk flub", "wertz brum", "hgjk flub"),
    ],
)
def test_no_two_replies_in_a_row_share_a_sentence(chat: Assistant, lines: tuple[str, ...]) -> None:
    session = chat.start()
    said = [chat.respond(session, line).text for line in ("surprise me", *lines)]
    for one, other in pairwise(said):
        assert not set(re.split(r"(?<=[.:?!])\s+", one)) & set(re.split(r"(?<=[.:?!])\s+", other))


def test_the_wording_that_repeats_least_is_taken() -> None:
    forms = ("Yes. No.", "No. Well.", "Well. Yes.")
    assert unlike("", lambda number: forms[number % 3], 0) == "Yes. No."
    assert unlike("No. Yes.", lambda number: forms[number % 3], 0) == "No. Well."
    assert unlike("Yes. Never.", lambda number: forms[number % 3], 0) == "No. Well."


@pytest.mark.parametrize(("part", "is_allowed"), [("Part", True), ("Beside", False)])
def test_what_was_to_be_spared_is_allowed_where_a_part_of_it_is_asked_for(
    part: str, is_allowed: bool
) -> None:
    """ "Nothing with subtitles", then "a Korean film": all of those have some."""
    world = small(
        [("One", 1990, 3), ("Two", 1991, 2), ("Three", 1992, 1)],
        {"All": (0, 1), "Part": (1,), "Beside": (1, 2)},
    )
    spared, asked = (world.token_of_facet("person", name) for name in ("All", part))
    assert spared is not None and asked is not None
    state = SessionState().constrain(Constraints(excluded=(spared,)))
    wish = FacetMention(Span(0, 4), asked, 0.8, required=True, rule="wanted")
    step = interpret(Utterance("then", Act.RECOMMEND, facets=(wish,)), state, Referents(world))
    assert (spared not in step.state.constraints.excluded) == is_allowed
    assert step.state.constraints.required == (asked,)
