"""Start Marquee: load the bundle, open the store, serve the page, learn if that is wanted."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import AbstractContextManager, nullcontext

# One thread each: with two, a forward pass on a busy machine takes 40 ms in place of 0.6. Read when
# torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from assistant.chat import Assistant
from assistant.page import ui
from assistant.retraining import Following, Retraining, begin, in_a_process
from core.config import Settings
from core.errors import MarqueeError
from core.model.policy import Exploration
from core.store.upkeep import Retention


def main() -> int:
    """Serve until interrupted; returns the exit status. Wrong settings are one line."""
    try:
        settings = Settings.from_environment(os.environ)
        exploration = Exploration(share=settings.exploration)
        if settings.learn_hours is not None:
            begin(settings.bundle)
        assistant = Assistant.open(
            settings.bundle,
            settings.database_url,
            facts=settings.facts,
            films=settings.films,
            seed=secrets.randbits(32) if settings.seed is None else settings.seed,
            exploration=exploration,
        )
        retention = _retention(assistant, settings)
        following = _following(assistant, settings, exploration)
        with assistant, retention, following, _retraining(assistant, settings, exploration):
            ui.serve(
                assistant,
                host=settings.host,
                port=settings.port,
                hosts=settings.hosts,
                proxies=settings.proxies,
            )
    except MarqueeError as error:
        print(f"Marquee cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def _following(
    assistant: Assistant, settings: Settings, exploration: Exploration
) -> AbstractContextManager[object]:
    """Serves what a learner lets in, of another process too, where there is a folder for it."""
    if (settings.bundle / "manifest.json").is_file():
        return nullcontext()
    return Following(assistant, settings.bundle, exploration)


def _retraining(
    assistant: Assistant, settings: Settings, exploration: Exploration
) -> AbstractContextManager[object]:
    """Learns from the log as often as the settings say."""
    if settings.learn_hours is None:
        return nullcontext()
    learn = in_a_process(settings.bundle, settings.database_url, exploration)
    return Retraining(
        assistant, settings.bundle, learn, hours=settings.learn_hours, exploration=exploration
    )


def _retention(assistant: Assistant, settings: Settings) -> AbstractContextManager[object]:
    """Forgets who has said nothing for as many days as the settings say."""
    if settings.keep_days is None:
        return nullcontext()
    return Retention(assistant.store, settings.keep_days)


if __name__ == "__main__":
    sys.exit(main())
