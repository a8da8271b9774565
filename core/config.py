"""Settings of a running Marquee: read from the environment once, at the start, and checked."""

from __future__ import annotations

import argparse
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from core import __version__
from core.errors import SettingsError

FILMS: Final = (1, 10)
"""Films a turn, fewest and most: ten cards are as many as a person still looks through."""

EXPLORATION: Final = (0.0, 0.5)
"""Least and largest share of films shown as a gamble; with more, most of what people see would be
gambles."""

LEARN_HOURS: Final = (0.01, 8_760.0)
"""Shortest and longest time between two lessons: half a minute, to try it, and a year."""

KEEP_DAYS: Final = (1, 36_500)
"""Shortest and longest time that conversations are kept: a day, and a century."""

_PORTS: Final = (1, 65_535)
_SEEDS: Final = (0, 2**32 - 1)
_DATABASES: Final = ("sqlite://", "postgresql://", "postgres://", "postgresql+psycopg://")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this Marquee runs. SettingsError for a value out of its range, also when made by hand."""

    bundle: Path = Path("models/marquee")
    """MARQUEE_BUNDLE: folder of the trained model, or a folder of policies
    (`core.learning.versions`), of which one serves."""
    facts: Path = Path("models/films")
    """MARQUEE_FACTS: folder with what is known of films (`core.data.facts`)."""
    database_url: str = "sqlite:///marquee.db"
    """DATABASE_URL: sqlite:///file.db or postgresql://user:password@host/name.

    SQLite belongs on a local disk. On a Space that is the app's own folder (the default), not a
    mounted bucket. """
    host: str = "127.0.0.1"
    """MARQUEE_HOST, else GRADIO_SERVER_NAME: address to listen on. The default on a Space is
    0.0.0.0."""
    port: int = 7860
    """MARQUEE_PORT, else GRADIO_SERVER_PORT: 1 to 65535."""
    hosts: tuple[str, ...] = ()
    """MARQUEE_HOSTS: names under which it is reached, with commas; others are refused. Unset = this
    machine's own where it listens on 127.0.0.1, else all."""
    proxies: str = "127.0.0.1"
    """MARQUEE_PROXIES: addresses of proxies whose word on who asks is taken, with commas; "*" =
    all, as on a Space."""
    films: int = 3
    """MARQUEE_FILMS: films a turn, 1 to 10."""
    exploration: float = 0.1
    """MARQUEE_EXPLORATION: share of films shown as a gamble, from which the next policy learns, 0
    to 0.5."""
    seed: int | None = None
    """MARQUEE_SEED: 0 to 4294967295; makes the choice of films repeat. Unset = different each
    time."""
    learn_hours: float | None = None
    """MARQUEE_LEARN_HOURS: hours between two lessons from the log, 0.01 to 8760. Unset = no
    lessons. With lessons, MARQUEE_BUNDLE is by default "policies", which begins with the bundle
    that ships."""

    keep_days: int | None = None
    """MARQUEE_KEEP_DAYS: 1 to 36500; who says nothing for so many days is forgotten. Unset = nobody
    is."""

    def __post_init__(self) -> None:
        _check("MARQUEE_PORT", self.port, _PORTS)
        _check("MARQUEE_FILMS", self.films, FILMS)
        _check("MARQUEE_EXPLORATION", self.exploration, EXPLORATION)
        if self.seed is not None:
            _check("MARQUEE_SEED", self.seed, _SEEDS)
        if self.learn_hours is not None:
            _check("MARQUEE_LEARN_HOURS", self.learn_hours, LEARN_HOURS)
        if self.keep_days is not None:
            _check("MARQUEE_KEEP_DAYS", self.keep_days, KEEP_DAYS)
        if not self.database_url.startswith(_DATABASES):
            raise SettingsError(
                f"DATABASE_URL is {_without_password(self.database_url)!r}, but must start with "
                "sqlite:// or postgresql://, as in sqlite:///marquee.db."
            )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Settings from variables such as `os.environ`; an empty variable counts as unset.

        Raises SettingsError that names the variable, its value and the range.

        >>> Settings.from_environment({"MARQUEE_FILMS": "5"}).films
        5
        """
        default = cls()
        values = _Variables(environ)
        # A Space is reached from outside.
        everywhere = "0.0.0.0" if values.first("SPACE_ID") else default.host
        host = values.text(everywhere, "MARQUEE_HOST", "GRADIO_SERVER_NAME")
        bundle = values.text("", "MARQUEE_BUNDLE")
        facts = values.text("", "MARQUEE_FACTS")
        database_url = values.text(default.database_url, "DATABASE_URL")
        port = values.whole(_PORTS, "MARQUEE_PORT", "GRADIO_SERVER_PORT")
        films = values.whole(FILMS, "MARQUEE_FILMS")
        exploration = values.number(EXPLORATION, "MARQUEE_EXPLORATION")
        learn_hours = values.number(LEARN_HOURS, "MARQUEE_LEARN_HOURS")
        # What learns needs a folder in which versions follow each other.
        usual = default.bundle if learn_hours is None else Path("policies")
        hosts = values.text("", "MARQUEE_HOSTS")
        trusted = "*" if values.first("SPACE_ID") else default.proxies
        proxies = values.text(trusted, "MARQUEE_PROXIES")
        return cls(
            hosts=tuple(filter(None, map(str.strip, hosts.split(",")))),
            proxies=proxies,
            bundle=Path(bundle) if bundle else usual,
            facts=Path(facts) if facts else default.facts,
            database_url=database_url,
            host=host,
            port=default.port if port is None else port,
            films=default.films if films is None else films,
            exploration=default.exploration if exploration is None else exploration,
            seed=values.whole(_SEEDS, "MARQUEE_SEED"),
            learn_hours=learn_hours,
            keep_days=values.whole(KEEP_DAYS, "MARQUEE_KEEP_DAYS"),
        )


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Adds -v and --version, which stand before the command."""
    parser.add_argument("--version", action="version", version=f"marquee {__version__}")
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="say what is done; -vv: in detail"
    )


