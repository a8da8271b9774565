"""An evening together as HTML: what a film is to each, who is there, the code, who speaks here.

As in `cards`, everything people supply goes through `html.escape`, and nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from assistant.conversation.values import Card, Chip, Company, Person
from assistant.page.drawings import icon
from assistant.page.panels import match_of
from assistant.wording import counted, text
from core.domain import Reaction

LONGEST_NAME = 24


def opinions(card: Card, buttons: Callable[[Card, str], str]) -> str:
    """What the film is to each person of the evening; empty where it is for one alone.

    Args:
        card: the film as the person of this browser has it.
        buttons: draws the reactions to a card, for a guest who reacts at this browser.
    """
    if card.fit is None:
        return ""
    title = escape(card.recommendation.movie.title)
    figures = [_opinion(text("evening.you"), card, "")]
    figures += [_opinion(one.name, one.card, _reaction(one.card.reaction)) for one in card.others]
    guests = "".join(
        f'<div class="mq-theirs" role="group" '
        f'aria-label="{text("evening.reaction", name=escape(one.name), title=title)}">'
        f"<b>{escape(one.name)}</b>{buttons(one.card, one.name)}</div>"
        for one in card.others
        if one.held
    )
    return (
        f'<div class="mq-fits"><ul aria-label="{text("evening.suits", title=title)}" '
        f'title="{text("evening.figures")}">'
        f"{''.join(figures)}</ul>{guests}</div>"
    )


def _opinion(name: str, card: Card, reaction: str) -> str:
    """One person's figures: 100 is their own best film tonight; the chance of a like, if known."""
    figure = 0 if card.fit is None else round(100 * min(max(card.fit, 0.0), 1.0))
    number = (
        f'<span class="mq-figure">{figure}'
        f'<span class="mq-hidden">{text("evening.of_hundred")}</span></span>'
        if card.fit is not None
        else ""
    )
    bar = f'<i aria-hidden="true"><i style="width:{figure}%"></i></i>'
    return (
        f'<li class="mq-fit"><b>{escape(name)}</b>'
        f"{bar}{number}{match_of(card.recommendation.match)}{reaction}</li>"
    )


def _reaction(reaction: Reaction) -> str:
    """What somebody else made of a film, with an icon."""
    match reaction:
        case Reaction.UP:
            drawing, words = "up", text("evening.up")
        case Reaction.DOWN:
            drawing, words = "down", text("evening.down")
        case Reaction.SEEN:
            drawing, words = "seen", text("evening.seen")
        case Reaction.NOT_TONIGHT:
            drawing, words = "later", text("evening.later")
        case _:
            return ""
    return f'<span class="mq-said" data-reaction="{reaction.value}">{icon(drawing)}{words}</span>'


def speakers(company: Company) -> str:
    """Who speaks at this browser, where several do."""
    here = [person for person in company.people if person.held]
    if len(here) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-do="speak" data-id="{person.number}" '
        f'aria-pressed="{str(person.speaks).lower()}">'
        f"{text('evening.you') if person.you else escape(person.name)}</button>"
        for person in here
    )
    return (
        f'<div class="mq-speakers" role="group" aria-label="{text("evening.speaking_spoken")}">'
        f"<span>{text('evening.speaking')}</span>{buttons}</div>"
    )


def panel(company: Company) -> str:
    """The fold beside the conversation: how to begin an evening, or who is in it."""
    inside = _inside(company) if company.people else _outside()
    count = f" <small>{len(company.people)}</small>" if company.people else ""
    open_wide = ' data-wide="open"' if company.people else ""
    return (
        f'<details class="mq-evening" data-keep="evening"{open_wide}>'
        f"<summary>{text('evening.title')}{count}</summary>"
        f"{inside}</details>"
    )


def _outside() -> str:
    name = _field("id", text("evening.your_name"), "given-name")
    code = _field("value", text("evening.code"), "off", required=True)
    return (
        f"<p>{text('evening.about')}</p>{_guest()}"
        f'<form data-do="open"><div>{name}</div>'
        f'<button type="submit">{text("evening.invite")}</button></form>'
        f'<form data-do="join"><div>{name}{code}</div>'
        f'<button type="submit">{text("evening.join")}</button></form>'
        f"<p>{text('evening.seen_by_others')}</p>"
    )


def _guest() -> str:
    return (
        f'<form data-do="guest"><div>{_field("id", text("evening.their_name"), "off")}</div>'
        f'<button type="submit">{text("evening.add")}</button></form>'
    )


def _inside(company: Company) -> str:
    people = "".join(_person(person) for person in company.people)
    several = len(company.people) > 1
    words = text("evening.both") if len(company.people) == 2 else text("evening.all")
    ask = (
        f'<button type="button" data-do="say" data-value="More">{words}</button>' if several else ""
    )
    return (
        f'{_code(company)}<ul>{people}</ul>{_guest()}<div class="mq-tools">{ask}'
        f'<button type="button" data-do="leave" data-sure="{text("evening.leave_sure")}">'
        f"{text('evening.leave')}</button></div>"
        f"<p>{text('evening.figures')} {text('evening.seen_by_others')}</p>"
    )


def _code(company: Company) -> str:
    if not company.code:
        return (
            f"<p>{text('evening.expired')}</p>"
            f'<button type="button" data-do="open">{text("evening.renew")}</button>'
        )
    code = f"{company.code[:4]}-{company.code[4:]}"
    spelled = text("evening.code_spoken", code=" ".join(company.code))
    shown = f'<strong class="mq-code" aria-label="{spelled}">{code}</strong>'
    return f"<p>{counted('evening.share', company.minutes, code=shown)}</p>"


def _person(person: Person) -> str:
    name, tastes = escape(person.name), counted("evening.tastes", person.tastes)
    you = f" {text('evening.marked_you')}" if person.you else ""
    wishes = "".join(
        f'<span class="mq-chip" data-kind="{chip.kind.value}">'
        f'<b aria-hidden="true">{chip.kind.sign}</b>'
        f"{_wish(chip)}</span>"
        for chip in person.wishes
    )
    away = (
        f'<button type="button" data-do="send_away" data-id="{person.number}" '
        f'data-sure="{text("evening.away_sure")}" '
        f'title="{text("evening.away")}" aria-label="{text("evening.away_spoken", name=name)}">'
        f"{icon('remove')}</button>"
        if person.held and not person.you
        else ""
    )
    return f"<li><span><b>{name}</b>{you} <small>{tastes}</small>{away}</span>{wishes}</li>"


def _wish(chip: Chip) -> str:
    label = escape(chip.label)
    return text("evening.wish_never", what=label) if chip.kind.wish < 0 else label


def _field(name: str, label: str, complete: str, *, required: bool = False) -> str:
    must = " required" if required else ""
    longest = 16 if name == "value" else LONGEST_NAME
    return (
        f"<label><span>{label}</span>"
        f'<input name="{name}" maxlength="{longest}" autocomplete="{complete}" '
        f'spellcheck="false"{must}></label>'
    )
