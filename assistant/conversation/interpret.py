"""An utterance applied to the session state: a pure function.

What was said becomes transitions of `SessionState` and nothing else, so a chat can be replayed.
Films that Marquee recommended earlier in the session are reacted to rather than stated, since what
is said of them is a reward.

What a line can refer to, and what it says of films that were shown, with the record of its session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from assistant.conversation.phrasing import newest, years_label
from assistant.conversation.reasons import facet_chip, facet_words, fame_chip, movie_chip
from assistant.conversation.records import RECOMMENDED, shown_films
from assistant.conversation.values import Chip, ChipKind
from assistant.language.utterance import Act, FacetMention, MovieMention, Utterance
from core.catalogue import Catalogue
from core.domain import Constraints, Outcome, Reaction
from core.model.policy import Policy
from core.session import SessionState
from core.store import SessionRecord, Turn

LIKED_FROM = 0.2
"""Strength from which a film counts as liked and, negated, as disliked; between the two it is seen
and fair.

The words people use ("loved", "was fine", "couldn't stand") are far from this on either side; see
the lexicon. """

BEST_KNOWN = 1000
"""Films left out where lesser known ones are wanted: in the shipped catalogue they hold 65 % of all
ratings."""
_BEST_KNOWN_SHARE = 4
"""At most one film in so many counts as best known, so that a small catalogue has lesser known
ones, too."""

_OPINIONS = frozenset({Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.UP, Outcome.DOWN})


@dataclass(frozen=True, slots=True)
class Referents:
    """What a line can refer to."""

    catalogue: Catalogue
    last: tuple[int, ...] = ()
    """Film tokens of the last turn that showed any, in order."""
    issued: frozenset[int] = frozenset()
    """Every film token recommended in this session."""
    room: Callable[[SessionState], int] | None = None
    """How many films a state leaves to be shown; None = never look."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a line did."""

    state: SessionState
    chips: tuple[Chip, ...] = ()
    reactions: tuple[tuple[int, Reaction], ...] = ()
    """Film token and reaction, for films recommended in this session."""
    lifted: tuple[int, ...] = ()
    """Facets required earlier that gave way to a new wish, as tokens."""

    def say(self, state: SessionState, *chips: Chip) -> Interpretation:
        """The next step: a new state and what to show for it."""
        return replace(self, state=state, chips=(*self.chips, *chips))


def interpret(utterance: Utterance, state: SessionState, table: Referents) -> Interpretation:
    """Apply one line to the state.

    Films become stated likes, dislikes or seen (or reactions, where Marquee had recommended them);
    wishes become wanted and avoided facets, and the hard ones constraints; "forget …" retracts;
    "start over" retracts everything but keeps every film of the conversation off the list.
    """
    step = Interpretation(state)
    if utterance.act is Act.START_OVER:
        step = replace(step, state=cleared(state))
    if utterance.act is Act.FORGET:
        return _forget(utterance, step, table)
    for token in utterance.instead:
        step = _let_go(token, step, table)
    for movie in utterance.movies:
        step = _movie(movie, step, table)
    step = _facets(utterance.facets, step, table)
    step = _years(utterance, step, table.catalogue)
    step = _fame(utterance, step, table.catalogue)
    if utterance.facets or utterance.years is not None:
        step = _softened(step, table)
    if utterance.act is Act.REACT and not utterance.ambiguous:
        step = _picks(utterance, step, table)
    held = {chip.key for chip in step.chips}
    asides = (
        facet_chip(table.catalogue, one.token, ChipKind.ASIDE, *one.span) for one in utterance.aside
    )
    chips = (*step.chips, *(chip for chip in asides if chip.key not in held), *_unclear(utterance))
    return replace(step, chips=chips)


def cleared(state: SessionState) -> SessionState:
    """Everything taken back, what was passed over too; the films stay in the transcript, so none is
    shown again.
    """
    for token in state.tokens():
        state = state.retract(token)
    return state.constrain(Constraints())


def reaction_of(strength: float | None, *, seen: bool = False) -> Reaction:
    """Reaction to a recommended film that somebody speaks of with this strength."""
    if strength is not None and strength >= LIKED_FROM:
        return Reaction.UP
    if strength is not None and strength <= -LIKED_FROM:
        return Reaction.DOWN
    return Reaction.SEEN if seen or strength is not None else Reaction.CLEAR


