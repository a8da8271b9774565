"""What a line says of the films on the table that it points at: chosen, hoped for, turned down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Final

from assistant.language import acts
from assistant.language.lexicon import word_class, words_of
from assistant.language.meaning.roles import Direction, LineRoles, Role
from assistant.language.meaning.speakers import MARKS
from assistant.language.meaning.tastes import FAIR
from assistant.language.pointing import DESCRIBED
from assistant.language.reading import BLANK
from assistant.language.titles.links import ON_THE_TABLE, Link
from assistant.language.utterance import (
    EVERY_WISH,
    Act,
    Asked,
    Context,
    FactQuestion,
    MovieMention,
    Topic,
    Utterance,
)
from assistant.language.wishes import mood_in
from assistant.language.words import Word

BY_PLACE: Final = "by its place"
"""Rule of a film that words point at which say nothing of it."""
_SEEMS: Final = word_class("seems")
"""Behind a film that was not seen yet."""
_THAT_ONE: Final = "that one"
_TITLES: Final = re.compile(f"{BLANK}+")
_TAKEN: Final = 0.7
"""How a film is liked that is chosen."""
_ONE: Final = words_of("pronouns")
_ALL: Final = word_class("several")


def chosen(utterance: Utterance, line: acts.Line, context: Context) -> Utterance | None:
    """A line that chooses films by name: "I'll take Heat", on the table "the French one, please".

    None for other lines, and for a title alone: it may be praise.
    """
    movies = utterance.movies
    says_more = utterance.ambiguous or utterance.facets or utterance.wishes_for_kinds
    if says_more or not (movies and all(map(_is_open, movies))):
        return None
    if not (_takes(utterance) or _is_choice(line, movies, context.shown)):
        return None
    taken = (replace(movie, strength=_TAKEN, similar_only=False, taken=True) for movie in movies)
    return replace(utterance, act=Act.AGREE, movies=tuple(taken))


def _takes(utterance: Utterance) -> bool:
    """Whether a line chooses, by what was learned of lines."""
    return "take" in utterance.does and utterance.does.isdisjoint(_SEEKS)


def _is_choice(line: acts.Line, movies: Sequence[MovieMention], shown: Sequence[int]) -> bool:
    """Whether a line would choose from the table if it said "that one" in place of its titles."""
    if any(movie.token not in shown for movie in movies):
        return False
    that = acts.line_of(_TITLES.sub(_THAT_ONE, line.lower))
    if that.plain == _THAT_ONE:
        return all(movie.rule.startswith(DESCRIBED) for movie in movies)
    return acts.nod(that, True) is Act.AGREE or acts.decides(that, len(shown))


def _is_open(movie: MovieMention) -> bool:
    """Whether nothing was said of a film that keeps it from being chosen."""
    return movie.strength >= 0 and not (movie.seen or movie.idle)


def afresh(utterance: Utterance) -> Utterance:
    """A line that begins anew and wishes for something, with all earlier wishes lifted."""
    if "reset" not in utterance.does or not utterance.wishes:
        return utterance
    return replace(utterance, lifted=(*utterance.lifted, EVERY_WISH))


def put_by(utterance: Utterance, line: acts.Line, context: Context) -> Utterance | None:
    """A line that wants films put on the watch-list, with those: "save the second for Sunday"."""
    if "keep" not in utterance.does:
        return None
    places = acts.picks(line, len(context.shown)) or utterance.picks
    pointed = tuple(context.shown[place] for place in places)
    spoken = (context.named,) if context.named else context.shown[: len(context.shown) == 1]
    kept = tuple(movie.token for movie in utterance.movies) or pointed or spoken
    if not kept:
        return None
    act = utterance.act if utterance.wishes else Act.KEEP
    return replace(utterance, act=act, movies=(), picks=(), kept=kept)


def hoped_for(utterance: Utterance, found: Sequence[Word], shown: Sequence[int]) -> Utterance:
    """A line with those films of the table as chosen that look well: "Fracture sounds good"."""
    behind = {at.end: after.text for at, after in pairwise(found)}
    movies = tuple(
        replace(movie, taken=True)
        if movie.token in shown and movie.strength > 0 and behind.get(movie.span.end) in _SEEMS
        else movie
        for movie in utterance.movies
    )
    return replace(utterance, movies=movies)


def referents(
    text: str, found: Sequence[Word], pointing: Iterable[Role], context: Context
) -> list[Link]:
    """The films on the table that words point at, as titles in the line; of words that may point at
    several and mean one, none.
    """
    each = [(role, _line_of(text, found, role)) for role in pointing]
    plain = {role: _places(line, context) for role, line in each if not acts.holds("others", line)}
    named = set(chain.from_iterable(plain.values()))
    rest = [place for place in range(len(context.shown)) if place not in named]
    links = list[Link]()
    for role, _ in each:
        rows = [context.shown[place] - 1 for place in plain.get(role, rest)]
        if rows:
            span, first, also = (role.first, role.last), rows[:1], tuple(rows[1:])
            links.append(Link(*span, tuple(first), ON_THE_TABLE, BY_PLACE, also=also))
    return links


def _line_of(text: str, found: Sequence[Word], role: Role) -> acts.Line:
    return acts.line_of(text[found[role.first].start : found[role.last - 1].end])


def _places(line: acts.Line, context: Context) -> Sequence[int]:
    """Places on the table that words point at which do nothing else."""
    count = len(context.shown)
    if places := acts.picks(line, count):
        return places
    said = frozenset(line.plain.split())
    together = acts.how_many(line)
    if together or not said.isdisjoint(_ALL):
        return range(count) if together in (0, count) else ()
    if said.isdisjoint(_ONE):
        return ()
    if context.named in context.shown:
        return (context.shown.index(context.named),)
    return range(count) if count == 1 else ()


def is_remark(utterance: Utterance, pointing: Iterable[Role]) -> bool:
    """Whether the rules read a line as a remark on films at which it points; "looks ok" is said of
    one that was not seen.
    """
    ways = {role.way for role in pointing}
    is_fair = 0 < (utterance.strength or 0) < FAIR
    unseen = Direction.TOWARDS in ways and Direction.KNOWN not in ways
    unseen = unseen and (utterance.seen or is_fair)
    return utterance.act is Act.REACT and bool(utterance.picks) and not unseen


def remarked(utterance: Utterance, context: Context) -> Utterance:
    """A line that only says how films on the table are, at which it points, as a remark on them."""
    movies = [movie for movie in utterance.movies if not movie.idle]
    if not _only_remarks(utterance, movies or utterance.movies):
        return utterance
    if not movies:  # "haven't seen any of these"
        return replace(utterance, act=Act.AGREE, movies=())
    said = _by_places(movies, context)
    strengths = tuple(movie.strength for movie in said.values())
    alike = len(set(strengths)) == 1
    return replace(
        utterance,
        act=Act.AGREE if utterance.act is Act.AGREE else Act.REACT,
        movies=(),
        picks=() if alike and len(said) == len(context.shown) else tuple(said),
        strength=strengths[-1],
        strengths=() if alike else strengths,
        seen=any(movie.seen for movie in movies),
        later=movies[0].later,
        taken=_taken(said),
    )


def _taken(said: Mapping[int, MovieMention]) -> tuple[int, ...]:
    return tuple(place for place, movie in said.items() if movie.taken)


def _by_places(movies: Sequence[MovieMention], context: Context) -> dict[int, MovieMention]:
    """What is said of each of the films on the table, by their places."""
    said = ((token, movie) for movie in movies for token in (movie.token, *movie.also))
    return {context.shown.index(token): movie for token, movie in said if token in context.shown}


_MAY_REMARK: Final = (Act.RECOMMEND, Act.AGREE)


def _only_remarks(utterance: Utterance, movies: Sequence[MovieMention]) -> bool:
    """Whether a line speaks of nothing but films that it points at, and puts off all or none."""
    pointed = [movie for movie in movies if movie.rule.startswith(BY_PLACE)]
    says_more = (utterance.facets, utterance.unknown, utterance.ambiguous, utterance.limits)
    if any(says_more) or utterance.wishes_for_kinds or utterance.act not in _MAY_REMARK:
        return False
    alike = len({(movie.later, movie.similar_only) for movie in movies}) == 1
    return alike and len(pointed) == len(movies) > 0 and not movies[0].similar_only


def decides(utterance: Utterance, line: acts.Line, context: Context) -> bool:
    """Whether a line that names nothing chooses one of the films on the table."""
    if utterance.names_films or not context.shown:
        return False
    wishes = utterance.facets or utterance.wishes_for_kinds or not utterance.does.isdisjoint(_SEEKS)
    return acts.decides(line, len(context.shown)) or ("take" in utterance.does and not wishes)


_SEEKS: Final = frozenset(("wish", "more", "complain", "ask"))


def without_words(text: str, context: Context) -> Utterance:
    """A line of marks only; a thumb is a reaction to what is on the table."""
    marks = text.strip()
    if context.shown and marks[:1] in MARKS:
        return Utterance(text, Act.REACT, strength=MARKS[marks[0]])
    if marks == "?":
        return Utterance(text, Act.HELP)
    return Utterance(text, Act.OFF_TOPIC if marks else Act.EMPTY)


def _topic(roles: LineRoles, found: Sequence[Word], films: Sequence[int]) -> Topic | None:
    """What is asked: by what was learned; "would Heat suit us?" if it does."""
    is_open = films and found[0].text in _MODALS and "ask" in roles.does
    return _TOPICS.get(roles.topic, Topic.WORTH if is_open else None)


def _is_of_us(found: Sequence[Word]) -> bool:
    """Whether a question is about us: "who made you?"."""
    return any(word.text in _ADDRESSED for word in found)


_MODALS: Final = frozenset(("would", "should", "will"))
_ADDRESSED: Final = frozenset(("you", "your", "u", "ur"))


def question_of(
    roles: LineRoles,
    found: Sequence[Word],
    films: Sequence[int],
    spoken: Sequence[int],
    people: Sequence[int],
) -> FactQuestion | None:
    """What a clause asks of films or people by what was learned of lines; None for nothing.

    Args:
        roles: of the clause.
        found: its words.
        films: those that it names or points at.
        spoken: those that may be meant where there are none.
        people: whom it names.
    """
    topic = _topic(roles, found, films)
    if topic is Topic.FILMS:
        return FactQuestion(topic, people=tuple(people)) if people else None
    if topic is Topic.BETTER:
        return FactQuestion(topic, tuple(films)) if len(films) > 1 else None
    meant = tuple(films or spoken)
    if topic is None or not meant or (not films and _is_of_us(found)):
        return None
    return _how_it_is(roles, found, meant) if topic is Topic.OTHER else FactQuestion(topic, meant)


def _how_it_is(roles: LineRoles, found: Sequence[Word], films: tuple[int, ...]) -> FactQuestion:
    """The question whether films are as the words say that are left open."""
    how = (role for role in roles.described() if role.way is Direction.NONE)
    said = [word.text for role in how for word in found[role.first : role.last]]
    if mood := mood_in(said):
        return FactQuestion(Topic.MOOD, films, detail=mood)
    return FactQuestion(Topic.OTHER, films, detail=" ".join(said))


_TOPICS: Final = {
    "about": Topic.ABOUT,
    "length": Topic.LENGTH,
    "maker": Topic.MAKER,
    "cast": Topic.CAST,
    "when": Topic.YEAR,
    "where": Topic.COUNTRY,
    "language": Topic.LANGUAGE,
    "age": Topic.AGE,
    "how": Topic.OTHER,
    "good": Topic.WORTH,
    "which": Topic.BETTER,
    "order": Topic.SEQUEL,
    "films": Topic.FILMS,
    "else": Topic.OTHER,
}
"""What is answered to the topics that are learned."""


_ACTS_INSIDE: Final = {
    "undo": Act.UNDO,
    "more": Act.MORE,
    "thanks": Act.THANKS,
    "film": Act.RECOMMEND,
}  # What a line does that holds such words and tells no wish.
_ACTS_LEARNED: Final = {
    "undo": Act.UNDO,
    "reset": Act.START_OVER,
    "complain": Act.COMPLAIN,
    "more": Act.MORE,
    "bye": Act.BYE,
    "hello": Act.GREET,
}
"""The same by what was learned of lines."""


def act_of_no_wish(utterance: Utterance, line: acts.Line) -> Act:
    """What a line does that names no films and no kind of them."""
    inside = (act for name, act in _ACTS_INSIDE.items() if acts.holds(name, line))
    learned = (act for name, act in _ACTS_LEARNED.items() if name in utterance.does)
    return next(chain(inside, learned), Act.OFF_TOPIC)


def is_a_wish(told: Asked, roles: LineRoles, *, named: bool) -> bool:
    """Whether what reads like a question asks for films: "is there anything with Bill Nighy?",
    "what's a good film that isn't Heat?"; "anything like Heat or Ronin?" compares none.
    """
    of_the_table = not named or told.only_ask(Topic.WORTH)
    compares = told.only_ask(Topic.BETTER)
    return (roles.only_wishes and of_the_table) or (roles.only_seeks and compares)
