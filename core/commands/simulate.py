"""`python -m core simulate`: fills a store with talk of simulated viewers, to try the learner."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.config import check_options
from core.data.reading import read_ratings
from core.learning.log import Attack, SimulationSettings, simulate
from core.learning.versions import bundle_folder
from core.model.bundle import Bundle
from core.model.policy import Exploration
from core.store import Store


def configure(parser: argparse.ArgumentParser) -> None:
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


def run(arguments: argparse.Namespace) -> int:
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
