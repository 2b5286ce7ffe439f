"""Iterations read again from a log: those of one run, as the live run had them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Iteration
from npumon.core.run.splitter import RunSplitter
from npumon.engine.offline.iteration_reading import IterationRange, read_iterations

Chunked = Callable[[st.DataObject, bytes], list[bytes]]


def run(*times_us: int) -> bytes:
    """The text of a run with iterations of these times."""
    return b"".join(
        (
            b"#productname=VIPNano-QI, pid=0x88\nCreate Neural Network: 10ms or 10000us\nVerify...\n",
            b"Verify Graph: 1ms or 1000us\nStart run graph [%d] times...\n" % len(times_us),
            *(
                b"Run the %d time: %d.00ms or %d.00us\n" % (number, us // 1000, us)
                for number, us in enumerate(times_us, 1)
            ),
            b"vxProcessGraph execution time:\nTotal   1.00ms or 1000.00us\nAverage 1.00ms or 1000.00us\n",
        )
    )


LOG = run(1000, 2000, 3000, 4000) + run(5000, 6000, 7000)


def always() -> bool:
    return True


def times(found: dict[int, Iteration] | None) -> dict[int, float | None] | None:
    return None if found is None else {number: found[number].elapsed_us for number in sorted(found)}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (IterationRange(1, 2, 3), {2: 2000, 3: 3000}),
        (IterationRange(1, 3, 9), {3: 3000, 4: 4000}),
        (IterationRange(2, 1, 1), {1: 5000}),
        (IterationRange(2, 3, 3), {3: 7000}),
        (IterationRange(2, 4, 4), {}),
        (IterationRange(3, 1, 1), {}),
    ],
)
@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_the_iterations_of_one_run(wanted: IterationRange, expected: dict[int, float], size: int) -> None:
    chunks = [LOG[at : at + size] for at in range(0, len(LOG), size)]
    assert times(read_iterations(chunks, wanted, always)) == expected


def test_reading_ends_once_they_cannot_change() -> None:
    def chunks() -> Iterator[bytes]:
        yield LOG[:-1]
        raise AssertionError("read on")

    assert times(read_iterations(chunks(), IterationRange(1, 1, 1), always)) == {1: 1000}


def test_reading_ends_when_nobody_wants_it_any_more() -> None:
    lines = LOG.splitlines(keepends=True)
    asked: list[bool] = []

    def not_for_long() -> bool:
        asked.append(True)
        return len(asked) < 7

    assert times(read_iterations(lines, IterationRange(1, 1, 4), not_for_long)) == {1: 1000, 2: 2000}


def test_another_log_is_told_from_the_runs_own() -> None:
    for wanted, known in ((2, Iteration(4, 4000.0)), (4, Iteration(2, 2000.0))):
        found = read_iterations([LOG], IterationRange(1, wanted, wanted, known), always)
        assert found is not None
        assert found[wanted].elapsed_us == 1000 * wanted
    assert read_iterations([LOG], IterationRange(1, 2, 2, Iteration(4, 4001.0)), always) is None
    assert read_iterations([LOG], IterationRange(1, 2, 2, Iteration(9, 4000.0)), always) is None
    assert read_iterations([b""], IterationRange(1, 2, 2, Iteration(1, 4000.0)), always) is None


@given(st.data())
def test_they_are_those_of_the_live_run(
    mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    parser, fold = ProfileParser(), RunSplitter()
    fold.feed(parser.feed(text))
    fold.feed(parser.close())
    fold.close()
    kept = {each.number: each for each in fold.state.iterations}
    found = read_iterations(chunked(data, text), IterationRange(fold.number, 0, 1 << 70), always)
    assert found == kept
