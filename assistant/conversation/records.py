"""Turns and recommendations as the store keeps them, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.conversation.memory import Memory
from assistant.conversation.phrasing import (
    LIMIT_WORDS,
    capitalised,
    chip_of,
    label_of,
    limit_chip,
    listing,
    saved_chip,
    spared_chip,
    words_chip,
)
from assistant.conversation.reasons import (
    BILLED,
    SMALL,
    Because,
    Known,
    clauses_of,
    general_of,
    known_of,
    names_of,
    people_of,
    portraits,
    reasons,
)
from assistant.conversation.values import (
    Card,
    Chip,
    ChipKind,
    Exchange,
    Reply,
    Understood,
    mention_of,
    region_chips,
    tokens_of_keys,
)
from assistant.language.utterance import Act, Context
from assistant.language.words import normal
from assistant.wording import several, text
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts, Film
from core.data.telling import homeland, remakes_of, series_of
from core.domain import Constraints, Outcome, Reaction, Reason, Recommendation
from core.model.policy import WORDS, Choice, Policy
from core.session import SessionState
from core.store import Answer, SessionRecord, Shown, Turn

_PARTS = 15
"""Films of a series that are named: of longer ones (James Bond) the first."""
FILMS_OF_TASTE, WITH_DIARY = 40, 12
"""Most films of the taste beside the latest turns; of more, so many: nobody reads a diary."""


def seed_of(seed: int, session: str, number: int) -> int:
    """A number for one turn of one session: the same turn always gambles and reads the same."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{session}:{number}".encode()).digest()[:8], "big")


def recommend(
    policy: Policy, state: SessionState, choices: Iterable[Choice], ids: Iterable[str]
) -> tuple[Recommendation, ...]:
    """Choices of the policy as recommendations with their reasons."""
    catalogue, choices = policy.catalogue, tuple(choices)
    parts = policy.explanations(state, [choice.token for choice in choices], SMALL)
    return tuple(
        Recommendation(
            id=recommendation_id,
            movie=catalogue.movie(choice.token),
            q_value=choice.q_value,
            propensity=choice.propensity,
            policy_version=policy.version,
            reasons=reasons(state, catalogue, choice.token, contributions),
            explored=choice.explored,
            match=choice.match,
        )
        for choice, contributions, recommendation_id in zip(choices, parts, ids, strict=False)
    )


def shown_of(recommendation: Recommendation, position: int, catalogue: Catalogue) -> Shown:
    """A recommendation as the store logs it."""
    parts = [
        {
            "text": reason.text,
            "contribution": reason.contribution,
            "key": catalogue.key_of(reason.token) if reason.token > 0 else "",
        }
        for reason in recommendation.reasons
    ]
    return Shown(
        id=recommendation.id,
        movie_id=recommendation.movie.movie_id,
        position=position,
        q_value=recommendation.q_value,
        propensity=recommendation.propensity,
        policy_version=recommendation.policy_version,
        explored=recommendation.explored,
        reasons=json.dumps({"match": recommendation.match, "parts": parts}, ensure_ascii=False),
    )


def turn_of(
    number: int,
    text: str,
    reply: Reply,
    states: tuple[SessionState, SessionState, SessionState],
    catalogue: Catalogue,
) -> Turn:
    """A turn as the store logs it; the states: before it, when films were chosen, after it."""
    before, chosen_from, after = (state.to_json(catalogue) for state in states)
    return Turn(
        number=number,
        text=text,
        understood=reply.understood.to_json(),
        reply=reply.text,
        shown=tuple(
            shown_of(film, place, catalogue) for place, film in enumerate(reply.recommendations)
        ),
        state_before=before,
        state_shown=chosen_from,
        state_after=after,
    )


def card_of(shown: Shown, catalogue: Catalogue) -> Card | None:
    """A logged recommendation as the page draws it; None for a film not in this catalogue."""
    token = catalogue.token_of_movie_id(shown.movie_id)
    if token is None:
        return None
    record = json.loads(shown.reasons)
    if isinstance(record, list):  # the parts alone, as they were logged before there was a match
        record = {"match": None, "parts": record}
    parts = tuple(
        Reason(part["text"], part["contribution"], catalogue.token_of(part["key"]) or 0)
        for part in record["parts"]
    )
    recommendation = Recommendation(
        id=shown.id,
        movie=catalogue.movie(token),
        q_value=shown.q_value,
        propensity=shown.propensity,
        policy_version=shown.policy_version,
        reasons=parts,
        explored=shown.explored,
        match=record["match"],
    )
    return Card(recommendation, _reaction(shown), people=people_of(catalogue, token))


def _reaction(shown: Shown) -> Reaction:
    return Reaction(shown.reaction or Reaction.CLEAR.value)


