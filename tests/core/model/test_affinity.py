"""What a conversation pulls each film by: sums by hand, exact parts, and a world where the right
answer is known."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import (
    N_ITEMS,
    N_MOVIES,
    any_affinity,
    cinema,
    conversation,
    conversations,
    still_vectors,
)
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Facet, Movie, Outcome
from core.model.affinity import START, Affinity, Strength
from core.model.cooccurrence import Cooccurrence
from core.model.qnetwork import QNetwork
from core.session import SessionState

CINEMA = cinema()
COMEDY, SPACE = CINEMA.facet_token(0), CINEMA.facet_token(2)
AFFINITY = any_affinity(CINEMA)
LIKE = Outcome.STATED_LIKE
GENRE = 1.4 * math.log(2)
"""Of two comedies, in units of log-odds: half of the films that can be recommended are."""
TAG = 6.5
NAMED = 2.0
SAME_YEAR, TEN_YEARS_APART = 0.5, 0.5 * math.exp(-((10 / 6) ** 2) / 4)
"""Two bells of deviation 6 years overlap like one of deviation 6 · √2."""
INDIFFERENT = np.zeros(N_ITEMS, dtype=np.float32)
"""An approval of all films alike."""
NEAR = 2e-3
"""Of a share of differences of float32 numbers."""
NEARLY = 2e-4
"""Of the overlap, whose sums run over steps of four years."""


STRENGTHS = np.array(START, dtype=np.float32)


@cache
def network(affinity: Affinity | None = AFFINITY) -> QNetwork:
    """One that has learned nothing, with or without affinity."""
    affinities = () if affinity is None else (affinity,)
    return QNetwork(CINEMA, [still_vectors(N_ITEMS)], hidden=8, affinities=affinities).eval()


def pull(state: SessionState, affinity: Affinity = AFFINITY) -> np.ndarray:
    """What the affinity adds to each Q-value."""
    observation = state.observation()[None]
    return (network(affinity).q_values(observation) - network(None).q_values(observation))[0]


def readings(state: SessionState, affinity: Affinity = AFFINITY) -> np.ndarray:
    """Σ strength · channel, before the gate."""
    return _readings(state.observation()[None], affinity)[0]


def _readings(observations: np.ndarray, affinity: Affinity = AFFINITY) -> np.ndarray:
    found = affinity.readings(observations)
    return np.sum([START[name] * values for name, values in found.items()], axis=0)


def gate(*events: tuple[int, Outcome]) -> float:
    """Share of the readings in the Q-values."""
    state = conversation(*events)
    added, whole = pull(state), readings(state)
    place = int(np.abs(whole).argmax())
    return float(added[place] / whole[place])


def silent() -> Affinity:
    """Nobody's taste and no talk prior: only what films are about is left."""
    nothing = np.zeros((N_ITEMS, 2), dtype=np.float32)
    return Affinity(CINEMA, Cooccurrence(nothing, nothing, nothing[:, 0]), nothing[:, 0])


def together(of: int, to: int, lift: float) -> Affinity:
    """`AFFINITY` in a world where conversations that name one film name another."""
    named = sparse.csr_matrix(([lift], ([of], [to])), shape=(N_ITEMS, N_ITEMS), dtype=np.float32)
    return Affinity(CINEMA, replace(AFFINITY.cooccurrence, named_together=named), INDIFFERENT)


class TestNamedTogether:
    def test_a_film_pulls_those_that_are_named_with_it(self) -> None:
        bare = Affinity(CINEMA, AFFINITY.cooccurrence, INDIFFERENT)
        said = conversation((5, LIKE), (7, LIKE))
        gained = pull(said, together(4, 9, 1.5)) - pull(said, bare)
        # Two films are liked: each has 1 / √2 of the say.
        assert gained[9] == pytest.approx(0.25 * NAMED * 1.5 / math.sqrt(2), rel=1e-5)
        assert not gained[np.arange(N_ITEMS) != 9].any()

    def test_a_film_that_is_disliked_pulls_none(self) -> None:
        said = conversation((5, Outcome.STATED_DISLIKE), (7, LIKE))
        bare = Affinity(CINEMA, AFFINITY.cooccurrence, INDIFFERENT)
        np.testing.assert_array_equal(pull(said, together(4, 9, 1.5)), pull(said, bare))

    def test_parts_add_up(self) -> None:
        affinity, said = together(4, 9, 1.5), conversation((5, LIKE), (7, LIKE))
        strengths = np.array(START, dtype=np.float32)
        parts = affinity.parts(said.observation(), np.arange(N_ITEMS), strengths)
        np.testing.assert_allclose(parts.sum(axis=1), readings(said, affinity), atol=1e-5)


