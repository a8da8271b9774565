"""What a line points back at: films named, picked or shown, whichever came last that it fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import screening
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.conversation.memory import How, Memory, Said, Spoken, remembered
from assistant.conversation.values import Reply, Understood
from assistant.language.acts import line_of
from core.catalogue import Catalogue


def told(*turns: tuple[Said, str]) -> Memory:
    """The memory after turns: what the person said, and the films that were shown, a letter
    each."""
    memory = Memory()
    for number, (said, shown) in enumerate(turns):
        memory = remembered(memory, number, said, tuple(shown))
    return memory


def named(films: str, verdict: float | None = None) -> Said:
    return Said(tuple((film, verdict) for film in films))


NOTHING = Said()


class TestWhatALineMeans:
    @pytest.mark.parametrize(
        ("line", "meant"),
        [
            ("loved both", "ab"),
            ("those two were great", "ab"),
            ("all three look good", "xyz"),
            ("the second one", "xyz"),
            ("hated them", "xyz"),
            ("more", "xyz"),
        ],
    )
    def test_two_were_named_and_three_shown(self, line: str, meant: str) -> None:
        assert "".join(told((named("ab"), "xyz")).meant(line_of(line))) == meant

    def test_what_was_named_without_films_to_show_is_spoken_of_last(self) -> None:
        memory = told((NOTHING, "xyz"), (named("ab"), ""))
        assert memory.meant(line_of("the second one")) == ("a", "b")
        assert memory.meant(line_of("the third one")) == ("x", "y", "z")
        assert memory.table == ("x", "y", "z")

    def test_it_is_the_one_film_that_was_spoken_of(self) -> None:
        memory = told((named("a"), "xyz"), (NOTHING, "uvw"))
        assert memory.meant(line_of("it was great")) == ("a",)
        assert memory.meant(line_of("great, more")) == ("u", "v", "w")
        picked = told((named("a"), "xyz"), (Said(picked=("y",), beside=("x", "z")), "uvw"))
        assert picked.meant(line_of("it was great")) == ("y",)
        single = told((named("a"), "xyz"), (NOTHING, "s"))
        assert single.meant(line_of("it was great")) == ("s",)

    def test_it_is_not_what_was_spoken_of_long_ago(self) -> None:
        memory = told((named("a"), "xyz"), *[(NOTHING, "uvw")] * 4)
        assert memory.meant(line_of("it was great")) == ("u", "v", "w")

    def test_the_others_are_those_beside_the_one_that_was_picked(self) -> None:
        memory = told((NOTHING, "xyz"), (Said(picked=("y",), beside=("x", "z")), "uvw"))
        assert memory.meant(line_of("the others were fine")) == ("x", "z")
        assert told((NOTHING, "xyz")).meant(line_of("the others were fine"), "xz") == ("x", "z")

    def test_a_number_that_fits_nothing_is_to_be_asked_about(self) -> None:
        memory = told((named("a"), "xyz"))
        assert memory.asks_for_fewer(line_of("seen those two"))
        assert not memory.asks_for_fewer(line_of("seen all three"))
        assert not told((named("ab"), "xyz")).asks_for_fewer(line_of("seen those two"))

    @pytest.mark.parametrize("line", ["something we both like", "under the two hours"])
    def test_not_every_number_is_one_of_films(self, line: str) -> None:
        assert told((named("ab"), "xyz")).meant(line_of(line)) == ("x", "y", "z")


class TestTheLastLine:
    def test_what_it_leaves_open(self) -> None:
        memory = told((Said((("a", None), ("b", 0.7))), "xyz"))
        assert (memory.untold, memory.mood, memory.named) == (("a",), 0.0, None)
        assert told((named("a", -0.7), "")).mood == -0.7
        assert told((named("a"), "xyz")).named == "a"

    def test_it_is_forgotten_with_the_next_one(self) -> None:
        memory = told((Said((("a", None),), spurned=True), "xyz"), (NOTHING, "uvw"))
        assert (memory.untold, memory.named, memory.spurned) == ((), None, False)

    def test_what_was_confessed_stays(self) -> None:
        memory = told((Said(confessed=("streaming",)), ""), (Said(confessed=("length",)), ""))
        assert memory.confessed == ("streaming", "length")


FILMS = st.lists(st.sampled_from([f"movie:{number}" for number in range(9)]), max_size=4)
MEMORIES = st.lists(
    st.tuples(
        st.builds(
            Said,
            st.lists(st.tuples(st.just("movie:1"), st.sampled_from([None, 0.7, -0.7]))).map(tuple),
            FILMS.map(tuple),
            FILMS.map(tuple),
            st.booleans(),
        ),
        FILMS,
    ),
    max_size=9,
)


@given(MEMORIES)
def test_a_memory_survives_the_store(turns: list[tuple[Said, list[str]]]) -> None:
    memory = Memory()
    for number, (said, shown) in enumerate(turns):
        memory = remembered(memory, number, said, shown)
    again = Understood.from_json(Understood("more", memory=memory).to_json())
    assert again.memory == memory
    assert len(memory.spoken) <= 12 and all(one.films for one in memory.spoken)


def test_turns_of_an_older_version_have_none() -> None:
    older = '{"act": "more", "chips": [], "question": null, "suggestions": [], "replaced": []}'
    assert Understood.from_json(older).memory == Memory()


def test_films_shown_by_somebody_else_can_be_pointed_at() -> None:
    memory = told((named("a"), "xyz")).shown(("u", "v"), 1)
    assert memory.table == ("u", "v") and memory.untold == ()
    assert memory.spoken[-1] == Spoken(("u", "v"), How.SHOWN, 1)


# ---- whole conversations


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'chat.db'}"


@pytest.fixture
def chat(films: Catalogue, url: str) -> Iterator[Assistant]:
    with screening.assistant(films, url) as assistant:
        yield assistant


def held(chat: Assistant, *lines: str) -> list[list[tuple[str, str]]]:
    """What each line of a conversation was taken to say of films: kind and title."""
    session = chat.start()
    return [films_of(chat.respond(session, line)) for line in lines]


def films_of(reply: Reply) -> list[tuple[str, str]]:
    chips = (chip for chip in reply.understood.chips if chip.is_film)
    return [(chip.kind.value, chip.label.rpartition(" (")[0]) for chip in chips]


def rewards(chat: Assistant, session: str) -> list[str]:
    cards = (card for one in chat.history(session).exchanges for card in one.cards)
    return [card.reaction.value for card in cards if card.reaction.value != "clear"]


class TestConversations:
    def test_both_are_the_two_that_were_named_and_nothing_is_rewarded(
        self, chat: Assistant
    ) -> None:
        session = chat.start()
        chat.respond(session, "Heat and Jaws")
        assert films_of(chat.respond(session, "loved both")) == [("like", "Heat"), ("like", "Jaws")]
        assert rewards(chat, session) == []

    def test_it_after_two_turns(self, chat: Assistant) -> None:
        *_, last = held(chat, "I've seen Heat", "more", "it was great")
        assert last == [("like", "Heat")]

    def test_the_one_that_was_picked(self, chat: Assistant) -> None:
        session = chat.start()
        (first, *_) = chat.respond(session, "a comedy").recommendations
        chat.respond(session, "I've seen the first one")
        assert films_of(chat.respond(session, "it was great")) == [("like", first.movie.title)]
        assert rewards(chat, session) == ["up"]

    def test_those_two_of_three_is_asked_back(self, chat: Assistant) -> None:
        session = chat.start()
        chat.respond(session, "a comedy")
        reply = chat.respond(session, "seen those two")
        assert rewards(chat, session) == [] and reply.text.endswith("?")
        assert len(reply.ambiguous) == 1
        chat.respond(session, "the first and the third")
        assert rewards(chat, session) == ["seen", "seen"]

    def test_the_others(self, chat: Assistant) -> None:
        session = chat.start()
        one, _, three = chat.respond(session, "a comedy").recommendations
        chat.respond(session, "hated the second one")
        assert films_of(chat.respond(session, "the others were great")) == [
            ("like", one.movie.title),
            ("like", three.movie.title),
        ]

    def test_it_survives_a_restart(self, chat: Assistant, films: Catalogue, url: str) -> None:
        session = chat.start()
        chat.respond(session, "Heat and Jaws")
        chat.close()
        with screening.assistant(films, url) as again:
            assert films_of(again.respond(session, "hated both")) == [
                ("dislike", "Heat"),
                ("dislike", "Jaws"),
            ]

    def test_undo_takes_back_what_was_spoken_of(self, chat: Assistant) -> None:
        session = chat.start()
        chat.respond(session, "I've seen Heat")
        chat.respond(session, "I've seen Jaws")
        chat.undo(session)
        assert films_of(chat.respond(session, "it was great")) == [("like", "Heat")]

    def test_why_is_asked_of_films_that_were_shown(self, chat: Assistant) -> None:
        session = chat.start()
        one, *_ = chat.respond(session, "Heat and Jaws").recommendations
        assert chat.respond(session, "why the first one?").text.startswith(one.movie.label)
