"""The values that make up a profile, which events carry and states hold.

Units are in the field names. MByte is the driver's unit and is not reinterpreted. `None` means that the text does not
say; it never means zero.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

#: Severity of a message of a program, its shell or the parser.
Level = Literal["error", "warning", "info", "debug"]

#: The six bandwidth figures, in the order in which the driver prints them.
BANDWIDTHS = ("total_read", "total_write", "axi_read", "axi_write", "ddr_read", "ddr_write")


class Bandwidth(NamedTuple):
    """MByte moved by one operation (or a sum of operations), by memory and direction.

    `total` is all traffic, `axi` the part to and from AXI-SRAM, `ddr` the part to and from DDR memory.
    """

    total_read: float | None = None
    total_write: float | None = None
    axi_read: float | None = None
    axi_write: float | None = None
    ddr_read: float | None = None
    ddr_write: float | None = None

    @property
    def total(self) -> float | None:
        """Read and written together, None if either is missing; `axi` and `ddr` likewise."""
        return _sum(self.total_read, self.total_write)

    @property
    def axi(self) -> float | None:
        return _sum(self.axi_read, self.axi_write)

    @property
    def ddr(self) -> float | None:
        return _sum(self.ddr_read, self.ddr_write)


def _sum(read: float | None, written: float | None) -> float | None:
    return None if read is None or written is None else read + written


class Cycles(NamedTuple):
    """GPUTOTALCYCLES and GPUIDLECYCLES: NPU clock cycles of the window, and how many of them were idle."""

    total: int | None = None
    idle: int | None = None


class Operation(NamedTuple):
    """One profiled block: an operation of a layer.

    A network binary graph is one layer with one operation; other graphs print a block per operation.
    """

    layer_id: int | None = None
    name: str | None = None
    operation_index: int | None = None
    operation: str | None = None
    target: str | None = None
    uid: int | None = None
    op_abs_id: int | None = None
    execution_us: int | None = None
    bandwidth: Bandwidth = Bandwidth()
    cycles: Cycles = Cycles()


class Iteration(NamedTuple):
    """One pass of the graph. `elapsed_us` is the program's own time; `vpc_elapsed_us` the cycle window.

    `complete` is False for the iteration in which the text breaks off. `inference_us` is the wall time of a KSNN
    inference, which includes more than the graph; if the text has no other time, `elapsed_us` is the same.
    """

    number: int
    elapsed_us: float | None = None
    vpc_elapsed_us: int | None = None
    operations: tuple[Operation, ...] = ()
    complete: bool = True
    inference_us: float | None = None

    @property
    def latency_us(self) -> float | None:
        """How long it took, by the program's clock or else by the driver's."""
        return self.elapsed_us if self.elapsed_us is not None else self.vpc_elapsed_us


class TopEntry(NamedTuple):
    """One class of the program's own top-k list. `class_index` is -1 if the program found no class."""

    rank: int
    class_index: int
    score: float | None


class Detection(NamedTuple):
    """One object reported by a detection demo.

    Coordinates are as printed: pixels in the C demos, pixels or fractions in the KSNN ones.
    """

    number: int | None = None
    label: str | None = None
    score: float | None = None
    left: float | None = None
    top: float | None = None
    right: float | None = None
    bottom: float | None = None


class Diagnostic(NamedTuple):
    """Something worth knowing about the run: a message of the program, the shell or the parser.

    `line` is the 1-based line of the log. `source` is ovxlib, detect
    (the detection library), driver, shell, model, or npumon for what the parser or the metrics found.
    """

    line: int | None
    level: Level
    source: str
    message: str


class NetworkTensor(NamedTuple):
    """An input or output. `shape` is outermost first, and empty if the file does not say."""

    name: str
    dtype: str
    shape: tuple[int, ...] = ()


class Network(NamedTuple):
    """The network that a run executed, as its model file describes it. What the file does not say is None.

    `target` is the NPU that it was compiled for; `axi_sram_bytes` and `vip_sram_bytes` are what it needs of either
    SRAM. `path` is for display only. All text is visible text.
    """

    name: str | None = None
    target: str | None = None
    inputs: tuple[NetworkTensor, ...] = ()
    outputs: tuple[NetworkTensor, ...] = ()
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    path: str | None = None
