"""The writer is the inverse of the parser: what it writes folds to the state that it was given.

States come from scripts of events in the order of a real run, folded by the fold itself, so each of them is one
that some text produces; nothing is left out of the comparison. Messages are then put on lines of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Cycles, Detection, Diagnostic, Iteration, Operation, TopEntry
from npumon.core.run.fold import reduce
from npumon.core.run.splitter import RunCompleted, RunSplitter, looks_like_a_run
from npumon.core.run.state import EMPTY, RunState
from npumon.demo import writer
from npumon.demo.dialect import C_DEMO, KSNN, LAYERED, Dialect
from npumon.demo.writer import write
from tests.demo.scripts import COUNT, WORDS, Shape, benchmark_scripts, dialects, scripts, tengine_scripts

SEED_RUN = Path(__file__).parents[1] / "data/seed_run.txt"


def fold(events: Iterable[ev.Event]) -> RunState:
    state = EMPTY
    for event in events:
        state = reduce(state, event)
    return state


def read(text: bytes) -> RunState:
    parser = ProfileParser()
    return fold([*parser.feed(text), *parser.close()])


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
            Diagnostic(0, "warning", "driver", "vxoBinaryGraph_patchTP[4856]: cann't support data type 4"),
            Diagnostic(0, "error", "driver", "fail to read lcdt offset"),
            Diagnostic(0, "error", "program", "terminate called after throwing an instance of 'std::logic_error'"),
            Diagnostic(0, "error", "program", "what():  basic_string::_M_construct null not valid"),
            Diagnostic(0, "error", "program", "python3: symbol lookup error: ./libnn_net.so: undefined symbol: f"),
            Diagnostic(0, "error", "program", "net: main.cpp:85: int main(int, char**): Assertion `argc > 2' failed."),
            Diagnostic(0, "error", "model", "Fail to show result."),
            Diagnostic(0, "error", "model", "Usage: ./inceptionv3 data_file inputs..."),
        ]
    ),
)  # fmt: skip
NOBODY_KNOWS = WORDS.map(lambda text: f"GPUTOTALCYCLES that nobody knows {text}".strip())


@st.composite
def told(draw: st.DrawFn) -> tuple[list[ev.Event], Dialect]:
    """The events of a run and a dialect that can say them."""
    shape: Shape = draw(st.sampled_from(["anything", "times", "counters"]))
    kind = draw(st.sampled_from(["demo", "demo", "benchmark", "tengine"]))
    if kind == "demo":
        dialect = draw(dialects(shape))
        return draw(with_failures(draw(scripts(dialect, shape)))), dialect
    return draw(benchmark_scripts() if kind == "benchmark" else tengine_scripts()), draw(dialects("counters"))


@st.composite
def with_failures(draw: st.DrawFn, script: list[ev.Event]) -> list[ev.Event]:
    failed = draw(st.lists(st.integers(1, 4) | st.none(), max_size=2, unique=True))
    failures = [
        ev.IterationFailed(
            index, "the graph could not be run" if index else "the program's own limit: execution time too long"
        )
        for index in failed
    ]
    position = next((at for at, event in enumerate(script) if isinstance(event, AFTER_ITERATIONS)), len(script))
    return [*script[:position], *failures, *script[position:]]


@st.composite
def runs(draw: st.DrawFn) -> tuple[RunState, Dialect]:
    """A state and a dialect that can say it, with messages and unknown lines on line numbers of their own."""
    script, dialect = draw(told())
    return draw(with_messages(fold(script), dialect)), dialect


#: What comes after the iterations, and so after the failure of one.
AFTER_ITERATIONS = (
    ev.TotalTimed, ev.AverageTimed, ev.TopStarted, ev.DetectionsCounted, ev.ObjectDetected, ev.ThreadExited,
    ev.HangNoticed, ev.InterruptEchoed,
)  # fmt: skip


@st.composite
def with_messages(draw: st.DrawFn, state: RunState, dialect: Dialect) -> RunState:
    if any(each.source == "npumon" for each in state.diagnostics):
        return state  # where the fold's own remarks stand among the messages is not the writer's to say
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
    number, frame_from = 0, state.frame_from
    for at in range(len(lines) + 4):
        for item in placed.get(at, ()):
            number += 1
            if isinstance(item, str):
                unknown.append(ev.Unrecognized(number, item))
            else:
                diagnostics.append(item._replace(line=number, count=draw(st.integers(1, 3))))
        if at < len(lines) and lines[at].startswith(("Run graph the", "Test Fail")):
            diagnostics.append(failures.pop(0)._replace(line=number + 1))
        if at < len(lines) and lines[at].startswith("resultData"):
            frame_from = state.frame_from + len(unknown)
        number += 1
    return state._replace(
        diagnostics=tuple(diagnostics),
        unrecognized=len(unknown),
        unrecognized_lines=tuple(unknown),
        frame_from=frame_from,
    )


@settings(deadline=None)
@given(runs())
def test_the_text_of_a_run_folds_back_to_the_run(run: tuple[RunState, Dialect]) -> None:
    state, dialect = run
    assert read(write(state, dialect)) == state


COMMANDS = ("./net net.nb a.jpg", "python3 yolo.py --level 2", "sudo dmesg")


def read_session(text: bytes) -> list[RunState]:
    """The runs of a session; where lines stand in it is nothing that a script says."""
    parser, splitter = ProfileParser(), RunSplitter()
    completed = [*splitter.feed([*parser.feed(text), *parser.close()]), *splitter.close()]
    states = [each.state for each in completed if isinstance(each, RunCompleted)]
    return [
        state._replace(diagnostics=tuple(each._replace(line=None) for each in state.diagnostics)) for state in states
    ]


def between_prompts(script: Sequence[ev.Event], command: str | None) -> list[RunState]:
    """The runs that these events are after a prompt at which the command was typed, before another prompt."""
    splitter = RunSplitter()
    completed = [*splitter.feed([ev.Prompted(command), *script, ev.Prompted(None)]), *splitter.close()]
    return [each.state for each in completed if isinstance(each, RunCompleted) and looks_like_a_run(each.state)]


def write_session(states: Sequence[RunState], dialect: Dialect) -> bytes:
    """The text of a shell session: each run after the prompt at which it was started, and a last prompt."""
    prompt = (dialect.prompt.rstrip() + ("\r\n" if dialect.crlf else "\n")).encode()
    text = b""
    for state in states:
        if state.command is None:
            text += prompt
        text += write(state._replace(ended=None), dialect, text.count(b"\n") + 1)
    return text + prompt


@settings(deadline=None)
@given(st.data(), st.lists(st.none() | st.sampled_from(COMMANDS), max_size=3))
def test_a_session_is_read_run_by_run(data: st.DataObject, commands: list[str | None]) -> None:
    dialect = data.draw(dialects("anything"))
    written = []
    for command in commands:
        script = data.draw(with_failures(data.draw(scripts(dialect, "anything"))))
        whole = [event for event in script if not isinstance(event, ev.TextCut)]  # before a run it is not the run's
        runs_of = between_prompts(whole, command)
        if len(runs_of) == 1:
            written += runs_of
    text = write_session(written, dialect)
    if written:
        assert read_session(text) == written
        assert write(written[0]._replace(command=None, ended=None), dialect) in text
    else:
        assert text.decode().split() == [dialect.prompt.rstrip()]


# -- examples -------------------------------------------------------------------------------------------------------


def test_the_public_run_is_written_byte_for_byte() -> None:
    text = SEED_RUN.read_bytes()
    assert write(read(text)) == text


def test_an_empty_state_is_an_empty_text() -> None:
    assert write(EMPTY) == b""


def test_a_message_in_the_middle_of_a_line_stands_on_that_line() -> None:
    said = (
        Diagnostic(1, "error", "driver", 'Node 0x55a1b2c3d4("conv"): No.3 parameter is required but not supplied'),
        Diagnostic(1, "error", "ovxlib", "[vnn_VerifyGraph:85]CHECK STATUS(-4:The given graph is not valid)"),
    )
    state = RunState(phase="verifying", create_us=1000, diagnostics=said)
    text = write(state, Dialect(threads=False))
    assert b"not suppliedE [vnn_VerifyGraph:85]CHECK" in text.splitlines()[0]
    assert read(text) == state


@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_counters_are_written_as_their_low_32_bits(wraps: int, low: int, busy: int) -> None:
    total = (wraps << 32) + low
    counted = Operation(op_abs_id=0, execution_us=1, cycles=Cycles(total, total - busy, wraps))
    state = read(write(RunState(iterations=(Iteration(1, 1.0, (counted,)),), iterations_ended=1)))
    (operation,) = state.iterations[0].operations
    assert (operation.cycles.total, operation.cycles.wraps) == (low, 0)
    assert (low - (operation.cycles.idle or 0)) % 2**32 == busy


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
