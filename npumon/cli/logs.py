"""The logs that a command line names: one row of runs, each judged as it completes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from npumon.cli.graph_files import graph_beside, named_graph
from npumon.cli.json_spool import no_room, temporary_file
from npumon.cli.log_source import is_file, opened, record_beside, refuse_early, run_info, unreadable_log
from npumon.cli.paths import STDIN, name_of
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import RunCompleted, looks_like_a_run
from npumon.core.units import counted
from npumon.engine.run_ids import log_run_id

if TYPE_CHECKING:
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.context import CommandContext
    from npumon.cli.json_spool import IterationSpool
    from npumon.core.run.analysis import IterationProfile
    from npumon.core.run.state import RunState
    from npumon.engine.offline.profiles import Judged, LogAnalysis
    from npumon.engine.offline.steady_matching import Rows
    from npumon.engine.offline.steady_model import RowMaker
    from npumon.engine.offline.steady_parts import PartedText
    from npumon.engine.reporting import Context


OnState = Callable[["RunState"], None]
_Item = TypeVar("_Item")
#: Rows of shorter files are made before another process has begun.
_LONG_BYTES = 8_000_000


class LogFile:
    """One of the logs. `runs` counts those that are found in it, from the through number `first_run` on."""

    def __init__(self, path: str, context: Context, record: RunRecord | None) -> None:
        """`context` is that of this log's reports, `record` that of the run that wrote it."""
        self.path = path
        self.name = name_of(path)
        self.context = context
        self.first_run = 1
        self.runs = 0
        self._source = path
        self._record = record
        self._digest: str | None = None
        self._length: int | None = None

    @property
    def repeatable(self) -> bool:
        """Whether it can be read more than once."""
        return self._source != STDIN and is_file(self._source)

    @property
    def streams(self) -> bool:
        """Whether its text comes bit by bit, from a program perhaps."""
        return not is_file(self._source)

    def capture(self, stack: ExitStack) -> None:
        """Copy what can be read only once into a temporary file, which goes with the stack."""
        if self.repeatable:
            return
        try:
            copy = stack.enter_context(temporary_file())
            with opened(self.path) as chunks:
                for chunk in chunks:
                    copy.write(chunk)
            copy.flush()
        except OSError as error:
            raise no_room(error) from error
        self._source = f"/proc/self/fd/{copy.fileno()}"

    def items(self, first_run: int, on_state: OnState | None = None) -> Iterator[Judged]:
        """Yield what the log completes; its runs are numbered from `first_run`.

        `on_state` is called after each piece of the text.
        """
        self.first_run, self.runs = first_run, 0
        from npumon.engine.offline.profiles import LogAnalysis

        log = LogAnalysis(self.context, first_run)
        digest = hashlib.sha256()
        with opened(self._source, self._length) as chunks:
            for item in log.read(self._hashed(chunks, digest, log, on_state)):
                if isinstance(item, RunCompleted) and looks_like_a_run(item.state):
                    self.runs += 1
                yield item

    def rows(self, first_run: int, maker: RowMaker) -> Iterator[Judged | Rows]:
        """Yield the rows of iterations, or what has to be judged, as `items` does: quicker, and without a digest."""
        self.first_run, self.runs = first_run, 0
        from npumon.engine.offline.steady import SteadyLog
        from npumon.engine.offline.steady_matching import Rows

        with self._divided() as (chunks, parts):
            for item in SteadyLog(self.context, first_run, maker).read(chunks, parts):
                if isinstance(item, Rows):
                    self.runs += item.runs
                elif isinstance(item, RunCompleted) and looks_like_a_run(item.state):
                    self.runs += 1
                yield item

    @property
    def _long(self) -> bool:
        try:
            return self.repeatable and os.stat(self._source).st_size >= _LONG_BYTES
        except OSError:  # it has gone meanwhile, which is told when it is opened
            return False

    @contextmanager
    def _divided(self) -> Iterator[tuple[Iterable[bytes], PartedText | None]]:
        """Open the log; with what divides it among processors if it is long and there are several."""
        if self._long:
            from npumon.board.forked_work import ForkedWorker, other_processors
            from npumon.board.long_file import opened_long

            others = other_processors()
            with opened_long(self._source, partial(unreadable_log, self._source)) as log:
                if others and log is not None:
                    from npumon.engine.offline.steady_parts import PartedText

                    yield log, PartedText(log, ForkedWorker, others)
                    return
        with opened(self._source) as chunks:
            yield chunks, None

    def count(self) -> int:
        """Count the runs by reading the whole file beforehand. What is appended later is then not read."""
        for _ in self.items(1):
            pass
        return self.runs

    def digest(self) -> None:
        """Read the whole file for the ids of its runs."""
        digest = hashlib.sha256()
        with opened(self._source, self._length) as chunks:
            for _ in self._hashed(chunks, digest):
                pass

    def _hashed(
        self,
        chunks: Iterable[bytes],
        digest: hashlib._Hash,
        log: LogAnalysis | None = None,
        on_state: OnState | None = None,
    ) -> Iterator[bytes]:
        length = 0
        for chunk in chunks:
            digest.update(chunk)
            length += len(chunk)
            yield chunk
            if on_state is not None and log is not None:
                on_state(log.state)
        self._digest, self._length = digest.hexdigest(), length

    def broken(self, item: RunCompleted) -> IterationProfile | None:
        """Judge the iteration in which a run breaks off; None without one."""
        from npumon.engine.offline.profiles import IterationAnalyzer

        return IterationAnalyzer(self.context).broken(item.state)

    def report(self, item: RunCompleted, runs_in_log: int | None) -> RunReport:
        """Return the report of a run. Its id is None while the log is still read for the first time."""
        from npumon.engine.reporting import report_of

        number = item.run - self.first_run + 1
        info = run_info(self.path, self._record) if self.path != STDIN else RunInfo(log=self.name)
        if self._record is None and self._digest is not None:
            info = info._replace(id=log_run_id(self._digest, number))
        return report_of(item.state, self.context, info, number=item.run, runs_in_log=runs_in_log)


