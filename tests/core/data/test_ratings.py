import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import ratings_of

from core.data.ratings import Ratings, fingerprints
from core.domain import Outcome, Reaction
from core.rewards import reaction_to

#            film 0  1    2    3
# person 10:      5  .    2.5  .
# person 20:      .  4    .    .
# person 30:      3  .    .    4.5
RATINGS = Ratings(
    user=np.array([0, 0, 1, 2, 2]),
    row=np.array([0, 2, 1, 0, 3]),
    value=np.array([5, 2.5, 4, 3, 4.5], dtype=np.float32),
    timestamp=np.array([1, 2, 3, 4, 5]),
    user_ids=np.array([10, 20, 30]),
    n_movies=4,
)


def of_people(user_ids: list[int]) -> Ratings:
    """One rating each."""
    n = len(user_ids)
    return Ratings(
        user=np.arange(n),
        row=np.zeros(n, dtype=np.int64),
        value=np.full(n, 4, dtype=np.float32),
        timestamp=np.zeros(n, dtype=np.int64),
        user_ids=np.array(user_ids, dtype=np.int64),
        n_movies=1,
    )


def test_matrices_by_hand() -> None:
    assert RATINGS.matrix().toarray().tolist() == [[5, 0, 2.5, 0], [0, 4, 0, 0], [3, 0, 0, 4.5]]
    assert RATINGS.likes().toarray().tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    assert RATINGS.rated().toarray().tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 1]]
    assert RATINGS.likes().nnz == 3
    assert RATINGS.matrix().dtype == RATINGS.likes().dtype == np.float32


def test_one_persons_ratings() -> None:
    rows, stars = RATINGS.of(2)
    assert (rows.tolist(), stars.tolist()) == ([0, 3], [3.0, 4.5])
    assert RATINGS.starts.tolist() == [0, 2, 3, 5]
    assert (RATINGS.n_users, len(RATINGS)) == (3, 5)


def test_selected_people_are_renumbered_in_the_order_given() -> None:
    chosen = RATINGS.select(np.array([2, 0]))
    assert chosen.user_ids.tolist() == [30, 10]
    assert chosen.user.tolist() == [0, 0, 1, 1]
    assert chosen.row.tolist() == [0, 3, 0, 2]
    assert chosen.value.tolist() == [3, 4.5, 5, 2.5]
    assert chosen.timestamp.tolist() == [4, 5, 1, 2]
    assert chosen.matrix().toarray().tolist() == RATINGS.matrix().toarray()[[2, 0]].tolist()
    assert len(RATINGS.select(np.array([], dtype=np.int64))) == 0
    with pytest.raises(ValueError, match="twice"):
        RATINGS.select(np.array([1, 1]))


def test_a_fold_is_a_salted_hash() -> None:
    expected = int.from_bytes(hashlib.sha256(b"pepper:20").digest()[:8], "big") % 5
    assert RATINGS.folds(5, "pepper")[1] == expected


@given(
    st.sets(st.integers(1, 10**6), min_size=1, max_size=30),
    st.sets(st.integers(1, 10**6), max_size=30),
)
def test_people_stay_in_their_fold_when_others_come(people: set[int], others: set[int]) -> None:
    before, after = of_people(sorted(people)), of_people(sorted(people | others))
    fold = dict(zip(after.user_ids.tolist(), after.folds(5, "s").tolist(), strict=True))
    assert [fold[user] for user in before.user_ids.tolist()] == before.folds(5, "s").tolist()


def test_folds_are_even_and_another_salt_gives_others() -> None:
    ratings = of_people(list(range(1, 2001)))
    sizes = np.bincount(ratings.folds(5, "a"), minlength=5)
    assert (abs(sizes - 400) < 5 * np.sqrt(2000 * 0.2 * 0.8)).all()  # five standard deviations
    assert 0.7 < (ratings.folds(5, "a") != ratings.folds(5, "b")).mean() < 0.9  # 4 in 5 by chance


@given(st.integers(0, 2), st.text(max_size=5))
def test_a_split_parts_people_not_ratings(held_out: int, salt: str) -> None:
    others, held = RATINGS.split(held_out, 3, salt)
    assert sorted([*others.user_ids.tolist(), *held.user_ids.tolist()]) == [10, 20, 30]
    assert len(others) + len(held) == len(RATINGS)
    assert (held.folds(3, salt) == held_out).all()
    assert (others.folds(3, salt) != held_out).all()


# ---- rewards


@pytest.mark.parametrize(
    ("stars", "reaction", "reward"),
    [
        (5.0, Reaction.UP, 1.0),
        (4.0, Reaction.UP, 1.0),
        (3.5, Reaction.SEEN, 0.0),
        (3.0, Reaction.SEEN, 0.0),
        (2.5, Reaction.DOWN, -0.5),
        (0.5, Reaction.DOWN, -0.5),
    ],
)
def test_stars_become_reactions_and_rewards(
    stars: float, reaction: Reaction, reward: float
) -> None:
    assert reaction_to(stars) is reaction
    assert reaction.reward == reward


def test_taking_a_reaction_back_is_worth_what_no_reaction_is() -> None:
    assert Reaction.CLEAR.reward == Outcome.SHOWN.reward == 0
    assert Reaction.NOT_TONIGHT.reward == -0.1


def test_a_person_is_known_by_what_they_rated_under_any_number() -> None:
    movie_ids = np.array([101, 102, 103])
    one = fingerprints(ratings_of([[5, 0, 3], [1, 2, 0]]), movie_ids)
    again = fingerprints(ratings_of([[1, 2, 0], [5, 0, 3], [5, 0, 3.5]], first_id=90), movie_ids)
    assert again[:2] == (one[1], one[0])
    assert again[2] not in one and len(one[0]) == 12
