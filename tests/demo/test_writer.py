"""The writer is the inverse of the parser: what it writes folds to the state that it was given.

States come from scripts of events in the order of a real run, folded by the fold itself, so each of them is one
that some text produces; nothing is left out of the comparison. Messages are then put on lines of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Bandwidth, Cycles, Detection, Diagnostic, Iteration, Operation, TopEntry
from npumon.core.run.fold import reduce
from npumon.core.run.state import EMPTY, RunState
from npumon.demo import writer
from npumon.demo.dialect import C_DEMO, KSNN, LAYERED, Dialect
from npumon.demo.writer import DETECTION_STAGES, KSNN_STAGES, write

T = TypeVar("T")

SEED_RUN = Path(__file__).parents[1] / "data/seed_run.txt"


def fold(events: Iterable[ev.Event]) -> RunState:
    state = EMPTY
    for event in events:
        state = reduce(state, event)
    return state


def read(text: bytes) -> RunState:
    parser = ProfileParser()
    return fold([*parser.feed(text), *parser.close()])


# -- values that the text's formats can say -------------------------------------------------------------------------

COUNT = st.integers(0, 10**12)
SIGNED = st.integers(-(10**6), 10**9)
MICROS = st.integers(0, 10**12).map(lambda value: value / 1e6)  # six decimals
COORDINATE = st.integers(-(10**10), 10**10).map(lambda value: value / 1e6)
#: Any visible text; `[ ] :` delimit the words of the layer line, and blanks at the ends are not part of a value.
WORDS = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="[]:,") | st.just(" "), max_size=30
).map(str.strip)
VERSION = st.lists(st.integers(0, 10**9 - 1), min_size=3, max_size=8).map(lambda parts: ".".join(map(str, parts)))
HEX = st.integers(0, 2**64 - 1).map(hex)

DIALECTS = st.builds(
    Dialect,
    layer_key=st.sampled_from(["layer id", "layer_id"]),
    op_key=st.sampled_from(["op_abs_id", "abs_op_id"]),
    gap=st.sampled_from([None, 1, 2]),
    times=st.sampled_from(["truncated", "whole", "exact"]),
    tiling=st.sampled_from(["before", "after", "absent"]),
    threads=st.booleans(),
    thread=HEX,
    crlf=st.booleans(),
    top=st.sampled_from(["demo", "ksnn", "plain"]),
    totals=st.sampled_from(["line", "lines", "short"]),
    device_lines=st.booleans(),
    ninth=st.just(False),
    stars=st.just(True),
    dump=st.sampled_from(["layer", "operation"]),
    ids=st.booleans(),
    prompt=st.just("khadas@Khadas:~/net$ "),
)


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


BANDWIDTHS = st.builds(Bandwidth, *(maybe(MICROS) for _ in range(6)))
CYCLES = st.builds(Cycles, maybe(COUNT), maybe(COUNT), st.just(0))


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """A block: its first line says five things at once or is missing, each other line says one."""
    body = Operation(
        uid=draw(maybe(SIGNED)),
        execution_us=draw(maybe(COUNT)),
        bandwidth=draw(BANDWIDTHS),
        cycles=draw(CYCLES),
        window_us=draw(maybe(COUNT)),
    )
    if body != Operation() and not draw(st.booleans()):
        return body
    return body._replace(
        layer_id=draw(SIGNED),
        name=draw(WORDS),
        operation_index=draw(COUNT),
        operation=draw(WORDS),
        target=draw(WORDS),
    )


@st.composite
def passes(draw: st.DrawFn, most: int) -> list[Operation]:
    """The operations of one pass of the graph. Their `op_abs_id` counts, or none has any."""
    found = draw(st.lists(operations(), max_size=most))
    numbers = sorted(draw(st.sets(SIGNED, min_size=len(found), max_size=len(found))))
    if draw(st.booleans()):
        return [each._replace(op_abs_id=number) for each, number in zip(found, numbers, strict=True)]
    bare = [each._replace(op_abs_id=None) for each in found]
    return [each for each in bare if each != Operation()]


@st.composite
def iterations(draw: st.DrawFn, index: int, dialect: Dialect) -> list[ev.Event]:
    blocks = draw(passes(4))
    script: list[ev.Event] = [ev.OperationProfiled(each) for each in blocks]
    ended = ev.IterationEnded(index, float(draw(COUNT)) if dialect.times == "whole" else draw(COUNT) / 100)
    inference = ev.InferenceTimed(draw(st.integers(0, 10**11)) / 1e3)
    return script + draw(st.sampled_from([[ended], [inference], [ended, inference]]))


@st.composite
def open_iterations(draw: st.DrawFn) -> list[ev.Event]:
    """An iteration without its end; the newest block may lack its own end."""
    blocks = draw(passes(3))
    script: list[ev.Event] = [ev.OperationProfiled(each) for each in blocks]
    broken = draw(st.booleans())
    if blocks and broken:
        script[-1] = ev.OperationProfiled(blocks[-1], complete=False)
    return script


@st.composite
def totals(draw: st.DrawFn, dialect: Dialect) -> list[ev.Event]:
    if dialect.totals == "short":  # both in one line, with no or two decimals of a millisecond
        milliseconds, hundredths = draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))
        return [ev.TotalTimed(milliseconds * 1e3), ev.AverageTimed(hundredths * 10.0)]
    script: list[ev.Event] = []
    if draw(st.booleans()):
        script.append(ev.TotalTimed(float(draw(COUNT)) if dialect.times == "whole" else draw(COUNT) / 100))
    if draw(st.booleans()):
        script.append(ev.AverageTimed(draw(COUNT) / 100))
    return script


@st.composite
def tops(draw: st.DrawFn, dialect: Dialect) -> list[ev.Event]:
    size = draw(st.integers(0, 12))
    decimals = 5 if dialect.top == "ksnn" else 6
    scores = draw(st.lists(st.integers(0, 10**decimals), max_size=size))
    classes = [draw(st.integers(-1, 1000)) for _ in scores]
    entries = [
        TopEntry(rank, index, score / 10**decimals)
        for rank, (index, score) in enumerate(zip(classes, scores, strict=True), 1)
    ]
    return [ev.TopStarted(size), *map(ev.TopListed, entries)]


@st.composite
def detections(draw: st.DrawFn) -> list[ev.Event]:
    """C demos number their boxes; KSNN's come as a class line, a box line, or both. Scores have few decimals."""
    box = st.tuples(COORDINATE, COORDINATE, COORDINATE, COORDINATE)
    numbered = st.builds(lambda index, at: Detection(index, None, None, *at), COUNT, box)
    named = st.builds(lambda label, score, at: Detection(None, label, score, *at), WORDS, MICROS, box)
    classed = st.builds(lambda label, score: Detection(None, label, score), WORDS, MICROS)
    unnamed = st.builds(lambda at: Detection(None, None, None, *at), box)
    # a box without class right after a class without box would be read as one object
    last = draw(st.lists(classed, max_size=1))
    found = [*draw(st.lists(numbered | named | unnamed, max_size=5)), *last]
    frames = draw(st.integers(0, 3))
    counted: list[ev.Event] = [ev.DetectionsCounted(0)] * (frames - 1)
    if frames:
        counted.append(ev.DetectionsCounted(len(found)))
    return [*counted, *map(ev.ObjectDetected, found)]


