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

import numpy as np

from assistant.language.lexicon import background, dictionary, proper_names, table
from assistant.language.meaning.roles import RoleReader, reader
from assistant.language.meaning.tastes import cue_book
from assistant.language.titles.features import (
    IDLE,
    Evidence,
    Facts,
    Fitted,
    Weights,
    before_and_after,
    evidence,
    fitted,
    traits,
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
from assistant.language.titles.sentence import Sentence
from assistant.language.titles.spelling import TypingErrors, other_beginnings
from assistant.language.titles.unknown import of_other_films
from assistant.language.words import Word, normal, taken_by

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
_MANY: Final = 4
"""Words from which a title is hardly said by chance."""
_WRITTEN_OUT: Final = 4.0
"""Log-odds of such a title that stands as it is printed."""
_ONE_PIECE: Final = re.compile(r"[^\W_]+(?: [^\W_]+)*\Z")
"""A title without a mark."""
_LETTERS: Final = 14
"""Letters up to which each one makes it less likely that a word is near a title by chance."""
_READ: Final = 1.0
"""What counts that a line reads so: of 504 titles in 730 lines of two writers whom the reader was
not fitted to 247 are found without, 330 with it, and 24 and 27 spans that are none."""
_MAY_BE: Final = 0.2  # probability of a word as a title from which it is looked at
_WEAK: Final = 5.0
"""Points below which a word that is a title is still looked at for a mistyped longer one."""


class TitleLinker:
    """Finds the films of a catalogue in sentences."""

    @uncollected()
    def __init__(
        self, index: TitleIndex, weights: Fitted | None = None, roles: RoleReader | None = None
    ) -> None:
        self.index = index
        self._reader = roles or reader()
        self._fitted = weights or fitted()
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
        self,
        text: str,
        words: Sequence[Word],
        *,
        shown: frozenset[int] = frozenset(),
        is_talk: bool = True,
    ) -> list[Link]:
        """Films named in talk, or in a table, in order; of `shown` rows more likely."""
        renown = self.index.renown
        matches = self.index.find(words)
        others = taken_by(of_other_films(text, words, matches, self.index), len(words))
        matches = [match for match in matches if not all(others[match.first : match.last])]
        sentence = self._sentence(text, words, matches, is_talk=is_talk)
        matches = [match for match in matches if not _is_said_abroad(sentence, match)]
        exact = self._exact(sentence, matches, others, shown)
        chosen = best_set(exact, len(words))
        typed = self._mistyped(sentence, chosen, others, shown)
        if typed:
            typed = beside_exact(nearest(typed, words), exact, words, renown)
            unclear = {link.span for link in typed if len(link.rows) > 1}
            exact = [link for link in exact if link.span not in unclear or link not in chosen]
            chosen = best_set([*exact, *typed], len(words))
        chosen = with_neighbours([*exact, *typed], chosen, sentence, self.weights.mark("list"))
        return with_versions(chosen, words, self.index)

    def _sentence(
        self, text: str, words: Sequence[Word], matches: Sequence[Match], *, is_talk: bool = True
    ) -> Sentence:
        """A text, of which the words of known titles tell nothing of what else is talked of."""
        filled = self.index.fills(matches, len(words), _FAMOUS)
        named = [
            (match.first, match.last) for match in matches if filled or self._may_well_be(match)
        ]
        titled = self._reader.titled(text) if is_talk else np.zeros(len(words), np.float32)
        return Sentence.of(text, words, self._heard, self.weights.idiom, named, titled=titled)

    def _may_well_be(self, match: Match) -> bool:
        """Whether words are the title of a film that is known, and no ordinary word."""
        if match.last - match.first == 1 and self._heard.is_common(self.index.text(match.key)):
            return False
        return bool(self.index.renown[self.index.best_row(match.key)] >= _FAMOUS)

    def _exact(
        self,
        sentence: Sentence,
        matches: Sequence[Match],
        others: Sequence[int],
        shown: frozenset[int],
    ) -> list[Link]:
        """The links of words that are titles as they stand, or but for their spaces; `others` is 1
        for each word of a film that the catalogue lacks, (n + 1,).
        """
        words, renown = sentence.words, self.index.renown
        # "hated it" is said of any film
        on_table = shown and all(word.text != "it" for word in words)
        kept = [match for match in matches if on_table or self._may_be_meant(sentence, match)]
        spans = {(match.first, match.last) for match in kept}
        kept += [
            match
            for match in self._errors.glued(words)
            if (match.first, match.last) not in spans and not any(others[match.first : match.last])
        ]
        scored = [self.score(sentence, match, shown) for match in kept]
        return with_beginnings(with_articles(scored, words, renown), renown)

    def _mistyped(
        self,
        sentence: Sentence,
        chosen: Sequence[Link],
        others: Sequence[int],
        shown: frozenset[int],
    ) -> list[Link]:
        """The links of words with typing errors, those of a title that is clear aside, and of films
        that the catalogue lacks: 1 in `others`, (n + 1,).
        """
        words = sentence.words
        clear = [link.span for link in chosen if link.last - link.first > 1 or link.score >= _WEAK]
        taken = taken_by(clear, len(words))
        for place in range(len(words)):
            taken[place] |= others[place]
        mistyped = self._errors.find(sentence.text, words, taken, self._cues)
        return [
            self.score(sentence, match, shown, edits)
            for match, edits in mistyped.items()
            if shown or self._may_be_meant(sentence, match, edits)
        ]

    def candidates(self, text: str, words: Sequence[Word]) -> list[Link]:
        """All spans that are weighed, chosen or not; what the weights are fitted to."""
        matches = self.index.find(words)
        sentence, others = self._sentence(text, words, matches), bytearray(len(words) + 1)
        exact = self._exact(sentence, matches, others, frozenset())
        chosen = best_set(exact, len(words))
        return [*exact, *self._mistyped(sentence, chosen, others, frozenset())]

    # ---- what can be no title, in a fraction of the time that points take

    def _may_be_meant(self, sentence: Sentence, match: Match, edits: int = 0) -> bool:
        """Whether a single word can be a title, or one with typing errors, by what stands beside
        it; most can not.

        Whatever it says is what `score` would say below `_WORTH_TELLING`.
        """
        (first, last, key), words = match, sentence.words
        if _needs_nothing_beside(sentence, first, last):
            return True
        made = self._makers.beside(words, first, last)
        idle = self._is_idle(sentence, first) and not edits
        if idle and not made and words[first].text not in SAID_ALONE:
            return False
        marks = list(stands_out(sentence, first, last))
        if made and self._is_by(key, made):
            marks.append("maker")
        if idle and not (marks or _is_up(sentence, first)):
            return False
        dated = _has_year_beside(sentence, first, last)
        return dated or self._most(sentence, match, marks, edits) > _WORTH_TELLING

    def _is_by(self, key: int, made: frozenset[int]) -> bool:
        """Whether a film of a written form is among those that somebody made."""
        return not made.isdisjoint([form.row for form in self.index.forms(key)])

    def _is_idle(self, sentence: Sentence, place: int) -> bool:
        """Whether a word without a capital only holds the sentence together."""
        idle = sentence.words[place].text in IDLE
        return idle and self._is_small_and_common(sentence, place)

    def _is_small_and_common(self, sentence: Sentence, place: int) -> bool:
        return sentence.is_lower(place) and self._heard.is_common(sentence.words[place].text)

    def _most(self, sentence: Sentence, match: Match, marks: Sequence[str], edits: int) -> float:
        """Points that a single word has at most, with these marks."""
        (first, last, key), weights = match, self.weights
        word = sentence.words[first].text
        case = sentence.mark_of_case(first, last)
        cues = before_and_after(weights, sentence, first, last)
        cues += [("mark", name) for name in (*marks, case)]
        if self._heard.is_common(word):
            small = sentence.is_lower(first)
            cues.append(("mark", "common" if small else "common_capital"))
        if edits:
            leads = weights.leads_to_films(cues)
            cues += self._error_cues([word], self.index.text(key), edits, leads)
        points = weights.most(cues) + weights.fame * self._best_fame(key)
        return points + weights.surprise(sentence, first, last)

    # ---- points

    def score(
        self, sentence: Sentence, match: Match, shown: frozenset[int] = frozenset(), edits: int = 0
    ) -> Link:
        """A written form in a sentence as a link, with its points."""
        (first, last, key), weights = match, self.weights
        forms = self.index.forms(key)
        year, year_last = year_after(sentence, last)
        films = self._meant(sentence, match, year or year_before(sentence, first), shown)
        rows = tuple(film.row for film in films)
        fame, surprise = self._fame[rows[0]], weights.surprise(sentence, first, last)
        cues = self._cues_of(sentence, match, films[0], edits)
        withheld = self._withheld(sentence, match, cues, edits)
        best = films[0].points + (weights.fame - 1.0) * fame
        by_rules = weights.bias + best + surprise - withheld + weights.points(cues)
        by_rules += weights.vetoes(cues) + weights.mark("shown") * (rows[0] in shown)
        strange = sentence.around.strangeness(first, last)
        facts = Facts(fame, films[0].points - fame, films[0].kind.name, surprise, strange, edits)
        spoken = weights.speaks_of_films(cues)
        seen = traits(sentence, (first, last), cues, spoken, facts)
        score = self._fitted.score(by_rules, seen) + _READ * sentence.reads_as_title(first, last)
        if not edits and self._is_written_out(sentence, match, films[0]):
            score = max(score, _WRITTEN_OUT)
        why = weights.named(cues) if score > _WORTH_TELLING else ()
        also = self._also(sentence.words, match, forms, rows, year)
        if year and abs(self._years[rows[0]] - year) <= 1:
            last, why = year_last, ("year", *why)
        elif also and forms[0].kind is not FormKind.SERIES:
            last += 1
        rule = "; ".join(("series" if also else _exactness(edits), *why))
        rows = rows[:1] if also else rows
        return Link(first, last, rows, score, rule, also, edits, withheld, by_rules, tuple(seen))

    def _meant(
        self, sentence: Sentence, match: Match, year: int, shown: frozenset[int]
    ) -> Sequence[Candidate]:
        """The films that a written form may mean in a sentence, most likely first."""
        first, last, key = match
        films = self._ranked(self.index.forms(key), year, shown, bare_word=last - first == 1)
        return meant(films, sentence, (first, last), self.index.catalogue)

    def _cues_of(self, sentence: Sentence, match: Match, film: Candidate, edits: int) -> Evidence:
        """All cues of a written form that is most likely to mean a film."""
        first, last, key = match
        weights = self.weights
        cues = evidence(weights, sentence, first, last)
        if edits:
            texts = [word.text for word in sentence.words[first:last]]
            short = len(texts) - (texts[0] == "the") == 1  # "the draft was a mess"
            spoken = weights.leads_to_films(cues) if short else weights.speaks_of_films(cues)
            cues += self._error_cues(texts, self.index.text(key), edits, spoken)
        return cues + [("mark", name) for name in self._own_marks(sentence, match, film, edits)]

    def _withheld(self, sentence: Sentence, match: Match, cues: Evidence, edits: int) -> float:
        """Points that a title lacks where other things are talked of."""
        weights = self.weights
        withheld = weights.strange * sentence.around.strangeness(match.first, match.last)
        slip = edits > 0 and ("mark", "typo_of_words") not in cues
        if slip or weights.speaks_of_films(cues):
            withheld /= 2
        return withheld

    def _is_written_out(self, sentence: Sentence, match: Match, film: Candidate) -> bool:
        """Whether a whole title of many words stands as it is printed, or is said of nothing else:
        "Once Upon a Time in Anatolia".
        """
        words = sentence.words[match.first : match.last]
        if len(words) < _MANY or film.kind is not FormKind.FULL:
            return False
        telling = [
            place for place in range(match.first, match.last) if self._tells(sentence, place)
        ]
        strange = any(sentence.words[place].text not in dictionary() for place in telling)
        printed = not sentence.text.isupper() and all(map(sentence.is_upper, telling))
        return len(telling) > 1 and (strange or printed)

    def _tells(self, sentence: Sentence, place: int) -> bool:
        """Whether a word is more than what holds a title together."""
        word = sentence.words[place].text
        return len(word) > _SHORTEST and word not in IDLE

    def _own_marks(
        self, sentence: Sentence, match: Match, film: Candidate, edits: int
    ) -> Iterator[str]:
        """Marks that hang on the film which the words are most likely to mean."""
        (first, last, _), words = match, sentence.words
        title, renown = self.index.catalogue.movies[film.row].title, self.index.renown[film.row]
        if self._is_thing(sentence, match, film):
            yield "the"  # "we missed the boat"
        if film.row in self._makers.beside(words, first, last):
            yield "maker"
        word = words[first].text if last - first == 1 else ""
        if 0 < len(word) < _SHORTEST and renown < _KNOWN:
            yield "unknown_letters"
        if _is_cut(title, sentence, first, last):
            yield "cut"  # "a groundhog, day or night"
        if self._is_thing_behind_the(sentence, match, film):
            yield "the"  # "the moon was huge"
        unlikely = edits > 0 or renown == 0
        if unlikely and word in proper_names():
            yield "proper_name"
        if _ends_as_typed(title, sentence, first, last):
            yield "own_mark"

    def _is_thing(self, sentence: Sentence, match: Match, film: Candidate) -> bool:
        """Whether a title of two words is "the" and a common word, and more is said than that."""
        (first, last, _), words = match, sentence.words
        if film.kind is not FormKind.ALIAS or last - first != 2 or len(words) == 2:
            return False
        return words[first].text == "the" and self._is_small_and_common(sentence, first + 1)

    def _is_thing_behind_the(self, sentence: Sentence, match: Match, film: Candidate) -> bool:
        """Whether a title is one common word without a capital behind "the", and no "movie" or
        "series" follows.

        Any word of English is common enough for a film that few know.
        """
        (first, last, _), words = match, sentence.words
        if film.kind is not FormKind.FULL or not first or words[first - 1].text != "the":
            return False
        if last - first > 1 or not sentence.is_lower(first):
            return False
        if last < len(words) and words[last].text in self._series_nouns:
            return False
        word, little_known = words[first].text, self.index.renown[film.row] < _FAMOUS
        return self._heard.is_common(word) or (little_known and word in dictionary())

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
        cues += [("mark", "typo_first")] * other_beginnings(typed, form.split(" "))
        several = len(typed) == 1 and typed[0] == f"{form}s"  # "my dad likes submarines"
        spelled = all(word in dictionary() or word.isdecimal() for word in typed)
        if spelled and (several or not spoken):
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