def _unearned(held: Outcome | None, reaction: Reaction, *, similar: bool = False) -> Reaction:
    """What is said of a shown film that was known before changes the opinion of it; it earns no
    reward now.
    """
    if held not in (Outcome.STATED_LIKE, Outcome.STATED_DISLIKE) and not (
        similar and held is Outcome.SEEN
    ):
        return reaction
    return {Reaction.UP: Reaction.SEEN_LOVED, Reaction.DOWN: Reaction.SEEN_HATED}.get(
        reaction, reaction
    )


def _movie(mention: MovieMention, step: Interpretation, table: Referents) -> Interpretation:
    """One film: a reaction where it was recommended here, else a stated taste; none where it is
    named idly.
    """
    if mention.idle:
        label, key = (
            table.catalogue.movie(mention.token).label,
            table.catalogue.key_of(mention.token),
        )
        return step.say(step.state, Chip(ChipKind.ASIDE, label, key, *mention.span))
    reaction = reaction_of(mention.strength, seen=mention.seen)
    named = mention.strength == 0 and not mention.seen
    if named or (mention.similar_only and mention.strength >= 0):
        reaction = (
            Reaction.UP
        )  # people name what they like: on ReDial 5 % of the films named are disliked
    chip = movie_chip(table.catalogue, mention.token, reaction, *mention.span)
    chip = (
        replace(chip, kind=ChipKind.NAMED)
        if named or (mention.similar_only and reaction is Reaction.UP)
        else chip
    )
    for token in mention.also:
        step = _movie(replace(mention, token=token, also=()), step, table)
    held = step.state.outcome_of(mention.token)
    if reaction is Reaction.SEEN and mention.strength == 0 and held in _OPINIONS:
        return step.say(step.state, chip)  # "I've seen it twice" does not take "I loved it" back
    if mention.token in table.issued and held is not None:
        reaction = _unearned(held, reaction, similar=mention.similar_only)
        reactions = (*step.reactions, (mention.token, reaction))
        return replace(step, reactions=reactions).say(
            step.state.react(mention.token, reaction), chip
        )
    outcome = {Reaction.UP: Outcome.STATED_LIKE, Reaction.DOWN: Outcome.STATED_DISLIKE}.get(
        reaction, Outcome.SEEN
    )
    return step.say(step.state.state(mention.token, outcome), chip)


def _facets(
    mentions: Iterable[FacetMention], step: Interpretation, table: Referents
) -> Interpretation:
    """Wishes about genres, tags and people; a hard one that would leave nothing replaces older
    ones.

    First the one for lesser known films, then those of its kind ("a western", then "a musical"),
    then all of them; what was lifted is told.
    """
    before = step.state.constraints.required
    for mention in mentions:
        step = _facet(mention, step, table.catalogue)
    fresh = tuple(token for token in step.state.constraints.required if token not in before)
    older = tuple(token for token in step.state.constraints.required if token in before)
    if not fresh or table.room is None or table.room(step.state):
        return step
    kinds = {table.catalogue.facet(token).kind for token in fresh}
    alike = tuple(token for token in older if table.catalogue.facet(token).kind in kinds)
    famous = bool(step.state.constraints.best_known_left_out)
    for lifted, fame in (
        ((), famous),
        (alike, False),
        (older, False),
        (alike, famous),
        (older, famous),
    ):
        eased = _famous_too(step.state) if fame else step.state
        for token in lifted:
            eased = _without(eased.retract(token), token)
        if table.room(eased):
            chips = [facet_chip(table.catalogue, token, ChipKind.LIFTED) for token in lifted]
            return replace(step, lifted=lifted).say(
                eased, *chips, *[fame_chip(ChipKind.LIFTED)] * fame
            )
    return step


