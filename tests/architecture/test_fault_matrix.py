"""The fault matrix: every row has tests, and docs/faults.md shows every row."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from tests.fault_matrix import faults, markdown

_TESTS = Path(__file__).parents[1]


def test_its_rows_differ_and_are_whole() -> None:
    rows = faults()
    assert rows
    assert len({(row.group, row.fault) for row in rows}) == len(rows)
    assert not [row for row in rows if "|" in "".join(row) or not all(row)]


def test_every_row_has_tests_that_exist() -> None:
    wanted = [name for row in faults() for name in row.tests.split()]
    assert [name for name in wanted if name.partition("::")[2] not in _functions(name.partition("::")[0])] == []


def test_the_page_shows_it() -> None:
    """`python -m tests.fault_matrix` prints what belongs there."""
    assert markdown() in (_TESTS.parent / "docs/faults.md").read_text()


@lru_cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((_TESTS / path).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