def exchange_of(turn: Turn, catalogue: Catalogue) -> Exchange:
    """A logged turn as the page draws it."""
    cards = (card_of(shown, catalogue) for shown in turn.shown)
    required = json.loads(turn.state_shown)["required"] if turn.shown else ()
    return Exchange(
        turn.number,
        turn.text,
        turn.reply,
        Understood.from_json(turn.understood),
        tuple(card for card in cards if card is not None),
        musts=tokens_of_keys(required, catalogue),
    )


def reply_of(answer: Answer, catalogue: Catalogue) -> Reply:
    """What answered a request, once more."""
    if answer.turn is None:
        return Reply(answer.reply, Understood(Act.UNDO.value))
    exchange = exchange_of(answer.turn, catalogue)
    films = tuple(card.recommendation for card in exchange.cards)
    return Reply(exchange.reply, exchange.understood, films)


def replayed(state: SessionState, turns: Sequence[Turn], catalogue: Catalogue) -> SessionState:
    """The state with the reactions that films have now: undo keeps thumbs of earlier turns."""
    for shown in (shown for turn in turns for shown in turn.shown):
        token = catalogue.token_of_movie_id(shown.movie_id)
        outcome = None if token is None else state.outcome_of(token)
        if token is None or outcome is None or not outcome.is_event:
            continue
        if shown.reaction is not None or outcome is not Outcome.PASSED:
            state = state.react(token, _reaction(shown))
    return state


def latest_taste(
    state: SessionState, catalogue: Catalogue, *, whole: bool
) -> tuple[tuple[Chip, ...], int]:
    """The taste, unless `whole` with the latest films only, and how many films were left out."""
    films = [
        token for token, outcome in state.events if outcome.is_known and catalogue.is_movie(token)
    ]
    if whole or len(films) <= FILMS_OF_TASTE:
        return taste_of(state, catalogue), 0
    hidden = len(films) - WITH_DIARY
    left_out = frozenset(films[:hidden])
    events = tuple(event for event in state.events if event.token not in left_out)
    return taste_of(replace(state, events=events), catalogue), hidden


def taste_of(state: SessionState, catalogue: Catalogue) -> tuple[Chip, ...]:
    """What is held about a person, in the order they said it; years and fame last."""
    constraints = state.constraints
    conditions = {*constraints.required, *constraints.excluded}
    chips = []
    for token, outcome in state.events:
        if outcome.wish:
            seen_all = token in constraints.excluded
            wanted = outcome.wish > 0 and not seen_all
            kind = ChipKind.of_wish(wanted=wanted, hard=token in conditions)
            chips.append(chip_of(catalogue, token, kind))
        elif outcome.is_known and catalogue.is_movie(token):
            chips.append(chip_of(catalogue, token, ChipKind.of_film(outcome)))
    limits = filter(None, map(constraints.limit, LIMIT_WORDS))
    words = [words_chip(state.sought)] if state.sought else []
    words += map(spared_chip, state.spared)
    words += [saved_chip()] if constraints.among is not None else []
    regions = region_chips(constraints, catalogue)
    return (*chips, *regions, *(limit_chip(limit, catalogue) for limit in limits), *words)


def why_of(
    turn: Turn | None, picked: Collection[int], catalogue: Catalogue
) -> list[Recommendation]:
    """The films of a turn, with their reasons: those of the picked tokens, or all."""
    cards = [card_of(shown, catalogue) for shown in turn.shown] if turn else []
    films = [card.recommendation for card in cards if card is not None]
    return [film for film in films if catalogue.movie_token(film.movie.row) in picked] or films


def memory_of(last: Turn | None) -> Memory:
    """What was spoken of up to a turn; nothing without one."""
    return Memory() if last is None else Understood.from_json(last.understood).memory


def unanswered(turn: Turn | None) -> tuple[str, ...]:
    """Films of a turn, by their stable names, that nobody reacted to."""
    shown = turn.shown if turn else ()
    return tuple(f"movie:{one.movie_id}" for one in shown if one.reaction is None)


def context_of(
    last: Turn | None, table: tuple[int, ...], state: SessionState, catalogue: Catalogue
) -> Context:
    """What a line may refer to after the `last` turn, with the films it can point at."""
    children = catalogue.token_of_facet("genre", "Children") in state.constraints.required
    for_children = children or state.constraints.limit("age") is not None
    if last is None:
        return Context(table, for_another=for_children)
    understood = Understood.from_json(last.understood)
    memory = understood.memory
    return Context(
        table,
        mention_of(understood.question, catalogue),
        None if memory.named is None else catalogue.token_of(memory.named),
        tokens_of_keys(memory.untold, catalogue),
        memory.mood,
        spurned=memory.spurned,
        for_another=for_children or memory.for_another,
        offered=frozenset(token for token in table if _is_offered(state.outcome_of(token))),
        wanted=frozenset(state.tokens(Outcome.WANTED)),
        spared=frozenset(state.tokens(Outcome.AVOIDED)),
        people=memory.people,
        lately=tokens_of_keys(memory.lately, catalogue),
    )