@st.composite
def scripts(draw: st.DrawFn, dialect: Dialect) -> list[ev.Event]:
    """The events of one run in the order in which programs print them, any part of it or its end missing."""

    def some(*events: ev.Event) -> tuple[ev.Event, ...]:
        return events if draw(st.booleans()) else ()

    stage = draw(st.none() | st.sampled_from([*KSNN_STAGES, *DETECTION_STAGES, "result type is 2"]))
    memory = some(ev.MemorySized(draw(COUNT), draw(COUNT))) if dialect.tiling != "absent" else ()
    script: list[ev.Event] = [
        *some(ev.KsnnAnnounced(draw(VERSION))),
        *([ev.StageReached(stage)] if stage is not None else []),
        *some(ev.ProductNamed(draw(WORDS), draw(HEX))),
        *some(ev.DriverVersioned(draw(VERSION))),
        *(some(ev.ThreadCreated(dialect.thread)) if dialect.threads else ()),
        *some(ev.NetworkCreated(draw(COUNT))),
        *some(ev.VerifyStarted()),
        *some(ev.GraphVerified(draw(COUNT))),
        *some(ev.GraphStarted(draw(st.integers(0, 5)))),
        *memory,
    ]
    first = draw(st.integers(1, 3))
    for index in range(first, first + draw(st.integers(0, 3))):
        script += draw(iterations(index, dialect))
    # a frame ends what is profiled before it, so an iteration that is left open has no detections after it
    start, end = draw(st.sampled_from([([open_iterations()], []), ([], [detections()])]))
    for part in (*start, totals(dialect), tops(dialect), *end):
        if draw(st.booleans()):
            script += draw(part)
    if dialect.threads:
        script += some(ev.ThreadExited(dialect.thread))
    if draw(st.booleans()):
        return script
    del script[draw(st.integers(0, len(script))) :]
    if dialect.totals == "short" and script and isinstance(script[-1], ev.TotalTimed):
        del script[-1]  # the short form says the average in the same line
    return script


