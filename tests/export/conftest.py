"""Builders of the exports' tests: the report of the real run, and reports as hostile as can be drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from npumon.core.log.parser import ProfileParser
from npumon.core.profile import (
    Bandwidth,
    Cycles,
    Detection,
    Diagnostic,
    Iteration,
    Network,
    NetworkTensor,
    Operation,
    Reported,
    TilingRow,
    TopEntry,
)
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.splitter import RunSplitter
from npumon.core.run.state import RunState
from npumon.core.text import visible
from npumon.engine.reporting import Context, report_of

#: Texts as the parser lets them through: visible, of any length and any width.
TEXT = st.one_of(
    st.text(max_size=12).map(visible),
    st.sampled_from(
        ("", "conv2d", "n" * 300, "中" * 300, "e\u0301" * 200, "a b " * 100, "[bold]x[/bold]", "=1+1", "\\x1b[31m")
    ),
)
FIGURE = (
    st.none()
    | st.floats(-1e15, 1e15, exclude_min=True, exclude_max=True)
    | st.integers(0, 10**8).map(lambda n: n / 1e6)
)
COUNT = st.none() | st.integers(0, 10**18 - 1) | st.integers(0, 10**8)
NUMBER = st.integers(-(10**18) + 1, 10**18 - 1)
WARMUP = st.builds(Reported, TEXT, COUNT, *[FIGURE] * 6, st.none())
OPERATION = st.builds(
    Operation,
    st.none() | NUMBER,
    st.none() | TEXT,
    COUNT,
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | NUMBER,
    st.none() | NUMBER,
    COUNT,
    st.builds(Bandwidth, *[FIGURE] * 6),
    st.builds(Cycles, COUNT, COUNT),
    COUNT,
    st.none() | TEXT,
)
SHAPE = st.lists(st.integers(0, 2**32 - 1), max_size=4).map(tuple)
ROW = st.builds(TilingRow, st.integers(0, 3), st.sampled_from(("NN", "TP", "SH", "?")), SHAPE, SHAPE, COUNT, COUNT)
ITERATION = st.builds(
    Iteration,
    st.integers(0, 10**18 - 1),
    FIGURE,
    st.lists(OPERATION, max_size=3).map(tuple),
    inference_us=FIGURE,
)
STATE = st.builds(
    lambda iterations, ended, **fields: RunState(
        iterations=iterations, iterations_ended=len(iterations) + ended, **fields
    ),
    iterations=st.lists(ITERATION, max_size=3).map(tuple),
    ended=st.integers(0, 5),
    product=st.none() | TEXT,
    pid=st.none() | st.just("0x88"),
    create_us=COUNT,
    loops=COUNT,
    operations=st.lists(OPERATION, max_size=2).map(tuple),
    broken=st.booleans(),
    tiling=st.lists(ROW, max_size=3).map(tuple),
    layer_dump=st.booleans(),
    reported=st.none() | st.builds(Reported, TEXT, COUNT, *[FIGURE] * 6, st.none() | WARMUP),
    total_us=FIGURE,
    average_us=FIGURE,
    top_size=COUNT,
    top=st.lists(st.builds(TopEntry, st.integers(1, 99), NUMBER, FIGURE), max_size=12).map(tuple),
    frames=st.integers(0, 10**6),
    detections=st.lists(st.builds(Detection, COUNT, st.none() | TEXT, *[FIGURE] * 5), max_size=12).map(tuple),
    diagnostics=st.lists(
        st.builds(
            Diagnostic, st.none() | st.integers(1, 10**9), st.sampled_from(("error", "warning", "info")), TEXT, TEXT
        ),
        max_size=12,
    ).map(tuple),
    diagnostics_dropped=st.integers(0, 10**6),
    unrecognized=st.integers(0, 10**6),
)
INFO = st.builds(
    RunInfo,
    id=st.none() | TEXT,
    reason=st.none() | TEXT,
    model=st.none() | TEXT,
    exit_status=st.none() | st.integers(0, 255),
    signal=st.none() | st.just("SIGSEGV"),
    duration_s=FIGURE,
)

TENSORS = st.lists(
    st.builds(NetworkTensor, TEXT, TEXT, st.lists(st.integers(0, 2**32 - 1), max_size=6).map(tuple)), max_size=6
).map(tuple)
NETWORK = st.builds(Network, st.none() | TEXT, st.none() | TEXT, TENSORS, TENSORS, COUNT, COUNT, st.none() | TEXT)


@pytest.fixture(scope="session")
def report_from() -> Callable[..., RunReport]:
    """The report of the last run in a text."""

    def report(text: str | bytes, context: Context | None = None, info: RunInfo | None = None) -> RunReport:
        data = text.encode() if isinstance(text, str) else text
        parser, fold = ProfileParser(), RunSplitter()
        fold.feed([*parser.feed(data), *parser.close()])
        fold.close()
        return report_of(
            fold.state, context or Context(), info or RunInfo(), number=fold.number, runs_in_log=fold.number
        )

    return report


@pytest.fixture(scope="session")
def seed_report(report_from: Callable[..., RunReport], seed_run: bytes) -> RunReport:
    """The report of the real run, with one label."""
    return report_from(seed_run, Context(("", "", "goldfish")), RunInfo(log="seed_run.txt"))


@pytest.fixture(scope="session")
def any_report() -> st.SearchStrategy[RunReport]:
    """Reports of any state that a text could give, and of some that none could."""
    labels = st.lists(st.none() | TEXT, max_size=5).map(lambda names: tuple(name or "" for name in names))
    context = st.builds(
        Context,
        labels,
        demo=st.booleans(),
        nominal_clock_mhz=st.none() | st.floats(1, 2_000),
        roofs=st.builds(Roofs, ddr_mbyte_per_s=st.none() | st.builds(Roof, st.floats(1, 1e6), st.just("user"))),
        network=st.none() | NETWORK,
    )

    @st.composite
    def reports(draw: st.DrawFn) -> RunReport:
        number = draw(st.integers(1, 10**6))
        tail = tuple(draw(st.lists(TEXT, max_size=8)))
        return report_of(draw(STATE), draw(context), draw(INFO), number=number, runs_in_log=number)._replace(tail=tail)

    return reports()
