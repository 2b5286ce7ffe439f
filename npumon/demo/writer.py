"""Turns a run's state into the profiler's text: the inverse of `core.log.parser` folded by `core.run.fold`.

`write` returns the whole text of a state. `opening`, `iteration` and `closing` return the same lines piecewise, so that
a program can print them at the pace of a board. A state that no text stands for (a product without its pid, a time with
more decimals than are printed) raises `ValueError`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from npumon.core.profile import Hang, Iteration, Operation
from npumon.core.run.state import RunState
from npumon.demo.blocks import command_dump_lines, dump_line, head_lines, iteration_blocks, segment_lines
from npumon.demo.dialect import C_DEMO, Dialect
from npumon.demo.messages import failure_line, merged, placed, repeated
from npumon.demo.reported import BENCHMARK_RUNNING, BENCHMARK_STARTING, count_line, repeat_line, timings_line
from npumon.demo.results import (
    RESULT_TYPE,
    frames_lines,
    known,
    phase_text,
    plain,
    times_text,
    top_lines,
    totals_lines,
)
from npumon.demo.tiling import tiling_lines

#: The steps that a KSNN example and a C detection demo announce, in order.
KSNN_STAGES = ("Start init neural network ...", "Done.", "Get input data ...", "Start inference ...")
DETECTION_STAGES = (
    "det_set_model success!!",
    "model.width:416",
    "model.height:416",
    "model.channel:3",
    "Det_set_input START",
    "Det_set_input END",
    "Det_get_result START",
    "Det_get_result END",
)
#: What stands before the segments of a network binary graph.
_SEGMENTS = "Total segments"


class Block(NamedTuple):
    """Lines that are printed at once, and the microseconds that pass before the program prints them."""

    lines: list[str]
    took_us: float = 0.0


def write(state: RunState, dialect: Dialect = C_DEMO, first: int = 1) -> bytes:
    """Return the text of the state, whose first line has this number. Diagnostics and unrecognized lines stand on the
    lines that they name."""
    ending = [dialect.prompt.rstrip()] if state.ended == "prompt" else []
    return _text([*_lines(state, dialect, first), *ending], dialect)


def _text(lines: list[str], dialect: Dialect) -> bytes:
    end = "\r\n" if dialect.crlf else "\n"
    return "".join(line + end for line in lines).encode()


def _lines(state: RunState, dialect: Dialect, first: int) -> Iterator[str]:
    """Yield the lines of a run that begins on line `first`."""
    if state.forgotten or len(state.iterations) != state.iterations_ended:
        raise ValueError("operations and iterations that were not kept cannot be written")
    prints = itertools.count(1)
    blocks = (*opening(state, dialect, prints), *_passes(state, dialect, prints), *closing(state, dialect, prints))
    own = [line for block in blocks for line in block.lines]
    return itertools.chain(merged(own, placed(state), first), repeated(state))


def _passes(state: RunState, dialect: Dialect, prints: Iterator[int]) -> Iterator[Block]:
    """Yield the iterations, and what benchmark_model reports of them."""
    told = state.reported if state.reported is not None and state.reported.program == "benchmark_model" else None
    warmup = None if told is None else told.warmup
    restart = state.ksnn_version is not None and state.graph_started
    warmed = min(0 if warmup is None else warmup.count or 0, len(state.iterations))
    for index, each in enumerate(state.iterations):
        if warmup is not None and index == warmed:
            yield Block([count_line(warmup)])
        announced = _announced(state.iterations, index)
        yield iteration(each, dialect, prints, restart=restart, announced=announced, dumped=state.layer_dump)
    if warmup is not None and warmed == len(state.iterations):
        yield Block([count_line(warmup)])
    if told is not None:
        yield Block([count_line(told)])
    if told is not None and told.init_us is not None:
        yield Block([timings_line(told)])


def opening(state: RunState, dialect: Dialect, prints: Iterator[int]) -> Iterator[Block]:
    """Yield everything up to the first iteration. `prints` numbers what the driver prints."""
    stages = _stages(state.stage)
    head = []
    if state.command is not None:
        head.append(f"{dialect.prompt}{state.command}")
    head += ["words of somebody else"] * state.other_lines
    if state.ksnn_version is not None:
        head.append(f" |--- KSNN Version: {state.ksnn_version} +---| ")
    head += stages[:1]
    if (state.product is None) != (state.pid is None):
        raise ValueError("product and pid stand on one line")
    if state.product is not None:
        head.append(f"#productname={state.product}, pid={state.pid}")
    if state.driver_version is not None:
        head.append(f"[{next(prints):6d}] HAL user version {state.driver_version}")
    if dialect.threads and state.phase != "waiting":
        head.append(f"Created VX Thread: {dialect.thread}")
    yield Block(head)
    if state.reported is not None and state.reported.program == "nnstreamer":
        yield Block(["Setting pipeline to PAUSED ..."])
    if state.create_us is not None:
        yield Block([f"Create Neural Network: {phase_text(state.create_us, dialect)}"], state.create_us)
    if state.verify_us is not None or state.phase == "verifying":
        yield Block(["Verify..."])
    if dialect.tiling != "after":
        yield Block(tiling_lines(state, dialect))
    if state.command_dump:
        yield Block(command_dump_lines(_dumped_operations(state), dialect))
    if state.verify_us is not None:
        yield Block([f"Verify Graph: {phase_text(state.verify_us, dialect)}"], state.verify_us)
    yield Block(stages[1:])
    if state.cnn_perf:
        yield Block([f"turned powerManagement {'on' if state.power_management else 'off'} for CNN_PERF=1"])
    if state.loops is not None:
        yield Block([f"Start run graph [{state.loops}] times..."])
    elif state.graph_started:
        yield Block(["Start run graph [1] times..."])
    if dialect.tiling == "after":
        yield Block(tiling_lines(state, dialect))
    if state.stage is not None and state.stage.startswith(_SEGMENTS):
        yield Block([state.stage])
    if state.layer_dump and not state.operations and not any(each.operations for each in state.iterations):
        yield Block([dump_line(0, Operation(), dialect)])
    if state.cut:
        yield Block([".."])


def iteration(
    it: Iteration,
    dialect: Dialect,
    prints: Iterator[int],
    *,
    restart: bool = False,
    announced: bool = False,
    dumped: bool = False,
) -> Block:
    """Return one iteration with its profiled blocks. `restart` is for KSNN, which starts the graph again for each;
    `announced` puts `Run the 1 time` before its inference line in any case, `dumped` a line before each operation."""
    lines = []
    if restart and it.number > 1 and it.operations:
        lines.append("Start run graph [1] times...")
    lines += iteration_blocks(it, dialect, prints, dumped=dumped)
    if it.elapsed_us is None and it.inference_us is None and it.operations:
        return Block(lines)  # the next one's operations tell its end
    elapsed_us = known(it.elapsed_us, "an iteration's time")
    if announced or it.inference_us != elapsed_us:
        lines.append(f"Run the {it.number} time: {times_text(elapsed_us, dialect)}")
    if it.inference_us is not None:
        lines.append(f"Done. inference :  {plain(it.inference_us / 1e6, 9)}")
    return Block(lines, elapsed_us)


def _announced(iterations: Sequence[Iteration], index: int) -> bool:
    """Return whether an inference line alone would be read otherwise.

    It counts on, and without a block before it, it belongs to the iteration before, if that has none yet.
    """
    it = iterations[index]
    taken = index > 0 and iterations[index - 1].inference_us is None and not it.operations
    return it.number != index + 1 or taken


def closing(state: RunState, dialect: Dialect, prints: Iterator[int]) -> Iterator[Block]:
    """Yield everything after the last complete iteration, beginning with the iteration that is still open."""
    still_open = state.open_iteration
    if still_open is not None:
        yield Block(iteration_blocks(still_open, dialect, prints, dumped=state.layer_dump, broken=state.broken))
    else:
        yield Block(segment_lines(state.segments))
    if state.announced is not None:
        yield Block(head_lines(state.announced, dialect))
    yield Block([failure_line(each) for each in state.diagnostics if each.line is None and each.source != "npumon"])
    if state.reported is not None and state.reported.program == "tengine":
        yield Block([repeat_line(state.reported)])
    if state.cnn_perf and not state.power_management and state.total_us is not None:
        yield Block(["turned powerManagement on for CNN_PERF=1"])
    yield Block(totals_lines(state, dialect))
    yield Block(top_lines(state, dialect))
    yield Block(frames_lines(state))
    if dialect.threads and state.phase == "done" and state.has_result:
        yield Block([f"Exit VX Thread: {dialect.thread}"])
    if state.hung is not None:
        yield Block(_hang_lines(state.hung))
    if state.cancelled:
        yield Block(["^C"])


def _hang_lines(hung: Hang) -> list[str]:
    """Return the kernel's notices of a hang, and that it is over."""
    stamp = "" if hung.at is None else f"[{hung.at:>12}] "
    over = [f"{stamp}[galcore]: recovery done."] if hung.recovered and "done" not in hung.message else []
    return [stamp + hung.message, *over]


def _stages(stage: str | None) -> list[str]:
    """Return the steps announced until then; those that were not announced are left out."""
    if stage is None:
        return []
    for ladder in (KSNN_STAGES, DETECTION_STAGES):
        if stage in ladder:
            return list(ladder[: ladder.index(stage) + 1])
    if stage.startswith(RESULT_TYPE):
        return list(DETECTION_STAGES)
    if stage == BENCHMARK_STARTING or stage.startswith(BENCHMARK_RUNNING):
        return list(dict.fromkeys((BENCHMARK_STARTING, stage)))
    if stage.startswith(_SEGMENTS):
        return []
    raise ValueError(f"no program announces the step {stage!r}")


def _dumped_operations(state: RunState) -> tuple[Operation, ...]:
    """Return the operations whose commands are dumped: those of the first iteration."""
    return state.iterations[0].operations if state.iterations else tuple(state.operations)
