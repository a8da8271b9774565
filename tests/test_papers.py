"""The papers of the project say what is so: paths, modules, variables, commands, examples, and the
dialogue."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import shipped
import yaml
from gradio_client import Client

from assistant import __main__ as assistant_commands
from assistant.conversation.reasons import headline
from assistant.conversation.values import Reply
from core import __main__ as core_commands
from core.domain import Reaction
from core.model.policy import Exploration

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "models" / "marquee"
GUIDE = ("assets/guide/owners.md", "assets/guide/learners.md", "assets/guide/api.md")
PAPERS = (
    "README.md",
    *GUIDE,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "models/README.md",
    "assets/research.md",
)
MOST_LINES = 130
"""Of the README: what somebody who comes by reads to the end. The guide has the rest."""
THUMBS = {"👎": Reaction.DOWN, "👍": Reaction.UP}


def text_of(paper: str) -> str:
    return (ROOT / paper).read_text(encoding="utf-8")


def front_matter(paper: str) -> dict[str, Any]:
    _, head, _ = text_of(paper).split("---\n", 2)
    parsed: dict[str, Any] = yaml.safe_load(head)
    return parsed


def blocks(paper: str, language: str) -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(paper), re.DOTALL | re.MULTILINE)


# ---- set-up


def test_the_two_commands_are_the_promised_ones() -> None:
    commands = [block.strip() for block in blocks("README.md", "sh")]
    assert "pip install -r requirements.txt && python app.py" in commands
    assert "pip install -r requirements-dev.txt && python -m pytest" in commands
    assert "step python -m pytest\n" in text_of(".ci/run")


def test_a_space_finds_what_it_needs_in_the_front_matter() -> None:
    head = front_matter("README.md")
    assert (
        head["sdk"] == "gradio"
        and head["suggested_hardware"] == "cpu-basic"
        and head["license"] == "mit"
    )
    assert head["python_version"] == "3.12", "a string: YAML would read 3.10 as 3.1"
    assert re.search(
        rf"^gradio\[mcp\]>={re.escape(head['sdk_version'].rpartition('.')[0])},",
        text_of("requirements.txt"),
        re.M,
    )
    assert (ROOT / head["app_file"]).is_file()
    assert len(head["short_description"]) <= 60
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {head["colorFrom"], head["colorTo"]} <= colours


def test_the_cpu_build_of_torch_satisfies_the_requirements() -> None:
    (wanted,) = re.findall(r"^torch==(\S+)$", text_of("requirements.txt"), re.M)
    assert f"\ntorch=={wanted}+cpu\n" in text_of("pre-requirements.txt")


def test_the_model_card_has_a_licence_and_its_link() -> None:
    head = front_matter("models/README.md")
    assert head["license"] == "other" and head["license_link"].startswith(
        "https://files.grouplens.org/"
    )


def test_the_readme_is_short_and_leads_to_the_guide() -> None:
    assert text_of("README.md").count("\n") <= MOST_LINES
    assert {link for link in links_of("README.md") if "/guide/" in link} == set(GUIDE)
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "assets/guide").iterdir()} == set(
        GUIDE
    )


# ---- paths


def links_of(paper: str) -> list[str]:
    """Links to files of the project, with their `#section` where they have one."""
    return re.findall(r"\]\((?!https?://)([^)\s]+)\)", text_of(paper))


def sections_of(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_leads_somewhere_inside_the_project(paper: str) -> None:
    for link in links_of(paper):
        name, _, section = link.partition("#")
        path = ((ROOT / paper).parent / name).resolve() if name else ROOT / paper
        assert path.exists() and path.is_relative_to(ROOT), f"{paper} links to {link}"
        assert not section or section in sections_of(path), f"{paper} links to {link}"


@pytest.mark.parametrize("paper", PAPERS)
def test_every_path_that_is_named_exists(paper: str) -> None:
    folder = (ROOT / paper).parent
    quoted = re.findall(
        r"`((?:assets|assistant|core|models|tests|\.ci)(?:/[\w.]+)+|[\w-]+\.(?:py|txt|md))`",
        text_of(paper),
    )
    missing = [
        path for path in quoted if not _is_there(ROOT / path) and not _is_there(folder / path)
    ]
    assert not missing, f"{paper} names what is not there: {sorted(set(missing))}"


def _is_there(path: Path) -> bool:
    return (
        path.exists() or path.with_name(f"{path.name}.py").exists()
    )  # `core/agent` is a module by its name


@pytest.mark.parametrize("paper", PAPERS)
def test_no_line_names_a_place_on_somebodys_machine(paper: str) -> None:
    outside = re.compile(r"(?<![\w.:/])(?:/(?:work|root|home|tmp|Users|mnt)/|~/)")
    text = re.sub(r"\]\([^)\s]+\)", "]", text_of(paper))  # links have a test of their own
    assert not [line for line in text.splitlines() if outside.search(line) or "../" in line]


def test_every_package_has_its_row_in_reading_order() -> None:
    table = text_of("README.md").partition("## The packages, in reading order")[2]
    named = re.findall(r"^\| \[([\w/]+)\]\(\1/__init__\.py\) \|", table, re.MULTILINE)
    there = {
        path.parent.relative_to(ROOT).as_posix()
        for package in ("core", "assistant")
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert len(named) == len(set(named)) and set(named) == there


# ---- variables and commands


def test_every_variable_of_the_settings_has_its_row() -> None:
    variables = set(
        re.findall(r"\b(?:MARQUEE|GRADIO_SERVER|DATABASE)_[A-Z_]+\b", text_of("core/config.py"))
    )
    assert len(variables) > 5
    table = text_of("assets/guide/owners.md").partition("| variable |")[2].partition("\n\n")[0]
    assert variables == set(re.findall(r"`([A-Z_]+)`", table))


@pytest.mark.parametrize(
    ("package", "module", "names"),
    [
        ("core", core_commands, core_commands.COMMANDS),
        ("assistant", assistant_commands, assistant_commands._COMMANDS),
    ],
)
def test_every_command_has_its_place_and_every_option_exists(
    package: str, module: Any, names: Collection[str]
) -> None:
    options: dict[str, set[str]] = {}
    for paper in PAPERS:
        for name, found in _commands(package, paper):
            options[name] = options.get(name, set()) | found
    assert set(options) == set(names)
    for name, found in options.items():
        known = re.findall(r"--[\w-]+", _help(module, name)) if found else ()
        assert found <= set(known), f"python -m {package} {name}"


def _commands(package: str, paper: str) -> Iterator[tuple[str, set[str]]]:
    """(command, options) of every `python -m core …` or `python -m assistant …`."""
    for name, rest in re.findall(rf"python -m {package} ([a-z-]+)([^`\n]*)", text_of(paper)):
        yield name, set(re.findall(r"--[\w-]+", rest))


def _help(module: Any, command: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit):
        module.main([command, "--help"])
    return printed.getvalue()


# ---- examples


def test_the_example_in_python_runs_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    example, _ = blocks("assets/guide/api.md", "python")
    exec(compile(example, "api.md", "exec"), {})
    assert len(re.findall(r"^.+ \(198\d\): score ", capsys.readouterr().out, re.M)) == 3, (
        "three films of the 80s"
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Marquee as the README starts it, on a free port and with a store of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'marquee.db'}"
    environment = os.environ | {"MARQUEE_PORT": port, "DATABASE_URL": store}
    with subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as app:
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", app)
            yield f"http://127.0.0.1:{port}"
        finally:
            app.terminate()


def _wait_for(url: str, app: subprocess.Popen[bytes]) -> None:
    """Returns when the app answers; the test's own timeout ends the wait."""
    while True:
        assert app.poll() is None, "app.py ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)


