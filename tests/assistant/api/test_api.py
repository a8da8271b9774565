"""The typed endpoints and the MCP tools, over HTTP, on a real server."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

# The client leaves sockets and event loops to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).resolve().parents[3]
OPENING = "I loved Alien and The Thing but hated Titanic"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "tests/assistant/serve.py",
        str(tmp_path_factory.mktemp("api")),
        str(port),
    ]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen[str], seconds: float = 60) -> None:
    """Returns when the server answers; fails with what it printed when it ended or never did."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    server.terminate()
    pytest.fail(f"no answer from {url}: {server.communicate()[0]}")


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    client = Client(address, verbose=False)
    yield client
    client.close()


def test_healthz(address: str) -> None:
    with urllib.request.urlopen(f"{address}healthz") as answer:
        assert json.load(answer) == {"status": "ok", "policy": "linear-1"}


def test_the_whole_conversation(client: Client) -> None:
    session = client.predict(api_name="/start")
    turn = client.predict(session, OPENING, api_name="/respond")
    assert [(chip["sign"], chip["label"]) for chip in turn["understood"]] == [
        ("+", "Alien (1979)"),
        ("+", "The Thing (1982)"),
        ("−", "Titanic (1997)"),
    ]
    first, second, third = turn["recommendations"]
    assert not {first["title"], second["title"], third["title"]} & {"Alien", "The Thing", "Titanic"}
    assert sum(reason["contribution"] for reason in first["reasons"]) == pytest.approx(
        first["q_value"], abs=1e-4
    )
    assert client.predict(session, first["id"], "down", api_name="/react") is True
    assert client.predict(session, second["id"], "up", api_name="/react") is True
    assert client.predict(session, second["id"], "up", api_name="/react") is False
    nineties = client.predict(session, "something funnier, from the 90s", api_name="/respond")
    assert all(1990 <= film["year"] <= 1999 for film in nineties["recommendations"])
    turns = client.predict(session, api_name="/history")["turns"]
    assert [film["reaction"] for film in turns[0]["recommendations"]] == ["down", "up", ""]
    assert (
        client.predict(session, "movie:3", True, api_name="/edit")["understood"][0]["kind"]
        == "like"
    )
    assert client.predict(session, api_name="/undo") is True
    assert len(client.predict(session, api_name="/history")["turns"]) == 2
    exported = client.predict(session, api_name="/export")
    assert [step["reaction"]["reward"] for step in exported["turns"][0]["recommendations"][:2]] == [
        -0.5,
        1.0,
    ]
    assert client.predict(session, 0.5, api_name="/steer") == 0.5
    assert client.predict(session, api_name="/history")["gems"] == 0.5
    with pytest.raises(AppError, match="The knob is at 7"):
        client.predict(session, 7, api_name="/steer")
    client.predict(session, api_name="/clear")
    assert client.predict(session, api_name="/history") == {"turns": [], "taste": [], "gems": 0.0}
    client.predict(session, api_name="/forget")
    with pytest.raises(AppError, match="not known here"):
        client.predict(session, api_name="/history")


def test_forged_ids_are_told_in_one_sentence(client: Client) -> None:
    one, other = client.predict(api_name="/start"), client.predict(api_name="/start")
    film = client.predict(one, OPENING, api_name="/respond")["recommendations"][0]
    with pytest.raises(AppError, match="not part of the conversation"):
        client.predict(other, film["id"], "up", api_name="/react")
    with pytest.raises(AppError, match="not known here"):
        client.predict("'; drop table sessions; --", OPENING, api_name="/respond")


def test_watch_list_imports_and_exports(client: Client) -> None:
    session = client.predict(api_name="/start")
    film = client.predict(session, OPENING, api_name="/respond")["recommendations"][0]
    assert client.predict(session, film["id"], "seen_loved", api_name="/react")
    more = client.predict(session, film["key"], api_name="/more_like")
    assert [(chip["kind"], chip["key"]) for chip in more["understood"]] == [("named", film["key"])]
    other = more["recommendations"][0]
    assert client.predict(session, other["key"], api_name="/save")
    assert not client.predict(session, other["key"], api_name="/save")
    assert client.predict(session, other["key"], "loved", api_name="/watched")
    assert client.predict(session, api_name="/watchlist") == [
        {
            "key": other["key"],
            "title": other["title"],
            "year": other["year"],
            "watched": True,
            "opinion": "loved",
        }
    ]
    text = "Title,Year,Rating\nJaws,1975,5\nSolaris,,2\nNobody Made It,1990,3\n"
    preview = client.predict(session, "mine.csv", text, api_name="/preview_import")
    assert (preview["matched"], preview["unknown"], preview["problems"]) == (
        1,
        ["Nobody Made It (1990)"],
        [],
    )
    assert preview["doubtful"] == [
        {
            "place": 0,
            "row": "Solaris",
            "films": [13, 14],
            "titles": ["Solaris (1972)", "Solaris (2002)"],
        }
    ]
    taken = client.predict(session, {"0": 14}, api_name="/confirm_import")
    assert "2 films of yours" in taken["reply"]
    written = client.predict(session, "ratings", api_name="/export_csv")
    assert "Jaws,1975,5,," in written.splitlines() and "Solaris,2002,2,," in written.splitlines()
    assert client.predict(session, other["key"], api_name="/unsave")
    assert client.predict(session, "watchlist", api_name="/export_csv").splitlines() == [
        "Title,Year,Rating,imdbID,tmdbID"
    ]
    exported = client.predict(session, api_name="/export")
    assert {film["movie_id"] for film in exported["imported"]} == {22, 14}


