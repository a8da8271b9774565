"""Evenings together in the store: codes, who may come, who may go, and what stays of whom."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from core.errors import PartyError, UnknownIdError
from core.store import Store, parties, schema

Tables = Callable[[], dict[str, list[dict[str, Any]]]]


def names(store: Store, session: str) -> list[str]:
    with store.parties.gathered(session) as gathering:
        return [one.name for one in gathering.people]


def together(store: Store, *people: str) -> list[str]:
    """Sessions of people who have joined one evening."""
    sessions = [store.start("{}") for _ in people]
    code = store.parties.open(sessions[0], people[0])
    for session, name in zip(sessions[1:], people[1:], strict=True):
        store.parties.join(session, code, name)
    return sessions


class TestCodes:
    def test_eight_signs_that_nobody_mistakes(self, store: Store) -> None:
        codes = {store.parties.open(store.start("{}"), "Ann") for _ in range(20)}
        assert len(codes) == 20
        assert all(len(code) == 8 and set(code) <= set(parties.ALPHABET) for code in codes)
        assert not set(parties.ALPHABET) & set("01OIL")

    def test_however_it_is_typed(self, store: Store) -> None:
        ann, ben = store.start("{}"), store.start("{}")
        code = store.parties.open(ann, "Ann")
        store.parties.join(ben, f" {code[:4].lower()}-{code[4:].lower()} ", "Ben")
        assert names(store, ann) == names(store, ben) == ["Ann", "Ben"]

    def test_the_same_while_it_lasts_and_another_afterwards(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann, ben = store.start("{}"), store.start("{}")
        code = store.parties.open(ann, "Ann")
        assert store.parties.open(ann, "Ann") == code
        later = schema.now() + parties.CODE_LASTS + timedelta(seconds=1)
        monkeypatch.setattr(parties, "now", lambda: later)
        with pytest.raises(PartyError, match="No evening is open"):
            store.parties.join(ben, code, "Ben")
        with store.parties.gathered(ann) as gathering:
            assert gathering.code == ""
            assert len(gathering.people) == 1
        fresh = store.parties.open(ann, "Ann")
        assert fresh != code
        store.parties.join(ben, fresh, "Ben")

    def test_what_was_never_issued_opens_nothing(self, store: Store) -> None:
        together(store, "Ann", "Ben")
        for wrong in ("", "AAAAAAAA", "%' OR 1=1 --", "\0" * 99):
            with pytest.raises(PartyError, match="No evening is open"):
                store.parties.join(store.start("{}"), wrong, "Eve")

    def test_after_five_wrong_ones_even_the_right_one_waits(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, eve = store.parties.open(store.start("{}"), "Ann"), store.start("{}")
        for _ in range(parties.WRONG_EACH):
            with pytest.raises(PartyError, match="No evening"):
                store.parties.join(eve, "AAAAAAAA", "Eve")
        with pytest.raises(PartyError, match="too many wrong codes"):
            store.parties.join(eve, code, "Eve")
        store.parties.join(store.start("{}"), code, "Ben")  # others are not kept waiting
        later = schema.now() + parties.WRONG_WINDOW + timedelta(seconds=1)
        monkeypatch.setattr(parties, "now", lambda: later)
        store.parties.join(eve, code, "Eve")

    def test_many_sessions_of_a_client_do_not_get_more_tries(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parties, "WRONG_A_CLIENT", 3)
        code = store.parties.open(store.start("{}", "ann"), "Ann")
        for _ in range(3):
            with pytest.raises(PartyError, match="No evening"):
                store.parties.join(store.start("{}", "eve"), "AAAAAAAA", "Eve")
        with pytest.raises(PartyError, match="too many wrong codes"):
            store.parties.join(store.start("{}", "eve"), "AAAAAAAA", "Eve")
        store.parties.join(store.start("{}", "ben"), code, "Ben")

    def test_however_many_guess_the_right_code_opens(self, store: Store) -> None:
        code = store.parties.open(store.start("{}"), "Ann")
        for number in range(70):
            with pytest.raises(PartyError):
                store.parties.join(store.start("{}", f"eve-{number // 7}"), "AAAAAAAA", "Eve")
        store.parties.join(store.start("{}", "ben"), code, "Ben")


class TestPeople:
    def test_alone_there_is_a_record_and_no_party(self, store: Store) -> None:
        session = store.start('{"n": 1}')
        with store.parties.gathered(session) as gathering:
            assert gathering.people == ()
            assert gathering.code == ""
            gathering.records[gathering.own].state = '{"n": 2}'
        with store.session(session) as record:
            assert record.state == '{"n": 2}'
        assert store.parties.revision(session) == ""

    def test_what_is_written_of_all_is_written_of_all_or_of_nobody(self, store: Store) -> None:
        ann, ben = together(store, "Ann", "Ben")
        with pytest.raises(RuntimeError, match="stop"), store.parties.gathered(ann) as gathering:
            for record in gathering.records.values():
                record.state = '{"half": true}'
            raise RuntimeError("stop")
        for session in (ann, ben):
            with store.session(session) as record:
                assert record.state == "{}"

    def test_names_are_tidied_and_differ(self, store: Store) -> None:
        (ann, *_) = together(store, "  Ann \n Lee ", "Ann Lee", "", "x" * 99)
        assert names(store, ann) == ["Ann Lee", "Ann Lee 2", "Person 3", "x" * 24]

    def test_six_and_no_more(self, store: Store) -> None:
        (ann, *_) = together(store, *"ABCDEF")
        with pytest.raises(PartyError, match="full: 6 people"):
            store.parties.join(store.start("{}"), store.parties.open(ann, ""), "G")

    def test_ones_own_code(self, store: Store) -> None:
        ann, _ = together(store, "Ann", "Ben")
        with pytest.raises(PartyError, match="already"):
            store.parties.join(ann, store.parties.open(ann, ""), "Ann")
        assert names(store, ann) == ["Ann", "Ben"]

    def test_joining_another_leaves_the_first(self, store: Store) -> None:
        ann, ben = together(store, "Ann", "Ben")
        eve, _ = together(store, "Eve", "Fay")
        store.parties.join(ben, store.parties.open(eve, ""), "Ben")
        assert names(store, ann) == ["Ann"]
        assert names(store, ben) == ["Eve", "Fay", "Ben"]

    def test_leaving_takes_nobody_elses_and_the_last_one_closes(
        self, store: Store, tables: Tables
    ) -> None:
        ann, ben = together(store, "Ann", "Ben")
        store.parties.leave(ben)
        assert names(store, ann) == ["Ann"]
        with store.session(ben):
            pass  # the conversation stays
        with pytest.raises(PartyError, match="not in an evening"):
            store.parties.leave(ben)
        store.parties.leave(ann)
        assert tables()["marquee_parties"] == tables()["marquee_members"] == []

    def test_guests_speak_through_their_host(self, store: Store) -> None:
        ann, ben = together(store, "Ann", "Ben")
        kid = store.parties.add_guest(ann, store.start("{}"), "Kid")
        with store.parties.gathered(ann) as gathering:
            assert [one.name for one in gathering.held] == ["Ann", "Kid"]
        with store.parties.gathered(ben) as gathering:
            assert [one.name for one in gathering.held] == ["Ben"]
        with pytest.raises(UnknownIdError, match="no guest of yours"):
            store.parties.send_away(ben, kid)
        store.parties.send_away(ann, kid)
        assert names(store, ann) == ["Ann", "Ben"]

    def test_forgetting_one_person_forgets_theirs_and_their_guests_only(
        self, store: Store, tables: Tables, make_turn: Callable[..., Any]
    ) -> None:
        ann, ben = together(store, "Ann", "Ben")
        kid = store.start("{}")
        store.parties.add_guest(ann, kid, "Kid")
        for session in (ann, ben, kid):
            with store.session(session) as record:
                turn = make_turn(0)
                record.add(turn)
                record.react(turn.shown[0].id, "up", 1.0)
        before = tables()
        store.forget(ann)
        with store.parties.gathered(ben) as gathering:
            number = gathering.own
            assert [one.name for one in gathering.people] == ["Ben"]
        after = tables()
        for table, of in (
            ("turns", "session"),
            ("recommendations", "session"),
            ("members", "session"),
        ):
            rows = [row for row in before[f"marquee_{table}"] if row[of] == number]
            assert after[f"marquee_{table}"] == rows != []
        assert len(after["marquee_reactions"]) == 1
        for gone in (ann, kid):
            with pytest.raises(UnknownIdError), store.session(gone):
                pass
        store.forget(ben)
        assert tables()["marquee_parties"] == []

    def test_the_revision_tells_of_reactions_comings_and_goings(
        self, store: Store, make_turn: Callable[..., Any]
    ) -> None:
        ann, ben = together(store, "Ann", "Ben")
        seen = [store.parties.revision(ann)]
        assert store.parties.revision(ben) == seen[0]

        def changed() -> bool:
            seen.append(store.parties.revision(ann))
            return seen[-1] not in seen[:-1]

        turn = make_turn(0)
        with store.session(ben) as record:
            record.add(turn)
        assert changed()
        with store.session(ben) as record:
            record.react(turn.shown[0].id, "up", 1.0)
        assert changed()
        with store.session(ben):
            pass
        assert not changed()
        store.parties.leave(ben)
        assert changed()


def test_everybody_acts_at_once_and_nothing_is_lost(store: Store) -> None:
    """Turns for all, words for one, comings and goings: the order of the locks holds, and every
    step counts."""
    people = together(store, "Ann", "Ben", "Cat")
    loner = store.start("{}")
    code, barrier, rounds = store.parties.open(people[0], ""), threading.Barrier(5), 8

    def shared(session: str) -> None:
        barrier.wait()
        for _ in range(rounds):
            with store.parties.gathered(session) as gathering:
                for record in gathering.records.values():
                    record.state = record.state[:-1] + "+}"

    def alone() -> None:
        barrier.wait()
        for _ in range(rounds):
            with store.session(people[1]) as record:
                record.state = record.state[:-1] + "-}"

    def restless() -> None:
        barrier.wait()
        for _ in range(rounds):
            store.parties.join(loner, code, "Dan")
            store.parties.leave(loner)

    with ThreadPoolExecutor(5) as pool:
        work = [pool.submit(shared, session) for session in people] + [
            pool.submit(alone),
            pool.submit(restless),
        ]
        for one in work:
            one.result(timeout=60)
    with store.session(people[1]) as record:
        assert record.state.count("+") == 3 * rounds
        assert record.state.count("-") == rounds
