"""How the page looks: the theme, the style sheet, and the sign over the door."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from assistant.page.drawings import SYMBOLS, icon
from assistant.wording import text

ASSETS = Path(__file__).resolve().parents[2] / "assets"
STYLE_SHEETS = (ASSETS / "marquee.css", ASSETS / "library.css")
FAVICON = ASSETS / "images" / "favicon.png"

# The letters M A R Q U E E as strokes; a dotted stroke makes them rows of bulbs.
_LETTERS = (
    "M4 36V4L16 22L28 4V36",
    "M38 36L50 4L62 36M43 25H57",
    "M74 36V4H86A9 9 0 0 1 86 22H74M86 22L96 36",
    "M120 4A16 16 0 1 1 119.900 4M124 26L136 37",
    "M148 4V24A12 12 0 0 0 172 24V4",
    "M204 4H184V36H204M184 20H200",
    "M236 4H216V36H236M216 20H232",
)


def theme() -> gr.themes.Base:
    """Warm paper by day, a dark house by night; the fonts come with Gradio."""
    # Several of the font files that Gradio ships hold a handful of letters (Lora, every SemiBold);
    # these are whole.
    whole = (400, 700)
    fonts: list[gr.themes.Font | str] = [
        gr.themes.LocalFont(name, whole) for name in ("IBM Plex Sans", "Montserrat")
    ]
    fonts += ["system-ui", "sans-serif"]
    return gr.themes.Base(
        primary_hue="red", secondary_hue="amber", neutral_hue="stone", font=fonts
    ).set(
        body_background_fill="#faf5ea",
        body_background_fill_dark="#14100f",
        body_text_color="#2a1d19",
        body_text_color_dark="#f3e8d3",
    )


def script(*names: str) -> str:
    """Scripts of `assets`, one after the other; each runs once, when what it is for appears."""
    return "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in names)


def sign() -> str:
    """The marquee: the name in light bulbs."""
    strokes = "".join(f'<path d="{letter}"/>' for letter in _LETTERS).replace(".900", ".9")
    return (
        f'{SYMBOLS}<header class="mq-sign"><h1><span class="mq-hidden">{text("page.title")}</span>'
        '<svg viewBox="-3 -3 246 46" aria-hidden="true" focusable="false">'
        f'<g class="mq-tube">{strokes}</g><g class="mq-bulbs">{strokes}</g></svg></h1>'
        f"<p>{text('page.slogan')}</p></header>"
    )


def composer() -> str:
    """The line to type in; Enter sends, Shift+Enter makes a new line."""
    return (
        '<form class="mq-composer">'
        f'<label class="mq-hidden" for="mq-line">{text("page.message")}</label>'
        '<textarea id="mq-line" rows="1" maxlength="10000" autocomplete="off" enterkeyhint="send" '
        f'placeholder="{text("page.hint")}"></textarea>'
        f'<button type="submit" aria-label="{text("page.send")}" '
        f'title="{text("page.send")}">{icon("send")}</button>'
        "</form>"
    )