def _is_offered(outcome: Outcome | None) -> bool:
    """Whether a film that was spoken of is one that we put forward, and not one that they named."""
    return outcome is not None and not outcome.is_statement


def tokens_of(turn: Turn | None, catalogue: Catalogue) -> tuple[int, ...]:
    """Film tokens that a turn showed, in order, without films not in this catalogue."""
    found = (catalogue.token_of_movie_id(shown.movie_id) for shown in (turn.shown if turn else ()))
    return tuple(token for token in found if token is not None)


def shown_films(record: SessionRecord) -> dict[int, Shown]:
    """Every live recommendation of the session by movieId."""
    return {shown.movie_id: shown for turn in record.turns for shown in turn.shown}


# ---- cards


def length(minutes: int) -> str:
    """Minutes as people say them.

    >>> length(117), length(120), length(45)
    ('1 h 57 min', '2 h', '45 min')
    """
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest else "")))


def order_of(known: Known, facts: CatalogueFacts) -> str:
    """A series in order: the same answer for each film of it."""
    series = series_of(known.film, facts)
    if len(series) < 2:
        return text("answer.no_series", film=known.movie.label)
    films = [f"{place}. {movie.label}" for place, movie in enumerate(series, 1)][:_PARTS]
    more = len(series) - len(films)
    end = text("answer.more_films", count=more) if more else ""
    return text("answer.order", series=known.film.series, films=", ".join(films), more=end)


def sequels_of(known: Known, facts: CatalogueFacts) -> str:
    """What comes before and after a film, and its remakes."""
    series, label = series_of(known.film, facts), known.movie.label
    remakes = remakes_of(known.film, facts)[:BILLED]
    parts = []
    if len(series) > 1:
        at = series.index(known.movie)
        for form, films in (
            ("answer.before", series[:at][-BILLED:]),
            ("answer.after", series[at + 1 :][:BILLED]),
        ):
            if films:
                parts.append(text(form, films=listing([movie.label for movie in films])))
        told = text("answer.series", film=label, series=known.film.series)
        parts = [told, *parts] if parts else []
    if remakes:
        parts.append(text("answer.remake", films=listing(remakes)))
    return " ".join(parts) or text("answer.no_sequel", film=label)


def details(known: Known, facts: CatalogueFacts) -> tuple[str, ...]:
    """What a card says of a film under its title, each a few words."""
    film = known.film
    said = []
    if film.directors:
        said.append(text("answer.card_by", names=listing(film.directors[:2])))
    cast = film.cast[:BILLED] or known.people
    if cast:
        said.append(", ".join(cast))
    if film.runtime:
        said.append(length(film.runtime))
    if film.language not in ("", "English"):
        home = filter(None, (homeland(film, facts.catalogue),))
        said.append(", ".join((*home, film.language)).removeprefix("the "))
    if film.place and len(series := series_of(film, facts)) > 1:
        place = series.index(known.movie) + 1
        said.append(text("answer.card_series", series=film.series, place=place, count=len(series)))
    return tuple(said)


def with_facts(exchange: Exchange, facts: CatalogueFacts) -> Exchange:
    """A turn whose cards tell what is known of their films, no two of them with one sentence."""
    films = [card.recommendation for card in exchange.cards]
    found = [known_of(facts.catalogue.movie_token(film.movie.row), facts) for film in films]
    told = zip(found, (film.reasons for film in films), strict=True)
    lines = sentences(list(told), facts, exchange.musts)
    cards = tuple(
        replace(
            card,
            details=details(known, facts),
            imdb_id=known.movie.imdb_id or known.film.imdb_id,
            because=line,
        )
        for card, known, line in zip(exchange.cards, found, lines, strict=True)
    )
    return replace(exchange, cards=cards)


