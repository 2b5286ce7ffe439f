"""The vocabulary: what a profiler log can say, one named tuple for each thing it says.

The parser turns bytes into events; `state.reduce` folds them. Units are in the field names. All text in an event
is already visible text: escape sequences are removed, other control characters are spelled out (`core.text`).
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.log.event_kind import event
from npumon.core.profile import Detection, Diagnostic, Hang, Operation, Reported, TilingRow, TopEntry


@event
class ProductNamed(NamedTuple):
    """`#productname=VIPNano-QI, pid=0x88`: which NPU the driver found."""

    product: str
    pid: str


@event
class ThreadCreated(NamedTuple):
    """`Created VX Thread: 0xa69a21c0`."""

    handle: str


@event
class ThreadExited(NamedTuple):
    """`Exit VX Thread: 0xa69a21c0`: the program has finished with the NPU."""

    handle: str


@event
class NetworkCreated(NamedTuple):
    """`Create Neural Network: 59ms or 59455us`."""

    elapsed_us: int


@event
class VerifyStarted(NamedTuple):
    """`Verify...`: the graph is being checked and compiled; this may take long."""


@event
class GraphVerified(NamedTuple):
    """`Verify Graph: 0ms or 823us`."""

    elapsed_us: int


@event
class CommandBufferGenerated(NamedTuple):
    """`generate command buffer, device count=1, core count per-device: 1,`."""

    device_count: int
    core_count: int


@event
class AxiSramLocated(NamedTuple):
    """`current device id=0, AXI SRAM base address=0xff000000`."""

    device_id: int
    base_address: str


@event
class TilingStarted(NamedTuple):
    """`---…Begin VerifyTiling …---`: the compiler's tables follow."""


@event
class TilingNote(NamedTuple):
    """A line inside the VerifyTiling block, which is not interpreted."""

    text: str


@event
class TilingTabulated(NamedTuple):
    """The operations of the VerifyTiling block, its two tables joined, when the block ends or is interrupted."""

    rows: tuple[TilingRow, ...]


@event
class TilingEnded(NamedTuple):
    """`---…End VerifyTiling …---`."""


@event
class MemorySized(NamedTuple):
    """`AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes …`: on-chip memory the graph may use."""

    axi_sram_bytes: int
    vip_sram_bytes: int


@event
class GraphStarted(NamedTuple):
    """`Start run graph [1] times...`: the number of iterations to come (VNN_LOOP_TIME)."""

    loops: int


@event
class OperationAnnounced(NamedTuple):
    """A head without a time: the dump of an operation's commands, or an operation whose figures never came."""

    operation: Operation


@event
class OperationProfiled(NamedTuple):
    """One profiled block: it has a time, or counters alone. `complete` is False if the text breaks off in it."""

    operation: Operation
    complete: bool = True


@event
class SegmentRun(NamedTuple):
    """`Run segment 0. Type: 1, operations: [1, 1].`: a segment of a network binary graph, `number` from 0."""

    number: int


@event
class LayerDumped(NamedTuple):
    """`***********dump layer : 5***************`: NN_LAYER_DUMP is on, and times are those of writing files."""


@event
class CommandsDumped(NamedTuple):
    """`**********Show Command*****`: the commands of an operation follow, which is not run here."""


@event
class PowerManagementSet(NamedTuple):
    """`turned powerManagement off for CNN_PERF=1`, or on again."""

    on: bool


@event
class IterationEnded(NamedTuple):
    """`Run the 1 time: 21.00ms or 21609.00us`. The program truncates the ms figure; the us figure is exact.

    Where a build prints milliseconds alone (`Run the 1 time: 6120.48ms`), they are the figure.
    """

    number: int
    elapsed_us: float | None


@event
class IterationFailed(NamedTuple):
    """`Run graph the 0 time fail` (0-based in the text, 1-based here) or `Test Fail,Execution Time Too Long`."""

    number: int | None
    reason: str
    line: int | None = None


@event
class InferenceTimed(NamedTuple):
    """KSNN: `Done. inference :  0.0423` (seconds in the text): one inference, with or without a `Run the` line."""

    elapsed_us: float | None


@event
class TotalAnnounced(NamedTuple):
    """`vxProcessGraph execution time:` or `Execution time:`: the totals come next."""


@event
class TotalTimed(NamedTuple):
    """`Total   21.00ms or 21625.00us`."""

    elapsed_us: float | None


@event
class AverageTimed(NamedTuple):
    """`Average 21.62ms or 21625.00us`."""

    elapsed_us: float | None


@event
class TopStarted(NamedTuple):
    """` --- Top5 ---` or `----- Show Top5 +-----`: `size` classes come next."""

    size: int


@event
class TopListed(NamedTuple):
    """`  2: 0.833984`: one class of the list."""

    entry: TopEntry


@event
class KsnnAnnounced(NamedTuple):
    """` |--- KSNN Version: v1.3 +---|`: the program is a KSNN example (Python on the same NPU)."""

    version: str


@event
class StageReached(NamedTuple):
    """`Start init neural network ...`, `Det_set_input START`: a step that the program announces."""

    text: str


@event
class DetectionsCounted(NamedTuple):
    """`resultData.detect_num=3`: a new frame with so many objects."""

    objects: int


@event
class ObjectDetected(NamedTuple):
    """`i:3 left:.. right:.. top:.. bottom:..` (C demos), or class, score and box coordinates (KSNN)."""

    detection: Detection


@event
class ProgramReported(NamedTuple):
    """Another program's own figures: benchmark_model's `count=50 first=… avg=…`, Tengine's `Repeat 10 times, …`.

    `splits` is how many inferences the counters since the last such line belong to; None if it tells nothing of them.
    """

    reported: Reported
    splits: int | None = None


@event
class HangNoticed(NamedTuple):
    """`[galcore]: NP[0] hang, automatic recovery.`, or that the recovery is done."""

    hang: Hang


@event
class Prompted(NamedTuple):
    """A shell's prompt: the program before it has ended. `command` is what was typed there, None for nothing."""

    command: str | None


@event
class InterruptEchoed(NamedTuple):
    """`^C` as the terminal echoes it: somebody stopped the program."""


@event
class TextCut(NamedTuple):
    """`..`, `[...]`: somebody cut lines out of the text. `lost`: a part of it, which may be many iterations, was not
    written, kept or read by npumon."""

    lost: bool = False


@event
class DriverVersioned(NamedTuple):
    """`HAL user version 6.4.3.5.293908`: the user-space part of the driver."""

    version: str


@event
class Diagnosed(NamedTuple):
    """A diagnostic: a message of OVXLIB or the detection library, a shell's death notice, or the parser's remark."""

    diagnostic: Diagnostic


@event
class Unrecognized(NamedTuple):
    """A line with a keyword of the profiler or the demos that is not understood; counted and shown, never lost."""

    line: int
    text: str


@event
class ForeignText(NamedTuple):
    """Lines of some other program, counted together as far as they were fed at once: number and text of the first."""

    line: int
    text: str
    lines: int = 1


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
    | TilingTabulated
    | TilingEnded
    | MemorySized
    | GraphStarted
    | OperationAnnounced
    | OperationProfiled
    | SegmentRun
    | LayerDumped
    | CommandsDumped
    | PowerManagementSet
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
    | ProgramReported
    | HangNoticed
    | Prompted
    | InterruptEchoed
    | TextCut
    | DriverVersioned
    | Diagnosed
    | Unrecognized
    | ForeignText
)
