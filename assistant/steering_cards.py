"""The controls of a session as HTML: films a turn, popular or hidden, a pause."""

from __future__ import annotations

from assistant.dialogue import History
from assistant.steering import FILMS

_PLACES = ("popular films", "rather popular", "as it learned", "rather hidden gems", "hidden gems")
"""What the places of the slider say, from −1 to 1."""


def controls(history: History) -> str:
    """The fold with what a session is steered by."""
    numbers = "".join(
        f'<button type="button" data-do="films" data-value="{count}" '
        f'aria-current="{str(count == history.films).lower()}" '
        f'aria-label="{count} film{"" if count == 1 else "s"} a turn">{count}</button>'
        for count in range(FILMS[0], FILMS[1] + 1)
    )
    held = "<p>Paused: I listen, and show films only when you ask, as with “More”.</p>" if history.paused else ""
    return (
        '<details class="mq-steer" data-keep="steer" data-wide="open"><summary>Steer</summary>'
        f'<div class="mq-numbers" role="group" aria-label="Films a turn"><span aria-hidden="true">Films a turn</span>'
        f"{numbers}</div>{_knob(history.gems)}"
        f'<button type="button" data-do="pause" data-value="{"off" if history.paused else "on"}" '
        f'aria-pressed="{str(history.paused).lower()}">Pause recommendations</button>{held}</details>'
    )


def _knob(gems: float) -> str:
    """The slider between popular films and hidden gems."""
    stands = _PLACES[min(range(len(_PLACES)), key=lambda place: abs(place / 2 - 1 - gems))]
    return (
        '<label class="mq-knob"><span>Popular films <b aria-hidden="true">↔</b> hidden gems</span>'
        f'<input type="range" data-do="gems" min="-1" max="1" step="0.5" value="{gems:g}" aria-valuetext="{stands}">'
        f"<small>{stands}, from the next films on</small></label>"
    )
