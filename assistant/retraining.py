"""Lessons from the log while people talk: a new policy is made, judged and, if better, served.

A retrain is `python -m core learn` in a process of its own, at the lowest priority: it takes no
time from a turn, and a retrain that fails leaves the conversations as they were.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from assistant.chat import Assistant
from core.config import Settings
from core.errors import MarqueeError, SettingsError
from core.learning.versions import Versions
from core.model.bundle import Bundle
from core.model.policy import Exploration

LOOK: Final = 30.0
"""Seconds between two looks at which policy should serve."""

Learn = Callable[[], int]
"""One retrain; returns its exit status."""


def begin(policies: Path, first: Path | None = None) -> None:
    """Puts the first policy into an empty folder of policies. SettingsError for a bundle."""
    first = first or Settings().bundle
    if (policies / "manifest.json").is_file():
        raise SettingsError(
            f"MARQUEE_LEARN_HOURS needs a folder of policies, and MARQUEE_BUNDLE={policies} is a "
            "single one: set it to another folder, such as policies, which then begins with "
            f"{first}."
        )
    if Versions(policies).serving() is None:
        Versions(policies).adopt(first)


def in_a_process(policies: Path, store: str, exploration: Exploration) -> Learn:
    """A retrain by the command. The store's URL is no argument, since those show in `ps`."""
    command = [sys.executable, "-m", "core", "learn", "--policies", str(policies)]
    command += ["--exploration", str(exploration.share)]
    environment = {**os.environ, "DATABASE_URL": store, "OMP_NUM_THREADS": "1"}

    def learn() -> int:
        with subprocess.Popen(command, env=environment) as retrain:
            # From outside: code between fork and exec is not safe beside threads. Windows has no
            # such call.
            if hasattr(os, "setpriority"):
                os.setpriority(os.PRIO_PROCESS, retrain.pid, 19)
            return retrain.wait()

    return learn


class Following:
    """A thread that serves what should serve, whoever let it in; a context manager."""

    def __init__(self, assistant: Assistant, policies: Path, exploration: Exploration) -> None:
        self._assistant = assistant
        self._versions = Versions(policies)
        self._exploration = exploration
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._again_and_again, name="policies", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """No other policy is looked for any more."""
        self._over.set()

    def look(self) -> None:
        """Hands over to the policy that should serve; what goes wrong is one line on standard
        error.
        """
        try:
            serving = self._versions.serving()
            if serving is not None and serving != self._assistant.version:
                bundle = Bundle.load(self._versions.path(serving))
                self._assistant.hand_over(bundle.policy(self._exploration), bundle.metrics)
        except (MarqueeError, OSError) as error:
            print(f"Marquee goes on with the policy it has: {error}", file=sys.stderr)

    def _again_and_again(self) -> None:
        while not self._over.wait(LOOK):
            self.look()


class Retraining:
    """A thread that gives retraining; a context manager, which ends with it."""

    def __init__(
        self,
        assistant: Assistant,
        policies: Path,
        learn: Learn,
        *,
        hours: float,
        exploration: Exploration,
    ) -> None:
        self._following = Following(assistant, policies, exploration)
        self._learn = learn
        self._seconds = hours * 3_600
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._every_few_hours, name="lessons", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """No retrain begins any more; one under way is not waited for."""
        self._over.set()

    def retrain(self) -> None:
        """Learns, then serves what should serve; what goes wrong is one line on standard error."""
        try:
            self._learn()
        except (MarqueeError, OSError) as error:
            print(f"Marquee's lesson failed: {error}", file=sys.stderr)
            return
        self._following.look()

    def _every_few_hours(self) -> None:
        while not self._over.wait(self._seconds):
            self.retrain()
