"""What a person keeps beside the conversation, with the real store and a policy whose numbers are
known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import screening

from assistant.chat import Assistant
from assistant.conversation.values import ChipKind
from core.catalogue import Catalogue
from core.domain import Outcome, Reaction
from core.errors import DataError, UnknownIdError
from core.session import SessionState
from core.store import Store

OPENING = "I loved Alien and The Thing but hated Titanic"
RATINGS = b"""Date,Name,Year,Letterboxd URI,Rating
2024-01-01,Jaws,1975,u,5
2024-01-01,Casablanca,1942,u,3
2024-01-01,Cabaret,1972,u,1
2024-01-01,Solaris,,u,4
2024-01-01,A Film Nobody Made,1999,u,4
2024-01-01,Heat,1995,u,nine
2024-01-01,Event Horizon,1997,u,2
2024-01-01,Titanic,1997,u,5
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'library.db'}"


@pytest.fixture
def chat(films: Catalogue, url: str) -> Iterator[Assistant]:
    with screening.assistant(films, url) as assistant:
        yield assistant


def logged(url: str) -> list[tuple[str | None, float]]:
    with Store.open(url) as store:
        return [(step.reaction, step.reward) for step in store.log()]


def outcome(url: str, session: str, films: Catalogue, title: str) -> Outcome | None:
    token = next(movie.row + 1 for movie in films.movies if movie.title == title)
    with Store.open(url) as store, store.session(session) as record:
        return SessionState.from_json(record.state, films).outcome_of(token)


def saved(chat: Assistant, session: str) -> list[tuple[str, bool, str]]:
    return [
        (film.movie.title, film.watched, film.opinion.value) for film in chat.history(session).saved
    ]


