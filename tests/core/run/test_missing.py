"""Operations that the text lacks, by their numbers and by the VerifyTiling table."""

from __future__ import annotations

import pytest

from npumon.core.profile import Iteration, Operation, TilingRow
from npumon.core.run.missing import missing_of, missing_operations


def operations(*ids: int | None) -> tuple[Operation, ...]:
    return tuple(Operation(op_abs_id=number) for number in ids)


def table(rows: int) -> tuple[TilingRow, ...]:
    return tuple(TilingRow(number, "NN") for number in range(rows))


@pytest.mark.parametrize(
    ("ids", "rows", "missing"),
    [
        ((), 3, (0, 0)),
        ((0, 1, 2), 0, (0, 3)),
        ((0, 1, 2), 3, (0, 3)),
        ((0, 1, 2), 4, (0, 3)),  # the last row may have no operation
        ((0, 1, 2), 5, (2, 5)),
        ((0, 2), 0, (1, 3)),
        ((1, 2), 3, (1, 3)),
        ((0, 2), 4, (2, 4)),
        ((0, None), 4, (2, 4)),  # cut out of the middle: one is left without its head
        ((0, None, 2), 3, (0, 3)),
        ((0, None), 3, (0, 2)),
        ((None, None), 0, (0, 2)),
        ((None, None), 3, (0, 2)),
        ((None, None), 4, (2, 4)),
        ((0,), 1, (0, 1)),
        ((0,), 177, (176, 177)),
        ((0, 0, 1), 2, (0, 3)),
        ((10**17,), 0, (10**17, 10**17 + 1)),
    ],
)
def test_gaps_and_rows_without_an_operation(ids: tuple[int | None, ...], rows: int, missing: tuple[int, int]) -> None:
    assert missing_operations(operations(*ids), table(rows)) == missing


@pytest.mark.parametrize(
    ("ids", "rows", "missing"),
    [
        ((0, None, None), 4, (1, 4)),  # a head's figures in two parts
        ((0, None), 2, (1, 3)),
        ((0, 1), 3, (0, 2)),
        ((0, 1, None), 2, (0, 3)),
        ((None, None), 4, (2, 4)),
        ((0, None), 4, (2, 4)),
    ],
)
def test_where_lines_were_cut_out_a_gap_is_one(
    ids: tuple[int | None, ...], rows: int, missing: tuple[int, int]
) -> None:
    assert missing_operations(operations(*ids), table(rows), cut=True) == missing


def test_behind_a_gap_it_is_not_known_how_many_there_are_unless_the_table_tells() -> None:
    gap = Iteration(1, None, operations(0, 1), gap=True)
    assert missing_of(gap, ()) == (1, None)
    assert missing_of(gap, table(2)) == (0, 2)
    assert missing_of(gap, table(4)) == (2, 4)
    assert missing_of(gap._replace(operations=operations(0, 2)), ()) == (1, 3)
    assert missing_of(gap._replace(operations=()), ()) == (0, 0)
    assert missing_of(gap._replace(gap=False), ()) == (0, 2)
