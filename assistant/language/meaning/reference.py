"""Lines that only make sense after what was shown or asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, Self

from assistant.language import acts
from assistant.language.lexicon import word_class
from assistant.language.meaning import preferences
from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.people import ROLES
from assistant.language.meaning.tastes import Cue, Force, Sign, Teller, ends_sentence
from assistant.language.meaning.verdicts import is_in_a_question, is_wished, sentence_begins
from assistant.language.meaning.years import compared
from assistant.language.utterance import (
    Act,
    AmbiguousMention,
    Context,
    MovieMention,
    Span,
    Utterance,
)
from assistant.language.words import Word, any_of
from core.catalogue import Catalogue

_SHORT: Final = 8
"""Words up to which a line about "the last one" can only be about films on the table."""
_TABLE: Final = 10
"""Films there could be on the table, where none are."""
_YEAR: Final = re.compile(r"\b(?:18|19|20)\d\d\b")
_FEELS: Final = (Force.FEEL, Force.VERDICT)
_HARDLY_KNOWN: Final = frozenset("obscure unknown niche underground".split())
_PROSPECTS: Final = word_class("prospects")
"""Beside a film on the table: it is for tonight, and was not seen: "sounds good", "let's do"."""
_UNSEEN: Final = word_class("unseen")
_BARE_NOT: Final = "avoid: not"
_PUT_OFF: Final = frozenset(("avoid: not", "direction: away"))
"""What is read of a film that is only put off."""
_TAKEN: Final = 0.7
"""How a film is liked that is chosen."""
_SEVERAL: Final = word_class("several")
_NEWEST: Final = word_class("newest")
_OLDEST: Final = word_class("oldest")
_ASKED: Final = 5
"""Most films that are asked about."""


class _Remark(NamedTuple):
    """What a line may say of the films on the table."""

    felt: Sequence[Cue]
    """The tastes and verdicts in it."""
    seen: bool
    """Whether it says that they were seen."""
    pointed: Mapping[int, tuple[int, int]]
    """Which of them it points at, and where."""

    @classmethod
    def of(
        cls,
        utterance: Utterance,
        line: acts.Line,
        found: Sequence[Word],
        cues: Sequence[Cue],
        n_shown: int,
    ) -> Self:
        """Gathers what a line says; "too obscure for me" asks for better known films, and is no
        verdict on these.
        """
        text = utterance.text
        told = [cue for cue in cues if cue.force in (*_FEELS, Force.SEEN)]
        told = [cue for cue in told if not _is_no_remark(text, found, cue)]
        felt = [
            cue
            for cue in told
            if cue.force in _FEELS
            and not (
                "rank" in utterance.lifted and any_of(_HARDLY_KNOWN, found, cue.first, cue.last + 2)
            )
        ]
        seen = any(cue.force is Force.SEEN for cue in told)
        return cls(felt, seen, acts.pointed(line, n_shown or _TABLE))

    def settles(self, found: Sequence[Word], names: Sequence[tuple[int, int]]) -> bool:
        """Whether the line ends with the one film that it points at: "perfect, the first one"."""
        return not self.seen and [last for _, last in names] == [len(found)]

    def is_of_the_table(self, line: acts.Line, cues: Sequence[Cue]) -> bool:
        """Whether it can only be said of films on the table: points at them, or looks back."""
        if self.pointed:
            return True
        if not (self.seen or self.felt):
            return False
        meant = any(acts.holds(name, line) for name in ("these", "both", "it"))
        return meant or any(cue.backward for cue in cues)

    def strength(self, line: acts.Line) -> float:
        """How the films are liked, −1 … 1."""
        if self.felt:
            return self.felt[-1].strength
        if self.seen:
            return 0.0
        return -0.7 if line.plain.startswith("not ") else 0.7


def _is_no_remark(text: str, found: Sequence[Word], cue: Cue) -> bool:
    """Whether a cue is part of a wish or a question, and so says nothing of the films shown."""
    return is_wished(text, found, cue) or is_in_a_question(text, found, cue)


def reaction(
    utterance: Utterance,
    line: acts.Line,
    found: Sequence[Word],
    cues: Sequence[Cue],
    context: Context,
) -> Utterance | None:
    """What is said of the films on the table: "I like the second one", "seen it"; None where
    nothing is.

    Where there is no table, the line is a reaction only if it points at films by number and says
    how they are.
    """
    remark = _Remark.of(utterance, line, found, cues, len(context.shown))
    if _is_about_others(utterance, line, remark):
        return None
    if context.shown or context.untold:
        newer = context.shown and compared(line.lower)  # "like the first one but newer"
        utterance = replace(utterance if newer else utterance.without_limit("year"), count=None)
        return _of_the_table(utterance, line, found, cues, remark)
    judges = len(found) <= _SHORT and bool(remark.felt or remark.seen)
    if judges and (remark.pointed or acts.holds("these", line)):
        return replace(utterance.without_limit("year"), act=Act.REACT, count=None)
    return None


def _is_about_others(utterance: Utterance, line: acts.Line, remark: _Remark) -> bool:
    """Whether a line asks something, or wants other films."""
    if utterance.facets or utterance.unknown or utterance.beyond:
        return True
    if utterance.limits and not remark.pointed:  # "they're all too long", "good. older than 1995?"
        return True
    asks = not remark.felt and line.lower.rstrip().endswith("?")
    return asks or ("rank" in utterance.lifted and not any(remark))


def _of_the_table(
    utterance: Utterance,
    line: acts.Line,
    found: Sequence[Word],
    cues: Sequence[Cue],
    remark: _Remark,
) -> Utterance | None:
    """A remark as a reaction; None where it is none."""
    reacted = replace(utterance, act=Act.REACT, picks=tuple(remark.pointed))
    if not remark.felt and acts.holds("later", line):
        return replace(reacted, later=True)
    if acts.holds("seen_all", line):
        remark = remark._replace(seen=True)
    elif not remark.is_of_the_table(line, cues):
        return None
    strength = remark.strength(line)
    said = _said_of_each(utterance.text, line, found, remark, strength)
    if not said:
        return replace(reacted, strength=strength, seen=remark.seen)
    strengths = tuple(one.strength for one in said)
    reacted = replace(
        reacted,
        picks=tuple(one.place for one in said),
        taken=tuple(one.place for one in said if one.taken),
    )
    if len(set(strengths)) == 1:
        return replace(reacted, strength=strengths[0], seen=remark.seen)
    return replace(reacted, strength=strength, strengths=strengths, seen=remark.seen)


def of_last_line(
    reacted: Utterance | None, line: acts.Line, cues: Sequence[Cue], context: Context
) -> Utterance | None:
    """A reaction, meant of the films of the last line where nothing was said of them yet, or where
    it says "it".

    "I saw Amélie" … "adored it"; "watched Tenet" … "fell asleep"; "I've seen Heat and Jaws" …
    "hated both".
    """
    if reacted is None or reacted.picks or reacted.later:
        return reacted
    tokens = _of_the_last_line(line, cues, context)
    if not tokens:
        return reacted
    mention = MovieMention(
        Span(0, len(reacted.text)),
        tokens[0],
        reacted.strength or 0.0,
        "just named",
        seen=reacted.seen,
        also=tokens[1:],
    )
    return Utterance(reacted.text, Act.RECOMMEND, movies=(mention,))


def _of_the_last_line(line: acts.Line, cues: Sequence[Cue], context: Context) -> tuple[int, ...]:
    """The films of the last line that a line speaks of: "it", or as many as "both" or "loved"
    fits.
    """
    if context.named is not None and acts.holds("it", line):
        return (context.named,)
    if not any(cue.force in _FEELS for cue in cues):
        return ()
    many = acts.holds("these", line) or acts.holds("both", line)
    return context.untold if many == (len(context.untold) > 1) else ()


def likewise(utterance: Utterance, line: acts.Line, context: Context) -> Utterance:
    """Names added to those of the last line are meant as they were: "I hate Saw" … "or Hostel",
    "Hostel neither".

    Genres and people only where they were kept away: "no musicals" … "and anything with Adam
    Sandler".
    """
    if context.spurned and not utterance.movies and acts.holds("nor", line):
        kept_away = (
            replace(m, strength=-1.0, required=True, rule="likewise") if m.strength > 0 else m
            for m in utterance.facets
        )
        return replace(utterance, facets=tuple(kept_away))
    if not context.mood or not acts.holds("likewise", line):
        return utterance
    return replace(
        utterance,
        movies=tuple(
            replace(m, strength=context.mood, rule=f"{m.rule}; likewise") for m in utterance.movies
        ),
        ambiguous=tuple(replace(m, strength=context.mood) for m in utterance.ambiguous),
    )


class _Said(NamedTuple):
    """What a line says of one of the films that it points at."""

    place: int
    strength: float
    """−1 … 1; 0 for a film that was only seen."""
    taken: bool = False
    """It is chosen for tonight."""


def _said_of_each(
    text: str, line: acts.Line, found: Sequence[Word], remark: _Remark, otherwise: float
) -> list[_Said]:
    """What is said of each of the films pointed at, as if the words that point were titles: "hated
    the first one, seen the second, the third I'll watch".

    Of a film that is only said to be unknown nothing is.
    """
    ranges = {place: _words_within(found, *span) for place, span in remark.pointed.items()}
    names = sorted({name for name in ranges.values() if name[1]})
    cues = find_cues(text, found, names)
    signs = dict(zip(names, preferences.signs(text, found, names, cues), strict=True))
    if (remark.felt or remark.seen) and not any(map(_tells, signs.values())):
        taken = otherwise > 0 and remark.settles(found, names)
        return [_Said(place, otherwise, taken=taken) for place in ranges]
    said = []
    for place, name in ranges.items():
        clause = _Stretch.of(text, found, cues, name, names)
        if name in signs and not _says_nothing(signs[name], clause, signs.values()):
            said.append(_of_one(place, signs[name], clause, otherwise))
    return [*said, *_beside(line, remark, said)]


def _tells(sign: Sign) -> bool:
    """Whether a sign says how a film is, or that it was seen."""
    return sign.force in (*_FEELS, Force.AVOID, Force.SEEN)


def _says_nothing(sign: Sign, clause: _Stretch, signs: Iterable[Sign]) -> bool:
    """Whether a film is only said to be unknown, or a bare "not" only denies what is said of the
    others: "seen the first, not the second".
    """
    contrast = sign.rule == _BARE_NOT and any(one.force is Force.SEEN for one in signs)
    return contrast or sign.idle or clause.is_of_the_unseen


def _beside(line: acts.Line, remark: _Remark, said: Sequence[_Said]) -> Iterator[_Said]:
    """Those of "both" that nothing else is said of: "we watched both, and liked the second"."""
    if remark.seen and said:
        places = range(acts.how_many(line))
        yield from (_Said(place, 0.0) for place in places if place not in remark.pointed)


class _Stretch(NamedTuple):
    """What stands beside words that point at a film, up to the next such words."""

    cues: Sequence[Cue]
    words: frozenset[str]

    @classmethod
    def of(
        cls,
        text: str,
        found: Sequence[Word],
        cues: Sequence[Cue],
        name: tuple[int, int],
        names: Sequence[tuple[int, int]],
    ) -> Self:
        behind = next((first for first, _ in names if first >= name[1]), len(found))
        first, last = sentence_begins(text, found, name[0]), name[1]
        while last < behind and not ends_sentence(text, found, last - 1, last):
            last += 1
        near = [cue for cue in cues if name[1] <= cue.first < last]
        return cls(near, frozenset(word.text for word in found[first:last]))

    @property
    def tells_it_seen(self) -> bool:
        """Whether the speaker saw the film: "…, I've watched it"."""
        return any(cue.force is Force.SEEN and cue.teller is Teller.SPEAKER for cue in self.cues)

    @property
    def is_of_the_unseen(self) -> bool:
        """Whether the film is said to be unknown: "… I've never heard of"."""
        return any(cue.phrase in _UNSEEN for cue in self.cues)


def _of_one(place: int, sign: Sign, clause: _Stretch, otherwise: float) -> _Said:
    """What is said of one film."""
    felt = sign.force in _FEELS
    if sign.force is Force.SEEN or clause.tells_it_seen:
        return _Said(place, sign.strength if felt else 0.0)
    if sign.force is Force.SIMILAR:
        return _Said(place, sign.strength)
    if felt or sign.force is Force.AVOID:
        hopes = not _PROSPECTS.isdisjoint(clause.words)
        return _Said(place, sign.strength, taken=hopes and sign.strength > 0)
    return _Said(place, otherwise or _TAKEN, taken=otherwise >= 0)


def _words_within(found: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """The range of the words between two characters; (0, 0) for none."""
    inside = [place for place, word in enumerate(found) if start <= word.start and word.end <= end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def put_off(utterance: Utterance, line: acts.Line, context: Context) -> Utterance | None:
    """Films that are only put off: "not Heat tonight", "Heat? not tonight"; None for other lines.

    Of a film on the table it is a reaction; of any other it tells no taste.
    """
    movies = utterance.movies
    if not movies or utterance.facets or utterance.unknown or not acts.holds("later", line):
        return None
    told = {movie.rule.rpartition("; ")[2] for movie in movies if movie.strength}
    if not told <= _PUT_OFF:
        return None
    picks = places_of(movies, context.shown)
    if len(picks) == len(movies):
        return Utterance(utterance.text, Act.REACT, picks=picks, later=True)
    idle = (replace(movie, strength=0.0, similar_only=False, idle=True) for movie in movies)
    return replace(utterance, movies=tuple(idle))


def places_of(movies: Iterable[MovieMention], tokens: Sequence[int]) -> tuple[int, ...]:
    """Where those of the films that are among some tokens stand there."""
    return tuple(tokens.index(movie.token) for movie in movies if movie.token in tokens)


def singled_out(utterance: Utterance | None, line: acts.Line, context: Context) -> Utterance | None:
    """A reaction to "it" with several films on the table, as the question which of them is
    meant.
    """
    if utterance is None or utterance.act is not Act.REACT or utterance.picks or utterance.later:
        return utterance
    of_several = not _SEVERAL.isdisjoint(line.plain.split(" "))
    if len(context.shown) < 2 or of_several or not acts.holds("it", line):
        return utterance
    which = which_of_them(utterance.text, context, utterance.strength or 0.0, seen=utterance.seen)
    return Utterance(utterance.text, Act.REACT, ambiguous=which)


def takes(text: str, line: acts.Line, context: Context) -> Utterance:
    """A line that chooses: the films that it points at, or the one that was spoken of."""
    picks = acts.picks(line, len(context.shown))
    if picks or not (acts.holds("it", line) or acts.settles(line)):
        return Utterance(text, Act.AGREE, picks=picks, taken=picks)
    if len(context.shown) == 1:
        return Utterance(text, Act.AGREE, picks=(0,), taken=(0,))
    return Utterance(text, Act.AGREE, ambiguous=which_of_them(text, context, _TAKEN, taken=True))


def which_of_them(
    text: str, context: Context, strength: float, *, seen: bool = False, taken: bool = False
) -> tuple[AmbiguousMention, ...]:
    """What a line says of one of the films on the table, as the question which; none of none."""
    tokens, span = context.shown[:_ASKED], Span(0, len(text))
    which = AmbiguousMention(span, tokens, strength, "of those shown", seen=seen, taken=taken)
    return (which,) if tokens else ()


def asked_of_the_table(utterance: Utterance, line: acts.Line, context: Context) -> Utterance:
    """A question with the films it is about: "tell me about the second one", "who directed it?"."""
    picks = acts.picks(line, len(context.shown))
    if picks or context.named is None or not acts.holds("it", line):
        return replace(utterance, picks=picks)
    span = Span(0, len(utterance.text))
    return replace(
        utterance, movies=(MovieMention(span, context.named, 0.0, "just named", idle=True),)
    )


def answer_to(
    utterance: Utterance, line: acts.Line, asked: AmbiguousMention, catalogue: Catalogue
) -> Utterance | None:
    """The line as an answer to "which one?"; None where it is about something else."""
    tokens = asked.tokens
    named = _picks_by_name(utterance, tokens)
    if named and all(movie.token in tokens for movie in utterance.movies):
        return replace(_answer(utterance, named), movies=(), ambiguous=())
    wishes = any(catalogue.facet(wish.token).kind not in ROLES for wish in utterance.facets)
    if utterance.movies or utterance.ambiguous or wishes:
        return None
    if acts.whole_act(line) is Act.WHY:  # "why the first one?" is about the films on the table
        return None
    years = [catalogue.movie(token).year for token in tokens]
    # "the Clooney one? no, the old one" asks for no Clooney
    return _answer_in_words(replace(utterance, facets=()), line, years)


def _picks_by_name(utterance: Utterance, tokens: Sequence[int]) -> tuple[int, ...]:
    """Places of the films that a line names, surely or most likely."""
    likely = (mention.tokens[0] for mention in utterance.ambiguous if mention.tokens)
    return (
        *places_of(utterance.movies, tokens),
        *(tokens.index(token) for token in likely if token in tokens),
    )


def _answer(utterance: Utterance, picks: tuple[int, ...]) -> Utterance:
    """The line as the answer that these places are meant."""
    return replace(utterance.without_limit("year"), act=Act.ANSWER, picks=picks, count=None)


def _answer_in_words(
    utterance: Utterance, line: acts.Line, years: Sequence[int]
) -> Utterance | None:
    """The line as an answer that names no film: by number, by year, "yes", "the new one"; None
    where it is none.

    `years` are those of the films asked about.
    """
    picks = acts.picks(line, len(years)) or _picks_by_year(line, years)
    if picks:
        return _answer(utterance, picks)
    by_word = _picks_by_word(line, years)
    if by_word is not None:
        return replace(_answer(utterance, by_word), strength=None if by_word else -1.0)
    if utterance.years is None:
        return None
    first, last = utterance.years
    picks = tuple(place for place, year in enumerate(years) if first <= year <= last)
    if picks:
        return _answer(utterance, picks)
    return replace(utterance, act=Act.ANSWER) if first == last else None


def _picks_by_year(line: acts.Line, years: Sequence[int]) -> tuple[int, ...]:
    """Places of the films of the first year that a line holds."""
    match = _YEAR.search(line.lower)
    return tuple(place for place, year in enumerate(years) if match and year == int(match[0]))


def _picks_by_word(line: acts.Line, years: Sequence[int]) -> tuple[int, ...] | None:
    """Places meant by "yes", "both", "the new one"; () for "no", None where it is no answer."""
    if acts.is_whole("both", line):
        return tuple(range(len(years)))
    if acts.is_whole("no", line):
        return ()
    if acts.is_whole("yes", line):
        return (0,)
    plain = line.plain.split(" ")
    short = len(set(plain)) <= 6
    if short and not _NEWEST.isdisjoint(plain):
        return (years.index(max(years)),)
    if short and not _OLDEST.isdisjoint(plain):
        return (years.index(min(years)),)
    return None
