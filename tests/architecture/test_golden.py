"""The file of golden sentences: every entry is compared by a test, and a difference does not get past."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.core.problems import Problem
from tests import golden

_BUSY = Problem("a.busy", "Process 77 runs /tmp/x77/model.", "kill 77")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of its own, with nothing in it."""
    path = tmp_path / "golden.txt"
    path.touch()
    monkeypatch.setattr(golden, "FILE", path)
    return path


def recorded(monkeypatch: pytest.MonkeyPatch, *, update: bool) -> None:
    monkeypatch.setattr(golden, "UPDATE", update)


def test_every_entry_is_named_by_a_test() -> None:
    """`make golden` drops the others."""
    assert golden.stale() == []


def test_what_was_recorded_is_compared(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(monkeypatch, update=True)
    golden.problem(_BUSY, "a.busy by name", pid=77, path="/tmp/x77")
    golden.text("a help", "Usage:\n\n  npumon\n")
    golden.printed("npumon: warning: One. Two.\n", "a printed")
    recorded(monkeypatch, update=False)
    assert file.read_text() == (
        "a help\n    Usage:\n\n      npumon\n\na printed\n    One. Two.\n\n"
        "a.busy by name\n    Process {pid} runs {path}/model.\n    kill {pid}\n\n"
    )
    golden.problem(_BUSY, "a.busy by name", pid=77, path="/tmp/x77")
    golden.printed(f"npumon: {_BUSY}\n", "a.busy by name", pid=77, path="/tmp/x77")
    golden.text("a help", "Usage:\n\n  npumon")
    for other in (_BUSY._replace(remedy="kill 78"), _BUSY._replace(id="a.idle"), None):
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            golden.problem(other, "a.busy by name", pid=77, path="/tmp/x77")
    with pytest.raises(pytest.fail.Exception, match="make golden"):
        golden.printed("npumon: Three.\n", "a printed")
    with pytest.raises(pytest.fail.Exception, match="make golden"):
        golden.text("another", "Three.")
