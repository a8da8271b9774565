"""What was understood as chips: one for each film, wish and span of years."""

from __future__ import annotations

from assistant.dialogue import Chip, ChipKind
from assistant.explanations import facet_words
from assistant.wishes import LESSER_KNOWN
from core.catalogue import Catalogue
from core.domain import Reaction


def movie_chip(catalogue: Catalogue, token: int, reaction: Reaction, start: int = 0, end: int = 0) -> Chip:
    """Chip for a film that was liked, disliked or seen."""
    kind = {
        Reaction.UP: ChipKind.LIKE,
        Reaction.SEEN_LOVED: ChipKind.LIKE,
        Reaction.DOWN: ChipKind.DISLIKE,
        Reaction.SEEN_HATED: ChipKind.DISLIKE,
        Reaction.NOT_TONIGHT: ChipKind.LATER,
    }
    return Chip(kind.get(reaction, ChipKind.SEEN), catalogue.movie(token).label, catalogue.key_of(token), start, end)


def facet_chip(catalogue: Catalogue, token: int, kind: ChipKind, start: int = 0, end: int = 0) -> Chip:
    """Chip for a genre, tag or person."""
    return Chip(kind, facet_words(catalogue, token), catalogue.key_of(token), start, end)


def fame_chip(kind: ChipKind) -> Chip:
    """Chip for the wish for lesser known films."""
    return Chip(kind, "lesser known films", LESSER_KNOWN)
