"""Rows straight from a log's text are the rows of its iterations, whatever the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.fast_blocks import HeaderCache
from npumon.core.log.parser import ProfileParser
from npumon.core.run.splitter import IterationCompleted, RunCompleted, RunSplitter
from npumon.engine.offline.rows import Stretch, prepared, rows, segments
from npumon.export.csv_rows import CsvRows, iteration_rows

Chunked = Callable[[st.DataObject, bytes], list[bytes]]


def reference(text: bytes) -> str:
    """The same rows by the long way: tolerant parser, fold, iterations."""
    parser, fold = ProfileParser(), RunSplitter()
    cells = ""
    for item in (*fold.feed([*parser.feed(text), *parser.close()]), *fold.close()):
        if isinstance(item, IterationCompleted):
            cells += iteration_rows(item.run, item.iteration)
        elif item.state.open_iteration is not None:
            cells += iteration_rows(item.run, item.state.open_iteration)
    return cells


def by_the_fast_way(chunks: Iterable[bytes], first_run: int = 1) -> tuple[str, RunCompleted]:
    writer = CsvRows()
    *texts, last = rows(prepared(chunks, writer), writer, first_run)
    assert isinstance(last, RunCompleted)
    return "".join(text for text in texts if isinstance(text, str)), last


@given(st.data())
def test_any_log_gives_the_rows_of_its_iterations(
    mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    assert by_the_fast_way(chunked(data, text))[0] == reference(text)


@pytest.mark.parametrize("text", [b"", b"\n", b"what?\n", b"what?"])
def test_a_log_without_profile_has_no_rows_and_one_empty_run(text: bytes) -> None:
    cells, last = by_the_fast_way([text])
    assert cells == ""
    assert last.run == 1
    assert not last.state.has_profiler_text


def test_the_real_run_gives_one_row(seed_run: bytes) -> None:
    cells, last = by_the_fast_way([seed_run])
    assert cells == reference(seed_run)
    assert cells.count("\n") == 1
    assert last.state.top[0].score == 0.833984


def test_runs_are_counted_on_from_where_another_log_ended(seed_run: bytes) -> None:
    cells, last = by_the_fast_way([seed_run * 3], first_run=5)
    assert [line.split(",")[0] for line in cells.splitlines()] == ["5", "6", "7"]
    assert last.run == 7


def test_blocks_without_anything_between_are_runs_of_their_own(seed_run: bytes) -> None:
    block = b"".join(seed_run.splitlines(keepends=True)[16:34])
    cells, last = by_the_fast_way([block * 5])
    assert [line.split(",")[0] for line in cells.splitlines()] == ["1", "2", "3", "4", "5"]
    assert cells == reference(block * 5)
    assert last.run == 5
    assert last.state.average_us == 21625.0


def test_blocks_of_a_ksnn_log_are_numbered_alike(seed_run: bytes) -> None:
    text = b" |--- KSNN Version: v1.3 +---|\n" + b"".join(seed_run.splitlines(keepends=True)[16:34]) * 4
    assert by_the_fast_way([text])[0] == reference(text)


def test_an_iteration_that_is_broken_off_has_its_row(seed_run: bytes) -> None:
    cut = seed_run[: seed_run.index(b"DDR_READ")]
    cells, last = by_the_fast_way([seed_run + cut])
    assert cells == reference(seed_run + cut)
    assert cells.splitlines()[1].startswith("2,1,,,0,network_binary_graph,")
    assert last.state.interrupted


def test_a_stretch_keeps_its_first_and_last_block_as_text(seed_run: bytes) -> None:
    block = b"".join(seed_run.splitlines(keepends=True)[16:34])
    (one,) = segments(block, HeaderCache(), CsvRows())
    assert isinstance(one, Stretch)
    assert (one.rows, one.last) == ([], None)
    three, rest = segments(block * 3 + b"cut", HeaderCache(), CsvRows())
    assert isinstance(three, Stretch)
    assert len(three.rows) == 1
    assert three.last is not None
    assert rest == b"cut"
