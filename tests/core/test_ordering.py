"""Orders and words."""

from __future__ import annotations

from npumon.core.ordering import matching, ordered


def test_absent_figures_are_last_either_way() -> None:
    rows = [("a", 2), ("b", None), ("c", 3), ("d", 2)]
    assert [name for name, _ in ordered(rows, lambda row: row[1], descending=False)] == ["a", "d", "c", "b"]
    assert [name for name, _ in ordered(rows, lambda row: row[1], descending=True)] == ["c", "a", "d", "b"]


def test_texts_are_sorted_without_regard_to_case() -> None:
    assert ordered(["b", "A", "C", "a"], str, descending=False) == ("A", "a", "b", "C")


def test_each_word_must_be_there() -> None:
    rows = ("Conv 1", "conv 2", "pool 1")
    assert matching(rows, " CONV  1 ", str) == ("Conv 1",)
    assert matching(rows, "  ", str) == rows
    assert matching(rows, "[bold] (", str) == ()