def sentences(
    films: Sequence[tuple[Known, Sequence[Reason]]],
    facts: CatalogueFacts,
    musts: Collection[int] = (),
) -> list[str]:
    """What each film of a slate is and why it is here, as a person would say it.

    A film is told by what was wished where it has that, then by what tells most of it. What another
    film of the slate gives as its reason is not given again as long as there is a reason of its
    own. `musts` are facets that every film shown has to have.
    """
    lines: list[str] = []
    given: set[str] = set()
    for known, parts in films:
        wishes = dict(_wishes_met(known, parts, musts, facts.catalogue))
        phrases = portraits(known, frozenset().union(*wishes.values()))
        phrase = _fresh([(one, {one}) for one in phrases], given) or phrases[0]
        untold = [name for name, names in wishes.items() if not _is_told(names, phrase)]
        clause = _fresh(_clauses(known, parts, untold, facts), given)
        line = f"{capitalised(phrase)}{clause}."
        lines.append(line if line not in lines else f"{known.movie.label}: {line}")
    return lines


def _fresh(said: Iterable[tuple[str, Collection[str]]], given: set[str]) -> str:
    """The first text that is about something not `given` yet, which then is; "" for none."""
    for words, about in said:
        if not given.issuperset(about):
            given.update(about)
            return words
    return ""


def _wishes_met(
    known: Known, reasons: Iterable[Reason], musts: Collection[int], catalogue: Catalogue
) -> Iterator[tuple[str, frozenset[str]]]:
    """The wishes that speak for a film and that it has: each in words, and what it is called.

    Without the musts, which all films fulfil, and genres, which stand on the card.
    """
    tokens = {reason.token for reason in reasons if reason.contribution > 0}
    for token in tokens.intersection(catalogue.facets_of(known.token)).difference(musts):
        facet = catalogue.facet(token)
        if facet.kind != "genre":
            names = frozenset().union(*map(names_of, (facet.name, *facet.aliases)))
            yield label_of(catalogue, token), names


def _is_told(names: Iterable[str], phrase: str) -> bool:
    words = f" {normal(phrase)} "
    return any(f" {name} " in words for name in names)


def _clauses(
    known: Known, reasons: Sequence[Reason], wishes: Sequence[str], facts: CatalogueFacts
) -> Iterator[Because]:
    """What a sentence can go on with, the best first; that a film is like itself says nothing."""
    reasons = [one for one in reasons if one.token != known.token]
    if wishes:
        told = (w.removeprefix("films ") if w[:6] == "films " else f"with “{w}”" for w in wishes)
        said = text("answer.with_wish", wishes=listing([*told][:2]))
        yield Because(said, frozenset(wishes))
    yield from (Because(f"; {one.text}", frozenset((one.text,))) for one in _found(reasons))
    yield from clauses_of(reasons)
    liked = [one.token for one in reasons if one.contribution >= SMALL]
    for token in filter(facts.catalogue.is_movie, liked):
        yield from _in_common(known, known_of(token, facts))
    yield from _honours(known)
    yield from filter(None, (general_of(reasons),))


def _found(reasons: Iterable[Reason]) -> list[Reason]:
    return [one for one in reasons if one.token == WORDS and one.contribution > 0]


def _in_common(known: Known, other: Known) -> Iterator[Because]:
    """What a film shares with one that is liked: its series, its maker, its cast."""
    title, film, liked = other.movie.title, known.film, other.film
    if film.series and film.series == liked.series:
        yield Because(text("answer.same_series", film=title), frozenset((film.series,)))
    for name in film.directors:
        if name in liked.directors:
            yield Because(text("answer.same_maker", name=name, film=title), frozenset((name,)))
    for name in film.cast[:BILLED]:
        if name in liked.cast[:BILLED]:
            yield Because(text("answer.same_cast", name=name, film=title), frozenset((name,)))


def _honours(known: Known) -> Iterator[Because]:
    """Prizes and sources of a film: nothing of the person, but it tells the film from others."""
    won = sum(prize.won for prize in known.film.prizes)
    if won:
        numbers = several("reply.numbers")
        count = numbers[won] if won < len(numbers) else str(won)
        said = text("answer.one_oscar" if won == 1 else "answer.oscars", count=count)
        yield Because(said, frozenset((known.movie.label, said)))
    if known.film.sources:
        said = _made_from(known.film)
        yield Because(said, frozenset((said,)))


def _made_from(film: Film) -> str:
    authors = [name for name in film.authors if name not in film.directors]
    source = _a(film.sources[0])
    if authors:
        return text("answer.from_source", source=source, names=listing(authors[:2]))
    return text("answer.on_source", source=source)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def barring(token: int, constraints: Constraints, catalogue: Catalogue) -> list[str]:
    """The hard wishes that a film does not fulfil, in words."""
    row, numbers, has = token - 1, catalogue.numbers, catalogue.has
    return [
        *(one.column for one in constraints.limits if not one.holds(int(numbers(one.column)[row]))),
        *(label_of(catalogue, one) for one in constraints.required if not has(one)[row]),
        *(f"no {label_of(catalogue, one)}" for one in constraints.excluded if has(one)[row]),
    ]
