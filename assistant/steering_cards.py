"""The controls of a session as HTML: films a turn, a pause."""

from __future__ import annotations

from assistant.dialogue import History
from assistant.steering import FILMS


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
        f'{numbers}</div><button type="button" data-do="pause" data-value="{"off" if history.paused else "on"}" '
        f'aria-pressed="{str(history.paused).lower()}">Pause recommendations</button>{held}</details>'
    )
