"""The papers of the project say what is so: paths, modules, variables, commands, examples, and the
dialogue."""

from __future__ import annotations

import contextlib
import io
import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant import __main__ as assistant_commands
from assistant.chat import Assistant
from assistant.conversation.reasons import headline
from assistant.conversation.values import Reply
from core import __main__ as core_commands
from core.domain import Reaction
from core.model.policy import Exploration

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "models" / "marquee"
PAPERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/README.md")
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


# ---- paths


@pytest.mark.parametrize("paper", PAPERS)
def test_every_path_that_is_named_exists(paper: str) -> None:
    folder = (ROOT / paper).parent
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", text_of(paper))
    missing = [link for link in links if not (folder / link).exists()]
    quoted = re.findall(
        r"`((?:assets|assistant|core|models|tests|\.ci)(?:/[\w.]+)+|[\w-]+\.(?:py|txt|md))`",
        text_of(paper),
    )
    missing += [
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
    lines = [
        line
        for line in text_of(paper).splitlines()
        if outside.search(line) or (paper != "CONTRIBUTING.md" and "../" in line)
    ]
    assert not lines


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


def test_every_variable_of_the_settings_is_told() -> None:
    variables = set(
        re.findall(r"\b(?:MARQUEE|GRADIO_SERVER|DATABASE)_[A-Z_]+\b", text_of("core/config.py"))
    )
    assert len(variables) > 5
    table = text_of("README.md").partition("| variable |")[2].partition("\n\n")[0]
    assert variables == set(re.findall(r"`([A-Z_]+)`", table))


def test_every_command_is_told_and_every_told_option_exists() -> None:
    told = list(chain.from_iterable(_commands(paper) for paper in PAPERS))
    for package, module, names in (
        ("core", core_commands, core_commands.COMMANDS),
        ("assistant", assistant_commands, assistant_commands._COMMANDS),
    ):
        assert {name for told_package, name, _ in told if told_package == package} == set(names)
        for name in names:
            options = {
                option
                for where, command, found in told
                if (where, command) == (package, name)
                for option in found
            }
            if options:
                assert options <= set(re.findall(r"--[\w-]+", _help(module, name))), (
                    f"python -m {package} {name}"
                )


def _commands(paper: str) -> list[tuple[str, str, set[str]]]:
    """(package, command, options) of every `python -m core …` and `python -m assistant …`."""
    found = re.findall(r"python -m (core|assistant) ([a-z]+)([^`\n]*)", text_of(paper))
    lines = [(package, name, set(re.findall(r"--[\w-]+", rest))) for package, name, rest in found]
    return lines


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
    example, client = blocks("README.md", "python")
    exec(compile(example, "README.md", "exec"), {})
    assert len(re.findall(r"^.+ \(198\d\): score ", capsys.readouterr().out, re.M)) == 3, (
        "three films of the 80s"
    )
    compile(client, "README.md", "exec")


def test_the_line_to_ask_about_is_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (line,) = re.findall(r'`python -m assistant ask "([^"]+)"`', text_of("README.md"))
    assert assistant_commands.main(["ask", line]) == 0
    assert "genre:Romance, none at all" in capsys.readouterr().out


def test_the_dialogue_is_what_the_shipped_policy_says() -> None:
    """Marquee's own words vary from session to session; what it understands, shows and gives as
    reasons does not."""
    (told,) = blocks("README.md", "text")
    thumbs = [THUMBS[mark] for mark in re.findall("[👎👍]", told)]
    said = [
        line.removeprefix("You").strip() for line in told.splitlines() if line.startswith("You")
    ]
    spoken = replay(said, thumbs)
    assert _without_words(spoken) == _without_words(told), f"README.md should now have:\n\n{spoken}"


def replay(lines: list[str], thumbs: list[Reaction]) -> str:
    """The dialogue as the README prints it: `thumbs` go to the first films of the first turn."""
    printed = []
    with Assistant.open(BUNDLE, "sqlite://", exploration=Exploration(share=0.0)) as assistant:
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
