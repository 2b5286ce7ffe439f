"""Folders as users see them."""

from __future__ import annotations

import pytest

from npumon.core.monitor.folder_view import FileChoice, FolderView, completed, in_order


def choice(name: str, kind: str = "log", age: float = 0.0) -> FileChoice:
    return FileChoice(f"/f/{name}", name, "folder" if kind == "folder" else "log", 1, -age)


def test_logs_come_first_and_the_newest_of_them() -> None:
    entries = [choice("a", "folder"), choice("old", age=5), choice("new"), choice("b", "folder", 1), choice("newer")]
    assert [entry.name for entry in in_order(entries)] == ["new", "newer", "old", "a", "b"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("~/r", "~/run"),
        ("run-", "run-1.log"),
        ("~/d", "~/deep/"),
        ("x", "x"),
        ("", ""),
        ("~/run", "~/run"),
        ("e", "e"),
    ],
)
def test_completion_goes_as_far_as_names_agree(typed: str, text: str) -> None:
    hostile = FileChoice("/f/e\n", "e\\x0a", "log")
    entries = (choice("run.log"), choice("run-1.log"), choice("deep", "folder"), hostile)
    assert completed(typed, FolderView("/f", "/f", "/f/", entries)) == text
