"""What convolutions compute, from the VerifyTiling table: MACs of the graph as compiled, dense.

They are not the model's: the compiler lowers strides to pooling or reshuffles, and computes depthwise layers densely.
Source of the formulas: the tables of six public logs of a VIM3, whose operations write exactly the bytes of the shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from npumon.core.profile import Operation, TilingRow

_CONVOLUTION = "VXNNE_OPERATOR_CONVOLUTION"
#: From this size on, as a share of its weights, a kernel counts as not compressed.
_COMPRESSED = 0.9


def is_convolution(operation: Operation) -> bool:
    """Return whether the driver calls the operation a convolution."""
    return operation.operation == _CONVOLUTION


def macs_of(operation: Operation, row: TilingRow | None, rows: Mapping[int, TilingRow]) -> int | None:
    """Count the operation's MACs; `rows` are those of the table by number. None for all but convolutions on NN and SH.

    On SH only the second of two operations multiplies: the first one makes columns of the image.
    """
    if row is None or not is_convolution(operation):
        return None
    kind = operation.target_kind or row.target
    if kind == "NN":
        return _dense(row)
    return _multiplied(row, rows) if kind == "SH" else None


def is_compressed(row: TilingRow) -> bool | None:
    """Return whether the kernel takes less than 0.9 times its weights of 8 bits; None if the table does not say.

    The core probably skips weights of zero, so with such a kernel a rate of MACs is only equivalent to a dense one.
    """
    if row.kernel_bytes is None or row.kernel_shape is None or len(row.output_shape) < 3:
        return None
    weights = _positive(*row.kernel_shape, row.output_shape[2])
    return None if weights is None else row.kernel_bytes < _COMPRESSED * weights


def fits_table(operations: Iterable[Operation], rows: Mapping[int, TilingRow]) -> bool:
    """Return whether the table can be that of these operations: each runs where its row says.

    A program that runs two networks prints two tables, and only the last one is known.
    """
    named = (operation for operation in operations if operation.op_abs_id is not None)
    known = ((operation.target_kind, rows.get(operation.op_abs_id or 0)) for operation in named)
    return all(kind is None or row is None or row.target == kind for kind, row in known)


def _dense(row: TilingRow) -> int | None:
    if row.kernel_shape is None or len(row.kernel_shape) < 3 or len(row.input_shape) < 3 or len(row.output_shape) < 3:
        return None
    kernel_width, kernel_height, kernel_channels = row.kernel_shape[:3]
    width = _convolved(row.input_shape[0], row.output_shape[0], kernel_width, row.pad[0], row.stride[0])
    height = _convolved(row.input_shape[1], row.output_shape[1], kernel_height, row.pad[1], row.stride[1])
    return _positive(width, height, row.output_shape[2], kernel_width, kernel_height, kernel_channels)


def _convolved(size_in: int, size_out: int, kernel: int, pad: int, stride: int) -> int:
    """Compute a width or height before the pooling; padding on one side only is not printed."""
    size = size_in + 2 * pad - kernel + 1
    if stride > 0 and -(-size // stride) != size_out:
        return min(size_in, size_out * stride)
    return size


def _multiplied(row: TilingRow, rows: Mapping[int, TilingRow]) -> int | None:
    """Count K x pixels x channels of a multiplication of columns (K, pixels) that the operation before it made."""
    before = (rows.get(number) for number in (*row.parents, row.number - 1))
    columns = row.input_shape[:2]
    made = any(
        other is not None and other.target == "SH" and other.output_shape[:2] == columns and _flat(other.output_shape)
        for other in before
    )
    if not made or not _flat(row.input_shape) or len(row.output_shape) < 3:
        return None
    width, height, channels = row.output_shape[:3]
    return _positive(*columns, channels) if width * height == columns[1] else None


def _flat(shape: tuple[int, ...]) -> bool:
    return len(shape) >= 2 and all(size == 1 for size in shape[2:])


def _positive(*factors: int) -> int | None:
    product = 1
    for factor in factors:
        if factor < 1:
            return None
        product *= factor
    return product
