"""Evenings together: one conversation each, films for all, and nobody's words in another's
record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import screening

from assistant.chat import Assistant
from assistant.conversation.values import TOGETHER, Exchange, Reply
from core.catalogue import Catalogue
from core.domain import Reaction
from core.errors import MarqueeError, PartyError, UnknownIdError
from core.model.group import choose_together
from core.model.policy import Exploration, Policy
from core.session import SessionState
from core.store import Store

ANN, BEN = "I loved Alien and The Thing", "I loved Notting Hill and Groundhog Day"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'chat.db'}"


@pytest.fixture(autouse=True)
def small_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two westerns are enough to insist on westerns."""
    monkeypatch.setattr("assistant.language.meaning.facets._ENOUGH", 1)


@pytest.fixture
def chat(films: Catalogue, url: str) -> Iterator[Assistant]:
    with screening.assistant(films, url) as assistant:
        yield assistant


@pytest.fixture
def two(chat: Assistant) -> tuple[str, str]:
    """Ann and Ben, who have told their tastes and share an evening."""
    ann, ben = chat.start(), chat.start()
    chat.respond(ann, ANN)
    chat.respond(ben, BEN)
    chat.evening.join(ben, chat.evening.open(ann, "Ann"), "Ben")
    return ann, ben


def titles(reply: Reply) -> list[str]:
    return [film.movie.title for film in reply.recommendations]


def last(chat: Assistant, session: str) -> Exchange:
    return chat.history(session).exchanges[-1]


def shown(exchange: Exchange) -> list[str]:
    return [card.recommendation.movie.title for card in exchange.cards]


def state_of(url: str, session: str, films: Catalogue) -> SessionState:
    with Store.open(url) as store, store.session(session) as record:
        return SessionState.from_json(record.state, films)


class TestFilmsForBoth:
    def test_what_the_less_happy_one_would_still_like(
        self, chat: Assistant, two: tuple[str, str], films: Catalogue, url: str
    ) -> None:
        states = [state_of(url, session, films) for session in two]
        passed = [state.pass_over(*state.tokens()) for state in states]
        policy = Policy(screening.Linear(films), films, "linear-1", Exploration(share=0))
        expected = [
            films.movie(choice.token).title for choice in choose_together(policy, passed, 3)
        ]
        assert titles(chat.respond(two[0], "more")) == expected
        # Tremors and Shaun of the Dead share a genre with what either loves: horror with hers,
        # comedy with his.
        assert set(expected) & {"Tremors", "Shaun of the Dead"}

    def test_both_see_the_same_films_each_with_their_own_figures(
        self, chat: Assistant, two: tuple[str, str]
    ) -> None:
        chat.respond(two[0], "more")
        hers, his = (last(chat, session) for session in two)
        assert shown(hers) == shown(his)
        assert his.understood.act == TOGETHER
        assert his.text == his.speaker == ""
        assert his.reply == "Three for both of you:"
        assert (hers.text, hers.speaker) == ("more", "")
        for one, other in zip(hers.cards, his.cards, strict=True):
            assert one.fit is not None
            assert other.fit is not None
            assert max(one.fit, other.fit) <= 1
            assert [(opinion.name, opinion.card.fit) for opinion in one.others] == [
                ("Ben", other.fit)
            ]
            assert [(opinion.name, opinion.card.fit) for opinion in other.others] == [
                ("Ann", one.fit)
            ]
        least = [min(one.fit or 0, one.others[0].card.fit or 0) for one in hers.cards]
        assert least == sorted(least, reverse=True)

    def test_reasons_add_up_for_each(self, chat: Assistant, two: tuple[str, str]) -> None:
        chat.respond(two[0], "more")
        for session in two:
            for card in last(chat, session).cards:
                film = card.recommendation
                assert sum(reason.contribution for reason in film.reasons) == pytest.approx(
                    film.q_value, abs=1e-4
                )

    def test_wishes_of_both_hold(self, chat: Assistant, two: tuple[str, str]) -> None:
        chat.respond(two[0], "from the 90s")
        reply = chat.respond(two[1], "no horror please")
        assert reply.recommendations
        for film in reply.recommendations:
            assert 1990 <= film.movie.year <= 1999
            assert "Horror" not in film.movie.genres
        people = chat.history(two[0]).company.people
        assert [(one.name, [chip.label for chip in one.wishes]) for one in people] == [
            ("Ann", ["1990–1999"]),
            ("Ben", ["horror"]),
        ]

    def test_wishes_that_exclude_each_other_are_told(
        self, chat: Assistant, two: tuple[str, str]
    ) -> None:
        chat.respond(two[0], "only westerns")
        reply = chat.respond(two[1], "no westerns")
        assert reply.recommendations == ()
        assert "fits everybody’s wishes at once" in reply.text

    def test_nothing_is_shown_that_one_of_them_named(
        self, chat: Assistant, two: tuple[str, str]
    ) -> None:
        seen = set(titles(chat.respond(two[0], "ten more"))) | set(
            titles(chat.respond(two[1], "ten more"))
        )
        assert not seen & {"Alien", "The Thing", "Notting Hill", "Groundhog Day"}

    def test_alone_in_an_evening_all_is_as_ever(self, chat: Assistant) -> None:
        one, other = chat.start(), chat.start()
        chat.evening.open(one, "Ann")
        assert titles(chat.respond(one, ANN)) == titles(chat.respond(other, ANN))

    def test_the_log_tells_such_films_from_the_policys_own(
        self, chat: Assistant, two: tuple[str, str], url: str
    ) -> None:
        chat.respond(two[0], "more")
        with Store.open(url) as store:
            steps = list(store.log())
        together = [step for step in steps if step.policy_version == "linear-1+together"]
        assert len(together) == 6
        assert {step.propensity for step in together} == {1.0}
        assert len([step for step in steps if step.policy_version == "linear-1"]) == 6


