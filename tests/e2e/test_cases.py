"""The synthetic cases of `tests/data/cases`: what `npumon parse` must find in each, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandLine

CASES = sorted((Path(__file__).parents[1] / "data" / "cases").glob("*.log"))


def differences(got: Any, want: Any, path: str) -> Iterator[str]:
    """Yield where `got` disagrees with `want`, at what `want` names."""
    if isinstance(want, dict):
        for key, value in want.items():
            if isinstance(got, dict) and key in got:
                yield from differences(got[key], value, f"{path}.{key}")
            else:
                yield f"{path}.{key} is missing"
    elif isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            yield f"{path} has {len(got) if isinstance(got, list) else got} items, not {len(want)}"
            return
        for number, (one, other) in enumerate(zip(got, want, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif isinstance(want, float) and isinstance(got, int | float):
        if got != pytest.approx(want, rel=1e-6, abs=1e-6):
            yield f"{path} is {got!r}, not {want!r}"
    elif got != want:
        yield f"{path} is {got!r}, not {want!r}"


def of_run(run: dict[str, Any], want: dict[str, Any]) -> Iterator[str]:
    """Yield where a run differs from what is named.

    Not the document's are `reason_has` (a word of the reason), `operations_each` (how many operations each iteration
    has), `by_target` (rows by their key), and `iterations` and `statistics` beside the others.
    """
    want = dict(want)
    yield from differences(run["run"]["outcome"], want.pop("outcome"), "outcome")
    if (word := want.pop("reason_has", None)) is not None and word not in str(run["run"]["reason"]):
        yield f"the reason {run['run']['reason']!r} lacks {word!r}"
    metrics = run["metrics"]
    if (rows := want.pop("by_target", None)) is not None:
        yield from differences({row["key"]: row for row in metrics["by_target"]}, rows, "by_target")
    if (statistics := want.pop("statistics", None)) is not None:
        yield from differences(metrics["statistics"], statistics, "statistics")
    each = want.pop("operations_each", None)
    if isinstance(want.get("iterations"), int):
        yield from differences(len(run["iterations"]), want.pop("iterations"), "iterations")
    if each is not None:
        yield from differences({len(one["layers"]) for one in run["iterations"]}, {each}, "operations of an iteration")
    yield from differences(run, want, "")


@pytest.mark.parametrize("log", CASES, ids=lambda path: path.stem)
def test_a_case(npumon: CommandLine, log: Path) -> None:
    right = json.loads(log.with_suffix(".json").read_text())
    done = npumon("parse", str(log), "--run", "all", "--format", "json")
    document = json.loads(done.stdout)
    runs = document.get("runs", [document])
    assert len(runs) == len(right["runs"])
    found = [line for run, want in zip(runs, right["runs"], strict=True) for line in of_run(run, want)]
    assert found == []
    assert done.returncode == right["exit"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 19
