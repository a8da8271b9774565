"""What Marquee says: short, warm, and true to what was understood.

What is said without films stands in `small_talk`. Variants are chosen by number, so the same turn
of the same session always reads the same.

The words of a turn's reply: which of the wordings answers which act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.conversation import small_talk
from assistant.conversation.interpret import Interpretation
from assistant.conversation.phrasing import listing
from assistant.conversation.reasons import facet_words, name_of, people_of
from assistant.conversation.records import taste_of, why_of
from assistant.conversation.small_talk import INVITATION, pick
from assistant.conversation.values import Chip, ChipKind, Question
from assistant.language.utterance import Act, Utterance
from core.catalogue import Catalogue
from core.domain import Reason
from core.store import Turn

_WHY, _SAID = 5, 0.005
"""So many reasons are said, and the sum of the rest where it would not read 0.00; the card has them
all."""
_NO_WHY = "There’s no film on the table yet to explain. Ask me for one first."
_TASTES = (
    "You liked {likes}, and not {either}.",
    "{likes}: yes. {dislikes}: no. Got it.",
    "Noted: more in the spirit of {likes}, less of {dislikes}.",
)
_LIKES = ("You liked {likes}.", "{likes}: good to know.", "Noted: more in the spirit of {likes}.")
_DISLIKES = (
    "Not {either}, then.",
    "{dislikes}: not for you, noted.",
    "I’ll steer clear of things like {dislikes}.",
)
_COLD = (
    "{number} that many people love, until I know you better:",
    "I don’t know your taste yet, so here {be} {count} that rarely {miss}:",
)
_STILL_COLD = (
    "{number} more that many people love. A thumb up or down is all I need:",
    "Let’s find out, then: thumb up for what you would watch, thumb down for what you never would.",
    "{number} more that rarely {miss}. If you have seen {any}, tell me how it was:",
)
"""After films that nobody reacted to: easier to answer than a question for titles."""
_LEAD = ("{number} for tonight:", "How about {these}?", "Try {these}:", "My best {count}:")
_LEAD_WISHED = (
    "{number} {films}:",
    "Here {be} {count} {films}:",
    "How about these? {number} {films}:",
)
_LEAD_MORE = ("{number} more:", "And {count} more:", "Here {be} {count} {others}:", "Next {count}:")
_INVITE = "Name a film you loved or couldn’t stand, and I’ll go by that."
_UNHEARD = (
    "I found no film, genre or mood in that, so I stay with what I know.",
    "That holds no film, genre or mood that I know, so I go by what you told me.",
)
_HELD_BACK = "Films are paused: “more” brings some."
_THUMBS = "A thumb on each tells me more than words."
_FOR_TWO = "“Tonight for two” finds films for several tastes at once."
_BEYOND = {
    "length": "how long films run",
    "streaming": "where to stream films",
    "age": "age ratings",
    "awards": "which films won prizes",
    "makers": "who made them, beyond the names in people’s tags",
    "language": "which of them come dubbed or with subtitles",
    "cinemas": "what is on in cinemas",
    "plot": "plots, casts or trailers",
    "reviews": "what critics say",
    "series": "series, only films",
    "topic": "which films are about that",
    "sequels": "which films are sequels or remakes, unless viewers tagged them so",
}
"""What is not in the catalogue, after "I don’t know"."""
_NOT_LINKED = frozenset(("series", "topic", "sequels"))
"""Of these, the pages that films are linked to tell nothing either."""
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
    more: bool = False
    """They asked for others of the same."""
    beyond: tuple[str, ...] = ()
    """What they asked for that is not known here: keys of `utterance.beyond`."""
    unheard: bool = False
    """They said something of which nothing was understood."""
    lift: tuple[str, ...] = ()
    """Wishes whose lifting would leave films again, as one would type it: "any year"."""
    people: int = 1
    """For how many people the films are."""
    held_back: bool = False
    """There would be films, but the person wants none until they ask."""


def why(films: Sequence[tuple[str, Sequence[Reason], float]]) -> str:
    """The answer to "why?": for each film its label, reasons, weightiest first, and the score they
    add up to.
    """
    if not films:
        return _NO_WHY
    worth = " (a thumb up is worth +1)"
    lines = []
    for label, reasons, score in films:
        parts = [f"{reason.text} ({signed(reason.contribution)})" for reason in reasons[:_WHY]]
        left = sum(reason.contribution for reason in reasons[_WHY:])
        if abs(left) >= _SAID:
            parts.append(f"smaller things ({signed(left)})")
        lines.append(f"{label} comes to {signed(score)}{worth}: {'; '.join(parts)}.")
        worth = ""
    return "\n".join(lines)


def about_me(taste: Sequence[Chip], films: str, wished: bool) -> str:
    """The answer to "what do you know about me?": everything that is held, said back."""
    if not taste and not wished:
        return f"Nothing yet. {INVITATION}"
    soft = _soft(taste)
    parts = [
        heard([chip for chip in taste if chip.kind not in (ChipKind.WANT, ChipKind.AVOID)], 0),
        f"You want {listing(soft)}." if soft else "",
        f"You asked for {films}." if wished else "",
        "That is all I hold; “forget …” takes any of it back, “start over” all of it.",
    ]
    return " ".join(part for part in parts if part)


def answer(chips: Sequence[Chip], situation: Situation, question: Question | None = None) -> str:
    """The reply to a line that told tastes or wishes, in the order: heard, unclear, films or why
    there are none.
    """
    parts = [
        heard(chips, situation.variant),
        unknown(chips),
        asking(question),
        not_known(situation.beyond, situation.shown > 0),
        slate(chips, situation),
    ]
    return " ".join(part for part in parts if part)


def heard(chips: Sequence[Chip], variant: int) -> str:
    """What was understood, with its sign: "You liked Alien and The Thing, and not Titanic."."""
    likes, dislikes = titles(chips, ChipKind.LIKE), titles(chips, ChipKind.DISLIKE)
    sentences = []
    if likes or dislikes:
        forms = _TASTES if likes and dislikes else _LIKES if likes else _DISLIKES
        told = pick(forms, variant).format(
            likes=listing(likes), dislikes=listing(dislikes), either=listing(dislikes, "or")
        )
        sentences.append(told[:1].upper() + told[1:])
    if named := titles(chips, ChipKind.NAMED):
        sentences.append(
            f"Something like {listing(named)}, then."
            if not sentences
            else f"And something like {listing(named)}."
        )
    if seen := titles(chips, ChipKind.SEEN):
        sentences.append(f"You’ve seen {listing(seen)}.")
    if later := titles(chips, ChipKind.LATER):
        sentences.append(f"Not tonight: {listing(later)}.")
    if soft := _soft(chips):
        sentences.append(f"{soft[0][:1].upper()}{listing(soft)[1:]}.")
    if aside := titles(chips, ChipKind.ASIDE):
        sentences.append(f"I don’t count {listing(aside, 'or')} as a like of yours.")
        if any(chip.kind is ChipKind.ASIDE and not chip.key.startswith("movie:") for chip in chips):
            sentences.append(_FOR_TWO)
    if forgotten := titles(chips, ChipKind.FORGOTTEN):
        sentences.append(f"Forgotten: {listing(forgotten)}.")
    if lifted := titles(chips, ChipKind.LIFTED):
        sentences.append(f"I no longer insist on {listing(lifted)}.")
    return (
        " ".join(sentences).replace("!.", "!").replace("?.", "?")
    )  # "Mamma Mia!", "What's Up, Doc?"


def _soft(chips: Sequence[Chip]) -> list[str]:
    """Wishes that are no conditions: "more comedy", "less “dark”"."""
    return [
        f"{word} {_quoted(chip)}"
        for word, kind in (("more", ChipKind.WANT), ("less", ChipKind.AVOID))
        for chip in chips
        if chip.kind is kind
    ]


def _quoted(chip: Chip) -> str:
    """A tag that is no name in quotes, since it may be any kind of word: more “dark”."""
    return (
        f"“{chip.label}”"
        if chip.key.startswith("tag:") and chip.label == chip.label.lower()
        else chip.label
    )


def unknown(chips: Iterable[Chip]) -> str:
    """Says unknown titles and people back."""
    names = [f"“{_shortened(chip.label)}”" for chip in chips if chip.kind is ChipKind.UNKNOWN]
    return f"I don’t know {listing(names, 'or')}: is it spelled another way?" if names else ""


def asking(question: Question | None) -> str:
    """The question which of several films was meant, with the years apart where the titles
    agree.
    """
    if question is None:
        return ""
    names = {label.rpartition(" (")[0] or label for label in question.labels}
    if len(names) == 1:
        years = [label.rpartition("(")[2].rstrip(")") for label in question.labels]
        return f"Which {names.pop()} do you mean: {listing(years, 'or')}?"
    return f"Which one do you mean: {listing(question.labels, 'or')}?"


def not_known(beyond: Iterable[str], on_table: bool, *, told_of: bool = False) -> str:
    """Says what the catalogue does not tell, and where it can be found; `told_of` where some of it
    was told.
    """
    asked = [name for name in beyond if name in _BEYOND]
    if not asked:
        return ""
    told = f"I don’t know {listing((_BEYOND[name] for name in asked), 'or')}"
    if told_of and asked == ["plot"]:
        told = "More of it I don’t know"
    linked = on_table and not set(asked) <= _NOT_LINKED
    return f"{told}; the links on each film may help." if linked else f"{told}."


def facts(title: str, year: int, people: Sequence[str], tags: Sequence[str] = ()) -> str:
    """What is known of a film that is asked about: "Heat is from 1995, with Al Pacino. Viewers tag
    it “heist”.".
    """
    made = f" from {year}" if year else ""
    names = f" with {listing(people)}" if people else ""
    film = f"{title} is{made}{',' if made and names else ''}{names}." if made or names else ""
    tagged = (
        f"Viewers tag {'it' if film else title} {listing(f'“{tag}”' for tag in tags)}."
        if tags
        else ""
    )
    return f"{film} {tagged}".strip()


def slate(chips: Sequence[Chip], situation: Situation) -> str:
    """The line before the films, or what to do when there are none."""
    count, wanted = situation.shown, situation.asked_for
    if not wanted:
        return _HELD_BACK if situation.held_back else ""
    if not count and situation.people > 1:
        return (
            "Nothing is left that fits everybody’s wishes at once: one of you could let go of one."
        )
    if not count:
        lift = listing((f"“{wish}”" for wish in situation.lift), "or")
        hint = f"Say {lift} and there is more." if lift else "“Start over” lets go of all wishes."
        none = f"I have nothing left to show among {situation.films}. {hint}"
        return f"{pick(_UNHEARD, situation.variant)} {none}" if situation.unheard else none
    words = {
        "count": _NUMBERS[count],
        "number": _NUMBERS[count].capitalize(),
        "films": situation.films,
        "these": "this one" if count == 1 else f"these {_NUMBERS[count]}",
        "any": "it" if count == 1 else "one",
        "be": "is" if count == 1 else "are",
        "others": "other" if count == 1 else "others",
        "miss": "misses" if count == 1 else "miss",
    }
    if count < wanted:
        fit = "fits" if count == 1 else "fit"
        wished = f"your wish for {situation.films}" if situation.wished else "what you haven’t seen"
        return f"Only {words['count']} {fit} {wished}:"
    if situation.more and not situation.first:
        lead = pick(_LEAD_MORE, situation.variant).format(**words)
    elif situation.wished:
        lead = pick(_LEAD_WISHED, situation.variant).format(**words)
    elif situation.cold:
        lead = pick(_COLD if situation.first else _STILL_COLD, situation.variant).format(**words)
        lead = f"{_INVITE} {lead}" if situation.first else lead
    else:
        lead = pick(_LEAD, situation.variant).format(**words)
    if situation.unheard and not situation.cold:
        return f"{pick(_UNHEARD, situation.variant)} {lead}"
    return f"{_THUMBS} {lead}" if situation.first and not situation.cold else lead


def for_everybody(count: int, people: int) -> str:
    """The line before films that somebody else of an evening together asked for: "Three for both of
    you:".
    """
    return f"{_NUMBERS[count].capitalize()} for {'both' if people == 2 else f'all {_NUMBERS[people]}'} of you:"


def titles(chips: Sequence[Chip], kind: ChipKind) -> list[str]:
    """Labels of one kind, once each; of a long list the first four and how many more.

    Films go without their year, unless there is another of the name among the chips.
    """
    films = {
        chip.label for chip in chips if chip.key.startswith("movie:") and chip.label.endswith(")")
    }
    bare = {label: label.rpartition(" (")[0] for label in films}
    often = Counter(bare.values())
    named = {label: title if often[title] == 1 else label for label, title in bare.items()}
    found = list(
        dict.fromkeys(named.get(chip.label, chip.label) for chip in chips if chip.kind is kind)
    )
    return found if len(found) <= 5 else [*found[:4], f"{len(found) - 4} more"]


def signed(value: float) -> str:
    """Two places and a sign: "+0.31" or "−0.04", with a true minus sign; "0.00" has none.

    >>> signed(0.314), signed(-0.04), signed(-0.001)
    ('+0.31', '−0.04', '0.00')
    """
    return "0.00" if abs(value) < _SAID else f"{value:+.2f}".replace("-", "−")


def _shortened(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:57].rstrip()}…"


_FACTS = 3
"""Films of which a question is answered at once."""
_TAGS = 4
"""Tags that are told of each."""


def said(
    utterance: Utterance,
    step: Interpretation,
    situation: Situation,
    question: Question | None,
    *,
    last: Turn | None,
    catalogue: Catalogue,
) -> str:
    """What is said in answer to a line.

    Args:
        utterance: the line.
        step: what it did.
        situation: what the reply is about, beyond that.
        question: what is asked back, if anything.
        last: the latest turn that showed films.
        catalogue: to name films and facets.
    """
    words = ""
    if utterance.act is Act.BEYOND:
        told = [_facts(token, catalogue) for token in _asked_about(utterance, last, catalogue)]
        told.append(not_known(utterance.beyond, last is not None, told_of=any(told)))
        if last is None and not utterance.movies:
            told.append(small_talk.INVITATION)
        words = " ".join(part for part in told if part)
    elif situation.asked_for or situation.held_back or step.chips:
        words = answer(step.chips, situation, question)
    elif utterance.act is Act.WHY:
        words = why(why_of(last, utterance.picks, catalogue))
    elif utterance.act is Act.ABOUT_ME:
        words = about_me(taste_of(step.state, catalogue), situation.films, situation.wished)
    elif utterance.act is Act.START_OVER:
        words = small_talk.started_over()
    elif utterance.act is Act.AGREE:
        words = small_talk.agreed(
            _picked(last, utterance.picks, catalogue), last is not None, situation.variant
        )
    return words or small_talk.small_talk(utterance.act, situation.variant)


def _asked_about(utterance: Utterance, last: Turn | None, catalogue: Catalogue) -> list[int]:
    """Tokens of the films that a question is about: those it names, or those of the table that it
    points at.
    """
    if utterance.movies:
        return [mention.token for mention in utterance.movies][:_FACTS]
    shown = last.shown if last else ()
    found = (
        catalogue.token_of_movie_id(shown[place].movie_id)
        for place in utterance.picks
        if place < len(shown)
    )
    return [token for token in found if token is not None][:_FACTS]


def _facts(token: int, catalogue: Catalogue) -> str:
    film = catalogue.movie(token)
    return facts(film.title, film.year, people_of(catalogue, token), _tags(token, catalogue))


def _tags(token: int, catalogue: Catalogue) -> list[str]:
    """What viewers call a film, people aside, in the words that they give to the fewest films."""
    tags = [tag for tag in catalogue.facets_of(token) if catalogue.facet(tag).kind == "tag"]
    tags.sort(key=lambda tag: int(catalogue.facet_sizes[tag - catalogue.facet_token(0)]))
    return [facet_words(catalogue, tag) for tag in tags if not name_of(catalogue.facet(tag))][
        :_TAGS
    ]


def _picked(last: Turn | None, picks: tuple[int, ...], catalogue: Catalogue) -> list[str]:
    """Titles of the films at these places of a turn."""
    shown = last.shown if last else ()
    tokens = (
        catalogue.token_of_movie_id(shown[place].movie_id) for place in picks if place < len(shown)
    )
    return [catalogue.movie(token).title for token in tokens if token is not None]
