"""What Marquee says: short, warm, and true to what was understood.

The words stand in `wording.toml`. Where there are several for one thing the number of the turn
chooses, so the same turn of the same session always reads the same; and no sentence of a reply
comes again in the next one as long as there is another for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from assistant.conversation.interpret import Interpretation
from assistant.conversation.phrasing import LIMIT_WORDS, capitalised, listing
from assistant.conversation.reasons import known_of
from assistant.conversation.records import sentences, taste_of, why_of
from assistant.conversation.suits import sketched
from assistant.conversation.values import SAID, Chip, ChipKind, Question, signed
from assistant.language.acts import is_whole, line_of
from assistant.language.utterance import Act, Utterance
from assistant.wording import several, text
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts
from core.domain import Recommendation
from core.session import SessionState
from core.store import Turn

_WHY = 5
"""So many reasons are said, and the sum of the rest."""
_NOT_LINKED: Final = frozenset(("series", "topic", "sequels", "weather"))
"""Of what is not known, what the pages that films are linked to do not tell either."""
_WORDINGS: Final = 12
"""Wordings that are tried for a reply that repeats no sentence: all of lists of 2, 3 and 4."""
_SENTENCE: Final = re.compile(r"(?<=[.:?!])\s+")
_NO_WISH: Final = ("films", "film")
"""What there is to name where nothing was wished."""
_SMALL_TALK: Final = (
    *(Act.GREET, Act.HELP, Act.ABOUT_YOU, Act.DECLINE, Act.COMPLAIN),
    *(Act.EMPTY, Act.OFF_TOPIC, Act.THANKS, Act.BYE),
)
"""Acts whose answer has the name of the act."""


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
    lead: str = "films"
    """Those of them that the line before the films names (`plan.named_before`)."""
    wished: bool = False
    """Whether there are hard wishes."""
    cold: bool = False  # nothing is known of the person’s taste
    first: bool = False  # the first films of the conversation
    more: bool = False  # they asked for others of the same
    beyond: tuple[str, ...] = ()
    """What they asked for that is not known here: keys of `utterance.beyond`."""
    unheard: bool = False
    """They said something of which nothing was understood."""
    line: str = ""  # what they said
    recalled: bool = False
    """They half remember one film."""
    unclear: tuple[str, ...] = ()
    """Words of it that nothing was made of."""
    confessed: tuple[str, ...] = ()
    """What Marquee has said before that it does not know."""
    complaint: bool = False
    """They turned the films down all at once, or complained: what comes is of another kind."""
    insisted: str = ""
    """All their wishes as a noun phrase, where some had to be let go."""
    relaxed: tuple[str, ...] = ()
    """Those that were."""
    used_up: bool = False
    """There were films for all of them, but those are seen."""
    few: bool = False
    """There still are some."""
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


def say(name: str, variant: int, /, **values: object) -> str:
    """One of the wordings for a thing, with what belongs in its braces.

    {invitation} needs no value: it asks for a film, in words that change with the turn as well.
    """
    form = pick(several(name), variant)
    if "{invitation}" in form:
        values["invitation"] = pick(several("reply.invitation"), variant)
    return form.format(**values)


def pick(forms: Sequence[str], variant: int) -> str:
    """One of several wordings."""
    return forms[variant % len(forms)]


def unlike(before: str, worded: Callable[[int], str], variant: int) -> str:
    """The wording that shares the fewest sentences with the reply `before`, the turn's own first.

    `worded` gives the reply for any number of wording.
    """
    said = set(_SENTENCE.split(before))
    tried = (worded(variant + place) for place in range(_WORDINGS))
    best, fewest = "", len(said) + 1
    for words in tried:
        shared = len(said.intersection(_SENTENCE.split(words)))
        if shared < fewest:
            best, fewest = words, shared
        if not shared:
            break
    return best


def small_talk(act: Act, variant: int, line: str = "") -> str:
    """The answer to a line that tells nothing of films: a greeting, a thank-you, an empty line."""
    if act is Act.REACT:
        return say("reply.no_table", variant)
    known = act in _SMALL_TALK
    name = f"reply.{act.name.lower()}" if known else "reply.not_understood"
    return say(name, variant, line=_shortened(line))


def undone(anything: bool, variant: int) -> str:
    """The answer to "undo"; `anything` says whether there was a turn to take back."""
    return say("reply.undone" if anything else "reply.no_undo", variant)


def _taken(step: Interpretation, facts: CatalogueFacts, variant: int) -> str:
    """What is said of the films that are chosen for tonight."""
    keys = (chip.key for chip in step.chips if chip.kind is ChipKind.TAKEN)
    films = [known_of(one, facts) for one in map(facts.catalogue.token_of, keys) if one]
    return _sentences(*(say("reply.taken", variant, **sketched(one)) for one in films))


def why(films: Sequence[Recommendation], told: Sequence[str]) -> str:
    """The answer to "why?": for each film a sentence, its reasons and the score they add up to.

    `told` are the sentences.
    """
    worth, lines = ", where a thumb up is worth +1", []
    for film, sentence in zip(films, told, strict=True):
        reasons = film.reasons
        parts = [f"{reason.text} ({signed(reason.contribution)})" for reason in reasons[:_WHY]]
        left = sum(reason.contribution for reason in reasons[_WHY:])
        if abs(left) >= SAID:
            parts.append(f"smaller things ({signed(left)})")
        figures = f"In figures{worth}, it comes to {signed(film.q_value)}: {'; '.join(parts)}."
        lines.append(f"{film.movie.label}: {sentence} {figures}")
        worth = ""
    return "\n".join(lines)


def about_me(taste: Sequence[Chip], films: str, wished: bool, variant: int = 0) -> str:
    """The answer to "what do you know about me?": everything that is held, said back."""
    if not taste and not wished:
        return say("reply.nothing_held", variant)
    soft = _soft(taste)
    return _sentences(
        heard([chip for chip in taste if not chip.kind.is_soft_wish], 0),
        text("reply.wanted", wishes=listing(soft)) if soft else "",
        text("reply.asked_for", films=films) if wished else "",
        say("reply.all_held", variant),
    )


def answer(chips: Sequence[Chip], situation: Situation, question: Question | None = None) -> str:
    """The reply to tastes or wishes: heard, unclear, films or why there are none."""
    variant, kept = situation.variant, chips
    if situation.complaint:
        # Nobody who is cross wants the films read out again.
        kept = [chip for chip in chips if chip.kind is not ChipKind.DISLIKE]
    return _sentences(
        say("reply.another_course", variant) if situation.complaint else "",
        heard(kept, variant),
        unknown(chips, variant),
        _not_got(situation),
        asking(question),
        not_known(
            [name for name in situation.beyond if name not in situation.confessed],
            situation.shown > 0,
        ),
        _let_go(situation),
        slate(situation),
    )


def _not_got(situation: Situation) -> str:
    """Says the words back that nothing was made of, where something was made of others."""
    if not situation.unclear or situation.unheard:
        return ""
    names = listing([f"“{_shortened(phrase)}”" for phrase in situation.unclear], "or")
    return say("reply.not_got", situation.variant, names=names)


def _let_go(situation: Situation) -> str:
    """Says which wishes were let go since nothing fulfils them all."""
    if not situation.relaxed:
        return ""
    why = "relaxed" if not situation.used_up else "few" if situation.few else "used_up"
    return say(
        f"reply.{why}",
        situation.variant,
        insisted=situation.insisted,
        wishes=listing(situation.relaxed),
    )


def _sentences(*parts: str) -> str:
    return " ".join(filter(None, parts))


def heard(chips: Sequence[Chip], variant: int) -> str:
    """What was understood, with its sign: "You liked Alien and The Thing, and not Titanic."."""

    def about(kind: ChipKind, name: str) -> str:
        names = titles(chips, kind)
        both = {"names": listing(names), "either": listing(names, "or")}
        return capitalised(say(name, variant, **both)) if names else ""

    tastes, soft = _tastes(chips, variant), _soft(chips)
    for_two = any(chip.kind is ChipKind.ASIDE and not chip.is_film for chip in chips)
    line = _sentences(
        tastes,
        about(ChipKind.NAMED, "reply.named_too" if tastes else "reply.named"),
        about(ChipKind.WORDS, "reply.by_words"),
        about(ChipKind.SEEN, "reply.seen"),
        about(ChipKind.LATER, "reply.later"),
        f"{capitalised(listing(soft))}." if soft else "",
        about(ChipKind.ASIDE, "reply.aside"),
        text("reply.for_two") if for_two else "",
        about(ChipKind.FORGOTTEN, "reply.forgotten"),
        about(ChipKind.LIFTED, "reply.lifted"),
    )
    return line.replace("!.", "!").replace("?.", "?")  # "Mamma Mia!", "What's Up, Doc?"


def _tastes(chips: Sequence[Chip], variant: int) -> str:
    """What is liked and what is not; empty where nothing is."""
    likes, dislikes = titles(chips, ChipKind.LIKE), titles(chips, ChipKind.DISLIKE)
    if not likes and not dislikes:
        return ""
    one_sided = "reply.likes" if likes else "reply.dislikes"
    return capitalised(
        say(
            "reply.tastes" if likes and dislikes else one_sided,
            variant,
            likes=listing(likes),
            dislikes=listing(dislikes),
            either=listing(dislikes, "or"),
        )
    )


def _soft(chips: Sequence[Chip]) -> list[str]:
    """Wishes that are no conditions: "more comedy", less “dark”, those for more first."""
    more = [_quoted(chip) for chip in chips if chip.kind is ChipKind.WANT]
    less = [_quoted(chip) for chip in chips if chip.kind is ChipKind.AVOID]
    return [
        f"{word} {listing([names[0], *(name.removeprefix('films ') for name in names[1:])])}"
        for word, names in (("more", more), ("less", less))
        if names
    ]


def _quoted(chip: Chip) -> str:
    """A tag that is no name in quotes, since it may be any kind of word: more “dark”."""
    is_plain_tag = chip.key.startswith("tag:") and chip.label == chip.label.lower()
    return f"“{chip.label}”" if is_plain_tag else chip.label


def wish_words(chip: Chip) -> str:
    """A wish that is let go, as one says it."""
    limits = {words.key: words.name for words in LIMIT_WORDS.values()}
    return limits.get(chip.key) or _quoted(chip)


def unknown(chips: Iterable[Chip], variant: int = 0) -> str:
    """Says unknown titles and people back."""
    names = [f"“{_shortened(chip.label)}”" for chip in chips if chip.kind is ChipKind.UNKNOWN]
    return say("reply.unknown", variant, names=listing(names, "or")) if names else ""


def asking(question: Question | None) -> str:
    """Asks which of several films was meant, by their years where the titles agree."""
    if question is None:
        return ""
    names = {label.rpartition(" (")[0] or label for label in question.labels}
    if len(names) == 1:
        years = [label.rpartition("(")[2].rstrip(")") for label in question.labels]
        return text("reply.which_title", title=names.pop(), choices=listing(years, "or"))
    return text("reply.which_film", choices=listing(question.labels, "or"))


def not_known(beyond: Iterable[str], on_table: bool, variant: int | None = None) -> str:
    """Says what the catalogue does not tell; `variant` where it was said before."""
    topics = list(beyond)
    if not topics:
        return ""
    linked = on_table and not _NOT_LINKED.issuperset(topics)
    links = text("reply.links") if linked else ""
    told = listing([text(f"beyond.{name}") for name in topics], "or")
    name = "reply.not_known" if variant is None else "reply.still_not_known"
    return say(name, variant or 0, topics=told, links=links)


def slate(situation: Situation) -> str:
    """The line before the films, or what to do when there are none."""
    if not situation.asked_for:
        return say("reply.held_back", situation.variant) if situation.held_back else ""
    if not situation.shown:
        return _nothing_left(situation)
    few = situation.shown < situation.asked_for
    words = _number_words(situation.shown)
    words["films"] = situation.films if few else situation.lead
    if few:
        name = "reply.only_wished" if situation.wished else "reply.only_unseen"
    else:
        name = _lead(situation)
    before = "" if few else _before_lead(situation)
    return _sentences(before, say(name, situation.variant, **words))


def _nothing_left(situation: Situation) -> str:
    if situation.people > 1:
        return text("reply.none_for_all")
    lift = listing((f"“{wish}”" for wish in situation.lift), "or")
    way_out = text("reply.say_this", wishes=lift) if lift else text("reply.start_over_then")
    return _sentences(
        _not_heard(situation) if situation.unheard else "",
        say("reply.none_left", situation.variant, films=situation.films, way_out=way_out),
    )


def _number_words(count: int) -> dict[str, str]:
    """The words of a lead that go with the number of films."""
    number = several("reply.numbers")[count]
    words = {"count": number, "number": number.capitalize()}
    if count == 1:
        forms = {"these": "this one", "any": "it", "be": "is", "others": "other"}
        return words | forms | {"miss": "misses", "fit": "fits"}
    forms = {"these": f"these {number}", "any": "one", "be": "are", "others": "others"}
    return words | forms | {"miss": "miss", "fit": "fit"}


def _lead(situation: Situation) -> str:
    """The name of the line that leads to the films."""
    if situation.recalled:
        return "reply.lead_recalled"
    if situation.more and not situation.first:
        return "reply.lead_more"
    if situation.lead not in _NO_WISH:
        return "reply.lead_wished"
    if situation.cold:
        return "reply.cold" if situation.first else "reply.still_cold"
    return "reply.lead"


def _before_lead(situation: Situation) -> str:
    """What is said before that line: that something was not understood, or what would help."""
    if situation.cold:
        return text("reply.invite") if situation.first and not situation.wished else ""
    if situation.unheard:
        return _not_heard(situation)
    return text("reply.thumbs") if situation.first else ""


def _not_heard(situation: Situation) -> str:
    return say("reply.unheard", situation.variant, line=_shortened(situation.line))


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


def _shortened(words: str) -> str:
    """Words of theirs on one line, the beginning of many."""
    line = " ".join(words.split()).strip(" .!?,;")
    return line if len(line) <= 60 else f"{line[:57].rstrip()}…"


def reply_text(
    utterance: Utterance,
    step: Interpretation,
    situation: Situation,
    question: Question | None,
    *,
    last: Turn | None,
    table: Sequence[int],
    facts: CatalogueFacts,
) -> str:
    """What is said in answer to a line.

    Args:
        utterance: the line.
        step: what it did.
        situation: what the reply is about, beyond that.
        question: what is asked back, if anything.
        last: the latest turn that showed films.
        table: tokens of the films that the line can point at.
        facts: what is known of the films.
    """
    variant, catalogue = situation.variant, facts.catalogue
    explained = ""
    if utterance.act is Act.WHY:
        films = why_of(last, _picked(table, utterance.picks), catalogue)
        explained = _explained(utterance, films, step.state, facts, variant)
    if utterance.act is Act.BEYOND:
        words = _beyond(utterance, situation, table, facts)
    elif situation.is_for_films or step.chips:
        words = answer(step.told, situation, question)
        before = explained if utterance.then else _kept(utterance, catalogue, variant)
        words = _sentences(before, _taken(step, facts, variant), words)
    elif utterance.act is Act.AGREE:
        words = say("reply.agreed_on_table" if last else "reply.agreed_on_nothing", variant)
    elif utterance.act is Act.ABOUT_ME:
        taste = taste_of(step.state, catalogue)
        words = about_me(taste, situation.films, situation.wished, variant)
    elif utterance.act is Act.START_OVER:
        words = say("reply.started_over", variant)
    else:
        words = explained or _kept(utterance, catalogue, variant)
    return words or small_talk(utterance.act, variant, utterance.text)


def _kept(utterance: Utterance, catalogue: Catalogue, variant: int) -> str:
    """That films are on the watch-list now; "" where none was to be put there."""
    titles = [catalogue.movie(token).title for token in utterance.kept]
    return say("reply.kept", variant, films=listing(titles)) if titles else ""


def _explained(
    utterance: Utterance,
    films: Sequence[Recommendation],
    state: SessionState,
    facts: CatalogueFacts,
    variant: int,
) -> str:
    """The answer to "why?", and to "which one would you pick?"."""
    if not films:
        return say("reply.no_why", variant)
    asks_for_one = is_whole("best_pick", line_of(utterance.text))
    if asks_for_one:
        films = [max(films, key=attrgetter("q_value"))]
    known = (known_of(facts.catalogue.movie_token(film.movie.row), facts) for film in films)
    pairs = zip(known, (film.reasons for film in films), strict=True)
    told = sentences(list(pairs), facts, state.constraints.required)
    if asks_for_one:
        return say("reply.my_pick", variant, film=films[0].movie.label, reason=told[0])
    return why(films, told)


def _beyond(
    utterance: Utterance, situation: Situation, table: Sequence[int], facts: CatalogueFacts
) -> str:
    """The answer to a question of what is not known: that it is not, and where it may stand."""
    named = [mention.token for mention in utterance.movies] or _picked(table, utterance.picks)
    look = known_of(named[0], facts).look if len(named) == 1 else ""
    variant = situation.variant
    again = variant if set(utterance.beyond) <= set(situation.confessed) else None
    then = "" if named or table else pick(several("reply.invitation"), variant)
    return _sentences(not_known(utterance.beyond, bool(table) and not look, again), look or then)


def _picked(table: Sequence[int], picks: Iterable[int]) -> list[int]:
    """Tokens of the films at these places."""
    return [table[place] for place in picks if place < len(table)]
