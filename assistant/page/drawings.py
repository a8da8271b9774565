"""Icons and poster art, drawn here: no icon font, no picture fetched from anywhere.

`SYMBOLS` stands once on the page; each icon is a short reference to it. A poster is a small drawing
for each film, made of its genre and its number.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from core.domain import Movie

Palette = tuple[str, str, str]
"""Ground, figure and accent."""

Motif = Callable[[random.Random, str, str], str]
"""Draws with a seeded die, the figure's and the accent's colour."""

WIDTH, HEIGHT = 60, 90

_PALETTES: dict[str, tuple[Palette, ...]] = {
    "warm": (
        ("#7d1f2d", "#f2c14e", "#f7ead0"),
        ("#9c3d1e", "#f6d7a7", "#3b1c18"),
        ("#c2662d", "#4a1f1b", "#f9e3b4"),
    ),
    "cool": (
        ("#14324a", "#e8c66a", "#8fb8c9"),
        ("#0f2b3d", "#d9e6e8", "#e2725b"),
        ("#1f3b57", "#a9c9d6", "#f2b63c"),
    ),
    "dark": (
        ("#1b1620", "#b3202e", "#ded3c4"),
        ("#10151b", "#d9c8a0", "#8a1c2c"),
        ("#231a1a", "#c9503c", "#efe3cd"),
    ),
    "bright": (
        ("#f2b63c", "#b3323e", "#fff4dd"),
        ("#e3694a", "#fbe6b8", "#2f4b59"),
        ("#3f8a84", "#f7d774", "#fdf3df"),
    ),
    "earth": (
        ("#8a5a2b", "#f1d6a2", "#3c2415"),
        ("#6b6a3a", "#eedc9a", "#2c2a17"),
        ("#b06a3b", "#fbe2ba", "#5a2d1c"),
    ),
}


def poster(movie: Movie) -> str:
    """SVG of 60 × 90 units; the same film always looks the same."""
    dice, (back, figure, accent), motif = _design(movie)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" '
        'aria-hidden="true" focusable="false">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{back}"/>'
        f"{motif(dice, figure, accent)}</svg>"
    )


def ground(movie: Movie) -> str:
    """Colour behind the poster's drawing, "#14324a"."""
    return _design(movie)[1][0]


def _design(movie: Movie) -> tuple[random.Random, Palette, Motif]:
    dice = random.Random(movie.movie_id)
    mood, motif = next(
        (_STYLES[genre] for genre in _BY_WEIGHT if genre in movie.genres), ("warm", _rings)
    )
    return dice, dice.choice(_PALETTES[mood]), motif


def _circle(x: float, y: float, r: float, fill: str, opacity: float = 1) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}" fill-opacity="{opacity:g}"/>'
    )


def _path(d: str, fill: str, opacity: float = 1) -> str:
    return f'<path d="{d}" fill="{fill}" fill-opacity="{opacity:g}"/>'


def _line(d: str, stroke: str, width: float = 2) -> str:
    return (
        f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}" '
        'stroke-linecap="round"/>'
    )


def _rings(dice: random.Random, figure: str, accent: str) -> str:
    x, y = dice.uniform(18, 42), dice.uniform(28, 58)
    rings = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="none" stroke="{figure}" '
        'stroke-width="2"/>'
        for r in range(8, 60, dice.choice((7, 9, 11)))
    )
    return rings + _circle(x, y, 4, accent)


def _planet(dice: random.Random, figure: str, accent: str) -> str:
    stars = "".join(
        _circle(dice.uniform(4, 56), dice.uniform(4, 86), dice.uniform(0.4, 1.1), accent)
        for _ in range(18)
    )
    y, r, tilt = dice.uniform(34, 56), dice.uniform(12, 19), dice.uniform(-35, 35)
    ring = (
        f'<ellipse cx="30" cy="{y:.1f}" rx="{r * 1.7:.1f}" ry="{r * 0.35:.1f}" '
        f'fill="none" stroke="{accent}" stroke-width="1.5" '
        f'transform="rotate({tilt:.0f} 30 {y:.1f})"/>'
    )
    return stars + _circle(30, y, r, figure) + ring


def _teeth(dice: random.Random, figure: str, accent: str) -> str:
    count = dice.choice((5, 6, 8))
    step = WIDTH / count
    jaw = dice.uniform(28, 44)
    top = "".join(
        f"L{(i + 0.5) * step:.1f} {jaw + dice.uniform(0, 14):.1f}"
        f"L{(i + 1) * step:.1f} {jaw - 12:.1f}"
        for i in range(count)
    )
    moon = _circle(dice.uniform(18, 42), 68, dice.uniform(8, 13), accent, 0.9)
    return moon + _path(f"M0 0V{jaw - 12:.1f}{top}V0Z", figure)


def _pair(dice: random.Random, figure: str, accent: str) -> str:
    y, r = dice.uniform(36, 54), dice.uniform(13, 18)
    return _circle(30 - r * 0.55, y, r, figure, 0.9) + _circle(30 + r * 0.55, y, r, accent, 0.8)


def _confetti(dice: random.Random, figure: str, accent: str) -> str:
    dots = "".join(
        _circle(
            dice.uniform(4, 56),
            dice.uniform(4, 86),
            dice.uniform(1.5, 4.5),
            dice.choice((figure, accent)),
            0.9,
        )
        for _ in range(14)
    )
    return dots + _line(
        f"M14 {50 + dice.uniform(-4, 4):.1f}Q30 {70 + dice.uniform(-4, 6):.1f} 46 50", figure, 5
    )


