import argparse
import logging
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from core import __main__ as cli
from core import __version__
from core.errors import DataError


def stand_in(
    monkeypatch: pytest.MonkeyPatch, outcome: int | BaseException
) -> list[argparse.Namespace]:
    """`python -m core stand-in --number N`, which returns or raises `outcome`."""
    seen: list[argparse.Namespace] = []
    module = ModuleType("stand_in")

    def configure(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--number", type=int, default=1)

    def run(arguments: argparse.Namespace) -> int:
        seen.append(arguments)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    vars(module).update(configure=configure, run=run)
    monkeypatch.setitem(sys.modules, "stand_in", module)
    monkeypatch.setattr(
        cli, "COMMANDS", {**cli.COMMANDS, "stand-in": cli.Command("stand_in", "does nothing")}
    )
    return seen


def test_a_command_gets_its_arguments_and_gives_the_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = stand_in(monkeypatch, 0)
    assert cli.main(["stand-in", "--number", "7"]) == 0
    assert seen[0].number == 7


def test_an_error_for_people_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(monkeypatch, DataError("ratings.csv line 3: rating 'x' is not a number."))
    assert cli.main(["stand-in"]) == 2
    assert capsys.readouterr().err == "marquee: ratings.csv line 3: rating 'x' is not a number.\n"


def test_control_c_is_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(monkeypatch, KeyboardInterrupt())
    assert cli.main(["stand-in"]) == 130
    assert capsys.readouterr().err == "marquee: interrupted\n"


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["stand-in"])


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["fetch", "ml-1m"]])
def test_what_is_not_a_command_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m core" in capsys.readouterr().err


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"marquee {__version__}\n"


@pytest.mark.parametrize(
    ("options", "level"), [([], "WARNING"), (["-v"], "INFO"), (["-v", "--verbose"], "DEBUG")]
)
def test_more_is_logged_the_more_often_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, options: list[str], level: str
) -> None:
    stand_in(monkeypatch, 0)
    loggers = [logging.getLogger(name) for name in ("core", "assistant")]
    for logger in loggers:
        monkeypatch.setattr(logger, "level", logger.level)  # restored afterwards
    assert cli.main([*options, "stand-in"]) == 0
    assert [logging.getLevelName(logger.level) for logger in loggers] == [level, level]


def test_help_lists_the_commands_at_once_without_torch_or_pandas() -> None:
    code = (
        "import sys; sys.argv = ['core', '--help']\n"
        "from core.__main__ import main\n"
        "try: main()\n"
        "finally: print('heavy:', sorted({'torch', 'pandas', 'numpy'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert all(f"{name} " in done.stdout for name in cli.COMMANDS)
    assert "heavy: []" in done.stdout
