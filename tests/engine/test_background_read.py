"""A blocking read beside the event loop."""

from __future__ import annotations

import asyncio
import threading

from npumon.engine.sampling import BackgroundRead

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0


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
