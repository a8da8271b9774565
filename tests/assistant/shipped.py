"""What ships, as it serves, loaded once for all tests of a process: that takes longer than most of
them.

Nothing here changes once it is built. What does change, a store and who talks, is made anew for
whoever asks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from assistant.chat import Assistant
from assistant.language.understand import Understanding
from core.data.facts import FilmFacts
from core.model.bundle import Bundle
from core.model.policy import Exploration
from core.store import Store

MODELS = Path(__file__).parents[2] / "models"


@cache
def facts() -> FilmFacts:
    """What is known of films."""
    return FilmFacts.open(MODELS / "films")


@cache
def bundle() -> Bundle:
    """Policy and catalogue, which knows the numbers of the facts."""
    return Bundle.load(MODELS / "marquee", facts())


@cache
def understanding() -> Understanding:
    """What understands lines."""
    return Understanding(bundle().catalogue, facts())


def assistant(exploration: Exploration | None = None) -> Assistant:
    """As `Assistant.open` makes one, with an empty store."""
    policy = bundle().policy(exploration)
    return Assistant(policy, understanding(), Store.open("sqlite://"), facts=facts())