# -- messages between the lines -------------------------------------------------------------------------------------

PLACES = st.lists(st.text("abcXYZ_0189./", min_size=1, max_size=12), min_size=1, max_size=2).map(":".join)
LEVELS = st.sampled_from(["error", "warning", "info", "debug"])
MESSAGES = st.one_of(
    st.builds(
        lambda level, place, line, text: Diagnostic(0, level, "ovxlib", f"[{place}:{line}]{text}"),
        LEVELS, PLACES, COUNT, WORDS,
    ),
    st.builds(
        lambda level, line, text: Diagnostic(0, level, "detect", f"Detect_api:[det_set_model:{line}]{text}"),
        LEVELS, COUNT, WORDS,
    ),
    st.builds(
        lambda number: Diagnostic(0, "error", "shell", f"run.sh: line 5: {number} Segmentation fault"), COUNT
    ),
    st.sampled_from(
        [
            Diagnostic(0, "error", "shell", "Aborted"),
            Diagnostic(0, "warning", "driver", "gcSHADER_WriteBufferToFile: Failed to open file"),
            Diagnostic(0, "error", "model", "Fail to show result."),
            Diagnostic(0, "error", "model", "Usage: ./inceptionv3 data_file inputs..."),
        ]
    ),
)  # fmt: skip
NOBODY_KNOWS = WORDS.map(lambda text: f"nobody knows {text}".strip())


@st.composite
def runs(draw: st.DrawFn) -> tuple[RunState, Dialect]:
    """A state and a dialect that can say it, with messages and unknown lines on line numbers of their own."""
    dialect = draw(DIALECTS)
    script = draw(scripts(dialect))
    failed = draw(st.lists(st.integers(1, 4) | st.none(), max_size=2, unique=True))
    failures = [
        ev.IterationFailed(
            index, "the graph could not be run" if index else "the program's own limit: execution time too long"
        )
        for index in failed
    ]
    position = next((at for at, event in enumerate(script) if isinstance(event, AFTER_ITERATIONS)), len(script))
    state = fold([*script[:position], *failures, *script[position:]])
    return draw(with_messages(state, dialect)), dialect


#: What comes after the iterations, and so after the failure of one.
AFTER_ITERATIONS = (
    ev.TotalTimed, ev.AverageTimed, ev.TopStarted, ev.DetectionsCounted, ev.ObjectDetected, ev.ThreadExited
)  # fmt: skip


