"""What a turn does with what was understood: number of films, suggestions, a wish to lift."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from itertools import combinations, product
from operator import attrgetter
from typing import Final, NamedTuple

from assistant.conversation.interpret import Interpretation, Referents, aspect_of
from assistant.conversation.phrasing import (
    LIMIT_WORDS,
    SAVED_KEY,
    SPARED,
    WORDS_KEY,
    capitalised,
    group_chip,
    group_words,
    label_of,
    limit_chip,
    listing,
    spared_chip,
    words_chip,
)
from assistant.conversation.values import (
    REGION,
    Chip,
    ChipKind,
    Question,
    cold,
    says_taste,
    wish_key,
)
from assistant.language.acts import is_plain_request, line_of
from assistant.language.leftover import Finder, Leftover, beside, is_short, leftover
from assistant.language.meaning.people import tokens_of_region
from assistant.language.utterance import Act, FacetMention, MovieMention, Span, Utterance
from assistant.wording import several, text
from core.catalogue import Catalogue
from core.data.typicality import GRADED
from core.domain import Constraints, Limit, Outcome
from core.errors import UnknownIdError
from core.model.policy import Policy
from core.session import SessionState

_NUDGES = (
    ("Something funnier", "genre:Comedy"),
    ("Something scarier", "genre:Horror"),
    ("No horror", "genre:Horror"),
)
"""What a person might want next, and the facet it is about."""

_SOFTNESS: Final = (
    *("rank", "tag", "minutes", "wider", "language", "year"),
    *("series", "person", "director", "genre"),
)
"""What is let go first where nothing fulfils all wishes: how well known a film is, what viewers
tagged it, whether it is of the very years; what kind of film it is last. For whom a film is, or may
be, is never let go."""
_THEME: Final = _SOFTNESS.index("tag")
_ENOUGH: Final = 9
"""Films from which on an older theme stays a must beside a new one: three slates."""
_MOST_UNCLEAR: Final = 2
"""Phrases that are said back."""
_NAMED: Final = 5
"""Films of the watch-list that are named at once."""
_FEW_WISHES: Final = 2
"""Wishes that are read out together."""
_MANY_WISHES: Final = 8
"""Wishes of one age up to which pairs are tried: 28 pairs, each a look at all films."""
_WIDER: Final = 10
"""Years by which a span is widened on either side before it is let go: the decades beside it."""


def films_wanted(utterance: Utterance, step: Interpretation, usual: int) -> int:
    """How many films this turn should show; 0 where it only talks, or answers a question.

    A line of which nothing was understood is asked about first, unless there is a taste to go by.
    """
    if utterance.only_talks:
        return 0
    understood = any(not chip.kind.is_unclear for chip in step.chips)
    unclear = utterance.unknown or (utterance.saved is None and unheard(utterance, step))
    puzzling = utterance.ambiguous or (unclear and cold(step.state))
    if not understood and (utterance.act.is_talk or puzzling):
        return 0
    return utterance.count or usual


def named_before(step: Interpretation, catalogue: Catalogue) -> Constraints:
    """The hard wishes that the line before the films names.

    All, as long as they are few; of more what kind of films they are, and what this line asks for:
    the others are known, and stand on the page.
    """
    wishes = step.state.constraints
    if len((*wishes.limits, *wishes.musts, *wishes.excluded)) <= _FEW_WISHES:
        return wishes
    asked = {chip.key for chip in step.chips}

    def is_said(token: int) -> bool:
        told = wish_key(token, wishes, catalogue) in asked
        return told or catalogue.facet(token).kind == "genre"

    return Constraints(
        tuple(limit for limit in wishes.limits if LIMIT_WORDS[limit.column].key in asked),
        tuple(filter(is_said, wishes.required)),
        tuple(token for token in wishes.excluded if catalogue.key_of(token) in asked),
        wishes.among,
        wishes.either,
    )


def unheard(utterance: Utterance, step: Interpretation) -> bool:
    """Whether a line asks for films and says something of them of which nothing was understood."""
    beyond = [name for name in utterance.beyond if name != "topic"]
    wishes = (beyond, utterance.count, utterance.lifted)
    if utterance.act is not Act.RECOMMEND or step.chips or any(wishes):
        return False
    return not is_plain_request(line_of(utterance.text))


def found_by_words(
    utterance: Utterance, step: Interpretation, finder: Finder
) -> tuple[Interpretation, tuple[str, ...]]:
    """The step with the words that films are to be found by, or must not tell of, and those that
    nothing is made of.

    New words take the place of older ones; so does any other wish for a kind of film.
    """
    left = leftover(utterance, finder.finds)
    step = _spared(step, utterance, tuple(filter(None, map(finder.rare, left.spared))))
    words, strange = _words_of(utterance, step, left, finder)
    if words and not _is_over(step, utterance, finder):
        words = beside(words, step.state.sought)
    forgets = utterance.act is Act.FORGET and not utterance.names_anything
    if words:
        step = replace(step, asked=step.asked | {WORDS_KEY})
        near = finder.means(words) if is_short(words) else ()
        step = step.say(step.state.seek(words), words_chip(words, near))
    elif step.state.sought:
        step = _sought_no_more(step) if forgets else _sought_on(step, utterance, finder)
    heard = utterance.sought or forgets
    return step, () if heard else tuple(strange[:_MOST_UNCLEAR])


def _words_of(
    utterance: Utterance, step: Interpretation, left: Leftover, finder: Finder
) -> tuple[str, Sequence[str]]:
    """The words that a line is to be answered by, and those that nothing is made of."""
    words = utterance.sought or utterance.described
    is_whole = not words and not utterance.only_chats and unheard(utterance, step)
    if is_whole and ("wish" in utterance.does or finder.finds(utterance.text)):
        return utterance.text.strip(), ()
    return words, left.strange


def _sought_on(step: Interpretation, utterance: Utterance, finder: Finder) -> Interpretation:
    """The step with the words of before, unless another kind of film is asked for, or any."""
    return _sought_no_more(step) if _is_over(step, utterance, finder) else step


_THEMES: Final = frozenset(GRADED) - {"genre"}


def _is_over(step: Interpretation, utterance: Utterance, finder: Finder) -> bool:
    """Whether what was sought before is sought no more: another kind of film is asked for."""
    kinds = {finder.kind(one) for one in step.asked if isinstance(one, int)}
    return WORDS_KEY in utterance.lifted or not kinds.isdisjoint(_THEMES)


def _sought_no_more(step: Interpretation) -> Interpretation:
    chip = words_chip(step.state.sought, kind=ChipKind.LIFTED)
    return replace(step, tacit=(*step.tacit, chip)).say(step.state.seek(""), chip)


def _spared(step: Interpretation, utterance: Utterance, phrases: tuple[str, ...]) -> Interpretation:
    """The step with words that films must not tell of, and without those that are let go."""
    kept = list(step.state.spared)
    for phrase in step.state.spared:
        forgotten = utterance.act is Act.FORGET and phrase in utterance.text.lower()
        if forgotten or f"{SPARED}{phrase}" in utterance.lifted:
            kept.remove(phrase)
            step = step.say(step.state.spare(*kept), spared_chip(phrase, ChipKind.LIFTED))
    fresh = [one for one in phrases if one not in kept]
    if utterance.act is Act.FORGET or not fresh:
        return step
    return step.say(step.state.spare(*kept, *fresh), *map(spared_chip, fresh))


def edited(key: str, state: SessionState, catalogue: Catalogue, *, flip: bool) -> Utterance:
    """The line that a person would type to take back, or turn round, what a chip stands for.

    UnknownIdError where nothing of that name is held.
    """
    lifting = None if flip else _lifting(key, state.constraints, catalogue)
    if lifting is not None:
        return lifting
    token = catalogue.token_of(key)
    outcome = None if token is None else state.outcome_of(token)
    if token is None or outcome is None or not says_taste(outcome):
        raise UnknownIdError("That is not held (any more), so there is nothing to change.")
    disliked = outcome.liking + outcome.wish < 0  # one of the two is 0
    strength = 1.0 if disliked else -1.0
    if not flip:
        return _line("Forget", token, strength, catalogue, act=Act.FORGET)
    return _line("I like" if disliked else "I don’t like", token, strength, catalogue)


def _line(
    start: str,
    token: int,
    strength: float,
    catalogue: Catalogue,
    *,
    act: Act = Act.RECOMMEND,
    similar_only: bool = False,
) -> Utterance:
    """A line about one film or facet, as it is understood: "Forget Alien (1979)"."""
    name = label_of(catalogue, token)
    text = f"{start} {name}"
    span = Span(len(text) - len(name), len(text))
    if catalogue.is_movie(token):
        movie = MovieMention(span, token, strength, "chip", similar_only)
        return Utterance(text, act, movies=(movie,))
    facet = FacetMention(span, token, strength, required=False, rule="chip")
    return Utterance(text, act, facets=(facet,))


def _lifting(key: str, constraints: Constraints, catalogue: Catalogue) -> Utterance | None:
    """The line that lifts the limit of a chip; None where `key` stands for no limit there is."""
    if key == SAVED_KEY and constraints.among is not None:
        return Utterance("Any film", Act.RECOMMEND, lifted=(SAVED_KEY,))
    if key == WORDS_KEY:
        return Utterance("Any words", Act.RECOMMEND, lifted=(WORDS_KEY,))
    if key.startswith(SPARED):
        return Utterance("Any words", Act.RECOMMEND, lifted=(key,))
    if key.startswith(REGION):
        return _without_region(key.removeprefix(REGION), catalogue)
    for column, words in LIMIT_WORDS.items():
        if key == words.key and constraints.limit(column) is not None:
            return Utterance(capitalised(words.lift), Act.RECOMMEND, lifted=(column,))
    return None


def _without_region(region: str, catalogue: Catalogue) -> Utterance | None:
    """The line that lets go of a part of the world."""
    start, text = len("Forget "), f"Forget {region} films"
    said = FacetMention(Span(start, len(text)), 0, 1.0, True, "chip", region=region)
    tokens = tokens_of_region(region, catalogue)
    facets = tuple(replace(said, token=token) for token in tokens)
    return Utterance(text, Act.FORGET, facets=facets) if facets else None


def likened(key: str, state: SessionState, catalogue: Catalogue) -> Utterance:
    """The line that asks for more like a film of the conversation; UnknownIdError for others."""
    token = catalogue.token_of(key)
    if token is None or not catalogue.is_movie(token) or state.outcome_of(token) is None:
        raise UnknownIdError("This film is not part of the conversation (any more).")
    return _line("More like", token, 0.0, catalogue, similar_only=True)


def of_the_list(
    utterance: Utterance, step: Interpretation, saved: tuple[int, ...], catalogue: Catalogue
) -> str:
    """What is said of the watch-list where it is empty, or where nothing of it can be shown."""
    if utterance.saved is not None and not saved:
        return text("reply.list_empty")
    known = [catalogue.movie(token).title for token in saved if step.state.outcome_of(token)]
    if step.state.constraints.among is None or not known:
        return ""
    more = len(known) - _NAMED
    names = known if more <= 0 else [*known[:_NAMED], f"{more} more"]
    return text("reply.list_known", films=listing(names))


def lifts(state: SessionState, policy: Policy) -> tuple[str, ...]:
    """Wishes each of which, lifted alone, leaves films to show, as a person would type it."""
    constraints = state.constraints
    eased = [
        (words.lift, state.constrain(constraints.without(column)))
        for column, words in LIMIT_WORDS.items()
        if constraints.limit(column) is not None
    ]
    if constraints.among is not None:
        eased.append((text("reply.any_film"), state.constrain(replace(constraints, among=None))))
    for group in (*constraints.musts, *((token,) for token in constraints.excluded)):
        words = f"forget {group_words(group, policy.catalogue)}"
        eased.append((words, reduce(SessionState.unbound, group, state)))
    return tuple(wish for wish, changed in eased if policy.available(changed).any())


class _Ease(NamedTuple):
    """One wish let go, or widened."""

    chip: Chip
    softness: float
    """How soon it is let go among those of one age: 0 first, and of themes the vaguer ones."""
    fresh: bool
    """Asked for by this very line."""
    apply: Callable[[SessionState], SessionState]
    tokens: tuple[int, ...] = ()
    """Of a facet, or of a choice of facets, which is let go as one."""


def relaxed(step: Interpretation, table: Referents, wanted: int) -> Interpretation:
    """The step with as few wishes let go as leave films to show; as it is where none do.

    What this line asks for is kept as long as older wishes can give way. Among those of one age the
    softest goes first: one alone if that is enough, else two, else all up to the first that does.
    What is to be spared is never let go, nor for what age a film has to be fit. Themes that leave
    few films become leanings before (`_leaning`).
    """
    step = _leaning(step, table, wanted)
    if table.has_room(step.state):
        return step
    eases = sorted(_eases(step, table.catalogue), key=attrgetter("softness"))
    older = [ease for ease in eases if not ease.fresh]
    fresh = [ease for ease in eases if ease.fresh]
    for these, those in product(_some_of(fresh), _some_of(older)):
        state = step.state
        for ease in (*those, *these):
            state = ease.apply(state)
        if table.has_room(state):
            chips = tuple(dict.fromkeys(ease.chip for ease in (*those, *these)))
            return replace(step, relaxed=chips).say(state, *chips)
    return step


def _leaning(step: Interpretation, table: Referents, wanted: int) -> Interpretation:
    """The step with themes that no longer must be, only lean, but for one of this line: where they
    leave fewer films than are `wanted`, or older ones few beside a new theme.

    "Smart aliens" and "dark puppets" are few; whoever goes on from unreliable narrators to films on
    filmmaking has said what they want now.
    """
    themes = [ease for ease in _eases(step, table.catalogue) if int(ease.softness) == _THEME]
    older = sorted([ease for ease in themes if not ease.fresh], key=attrgetter("softness"))
    fresh = sorted([ease for ease in themes if ease.fresh], key=attrgetter("softness"))
    for ease in older:
        step = _eased(ease, step, table, _ENOUGH if fresh else wanted)
    for ease in fresh[:-1]:
        step = _eased(ease, step, table, wanted)
    return step


def _eased(ease: _Ease, step: Interpretation, table: Referents, needed: int) -> Interpretation:
    """The step with a theme as a leaning, where fewer films are left than are needed, and more are
    without it.
    """
    room, state = table.room or (lambda _: needed), _no_must(step.state, ease.tokens)
    if room(step.state) >= min(needed, room(state)):
        return step
    return replace(step, relaxed=(*step.relaxed, ease.chip)).say(state, ease.chip)


def _some_of(eases: Sequence[_Ease]) -> list[Sequence[_Ease]]:
    """None of the wishes, one, two, or all up to each of them; of very many no two."""
    pairs = combinations(eases, 2) if len(eases) <= _MANY_WISHES else ()
    return [
        (),
        *((ease,) for ease in eases),
        *pairs,
        *(eases[:count] for count in range(3, len(eases) + 1)),
    ]


def _eases(step: Interpretation, catalogue: Catalogue) -> Iterator[_Ease]:
    """Every wish that may be let go: years are first widened, a tag stays as a leaning."""
    constraints = step.state.constraints
    for limit in constraints.limits:
        if limit.column not in _SOFTNESS:
            continue
        chip, fresh = limit_chip(limit, catalogue, ChipKind.LIFTED), limit.column in step.asked
        if limit.column == "year":
            wider = Limit("year", limit.low - _WIDER, limit.high + _WIDER)
            yield _Ease(chip, _SOFTNESS.index("wider"), fresh, partial(_within, wider))
        softness = _SOFTNESS.index(limit.column)
        yield _Ease(chip, softness, fresh, partial(_unlimited, limit.column))
    for group in constraints.musts:
        token = group[0]
        facet = catalogue.facet(token)
        if facet.name == "Children":
            continue
        aspect = aspect_of(catalogue, token) or ("genre" if facet.kind == "genre" else "tag")
        yield _Ease(
            group_chip(group, catalogue),
            _SOFTNESS.index(aspect) + (_telling(token, catalogue) if aspect == "tag" else 0.0),
            token in step.asked,
            partial(_let_go, group, facet.name if aspect == "tag" else ""),
            group,
        )


def _telling(token: int, catalogue: Catalogue) -> float:
    """How much of a theme its films are, 0 … 1: "aliens" tells more of a film than "smart"."""
    return 0.99 * float(catalogue.degree(token)[catalogue.has(token)].mean())


def _within(limit: Limit, state: SessionState) -> SessionState:
    return state.constrain(state.constraints.within(limit))


def _unlimited(column: str, state: SessionState) -> SessionState:
    return state.constrain(state.constraints.without(column))


def _let_go(tokens: tuple[int, ...], words: str, state: SessionState) -> SessionState:
    """The state without a must; films that such `words` find, if any, are still liked better."""
    kept = _no_must(state, tokens)
    return kept.seek(words) if words else kept


def _no_must(state: SessionState, tokens: tuple[int, ...]) -> SessionState:
    required = tuple(other for other in state.constraints.required if other not in tokens)
    return state.constrain(replace(state.constraints, required=required))


def suggestions(
    utterance: Utterance,
    step: Interpretation,
    shown: int,
    way_out: Question | tuple[str, ...],
    *,
    facets: frozenset[str],
    back: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """At most four lines the person might say next.

    Args:
        utterance: what they said.
        step: what it did.
        shown: films that this turn shows.
        way_out: the open question, or the wishes of `lifts`; an empty tuple where all is well.
        facets: keys of the facets they spoke of already.
        back: lines that bring back what was let go (`brought_back`).
    """
    if isinstance(way_out, Question):
        return way_out.labels[:4]
    if way_out:
        return tuple(map(capitalised, way_out[:3]))
    if not shown:
        taken = [f"More like {one.label}" for one in step.chips if one.kind is ChipKind.TAKEN]
        return (*taken[:1], *_after_talk(utterance.act, step.state))
    wishes = [line for line, facet in _NUDGES if facet not in facets][:1]
    wishes.append("From the 90s" if step.state.constraints.limit("year") is None else "Any year")
    wishes = [*back, *wishes][:2]
    return ("More", *wishes, "Why the first one?" if shown > 1 else "Why this one?")


def _after_talk(act: Act, state: SessionState) -> tuple[str, ...]:
    """What the person might say after a turn without films."""
    if act is Act.AGREE and (not cold(state) or state.tokens(Outcome.SHOWN)):
        return ("More", "Why the first one?", "What do you know about me?")
    if cold(state):
        return several("reply.examples") if act not in (Act.THANKS, Act.BYE) else ()
    return ("More", "What do you know about me?")
