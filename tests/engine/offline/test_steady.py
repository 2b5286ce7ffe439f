"""Rows of a log that goes on as it began are those of its judged iterations, whatever disturbs it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.offline.steady_logs import judged, logs, plain, steady

Chunked = Callable[[st.DataObject, bytes], list[bytes]]


@given(st.data())
def test_rows_are_those_of_judged_iterations(chunked: Chunked, data: st.DataObject) -> None:
    text = data.draw(logs())
    right = judged(text)
    assert steady([text])[:3] == right[:3]
    assert steady(chunked(data, text), data.draw(st.sampled_from((400, 2_000, 20_000))))[:3] == right[:3]


@given(st.data())
def test_any_log_has_the_same_rows(mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject) -> None:
    text = data.draw(mixed_logs)
    assert steady(chunked(data, text), data.draw(st.sampled_from((400, 5_000))))[:3] == judged(text)[:3]


@pytest.mark.parametrize("ninth", [False, True])
@pytest.mark.parametrize(
    ("operations", "iterations", "runs", "preamble"),
    [(1, 1, 60, True), (1, 200, 1, True), (3, 4, 25, True), (1, 1, 60, False), (3, 1, 40, True), (2, 100, 2, False)],
)
def test_what_goes_on_as_it_began_is_matched(
    operations: int, iterations: int, runs: int, *, preamble: bool, ninth: bool
) -> None:
    text = plain(operations, iterations, runs, preamble=preamble, ninth=ninth)
    for piece in (1 << 20, 3_000):
        found = steady([text], piece)
        assert found[:3] == judged(text)[:3]
        assert found.runs == runs
        assert found.matched >= operations * iterations * runs * 0.8


def test_one_disturbance_costs_little_of_that() -> None:
    lines = plain(1, 200, 1).splitlines(keepends=True)
    lines.insert(len(lines) // 2, b"what?\n")
    found = steady([b"".join(lines)])
    assert found[:3] == judged(b"".join(lines))[:3]
    assert found.matched >= 190


def test_iterations_that_have_to_be_judged_are_so_alone() -> None:
    lines = plain(1, 400, 1).splitlines(keepends=True)
    windows = [at for at, line in enumerate(lines) if line.startswith(b"VPC_ELAPSETIME")]
    for at in windows[7::10]:
        lines[at] = b"VPC_ELAPSETIME: 60000\n"
    found = steady([b"".join(lines)])
    assert found[:3] == judged(b"".join(lines))[:3]
    assert found.matched >= 340


def test_counters_of_two_kinds_in_an_iteration_are_no_model() -> None:
    lines = plain(2, 40, 1, ninth=True).splitlines(keepends=True)
    ninth = [line for line in lines if b"GPUCYCLES" in line]
    for line in ninth[1::2]:
        lines.remove(line)
    found = steady([b"".join(lines)])
    assert found[:3] == judged(b"".join(lines))[:3]
    assert found.matched == 0


def test_a_run_that_failed_is_told_wherever_it_stands() -> None:
    lines = plain(1, 4, 30).splitlines(keepends=True)
    ends = [at for at, line in enumerate(lines) if line.startswith(b"Run the 2 ")]
    for at in (ends[25], ends[12]):
        lines.insert(at + 1, b"E [vnn_Run:90]CHECK STATUS(-4:bad)\n")
    found = steady([b"".join(lines)])
    assert found[:3] == judged(b"".join(lines))[:3]
    assert [number for number, _, _ in found.others] == [13, 26]


def test_a_log_that_is_never_alike_is_read_as_ever() -> None:
    text = b"".join(plain(1 + at % 3, 1, 1).replace(b"layer id: 7", b"layer id: %d" % at) for at in range(60))
    assert steady([text], 2_000)[:3] == judged(text)[:3]


def test_text_without_iterations_is_not_held_back_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npumon.engine.offline.steady._HELD", 3_000)
    text = plain(1, 1, 3) + b"frame 7\n" * 5_000 + plain(1, 1, 3)
    assert steady([text], 1_000)[:3] == judged(text)[:3]
