"""What Marquee says: short, warm, and true to what was understood.

All wording stands here. Variants are chosen by number, so the same turn of the same session always reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.dialogue import Chip, ChipKind, Question
from assistant.utterance import Act
from assistant.wishes import listing

INVITATION = "Tell me a film or two you loved, and one you couldn’t stand."
EXAMPLES = (
    "I loved Alien and The Thing but hated Titanic",
    "Something like Amélie, but not a musical",
    "A comedy from the 80s",
    "Surprise me",
)
CONSENT = (
    "To learn what to suggest, Marquee keeps this conversation, the films it showed and your thumbs under a random "
    "number: no name, no address, no cookies of others. “Forget me” deletes it."
)

_GREETING = (
    f"Hello! I find films for tonight. {INVITATION}",
    f"Good evening! Let’s find you a film. {INVITATION}",
    f"Hi there! {INVITATION} I’ll take it from there.",
)
_HELP = (
    "Just talk to me. Name films you loved or couldn’t stand (“loved Heat, hated Titanic”), say what you’re in the "
    "mood for (“a funny western from the 70s, no musicals”), or give films to go by (“more like Alien”). Thumbs "
    "teach me most. “More”, “why the second one?”, “forget Titanic”, “any year”, “undo” and “start over” work too."
)
_EMPTY = (
    "I’m listening. A film you love is a good start.",
    "Nothing came through. Name a film you love, or ask for “a comedy from the 80s”.",
)
_OFF_TOPIC = (
    "I only know films, but I know plenty of those. Which one did you last enjoy?",
    "That’s beyond my projector. Name a film you liked and I’ll find you the next one.",
)
_THANKS = (
    "My pleasure. Enjoy the film!",
    "You’re welcome. Shout if you’d like more.",
    "Any time. Have a good evening!",
)
_BYE = ("Good night, and enjoy the film!", "See you at the pictures. Your conversation stays here if you come back.")
_NOT_UNDERSTOOD = (
    "I didn’t catch a film or a wish in that. “Help” shows how we can talk.",
    "I’m not sure what you mean. Name a film, a genre or a decade, and off we go.",
)
_SMALL_TALK = {
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
_NO_WHY = "There’s no film on the table yet to explain. Ask me for one first."
_CUT = "That was a long one: I read the first {limit:,} characters."

_TASTES = (
    "You liked {likes}, and not {either}.",
    "{likes}: yes. {dislikes}: no. Got it.",
    "Noted: more in the spirit of {likes}, less of {dislikes}.",
)
_LIKES = ("You liked {likes}.", "{likes}: good to know.", "Noted, you enjoyed {likes}.")
_DISLIKES = ("Not {either}, then.", "{dislikes}: not for you, noted.", "I’ll steer clear of things like {dislikes}.")
_COLD = (
    "{number} that many people love, until I know you better:",
    "I don’t know your taste yet, so here {be} {count} that rarely {miss}:",
)
_LEAD = ("{number} for tonight:", "How about {these}?", "Try {these}:", "My best {count}:")
_LEAD_WISHED = ("{number} {films}:", "Here {be} {count} {films}:", "Let’s see, {count} {films}:")
_INVITE = "Name a film you loved or couldn’t stand and I’ll do better."
_THUMBS = "A thumb on each tells me more than words."
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Situation:
    """What a reply is about, beyond the chips."""

    variant: int = 0
    """Any number ≥ 0: chooses among the wordings."""
    shown: int = 0
    """Films that go with the reply."""
    asked_for: int = 0
    """Films the turn should have had; 0 where it shows none on purpose."""
    films: str = "films"
    """The wishes as a noun phrase for `shown` films (`wishes.films_words`)."""
    wished: bool = False
    """Whether there are hard wishes."""
    cold: bool = False
    """Nothing is known of the person’s taste."""
    first: bool = False
    """These are the first films of the conversation."""
    lift: tuple[str, ...] = ()
    """Wishes whose lifting would leave films again, as one would type it: "any year"."""


def small_talk(act: Act, variant: int) -> str:
    """The answer to a line that tells nothing of films: a greeting, a thank-you, an empty line."""
    return _pick(_SMALL_TALK.get(act, _NOT_UNDERSTOOD), variant)


def started_over() -> str:
    """The answer to "start over"."""
    return _START_OVER


def undone(anything: bool, variant: int) -> str:
    """The answer to "undo"; `anything` says whether there was a turn to take back."""
    return _pick(_UNDONE, variant) if anything else _NO_UNDO


def cut(limit: int) -> str:
    """Says that only the first `limit` characters were read."""
    return _CUT.format(limit=limit)


def why(films: Sequence[tuple[str, Sequence[str], float]]) -> str:
    """The answer to "why?": for each film its title, worded parts and the Q-value they add up to."""
    if not films:
        return _NO_WHY
    lines = [
        f"{title}: {', '.join(parts)}. Together {signed(total)}, what I expect of showing it (a thumb up is +1)."
        for title, parts, total in films
    ]
    return "\n".join(lines)


def about_me(taste: Sequence[Chip], films: str, wished: bool) -> str:
    """The answer to "what do you know about me?": everything that is held, said back."""
    if not taste and not wished:
        return f"Nothing yet. {INVITATION}"
    told = heard(taste, 0)
    wishes = f" You asked for {films}." if wished else ""
    return f"{told}{wishes} That is all I hold; “forget …” takes any of it back, “start over” all of it.".strip()


def answer(chips: Sequence[Chip], situation: Situation, question: Question | None = None) -> str:
    """The reply to a line that told tastes or wishes, in the order: heard, unclear, films or why there are none."""
    parts = [heard(chips, situation.variant), unknown(chips), asking(question), slate(chips, situation)]
    return " ".join(part for part in parts if part)


def heard(chips: Sequence[Chip], variant: int) -> str:
    """What was understood, with its sign: "You liked Alien and The Thing, and not Titanic."."""
    likes, dislikes = titles(chips, ChipKind.LIKE), titles(chips, ChipKind.DISLIKE)
    sentences = []
    if likes or dislikes:
        forms = _TASTES if likes and dislikes else _LIKES if likes else _DISLIKES
        told = _pick(forms, variant).format(
            likes=listing(likes), dislikes=listing(dislikes), either=listing(dislikes, "or")
        )
        sentences.append(told[:1].upper() + told[1:])
    if named := titles(chips, ChipKind.NAMED):
        sentences.append(
            f"Something like {listing(named)}, then." if not sentences else f"And something like {listing(named)}."
        )
    if seen := titles(chips, ChipKind.SEEN):
        sentences.append(f"You’ve seen {listing(seen)}.")
    if later := titles(chips, ChipKind.LATER):
        sentences.append(f"Not tonight: {listing(later)}.")
    soft = [f"more {chip.label}" for chip in chips if chip.kind is ChipKind.WANT]
    soft += [f"less {chip.label}" for chip in chips if chip.kind is ChipKind.AVOID]
    if soft:
        sentences.append(f"{soft[0][:1].upper()}{listing(soft)[1:]}.")
    if forgotten := titles(chips, ChipKind.FORGOTTEN):
        sentences.append(f"Forgotten: {listing(forgotten)}.")
    if lifted := titles(chips, ChipKind.LIFTED):
        sentences.append(f"I no longer insist on {listing(lifted)}.")
    return " ".join(sentences)


def unknown(chips: Iterable[Chip]) -> str:
    """Says unknown titles back."""
    names = [f"“{_shortened(chip.label)}”" for chip in chips if chip.kind is ChipKind.UNKNOWN]
    return f"I don’t know a film called {listing(names, 'or')}: is it spelled another way?" if names else ""


def asking(question: Question | None) -> str:
    """The question which of several films was meant, with the years apart where the titles agree."""
    if question is None:
        return ""
    names = {label.rpartition(" (")[0] or label for label in question.labels}
    if len(names) == 1:
        years = [label.rpartition("(")[2].rstrip(")") for label in question.labels]
        return f"Which {names.pop()} do you mean: {listing(years, 'or')}?"
    return f"Which one do you mean: {listing(question.labels, 'or')}?"


def slate(chips: Sequence[Chip], situation: Situation) -> str:
    """The line before the films, or what to do when there are none."""
    count, wanted = situation.shown, situation.asked_for
    if not wanted:
        return ""
    if not count:
        lift = listing((f"“{wish}”" for wish in situation.lift), "or")
        hint = f"Say {lift} and there is more." if lift else "“Start over” lets go of all wishes."
        return f"I have nothing left to show among {situation.films}. {hint}"
    words = {
        "count": _NUMBERS[count],
        "number": _NUMBERS[count].capitalize(),
        "films": situation.films,
        "these": "this one" if count == 1 else f"these {_NUMBERS[count]}",
        "be": "is" if count == 1 else "are",
        "miss": "misses" if count == 1 else "miss",
    }
    if count < wanted:
        fit = "fits" if count == 1 else "fit"
        wished = f"your wish for {situation.films}" if situation.wished else "what you haven’t seen"
        return f"Only {words['count']} {fit} {wished}:"
    if situation.wished:
        lead = _pick(_LEAD_WISHED, situation.variant).format(**words)
    elif situation.cold:
        lead = f"{_INVITE} {_pick(_COLD, situation.variant).format(**words)}"
    else:
        lead = _pick(_LEAD, situation.variant).format(**words)
    return f"{_THUMBS} {lead}" if situation.first and not situation.cold else lead


def titles(chips: Iterable[Chip], kind: ChipKind) -> list[str]:
    """Labels of one kind, once each, films without their year; of a long list the first four and how many more."""
    names = (
        chip.label.rpartition(" (")[0] if chip.key.startswith("movie:") and chip.label.endswith(")") else chip.label
        for chip in chips
        if chip.kind is kind
    )
    found = list(dict.fromkeys(names))
    return found if len(found) <= 5 else [*found[:4], f"{len(found) - 4} more"]


def signed(value: float) -> str:
    """Two places and a sign: "+0.31" or "−0.04", with a true minus sign."""
    return f"{value:+.2f}".replace("-", "−")


def _pick(forms: Sequence[str], variant: int) -> str:
    return forms[variant % len(forms)]


def _shortened(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:57].rstrip()}…"
