"""Fitting what the words of lines do: `python -m assistant train-roles`.

Labelled lines come from three kinds of files:

    roles/*.txt   "nah, {these}- are too [silly]- || complain wish": [words] say how films are, <a
                  title>, {words} point at films shown; behind each its direction (`Direction` has
                  the signs), and at the end of the line what it does ("ask:length": and of what)
    *.txt         one line each: "nothing with {x} in it | x -"; a slot begins with f or s for a
                  film, with any other letter for a genre, a tag or a person; of the rest of such a
                  line nothing is known
    *.txt         without labels: words that describe films stand in brackets, [wanted] or
                  {not wanted}

Many more lines are labelled by the model that is taught by these (`core.training.tagging`): the
same lines with other descriptions in them, and what people said in recorded conversations. Lines
with titles are learned twice: with one sign for each title, as they are read once the titles are
known, and with the titles written out, by which these are found.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from pathlib import Path
from random import Random
from typing import Final

from assistant.evaluation.ask import add_catalogue_options, open_catalogue
from assistant.language.meaning.roles import FILM, FITTED, LABELS, POINTS, TALK, WORDS, Direction
from assistant.language.understand import Understanding
from assistant.language.words import words
from core.catalogue import Catalogue
from core.data.dialogs import Rendering, read_dialogs
from core.data.ratings import fold_of
from core.errors import DataError
from core.model.tagger import NAME, Tags, WordTagger
from core.training.tagging import TaggedLine

_MARKED: Final = re.compile(
    r"\[(?P<W>[^\[\]]+)\](?P<w>[-+0])|<(?P<F>[^<>]+)>(?P<f>[-+k0])|\{(?P<R>[^{}]+)\}(?P<r>[-+k0])"
)
_BRACKETS: Final = re.compile(r"\[(?P<wanted>[^\]]*)\]|\{(?P<spared>[^}]*)\}")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_LONGEST: Final = 300
"""Characters of a line that is looked at."""
_ACTS: Final = " || "
_OF: Final = ":"
"""Between "ask" and what is asked of."""
_LABELS: Final = " | "
_OLDER: Final = {"o": "0", "n": "0", "p": "0"}
"""Signs of older files."""
_ANY: Final = frozenset[str]()
_NO_TITLE: Final = frozenset(role for role in LABELS.roles if role[0] != FILM)
_TALKS: Final = frozenset((TALK,))
_NO_DESCRIPTION: Final = frozenset(role for role in LABELS.roles if role[0] != WORDS)
_FILLED: Final = 2
"""Times that a template is filled with names."""


Called = Callable[[str], str]
"""What is written in place of a title."""


def _masked(_: str) -> str:
    return NAME


def marked(line: str, called: Called = _masked) -> TaggedLine:
    """A line of roles/*.txt. DataError for one without acts, or with one that is none."""
    text, parting, told = line.replace("\\n", "\n").rpartition(_ACTS)
    acts = frozenset(one for act in told.split() for one in {act, act.partition(_OF)[0]})
    if not parting or not acts or acts - set(LABELS.acts):
        raise DataError(f"a labelled line ends with {_ACTS!r} and what it does: {line!r}.")
    parts = [(*match.span(), *_mark(match, called)) for match in _MARKED.finditer(text)]
    return TaggedLine(*_assembled(text, parts), _TALKS, acts)


def _mark(match: re.Match[str], called: Called) -> tuple[str, str]:
    """What a mark says, and its role."""
    kind = str(match.lastgroup).upper()
    said = called(match[kind]) if kind == FILM else match[kind]
    return said, f"{kind}{match[kind.lower()]}"


Spans = tuple[tuple[int, int, str], ...]


def _assembled(text: str, parts: Iterable[tuple[int, int, str, str]]) -> tuple[str, Spans]:
    """A text with something said in place of some of its parts, in order, and where these stand
    then with their roles; "" for none.
    """
    pieces, spans, at, length = list[str](), list[tuple[int, int, str]](), 0, 0
    for start, end, said, role in parts:
        length += start - at
        if role:
            spans.append((length, length + len(said), role))
        length += len(said)
        pieces += [text[at:start], said]
        at = end
    return "".join([*pieces, text[at:]]), tuple(spans)


def bracketed(line: str) -> TaggedLine:
    """A line whose descriptions stand in brackets."""
    parts = [
        (*match.span(), match["wanted"] or match["spared"] or "", "W+" if match["wanted"] else "W-")
        for match in _BRACKETS.finditer(line)
    ]
    return TaggedLine(*_assembled(line, parts), _NO_DESCRIPTION, None)


def filled(
    line: str, names: Sequence[str], rng: Random, called: Called = _masked
) -> TaggedLine | None:
    """A template with names in its slots; None for one of years."""
    text, _, told = line.replace("\\n", "\n").rpartition(_LABELS)
    if re.search(r"\{(?:year|decade)", text):
        return None
    ways = dict(label.split(" ") for label in told.split(", "))
    parts = [
        (*match.span(), said, _role(ways.get(match[1], ""), is_film=is_film))
        for match in _SLOT.finditer(text)
        for is_film in [match[1][0] in "fs"]
        for said in [called("") if is_film else rng.choice(names)]
    ]
    return TaggedLine(*_assembled(text, parts), _ANY, None, _FILLED**-0.5)


def _role(sign: str, *, is_film: bool) -> str:
    sign = _OLDER.get(sign, sign)
    if not sign:
        return ""
    if is_film:
        return f"{FILM}{sign}"
    return f"{WORDS}{'-' if sign == Direction.KNOWN.value else sign}"


def read_labelled(
    paths: Iterable[Path], names: Sequence[str], called: Called | None = None, seed: int = 0
) -> list[TaggedLine]:
    """The lines of files, or of all files of folders; where titles are to be learned, `called`
    gives some, and lines with titles come with these besides.
    """
    rng, found = Random(seed), list[TaggedLine]()
    for line in _lines_of(paths):
        if _ACTS in line:
            found.append(marked(line))
            found += _written_out(line, called)
        elif _LABELS in line:
            ways = [_masked, *filter(None, [called])]
            each = (filled(line, names, rng, way) for way in ways for _ in range(_FILLED))
            found += filter(None, each)
        else:
            found.append(bracketed(line))
    return found


def _written_out(line: str, called: Called | None) -> Iterator[TaggedLine]:
    """A marked line with its titles, or with others."""
    if called is not None and any(match["F"] for match in _MARKED.finditer(line)):
        yield marked(line, called)


def any_title(catalogue: Catalogue, seed: int = 0) -> Called:
    """What calls a film as it is called, or by any title of a catalogue, better known ones more
    often; in small letters where what it replaces is.
    """
    rng, titles = Random(seed), [movie.title for movie in catalogue.movies]
    weights = list(accumulate((catalogue.n_ratings.astype(float) + 1) ** 0.5))

    def called(said: str) -> str:
        if said and rng.random() < _OWN:
            return said
        title = rng.choices(titles, cum_weights=weights)[0]
        return title.lower() if said == said.lower() else title

    return called


def _files_of(path: Path) -> list[Path]:
    return sorted(path.glob("*.txt")) if path.is_dir() else [path]


def _lines_of(paths: Iterable[Path]) -> Iterator[str]:
    """The lines of files, or of all files of folders, but for empty ones."""
    for file in (file for path in paths for file in _files_of(path)):
        lines = file.read_text(encoding="utf-8").splitlines()
        yield from (line.strip() for line in lines if line.strip())


_SIGNS: Final = {"likes": "+", "dislikes": "-", "seen": "k"}
_KINDS: Final = {"genres_like": "+", "tags_like": "+", "people_like": "+"} | {
    "genres_avoid": "-",
    "tags_avoid": "-",
    "people_avoid": "-",
}
_POINTING: Final = ("the first one", "the second", "that one", "it", "the last one", "this one")
_POINTS: Final = 0.3
"""Share of lines with one film that are told of a film on the table as well."""


def of_rows(path: Path, understanding: Understanding, seed: int = 0) -> Iterator[TaggedLine]:
    """Labelled lines, a row of JSON each: the films and the kinds of films that they want, don't
    want or know.
    """
    rng = Random(seed)
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        text, expect = str(row["text"]), row["expect"]
        utterance = understanding.understand(text)
        if row.get("context") or utterance.text != text:
            continue
        films, kinds = _signs(expect, _SIGNS), _signs(expect, _KINDS)
        catalogue = understanding.catalogue
        named = [
            (*one.span, films.get(catalogue.movie(one.token).label, "")) for one in utterance.movies
        ]
        told = [
            (*one.span, kinds.get(catalogue.facet(one.token).name, "")) for one in utterance.facets
        ]
        if any(sign for _, _, sign in (*named, *told)):
            yield _with_titles(text, named, told)
            yield _with_titles(text, named, told, str)
            if len(named) == 1 and rng.random() < _POINTS:
                yield _with_titles(text, named, told, lambda _: rng.choice(_POINTING), POINTS)


def _signs(expect: Mapping[str, Sequence[str]], keys: Mapping[str, str]) -> dict[str, str]:
    """The signs of names, by the lists that they stand in."""
    return {name: sign for key, sign in keys.items() for name in expect.get(key, ())}


def _with_titles(
    text: str,
    films: Sequence[tuple[int, int, str]],
    kinds: Sequence[tuple[int, int, str]] = (),
    called: Called = _masked,
    role: str = FILM,
) -> TaggedLine:
    """A line with something in place of its titles; those without a sign may have any direction."""
    titles = [(a, b, called(text[a:b]), f"{role}{sign}") for a, b, sign in films]
    named = [(a, b, text[a:b], sign and f"{WORDS}{sign}") for a, b, sign in kinds]
    parts, last = list[tuple[int, int, str, str]](), 0
    for part in sorted([*titles, *named]):
        if part[0] >= last:
            parts.append(part)
            last = part[1]
    return TaggedLine(*_assembled(text, parts), _ANY, None)


def is_read(conversation: str) -> bool:
    """Whether titles are learned from a conversation: from half of them, lest titles outweigh all
    else.
    """
    return fold_of(conversation, 2, "titles") > 0


def of_dialogs(folder: Path, catalogue: Catalogue) -> Iterator[TaggedLine]:
    """What the seekers of the development half of recorded conversations said of films that they
    like or don't like, and where anybody there names a film.
    """
    for message in read_dialogs(folder, catalogue, held_out=False):
        text, ranges = message.render(Rendering.WITH_YEAR)
        signs = [{True: "+", False: "-", None: ""}[film.liked] for film in message.films]
        films = [(*span, sign) for span, sign in zip(ranges, signs, strict=True)]
        if message.by_seeker and any(signs):
            yield _with_titles(text, films)
        for rendering in (Rendering.TITLE, Rendering.LOWER) * is_read(message.conversation):
            text, ranges = message.render(rendering)
            line = _with_titles(text, [(*span, "") for span in ranges], called=str)
            yield replace(line, rest=_NO_TITLE)


# ---- lines that nobody labelled

_TWO: Final = 0.2
_SMALL: Final = 0.35
_TYPO: Final = 0.45
"""Below which a random number makes two lines one, drops capitals and apostrophes, and a letter."""
_OWN, _CALLED = 0.45, 0.7
"""Below which a description becomes that of another line, or the name of a facet."""
_POINTS_ELSE: Final = 0.3


def varied(
    lines: Sequence[str], names: Sequence[str], called: Called, count: int, seed: int = 0
) -> list[str]:
    """Marked lines with their descriptions exchanged, half of them with other titles, joined in
    twos, and with slips of the pen.
    """
    rng = Random(seed)
    found = [match for line in lines for match in _MARKED.finditer(line)]
    said = [match["W"] for match in found if match["W"]]
    pointing = [match["R"] for match in found if match["R"]]

    def one() -> str:
        way = rng.choice((_masked, called))

        def exchanged(match: re.Match[str]) -> str:
            return way(match["F"]) if match["F"] else _exchanged(match, said, pointing, names, rng)

        return _MARKED.sub(exchanged, rng.choice(lines))

    texts = dict[str, None]()
    while len(texts) < count:
        texts[_slipped(one(), one, rng)] = None
    return list(texts)


def _exchanged(
    match: re.Match[str],
    said: Sequence[str],
    pointing: Sequence[str],
    names: Sequence[str],
    rng: Random,
) -> str:
    """What stands in place of a mark that is no title."""
    chance = rng.random()
    if match["R"]:
        return rng.choice(pointing) if chance < _POINTS_ELSE else match["R"]
    if chance < _OWN:
        return rng.choice(said)
    return rng.choice(names) if chance < _CALLED else match["W"]


def _slipped(text: str, another: Callable[[], str], rng: Random) -> str:
    """A line as it is, joined with another, in small letters, or with a letter left out."""
    chance = rng.random()
    if chance < _TWO:
        return f"{text}{rng.choice(['. ', ' ', ', ', ' but ', ' and '])}{another()}"
    if chance < _SMALL:
        return text.lower().replace("'", "")
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :] if chance < _TYPO else text


def as_marked(line: str) -> str:
    """A line with brackets as a marked one."""
    ways = {True: r"[\g<wanted>]+", False: r"[\g<spared>]-"}
    return _BRACKETS.sub(lambda match: match.expand(ways[match["wanted"] is not None]), line)


def said_in_dialogs(folder: Path, catalogue: Catalogue) -> Iterator[str]:
    """What people said in the development half of recorded conversations."""
    for message in read_dialogs(folder, catalogue, held_out=False):
        yield _with_names(*message.render(Rendering.WITH_YEAR))
        if is_read(message.conversation):
            yield message.render(Rendering.LOWER)[0]


def said_in_lines(path: Path, understanding: Understanding) -> Iterator[str]:
    """The texts of labelled lines, a row of JSON each, with their titles as NAME."""
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        text = str(row["text"])
        found = words(text)
        links = understanding.linker.link(text, found)
        yield _with_names(
            text, [(found[link.first].start, found[link.last - 1].end) for link in links]
        )


def _with_names(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(ranges, reverse=True):
        text = f"{text[:start]}{NAME}{text[end:]}"
    return " ".join(text.split())


# ---- how good it is


def judge(tagger: WordTagger, lines: Sequence[TaggedLine]) -> dict[str, object]:
    """Figures on labelled lines that it was not fitted to: which words describe films, which way
    the labelled words are meant, and what the lines do.
    """
    counts = Counter[str]()
    for line in lines:
        tags = tagger.tags(line.text)
        counts.update(chain(_of_words(line, tags), _of_ways(line, tags), _of_acts(line, tags)))
    both = counts["words True True"]
    found, meant = both + counts["words False True"], both + counts["words True False"]
    return {
        "lines": len(lines),
        "words": {
            "precision": round(both / max(1, found), 3),
            "recall": round(both / max(1, meant), 3),
        },
        "directions": {key: count for key, count in sorted(counts.items()) if key[1] == " "},
        "acts": {act: _both(counts, act) for act in LABELS.acts},
    }


def _of_words(line: TaggedLine, tags: Tags) -> Iterator[str]:
    """Whether each word says how films are, and whether it is taken to."""
    best = tags.roles.argmax(axis=1)
    for token, place in zip(tags.tokens, best, strict=True):
        role = next((r for a, b, r in line.spans if a < token.end and token.start < b), TALK)
        yield f"words {role[0] == WORDS} {LABELS.roles[place][0] == WORDS}"


def _of_ways(line: TaggedLine, tags: Tags) -> Iterator[str]:
    """Whether each labelled span has the right direction, by what it is known to be."""
    for start, end, role in line.spans:
        places = [at for at, one in enumerate(tags.tokens) if start < one.end <= end]
        kind = [at for at, one in enumerate(LABELS.roles) if one[0] == role[0]]
        got = LABELS.roles[kind[int(tags.roles[places][:, kind].mean(axis=0).argmax())]]
        yield f"{role[0]} {'right' if got == role else 'wrong'}"
        if {got[1], role[1]} == {"+", "-"}:
            yield f"{role[0]} inverted"


def _of_acts(line: TaggedLine, tags: Tags) -> Iterator[str]:
    """Whether the line does each act, and whether it is taken to."""
    if line.acts is not None:
        yield from (f"{act} {act in line.acts} {tags.acts[act] > _HALF}" for act in LABELS.acts)


_HALF: Final = 0.5


def _both(counts: Mapping[str, int], act: str) -> str:
    found, missed = counts[f"{act} True True"], counts[f"{act} True False"]
    return f"{found} of {found + missed}, {counts[f'{act} False True']} more"


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m assistant train-roles`."""
    add = parser.add_argument
    add("files", type=Path, nargs="+", metavar="FILE", help="labelled lines, or folders of them")
    add("--without", nargs="*", default=(), metavar="NAME", help="files that are only judged")
    model = "a model of sentences: vocab.txt and model.safetensors"
    add("--sentences", type=Path, required=True, metavar="DIR", help=model)
    dialogs = "ReDial conversations, of which the development half is read"
    add("--dialogs", type=Path, metavar="DIR", help=dialogs)
    add(
        "--rows", type=Path, metavar="FILE", help="lines as `python -m assistant evaluate` has them"
    )
    add("--varied", type=int, default=16_000, metavar="N", help="variants of lines that are made")
    add("--closed", type=Path, metavar="FILE", help="labelled lines to judge the result on")
    add("--out", type=Path, default=FITTED, metavar="FILE", help="the weights")
    add_catalogue_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Fits the tagger and writes it; 0 on success."""
    from core.training.meanings import SentenceModel
    from core.training.tagging import TaggingSettings, learn_tagger

    catalogue = open_catalogue(arguments)
    names = [facet.name for facet in catalogue.facets]
    files = [file for path in arguments.files for file in _files_of(path)]
    learned = [file for file in files if file.stem not in arguments.without]
    called = any_title(catalogue)
    lines = [*read_labelled(learned, names, called), *_of_others(arguments, catalogue)]
    texts = _unlabelled(arguments, learned, names, called, catalogue)
    print(f"{len(lines)} labelled lines, {len(texts)} others")
    sentences = SentenceModel(arguments.sentences)
    tagger = learn_tagger(lines, texts, sentences, LABELS, TaggingSettings())
    tagger.save(arguments.out)
    tagger = WordTagger.load(arguments.out)
    held = [file for file in files if file not in learned]
    for path in [*held, *filter(None, [arguments.closed])]:
        print(path.stem, json.dumps(judge(tagger, read_labelled([path], names)), indent=1))
    return 0


_OTHERS: Final = 2_500
"""Lines of other files that are learned from: they are simpler than those of talks."""


def _of_others(arguments: argparse.Namespace, catalogue: Catalogue) -> list[TaggedLine]:
    """Lines that were labelled for something else."""
    found = list[TaggedLine]()
    if arguments.rows is not None:
        found += of_rows(arguments.rows, Understanding(catalogue))
    if arguments.dialogs is not None:
        found += of_dialogs(arguments.dialogs, catalogue)
    found = [line for line in found if len(line.text) <= _LONGEST]
    return Random(0).sample(found, min(_OTHERS, len(found)))


def _unlabelled(
    arguments: argparse.Namespace,
    learned: Sequence[Path],
    names: Sequence[str],
    called: Called,
    catalogue: Catalogue,
) -> list[str]:
    """Lines that the model of sentences labels."""
    said = [line for line in _lines_of(learned) if _LABELS not in line]
    marks = [line.rpartition(_ACTS)[0] if _ACTS in line else as_marked(line) for line in said]
    texts = varied(marks, names, called, arguments.varied)
    if arguments.dialogs is not None:
        texts += said_in_dialogs(arguments.dialogs, catalogue)
    if arguments.rows is not None:
        texts += said_in_lines(arguments.rows, Understanding(catalogue))
    return [text for text in dict.fromkeys(texts) if text and len(text) <= _LONGEST]
