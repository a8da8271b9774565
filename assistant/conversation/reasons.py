"""Why this film: the exact parts of its score, put into words.

A score, Q-value and pull of the conversation together, is a sum of one part that owes nothing to
the conversation, one part for each thing said or done in it, and one of the knob between popular
films and hidden gems where that is turned (`Policy.explain`). Parts are only ever worded and
grouped here, never rescaled: the reasons of a film add up to the score that ranked it.

Who is named with a film: people of the catalogue, and the names among the tags that viewers gave
it.

What was understood as chips: one for each film, wish and span of years.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from assistant.conversation.phrasing import LESSER_KNOWN
from assistant.conversation.values import Chip, ChipKind
from assistant.language.lexicon import as_written, table
from core.catalogue import Catalogue
from core.data.facts import FOREIGN
from core.domain import Facet, Outcome, Reaction, Reason
from core.model.policy import KNOB, WHOLE, Contribution
from core.session import SessionState

MOST_NAMES: Final = 3
"""Names on a card."""


@lru_cache(
    maxsize=4096
)  # of a catalogue of thousands of films a server's conversations show a few hundred
def people_of(catalogue: Catalogue, token: int) -> tuple[str, ...]:
    """At most `MOST_NAMES` people of a film, those of most films first; KeyError for a token that
    is no film.

    Viewers tag what stands out ("Tom Hanks"), so this is no cast list: many films have nobody here.
    """
    tokens = [facet for facet in catalogue.facets_of(token) if name_of(catalogue.facet(facet))]
    tokens.sort(key=lambda facet: -int(catalogue.facet_sizes[facet - catalogue.facet_token(0)]))
    names: dict[str, str] = {}
    for facet in tokens:
        name = name_of(catalogue.facet(facet))
        names.setdefault(
            "".join(filter(str.isalpha, name)), name
        )  # "J. K. Simmons" is "J.K. Simmons"
    return tuple(names.values())[:MOST_NAMES]


def name_of(facet: Facet) -> str:
    """The name of a person as it is written; empty where the facet is none."""
    if facet.kind == "person":
        return facet.name
    name = as_written(facet.name)
    known = facet.kind == "tag" and name != name.lower() and " " in name
    return name if known and name not in table("constraints")["no_people"]["names"] else ""


SMALL = 0.005
"""Parts below this (in units of one thumb up; they would read "+0.00") are told together."""

_NOISE = 5e-5
"""Less than this is the rounding of float32 sums."""

REST = "everything else in our conversation"
MOST = 8
"""A film is given at most this many reasons of its own; the smaller ones are told together."""

_WORDS = {
    Outcome.STATED_LIKE: ("liked by fans of {}", "less liked by fans of {}"),
    Outcome.UP: ("liked by fans of {}", "less liked by fans of {}"),
    Outcome.STATED_DISLIKE: ("away from {}", "close to {}, which you did not like"),
    Outcome.DOWN: ("away from {}", "close to {}, which you turned down"),
    Outcome.SEEN: ("liked by people who know {}", "less liked by people who know {}"),
    Outcome.NOT_TONIGHT: ("away from {}, which you put off", "close to {}, which you put off"),
}
"""What a positive and a negative part of each kind of event says.

"Liked by fans of Alien" and not "close to Alien": what carries the number is people, so it may well
be a comedy. """

_LITTLE_KNOWN = ("akin to {}", "unlike {}")
"""The same for a like of a film that too few have rated: what carries the number are its genres,
tags and years."""

ASKED = ", as you asked"
_VERBS = (
    "liked by fans of ",
    "akin to ",
    "liked by people who know ",
    "liked by people who like ",
    "away from ",
    "tagged ",
)
"""Beginnings that two reasons share once they are told together."""

_FACET_WORDS = {
    (Outcome.WANTED, True): (f"{{}}{ASKED}", "less liked by people who like {}"),
    (Outcome.WANTED, False): ("liked by people who like {}", "less liked by people who like {}"),
    (Outcome.AVOIDED, True): ("liked by people who avoid {}", "{}, which you wanted less of"),
    (Outcome.AVOIDED, False): (f"away from {{}}{ASKED}", "less liked by people who avoid {}"),
}
"""The same for a genre or tag that was asked for or to be spared, for films that have it (True) and
that do not.