class TestGate:
    def test_closes_with_every_film_that_is_answered_the_sooner_the_better_known_the_liked_ones_are(
        self,
    ) -> None:
        assert gate((1, LIKE), (2, LIKE)) == pytest.approx(0.25, rel=NEAR)
        # Film 0 has 140 ratings, film 1 has 130.
        answered = (3, Outcome.SHOWN), (2, Outcome.DOWN), (4, Outcome.SHOWN)
        assert gate((1, LIKE), *answered) == pytest.approx(0.25 * 0.2 ** (3 * 140 / 160), rel=NEAR)
        both = (140 / 160 + 130 / 150) / 2
        assert gate((1, LIKE), (2, Outcome.UP)) == pytest.approx(0.25 * 0.2**both, rel=NEAR)
        # Film 13 has 10: what is said of it outlasts many answers.
        assert gate((14, LIKE), *answered) == pytest.approx(0.25 * 0.2 ** (3 * 10 / 30), rel=NEAR)

    def test_opens_anew_with_whatever_is_said(self) -> None:
        answered = (3, Outcome.SHOWN), (4, Outcome.SHOWN)
        assert gate((1, LIKE), *answered, (2, LIKE)) == pytest.approx(0.25, rel=NEAR)
        after = (140 / 160 + 130 / 150) / 2
        assert gate((1, LIKE), *answered, (2, LIKE), (5, Outcome.DOWN)) == pytest.approx(
            0.25 * 0.2**after, rel=NEAR
        )
        thumbed = 0.25 * 0.2 ** (3 * after)
        assert gate((1, LIKE), *answered, (2, Outcome.UP)) == pytest.approx(
            thumbed, rel=NEAR
        )  # a thumb is no new topic

    def test_is_closed_where_nothing_pulls(self) -> None:
        assert gate() == 0
        assert gate((3, Outcome.STATED_DISLIKE)) == 0
        assert gate((3, Outcome.SHOWN), (2, Outcome.DOWN)) == 0

    def test_closes_more_slowly_where_something_is_asked_for(self) -> None:
        assert gate((COMEDY, Outcome.WANTED), (2, Outcome.DOWN)) == pytest.approx(0.15, rel=NEAR)
        both = (130 / 150 + 120 / 140) / 2
        assert gate((COMEDY, Outcome.AVOIDED), (2, Outcome.UP), (3, Outcome.UP)) == pytest.approx(
            0.25 * 0.6 ** (2 * both), rel=NEAR
        )

    def test_stays_open_where_the_talk_goes_on(self) -> None:
        silent = (1, Outcome.PASSED), (2, Outcome.RETRACTED), (3, Outcome.NOT_TONIGHT)
        assert gate((4, LIKE), *silent) == pytest.approx(0.25, rel=NEAR)
        assert gate((4, LIKE), (5, Outcome.SEEN)) == pytest.approx(0.25, rel=NEAR), "no verdict"


