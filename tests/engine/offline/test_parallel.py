"""Several processes prepare the same rows as one, wherever the pieces are cut."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.core.problems import ProblemError
from npumon.core.run.splitter import RunCompleted
from npumon.engine.offline.parallel import prepared_in_parallel
from npumon.engine.offline.rows import WORTHWHILE, Segment, prepared, rows, worth_sharing
from npumon.export.csv_rows import CsvRows

# From 3.12 on CPython warns of a fork while threads run; under pytest-xdist there is one, and a worker of ours
# calls nothing that could wait for a lock of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def text_of(log: Iterable[Segment]) -> tuple[str, int]:
    *texts, last = rows(log, CsvRows())
    assert isinstance(last, RunCompleted)
    return "".join(text for text in texts if isinstance(text, str)), last.run


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parallel") / "log"


@settings(max_examples=12)
@given(st.data())
def test_any_log_in_pieces_of_any_size_gives_the_same_rows(
    mixed_logs: st.SearchStrategy[bytes], log: Path, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    log.write_bytes(text)
    piece = data.draw(st.sampled_from((50, 700, 3_000, 20_000)))
    assert text_of(prepared_in_parallel(log, CsvRows(), piece)) == text_of(prepared([text], CsvRows()))


@pytest.mark.parametrize("piece", [100, 717, 1_000, 5_000, 1 << 20])
def test_runs_are_numbered_through_all_pieces(seed_run: bytes, tmp_path: Path, piece: int) -> None:
    text = seed_run * 10 + b"".join(seed_run.splitlines(keepends=True)[16:34]) * 30 + b"x" * 9_000 + seed_run
    path = tmp_path / "log"
    path.write_bytes(text)
    cells, last = text_of(prepared_in_parallel(path, CsvRows(), piece))
    assert (cells, last) == text_of(prepared([text], CsvRows()))
    assert last == 41
    assert cells.count("\n") == 41


def test_an_empty_log_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    assert text_of(prepared_in_parallel(path, CsvRows())) == ("", 1)


def test_who_stops_reading_leaves_no_process_behind(seed_run: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(seed_run * 2_000)
    open_before = len(os.listdir("/proc/self/fd"))
    log = prepared_in_parallel(path, CsvRows(), 10_000)
    assert isinstance(log, Generator)
    assert next(log)
    assert multiprocessing.active_children()
    log.close()
    assert not multiprocessing.active_children()
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The workers cannot read a folder; what they cannot say, the reader says."""
    (tmp_path / "entry").touch()
    with pytest.raises(ProblemError) as caught:
        list(prepared_in_parallel(tmp_path, CsvRows()))
    assert caught.value.problem.id == "parse.worker"
    assert str(tmp_path) in caught.value.problem.what
    assert not multiprocessing.active_children()


def test_only_long_files_are_worth_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    assert not worth_sharing(path)
    assert not worth_sharing(tmp_path)
    assert not worth_sharing(tmp_path / "absent")
    os.truncate(path, WORTHWHILE)  # without a byte on the disk
    assert worth_sharing(path) == (len(os.sched_getaffinity(0)) > 1)
