"""The conversation as HTML: exchanges, film cards, chips, reasons.

Everything people or data supply goes through `html.escape`; buttons carry what they do in `data-`
attributes, which `assets/conversation.js` reads. Nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

from assistant.conversation.library import next_lines
from assistant.conversation.reasons import headline
from assistant.conversation.values import TOGETHER, Card, Chip, Exchange, History, signed
from assistant.page.drawings import ground, icon, poster
from assistant.page.evening import opinions, speakers
from assistant.page.panels import import_preview, match_of, meaning_of, others, verdicts, year_of
from assistant.page.sidebar import Parts, beside, spoken
from assistant.wording import counted, several, text
from core.domain import Reaction, Reason

LONGEST, WHOLE = 6, 2
"""At most so many exchanges are drawn, and of so many the films are drawn whole.

Of films before those there is only what one may still want to press; the store keeps all.
"""

ACTIONS = (
    (Reaction.UP, icon("up"), text("film.up"), text("film.up_spoken")),
    (Reaction.DOWN, icon("down"), text("film.down"), text("film.down_spoken")),
    (Reaction.SEEN, icon("seen"), text("film.seen"), text("film.seen")),
    (Reaction.NOT_TONIGHT, icon("later"), text("film.not_tonight"), text("film.not_tonight")),
)
"""Reaction, icon, what it says on the button, what a screen reader says before the title."""

_ADDRESS = re.compile(r"https://www\.((?:imdb|youtube)\.com)/[\w/?=.+-]+")
"""What a reply may link to, and the site as it is called."""

_GAMBLE = (
    f'<span class="mq-gamble" title="{text("film.gamble_spoken")}">{text("film.gamble")}</span>'
)


def conversation(history: History, notice: str = "", held: Mapping[str, str] | None = None) -> str:
    """The whole conversation; a welcome where nothing was said yet.

    Args:
        history: what `Assistant.history` gives, of the latest `LONGEST` turns at least.
        notice: one line that belongs to no turn ("Taken back.", an error in plain words).
        held: mark by part of what the browser has; what it has as it is, is left out. None where no
            browser has asked yet: the drawing is nobody's.
    """
    parts, exchanges = Parts(held or {}), history.exchanges
    turns = exchanges[-1].number + 1 if exchanges else 0
    hidden = max(history.earlier + len(exchanges) - LONGEST, 0)
    shown = exchanges[hidden - history.earlier :]
    earlier = (
        f'<li class="mq-earlier" data-part="earlier">{counted("talk.earlier", hidden)}</li>'
        if hidden > 0
        else ""
    )
    saved = frozenset(film.movie.movie_id for film in history.saved)
    drawn = "".join(
        _exchange(
            exchange, saved, parts, last=exchange is shown[-1], brief=place < len(shown) - WHOLE
        )
        for place, exchange in enumerate(shown)
    )
    whose = "" if held is None else f'data-session="{escape(history.session)}" '
    return (
        f'<div class="mq-page" {whose}data-turns="{turns}" '
        f'data-live="{escape(history.company.revision)}"><div class="mq-main">'
        f'<div role="log" aria-label="{text("page.conversation")}"><ol class="mq-log">'
        f"{earlier}{drawn or _welcome()}</ol></div>"
        '<p class="mq-notice" role="status" '
        f'data-sorry="{text("page.unanswered")}">{escape(notice)}</p>'
        '<div class="mq-work" role="status"></div>'
        f"{parts.part('import', import_preview(history.pending))}"
        f"{parts.part('speakers', speakers(history.company))}</div>{beside(history, parts)}</div>"
    )


def _welcome() -> str:
    return (
        f'<li class="mq-welcome" data-part="welcome"><h2>{text("talk.welcome")}</h2>'
        f"<p>{escape(several('reply.invitation')[0])} {text('talk.hint')}</p>"
        f"{_suggestions(several('reply.examples'), text('talk.examples'))}</li>"
    )


def _exchange(
    exchange: Exchange, saved: frozenset[int], parts: Parts, *, last: bool, brief: bool
) -> str:
    """One turn: what was typed, what was understood, the reply, the films."""
    draw = film_line if brief else film_card
    number = exchange.number
    name = escape(exchange.speaker)
    typed = f'<p class="mq-you">{_who(name)}{escape(exchange.text) or "…"}</p>'
    typed = "" if exchange.understood.act == TOGETHER else typed
    reply = "".join(f"<p>{linked(line)}</p>" for line in exchange.reply.split("\n") if line)
    films = "".join(
        parts.part(
            f"film-{card.recommendation.id}",
            draw(card, saved=card.recommendation.movie.movie_id in saved),
        )
        for card in exchange.cards
    )
    lines = dict.fromkeys((*exchange.understood.suggestions, *next_lines(exchange)))
    more = (
        _suggestions(lines, text("talk.replies"), asks=bool(exchange.understood.suggestions))
        if last
        else ""
    )
    return (
        f'<li class="mq-turn" data-part="turn-{number}">{typed}{chips(exchange.understood.chips)}'
        f'<div class="mq-says"><span class="mq-hidden">{text("talk.marquee")}</span>{reply}</div>'
        f"{f'<div class=mq-films>{films}</div>' if films else ''}{more}</li>"
    )


def linked(line: str) -> str:
    """A line of a reply as markup; addresses of known pages in it can be followed."""
    return _ADDRESS.sub(
        lambda match: (
            f'<a href="{match[0]}" target="_blank" rel="noopener noreferrer">{match[1]}</a>'
        ),
        escape(line),
    )


def _who(name: str) -> str:
    """Who typed a line: for screen readers, and for all where several people talk here."""
    return f"<b>{name}</b> " if name else f'<span class="mq-hidden">{text("talk.you")}</span>'


def chips(understood: Sequence[Chip]) -> str:
    """What was understood of a line, each with its sign."""
    if not understood:
        return ""
    items = "".join(
        f'<li class="mq-chip" data-kind="{chip.kind.value}">'
        f'<b aria-hidden="true">{chip.kind.sign}</b>'
        f'<span class="mq-hidden">{spoken(chip.kind)}: </span>{escape(_clipped(chip.label))}</li>'
        for chip in understood
    )
    return f'<ul class="mq-chips" aria-label="{text("talk.understood")}">{items}</ul>'


@lru_cache(maxsize=2048)  # of all films of a conversation a turn changes a few
def film_card(card: Card, *, saved: bool = False) -> str:
    """A film with its poster, its reason, what one can do with it and the sum behind it."""
    film, movie = card.recommendation, card.recommendation.movie
    title, name = escape(movie.title), f"film-{film.id}"
    # At an evening together everybody's match stands in a line of its own.
    marks = (match_of(film.match) if card.fit is None else "") + (_GAMBLE if film.explored else "")
    known = [names for names in (movie.genres, card.details or card.people) if names]
    genres = "".join(f"<span>{escape(' · '.join(names))}</span>" for names in known)
    buttons = _actions(card, beside=others(movie, saved=saved))
    return (
        f'<article class="mq-film" data-film="{escape(movie.label)}" aria-labelledby="{name}">'
        f'<div class="mq-poster" style="background:{ground(movie)}">{poster(movie)}</div>'
        f'<div class="mq-head"><h2 id="{name}">{title}{year_of(movie)}{marks}</h2>'
        f'<p class="mq-genres">{genres}{_links(card)}</p>'
        f'<p class="mq-because">{escape(card.because or headline(film.reasons))}</p></div>'
        '<div class="mq-actions" role="group" '
        f'aria-label="{text("film.reaction", title=title)}">{buttons}</div>'
        f"{opinions(card, _actions)}"
        f"{_why(film.id, film.reasons, film.q_value, meaning_of(film.match))}</article>"
    )


@lru_cache(maxsize=2048)
def film_line(card: Card, *, saved: bool = False) -> str:
    """A film of earlier: title and buttons; the whole card at an evening together."""
    if card.fit is not None:
        return film_card(card, saved=saved)
    film, movie = card.recommendation, card.recommendation.movie
    title, name = escape(movie.title), f"film-{film.id}"
    return (
        f'<article class="mq-film mq-brief" data-film="{escape(movie.label)}" '
        f'aria-labelledby="{name}">'
        f'<div class="mq-head"><h2 id="{name}">{title}{year_of(movie)}</h2></div>'
        f'<div class="mq-actions" role="group" aria-label="{text("film.reaction", title=title)}">'
        f"{_actions(card, beside=others(movie, saved=saved))}</div></article>"
    )


def _actions(card: Card, name: str = "", *, beside: str = "") -> str:
    """The buttons under a film; `name` is the guest, if any, whose reactions they are."""
    whose = text("evening.named", name=escape(name)) if name else ""
    buttons = (
        _action(card, reaction, drawing, words, f"{whose}{spoken}")
        for reaction, drawing, words, spoken in ACTIONS
    )
    return f"{''.join(buttons)}{beside}{verdicts(card, whose)}"


def _action(card: Card, reaction: Reaction, drawing: str, words: str, spoken: str) -> str:
    film = card.recommendation
    seen = reaction is Reaction.SEEN and card.reaction.is_seen
    pressed = str(seen or card.reaction is reaction).lower()
    return (
        f'<button type="button" class="mq-act" data-do="react" data-id="{escape(film.id)}" '
        f'data-reaction="{reaction.value}" aria-pressed="{pressed}" '
        f'aria-label="{spoken}: {escape(film.movie.title)}" title="{words}">'
        f"{drawing}<span>{words}</span></button>"
    )


def _why(film: str, reasons: Sequence[Reason], q_value: float, match: str) -> str:
    """The exact parts of the score, with a bar each, and what they add up to; `match` is markup."""
    widest = max((abs(reason.contribution) for reason in reasons), default=0.0) or 1.0
    rows = "".join(_reason(reason, widest) for reason in reasons)
    total = f'<th scope="row">{text("film.ranked_by")}</th><td></td><td>{signed(q_value)}</td>'
    return (
        f'<details class="mq-why" data-keep="why-{escape(film)}">'
        f"<summary>{text('film.why')}</summary>"
        f"<table><tbody>{rows}</tbody><tfoot><tr>{total}</tr></tfoot></table>{match}</details>"
    )


def _reason(reason: Reason, widest: float) -> str:
    side = "up" if reason.contribution >= 0 else "down"
    bar = f'<i class="{side}" style="width:{100 * abs(reason.contribution) / widest:.0f}%"></i>'
    words, part = escape(reason.text), signed(reason.contribution)
    return f'<tr><th scope="row">{words}</th><td class="mq-bar">{bar}</td><td>{part}</td></tr>'


def _links(card: Card) -> str:
    """Links to the film elsewhere, where the number is known; followed only when clicked."""
    movie, links = card.recommendation.movie, []
    if number := movie.imdb_id or card.imdb_id:
        links.append(("IMDb", f"https://www.imdb.com/title/tt{number:07d}/"))
    if movie.tmdb_id:
        links.append(("TMDB", f"https://www.themoviedb.org/movie/{movie.tmdb_id}"))
    return "".join(
        f'<a href="{url}" target="_blank" rel="noopener noreferrer" '
        f'aria-label="{text("film.elsewhere", title=escape(movie.title), site=name)}">{name}</a>'
        for name, url in links
    )


def _suggestions(lines: Iterable[str], label: str, *, asks: bool = False) -> str:
    """Lines to press; what one is asked about (`asks`) stands whole on a phone, too."""
    buttons = "".join(
        '<button type="button" class="mq-suggestion" data-do="say" '
        f'data-value="{escape(line)}">{escape(line)}</button>'
        for line in lines
    )
    if not buttons:
        return ""
    which = ' data-asks=""' if asks else ""
    return f'<div class="mq-suggestions"{which} role="group" aria-label="{label}">{buttons}</div>'


def _clipped(label: str) -> str:
    return label if len(label) <= 80 else f"{label[:77].rstrip()}…"
