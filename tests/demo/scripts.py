"""Scripts of events in the order in which programs print them, for the property that the writer is the parser's
inverse."""

from __future__ import annotations

from typing import Literal, TypeVar

from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.profile import Bandwidth, Cycles, Detection, Hang, Operation, Reported, TilingRow, TopEntry
from npumon.demo.dialect import Dialect
from npumon.demo.writer import DETECTION_STAGES, KSNN_STAGES

T = TypeVar("T")

#: What a program prints of its operations: anything, their times alone, or their counters alone.
Shape = Literal["anything", "times", "counters"]

# -- values that the text's formats can say -------------------------------------------------------------------------

COUNT = st.integers(0, 10**12)
SIGNED = st.integers(-(10**6), 10**9)
SMALL = st.integers(0, 10**6)
MICROS = st.integers(0, 10**12).map(lambda value: value / 1e6)  # six decimals
COORDINATE = st.integers(-(10**10), 10**10).map(lambda value: value / 1e6)
#: Any visible text; `[ ] :` delimit the words of the layer line, and blanks at the ends are not part of a value.
WORDS = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="[]:,") | st.just(" "), max_size=30
).map(str.strip)
NAMES = st.text("abcXYZ_0189", min_size=1, max_size=20)
VERSION = st.lists(st.integers(0, 10**9 - 1), min_size=3, max_size=8).map(lambda parts: ".".join(map(str, parts)))
HEX = st.integers(0, 2**64 - 1).map(hex)


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


BANDWIDTHS = st.builds(Bandwidth, *(maybe(MICROS) for _ in range(6)))
FULL_BANDWIDTHS = st.builds(Bandwidth, *(MICROS for _ in range(6)))
CYCLES = st.builds(Cycles, maybe(COUNT), maybe(COUNT), st.just(0))


@st.composite
def dialects(draw: st.DrawFn, shape: Shape) -> Dialect:
    return Dialect(
        layer_key=draw(st.sampled_from(["layer id", "layer_id"])),
        op_key=draw(st.sampled_from(["op_abs_id", "abs_op_id"])),
        gap=draw(st.sampled_from([None, 1, 2])),
        ninth=draw(st.booleans()),
        stars=shape == "anything" or draw(st.booleans()),
        dump=draw(st.sampled_from(["layer", "operation"])),
        times=draw(st.sampled_from(["truncated", "whole", "exact", "ms"])),
        tiling=draw(st.sampled_from(["before", "after", "absent"])),
        ids=draw(st.booleans()),
        threads=draw(st.booleans()),
        thread=draw(HEX),
        crlf=draw(st.booleans()),
        top=draw(st.sampled_from(["demo", "ksnn", "plain"])),
        totals=draw(st.sampled_from(["line", "lines", "short"])),
        device_lines=draw(st.booleans()),
    )


# -- operations and iterations ----------------------------------------------------------------------------------------


def named(draw: st.DrawFn) -> Operation:
    return Operation(draw(SIGNED), draw(WORDS), draw(COUNT), draw(WORDS), draw(WORDS))


@st.composite
def operations(draw: st.DrawFn, shape: Shape) -> Operation:
    """A block: its first line says five things at once or is missing, each other line says one."""
    if shape == "counters":
        return Operation(bandwidth=draw(FULL_BANDWIDTHS), cycles=Cycles(draw(COUNT), draw(COUNT)))
    if shape == "times":
        return named(draw)._replace(uid=draw(maybe(SIGNED)), shader=draw(maybe(NAMES)), execution_us=draw(COUNT))
    head = named(draw) if draw(st.booleans()) else Operation()
    body = head._replace(
        uid=draw(maybe(SIGNED)),
        shader=draw(maybe(NAMES)),
        execution_us=draw(maybe(COUNT)),
        bandwidth=draw(BANDWIDTHS),
        cycles=draw(CYCLES),
        window_us=draw(maybe(COUNT)),
    )
    if (body.execution_us, body.window_us) == (None, None):
        return body._replace(bandwidth=body.bandwidth._replace(axi_write=draw(MICROS)))
    return body