def _is_said_abroad(sentence: Sentence, match: Match) -> bool:
    """Whether words hold a sentence of another language together: "et" is not E.T. there."""
    first, last, _ = match
    small = last - first > 1 or sentence.is_lower(first)
    return bool(sentence.abroad) and small and sentence.abroad.issuperset(range(first, last))


def _needs_nothing_beside(sentence: Sentence, first: int, last: int) -> bool:
    """Whether words are several, or one that is all that is said, that is set off, or reads so."""
    is_one = last - first == 1 and len(sentence.words) > 1
    return not is_one or sentence.is_set_off(first) or bool(sentence.titled[first] > _MAY_BE)


def _has_year_beside(sentence: Sentence, first: int, last: int) -> bool:
    return year_before(sentence, first) > 0 or year_after(sentence, last)[0] > 0


def _is_up(sentence: Sentence, place: int) -> bool:
    """Whether a word is the "up" of "up made me sob"."""
    return sentence.words[place].text == "up" and is_subject(sentence, place, place + 1)


def _exactness(edits: int) -> str:
    """How a title is written, in the words of a rule."""
    if not edits:
        return "title"
    return f"{edits} typo{'s' if edits > 1 else ''}"


def _is_cut(title: str, sentence: Sentence, first: int, last: int) -> bool:
    """Whether a mark parts words of a title that has none."""
    return any(sentence.parted[first + 1 : last]) and _ONE_PIECE.match(title) is not None


def _ends_as_typed(title: str, sentence: Sentence, first: int, last: int) -> bool:
    """Whether a name has its own mark, and a capital or a taste before it: "Them!"."""
    end = sentence.words[last - 1].end
    if title[-1:] not in ("!", "?") or sentence.text[end : end + 1] != title[-1]:
        return False
    return sentence.is_upper(first) or first in sentence.cues.after


def _time_to_be_rated(year: int, newest: int) -> float:
    """What to multiply the ratings of a film by that could not be rated all the time."""
    return min(_RATED_FOR / max(newest + 1 - year, 1), _FAME) if year > newest - _RATED_FOR else 1.0
