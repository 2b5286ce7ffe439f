"""The VerifyTiling block: both tables joined, whatever surrounds or interrupts them."""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.log import tiling
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import TilingRow

BEGIN = "---------------------------Begin VerifyTiling -------------------------"
END = "---------------------------End VerifyTiling -------------------------"
FIRST = (
    "  0 NN [( 224  224    3 1,   150528, 0x0x5512ab3c40(0x0x5512ab3c40, 0x(nil)) ->  112  112   32 1,   401408, "
    "0x0x5512ab9d10(0x0x5512ab9d10, 0x(nil))) k(3 3    3,     1088) pad(1 0) pool(2 2, 2 2)] C[  1]",
    "  1 TP [( 112  112   32 1,   401408, 0x0x5512ab9d10(0x0x5512ab9d10, 0x(nil)) ->  112  112   32 1,   401408, "
    "0x0x5512ac0000(0x0x5512ac0000, 0x(nil))) k(0 0    0,        0) pad(0 0) pool(0 0, 1 1)] P[  0] C[  2,   3]",
)
SECOND = (
    "  0 |   0 NN DD 0x00000000 [   0    0      224      224] -> VS 0x00000400 [   0    0      112      112] "
    "( 54,   6,   8) (    8192,      512, 100.000000%, 61.538462%, DD) (       0,        0)",
    "  1 |   1 TP VS 0x00000400 [   0    0      112      112] -> DD 0x00000000 [   0    0      112      112] "
    "( 62,   4,   4) (       0,        0, 0.000000%, 0.000000%, NONE) (       0,        0)",
)
ROWS = (
    TilingRow(
        number=0,
        target="NN",
        input_shape=(224, 224, 3, 1),
        output_shape=(112, 112, 32, 1),
        input_bytes=150528,
        output_bytes=401408,
        kernel_shape=(3, 3, 3),
        kernel_bytes_estimated=1088,
        pad=(1, 0),
        pool=(2, 2),
        stride=(2, 2),
        children=(1,),
        memory_in="DD",
        memory_out="VS",
        image_cache_bytes=8192,
        kernel_cache_bytes=512,
        kernel_bytes=670,
        kernel_type="DD",
    ),
    TilingRow(
        number=1,
        target="TP",
        input_shape=(112, 112, 32, 1),
        output_shape=(112, 112, 32, 1),
        input_bytes=401408,
        output_bytes=401408,
        parents=(0,),
        children=(2, 3),
        memory_in="VS",
        memory_out="DD",
        image_cache_bytes=0,
        kernel_cache_bytes=0,
    ),
)


def events_of(*lines: str) -> list[ev.Event]:
    parser = ProfileParser()
    return [*parser.feed("".join(line + "\n" for line in lines).encode()), *parser.close()]


def rows_of(*lines: str) -> tuple[TilingRow, ...]:
    (rows,) = [event.rows for event in events_of(*lines) if isinstance(event, ev.TilingTabulated)]
    return rows


def test_both_tables_are_joined() -> None:
    header = " id | opid IN [ x  y  w   h ]   OUT  [ x  y  w  h ] (tx, ty, kpc) (ic, kc, kc/ks, ks/eks, kernel_type)"
    assert events_of(BEGIN, *FIRST, "", header, *SECOND, "", "PreLoadWeightBiases = 1048320  100.000000%", END) == [
        ev.TilingStarted(),
        ev.TilingNote(header.strip()),
        ev.TilingNote("PreLoadWeightBiases = 1048320  100.000000%"),
        ev.TilingTabulated(ROWS),
        ev.TilingEnded(),
    ]


def test_the_order_of_the_lines_does_not_matter_but_for_sizes() -> None:
    first, second = rows_of(BEGIN, *reversed(SECOND), *reversed(FIRST), END)
    assert first._replace(kernel_bytes=670) == ROWS[0]
    assert second == ROWS[1]


def test_older_drivers_print_no_numbers_before_the_operations() -> None:
    assert rows_of(BEGIN, *FIRST, *(line.partition("| ")[2] for line in SECOND), END) == ROWS


@pytest.mark.parametrize("table", [FIRST, SECOND])
def test_one_table_alone(table: tuple[str, ...]) -> None:
    rows = rows_of(BEGIN, *table, END)
    assert [(row.number, row.target) for row in rows] == [(0, "NN"), (1, "TP")]


def test_an_operation_in_several_parts_has_the_caches_of_its_first() -> None:
    part = SECOND[0].replace("8192", "4096").replace("  0 |", "  5 |")
    assert rows_of(BEGIN, *FIRST, *SECOND, part, END) == ROWS


@pytest.mark.parametrize(
    ("cached", "fits", "left", "size"),
    [
        (512, "100.000000", "61.538462", 670),  # what is left of 1,088
        (512, "62.500000", "0.000000", 819),  # what the part that fits belongs to
        (0, "0.000000", "0.000000", None),
        (512, "0.000000", "nan", None),
        (512, "1e300", "1e300", None),
    ],
)
def test_the_size_of_a_compressed_kernel(cached: int, fits: str, left: str, size: int | None) -> None:
    line = SECOND[0].replace("512, 100.000000", f"{cached}, {fits}").replace("61.538462", left)
    assert rows_of(BEGIN, *FIRST, line, END)[0].kernel_bytes == size


@pytest.mark.parametrize("interruption", ["Verify Graph: 0ms or 823us", "khadas@Khadas:~$", "^C", "..", "Verify..."])
def test_a_table_that_is_interrupted_is_not_lost(interruption: str) -> None:
    assert rows_of(BEGIN, *FIRST, *SECOND, interruption) == ROWS


def test_a_table_at_the_end_or_without_its_beginning() -> None:
    assert rows_of(BEGIN, *FIRST, *SECOND) == ROWS
    assert rows_of(*FIRST, *SECOND, END) == ROWS
    assert events_of(*FIRST, "what?")[0] == ev.ForeignText(3, "what?")


def test_messages_between_rows_change_nothing() -> None:
    assert rows_of(BEGIN, FIRST[0], "E [vnn_Run:90]warm", FIRST[1], *SECOND, END) == ROWS


def test_a_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "_ROWS", 1)
    assert rows_of(BEGIN, *FIRST, *SECOND, END) == ROWS[:1]


def test_a_hostile_row_is_a_note() -> None:
    line = FIRST[0].replace("224", "9" * 30, 1)
    assert events_of(BEGIN, line, END)[1] == ev.TilingNote(line.strip())
