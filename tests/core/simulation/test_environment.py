"""The environment keeps gymnasium's contract, and its episodes are the conversations of
`SessionState`."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import InvalidAction, ResetNeeded
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st
from learning_worlds import N_ITEMS, N_MOVIES, cinema
from stable_baselines3.common.env_checker import check_env as check_for_sb3
from worlds import ratings_of

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome, Reaction
from core.model.mood import SharedMood, catalogue_moods
from core.session import SessionState
from core.simulation.environment import ID, SessionEnv
from core.simulation.viewer import OPEN, SILENT, EveningSettings, OpeningSettings, Tonight, Viewer

CINEMA = cinema()
TALKATIVE = OpeningSettings(likes=(0, 1, 3), dislikes=(0, 1, 2), genre_chance=0.5, avoid_chance=0.5)


def people() -> Ratings:
    """Seven people with tastes of their own; the last two films are not recommendable."""
    rng = np.random.default_rng(3)
    return ratings_of(
        rng.choice([0.0, 0.0, 0.5, 2.5, 3.0, 3.5, 4.0, 5.0], size=(7, N_MOVIES)).tolist()
    )


def one_person() -> Ratings:
    """5 stars, 3½, 2½, unrated, 4, then unrated."""
    return ratings_of([[5, 3.5, 2.5, 0, 4, *[0] * (N_MOVIES - 5)]])


def make(**options: Any) -> SessionEnv:
    settings: dict[str, Any] = {"turns": 6, "opening": TALKATIVE} | options
    return SessionEnv(settings.pop("people", people()), CINEMA, **settings)


class TestContract:
    @pytest.fixture
    def large(self) -> SessionEnv:
        """Checkers draw films blindly, which must not be ones that were named or shown: among 3,000
        they are not."""
        films = cinema(3000, 3000)
        everyone = np.zeros((7, 3000))
        everyone[:, ::50] = np.random.default_rng(0).choice([0.5, 3.0, 4.0, 5.0], size=(7, 60))
        made = gymnasium.make(
            ID, people=ratings_of(everyone.tolist()), catalogue=films, render_mode="ansi"
        )
        made.action_space.seed(1)
        unwrapped = made.unwrapped
        assert isinstance(unwrapped, SessionEnv)
        return unwrapped

    def test_gymnasium_finds_nothing_to_warn_of(self, large: SessionEnv) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check_env(large)

    def test_stable_baselines3_finds_nothing_but_its_taste_in_shapes(
        self, large: SessionEnv
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # It would have rows flattened for its stock networks; `core.training.agent` brings a
            # policy class that reads rows.
            warnings.filterwarnings("ignore", "Your observation  has an unconventional shape")
            check_for_sb3(large)

    def test_is_made_by_its_name(self) -> None:
        environment = gymnasium.make(ID, people=people(), catalogue=CINEMA, turns=4)
        observation, info = environment.reset(seed=0)
        assert environment.observation_space.contains(observation)
        assert 0 <= info["person"] < 7
        assert environment.action_space == gymnasium.spaces.Discrete(N_ITEMS)

    def test_plays_a_whole_episode_behind_the_wrappers_of_gymnasium(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            environment = gymnasium.make(ID, people=people(), catalogue=CINEMA, turns=4)
            environment.reset(seed=0)
            for _ in range(4):
                mask = environment.get_wrapper_attr("action_mask")()
                *_, done, _, _ = environment.step(
                    environment.action_space.sample(mask.astype(np.int8))
                )
        assert done

    def test_many_can_be_played_in_step(self) -> None:
        several: Any = gymnasium.make_vec(
            ID, num_envs=3, vectorization_mode="sync", people=people(), catalogue=CINEMA
        )
        observations, _ = several.reset(seed=0)
        assert observations.shape == (3, *several.single_observation_space.shape)
        free = [np.flatnonzero(mask)[0] for mask in several.call("action_mask")]
        _, rewards, *_ = several.step(np.array(free))
        assert rewards.shape == (3,)
        several.close()

    def test_cannot_be_used_before_a_reset(self) -> None:
        with pytest.raises(ResetNeeded):
            make().step(np.int64(0))
        with pytest.raises(ResetNeeded):
            make().action_mask()

    def test_needs_people(self) -> None:
        with pytest.raises(ValueError, match="at least one person"):
            make(people=people().select(np.zeros(0, dtype=np.int64)))

    def test_the_longest_opening_fits(self) -> None:
        environment = make(
            opening=OpeningSettings(likes=(10,), dislikes=(10,), genre_chance=1.0, avoid_chance=1.0)
        )
        for seed in range(20):
            observation, _ = environment.reset(seed=seed)
            assert environment.observation_space.contains(observation)

    def test_renders_the_transcript_in_words(self) -> None:
        environment = make(people=one_person(), opening=SILENT, render_mode="ansi")
        environment.reset(seed=0)
        environment.step(np.int64(0))
        environment.step(np.int64(3))
        assert environment.render() == f"{'up':16}Film 0 (1990)\n{'shown':16}Film 3 (2000)"


class TestEpisode:
    def test_rewards_by_hand(self) -> None:
        environment = make(people=one_person(), opening=SILENT)
        environment.reset(seed=0)
        steps = [environment.step(np.int64(row)) for row in (0, 1, 2, 3, 4)]
        assert [step[1] for step in steps] == [1.0, 0.0, -0.5, 0.0, 1.0]
        assert [step[4]["reaction"] for step in steps] == ["up", "seen", "down", "none", "up"]
        expected = [
            (1, Outcome.UP),
            (2, Outcome.SEEN),
            (3, Outcome.DOWN),
            (4, Outcome.SHOWN),
            (5, Outcome.UP),
        ]
        np.testing.assert_array_equal(steps[-1][0][:5], expected)
        np.testing.assert_array_equal(steps[-1][0][5:], 0)

    def test_ends_after_its_turns(self) -> None:
        environment = make(people=one_person(), opening=SILENT, turns=3)
        environment.reset(seed=0)
        ends = [environment.step(np.int64(row))[2:4] for row in range(3)]
        assert ends == [(False, False), (False, False), (True, False)]

    def test_ends_when_no_film_is_left(self) -> None:
        environment = make(people=one_person(), opening=SILENT, turns=50)
        environment.reset(seed=0)
        ends = [environment.step(np.int64(row))[2] for row in range(N_ITEMS)]
        assert ends == [False] * (N_ITEMS - 1) + [True]

    def test_a_film_cannot_be_shown_twice(self) -> None:
        environment = make(people=one_person(), opening=SILENT)
        environment.reset(seed=0)
        environment.step(np.int64(4))
        before = environment.state
        with pytest.raises(InvalidAction, match="film 4"):
            environment.step(np.int64(4))
        assert environment.state == before

    def test_a_film_that_was_named_cannot_be_shown(self) -> None:
        person = ratings_of([[5.0] * N_MOVIES])
        opening = OpeningSettings(likes=(2,), dislikes=(0,), genre_chance=0.0, avoid_chance=0.0)
        environment = make(people=person, opening=opening)
        environment.reset(seed=0)
        named = environment.state.tokens(Outcome.STATED_LIKE)
        assert len(named) == 2
        for token in named:
            with pytest.raises(InvalidAction):
                environment.step(np.int64(token - 1))

    @pytest.mark.parametrize("action", [-1, N_ITEMS, N_MOVIES + 1, 10**6])
    def test_what_is_no_recommendable_film_cannot_be_shown(self, action: int) -> None:
        environment = make()
        environment.reset(seed=0)
        with pytest.raises(InvalidAction):
            environment.step(np.int64(action))

    def test_a_certain_person_can_be_asked_for(self) -> None:
        environment = make()
        for person in range(7):
            assert environment.reset(options={"person": person})[1] == {
                "person": person,
                "mood": -1,
            }

    def test_viewers_are_drawn_uniformly(self) -> None:
        environment = make(opening=SILENT)
        environment.reset(seed=0)
        drawn = [environment.reset()[1]["person"] for _ in range(2100)]
        # Six standard errors of a count of 300.
        np.testing.assert_allclose(
            np.bincount(drawn, minlength=7), 300, atol=6 * np.sqrt(2100 * 1 / 7 * 6 / 7)
        )

    def test_the_first_row_names_the_vectors_of_the_viewer(self) -> None:
        environment = make(vector_sets=np.array([3, 1, 2, 3, 1, 2, 3]), opening=SILENT)
        for person, number in enumerate([3, 1, 2, 3, 1, 2, 3]):
            observation, _ = environment.reset(seed=0, options={"person": person})
            assert observation[0].tolist() == [number, Outcome.VECTORS]
            observation, *_ = environment.step(
                np.int64(number - 1)
            )  # the set number is no film that was shown
            assert observation[0].tolist() == [number, Outcome.VECTORS]
            assert observation[1, 0] == number


@settings(max_examples=60)
@given(seed=st.integers(0, 2**31), picks=st.lists(st.floats(0, 0.999), min_size=20, max_size=20))
def test_whole_episodes(seed: int, picks: list[float]) -> None:
    """The mask allows exactly what may be shown, and an episode is a sequence of `SessionState`
    transitions."""
    environment = make()
    observation, _ = environment.reset(seed=seed)
    replayed = SessionState()
    for token, outcome in environment.state.events:
        replayed = replayed.state(token, outcome)
    done, shown = False, 0
    for pick in picks:
        np.testing.assert_array_equal(observation, replayed.observation(len(observation)))
        assert environment.observation_space.contains(observation)
        mask = environment.action_mask()
        taken = {token - 1 for token in replayed.tokens() if token <= N_ITEMS}
        assert set(np.flatnonzero(~mask).tolist()) == taken
        allowed = np.flatnonzero(mask)
        row = int(allowed[int(pick * len(allowed))])
        observation, reward, done, truncated, info = environment.step(np.int64(row))
        shown += 1
        replayed = replayed.show(row + 1)
        if info["reaction"] != "none":
            replayed = replayed.react(row + 1, Reaction(info["reaction"]))
        assert reward == (0.0 if info["reaction"] == "none" else Reaction(info["reaction"]).reward)
        assert isinstance(reward, float)
        assert not truncated
        if done:
            break
    assert done and (shown == 6 or not environment.action_mask().any())
    np.testing.assert_array_equal(observation, replayed.observation(len(observation)))
    assert len(set(replayed.tokens())) == len(replayed.events)


def episode(environment: SessionEnv, seed: int | None) -> list[Any]:
    observation, info = environment.reset(seed=seed)
    steps: list[Any] = [observation.tolist(), info]
    for _ in range(6):
        row = np.flatnonzero(environment.action_mask())[0]
        observation, reward, done, _, info = environment.step(row)
        steps.append((observation.tolist(), reward, done, info))
        if done:
            break
    return steps


class TestSeeding:
    def test_the_same_seed_gives_the_same_episodes(self) -> None:
        first, second = make(), make()
        assert [episode(first, 7), episode(first, None)] == [
            episode(second, 7),
            episode(second, None),
        ]

    def test_seeds_differ(self) -> None:
        assert len({str(episode(make(), seed)) for seed in range(10)}) > 5

    def test_a_reset_without_a_seed_goes_on(self) -> None:
        environment = make()
        assert episode(environment, 7) != episode(environment, None)


def test_people_may_have_rated_films_that_are_not_recommendable() -> None:
    catalogue: Catalogue = cinema(n_items=2)
    environment = SessionEnv(people(), catalogue, turns=2, opening=SILENT)
    environment.reset(seed=0)
    environment.step(np.int64(0))
    assert environment.step(np.int64(1))[2]


class TestInattention:
    """Viewers who let films pass without a word."""

    def test_all_films_pass_an_inattentive_viewer_for_no_reward(self) -> None:
        environment = make(people=one_person(), opening=SILENT, inattention=1.0)
        environment.reset(seed=0)
        _, reward, _, _, info = environment.step(np.int64(0))
        assert (reward, info["reaction"]) == (0.0, "passed")
        assert environment.state.events == ((1, Outcome.PASSED),)

    def test_named_films_pass_and_the_others_are_answered(self) -> None:
        environment = make(people=one_person(), opening=SILENT)
        environment.reset(seed=0, options={"unanswered": [0]})
        answers = [environment.step(np.int64(row))[4]["reaction"] for row in (0, 1)]
        assert answers[0] == "passed" != answers[1]

    def test_the_next_session_is_answered_again(self) -> None:
        environment = make(people=one_person(), opening=SILENT)
        environment.reset(seed=0, options={"unanswered": [0]})
        environment.reset(seed=0)
        assert environment.step(np.int64(0))[4]["reaction"] != "passed"


COMEDIES = SharedMood("genre", "Comedy", np.arange(0, N_ITEMS, 2), CINEMA.facet_token(0))
"""Even rows."""


class TestEvenings:
    """Films of one kind tonight, or only films that are known."""

    BESIDE = EveningSettings(mood=1.0, rated=0.0, not_tonight=0.2, down=0.1, wordless=0.0)
    TONIGHT = Tonight(COMEDIES)

    def made(self, **options: Any) -> SessionEnv:
        return make(**({"people": ratings_of([[5.0] * N_MOVIES]), "opening": SILENT} | options))

    def test_films_of_the_mood_are_answered_as_rated_and_those_beside_it_are_not(self) -> None:
        settings = EveningSettings(not_tonight=0.0, down=0.0, wordless=0.0)
        environment = self.made(people=one_person(), evenings=settings)
        environment.reset(seed=0, options={"tonight": self.TONIGHT})
        opened = len(environment.state.events)
        steps = [
            environment.step(np.int64(row)) for row in (1, 2, 3) if environment.action_mask()[row]
        ]
        assert [(step[1], step[4]["reaction"]) for step in steps] == [
            (0.0, "none"),  # horror, rated 3½
            (-0.5, "down"),  # a comedy, rated 2½
            (0.0, "none"),
        ]
        assert environment.state.events[opened:] == (
            (2, Outcome.SHOWN),
            (3, Outcome.DOWN),
            (4, Outcome.SHOWN),
        )

    def test_beside_the_mood_people_are_silent_or_not_in_the_mood_or_now_and_then_annoyed(
        self,
    ) -> None:
        environment = self.made(evenings=self.BESIDE)
        answers = Counter[str]()
        for seed in range(600):
            environment.reset(seed=seed, options={"tonight": self.TONIGHT})
            row = int(np.flatnonzero(environment.action_mask()[1::2])[0]) * 2 + 1
            answers[environment.step(np.int64(row))[4]["reaction"]] += 1
        assert set(answers) <= {"none", "not_tonight", "down", "up"}
        # Four standard errors.
        assert answers["not_tonight"] / 600 == pytest.approx(0.2, abs=0.066)
        assert answers["down"] / 600 == pytest.approx(0.1, abs=0.049)

    @pytest.mark.parametrize("tonight", [TONIGHT, Tonight()])
    def test_the_rewards_are_the_mean_over_many_answers(self, tonight: Tonight) -> None:
        settings = replace(self.BESIDE, wordless=0.3)
        environment = make(people=people(), opening=SILENT, evenings=settings)
        rows = np.arange(N_ITEMS)
        environment.reset(seed=0, options={"person": 2, "tonight": tonight})
        foretold = environment.rewards(rows)
        assert foretold.dtype == np.float32 and foretold.shape == (N_ITEMS,)
        viewer = Viewer(*people().of(2), CINEMA)
        rng = np.random.default_rng(0)
        for row in rows.tolist():
            answers = [viewer.answer(row, tonight, settings, rng) for _ in range(2000)]
            mean = np.mean([0.0 if one is None else one.reward for one in answers])
            # Four standard errors of something between −.5 and 1.
            assert foretold[row] == pytest.approx(mean, abs=0.05)

    def test_of_some_films_that_they_know_people_say_no_more_than_that(self) -> None:
        settings = replace(OPEN, wordless=0.25)
        viewer, rng = Viewer(*one_person().of(0), CINEMA), np.random.default_rng(0)
        answers = Counter(viewer.answer(0, Tonight(), settings, rng) for _ in range(2000))
        assert answers[Reaction.SEEN] / 2000 == pytest.approx(0.25, abs=0.04)
        assert answers[Reaction.UP] == 2000 - answers[Reaction.SEEN]
        assert viewer.answer(3, Tonight(), settings, rng) is None  # not rated: nothing to know

    def test_on_a_rated_evening_nothing_else_may_be_shown(self) -> None:
        environment = self.made(people=one_person(), turns=9)
        environment.reset(seed=0, options={"tonight": Tonight(rated_only=True)})
        assert np.flatnonzero(environment.action_mask()).tolist() == [0, 1, 2, 4]
        with pytest.raises(InvalidAction, match="film 3"):
            environment.step(np.int64(3))
        ends = [environment.step(np.int64(row))[2] for row in (0, 1, 2, 4)]
        assert ends == [False, False, False, True]

    def test_every_kind_of_evening_comes_as_often_as_told(self) -> None:
        films = cinema(40, 44)
        settings = EveningSettings(mood=0.5, rated=0.2, kinds=("genre", "pair"))
        everyone = ratings_of([[5.0] * 44])
        environment = SessionEnv(everyone, films, turns=3, opening=SILENT, evenings=settings)
        moods, kinds = catalogue_moods(films), Counter[str]()
        for seed in range(1000):
            _, info = environment.reset(seed=seed)
            mood = environment.tonight.mood
            kind = "rated" if environment.tonight.rated_only else mood.kind if mood else "open"
            assert info["mood"] == (-1 if mood is None else info["mood"])
            if mood is not None:
                named = (moods[info["mood"]].kind, moods[info["mood"]].name)
                assert named == (mood.kind, mood.name)
            kinds[kind] += 1
        # Four standard errors of a count of 300.
        assert kinds["rated"] / 1000 == pytest.approx(0.2, abs=0.05)
        assert kinds["open"] / 1000 == pytest.approx(0.3, abs=0.06)
        assert kinds["genre"] / 1000 == pytest.approx(0.25, abs=0.06)
        assert kinds["pair"] / 1000 == pytest.approx(0.25, abs=0.06)

    def test_who_likes_too_few_films_of_any_mood_has_an_open_evening(self) -> None:
        films = cinema(40, 44)
        few = ratings_of([[5.0] * 7 + [1.0] * 37])
        settings = EveningSettings(mood=1.0, rated=0.0, least=8)
        environment = SessionEnv(few, films, turns=3, opening=SILENT, evenings=settings)
        for seed in range(20):
            environment.reset(seed=seed)
            assert environment.tonight == Tonight()

    def test_people_name_films_of_their_mood_or_say_it_or_both(self) -> None:
        films = cinema(40, 44)
        settings = EveningSettings(mood=1.0, rated=0.0, dislikes=0.0, strays=0.0)
        environment = SessionEnv(
            ratings_of([[5.0] * 44]), films, turns=3, opening=SILENT, evenings=settings
        )
        said = 0
        for seed in range(200):
            observation, _ = environment.reset(seed=seed)
            mood, state = environment.tonight.mood, environment.state
            assert mood is not None and environment.observation_space.contains(observation)
            named = state.tokens(Outcome.STATED_LIKE)
            assert len(named) <= 4 and set(named) <= {row + 1 for row in mood.films.tolist()}
            wanted = state.tokens(Outcome.WANTED)
            assert set(wanted) <= {mood.token} - {0}
            assert named or wanted
            said += bool(wanted)
        assert said

    def test_the_longest_opening_fits_however_little_is_said_on_open_evenings(self) -> None:
        films = cinema(40, 44)
        settings = EveningSettings(mood=1.0, rated=0.0, named=(9,), says=1.0, dislikes=1.0)
        person = ratings_of([[1.0, 1.0] + [5.0] * 42])
        environment = SessionEnv(person, films, turns=3, opening=SILENT, evenings=settings)
        for seed in range(20):
            observation, _ = environment.reset(seed=seed)
            assert environment.observation_space.contains(observation)

    def test_a_mood_can_be_replayed(self) -> None:
        environment = self.made(evenings=self.BESIDE)
        environment.reset(seed=0, options={"tonight": self.TONIGHT})
        assert environment.tonight is self.TONIGHT
        environment.reset(seed=0, options={"tonight": Tonight()})
        assert environment.tonight.mood is None


class TestSlates:
    """Three films are looked at before anything is said of them, as in the chat."""

    def test_a_film_waits_until_the_slate_is_complete(self) -> None:
        environment = make(people=one_person(), opening=SILENT, cards=3)
        environment.reset(seed=0)
        rewards = [environment.step(np.int64(row))[1] for row in (0, 3)]
        assert rewards == [1.0, 0.0]  # what the film is worth is known to the simulation at once
        assert environment.state.events == ((1, Outcome.SHOWN), (4, Outcome.SHOWN))
        environment.step(np.int64(2))
        assert environment.state.events == ((1, Outcome.UP), (4, Outcome.PASSED), (3, Outcome.DOWN))
        environment.step(np.int64(5))
        assert environment.state.events[3:] == ((6, Outcome.SHOWN),)

    def test_the_last_slate_is_answered_however_short_it_is(self) -> None:
        environment = make(people=one_person(), opening=SILENT, cards=3, turns=4)
        environment.reset(seed=0)
        ends = [environment.step(np.int64(row))[2] for row in (0, 1, 2, 4)]
        assert ends == [False, False, False, True]
        assert environment.state.events[-1] == (5, Outcome.UP)

    def test_a_new_session_begins_with_a_new_slate(self) -> None:
        environment = make(people=one_person(), opening=SILENT, cards=3)
        environment.reset(seed=0)
        environment.step(np.int64(0))
        environment.reset(seed=0)
        for row in (3, 5):
            environment.step(np.int64(row))
        assert environment.state.events == ((4, Outcome.SHOWN), (6, Outcome.SHOWN))

    def test_films_that_pass_an_inattentive_viewer_pass_with_the_slate(self) -> None:
        environment = make(people=one_person(), opening=SILENT, cards=2, inattention=1.0)
        environment.reset(seed=0)
        answers = [environment.step(np.int64(row))[4]["reaction"] for row in (0, 1)]
        assert answers == ["passed", "passed"]
        assert environment.state.events == ((1, Outcome.PASSED), (2, Outcome.PASSED))

    def test_a_fork_plays_the_same_evenings(self) -> None:
        environment = make(cards=3, inattention=0.2, evenings=EveningSettings(mood=0.5, rated=0.5))
        assert episode(environment, 7) == episode(environment.fork(), 7)