class TestPull:
    def test_of_nothing_said_is_none(self) -> None:
        np.testing.assert_array_equal(pull(SessionState()), 0)

    def test_whatever_is_said_brings_the_appeal(self) -> None:
        # A wish that no film fulfils: what is left is how readily each film is named.
        added = pull(
            conversation((COMEDY, Outcome.WANTED)),
            Affinity(CINEMA, AFFINITY.cooccurrence, INDIFFERENT),
        )
        np.testing.assert_allclose(added[9], 0.25 * AFFINITY.cooccurrence.talk_prior[9], rtol=1e-5)

    @pytest.mark.parametrize("asked", [Outcome.WANTED, Outcome.AVOIDED])
    def test_of_the_films_that_fit_a_wish_the_better_ones_gain(self, asked: Outcome) -> None:
        # Three in four like film 9, one in four film 7: neither is a comedy.
        approval = np.zeros(N_ITEMS, dtype=np.float32)
        approval[[9, 7]] = math.log(3), -math.log(3)
        taught = Affinity(CINEMA, silent().cooccurrence, approval)
        added = pull(conversation((COMEDY, asked)), taught)
        assert added[9] == pytest.approx(0.25 * 0.5 * math.log(3), abs=1e-6)
        assert added[7] == pytest.approx(0.25 * 0.5 * -math.log(3), abs=1e-6)
        observation = conversation((COMEDY, asked)).observation()
        parts = taught.parts(observation, np.array([9]), STRENGTHS)
        assert parts[0] == pytest.approx([0.5 * math.log(3), 0.0])

    def test_of_somebody_who_asks_for_nothing_approval_is_left_to_the_q_value(self) -> None:
        indifferent = Affinity(CINEMA, AFFINITY.cooccurrence, INDIFFERENT)
        liked = conversation((1, LIKE), (2, Outcome.STATED_DISLIKE))
        np.testing.assert_allclose(pull(liked), pull(liked, indifferent), atol=1e-6)

    def test_the_appeal_counts_as_far_as_the_films_liked_are_known(self) -> None:
        bare = replace(AFFINITY.cooccurrence, of=0 * AFFINITY.cooccurrence.of)
        for token, ratings in (
            (1, 140),
            (12, 30),
        ):  # film 9 shares nothing but its years with films 0 and 11
            expected = 0.25 * ratings / (ratings + 20) * AFFINITY.cooccurrence.talk_prior
            alone = pull(conversation((token, LIKE)), Affinity(CINEMA, bare, INDIFFERENT)) - pull(
                conversation((token, LIKE)), silent()
            )
            np.testing.assert_allclose(alone, expected, atol=1e-6)

    def test_of_a_liked_film_by_hand(self) -> None:
        # Film 0 is a comedy in space, and so is film 2; film 4 is a comedy elsewhere, film 1 horror
        # in space.
        added = pull(conversation((1, LIKE)), silent())
        assert added[2] == pytest.approx(0.25 * (GENRE + TAG + SAME_YEAR))
        assert added[4] == pytest.approx(0.25 * (GENRE + SAME_YEAR))
        assert added[1] == pytest.approx(0.25 * (TAG + TEN_YEARS_APART), abs=NEARLY)
        assert added[5] == pytest.approx(0.25 * TEN_YEARS_APART, abs=NEARLY)

    def test_of_the_people_who_like_it_by_hand(self) -> None:
        cooccurrence = AFFINITY.cooccurrence
        fame = 100 / 120  # of film 4; comedy 4 and horror 9 share nothing but the time
        expected = (
            fame * cooccurrence.talk_prior[9]
            + 0.8 * cooccurrence.of[4] @ cooccurrence.to[9]
            + TEN_YEARS_APART
        )
        assert pull(conversation((5, LIKE)))[9] == pytest.approx(0.25 * expected, abs=NEARLY)

    def test_likes_share_their_say(self) -> None:
        one, other = (
            pull(conversation((1, LIKE)), silent()),
            pull(conversation((4, LIKE)), silent()),
        )
        both = pull(conversation((1, LIKE), (4, LIKE)), silent())
        np.testing.assert_allclose(both, (one + other) / math.sqrt(2), atol=1e-6)

    def test_a_thumb_up_is_a_like(self) -> None:
        liked, thumbed = (
            pull(conversation((1, LIKE)), silent()),
            pull(conversation((1, Outcome.UP)), silent()),
        )
        np.testing.assert_allclose(thumbed, liked * 0.2 ** (140 / 160), atol=1e-6)

    def test_a_film_that_cannot_be_recommended_pulls_by_what_it_is_about(self) -> None:
        assert N_MOVIES > N_ITEMS
        added = pull(conversation((N_ITEMS + 1, LIKE)), silent())  # row 12: a comedy
        expected = [
            0.25 * (TEN_YEARS_APART if row % 2 else GENRE + SAME_YEAR) for row in range(N_ITEMS)
        ]
        np.testing.assert_allclose(added, expected, atol=NEARLY)

    def test_wishes_by_hand(self) -> None:
        wanted = pull(conversation((COMEDY, Outcome.WANTED)), silent())
        np.testing.assert_allclose(
            wanted, [0.25 * 3.7 * (row % 2 == 0) for row in range(N_ITEMS)], atol=1e-6
        )
        tagged = pull(conversation((COMEDY, Outcome.WANTED), (SPACE, Outcome.AVOIDED)), silent())
        assert tagged[:5] == pytest.approx(
            [0.25 * (3.7 - 4.4), 0.25 * -4.4, 0.25 * (3.7 - 4.4), 0.25 * -4.4, 0.25 * 3.7]
        )

    def test_a_wish_for_a_tag_is_kin_to_those_that_the_friends_of_its_films_like(self) -> None:
        cooccurrence = AFFINITY.cooccurrence
        space = [row for row in range(N_ITEMS) if CINEMA.has(SPACE)[row]]
        known = np.log1p(CINEMA.n_ratings[space])
        circle = (
            (known[:, None] * cooccurrence.of[space]).sum(axis=0) / known.sum() @ cooccurrence.to[4]
        )
        lone = Affinity(CINEMA, replace(cooccurrence, talk_prior=INDIFFERENT), INDIFFERENT)
        assert 4 not in space
        assert pull(conversation((SPACE, Outcome.WANTED)), lone)[4] == pytest.approx(
            0.25 * 2 * circle, abs=1e-6
        )

    def test_a_wish_for_what_few_films_have_counts_more(self) -> None:
        movies = tuple(Movie(row, row + 1, f"Film {row}", 0, ()) for row in range(1000))
        facets = (Facet("genre", "Western"), Facet("tag", "space"), Facet("tag", "chess"))
        has = sparse.csr_matrix([[row == 0, row < 8, row < 2] for row in range(1000)]).T.tocsr()
        many = Catalogue(movies, facets, has, np.full(1000, 10), 1000)
        nothing = np.zeros((1000, 1), dtype=np.float32)
        affinity = Affinity(many, Cooccurrence(nothing, nothing, nothing[:, 0]), nothing[:, 0])
        genre, space, chess = (
            readings(conversation((many.facet_token(number), Outcome.WANTED)), affinity)[0]
            for number in range(3)
        )
        assert genre == pytest.approx(3.7)
        assert space == pytest.approx(4.4)  # on .8 % of the films
        assert chess == pytest.approx(4.4 * math.log(500) / math.log(125))

    @pytest.mark.parametrize(
        "outcome", [Outcome.STATED_DISLIKE, Outcome.PASSED, Outcome.RETRACTED, Outcome.NOT_TONIGHT]
    )
    def test_of_anything_else_is_none(self, outcome: Outcome) -> None:
        np.testing.assert_allclose(pull(conversation((1, outcome))), 0, atol=1e-6)

    def test_the_row_of_the_vector_set_is_no_film(self) -> None:
        state = conversation((4, LIKE))
        np.testing.assert_array_equal(
            _readings(state.observation(vectors=1)[None])[0], readings(state)
        )

    @given(state=conversations(CINEMA), length=st.integers(14, 20))
    def test_batching_and_padding_change_nothing(self, state: SessionState, length: int) -> None:
        batch = np.stack([conversation((2, LIKE)).observation(length), state.observation(length)])
        np.testing.assert_allclose(_readings(batch)[1], readings(state), atol=1e-4)

    @given(state=conversations(CINEMA), row=st.integers(0, N_ITEMS - 1))
    def test_its_parts_add_up(self, state: SessionState, row: int) -> None:
        parts = AFFINITY.parts(state.observation(), np.array([row]), STRENGTHS)[0]
        assert len(parts) == 1 + len(state.observation())
        assert parts.sum() == pytest.approx(readings(state)[row], abs=1e-4)

    def test_a_part_is_the_events_own(self) -> None:
        observation = conversation(
            (1, LIKE), (COMEDY, Outcome.WANTED), (3, Outcome.PASSED)
        ).observation()
        parts = silent().parts(observation, np.array([4, 5]), STRENGTHS)
        assert parts[0] == pytest.approx([0.0, GENRE + SAME_YEAR, 3.7, 0.0])
        assert parts[1] == pytest.approx(silent().parts(observation, np.array([5]), STRENGTHS)[0])

    def test_each_channel_has_the_strength_that_is_given(self) -> None:
        # Nothing but being liked by the same people, twice as much as at the start.
        strengths = np.zeros(len(START), dtype=np.float32)
        strengths[Strength.PEOPLE] = 1.6
        cooccurrence = AFFINITY.cooccurrence
        parts = AFFINITY.parts(conversation((5, LIKE)).observation(), np.array([9]), strengths)
        assert parts[0] == pytest.approx([0.0, 1.6 * cooccurrence.of[4] @ cooccurrence.to[9]])

    def test_of_another_catalogue_is_refused(self) -> None:
        with pytest.raises(ValueError, match="cooccurrence of 12 films, 11 can be recommended"):
            Affinity(cinema(n_items=11), AFFINITY.cooccurrence, INDIFFERENT)
