"""The vocabulary: what a profiler log can say, one named tuple for each thing it says.

The parser turns bytes into events; `state.reduce` folds them. Units are in the field names. All text in an event
is already visible text: escape sequences are removed, other control characters are spelled out (`core.text`).
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from npumon.core.profile import Detection, Diagnostic, Operation, TopEntry

_EventT = TypeVar("_EventT")


class _EventMethods(tuple[object, ...]):
    """Methods of all events; a named tuple cannot inherit them."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return type(self) is not type(other) or tuple.__ne__(self, other)

    def __bool__(self) -> bool:
        return True


def _event(kind: type[_EventT]) -> type[_EventT]:
    """Make a named tuple an event: equal only to events of its own kind, and true even without fields."""
    for name in ("__eq__", "__ne__", "__bool__"):
        setattr(kind, name, getattr(_EventMethods, name))
    return kind


@_event
class ProductNamed(NamedTuple):
    """`#productname=VIPNano-QI, pid=0x88`: which NPU the driver found."""

    product: str
    pid: str


@_event
class ThreadCreated(NamedTuple):
    """`Created VX Thread: 0xa69a21c0`."""

    handle: str


@_event
class ThreadExited(NamedTuple):
    """`Exit VX Thread: 0xa69a21c0`: the program has finished with the NPU."""

    handle: str


@_event
class NetworkCreated(NamedTuple):
    """`Create Neural Network: 59ms or 59455us`."""

    elapsed_us: int


@_event
class VerifyStarted(NamedTuple):
    """`Verify...`: the graph is being checked and compiled; this may take long."""


@_event
class GraphVerified(NamedTuple):
    """`Verify Graph: 0ms or 823us`."""

    elapsed_us: int


@_event
class CommandBufferGenerated(NamedTuple):
    """`generate command buffer, device count=1, core count per-device: 1,`."""

    device_count: int
    core_count: int


@_event
class AxiSramLocated(NamedTuple):
    """`current device id=0, AXI SRAM base address=0xff000000`."""

    device_id: int
    base_address: str


@_event
class TilingStarted(NamedTuple):
    """`---…Begin VerifyTiling …---`: the compiler's table follows, free text for npumon."""


@_event
class TilingNote(NamedTuple):
    """A line inside the VerifyTiling block, which is not interpreted."""

    text: str


@_event
class TilingEnded(NamedTuple):
    """`---…End VerifyTiling …---`."""


@_event
class MemorySized(NamedTuple):
    """`AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes …`: on-chip memory the graph may use."""

    axi_sram_bytes: int
    vip_sram_bytes: int


@_event
class GraphStarted(NamedTuple):
    """`Start run graph [1] times...`: the number of iterations to come (VNN_LOOP_TIME)."""

    loops: int


@_event
class OperationProfiled(NamedTuple):
    """One profiled block. `complete` is False if the text breaks off before its end."""

    operation: Operation
    complete: bool = True


@_event
class VpcElapsed(NamedTuple):
    """`VPC_ELAPSETIME: 21124`: the window, in microseconds, in which the cycles were counted."""

    elapsed_us: int


@_event
class IterationEnded(NamedTuple):
    """`Run the 1 time: 21.00ms or 21609.00us`. The program truncates the ms figure; the us figure is exact."""

    number: int
    elapsed_us: float | None


@_event
class IterationFailed(NamedTuple):
    """`Run graph the 0 time fail` (0-based in the text, 1-based here) or `Test Fail,Execution Time Too Long`."""

    number: int | None
    reason: str
    line: int | None = None


@_event
class InferenceTimed(NamedTuple):
    """KSNN: `Done. inference :  0.0423` (seconds in the text): one inference, with or without a `Run the` line."""

    elapsed_us: float | None


@_event
class TotalAnnounced(NamedTuple):
    """`vxProcessGraph execution time:` or `Execution time:`: the totals come next."""


@_event
class TotalTimed(NamedTuple):
    """`Total   21.00ms or 21625.00us`."""

    elapsed_us: float | None


@_event
class AverageTimed(NamedTuple):
    """`Average 21.62ms or 21625.00us`."""

    elapsed_us: float | None


@_event
class TopStarted(NamedTuple):
    """` --- Top5 ---` or `----- Show Top5 +-----`: `size` classes come next."""

    size: int


@_event
class TopListed(NamedTuple):
    """`  2: 0.833984`: one class of the list."""

    entry: TopEntry


@_event
class KsnnAnnounced(NamedTuple):
    """` |--- KSNN Version: v1.3 +---|`: the program is a KSNN example (Python on the same NPU)."""

    version: str


@_event
class StageReached(NamedTuple):
    """`Start init neural network ...`, `Det_set_input START`: a step that the program announces."""

    text: str


@_event
class DetectionsCounted(NamedTuple):
    """`resultData.detect_num=3`: a new frame with so many objects."""

    objects: int


@_event
class ObjectDetected(NamedTuple):
    """`i:3 left:.. right:.. top:.. bottom:..` (C demos), or class, score and box coordinates (KSNN)."""

    detection: Detection


@_event
class DriverVersioned(NamedTuple):
    """`HAL user version 6.4.3.5.293908`: the user-space part of the driver."""

    version: str


@_event
class Diagnosed(NamedTuple):
    """A diagnostic: a message of OVXLIB or the detection library, a shell's death notice, or the parser's remark."""

    diagnostic: Diagnostic


@_event
class Unrecognized(NamedTuple):
    """An unknown line. It is counted and shown, never lost."""

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
