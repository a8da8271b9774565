"""One turn: what a line means, what it changes, which films it brings, and in what words.

understand → interpret → plan → choose films → phrase → `Turn`. The store is read and not written:
what is to be written is in the `TakenTurn`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Final

import numpy as np

from assistant.conversation.answers import answers
from assistant.conversation.interpret import LIKED, Interpretation, Referents, interpret, verdict_of
from assistant.conversation.library import (
    films_now,
    from_saved,
    reactions_in_words,
    settings_of,
    table_of,
    waiting,
)
from assistant.conversation.memory import Memory, Said, picked_places, remembered, settled
from assistant.conversation.phrasing import SAVED_KEY, brought_back, facet_words, films_words
from assistant.conversation.plan import (
    found_by_words,
    lifts,
    named_before,
    of_the_list,
    relaxed,
    suggestions,
    unheard,
)
from assistant.conversation.reasons import known_of
from assistant.conversation.records import (
    context_of,
    memory_of,
    seed_of,
    tokens_of,
    turn_of,
    unanswered,
)
from assistant.conversation.replies import Situation, reply_text, say, unlike, wish_words
from assistant.conversation.suits import Grounds, chosen
from assistant.conversation.together import Slate, Talk, films_for, passed_over
from assistant.conversation.values import Reply, Understood, cold, question_of, tokens_of_keys
from assistant.language.acts import holds, line_of, saved_only
from assistant.language.leftover import (
    Finder,
    as_described,
    is_a_wish_unheard,
    is_said_of_nothing,
    kind_of,
    tells_of_oneself,
)
from assistant.language.lexicon import background, dictionary
from assistant.language.utterance import (
    LONGEST_TEXT,
    Act,
    AmbiguousMention,
    FactQuestion,
    MovieMention,
    Span,
    Topic,
    Utterance,
)
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts
from core.data.search import WordIndex, stems
from core.domain import Constraints, Reaction
from core.model.group import open_to_all
from core.model.policy import Policy
from core.session import SessionState, elsewhere, for_adults
from core.store import Shown, Turn

if TYPE_CHECKING:
    from assistant.language.understand import Understanding


_COMFORT: Final = "cheer me up"
"""What whoever tells that they are low would say if they said what they want."""
_PEOPLE: Final = 6
"""People that are remembered of an answer."""
_CALLED: Final = 0.85
"""Likeness from which on a word is the name of a facet."""
_SAME: Final = 0.65
"""Likeness from which on a text says what a facet is called."""
_WELL_KNOWN: Final = 600
"""Films that are meant by their names whatever else these say, the best known ones."""

_OF_THE_TABLE: Final = (Act.REACT, Act.AGREE, Act.BEYOND, Act.WHY, Act.ASK)
"""Acts that are about films on the table."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a turn starts from."""

    talk: Talk
    state: SessionState
    """What is known of the person who speaks."""
    last_shown: Turn | None
    """Their latest turn that showed films."""
    policy: Policy
    facts: CatalogueFacts
    """What is known of the films."""
    words: WordIndex
    """What finds them by words."""
    usual: int
    """Films a turn for whoever has not chosen a number."""
    seed: int
    """Of the server; with session and turn it decides what is left to chance."""

    @property
    def catalogue(self) -> Catalogue:
        """The films and facets that tokens stand for."""
        return self.policy.catalogue

    @property
    def memory(self) -> Memory:
        """What was spoken of up to here."""
        return memory_of(self.talk.record.last)

    def table(self, text: str) -> tuple[int, ...]:
        """Tokens of the films that a line can point at: those last spoken of that it fits."""
        keys = self.memory.meant(line_of(text), unanswered(self.last_shown))
        return tokens_of_keys(keys, self.catalogue)

    def room(self) -> Callable[[SessionState], int]:
        """What counts the films that a state of whoever speaks leaves, open to everybody there."""
        others = [SessionState.from_json(one.state, self.catalogue) for one in self.talk.others]
        return lambda state: int(open_to_all(self.policy, [state, *others]).sum())

    def is_of_a_kind(self, utterance: Utterance) -> bool:
        """Whether a line in lower case that is all the name of a film means films of that kind:
        "sibling rivalry", but not "jaws".
        """
        if len(utterance.movies) != 1 or utterance.text != utterance.text.lower():
            return False
        film, said = utterance.movies[0], utterance.text.strip(" .!?")
        near = self.words.near(said)
        if film.seen or said != utterance.text[slice(*film.span)] or not near:
            return False
        return near[0].likeness >= _SAME and film.token > _WELL_KNOWN

    @property
    def finder(self) -> Finder:
        """What finds films by words."""
        kind = partial(kind_of, self.catalogue)
        return Finder(self.knows, self.means, self.words.rare, kind, self.words.meant)

    def knows(self, words: str) -> bool:
        """Whether one of the films that may be shown can be found by words."""
        return self._tells(words) and self.words.knows(words, self.policy.available(self.state))

    def _tells(self, words: str) -> bool:
        """Whether words may describe a film: one everyday word alone only where it is the name of a
        theme, "sailing", but not "bit", "modern" or "lovely".
        """
        word = words.strip()
        everyday = word in background().counts and word in dictionary()
        if len(stems(words)) != 1 or not everyday:
            return True
        near = self.words.near(words)
        return bool(near) and near[0].likeness >= _CALLED

    def means(self, words: str) -> list[str]:
        """What of films words come near to, as one says it."""
        if not self._tells(words):
            return []
        return [facet_words(self.catalogue, near.token) for near in self.words.near(words)]

    @property
    def number(self) -> int:
        """Number of the turn."""
        return self.talk.record.next_number

    @property
    def variant(self) -> int:
        """Which of several wordings: never the same for two turns in a row."""
        return seed_of(self.seed, self.talk.session, 0) // 97 + self.number


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """What a turn came to."""

    reply: Reply
    turn: Turn
    """The turn as the store logs it."""
    reactions: tuple[tuple[Shown, Reaction], ...]
    """What the line said of recommended films; each film as it was before."""
    slate: Slate
    kept: tuple[int, ...] = ()
    """Tokens of films for the watch-list."""
    others: tuple[Turn, ...] = ()
    """The same films as a turn of each of the others of the evening."""