class ChosenRun:
    """The run that was asked for, and how many there are."""

    def __init__(self, file: LogFile, item: RunCompleted, runs: int) -> None:
        self._file = file
        self._item = item
        self.runs = runs

    def report(self) -> RunReport:
        """Return its report."""
        return self._file.report(self._item, self.runs)


class Logs:
    """The named files, as one row of runs; counts them while they are read."""

    def __init__(self, paths: Iterable[str], ctx: CommandContext, graph: str | None = None) -> None:
        """`graph` names a graph.json; without it, the one beside a log or in its run's folder is read.

        Raises `ProblemError` (usage) for what plainly cannot be read.
        """
        self._ctx = ctx
        names = tuple(paths)
        for path in names:
            refuse_early(path)
        context = ctx.context(board=False)
        if graph is not None:
            context = context._replace(nodes=named_graph(graph))
        self.context = context
        self.files = tuple(self._file(path, context, find=graph is None) for path in names)
        self.runs = 0

    def _file(self, path: str, context: Context, *, find: bool) -> LogFile:
        if path == STDIN:
            return LogFile(path, context, None)
        record = record_beside(path)
        folders = [os.path.dirname(path)] + ([] if record is None else [record.cwd])
        if find:
            context = context._replace(nodes=graph_beside(folders))
        if record is None:
            return LogFile(path, context, None)
        from npumon.cli.jobs import labels_of

        try:
            labels = self._ctx.class_names(labels_of(record.command, Path(record.cwd)))
        except ProblemError:
            labels = ()
        return LogFile(path, context._replace(labels=context.labels or labels), record)

    def total(self) -> int | None:
        """Count the runs by reading everything beforehand, which also gives them their ids; None if something can be
        read only once."""
        return sum(file.count() for file in self.files) if all(file.repeatable for file in self.files) else None

    def digest(self) -> None:
        """Read everything that can be read again beforehand, so that all runs have their ids."""
        for file in self.files:
            if file.repeatable:
                file.digest()

    def completed(self, on_state: OnState | None = None) -> Iterator[tuple[LogFile, Judged]]:
        """Yield what each file completes; runs are numbered through all files. Warn of files without any."""
        return self._each(lambda file: file.items(self.runs + 1, on_state))

    def _each(self, items: Callable[[LogFile], Iterator[_Item]]) -> Iterator[tuple[LogFile, _Item]]:
        self.runs = 0
        for file in self.files:
            for item in items(file):
                yield file, item
            self.runs += file.runs
            if not file.runs:
                self._warn(file)

    def rows(self, maker: RowMaker) -> Iterator[tuple[LogFile, Judged | Rows]]:
        """Yield the rows of each file's iterations (`LogFile.rows`), as `completed` does."""
        return self._each(lambda file: file.rows(self.runs + 1, maker))

    def reports(self, runs_in_log: int | None) -> Iterator[RunReport]:
        """Yield a report for each run; for no run at all, one that says so."""
        for file, item in self.completed():
            if isinstance(item, RunCompleted):
                yield file.report(item, runs_in_log)

    def chosen(self, wanted: int | None, spool: IterationSpool | None = None) -> ChosenRun:
        """Return the run with that number, or the last one. Only that one is assessed, and `spool` gets its iterations.

        Raises `ProblemError` (usage) when there is no such run.
        """
        found: tuple[LogFile, RunCompleted] | None = None
        fresh = True
        for file, item in self.completed():
            if isinstance(wanted, int) and item.run != wanted:
                continue
            if not isinstance(item, RunCompleted):
                if spool is not None:
                    if fresh:
                        spool.clear()
                    spool.add(item.profile)
                fresh = False
                continue
            if looks_like_a_run(item.state) or found is None:
                if spool is not None and fresh:
                    spool.clear()
                found = file, item
            fresh = True
        if found is None:
            raise no_such_run(wanted, self.runs)
        return ChosenRun(*found, self.runs)

    def _warn(self, file: LogFile) -> None:
        what = f"{file.name} contains no profiler output."
        remedy = "A model prints it with VIV_VX_PROFILE=1 and VIV_VX_DEBUG_LEVEL=1 set."
        self._ctx.diagnostics.warning(Problem("parse.empty", what, remedy))


def no_such_run(wanted: object, count: int) -> ProblemError:
    """Return what is wrong with a number of a run."""
    what = f"Run {wanted} does not exist: {counted(count, 'run')} found."
    return ProblemError(Problem("parse.run", what, "--run list lists them.", "usage"))
