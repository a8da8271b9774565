"""Starting the app: what is wrong is one sentence, before any server starts."""

from __future__ import annotations

from pathlib import Path

import pytest
import screening

import app
from assistant.page import ui
from core.errors import SettingsError


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MARQUEE_BUNDLE", "no/such/bundle", "no/such/bundle"),
        (
            "MARQUEE_FILMS",
            "many",
            "MARQUEE_FILMS is 'many', but must be a whole number from 1 to 10.",
        ),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    variable: str,
    value: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, value)
    assert app.main() == 1
    errors = capsys.readouterr().err
    assert errors.startswith("Marquee cannot start: ") and said in errors
    assert errors.count("\n") == 1 and "Traceback" not in errors


@pytest.mark.parametrize("host", ["192.0.2.1", "256.1.1.1", "::1"])
def test_an_address_that_is_not_of_this_machine_is_not_blamed_on_the_port(
    tmp_path: Path, host: str
) -> None:
    with (
        screening.assistant(screening.catalogue(tmp_path / "films"), "sqlite://") as assistant,
        pytest.raises(SettingsError, match=f"MARQUEE_HOST is '{host}'"),
    ):
        ui.serve(assistant, host=host, port=7860)