def _desert(dice: random.Random, figure: str, accent: str) -> str:
    y = dice.uniform(52, 64)
    left = dice.uniform(4, 22)
    mesa = f"M{left:.0f} {y:.0f}l4 -16h12l4 16z"
    return _circle(dice.uniform(34, 46), y - 8, dice.uniform(9, 14), figure) + _path(
        f"M0 {y:.0f}H60V90H0Z{mesa}", accent
    )


def _blinds(dice: random.Random, figure: str, accent: str) -> str:
    gap = dice.choice((6, 7, 9))
    bars = "".join(
        f'<rect x="0" y="{y}" width="60" height="{gap * 0.45:.1f}" fill="{figure}" '
        'fill-opacity=".55"/>'
        for y in range(4, 90, gap)
    )
    x = dice.uniform(22, 38)
    figure_at_window = _circle(x, 46, 7, accent) + _path(
        f"M{x - 14:.0f} 90q2 -34 14 -36q12 2 14 36z", accent
    )
    hat = f'<rect x="{x - 11:.1f}" y="40" width="22" height="2.5" rx="1" fill="{accent}"/>'
    return bars + figure_at_window + hat


def _chevrons(dice: random.Random, figure: str, accent: str) -> str:
    step = dice.choice((10, 13, 16))
    return "".join(
        _line(f"M6 {y + 14}L30 {y}L54 {y + 14}", figure if i % 2 else accent, 4)
        for i, y in enumerate(range(8, 80, step))
    )


def _peaks(dice: random.Random, figure: str, accent: str) -> str:
    moon = _circle(dice.uniform(14, 46), dice.uniform(16, 28), dice.uniform(5, 9), accent)
    a, b = dice.uniform(12, 26), dice.uniform(34, 50)
    far = _path(f"M0 78L{a:.0f} {dice.uniform(36, 48):.0f}L40 90H0Z", figure, 0.6)
    near = _path(f"M14 90L{b:.0f} {dice.uniform(42, 56):.0f}L60 80V90Z", figure)
    return moon + far + near


def _bars(dice: random.Random, figure: str, accent: str) -> str:
    heights = [dice.uniform(6, 34) for _ in range(7)]
    return "".join(
        f'<rect x="{6 + i * 7}" y="{45 - h:.1f}" width="4" height="{2 * h:.1f}" rx="2" '
        f'fill="{figure if i % 3 else accent}"/>'
        for i, h in enumerate(heights)
    )


def _frames(dice: random.Random, figure: str, accent: str) -> str:
    turn = dice.uniform(-8, 8)
    return "".join(
        f'<rect x="{30 - w / 2:.1f}" y="{45 - w * 0.6:.1f}" width="{w}" height="{w * 1.2:.1f}" '
        f'fill="none" stroke="{figure if i % 2 else accent}" stroke-width="2" '
        f'transform="rotate({turn * i:.0f} 30 45)"/>'
        for i, w in enumerate((44, 33, 22, 11))
    )


def _keyhole(dice: random.Random, figure: str, accent: str) -> str:
    y = dice.uniform(36, 46)
    rays = "".join(_line(f"M30 {y:.0f}L{x:.0f} 90", figure, 0.8) for x in range(-20, 90, 12))
    return (
        rays
        + _circle(30, y, 11, accent)
        + _path(f"M26 {y + 8:.0f}h8l5 22h-18z", accent)
        + _circle(30, y, 4, figure)
    )


def _arcs(dice: random.Random, figure: str, accent: str) -> str:
    side, gap = dice.choice((0, 60)), dice.choice((12, 15))
    return "".join(
        f'<circle cx="{side}" cy="90" r="{r}" fill="none" stroke="{figure if i % 2 else accent}" '
        f'stroke-width="{dice.choice((4, 6))}"/>'
        for i, r in enumerate(range(16, 100, gap))
    )


_STYLES: dict[str, tuple[str, Motif]] = {
    "Film-Noir": ("dark", _blinds),
    "Western": ("earth", _desert),
    "Musical": ("bright", _bars),
    "Horror": ("dark", _teeth),
    "Sci-Fi": ("cool", _planet),
    "Documentary": ("earth", _frames),
    "War": ("earth", _chevrons),
    "Animation": ("bright", _confetti),
    "Children": ("bright", _confetti),
    "Fantasy": ("cool", _peaks),
    "Mystery": ("dark", _keyhole),
    "Crime": ("dark", _blinds),
    "Romance": ("warm", _pair),
    "Comedy": ("bright", _confetti),
    "Adventure": ("cool", _peaks),
    "Action": ("warm", _chevrons),
    "Thriller": ("cool", _rings),
    "Drama": ("warm", _arcs),
}
_BY_WEIGHT = tuple(_STYLES)
"""The genre that shapes a film's look most comes first."""


_THUMB = (
    '<path d="M7 10.5v9H4.2A1.2 1.2 0 0 1 3 18.3v-6.6a1.2 1.2 0 0 1 1.2-1.2H7Z"/>'
    '<path d="M7 10.5 10.8 3a2.3 2.3 0 0 1 2.3 2.6L12.6 9h5.7a2 2 0 0 1 2 2.4l-1.3 6.5'
    'a2 2 0 0 1-2 1.6H7"/>'
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
    + "".join(
        f'<symbol id="mq-{name}" viewBox="0 0 24 24">{body}</symbol>'
        for name, body in _DRAWINGS.items()
    )
    + "</svg>"
)
"""Every icon's drawing."""


def icon(name: str) -> str:
    """Reference to a drawing; it takes the colour of the text around it."""
    if name not in _DRAWINGS:
        raise KeyError(name)
    return (
        f'<svg class="mq-icon" aria-hidden="true" focusable="false"><use href="#mq-{name}"/></svg>'
    )
