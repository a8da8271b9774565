"""The page: wiring between the browser's events and the `Assistant`. No decisions, no state but an id.

The browser keeps the id of its session (encrypted, in its own storage); the truth is in the store. Every event ends in
the whole conversation drawn afresh from there, and the page keeps the newest drawing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import gradio as gr

from assistant import api, cards, insights, theme
from assistant.chat import Assistant
from assistant.desk import kept, packed, sorting
from assistant.dialogue import History, Reply
from assistant.evening_api import EveningEndpoints
from assistant.library_api import LibraryEndpoints
from assistant.utterance import Act
from core.domain import Reaction
from core.errors import MarqueeError, SettingsError, UnknownIdError

_STORAGE_KEY: Final = "marquee-session"
_STORAGE_SECRET: Final = "what-the-box-office-keeps"
"""Not a secret from the browser's owner, who gets it with the page; fixed, so that a restarted server reads old ids."""

_LOST: Final = "That conversation is not here any more, so we start afresh."
_LAUNCH: Final[dict[str, Any]] = {
    "run_history": False,
    "enable_monitoring": False,
    "max_file_size": "1kb",
    "footer_links": ["api"],
    "state_session_capacity": 10_000,
    "ssr_mode": False,
    "quiet": True,
    "show_error": False,
    "mcp_server": True,
    "prevent_thread_lock": True,
}
_HEAD: Final = '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'


