"""The vocabulary: what a profiler log can say, one frozen dataclass for each thing it says.

The parser turns bytes into these; `state.reduce` folds them. Units are in the field names. All text in an event
is visible text already: escape sequences are gone, other control characters are spelled out (`core.text`).
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.profile import Detection, Diagnostic, Operation, TopEntry


class ProductNamed(NamedTuple):
    """`#productname=VIPNano-QI, pid=0x88`: which NPU the driver found."""

    product: str
    pid: str


class ThreadCreated(NamedTuple):
    """`Created VX Thread: 0xa69a21c0`."""

    handle: str


class ThreadExited(NamedTuple):
    """`Exit VX Thread: 0xa69a21c0`: the program is done with the NPU."""

    handle: str


class NetworkCreated(NamedTuple):
    """`Create Neural Network: 59ms or 59455us`."""

    elapsed_us: int


class VerifyStarted(NamedTuple):
    """`Verify...`: the graph is being checked and compiled; this may take long."""


class GraphVerified(NamedTuple):
    """`Verify Graph: 0ms or 823us`."""

    elapsed_us: int


class CommandBufferGenerated(NamedTuple):
    """`generate command buffer, device count=1, core count per-device: 1,`."""

    device_count: int
    core_count: int


class AxiSramLocated(NamedTuple):
    """`current device id=0, AXI SRAM base address=0xff000000`."""

    device_id: int
    base_address: str


class TilingStarted(NamedTuple):
    """`---…Begin VerifyTiling …---`: what follows is the compiler's table, free text to us."""


class TilingNote(NamedTuple):
    """A line inside the VerifyTiling block: known to belong there, not read any further."""

    text: str


class TilingEnded(NamedTuple):
    """`---…End VerifyTiling …---`."""


class MemorySized(NamedTuple):
    """`AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes …`: on-chip memory the graph may use."""

    axi_sram_bytes: int
    vip_sram_bytes: int


class GraphStarted(NamedTuple):
    """`Start run graph [1] times...`: the number of iterations to come (VNN_LOOP_TIME)."""

    loops: int


class OperationProfiled(NamedTuple):
    """One profiled block, whole. `complete` is False when the text broke off before the block's end."""

    operation: Operation
    complete: bool = True


class VpcElapsed(NamedTuple):
    """`VPC_ELAPSETIME: 21124`: the window, in microseconds, in which the cycles were counted."""

    elapsed_us: int


class IterationEnded(NamedTuple):
    """`Run the 1 time: 21.00ms or 21609.00us`. The ms figure is cut off by the program; the us one is exact."""

    number: int
    elapsed_us: float | None


class IterationFailed(NamedTuple):
    """`Run graph the 0 time fail` (0-based in the text, 1-based here) or `Test Fail,Execution Time Too Long`."""

    number: int | None
    reason: str
    line: int | None = None


class InferenceTimed(NamedTuple):
    """KSNN: `Done. inference :  0.0423` (seconds in the text): one inference, with or without a `Run the` line."""

    elapsed_us: float | None


class TotalAnnounced(NamedTuple):
    """`vxProcessGraph execution time:` or `Execution time:`: the totals come next."""


class TotalTimed(NamedTuple):
    """`Total   21.00ms or 21625.00us`."""

    elapsed_us: float | None


class AverageTimed(NamedTuple):
    """`Average 21.62ms or 21625.00us`."""

    elapsed_us: float | None


class TopStarted(NamedTuple):
    """` --- Top5 ---` or `----- Show Top5 +-----`: `size` classes come next."""

    size: int


class TopListed(NamedTuple):
    """`  2: 0.833984`: one class of the list."""

    entry: TopEntry


class KsnnAnnounced(NamedTuple):
    """` |--- KSNN Version: v1.3 +---|`: the program is a KSNN example (Python on the same NPU)."""

    version: str


class StageReached(NamedTuple):
    """`Start init neural network ...`, `Det_set_input START`: a step that the program announces."""

    text: str


class DetectionsCounted(NamedTuple):
    """`resultData.detect_num=3`: a new frame with so many objects."""

    objects: int


class ObjectDetected(NamedTuple):
    """`i:3 left:.. right:.. top:.. bottom:..` (C demos), or class, score and box coordinates (KSNN)."""

    detection: Detection


class DriverVersioned(NamedTuple):
    """`HAL user version 6.4.3.5.293908`: the user-space part of the driver."""

    version: str


class Diagnosed(NamedTuple):
    """A diagnostic: OVXLIB or detection library message, shell death notice, or the parser's own remark."""

    diagnostic: Diagnostic


class Unrecognized(NamedTuple):
    """A line nobody knows. Counted and shown, never lost."""

    line: int
    text: str


Event = (
    ProductNamed
    | ThreadCreated
    | ThreadExited
    | NetworkCreated
    | VerifyStarted
    | GraphVerified
    | CommandBufferGenerated
    | AxiSramLocated
    | TilingStarted
    | TilingNote
    | TilingEnded
    | MemorySized
    | GraphStarted
    | OperationProfiled
    | VpcElapsed
    | IterationEnded
    | IterationFailed
    | InferenceTimed
    | TotalAnnounced
    | TotalTimed
    | AverageTimed
    | TopStarted
    | TopListed
    | KsnnAnnounced
    | StageReached
    | DetectionsCounted
    | ObjectDetected
    | DriverVersioned
    | Diagnosed
    | Unrecognized
)
