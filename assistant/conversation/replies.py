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
from assistant.conversation.phrasing import capitalised, listing
from assistant.conversation.reasons import facet_words, name_of, people_of
from assistant.conversation.records import taste_of, why_of
from assistant.conversation.small_talk import INVITATION, pick
from assistant.conversation.values import Chip, ChipKind, Question
from assistant.language.utterance import Act, Utterance
from core.catalogue import Catalogue
from core.domain import Reason
from core.store import Turn

_WHY, _SAID = 5, 0.005
"""So many reasons are said, and the sum of the rest where it would not read 0.00."""
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
    """The wishes as a noun phrase for `shown` films (`phrasing.films_words`)."""
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

    @property
    def is_for_films(self) -> bool:
        """Whether films belong to the turn, even where they are held back or none is left."""
        return self.asked_for > 0 or self.held_back


def why(films: Sequence[tuple[str, Sequence[Reason], float]]) -> str:
    """The answer to "why?": for each film its label, reasons and the score they add up to."""
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
    return _sentences(
        heard([chip for chip in taste if not chip.kind.is_soft_wish], 0),
        f"You want {listing(soft)}." if soft else "",
        f"You asked for {films}." if wished else "",
        "That is all I hold; “forget …” takes any of it back, “start over” all of it.",
    )


def answer(chips: Sequence[Chip], situation: Situation, question: Question | None = None) -> str:
    """The reply to tastes or wishes: heard, unclear, films or why there are none."""
    return _sentences(
        heard(chips, situation.variant),
        unknown(chips),
        asking(question),
        not_known(situation.beyond, situation.shown > 0),
        slate(situation),
    )


def _sentences(*parts: str) -> str:
    """The parts that say something, in one line."""
    return " ".join(filter(None, parts))


def heard(chips: Sequence[Chip], variant: int) -> str:
    """What was understood, with its sign: "You liked Alien and The Thing, and not Titanic."."""
    tastes, soft = _tastes(chips, variant), _soft(chips)
    for_two = any(chip.kind is ChipKind.ASIDE and not chip.is_film for chip in chips)
    line = _sentences(
        tastes,
        _about(
            chips,
            ChipKind.NAMED,
            "And something like {}." if tastes else "Something like {}, then.",
        ),
        _about(chips, ChipKind.SEEN, "You’ve seen {}."),
        _about(chips, ChipKind.LATER, "Not tonight: {}."),
        f"{capitalised(listing(soft))}." if soft else "",
        _about(chips, ChipKind.ASIDE, "I don’t count {} as a like of yours.", "or"),
        _FOR_TWO if for_two else "",
        _about(chips, ChipKind.FORGOTTEN, "Forgotten: {}."),
        _about(chips, ChipKind.LIFTED, "I no longer insist on {}."),
    )
    return line.replace("!.", "!").replace("?.", "?")  # "Mamma Mia!", "What's Up, Doc?"


def _tastes(chips: Sequence[Chip], variant: int) -> str:
    """What is liked and what is not; empty where nothing is."""
    likes, dislikes = titles(chips, ChipKind.LIKE), titles(chips, ChipKind.DISLIKE)
    if not likes and not dislikes:
        return ""
    forms = _LIKES if likes else _DISLIKES
    line = pick(_TASTES if likes and dislikes else forms, variant).format(
        likes=listing(likes), dislikes=listing(dislikes), either=listing(dislikes, "or")
    )
    return capitalised(line)


def _about(chips: Sequence[Chip], kind: ChipKind, form: str, last: str = "and") -> str:
    """A sentence about the chips of one kind; empty where there are none."""
    names = titles(chips, kind)
    return form.format(listing(names, last)) if names else ""


def _soft(chips: Sequence[Chip]) -> list[str]:
    """Wishes that are no conditions: "more comedy", less “dark”, those for more first."""
    soft = sorted(
        (chip for chip in chips if chip.kind.is_soft_wish), key=lambda chip: -chip.kind.wish
    )
    return [f"{'more' if chip.kind.wish > 0 else 'less'} {_quoted(chip)}" for chip in soft]


def _quoted(chip: Chip) -> str:
    """A tag that is no name in quotes, since it may be any kind of word: more “dark”."""
    is_plain_tag = chip.key.startswith("tag:") and chip.label == chip.label.lower()
    return f"“{chip.label}”" if is_plain_tag else chip.label


def unknown(chips: Iterable[Chip]) -> str:
    """Says unknown titles and people back."""
    names = [f"“{_shortened(chip.label)}”" for chip in chips if chip.kind is ChipKind.UNKNOWN]
    return f"I don’t know {listing(names, 'or')}: is it spelled another way?" if names else ""


def asking(question: Question | None) -> str:
    """Asks which of several films was meant, by their years where the titles agree."""
    if question is None:
        return ""
    names = {label.rpartition(" (")[0] or label for label in question.labels}
    if len(names) == 1:
        years = [label.rpartition("(")[2].rstrip(")") for label in question.labels]
        return f"Which {names.pop()} do you mean: {listing(years, 'or')}?"
    return f"Which one do you mean: {listing(question.labels, 'or')}?"


def not_known(beyond: Iterable[str], on_table: bool, *, partly: bool = False) -> str:
    """Says what the catalogue does not tell; `partly` where the reply tells some of it."""
    topics = [name for name in beyond if name in _BEYOND]
    if not topics:
        return ""
    if partly and topics == ["plot"]:
        confession = "More of it I don’t know"
    else:
        confession = f"I don’t know {listing((_BEYOND[name] for name in topics), 'or')}"
    linked = on_table and not set(topics) <= _NOT_LINKED
    return f"{confession}; the links on each film may help." if linked else f"{confession}."


