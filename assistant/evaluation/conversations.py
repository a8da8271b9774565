"""`python -m assistant converse`: scripted conversations, with what is to come of every turn.

A file holds one conversation a line, `{"id", "who", "turns": [{"say", "thumbs"?, "expect"}]}`.
`thumbs` are given to the films that stand there before the line is said: `{"2": "up"}` is the
second of them. Everything in `expect` may be left out, and what is left out is not judged:

    likes, dislikes, seen    "Title (year)" of films that must then be held as that
    films                    "new": films are due; "none": an answer is, and no films
    all, most, none          properties of all, two thirds, none of the films that are shown
    names, never             words the reply must have, or must not; "min|hour": any of them

A property is `kind:value`; "director:Joel Coen|Ethan Coen" is either. Kinds: title, genre (as
MovieLens has them), fine (finer genres: "Heist"), year, minutes and age ("<=90", "1980-1989",
"<=PG-13"), director, actor, language (the main one), country, keyword (or a tag of MovieLens),
mood, series, and audience, of which there is "family". Facts come from the catalogue and the pack
(`core.data.facts`).

A line of `{"text", "likes", "dislikes", "seen", "wants", "avoids", "optional", "acts"}` is a
conversation of one turn. What is optional must not become a condition.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any, Final, NamedTuple

from assistant.chat import Assistant
from assistant.conversation.values import Reply
from assistant.evaluation.ask import write_figures
from assistant.evaluation.lines import read_rows
from assistant.evaluation.properties import NUMBERS, FilmProperties, Property, says
from assistant.language.understand import Understanding
from assistant.language.words import normal
from core.catalogue import Catalogue
from core.config import Settings, check_options
from core.data.facts import FilmFacts
from core.domain import Movie, Outcome, Reaction, Recommendation
from core.errors import DataError
from core.model.bundle import Bundle
from core.model.policy import Exploration, Policy
from core.session import SessionState
from core.store import Store

_MOST: Final = 2 / 3
"""Share of the films shown that is most of them: two of three."""
_UNKNOWN: Final = 1 / 3
"""Where a property is unknown of more of the films than this, they do not show that they have
it."""

# ---- what is expected


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to come of a turn."""

    judged: Mapping[Outcome, tuple[str, ...]] = field(default_factory=dict)
    """Labels of films by STATED_LIKE, STATED_DISLIKE, SEEN."""
    films_due: bool | None = None
    properties: Mapping[str, tuple[Property, ...]] = field(default_factory=dict)
    """By "all", "most", "none", and "optional"."""
    names: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


_JUDGED: Final = {
    "likes": Outcome.STATED_LIKE,
    "dislikes": Outcome.STATED_DISLIKE,
    "seen": Outcome.SEEN,
}
_QUANTITIES: Final = ("all", "most", "none", "optional")
_DUE: Final = {"new": True, "none": False}
_PEOPLE: Final = ("director", "actor")
"""Two of one of these are alternatives: few films have two directors."""
_ASKS: Final = ("recommend", "more")
_ANSWERS: Final = ("about", "cast", "length", "why", "thanks")
"""What labelled lines call an act that films answer, and one that words do."""


class ScriptedLine(NamedTuple):
    """One line of the person."""

    say: str
    thumbs: Mapping[int, Reaction]
    """By place among the films that stand there, from 1."""
    expect: Expectation


class Script(NamedTuple):
    """What one person says, line by line."""

    name: str
    lines: tuple[ScriptedLine, ...]