def _facet(mention: FacetMention, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    token, wanted = mention.token, mention.strength > 0
    if not mention.strength:  # allowed again, if it was to be spared
        spared = step.state.outcome_of(token) is Outcome.AVOIDED
        chips = [facet_chip(catalogue, token, ChipKind.LIFTED, *mention.span)] * spared
        return step.say(_without(step.state.retract(token), token), *chips) if spared else step
    state = step.state.state(token, Outcome.WANTED if wanted else Outcome.AVOIDED)
    constraints = state.constraints
    held = constraints.required if wanted else constraints.excluded
    required, excluded = set(constraints.required) - {token}, set(constraints.excluded) - {token}
    if mention.required or token in held:  # "funnier" does not soften "a comedy"
        (required if wanted else excluded).add(token)
    state = state.constrain(
        replace(constraints, required=tuple(sorted(required)), excluded=tuple(sorted(excluded)))
    )
    kind = {
        (True, True): ChipKind.ONLY,
        (True, False): ChipKind.WANT,
        (False, True): ChipKind.NEVER,
        (False, False): ChipKind.AVOID,
    }[wanted, mention.required]
    return step.say(state, facet_chip(catalogue, token, kind, *mention.span))


def _years(utterance: Utterance, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    constraints = step.state.constraints
    if utterance.years is not None and not utterance.any_year:
        chip = Chip(ChipKind.YEARS, years_label(utterance.years, newest(catalogue)))
        return step.say(step.state.constrain(replace(constraints, years=utterance.years)), chip)
    if utterance.any_year and constraints.years is not None:
        return step.say(
            _any_year(step.state),
            Chip(ChipKind.LIFTED, years_label(constraints.years, newest(catalogue))),
        )
    return step


def _softened(step: Interpretation, table: Referents) -> Interpretation:
    """Tags no longer insisted on where new wishes leave nothing with them: few films have all the
    tags they deserve.

    They stay wishes, and bring what is kin to their films.
    """
    constraints = step.state.constraints
    tags = tuple(
        token for token in constraints.required if table.catalogue.facet(token).kind == "tag"
    )
    kept = tuple(token for token in constraints.required if token not in tags)
    eased = step.state.constrain(replace(constraints, required=kept))
    if not tags or table.room is None or table.room(step.state) or not table.room(eased):
        return step
    chips = [facet_chip(table.catalogue, token, ChipKind.LIFTED) for token in tags]
    return replace(step, lifted=(*step.lifted, *tags)).say(eased, *chips)


def _fame(utterance: Utterance, step: Interpretation, catalogue: Catalogue) -> Interpretation:
    """The wish for lesser known films, or for the well-known ones again."""
    constraints = step.state.constraints
    if utterance.lesser_known:
        left_out = min(BEST_KNOWN, catalogue.n_items // _BEST_KNOWN_SHARE)
        if constraints.best_known_left_out:  # "more obscure"
            left_out = min(2 * constraints.best_known_left_out, catalogue.n_items // 2)
        state = step.state.constrain(replace(constraints, best_known_left_out=left_out))
        return step.say(state, fame_chip(ChipKind.LESSER_KNOWN))
    if utterance.well_known and (constraints.best_known_left_out or step.state.gems > 0):
        rested = step.state.steer(
            min(step.state.gems, 0.0)
        )  # what is said outweighs where the knob was left
        return step.say(_famous_too(rested), fame_chip(ChipKind.LIFTED))
    return step


def _picks(utterance: Utterance, step: Interpretation, table: Referents) -> Interpretation:
    """What was said of the films on the table: "loved the second", "seen them all", "not
    tonight".
    """
    places = utterance.picks or tuple(range(len(table.last)))
    strengths = utterance.strengths or (utterance.strength,) * len(places)
    for place, strength in zip(places, strengths, strict=True):
        reaction = (
            Reaction.NOT_TONIGHT if utterance.later else reaction_of(strength, seen=utterance.seen)
        )
        if reaction is Reaction.CLEAR:
            continue
        if place >= len(table.last) or step.state.outcome_of(table.last[place]) is None:
            continue
        token = table.last[place]
        reaction = _unearned(step.state.outcome_of(token), reaction)
        chip = movie_chip(table.catalogue, token, reaction)
        step = replace(step, reactions=(*step.reactions, (token, reaction))).say(
            step.state.react(token, reaction), chip
        )
    return step


def _forget(utterance: Utterance, step: Interpretation, table: Referents) -> Interpretation:
    """Takes back what was said of the films, wishes and years of this line."""
    said = [
        (token, mention.span)
        for mention in utterance.movies
        for token in (mention.token, *mention.also)
    ]
    for token, span in (*said, *((mention.token, mention.span) for mention in utterance.facets)):
        step = _let_go(token, step, table, *span)
    state, catalogue = step.state, table.catalogue
    years = state.constraints.years
    if years is not None and (utterance.years is not None or utterance.any_year):
        state = _any_year(state)
        step = step.say(state, Chip(ChipKind.FORGOTTEN, years_label(years, newest(catalogue))))
    if utterance.lesser_known and state.constraints.best_known_left_out:
        state = _famous_too(state)
        step = step.say(state, fame_chip(ChipKind.FORGOTTEN))
    return replace(step, state=state, chips=(*step.chips, *_unclear(utterance)))


def _let_go(token: int, step: Interpretation, table: Referents, *span: int) -> Interpretation:
    """Takes back what was said of a film or a wish."""
    catalogue, known = (
        table.catalogue,
        step.state.outcome_of(token) not in (None, Outcome.RETRACTED),
    )
    if token in table.issued and known:
        step = replace(step, reactions=(*step.reactions, (token, Reaction.CLEAR)))
    state = _without(step.state.retract(token), token)
    label = (
        catalogue.movie(token).label if catalogue.is_movie(token) else facet_words(catalogue, token)
    )
    return step.say(
        state, *[Chip(ChipKind.FORGOTTEN, label, catalogue.key_of(token), *span)] * known
    )


def _unclear(utterance: Utterance) -> Iterable[Chip]:
    """Chips for what could not be pinned down, labelled as typed."""
    mentions = [(ChipKind.AMBIGUOUS, mention.span) for mention in utterance.ambiguous]
    mentions += [(ChipKind.UNKNOWN, mention.span) for mention in utterance.unknown]
    return (Chip(kind, utterance.text[slice(*span)].strip(), "", *span) for kind, span in mentions)


def _without(state: SessionState, token: int) -> SessionState:
    constraints = state.constraints
    return state.constrain(
        replace(
            constraints,
            required=tuple(other for other in constraints.required if other != token),
            excluded=tuple(other for other in constraints.excluded if other != token),
        )
    )


def _any_year(state: SessionState) -> SessionState:
    return state.constrain(replace(state.constraints, years=None))


def _famous_too(state: SessionState) -> SessionState:
    return state.constrain(replace(state.constraints, best_known_left_out=0))


def table_of(
    record: SessionRecord,
    state: SessionState,
    utterance: Utterance,
    last: Turn | None,
    policy: Policy,
) -> Referents:
    """What the line can refer to; all turns are read only where it names a film that may have been
    shown.
    """
    catalogue = policy.catalogue
    named = {token for mention in utterance.movies for token in (mention.token, *mention.also)}
    on_table = tokens_of(last, catalogue)
    tokens = set(on_table)
    if any(state.outcome_of(token) in RECOMMENDED for token in named - tokens):
        found = (catalogue.token_of_movie_id(movie_id) for movie_id in shown_films(record))
        tokens |= {token for token in found if token is not None}
    return Referents(
        catalogue,
        on_table,
        frozenset(tokens),
        room=lambda changed: int(policy.available(changed).sum()),
    )


def react_in_words(
    record: SessionRecord, step: Interpretation, catalogue: Catalogue
) -> tuple[tuple[str, str], ...]:
    """Logs what the line said of recommended films as reactions; returns those that stood
    before.
    """
    if not step.reactions:
        return ()
    shown = shown_films(record)
    replaced = []
    for token, reaction in step.reactions:
        film = shown[catalogue.movie(token).movie_id]
        record.react(film.id, reaction, reaction.reward)
        replaced.append((film.id, film.reaction or Reaction.CLEAR.value))
    return tuple(replaced)


def tokens_of(turn: Turn | None, catalogue: Catalogue) -> tuple[int, ...]:
    """Film tokens that a turn showed, in order; films that this catalogue no longer holds are left
    out.
    """
    found = (catalogue.token_of_movie_id(shown.movie_id) for shown in (turn.shown if turn else ()))
    return tuple(token for token in found if token is not None)