def understand(text: str, scene: Scene, understanding: Understanding) -> Utterance:
    """What a line says, with what it leaves open filled in from the conversation."""
    read = understanding.in_english(text[:LONGEST_TEXT])
    table = scene.table(read)
    context = context_of(scene.talk.record.last, table, scene.state, scene.catalogue)
    saved = saved_only(read)
    rest = read
    if saved is not None:
        start, end = saved
        rest = f"{read[:start]}{' ' * (end - start)}{read[end:]}"
    utterance = understanding.understand(rest, context)
    utterance = _with_list(utterance, read, saved)
    if utterance.act is Act.REACT and scene.memory.asks_for_fewer(line_of(read)):
        return _asks_which(utterance, table)
    if tells_of_oneself(utterance) and scene.words.is_low(read):
        # Who has lost somebody wants to be comforted, and no film about a death.
        return _of_whole_line(understanding.understand(_COMFORT, context), read)
    underway = scene.last_shown is not None
    unheard = is_a_wish_unheard(utterance, scene.finder, underway=underway)
    if unheard or is_said_of_nothing(utterance) or scene.is_of_a_kind(utterance):
        return Utterance(read, Act.RECOMMEND, does=utterance.does)
    return settled(utterance, context.asked, scene.state, scene.catalogue)


def _with_list(utterance: Utterance, read: str, saved: Span | None) -> Utterance:
    """The line with what it says of the watch-list: only from it, or from any."""
    if saved is not None:
        act = Act.RECOMMEND if utterance.act.is_talk else utterance.act
        return replace(utterance, text=read, act=act, saved=saved)
    if holds("any_list", line_of(read)):
        return replace(utterance, act=Act.RECOMMEND, lifted=(*utterance.lifted, SAVED_KEY))
    return utterance