def scripts_of(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[Script]:
    """Conversations, and single lines, from (line number, row). DataError for what is neither."""
    for number, row in rows:
        try:
            turns = row["turns"] if "turns" in row else [_turn_of_line(row)]
            yield Script(row.get("id", f"line {number}"), tuple(map(_line, turns)))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise DataError(f"Line {number} is no scripted conversation: {error!r}.") from error


def _line(turn: Mapping[str, Any]) -> ScriptedLine:
    expect = turn["expect"]
    known = {*_JUDGED, *_QUANTITIES, "films", "names", "never"}
    if strange := expect.keys() - known:
        raise ValueError(f"unknown expectation: {', '.join(sorted(strange))}")
    return ScriptedLine(
        turn["say"],
        {int(place): Reaction(value) for place, value in turn.get("thumbs", {}).items()},
        Expectation(
            {outcome: tuple(expect.get(name, ())) for name, outcome in _JUDGED.items()},
            _DUE[expect["films"]] if "films" in expect else None,
            {name: tuple(map(Property.read, expect.get(name, ()))) for name in _QUANTITIES},
            tuple(expect.get("names", ())),
            tuple(expect.get("never", ())),
        ),
    )


def _turn_of_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """A labelled line as a turn: most of the films have what it wants, none what it avoids."""
    expect = {name: row[name] for name in _JUDGED}
    wants: dict[str, list[str]] = {}
    for kind, value in map(Property.read, row["wants"]):
        wants.setdefault(kind, []).append(value)
    either = {kind: "|".join(values) for kind, values in wants.items() if kind in _PEOPLE}
    expect["most"] = [f"{kind}:{value}" for kind, value in either.items()] + [
        text for text in row["wants"] if Property.read(text).kind not in either
    ]
    expect |= {"none": row["avoids"], "optional": row["optional"]}
    if any(act in _ASKS for act in row["acts"]):
        expect["films"] = "new"
    elif all(act in _ANSWERS for act in row["acts"]):
        expect["films"] = "none"
    return {"say": row["text"], "expect": expect}


# ---- what came


class Fault(StrEnum):
    """In which way something is not as expected."""

    INVERTED = "inverted"
    """The contrary was done: what is to be spared was shown, a like taken for a dislike."""
    VANISHED = "vanished"
    """Neither acted on nor named."""
    DEAD_END = "dead end"
    """Films are due, and none was shown."""
    UNMET = "unmet"


class Check(NamedTuple):
    """One thing that was expected, and whether it came."""

    kind: str
    """"likes", "films: new", "none: genre" …"""
    expected: str
    fault: Fault | None = None
    found: str = ""


@dataclass(frozen=True)
class Response:
    """What a turn came to."""

    line: ScriptedLine
    before: SessionState
    after: SessionState
    reply: Reply
    known: FilmProperties
    wishes: tuple[str, ...]
    """Keys of the facets and columns of the limits that the state then holds."""

    @property
    def films(self) -> tuple[Movie, ...]:
        """That were shown."""
        return tuple(shown.movie for shown in self.reply.recommendations)

    @cached_property
    def words(self) -> str:
        """What the person reads: the reply and the films' names."""
        return "\n".join((self.reply.text, *(movie.label for movie in self.films)))

    @cached_property
    def _acted_on(self) -> str:
        """Everything that says what was understood, squashed word by word."""
        chips = (text for chip in self.reply.understood.chips for text in (chip.label, chip.key))
        return normal(" ".join((self.words, *chips, *self.wishes)))

    def names(self, text: str) -> bool:
        """Whether the reply, a chip or a wish that is held has this name."""
        return normal(text) in self._acted_on

    def checks(self) -> Iterator[Check]:
        """Everything that was expected of the turn."""
        expect = self.line.expect
        for outcome, labels in expect.judged.items():
            yield from (self._verdict(outcome, label) for label in labels)
        if expect.films_due is not None:
            yield self._films_due(due=expect.films_due)
        for quantity, properties in expect.properties.items():
            for wanted in properties:
                yield from self._property(quantity, wanted)
        for said in expect.names:
            missed = not says(said, self.words)
            yield Check("names", said, Fault.UNMET if missed else None, self.reply.text)
        for said in expect.never:
            yield Check("never", said, Fault.UNMET if says(said, self.words) else None)

    def _verdict(self, wanted: Outcome, label: str) -> Check:
        token = self.known.token(label)
        found = None if token is None else self.after.outcome_of(token)
        kind = next(name for name, outcome in _JUDGED.items() if outcome is wanted)
        right = found is not None and (
            found.is_known if wanted is Outcome.SEEN else found.liking == wanted.liking
        )
        if right:
            return Check(kind, label)
        if found is not None and found.liking * wanted.liking < 0:
            return Check(kind, label, Fault.INVERTED, found.name)
        title = label.rpartition(" (")[0]
        heard = self.names(title) or found not in (None, *_UNSAID)
        return Check(
            kind, label, Fault.UNMET if heard else Fault.VANISHED, found.name if found else ""
        )

    def _films_due(self, *, due: bool) -> Check:
        shown = "; ".join(movie.label for movie in self.films)
        if due:
            return Check("films: new", "films", None if self.films else Fault.DEAD_END, shown)
        return Check("films: none", "no films", Fault.UNMET if self.films else None, shown)

    def _property(self, quantity: str, wanted: Property) -> Iterator[Check]:
        kind = f"{quantity}: {wanted.kind}"
        if quantity == "optional":
            hard = self._is_condition(wanted)
            yield Check(kind, str(wanted), Fault.INVERTED if hard else None)
        elif self.films:
            yield Check(kind, str(wanted), *self._of_films(quantity, wanted))
        elif quantity != "none" and self.line.expect.films_due:
            fault = Fault.DEAD_END if self._is_held(wanted) else Fault.VANISHED
            yield Check(kind, str(wanted), fault)

    def _of_films(self, quantity: str, wanted: Property) -> tuple[Fault | None, str]:
        having = [(movie.label, self.known.has(wanted, movie)) for movie in self.films]
        if quantity == "none":
            return _spared(having)
        lacking = [f"{label}{'?' if has is None else ''}" for label, has in having if not has]
        unknown = sum(has is None for _, has in having)
        known, yes = len(having) - unknown, len(having) - len(lacking)
        enough = yes >= known if quantity == "all" else yes >= _MOST * known
        if enough and unknown <= _UNKNOWN * len(having):
            return None, ""
        return (Fault.UNMET if self._is_held(wanted) else Fault.VANISHED), "; ".join(lacking)

    def _is_held(self, wanted: Property) -> bool:
        """Whether a wish was acted on or named, whatever films came of it."""
        if columns := NUMBERS.get(wanted.kind):
            numbers = re.findall(r"\d+", wanted.value)
            return any(f"limit {column}" in self.wishes for column in columns) or any(
                map(self.names, numbers)
            )
        values = ("famil", "child", "kid") if wanted.kind == "audience" else wanted.values
        return any(map(self.names, values))

    def _is_condition(self, wanted: Property) -> bool:
        hard = [wish.partition(" ")[2] for wish in self.wishes if wish.startswith(_HARD)]
        if columns := NUMBERS.get(wanted.kind):
            return not set(columns).isdisjoint(hard)
        names = {normal(key.partition(":")[2]) for key in hard}
        return not names.isdisjoint(map(normal, wanted.values))


def _spared(having: Iterable[tuple[str, bool | None]]) -> tuple[Fault | None, str]:
    """What is unknown of a film is not held against it."""
    shown = "; ".join(label for label, has in having if has)
    return (Fault.INVERTED if shown else None), shown


_UNSAID: Final = (Outcome.SHOWN, Outcome.PASSED)
_HARD: Final = ("limit ", "only ", "never ")
"""How a wish begins that is a condition."""


def wishes_of(state: SessionState, catalogue: Catalogue) -> tuple[str, ...]:
    """What a state holds beside films: "limit year", "only genre:Horror", "want tag:dark"."""
    held = state.constraints
    ways = {
        "only": held.required,
        "never": held.excluded,
        "want": state.tokens(Outcome.WANTED),
        "avoid": state.tokens(Outcome.AVOIDED),
    }
    return (
        *(f"limit {limit.column}" for limit in held.limits),
        *(f"{way} {catalogue.key_of(token)}" for way, tokens in ways.items() for token in tokens),
    )


# ---- the play


@dataclass(frozen=True, slots=True)
class Played:
    """One line of a conversation, answered and judged."""

    script: str
    number: int
    """Of the line, from 1."""
    answer: Response
    checks: tuple[Check, ...]

    @property
    def faults(self) -> tuple[Check, ...]:
        """What is not as expected."""
        return tuple(check for check in self.checks if check.fault is not None)

    @property
    def ways(self) -> set[Fault | None]:
        """In which it is not as expected."""
        return {check.fault for check in self.faults}


class Stage:
    """Plays scripts: a fresh store for each, and the same chances whatever was played before."""

    def __init__(
        self,
        policy: Policy,
        understanding: Understanding,
        facts: FilmFacts,
        *,
        films: int = 3,
        seed: int = 0,
    ) -> None:
        self._policy = policy
        self._understanding = understanding
        self._facts = facts
        self._films = films
        self._seed = seed
        self.known = FilmProperties(facts.of(policy.catalogue))

    def play(self, script: Script) -> Iterator[Played]:
        """The lines of a script, one after the other."""
        store = _numbered(script.name).open("sqlite://")
        with Assistant(
            self._policy,
            self._understanding,
            store,
            facts=self._facts,
            films=self._films,
            seed=self._seed,
        ) as assistant:
            session = assistant.start()
            on_table: tuple[Recommendation, ...] = ()
            for number, line in enumerate(script.lines, start=1):
                for place, reaction in line.thumbs.items():
                    if place <= len(on_table):
                        assistant.react(session, on_table[place - 1].id, reaction)
                before = self._state(store, session)
                reply = assistant.respond(session, line.say)
                after = self._state(store, session)
                wishes = wishes_of(after, self._policy.catalogue)
                answer = Response(line, before, after, reply, self.known, wishes)
                yield Played(script.name, number, answer, tuple(answer.checks()))
                on_table = reply.recommendations or on_table

    def _state(self, store: Store, session: str) -> SessionState:
        with store.session(session) as record:
            return SessionState.from_json(record.state, self._policy.catalogue)


def _numbered(name: str) -> type[Store]:
    """A store whose ids are numbers: what is left to chance depends on the session's id."""
    numbers = count()

    class Numbered(Store):
        @staticmethod
        def new_id() -> str:
            return f"{name}-{next(numbers)}"

    return Numbered


def figures_of(played: Sequence[Played]) -> dict[str, Any]:
    """Shares over turns, by kind of expectation, by conversation; and every failure."""
    turns = max(len(played), 1)
    faults = Counter(chain.from_iterable(one.ways for one in played))
    checks = [check for one in played for check in one.checks]
    of = Counter(check.kind for check in checks)
    met = of - Counter(check.kind for check in checks if check.fault)
    lines = Counter(one.script for one in played)
    failed = [one for one in played if one.faults]
    right = lines - Counter(one.script for one in failed)
    return {
        "turns": len(played),
        "as_expected": sum(right.values()) / turns,
        **{fault.name.lower(): faults[fault] / turns for fault in Fault},
        "kinds": _shares(met, of, "met"),
        "conversations": _shares(right, lines, "as_expected"),
        "failures": list(map(_failure, failed)),
    }


def _shares(part: Counter[str], of: Counter[str], name: str) -> dict[str, dict[str, int]]:
    return {key: {name: part[key], "of": of[key]} for key in sorted(of)}


def _failure(one: Played) -> dict[str, Any]:
    return {
        "conversation": one.script,
        "turn": one.number,
        "say": one.answer.line.say,
        "reply": one.answer.reply.text,
        "act": one.answer.reply.understood.act,
        "films": [movie.label for movie in one.answer.films],
        "chips": [f"{chip.kind.value}: {chip.label}" for chip in one.answer.reply.understood.chips],
        "wishes": one.answer.wishes,
        "faults": [
            {**check._asdict(), "fault": check.fault and check.fault.value} for check in one.faults
        ],
    }


def lines_of_figures(figures: Mapping[str, Any], *, show: int = 0) -> Iterator[str]:
    """The figures for people, with the first `show` failures."""
    yield f"as expected  {figures['as_expected']:7.1%} of {figures['turns']} turns"
    for fault in Fault:
        yield f"{fault.value:<12} {figures[fault.name.lower()]:7.1%}"
    yield f"\n{'kind':<18}{'met':>6}{'of':>6}"
    for kind, tally in figures["kinds"].items():
        yield f"{kind:<18}{tally['met']:>6}{tally['of']:>6}{tally['met'] / tally['of']:>8.1%}"
    for failure in figures["failures"][:show]:
        yield f"\n{failure['conversation']}, {failure['turn']}: {failure['say']}"
        yield f"    reply   {' '.join(failure['reply'].split())}"
        for name in ("films", "chips", "wishes"):
            if failure[name]:
                yield f"    {name:<7} {'; '.join(failure[name])}"
        for fault in failure["faults"]:
            found = f" ({fault['found']})" if fault["found"] else ""
            yield f"  ! {fault['fault']:<9} {fault['kind']} {fault['expected']}{found}"


# ---- the command


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add, usual = parser.add_argument, Settings()
    add("files", type=Path, nargs="+", metavar="FILE", help="scripted conversations, JSON lines")
    policy = "the policy (default: %(default)s)"
    add("--bundle", type=Path, default=usual.bundle, metavar="DIR", help=policy)
    facts = "what is known of films (default: %(default)s)"
    add("--facts", type=Path, default=usual.facts, metavar="DIR", help=facts)
    gambles = "share of films shown as a gamble (default: %(default)s)"
    add("--exploration", type=float, default=usual.exploration, metavar="SHARE", help=gambles)
    add("--seed", type=int, default=0, help="of what is left to chance (default: %(default)s)")
    add("--show", type=int, default=0, metavar="N", help="print the first N turns that fail")
    add("--json", type=Path, metavar="FILE", help="write the figures here as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Plays the conversations and prints what came of them; returns 0."""
    check_options(arguments, "exploration", low=0.0, high=1.0)
    scripts = [script for path in arguments.files for script in scripts_of(read_rows(path))]
    facts = FilmFacts.open(arguments.facts)
    bundle = Bundle.load(arguments.bundle, facts)
    stage = Stage(
        bundle.policy(Exploration(share=arguments.exploration)),
        Understanding(bundle.catalogue, facts),
        facts,
        seed=arguments.seed,
    )
    figures = figures_of([one for script in scripts for one in stage.play(script)])
    print(*lines_of_figures(figures, show=arguments.show), sep="\n")
    write_figures(arguments.json, figures)
    return 0
