"""The synthetic cases of `tests/data/cases`, cut and split: a text that lacks figures is never one that ended well."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.core.log.parser import ProfileParser
from npumon.core.run.outcome import outcome
from npumon.core.run.splitter import Completed, RunCompleted, RunSplitter
from npumon.core.run.state import RunState
from npumon.engine.offline.replay import replay

CASES = sorted((Path(__file__).parents[2] / "data" / "cases").glob("*.log"))
#: Cuts of a long log: more say nothing new.
MOST_CUTS = 160


def read(pieces: list[bytes]) -> list[Completed]:
    """What the tolerant parser makes of a text that arrives in these pieces."""
    parser, fold = ProfileParser(), RunSplitter()
    completed = [item for piece in pieces for item in fold.feed(parser.feed(piece))]
    return [*completed, *fold.feed(parser.close()), *fold.close()]


def runs(text: bytes) -> list[RunState]:
    return [item.state for item in read([text]) if isinstance(item, RunCompleted)]


def figures(state: RunState) -> tuple[object, ...]:
    """What must not be missing. A list of classes is optional: no line announces it."""
    operations = len(state.iterations[-1].operations) if state.iterations else 0
    counted = None if state.reported is None else state.reported.count
    totals = state.total_us, state.average_us, state.iterations_ended
    return (*totals, operations, counted, state.frames, len(state.detections))


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> bytes:
    path = request.param
    assert isinstance(path, Path)
    return path.read_bytes()


def test_there_are_cases() -> None:
    assert len(CASES) >= 19


def test_a_case_cut_after_any_line_does_not_end_well(case: bytes) -> None:
    lines, whole = case.splitlines(keepends=True), runs(case)
    for cut in range(0, len(lines), max(1, len(lines) // MOST_CUTS)):
        states = runs(b"".join(lines[:cut]))
        for state, right in zip(states, whole, strict=False):
            if outcome(state) == "ok":
                assert outcome(right) == "ok", cut
                assert figures(state) == figures(right), cut
        assert len(states) <= len(whole), cut


def test_a_case_split_anywhere_is_the_same(case: bytes) -> None:
    whole = read([case])
    for size in (1, 7, 64, 4_096):
        if size > 1 or len(case) < 10_000:
            assert read([case[start : start + size] for start in range(0, len(case), size)]) == whole


def test_a_replay_reads_a_case_alike(case: bytes) -> None:
    assert list(replay([case])) == read([case])


def test_the_rest_of_a_block_behind_a_cut_is_one_operation(data_folder: Path) -> None:
    (state,) = runs((data_folder / "cases" / "elided.log").read_bytes())
    assert state.cut
    assert [(each.op_abs_id, each.window_us) for each in state.iterations[0].operations] == [(0, 496), (None, 449)]
