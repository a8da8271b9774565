"""A folder of policies: what serves, what the gate said, and the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from learning_worlds import any_network, cinema

from core.commands.learn import table
from core.errors import BundleError
from core.learning.versions import PolicyEvent, Versions, bundle_folder
from core.model.bundle import Bundle

CINEMA = cinema()
SETTINGS = {"agent": {"gamma": 0.5}, "hidden": 8}


def bundle(seed: int) -> Bundle:
    return Bundle(CINEMA, any_network(CINEMA, sets=1, seed=seed), SETTINGS, {}, "0" * 64)


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "policies")


def test_an_empty_folder_serves_nothing(versions: Versions) -> None:
    assert versions.serving() is None
    assert versions.history() == ()
    with pytest.raises(BundleError, match="keeps no version e2b6"):
        versions.path("e2b6")


def test_the_last_one_that_took_over_serves(versions: Versions) -> None:
    first = versions.add(bundle(0), PolicyEvent.ADOPTED)
    second = versions.add(bundle(1), PolicyEvent.PROMOTED, parent=first.version, gate={"films": 3})
    refused = versions.add(bundle(2), PolicyEvent.REFUSED, parent=second.version)
    assert versions.serving() == second.version
    assert [entry.event for entry in versions.history()] == [
        PolicyEvent.ADOPTED,
        PolicyEvent.PROMOTED,
        PolicyEvent.REFUSED,
    ]
    assert versions.history()[1].gate == {"films": 3}
    assert Bundle.load(bundle_folder(versions.folder)).version == second.version
    assert not (versions.folder / refused.version).exists()  # on record, not on disk
    assert sorted(path.name for path in versions.folder.iterdir()) == sorted(
        [first.version, second.version, "history.jsonl"]
    )


def test_a_bundle_is_adopted_as_it_stands(versions: Versions, tmp_path: Path) -> None:
    """Its version is on the films that it has recommended already, so it may not change."""
    saved = bundle(0).save(tmp_path / "one")
    assert versions.adopt(tmp_path / "one").version == saved.version == versions.serving()
    assert Bundle.load(versions.path(saved.version)).version == saved.version
    assert (
        versions.adopt(tmp_path / "one").version == saved.version
    )  # once more: nothing is copied twice
    with pytest.raises(BundleError, match="no trained model"):
        versions.adopt(tmp_path / "none")


def test_back_to_the_one_before_and_forth_again(versions: Versions) -> None:
    first = versions.add(bundle(0), PolicyEvent.ADOPTED).version
    second = versions.add(bundle(1), PolicyEvent.PROMOTED, parent=first).version
    versions.roll_back()
    assert versions.serving() == first
    versions.roll_back(second)
    assert versions.serving() == second
    assert len(versions.history()) == 4
    with pytest.raises(BundleError, match="keeps no version nonsense: choose one of"):
        versions.roll_back("nonsense")


def test_before_the_first_there_is_none(versions: Versions) -> None:
    versions.add(bundle(0), PolicyEvent.ADOPTED)
    with pytest.raises(BundleError, match="no version before"):
        versions.roll_back()


def test_a_bundle_is_its_own_folder(tmp_path: Path) -> None:
    bundle(0).save(tmp_path / "one")
    assert bundle_folder(tmp_path / "one") == tmp_path / "one"
    assert bundle_folder(tmp_path / "none") == tmp_path / "none"  # loading it says what is missing


def test_a_torn_line_is_told_with_its_number(versions: Versions) -> None:
    versions.add(bundle(0), PolicyEvent.ADOPTED)
    with (versions.folder / "history.jsonl").open("a") as file:
        file.write('{"version": "abc", "eve')
    with pytest.raises(BundleError, match=r"history\.jsonl, line 2"):
        versions.serving()


def test_a_version_is_no_path(versions: Versions) -> None:
    versions.add(bundle(0), PolicyEvent.ADOPTED)
    with pytest.raises(BundleError):
        versions.path("..")


def test_the_table_marks_what_serves(versions: Versions) -> None:
    first = versions.add(bundle(0), PolicyEvent.ADOPTED).version
    gate = {"rewards": {"difference": [0.0123, -0.01, 0.03]}}
    second = versions.add(
        replace(bundle(1), metrics={"x": 1}), PolicyEvent.REFUSED, parent=first, gate=gate
    ).version
    head, one, two = table(versions.history(), versions.serving()).splitlines()
    assert head.split()[:2] == ["version", "what"]
    assert one.startswith(f"* {first}") and one.endswith("not judged")
    assert two.startswith(f"  {second}") and two.endswith("+0.0123 [-0.0100, +0.0300]")