def _of_whole_line(utterance: Utterance, text: str) -> Utterance:
    """What another line says as what a line says."""
    whole = Span(0, len(text))
    facets = tuple(replace(facet, span=whole) for facet in utterance.facets)
    return replace(utterance, text=text, facets=facets)


def _asks_which(utterance: Utterance, table: tuple[int, ...]) -> Utterance:
    """A remark on fewer films than there are ("seen those two"), as the question which."""
    if utterance.picks or utterance.movies or utterance.ambiguous:
        return utterance
    span, strength = Span(0, len(utterance.text)), utterance.strength or 0.0
    which = AmbiguousMention(span, table, strength, "of those shown", seen=utterance.seen)
    return replace(utterance, ambiguous=(which,))


def take_turn(
    utterance: Utterance, scene: Scene, ids: Iterable[str], *, preface: str = ""
) -> TakenTurn:
    """The turn that answers a line.

    Args:
        utterance: the line.
        scene: what the turn starts from.
        ids: fresh recommendation ids; one is taken for each film.
        preface: what the reply begins with.
    """
    record, catalogue = scene.talk.record, scene.catalogue
    utterance = as_described(utterance, scene.finder)
    on_table = scene.table(utterance.text)
    table = table_of(record, scene.state, utterance, on_table, catalogue)
    table = replace(table, room=scene.room())
    saved = waiting(scene.talk.own, catalogue)
    step = from_saved(utterance, interpret(utterance, scene.state, table), saved)
    step, unclear = found_by_words(utterance, step, replace(scene, state=step.state).finder)
    complaint = _is_complaint(utterance, step, scene)
    settings = settings_of(scene.talk)
    wanted, held_back = films_now(settings, utterance, step, scene.usual, complaint=complaint)
    slate, insisted = Slate((), step.state), step.state.constraints
    chosen_from, asked_for = step.state, _to_be_shown(utterance, step.state, scene)
    if wanted or asked_for:
        # Nobody has to answer to every film: what stays without a word when the next ones come
        # says little.
        step = _eased(replace(step, state=passed_over(step.state)), table, wanted)
        chosen_from = step.state
        if complaint:
            shown = tokens_of(scene.last_shown, catalogue)
            chosen_from = elsewhere(step.state, shown, catalogue, table.room, wanted)
        chosen_from = for_adults(_among(asked_for, chosen_from, wanted, scene), catalogue)
        slate = _chosen(chosen_from, max(wanted, len(asked_for)), scene, ids)
        assumed = set(chosen_from.events) - set(step.state.events)
        after = slate.after.constrain(step.state.constraints).without(assumed)
        slate = replace(slate, after=after)
    if not slate.films or not saved:
        preface += of_the_list(utterance, step, saved, catalogue)
    preface += _nearest(utterance, scene)
    situation = replace(
        _situation(utterance, step, slate, scene, wanted=wanted, held_back=held_back),
        complaint=complaint,
        unclear=unclear,
        insisted=films_words(replace(insisted, excluded=()), catalogue),
        used_up=bool(catalogue.allowed(insisted).any()),
        few=table.has_room(step.state.constrain(insisted)),
    )
    reactions = reactions_in_words(record, step, catalogue)
    reply = _phrased(utterance, step, situation, scene, on_table)
    keys = [catalogue.key_of(catalogue.movie_token(film.movie.row)) for film in slate.films]
    grounds = Grounds(scene.facts, scene.policy, step.state, scene.words)
    told = _answered_of(utterance, grounds)
    people = people_asked(utterance.questions, grounds)
    said = replace(said_of(utterance, on_table, catalogue, told), people=people)
    memory = remembered(scene.memory, scene.number, said, keys)
    replaced = tuple((film.id, film.reaction or Reaction.CLEAR.value) for film, _ in reactions)
    fits = slate.shared.fits if slate.shared else ()
    understood = replace(reply.understood, replaced=replaced, fits=fits, memory=memory)
    reply = Reply(preface + reply.text, understood, slate.films)
    states = (scene.state, chosen_from, slate.after)
    turn = turn_of(scene.number, utterance.text, reply, states, catalogue)
    return TakenTurn(reply, turn, reactions, slate, utterance.kept)