class TestReactions:
    def test_count_for_the_one_who_gave_them(self, chat: Assistant, two: tuple[str, str]) -> None:
        chat.respond(two[0], "more")
        hers, his = (last(chat, session).cards[0] for session in two)
        chat.react(two[0], hers.recommendation.id, Reaction.UP)
        chat.react(two[1], his.recommendation.id, Reaction.DOWN)
        hers, his = (last(chat, session).cards[0] for session in two)
        assert (hers.reaction, hers.others[0].card.reaction) == (Reaction.UP, Reaction.DOWN)
        assert (his.reaction, his.others[0].card.reaction) == (Reaction.DOWN, Reaction.UP)
        title = hers.recommendation.movie.label
        taste = {
            session: {(c.kind.value, c.label) for c in chat.history(session).taste}
            for session in two
        }
        assert ("like", title) in taste[two[0]]
        assert ("dislike", title) in taste[two[1]]

    def test_nobody_reacts_for_somebody_elsewhere(
        self, chat: Assistant, two: tuple[str, str]
    ) -> None:
        chat.respond(two[0], "more")
        with pytest.raises(UnknownIdError, match="not part of the conversation"):
            chat.react(two[0], last(chat, two[1]).cards[0].recommendation.id, Reaction.UP)

    def test_the_revision_changes_for_both(self, chat: Assistant, two: tuple[str, str]) -> None:
        chat.respond(two[0], "more")
        before = chat.history(two[1]).company.revision
        assert before == chat.evening.revision(two[1])
        chat.react(two[0], last(chat, two[0]).cards[0].recommendation.id, Reaction.UP)
        assert chat.evening.revision(two[1]) != before


class TestUndoAndForget:
    def test_undo_takes_the_films_back_from_both(
        self, chat: Assistant, two: tuple[str, str]
    ) -> None:
        chat.respond(two[0], "more")
        assert chat.undo(two[1])
        assert [len(chat.history(session).exchanges) for session in two] == [1, 1]

    def test_but_not_what_the_other_said_since(self, chat: Assistant, two: tuple[str, str]) -> None:
        chat.respond(two[0], "more")
        chat.respond(two[1], "thanks")
        chat.undo(two[0])
        assert [len(chat.history(session).exchanges) for session in two] == [1, 3]

    def test_forget_me_leaves_the_other_everything_of_theirs(
        self, chat: Assistant, two: tuple[str, str], url: str
    ) -> None:
        chat.respond(two[0], "only westerns, my name is xyzzy")
        chat.react(two[1], last(chat, two[1]).cards[0].recommendation.id, Reaction.UP)
        before = chat.export(two[1])
        chat.forget(two[0])
        assert chat.export(two[1]) == before
        assert "xyzzy" not in json.dumps(before)
        cards = last(chat, two[1]).cards
        assert cards[0].reaction is Reaction.UP
        assert all(card.others == () for card in cards)
        assert [one.name for one in chat.history(two[1]).company.people] == ["Ben"]

    def test_leaving(self, chat: Assistant, two: tuple[str, str]) -> None:
        chat.respond(two[0], "more")
        chat.evening.leave(two[1])
        assert chat.history(two[1]).company.people == ()
        assert len(chat.history(two[1]).exchanges) == 2
        assert titles(chat.respond(two[1], "more"))
        assert len(chat.history(two[0]).exchanges) == 2