class TestSeenAlready:
    @pytest.mark.parametrize(
        ("reaction", "said"),
        [(Reaction.SEEN_LOVED, Outcome.STATED_LIKE), (Reaction.SEEN_HATED, Outcome.STATED_DISLIKE)],
    )
    def test_it_is_taste_without_reward(
        self, chat: Assistant, url: str, films: Catalogue, reaction: Reaction, said: Outcome
    ) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        assert chat.react(session, film.id, reaction)
        assert not chat.react(session, film.id, reaction)
        assert outcome(url, session, films, film.movie.title) is said
        assert logged(url)[0] == (reaction.value, 0.0)
        assert chat.history(session).exchanges[0].cards[0].reaction is reaction
        kind = ChipKind.LIKE if said is Outcome.STATED_LIKE else ChipKind.DISLIKE
        assert (kind, film.movie.label) in [
            (chip.kind, chip.label) for chip in chat.history(session).taste
        ]
        assert chat.react(session, film.id, Reaction.CLEAR)
        assert outcome(url, session, films, film.movie.title) is Outcome.SHOWN
        assert logged(url)[0] == (None, 0.0)

    def test_more_praise_in_words_earns_nothing(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        chat.react(session, film.id, Reaction.SEEN_LOVED)
        chat.respond(session, f"I loved {film.movie.title}")
        assert logged(url)[0] == ("seen_loved", 0.0)
        chat.edit(session, f"movie:{film.movie.movie_id}", flip=True)
        assert logged(url)[0] == ("seen_hated", 0.0)
        assert outcome(url, session, films, film.movie.title) is Outcome.STATED_DISLIKE

    def test_undo_of_a_later_turn_keeps_it(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        chat.respond(session, "more")
        chat.react(session, film.id, Reaction.SEEN_LOVED)
        chat.undo(session)
        assert outcome(url, session, films, film.movie.title) is Outcome.STATED_LIKE


class TestMoreLikeThis:
    def test_it_is_a_turn_and_a_thumb_up(self, chat: Assistant, url: str) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        reply = chat.edit(session, f"movie:{film.movie.movie_id}", more=True)
        assert [(chip.kind, chip.label) for chip in reply.understood.chips] == [
            (ChipKind.NAMED, film.movie.label)
        ]
        assert len(reply.recommendations) == 3
        assert logged(url)[0] == ("up", Reaction.UP.reward)
        assert chat.history(session).exchanges[1].text == f"More like {film.movie.label}"
        chat.undo(session)
        assert logged(url)[0] == (None, 0.0)

    def test_of_a_film_known_before_it_earns_nothing(self, chat: Assistant, url: str) -> None:
        session = chat.start()
        one, other, _ = chat.respond(session, OPENING).recommendations
        chat.react(session, one.id, Reaction.SEEN)
        chat.react(session, other.id, Reaction.SEEN_LOVED)
        for film in (one, other):
            chat.edit(session, f"movie:{film.movie.movie_id}", more=True)
        assert logged(url)[:2] == [("seen_loved", 0.0), ("seen_loved", 0.0)]

    @pytest.mark.parametrize("key", ["movie:22", "movie:999", "genre:Comedy", "", "years"])
    def test_only_films_of_the_conversation(self, chat: Assistant, key: str) -> None:
        session = chat.start()
        chat.respond(session, OPENING)
        with pytest.raises(UnknownIdError):
            chat.edit(session, key, more=True)


class TestWatchList:
    def test_films_are_saved_by_word(self, chat: Assistant) -> None:
        session = chat.start()
        reply = chat.respond(session, "put Jaws on my watch-list for Sunday please")
        assert "Jaws" in reply.text and not reply.recommendations
        assert saved(chat, session) == [("Jaws", False, "clear")]

    def test_films_are_saved_once_and_removed(self, chat: Assistant) -> None:
        session = chat.start()
        assert [
            chat.library.save(session, key) for key in ("movie:18", "movie:22", "movie:18")
        ] == [True, True, False]
        assert saved(chat, session) == [("Heat", False, "clear"), ("Jaws", False, "clear")]
        assert [chat.library.remove(session, "movie:18") for _ in range(2)] == [True, False]
        assert saved(chat, session) == [("Jaws", False, "clear")]

    @pytest.mark.parametrize("key", ["movie:999", "movie:", "genre:Comedy", "'; drop table", ""])
    def test_only_films_that_are_known(self, chat: Assistant, key: str) -> None:
        session = chat.start()
        for step in (chat.library.save, chat.library.remove, chat.library.watched):
            with pytest.raises(UnknownIdError):
                step(session, key)

    def test_only_in_a_session_that_is_known(self, chat: Assistant) -> None:
        with pytest.raises(UnknownIdError, match="not known here"):
            chat.library.save("nobody", "movie:18")

    def test_watched_and_loved_is_the_thumb_of_the_recommendation(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        key = f"movie:{film.movie.movie_id}"
        chat.library.save(session, key)
        assert chat.library.watched(session, key)
        assert logged(url)[0] == ("seen", 0.0)
        assert chat.library.watched(session, key, Reaction.UP)
        assert not chat.library.watched(session, key, Reaction.UP)
        assert logged(url)[0] == ("up", 1.0)
        assert saved(chat, session) == [(film.movie.title, True, "up")]
        assert chat.library.watched(session, key, Reaction.DOWN)
        assert outcome(url, session, films, film.movie.title) is Outcome.DOWN
        assert chat.library.watched(session, key, Reaction.CLEAR)
        assert saved(chat, session) == [(film.movie.title, False, "clear")]
        assert logged(url)[0] == (None, 0.0)

    def test_having_watched_it_does_not_take_a_thumb_back(self, chat: Assistant, url: str) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        key = f"movie:{film.movie.movie_id}"
        chat.react(session, film.id, Reaction.UP)
        chat.library.save(session, key)
        assert chat.library.watched(session, key)
        assert logged(url)[0] == ("up", 1.0)
        assert chat.library.watched(
            session, key, Reaction.SEEN
        )  # "fine", of a film watched already
        assert logged(url)[0] == ("seen", 0.0)

    def test_a_film_of_an_earlier_conversation_is_stated(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        chat.library.save(session, "movie:18")
        assert chat.library.watched(session, "movie:18", Reaction.UP)
        assert outcome(url, session, films, "Heat") is Outcome.STATED_LIKE
        assert chat.library.watched(session, "movie:18", Reaction.CLEAR)
        assert outcome(url, session, films, "Heat") is Outcome.RETRACTED
        with pytest.raises(UnknownIdError, match="not on the watch-list"):
            chat.library.watched(session, "movie:22")
        with pytest.raises(ValueError, match="not_tonight"):
            chat.library.watched(session, "movie:18", Reaction.NOT_TONIGHT)

    def test_it_outlives_a_fresh_start_and_is_forgotten_with_the_person(
        self, chat: Assistant, url: str
    ) -> None:
        session = chat.start()
        chat.respond(session, OPENING)
        chat.library.save(session, "movie:18")
        chat.clear(session)
        assert saved(chat, session) == [("Heat", False, "clear")]
        assert [film["movie_id"] for film in chat.export(session)["watchlist"]] == [18]  # type: ignore[attr-defined]
        chat.forget(session)
        with Store.open(url) as store, pytest.raises(UnknownIdError):
            store.export(session)


class TestImports:
    def test_ratings_become_what_was_stated(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        event_horizon, aliens, _ = chat.respond(session, OPENING).recommendations
        assert (event_horizon.movie.title, aliens.movie.title) == ("Event Horizon", "Aliens")
        before = chat.export(session)["state"]
        preview = chat.library.preview(session, RATINGS, "ratings.csv")
        assert chat.export(session)["state"] == before
        assert chat.history(session).pending == preview
        reply = chat.library.confirm(session, {0: 13})
        assert reply.text == (
            "I know 6 films of yours now: 3 you liked, 1 you found fair or just watched and 2 you did not like. "
            "Ask me for something new."
        )
        said = {
            title: outcome(url, session, films, title)
            for title in ("Jaws", "Casablanca", "Cabaret", "Titanic")
        }
        assert said == {
            "Jaws": Outcome.STATED_LIKE,
            "Casablanca": Outcome.SEEN,
            "Cabaret": Outcome.STATED_DISLIKE,
            "Titanic": Outcome.STATED_DISLIKE,  # what was said in the conversation stands
        }
        # Shown, not answered, and known already: evidence, for no reward.
        assert outcome(url, session, films, "Event Horizon") is Outcome.STATED_DISLIKE
        assert logged(url) == [("seen_hated", 0.0), (None, 0.0), (None, 0.0)]
        assert chat.history(session).pending is None
        assert chat.history(session).exchanges[-1].text == "Import of ratings.csv"
        assert {film["movie_id"] for film in chat.export(session)["imported"]} == {
            22,
            15,
            17,
            13,
            7,
            3,
        }  # type: ignore[attr-defined]

    def test_undo_takes_it_back(self, chat: Assistant, url: str, films: Catalogue) -> None:
        session = chat.start()
        chat.respond(session, OPENING)
        before = chat.export(session)["state"]
        chat.library.preview(session, RATINGS, "ratings.csv")
        chat.library.confirm(session)
        assert chat.undo(session)
        assert chat.export(session)["state"] == before
        assert logged(url) == [(None, 0.0)] * 3

    def test_after_it_films_are_recommended_that_are_not_in_it(self, chat: Assistant) -> None:
        session = chat.start()
        chat.library.preview(session, RATINGS, "ratings.csv")
        chat.library.confirm(session)
        shown = {film.movie.title for film in chat.respond(session, "surprise me").recommendations}
        assert len(shown) == 3
        assert not shown & {"Jaws", "Casablanca", "Cabaret", "Titanic", "Event Horizon"}

    def test_after_everything_was_taken_back_it_counts(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        chat.respond(session, "I hated Jaws")
        chat.respond(session, "start over")
        assert outcome(url, session, films, "Jaws") is Outcome.RETRACTED
        chat.library.preview(session, RATINGS, "ratings.csv")
        chat.library.confirm(session)
        assert outcome(url, session, films, "Jaws") is Outcome.STATED_LIKE

    def test_a_newer_file_counts_unless_the_person_said_otherwise(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        chat.library.preview(
            session, b"title,year,rating\nJaws,1975,5\nHeat,1995,5\nCabaret,1972,5\n", "a.csv"
        )
        chat.library.confirm(session)
        chat.respond(session, "I hated Heat")
        chat.library.preview(
            session, b"title,year,rating\nJaws,1975,1\nHeat,1995,4\nCabaret,1972,3\n", "b.csv"
        )
        chat.library.confirm(session)
        said = {title: outcome(url, session, films, title) for title in ("Jaws", "Heat", "Cabaret")}
        assert said == {
            "Jaws": Outcome.STATED_DISLIKE,
            "Heat": Outcome.STATED_DISLIKE,
            "Cabaret": Outcome.SEEN,
        }

    def test_it_is_dismissed_or_confirmed_once_and_only_with_what_was_offered(
        self, chat: Assistant
    ) -> None:
        session = chat.start()
        with pytest.raises(DataError, match="choose the file again"):
            chat.library.confirm(session)
        chat.library.preview(session, RATINGS, "ratings.csv")
        with pytest.raises(DataError, match="not offered"):
            chat.library.confirm(session, {0: 18})
        assert chat.history(session).pending is not None
        assert [chat.library.dismiss(session) for _ in range(2)] == [True, False]
        with pytest.raises(DataError):
            chat.library.confirm(session)
        with pytest.raises(DataError, match="is empty"):
            chat.library.preview(session, b"", "ratings.csv")
        with pytest.raises(UnknownIdError):
            chat.library.preview("nobody", RATINGS, "ratings.csv")

    def test_a_watch_list_goes_on_the_watch_list(
        self, chat: Assistant, url: str, films: Catalogue
    ) -> None:
        session = chat.start()
        chat.library.save(session, "movie:22")
        chat.library.preview(
            session, b"Date,Name,Year,Letterboxd URI\n,Jaws,1975,u\n,Heat,1995,u\n", "watchlist.csv"
        )
        assert (
            chat.library.confirm(session).text
            == "1 film added to your watch-list. 1 film was on it already."
        )
        assert saved(chat, session) == [("Jaws", False, "clear"), ("Heat", False, "clear")]
        assert outcome(url, session, films, "Heat") is None


class TestTakingAlong:
    def test_ratings_and_watch_list_as_csv(self, chat: Assistant) -> None:
        session = chat.start()
        film = chat.respond(session, OPENING).recommendations[0]
        chat.react(session, film.id, Reaction.UP)
        chat.library.preview(session, RATINGS, "ratings.csv")
        chat.library.confirm(session)
        chat.library.save(session, "movie:18")
        chat.library.save(session, "movie:21")
        chat.library.watched(session, "movie:21")
        assert (
            chat.library.watchlist_csv(session)
            == "Title,Year,Rating,imdbID,tmdbID\r\nHeat,1995,,,\r\n"
        )
        rows = [line.split(",")[:3] for line in chat.library.ratings_csv(session).splitlines()[1:]]
        # Event Horizon has a thumb up here, and so what was said in the conversation stands: it is
        # not told as seen.
        assert rows == [
            ["Jaws", "1975", "5"],
            ["Cabaret", "1972", "1"],
            ["Casablanca", "1942", "3"],
            ["Alien", "1979", "4"],
            ["The Thing", "1982", "4"],
            ["Titanic", "1997", "2"],
            ["Amelie", "2001", ""],
        ]


LIST = b"Title,Year\nJaws,1975\nCabaret,1972\nHeat,1995\nSolaris,1972\nCasablanca,1942\n"


class TestFilmsOfTheWatchListAlone:
    @pytest.fixture
    def session(self, chat: Assistant) -> str:
        """A list of five films, brought as a file of what stands on a shelf."""
        session = chat.start()
        chat.library.preview(session, LIST, "my-shelf.csv")
        chat.library.confirm(session)
        assert len(chat.history(session).saved) == 5
        return session

    def asked(self, chat: Assistant, session: str, line: str) -> list[str]:
        return [film.movie.title for film in chat.respond(session, line).recommendations]

    def test_it_is_a_condition_with_a_cross_until_it_is_lifted(
        self, chat: Assistant, session: str
    ) -> None:
        on_it = {film.movie.title for film in chat.history(session).saved}
        first = self.asked(chat, session, "only from my watch-list, please")
        assert len(first) == 3 and set(first) <= on_it
        assert [chip.label for chip in chat.history(session).taste] == ["films of your watch-list"]
        second = self.asked(chat, session, "more")
        assert set(second) == on_it - set(first)
        lifted = chat.edit(session, "watch-list")
        assert len(lifted.recommendations) == 3
        assert on_it.isdisjoint(film.movie.title for film in lifted.recommendations)
        assert not chat.history(session).taste

    def test_used_up_it_says_so_and_names_the_films(self, chat: Assistant, session: str) -> None:
        for line in ("just from my list tonight", "more"):
            self.asked(chat, session, line)
        reply = chat.respond(session, "more")
        assert not reply.recommendations
        assert "Of your watch-list I have shown you, or you know, " in reply.text
        assert "“any film”" in reply.text
        assert len(self.asked(chat, session, "any film")) == 3

    def test_what_is_saved_or_watched_meanwhile_counts(
        self, chat: Assistant, session: str, films: Catalogue
    ) -> None:
        chat.respond(session, "something off my shelf")
        others = [film for film in films.movies if film.title in ("Titanic", "Alien")]
        for movie in others:
            chat.library.save(session, f"movie:{movie.movie_id}")
        assert {movie.title for movie in others} <= set(self.asked(chat, session, "more"))

    def test_an_empty_list_is_said_and_is_no_wish(self, chat: Assistant) -> None:
        session = chat.start()
        reply = chat.respond(session, "only from my watch-list")
        assert reply.text.startswith("Your watch-list is empty")
        assert len(reply.recommendations) == 3 and not chat.history(session).taste

    @pytest.mark.parametrize(
        "line", ["put Heat on my watch-list", "what's on my list?", "I loved Schindler's List"]
    )
    def test_a_list_that_is_spoken_of_is_no_wish(
        self, chat: Assistant, session: str, line: str
    ) -> None:
        chat.respond(session, line)
        assert "watch-list" not in {chip.key for chip in chat.history(session).taste}
