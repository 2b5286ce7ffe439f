"""Logs of programs that go on as they began, with disturbances, and what readers make of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import count
from typing import NamedTuple

from hypothesis import strategies as st

from npumon.core.run.outcome import outcome
from npumon.core.run.splitter import RunCompleted
from npumon.engine.offline.profiles import LogAnalysis, ProfileCompleted
from npumon.engine.offline.steady import SteadyLog
from npumon.engine.offline.steady_matching import Rows
from npumon.engine.offline.steady_parts import PartedText
from npumon.engine.reporting import Context
from npumon.export.steady_rows import OperationRows

NAMES = ("TOTAL_READ", "TOTAL_WRITE", "AXI_READ", "AXI_WRITE", "DDR_READ", "DDR_WRITE")
PREAMBLE = """\
#productname=VIPNano-QI, pid=0x{pid}
Created VX Thread: 0x{thread:x}
Create Neural Network: {ms}ms or {ms}455us
Verify...
---------------------------Begin VerifyTiling -------------------------
AXI-SRAM = 1048320 Bytes VIP-SRAM = 522240 Bytes SWTILING_PHASE_FEATURES[1, 1, 0]
  0 NN [(  52   13   64 1,    86528, 0x0x{thread:x}(0x0x{thread:x}, 0x(nil)) ->   52   13   64 1,    43264, \
0x0x{thread:x}(0x0x{thread:x}, 0x(nil))) k(1 1   {kernel},     9551) pad(0 0) pool(0 0, 1 1)] C[  1]
---------------------------End VerifyTiling -------------------------
Verify Graph: 0ms or {ms}us
Start run graph [{loops}] times...
"""
TOTALS = "vxProcessGraph execution time:\nTotal   {ms}.00ms or {ms}625.00us\nAverage {ms}.62ms or {ms}625.00us\n"
TOP = " --- Top2 ---\n  2: 0.83{top:04d}\n795: 0.009102\n"
TARGETS = ("NN", "TP", "SH")
DISTURBANCES = ("drop", "double", "swap", "between", "digits", "half", "cr", "splice", "again", "again")
OTHERS = (
    *("what?", "frame 7 of 9", "..", "^C", "khadas@Khadas:~/net$ ./net", "E [vnn_Run:90]CHECK STATUS(-4:bad)", ""),
    *("W [vnn_Run:90]slow", "Segmentation fault", "Run graph the 0 time fail", "  2: 0.5", "uid: 5", "Total", "*****"),
    *("Start run graph [1] times...", "Run segment 0. Type: 1, operations: [1, 1].", "***********dump layer : 5****"),
    *("Run the 9 time: 1.00ms or 1000.00us", "[     5] GPUTOTALCYCLES: 5", "VPC_ELAPSETIME: 5"),
    *("#productname=x, pid=0x99", "turned powerManagement on for CNN_PERF=1", "Done. inference :  0.0423"),
    *("i:0 left:1.0 right:2.0 top:3.0 bottom:4.0", "Create Neural Network: 1ms or 1000us"),
)
DIGITS = (("1", "7"), ("1", "01"), (" 2", " -2"), ("0", ""))


class Program(NamedTuple):
    """A program that prints runs: how many operations and iterations they have, and what stands around them."""

    operations: int
    iterations: int
    preamble: bool
    top: bool
    between: str
    pid: str
    kernel: int
    longest_us: int
    number: bool
    ninth: bool


def operation(program: Program, place: int, printed: int, numbers: random.Random) -> list[str]:
    """The lines of one operation; now and then its counters do not hold."""
    execution = numbers.randint(100, program.longest_us)
    window = execution + numbers.choice((30, 60, 250, 250, 250, 600, 3_000))
    total = int(window * numbers.choice((790, 790, 790, 790, 800, 840, 700, 1_300))) & 0xFFFFFFFF
    idle = min(int(total * numbers.choice((0, 0.1, 0.9, 0.99999, 1, 1.01))) + 3, 1 << 32)
    lone = program.operations == 1
    target = TARGETS[place % 3]
    kind = "unkown operation type" if lone else "VXNNE_OPERATOR_CONVOLUTION"
    where = "unkown operation target" if lone else f"VXNNE_OPERATION_TARGET_{target}"
    name = "network_binary_graph" if lone else f'conv,"{place}"'
    return [
        f"layer id: {7 - place} layer name:{name} operation[0]:{kind} target:{where}.",
        f"uid: {place - 1}",
        f"op_abs_id: {place}",
        *(["shader kernel name: vx_I8"] if target == "SH" else []),
        f"execution time:{execution:18d} us",
        *(
            f"[{printed + at:6d}] {each}_BANDWIDTH{' ' * (2 - at % 2)}(MByte): "
            f"{numbers.choice((0, 40, 71.70338, 0.00005, 0.25, numbers.random() * 100)):.6f}"
            for at, each in enumerate(NAMES)
        ),
        f"[{printed + 6:6d}] GPUTOTALCYCLES: {total}",
        f"[{printed + 7:6d}] GPUIDLECYCLES: {idle}",
        *([f"[{printed + 8:6d}] GPUCYCLES: {total - idle}"] if program.ninth else []),
        f"VPC_ELAPSETIME: {window}",
        "*********",
    ]


def run(program: Program, numbers: random.Random, first: int) -> tuple[list[str], int]:
    """The lines of a run, and the next number that the driver prints."""
    loops = program.iterations
    ms, printed = numbers.randint(10, 99), 1 if program.preamble else first
    known = {"pid": program.pid, "thread": numbers.getrandbits(32), "ms": ms, "loops": loops, "kernel": program.kernel}
    lines = PREAMBLE.format(**known).splitlines() if program.preamble else []
    for iteration in range(1, loops + 1):
        for place in range(program.operations):
            lines += operation(program, place, printed, numbers)
            printed += 8 + program.ninth if program.number else 0
        elapsed = numbers.choice((f"{ms}609.00", f"{ms}609.50", f"{ms}609.25", f"{ms}9.00"))
        lines.append(f"Run the {iteration} time: {ms}.00ms or {elapsed}us")
        lines += [program.between] if program.between and iteration < loops else []
    lines += TOTALS.format(ms=ms).splitlines()
    if program.top:
        lines += TOP.format(top=numbers.randint(0, 9_999)).splitlines()
    return lines, printed


programs = st.builds(
    Program,
    operations=st.integers(1, 4),
    iterations=st.integers(1, 5),
    preamble=st.booleans(),
    top=st.booleans(),
    between=st.sampled_from(("", "", "", "frame 7", "W [vnn_Run:90]slow", "E [vnn_Run:90]CHECK STATUS(-4:bad)")),
    pid=st.sampled_from(("88", "99")),
    kernel=st.sampled_from((64, 32)),
    longest_us=st.sampled_from((3_000, 30_000, 100_000, 9_000_000)),
    number=st.sampled_from((True, True, True, False)),
    ninth=st.sampled_from((False, False, True)),
)


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """Runs of one or two programs, and a few disturbances."""
    numbers = random.Random(draw(st.integers(0, 1 << 32)))
    lines: list[str] = []
    printed = 1
    for program in draw(st.lists(programs, min_size=1, max_size=3)):
        for _ in range(draw(st.integers(1, 7))):
            more, printed = run(program, numbers, printed)
            lines += more
    for _ in range(draw(st.sampled_from((0, 0, 1, 2, 5)))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(DISTURBANCES)):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[other])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "digits":
                lines[at] = lines[at].replace(*draw(st.sampled_from(DIGITS)))
            case "half":
                lines[at] = lines[at][: draw(st.integers(0, 30))]
            case "cr":
                lines[at] += "\r"
            case "splice":
                lines[at : at + 1] = [lines[at][:9] + "W [vsi_nn_Run:12]slow", lines[at][9:]]
            case "again":  # behind many iterations
                line = draw(st.sampled_from(OTHERS))
                number = f"Run the {draw(st.integers(1, 3))} "
                behind = [place + 1 for place, each in enumerate(lines) if each.startswith(number)]
                for place in reversed(behind):
                    if draw(st.booleans()):
                        lines.insert(place, line)
            case _:
                lines.insert(at, draw(st.sampled_from(OTHERS)))
    return "\n".join(lines).encode() + draw(st.sampled_from((b"\n", b"\n", b"")))


class Read(NamedTuple):
    """What a reader makes of a log: rows, its runs' number, and which of them did not end well and how."""

    rows: str
    runs: int
    others: Sequence[tuple[int, str, int]]
    matched: int


