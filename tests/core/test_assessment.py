"""Figures, checks and verdict together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.assessment import assess
from npumon.core.metrics import Figures
from npumon.core.network import Network
from npumon.core.state import EMPTY, RunState
from npumon.core.verdict import Circumstances

StateOf = Callable[[str | bytes], RunState]


@pytest.mark.parametrize(
    ("pid", "nominal"), [("0x88", 800.0), ("0xA1", 667.0), ("0xe8", 850.0), ("0x77", None), (None, None)]
)
def test_the_chip_that_the_text_names_gives_the_nominal_clock(pid: str | None, nominal: float | None) -> None:
    assert assess(EMPTY._replace(pid=pid), Circumstances("ok")).nominal_clock_mhz == nominal


def test_what_the_board_says_goes_first() -> None:
    around = Circumstances("ok", nominal_clock_mhz=1000.0, ddr_peak_mbyte_per_s=3_000.0)
    metrics = assess(EMPTY._replace(pid="0x88"), around)
    assert (metrics.nominal_clock_mhz, metrics.ddr_peak_mbyte_per_s) == (1000.0, 3_000.0)


def test_the_last_complete_iteration_with_a_profile_is_described(seed_run: bytes, state_of: StateOf) -> None:
    begun = seed_run[: seed_run.index(b"GPUIDLE")].replace(b"#productname=VIPNano-QI, pid=0x88\n", b"")
    text = seed_run.replace(b"vxProcessGraph", b"Run the 2 time: 10.00ms or 10000.00us\nvxProcessGraph")
    state = state_of(text)
    assert [each.number for each in state.iterations] == [1, 2]
    metrics = assess(state, Circumstances("ok"))
    assert (metrics.figures.execution_us, metrics.verdict_id) == (20845, "check.time.total")
    broken = state_of(seed_run[: seed_run.index(b"vxProcess")] + begun[begun.index(b"layer id") :])
    assert broken.open_iteration is not None
    assert assess(broken, Circumstances("truncated")).figures.execution_us == 20845


def test_a_run_without_iterations_has_checks_that_abstain_and_a_verdict() -> None:
    metrics = assess(EMPTY, Circumstances("empty"))
    assert metrics.figures == Figures()
    assert {check.ok for check in metrics.checks} == {None}
    assert metrics.verdict_id == "run.empty"


def test_a_network_that_wants_more_memory_fails_its_check_and_contradicts_no_figure(
    seed_run: bytes, state_of: StateOf
) -> None:
    state = state_of(seed_run)
    alone = assess(state, Circumstances("ok"))
    known = assess(state, Circumstances("ok"), Network(axi_sram_bytes=2 << 20, vip_sram_bytes=1 << 20))
    assert known.checks[: len(alone.checks)] == alone.checks
    assert [check.ok for check in known.checks[len(alone.checks) :]] == [False, False]
    assert (known.verdict_id, known.verdict) == (alone.verdict_id, alone.verdict)