@st.composite
def passes(draw: st.DrawFn, shape: Shape, most: int) -> list[Operation]:
    """The operations of one pass of the graph. Their `op_abs_id` counts, or none has any."""
    found = draw(st.lists(operations(shape), max_size=most))
    numbers = sorted(draw(st.sets(SIGNED, min_size=len(found), max_size=len(found))))
    if shape == "counters" or draw(st.booleans()):
        return found
    return [each._replace(op_abs_id=number) for each, number in zip(found, numbers, strict=True)]


def elapsed(draw: st.DrawFn, dialect: Dialect) -> float:
    """A time that this build can print."""
    if dialect.times == "ms":
        return draw(st.integers(0, 10**9)) * 10.0
    return float(draw(COUNT)) if dialect.times == "whole" else draw(COUNT) / 100


def profiled(blocks: list[Operation]) -> list[ev.Event]:
    return [ev.OperationProfiled(each) for each in blocks]


def segments(draw: st.DrawFn) -> list[ev.Event]:
    return [ev.SegmentRun(number) for number in range(draw(st.integers(0, 3)))]


@st.composite
def iterations(draw: st.DrawFn, index: int, dialect: Dialect, shape: Shape) -> list[ev.Event]:
    """An iteration with its end, or one whose end only the operations of the next one tell."""
    blocks = draw(passes(shape, 4))
    ended = ev.IterationEnded(index, elapsed(draw, dialect))
    inference = ev.InferenceTimed(draw(st.integers(0, 10**11)) / 1e3)
    if blocks and blocks[0].op_abs_id is not None and draw(st.booleans()):
        return [*profiled(blocks), *profiled(blocks[:1]), ended]
    ends: list[list[ev.Event]] = [[ended], [inference], [ended, inference]]
    return [*segments(draw), *profiled(blocks), *draw(st.sampled_from(ends))]


@st.composite
def open_iterations(draw: st.DrawFn, shape: Shape) -> list[ev.Event]:
    """An iteration without its end; the newest block may lack its own end, or have hardly begun."""
    blocks = draw(passes(shape, 3))
    script: list[ev.Event] = [*segments(draw), *profiled(blocks)]
    ending = draw(st.sampled_from(["whole", "broken", "announced"]))
    if blocks and ending == "broken" and shape == "anything":
        last = blocks[-1]
        counters = last.bandwidth._replace(total_read=draw(MICROS))
        last = last._replace(bandwidth=counters, cycles=Cycles(draw(maybe(COUNT))))
        script[-1] = ev.OperationProfiled(last, complete=False)
    elif ending == "announced" and shape != "counters":
        script.append(
            ev.OperationAnnounced(named(draw)._replace(uid=draw(maybe(SIGNED)), op_abs_id=draw(maybe(SIGNED))))
        )
    return script


# -- what stands around them ------------------------------------------------------------------------------------------


@st.composite
def tiling_rows(draw: st.DrawFn, number: int) -> TilingRow:
    sizes = st.tuples(*(st.integers(1, 9_999) for _ in range(4)))
    into, out = draw(maybe(sizes)), draw(maybe(sizes))
    pairs = st.tuples(st.integers(0, 99), st.integers(0, 99))
    neighbours = st.lists(SMALL, max_size=3).map(tuple)
    row = TilingRow(
        number,
        draw(st.sampled_from(["NN", "TP", "SH", "NBG"])),
        into or (),
        out or (),
        draw(COUNT) if into else None,
        draw(COUNT) if out else None,
        pad=draw(pairs),
        pool=draw(pairs),
        stride=draw(pairs),
        parents=draw(neighbours),
        children=draw(neighbours),
    )
    estimated = draw(st.integers(1, 10**7))
    if draw(st.booleans()):
        row = row._replace(kernel_shape=draw(st.tuples(*(st.integers(1, 9_999) for _ in range(3)))))
        row = row._replace(kernel_bytes_estimated=estimated)
    if draw(st.booleans()):
        row = row._replace(
            memory_in=draw(st.sampled_from(["DD", "VS", "AS"])),
            memory_out=draw(st.sampled_from(["DD", "VS", "AS"])),
            image_cache_bytes=draw(SMALL),
            kernel_cache_bytes=draw(SMALL),
            kernel_type=draw(maybe(st.sampled_from(["DD", "VS"]))),
        )
        if row.kernel_shape is not None:
            row = row._replace(kernel_bytes=draw(maybe(st.integers(1, estimated))))
    return row


