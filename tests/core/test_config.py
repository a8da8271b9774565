"""Settings: the environment, read once and checked."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from core.config import Settings
from core.errors import SettingsError


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    assert Settings.from_environment({}) == Settings(
        bundle=Path("models/marquee"),
        database_url="sqlite:///marquee.db",
        host="127.0.0.1",
        port=7860,
        films=3,
        exploration=0.1,
        seed=None,
        learn_hours=None,
    )


def test_what_learns_serves_from_a_folder_of_policies_unless_told_otherwise() -> None:
    learning = {"MARQUEE_LEARN_HOURS": "24"}
    assert Settings.from_environment(learning) == Settings(
        bundle=Path("policies"), learn_hours=24.0
    )
    assert Settings.from_environment({**learning, "MARQUEE_BUNDLE": "mine"}).bundle == Path("mine")
    with pytest.raises(
        SettingsError, match=r"MARQUEE_LEARN_HOURS is 0\.0, but must be a number from 0\.01 to 8760"
    ):
        Settings.from_environment({"MARQUEE_LEARN_HOURS": "0"})


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "MARQUEE_BUNDLE": "models/other",
            "DATABASE_URL": "postgresql://me:secret@db.example/films",
            "MARQUEE_HOST": "::1",
            "MARQUEE_PORT": "8000",
            "MARQUEE_FILMS": " 5 ",
            "MARQUEE_EXPLORATION": "0.25",
            "MARQUEE_SEED": "7",
            "PATH": "/usr/bin",
        }
    )
    assert settings == Settings(
        bundle=Path("models/other"),
        database_url="postgresql://me:secret@db.example/films",
        host="::1",
        port=8000,
        films=5,
        exploration=0.25,
        seed=7,
    )


@pytest.mark.parametrize(
    ("environ", "host", "port"),
    [
        ({"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7000"}, "0.0.0.0", 7000),
        ({"GRADIO_SERVER_NAME": "0.0.0.0", "MARQUEE_HOST": "10.0.0.1"}, "10.0.0.1", 7860),
        ({"GRADIO_SERVER_PORT": "7000", "MARQUEE_PORT": "7001"}, "127.0.0.1", 7001),
        ({"SPACE_ID": "someone/marquee"}, "0.0.0.0", 7860),
        ({"SPACE_ID": "someone/marquee", "MARQUEE_HOST": "127.0.0.1"}, "127.0.0.1", 7860),
    ],
)
def test_where_it_listens(environ: dict[str, str], host: str, port: int) -> None:
    settings = Settings.from_environment(environ)
    assert (settings.host, settings.port) == (host, port)


def test_a_blank_variable_counts_as_unset() -> None:
    names = [
        "MARQUEE_BUNDLE",
        "DATABASE_URL",
        "MARQUEE_HOST",
        "MARQUEE_PORT",
        "MARQUEE_FILMS",
        "MARQUEE_SEED",
    ]
    assert Settings.from_environment({name: " " for name in names}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "range_named"),
    [
        ("MARQUEE_FILMS", "0", "1 to 10"),
        ("MARQUEE_FILMS", "11", "1 to 10"),
        ("MARQUEE_FILMS", "three", "1 to 10"),
        ("MARQUEE_FILMS", "3.0", "1 to 10"),
        ("MARQUEE_FILMS", "1_0", "1 to 10"),
        ("MARQUEE_EXPLORATION", "-0.1", "0 to 0.5"),
        ("MARQUEE_EXPLORATION", "0.6", "0 to 0.5"),
        ("MARQUEE_EXPLORATION", "nan", "0 to 0.5"),
        ("MARQUEE_EXPLORATION", "10%", "0 to 0.5"),
        ("MARQUEE_PORT", "0", "1 to 65535"),
        ("GRADIO_SERVER_PORT", "65536", "1 to 65535"),
        ("MARQUEE_SEED", "-1", "0 to 4294967295"),
        ("MARQUEE_SEED", "4294967296", "0 to 4294967295"),
    ],
)
def test_a_bad_number_is_refused_with_name_value_and_range(
    name: str, value: str, range_named: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({name: value})
    assert name in str(refused.value)
    assert value in str(refused.value)
    assert range_named in str(refused.value)


@pytest.mark.parametrize("value", ["1", "10"])
def test_bounds_are_included(value: str) -> None:
    assert Settings.from_environment({"MARQUEE_FILMS": value}).films == int(value)
    assert Settings.from_environment({"MARQUEE_EXPLORATION": "0.5"}).exploration == 0.5
    assert Settings.from_environment({"MARQUEE_EXPLORATION": "0"}).exploration == 0.0


@pytest.mark.parametrize(
    "url",
    ["marquee.db", "mysql://me:secret@db/films", "me:sec/ret@db", "http://db?password=secret"],
)
def test_a_database_of_another_kind_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(
        SettingsError, match=r"DATABASE_URL is .* must start with sqlite:// or postgresql://"
    ) as refused:
        Settings.from_environment({"DATABASE_URL": url})
    assert "secret" not in str(refused.value)
    assert "sec/ret" not in str(refused.value)


def test_settings_made_by_hand_are_checked_and_frozen() -> None:
    with pytest.raises(SettingsError, match="MARQUEE_FILMS is 11"):
        Settings(films=11)
    with pytest.raises(FrozenInstanceError):
        Settings().films = 4  # type: ignore[misc]


def test_how_long_conversations_are_kept() -> None:
    assert Settings.from_environment({}).keep_days is None
    assert Settings.from_environment({"MARQUEE_KEEP_DAYS": "90"}).keep_days == 90
    for wrong in ("0", "36501", "a while"):
        with pytest.raises(SettingsError, match="MARQUEE_KEEP_DAYS"):
            Settings.from_environment({"MARQUEE_KEEP_DAYS": wrong})
