"""The page over the small cinema, as a process of its own: `python tests/assistant/serve.py FOLDER
PORT [DATABASE_URL [SECONDS]]`; each line takes so many seconds to understand."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import screening

from assistant.language.understand import Understanding
from assistant.language.utterance import Utterance
from assistant.page import ui

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    films = screening.catalogue(folder / "films")
    url = sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{folder / 'chat.db'}"
    if len(sys.argv) > 4:
        understand = Understanding.understand

        def slowly(reader: Understanding, *line: Any) -> Utterance:
            print("understands", flush=True)
            time.sleep(float(sys.argv[4]))
            return understand(reader, *line)

        Understanding.understand = slowly  # type: ignore[method-assign, assignment]
    with screening.assistant(films, url) as assistant:
        ui.serve(assistant, host="127.0.0.1", port=int(sys.argv[2]))
