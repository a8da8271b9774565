"""Baselines against hand-worked numbers, closed forms and worlds where the right answer is
known."""

from __future__ import annotations

import numpy as np
import pytest
from learning_worlds import cinema
from scipy import sparse
from worlds import catalogue_of, checkerboard, ratings_of, transcripts

from core.data.ratings import Ratings
from core.domain import Outcome
from core.errors import SettingsError
from core.evaluation.baselines import NAMES, Approval, Popularity, Random, fit_baselines
from core.evaluation.baselines.factorisation import Ials, IalsSettings, Pmf, PmfSettings
from core.evaluation.baselines.neighbours import Ease, EaseSettings, ItemKnn, NeighbourSettings
from core.evaluation.baselines.posterior import Posterior, PosteriorSettings, centred_vectors
from core.evaluation.baselines.upon_joint import JointFamiliar, JointMoods, LinUcb, Thompson
from core.model.factors import ease_weights
from core.simulation.scorer import PersonSeeded, Scorer

LIKE, SHOWN, PASSED, UP, DOWN, SEEN = (
    Outcome.STATED_LIKE,
    Outcome.SHOWN,
    Outcome.PASSED,
    Outcome.UP,
    Outcome.DOWN,
    Outcome.SEEN,
)
FILMS = 12
DRAWN = ("random", "thompson")
"""Baselines whose scores hold random draws."""
QUIET = tuple(name for name in NAMES if name != "thompson")
"""Those that do not draw anew with every event."""
PERSONAL = tuple(name for name in NAMES if name not in ("random", "popularity", "approval"))


@pytest.fixture(scope="module")
def taste() -> Ratings:
    return checkerboard(films=FILMS)


@pytest.fixture(scope="module")
def fitted(taste: Ratings) -> dict[str, Scorer]:
    return {scorer.name: scorer for scorer in fit_baselines(taste, catalogue_of([32] * FILMS))}


# ---- all of them


def test_every_name_gives_a_scorer_of_that_name(fitted: dict[str, Scorer]) -> None:
    assert tuple(fitted) == NAMES


