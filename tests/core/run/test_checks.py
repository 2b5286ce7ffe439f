"""The checks: each passes on the real run, fails on what contradicts it, abstains where figures are absent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.profile import Bandwidth, Cycles, Iteration, Network, Operation, TopEntry
from npumon.core.run.analysis import RunFacts, profile_of
from npumon.core.run.checks import checks_of, memory_checks
from npumon.core.run.metrics import FigureCheck, Figures, figures_of
from npumon.core.run.state import EMPTY, RunState

StateOf = Callable[[str | bytes], RunState]

IDS = [
    "bandwidth.total",
    "cycles.idle",
    "clock.nominal",
    "time.layers",
    "time.window",
    "time.total",
    "iterations.count",
    "layers.count",
    "top.order",
]


def checked(state: RunState, nominal: float | None = 800.0) -> dict[str, FigureCheck]:
    profile = profile_of(state.iterations[-1], RunFacts(nominal)) if state.iterations else None
    figures = Figures() if profile is None else figures_of(profile)
    return {check.id: check for check in checks_of(state, profile, figures, nominal)}


@pytest.fixture
def real(seed_run: bytes, state_of: StateOf) -> RunState:
    return state_of(seed_run)


def with_operation(state: RunState, operation: Operation) -> RunState:
    return state._replace(iterations=(state.iterations[0]._replace(operations=(operation,)),))


def test_the_real_run_passes_all(real: RunState) -> None:
    checks = checked(real)
    assert list(checks) == IDS
    assert {check.ok for check in checks.values()} == {True}
    assert checks["bandwidth.total"].detail == "total = AXI + DDR in 2 figures"
    assert checks["clock.nominal"].detail == "790.4 MHz, -1.2 % of nominal 800 MHz"
    assert checks["time.layers"].detail == "layers 20845 us <= iteration 21609 us"
    assert checks["iterations.count"].detail == "1 of 1 iteration completed"


def test_iterations_are_not_missed_before_the_end(real: RunState) -> None:
    early = real._replace(loops=5)
    for over, ok, detail in (
        (False, None, "1 of 5 iterations completed so far"),
        (True, False, "1 of 5 iterations completed"),
    ):
        checks = {check.id: check for check in checks_of(early, None, Figures(), None, over=over)}
        assert checks["iterations.count"][1:] == (ok, detail)


def test_without_figures_all_abstain() -> None:
    checks = checked(EMPTY)
    assert list(checks) == IDS
    assert {check.ok for check in checks.values()} == {None}
    assert checks["time.total"].detail == "total or iteration times not in the text"


@pytest.mark.parametrize(
    ("name", "direction"), [("total_read", "read"), ("axi_write", "write"), ("ddr_write", "write")]
)
def test_total_is_axi_and_ddr_to_the_last_digit(
    real: RunState, operation: Operation, name: str, direction: str
) -> None:
    moved = operation.bandwidth
    wrong = moved._replace(**{name: getattr(moved, name) + 0.00001})
    check = checked(with_operation(real, operation._replace(bandwidth=wrong)))["bandwidth.total"]
    assert check.ok is False
    assert f"operation 1: {direction} total" in check.detail
    rounded = moved._replace(**{name: getattr(moved, name) + 0.000001})
    assert checked(with_operation(real, operation._replace(bandwidth=rounded)))["bandwidth.total"].ok


def test_bandwidth_is_compared_where_it_is_known(real: RunState, operation: Operation) -> None:
    partly = operation._replace(bandwidth=operation.bandwidth._replace(axi_read=None))
    assert checked(with_operation(real, partly))["bandwidth.total"].detail == "total = AXI + DDR in 1 figures"
    nothing = operation._replace(bandwidth=Bandwidth())
    assert checked(with_operation(real, nothing))["bandwidth.total"].ok is None


@pytest.mark.parametrize(
    ("cycles", "ok"), [(Cycles(10, 10), True), (Cycles(10, 11), False), (Cycles(10), None), (Cycles(None, 1), None)]
)
def test_idle_is_part_of_total(real: RunState, operation: Operation, cycles: Cycles, ok: bool | None) -> None:
    assert checked(with_operation(real, operation._replace(cycles=cycles)))["cycles.idle"].ok is ok


@pytest.mark.parametrize(("wrong", "ok"), [(0, True), (1, None), (2, None), (3, False)])
def test_some_counters_of_a_graph_may_contradict_each_other_most_must_not(
    real: RunState, operation: Operation, wrong: int, ok: bool | None
) -> None:
    """Counters of short operations are read one after the other: on an i.MX 8M Plus idle exceeds total at times."""
    off = operation._replace(cycles=Cycles(10, 11))
    graph = (*[off] * wrong, *[operation] * (4 - wrong))
    whole = real._replace(iterations=(real.iterations[0]._replace(operations=graph),))
    assert checked(whole)["cycles.idle"].ok is ok


def test_windows_of_several_operations_may_overlap(real: RunState, operation: Operation) -> None:
    whole = real._replace(iterations=(Iteration(1, 40_000.0, (operation, operation)),))
    assert checked(whole)["time.window"].ok is None


@pytest.mark.parametrize(
    ("nominal", "ok"), [(800.0, True), (831.0, True), (833.0, False), (753.0, True), (752.0, False), (None, None)]
)
def test_the_clock_is_within_five_percent(real: RunState, nominal: float | None, ok: bool | None) -> None:
    assert checked(real, nominal)["clock.nominal"].ok is ok


@pytest.mark.parametrize(
    ("elapsed_us", "layers", "window"),
    [(21609.0, True, True), (21000.0, True, False), (20000.0, False, False), (None, None, None)],
)
def test_times_lie_inside_the_time_around_them(
    real: RunState, elapsed_us: float | None, layers: bool | None, window: bool | None
) -> None:
    checks = checked(real._replace(iterations=(real.iterations[0]._replace(elapsed_us=elapsed_us),)))
    assert (checks["time.layers"].ok, checks["time.window"].ok) == (layers, window)


@pytest.mark.parametrize(("seconds", "ok"), [("0.02", True), ("0.01", False)])
def test_seconds_of_two_decimals_contradict_nothing(state_of: StateOf, seconds: str, ok: bool) -> None:
    """KSNN: `Done. inference time:  0.02` may be anything from 0.015 to 0.025 seconds."""
    text = f" |--- KSNN Version: v1.3 +---|\nexecution time: 20845 us\n*****\nDone. inference time:  {seconds}\n"
    assert checked(state_of(text))["time.layers"].ok is ok


@pytest.mark.parametrize(("total_us", "ok"), [(21625.0, True), (21000.0, True), (20000.0, False), (None, None)])
def test_iterations_add_up_to_no_more_than_the_total(real: RunState, total_us: float | None, ok: bool | None) -> None:
    assert checked(real._replace(total_us=total_us))["time.total"].ok is ok


def test_iterations_that_were_not_kept_cannot_be_added_up(real: RunState) -> None:
    check = checked(real._replace(iterations_ended=2))["time.total"]
    assert (check.ok, check.detail) == (
        None, "only the last 1 of 2 iterations are kept, so they cannot be added up"
    )  # fmt: skip


@pytest.mark.parametrize(("loops", "ok"), [(1, True), (3, False), (None, None)])
def test_as_many_iterations_as_announced(real: RunState, loops: int | None, ok: bool | None) -> None:
    assert checked(real._replace(loops=loops))["iterations.count"].ok is ok


def test_every_iteration_has_the_same_operations(real: RunState, operation: Operation) -> None:
    twice = real._replace(iterations=(*real.iterations, Iteration(2, 1.0, (operation, operation))))
    check = checked(twice)["layers.count"]
    assert (check.ok, check.detail) == (False, "1 to 2 operations in each of 2 iterations")
    same = checked(real._replace(iterations=(*real.iterations, *real.iterations)))["layers.count"]
    assert (same.ok, same.detail) == (True, "1 operation in each of 2 iterations")


@pytest.mark.parametrize(
    ("scores", "ok"), [((0.5, 0.5, 0.1), True), ((0.1, 0.5), False), ((0.5, None, 0.1), True), ((None,), None)]
)
def test_classes_come_in_order(real: RunState, scores: tuple[float | None, ...], ok: bool | None) -> None:
    top = tuple(TopEntry(rank, 1, score) for rank, score in enumerate(scores, 1))
    assert checked(real._replace(top=top))["top.order"].ok is ok


@pytest.mark.parametrize(
    ("axi", "vip", "ok"),
    [
        (1_048_320, 524_288, [True, True]),
        (1_048_577, 526_336, [False, True]),
        (1_048_576, 526_337, [True, False]),
        (0, None, [True]),
        (None, 0, [True]),
        (None, None, []),
    ],
)
def test_the_device_has_the_memory_that_the_network_wants(
    real: RunState, axi: int | None, vip: int | None, ok: list[bool]
) -> None:
    """The real run reports 1048576 bytes of AXI-SRAM and 522240 of VIP-SRAM, of which 4096 may be missing."""
    network = Network(axi_sram_bytes=axi, vip_sram_bytes=vip)
    assert [check.ok for check in memory_checks(real, network)] == ok


def test_memory_that_is_compared(real: RunState) -> None:
    network = Network(axi_sram_bytes=1_048_320, vip_sram_bytes=524_288)
    assert memory_checks(real, network) == (
        FigureCheck("memory.axi_sram", True, "the network wants 1048320 bytes of AXI-SRAM, the device reports 1048576"),
        FigureCheck(
            "memory.vip_sram",
            True,
            "the network wants 524288 bytes of VIP-SRAM, the device reports 522240; 4096 may be missing",
        ),
    )
    assert memory_checks(EMPTY, network) == (
        FigureCheck("memory.axi_sram", None, "size of AXI-SRAM not in the text"),
        FigureCheck("memory.vip_sram", None, "size of VIP-SRAM not in the text"),
    )
    assert memory_checks(real, None) == (), "nothing is known of the network"
