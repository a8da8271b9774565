"""The page over the small cinema, as a process of its own: `python tests/assistant/serve.py FOLDER
PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import screening

from assistant.page import ui

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    films = screening.catalogue(folder / "films")
    with screening.assistant(films, f"sqlite:///{folder / 'chat.db'}") as assistant:
        ui.serve(assistant, host="127.0.0.1", port=int(sys.argv[2]))