@st.composite
def tables(draw: st.DrawFn) -> list[ev.Event]:
    numbers = sorted(draw(st.sets(st.integers(0, 999), max_size=3)))
    rows = tuple(draw(tiling_rows(number)) for number in numbers)
    return [ev.MemorySized(draw(COUNT), draw(COUNT)), *([ev.TilingTabulated(rows)] if rows else [])]


@st.composite
def totals(draw: st.DrawFn, dialect: Dialect) -> list[ev.Event]:
    if dialect.totals == "short":  # both in one line, with no or two decimals of a millisecond
        milliseconds, hundredths = draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))
        return [ev.TotalTimed(milliseconds * 1e3), ev.AverageTimed(hundredths * 10.0)]
    script: list[ev.Event] = []
    if draw(st.booleans()):
        script.append(ev.TotalTimed(elapsed(draw, dialect)))
    if draw(st.booleans()):
        average = draw(st.integers(0, 10**9)) * 10.0 if dialect.times == "ms" else draw(COUNT) / 100
        script.append(ev.AverageTimed(average))
    return script


@st.composite
def tops(draw: st.DrawFn, dialect: Dialect) -> list[ev.Event]:
    size = draw(st.integers(0, 12))
    decimals = 5 if dialect.top == "ksnn" else 6
    scores = draw(st.lists(st.integers(-(10**8), 10**decimals), max_size=size))
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
    labelled = st.builds(lambda label, score, at: Detection(None, label, score, *at), WORDS, MICROS, box)
    classed = st.builds(lambda label, score: Detection(None, label, score), WORDS, MICROS)
    unnamed = st.builds(lambda at: Detection(None, None, None, *at), box)
    # a box without class right after a class without box would be read as one object
    last = draw(st.lists(classed, max_size=1))
    found = [*draw(st.lists(numbered | labelled | unnamed, max_size=5)), *last]
    frames = draw(st.integers(0, 3))
    counted: list[ev.Event] = [ev.DetectionsCounted(0)] * (frames - 1)
    if frames:
        counted.append(ev.DetectionsCounted(len(found)))
    return [*counted, *map(ev.ObjectDetected, found)]


@st.composite
def endings(draw: st.DrawFn) -> list[ev.Event]:
    """A hang in the kernel's log, and the terminal's `^C`."""
    script: list[ev.Event] = []
    at = draw(maybe(st.just("25.253842")))
    if draw(st.booleans()):
        script.append(ev.HangNoticed(Hang(at, False, "[galcore]: NP[0] hang, automatic recovery.")))
        if draw(st.booleans()):
            script.append(ev.HangNoticed(Hang(at, True, "[galcore]: recovery done.")))
    return [*script, ev.InterruptEchoed()] if draw(st.booleans()) else script