class TestGuests:
    @pytest.fixture
    def host(self, chat: Assistant) -> str:
        """Ann, with Ben beside her at the same browser, each of whom has told a taste."""
        ann = chat.start()
        chat.respond(ann, ANN)
        chat.evening.add_guest(ann, "Ben")
        chat.respond(ann, BEN)
        return ann

    def test_the_next_line_is_the_guests(self, chat: Assistant, host: str) -> None:
        history = chat.history(host)
        assert [(one.text, one.speaker) for one in history.exchanges] == [(ANN, ""), (BEN, "Ben")]
        assert [chip.label for chip in history.taste] == [
            "Notting Hill (1999)",
            "Groundhog Day (1993)",
        ]
        assert [
            (one.name, one.you, one.held, one.speaks, one.tastes) for one in history.company.people
        ] == [("Person 1", True, True, False, 2), ("Ben", False, True, True, 2)]

    def test_both_react_at_the_one_browser(self, chat: Assistant, host: str) -> None:
        card = last(chat, host).cards[0]
        assert card.others[0].held
        chat.react(host, card.recommendation.id, Reaction.UP)
        chat.react(host, card.others[0].card.recommendation.id, Reaction.DOWN)
        card = last(chat, host).cards[0]
        assert (card.reaction, card.others[0].card.reaction) == (Reaction.UP, Reaction.DOWN)

    def test_talk_of_either_stands_in_the_order_it_was_said(
        self, chat: Assistant, host: str
    ) -> None:
        chat.respond(host, "thanks")
        ann, ben = (one.number for one in chat.history(host).company.people)
        chat.evening.speak_as(host, ann)
        chat.respond(host, "hello")
        chat.evening.speak_as(host, ben)
        chat.respond(host, "more")
        lines = [(one.speaker, one.text) for one in chat.history(host).exchanges]
        assert lines[2:] == [("Ben", "thanks"), ("", "hello"), ("Ben", "more")]
        assert [one.number for one in chat.history(host).exchanges] == [0, 1, 2, 3, 4]
        assert chat.undo(host)
        assert [one.text for one in chat.history(host).exchanges][-1] == "hello"

    def test_sending_a_guest_away_forgets_them(self, chat: Assistant, host: str, url: str) -> None:
        ben = chat.history(host).company.people[1].number
        chat.evening.send_away(host, ben)
        history = chat.history(host)
        assert [one.name for one in history.company.people] == ["Person 1"]
        assert [chip.label for chip in history.taste] == ["Alien (1979)", "The Thing (1982)"]
        assert "Notting Hill" not in json.dumps(chat.export(host))

    def test_nobody_speaks_for_somebody_elsewhere(self, chat: Assistant, host: str) -> None:
        cat = chat.start()
        chat.evening.join(cat, chat.evening.open(host), "Cat")
        number = chat.history(cat).company.people[2].number
        with pytest.raises(UnknownIdError, match="does not speak through"):
            chat.evening.speak_as(host, number)

    def test_a_full_evening_leaves_no_orphan(self, chat: Assistant, host: str, url: str) -> None:
        for _ in range(4):
            chat.evening.add_guest(host)
        with Store.open(url) as store:
            before = store.statistics().sessions
            with pytest.raises(PartyError, match="full"):
                chat.evening.add_guest(host)
            assert store.statistics().sessions == before == 6


def test_a_wrong_code_is_one_sentence(chat: Assistant) -> None:
    with pytest.raises(MarqueeError, match="No evening is open under that code"):
        chat.evening.join(chat.start(), "AAAA-AAAA", "Eve")
