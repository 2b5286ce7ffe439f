"""The values that make up a profile, which events carry and states hold.

Units are in the field names. MByte is the driver's unit: 1,048,576 bytes (eleven operations of public logs write
exactly the bytes of their output). `None` means that the text does not say; it never means zero.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

#: Severity of a message of a program, its shell or the parser.
Level = Literal["error", "warning", "info", "debug"]

#: The six bandwidth figures, in the order in which the driver prints them.
BANDWIDTHS = ("total_read", "total_write", "axi_read", "axi_write", "ddr_read", "ddr_write")
#: Bytes of the driver's MByte.
MBYTE_BYTES = 1 << 20

#: The engines of the NPU: convolutions, tensor processing, shader core.
TargetKind = Literal["NN", "TP", "SH"]


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
    """GPUTOTALCYCLES and GPUIDLECYCLES: NPU clock cycles of the window, and how many of them were idle.

    `wraps` says how often 2^32 was added to the total, because the driver's counters have 32 bits; 0 as read.
    """

    total: int | None = None
    idle: int | None = None
    wraps: int = 0


class Operation(NamedTuple):
    """One profiled block: an operation of a layer.

    A network binary graph is one layer with one operation; other graphs print a block per operation. `layer_id` repeats
    and is not in run order; `op_abs_id` counts the operations of an iteration in run order and identifies them.
    `execution_us` is the program's time of the operation, `window_us` (VPC_ELAPSETIME) the one in which the cycles were
    counted. `shader` is the kernel that the shader core ran.
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
    window_us: int | None = None
    shader: str | None = None

    @property
    def target_kind(self) -> TargetKind | None:
        """The engine that ran it; None for a network binary graph, which uses all of them."""
        return TARGETS.get(self.target or "")


#: How the driver spells the engines.
TARGETS: dict[str, TargetKind] = {
    "VXNNE_OPERATION_TARGET_NN": "NN",
    "VXNNE_OPERATION_TARGET_TP": "TP",
    "VXNNE_OPERATION_TARGET_SH": "SH",
}


class Iteration(NamedTuple):
    """One pass of the graph. `elapsed_us` is the program's own time.

    `complete` is False for the iteration in which the text breaks off. `inference_us` is the wall time of a KSNN
    inference, which includes more than the graph; if the text has no other time, `elapsed_us` is the same. `first`
    marks the first one of a program's start, which takes several times as long. `segments` is how many segments of a
    network binary graph the text lists for it. `gap` says that lines of it were left out and nothing tells how many
    operations they held.
    """

    number: int
    elapsed_us: float | None = None
    operations: tuple[Operation, ...] = ()
    complete: bool = True
    inference_us: float | None = None
    first: bool = False
    segments: int = 0
    gap: bool = False

    @property
    def vpc_elapsed_us(self) -> int | None:
        """The sum of its operations' windows; None if there are none or one is missing."""
        windows = [operation.window_us for operation in self.operations]
        known = [window for window in windows if window is not None]
        return sum(known) if known and len(known) == len(windows) else None

    @property
    def latency_us(self) -> float | None:
        """How long it took: by the program's clock, else by its inference time, else by the driver's window."""
        if self.elapsed_us is not None:
            return self.elapsed_us
        return self.inference_us if self.inference_us is not None else self.vpc_elapsed_us


class TilingRow(NamedTuple):
    """One operation in the VerifyTiling table: what it computes and where its data lie. `number` is its `op_abs_id`.

    Shapes are (width, height, channels, batch); `kernel_shape` is (width, height, input channels), None for operations
    without a kernel. `kernel_bytes_estimated` is the size before compression, `kernel_bytes` the compressed one. `pool`
    is the pooling's size, (0, 0) without one; `stride` the step in both directions. `memory_in` and `memory_out` are
    the table's letters: DD for DDR, VS for VIP-SRAM, AS for AXI-SRAM.
    """

    number: int
    target: str
    input_shape: tuple[int, ...] = ()
    output_shape: tuple[int, ...] = ()
    input_bytes: int | None = None
    output_bytes: int | None = None
    kernel_shape: tuple[int, ...] | None = None
    kernel_bytes_estimated: int | None = None
    pad: tuple[int, int] = (0, 0)
    pool: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)
    parents: tuple[int, ...] = ()
    children: tuple[int, ...] = ()
    memory_in: str | None = None
    memory_out: str | None = None
    image_cache_bytes: int | None = None
    kernel_cache_bytes: int | None = None
    kernel_bytes: int | None = None
    kernel_type: str | None = None


class GraphNode(NamedTuple):
    """A node of `graph.json`: the operation's own kind and name. `uid` is that of the log's `uid:` line."""

    uid: int
    op: str | None = None
    name: str | None = None
    inputs: tuple[str, ...] = ()


class Reported(NamedTuple):
    """The figures that another program prints of its own inferences, in microseconds. `program` names it.

    `warmup` are those of the inferences that it made beforehand.
    """

    program: str
    count: int | None = None  # type: ignore[assignment]
    first_us: float | None = None
    min_us: float | None = None
    max_us: float | None = None
    average_us: float | None = None
    std_us: float | None = None
    init_us: float | None = None
    warmup: Reported | None = None


class Hang(NamedTuple):
    """The kernel's notice that the NPU hung. `at` is its time stamp as printed, None without one."""

    at: str | None
    recovered: bool
    message: str


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

    `line` is the 1-based line of the log, where it stands first. `source` is ovxlib, detect (the detection library),
    driver, kernel, shell, model, program (an exception, an assertion, a loader's error), or npumon for what the parser
    or the metrics found. `count` says how often the same was said.
    """

    line: int | None
    level: Level
    source: str
    message: str
    count: int = 1  # type: ignore[assignment]


class NetworkTensor(NamedTuple):
    """An input or output. `shape` is outermost first, and empty if the file does not say."""

    name: str
    dtype: str
    shape: tuple[int, ...] = ()


class Network(NamedTuple):
    """The network that a run executed, as its model file describes it. What the file does not say is None.

    `target` is the NPU that it was compiled for; `axi_sram_bytes` and `vip_sram_bytes` are what it needs of either
    SRAM. `operations` counts what it is compiled to by kind. `path` is for display only. All text is visible text.
    """

    name: str | None = None
    target: str | None = None
    inputs: tuple[NetworkTensor, ...] = ()
    outputs: tuple[NetworkTensor, ...] = ()
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    path: str | None = None
    operations: tuple[tuple[str, int], ...] = ()
