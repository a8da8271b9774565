"""`python -m core films`: tables of facts in, a pack of what is known of films out.

With `--sentences` a pack that is there learns what words mean, for the facets of a bundle; with
`--phrases` what people mean by them where films are spoken of; with `--wishes` which films answer
what people wish for.

`python -m core extend`: a trained bundle and such a pack in, a bundle out that can recommend films
that hardly anybody has rated, too.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from core.config import check_options
from core.data.facts import ANSWERS, FILES, MEANINGS, Fact, FilmFacts
from core.data.gathering import SOURCES, gather
from core.data.packing import add_learned, tables_of, write_pack
from core.errors import SettingsError
from core.model.bundle import Bundle
from core.training.answers import learn_answers, read_wishes, recalled
from core.training.extending import ExtensionSettings, extend
from core.training.meanings import SentenceModel, learned, refined


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the pack")
    add("--movies", type=Path, metavar="FILE", help="movies.csv of MovieLens")
    for name, what in (
        ("links", "links.csv of MovieLens"),
        ("omdb", "makers, lengths, countries, words, titles of films"),
        ("wikipedia", "articles, casts and first paragraphs"),
        ("cast", "CSV of title,year,cast"),
        ("oscars", "nominations for Academy Awards"),
        ("ages", "US age ratings"),
        ("references", "remakes, spin-offs, parodies"),
    ):
        add(f"--{name}", type=Path, metavar="FILE", help=what)
    add(
        "--source",
        action="append",
        metavar="TEXT",
        help="where the tables come from and their terms, for the page (several times)",
    )
    add("--sentences", type=Path, metavar="FILE", help="phrases and words to learn, one a line")
    add("--feelings", type=Path, metavar="FILE", help="CSV of low,line: how people say they feel")
    add(
        "--phrases",
        type=Path,
        metavar="FILE",
        help="how people say what they want, and the facets they mean: phrase | facet; facet",
    )
    add(
        "--wishes",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="wishes, and the films that answer them: wish :: Title (year) | Title (year)",
    )
    add("--held", type=Path, metavar="FILE", help="with --wishes: wishes to judge by")
    add("--model", type=Path, metavar="DIR", help="all-MiniLM-L6-v2: what the phrases mean")
    add("--bundle", type=Path, metavar="DIR", help="whose facets they are to lead to")
    add("--skip-bad-rows", action="store_true", help="leave out rows that cannot be read")


def run(arguments: argparse.Namespace) -> int:
    """Writes the pack and says what it knows; returns 0."""
    learns = {"sentences": _learn, "phrases": _refine, "wishes": _answer}
    for option, learn in learns.items():
        if getattr(arguments, option):
            return learn(arguments)
    if not arguments.movies:
        raise SettingsError(
            "A pack is made from --movies, or learns from --sentences, --phrases or --wishes."
        )
    options = vars(arguments)
    paths = {name: options[name] for name in ("movies", "links", *SOURCES) if options[name]}
    gathered = gather(paths, skip=arguments.skip_bad_rows)
    sources = arguments.source or [SOURCES[name] for name in paths if name in SOURCES]
    write_pack(arguments.out, tables_of(gathered), tuple(dict.fromkeys(sources)))
    facts = FilmFacts.open(arguments.out)
    size = _size(arguments.out)
    known = ", ".join(f"{fact.value} {facts.lists[fact].n_filled:,}" for fact in Fact)
    print(f"{len(facts):,} films in {arguments.out}, {size / 2**20:.1f} MiB. Known of: {known}")
    return 0


def _size(folder: Path) -> int:
    """Bytes of the files of a pack."""
    return sum((folder / name).stat().st_size for name in FILES)


def _learn(arguments: argparse.Namespace) -> int:
    """Adds the meanings of words to a pack, and says what they are worth; returns 0."""
    if not (arguments.model and arguments.bundle):
        raise SettingsError("--sentences goes with --model and --bundle.")
    catalogue = Bundle.load(arguments.bundle, FilmFacts.open(arguments.out)).catalogue
    lines = arguments.sentences.read_text(encoding="utf-8").splitlines()
    feelings = []
    if arguments.feelings:
        with arguments.feelings.open(encoding="utf-8", newline="") as file:
            feelings = [(row["low"] == "1", row["line"]) for row in csv.DictReader(file)]
    model = SentenceModel(arguments.model)
    found = learned(model, list(dict.fromkeys(lines)), catalogue, feelings)
    add_learned(arguments.out, MEANINGS, found.table)
    size = (arguments.out / MEANINGS).stat().st_size
    print(
        f"{len(found.table):,} words and facets in {arguments.out / MEANINGS}, "
        f"{size / 2**20:.1f} MiB. Of held-out phrases the nearest facet found is "
        f"{found.agreement:.2f} as near as the nearest there is; {found.accepted:.2f} are near "
        f"enough, {found.right:.2f} of them rightly."
    )
    return 0


def _refine(arguments: argparse.Namespace) -> int:
    """Puts the words of phrases where the facets stand that people mean by them; returns 0."""
    lines = arguments.phrases.read_text(encoding="utf-8").splitlines()
    parted = (line.partition(" | ") for line in lines if " | " in line)
    pairs = [(phrase, [one.strip() for one in facets.split(";")]) for phrase, _, facets in parted]
    table, used = refined(FilmFacts.open(arguments.out).meanings, pairs)
    add_learned(arguments.out, MEANINGS, table)
    print(f"{used:,} of {len(pairs):,} phrases lead to the facets that are meant by them.")
    return 0


def _answer(arguments: argparse.Namespace) -> int:
    """Adds to a pack which films answer which wishes, and says how well; returns 0."""
    if not arguments.bundle:
        raise SettingsError("--wishes goes with --bundle.")
    facts = FilmFacts.open(arguments.out)
    catalogue = Bundle.load(arguments.bundle, facts).catalogue
    wishes = [one for path in arguments.wishes for one in read_wishes(path, catalogue)]
    add_learned(arguments.out, ANSWERS, learn_answers(wishes, facts.of(catalogue)))
    print(f"Learned from {len(wishes):,} wishes and {sum(len(w.rows) for w in wishes):,} films.")
    if arguments.held:
        held = read_wishes(arguments.held, catalogue)
        found = recalled(held, FilmFacts.open(arguments.out).of(catalogue))
        print(f"Of the films named for {len(held):,} others {found:.2f} are among the first nine.")
    return 0


def configure_extend(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `extend`."""
    add = parser.add_argument
    add("--bundle", type=Path, required=True, metavar="DIR", help="folder of a trained bundle")
    add("--facts", type=Path, required=True, metavar="DIR", help="pack of what is known of films")
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the extended bundle")
    films = ExtensionSettings().films
    add("--films", type=int, default=films, metavar="N", help="at most so many more (%(default)s)")


def run_extend(arguments: argparse.Namespace) -> int:
    """Writes the extended bundle and says what it can recommend; returns 0."""
    check_options(arguments, "films", low=1)
    before = Bundle.load(arguments.bundle)
    settings = ExtensionSettings(films=arguments.films)
    after = extend(before, FilmFacts.open(arguments.facts), settings).save(arguments.out)
    count, known = after.catalogue.n_items, before.catalogue.n_items
    print(f"{count:,} films can be recommended, {known:,} before. Version {after.version}.")
    return 0
