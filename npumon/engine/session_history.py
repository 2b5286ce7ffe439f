"""What a session remembers of its runs: for tables, graphs and comparisons, in bounded memory."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.live import History, Latencies, Live, Sample, Snapshot
from npumon.core.monitor.selection import newest_shown
from npumon.core.profile import Iteration
from npumon.core.run.metrics import Figures, rates_of
from npumon.core.run.report import RunReport
from npumon.core.run.statistics import NO_TIMES
from npumon.engine.late_report import LateReport
from npumon.engine.run_groups import RunGroups

KEPT_RUNS = 200
#: Of all kept runs together: operations as read and as judged, rows of tables, classes, objects, diagnostics and
#: tensors. That is some thirty megabytes.
KEPT_ROWS = 40_000
#: Of one kept run; the first are most often the cause of the others.
KEPT_DIAGNOSTICS = 20
#: Samples for the graphs: more than the widest screen has columns.
KEPT_SAMPLES = 512
#: Models with samples.
KEPT_GRAPHS = 8
#: Operations of the iterations that are not judged before somebody looks, and of the runs.
KEPT_WAITING = 4_000
#: Models whose samples can be found.
KEPT_MODELS = 50


class _Waiting(NamedTuple):
    """An iteration that has not been judged yet: of which of the session's runs, and the key of what it has in common
    with others."""

    key: int | str
    run: int
    iteration: Iteration
    layer_dump: bool


NO_HISTORY = History()


class SessionHistory:
    """Takes iterations and ended runs in the order in which they happen."""

    def __init__(self) -> None:
        self._rings: dict[int | str, SampleRing] = {}
        self._histories: tuple[History, ...] = ()
        self._waiting: deque[_Waiting] = deque()
        self._waiting_operations = 0
        self._key: dict[str | None, int | str] = {}
        self.groups = RunGroups()
        self._runs: deque[RunReport] = deque()
        self._rows = 0
        self._ended = 0
        self._newest: tuple[RunReport, ...] = ()
        self._late: deque[LateReport] = deque()
        self._late_operations = 0

    def history(self, model: str | None) -> History:
        """Return the graphs' samples of one model; where that is unknown, of the last runs that are alike."""
        self._judge_waiting()
        key = self._key.get(model)
        ring = None if key is None else self._rings.get(key)
        return NO_HISTORY if ring is None else ring.history

    @property
    def histories(self) -> tuple[History, ...]:
        """Those of all models; the same object until a sample comes."""
        self._judge_waiting()
        now = tuple(ring.history for ring in self._rings.values())
        if list(map(id, self._histories)) != list(map(id, now)):
            self._histories = now
        return self._histories

    @property
    def runs(self) -> tuple[RunReport, ...]:
        """The ended runs that are kept, the newest last; the same object until another one ends."""
        self._take_late()
        return self._newest

    def numbered(self, number: int) -> RunReport | None:
        """Return the ended run with this number, from 1; None for one that is forgotten, and for 0."""
        place = number - self._ended - 1
        return self.runs[place] if 0 < -place <= len(self.runs) else None

    @property
    def ended(self) -> int:
        """How many runs have ended, forgotten ones included."""
        return self._ended

    def begin(self, model: str | None, runs: int = 0) -> None:
        """Begin a series of so many runs of that model, or with 0 a single run."""
        self.groups.begin(model, runs)

    def iteration(self, model: str | None, iteration: Iteration, *, layer_dump: bool = False) -> None:
        """Remember a complete iteration of a run of that model. Warm-up runs are left out.

        With a `layer_dump` its rates are those of writing files, so there are none.
        """
        number = self._ended + 1
        key = self._key[model] = self.groups.key_of(model, iteration, number)
        self._wait(_Waiting(key, number, iteration, layer_dump))
        self.groups.iteration(model, iteration, number)
        if len(self._key) > KEPT_MODELS:
            del self._key[next(iter(self._key))]

    def _wait(self, waiting: _Waiting) -> None:
        """Keep an iteration until somebody looks: of thousands in between only the newest make samples."""
        self._waiting.append(waiting)
        self._waiting_operations += len(waiting.iteration.operations)
        if len(self._waiting) > KEPT_SAMPLES:
            oldest = self._waiting.popleft()
            self._waiting_operations -= len(oldest.iteration.operations)
            self._ring(oldest.key).forget()
        if self._waiting_operations > KEPT_WAITING:
            self._judge_waiting()

    def _judge_waiting(self) -> None:
        for key, run, iteration, layer_dump in self._waiting:
            sample = sample_of(iteration, rates_of(iteration, layer_dump=layer_dump))
            self._ring(key).add(sample._replace(run=run, iteration=iteration.number))
        self._waiting.clear()
        self._waiting_operations = 0

    def _ring(self, key: int | str) -> SampleRing:
        """Return the samples of a model; those of the model that was not used for longest go."""
        ring = self._rings.pop(key, None) or SampleRing()
        self._rings[key] = ring
        if len(self._rings) > KEPT_GRAPHS:
            del self._rings[next(iter(self._rings))]
        return ring

    def run(self, report: RunReport) -> None:
        """Remember a run that has ended."""
        self.late_run(report.info.model, LateReport.of(report))

    def late_run(self, model: str | None, late: LateReport) -> None:
        """Remember a run that has ended; its report is made when somebody looks, unless it is forgotten by then."""
        self._ended += 1
        self.groups.end(model, self._ended, self._ended - KEPT_RUNS + 1)
        self._late.append(late)
        self._late_operations += late.operations
        if len(self._late) > KEPT_RUNS:
            self._late_operations -= self._late.popleft().operations
        if self._late_operations > KEPT_WAITING:
            self._take_late()

    def amend(self, number: int, late: LateReport) -> None:
        """Put another report in the place of that of the ended run with this number, if it is still kept."""
        self._take_late()
        place = number - self._ended - 1
        if 0 < -place <= len(self._runs):
            kept = _trimmed(late.report)
            self._rows += _rows(kept) - _rows(self._runs[place])
            self._runs[place] = kept
            self._newest = tuple(self._runs)

    def _take_late(self) -> None:
        for late in self._late:
            self._remember(late.report)
        self._late.clear()
        self._late_operations = 0

    def _remember(self, report: RunReport) -> None:
        kept = _trimmed(report)
        self._runs.append(kept)
        self._rows += _rows(kept)
        while len(self._runs) > KEPT_RUNS or (self._rows > KEPT_ROWS and len(self._runs) > 1):
            self._rows -= _rows(self._runs.popleft())
        self._newest = tuple(self._runs)

    def latencies(self, model: str | None) -> Latencies:
        """Return the latencies of one model's last series, or of its single runs since."""
        return self.groups.latencies(model)


