"""The values that the live monitor shows, which run they are of, and a notice about other users of the NPU."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.log_board import LogBoard
from npumon.core.monitor.run_times import RunGroup, RunTimes
from npumon.core.run.report import RunReport

#: How many programs are named, and how many letters of each name.
_NAMED, _LETTERS = 2, 24


class Snapshot(NamedTuple):
    """The whole monitor at one moment. `taken_at` is ISO 8601 in UTC.

    `log_board` is None on a board. Where a log is read, it has what the log tells of its board, and `board` and
    `driver` are empty: they are not about the machine that reads it.
    """

    taken_at: str
    board: BoardState
    driver: DriverState
    run: RunReport | None = None
    demo: bool = False
    log_board: LogBoard | None = None


class Latencies(NamedTuple):
    """Latencies of iterations in microseconds: of a model's last series, or of its single runs since.

    Only the newest ones are kept: `samples` of `ever`. `runs` is the planned length of the series, 0 for single runs.
    """

    samples: int = 0
    least_us: float | None = None
    median_us: float | None = None
    p95_us: float | None = None
    runs: int = 0
    ever: int = 0


class Sample(NamedTuple):
    """One iteration's figures for the graphs: MByte/s (read and write together), a share of 1, microseconds.

    `run` is the number of its run in this session, `iteration` its own in that run; 0 is unknown.
    """

    total_mbyte_per_s: float | None = None
    axi_mbyte_per_s: float | None = None
    ddr_mbyte_per_s: float | None = None
    utilization: float | None = None
    elapsed_us: float | None = None
    run: int = 0
    iteration: int = 0


class History(NamedTuple):
    """The last samples. `ever` counts all there were, so that a view can tell how many are new."""

    samples: tuple[Sample, ...] = ()
    ever: int = 0


class ShownPlace(NamedTuple):
    """Names what pages show: run 3 of 5, iteration 7 of 100. Both count from 1.

    `run` is None without a run, and for one to warm up, which has no number. `iteration` is the one that the metrics
    describe, None before the first, `iterations` how many the run has had or was to have. `newest` says that pages go
    on with the newest run, `note` why something else is shown than was selected.
    """

    run: int | None = None
    runs: int = 0
    iteration: int | None = None
    iterations: int = 0
    newest: bool = True
    note: str | None = None


class Live(NamedTuple):
    """The monitor at one moment.

    `snapshot.run` is the newest run: the current one as far as it has come (with `info.outcome` running), or the last
    one that ended. `previous` is the one before it, to show what changed. `runs` are this session's ended runs,
    newest last, each with its last iterations only. `latencies` and `history` are those of the newest run's model,
    `histories` of all models, `groups` and `times` those of all kept runs. `log` is the text of the newest run, or of
    the watched file. `in_use` is a sentence if other programs have the NPU open.

    With another run selected, all that is said of the newest run is the selected one's, and `shown` names it
    (`core.monitor.selection`).
    """

    snapshot: Snapshot
    activity: Activity = Activity()
    previous: RunReport | None = None
    runs: tuple[RunReport, ...] = ()
    latencies: Latencies = Latencies()
    history: History = History()
    log: ScrollbackView = ScrollbackView()
    in_use: str | None = None
    histories: tuple[History, ...] = ()
    groups: tuple[RunGroup, ...] = ()
    times: tuple[RunTimes, ...] = ()
    shown: ShownPlace = ShownPlace()


class ModelChoice(NamedTuple):
    """A model that can be run here. All text is visible text.

    `id` identifies it to the backend. `full_name` distinguishes variants (`inceptionv3/VIM3`); `preferred` is False for
    one that is made for another chip; one of the `remarks` then says so. `folder`, `command` and `labels` are for
    display only. `files` are its network, library and image files, relative to `folder`; `networks` are the network
    files among them, each as a path that can be inspected. `line` is the command line that the user entered, None for a
    model that was found; `environment` are variables that the user chose, and so are the labels if `labels_chosen`;
    `runs` and `warmup` are the last series.
    """

    id: str
    name: str
    full_name: str
    variant: str | None
    kind: str
    folder: str
    command: str
    labels: str | None
    files: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    preferred: bool = True
    remarks: tuple[str, ...] = ()
    line: str | None = None
    environment: str = ""
    labels_chosen: bool = False
    runs: int | None = None
    warmup: int | None = None


def npu_users_notice(driver: DriverState, own: Collection[str | None], unseen: int = 0) -> str | None:
    """Name the programs that have the device open, in a sentence; None if there are none.

    `own` are the logs of our own runs, whose programs do not count. `unseen` is the number of references that no known
    holder accounts for: they belong to programs of other users.
    """
    others = [holder for holder in driver.holders if holder.run is None or holder.run not in own]
    if not others:
        return _sentence("a program of another user") if unseen else None
    who = " and ".join(f"{_name(holder)} ({holder.pid})" for holder in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return _sentence(who + more)


def _sentence(who: str) -> str:
    return f"The NPU is in use by {who}; figures of other runs may be off."


def _name(holder: Holder) -> str:
    """Return the program's name without folder and arguments."""
    words = (holder.command or "").split()
    name = words[0].rstrip("/").rpartition("/")[2] if words else ""
    return name[:_LETTERS] or "a program"


class ShownRun(NamedTuple):
    """A run and the previous one of the same model. `held`: a newer run is in progress and has no figures yet."""

    run: RunReport | None = None
    before: RunReport | None = None
    held: bool = False


def run_with_figures(live: Live) -> ShownRun:
    """Return the run whose figures are shown: the last one's stay until the current one has its first iteration."""
    run = live.snapshot.run
    return _shown_run(live, has_news=run is not None and run.state.iterations_ended > 0)


def run_with_results(live: Live) -> ShownRun:
    """Return the run whose results are shown: the last one's stay until the current one has printed its own."""
    run = live.snapshot.run
    return _shown_run(
        live, has_news=run is not None and bool(run.state.top or run.state.frames or run.state.detections)
    )


def _shown_run(live: Live, has_news: bool) -> ShownRun:
    run, previous = live.snapshot.run, live.previous
    if run is None or previous is None:
        return ShownRun(run)
    under_way = run.info.outcome == "running"
    model = live.activity.model if under_way and run.info.model is None else run.info.model
    if previous.info.model != model:
        return ShownRun(run)
    if has_news or not under_way:
        return ShownRun(run, previous)
    older = live.runs[-2] if len(live.runs) > 1 and live.runs[-2].info.model == model else None
    return ShownRun(previous, older, held=True)
