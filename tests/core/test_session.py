import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Constraints, Facet, Limit, Movie, Outcome, Reaction
from core.session import Event, SessionState

CATALOGUE = Catalogue(
    movies=tuple(Movie(row, 100 + row, f"Film {row}", 1990 + row, ()) for row in range(6)),
    facets=(Facet("genre", "Comedy"), Facet("tag", "time travel"), Facet("person", "A: B")),
    membership=sparse.csr_matrix((3, 6), dtype=np.bool_),
    n_ratings=np.arange(6, 0, -1),
    n_items=6,
)
FILMS, FACETS = st.integers(1, 6), st.integers(7, 9)
STATEMENTS = st.one_of(
    st.tuples(FILMS, st.sampled_from([Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.SEEN])),
    st.tuples(FACETS, st.sampled_from([Outcome.WANTED, Outcome.AVOIDED])),
)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "rank": st.builds(Limit, st.just("rank"), st.integers(1, 9)),
        "year": st.builds(Limit, st.just("year"), st.integers(1900, 2000), st.integers(2000, 2100)),
    },
)
CONSTRAINTS = st.builds(
    Constraints,
    LIMITS.map(lambda limits: tuple(limits[column] for column in sorted(limits))),
    required=st.sets(FACETS).map(lambda tokens: tuple(sorted(tokens))),
    excluded=st.sets(FACETS).map(lambda tokens: tuple(sorted(tokens))),
)


@st.composite
def sessions(draw: st.DrawFn) -> SessionState:
    """A session reached by transitions only."""
    state = SessionState().constrain(draw(CONSTRAINTS))
    for step in draw(st.lists(st.sampled_from(["state", "show", "react", "retract"]), max_size=12)):
        if step == "state":
            state = state.state(*draw(STATEMENTS))
        elif step == "show":
            free = [token for token in range(1, 7) if state.outcome_of(token) is None]
            state = state.show(draw(st.sampled_from(free))) if free else state
        elif state.events:
            token = draw(st.sampled_from(state.tokens()))
            react = step == "react" and CATALOGUE.is_movie(token)
            state = (
                state.react(token, draw(st.sampled_from(Reaction)))
                if react
                else state.retract(token)
            )
    return state


def test_a_conversation_is_a_transcript() -> None:
    start = SessionState()
    stated = start.state(1, Outcome.STATED_LIKE).state(7, Outcome.WANTED)
    shown = stated.show(3)
    thumb = shown.react(3, Reaction.DOWN)
    assert thumb.events == ((1, Outcome.STATED_LIKE), (7, Outcome.WANTED), (3, Outcome.DOWN))
    assert thumb.observation(4).tolist() == [[1, 1], [7, 3], [3, 7], [0, 0]]
    assert thumb.observation(4).dtype == np.int32
    assert thumb.observation().shape == (3, 2)
    assert thumb.observation(5, vectors=2).tolist() == [[2, 11], [1, 1], [7, 3], [3, 7], [0, 0]]
    assert start.observation().tolist() == [[0, 0]]
    assert thumb.react(3, Reaction.CLEAR) == shown
    assert shown.events == (*stated.events, Event(3, Outcome.SHOWN))  # undo is the previous value
    assert thumb.tokens(Outcome.DOWN, Outcome.STATED_LIKE) == (1, 3)
    assert thumb.outcome_of(2) is None


def test_a_changed_mind_keeps_its_place() -> None:
    state = (
        SessionState()
        .state(1, Outcome.STATED_LIKE)
        .state(2, Outcome.STATED_LIKE)
        .state(1, Outcome.STATED_DISLIKE)
    )
    assert state.events == ((1, Outcome.STATED_DISLIKE), (2, Outcome.STATED_LIKE))


@given(sessions())
def test_json_and_back_is_the_same_state(state: SessionState) -> None:
    assert SessionState.from_json(state.to_json(CATALOGUE), CATALOGUE) == state


def test_films_of_a_list_alone_are_kept_by_their_stable_names() -> None:
    """An empty list is one, too: it leaves no film."""
    for among in ((), (1, 3)):
        state = SessionState().constrain(Constraints(among=among))
        assert SessionState.from_json(state.to_json(CATALOGUE), CATALOGUE) == state
        assert np.flatnonzero(CATALOGUE.allowed(state.constraints)).tolist() == [
            token - 1 for token in among
        ]