The number holds both what people with that leaning like and whether the film has it: a comedy that
fans of comedies think little of still gets a negative part, and is still a comedy. """

_FOR_CHILDREN = "for children"
"""What a single film is, where several are "films for children"."""

_UNANSWERED = frozenset({Outcome.SHOWN, Outcome.PASSED})
_PASSED = ("away from what you passed over", "close to what you passed over")
"""Films that were shown and not reacted to, told together: each says little and they are many."""

_KNOB = {
    (True, True): "less known, as you set it",
    (True, False): "better known than you set it",
    (False, True): "well known, as you set it",
    (False, False): "less known than you set it",
}
"""What the knob's part says: whether it stands on the side of hidden gems, and whether the film
gains by it."""

_GENERAL = ("many people like it", "some people like it", "not one that everybody talks about")
MANY = 0.15
"""From this on, what a film has without the conversation is told as "many people like it" (the best
known have .41, and up to .4 more while the conversation opens)."""


def reasons(
    state: SessionState, catalogue: Catalogue, film: int, contributions: Sequence[Contribution]
) -> tuple[Reason, ...]:
    """Reasons for one film, weightiest first; their contributions add up to those given.

    Args:
        state: the transcript that the film was chosen from.
        catalogue: to name films and facets.
        film: token of the film.
        contributions: of `Policy.explain(state, film)`.
    """
    outcomes = dict(state.events)
    base = sum(part.value for part in contributions if part.token == 0)
    passed = sum(part.value for part in contributions if outcomes.get(part.token) in _UNANSWERED)
    rest = sum(part.value for part in contributions if part.token == WHOLE)
    spoken = [
        part for part in contributions if part.token > 0 and outcomes[part.token] not in _UNANSWERED
    ]
    rest += sum(
        part.value for part in spoken if abs(part.value) < SMALL
    )  # of a diary of thousands, nearly all
    worded: list[Reason] = []
    for part in sorted(
        (part for part in spoken if abs(part.value) >= SMALL), key=lambda part: -abs(part.value)
    ):
        words = _words_for(outcomes[part.token], part.token, film, catalogue)
        if words is None or len(worded) >= MOST:
            rest += part.value
            continue
        text = words[part.value < 0].format(_name(catalogue, part.token))
        text = f"{_FOR_CHILDREN}{ASKED}" if text == f"{_GENRES['Children']}{ASKED}" else text
        worded.append(
            Reason(f"tagged {text}" if text.startswith("“") else text, part.value, part.token)
        )
    worded.append(Reason(_GENERAL[(base < MANY) + (base < 0)], base))
    knob = sum(part.value for part in contributions if part.token == KNOB)
    if abs(knob) >= SMALL:
        worded.append(Reason(_KNOB[state.gems > 0, knob > 0], knob))
    else:
        rest += knob
    if abs(passed) >= SMALL:
        worded.append(Reason(_PASSED[passed < 0], passed))
    else:
        rest += passed
    worded.sort(key=lambda reason: -abs(reason.contribution))
    if abs(rest) > _NOISE:
        worded.append(Reason(REST, rest))
    return tuple(worded)


def _words_for(
    outcome: Outcome, token: int, film: int, catalogue: Catalogue
) -> tuple[str, str] | None:
    """What a positive and a negative part say of an event; None for events that have no words."""
    if outcome in (Outcome.STATED_LIKE, Outcome.UP) and token > catalogue.n_items:
        return _LITTLE_KNOWN
    if outcome not in (Outcome.WANTED, Outcome.AVOIDED):
        return _WORDS.get(outcome)
    return _FACET_WORDS[outcome, bool(catalogue.has(token)[film - 1])]


def _name(catalogue: Catalogue, token: int) -> str:
    """A film or facet inside a reason; a tag that is no name stands in quotes, since it may be any
    kind of word.
    """
    if catalogue.is_movie(token):
        return catalogue.movie(token).title
    words = facet_words(catalogue, token)
    return (
        f"“{words}”" if catalogue.facet(token).kind == "tag" and words == words.lower() else words
    )


_GENRES: Final = {
    "Sci-Fi": "science fiction",
    "Film-Noir": "film noir",
    "Children": "films for children",
    "Musical": "musicals",
    "Western": "westerns",
    "Documentary": "documentaries",
}
"""Genres that read badly by their names."""


def facet_words(catalogue: Catalogue, token: int) -> str:
    """A facet inside a sentence: "comedy", "time travel", "Sigourney Weaver"."""
    facet = catalogue.facet(token)
    if facet.name == FOREIGN:
        return "foreign-language films"
    if facet.kind in ("person", "language"):
        return facet.name
    if facet.kind == "tag":
        return as_written(facet.name)
    return _GENRES.get(facet.name, facet.name.lower())


def headline(reasons: Sequence[Reason]) -> str:
    """One line for under the title, from the reasons that speak for the film.

    At most two films or wishes, the weightiest; where nothing said in the conversation speaks for
    it, what is known without it.
    """
    spoken = [reason for reason in reasons if reason.token and reason.contribution >= SMALL]
    spoken.sort(key=lambda reason: -reason.contribution)
    line = (
        _join(spoken[:2])
        if spoken
        else next(reason.text for reason in reasons if reason.text in _GENERAL)
    )
    return f"{line[:1].upper()}{line[1:]}."


def _join(spoken: Sequence[Reason]) -> str:
    """Gives "away from Titanic and Cats" rather than "away from Titanic; away from Cats"."""
    if len(spoken) == 1:
        return spoken[0].text
    first, second = (reason.text for reason in spoken)
    asked = ASKED if first.endswith(ASKED) and second.endswith(ASKED) else ""
    one, other = first.removesuffix(asked), second.removesuffix(asked)
    if asked and _FOR_CHILDREN in (one, other):
        kind = other if one == _FOR_CHILDREN else one
        return (
            f"{kind} {_FOR_CHILDREN}{asked}"
            if not kind.startswith(_VERBS)
            else f"{first}; {second}"
        )
    verb, same = (
        next((verb for verb in _VERBS if text.startswith(verb)), "") for text in (one, other)
    )
    if verb == same and (verb or asked) and ", " not in one + other:
        return f"{one} and {other.removeprefix(verb)}{asked}"
    return f"{first}; {second}"


def movie_chip(
    catalogue: Catalogue, token: int, reaction: Reaction, start: int = 0, end: int = 0
) -> Chip:
    """Chip for a film that was liked, disliked or seen."""
    kind = {
        Reaction.UP: ChipKind.LIKE,
        Reaction.SEEN_LOVED: ChipKind.LIKE,
        Reaction.DOWN: ChipKind.DISLIKE,
        Reaction.SEEN_HATED: ChipKind.DISLIKE,
        Reaction.NOT_TONIGHT: ChipKind.LATER,
    }
    return Chip(
        kind.get(reaction, ChipKind.SEEN),
        catalogue.movie(token).label,
        catalogue.key_of(token),
        start,
        end,
    )


def facet_chip(
    catalogue: Catalogue, token: int, kind: ChipKind, start: int = 0, end: int = 0
) -> Chip:
    """Chip for a genre, tag or person."""
    return Chip(kind, facet_words(catalogue, token), catalogue.key_of(token), start, end)


def fame_chip(kind: ChipKind) -> Chip:
    """Chip for the wish for lesser known films."""
    return Chip(kind, "lesser known films", LESSER_KNOWN)
