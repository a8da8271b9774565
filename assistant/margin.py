"""What stands beside the conversation as HTML, below it on a phone: the taste held, the folds, what undoes and forgets.

Like `cards`: everything people or data supply is escaped, and nothing is decided here.
"""

from __future__ import annotations

from html import escape

from assistant.dialogue import Chip, ChipKind, Company, History
from assistant.evening_cards import panel
from assistant.icons import icon
from assistant.panels import watchlist, your_data
from assistant.parts import Parts
from assistant.planning import YEARS_KEY
from assistant.small_talk import CONSENT
from assistant.steering_cards import controls

TOOLS = (
    ("undo", "Undo last turn", icon("undo"), ""),
    (
        "clear",
        "Start afresh",
        icon("clear"),
        "Start afresh? This conversation and imported ratings leave the page; the watch-list stays.",
    ),
    (
        "forget",
        "Forget me",
        icon("remove"),
        "Delete this conversation, the watch-list, imported ratings and everything logged?",
    ),
)
"""What it does, what it says, its icon, what is asked before."""

_FLIPPABLE = frozenset({ChipKind.LIKE, ChipKind.DISLIKE, ChipKind.WANT, ChipKind.ONLY, ChipKind.AVOID, ChipKind.NEVER})
_TASTE_WORDS = {ChipKind.ONLY: "only ", ChipKind.NEVER: "no ", ChipKind.AVOID: "less ", ChipKind.WANT: "more "}


def beside(history: History, parts: Parts) -> str:
    """What stands beside the conversation, or below it on a phone."""
    tools = "".join(_tool(*tool) for tool in TOOLS) if history.exchanges else ""
    folds = (
        ("taste", _taste(history)),
        ("steer", controls(history)),
        ("evening", panel(history.company)),
        ("watchlist", watchlist(history.saved)),
        ("data", your_data(bool(history.session))),
        ("tools", f'<div class="mq-tools">{tools}</div>'),
    )
    return (
        f'<aside class="mq-taste" aria-label="What I know about your taste">'
        f"{''.join(parts.part(name, markup) for name, markup in folds)}"
        f'<p class="mq-consent">{escape(CONSENT)}</p></aside>'
    )


def _taste(history: History) -> str:
    """What is held about the person now; each of it can be turned round or taken back."""
    items = "".join(
        f'<li class="mq-chip" data-kind="{chip.kind.value}"><b aria-hidden="true">{chip.kind.sign}</b>'
        f'<span class="mq-hidden">{spoken(chip.kind)}: </span>'
        f"<span>{_TASTE_WORDS.get(chip.kind, '')}{escape(chip.label)}</span>{_edits(chip)}</li>"
        for chip in history.taste
    )
    if history.hidden:
        items = f'<li class="mq-chip">{history.hidden:,} films you rated before</li>{items}'
    body = f'<ul class="mq-chips">{items}</ul>' if items else "<p>Nothing yet. Everything you tell me appears here.</p>"
    return (
        '<details data-keep="taste" data-wide="open">'
        f"<summary>{_whose(history.company)} taste <small>{len(history.taste) + history.hidden or ''}</small></summary>"
        f"{body}</details>"
    )


def _whose(company: Company) -> str:
    """Whose taste is shown: that of the one who speaks at this browser."""
    guest = next((person.name for person in company.people if person.speaks and not person.you), "")
    return f"{escape(guest)}’s" if guest else "Your"


def _tool(do: str, words: str, drawing: str, sure: str) -> str:
    ask = f' data-sure="{sure}"' if sure else ""
    return f'<button type="button" data-do="{do}"{ask}>{drawing}{words}</button>'


def _edits(chip: Chip) -> str:
    """The buttons on a chip of the taste panel."""
    actions = [("flip", "Turn round", icon("flip"))] if chip.kind in _FLIPPABLE else []
    actions.append(("drop", "Take back", icon("remove")))
    key, name = escape(chip.key or YEARS_KEY), escape(chip.label)
    return "".join(
        f'<button type="button" data-do="{do}" data-id="{key}" title="{words}" aria-label="{words}: {name}">'
        f"{drawing}</button>"
        for do, words, drawing in actions
    )


def spoken(kind: ChipKind) -> str:
    """A chip's sign for a screen reader."""
    return {ChipKind.YEARS: "years", ChipKind.AMBIGUOUS: "which one", ChipKind.LESSER_KNOWN: "only"}.get(
        kind, kind.value
    )
