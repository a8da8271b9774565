"""What a line can refer to, and what it says of films that were shown, with the record of its session."""

from __future__ import annotations

from assistant.interpretation import Interpretation, Table
from assistant.records import RECOMMENDED, shown_films
from assistant.utterance import Utterance
from core.catalogue import Catalogue
from core.domain import Reaction
from core.policy import Policy
from core.rewards import reward_of
from core.session import SessionState
from core.store import SessionRecord, Turn


def table_of(
    record: SessionRecord, state: SessionState, utterance: Utterance, last: Turn | None, policy: Policy
) -> Table:
    """What the line can refer to; all turns are read only where it names a film that may have been shown."""
    catalogue = policy.catalogue
    named = {token for mention in utterance.movies for token in (mention.token, *mention.also)}
    on_table = tokens_of(last, catalogue)
    tokens = set(on_table)
    if any(state.outcome_of(token) in RECOMMENDED for token in named - tokens):
        found = (catalogue.token_of_movie_id(movie_id) for movie_id in shown_films(record))
        tokens |= {token for token in found if token is not None}
    return Table(catalogue, on_table, frozenset(tokens), room=lambda changed: int(policy.available(changed).sum()))


def react_in_words(record: SessionRecord, step: Interpretation, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Logs what the line said of recommended films as reactions; returns those that stood before."""
    if not step.reactions:
        return ()
    shown = shown_films(record)
    replaced = []
    for token, reaction in step.reactions:
        film = shown[catalogue.movie(token).movie_id]
        record.react(film.id, reaction, reward_of(reaction))
        replaced.append((film.id, film.reaction or Reaction.CLEAR.value))
    return tuple(replaced)


def tokens_of(turn: Turn | None, catalogue: Catalogue) -> tuple[int, ...]:
    """Film tokens that a turn showed, in order; films that this catalogue no longer holds are left out."""
    found = (catalogue.token_of_movie_id(shown.movie_id) for shown in (turn.shown if turn else ()))
    return tuple(token for token in found if token is not None)
