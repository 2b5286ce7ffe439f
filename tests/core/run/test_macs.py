"""MACs from the VerifyTiling table: figures of public tables' shapes, computed by hand."""

from __future__ import annotations

import pytest

from npumon.core.profile import Operation, TilingRow
from npumon.core.run.macs import fits_table, is_compressed, macs_of

NN = Operation(operation="VXNNE_OPERATOR_CONVOLUTION", target="VXNNE_OPERATION_TARGET_NN", op_abs_id=1)
SH = NN._replace(target="VXNNE_OPERATION_TARGET_SH")
SAME = TilingRow(1, "NN", (52, 26, 64, 1), (52, 26, 255, 1), kernel_shape=(3, 3, 64), pad=(1, 1))
COLUMNS = TilingRow(0, "SH", (13, 26, 128, 1), (1152, 338, 1, 1))
MULTIPLY = TilingRow(1, "SH", (1152, 338, 1, 1), (13, 26, 255, 1), parents=(0,))


@pytest.mark.parametrize(
    ("row", "macs"),
    [
        (SAME, 52 * 26 * 255 * 3 * 3 * 64),
        # pooled behind it: the convolution is four times as large as its output
        (SAME._replace(output_shape=(26, 13, 255, 1), pool=(2, 2), stride=(2, 2)), 52 * 26 * 255 * 3 * 3 * 64),
        # without padding it is smaller than its input
        (SAME._replace(pad=(0, 0), output_shape=(50, 24, 255, 1)), 50 * 24 * 255 * 3 * 3 * 64),
        # one side padded, which is not printed: min(in, out x stride)
        (SAME._replace(pad=(0, 0), output_shape=(26, 13, 8, 1), stride=(2, 2)), 52 * 26 * 8 * 3 * 3 * 64),
        (SAME._replace(pad=(0, 0), output_shape=(20, 13, 8, 1), stride=(2, 2)), 40 * 26 * 8 * 3 * 3 * 64),
        # an odd size, pooled
        (
            TilingRow(1, "NN", (13, 13, 4, 1), (7, 7, 8, 1), kernel_shape=(1, 1, 4), pool=(2, 2), stride=(2, 2)),
            13 * 13 * 8 * 4,
        ),
        (SAME._replace(kernel_shape=None), None),
        (SAME._replace(kernel_shape=(3, 3)), None),
        (SAME._replace(input_shape=()), None),
        (SAME._replace(output_shape=(52, 26)), None),
        (SAME._replace(kernel_shape=(0, 0, 0)), None),
        (SAME._replace(stride=(0, 0)), 52 * 26 * 255 * 3 * 3 * 64),
        (None, None),
    ],
)
def test_convolutions_on_the_nn_core_are_counted_before_their_pooling(row: TilingRow | None, macs: int | None) -> None:
    assert macs_of(NN, row, {} if row is None else {1: row}) == macs


@pytest.mark.parametrize(
    ("columns", "multiply", "macs"),
    [
        (COLUMNS, MULTIPLY, 1152 * 338 * 255),
        (COLUMNS, MULTIPLY._replace(parents=()), 1152 * 338 * 255),  # the row before, as older tables have no parents
        (COLUMNS._replace(output_shape=(1152, 300, 1, 1)), MULTIPLY, None),
        (COLUMNS._replace(output_shape=(1152, 338, 2, 1)), MULTIPLY, None),
        (COLUMNS._replace(target="TP"), MULTIPLY, None),
        (COLUMNS, MULTIPLY._replace(output_shape=(13, 13, 255, 1)), None),
        (COLUMNS, MULTIPLY._replace(output_shape=(13, 26)), None),
        (COLUMNS, MULTIPLY._replace(input_shape=(1152, 338, 2, 1)), None),
        (COLUMNS, MULTIPLY._replace(input_shape=()), None),
        (None, MULTIPLY, None),
    ],
)
def test_convolutions_on_the_shader_core_multiply_the_columns_before(
    columns: TilingRow | None, multiply: TilingRow, macs: int | None
) -> None:
    rows = {1: multiply} if columns is None else {0: columns, 1: multiply}
    assert macs_of(SH, multiply, rows) == macs


def test_making_columns_multiplies_nothing() -> None:
    assert macs_of(SH._replace(op_abs_id=0), COLUMNS, {0: COLUMNS, 1: MULTIPLY}) is None


@pytest.mark.parametrize(
    "operation",
    [
        NN._replace(operation="VXNNE_OPERATOR_FULLYCONNECTED"),
        NN._replace(operation="unkown operation type"),
        NN._replace(target="VXNNE_OPERATION_TARGET_TP"),
    ],
)
def test_other_operations_have_no_macs(operation: Operation) -> None:
    assert macs_of(operation, SAME, {1: SAME}) is None


def test_the_table_says_where_it_runs_if_the_head_does_not() -> None:
    assert macs_of(NN._replace(target="unkown operation target"), SAME, {1: SAME}) == 52 * 26 * 255 * 3 * 3 * 64


@pytest.mark.parametrize(("size", "compressed"), [(0.89, True), (0.91, False), (None, None)])
def test_a_kernel_below_nine_tenths_of_its_weights_is_compressed(size: float | None, compressed: bool | None) -> None:
    weights = 3 * 3 * 64 * 255
    row = SAME._replace(kernel_bytes=None if size is None else round(size * weights))
    assert is_compressed(row) is compressed


@pytest.mark.parametrize(
    "row", [SAME._replace(kernel_shape=None), SAME._replace(output_shape=()), SAME._replace(kernel_shape=(0, 3, 3))]
)
def test_of_a_table_that_does_not_say_the_weights_it_is_not_known(row: TilingRow) -> None:
    assert is_compressed(row._replace(kernel_bytes=5)) is None


@pytest.mark.parametrize(
    ("operations", "fits"),
    [
        ((NN, SH._replace(op_abs_id=0)), True),
        ((NN, NN._replace(op_abs_id=0)), False),
        ((NN._replace(op_abs_id=7),), True),
        ((NN._replace(op_abs_id=None), SH._replace(op_abs_id=None)), True),
        ((NN._replace(op_abs_id=0, target=None),), True),
        ((), True),
    ],
)
def test_a_table_is_that_of_operations_that_run_where_it_says(operations: tuple[Operation, ...], fits: bool) -> None:
    assert fits_table(operations, {0: COLUMNS, 1: SAME}) is fits
