"""A watched file's chunks, put into the live state."""

from __future__ import annotations

import os

from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.activity import BEHIND_BYTES, Activity, Stage
from npumon.core.monitor.log_board import BoardFinder
from npumon.core.run.report import RunInfo
from npumon.core.run.splitter import Completed, IterationCompleted, looks_like_a_run
from npumon.core.run.state import RunState
from npumon.core.text import visible
from npumon.engine.late_report import LateReport
from npumon.engine.live_state import LiveState
from npumon.engine.reporting import report_of
from npumon.engine.run_progress import RunProgress
from npumon.engine.watched_log import WatchedLog, missed_words
from npumon.ports import Clock, LogChunk


class LogFollowing:
    """Follows one file. The program that writes it is unknown: runs have no model and no exit status.

    Some programs end with their totals. Such a run is shown as over, though it counts only when something says so.
    """

    def __init__(
        self, path: str, live_state: LiveState, clock: Clock, kept_operations: int, written_at: str | None = None
    ) -> None:
        """`written_at` is when the file was last written, as ISO 8601 in UTC; None without a file."""
        self._info = RunInfo(log=visible(path))
        self._name = visible(os.path.basename(path))
        self._live_state = live_state
        self._clock = clock
        self._log = WatchedLog(kept_operations)
        self._before = live_state.session_history.ended
        self._run: RunProgress | None = None
        self._between: Stage = "following"
        self._board = BoardFinder(written_at)
        live_state.log = Scrollback()
        live_state.log_board = self._board.found
        live_state.doing = Activity(stage="no file", run=live_state.session_history.ended, source=visible(path))

    def take(self, chunk: LogChunk) -> None:
        """Take more of the text, or news of the file."""
        live_state = self._live_state
        if chunk.restarted is not None:
            first = self._log.first
            self._tell(self._log.restart(), first)
            self._between = "restarted"
            live_state.rest("restarted")
            live_state.log = Scrollback()
            self._board = BoardFinder()
            self._note(f"{self._name} was {chunk.restarted}{missed_words(chunk.missed)}; read from its beginning.")
        if not chunk.data:
            self._presence(present=chunk.present)
            return
        live_state.log.feed(chunk.shown)
        self._board.feed(chunk.data)
        live_state.log_board = self._board.found
        if not chunk.preexisting:  # it is being written
            live_state.log_board = live_state.log_board._replace(written_at=None)
        self._tell(self._log.feed(chunk.data), self._log.first)
        self._show(chunk)

    def _presence(self, *, present: bool) -> None:
        doing = self._live_state.doing
        if not present:
            self._live_state.doing = doing._replace(stage="no file")
            if looks_like_a_run(self._log.state):
                self._note(f"{self._name} is gone; waiting for a new one.")
        elif doing.stage == "no file":
            self._live_state.doing = doing._replace(stage=self._between)

    def _show(self, chunk: LogChunk) -> None:
        """Show the run under way, if there is one."""
        live_state, log = self._live_state, self._log
        if looks_like_a_run(log.state):
            self._between = "following"
        if log.between_runs:
            live_state.rest(self._between)
        else:
            now_s = self._clock.monotonic()
            run, place = self._run, log.number - log.first + 1
            if run is None or run.number != log.number:
                self._run = run = RunProgress(now_s, began_s=None if chunk.preexisting else now_s, number=log.number)
                run.place = place
                run.info = self._info
            run.update(log.state, now_s, timed=not chunk.preexisting)
            if not chunk.preexisting:
                live_state.note_frames(run, None)
            if run.seems_over:
                live_state.end(self._report(log.state, place), counted=False)
                live_state.rest("following")
            else:
                live_state.begin(run)
                live_state.doing = live_state.doing._replace(run=live_state.session_history.ended + 1)
        behind = chunk.behind if chunk.behind > BEHIND_BYTES else 0
        live_state.doing = live_state.doing._replace(stage=self._between, behind_bytes=behind)

    def _tell(self, completed: list[Completed], first: int) -> None:
        """Take what was completed in a text whose first run has this number."""
        live_state = self._live_state
        for item in completed:
            if isinstance(item, IterationCompleted):
                dumped = self._log.state.layer_dump
                live_state.session_history.iteration(None, item.iteration, layer_dump=dumped)
            else:
                live_state.end(self._report(item.state, item.run - first + 1))
                self._note(None)
        for item in self._log.amended():
            live_state.amend(item.run + self._before, self._report(item.state, item.run - first + 1))

    def _report(self, state: RunState, number: int) -> LateReport:
        """Return the report by what is known now of the board."""
        context = self._live_state.context
        return LateReport(state, lambda state: report_of(state, context, self._info, number=number, runs_in_log=None))

    def _note(self, note: str | None) -> None:
        self._live_state.doing = self._live_state.doing._replace(note=note)