def check_options(
    arguments: argparse.Namespace, *names: str, low: float, high: float = math.inf, why: str = ""
) -> None:
    """SettingsError where one of these options is not a number within the bounds."""
    allowed = f"{low} or more" if high == math.inf else f"{low} to {high}"
    for name in names:
        value = getattr(arguments, name)
        if not (low <= value <= high and math.isfinite(value)):
            raise SettingsError(f"--{name.replace('_', '-')} is {value}: give {allowed}{why}.")


def log_to_stderr(verbosity: int) -> None:
    """Shows what `core` and `assistant` log: warnings at 0, information at 1, everything at 2."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)]
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    for package in ("core", "assistant"):
        logging.getLogger(package).setLevel(level)


class _Variables:
    """Environment variables, as text and as numbers."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def first(self, *names: str) -> tuple[str, str] | None:
        """Name and text of the first variable that is set and not blank."""
        texts = ((name, self._environ.get(name, "").strip()) for name in names)
        return next(((name, text) for name, text in texts if text), None)

    def text(self, default: str, *names: str) -> str:
        """Text of the first variable that is set and not blank."""
        found = self.first(*names)
        return default if found is None else found[1]

    def whole(self, bounds: tuple[int, int], *names: str) -> int | None:
        """A whole number within bounds; None where unset."""
        found = self.first(*names)
        if found is None:
            return None
        name, text = found
        if not _WHOLE.fullmatch(text):
            raise _bad(name, text, bounds, "a whole number")
        value = int(text)
        _check(name, value, bounds)
        return value

    def number(self, bounds: tuple[float, float], name: str) -> float | None:
        """A number within bounds; None where unset."""
        found = self.first(name)
        if found is None:
            return None
        _, text = found
        try:
            value = float(text)
        except ValueError:
            raise _bad(name, text, bounds, "a number") from None
        _check(name, value, bounds)
        return value


def _check(name: str, value: float, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if not low <= value <= high:  # NaN is not within any bounds
        raise _bad(name, value, bounds, "a number")


def _bad(name: str, value: object, bounds: tuple[float, float], kind: str) -> SettingsError:
    low, high = bounds
    return SettingsError(f"{name} is {value!r}, but must be {kind} from {low:.10g} to {high:.10g}.")


def _without_password(url: str) -> str:
    return re.sub(r"^([a-z0-9+]*://)?.*@", r"\1***@", url.partition("?")[0])