# The client leaves sockets and event loops to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestARunningApp:
    def test_answers_the_example_of_a_client(
        self, address: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        _, example = blocks("assets/guide/api.md", "python")
        assert example.count("http://127.0.0.1:7860") == 1
        names: dict[str, Any] = {}
        exec(compile(example.replace("http://127.0.0.1:7860", address), "api.md", "exec"), names)
        names["client"].close()
        printed = capsys.readouterr().out
        assert "\nHeat,1995,4.5," in printed.replace("\r", "")
        assert re.search(r"^\w{4}-?\w{4}$", printed, re.MULTILINE), "the code of an evening"

    def test_has_the_endpoints_of_the_table(self, address: str) -> None:
        table = text_of("assets/guide/api.md").partition("| endpoints |")[2].partition("\n\n")[0]
        client = Client(address, verbose=False)
        named = client.view_api(return_format="dict")["named_endpoints"]
        client.close()
        assert sorted(re.findall(r"`(/\w+)`", table)) == sorted(named)

    def test_answers_without_a_client(self, address: str) -> None:
        question, answers = re.findall(
            r"http://127\.0\.0\.1:7860(\S+)", blocks("assets/guide/api.md", "text")[0]
        )
        request = urllib.request.Request(
            address + question, b'{"data": []}', {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            event = json.load(answer)["event_id"]
        with urllib.request.urlopen(
            address + answers.replace("EVENT_ID", event), timeout=30
        ) as answer:
            assert re.search(rb'data: \["[\w-]{32}"\]', answer.read())


def test_the_line_to_ask_about_is_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (line,) = re.findall(
        r'`python -m assistant ask "([^"]+)"`', text_of("assets/guide/learners.md")
    )
    assert assistant_commands.main(["ask", line]) == 0
    assert "genre:Romance, none at all" in capsys.readouterr().out


def test_the_dialogue_is_what_the_shipped_policy_says() -> None:
    """Marquee's own words vary from session to session; what it understands, shows and gives as
    reasons does not."""
    (printed,) = blocks("README.md", "text")
    thumbs = [THUMBS[mark] for mark in re.findall("[👎👍]", printed)]
    lines = re.findall(r"^You +(.+)$", printed, re.MULTILINE)
    spoken = replay(lines, thumbs)
    assert _without_words(spoken) == _without_words(printed), f"README.md should have:\n\n{spoken}"


def replay(lines: list[str], thumbs: list[Reaction]) -> str:
    """The dialogue as the README prints it: `thumbs` go to the first films of the first turn."""
    printed = []
    with shipped.assistant(Exploration(share=0.0)) as assistant:
        session = assistant.start()
        for number, line in enumerate(lines):
            reply = assistant.respond(session, line)
            given = thumbs if number == 0 else []
            for film, thumb in zip(reply.recommendations, given, strict=False):
                assistant.react(session, film.id, thumb)
            printed.append(_printed(line, reply, given))
    return "".join(printed)


def _printed(line: str, reply: Reply, thumbs: list[Reaction]) -> str:
    marks = {reaction: mark for mark, reaction in THUMBS.items()}
    chips = "  ".join(f"{chip.kind.sign} {chip.label}" for chip in reply.understood.chips)
    rows = [f"You      {line}", f"         {chips}", f"Marquee  {reply.text}"]
    for place, film in enumerate(reply.recommendations):
        mark = f"     {marks[thumbs[place]]}  " if place < len(thumbs) else "         "
        rows.append(f"{mark}{film.movie.label}. {headline(film.reasons)}")
    return "\n".join(rows) + "\n"


def _without_words(dialogue: str) -> list[str]:
    return [line for line in dialogue.splitlines() if not line.startswith("Marquee")]


def test_the_model_card_speaks_of_the_shipped_bundle() -> None:
    manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    card = text_of("models/README.md")
    assert (
        f"{manifest['metrics']['ratings']:,} ratings by {manifest['metrics']['people']:,} people"
        in card
    )
    assert all(f"`{name}`" in card for name in ("manifest.json", *manifest["sha256"]))