def _trimmed(report: RunReport) -> RunReport:
    """Return the report with its last iteration only, and the one that its metrics describe, without unrecognised
    lines, and without all its times, whose statistics are in the metrics."""
    state = report.state
    measured, last = state.measured, state.iterations[-1:]
    dropped = max(0, len(state.diagnostics) - KEPT_DIAGNOSTICS)
    return report._replace(
        state=state._replace(
            iterations=last if measured is None or measured is last[0] else (measured, *last),
            times=NO_TIMES,
            diagnostics=state.diagnostics[:KEPT_DIAGNOSTICS],
            diagnostics_dropped=state.diagnostics_dropped + dropped,
            unrecognized_lines=(),
        )
    )


def _rows(report: RunReport) -> int:
    state, network = report.state, report.network
    rows = 1 + sum(len(iteration.operations) for iteration in state.iterations)
    if (judged := report.metrics.profile) is not None:
        rows += len(judged.operations)
    if network is not None:
        rows += len(network.inputs) + len(network.outputs)
    rows += len(state.operations) + len(state.tiling)
    return rows + len(state.top) + len(state.detections) + len(state.diagnostics)


def live_from_snapshot(snapshot: Snapshot, log: bytes = b"") -> Live:
    """Return the moment after the snapshot's run. `log` is the run's text."""
    session_history, book = SessionHistory(), Scrollback()
    report = snapshot.run
    if report is None:
        return Live(snapshot)
    model = report.info.model
    for iteration in report.state.iterations:
        session_history.iteration(model, iteration, layer_dump=report.state.layer_dump)
    session_history.run(report)
    book.feed(log)
    live = Live(
        snapshot,
        runs=session_history.runs,
        latencies=session_history.latencies(model),
        history=session_history.history(model),
        log=book.page,
        histories=session_history.histories,
        groups=session_history.groups.groups,
        times=session_history.groups.times,
    )
    live = live._replace(activity=live.activity._replace(model=model, run=session_history.ended))
    return live._replace(shown=newest_shown(live))


class SampleRing:
    """Takes samples in constant time and forgets the oldest."""

    def __init__(self, kept: int = KEPT_SAMPLES) -> None:
        self._samples: deque[Sample] = deque(maxlen=kept)
        self._ever = 0
        self._history = History()

    def add(self, sample: Sample) -> None:
        """Add the newest sample."""
        self._samples.append(sample)
        self._ever += 1

    def forget(self) -> None:
        """Count a sample that is forgotten at once: as many follow it as are kept."""
        self._ever += 1

    @property
    def history(self) -> History:
        """What there is now; the same object as long as nothing was added."""
        if self._history.ever != self._ever:
            self._history = History(tuple(self._samples), self._ever)
        return self._history


def sample_of(iteration: Iteration, figures: Figures) -> Sample:
    """Return the sample of an iteration with these figures."""
    rates = figures.bandwidth_per_s
    total, axi, ddr = (None if rate is None else round(rate, 1) for rate in (rates.total, rates.axi, rates.ddr))
    return Sample(
        total,
        axi,
        ddr,
        figures.utilization,
        iteration.latency_us,
    )
