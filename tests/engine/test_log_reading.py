"""When a run's log is read to its end, and when only for a short time more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from npumon.engine.log_reading import LogReading
from npumon.ports import CATCH_UP_S, ExitRecord, LogChunk


class Tail:
    """Takes note of how it is asked to end."""

    def __init__(self) -> None:
        self.asked: list[tuple[int | None, float | None]] = []

    def finish(self, length: int | None = None, within_s: float | None = None) -> None:
        self.asked.append((length, within_s))

    async def chunks(self) -> AsyncGenerator[LogChunk, None]:
        yield LogChunk(b"")


async def asked(record: ExitRecord, limit_s: float | None = None) -> list[tuple[int | None, float | None]]:
    tail, ended = Tail(), asyncio.get_running_loop().create_future()
    LogReading(tail, ended, limit_s)
    ended.set_result(record)
    await asyncio.sleep(0)
    return tail.asked


@pytest.mark.parametrize(
    ("record", "limit_s", "within_s"),
    [
        (ExitRecord(exit_status=0, log_bytes=9), 1.0, None),
        (ExitRecord(signal="SIGTERM", stopped_by="timeout", duration_s=1.0, log_bytes=9), 1.0, CATCH_UP_S),
        (ExitRecord(signal="SIGKILL", stopped_by="timeout", duration_s=1.75, log_bytes=9), 1.0, CATCH_UP_S - 0.75),
        (ExitRecord(signal="SIGKILL", stopped_by="timeout", duration_s=3.0, log_bytes=9), 1.0, 0.0),
        (ExitRecord(signal="SIGTERM", stopped_by="watcher", duration_s=3.0, log_bytes=9), None, CATCH_UP_S),
    ],
)
async def test_the_end_of_a_run(record: ExitRecord, limit_s: float | None, within_s: float | None) -> None:
    assert await asked(record, limit_s) == [(9, within_s)]


async def test_a_wait_that_is_given_up() -> None:
    tail, ended = Tail(), asyncio.get_running_loop().create_future()
    LogReading(tail, ended, None)
    ended.cancel()
    await asyncio.sleep(0)
    assert tail.asked == [(None, None)]


async def test_a_stop_after_the_run_has_ended() -> None:
    tail, ended = Tail(), asyncio.get_running_loop().create_future()
    reading = LogReading(tail, ended, None)
    ended.set_result(ExitRecord(exit_status=0, log_bytes=9))
    await asyncio.sleep(0)
    for _ in range(2):
        reading.hurry()
    assert [length for length, _ in tail.asked] == [9, 9], "asking again gives no more time"
    assert tail.asked[0][1] is None
    assert tail.asked[1][1] == pytest.approx(CATCH_UP_S, abs=0.5)


async def test_a_stop_counts_from_when_it_was_asked() -> None:
    tail, ended = Tail(), asyncio.get_running_loop().create_future()
    reading = LogReading(tail, ended, None)
    reading.hurry()
    assert tail.asked == []
    await asyncio.sleep(0.01)
    ended.set_result(ExitRecord(signal="SIGTERM", stopped_by="cancelled", log_bytes=9))
    await asyncio.sleep(0)
    ((length, within_s),) = tail.asked
    assert length == 9
    assert within_s is not None
    assert 0 <= within_s <= CATCH_UP_S - 0.01
