"""Every kind of file through the one way in, and hostile ones in bulk."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.modelfile.budget import Budget
from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.inspection import inspect

TODAY = "2026-11-22"


def test_another_file_is_none() -> None:
    assert inspect(b"hello", today=TODAY) is None


def test_budget_and_device_are_passed_on(writers: Any) -> None:
    header = inspect(writers.header().data(), today=TODAY, budget=Budget(sram_bytes=50))
    assert header is not None
    assert [(fit.budget_bytes, fit.ok) for fit in header.fit] == [(50, False), (50, False)]
    assert not header.ok
    graph = inspect(writers.nbg().data(), today=TODAY, device=Device(pid=0x99))
    assert graph is not None
    assert not graph.ok


@settings(deadline=None)
@given(st.binary(max_size=500), st.sampled_from([b"", b"VPMN", b"NPUB", b"total_size = "]))
def test_any_bytes_give_a_description_or_none(junk: bytes, start: bytes) -> None:
    model = inspect(start + junk, today=TODAY)
    assert model is None or model.checks


TOTAL = b"const unsigned int total_size = 1;\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "unit"),
    [
        (TOTAL, b"\xa5\x01\xff garbage"),
        (TOTAL, b"//"),
        (TOTAL, b"/*"),
        (TOTAL, b"{"),
        (TOTAL, b'"'),
        (TOTAL, b"= {"),
        (TOTAL + b"unsigned char cmd_content[9] = {", b"0x01, "),
        (TOTAL + b"unsigned char cmd_content[9] = {", b"/**/"),
        (TOTAL + b"unsigned char cmd_content[9] = {", b"1"),
        (b"VPMN\x0f\x00\x01\x00", b"\xff"),
        (b"VPMN\x0f\x00\x01\x00", b"\x00\x01\x00\x00"),
        (b"NPUB\x7f\xff\xff\xff", b"["),
    ],
    ids=range(12),
)
def test_a_hundred_megabytes_of_anything_end_in_findings(start: bytes, unit: bytes) -> None:
    model = inspect(start + unit * (100_000_000 // len(unit)), today=TODAY)
    assert model is not None
    assert not model.ok


@pytest.mark.parametrize("unit", [b"= {", b"0x01, ", b"junk ", b"/**/", b"{"])
def test_memory_grows_with_the_file_only(unit: bytes) -> None:
    data = TOTAL + b"unsigned char cmd_content[9] = {" + unit * (4_000_000 // len(unit))
    tracemalloc.start()
    try:
        model = inspect(data, today=TODAY)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert model is not None
    assert peak < 80_000_000