@st.composite
def scripts(draw: st.DrawFn, dialect: Dialect, shape: Shape) -> list[ev.Event]:
    """The events of one run in the order in which programs print them, any part of it or its end missing."""

    def some(*events: ev.Event) -> tuple[ev.Event, ...]:
        return events if draw(st.booleans()) else ()

    def phase() -> int:
        return draw(SMALL) * 1000 if dialect.times == "ms" else draw(COUNT)

    stages = [*KSNN_STAGES, *DETECTION_STAGES, "result type is 2", "Total segments: 66."]
    stage = draw(st.none() | st.sampled_from(stages))
    started = some(ev.GraphStarted(draw(st.integers(0, 5))))
    script: list[ev.Event] = [
        *(ev.ForeignText(1, "") for _ in range(draw(st.integers(0, 2)))),
        *some(ev.KsnnAnnounced(draw(VERSION))),
        *([ev.StageReached(stage)] if stage is not None else []),
        *some(ev.ProductNamed(draw(WORDS), draw(HEX))),
        *some(ev.DriverVersioned(draw(VERSION))),
        *(some(ev.ThreadCreated(dialect.thread)) if dialect.threads else ()),
        *some(ev.ProgramReported(Reported("nnstreamer"))),
        *some(ev.NetworkCreated(phase())),
        *some(ev.VerifyStarted()),
        *(some(ev.CommandsDumped()) if started else ()),
        *some(ev.GraphVerified(phase())),
        *some(ev.PowerManagementSet(draw(st.booleans()))),
        *started,
        *(some(*draw(tables())) if dialect.tiling != "absent" else ()),
        *some(ev.LayerDumped()),
        *some(ev.TextCut()),
    ]
    first = draw(st.integers(1, 3))
    for index in range(first, first + draw(st.integers(0, 3))):
        script += draw(iterations(index, dialect, shape))
    # a frame ends what is profiled before it, so an iteration that is left open has no detections after it
    start, end = draw(st.sampled_from([([open_iterations(shape)], []), ([], [detections()])]))
    for part in (*start, totals(dialect), tops(dialect), *end):
        if draw(st.booleans()):
            script += draw(part)
    if dialect.threads:
        script += some(ev.ThreadExited(dialect.thread))
    if draw(st.booleans()):
        return script + draw(endings())
    del script[draw(st.integers(0, len(script))) :]
    if dialect.totals == "short" and script and isinstance(script[-1], ev.TotalTimed):
        del script[-1]  # the short form says the average in the same line
    return script


@st.composite
def benchmark_scripts(draw: st.DrawFn) -> list[ev.Event]:
    """The events of benchmark_model: an inference to warm up, then some more, with counters or without."""
    period = draw(st.integers(0, 3))
    figure = st.integers(0, 999_999).map(float)

    def counted(many: int) -> Reported:
        if many == 1:
            only = draw(figure)
            return Reported("benchmark_model", 1, only, only, only, only)
        first, least, most, average, spread = (draw(figure) for _ in range(5))
        return Reported("benchmark_model", many, first, least, most, average, spread)

    def inferences(many: int) -> list[ev.Event]:
        return profiled([draw(operations("counters")) for _ in range(many * period)])

    warmup = counted(1)
    many = draw(st.integers(2, 4))
    measured = counted(many)._replace(warmup=warmup)
    script: list[ev.Event] = [
        ev.StageReached("STARTING!"),
        *inferences(1),
        ev.ProgramReported(warmup, 1),
        *inferences(many),
        ev.ProgramReported(measured, many),
        ev.ProgramReported(measured._replace(init_us=draw(figure)), None),
    ]
    return script[: draw(st.integers(1, len(script)))]


@st.composite
def tengine_scripts(draw: st.DrawFn) -> list[ev.Event]:
    """The events of Tengine's examples, which list scores before classes."""
    many = draw(st.integers(1, 4))
    period = draw(st.integers(0, 2))
    least, most, average = (draw(SMALL) * 10.0 for _ in range(3))
    scores = draw(st.lists(MICROS, max_size=5))
    listed = [ev.TopListed(TopEntry(rank, draw(SMALL), score)) for rank, score in enumerate(scores, 1)]
    top: list[ev.Event] = [ev.TopStarted(5), *listed] if listed else []
    return [
        *profiled([draw(operations("counters")) for _ in range(many * period)]),
        ev.ProgramReported(Reported("tengine", many, None, least, most, average), many),
        *top,
    ]
