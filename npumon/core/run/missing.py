"""Operations that the text lacks: somebody cut lines out of it, or the log has a gap."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.profile import Iteration, Operation, TilingRow


def missing_of(iteration: Iteration, tiling: Sequence[TilingRow], *, cut: bool = False) -> tuple[int, int | None]:
    """Return how many operations an iteration lacks at least, and how many it should have, None if nothing tells."""
    missing, of = missing_operations(iteration.operations, tiling, cut=cut)
    if iteration.gap and iteration.operations and not missing and not tiling:
        return 1, None
    return missing, of


def missing_operations(
    operations: Sequence[Operation], tiling: Sequence[TilingRow], *, cut: bool = False
) -> tuple[int, int]:
    """Return how many operations of an iteration are missing, and how many there should be.

    `op_abs_id` counts the operations from 0, so each gap is a missing one, and each row of the VerifyTiling table
    should have its operation, apart from the last row, which has none in some graphs. Operations without an id fill
    such gaps: only their head is missing. Where lines were visibly cut out (`cut`), several of those may be parts of
    one operation, so a gap is one whatever they are.
    """
    ids = {operation.op_abs_id for operation in operations if operation.op_abs_id is not None}
    counted = max(ids, default=-1) + 1
    rows_behind = len({row.number for row in tiling if row.number >= counted})
    unnamed = sum(operation.op_abs_id is None for operation in operations)
    gaps = counted - len(ids) + rows_behind
    lacking = gaps - unnamed
    if cut and ids and unnamed and gaps:
        lacking = max(lacking, 1)
    elif lacking <= (1 if rows_behind else 0):
        lacking = 0
    if not operations or not lacking:
        return 0, len(operations)
    return lacking, len(operations) + lacking
