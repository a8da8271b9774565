"""Where the command line takes its catalogue from: a bundle, or a MovieLens folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from core.catalogue import Catalogue

DEFAULT_BUNDLE: Final = Path("models/marquee")


def add_catalogue_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--bundle`, `--data` and `--cast`."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--bundle", type=Path, metavar="DIR", help=f"a trained bundle (default: {DEFAULT_BUNDLE})")
    source.add_argument("--data", type=Path, metavar="FOLDER", help="a MovieLens folder instead of a bundle")
    parser.add_argument("--cast", type=Path, metavar="FILE", help="with --data: CSV of title,year,cast")


def open_catalogue(arguments: argparse.Namespace) -> Catalogue:
    """The catalogue that the options name. BundleError or DataError where it cannot be read."""
    if arguments.data is not None:
        from core import movielens

        return movielens.read(arguments.data, cast=arguments.cast).catalogue
    from core.bundle import Bundle

    return Bundle.load(arguments.bundle or DEFAULT_BUNDLE).catalogue