def people_asked(questions: Sequence[FactQuestion], asked: Grounds) -> tuple[str, ...]:
    """Names of whom the questions are about, or whom their answers name, the first ones first."""
    names: list[str] = []
    for question in questions:
        names += [asked.facts.facts.people.names[code] for code in question.people]
        for token in question.films[:1]:
            film = known_of(token, asked.facts).film
            told = {Topic.MAKER: film.directors, Topic.CAST: film.cast, Topic.WRITER: film.writers}
            names += told.get(question.topic, ())
    return tuple(dict.fromkeys(names))[:_PEOPLE]


def _nearest(utterance: Utterance, scene: Scene) -> str:
    """What is said of a country of which there are no films: that, and what is shown instead."""
    missing = next((facet for facet in utterance.facets if facet.missing), None)
    if missing is None:
        return ""
    region = missing.region or scene.catalogue.facet(missing.token).name
    return say("reply.missing_place", scene.variant, place=missing.missing, region=region)


def _answered_of(utterance: Utterance, grounds: Grounds) -> set[int]:
    """Tokens of the films that the questions of a line are answered of."""
    return {token for question in utterance.questions for token in chosen(question, grounds)}


def _is_complaint(utterance: Utterance, step: Interpretation, scene: Scene) -> bool:
    """Whether the films that were shown are turned down all at once, or we are."""
    if utterance.act is Act.COMPLAIN:
        return scene.last_shown is not None
    shown = set(tokens_of(scene.last_shown, scene.catalogue))
    disliked = {token for token, reaction in step.reactions if reaction.liking < 0}
    return len(shown) > 1 and shown <= disliked and not utterance.movies


def _to_be_shown(utterance: Utterance, state: SessionState, scene: Scene) -> tuple[int, ...]:
    """The films that a line asks to be shown by name, of those that were not spoken of before."""
    asked = {
        token
        for question in utterance.questions
        if question.topic is Topic.HAS
        for token in question.films
    }
    open_to = scene.policy.available(state.constrain(Constraints()))
    return tuple(token for token in sorted(asked) if token <= len(open_to) and open_to[token - 1])


def _eased(step: Interpretation, table: Referents, wanted: int) -> Interpretation:
    """The step without wishes that leave no films, where some are wanted."""
    return relaxed(step, table, wanted) if wanted else step


def _among(
    asked_for: tuple[int, ...], state: SessionState, wanted: int, scene: Scene
) -> SessionState:
    """The state from which just the films asked for by name are chosen, and as many others as are
    wanted besides: those that it chooses anyway; as it was where none is asked for.
    """
    if not asked_for:
        return state
    others = _chosen(state, wanted - len(asked_for), scene, repeat("")) if wanted else None
    beside = [scene.catalogue.movie_token(one.movie.row) for one in others.films] if others else []
    among = tuple(sorted({*asked_for, *beside}))
    return state.constrain(Constraints(among=among))


def _chosen(state: SessionState, wanted: int, scene: Scene, ids: Iterable[str]) -> Slate:
    """The films; the same turn of the same session gambles the same."""
    rng = np.random.default_rng(seed_of(scene.seed, scene.talk.session, scene.number))
    return films_for(scene.talk, state, wanted, scene.policy, rng=rng, ids=ids)