def test_json_is_read_by_a_later_catalogue_that_numbers_differently_and_lacks_a_film() -> None:
    state = SessionState().state(1, Outcome.STATED_LIKE).show(2).state(7, Outcome.AVOIDED)
    state = state.constrain(Constraints(limits=(Limit("year", 1980, 1989),), excluded=(7, 8)))
    later = Catalogue(
        movies=(Movie(0, 500, "New", 2020, ()), Movie(1, 100, "Film 0", 1990, ())),
        facets=(Facet("tag", "time travel"), Facet("genre", "Comedy")),
        membership=sparse.csr_matrix((2, 2), dtype=np.bool_),
        n_ratings=np.array([5, 4]),
        n_items=2,
    )
    read = SessionState.from_json(state.to_json(CATALOGUE), later)
    assert read.events == ((2, Outcome.STATED_LIKE), (4, Outcome.AVOIDED))
    assert read.constraints == Constraints(limits=(Limit("year", 1980, 1989),), excluded=(3, 4))


@pytest.mark.parametrize(
    ("left_out", "limits"),
    [
        ("", (Limit("year", 1980, 1989),)),
        (', "best_known_left_out": 0', (Limit("year", 1980, 1989),)),
        (', "best_known_left_out": 150', (Limit("rank", 150), Limit("year", 1980, 1989))),
    ],
)
def test_a_session_from_before_limits_had_one_form_is_read(
    left_out: str, limits: tuple[Limit, ...]
) -> None:
    old = (
        '{"events": [["movie:100", "up"]], "years": [1980, 1989], "required": [], "excluded": []'
        f"{left_out}}}"
    )
    assert SessionState.from_json(old, CATALOGUE).constraints == Constraints(limits)


def test_a_limit_takes_the_place_of_the_one_on_its_column() -> None:
    constraints = Constraints().within(Limit("year", 1980)).within(Limit("rank", 150))
    assert constraints.limits == (Limit("rank", 150), Limit("year", 1980))
    assert constraints.within(Limit("year", 1990)).limit("year") == Limit("year", 1990)
    assert constraints.without("year") == Constraints((Limit("rank", 150),))
    assert constraints.without("length") == constraints


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", '{"events": 3, "years": null, "required": [], "excluded": []}',
        '{"events": [["movie:100", "loved"]], "years": null, "required": [], "excluded": []}',
        '{"events": [["movie:100"]], "years": null, "required": [], "excluded": []}',
        '{"events": [[100, "up"]], "years": null, "required": [], "excluded": []}',
        '{"events": [], "years": [1990], "required": [], "excluded": []}',
        '{"events": [], "years": [Infinity, 1], "required": [], "excluded": []}',
        '{"events": [], "years": null, "required": [], "excluded": [], "best_known_left_out": "many"}',
        '{"events": [], "limits": [["year", 1990]], "required": [], "excluded": []}',
        '{"events": [], "limits": 7, "required": [], "excluded": []}',
    ],
)  # fmt: skip
def test_malformed_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        SessionState.from_json(text, CATALOGUE)


@given(sessions(), st.integers(0, 5), st.none() | st.integers(0, 4))
def test_an_observation_holds_every_event_in_order_and_pads_with_zeros(
    state: SessionState, room: int, vectors: int | None
) -> None:
    head = [] if vectors is None else [[vectors, Outcome.VECTORS]]
    length = len(head) + len(state.events) + room
    observation = state.observation(max(length, 1), vectors=vectors)
    assert (
        observation[:length].tolist()
        == head + [list(event) for event in state.events] + [[0, 0]] * room
    )
    if len(state.events) > 0:
        with pytest.raises(ValueError, match="do not fit"):
            state.observation(len(state.events) - 1)


@given(sessions())
def test_no_token_stands_twice(state: SessionState) -> None:
    assert len(set(state.tokens())) == len(state.events)


@given(sessions(), FILMS)
def test_nothing_is_shown_twice(state: SessionState, token: int) -> None:
    if state.outcome_of(token) is None:
        state = state.show(token)
    with pytest.raises(ValueError, match="in the transcript already"):
        state.show(token)


@given(sessions(), FILMS, st.sampled_from(Reaction), st.sampled_from(Reaction))
def test_a_reaction_twice_is_one_and_the_last_one_counts(
    state: SessionState, token: int, first: Reaction, last: Reaction
) -> None:
    if state.outcome_of(token) is None:
        with pytest.raises(ValueError, match="never shown"):
            state.react(token, first)
        state = state.show(token)
    once = state.react(token, last)
    assert once.react(token, last) == once
    assert state.react(token, first).react(token, last) == once
    assert once.outcome_of(token) == last.outcome
    assert once.tokens() == state.tokens()


