"""Turns a run's state into the profiler's text: the inverse of `core.log.parser` folded by `core.run.state`.

`write` returns the whole text of a state. `opening`, `iteration` and `closing` return the same lines piecewise, so that
a program can print them at the pace of a board. A state that no text stands for (a product without its pid, a time with
more decimals than are printed) raises `ValueError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from npumon.core.profile import BANDWIDTHS, Detection, Iteration, Operation
from npumon.core.run.state import RunState
from npumon.demo.dialect import C_DEMO, Dialect
from npumon.demo.messages import failure_line, merged, placed

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

_TILING_BEGIN = "---------------------------Begin VerifyTiling -------------------------"
_TILING_TABLE = (
    "  0 NBG [(   0    0    0 0,        0, 0x(nil)(0x(nil), 0x(nil)) ->    0    0    0 0,        0, "
    "0x(nil)(0x(nil), 0x(nil))) k(0 0    0,        0) pad(0 0) pool(0 0, 0 0)]",
    "",
    " id IN [ x  y  w   h ]   OUT  [ x  y  w  h ] (tx, ty, kpc) (ic, kc, kc/ks, ks/eks, kernel_type)",
    "   0 NBG DD 0x(nil) [   0    0        0        0] -> DD 0x(nil) [   0    0        0        0] "
    "(  0,   0,   0) (       0,        0, 0.000000%, 0.000000%, NONE)",
    "",
    "PreLoadWeightBiases = 1048576  100.000000%",
    "---------------------------End VerifyTiling -------------------------",
)


class Block(NamedTuple):
    """Lines that are printed at once, and the microseconds that pass before the program prints them."""

    lines: list[str]
    took_us: float = 0.0


def write(state: RunState, dialect: Dialect = C_DEMO) -> bytes:
    """Return the text of the state. Diagnostics and unrecognized lines stand on the lines that they name."""
    restart = state.ksnn_version is not None
    own = [
        line
        for block in (
            *opening(state, dialect),
            *(
                iteration(each, dialect, restart=restart, announced=_announced(state.iterations, index))
                for index, each in enumerate(state.iterations)
            ),
            *closing(state, dialect),
        )
        for line in block.lines
    ]
    end = "\r\n" if dialect.crlf else "\n"
    return "".join(line + end for line in merged(own, placed(state))).encode()


def opening(state: RunState, dialect: Dialect) -> Iterator[Block]:
    """Yield everything up to the first iteration."""
    stages = _stages(state.stage)
    head = []
    if state.ksnn_version is not None:
        head.append(f" |--- KSNN Version: {state.ksnn_version} +---| ")
    head += stages[:1]
    if (state.product is None) != (state.pid is None):
        raise ValueError("product and pid stand on one line")
    if state.product is not None:
        head.append(f"#productname={state.product}, pid={state.pid}")
    if state.driver_version is not None:
        head.append(f"[     1] HAL user version {state.driver_version}")
    if dialect.threads and state.phase != "waiting":
        head.append(f"Created VX Thread: {dialect.thread}")
    yield Block(head)
    if state.create_us is not None:
        ms = state.create_us // 1000
        yield Block([f"Create Neural Network: {ms}ms or {state.create_us}us"], state.create_us)
    if state.verify_us is not None or state.phase == "verifying":
        yield Block(["Verify..."])
    if dialect.tiling != "after":
        yield Block(_tiling(state, dialect))
    if state.verify_us is not None:
        yield Block([f"Verify Graph: {state.verify_us // 1000}ms or {state.verify_us}us"], state.verify_us)
    yield Block(stages[1:])
    if state.loops is not None:
        yield Block([f"Start run graph [{state.loops}] times..."])
    elif _ksnn_started(state):
        yield Block(["Start run graph [1] times..."])
    if dialect.tiling == "after":
        yield Block(_tiling(state, dialect))


def iteration(it: Iteration, dialect: Dialect, *, restart: bool = False, announced: bool = False) -> Block:
    """Return one iteration with its profiled blocks. `restart` is for KSNN, which starts the graph again for each;
    `announced` puts `Run the 1 time` before its inference line in any case."""
    lines = []
    if restart and it.number > 1 and it.operations:
        lines.append("Start run graph [1] times...")
    lines += operations(it, dialect, broken=False)
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


def operations(it: Iteration, dialect: Dialect, *, broken: bool) -> list[str]:
    """Return the profiled blocks of an iteration; `broken` leaves out the end of the last one."""
    lines = []
    for position, each in enumerate(it.operations):
        lines += _operation(each, dialect)
        if not broken or position + 1 < len(it.operations):
            lines.append("*********")
    return lines


def closing(state: RunState, dialect: Dialect) -> Iterator[Block]:
    """Yield everything after the last complete iteration, beginning with the iteration that is still open."""
    still_open = state.open_iteration
    if still_open is not None:
        yield Block(operations(still_open, dialect, broken=state.broken))
    yield Block([failure_line(each) for each in state.diagnostics if each.line is None])
    yield Block(_totals(state, dialect))
    if state.top_size is not None:
        size = state.top_size
        yield Block([f"----- Show Top{size} +-----" if dialect.show_top else f" --- Top{size} ---"])
    form = "{:6d}: {:.5f}" if dialect.show_top else "{:3d}: {:8.6f}"
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


def _ksnn_started(state: RunState) -> bool:
    """Return whether KSNN has started the graph. It does so for each inference, so the state has no number of loops."""
    if state.ksnn_version is None or state.phase in ("waiting", "creating", "verifying"):
        return False
    profiled = bool(state.operations or (state.iterations and state.iterations[0].operations))
    return profiled or state.axi_sram_bytes is not None or state.phase == "running"


def _tiling(state: RunState, dialect: Dialect) -> list[str]:
    if state.axi_sram_bytes is None or state.vip_sram_bytes is None:
        if state.axi_sram_bytes != state.vip_sram_bytes:
            raise ValueError("the sizes of AXI-SRAM and VIP-SRAM stand on one line")
        return []
    if dialect.tiling == "absent":
        raise ValueError("the sizes of the memories stand only in the VerifyTiling table")
    command_buffer = ["generate command buffer, device count=1, core count per-device: 1,"]
    if dialect.device_lines:
        command_buffer = [
            "generate command buffer, total device count=1, core count per-device: 1, ",
            "current device id=0, AXI SRAM base address=0xff000000",
        ]
    sizes = f"AXI-SRAM = {state.axi_sram_bytes} Bytes VIP-SRAM = {state.vip_sram_bytes} Bytes"
    return [*command_buffer, _TILING_BEGIN, sizes + " SWTILING_PHASE_FEATURES[1, 1, 0]", *_TILING_TABLE]


def _operation(op: Operation, dialect: Dialect) -> list[str]:
    lines = []
    if op.layer_id is not None:
        lines.append(
            f"{dialect.layer_key}: {op.layer_id} layer name:{op.name} operation[{op.operation_index}]:{op.operation} "
            f"target:{op.target}."
        )
    if op.uid is not None:
        lines.append(f"uid: {op.uid}")
    if op.op_abs_id is not None:
        lines.append(f"{dialect.op_key}: {op.op_abs_id}")
    if op.execution_us is not None:
        lines.append(f"execution time: {op.execution_us:17d} us")
    for position, name in enumerate(BANDWIDTHS, 1):
        value = getattr(op.bandwidth, name)
        if value is not None:
            gap = dialect.gap or (2 if name in ("total_read", "axi_read") else 1)
            lines.append(f"[{position:6d}] {name.upper()}_BANDWIDTH{' ' * gap}(MByte): {value:.6f}")
    if op.cycles.total is not None:
        lines.append(f"[     7] GPUTOTALCYCLES: {op.cycles.total}")
    if op.cycles.idle is not None:
        lines.append(f"[     8] GPUIDLECYCLES: {op.cycles.idle}")
    if op.window_us is not None:
        lines.append(f"VPC_ELAPSETIME: {op.window_us}")
    return lines


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
        lines += f"Average{gap}{average / 1000:.2f}ms or {average:.2f}us".split("\n")
    return lines


def _times(elapsed_us: float, dialect: Dialect) -> str:
    """Return `21.00ms or 21609.00us`: the programs truncate the milliseconds before they print them with decimals."""
    ms = int(elapsed_us // 1000)
    if not dialect.whole_ms:
        return f"{ms}.00ms or {elapsed_us:.2f}us"
    if not elapsed_us.is_integer():
        raise ValueError(f"this build prints whole microseconds, not {elapsed_us}")
    return f"{ms}ms or {elapsed_us:.0f}us"


def _frames(state: RunState) -> list[str]:
    """Return the newest frame's objects; of the frames before it, the state knows only the number."""
    lines = ["resultData.detect_num=0"] * (state.frames - 1)
    if state.frames:
        lines.append(f"resultData.detect_num={len(state.detections)}")
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