def test_an_unknown_name_is_answered_with_the_known_ones(taste: Ratings) -> None:
    with pytest.raises(
        SettingsError, match=r'no baseline "eaze": choose among random, popularity, .*ease'
    ):
        fit_baselines(taste, catalogue_of([32] * FILMS), ["popularity", "eaze"])


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_finite_and_cover_every_film(fitted: dict[str, Scorer], name: str) -> None:
    scores = fitted[name].scores(transcripts([], [(1, LIKE), (4, DOWN), (3, SHOWN), (5, SEEN)]))
    assert scores.shape == (2, FILMS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", QUIET)
def test_what_says_nothing_of_a_film_changes_nothing(fitted: dict[str, Scorer], name: str) -> None:
    bare = transcripts([(1, LIKE)])
    silent = transcripts(
        [
            (1, LIKE),
            (2, Outcome.RETRACTED),
            (3, Outcome.NOT_TONIGHT),
            (2, Outcome.VECTORS),
            (FILMS + 1, Outcome.WANTED),
        ]
    )
    assert np.allclose(fitted[name].scores(bare), fitted[name].scores(silent), atol=1e-6)


@pytest.mark.parametrize("name", QUIET)
def test_padding_changes_nothing(fitted: dict[str, Scorer], name: str) -> None:
    bare = transcripts([(1, LIKE), (2, SHOWN)])
    padded = np.pad(bare, ((0, 0), (0, 5), (0, 0)))
    assert np.allclose(fitted[name].scores(bare), fitted[name].scores(padded), atol=1e-6)


@pytest.mark.parametrize("name", PERSONAL)
def test_one_liked_film_tells_the_taste_of_the_checkerboard(
    fitted: dict[str, Scorer], name: str
) -> None:
    scores = fitted[name].scores(transcripts([(1, LIKE)], [(2, UP)]))
    even, odd = np.arange(2, FILMS, 2), np.arange(3, FILMS, 2)
    assert scores[0, even].min() > scores[0, odd].max()
    assert scores[1, odd].min() > scores[1, even].max()


@pytest.mark.parametrize("name", ["pmf", "posterior", "joint-posterior", "linucb", "thompson"])
def test_one_disliked_film_tells_it_too(fitted: dict[str, Scorer], name: str) -> None:
    scores = fitted[name].scores(transcripts([(1, DOWN)]))
    assert scores[0, 3::2].min() > scores[0, 2::2].max()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_scores(
    fitted: dict[str, Scorer], taste: Ratings, name: str
) -> None:
    again = fit_baselines(taste, catalogue_of([32] * FILMS), [name])[0]
    batch = transcripts([(1, LIKE), (2, SHOWN)], [])
    assert np.array_equal(again.scores(batch), fitted[name].scores(batch))


@pytest.mark.parametrize("name", DRAWN)
def test_a_person_meets_the_same_draws_in_any_batch_and_others_meet_others(
    taste: Ratings, name: str
) -> None:
    scorer = fit_baselines(taste, catalogue_of([32] * FILMS), [name])[0]
    assert isinstance(scorer, PersonSeeded)
    together = scorer.for_people(np.array([7, 8, 9])).scores(transcripts([], [], []))
    alone = scorer.for_people(np.array([9])).scores(transcripts([]))
    assert np.allclose(together[2], alone[0], atol=1e-6)
    assert not np.allclose(together[0], together[1])
    other_seed = fit_baselines(taste, catalogue_of([32] * FILMS), [name], seed=1)[0]
    assert not np.allclose(other_seed.scores(transcripts([])), scorer.scores(transcripts([])))


# ---- one by one

THREE = ((5, 4, 0), (4, 4.5, 1), (0, 5, 4), (3, 0, 0))
"""Likes: film 0 by 2 people, film 1 by 3, film 2 by 1; 0 and 1 together twice, 1 and 2 once."""


def test_vectors_do_not_depend_on_where_the_decomposition_begins() -> None:
    """Signs of singular vectors are free; draws of Thompson sampling would change with them."""
    matrix = sparse.random(60, 30, density=0.3, random_state=0, format="csr")
    one, other = (centred_vectors(matrix, 5, seed)[0] for seed in (0, 1))
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_popularity_counts_likes() -> None:
    assert Popularity.fit(ratings_of(THREE), 3).scores(transcripts([], [])).tolist() == [
        [2, 3, 1],
        [2, 3, 1],
    ]


def test_popularity_of_a_bundle_counts_what_its_catalogue_counts() -> None:
    assert Popularity.from_catalogue(catalogue_of([9, 5, 5, 1], n_items=3)).scores(
        transcripts([])
    ).tolist() == [[9, 5, 5]]


def test_random_keeps_its_order_through_a_session() -> None:
    scorer = Random(50)
    assert np.array_equal(scorer.scores(transcripts([])), scorer.scores(transcripts([(3, UP)])))


def test_item_knn_is_a_shrunk_cosine() -> None:
    scorer = ItemKnn.fit(
        ratings_of(THREE), 3, NeighbourSettings(neighbours=5, shrinkage=1.0, prior=0.0)
    )
    scores = scorer.scores(transcripts([(2, UP)]))
    assert scores[0] == pytest.approx([2 / (np.sqrt(2 * 3) + 1), 0.0, 1 / (np.sqrt(3) + 1)])


def test_item_knn_listens_to_the_nearest_neighbours_only() -> None:
    scorer = ItemKnn.fit(
        ratings_of(THREE), 3, NeighbourSettings(neighbours=1, shrinkage=0.0, prior=0.0)
    )
    # film 1's nearest is film 0, so a like of film 2 says nothing of it
    assert scorer.scores(transcripts([(3, UP)]))[0, 1] == 0.0
    assert scorer.scores(transcripts([(1, UP)]))[0, 1] == pytest.approx(2 / np.sqrt(6))


def test_ease_weights_of_two_films_by_hand() -> None:
    # G + λ = [[3, 1], [1, 2]]; its inverse is [[2, −1], [−1, 3]] / 5
    likes = np.array([[1, 1], [1, 0]], dtype=np.float32)
    assert ease_weights(likes, 1.0) == pytest.approx(np.array([[0, 1 / 3], [0.5, 0]]), abs=1e-6)


@pytest.mark.parametrize("people", [5, 30])
def test_ease_weights_are_the_papers_closed_form(people: int) -> None:
    likes = (np.random.default_rng(0).random((people, 12)) < 0.3).astype(np.float32)
    precision = np.linalg.inv(likes.T.astype(float) @ likes + 3.0 * np.eye(12))
    expected = np.eye(12) - precision / np.diag(precision)
    assert ease_weights(likes, 3.0) == pytest.approx(expected, abs=1e-4)


def test_ease_with_negatives_weighs_each_outcome() -> None:
    ratings = ratings_of(THREE)
    settings = EaseSettings(regularisation=1.0, prior=0.0, disliked=-0.5, fair=0.25, ignored=-0.2)
    scorer = Ease.fit(ratings, 3, settings)
    events = [(1, UP), (2, SHOWN), (3, DOWN)]
    expected = np.array([1.0, -0.2, -0.5]) @ scorer.item_weights
    assert scorer.scores(transcripts(events))[0] == pytest.approx(expected)
    assert scorer.scores(transcripts([(3, SEEN)]))[0] == pytest.approx(
        0.25 * scorer.item_weights[2]
    )


def test_ease_with_negatives_learns_the_checkerboard_from_a_dislike(taste: Ratings) -> None:
    scores = Ease.fit(
        taste, FILMS, EaseSettings(regularisation=50.0, prior=0.0, disliked=-0.25)
    ).scores(transcripts([(1, DOWN)]))
    assert scores[0, 3::2].min() > scores[0, 2::2].max()


def test_ease_leaves_films_beyond_its_size_to_their_popularity() -> None:
    scorer = Ease.fit(ratings_of(THREE), 3, EaseSettings(max_items=2, prior=1.0))
    scores = scorer.scores(transcripts([(1, UP), (3, UP)]))
    assert scorer.item_weights.shape == (2, 2)
    assert scores[0, 2] == pytest.approx(1 / 4)


def test_ials_folds_a_person_in_as_the_paper_does(taste: Ratings) -> None:
    settings = IalsSettings(factors=4, regularisation=0.5, confidence=3.0, prior=0.0)
    scorer = Ials.fit(taste, FILMS, settings)
    items, liked = scorer.items.astype(float), [0, 4]
    confidence = np.ones(FILMS)
    confidence[liked] = 3.0
    wanted = np.zeros(FILMS)
    wanted[liked] = 1.0
    left = items.T @ (confidence[:, None] * items) + 0.5 * np.eye(4)
    person = np.linalg.solve(left, items.T @ (confidence * wanted))
    scores = scorer.scores(transcripts([(1, LIKE), (2, SHOWN), (5, UP)]))
    assert scores[0] == pytest.approx(items @ person, abs=1e-4)


def one_film_posterior(**settings: float) -> Posterior:
    vectors = np.array([[0.5], [-0.4]], dtype=np.float32)
    means = np.array([0.3, 0.2], dtype=np.float32)
    return Posterior(vectors, means, None, None, settings=PosteriorSettings(factors=1, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "liked", "precision"),
    [(UP, 1, 1), (LIKE, 1, 4), (SHOWN, 0, 2), (PASSED, 0, 2), (SEEN, 0, 1), (DOWN, 0, 1)],
)
def test_posterior_of_one_observation_by_hand(outcome: Outcome, liked: int, precision: int) -> None:
    # u ~ N(0, 1), y = 0.3 + 0.5 u + N(0, 0.1 / precision)  →  mean 0.5 (y − 0.3) / (0.25 + 0.1 / precision)
    scorer = one_film_posterior(noise=0.1, stated=4.0, ignored=2.0)
    mean = 0.5 * (liked - 0.3) / (0.25 + 0.1 / precision)
    scores = scorer.scores(transcripts([(1, outcome)]))
    assert scores[0] == pytest.approx([0.3 + 0.5 * mean, 0.2 - 0.4 * mean], abs=1e-6)


def test_joint_posterior_by_hand() -> None:
    # seen is observed beside liked: y = (1, 1), prior means (0.3, 0.6), directions (0.5, 0.2)
    scorer = Posterior(
        np.array([[0.5]], dtype=np.float32),
        np.array([0.3], dtype=np.float32),
        np.array([[0.2]], dtype=np.float32),
        np.array([0.6], dtype=np.float32),
        settings=PosteriorSettings(factors=1, noise=0.1, joint=True),
    )
    mean = (0.5 * 0.7 + 0.2 * 0.4) / 0.1 / (1 + (0.25 + 0.04) / 0.1)
    assert scorer.scores(transcripts([(1, UP)]))[0] == pytest.approx([0.3 + 0.5 * mean], abs=1e-6)
    mean = (0.5 * -0.3 + 0.2 * 0.4) / 0.1 / (1 + (0.25 + 0.04) / 0.1)
    assert scorer.scores(transcripts([(1, SEEN)]))[0] == pytest.approx([0.3 + 0.5 * mean], abs=1e-6)


def primal(scorer: Posterior, events: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the taste by the textbook's k × k formula."""
    vectors = scorer.like_vectors.astype(float)
    precision = np.eye(vectors.shape[1])
    pull = np.zeros(vectors.shape[1])
    for token, outcome in events:
        settings = scorer.settings
        weight = {LIKE: settings.stated, SHOWN: settings.ignored}.get(
            Outcome(outcome), 1.0
        ) / settings.noise
        direction, liked = vectors[token - 1], float(outcome in (LIKE, UP))
        precision += weight * np.outer(direction, direction)
        pull += weight * direction * (liked - float(scorer.like_means[token - 1]))
    covariance = np.linalg.inv(precision)
    return covariance @ pull, covariance


EVENTS: list[tuple[int, int]] = [(1, LIKE), (2, SHOWN), (5, UP), (4, DOWN)]


def test_dual_and_primal_posterior_agree(taste: Ratings) -> None:
    scorer = Posterior.fit(taste, FILMS, PosteriorSettings(factors=5))
    mean, _ = primal(scorer, EVENTS)
    expected = scorer.like_means + scorer.like_vectors @ mean
    assert scorer.scores(transcripts([], EVENTS))[1] == pytest.approx(expected, abs=1e-5)


def test_linucb_adds_standard_deviations(taste: Ratings) -> None:
    posterior = Posterior.fit(taste, FILMS, PosteriorSettings(factors=5))
    mean, covariance = primal(posterior, EVENTS)
    vectors = posterior.like_vectors
    deviation = np.sqrt(np.einsum("ik,kl,il->i", vectors, covariance, vectors))
    scores = LinUcb(posterior, alpha=0.7).scores(transcripts(EVENTS, []))
    assert scores[0] == pytest.approx(
        posterior.like_means + vectors @ mean + 0.7 * deviation, abs=1e-4
    )
    assert np.allclose(
        LinUcb(posterior, alpha=0.0).scores(transcripts(EVENTS)),
        posterior.scores(transcripts(EVENTS)),
    )


def test_thompson_draws_from_the_posterior(taste: Ratings) -> None:
    posterior = Posterior.fit(taste, FILMS, PosteriorSettings(factors=3))
    mean, covariance = primal(posterior, EVENTS)
    batch = transcripts(*[EVENTS] * 4000)
    draws = Thompson(posterior, scale=1.0).scores(batch) - posterior.like_means
    vectors = posterior.like_vectors
    assert draws.mean(axis=0) == pytest.approx(vectors @ mean, abs=0.02)
    assert np.cov(draws.T) == pytest.approx(vectors @ covariance @ vectors.T, abs=0.01)
    still = Thompson(posterior, scale=0.0).scores(transcripts(EVENTS))
    assert still == pytest.approx(posterior.scores(transcripts(EVENTS)), abs=1e-6)


def test_vectors_of_full_rank_give_the_covariance() -> None:
    ratings = checkerboard(people=30, films=6, seed=2)
    likes = ratings.likes().toarray()
    vectors, means = centred_vectors(ratings.likes(), 5, seed=0)
    assert means == pytest.approx(likes.mean(axis=0))
    singular = np.linalg.svd(likes - likes.mean(axis=0), compute_uv=False)
    assert (vectors**2).sum(axis=0) == pytest.approx(singular[:5] ** 2 / 30, abs=1e-5)
    assert vectors @ vectors.T == pytest.approx(
        np.cov(likes.T, bias=True), abs=float(singular[5]) ** 2 / 30 + 1e-5
    )


def test_approval_is_the_share_of_likes_among_ratings() -> None:
    # THREE: film 0 is liked by 2 of 3, film 1 by 3 of 3, film 2 by 1 of 2; 6 of 8 in all
    plain = Approval.fit(ratings_of(THREE), 3, shrinkage=0.0).scores(transcripts([], [(1, UP)]))
    assert plain == pytest.approx(np.tile([2 / 3, 1, 1 / 2], (2, 1)))
    held = Approval.fit(ratings_of(THREE), 3, shrinkage=4.0).scores(transcripts([]))
    assert held[0] == pytest.approx([5 / 7, 6 / 7, 4 / 6])


def test_pmf_folds_a_person_in_by_hand() -> None:
    # u ~ N(0, 1), y = 0.6 + 0.5 u + N(0, 0.1): a film liked leaves u = 0.5 · 0.4 / (0.25 + 0.1)
    scorer = Pmf(np.array([[0.5], [-0.4]], np.float32), np.array([0.6, 0.2], np.float32), 0.1)
    liked = 0.5 * 0.4 / 0.35
    expected = [0.6 + 0.5 * liked, 0.2 - 0.4 * liked]
    for outcome in (UP, LIKE):
        scores = scorer.scores(transcripts([(1, outcome)]))
        assert scores[0] == pytest.approx(expected, abs=1e-6)
    fair = -0.5 * 0.6 / 0.35
    for outcome in (SEEN, DOWN):
        assert scorer.scores(transcripts([(1, outcome)]))[0, 0] == pytest.approx(0.6 + 0.5 * fair)
    for outcome in (SHOWN, PASSED):
        assert scorer.scores(transcripts([(1, outcome)]))[0] == pytest.approx([0.6, 0.2])


def test_pmf_tells_lenient_people_by_one_factor() -> None:
    """Somebody who has liked one film is likelier to like any other they know."""
    stars = [[5.0] * 6, [1.0] * 6] * 10
    settings = PmfSettings(factors=1, noise=0.15, shrinkage=1.0, vector_shrinkage=1.0)
    scorer = Pmf.fit(ratings_of(stars), 6, settings)
    assert scorer.means == pytest.approx(np.full(6, 0.5), abs=0.02)
    yes, no = scorer.scores(transcripts([(1, UP)], [(1, DOWN)]))
    assert yes[1:] == pytest.approx(1 - no[1:], abs=0.04)
    assert yes[1:].min() > 0.75


def test_pmf_listens_to_ratings_alone() -> None:
    """A film that few know and all of them like is the best of all, once it is rated."""
    stars = [[5.0, 1.0, 0.0]] * 10 + [[1.0, 5.0, 5.0]] * 3
    scorer = Pmf.fit(ratings_of(stars), 3, PmfSettings(shrinkage=0.1))
    assert scorer.scores(transcripts([]))[0].argmax() == 2


def joint_of_two() -> Posterior:
    return Posterior(
        np.array([[0.5], [0.0]], dtype=np.float32),
        np.array([0.3, 0.4], dtype=np.float32),
        np.array([[0.2], [0.0]], dtype=np.float32),
        np.array([0.6, 0.9], dtype=np.float32),
        settings=PosteriorSettings(factors=1, noise=0.1, joint=True),
    )


def test_familiarity_takes_fame_from_those_who_know_all_they_see() -> None:
    joint = joint_of_two()
    scorer = JointFamiliar(joint, weight=-0.5)
    # Odds −2.2, .36 for each film known, −2.7 for one unknown; film 1 owes nothing to the taste.
    for events, odds in (
        ([], -2.2),
        ([(1, UP)], -1.84),
        ([(1, SEEN), (1, PASSED)], -4.54),
        ([(1, SHOWN), (1, DOWN)], -4.54),
        ([(1, UP), (1, SHOWN), (1, SHOWN)], -1.84),
    ):
        knows_all = 1 / (1 + np.exp(-odds))
        scores = scorer.scores(transcripts(events))
        assert scores[0, 1] == pytest.approx(0.4 - 0.5 * knows_all * 0.9, abs=1e-6)
    indifferent = JointFamiliar(joint, weight=0.0).scores(transcripts([(1, UP)]))
    assert indifferent == pytest.approx(joint.scores(transcripts([(1, UP)])))


def test_moods_are_what_the_closed_form_says() -> None:
    # Film 0 is of mood A (2 of 10 ratings), film 1 of B (8 of 10); prior ¼, ¼ and open ½.
    films = sparse.csr_matrix([[1.0, 0], [0, 1], [1, 1]])
    scorer = JointMoods(joint_of_two(), films, np.array([0.2, 0.8, 1.0]), open=0.5, stray=0.1)
    chance = np.array([[0.3, 0.4]], dtype=np.float32)

    def moods(*events: tuple[int, int]) -> list[float]:
        return scorer.moods(transcripts(list(events)), chance)[0].tolist()

    def shares(*likely: float) -> list[float]:
        return (np.array(likely) / sum(likely)).tolist()

    assert moods() == pytest.approx([0.25, 0.25, 0.5])
    named = shares(0.25 * (0.9 / 0.2 + 0.1), 0.25 * 0.1, 0.5)
    assert moods((1, LIKE)) == pytest.approx(named)
    assert moods((2, UP)) == pytest.approx(shares(0.25 * 0.1, 0.25 * 0.9, 0.5 * 0.9))
    for silence in (SHOWN, PASSED):
        assert moods((1, silence)) == pytest.approx(shares(0.25 * 0.7, 0.25, 0.5 * 0.7))
    assert moods((1, DOWN), (2, SEEN)) == pytest.approx([0.25, 0.25, 0.5])
    expected = joint_of_two().scores(transcripts([(1, DOWN)]))[0] * [0.75, 0.75]
    assert scorer.scores(transcripts([(1, DOWN)]))[0] == pytest.approx(
        np.where(expected > 0, expected, expected / 0.75), abs=1e-6
    )


def test_moods_of_a_catalogue_are_alike_before_a_word() -> None:
    catalogue = cinema(n_items=60, n_movies=60)
    joint = Posterior.fit(checkerboard(people=30, films=60), 60, PosteriorSettings(factors=3))
    scorer = JointMoods.over(joint, catalogue)
    assert scorer.films.toarray().sum(axis=1).tolist() == [30, 30, 30, 30, 60]
    assert scorer.share[-1] == 1.0
    (quiet,) = scorer.moods(transcripts([]), joint.scores(transcripts([])))
    assert quiet == pytest.approx([0.125] * 4 + [0.5])
    (horror,) = scorer.moods(transcripts([(2, LIKE), (4, LIKE)]), joint.scores(transcripts([])))
    assert horror[1] == pytest.approx(horror[3]) and horror[1] > 100 * horror[0]