@given(sessions(), st.integers(1, 9))
def test_what_is_retracted_stays_in_the_transcript_and_says_nothing(
    state: SessionState, token: int
) -> None:
    after = state.retract(token)
    assert after.tokens() == state.tokens()
    assert after.retract(token) == after
    assert after.outcome_of(token) == (
        None if state.outcome_of(token) is None else Outcome.RETRACTED
    )


@given(sessions(), STATEMENTS)
def test_transitions_leave_the_state_before_as_it_was(
    state: SessionState, statement: tuple[int, Outcome]
) -> None:
    before, events = hash(state), state.events
    state.state(*statement)
    state.retract(statement[0])
    state.constrain(Constraints(limits=(Limit("year", 1, 2),)))
    assert (hash(state), state.events) == (before, events)


@pytest.mark.parametrize(
    "outcome", [Outcome.SHOWN, Outcome.UP, Outcome.PADDING, Outcome.RETRACTED, Outcome.VECTORS]
)
def test_only_tastes_can_be_stated(outcome: Outcome) -> None:
    with pytest.raises(ValueError, match="cannot be stated"):
        SessionState().state(1, outcome)


@given(sessions(), st.sets(FILMS))
def test_only_films_without_an_answer_are_passed_over(state: SessionState, films: set[int]) -> None:
    later = state.pass_over(*films)
    for token, outcome in state.events:
        passed = token in films and outcome is Outcome.SHOWN
        assert later.outcome_of(token) is (Outcome.PASSED if passed else outcome)


def test_a_film_passed_over_can_still_be_answered() -> None:
    state = SessionState().show(1).show(2).pass_over(1)
    assert state.events == ((1, Outcome.PASSED), (2, Outcome.SHOWN))
    assert state.react(1, Reaction.UP).outcome_of(1) is Outcome.UP


# ---- films that were rated elsewhere


STATED = st.lists(
    st.tuples(FILMS, st.sampled_from([Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.SEEN]))
)


@given(sessions(), STATED)
def test_recalling_is_stating_one_by_one_before_everything_else(
    state: SessionState, statements: list[tuple[int, Outcome]]
) -> None:
    held = {token for token, outcome in state.events if outcome is not Outcome.RETRACTED}
    one_by_one = state
    for token, outcome in dict(statements).items():
        if token not in held:
            one_by_one = one_by_one.state(token, outcome)
    recalled = state.recall(statements)
    assert dict(recalled.events) == dict(one_by_one.events)
    assert recalled.tokens()[len(recalled.events) - len(state.events) :] == state.tokens()
    assert recalled.constraints == state.constraints
    assert recalled.recall(statements) == recalled
    anew = state.recall(statements, frozenset(range(1, 7)))
    assert dict(anew.events) == dict(state.events) | dict(statements)


def test_a_genre_cannot_be_recalled_as_wanted() -> None:
    with pytest.raises(ValueError, match="WANTED cannot be stated of a film"):
        SessionState().recall([(7, Outcome.WANTED)])


def test_a_film_known_already_is_a_taste_like_one_that_was_stated() -> None:
    shown = SessionState().show(1).show(2)
    known = shown.react(1, Reaction.SEEN_LOVED).react(2, Reaction.SEEN_HATED)
    assert known.events == ((1, Outcome.STATED_LIKE), (2, Outcome.STATED_DISLIKE))
    assert known.react(1, Reaction.CLEAR).react(2, Reaction.CLEAR) == shown


def test_a_diary_of_thousands_is_written_in_few_bytes_and_read_unchanged() -> None:
    films = 4000
    catalogue = Catalogue(
        movies=tuple(Movie(row, 100_000 + row, f"Film {row}", 1990, ()) for row in range(films)),
        facets=(Facet("genre", "Comedy"),),
        membership=sparse.csr_matrix((1, films), dtype=np.bool_),
        n_ratings=np.arange(films, 0, -1),
        n_items=films,
    )
    outcomes = (Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.SEEN)
    diary = [(token, outcomes[token % 3]) for token in range(1, films - 10)]
    state = (
        SessionState()
        .state(films + 1, Outcome.WANTED)
        .recall(sorted(diary, key=lambda one: one[1]))
        .show(films)
    )
    text = state.to_json(catalogue)
    assert SessionState.from_json(text, catalogue) == state
    assert len(text) < 10 * films  # "100000, " each


def test_start_over_spares_nothing_any_more() -> None:
    state = SessionState().seek("vineyards").spare("drill sergeants").cleared()
    assert state == SessionState()
