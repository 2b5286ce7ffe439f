"""Reading the model's file beside its run."""

from __future__ import annotations

import asyncio
import threading

import pytest

from npumon.core.run.network import Network
from npumon.engine import network_reading
from npumon.engine.network_reading import NetworkReading

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0


async def test_it_is_read_once_and_in_a_thread() -> None:
    threads: list[str] = []

    def read() -> Network:
        threads.append(threading.current_thread().name)
        return Network("n")

    reading = NetworkReading(read)
    assert reading.network is None
    reading.begin()
    reading.begin()
    await asyncio.wait_for(reading.over(), LIMIT)
    await asyncio.wait_for(reading.over(), LIMIT)
    assert reading.network == Network("n")
    assert threads == ["npumon-network"]


async def test_nothing_to_read_is_over_at_once() -> None:
    never = NetworkReading(lambda: Network("never asked"))
    await asyncio.wait_for(never.over(), LIMIT)
    assert never.network is None
    reading = NetworkReading(None)
    reading.begin()
    await asyncio.wait_for(reading.over(), LIMIT)
    assert reading.network is None


async def test_a_file_that_is_late_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_reading, "PATIENCE_S", 0.01)
    gate = threading.Event()

    def late() -> Network:
        assert gate.wait(LIMIT)
        return Network("late")

    reading = NetworkReading(late)
    reading.begin()
    await asyncio.wait_for(reading.over(), LIMIT)
    assert reading.network is None
    monkeypatch.setattr(network_reading, "PATIENCE_S", 2 * LIMIT)
    await asyncio.wait_for(reading.over(), LIMIT)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "npumon-network")
    gate.set()
    thread.join(LIMIT)
    await asyncio.sleep(0)
    assert reading.network == Network("late"), "the next report has it"


def test_whoever_has_left_is_not_told() -> None:
    gate = threading.Event()

    def late() -> Network | None:
        assert gate.wait(LIMIT)
        return None

    async def leave() -> None:
        NetworkReading(late).begin()

    before = set(threading.enumerate())
    asyncio.run(leave())
    (thread,) = set(threading.enumerate()) - before
    gate.set()
    thread.join(LIMIT)
    assert not thread.is_alive()
