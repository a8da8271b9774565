"""A chat turn and an environment step are the same thing, bit for bit.

Training sees environment episodes, serving sees conversations. Here one evening happens twice:
people from ratings talk to the real assistant, in words, with the real store; what the store has
recorded is then replayed through the environment. Observations and rewards must be equal, or the
policy would be trained for another world than it serves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.chat import Assistant
from assistant.language.understand import Understanding
from core.catalogue import Catalogue
from core.data.reading import MovieLens, read
from core.domain import Outcome, Reaction
from core.model.factors import fit
from core.model.policy import Exploration, Policy
from core.model.qnetwork import QNetwork
from core.session import SessionState
from core.simulation.environment import SessionEnv
from core.simulation.viewer import OpeningSettings
from core.store import Store

FILMS = (
    ("Alien (1979)", "Horror|Sci-Fi"),
    ("Titanic (1997)", "Drama|Romance"),
    ("Men in Black (1997)", "Comedy|Sci-Fi"),
    ("Galaxy Quest (1999)", "Comedy|Sci-Fi"),
    ("Notting Hill (1999)", "Comedy|Romance"),
    ("Groundhog Day (1993)", "Comedy|Romance"),
    ("Tremors (1990)", "Comedy|Horror"),
    ("Blazing Saddles (1974)", "Comedy|Western"),
    ("Unforgiven (1992)", "Western"),
    ("Casablanca (1942)", "Drama|Romance"),
    ("Ghostbusters (1984)", "Comedy|Sci-Fi"),
    ("Jaws (1975)", "Horror|Thriller"),
)
TURNS = 5
OPENING = OpeningSettings(likes=(1, 2), dislikes=(0, 1), genre_chance=0.0, avoid_chance=0.0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> MovieLens:
    """Twelve real titles, thirty people who rate four in five of them at random."""
    folder = tmp_path_factory.mktemp("evening")
    rng = np.random.default_rng(0)
    movies = [f"{number},{title},{genres}" for number, (title, genres) in enumerate(FILMS, 1)]
    stars = rng.choice([0.5, 2.0, 3.0, 3.5, 4.0, 5.0], size=(30, len(FILMS)))
    rated = rng.random(stars.shape) < 0.8
    ratings = [
        f"{person + 1},{film + 1},{stars[person, film]},1000000000"
        for person, film in np.argwhere(rated).tolist()
    ]
    (folder / "movies.csv").write_text(
        "\n".join(["movieId,title,genres", *movies, ""]), encoding="utf-8"
    )
    (folder / "ratings.csv").write_text(
        "\n".join(["userId,movieId,rating,timestamp", *ratings, ""]), encoding="utf-8"
    )
    return read(folder, min_ratings=1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'evening.db'}"


@pytest.fixture
def assistant(data: MovieLens, url: str) -> Iterator[Assistant]:
    network = QNetwork(data.catalogue, [fit(data.ratings, data.catalogue.n_items, 6)], hidden=4)
    policy = Policy(network, data.catalogue, "evening-1", Exploration(share=0.5, temperature=1.0))
    with Assistant(policy, Understanding(data.catalogue), Store.open(url), films=1) as opened:
        yield opened


def said(state: SessionState, catalogue: Catalogue) -> str:
    """An opening in words."""
    liked = [catalogue.movie(token).label for token in state.tokens(Outcome.STATED_LIKE)]
    disliked = [catalogue.movie(token).label for token in state.tokens(Outcome.STATED_DISLIKE)]
    parts = [f"I loved {' and '.join(liked)}"] if liked else []
    parts += [f"I hated {' and '.join(disliked)}"] if disliked else []
    return ". ".join(parts)


@pytest.mark.parametrize("seed", range(8))
def test_a_recorded_chat_replayed_through_the_environment(
    data: MovieLens, assistant: Assistant, url: str, seed: int
) -> None:
    catalogue = data.catalogue
    environment = SessionEnv(data.ratings, catalogue, turns=TURNS, opening=OPENING)
    environment.reset(seed=seed)
    stars = dict(zip(*data.ratings.of(environment.reset(seed=seed)[1]["person"]), strict=True))
    viewer = {row: value for row, value in stars.items()}

    # The chat: the viewer's opening in words, then thumbs as they rated, each before the next film.
    session = assistant.start()
    line = said(environment.state, catalogue)
    for _ in range(TURNS):
        reply = assistant.respond(session, line)
        (film,) = reply.recommendations
        rating = viewer.get(film.movie.row)
        if rating is not None:
            reaction = (
                Reaction.UP if rating >= 4 else Reaction.DOWN if rating < 3 else Reaction.SEEN
            )
            assert assistant.react(session, film.id, reaction)
        line = "another one please"

    # The replay: what the store holds, and nothing else, through the environment.
    with Store.open(url) as store:
        steps = list(store.log())
        final = SessionState.from_json(json.dumps(store.export(session)["state"]), catalogue)
    assert len(steps) == TURNS
    # The last film is still waiting for a word; those before it were passed over when the next one
    # came.
    unanswered = [
        int(catalogue.rows_of([step.movie_id])[0]) for step in steps[:-1] if step.reaction is None
    ]
    observation, _ = environment.reset(seed=seed, options={"unanswered": unanswered})
    for number, step in enumerate(steps):
        state = SessionState.from_json(step.state, catalogue)
        np.testing.assert_array_equal(state.observation(len(observation)), observation)
        token = catalogue.token_of_movie_id(step.movie_id)
        assert token is not None
        assert environment.action_mask()[token - 1]
        observation, reward, done, _, info = environment.step(np.int64(token - 1))
        assert reward == step.reward
        assert info["reaction"] == (step.reaction or ("none" if number == TURNS - 1 else "passed"))
    assert done
    assert final == environment.state
    np.testing.assert_array_equal(final.observation(len(observation)), observation)


def test_three_films_a_turn_leave_the_same_transcript(data: MovieLens, url: str) -> None:
    """A slate is shown before its thumbs; once they are given, the transcript is that of one film a
    step."""
    catalogue = data.catalogue
    network = QNetwork(catalogue, [fit(data.ratings, catalogue.n_items, 6)], hidden=4)
    with Assistant(
        Policy(network, catalogue, "evening-1"), Understanding(catalogue), Store.open(url)
    ) as assistant:
        session = assistant.start()
        reply = assistant.respond(session, "I loved Alien. I hated Titanic")
        assert len(reply.recommendations) == 3
        for film, reaction in zip(
            reply.recommendations, (Reaction.UP, Reaction.DOWN, Reaction.SEEN), strict=True
        ):
            assistant.react(session, film.id, reaction)
        exported = SessionState.from_json(json.dumps(assistant.export(session)["state"]), catalogue)
    state = SessionState()
    for title, outcome in (("Alien", Outcome.STATED_LIKE), ("Titanic", Outcome.STATED_DISLIKE)):
        state = state.state(
            next(movie.row + 1 for movie in catalogue.movies if movie.title == title), outcome
        )
    for film, reaction in zip(
        reply.recommendations, (Reaction.UP, Reaction.DOWN, Reaction.SEEN), strict=True
    ):
        state = state.show(film.movie.row + 1).react(film.movie.row + 1, reaction)
    assert exported == state
