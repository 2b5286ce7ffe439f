"""A finished log read from beginning to end: every run in it, in memory that does not grow with them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.parser import ProfileParser
from npumon.core.run.splitter import Completed, IterationCompleted, RunCompleted, RunSplitter
from npumon.engine.offline.replay import replay

Chunked = Callable[[st.DataObject, bytes], list[bytes]]


def live(text: bytes) -> list[Completed]:
    """The same log as a live run folds it."""
    parser, fold = ProfileParser(), RunSplitter()
    return [*fold.feed(parser.feed(text)), *fold.feed(parser.close()), *fold.close()]


@given(st.data())
def test_a_replay_completes_what_the_live_run_completed(
    mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    assert list(replay(chunked(data, text))) == live(text)


def test_several_runs_in_one_file(seed_run: bytes) -> None:
    completed = list(replay([seed_run * 3], first_run=4))
    assert [(type(item), item.run) for item in completed] == [
        (kind, run) for run in (4, 5, 6) for kind in (IterationCompleted, RunCompleted)
    ]
    states = [item.state for item in completed if isinstance(item, RunCompleted)]
    assert states[0] == states[1] == states[2]._replace(ended="start")
    assert states[0].total_us == 21625.0


def test_nothing_at_all_is_one_empty_run() -> None:
    (only,) = replay([])
    assert isinstance(only, RunCompleted)
    assert not only.state.has_profiler_text


MEMORY = """
import sys
from pathlib import Path
from npumon.engine.offline.replay import replay

run = Path(sys.argv[1]).read_bytes()

def peak_kib(count):
    runs = sum(type(item).__name__ == "RunCompleted" for item in replay(run * 10 for _ in range(count // 10)))
    assert runs == count
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    return int(line.split()[1])

print(peak_kib(1_000), peak_kib(10_000))
"""


@pytest.mark.slow
def test_memory_is_the_same_for_ten_thousand_runs_as_for_a_thousand(data_folder: Path) -> None:
    argv = [sys.executable, "-c", MEMORY, str(data_folder / "seed_run.txt")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=300)
    few, many = map(int, done.stdout.split())
    assert many - few < 1_024, (few, many)
