"""The note of what must be put back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.driver.undo_journal import DriverJournal
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.problems import ProblemError
from tests import golden

BEFORE = InterruptedReload((("gpuProfiler", "0"), ("showArgs", "1")), "/lib/modules/galcore.ko")


def test_written_and_cleared(tmp_path: Path) -> None:
    journal = DriverJournal(tmp_path)
    assert journal.read() is None
    journal.write(BEFORE)
    assert DriverJournal(tmp_path).read() == BEFORE
    journal.write(InterruptedReload(()))
    assert journal.read() == InterruptedReload((), None)
    journal.clear()
    assert journal.read() is None
    assert os.listdir(tmp_path) == []
    journal.clear()


def test_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        DriverJournal(tmp_path / "gone").write(BEFORE)
    golden.problem(caught.value.problem, "driver.journal unwritable", folder=tmp_path, user=os.geteuid())
    assert DriverJournal(tmp_path / "gone").read() is None


def test_a_note_need_not_name_the_module_file(tmp_path: Path) -> None:
    path = tmp_path / "npumon-driver-0.json"
    path.write_text('{"parameters": {"gpuProfiler": "0"}}')
    path.chmod(0o644)
    assert DriverJournal(tmp_path).read() == InterruptedReload((("gpuProfiler", "0"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"parameters": [1]}',
        '{"parameters": null}',
        "{}",
        "\xff",
        '{"parameters": {}, "module": "galcore.ko"}',
        '{"parameters": {}, "module": 7}',
    ],
)
def test_damaged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "npumon-driver-0.json"
    path.write_text(text)
    path.chmod(0o644)
    journal = DriverJournal(tmp_path)
    assert journal.read() is None
    journal.write(BEFORE)
    assert journal.read() == BEFORE


def test_others_are_not_believed(open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]) -> None:
    """What another user noted could make root load the driver with whatever parameters."""
    open_place.chmod(0o1777)
    with without_rights():
        theirs = DriverJournal(open_place)
        theirs.write(BEFORE)
        assert theirs.read() == BEFORE
    path = next(open_place.iterdir())
    if os.geteuid() != path.stat().st_uid:
        assert DriverJournal(open_place).read() is None
    os.chmod(path, 0o666)  # noqa: S103 - that is what must not be believed
    assert DriverJournal(open_place).read() is None


def test_links_and_other_things_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(json.dumps({"parameters": {"a": "1"}}))
    folder = tmp_path / "lock"
    folder.mkdir()
    (folder / "npumon-driver-1.json").symlink_to(elsewhere)
    (folder / "npumon-driver-2.json").mkdir()
    os.mkfifo(folder / "npumon-driver-3.json")
    journal = DriverJournal(folder)
    assert journal.read() is None
    journal.clear()
    assert elsewhere.exists()


def test_a_planted_link_is_replaced(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    (tmp_path / f"npumon-driver-{os.geteuid()}.json").symlink_to(elsewhere)
    DriverJournal(tmp_path).write(BEFORE)
    assert elsewhere.read_text() == "kept"
    assert DriverJournal(tmp_path).read() == BEFORE
