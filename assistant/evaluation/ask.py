"""`python -m assistant ask`: how one line is understood, and by which rules.

Where the command line takes its catalogue from: a bundle, or a MovieLens folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assistant.language.understand import Understanding
from assistant.language.utterance import Span, Utterance
from core.catalogue import Catalogue

DEFAULT_BUNDLE: Final = Path("models/marquee")


def add_catalogue_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--bundle`, `--data` and `--cast`."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--bundle", type=Path, metavar="DIR", help=f"a trained bundle (default: {DEFAULT_BUNDLE})"
    )
    source.add_argument(
        "--data", type=Path, metavar="FOLDER", help="a MovieLens folder instead of a bundle"
    )
    parser.add_argument(
        "--cast", type=Path, metavar="FILE", help="with --data: CSV of title,year,cast"
    )


def open_catalogue(arguments: argparse.Namespace) -> Catalogue:
    """The catalogue that the options name. BundleError or DataError where it cannot be read."""
    if arguments.data is not None:
        from core.data.reading import read

        return read(arguments.data, cast=arguments.cast).catalogue
    from core.model.bundle import Bundle

    return Bundle.load(arguments.bundle or DEFAULT_BUNDLE).catalogue


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("text", help="what a person types")
    parser.add_argument("--explain", action="store_true", help="name the rule behind each decision")
    add_catalogue_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints what was understood; 0."""
    understanding = Understanding(open_catalogue(arguments))
    utterance = understanding.understand(arguments.text)
    print(*told(utterance, understanding.catalogue, explain=arguments.explain), sep="\n")
    return 0


def told(utterance: Utterance, catalogue: Catalogue, *, explain: bool = False) -> Iterator[str]:
    """An utterance in lines of text."""

    def line(kind: str, span: Span, what: str, strength: float, rule: str) -> str:
        said = utterance.text[span.start : span.end]
        because = f"   because: {rule}" if explain and rule else ""
        return (
            f"{kind:<10}{span.start:>4}-{span.end:<4} '{said}' → {what}, {strength:+.2f}{because}"
        )

    yield f"act       {utterance.act.value}"
    for movie in utterance.movies:
        notes = [
            name
            for name, holds in (("as a pattern", movie.similar_only), ("seen", movie.seen))
            if holds
        ]
        notes += [f"and {catalogue.movie(token).label}" for token in movie.also]
        what = ", ".join([catalogue.movie(movie.token).label, *notes])
        yield line("film", movie.span, what, movie.strength, movie.rule)
    for asked in utterance.ambiguous:
        labels = " or ".join(catalogue.movie(token).label for token in asked.tokens) + "?"
        yield line("unclear", asked.span, labels, asked.strength, asked.rule)
    for unknown in utterance.unknown:
        yield line(
            "unknown", unknown.span, "no film of that name", unknown.strength, "looks like a title"
        )
    for facet in utterance.facets:
        note = (" only" if facet.strength > 0 else ", none at all") if facet.required else ""
        yield line(
            "facet", facet.span, catalogue.facet(facet.token).key + note, facet.strength, facet.rule
        )
    for name, value in (
        ("years", utterance.years and f"{utterance.years[0]}-{utterance.years[1]}"),
        ("any year", utterance.any_year or None),
        ("lesser known", utterance.lesser_known or None),
        ("well known", utterance.well_known or None),
        ("beyond", ", ".join(utterance.beyond) or None),
        ("count", utterance.count),
        ("picks", utterance.picks or None),
        ("strength", utterance.strengths or utterance.strength),
        ("seen", utterance.seen or None),
        ("later", utterance.later or None),
    ):
        if value is not None:
            yield f"{name:<14}{value}"
