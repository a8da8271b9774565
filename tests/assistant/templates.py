"""Sentences made of templates and of names drawn from the shipped catalogue, and what they say.

A template names its slots and how each of them is meant:

    +  wanted or liked          -  kept away or disliked
    o  no requirement at all    p  not kept away    n  not wanted

A year is meant as "since", "after", "until" or "before" it. The templates of templates_closed.txt
are kept apart: rules are not made to fit them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from assistant.language.understand import Understanding
from assistant.language.utterance import Utterance

DATA: Final = Path(__file__).parents[1] / "data"
OPEN, CLOSED = DATA / "templates.txt", DATA / "templates_closed.txt"

_GENRES: Final = (
    "horror:horror movies:a horror movie", "western:westerns:a western",
    "comedy:comedies:a comedy", "musical:musicals:a musical", "war:war movies:a war film",
    "romance:romance:a romance", "sci-fi:sci-fi:a sci-fi film", "drama:dramas:a drama",
    "thriller:thrillers:a thriller", "animated:animation:an animated film",
    "crime:crime films:a crime film", "fantasy:fantasy:a fantasy film",
    "documentary:documentaries:a documentary", "action:action movies:an action movie",
    "mystery:mysteries:a mystery", "noir:film noir:a film noir",
)  # fmt: skip
_TAGS: Final = (
    "zombies", "vampires", "superheroes", "violence", "gore", "nudity", "aliens", "robots",
    "dinosaurs", "magic", "ghosts", "time travel", "serial killers",
)  # fmt: skip
_MOODS: Final = (
    "dark", "depressing", "violent", "gory", "weird", "sad", "bleak", "scary", "silly", "cheesy",
    "romantic", "surreal", "gritty",
)  # fmt: skip
_LANGUAGES: Final = ("French", "Korean", "Japanese", "Italian", "German", "Spanish", "Danish")
_DECADES: Final = {
    f"{year % 100 or year}s": (year, year + 9) for year in (1930, 1950, 1960, 1970, 1980, 1990)
}
_SLOT: Final = re.compile(r"\{(\w+)\}")


class Template(NamedTuple):
    """A sentence with slots, and how the name in each slot is meant."""

    text: str
    meant: Mapping[str, str]


class Sentence(NamedTuple):
    """A template with its slots filled."""

    template: Template
    text: str
    names: Mapping[str, str]


def templates(path: Path) -> list[Template]:
    """The templates of a file, one a line: text | slot meaning, slot meaning."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text, _, meant = line.rpartition(" | ")
        pairs = (part.rsplit(" ", 1) if " s" not in part else part.split(" ", 1)
                 for part in meant.split(", "))  # fmt: skip
        found.append(Template(text.replace("\\n", "\n"), dict(map(tuple, pairs))))
    return found


