"""What Marquee says where there is nothing to say of films: greetings, help, thanks, yes and no.

Variants are chosen by number, so the same turn of the same session always reads the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.conversation.phrasing import listing
from assistant.language.utterance import Act
from core.domain import Movie

INVITATION = "Tell me a film or two you loved, and one you couldn’t stand."
EXAMPLES = (
    "I loved Alien and The Thing but hated Titanic",
    "Something like Amélie, but not a musical",
    "A comedy from the 80s",
    "Surprise me",
)

_GREETING = (
    f"Hello! I find films for tonight. {INVITATION}",
    f"Good evening! Let’s find you a film. {INVITATION}",
    f"Hi there! {INVITATION} I’ll take it from there.",
)
_HELP = (
    "Just talk to me. Name films you loved or couldn’t stand (“loved Heat, hated Titanic”), "
    "say what you’re in the mood for (“a funny western from the 70s, no musicals”, "
    "“not too popular”), or give films to go by (“more like Alien”). Thumbs teach me most. "
    "“More”, “why the second one?”, “forget Titanic”, “any year”, “undo” and “start over” work too."
)
_EMPTY = (
    "I’m listening. A film you love is a good start.",
    "Nothing came through. Name a film you love, or ask for “a comedy from the 80s”.",
)
_OFF_TOPIC = (
    "I can’t make a wish of that. Name a film, a genre, a mood or a decade, and I’ll go by it.",
    "That’s beyond my projector: I go by films, genres, moods, people and years. "
    "Name one and I’ll find the next film.",
)
_THANKS = (
    "My pleasure. Enjoy the film!",
    "You’re welcome. Shout if you’d like more.",
    "Any time. Have a good evening!",
)
_BYE = (
    "Good night, and enjoy the film!",
    "See you at the pictures. Your conversation stays here if you come back.",
)
_NOT_UNDERSTOOD = (
    "I didn’t catch a film or a wish in that. “Help” shows how we can talk.",
    "I’m not sure what you mean. Name a film, a genre or a decade, and off we go.",
)
_ABOUT_YOU = (
    "I’m Marquee, a program that learned its taste from people’s film ratings and learns on from "
    "your thumbs. There is nothing to pay, and what you tell me is kept under a random number. "
    f"{INVITATION}",
)
_DECLINE = (
    f"As you like. {INVITATION}",
    "No hurry. Whenever you’re ready, name a film you love or a mood you’re in.",
)
_COMPLAIN = (
    "Fair enough, I can do better. One film you love and one you can’t stand would help me most.",
    "No hard feelings. Tell me what was wrong (“too long ago”, “no horror”), "
    "or start with a film you love.",
)
_AGREE = (
    "Enjoy it! Tell me how it was, or say “more” for others.",
    "Good choice. Let me know how you liked it; “more” brings others.",
)
_AGREE_TABLE = (
    "Good. Enjoy the film, and tell me how it was. “More” brings others.",
    "Lovely. When you’ve watched one, tell me how it was; until then, “more” brings others.",
)
_NO_TABLE = (
    "There are no films on the table yet, so I can’t tell which ones you mean. "
    "Name them, or ask me for some."
)
_SMALL_TALK = {
    Act.ABOUT_YOU: _ABOUT_YOU,
    Act.DECLINE: _DECLINE,
    Act.COMPLAIN: _COMPLAIN,
    Act.REACT: (_NO_TABLE,),
    Act.GREET: _GREETING,
    Act.HELP: (_HELP,),
    Act.EMPTY: _EMPTY,
    Act.OFF_TOPIC: _OFF_TOPIC,
    Act.THANKS: _THANKS,
    Act.BYE: _BYE,
}
_START_OVER = f"Clean slate: I’ve let go of your tastes and wishes. {INVITATION}"
_NO_UNDO = "There is nothing left to take back."
_UNDONE = ("Taken back.", "Done, that never happened.")
_CUT = "That was a long one: I read the first {limit:,} characters."


def small_talk(act: Act, variant: int) -> str:
    """The answer to a line that tells nothing of films: a greeting, a thank-you, an empty line."""
    return pick(_SMALL_TALK.get(act, _NOT_UNDERSTOOD), variant)


def agreed(films: Sequence[Movie], on_table: bool, variant: int) -> str:
    """The answer to "ok" or "I'll watch that one"; `films` are those it picks."""
    if films:
        answer = pick(_AGREE, variant)
        titles = listing(film.title for film in films)
        return f"{titles}: {answer[:1].lower()}{answer[1:]}"
    return pick(_AGREE_TABLE, variant) if on_table else f"Good. {INVITATION}"


def started_over() -> str:
    """The answer to "start over"."""
    return _START_OVER


def undone(anything: bool, variant: int) -> str:
    """The answer to "undo"; `anything` says whether there was a turn to take back."""
    return pick(_UNDONE, variant) if anything else _NO_UNDO


def cut(limit: int) -> str:
    """Says that only the first `limit` characters were read."""
    return _CUT.format(limit=limit)


def pick(forms: Sequence[str], variant: int) -> str:
    """One of several wordings."""
    return forms[variant % len(forms)]