@st.composite
def with_messages(draw: st.DrawFn, state: RunState, dialect: Dialect) -> RunState:
    lines = write(state, dialect).decode().split("\n")[:-1]
    table = [at for at, line in enumerate(lines) if "VerifyTiling" in line]
    placed: dict[int, list[Diagnostic | str]] = {}
    for item in draw(st.lists(MESSAGES | NOBODY_KNOWS, max_size=6, unique=True)):
        at = draw(st.integers(0, len(lines) + 3))
        if isinstance(item, str) and table and table[0] < at <= table[1]:
            at = table[1] + 1  # inside the table, an unknown line is a line of the table
        placed.setdefault(at, []).append(item)
    failures = list(state.diagnostics)
    diagnostics: list[Diagnostic] = []
    unknown: list[ev.Unrecognized] = []
    number = 0
    for at in range(len(lines) + 4):
        for item in placed.get(at, ()):
            number += 1
            if isinstance(item, str):
                unknown.append(ev.Unrecognized(number, item))
            else:
                diagnostics.append(item._replace(line=number, count=draw(st.integers(1, 3))))
        if at < len(lines) and lines[at].startswith(("Run graph the", "Test Fail")):
            diagnostics.append(failures.pop(0)._replace(line=number + 1))
        number += 1
    return state._replace(
        diagnostics=tuple(diagnostics),
        unrecognized=len(unknown),
        unrecognized_lines=tuple(unknown),
    )


@settings(deadline=None)
@given(runs())
def test_the_text_of_a_run_folds_back_to_the_run(run: tuple[RunState, Dialect]) -> None:
    state, dialect = run
    assert read(write(state, dialect)) == state


# -- examples -------------------------------------------------------------------------------------------------------


def test_the_public_run_is_written_byte_for_byte() -> None:
    text = SEED_RUN.read_bytes()
    assert write(read(text)) == text


def test_an_empty_state_is_an_empty_text() -> None:
    assert write(EMPTY) == b""


@pytest.mark.parametrize("dialect", [C_DEMO, LAYERED, KSNN])
def test_each_part_of_a_piecewise_text_stands_in_the_whole(dialect: Dialect) -> None:
    it = Iteration(1, 21609.0, (Operation(execution_us=20845, window_us=21124),))
    state = RunState(
        product="VIPNano-QI", pid="0x88", create_us=59455, phase="done", iterations=(it,), iterations_ended=1
    )
    prints = itertools.count(1)
    blocks = [
        *writer.opening(state, dialect, prints),
        writer.iteration(it, dialect, prints),
        *writer.closing(state, dialect, prints),
    ]
    assert "".join(f"{line}\n" for block in blocks for line in block.lines).encode() == write(state, dialect)
    assert sum(block.took_us for block in blocks) == 59455 + 21609


@pytest.mark.parametrize(
    ("state", "dialect"),
    [
        (RunState(product="VIPNano-QI"), C_DEMO),
        (RunState(axi_sram_bytes=1), C_DEMO),
        (RunState(axi_sram_bytes=1, vip_sram_bytes=1), Dialect(tiling="absent")),
        (RunState(iterations=(Iteration(1),)), C_DEMO),
        (RunState(frames=1), C_DEMO),
        (RunState(iterations=(Iteration(1, 0.5),)), Dialect(times="whole")),
        (RunState(total_us=1500.0, average_us=1500.0), Dialect(totals="short")),
        (RunState(total_us=1000.0), Dialect(totals="short")),
        (RunState(stage="a step of no program"), C_DEMO),
        (RunState(top_size=1, top=(TopEntry(1, 2, None),)), C_DEMO),
        (RunState(detections=(Detection(number=1, left=1.0),)), C_DEMO),
        (RunState(diagnostics=(Diagnostic(1, "warning", "npumon", "its own remark"),)), C_DEMO),
        (RunState(diagnostics=(Diagnostic(None, "error", "model", "no line says this"),)), C_DEMO),
        (RunState(diagnostics_dropped=1), C_DEMO),
        (RunState(unrecognized=1), C_DEMO),
    ],
)  # fmt: skip
def test_what_no_text_says_is_refused(state: RunState, dialect: Dialect) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        write(state, dialect)
