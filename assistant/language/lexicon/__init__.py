"""What the conversation knows about words, as data: one file a topic in this folder, read once when
first asked for.

background.csv      how often words are said when no title is meant; counted in
                    half of the ReDial conversations (Li et al. 2018, CC BY 4.0), titles taken out
everyday.txt        ordinary words beyond those, by hand
english.txt         words as they are spelled: no typing errors, and said of other things than films
proper_names.txt    names that are no typing error, and seldom the film that is called so
title_cues.toml     what makes a phrase more or less likely to be a title
title_classes.toml  closed classes of words that these cues are made of
word_classes.toml   closed classes of words that stand in certain places of a sentence
franchises.toml     series that go by one name, and nicknames of films
cues.toml           what says like, hate, seen, want and avoid
constraints.toml    genres, moods, people and years in plain words
places.toml         parts of the world, and countries of which no film is known
measures.toml       of when films are, how long they may run, and for what age, in plain words
acts.toml           what greets, asks for help, thanks, takes back
questions.toml      how facts of films and people are asked for
recent.txt          films of the last years that are better known than their few ratings tell
languages.toml      what people say in other languages, and the English for it
names.txt           people, places and series as written, where tags have them in lower case
"""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final

_UNHEARD: Final = 0.3
"""Count given to a word that was never heard outside of a title."""
_EVERYDAY: Final = 4
"""Count given to an ordinary word that the conversations happen not to hold."""
_WISH: Final = 10
"""Count given to the words of genres and moods."""
_SPELL_FROM: Final = 4
"""Letters from which a word is looked at for typing errors."""
_SPOKEN: Final = 20
"""Times in the background from which a word is one that people say all the time: 520 words."""
_RULED: Final = re.compile(r"[a-z]+")


@cache
def table(name: str) -> dict[str, Any]:
    """A TOML file of this folder."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))


def shortened(word: str) -> list[str]:
    """The word with each letter left out in turn; words of over 24 letters are left alone."""
    if len(word) > 24:
        return []
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def remains_of(words: Iterable[str]) -> dict[str, str]:
    """What is left of each word without one letter, and the word itself → the word; of several that
    leave the same the first in the alphabet.
    """
    return {
        short: word for word in sorted(words, reverse=True) for short in (word, *shortened(word))
    }


def but_for_a_letter(word: str, remains: Mapping[str, str]) -> str:
    """The word that a word is but for a letter left out, added, changed or swapped; itself where
    it is none.
    """
    return next((remains[short] for short in (word, *shortened(word)) if short in remains), word)


@cache
def _written() -> dict[str, str]:
    return {name.lower(): name for name in _lines("names")}


_POLITE: Final = {"mindfuck": "mind-bending"}
"""What is not said in the words of whoever tagged the film."""


def as_written(tag: str) -> str:
    """A tag as people write it, with capitals where it is a name: "tom hanks" becomes "Tom
    Hanks".
    """
    return _POLITE.get(tag) or _written().get(tag.lower(), tag)


def _lines(name: str) -> list[str]:
    lines = (files(__name__) / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def dictionary() -> frozenset[str]:
    """English words, in normal form, plurals and verb forms among them."""
    return frozenset(word for line in _lines("english") for word in line.split())


@cache
def proper_names() -> frozenset[str]:
    """Names of people, places and things that are near a title, in normal form."""
    return frozenset(word for line in _lines("proper_names") for word in line.split())


def word_class(name: str) -> frozenset[str]:
    """The words (and phrases) of a class of word_classes.toml, in normal form."""
    return _class("word_classes", name)


def title_class(name: str) -> frozenset[str]:
    """The same of title_classes.toml: what says whether a phrase is meant as a title."""
    return _class("title_classes", name)


def _class(file: str, name: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in table(file)[name].split())


def recent_films() -> frozenset[str]:
    """Labels of the films in recent.txt."""
    return frozenset(_lines("recent"))


def full_names() -> list[str]:
    """The names of names.txt that have several words."""
    return [name for name in _written().values() if " " in name]


class Background:
    """How surprising words are in sentences about films, titles aside."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self.total = sum(counts.values())
        self._surprise = {word: -math.log(count / self.total) for word, count in counts.items()}
        self.unheard = -math.log(_UNHEARD / self.total)

    def is_common(self, word: str) -> bool:
        """Whether it is a word that sentences are made of."""
        return word in self._surprise

    def is_spoken(self, word: str) -> bool:
        """Whether it was heard, and is not only known as an ordinary word."""
        return self.counts.get(word, 0) > _EVERYDAY

    def nearly(self, word: str) -> bool:
        """Whether a word looks like a common one with a typing error: a letter left out, added,
        changed or swapped.
        """
        return len(word) >= _SPELL_FROM and any(
            short in self._shortened for short in (word, *shortened(word))
        )

    @cached_property
    def _shortened(self) -> frozenset[str]:
        common = [word for word in self._surprise if len(word) >= _SPELL_FROM]
        return frozenset(short for word in common for short in (word, *shortened(word)))

    def of_word(self, word: str) -> float:
        """−log probability of a word, in nats."""
        return self._surprise.get(word, self.unheard)


