"""An utterance applied to the session state: a pure function.

What was said becomes transitions of `SessionState` and nothing else, so a chat can be replayed.
Films that Marquee recommended earlier in the session are reacted to rather than stated, since what
is said of them is a reward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from assistant.conversation.memory import picked_places
from assistant.conversation.phrasing import LIMIT_WORDS, chip_of, limit_chip
from assistant.conversation.reasons import name_of
from assistant.conversation.values import Chip, ChipKind, reaction_of, region_chip
from assistant.language.acts import holds, line_of
from assistant.language.lexicon import word_class
from assistant.language.meaning.people import region_of
from assistant.language.utterance import (
    COUNTRY,
    EVERY_WISH,
    SEEN_ALL,
    Act,
    FacetMention,
    MovieMention,
    Utterance,
)
from assistant.language.wishes import is_contrary
from core.catalogue import Catalogue
from core.domain import Constraints, Limit, Outcome, Reaction
from core.session import SessionState

BEST_KNOWN = 1000
"""Films left out for lesser known ones: they hold 65 % of all ratings of the shipped catalogue."""
_BEST_KNOWN_SHARE = 4
"""At most one film in so many is best known, so that a small catalogue has lesser known ones."""

LIKED = 0.7
"""How strongly a line speaks of a film that it likes: as "liked" does in the lexicon."""
_FORMS = ("Children", "Animation", "IMAX")
"""Genres that go with any kind: they say for whom a film is, or in what form."""
_FOR_CHILDREN = "genre:Children"
_JOINING = word_class("joining")


@dataclass(frozen=True, slots=True)
class Referents:
    """What a line can refer to."""

    catalogue: Catalogue
    last: tuple[int, ...] = ()
    """Film tokens that the line points at by their places: those last spoken of."""
    issued: frozenset[int] = frozenset()
    """Every film token recommended in this session."""
    room: Callable[[SessionState], int] | None = None
    """How many films a state leaves to be shown; None = never look."""

    def has_room(self, state: SessionState) -> bool:
        """Whether a state leaves films to be shown."""
        return self.room is None or self.room(state) > 0


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a line did."""

    state: SessionState
    chips: tuple[Chip, ...] = ()
    reactions: tuple[tuple[int, Reaction], ...] = ()
    """Film token and reaction, for films recommended in this session."""
    asked: frozenset[int | str] = frozenset()
    """What this line asks for: facet tokens, and columns of limits."""
    tacit: tuple[Chip, ...] = ()
    """Chips of older wishes that gave way to another of their aspect: nobody needs to be told."""
    relaxed: tuple[Chip, ...] = ()
    """Chips of wishes that were let go since nothing fulfilled them all."""

    @property
    def told(self) -> list[Chip]:
        """Chips that the answer speaks of."""
        unsaid = (*self.tacit, *self.relaxed)
        return [chip for chip in self.chips if chip not in unsaid]

    def say(self, state: SessionState, *chips: Chip) -> Interpretation:
        """The next step: a new state and what to show for it."""
        return replace(self, state=state, chips=(*self.chips, *chips))

    def say_once(self, state: SessionState, chip: Chip) -> Interpretation:
        """The same, where the chip may have been shown already."""
        return self.say(state, *(() if chip in self.chips else (chip,)))

    def react(self, token: int, reaction: Reaction, chip: Chip) -> Interpretation:
        """The next step: a reaction to a film that was recommended in this session."""
        step = replace(self, reactions=(*self.reactions, (token, reaction)))
        return step.say(self.state.react(token, reaction), chip)


def interpret(utterance: Utterance, state: SessionState, table: Referents) -> Interpretation:
    """Apply one line to the state.

    Films become stated likes, dislikes or seen (or reactions, where Marquee had recommended them);
    wishes become wanted and avoided facets, and the hard ones constraints; "forget …" retracts;
    "start over" retracts everything but keeps every film of the conversation off the list.
    Of a line of several statements each is applied to what the one before has left.
    """
    step = Interpretation(state)
    for statement in utterance.statements:
        done = _interpreted(statement, step.state, table)
        step = replace(
            done, chips=(*step.chips, *done.chips), reactions=(*step.reactions, *done.reactions)
        )
    return step


