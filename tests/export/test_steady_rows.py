"""Rows made of an iteration's text are those of the judged iteration."""

from __future__ import annotations

import random

import pytest

from npumon.core.log.parser import ProfileParser
from npumon.core.log.steady_text import HEAD_LINE, SteadyText
from npumon.core.run.analysis import IterationProfile, RunFacts, facts_of, profile_of
from npumon.core.run.splitter import RunSplitter
from npumon.export.steady_rows import OperationRows, SteadyRows

PREAMBLE = """\
#productname=VIPNano-QI, pid=0x88
---------------------------Begin VerifyTiling -------------------------
  0 NN [(  52   13   64 1,    43264, 0x1 ->   52   13   64 1,    43264, 0x1) k(1 1   64,     4096) pad(0 0) \
pool(0 0, 1 1)] C[  1]
---------------------------End VerifyTiling -------------------------
"""
NAMES = ("TOTAL_READ", "TOTAL_WRITE", "AXI_READ", "AXI_WRITE", "DDR_READ", "DDR_WRITE")


def text_of(windows: list[int], worked: float, elapsed: int) -> str:
    """An iteration; the first of several operations is a convolution."""
    numbers = random.Random(elapsed)
    lines = []
    for place, window in enumerate(windows):
        kind = "VXNNE_OPERATOR_CONVOLUTION" if place == 0 and len(windows) > 1 else "=a,b"
        target = "VXNNE_OPERATION_TARGET_NN" if place == 0 and len(windows) > 1 else "b"
        lines += [
            f"layer id: {place} layer name:n operation[0]:{kind} target:{target}.",
            "uid: 0",
            f"op_abs_id: {place}",
            f"execution time: {window - 20} us",
            *(f"[{at:6d}] {name}_BANDWIDTH (MByte): {numbers.random() * 9:.6f}" for at, name in enumerate(NAMES, 1)),
            f"[     7] GPUTOTALCYCLES: {window * 790}",
            f"[     8] GPUIDLECYCLES: {int(window * 790 * (1 - worked))}",
            f"VPC_ELAPSETIME: {window}",
            "*********",
        ]
    return "\n".join((*lines, f"Run the 1 time: 1.00ms or {elapsed}.00us", ""))


def judged(text: str, *, preamble: bool = True) -> tuple[IterationProfile, RunFacts]:
    fold = RunSplitter()
    fold.feed(ProfileParser().feed(((PREAMBLE if preamble else "") + text).encode()))
    facts = facts_of(fold.state)
    return profile_of(fold.state.iterations[-1], facts), facts


def rows_of(like: SteadyRows, *texts: str) -> tuple[list[str], int]:
    text = "".join(texts)
    found = SteadyText().found_in(text, HEAD_LINE.search(text).start(), len(text))  # type: ignore[union-attr]  # it has
    rows, iterations = like.rows(range(1, len(texts) + 1), tuple(zip(*found, strict=True)))
    return rows.splitlines(keepends=True), iterations


@pytest.mark.parametrize("preamble", [True, False])
@pytest.mark.parametrize("windows", [[21_124], [3_000], [400, 600, 900], [400, 25_000], [30_000] * 5])
@pytest.mark.parametrize("worked", [0.5, 0.123456, 1, 0.0123])
def test_they_are_the_same(windows: list[int], worked: float, *, preamble: bool) -> None:
    maker = OperationRows()
    texts = [text_of([window + number for window in windows], worked, 900 + number) for number in range(4)]
    profiles = [judged(text, preamble=preamble) for text in texts]
    like = maker.like(profiles[0][0], profiles[0][1].nominal_clock_mhz)
    expected = "".join(maker.judged(number, profile) for number, (profile, _) in enumerate(profiles, 1))
    assert rows_of(like, *texts) == (expected.splitlines(keepends=True), 4)
    assert (",2768896," in expected) == (preamble and len(windows) > 1)


@pytest.mark.parametrize("windows", [[21_124], [400, 600]])
def test_they_end_before_an_iteration_that_has_to_be_judged(windows: list[int]) -> None:
    profile, facts = judged(text_of(windows, 0.5, 900))
    like = OperationRows().like(profile, facts.nominal_clock_mhz)
    good = text_of(windows, 0.5, 900)
    idle = text_of(windows, 0.00001, 900)
    off = good.replace("GPUIDLECYCLES: ", "GPUIDLECYCLES: 9999", 1)
    for bad in (idle, off):
        rows, iterations = rows_of(like, good, bad, good)
        assert (len(rows), iterations) == (len(windows), 1)
        assert rows_of(like, bad, good) == ([], 0)


def test_one_operation_that_runs_a_little_fast_is_looked_at_closer() -> None:
    text = text_of([21_124], 0.5, 900)
    profile, facts = judged(text)
    fast = text.replace(str(21_124 * 790), str(21_124 * 830))
    like = OperationRows().like(profile, facts.nominal_clock_mhz)
    assert rows_of(like, text, fast)[0][1] == OperationRows().judged(2, judged(fast)[0])