class Fillers:
    """Names of a catalogue that are sure to be recognised, for the slots of templates."""

    def __init__(self, understanding: Understanding, most: int = 120) -> None:
        self._understanding = understanding
        catalogue = understanding.catalogue
        self._films = [
            movie.title
            for movie in catalogue.movies[: 4 * most]
            if " " in movie.title and self._is_sure(movie.title)
        ][:most]
        people = [facet.name for facet in catalogue.facets if facet.kind == "person"]
        self._people = [name for name in people if len(self._facets(f"with {name}")) == 1][:most]

    def sentences(self, template: Template, number: int) -> Iterator[Sentence]:
        """So many sentences of a template, always the same."""
        chance = random.Random(template.text)
        slots = _SLOT.findall(template.text)
        for _ in range(number):
            names: dict[str, str] = {}
            genres = chance.sample(_GENRES, 3)
            for slot in slots:
                pool = [name for name in self._pool(slot, genres) if name not in names.values()]
                names[slot] = chance.choice(pool)
            text = _SLOT.sub(lambda match, names=names: names[match[1]], template.text)
            yield Sentence(template, text, names)

    def _pool(self, slot: str, genres: Sequence[str]) -> Sequence[str]:
        kind, number = slot.rstrip("0123456789"), int(slot[-1]) - 1 if slot[-1].isdigit() else 0
        if kind in ("genre", "genres", "a_genre"):
            return [genres[number].split(":")[("genre", "genres", "a_genre").index(kind)]]
        pools = {
            "film": self._films, "person": self._people, "tag": _TAGS, "mood": _MOODS,
            "lang": _LANGUAGES, "decade": tuple(_DECADES),
            "year": tuple(str(year) for year in range(1955, 2016, 3)),
        }  # fmt: skip
        return pools[kind]

    def _is_sure(self, title: str) -> bool:
        utterance = self._understanding.understand(f"I loved {title}")
        said = len(utterance.movies) == 1 and not utterance.facets
        return said and not utterance.movies[0].also and not utterance.unknown

    def _facets(self, text: str) -> tuple[int, ...]:
        return tuple(mention.token for mention in self._understanding.understand(text).facets)

    def verdict(self, sentence: Sentence) -> str:
        """ "right", or what is worst: "inverted", "required" (wrongly), "missed"."""
        utterance = self._understanding.understand(sentence.text)
        verdicts = {
            self._of_slot(utterance, slot, sentence.names[slot], meaning)
            for slot, meaning in sentence.template.meant.items()
        }
        return next((one for one in ("inverted", "required", "missed") if one in verdicts), "right")

    def _of_slot(self, utterance: Utterance, slot: str, name: str, meaning: str) -> str:
        kind = slot.rstrip("0123456789")
        if kind in ("year", "decade"):
            return _of_years(utterance.years, kind, name, meaning)
        sign, required = self._sign(utterance, kind, name)
        if meaning in "+-":
            wanted = 1 if meaning == "+" else -1
            return "right" if sign == wanted else "inverted" if sign == -wanted else "missed"
        if meaning == "n":
            return "right" if sign <= 0 else "inverted"
        if sign < 0:
            return "inverted"
        return "required" if meaning == "o" and required else "right"

    def _sign(self, utterance: Utterance, kind: str, name: str) -> tuple[int, bool]:
        catalogue = self._understanding.catalogue
        if kind == "film":
            signs = [
                (movie.strength, False)
                for movie in utterance.movies
                if catalogue.movie(movie.token).title == name and not movie.idle
            ]
        else:
            tokens = _tokens_of(self._understanding, kind, name)
            signs = [
                (facet.strength, facet.required)
                for facet in utterance.facets
                if facet.token in tokens
            ]
        if not signs:
            return 0, False
        strength, required = signs[0]
        return (strength > 0.05) - (strength < -0.05), required


_KNOWN: dict[tuple[int, str], frozenset[int]] = {}


def _tokens_of(understanding: Understanding, kind: str, name: str) -> frozenset[int]:
    """The facets that a name stands for, as a plain wish has them."""
    key = (id(understanding), name)
    if key not in _KNOWN:
        plain = {"tag": f"about {name}", "person": f"with {name}", "lang": f"a {name} film"}
        said = understanding.understand(plain.get(kind, f"something {name}"))
        _KNOWN[key] = frozenset(mention.token for mention in said.facets)
    return _KNOWN[key]


def _of_years(years: tuple[int, int] | None, kind: str, name: str, meaning: str) -> str:
    if kind == "decade":
        decade = _DECADES[name]
        inside = years is not None and years[0] <= decade[0] and decade[1] <= years[1]
        if meaning == "+":
            return "right" if years == decade else "missed"
        if meaning == "o":
            return "right" if years is None else "required"
        return "inverted" if inside else "right"  # one span cannot leave out a decade
    year = int(name)
    if years is None:
        return "missed"
    newest = years[1] >= 2019
    right = {
        "since": years[0] == year and newest, "after": years[0] == year + 1 and newest,
        "until": years[1] == year and years[0] < 1900,
        "before": years[1] == year - 1 and years[0] < 1900,
    }  # fmt: skip
    turned = years[0] < 1900 if meaning in ("since", "after") else newest
    return "right" if right[meaning] else "inverted" if turned else "missed"


def tally(
    fillers: Fillers, path: Path, number: int
) -> tuple[Counter[str], list[tuple[str, Sentence]]]:
    """How many sentences of a file's templates came out how, and those that are not right."""
    counts: Counter[str] = Counter()
    wrong = []
    for template in templates(path):
        for sentence in fillers.sentences(template, number):
            verdict = fillers.verdict(sentence)
            optional = "o" in template.meant.values()
            counts[verdict] += 1
            counts["optional right" if verdict == "right" else "optional wrong"] += optional
            if verdict != "right":
                wrong.append((verdict, sentence))
    return counts, wrong
