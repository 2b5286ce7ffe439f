"""Write a synthetic log with varied figures: `generate_log.py FILE MEGABYTES [SHAPE [SEED]]`.

The shapes are `blocks`, bare blocks of a network binary graph with totals behind each; `runs`, whole runs as in the
seed document, one after the other; `iterations`, one run of many iterations with its totals once; `graphs`, runs of a
graph of 177 operations with its VerifyTiling table.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

SHAPES = ("blocks", "runs", "iterations", "graphs")
SEED_RUN = Path(__file__).resolve().parents[1] / "data" / "seed_run.txt"
OPERATIONS = 177

#: A network binary graph, which is one operation to the driver.
_NBG = """\
layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target.
uid: 0
op_abs_id: 0
"""
_ITERATION = "Run the {number} time: {elapsed_ms}.00ms or {elapsed}.00us\n"
_TOTALS = """\
vxProcessGraph execution time:
Total   {sum_ms}.00ms or {sum}.00us
Average {average:.2f}ms or {average_us:.2f}us
"""
_COUNTERS = """\
execution time:{execution:19} us
[{at[0]:6}] TOTAL_READ_BANDWIDTH  (MByte): {total_read:.6f}
[{at[1]:6}] TOTAL_WRITE_BANDWIDTH (MByte): {total_write:.6f}
[{at[2]:6}] AXI_READ_BANDWIDTH  (MByte): {axi_read:.6f}
[{at[3]:6}] AXI_WRITE_BANDWIDTH (MByte): {axi_write:.6f}
[{at[4]:6}] DDR_READ_BANDWIDTH (MByte): {ddr_read:.6f}
[{at[5]:6}] DDR_WRITE_BANDWIDTH (MByte): {ddr_write:.6f}
[{at[6]:6}] GPUTOTALCYCLES: {total}
[{at[7]:6}] GPUIDLECYCLES: {idle}
VPC_ELAPSETIME: {window}
*********
"""
_TABLE_ROW = (
    "{number:3} {target} [( {width:3} {width:4} {channels:4} 1, {size:8}, 0x0x55fb710734(0x0x55f6fa5db8, 0x(nil)) -> "
    " {width:3} {width:4} {channels:4} 1, {size:8}, 0x0x558743feb6(0x0x550f3ebdd3, 0x(nil))) "
    "k(0 0    0,        0) pad(0 0) pool(0 0, 1 1)] P[  {before}] C[  {number}]\n"
)
_MEMORY_ROW = (
    "{number:3} | {number:3} {target} DD 0x00000000 [   0    0 {width:8} {width:8}] -> "
    "DD 0x00000000 [   0    0 {width:8} {width:8}] ( 62,   4,   4) "
    "(       0,        0, 0.000000%, 0.000000%, NONE) (       0,        0)\n"
)


def counters(numbers: random.Random, execution: int, first: int = 1, sram: float = 1.0) -> tuple[str, int]:
    """The lines of an operation from its time on, numbered from `first`, and its window in microseconds.

    The figures keep the driver's invariants: TOTAL = AXI + DDR, a clock near 790 MHz.
    """
    window = execution + numbers.randint(50, 400)
    total = int((window + 100) * numbers.uniform(785, 795))
    axi_read, axi_write, ddr_read, ddr_write = (numbers.randint(1, 99_999_999) / 1e6 for _ in range(4))
    axi_read, axi_write = axi_read * sram, axi_write * sram
    text = _COUNTERS.format(
        at=range(first, first + 8),
        execution=execution,
        window=window,
        total=total,
        idle=numbers.randint(0, total // 3),
        axi_read=axi_read,
        axi_write=axi_write,
        ddr_read=ddr_read,
        ddr_write=ddr_write,
        total_read=axi_read + ddr_read,
        total_write=axi_write + ddr_write,
    )
    return text, window


def iteration(numbers: random.Random, number: int = 1, first: int = 1) -> tuple[str, int]:
    """One iteration of a network binary graph, and its microseconds."""
    text, window = counters(numbers, numbers.randint(900, 99_999), first)
    elapsed = window + numbers.randint(50, 600)
    return _NBG + text + _ITERATION.format(number=number, elapsed=elapsed, elapsed_ms=elapsed // 1000), elapsed


def totals(elapsed: int, iterations: int = 1) -> str:
    """The end of a run whose iterations took so many microseconds together."""
    whole = elapsed + 16
    average = whole / iterations
    return _TOTALS.format(sum=whole, sum_ms=whole // 1000, average=average / 1000, average_us=average)


def block(numbers: random.Random) -> str:
    """One iteration with totals behind it."""
    text, elapsed = iteration(numbers)
    return text + totals(elapsed)


def head(iterations: int = 1) -> str:
    """What a run prints before its first operation: it announces so many iterations."""
    text = SEED_RUN.read_text().partition("layer id:")[0]
    return text.replace("graph [1] times", f"graph [{iterations}] times")


def _blocks(numbers: random.Random, size: float) -> Iterator[str]:
    while True:
        yield block(numbers)


def _runs(numbers: random.Random, size: float) -> Iterator[str]:
    start, text = head(), SEED_RUN.read_text()
    end = text[text.index(" --- Top5") :]
    while True:
        yield start + block(numbers) + end


def _iterations(numbers: random.Random, size: float) -> Iterator[str]:
    """An iteration has some 600 bytes."""
    count, elapsed = int(size / 600), 0
    yield head(count)
    for number in range(1, count + 1):
        text, took = iteration(numbers, number, 8 * number - 7)
        elapsed += took
        yield text
    yield totals(elapsed, count)


def _graphs(numbers: random.Random, size: float) -> Iterator[str]:
    """The heads of its operations are those of every run."""
    heads, rows, memory = [], "", ""
    for number in range(OPERATIONS):
        target = numbers.choices(("NN", "TP", "SH"), (60, 35, 5))[0]
        layer, kind = {
            "NN": ("ConvolutionReluPoolingLayer2", "CONVOLUTION"),
            "TP": ("LeakyReluLayer", "ACTIVATION"),
            "SH": ("Softmax2Layer", "SOFTMAX"),
        }[target]
        lines = f"layer_id: {(number * 37) % OPERATIONS} layer name:{layer} operation[0]:VXNNE_OPERATOR_{kind} "
        lines += f"target:VXNNE_OPERATION_TARGET_{target}.\nuid: {number * 3}\nabs_op_id: {number}\n"
        if target == "SH":
            lines += "shader kernel name: vxFresh1_I8toI8_opt\n"
        heads.append(lines)
        width, channels = numbers.choice(((104, 32), (52, 64), (26, 256), (13, 512)))
        values = {"number": number, "target": target, "width": width, "channels": channels}
        rows += _TABLE_ROW.format(size=width * width * channels, before=max(number - 1, 0), **values)
        memory += _MEMORY_ROW.format(**values)
    start, _, rest = SEED_RUN.read_text().partition("  0 NBG")
    end = rest[rest.index("\nPreLoad") : rest.index("layer id:")]
    header = " id | opid IN [ x  y  w   h ]   OUT  [ x  y  w  h ] (tx, ty, kpc) (ic, kc, kc/ks, ks/eks, kernel_type)"
    start += f"{rows}\n{header} NNT(in, out)\n{memory}{end}"
    while True:
        text, elapsed = start, 0
        for number, first in enumerate(heads):
            lines, window = counters(numbers, numbers.randint(300, 3_000), 8 * number + 1, 0.0)
            text, elapsed = text + first + lines, elapsed + window + 40
        text += _ITERATION.format(number=1, elapsed=elapsed, elapsed_ms=elapsed // 1000)
        yield text + totals(elapsed)


_PIECES: dict[str, Callable[[random.Random, float], Iterator[str]]] = {
    "blocks": _blocks,
    "runs": _runs,
    "iterations": _iterations,
    "graphs": _graphs,
}


def generate(path: str, megabytes: float, shape: str = "blocks", seed: int = 0) -> int:
    """Write about so many MB (10^6 bytes); returns the number of operations."""
    operations = written = 0
    size = megabytes * 1_000_000
    with open(path, "w", encoding="ascii") as file:
        for piece in _PIECES[shape](random.Random(seed), size):
            written += file.write(piece)
            operations += piece.count("\nVPC_ELAPSETIME")
            if written >= size and shape != "iterations":
                break
    return operations


if __name__ == "__main__":
    shape = sys.argv[3] if len(sys.argv) > 3 else SHAPES[0]
    print(generate(sys.argv[1], float(sys.argv[2]), shape, int(sys.argv[4]) if len(sys.argv) > 4 else 0))
