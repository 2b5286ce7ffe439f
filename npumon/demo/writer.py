"""Turns a run's state into the profiler's text: the inverse of `core.log.parser` folded by `core.run.state`.

`write` returns the whole text of a state. `opening`, `iteration` and `closing` return the same lines piecewise, so that
a program can print them at the pace of a board. A state that no text stands for (a product without its pid, a time with
more decimals than are printed) raises `ValueError`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from npumon.core.profile import Detection, Iteration, Operation
from npumon.core.run.state import RunState
from npumon.demo.blocks import command_dump_lines, head_lines, iteration_blocks
from npumon.demo.dialect import C_DEMO, Dialect
from npumon.demo.messages import failure_line, merged, placed, repeated
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
_RESULT_TYPE = "result type is "


class Block(NamedTuple):
    """Lines that are printed at once, and the microseconds that pass before the program prints them."""

    lines: list[str]
    took_us: float = 0.0


def write(state: RunState, dialect: Dialect = C_DEMO) -> bytes:
    """Return the text of the state. Diagnostics and unrecognized lines stand on the lines that they name."""
    end = "\r\n" if dialect.crlf else "\n"
    return "".join(line + end for line in lines_of(state, dialect)).encode()


def write_session(states: Sequence[RunState], dialect: Dialect = C_DEMO) -> bytes:
    """Return the text of a shell session: each run after the prompt at which it was started, and a last prompt."""
    end = "\r\n" if dialect.crlf else "\n"
    lines = [line for state in states for line in lines_of(state, dialect)]
    return "".join(line + end for line in (*lines, dialect.prompt.rstrip())).encode()


def lines_of(state: RunState, dialect: Dialect) -> Iterator[str]:
    """Yield the lines of a run."""
    prints = itertools.count(1)
    restart = state.ksnn_version is not None and state.graph_started
    own = [
        line
        for block in (
            *opening(state, dialect, prints),
            *(
                iteration(
                    each,
                    dialect,
                    prints,
                    restart=restart,
                    announced=_announced(state.iterations, index),
                    dumped=state.layer_dump,
                )
                for index, each in enumerate(state.iterations)
            ),
            *closing(state, dialect, prints),
        )
        for line in block.lines
    ]
    return itertools.chain(merged(own, placed(state)), repeated(state))


def opening(state: RunState, dialect: Dialect, prints: Iterator[int]) -> Iterator[Block]:
    """Yield everything up to the first iteration. `prints` numbers what the driver prints."""
    stages = _stages(state.stage)
    head = []
    if state.command is not None:
        head.append(f"{dialect.prompt}{state.command}")
    head += ["a line of some other program"] * state.other_lines
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
    if state.create_us is not None:
        yield Block([f"Create Neural Network: {_phase(state.create_us, dialect)}"], state.create_us)
    if state.verify_us is not None or state.phase == "verifying":
        yield Block(["Verify..."])
    if dialect.tiling != "after":
        yield Block(tiling_lines(state, dialect))
    if state.command_dump:
        yield Block(command_dump_lines(_dumped_operations(state), dialect))
    if state.verify_us is not None:
        yield Block([f"Verify Graph: {_phase(state.verify_us, dialect)}"], state.verify_us)
    yield Block(stages[1:])
    if state.cnn_perf:
        yield Block([f"turned powerManagement {'on' if state.power_management else 'off'} for CNN_PERF=1"])
    if state.loops is not None:
        yield Block([f"Start run graph [{state.loops}] times..."])
    elif state.graph_started:
        yield Block(["Start run graph [1] times..."])
    if dialect.tiling == "after":
        yield Block(tiling_lines(state, dialect))


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
    elapsed_us = _known(it.elapsed_us, "an iteration's time")
    if announced or it.inference_us != elapsed_us:
        lines.append(f"Run the {it.number} time: {_times(elapsed_us, dialect)}")
    if it.inference_us is not None:
        lines.append(f"Done. inference :  {_plain(it.inference_us / 1e6, 9)}")
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
    if state.announced is not None and not state.command_dump:
        yield Block(head_lines(state.announced, dialect))
    if state.cancelled:
        yield Block(["^C"])
    yield Block([failure_line(each) for each in state.diagnostics if each.line is None])
    if state.cnn_perf and not state.power_management and state.total_us is not None:
        yield Block(["turned powerManagement on for CNN_PERF=1"])
    yield Block(_totals(state, dialect))
    if state.top_size is not None:
        size = state.top_size
        yield Block([f"----- Show Top{size} +-----" if dialect.top == "ksnn" else f" --- Top{size} ---"])
    form = {"ksnn": "{:6d}: {:.5f}", "demo": "{:3d}: {:8.6f}", "plain": "{:d}: {:.6f}"}[dialect.top]
    yield Block([form.format(each.class_index, _known(each.score, "a score")) for each in state.top])
    yield Block(_frames(state))
    if dialect.threads and state.phase == "done" and state.has_result:
        yield Block([f"Exit VX Thread: {dialect.thread}"])


def _stages(stage: str | None) -> list[str]:
    """Return the steps announced until then; those that were not announced are left out."""
    if stage is None:
        return []
    for ladder in (KSNN_STAGES, DETECTION_STAGES):
        if stage in ladder:
            return list(ladder[: ladder.index(stage) + 1])
    if stage.startswith(_RESULT_TYPE):
        return list(DETECTION_STAGES)
    raise ValueError(f"no program announces the step {stage!r}")


def _dumped_operations(state: RunState) -> tuple[Operation, ...]:
    """Return the operations whose commands are dumped: those of the first iteration, the last announced one last."""
    known = state.iterations[0].operations if state.iterations else ()
    last = () if state.announced is None else (state.announced,)
    return (*known[:-1], *last) if known else last


def _totals(state: RunState, dialect: Dialect) -> list[str]:
    total, average = state.total_us, state.average_us
    if total is None and average is None:
        return []
    if dialect.totals == "short":
        total, average = _known(total, "the total"), _known(average, "the average")
        if total % 1000:
            raise ValueError("the short form of the total has whole milliseconds only")
        return ["Execution time:", f"Total   {total / 1e3:.0f}ms, Average {average / 1e3:.2f}ms "]
    lines = ["vxProcessGraph execution time:"]
    gap = "\n" if dialect.totals == "lines" else "   "
    if total is not None:
        lines += f"Total{gap}{_times(total, dialect)}".split("\n")
    if average is not None:
        gap = "\n" if dialect.totals == "lines" else " "
        figure = _times(average, dialect) if dialect.times == "ms" else f"{average / 1000:.2f}ms or {average:.2f}us"
        lines += f"Average{gap}{figure}".split("\n")
    return lines


def _times(elapsed_us: float, dialect: Dialect) -> str:
    """Return `21.00ms or 21609.00us`: the programs truncate the milliseconds before they print them with decimals."""
    ms = int(elapsed_us // 1000)
    match dialect.times:
        case "truncated":
            return f"{ms}.00ms or {elapsed_us:.2f}us"
        case "exact":
            return f"{elapsed_us / 1000:.2f}ms or {elapsed_us:.2f}us"
        case "ms" if round(elapsed_us * 100) % 1000:
            raise ValueError(f"this build prints hundredths of milliseconds, not {elapsed_us} us")
        case "ms":
            return f"{elapsed_us / 1000:.2f}ms"
    if not elapsed_us.is_integer():
        raise ValueError(f"this build prints whole microseconds, not {elapsed_us}")
    return f"{ms}ms or {elapsed_us:.0f}us"


def _phase(elapsed_us: int, dialect: Dialect) -> str:
    """Return `59ms or 59455us`."""
    if dialect.times != "ms":
        return f"{elapsed_us // 1000}ms or {elapsed_us}us"
    if elapsed_us % 1000:
        raise ValueError(f"this build prints whole milliseconds, not {elapsed_us} us")
    return f"{elapsed_us // 1000}ms"


def _frames(state: RunState) -> list[str]:
    """Return the newest frame's objects; of the frames before it, the state knows only the number."""
    lines = ["resultData.detect_num=0"] * (state.frames - 1)
    if state.frames:
        lines.append(f"resultData.detect_num={_known(state.objects, 'the number of objects')}")
    if state.stage is not None and state.stage.startswith(_RESULT_TYPE):
        lines.append(state.stage)
    for each in state.detections:
        lines += _detection(each)
    return lines


def _detection(det: Detection) -> list[str]:
    box = (det.left, det.top, det.right, det.bottom)
    if det.number is not None:
        left, top, right, bottom = (_known(value, "a coordinate") for value in box)
        return [f"i:{det.number} left:{left:.6f} right:{right:.6f} top:{top:.6f} bottom:{bottom:.6f}"]
    lines = []
    if det.label is not None:
        lines.append(f"class: {det.label}, score: {_plain(_known(det.score, 'a score'), 9)}")
    if det.left is not None:
        figures = ", ".join(_plain(_known(value, "a coordinate"), 9) for value in box)
        lines.append(f"box coordinate left,top,right,down: [{figures}]")
    return lines


def _known(value: float | None, what: str) -> float:
    if value is None:
        raise ValueError(f"{what} is always printed")
    return value


def _plain(value: float, decimals: int) -> str:
    """Return the number without exponent and without trailing zeros, except for one."""
    whole, _, fraction = f"{value:.{decimals}f}".partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"