@cache
def background() -> Background:
    """The background that ships."""
    path = files(__name__) / "background.csv"
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines()[1:])
    counts = {phrase: int(count) for phrase, count in rows}
    for line in _lines("everyday"):
        for word in line.split():
            for part in word.split("_"):
                _count_at_least(counts, part, _EVERYDAY)
    wishes = table("constraints")
    groups = (wishes["moods"], wishes["comparatives"], wishes["pairs"])
    for name in chain(*wishes["genres"].values(), *groups):
        _count_at_least(counts, name.replace("-", " ").lower(), _WISH)
    return Background(counts)


@cache
def heard_words() -> frozenset[str]:
    """Words that some rule reads, or that talk of films is full of, in normal form.

    What any other word says cannot have been understood.
    """
    names = ("word_classes", "cues", "constraints", "measures", "acts", "idioms", "franchises")
    texts = ((files(__name__) / f"{name}.toml").read_text(encoding="utf-8") for name in names)
    ruled = (_RULED.findall(text.lower().replace("'", "").replace("’", "")) for text in texts)
    spoken = (word for word, count in background().counts.items() if count >= _SPOKEN)
    return frozenset(chain(chain.from_iterable(ruled), spoken))


def _count_at_least(counts: dict[str, int], phrase: str, least: int) -> None:
    """Counts a word as heard so often; phrases are not looked up."""
    if " " not in phrase:
        counts[phrase] = max(counts.get(phrase, 0), least)


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of a class of questions.toml."""
    words = table("questions")["classes"][name].split()
    return frozenset(word.replace("_", " ") if len(word) > 1 else word for word in words)


@cache
def plain_words() -> frozenset[str]:
    """Words that questions are made of, which no fact is called by."""
    known = table("questions")["classes"]
    return frozenset(word for words in known.values() for word in words.split())


_GENRE_FROM: Final = 4
"""Letters from which the name of a genre is looked at for typing errors."""


@cache
def genre_words() -> tuple[frozenset[str], dict[str, str]]:
    """The words that genres are called by, and what is left of them without one letter → the
    word.
    """
    names = table("constraints")["genres"]
    known = {phrase for written in names.values() for phrase in written if phrase.isalpha()}
    return frozenset(known), remains_of(word for word in known if len(word) >= _GENRE_FROM)


@lru_cache(maxsize=4096)
def as_genre_word(word: str) -> str:
    """The name of a genre that a word is but for a typing error ("thriler", "horrer"); the word
    where it is none.
    """
    known, remains = genre_words()
    too_short = len(word) < _GENRE_FROM or not word.isalpha()
    if too_short or word in known or background().is_common(word) or word in dictionary():
        return word
    if len(word) == _GENRE_FROM:  # so short a word must be right but for a letter left out
        return remains.get(word, word)
    return but_for_a_letter(word, remains)
