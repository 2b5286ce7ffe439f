"""Why an operation takes its time."""

from __future__ import annotations

import pytest

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation, TilingRow
from npumon.core.run.analysis import OperationProfile, RunFacts, profile_of
from npumon.core.run.layers.reasons import ddr_part, intensity, reason_of, reason_word
from npumon.core.run.layers.rows import total_row
from npumon.core.run.roofs import Roof, Roofs

ROOFS = Roofs(Roof(1_000.0, "best seen", "1 000 MAC a cycle"), Roof(1_000.0, "user", "1 000 MByte/s"))
#: 1,000 us at 800 MHz, all of it busy.
BUSY = Cycles(800_000, 0)
NN, SH = "VXNNE_OPERATION_TARGET_NN", "VXNNE_OPERATION_TARGET_SH"


def operation(moved: float = 0.1, target: str = NN, cycles: Cycles = BUSY, **more: object) -> Operation:
    return Operation(
        name="conv",
        operation="VXNNE_OPERATOR_CONVOLUTION",
        target=target,
        op_abs_id=0,
        execution_us=1_000,
        bandwidth=Bandwidth(moved, 0.0, 0.0, 0.0, moved, 0.0),
        cycles=cycles,
        window_us=1_000,
        **more,  # type: ignore[arg-type]
    )


def row_of(first: Operation, channels: int = 0, *, dump: bool = False) -> OperationProfile:
    """The operation in a graph of two, computing 80,000 MACs for each of these channels."""
    table = (TilingRow(0, "NN", (100, 100, 8, 1), (100, 100, channels, 1), kernel_shape=(1, 1, 8)),) if channels else ()
    other = operation()._replace(op_abs_id=None)
    facts = RunFacts(800.0, table, layer_dump=dump, roofs=ROOFS)
    return profile_of(Iteration(1, 2_000.0, (first, other)), facts).operations[0]


@pytest.mark.parametrize(
    ("row", "word", "says"),
    [
        (row_of(operation(0.9)), "DDR", "DDR at 90.0 % of 1 000 MByte/s (user) while busy."),
        (row_of(operation(), 8_000), "compute", "MAC at 80.0 % of 1 000 MAC a cycle (best seen)."),
        (
            row_of(operation(0.01, cycles=Cycles(800_000, 720_000))),
            "host",
            "Waiting for the host: busy 10.0 % of its time: profiling waits after each operation.",
        ),
        (
            row_of(operation(), dump=True),
            "files",
            "File writing: its time is that of writing its dump; the NPU was busy for 1.00 ms of it.",
        ),
        (row_of(operation(cycles=Cycles()), dump=True), "files", "File writing: its time is that of writing its dump."),
        (
            row_of(operation(target=SH, shader="vxFresh")),
            "shader",
            "The shader core runs it, kernel vxFresh, not the faster NN core (DDR at 10.0 % of the peak while busy).",
        ),
        (
            row_of(operation(0.3), 500),
            "",
            "Unknown: no roof is near (DDR at 30.0 % and MAC at 5.0 % of the peak while busy).",
        ),
        (row_of(operation(cycles=Cycles())), "", "Unknown: the text has no counters of it."),
        (total_row([row_of(operation())]), "", "A sum of operations has no reason of its own."),
    ],
)
def test_reasons(row: OperationProfile, word: str, says: str) -> None:
    reason = reason_of(row, ROOFS)
    assert (reason.word, reason.sentence) == (word, says)
    assert reason_word(row) == word


def test_without_roofs_the_busy_share_is_told() -> None:
    row = row_of(operation(0.3))
    assert reason_of(row).sentence == "Unknown: no roof is near (busy 100.0 % of its window)."
    shader = row_of(operation(target=SH, cycles=Cycles()))
    assert reason_of(shader).sentence == "The shader core runs it, not the faster NN core."


def test_what_contradicts_itself_has_no_other_reason() -> None:
    row = row_of(operation(0.9))._replace(doubt="it cannot be", trusted=False)
    assert reason_of(row) == ("doubt", "Doubtful: it cannot be.")
    assert reason_of(row._replace(doubt=None)) == ("doubt", "Doubtful: its counters contradict themselves.")
    in_part = row_of(operation(0.9))._replace(doubt="the idle cycles wrapped")
    says = "DDR at 90.0 % of 1 000 MByte/s (user) while busy. Doubtful: the idle cycles wrapped."
    assert reason_of(in_part, ROOFS) == ("DDR", says)


def test_the_shader_core_is_the_first_reason() -> None:
    idle = row_of(operation(0.01, SH, Cycles(800_000, 720_000)))
    says = "The shader core runs it, not the faster NN core. Waiting for the host: "
    assert reason_word(idle) == "shader"
    assert reason_of(idle).sentence.startswith(says)
    dumped = row_of(operation(target=SH), dump=True)
    assert reason_of(dumped).sentence.startswith("The shader core runs it, not the faster NN core. File writing: ")


def test_intensity_counts_the_bytes_of_ddr() -> None:
    row = row_of(operation(0.5), 8_000)
    assert intensity(row) == pytest.approx(640e6 / (0.5 * 1_048_576))
    assert ddr_part(row, ROOFS) == pytest.approx(0.5)
    for bad in (row._replace(trusted=False), row._replace(limit="dump")):
        assert intensity(bad) is None
        assert ddr_part(bad, ROOFS) is None
    assert intensity(row_of(operation(0.0), 8_000)) is None
    assert intensity(row_of(operation())) is None
    assert ddr_part(row, Roofs()) is None
