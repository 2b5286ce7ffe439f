"""What is known about one run, as far as its text has come.

`core.run.fold` makes it of events; live views, exports and the replay of a log read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from npumon.core.log import events as ev
from npumon.core.profile import Detection, Diagnostic, Hang, Iteration, Operation, Reported, TilingRow, TopEntry
from npumon.core.quick_replace import quickly_replaced
from npumon.core.run.statistics import NO_TIMES, Times

#: An endless run must not grow forever: so many of the last iterations are kept, and no more than have so many
#: operations together, but at least one. All are counted.
KEPT_ITERATIONS = 20_000
KEPT_OPERATIONS = 20_000
#: The same for operations of the open iteration, diagnostics, top-k entries and detections of one frame.
KEPT_OPEN_OPERATIONS = 20_000
KEPT_DIAGNOSTICS = 200
KEPT_UNRECOGNIZED = 20
KEPT_TOP = 1_000
KEPT_DETECTIONS = 1_000

#: How far the text of a run has come; `waiting` is before its first line.
Phase = Literal["waiting", "creating", "verifying", "running", "finishing", "done"]
#: What ended a run's text: a shell's prompt, the next run's start, the end of all text, or the program's end, which was
#: seen and went well.
End = Literal["prompt", "start", "text", "exit"]


@quickly_replaced
class RunState(NamedTuple):
    """One run as far as its text has come. None means that the text does not say; times are in microseconds.

    `iterations` holds the completed ones (as many as are kept), `iterations_ended` counts them all, `times` knows the
    times of all. `operations` and `segments` belong to the iteration that is still open, `forgotten` counts the
    operations that it had before those, `torn` says that its beginning is lost. `broken` is True if the newest
    operation lacks its end, `failing` if the open iteration has failed. `announced` is an operation whose figures have
    not come. `period` is how many operations an iteration has, as a program's own figures told, and `taken` how many
    iterations were made by it since. `objects` is how many the newest frame should have, `frame_from` how many lines
    were not understood before it. `command` is what was typed at the prompt before the run. `cut` says that somebody
    cut lines out, `gap` that the open iteration may lack operations since, `ended` what ended the text, None while it
    goes on.
    """

    product: str | None = None
    pid: str | None = None
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    driver_version: str | None = None
    ksnn_version: str | None = None
    create_us: int | None = None
    verify_us: int | None = None
    loops: int | None = None
    phase: Phase = "waiting"
    stage: str | None = None
    iterations: Sequence[Iteration] = ()
    iterations_ended: int = 0
    iterations_failed: int = 0
    times: Times = NO_TIMES
    operations: Sequence[Operation] = ()
    forgotten: int = 0
    torn: bool = False
    broken: bool = False
    failing: bool = False
    segments: int = 0
    total_us: float | None = None
    average_us: float | None = None
    top_size: int | None = None
    top: tuple[TopEntry, ...] = ()
    frames: int = 0
    objects: int | None = None
    frame_from: int = 0
    detections: tuple[Detection, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    diagnostics_dropped: int = 0
    unrecognized: int = 0
    unrecognized_lines: tuple[ev.Unrecognized, ...] = ()
    other_lines: int = 0
    tiling: tuple[TilingRow, ...] = ()
    graph_started: bool = False
    announced: Operation | None = None
    layer_dump: bool = False
    command_dump: bool = False
    cnn_perf: bool = False
    power_management: bool | None = None
    reported: Reported | None = None
    period: int | None = None
    taken: int = 0
    hung: Hang | None = None
    command: str | None = None
    cancelled: bool = False
    cut: bool = False
    gap: bool = False
    ended: End | None = None

    @property
    def has_result(self) -> bool:
        """True once the run has produced a figure: an iteration, a total, a list, a detection, its own figures."""
        return bool(
            self.iterations_ended
            or self.total_us is not None
            or self.average_us is not None
            or self.top
            or self.frames
            or self.detections
            or has_figures(self.reported)
        )

    @property
    def has_profiler_text(self) -> bool:
        """True once a line of the run was that of a profiler or of a program that runs networks."""
        return (
            self.has_result
            or self.phase != "waiting"
            or self.product is not None
            or self.axi_sram_bytes is not None
            or bool(self.operations)
            or self.announced is not None
            or self.layer_dump
            or self.command_dump
            or self.reported is not None
        )

    @property
    def interrupted(self) -> bool:
        """True if the text so far stops inside a run.

        C demos end with their totals, KSNN examples with the time of an inference, and both with the last class if they
        list classes; detection demos may end at any object, unless they told how many there are.
        """
        if self.phase in ("creating", "verifying", "running"):
            return bool(self.operations) or not (self.frames or self.detections) or self.lacks_objects
        return self.phase == "finishing" or (self.has_profiler_text and not self.has_result)

    @property
    def lacks_objects(self) -> bool:
        """True if the newest frame has fewer objects than it should. One without any may list them in other lines."""
        in_other_lines = not self.detections and self.lines_not_understood > self.frame_from
        if self.objects is None or in_other_lines:
            return False
        return len(self.detections) < min(self.objects, KEPT_DETECTIONS)

    @property
    def lines_not_understood(self) -> int:
        """How many lines there are that nothing was read from."""
        return self.other_lines + self.unrecognized

    @property
    def has_gap(self) -> bool:
        """True if the text says that some of it could not be written, or was not kept."""
        return bool(self._said("bytes were lost here", "bytes were left out here"))

    @property
    def unread(self) -> tuple[str, ...]:
        """What the text says of parts of it that were not read, each with their bytes or files; empty if all was."""
        return self._said(" not read here")

    def _said(self, *words: str) -> tuple[str, ...]:
        """Return npumon's own messages with one of these words."""
        own = (said.message for said in self.diagnostics if said.source == "npumon")
        return tuple(message for message in own if any(word in message for word in words))

    @property
    def open_iteration(self) -> Iteration | None:
        """The incomplete iteration with its operations so far; None if there is none."""
        if not self.operations:
            return None
        previous = self.iterations[-1].number if self.iterations else 0
        first = not self.iterations_ended
        operations = tuple(self.operations)
        return Iteration(previous + 1, None, operations, complete=False, first=first, segments=self.segments)

    @property
    def measured(self) -> Iteration | None:
        """The iteration that the metrics describe: the last completed one with a profile, or else the last one.

        A program may profile only some of its passes.
        """
        profiled = (iteration for iteration in reversed(self.iterations) if iteration.operations and iteration.complete)
        return next(profiled, self.iterations[-1] if self.iterations else None)


def has_figures(reported: Reported | None) -> bool:
    """Return whether another program has told any figure of its inferences."""
    return reported is not None and any(value is not None for value in reported[1:])


EMPTY = RunState()
