"""A folder of policies: which one serves, which ones did before, and what the gate said of each.

policies/
  history.jsonl    a line for each event, appended and never changed
  e2b60c5f8827/    a bundle; candidates that were refused are on record but not kept

The last policy that was adopted, promoted or rolled back to is the one that serves.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import BundleError
from core.model.bundle import Bundle

_HISTORY = "history.jsonl"


class PolicyEvent(Enum):
    """What happened to a policy."""

    ADOPTED = "adopted"
    """Brought in from elsewhere, without a gate."""
    PROMOTED = "promoted"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    """Serves again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history."""

    version: str
    event: PolicyEvent
    at: str
    """UTC, ISO 8601."""
    parent: str = ""
    """The version that it learned on from, or took over from."""
    gate: Mapping[str, Any] = field(default_factory=dict)
    """`core.learning.gate.Verdict.to_record`; empty where there was no gate."""


class Versions:
    """The policies of one folder."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def history(self) -> tuple[Entry, ...]:
        """All events in order; BundleError where a line cannot be read."""
        path = self.folder / _HISTORY
        if not path.is_file():
            return ()
        entries = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                record = json.loads(line)
                entries.append(Entry(**{**record, "event": PolicyEvent(record["event"])}))
            except (ValueError, KeyError, TypeError) as error:
                raise BundleError(
                    f"{path}, line {number}, is no record of a policy ({error}): "
                    "mend or remove the line."
                ) from error
        return tuple(entries)

    def serving(self) -> str | None:
        """Version of the policy that serves; None in an empty folder."""
        took_over = [
            entry.version for entry in self.history() if entry.event is not PolicyEvent.REFUSED
        ]
        return took_over[-1] if took_over else None

    def adopted(self) -> str | None:
        """Version that was brought in from elsewhere last: all later ones learned on from it."""
        adopted = [one.version for one in self.history() if one.event is PolicyEvent.ADOPTED]
        return adopted[-1] if adopted else None

    def path(self, version: str) -> Path:
        """Folder of a version; BundleError for one that is not kept here."""
        known = version in {entry.version for entry in self.history()}
        if not known or not (self.folder / version).is_dir():
            kept = sorted(path.parent.name for path in self.folder.glob("*/manifest.json"))
            raise BundleError(
                f"{self.folder} keeps no version {version}: "
                f"choose one of {', '.join(kept) or 'none, it is empty'}."
            )
        return self.folder / version

    def adopt(self, source: Path | str) -> Entry:
        """Takes in a bundle as it stands in its folder, under its version; it serves from now on.

        BundleError where it cannot be used.
        """
        version = Bundle.load(source).version
        if not (self.folder / version).exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".coming-", dir=self.folder) as coming:
                shutil.copytree(source, Path(coming) / "bundle")
                shutil.move(Path(coming) / "bundle", self.folder / version)
        return self._write(Entry(version, PolicyEvent.ADOPTED, _now()))

    def add(
        self,
        bundle: Bundle,
        event: PolicyEvent,
        *,
        parent: str = "",
        gate: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Records a bundle; unless it was refused, its files are kept and it serves from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".coming-", dir=self.folder) as coming:
            saved = bundle.save(Path(coming) / "bundle")
            home = self.folder / saved.version
            if event is not PolicyEvent.REFUSED and not home.exists():
                shutil.move(Path(coming) / "bundle", home)
        return self._write(Entry(saved.version, event, _now(), parent, dict(gate or {})))

    def roll_back(self, version: str | None = None) -> Entry:
        """Lets an earlier version serve again: the one before the serving one, if none is named."""
        serving = self.serving()
        if version is None:
            took_over = [
                entry for entry in self.history() if entry.version == serving and entry.parent
            ]
            if not took_over:
                raise BundleError(
                    f"There is no version before the one that serves in {self.folder}: name one."
                )
            version = took_over[-1].parent
        self.path(version)
        return self._write(Entry(version, PolicyEvent.ROLLED_BACK, _now(), serving or ""))

    def _write(self, entry: Entry) -> Entry:
        record = {
            "version": entry.version,
            "event": entry.event.value,
            "at": entry.at,
            "parent": entry.parent,
            "gate": dict(entry.gate),
        }
        with (self.folder / _HISTORY).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return entry


def bundle_folder(path: Path | str) -> Path:
    """The folder to load: a bundle's own, or that of what serves in a folder of policies."""
    versions = Versions(path)
    serving = None if (versions.folder / "manifest.json").is_file() else versions.serving()
    return versions.folder if serving is None else versions.path(serving)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
