"""The page's icons, drawn here: no icon font, no emoji that look different everywhere.

`SYMBOLS` stands once on the page; each icon is a short reference to it.
"""

from __future__ import annotations

_THUMB = (
    '<path d="M7 10.5v9H4.2A1.2 1.2 0 0 1 3 18.3v-6.6a1.2 1.2 0 0 1 1.2-1.2H7Z"/>'
    '<path d="M7 10.5 10.8 3a2.3 2.3 0 0 1 2.3 2.6L12.6 9h5.7a2 2 0 0 1 2 2.4l-1.3 6.5a2 2 0 0 1-2 1.6H7"/>'
)
_DRAWINGS = {
    "up": _THUMB,
    "down": f'<g transform="rotate(180 12 12) scale(-1 1) translate(-24 0)">{_THUMB}</g>',
    "seen": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/>'
    '<circle cx="12" cy="12" r="3"/>',
    "later": '<path d="M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z"/>',
    "undo": '<path d="M4 9h10.5a5.5 5.5 0 0 1 0 11H9"/><path d="M8 4.5 3.5 9 8 13.5"/>',
    "clear": '<path d="M4 7h16M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.5 11v5M13.5 11v5"/>',
    "save": '<path d="M6.5 3.5h11v17L12 16.2 6.5 20.5Z"/>',
    "check": '<path d="M4.5 12.5 10 18 19.5 6.5"/>',
    "more": '<path d="M12 4v16M4 12h16"/>',
    "download": '<path d="M12 4v11M7.5 11 12 15.5l4.5-4.5M5 19.5h14"/>',
    "upload": '<path d="M12 15.5V4.5M7.5 9 12 4.5 16.5 9M5 19.5h14"/>',
    "send": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "flip": '<path d="M7 4v14M7 18l-3-3M7 18l3-3M17 20V6M17 6l-3 3M17 6l3 3"/>',
    "remove": '<path d="M6 6l12 12M18 6 6 18"/>',
}

SYMBOLS = (
    '<svg class="mq-hidden" aria-hidden="true" focusable="false">'
    + "".join(f'<symbol id="mq-{name}" viewBox="0 0 24 24">{body}</symbol>' for name, body in _DRAWINGS.items())
    + "</svg>"
)
"""Every icon's drawing."""


def icon(name: str) -> str:
    """Reference to a drawing; it takes the colour of the text around it."""
    if name not in _DRAWINGS:
        raise KeyError(name)
    return f'<svg class="mq-icon" aria-hidden="true" focusable="false"><use href="#mq-{name}"/></svg>'
