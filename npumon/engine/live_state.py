"""Everything that is shown, as it changes; `live` is one moment of it."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.activity import Activity, Stage
from npumon.core.monitor.live import Live, Snapshot, npu_users_notice
from npumon.core.monitor.log_board import LogBoard
from npumon.core.monitor.selection import newest_shown
from npumon.core.run.report import RunReport
from npumon.engine.late_report import LateReport
from npumon.engine.reporting import Context
from npumon.engine.run_progress import RunMilestone, RunProgress, SeriesEta
from npumon.engine.session_history import SessionHistory
from npumon.ports import Clock

#: The board was looked at a while ago: who was seen then may belong to one of so many runs.
KEPT_LOGS = 32


class Milestone(NamedTuple):
    """What a run has reached, and what is said of it. As long as it is the same, there is only more of the same."""

    doing: Activity
    stopping: bool
    run: RunMilestone | None


class LiveState:
    """Holds what is known; others put it there.

    `log_board` is what a log tells of its board, None where no log is watched. `doing` has the fields of the activity
    that do not change by themselves, `run` the run under way, `series` the series that it is part of. `stopping`
    replaces its stage. `note` is about the work; before it stands which source of figures does not answer
    (`unanswered`: its name, and for how many seconds). `unseen` is how many references to the driver belong to
    processes that cannot be seen.
    """

    def __init__(self, context: Context, clock: Clock) -> None:
        self._clock = clock
        self.context = context
        self.board = BoardState()
        self.driver = context.driver or DriverState()
        self.session_history = SessionHistory()
        self.log = Scrollback()
        self.log_board: LogBoard | None = None
        self.doing = Activity()
        self.run: RunProgress | None = None
        self.series: SeriesEta | None = None
        self.stopping = False
        self.unanswered: tuple[str, float] | None = None
        self._logs: deque[str | None] = deque(maxlen=KEPT_LOGS)
        #: What an own program holds while it dies cannot be told from what another user's program holds. From the
        #: begin of a run on only as many references count as had been there before, until none of ours is left.
        self.unseen = 0
        self._unseen_before: int | None = None
        self._ended: LateReport | None = None
        self._previous = 0
        self._look_for_users()

    def update_board(self, board: BoardState) -> None:
        """Take the board as it is now; later runs are judged by it."""
        self.board = board
        self.context = self.context._replace(
            nominal_clock_mhz=self.context.nominal_clock_mhz or board.nominal_clock_mhz,
            held_back=any(device.state > 0 for device in board.cooling) if board.cooling else None,
        )

    def update_driver(self, driver: DriverState, unseen: int) -> None:
        """Take the driver as it is now; later runs are judged by it. `unseen` references belong to processes that
        cannot be seen."""
        self.driver = driver
        self.unseen = unseen
        self.context = self.context._replace(driver=driver)
        self._look_for_users()

    def of_others(self, newest: int, unseen: int) -> int:
        """Return how many of the `unseen` references belong to others; there were `newest` in the newest sample."""
        if self._unseen_before is not None and self.run is None and newest <= self._unseen_before:
            self._unseen_before = None
        return unseen if self._unseen_before is None else min(unseen, self._unseen_before)

    def add_log(self, log: str | None) -> None:
        """Take note of the log of one of our runs."""
        self._logs.append(log)
        self._look_for_users()

    def _look_for_users(self) -> None:
        """Note who else uses the NPU; that changes with the driver and with our own runs only."""
        self._in_use = npu_users_notice(self.driver, self._logs, self.unseen)

    def begin(self, run: RunProgress) -> None:
        """Show this run as the one under way."""
        self.run = run
        if self._unseen_before is None:
            self._unseen_before = self.unseen
        self._previous = self.session_history.ended

    def end(self, report: LateReport, *, counted: bool = True) -> None:
        """End the run; one that does not count is shown but not remembered."""
        model = None if self.run is None else self.run.info.model
        self.run = None
        self._ended = report
        self._previous = self.session_history.ended
        if counted:
            self.session_history.late_run(model, report)

    def amend(self, number: int, report: LateReport) -> None:
        """Put another report in the place of that of the ended run with this number."""
        self.session_history.amend(number, report)
        if self.run is None and number == self.session_history.ended:
            self._ended = report

    def note_frames(self, run: RunProgress, model: str | None) -> None:
        """Remember how many frames a second the run takes."""
        rate = run.frames_per_s(self._clock.monotonic())
        if rate is not None:
            self.session_history.groups.rate(model, rate, self.session_history.ended + 1)

    def rest(self, stage: Stage = "idle") -> None:
        """Show that nothing is under way."""
        self.run, self.series, self.stopping = None, None, False
        self.doing = Activity(
            stage=stage, run=self.session_history.ended, source=self.doing.source, note=self.doing.note
        )

    @property
    def milestone(self) -> Milestone:
        """What has been reached now."""
        return Milestone(
            self.doing._replace(behind_bytes=0), self.stopping, None if self.run is None else self.run.milestone
        )

    def activity(self) -> Activity:
        """Return what is going on now."""
        now_s = self._clock.monotonic()
        shown = self.doing if self.run is None else self.run.activity(self.doing, now_s)
        if self.series is not None:
            shown = shown._replace(series_progress=self.series.series_progress(shown, now_s))
        if self.stopping:
            shown = shown._replace(stage="stopping")
        if self.unanswered is not None:
            source, silent_s = self.unanswered
            silence = f"The {source} has not answered for {silent_s:.0f} s."
            shown = shown._replace(note=silence if shown.note is None else f"{silence} {shown.note}")
        return shown

    def _report(self) -> RunReport | None:
        """Return the report of the run under way, or of the one that ended last."""
        if self.run is not None:
            return self.run.report(self.context)
        return None if self._ended is None else self._ended.report

    def live(self) -> Live:
        """Return this moment."""
        report = self._report()
        model = None if report is None else report.info.model
        live = Live(
            Snapshot(self._clock.now(), self.board, self.driver, report, self.context.demo, self.log_board),
            self.activity(),
            self.session_history.numbered(self._previous),
            self.session_history.runs,
            self.session_history.latencies(model),
            self.session_history.history(model),
            self.log.page,
            None if self.doing.source is not None else self._in_use,
            self.session_history.histories,
            self.session_history.groups.groups,
            self.session_history.groups.times,
        )
        return live._replace(shown=newest_shown(live))
