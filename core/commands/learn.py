"""`python -m core learn`: the thumbs on record become the next policy, if it proves better.

`python -m core simulate`: fills a store with talk of simulated viewers, to try the learner.

`python -m core versions`: what served, what serves, and back.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.config import LEARN_HOURS, Settings, check_options
from core.data.reading import read_ratings
from core.errors import BundleError, MarqueeError
from core.learning.gate import GateSettings, Panel, Verdict, divided, judge, waits
from core.learning.learner import LearnerSettings, ServedModel, candidate, learn
from core.learning.log import Attack, Caps, ChatLog, SimulationSettings, counted, read_log, simulate
from core.learning.versions import Entry, PolicyEvent, Versions, bundle_folder
from core.model.bundle import Bundle
from core.model.policy import Exploration
from core.store import Store
from core.store.upkeep import only_learner

_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    learner, gate = LearnerSettings(), GateSettings()
    add = parser.add_argument
    add("--store", metavar="URL", help="the log (DATABASE_URL, else sqlite:///marquee.db)")
    add(
        "--policies",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of policies; what serves learns on",
    )
    add(
        "--start",
        type=Path,
        default=Settings().bundle,
        metavar="DIR",
        help="first policy (%(default)s)",
    )
    add(
        "--passes", type=int, default=learner.passes, metavar="N", help="over the log (%(default)s)"
    )
    add(
        "--learning-rate",
        type=float,
        default=learner.learning_rate,
        metavar="R",
        help="(%(default)s)",
    )
    add(
        "--anchor",
        type=float,
        default=learner.anchor,
        metavar="W",
        help="hold on the old values (%(default)s)",
    )
    add(
        "--least-clients",
        type=int,
        default=gate.least_clients,
        metavar="N",
        help="to judge by (%(default)s)",
    )
    add(
        "--exploration",
        type=float,
        default=Exploration().share,
        metavar="S",
        help="as it serves (%(default)s)",
    )
    add(
        "--seed",
        type=int,
        default=learner.seed,
        metavar="N",
        help="same seed and log, same policy (%(default)s)",
    )
    add("--json", type=Path, metavar="FILE", help="write what the gate found here")
    low, high = LEARN_HOURS
    add("--every", type=float, metavar="HOURS", help=f"again and again ({low:g} to {high:g})")


def run(arguments: argparse.Namespace) -> int:
    """Learns, judges, writes the history; returns 0, also for a refusal or too few talks.

    One learner of a database at a time; `--every` so many hours until it is stopped.
    """
    if arguments.every is None:
        return _lesson(arguments)
    check_options(arguments, "every", low=LEARN_HOURS[0], high=LEARN_HOURS[1])
    while True:
        try:
            _lesson(arguments)
        except MarqueeError as error:  # a database that is away is back at the next one
            _log.error("%s", error)
        sys.stdout.flush()
        time.sleep(3_600 * arguments.every)


def _lesson(arguments: argparse.Namespace) -> int:
    url = arguments.store or Settings.from_environment(os.environ).database_url
    with Store.open(url) as store, only_learner(store) as alone:
        if alone:
            return _learned(arguments, store)
    print("Somebody else learns from this database already.")
    return 0


def _learned(arguments: argparse.Namespace, store: Store) -> int:
    settings = _settings(arguments)
    gate = GateSettings(least_clients=arguments.least_clients)
    versions = Versions(arguments.policies)
    if versions.serving() is None:
        first = versions.adopt(arguments.start)
        _log.info("adopted %s from %s", first.version, arguments.start)
    serving = versions.serving()
    assert serving is not None
    bundle = Bundle.load(versions.path(serving))
    log = counted(read_log(store.log(), bundle.catalogue), Caps())
    for reason, count in log.left_out.items():
        _log.warning("not learned from, %s: %d films", reason, count)
    why = waits(divided(log, gate)[1], gate)
    if why:
        print(why)
        return 0
    verdict, learned = next_policy(
        bundle,
        log,
        settings,
        gate,
        Exploration(share=arguments.exploration),
        adopted=Bundle.load(versions.path(versions.adopted() or serving)),
    )
    event = PolicyEvent.PROMOTED if verdict.promoted else PolicyEvent.REFUSED
    entry = versions.add(learned, event, parent=serving, gate=verdict.to_record())
    print(summary(verdict, entry.version, serving, learned.metrics["log"]))
    if arguments.json:
        arguments.json.write_text(
            json.dumps(verdict.to_record(), indent=2) + "\n", encoding="utf-8"
        )
    return 0


def next_policy(
    bundle: Bundle,
    log: ChatLog,
    settings: LearnerSettings,
    gate: GateSettings,
    exploration: Exploration,
    *,
    adopted: Bundle | None = None,
) -> tuple[Verdict, Bundle]:
    """A candidate and what the gate found, which is part of its manifest.

    `adopted` is what the panel compares it with; None for the bundle itself.
    """
    learning, judging = divided(log, gate)
    after = candidate(bundle, learn(bundle, learning, settings), learning)
    model = ServedModel.fit(bundle.network, learning.slates)
    panel = Panel(adopted or bundle, after.network)
    verdict = judge(
        after.policy(exploration), bundle.policy(exploration), model, judging, gate, panel=panel
    )
    return verdict, replace(after, metrics={**after.metrics, "gate": verdict.to_record()})


def summary(verdict: Verdict, version: str, serving: str, learned: Mapping[str, int]) -> str:
    """What happened, in a few lines."""
    rewards = verdict.rewards
    outcome = "Promoted" if verdict.promoted else "Refused"
    lines = [
        f"{version}, learned on from {serving} by {learned['films']:,} films of "
        f"{learned['conversations']:,} conversations.",
        f"Judged by {verdict.films:,} films of {verdict.sessions:,} other conversations with "
        f"{verdict.clients:,} people, reward a film:",
        f"  serves now  {rewards['serving']}",
        f"  candidate   {rewards['candidate']} (without the model {rewards['snips']})",
        f"  difference  {rewards['difference']}",
        f"  evidence    worth {verdict.effective:,.0f} films; the log could have shown "
        f"{verdict.covered:.0%} of what the candidate shows",
        f"  changed     {verdict.changed:.0%} of the films' chances",
        f"  panel       {_panel(verdict.panel)}",
        f"{outcome}. {verdict.reason}",
    ]
    return "\n".join(lines)


def _panel(found: Mapping[str, Any]) -> str:
    """What the panel said, in a line."""
    if not found:
        return "none: the bundle has no panel and knows no kinds of people to draw one from."
    whose = (
        "people drawn from the kinds it knows, since the bundle brings no panel"
        if found["drawn"]
        else "people it never learned from"
    )
    share = found["candidate"] / found["adopted"] - 1 if found["adopted"] else 0.0
    return f"{share:+.1%} reward an evening, by {found['people']:,} {whose}"


def _settings(arguments: argparse.Namespace) -> LearnerSettings:
    check_options(arguments, "passes", low=1)
    check_options(arguments, "learning_rate", "anchor", low=0)
    check_options(arguments, "exploration", low=0, high=1)
    return LearnerSettings(
        passes=arguments.passes,
        learning_rate=arguments.learning_rate,
        anchor=arguments.anchor,
        seed=arguments.seed,
    )


# ---- versions


def configure_versions(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument(
        "--policies", type=Path, required=True, metavar="DIR", help="folder of policies"
    )
    parser.add_argument(
        "--back-to",
        metavar="VERSION",
        help='let this version serve again; "previous" = the one before',
    )


def run_versions(arguments: argparse.Namespace) -> int:
    """Prints the history, after the change that was asked for; returns 0."""
    versions = Versions(arguments.policies)
    if not versions.history():
        raise BundleError(
            f"{arguments.policies} holds no policies: `python -m core learn` makes such a folder."
        )
    if arguments.back_to:
        versions.roll_back(None if arguments.back_to == "previous" else arguments.back_to)
    print(table(versions.history(), versions.serving()))
    return 0


def table(history: tuple[Entry, ...], serving: str | None) -> str:
    """A line an event, the newest last; the version that serves has a star."""
    last = {entry.version: place for place, entry in enumerate(history) if entry.version == serving}
    columns = f"{'version':<14}{'what':<13}{'when (UTC)':<21}{'from':<14}"
    lines = [f"{'':2}{columns}difference in reward a film"]
    for place, entry in enumerate(history):
        star = "*" if place == last.get(entry.version) else ""
        value = entry.gate.get("rewards", {}).get("difference")
        found = f"{value[0]:+.4f} [{value[1]:+.4f}, {value[2]:+.4f}]" if value else "not judged"
        lines.append(
            f"{star:2}{entry.version:<14}{entry.event.value:<13}{entry.at[:19]:<21}"
            f"{entry.parent or '-':<14}{found}"
        )
    return "\n".join(lines)


# ---- simulate


def configure_simulate(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    default = SimulationSettings()
    add = parser.add_argument
    add(
        "--bundle",
        type=Path,
        required=True,
        metavar="DIR",
        help="the policy that talks, or a folder of policies",
    )
    add(
        "--ratings",
        type=Path,
        required=True,
        metavar="DIR",
        help="MovieLens folder of the people who come",
    )
    add("--store", required=True, metavar="URL", help="gets the log: sqlite:///simulated.db")
    add(
        "--conversations",
        type=int,
        default=default.conversations,
        metavar="N",
        help="(%(default)s)",
    )
    add(
        "--turns",
        type=int,
        default=default.turns,
        metavar="N",
        help="of a conversation (%(default)s)",
    )
    add("--films", type=int, default=default.films, metavar="N", help="a turn (%(default)s)")
    add(
        "--exploration",
        type=float,
        default=Exploration().share,
        metavar="S",
        help="share of gambles (%(default)s)",
    )
    attacks = [one.value for one in Attack]
    add("--attack", choices=attacks, help="forge the thumbs like this, to try the gate")
    add("--clients", type=int, metavar="N", help="they come from so many (each from their own)")
    add("--seed", type=int, default=default.seed, metavar="N", help="(%(default)s)")
    add("--quiet", action="store_true", help="no progress bar")


def run_simulate(arguments: argparse.Namespace) -> int:
    """Plays and prints the mean reward a film; returns 0."""
    check_options(arguments, "conversations", "turns", "films", low=1)
    check_options(arguments, "exploration", low=0, high=1)
    if arguments.clients is not None:
        check_options(arguments, "clients", low=1)
    bundle = Bundle.load(bundle_folder(arguments.bundle))
    people, _ = read_ratings(arguments.ratings, bundle.catalogue)
    settings = SimulationSettings(
        arguments.conversations,
        arguments.turns,
        arguments.films,
        seed=arguments.seed,
        attack=None if arguments.attack is None else Attack(arguments.attack),
        clients=arguments.clients,
    )
    policy = bundle.policy(Exploration(share=arguments.exploration))
    with Store.open(arguments.store) as store:
        reward = simulate(policy, people, store, settings, progress=not arguments.quiet)
    print(
        f"{settings.conversations} conversations with {bundle.version}: "
        f"mean reward a film {reward:.4f}"
    )
    return 0
