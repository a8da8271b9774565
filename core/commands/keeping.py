"""`python -m core backup`, `restore` and `purge`: what an owner does with what people said."""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from pathlib import Path

from core.config import KEEP_DAYS, Settings, check_options
from core.store import Store
from core.store.schema import now
from core.store.upkeep import back_up, restore


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", metavar="URL", help="the database (DATABASE_URL, else sqlite:///marquee.db)"
    )


def _opened(arguments: argparse.Namespace) -> Store:
    url = arguments.store or Settings.from_environment(os.environ).database_url
    return Store.open(url)


# ---- backup


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    _add_store(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="a new SQLite file")


def run(arguments: argparse.Namespace) -> int:
    """Copies the database and prints how many conversations it holds; returns 0."""
    with _opened(arguments) as store:
        print(f"{back_up(store, arguments.to):,} conversations in {arguments.to}")
    return 0


# ---- restore


def configure_restore(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    _add_store(parser)
    parser.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="FILE", help="a copy"
    )


def run_restore(arguments: argparse.Namespace) -> int:
    """Fills an empty database and prints how many conversations it holds; returns 0."""
    with _opened(arguments) as store:
        print(f"{restore(arguments.source, store):,} conversations are back")
    return 0


# ---- purge


def configure_purge(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    _add_store(parser)
    parser.add_argument(
        "--days", type=int, required=True, metavar="N", help="forget who said nothing for so long"
    )


def run_purge(arguments: argparse.Namespace) -> int:
    """Forgets old conversations and prints how many they were; returns 0."""
    check_options(arguments, "days", low=KEEP_DAYS[0], high=KEEP_DAYS[1])
    with _opened(arguments) as store:
        gone = store.purge(now() - timedelta(days=arguments.days))
    print(f"{gone:,} conversations forgotten")
    return 0