def read(items: Iterable[object], analysis: LogAnalysis) -> Read:
    rows, others, runs, matched = [], [], 0, 0
    maker = OperationRows()
    for item in items:
        match item:
            case Rows(text, ended):
                rows.append(text)
                runs += ended
                matched += text.count("\n")
            case ProfileCompleted(number, profile):
                rows.append(maker.judged(number, profile))
            case RunCompleted(number, state):
                runs += 1
                if (broken := analysis.analyzer.broken(state)) is not None:
                    rows.append(maker.judged(number, broken))
                if outcome(state) != "ok":
                    others.append((number, outcome(state), state.iterations_ended))
    return Read("".join(rows), runs, others, matched)


def judged(text: bytes) -> Read:
    analysis = LogAnalysis(Context())
    return read(analysis.read([text]), analysis)


def steady(chunks: Iterable[bytes], piece: int = 1 << 20, parts: PartedText | None = None) -> Read:
    return read(SteadyLog(Context(), 1, OperationRows(), piece).read(chunks, parts), LogAnalysis(Context()))


def plain(operations: int, iterations: int, runs: int, *, preamble: bool = True, ninth: bool = False) -> bytes:
    """Runs whose counters all hold."""
    numbers = random.Random(5)
    program = Program(operations, iterations, preamble, preamble, "", "88", 64, 2_000, number=True, ninth=ninth)
    lines: list[str] = []
    printed = 1
    for _ in range(runs):
        more, printed = run(program, numbers, printed)
        lines += more
    cycles = count(1)
    for at, line in enumerate(lines):
        if "GPUTOTALCYCLES" in line:
            lines[at] = f"{line.partition(':')[0]}: 480000"
            lines[at + 1] = f"{lines[at + 1].partition(':')[0]}: {100_000 + next(cycles)}"
            lines[at + 2 + ninth] = "VPC_ELAPSETIME: 600"
        elif line.startswith("execution"):
            lines[at] = "execution time:               500 us"
        elif "BANDWIDTH" in line and line.endswith("0.000050"):
            lines[at] = line[:-8] + "0.250000"
        elif line.startswith("Run the"):
            lines[at] = line[:-4].partition(".00ms or ")[0] + ".00ms or 600.00us"
    return "\n".join(lines).encode() + b"\n"