def test_what_makes_no_sense_is_told_in_one_sentence(client: Client) -> None:
    session = client.predict(api_name="/start")
    for message, name, *arguments in (
        ("not known here", "save", session, "movie:999"),
        ("not on the watch-list", "watched", session, "movie:22", "loved"),
        ("not part of the conversation", "more_like", session, "movie:22"),
        ("is empty", "preview_import", session, "mine.csv", ""),
        ("choose the file again", "confirm_import", session, {}),
        ("Choices are films by place", "confirm_import", session, {"x": 1}),
    ):
        with pytest.raises(AppError, match=message):
            client.predict(*arguments, api_name=f"/{name}")


def test_an_evening_over_the_endpoints(client: Client) -> None:
    ann, ben = (client.predict(api_name="/start") for _ in range(2))
    assert client.predict(ann, api_name="/evening") == {"code": "", "minutes": 0, "people": []}
    code = client.predict(ann, "Ann", api_name="/open_evening")["code"]
    joined = client.predict(ben, code.lower(), "Ben", api_name="/join_evening")
    assert [(person["name"], person["you"], person["here"]) for person in joined["people"]] == [
        ("Ann", False, False),
        ("Ben", True, True),
    ]
    client.predict(ann, "I loved Alien", api_name="/respond")
    shown = client.predict(ben, "I loved Notting Hill", api_name="/respond")["recommendations"]
    hers = client.predict(ann, api_name="/history")["turns"][-1]["recommendations"]
    assert [film["title"] for film in hers] == [film["title"] for film in shown]
    there = client.predict(ben, "Cy", api_name="/add_guest")["people"]
    assert [(person["name"], person["speaks"]) for person in there] == [
        ("Ann", False),
        ("Ben", False),
        ("Cy", True),
    ]
    there = client.predict(ben, there[1]["number"], api_name="/speak_as")["people"]
    assert [person["name"] for person in there if person["speaks"]] == ["Ben"]
    with pytest.raises(AppError, match="does not speak through this browser"):
        client.predict(ben, there[0]["number"], api_name="/speak_as")
    with pytest.raises(AppError, match="No evening is open under that code"):
        client.predict(ben, "AAAA-AAAA", api_name="/join_evening")
    assert client.predict(ben, api_name="/leave_evening")["people"] == []


def test_the_endpoints_are_typed_and_documented(client: Client) -> None:
    described: dict[str, Any] = client.view_api(return_format="dict")  # type: ignore[assignment]
    endpoints = described["named_endpoints"]
    assert set(endpoints) == {
        f"/{name}"
        for name in (
            *(
                "start",
                "respond",
                "react",
                "history",
                "edit",
                "steer",
                "undo",
                "clear",
                "forget",
                "export",
            ),
            *("more_like", "save", "unsave", "watched", "watchlist"),
            *("evening", "open_evening", "join_evening", "add_guest", "speak_as", "leave_evening"),
            *("preview_import", "confirm_import", "cancel_import", "export_csv"),
        )
    }
    assert [parameter["parameter_name"] for parameter in endpoints["/react"]["parameters"]] == [
        "session",
        "recommendation_id",
        "reaction",
    ]


def test_an_agent_can_do_the_same_over_mcp(address: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[set[str], Any, Any]:
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {
                tool.name.rpartition("_")[2]: tool.name
                for tool in (await session.list_tools()).tools
            }
            started = await session.call_tool(tools["start"], {})
            talk_id = started.content[0].text  # type: ignore[union-attr]
            turn = await session.call_tool(tools["respond"], {"session": talk_id, "text": OPENING})
            key = ast.literal_eval(turn.content[0].text)["recommendations"][0]["key"]  # type: ignore[union-attr]
            saved = await session.call_tool(tools["save"], {"session": talk_id, "key": key})
            assert not saved.isError
            return set(tools), talk_id, turn.content[0].text  # type: ignore[union-attr]

    tools, talk_id, turn = asyncio.run(talk())
    assert {"start", "respond", "react", "history", "undo", "save", "watched", "watchlist"} <= tools
    assert len(talk_id) == 32
    assert "Event Horizon" in turn