def _interpreted(utterance: Utterance, state: SessionState, table: Referents) -> Interpretation:
    """One statement applied to the state."""
    if utterance.act is Act.FORGET:
        return _forget(utterance, Interpretation(state), table)
    step = Interpretation(state.cleared() if utterance.act is Act.START_OVER else state)
    if EVERY_WISH in utterance.lifted:
        step = _unwished(step, table.catalogue)
    for token in utterance.instead:
        step = _let_go(token, step, table)
    for movie in utterance.movies:
        step = _movie(movie, step, table)
    step = _facets(utterance.facets, step, table.catalogue, way=_way_of(utterance.text))
    step = _opened(utterance, step, table.catalogue)
    step = _limits(utterance, step, table.catalogue)
    if (utterance.act is Act.REACT or utterance.taken) and not utterance.ambiguous:
        step = _picks(utterance, step, table)
    asides = _asides(utterance, step, table.catalogue)
    return step.say(step.state, *asides, *_unclear(utterance))


def _unwished(step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """All wishes taken back; what was said of films stays."""
    state = step.state
    wishes = [token for token in state.tokens() if catalogue.is_facet(token)]
    lifted = [token for token in wishes if token in state.constraints.required]
    for token in wishes:
        state = state.retract(token)
    state = state.constrain(Constraints()).seek("").spare()
    chips = tuple(chip_of(catalogue, token, ChipKind.LIFTED) for token in lifted)
    return replace(step, tacit=(*step.tacit, *chips)).say(state, *chips)


def _opened(utterance: Utterance, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """The step without the facets that the line leaves open: where films are from, or for whom."""
    if "age" in utterance.lifted:
        step = _without_children(step, catalogue)
    if COUNTRY not in utterance.lifted:
        return step
    for token in (*step.state.constraints.required, *step.state.constraints.excluded):
        if token not in step.asked and _ASPECTS.get(catalogue.facet(token).kind) == "language":
            step = _lifted_quietly(token, step, catalogue)
    return step


def _without_children(step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """The wish for children's films taken back with that for their age: "they're asleep now"."""
    token = catalogue.token_of(_FOR_CHILDREN)
    if token is None or token in step.asked or token not in step.state.constraints.required:
        return step
    return _lifted_quietly(token, step, catalogue)


class _Way(Enum):
    """What new musts do to older ones."""

    JOIN = "join"
    """Are added to them: "and a romance", "with Meg Ryan, too"."""
    REPLACE = "replace"
    """Replace those of their aspect: a western by a musical."""
    INSTEAD = "instead"
    """Replace them all: "actually no, a thriller", "revenge instead"."""


def _way_of(text: str) -> _Way:
    said = line_of(text).plain.split()
    if "instead" in said or said[:2] == ["actually", "no"] or holds("goes_back", line_of(text)):
        return _Way.INSTEAD
    joins = bool(said) and not _JOINING.isdisjoint((said[0], said[-1]))
    return _Way.JOIN if joins else _Way.REPLACE


def _unearned(before: Outcome, reaction: Reaction, *, similar: bool = False) -> Reaction:
    """What is said of a shown film that was known before: another opinion, and no reward."""
    stated = before.is_statement and (similar or before.liking != 0)
    return reaction.once_seen if stated and reaction.liking else reaction


def _movie(mention: MovieMention, step: Interpretation, table: Referents) -> Interpretation:
    """One film by name; none if named idly."""
    catalogue, token = table.catalogue, mention.token
    if mention.idle:
        chip = chip_of(catalogue, token, ChipKind.ASIDE, *mention.span)
        return step if mention.offered else step.say(step.state, chip)
    for other in mention.also:
        step = _movie(replace(mention, token=other, also=()), step, table)
    reaction, kind = verdict_of(mention)
    kind = ChipKind.TAKEN if mention.taken else kind
    chip = chip_of(catalogue, token, kind, *mention.span)
    before = step.state.outcome_of(token)
    says_nothing = mention.strength == 0 and not mention.similar_only
    if before and before.liking and says_nothing:
        if before.liking < 0 or reaction is Reaction.SEEN:
            return step.say(step.state, chip)  # "seen it twice" does not take "loved it" back
    return _judged(token, reaction, chip, step, table, similar=mention.similar_only)


def _judged(
    token: int,
    reaction: Reaction,
    chip: Chip,
    step: Interpretation,
    table: Referents,
    *,
    similar: bool = False,
) -> Interpretation:
    """What is said of one film: a reaction where it was recommended, else a stated taste."""
    before = step.state.outcome_of(token)
    if before is not None and token in table.issued:
        return step.react(token, _unearned(before, reaction, similar=similar), chip)
    return step.say(step.state.state(token, reaction.statement), chip)


def verdict_of(mention: MovieMention) -> tuple[Reaction, ChipKind]:
    """The reaction that a mention amounts to, and the kind of its chip."""
    if mention.later:
        return Reaction.NOT_TONIGHT, ChipKind.LATER
    named = mention.strength == 0 and not mention.seen
    if named or (mention.similar_only and mention.strength >= 0):
        # People name what they like: on ReDial 5 % of the films named are disliked.
        return Reaction.UP, ChipKind.NAMED
    reaction = reaction_of(mention.strength, seen=mention.seen)
    return reaction, ChipKind.of_film(reaction.outcome)


def _facets(
    mentions: Sequence[FacetMention], step: Interpretation, catalogue: Catalogue, *, way: _Way
) -> Interpretation:
    """Wishes for and against facets; a new must replaces the old one of its aspect.

    After "a western" "a musical" asks for musicals, after Tom Hanks Meg Ryan asks for Meg Ryan,
    unless the line joins them: "and a musical", "with Meg Ryan, too".
    """
    for mention in mentions:
        step = _facet(mention, step, catalogue)
    musts = [mention for mention in mentions if mention.required and mention.strength > 0]
    asked = frozenset(mention.token for mention in musts)
    step = step.say(_with_choices(musts, step.state, catalogue))
    step = replace(step, asked=step.asked | asked)
    step = _allowed_again(asked, step, catalogue)
    return step if way is _Way.JOIN or not asked else _replaced(asked, step, catalogue, way)


def _with_choices(
    musts: Sequence[FacetMention], state: SessionState, catalogue: Catalogue
) -> SessionState:
    """The state with the musts of a line of which one is enough, as "Korean or Indonesian"."""
    choices = dict[str | int, tuple[int, ...]]()
    for mention in musts:
        kind = catalogue.facet(mention.token).kind
        has_one = kind != "person" and not mention.region
        choice = _ASPECTS.get(kind, mention.either) if has_one else mention.either
        choices[choice] = (*choices.get(choice, ()), mention.token)
    groups = (tokens for choice, tokens in choices.items() if choice)
    older = (one for one in state.constraints.either if set(one) <= {*state.constraints.required})
    return state.constrain(replace(state.constraints, either=(*older, *groups)))


def _allowed_again(
    asked: frozenset[int], step: Interpretation, catalogue: Catalogue
) -> Interpretation:
    """What was to be spared is allowed where a part of it is asked for: after "nothing with
    subtitles" "a Korean film" asks for some.
    """
    for token in step.state.constraints.excluded:
        spared = catalogue.has(token)
        if token not in asked and any(spared[catalogue.has(one)].all() for one in asked):
            step = _lifted_quietly(token, step, catalogue)
    return step


def _replaced(
    asked: frozenset[int], step: Interpretation, catalogue: Catalogue, way: _Way
) -> Interpretation:
    """Without older musts of the aspects asked for anew and contrary moods, or of all but forms."""
    aspects = {aspect_of(catalogue, token) for token in asked} - {""}
    for token in step.state.constraints.required:
        aspect = aspect_of(catalogue, token)
        instead = way is _Way.INSTEAD and catalogue.facet(token).name not in _FORMS
        against = any(is_contrary(token, one, catalogue) for one in asked)
        gives_way = instead or against or aspect in aspects
        if gives_way and token not in asked:
            step = _lifted_quietly(token, step, catalogue)
    return _started_over(step, catalogue) if way is _Way.INSTEAD else step


def _started_over(step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """Without older soft wishes where a kind takes the place of all: "back to thrillers"."""
    for token in step.state.tokens(Outcome.WANTED):
        if token not in (*step.asked, *step.state.constraints.required):
            step = _lifted_quietly(token, step, catalogue)
    return step if "rank" in step.asked else _lifted("rank", step, catalogue)


def _lifted_quietly(token: int, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """The step without a must of which nobody needs to be told."""
    groups = (group for group in step.state.constraints.either if token in group)
    region = next(filter(None, (region_of(group, catalogue) for group in groups)), "")
    chip = chip_of(catalogue, token, ChipKind.LIFTED)
    chip = region_chip(region, ChipKind.LIFTED) if region else chip
    step = replace(step, tacit=(*step.tacit, chip))
    return step.say_once(step.state.retract(token).unbound(token), chip)


_ASPECTS: Final = {name: name for name in ("person", "director", "series", "language")} | {
    "country": "language"
}
"""Aspects by the kind of the facet: who asks for Korean films wants none from Brazil any more."""


def aspect_of(catalogue: Catalogue, token: int) -> str:
    """Of what a film has one at a time as people ask for it: its kind, its people, its language.

    Empty for what goes with any other wish: tags, finer genres and the like, and genres that say
    for whom or in what form.
    """
    facet = catalogue.facet(token)
    if facet.kind == "genre":
        return "" if facet.name in _FORMS else facet.kind
    return "person" if name_of(facet) else _ASPECTS.get(facet.kind, "")


def _facet(mention: FacetMention, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    token, wanted = mention.token, mention.strength > 0
    if mention.region:
        return _of_region(mention, step, ChipKind.of_wish(wanted=wanted, hard=True))
    if not mention.strength:
        return _left_open(mention, step, catalogue)
    constraints = step.state.constraints
    hard = token in (constraints.required if wanted else constraints.excluded)
    liked = wanted or mention.rule == SEEN_ALL
    state = step.state.state(token, Outcome.WANTED if liked else Outcome.AVOIDED).unbound(token)
    if mention.required or hard:  # "funnier" does not soften "a comedy"
        state = _conditioned(state, token, wanted=wanted)
    kind = ChipKind.of_wish(wanted=wanted, hard=mention.required)
    return step.say(state, chip_of(catalogue, token, kind, *mention.span))


def _left_open(mention: FacetMention, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """Allowed again, if it was to be spared, and not asked for any more."""
    held = (*step.state.constraints.required, *step.state.constraints.excluded)
    token = next((one for one in held if _is_meant(mention.token, one, catalogue)), mention.token)
    outcome = step.state.outcome_of(token)
    if not (outcome and outcome.wish) and token not in held:
        return step
    chip = chip_of(catalogue, token, ChipKind.LIFTED, *mention.span)
    return step.say(step.state.retract(token).unbound(token), chip)


def _is_meant(token: int, held: int, catalogue: Catalogue) -> bool:
    """Whether a wish that is held is what a word stands for, or the language of a country."""
    films, is_place = catalogue.has(held), aspect_of(catalogue, held) == "language"
    return token == held or (is_place and 2 * catalogue.has(token)[films].sum() > films.sum())


def _of_region(mention: FacetMention, step: Interpretation, kind: ChipKind) -> Interpretation:
    """A country of a part of the world: films are of one of them, or of none. That is no taste for
    each country, and is told once.
    """
    token, constraints = mention.token, step.state.constraints
    held = token in (*constraints.required, *constraints.excluded)
    state = step.state.unbound(token)
    if kind.wish and mention.strength:
        state = _conditioned(state, token, wanted=mention.strength > 0)
    elif not held:
        return step
    elif kind is not ChipKind.FORGOTTEN:
        kind = ChipKind.LIFTED
    return step.say_once(state, region_chip(mention.region, kind, *mention.span))


def _conditioned(state: SessionState, token: int, *, wanted: bool) -> SessionState:
    """The state with one more facet that films must have, or must not have."""
    constraints = state.constraints
    tokens = constraints.required if wanted else constraints.excluded
    longer = tuple(sorted((*tokens, token)))
    if wanted:
        return state.constrain(replace(constraints, required=longer))
    return state.constrain(replace(constraints, excluded=longer))


def _limits(utterance: Utterance, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """Hard wishes about numbers of films: a new limit takes the place of the one on its column."""
    for column in LIMIT_WORDS:
        limit = utterance.limit(column)
        if column in utterance.lifted:
            step = _lifted(column, step, catalogue)
        elif limit is not None:
            limit = _deepened(limit, step.state.constraints, catalogue)
            state = step.state.constrain(step.state.constraints.within(limit))
            step = replace(step, asked=step.asked | {column})
            step = step.say(state, limit_chip(limit, catalogue))
    return step


def _lifted(column: str, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """The limit on a column taken back, with a chip if there was one."""
    state = step.state
    limit = state.constraints.limit(column)
    if column == "rank" and state.gems > 0:
        # What is said outweighs where the knob was left.
        state, limit = state.steer(0.0), limit or Limit("rank")
    if limit is None:
        return step
    eased = state.constrain(state.constraints.without(column))
    return step.say(eased, limit_chip(limit, catalogue, ChipKind.LIFTED))


def _deepened(limit: Limit, constraints: Constraints, catalogue: Catalogue) -> Limit:
    """How far "lesser known" goes: some best known films are left out, then twice as many."""
    if limit.column != "rank":
        return limit
    older = constraints.limit("rank")
    if older is None:
        return Limit("rank", min(BEST_KNOWN, catalogue.n_items // _BEST_KNOWN_SHARE))
    return Limit("rank", min(2 * older.low, catalogue.n_items // 2))


def _picks(utterance: Utterance, step: Interpretation, table: Referents) -> Interpretation:
    """What was said of the films that were spoken of: "loved the second", "seen them all"."""
    places = picked_places(utterance, len(table.last))
    strengths = utterance.strengths or (utterance.strength,) * len(places)
    for place, strength in zip(places, strengths, strict=False):
        token = table.last[place]
        if utterance.later:
            reaction = Reaction.NOT_TONIGHT
        else:
            liked = LIKED if utterance.act is Act.AGREE else strength
            reaction = reaction_of(liked, seen=utterance.seen)
        if reaction is Reaction.CLEAR:
            continue
        taken = place in utterance.taken and reaction is Reaction.UP
        kind = ChipKind.TAKEN if taken else ChipKind.of_film(reaction.outcome)
        chip = chip_of(table.catalogue, token, kind)
        if utterance.later and token not in table.issued:
            step = step.say(step.state, chip)  # says nothing of a film that was only named
        else:
            step = _judged(token, reaction, chip, step, table)
    return step


def _forget(utterance: Utterance, step: Interpretation, table: Referents) -> Interpretation:
    """Takes back what was said of the films, wishes and years of this line."""
    for movie in utterance.movies:
        for token in (movie.token, *movie.also):
            step = _let_go(token, step, table, *movie.span)
    for facet in utterance.facets:
        if facet.region:
            step = _of_region(replace(facet, strength=0.0), step, ChipKind.FORGOTTEN)
        else:
            step = _let_go(facet.token, step, table, *facet.span)
    for column in LIMIT_WORDS:
        limit = step.state.constraints.limit(column)
        if limit is not None and (utterance.limit(column) or column in utterance.lifted):
            state = step.state.constrain(step.state.constraints.without(column))
            step = step.say(state, limit_chip(limit, table.catalogue, ChipKind.FORGOTTEN))
    return step.say(step.state, *_unclear(utterance))


def _let_go(token: int, step: Interpretation, table: Referents, *span: int) -> Interpretation:
    """Takes back what was said of a film or a wish."""
    state = step.state.retract(token).unbound(token)
    if step.state.outcome_of(token) in (None, Outcome.RETRACTED):
        return step.say(state)
    if token in table.issued:
        step = replace(step, reactions=(*step.reactions, (token, Reaction.CLEAR)))
    return step.say(state, chip_of(table.catalogue, token, ChipKind.FORGOTTEN, *span))


def _asides(utterance: Utterance, step: Interpretation, catalogue: Catalogue) -> Iterator[Chip]:
    """Chips for what is no wish of the person, unless the line says something else of it, too."""
    keys = {chip.key for chip in step.chips}
    for mention in utterance.aside:
        chip = chip_of(catalogue, mention.token, ChipKind.ASIDE, *mention.span)
        if chip.key not in keys:
            yield chip


def _unclear(utterance: Utterance) -> Iterator[Chip]:
    """Chips for what could not be pinned down, labelled as typed."""
    mentions = [(ChipKind.AMBIGUOUS, mention.span) for mention in utterance.ambiguous]
    mentions += [(ChipKind.UNKNOWN, mention.span) for mention in utterance.unknown]
    return (Chip(kind, utterance.text[slice(*span)].strip(), "", *span) for kind, span in mentions)