def facts(title: str, year: int, people: Sequence[str], tags: Sequence[str] = ()) -> str:
    """What is known of a film: "Heat is from 1995, with Al Pacino. Viewers tag it “heist”."."""
    made = f" from {year}" if year else ""
    names = f" with {listing(people)}" if people else ""
    film = f"{title} is{made}{',' if made and names else ''}{names}." if made or names else ""
    tagged = (
        f"Viewers tag {'it' if film else title} {listing(f'“{tag}”' for tag in tags)}."
        if tags
        else ""
    )
    return f"{film} {tagged}".strip()


def slate(situation: Situation) -> str:
    """The line before the films, or what to do when there are none."""
    if not situation.asked_for:
        return _HELD_BACK if situation.held_back else ""
    if not situation.shown:
        return _nothing_left(situation)
    words = _number_words(situation.shown)
    if situation.shown < situation.asked_for:
        wished = f"your wish for {situation.films}" if situation.wished else "what you haven’t seen"
        return f"Only {words['count']} {words['fit']} {wished}:"
    lead = pick(_leads(situation), situation.variant).format(films=situation.films, **words)
    return _sentences(_before_lead(situation), lead)


def _nothing_left(situation: Situation) -> str:
    if situation.people > 1:
        return (
            "Nothing is left that fits everybody’s wishes at once: one of you could let go of one."
        )
    lift = listing((f"“{wish}”" for wish in situation.lift), "or")
    hint = f"Say {lift} and there is more." if lift else "“Start over” lets go of all wishes."
    return _sentences(
        pick(_UNHEARD, situation.variant) if situation.unheard else "",
        f"I have nothing left to show among {situation.films}. {hint}",
    )


def _number_words(count: int) -> dict[str, str]:
    """The words of a lead that go with the number of films."""
    number = _NUMBERS[count]
    words = {"count": number, "number": number.capitalize()}
    if count == 1:
        forms = {"these": "this one", "any": "it", "be": "is", "others": "other"}
        return words | forms | {"miss": "misses", "fit": "fits"}
    forms = {"these": f"these {number}", "any": "one", "be": "are", "others": "others"}
    return words | forms | {"miss": "miss", "fit": "fit"}


def _leads(situation: Situation) -> Sequence[str]:
    """The wordings of the line that leads to the films."""
    if situation.more and not situation.first:
        return _LEAD_MORE
    if situation.wished:
        return _LEAD_WISHED
    if situation.cold:
        return _COLD if situation.first else _STILL_COLD
    return _LEAD


def _before_lead(situation: Situation) -> str:
    """What is said before that line: that something was not understood, or what would help."""
    if situation.cold:
        return _INVITE if situation.first and not situation.wished else ""
    if situation.unheard:
        return pick(_UNHEARD, situation.variant)
    return _THUMBS if situation.first else ""


def for_everybody(count: int, people: int) -> str:
    """The line before films that another person asked for: "Three for both of you:"."""
    everybody = "both" if people == 2 else f"all {_NUMBERS[people]}"
    return f"{_NUMBERS[count].capitalize()} for {everybody} of you:"


def titles(chips: Sequence[Chip], kind: ChipKind) -> list[str]:
    """Labels of one kind, once each; of a long list the first four and how many more.

    Films go without their year, unless there is another of the name among the chips.
    """
    films = {chip.label for chip in chips if chip.is_film and chip.label.endswith(")")}
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


def reply_text(
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
        words = _beyond(utterance, last, catalogue)
    elif situation.is_for_films or step.chips:
        words = answer(step.chips, situation, question)
        if utterance.act is Act.WHY and utterance.then:
            words = _sentences(why(why_of(last, utterance.picks, catalogue)), words)
    elif utterance.act is Act.WHY:
        words = why(why_of(last, utterance.picks, catalogue))
    elif utterance.act is Act.ABOUT_ME:
        words = about_me(taste_of(step.state, catalogue), situation.films, situation.wished)
    elif utterance.act is Act.START_OVER:
        words = small_talk.started_over()
    elif utterance.act is Act.AGREE:
        films = [catalogue.movie(token) for token in _picked(last, utterance.picks, catalogue)]
        words = small_talk.agreed(films, last is not None, situation.variant)
    return words or small_talk.small_talk(utterance.act, situation.variant)


def _beyond(utterance: Utterance, last: Turn | None, catalogue: Catalogue) -> str:
    """The answer to a question: what is known of the films it is about, and what is not."""
    if utterance.movies:
        films = [mention.token for mention in utterance.movies]
    else:
        films = _picked(last, utterance.picks, catalogue)
    known = _sentences(*[_facts(token, catalogue) for token in films[:_FACTS]])
    nothing_to_go_by = last is None and not utterance.movies
    return _sentences(
        known,
        not_known(utterance.beyond, last is not None, partly=bool(known)),
        small_talk.INVITATION if nothing_to_go_by else "",
    )


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


def _picked(last: Turn | None, picks: Iterable[int], catalogue: Catalogue) -> list[int]:
    """Tokens of the films at these places of a turn."""
    shown = last.shown if last else ()
    found = [
        catalogue.token_of_movie_id(shown[place].movie_id) for place in picks if place < len(shown)
    ]
    return [token for token in found if token is not None]
