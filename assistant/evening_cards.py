"""An evening together as HTML: what a film is to each, who is there, the code, and who speaks at this browser.

As in `cards`, everything people supply goes through `html.escape`, and nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from assistant.dialogue import Card, Company, Person
from assistant.icons import icon
from core.domain import Reaction

LONGEST_NAME = 24
_SAID = {
    Reaction.UP: ("up", "good idea"),
    Reaction.DOWN: ("down", "not for me"),
    Reaction.SEEN: ("seen", "seen it"),
    Reaction.NOT_TONIGHT: ("later", "not tonight"),
}
"""Icon and words of what somebody else made of a film."""

_ABOUT = (
    "Everybody tells their own taste, here or in their own browser. You get what the less happy of you would still "
    "like; a thumb counts for the one who gave it."
)
_SEEN_BY_OTHERS = "The others see the films, how they suit you, your thumbs and your firm wishes; not what you type."
_FIGURES = (
    "100 is each person’s own best film tonight, 0 one picked blindly; a match is the chance that they like the film."
)
_SURE_LEAVE = "Leave this evening? What guests beside you have told is deleted."
_SURE_AWAY = "Take this person out? What they have told is deleted."


def opinions(card: Card, buttons: Callable[[Card, str], str]) -> str:
    """What the film is to each person of the evening; empty where it is for one alone.

    Args:
        card: the film as the person of this browser has it.
        buttons: draws the reactions to a card, for a guest who reacts at this browser.
    """
    if card.fit is None:
        return ""
    title = escape(card.recommendation.movie.title)
    figures = [_opinion("You", card, "")]
    figures += [_opinion(one.name, one.card, _said(one.card.reaction)) for one in card.others]
    guests = "".join(
        f'<div class="mq-theirs" role="group" aria-label="{escape(one.name)}’s reaction to {title}">'
        f"<b>{escape(one.name)}</b>{buttons(one.card, one.name)}</div>"
        for one in card.others
        if one.held
    )
    return (
        f'<div class="mq-fits"><ul aria-label="How {title} suits each of you" title="{_FIGURES}">'
        f"{''.join(figures)}</ul>{guests}</div>"
    )


def _opinion(name: str, card: Card, said: str) -> str:
    """One person's figures: 100 is their own best film tonight; the chance that they like it, where it is known."""
    figure = 0 if card.fit is None else round(100 * min(max(card.fit, 0.0), 1.0))
    told = (
        f'<span class="mq-figure">{figure}<span class="mq-hidden"> of 100</span></span>' if card.fit is not None else ""
    )
    match = card.recommendation.match
    chance = "" if match is None else f'<span class="mq-match">{100 * match:.0f} % match</span>'
    bar = f'<i aria-hidden="true"><i style="width:{figure}%"></i></i>'
    return f'<li class="mq-fit"><b>{escape(name)}</b>{bar}{told}{chance}{said}</li>'


def _said(reaction: Reaction) -> str:
    if reaction not in _SAID:
        return ""
    drawing, words = _SAID[reaction]
    return f'<span class="mq-said" data-reaction="{reaction.value}">{icon(drawing)}{words}</span>'


def speakers(company: Company) -> str:
    """Who speaks at this browser, where several do."""
    held = [person for person in company.people if person.held]
    if len(held) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-do="speak" data-id="{person.number}" aria-pressed="{str(person.speaks).lower()}">'
        f"{'You' if person.you else escape(person.name)}</button>"
        for person in held
    )
    return f'<div class="mq-speakers" role="group" aria-label="Who is speaking?"><span>Speaking:</span>{buttons}</div>'


def panel(company: Company) -> str:
    """The fold beside the conversation: how to begin an evening, or who is in it."""
    inside = _inside(company) if company.people else _outside()
    count = f" <small>{len(company.people)}</small>" if company.people else ""
    open_wide = ' data-wide="open"' if company.people else ""
    return (
        f'<details class="mq-evening" data-keep="evening"{open_wide}><summary>Tonight for two{count}</summary>'
        f"{inside}</details>"
    )


def _outside() -> str:
    name = _field("id", "Your first name (optional)", "given-name")
    return (
        f"<p>{_ABOUT}</p>"
        f'<form data-do="guest"><div>{_field("id", "Somebody beside you (name optional)", "off")}</div>'
        f'<button type="submit">Add them here</button></form>'
        f'<form data-do="open"><div>{name}</div><button type="submit">Invite with a code</button></form>'
        f'<form data-do="join"><div>{name}{_field("value", "Code", "off", required=True)}</div>'
        f'<button type="submit">Join</button></form><p>{_SEEN_BY_OTHERS}</p>'
    )


def _inside(company: Company) -> str:
    people = "".join(_person(person) for person in company.people)
    several = len(company.people) > 1
    all_of_you = "both of us" if len(company.people) == 2 else "all of us"
    ask = f'<button type="button" data-do="say" data-value="More">Films for {all_of_you}</button>' if several else ""
    return (
        f"{_code(company)}<ul>{people}</ul>"
        f'<form data-do="guest"><div>{_field("id", "Somebody beside you (name optional)", "off")}</div>'
        f'<button type="submit">Add them here</button></form>'
        f'<div class="mq-tools">{ask}'
        f'<button type="button" data-do="leave" data-sure="{_SURE_LEAVE}">Leave</button></div>'
        f"<p>{_FIGURES} {_SEEN_BY_OTHERS}</p>"
    )


def _code(company: Company) -> str:
    if not company.code:
        return '<p>The code has expired.</p><button type="button" data-do="open">New code</button>'
    code = f"{company.code[:4]}-{company.code[4:]}"
    spelled = " ".join(company.code)
    minutes = f"{company.minutes} minute{'' if company.minutes == 1 else 's'}"
    return (
        "<p>Others join under “Tonight for two” with "
        f'<strong class="mq-code" aria-label="Code {spelled}">{code}</strong>, for another {minutes}.</p>'
    )


def _person(person: Person) -> str:
    name, told = escape(person.name), f"{person.told} taste{'' if person.told == 1 else 's'} told"
    you = " (you)" if person.you else ""
    wishes = "".join(
        f'<span class="mq-chip" data-kind="{chip.kind.value}"><b aria-hidden="true">{chip.kind.sign}</b>'
        f"{'no ' if chip.kind.sign == '−' else ''}{escape(chip.label)}</span>"
        for chip in person.wishes
    )
    away = (
        f'<button type="button" data-do="send_away" data-id="{person.number}" data-sure="{_SURE_AWAY}" '
        f'title="Take out" aria-label="Take out {name}">{icon("remove")}</button>'
        if person.held and not person.you
        else ""
    )
    return f"<li><span><b>{name}</b>{you} <small>{told}</small>{away}</span>{wishes}</li>"


def _field(name: str, label: str, complete: str, *, required: bool = False) -> str:
    must = " required" if required else ""
    longest = 16 if name == "value" else LONGEST_NAME
    return (
        f'<label><span>{label}</span><input name="{name}" maxlength="{longest}" autocomplete="{complete}" '
        f'spellcheck="false"{must}></label>'
    )
