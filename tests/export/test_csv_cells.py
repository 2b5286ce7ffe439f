"""Cells of CSV."""

from __future__ import annotations

import pytest

from npumon.export.csv_cells import cell


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("-1", "'-1"),
        ("conv1", "conv1"),
        ("", ""),
        (-1, -1),
        (None, None),
        (True, "true"),
        (False, "false"),
    ],
)
def test_text_never_starts_a_formula(value: object, written: object) -> None:
    assert cell(value) == written
