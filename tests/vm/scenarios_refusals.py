"""What keeps npumon from touching the driver: each time it is loaded afterwards as it was before."""

from __future__ import annotations

import os
from pathlib import Path

from tests.vm import guest_system as board
from tests.vm.guest_npumon import Answer, driver


def held(npumon: Path) -> None:
    """The program that has the device open is named; others', which cannot be seen, are counted."""
    holder = board.start_as_user("/bin/sh", "-c", "exec sleep 600 </dev/galcore")
    with board.NODE.open("rb"):
        board.until(lambda: board.references() == 2, "the device is open")
        answer = driver(npumon, "reload", "--yes")
    _refused(answer, "driver.in_use")
    for word in (f"process {holder.pid} ({board.USER}: sleep 600)", "1 open in processes that this user may not see"):
        assert word in answer.errors, (word, answer)
    holder.kill()
    holder.wait(board.LIMIT_S)


def module_missing(npumon: Path) -> None:
    """Without its file the driver is not unloaded."""
    kept = board.MODULE.with_suffix(".kept")
    board.MODULE.rename(kept)
    try:
        answer = driver(npumon, "reload", "--yes")
    finally:
        kept.rename(board.MODULE)
    _refused(answer, "driver.module_missing")


def module_for_another_kernel(npumon: Path) -> None:
    """Both releases are named."""
    answer = driver(npumon, "reload", "--yes", "--module", "/lib/modules/galcore-foreign.ko")
    _refused(answer, "driver.vermagic")
    assert os.uname().release in answer.errors, answer


def module_writable_by_others(npumon: Path) -> None:
    """Root's rights are not lent to whoever can write there."""
    board.MODULE.chmod(0o666)
    answer = driver(npumon, "reload", "--yes")
    _refused(answer, "driver.module_unsafe")
    assert f"{board.MODULE} is writable by all users" in answer.errors, answer


def _refused(answer: Answer, name: str) -> None:
    assert (answer.status, answer.refusals, answer.document["outcomes"]) == (3, [name], []), answer
    assert board.parameter("gpuProfiler") == "0"
