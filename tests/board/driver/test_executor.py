"""Signals that are put off: real signals to this process, which pytest runs in its main thread."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from npumon.board.driver.executor import DriverJournal, block_signals, defer_signals
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.problems import ProblemError
from tests import golden

ENDING = [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[list[int]]:
    """What reaches handlers that were there before; they are put back by the test's end."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: came.append(number)) for number in ENDING}
    yield came
    for number, handler in before.items():
        signal.signal(number, handler)


def blocked() -> set[int]:
    """The signals that a program finds blocked which is started now. Format: proc(5), SigBlk."""
    (line,) = [
        line
        for line in subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout.splitlines()
        if line.startswith("SigBlk:")
    ]
    mask = int(line.split()[1], 16)
    return {int(number) for number in [*ENDING, signal.SIGTSTP] if mask >> (number - 1) & 1}


@pytest.mark.parametrize("number", ENDING)
def test_they_are_noted(handlers: list[int], number: signal.Signals) -> None:
    with defer_signals(interactive=False) as deferred:
        assert not deferred.requested
        signal.raise_signal(number)
        assert deferred.requested
    assert handlers == []
    signal.raise_signal(number)
    assert handlers == [number]


def test_being_stopped_is_no_wish_to_end() -> None:
    with defer_signals(interactive=False) as deferred:
        signal.raise_signal(signal.SIGTSTP)
    assert not deferred.requested


@pytest.mark.parametrize("number", ENDING)
def test_keys_belong_to_the_program_that_asks(handlers: list[int], number: signal.Signals) -> None:
    with defer_signals(interactive=True) as deferred:
        signal.raise_signal(number)
    assert deferred.requested == (number in (signal.SIGTERM, signal.SIGHUP))
    assert handlers == []


def test_nohup_is_respected() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with defer_signals(interactive=False) as deferred:
        signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    assert not deferred.requested


async def test_an_event_loop_hears_of_them_at_once() -> None:
    """The live monitor begins to leave, and waits for what is under way."""
    heard = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, heard.set)
    try:
        with defer_signals(interactive=False) as deferred:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(heard.wait(), 60)
        assert deferred.requested
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def test_in_another_thread_there_is_nothing_to_put_off() -> None:
    seen: list[bool] = []

    def work() -> None:
        before = [signal.getsignal(number) for number in ENDING]
        with defer_signals(interactive=False) as deferred:
            seen.append([signal.getsignal(number) for number in ENDING] == before and not deferred.requested)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]


@pytest.mark.parametrize("asking", [False, True])
def test_programs_are_shielded(asking: bool) -> None:
    keys = {int(number) for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)}
    everything = {*keys, int(signal.SIGTERM), int(signal.SIGHUP)}
    for context, expected in (
        (nullcontext(), set()),
        (block_signals(interactive=asking), everything - (keys if asking else set())),
    ):
        with context:
            assert blocked() == expected
    assert blocked() == set()


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