def build(assistant: Assistant) -> gr.Blocks:
    """The page and the typed endpoints on one `Assistant`."""
    scripts = {name: path.read_text(encoding="utf-8") for name, path in theme.SCRIPTS.items()}
    page = Page(assistant)
    demo = gr.Blocks(title="Marquee", analytics_enabled=False, fill_width=True)
    with demo:
        session = gr.BrowserState("", storage_key=_STORAGE_KEY, secret=_STORAGE_SECRET)
        gr.HTML(theme.sign(), js_on_load=None, apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("Conversation"):
                conversation = gr.HTML(
                    cards.conversation(_empty()), js_on_load=scripts["conversation"], apply_default_css=False
                )
                gr.HTML(
                    theme.composer(), js_on_load=scripts["composer"], apply_default_css=False, elem_id="mq-composer"
                )
            with gr.Tab("Insights") as tab:
                told = gr.HTML("", js_on_load=None, apply_default_css=False)
        # Never drawn: its value is a message to the script beside it.
        courier = gr.HTML("", html_template="<span hidden></span>", js_on_load=scripts["courier"], padding=False)
        quiet: dict[str, Any] = {
            "outputs": [session, conversation],
            "show_progress": "hidden",
            "trigger_mode": "multiple",
            "api_visibility": "private",
        }
        demo.load(page.opened, [session], **quiet)
        conversation.act(page.acted, [session], **quiet)
        conversation.look(page.looked, [session], **quiet)
        quiet["outputs"] = [session, conversation, courier]
        conversation.file(page.brought, [session], **quiet)
        conversation.fetch(page.fetched, [session], **quiet)
        tab.select(page.told, [], told, show_progress="hidden", api_visibility="private")
        api.add(assistant, *LibraryEndpoints(assistant).all(), *EveningEndpoints(assistant).all())
    demo.queue(default_concurrency_limit=8, max_size=64)
    return demo


def serve(assistant: Assistant, *, host: str, port: int) -> None:
    """Serve until interrupted. Raises SettingsError where the port is taken."""
    demo, address = opened(assistant, host=host, port=port)
    print(f"Marquee is open at {address}", flush=True)
    demo.block_thread()


def opened(assistant: Assistant, *, host: str, port: int) -> tuple[gr.Blocks, str]:
    """Serve the page, the endpoints, the MCP tools and `/healthz` from threads of their own.

    Returns what to `close()` and the address. Raises SettingsError where the port is taken.
    """
    demo = build(assistant)
    try:
        app, address, _ = demo.launch(
            server_name=host,
            server_port=port,
            theme=theme.theme(),
            css_paths=list(theme.STYLE_SHEETS),
            favicon_path=theme.FAVICON,
            head=_HEAD,
            **_LAUNCH,
        )
    except OSError as error:
        raise SettingsError(
            f"Port {port} is taken or not allowed on {host}: set MARQUEE_PORT to another, as in MARQUEE_PORT=7861."
        ) from error

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Says that the server answers, and with which policy."""
        return {"status": "ok", "policy": assistant.version}

    return demo, address


class Page:
    """Handlers of the page's events. Each takes the browser's session id and returns it (or a new one) and the page."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def opened(self, session: Any) -> tuple[Any, str]:
        """The page is opened or reloaded: draw what the store has."""
        held = _text(session)
        if not held:  # a press may be answered before this is, and its new session must stay
            return gr.skip(), cards.conversation(_empty())
        return self._drawn(held)

    def acted(self, session: Any, event: gr.EventData) -> tuple[str, str]:
        """Something was typed or pressed; whatever the browser sends is checked here and by the store."""
        sent = event._data if isinstance(event._data, dict) else {}  # anybody may post anything
        data = {name: _text(sent.get(name)) for name in ("do", "id", "value")}
        held = _text(session)
        try:
            return self._do(held, data["do"], data["id"], data["value"])
        except UnknownIdError as error:
            return self._drawn(held, str(error))
        except (MarqueeError, ValueError) as error:
            return self._drawn(held, str(error) if isinstance(error, MarqueeError) else "That did not work.")

    def told(self) -> str:
        """The tab that tells how it learns is opened."""
        return insights.page(self._assistant.insights())

    def looked(self, session: Any, event: gr.EventData) -> tuple[Any, Any]:
        """The browser looks, once a second, whether the others of an evening did something."""
        sent = event._data if isinstance(event._data, dict) else {}
        held = _text(session)
        if self._assistant.evening.revision(held) == _text(sent.get("value")):
            return gr.skip(), gr.skip()
        return self._drawn(held, looked=True)

    def _do(self, session: str, do: str, identity: str, value: str) -> tuple[str, str]:
        assistant, notice = self._assistant, ""
        match do:
            case "say":
                session, notice = self._said(session, value)
            case "react":
                assistant.react(session, identity, Reaction(value))
            case "drop" | "flip":
                assistant.edit(session, identity, flip=do == "flip")
            case "more":
                assistant.edit(session, identity, more=True)
            case "save" | "unsave" | "watched" | "confirm" | "dismiss":
                notice = kept(assistant.library, session, do, identity, value)
            case "undo":
                notice = "" if assistant.undo(session) else "There is nothing left to take back."
            case "clear":
                assistant.clear(session)
            case "films" | "pause" | "gems":
                session = session or assistant.start()
                self._steered(session, do, value)
            case "open" | "join" | "guest" | "leave" | "speak" | "send_away":
                session = session or assistant.start()
                self._together(session, do, identity, value)
            case "forget":
                assistant.forget(session)
                return "", cards.conversation(_empty(), "Everything about this conversation is deleted.")
        return self._drawn(session, notice)

    def _steered(self, session: str, do: str, value: str) -> None:
        if do == "films":
            self._assistant.controls.films(session, int(value))
        elif do == "gems":
            self._assistant.steer(session, float(value))
        else:
            self._assistant.controls.pause(session, value == "on")

    def _together(self, session: str, do: str, identity: str, value: str) -> None:
        """Opens, joins and leaves an evening together, and says who speaks here."""
        evening = self._assistant.evening
        match do:
            case "open":
                evening.open(session, identity)
            case "join":
                evening.join(session, value, identity)
            case "guest":
                evening.add_guest(session, identity)
            case "leave":
                evening.leave(session)
            case "speak":
                evening.speak_as(session, int(identity))
            case "send_away":
                evening.send_away(session, int(identity))

    def brought(self, session: Any, event: gr.EventData) -> Iterator[tuple[Any, Any, Any]]:
        """A file of ratings is brought along: how far its sorting out is, then the page with what it would tell."""
        sent = event._data if isinstance(event._data, dict) else {}
        held = _text(session) or self._assistant.start()
        try:
            for step in sorting(self._assistant.library, held, _text(sent.get("data")), _text(sent.get("name"))):
                yield held, gr.skip(), step
            yield *self._drawn(held), gr.skip()
        except MarqueeError as error:
            yield *self._drawn(held, str(error)), gr.skip()

    def fetched(self, session: Any, event: gr.EventData) -> tuple[Any, Any, Any]:
        """Something is taken along as a file, which the browser makes of the text."""
        sent = event._data if isinstance(event._data, dict) else {}
        held = _text(session)
        try:
            return held, gr.skip(), packed(self._assistant, held, _text(sent.get("what")))
        except (MarqueeError, ValueError) as error:
            return *self._drawn(held, str(error)), gr.skip()

    def _said(self, session: str, text: str) -> tuple[str, str]:
        """Answers a line, in a new session where the browser holds none that is known."""
        lost = ""
        if session:
            try:
                return session, self._notice(self._assistant.respond(session, text))
            except UnknownIdError:
                lost = _LOST
        session = self._assistant.start()
        return session, lost or self._notice(self._assistant.respond(session, text))

    def _notice(self, reply: Reply) -> str:
        """What to say beside the conversation: a line that took a turn back is no turn itself."""
        return reply.text if reply.understood.act == Act.UNDO.value else ""

    def _drawn(self, session: str, notice: str = "", *, looked: bool = False) -> tuple[str, str]:
        if not session:
            return "", cards.conversation(_empty(), notice)
        try:
            history = self._assistant.history(session, cards.LONGEST)
            return session, cards.conversation(history, notice, looked=looked)
        except UnknownIdError:
            return "", cards.conversation(_empty(), _LOST)


def _empty() -> History:
    """What there is to draw before anything was said."""
    return History("", (), (), time.time_ns())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
