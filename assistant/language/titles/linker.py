"""Which films a sentence names.

Every written form found in the sentence gets points, in nats of log-odds: how well known the film
is, how surprising its words would be if no film were meant, and cues around it (quotes, capitals, a
year, "the movie ...", other titles beside it). The set of non-overlapping forms with the most
points is taken. Forms with typing errors compete in the same way, each error costing points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from assistant.language.lexicon import background, dictionary, proper_names, table
from assistant.language.meaning.tastes import cue_book
from assistant.language.titles.features import (
    IDLE,
    Weights,
    before_and_after,
    evidence,
    is_marked,
    said_idly,
    said_of_others,
)
from assistant.language.titles.grammar import SAID_ALONE, is_subject, stands_out
from assistant.language.titles.index import Form, FormKind, Match, TitleIndex, uncollected
from assistant.language.titles.links import (
    Candidate,
    Link,
    beside_exact,
    best_set,
    meant,
    nearest,
    year_after,
    year_before,
)
from assistant.language.titles.neighbours import (
    Makers,
    with_articles,
    with_beginnings,
    with_neighbours,
    with_versions,
)
from assistant.language.titles.sentence import Sentence, capitals_of
from assistant.language.titles.spelling import TypingErrors
from assistant.language.words import NUMBER_WORDS, Word, normal, taken_by

_UNRATED: Final = 0.1
"""Ratings that a film nobody rated counts as having."""
_RATED_FOR: Final = 28
"""Years over which MovieLens has collected ratings (1996 to 2023)."""
_FAME: Final = 4.0
"""Most that the ratings of a new film are multiplied by."""
_POOL: Final = 100_000.0
"""Fewest ratings that a film's share is taken of: in a handful of films none is famous for being
one of few."""
_WORTH_TELLING: Final = -2.0
"""Points below which nothing makes a title of a span any more, so that nobody asks why."""
_FAMOUS: Final = 20
"""Ratings from which words that are a title tell nothing of what else is talked of."""
_SHORTEST: Final = 3
"""Letters below which the title of a film that hardly anybody knows is rather something else."""
_KNOWN: Final = 3
"""Ratings from which a film goes by a title of two letters."""
_REMEMBERED: Final = 8192
"""Written forms of which it is kept how well the best of their films is known."""
_ONE_PIECE: Final = re.compile(r"[^\W_]+(?: [^\W_]+)*\Z")
"""A title without a mark."""
_LETTERS: Final = 14
"""Letters up to which each one makes it less likely that a word is near a title by chance."""
_WEAK: Final = 6.0
"""Points below which a word that is a title by itself is still looked at for a mistyped longer
one."""


class TitleLinker:
    """Finds the films of a catalogue in sentences."""

    @uncollected()
    def __init__(self, index: TitleIndex) -> None:
        self.index = index
        self._errors = TypingErrors(index)
        self._makers = Makers(index.catalogue)
        self.weights = Weights()
        self._of_kind = [self.weights.kind[kind.name.lower()] for kind in FormKind]
        self._heard = background()
        self._cues = cue_book()
        self._series_nouns = frozenset(table("franchises")["nouns"]["after"])
        self._years: list[int] = index.catalogue.years.tolist()
        counts = index.renown
        total = math.log(max(float(counts.sum()), _POOL))
        newest = max(self._years, default=0)
        self._fame = [
            math.log(count * _time_to_be_rated(year, newest) + _UNRATED) - total
            for count, year in zip(counts.tolist(), self._years, strict=True)
        ]

        self._best_fame = lru_cache(maxsize=_REMEMBERED)(
            lambda key: max(self._fame[form.row] for form in index.forms(key))
        )

    def link(
        self, text: str, words: Sequence[Word], *, shown: frozenset[int] = frozenset()
    ) -> list[Link]:
        """Films named in a text, in order, without overlap; `shown` are rows on the table, more
        likely to be meant.
        """
        matches = self.index.find(words)
        filled = self.index.fills(matches, len(words), _FAMOUS)
        named = [
            (match.first, match.last) for match in matches if filled or self._may_well_be(match)
        ]
        sentence = Sentence.of(text, words, self._heard, self.weights.idiom, named)
        on_table = shown and all(
            word.text != "it" for word in words
        )  # "hated it" is said of any film
        matches = [match for match in matches if on_table or self._may_be_meant(sentence, match)]
        written = {(match.first, match.last) for match in matches}
        matches = [
            *matches,
            *(
                match
                for match in self._errors.glued(words)
                if (match.first, match.last) not in written
            ),
        ]
        exact = with_articles(
            [self.score(sentence, match, shown) for match in matches], words, self.index.renown
        )
        exact = with_beginnings(exact, self.index.renown)
        chosen = best_set(exact, len(words))
        sure = [
            (link.first, link.last)
            for link in chosen
            if link.last - link.first > 1 or link.score >= _WEAK
        ]
        taken = taken_by(sure, len(words))
        mistyped = self._errors.find(text, words, taken, self._cues)
        typed = [
            self.score(sentence, match, shown, edits)
            for match, edits in mistyped.items()
            if shown or self._may_be_meant(sentence, match, edits)
        ]
        if typed:
            typed = beside_exact(nearest(typed, words), exact, words, self.index.renown)
            asked = {(link.first, link.last) for link in typed if len(link.rows) > 1}
            exact = [
                link for link in exact if (link.first, link.last) not in asked or link not in chosen
            ]
            chosen = best_set([*exact, *typed], len(words))
        chosen = with_neighbours([*exact, *typed], chosen, sentence, self.weights.mark("list"))
        return with_versions(chosen, words, self.index)

    def _may_well_be(self, match: Match) -> bool:
        """Whether words are the title of a film that is known, and no ordinary word."""
        if match.last - match.first == 1 and self._heard.is_common(self.index.text(match.key)):
            return False
        return bool(self.index.renown[self.index.best_row(match.key)] >= _FAMOUS)

    def _may_be_meant(self, sentence: Sentence, match: Match, edits: int = 0) -> bool:
        """Whether a single word can be a title, or one with typing errors, by what stands beside
        it; most can not.

        Whatever it says is what `score` would say below `_WORTH_TELLING`, in a fraction of the
        time.
        """
        (first, last, key), weights = match, self.weights
        if last - first > 1 or is_marked(sentence, first) or len(sentence.words) == 1:
            return True
        word, made = sentence.words[first], self._makers.beside(sentence.words, first, last)
        small, common = sentence.text[word.start].islower(), self._heard.is_common(word.text)
        idle = small and common and word.text in IDLE and not edits
        if idle and not made and word.text not in SAID_ALONE:
            return False
        marks = list(stands_out(sentence, first, last))
        if made and any(form.row in made for form in self.index.forms(key)):
            marks.append("maker")
        if idle and not marks and (word.text != "up" or not is_subject(sentence, first, last)):
            return False
        if year_before(sentence, first) or year_after(sentence, last)[0]:
            return True
        marks.append(
            capitals_of(sentence.text, sentence.words, first, last) if sentence.capitals else ""
        )
        marks += ["common" if small else "common_capital"] * common
        cues = before_and_after(weights, sentence, first, last) + [("mark", name) for name in marks]
        if edits:
            cues += self._error_cues(
                [word.text], self.index.text(key), edits, weights.leads_to_films(cues)
            )
        told = weights.told * weights.surprise(sentence, first, last)
        return weights.most(cues) + weights.fame * self._best_fame(key) + told > _WORTH_TELLING

    # ---- points

    def score(
        self, sentence: Sentence, match: Match, shown: frozenset[int] = frozenset(), edits: int = 0
    ) -> Link:
        """A written form in a sentence as a link, with its points."""
        first, last, key = match
        words, weights = sentence.words, self.weights
        year, year_last = year_after(sentence, last)
        forms = self.index.forms(key)
        films = self._ranked(
            forms, year or year_before(sentence, first), shown, bare_word=last - first == 1
        )
        films = meant(films, sentence.text, words, (first, last), self.index.catalogue)
        rows = tuple(film.row for film in films)
        best = films[0].points + (weights.fame - 1.0) * self._fame[rows[0]]
        cues = evidence(weights, sentence, first, last)
        beside = weights.speaks_of_films(cues)
        if edits:
            short = last - first - (words[first].text == "the") == 1  # "the draft was a mess"
            spoken = weights.leads_to_films(cues) if short else beside
            cues += self._error_cues(
                [word.text for word in words[first:last]], self.index.text(key), edits, spoken
            )
        cues += [("mark", name) for name in self._own_marks(sentence, match, films[0], edits)]
        told = weights.told * weights.surprise(sentence, first, last)
        withheld = weights.strange * sentence.around.strangeness(first, last)
        if beside or (edits and ("mark", "typo_of_words") not in cues):
            withheld /= 2
        withheld += weights.also_said * said_of_others(
            weights, sentence, (first, last), cues, self.index.text(key)
        )
        withheld += weights.set_phrase * said_idly(
            weights, sentence, (first, last), cues, self.index.renown[rows[0]]
        )
        score = weights.bias + best + told - withheld + weights.points(cues)
        why = weights.named(cues) if score > _WORTH_TELLING else ()
        also = self._also(words, match, forms, rows, year)
        name = (
            "series"
            if also
            else "title"
            if not edits
            else f"{edits} typo{'s' if edits > 1 else ''}"
        )
        if year and abs(self._years[rows[0]] - year) <= 1:
            last, why = year_last, ("year", *why)
        elif also and forms[0].kind is not FormKind.SERIES:
            last += 1
        return Link(
            first,
            last,
            rows[:1] if also else rows,
            score,
            "; ".join((name, *why)),
            also,
            edits,
            withheld,
        )

    def _own_marks(
        self, sentence: Sentence, match: Match, film: Candidate, edits: int
    ) -> Iterator[str]:
        """Marks that hang on the film which the words are most likely to mean."""
        (first, last, _), words, text = match, sentence.words, sentence.text
        renown, whole = self.index.renown[film.row], last - first == len(words)
        if (
            film.kind is FormKind.ALIAS
            and last - first == 2
            and words[first].text == "the"
            and not whole
        ):
            if text[words[first + 1].start].islower() and self._heard.is_common(
                words[first + 1].text
            ):
                yield "the"  # "we missed the boat"
        if film.row in self._makers.beside(words, first, last):
            yield "maker"
        if last - first == 1 and len(words[first].text) < _SHORTEST and renown < _KNOWN:
            yield "unknown_letters"
        if any(sentence.parted[first + 1 : last]) and _ONE_PIECE.match(
            self.index.catalogue.movies[film.row].title
        ):
            yield "cut"  # "a groundhog, day or night"
        after_article = first and words[first - 1].text == "the"
        if (
            film.kind is FormKind.FULL
            and after_article
            and self._is_ordinary(sentence, match, film.row)
        ):
            yield "the"  # "the moon was huge"
        if last - first == 1 and words[first].text in proper_names() and (edits or not renown):
            yield "proper_name"
        marked = text[words[first].start].isupper() or first in sentence.after_cues
        if marked and _ends_as_typed(
            self.index.catalogue.movies[film.row].title, text, words[last - 1].end
        ):
            yield "own_mark"

    def _is_ordinary(self, sentence: Sentence, match: Match, row: int) -> bool:
        """Whether a title is one common word without a capital, and no "movie" or "series" follows.

        Any word of English is common enough for a film that few know.
        """
        word, last = sentence.words[match.first], match.last
        if last - match.first > 1 or (
            last < len(sentence.words) and sentence.words[last].text in self._series_nouns
        ):
            return False
        common = self._heard.is_common(word.text)
        common = common or (self.index.renown[row] < _FAMOUS and word.text in dictionary())
        return common and sentence.text[word.start].islower()

    def _ranked(
        self, forms: Iterable[Form], year: int, shown: frozenset[int], *, bare_word: bool
    ) -> Sequence[Candidate]:
        """The films of a written form, most likely first."""
        weights, films = self.weights, []
        for row, kind in forms:
            points = self._fame[row] + self._of_kind[kind]
            if kind in (FormKind.BARE, FormKind.HEAD) and bare_word:
                points += weights.mark("bare_word")
            if row in shown:
                points += weights.mark("shown")
            if year and self._years[row]:
                apart = abs(self._years[row] - year)
                points += weights.mark(
                    "year" if apart == 0 else "near_year" if apart == 1 else "other_year"
                )
            films.append(Candidate(points, row, kind))
        return sorted(films, key=lambda film: (-film.points, film.row))

    def _error_cues(
        self, typed: Sequence[str], form: str, edits: int, spoken: bool
    ) -> list[tuple[str, str]]:
        letters = sum(map(len, typed))
        cues = [("mark", "typo")] + [("mark", "more_typos")] * (edits - 1)
        cues += [("mark", "typo_letter")] * max(min(letters, _LETTERS) - 5 * edits, 0)
        cues += [("mark", "typo_first")] * _other_beginnings(typed, form.split(" "))
        several = len(typed) == 1 and typed[0] == f"{form}s"  # "my dad likes submarines"
        if (several or not spoken) and all(
            word in dictionary() or word.isdecimal() for word in typed
        ):
            cues.append(("mark", "typo_of_words"))
            cues += [("mark", "typo_of_word")] * (len(typed) == 1)
        elif all(self._heard.is_common(word) or self._heard.nearly(word) for word in typed):
            cues.append(("mark", "typo_in_common"))
        return cues

    def _also(
        self,
        words: Sequence[Word],
        match: Match,
        forms: Sequence[Form],
        rows: Sequence[int],
        year: int,
    ) -> tuple[int, ...]:
        """The films besides the first that "Star Wars" or "the Bourne films" means."""
        if forms[0].kind is FormKind.SERIES:
            return tuple(row for row, _ in forms if row != rows[0]) if len(rows) > 1 else ()
        if year or match.last >= len(words) or words[match.last].text not in self._series_nouns:
            return ()
        if match.last - match.first == 1 and self._heard.is_common(words[match.first].text):
            return ()
        whole = normal(self.index.catalogue.movies[rows[0]].title)
        members = {
            *self.index.beginning_with(self.index.text(match.key)),
            *self.index.beginning_with(whole),
        }
        return tuple(sorted(members - {rows[0]}))


def _other_beginnings(typed: Sequence[str], form: Sequence[str]) -> int:
    """Words that do not begin as those of the title do; the first letter is the one that is hardly
    ever mistyped.
    """
    if len(typed) != len(form):
        return 0
    pairs = zip(typed, form, strict=True)
    return sum(
        NUMBER_WORDS.get(one, one)[0] != NUMBER_WORDS.get(other, other)[0] for one, other in pairs
    )


def _ends_as_typed(title: str, text: str, end: int) -> bool:
    """Whether a name is typed with the mark that its title ends with: "Them!"."""
    return title[-1:] in ("!", "?") and text[end : end + 1] == title[-1]


def _time_to_be_rated(year: int, newest: int) -> float:
    """What to multiply a film's ratings by, because it was there to be rated for a part of the time
    only.
    """
    return min(_RATED_FOR / max(newest + 1 - year, 1), _FAME) if year > newest - _RATED_FOR else 1.0
