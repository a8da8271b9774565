"""The page: wiring between the browser's events and the `Assistant`; no state but an id.

The browser keeps the id of its session (encrypted, in its own storage); the truth is in the store.
What is typed or pressed is one request past Gradio's queue (with it a reply would be two, and twice
as late), answered with the parts of the page that are no longer as the browser has them. The queue
serves what takes longer: opening and imports.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from types import MappingProxyType
from typing import Any, Final

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse

from assistant.api import conversation as api
from assistant.api.evening import EveningEndpoints
from assistant.api.library import LibraryEndpoints
from assistant.chat import Assistant
from assistant.conversation.values import History, Reply
from assistant.imports.queue import MOST
from assistant.language.utterance import Act
from assistant.page import cards, insights, theme
from assistant.page.guard import BURST, REQUESTS, SECONDS, SPARE, Buckets, Connection, Guard, Shares
from assistant.page.handlers import actions, openings, packed, sorted_out, sorting
from assistant.wording import text
from core.errors import BusyError, MarqueeError, SettingsError, UnknownIdError, UnreadableError

_LOGGER: Final = logging.getLogger(__name__)

_STORAGE_KEY: Final = "marquee-session"
_STORAGE_SECRET: Final = "what-the-box-office-keeps"
"""Not a secret from the browser's owner, who gets it with the page; fixed, so that a restarted
server reads old ids."""

_HELD: Final = "() => document.querySelector('.mq-page').dataset.session"
"""In the browser: the id that the page was drawn for, to be kept."""
_IN_VAIN: Final = {"undo": "page.nothing_to_undo", "dismiss": "page.nothing_to_cancel"}
"""Name of the text that says of an action that there was nothing to do."""
LOOPBACK: Final = "127.0.0.1"
_SWITCH: Final = 0.001
"""Seconds that a thread keeps the interpreter while others wait for it. A turn gives it away at
each of its thirty statements in the database, and would wait for 5 ms as often."""
_MOUNTED: Final[dict[str, Any]] = {
    "run_history": False,
    "enable_monitoring": False,
    "max_file_size": "1kb",
    "footer_links": ["api"],
    "ssr_mode": False,
    "show_error": False,
    "mcp_server": True,
}
_HEAD: Final = (
    '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
)


def build(assistant: Assistant, shares: Shares) -> gr.Blocks:
    """The page and the typed endpoints on one `Assistant`."""
    page = Page(assistant)

    def ask(sent: object) -> dict[str, object]:
        try:
            with shares.work(api.whose()):
                return page.asked(sent)
        except BusyError as error:
            return {"notice": str(error)}

    demo = gr.Blocks(title=text("page.title"), analytics_enabled=False, fill_width=True)
    with demo:
        session = gr.BrowserState("", storage_key=_STORAGE_KEY, secret=_STORAGE_SECRET)
        gr.HTML(theme.sign(), js_on_load=None, apply_default_css=False)
        with gr.Tabs():
            with gr.Tab(text("page.conversation")):
                conversation = gr.HTML(
                    cards.conversation(_EMPTY),
                    js_on_load=theme.script("drawing", "conversation"),
                    apply_default_css=False,
                    server_functions=[ask],
                )
                gr.HTML(
                    theme.composer(),
                    js_on_load=theme.script("composer"),
                    apply_default_css=False,
                    elem_id="mq-composer",
                )
            with gr.Tab(text("page.insights")) as tab:
                learning = gr.HTML("", js_on_load=None, apply_default_css=False)
        # Never drawn: its value is a message to the script beside it.
        courier = gr.HTML(
            "",
            html_template="<span hidden></span>",
            js_on_load=theme.script("courier"),
            padding=False,
        )
        quiet: dict[str, Any] = {
            "show_progress": "hidden",
            "trigger_mode": "multiple",
            "api_visibility": "private",
        }
        demo.load(
            api.in_turn(page.opened, shares.work), [session], [session, conversation], **quiet
        )
        conversation.keep(None, [], [session], js=_HELD, **quiet)
        # More at once than are taken: who is one too many is told so, and waits in no queue.
        conversation.file(page.brought, [], [courier], concurrency_limit=2 * MOST, **quiet)
        tab.select(api.in_turn(page.insights, shares.work), [], learning, **quiet)
        more = (*LibraryEndpoints(assistant).all(), *EveningEndpoints(assistant).all())
        api.add(assistant, shares.work, *more)
    demo.queue(default_concurrency_limit=8, max_size=64)
    return demo


def serve(
    assistant: Assistant,
    *,
    host: str,
    port: int,
    hosts: Sequence[str] = (),
    proxies: str = LOOPBACK,
) -> None:
    """Serve until interrupted; what runs then is answered first.

    `hosts` are names under which it is reached (all, where it listens beyond this machine and none
    is given), `proxies` addresses of proxies that say whom they speak for. Raises SettingsError for
    a port that is taken or a host that is not here.
    """
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            application(assistant, hosts or ((LOOPBACK, "localhost") if host == LOOPBACK else ())),
            http=_connections(proxies),
            log_level="warning",
            proxy_headers=True,
            forwarded_allow_ips=proxies,
            timeout_keep_alive=20,
            timeout_graceful_shutdown=20,
        )
        # The catalogue stays: no collection of garbage has to go through a hundred thousand films
        # again, in mid-turn.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(_SWITCH)
        _give_back()
        print(f"Marquee is open at http://{host}:{port}/", flush=True)
        uvicorn.Server(config).run(sockets=[listener])


def _connections(trusted: str) -> type[Connection]:
    """Connections of a server behind these proxies."""

    class Trusting(Connection):
        proxies = trusted

    return Trusting


def _give_back() -> None:
    """What opening took and has no use for any more goes back to the system, where its C library
    can: 60 MB.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _listening(host: str, port: int) -> socket.socket:
    """SettingsError for an address of another machine, or a port that is taken."""
    try:
        socket.create_server((host, 0)).close()
    except OSError:
        raise SettingsError(
            f"MARQUEE_HOST is {host!r}, but must be an IPv4 address of this machine, "
            "such as 127.0.0.1 or 0.0.0.0."
        ) from None
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise SettingsError(
            f"Port {port} is taken or not allowed on {host}: "
            "set MARQUEE_PORT to another, as in MARQUEE_PORT=7861."
        ) from error


