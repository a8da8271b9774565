"""The controls of a session as HTML: films a turn, popular or hidden, a pause."""

from __future__ import annotations

from assistant.dialogue import History
from assistant.steering import FILMS
from assistant.wording import counted, several, text


def controls(history: History) -> str:
    """The fold with what a session is steered by."""
    numbers = "".join(
        f'<button type="button" data-do="films" data-value="{count}" '
        f'aria-current="{str(count == history.films).lower()}" '
        f'aria-label="{counted("steer.films_spoken", count)}">{count}</button>'
        for count in range(FILMS[0], FILMS[1] + 1)
    )
    held = f"<p>{text('steer.paused')}</p>" if history.paused else ""
    films = text("steer.films")
    return (
        f'<details class="mq-steer" data-keep="steer" data-wide="open"><summary>{text("steer.title")}</summary>'
        f'<div class="mq-numbers" role="group" aria-label="{films}"><span aria-hidden="true">{films}</span>'
        f"{numbers}</div>{_knob(history.gems)}"
        f'<button type="button" data-do="pause" data-value="{"off" if history.paused else "on"}" '
        f'aria-pressed="{str(history.paused).lower()}">{text("steer.pause")}</button>{held}</details>'
    )


def _knob(gems: float) -> str:
    """The slider between popular films and hidden gems."""
    places = several("steer.places")  # from −1 to 1
    stands = places[min(range(len(places)), key=lambda place: abs(place / 2 - 1 - gems))]
    ends = f'{text("steer.popular")} <b aria-hidden="true">↔</b> {text("steer.hidden")}'
    return (
        f'<label class="mq-knob"><span>{ends}</span>'
        f'<input type="range" data-do="gems" min="-1" max="1" step="0.5" value="{gems:g}" aria-valuetext="{stands}">'
        f"<small>{text('steer.stands', place=stands)}</small></label>"
    )