def _situation(
    utterance: Utterance,
    step: Interpretation,
    slate: Slate,
    scene: Scene,
    *,
    wanted: int,
    held_back: bool,
) -> Situation:
    """What the reply is about, beyond the chips."""
    constraints, shown = step.state.constraints, len(slate.films)
    by_words = bool(step.state.sought)
    return Situation(
        variant=scene.variant,
        shown=shown,
        asked_for=wanted,
        films=films_words(constraints, scene.catalogue, shown if shown == wanted else 2),
        lead=films_words(named_before(step, scene.catalogue), scene.catalogue, shown),
        wished=constraints != Constraints() or by_words,
        cold=cold(step.state) and not by_words,
        first=scene.last_shown is None,
        more=utterance.act is Act.MORE,
        recalled=bool(utterance.sought),
        beyond=tuple(name for name in utterance.beyond if name != "topic" or not by_words),
        unheard=unheard(utterance, step),
        line=utterance.text,
        confessed=scene.memory.confessed,
        relaxed=tuple(map(wish_words, step.relaxed)),
        lift=lifts(step.state, scene.policy) if wanted and not shown else (),
        people=1 + len(scene.talk.others),
        held_back=held_back,
    )


def _phrased(
    utterance: Utterance,
    step: Interpretation,
    situation: Situation,
    scene: Scene,
    table: tuple[int, ...],
) -> Reply:
    """The words of the reply, what was understood, and what the person might say next."""
    catalogue = scene.catalogue
    question = question_of(utterance.ambiguous[0], catalogue) if utterance.ambiguous else None

    def worded(variant: int) -> str:
        return reply_text(
            utterance,
            step,
            replace(situation, variant=variant),
            question,
            last=scene.last_shown,
            table=table,
            facts=scene.facts,
        )

    last = scene.talk.record.last
    text = unlike("" if last is None else last.reply, worded, scene.variant)
    told = answers(utterance.questions, Grounds(scene.facts, scene.policy, step.state, scene.words))
    if told:
        says_more = situation.is_for_films or any(not chip.kind.is_unclear for chip in step.chips)
        text = f"{told}\n{text}" if says_more else told
    facets = frozenset(map(catalogue.key_of, filter(catalogue.is_facet, step.state.tokens())))
    back = brought_back(step.relaxed, catalogue)
    way_out = question or situation.lift
    lines = suggestions(utterance, step, situation.shown, way_out, facets=facets, back=back)
    return Reply(text, Understood(utterance.act.value, step.chips, question, lines))


def said_of(
    utterance: Utterance, table: tuple[int, ...], catalogue: Catalogue, told: Collection[int] = ()
) -> Said:
    """What of a line is remembered; `table` are the films that it points at by their places, `told`
    those that its questions are answered of.
    """
    named = (
        (catalogue.key_of(token), _mood(mention))
        for mention in utterance.movies
        for token in (mention.token, *mention.also)
    )
    places = _spoken_of(utterance, table, told)
    wishes = [facet.strength for facet in utterance.facets]
    return Said(
        tuple(named),
        tuple(catalogue.key_of(table[place]) for place in places),
        tuple(
            catalogue.key_of(token)
            for place, token in enumerate(table)
            if places and place not in places
        ),
        spurned=bool(wishes) and max(wishes) < 0,
        confessed=utterance.beyond,
        for_another=utterance.for_another,
    )


def _spoken_of(utterance: Utterance, table: Sequence[int], told: Collection[int]) -> Sequence[int]:
    """Places of the films that a line is about without naming them, or is `told` of."""
    if utterance.ambiguous or utterance.act not in _OF_THE_TABLE:
        return ()
    if utterance.questions:
        return tuple(place for place, token in enumerate(table) if token in told)
    count, everything = len(table), utterance.act is Act.REACT
    return picked_places(utterance, count) if everything or utterance.picks else ()


def _mood(mention: MovieMention) -> float | None:
    """How a film was spoken of, −1 … 1; None where it was named without a word on how it is."""
    liking = 0 if mention.idle else verdict_of(mention)[1].liking
    return LIKED * liking if liking else None
