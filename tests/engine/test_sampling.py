"""Blocking reads beside the event loop, and sources that are read at their own pace without waiting for another."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from npumon.engine.sampling import BackgroundRead, SampledSource
from npumon.ports import Sampler

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0


class StillClock:
    """A clock that goes when the test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> str:
        return "2026-11-22T03:18:00.000+00:00"

    def monotonic(self) -> float:
        return self.now_s


@asynccontextmanager
async def beside(*sources: SampledSource[int], timing: Callable[[], bool] = lambda: False) -> AsyncIterator[None]:
    """The sources are sampled as often as possible while this lasts."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(source.keep_sampling(lambda: 0.001, timing)) for source in sources]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def counting() -> Sampler[int]:
    return Sampler("counter", itertools.count(1).__next__, LIMIT)


async def test_the_ring_keeps_the_newest_samples() -> None:
    taken: list[int] = []
    source = SampledSource(Sampler("counter", itertools.count(1).__next__, LIMIT, kept=2), StillClock(), taken.append)
    for _ in range(3):
        await source.sample()
    assert (taken, list(source.samples)) == ([1, 2, 3], [2, 3])
    assert (source.pending, source.silent_s) == (False, None)


async def test_samples_are_taken_again_and_again() -> None:
    enough = asyncio.Event()
    source = SampledSource(counting(), StillClock(), lambda sample: enough.set() if sample >= 3 else None)
    async with beside(source):
        await asyncio.wait_for(enough.wait(), LIMIT)


async def test_a_source_that_is_stuck_delays_no_other() -> None:
    begun, gate = threading.Event(), threading.Event()
    enough, answered, clock = asyncio.Event(), asyncio.Event(), StillClock()

    def stuck() -> int:
        begun.set()
        assert gate.wait(LIMIT)
        return 0

    silent = SampledSource(Sampler("silent", stuck, 0.01), clock, lambda _: answered.set())
    other = SampledSource(counting(), clock, lambda sample: enough.set() if sample >= 3 else None)
    async with beside(silent, other):
        await asyncio.wait_for(enough.wait(), LIMIT)
        assert await asyncio.to_thread(begun.wait, LIMIT)
        before = silent.silent_s
        clock.now_s += 5
        assert (silent.pending, before, silent.silent_s) == (True, None, 5.0)
        assert other.silent_s is None
        await asyncio.wait_for(silent.sample(), LIMIT)  # no second thread, and no wait without end
        assert sum(thread.name == "npumon-silent" for thread in threading.enumerate()) == 1
        gate.set()
        await asyncio.wait_for(answered.wait(), LIMIT)
        assert list(silent.samples)[:1] == [0]


async def test_a_run_that_is_timed_is_disturbed_less_often() -> None:
    asked = asyncio.Event()
    busy = True

    def timing() -> bool:
        asked.set()
        return busy

    seldom = SampledSource(Sampler("seldom", itertools.count(1).__next__, LIMIT, LIMIT), StillClock(), lambda _: None)
    async with beside(seldom, timing=timing):
        await asyncio.wait_for(asked.wait(), LIMIT)
        often: asyncio.Event = asyncio.Event()
        other = SampledSource(counting(), StillClock(), lambda sample: often.set() if sample >= 10 else None)
        async with beside(other):
            await asyncio.wait_for(often.wait(), LIMIT)
        assert not seldom.samples, "its period while timing has not passed"


# -- one read ----------------------------------------------------------------------------------------------------------


async def test_it_is_read_in_a_thread_and_once_at_a_time() -> None:
    threads: list[str] = []
    results: list[str] = []
    gate = threading.Event()

    def read() -> str:
        assert gate.wait(LIMIT)
        threads.append(threading.current_thread().name)
        return "text"

    reading = BackgroundRead("npumon-test", read, results.append)
    assert not reading.running
    reading.begin()
    reading.begin()
    assert (reading.running, results) == (True, [])
    gate.set()
    await asyncio.wait_for(reading.wait(LIMIT), LIMIT)
    await asyncio.wait_for(reading.wait(LIMIT), LIMIT)
    assert (reading.running, results, threads) == (False, ["text"], ["npumon-test"])
    reading.begin()
    await asyncio.wait_for(reading.wait(LIMIT), LIMIT)
    assert results == ["text", "text"]


async def test_what_was_never_begun_is_over_at_once() -> None:
    results: list[str] = []
    never = BackgroundRead("npumon-test", lambda: "never asked", results.append)
    await asyncio.wait_for(never.wait(2 * LIMIT), LIMIT)
    assert results == []


async def test_a_late_answer_is_waited_for_once() -> None:
    gate = threading.Event()
    results: list[str] = []

    def late() -> str:
        assert gate.wait(LIMIT)
        return "late"

    reading = BackgroundRead("npumon-late", late, results.append)
    reading.begin()
    await asyncio.wait_for(reading.wait(0.01), LIMIT)
    assert (reading.running, results) == (True, [])
    await asyncio.wait_for(reading.wait(2 * LIMIT), LIMIT)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "npumon-late")
    gate.set()
    thread.join(LIMIT)
    await asyncio.sleep(0)
    assert (reading.running, results) == (False, ["late"]), "it comes when it is there"


def test_whoever_has_left_is_not_told() -> None:
    gate = threading.Event()
    results: list[None] = []

    def late() -> None:
        assert gate.wait(LIMIT)

    async def leave() -> None:
        BackgroundRead("npumon-left", late, results.append).begin()

    asyncio.run(leave())
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "npumon-left")
    gate.set()
    thread.join(LIMIT)
    assert not thread.is_alive()
    assert results == []