def application(assistant: Assistant, hosts: Sequence[str] = ()) -> FastAPI:
    """The page, the endpoints, the MCP tools, `/healthz` and `/readyz`, behind the guard."""
    app = FastAPI(openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Says that the server answers, and with which policy; waits for nothing."""
        return {"status": "ok", "policy": assistant.version}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Says whether the store answers too."""
        return readiness(assistant)

    shares = Shares(Buckets(SECONDS, SPARE))
    gr.mount_gradio_app(
        app,
        build(assistant, shares),
        "/",
        theme=theme.theme(),
        css_paths=list(theme.STYLE_SHEETS),
        favicon_path=theme.FAVICON,
        head=_HEAD,
        **_MOUNTED,
    )
    app.add_middleware(Guard, buckets=Buckets(REQUESTS, BURST), shares=shares)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts) or ["*"])
    return app


def readiness(assistant: Assistant) -> JSONResponse:
    """What `/readyz` answers: 503, with why in the log, where the store does not answer."""
    try:
        assistant.ready()
    except MarqueeError as error:
        _LOGGER.error("/readyz: %s", error)
        return JSONResponse({"status": "unavailable"}, 503)
    return JSONResponse({"status": "ok"})


class Page:
    """What the page asks for, checked here and by the store: anybody may post anything."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._actions = actions(assistant)
        self._openings = openings(assistant)

    def opened(self, session: Any) -> tuple[str, str]:
        """The page is opened or reloaded: the id to keep, and what the store has, drawn."""
        try:
            return self._drawn(_text(session))
        except Exception as error:
            history = History(_text(session), (), ())
            return history.session, cards.conversation(history, api.in_plain_words(error), {})

    def insights(self) -> str:
        """The tab on how it learns is opened."""
        try:
            return insights.page(self._assistant.insights())
        except Exception as error:
            return f"<p>{escape(api.in_plain_words(error))}</p>"

    def asked(self, sent: object) -> dict[str, object]:
        """Something was typed or pressed, or the browser looks for news of the evening.

        Args:
            sent: "session" as the page has it, "do", its "id" and "value", "request": its number,
                by which it is not done again when it is sent again, and "held": mark by part of
                what is drawn.

        Returns:
            The "session" to keep and the "page" to bring the old one to, or a "notice" where the
            page cannot be drawn, or a "file"; nothing where nothing is new.
        """
        data = sent if isinstance(sent, dict) else {}
        session, do, identity, value, number = (
            _text(data.get(name)) for name in ("session", "do", "id", "value", "request")
        )
        held = data.get("held")
        try:
            if do == "look" and self._assistant.evening.revision(session) == value:
                return {}
            if do == "fetch":
                return {"file": packed(self._assistant, session, value)}
            session, notice = self._do(session, do, (identity, value), number)
        except Exception as error:
            notice = api.in_plain_words(error)
        try:
            session, page = self._drawn(session, notice, held if isinstance(held, dict) else {})
        except Exception as error:
            return {"session": session, "notice": notice or api.in_plain_words(error)}
        return {"session": session, "page": page}

    def _do(self, session: str, do: str, what: tuple[str, str], number: str) -> tuple[str, str]:
        """Does it; returns the session to go on with and the notice beside the conversation."""
        if do == "say":
            return self._said(session, what[1], number)
        if do == "forget":
            self._assistant.forget(session)
            return "", text("page.forgotten")
        if do in self._openings:
            session = session or api.begun(self._assistant)
            self._openings[do](session, *what)
        elif do in self._actions:
            done = self._actions[do](session, *what, number)
            return session, text(_IN_VAIN[do]) if do in _IN_VAIN and not done else ""
        return session, ""

    def brought(self, event: gr.EventData) -> Iterator[str]:
        """A file of ratings is brought along; yields messages to the page's courier.

        They say how far its sorting out is, then in which session the preview waits.
        """
        sent = event._data if isinstance(event._data, dict) else {}
        session, notice = _text(sent.get("session")), ""
        try:
            session = session or api.begun(self._assistant)
            yield from sorting(
                self._assistant.library, session, _text(sent.get("data")), _text(sent.get("name"))
            )
        except Exception as error:
            notice = api.in_plain_words(error)
        yield sorted_out(session, notice)

    def _said(self, session: str, line: str, request: str) -> tuple[str, str]:
        """Answers a line, in a new session where the browser holds none that is known.

        A `request` that was answered before is answered in the same words: its reply was lost.
        """
        lost = ""
        if session:
            try:
                return session, self._notice(self._assistant.respond(session, line, request))
            except UnknownIdError:
                lost = text("page.lost")
        session = api.begun(self._assistant)
        return session, lost or self._notice(self._assistant.respond(session, line, request))

    def _notice(self, reply: Reply) -> str:
        """What to say beside the conversation: a line that took a turn back is no turn itself."""
        return reply.text if reply.understood.act == Act.UNDO.value else ""

    def _drawn(
        self, session: str, notice: str = "", held: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[str, str]:
        history = _EMPTY
        try:
            if session:
                history = self._assistant.history(session, cards.LONGEST)
        except UnknownIdError:
            notice = text("page.lost")
        except UnreadableError as error:
            history, notice = History(session, (), (), unreadable=True), str(error)
        return history.session, cards.conversation(history, notice, held)


_EMPTY: Final = History("", (), ())
"""What there is to draw before anything was said."""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
