"""What stands beside the conversation as HTML, below it on a phone.

The taste held, the controls (films a turn, popular or hidden, a pause), the other folds, and what
undoes and forgets. Like `cards`: everything people or data supply is escaped, and nothing is
decided here.

Parts of the page: what the browser holds as it is goes as its name alone. A turn changes little of
a page: the drawing of the rest need not be sent, read or laid out again. Films and folds are parts;
what is small has a name at most (`data-part`) and always goes along. Nothing is kept here of what
was sent to whom: the browser says with each event what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

from assistant.conversation.library import FILMS
from assistant.conversation.values import Chip, ChipKind, Company, History
from assistant.page.drawings import icon
from assistant.page.evening import panel
from assistant.page.panels import watchlist, your_data
from assistant.wording import counted, several, text


@dataclass(frozen=True, slots=True)
class Parts:
    """Marks parts, and leaves out what the browser holds."""

    held: Mapping[str, str] = field(default_factory=dict)
    """Mark by name of what stands in the browser; nothing of it is trusted to be there."""

    def part(self, name: str, markup: str) -> str:
        """One element with its mark, or named alone where the browser holds it with that mark.

        Args:
            name: says which part it is among its neighbours, in every drawing of the page.
            markup: one element whose tag has attributes; "" stays "".

        >>> Parts().part("film-7", '<li class="mq-film">…</li>')
        '<li data-part="film-7" data-mark="4585b7af" class="mq-film">…</li>'
        >>> Parts({"film-7": "4585b7af"}).part("film-7", '<li class="mq-film">…</li>')
        '<li data-part="film-7" data-same></li>'
        """
        if not markup:
            return ""
        (opening, rest), name = markup.split(" ", 1), escape(name)
        mark = f"{crc32(markup.encode()):08x}"
        if self.held.get(name) == mark:
            return f'{opening} data-part="{name}" data-same></{opening[1:]}>'
        return f'{opening} data-part="{name}" data-mark="{mark}" {rest}'


def controls(history: History) -> str:
    """The fold with what a session is steered by."""
    numbers = "".join(
        f'<button type="button" data-do="films" data-value="{count}" '
        f'aria-current="{str(count == history.films).lower()}" '
        f'aria-label="{counted("steer.films_spoken", count)}">{count}</button>'
        for count in range(FILMS[0], FILMS[1] + 1)
    )
    paused = f"<p>{text('steer.paused')}</p>" if history.paused else ""
    films = text("steer.films")
    return (
        '<details class="mq-steer" data-keep="steer" data-wide="open">'
        f"<summary>{text('steer.title')}</summary>"
        f'<div class="mq-numbers" role="group" aria-label="{films}">'
        f'<span aria-hidden="true">{films}</span>'
        f"{numbers}</div>{_knob(history.gems)}"
        f'<button type="button" data-do="pause" data-value="{"off" if history.paused else "on"}" '
        f'aria-pressed="{str(history.paused).lower()}">{text("steer.pause")}</button>'
        f"{paused}</details>"
    )


def _knob(gems: float) -> str:
    """The slider between popular films and hidden gems."""
    places = several("steer.places")  # from −1 to 1
    stands = places[min(range(len(places)), key=lambda place: abs(place / 2 - 1 - gems))]
    ends = f'{text("steer.popular")} <b aria-hidden="true">↔</b> {text("steer.hidden")}'
    return (
        f'<label class="mq-knob"><span>{ends}</span>'
        f'<input type="range" data-do="gems" min="-1" max="1" step="0.5" value="{gems:g}" '
        f'aria-valuetext="{stands}">'
        f"<small>{text('steer.stands', place=stands)}</small></label>"
    )


TOOLS = (
    ("undo", text("taste.undo"), icon("undo"), ""),
    ("clear", text("taste.clear"), icon("clear"), text("taste.clear_sure")),
    ("forget", text("taste.forget"), icon("remove"), text("taste.forget_sure")),
)
"""What it does, what it says, its icon, what is asked before."""


def beside(history: History, parts: Parts) -> str:
    """What stands beside the conversation, or below it on a phone."""
    tools = (
        "".join(_tool(*tool) for tool in TOOLS) if history.exchanges or history.unreadable else ""
    )
    folds = (
        ("taste", _taste(history)),
        ("steer", controls(history)),
        ("evening", panel(history.company)),
        ("watchlist", watchlist(history.saved)),
        ("data", your_data(bool(history.session))),
        ("tools", f'<div class="mq-tools">{tools}</div>'),
    )
    return (
        f'<aside class="mq-taste" aria-label="{text("taste.label")}">'
        f"{''.join(parts.part(name, markup) for name, markup in folds)}"
        f'<p class="mq-consent">{text("taste.consent")}</p></aside>'
    )


def _taste(history: History) -> str:
    """What is held about the person now; each of it can be turned round or taken back."""
    items = "".join(
        f'<li class="mq-chip" data-kind="{chip.kind.value}">'
        f'<b aria-hidden="true">{chip.kind.sign}</b>'
        f'<span class="mq-hidden">{spoken(chip.kind)}: </span>'
        f"<span>{_qualified(chip)}</span>{_edits(chip)}</li>"
        for chip in history.taste
    )
    if history.hidden:
        items = f'<li class="mq-chip">{counted("taste.rated", history.hidden)}</li>{items}'
    count = len(history.taste) + history.hidden
    body = f'<ul class="mq-chips">{items}</ul>' if items else f"<p>{text('taste.nothing')}</p>"
    return (
        '<details data-keep="taste" data-wide="open">'
        f"<summary>{_whose(history.company)} <small>{count or ''}</small></summary>"
        f"{body}</details>"
    )


def _whose(company: Company) -> str:
    """Whose taste is shown: that of the one who speaks at this browser."""
    guest = next((person.name for person in company.people if person.speaks and not person.you), "")
    return text("taste.theirs", name=escape(guest)) if guest else text("taste.yours")


def _qualified(chip: Chip) -> str:
    """The label, for a wish with how it is wished for: "only comedy", "less horror"."""
    label = escape(chip.label)
    return text(f"taste.{chip.kind.value}", what=label) if chip.kind.wish else label


def _tool(do: str, words: str, drawing: str, sure: str) -> str:
    ask = f' data-sure="{sure}"' if sure else ""
    return f'<button type="button" data-do="{do}"{ask}>{drawing}{words}</button>'


def _edits(chip: Chip) -> str:
    """The buttons on a chip of the taste panel."""
    actions = [("flip", text("taste.flip"), icon("flip"))] if chip.kind.is_flippable else []
    actions.append(("drop", text("taste.drop"), icon("remove")))
    key, name = escape(chip.key), escape(chip.label)
    return "".join(
        f'<button type="button" data-do="{do}" data-id="{key}" title="{words}" '
        f'aria-label="{words}: {name}">'
        f"{drawing}</button>"
        for do, words, drawing in actions
    )


def spoken(kind: ChipKind) -> str:
    """A chip's sign for a screen reader."""
    return text(f"kind.{kind.name.lower()}")
