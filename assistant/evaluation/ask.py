"""`python -m assistant ask`: how one line is understood, and by which rules.

Also what the commands share: where the catalogue comes from (a bundle, or a MovieLens folder), what
the baselines are fitted on, where figures are written.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from assistant.language.understand import Understanding
from assistant.language.utterance import MovieMention, Span, Utterance
from core.catalogue import Catalogue

DEFAULT_BUNDLE: Final = Path("models/marquee")


def add_catalogue_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--bundle`, `--data` and `--facts`."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--bundle", type=Path, metavar="DIR", help=f"a trained bundle (default: {DEFAULT_BUNDLE})"
    )
    source.add_argument(
        "--data", type=Path, metavar="FOLDER", help="a MovieLens folder instead of a bundle"
    )
    parser.add_argument(
        "--facts", type=Path, metavar="DIR", help="with --data: pack of what is known of films"
    )


def add_baseline_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--train` and `--baselines`."""
    from core.evaluation.baselines import NAMES

    ratings = "MovieLens folder or .zip that the baselines are fitted on"
    parser.add_argument("--train", type=Path, metavar="DIR", help=ratings)
    some = f"some of {','.join(NAMES)} (default: all)"
    parser.add_argument("--baselines", type=_names, default=NAMES, metavar="NAMES", help=some)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def write_figures(path: Path | None, figures: dict[str, Any]) -> None:
    """Writes figures as JSON where a path was given; makes its folder."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        record = json.dumps(figures, indent=2, ensure_ascii=False)
        path.write_text(f"{record}\n", encoding="utf-8")


def open_catalogue(arguments: argparse.Namespace) -> Catalogue:
    """The catalogue that the options name. BundleError or DataError where it cannot be read."""
    if arguments.data is not None:
        from core.data.facts import FilmFacts
        from core.data.reading import read

        facts = None if arguments.facts is None else FilmFacts.open(arguments.facts)
        return read(arguments.data, facts=facts).catalogue
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
    print(*lines_of(utterance, understanding.catalogue, explain=arguments.explain), sep="\n")
    return 0


class Finding(NamedTuple):
    """Something that was found in a line, in words."""

    kind: str
    span: Span
    what: str
    strength: float
    rule: str


def lines_of(utterance: Utterance, catalogue: Catalogue, *, explain: bool = False) -> Iterator[str]:
    """An utterance in lines of text."""
    yield f"act       {utterance.act.value}"
    for kind, span, what, strength, rule in _findings(utterance, catalogue):
        words = utterance.text[span.start : span.end]
        place = f"{kind:<10}{span.start:>4}-{span.end:<4}"
        because = f"   because: {rule}" if explain and rule else ""
        yield f"{place} '{words}' → {what}, {strength:+.2f}{because}"
    for name, value in _settings(utterance).items():
        yield f"{name:<14}{value}"


def _findings(utterance: Utterance, catalogue: Catalogue) -> Iterator[Finding]:
    """Films, what is unclear or unknown, and facets."""
    for film in utterance.movies:
        what = _film(film, catalogue)
        yield Finding("film", film.span, what, film.strength, film.rule)
    for doubt in utterance.ambiguous:
        labels = " or ".join(catalogue.movie(token).label for token in doubt.tokens) + "?"
        yield Finding("unclear", doubt.span, labels, doubt.strength, doubt.rule)
    for unknown in utterance.unknown:
        what, rule = "no film of that name", "looks like a title"
        yield Finding("unknown", unknown.span, what, unknown.strength, rule)
    for facet in utterance.facets:
        hard = " only" if facet.strength > 0 else ", none at all"
        what = catalogue.facet(facet.token).key + (hard if facet.required else "")
        yield Finding("facet", facet.span, what, facet.strength, facet.rule)


def _film(mention: MovieMention, catalogue: Catalogue) -> str:
    """The films of a mention, and in which way they are meant."""
    notes = [catalogue.movie(mention.token).label]
    if mention.similar_only:
        notes.append("as a pattern")
    if mention.seen:
        notes.append("seen")
    notes += [f"and {catalogue.movie(token).label}" for token in mention.also]
    return ", ".join(notes)


def _settings(utterance: Utterance) -> dict[str, object]:
    """What else the line says, by name; what it does not say is left out."""
    values = {
        "years": "-".join(map(str, utterance.years or ())),
        "any year": "year" in utterance.lifted,
        "lesser known": utterance.limit("rank") is not None,
        "well known": "rank" in utterance.lifted,
        "beyond": ", ".join(utterance.beyond),
        "count": utterance.count,
        "picks": utterance.picks,
        "strength": utterance.strengths or utterance.strength,
        "seen": utterance.seen,
        "later": utterance.later,
    }
    numbers = ("count", "strength")  # of which 0 says something
    return {
        name: value
        for name, value in values.items()
        if value or (name in numbers and value is not None)
    }
