"""Writes the lock file and the list of licences: `python assets/licences.py`, where `uv` is installed.

The lock holds the newest versions that requirements.txt allows, with hashes, without torch and what its GPU build would bring:
pre-requirements.txt pins the CPU build. Licences are what each installed package says of itself.
"""

from __future__ import annotations

import re
import subprocess
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "assets/deployment/requirements.lock"
LICENCES = ROOT / "assets/licences.md"
COMMAND = "uv pip compile requirements.txt --generate-hashes --python-version 3.12 --no-annotate -q"
CUDA = re.compile(r"(torch|triton|nvidia|cuda)[a-z0-9.-]*==")
HEAD = """# Licences

What Marquee is built on, as each package says of itself; made by `python assets/licences.py` from the
[lock file](deployment/requirements.lock). The terms of the data stand in the [README](../README.md) and beside the data.

| package | version | licence |
|---|---|---|
"""


def locked() -> str:
    """The lock file."""
    made = subprocess.run(COMMAND.split(), cwd=ROOT, check=True, capture_output=True, text=True)
    blocks = re.split(r"^(?=[a-z])", made.stdout, flags=re.MULTILINE)[1:]
    kept = "".join(block for block in blocks if not CUDA.match(block))
    return f"# Made by `python assets/licences.py`: {COMMAND}, without torch's GPU build.\n{kept}"


def licence(name: str) -> str:
    """What an installed package says of itself, in a line."""
    told = metadata.metadata(name)
    kinds = [
        one.split("::")[-1].strip()
        for one in told.get_all("Classifier") or []
        if one.startswith("License")
    ]
    line = told.get("License-Expression") or "; ".join(kinds) or (told.get("License") or "").strip()
    return line.splitlines()[0] if line else "not said"


def rows(lock: str) -> str:
    """A line for each package of a lock, and torch."""
    found = [
        *re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==([^ ]+)", lock, re.MULTILINE),
        ("torch", metadata.version("torch")),
    ]
    return "".join(f"| {name} | {version} | {licence(name)} |\n" for name, version in sorted(found))


if __name__ == "__main__":
    LOCK.write_text(locked(), encoding="utf-8")
    LICENCES.write_text(HEAD + rows(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
