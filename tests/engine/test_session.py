"""Sessions with real supervisors, real programs and a real follower. The programs' texts are synthetic, but for the
real run."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.probe import SystemClock
from npumon.board.procfs import read_processes
from npumon.board.run.runner import SupervisedRunner
from npumon.core.driver.driver_state import DriverState
from npumon.core.problems import ProblemError
from npumon.core.profile import Network
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import IterationCompleted
from npumon.core.text import visible
from npumon.engine.reporting import Context
from npumon.engine.session import Job, JobRun, Session, Update, runs_of
from npumon.ports import ReadNetwork, RunRequest, StopReason

SEED = Path(__file__).parents[1] / "data" / "seed_run.txt"
#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0

ITERATION = "Start run graph [2] times...\\nRun the 1 time: 21.00ms or 21609.00us\\n"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return make_session(tmp_path)


def make_session(tmp_path: Path, context: Context | None = None, network: ReadNetwork | None = None) -> Session:
    runner = SupervisedRunner(tmp_path / "state", SystemClock())
    return Session(runner, context or Context(), network=network)


def request(tmp_path: Path, *command: str, timeout_s: float | None = LIMIT) -> RunRequest:
    return RunRequest(command, str(tmp_path), timeout_s=timeout_s, model="a model")


def shell(tmp_path: Path, text: str, timeout_s: float | None = LIMIT) -> RunRequest:
    return request(tmp_path, "sh", "-c", text, timeout_s=timeout_s)


async def run(
    session: Session, asked: RunRequest, on_step: Callable[[Update], None] | None = None
) -> tuple[RunReport, list[Update]]:
    updates: list[Update] = []

    def publish(update: Update) -> None:
        updates.append(update)
        if on_step is not None:
            on_step(update)

    return await asyncio.wait_for(session.run(asked, publish), LIMIT), updates


def content(path: str | None) -> bytes:
    assert path is not None
    return Path(path).read_bytes()


def children() -> set[int]:
    return {process.pid for process in read_processes() if process.parent == os.getpid() and process.alive}


async def test_a_run(session: Session, tmp_path: Path) -> None:
    report, updates = await run(session, request(tmp_path, "cat", str(SEED)))
    info = report.info
    assert (info.outcome, info.exit_status, info.signal, info.model) == ("ok", 0, None, "a model")
    assert (info.command, info.cwd) == (("cat", str(SEED)), str(tmp_path))
    assert content(info.log) == SEED.read_bytes()
    assert info.duration_s is not None
    assert info.started_at is not None
    assert info.started_at.endswith("+00:00")
    assert report.metrics.figures.utilization == 0.982268
    assert (report.number, report.runs_in_log, report.demo) == (1, 1, False)
    completed = [item for update in updates for item in update.completed]
    assert [type(item) for item in completed] == [IterationCompleted]
    assert updates[-1].state == report.state


async def test_the_conditions_name_the_variables_that_the_driver_and_ovxlib_read(
    session: Session, tmp_path: Path
) -> None:
    given = (("VIV_VX_PROFILE", "1"), ("SECRET", "2"), ("VNN_LOOP_TIME", "\x1b3"))
    report, _ = await run(session, request(tmp_path, "cat", str(SEED))._replace(environment=given))
    assert report.conditions.environment == (("VIV_VX_PROFILE", "1"), ("VNN_LOOP_TIME", visible("\x1b3")))
    assert report.info.log_complete


async def test_operations_that_the_text_s_end_tells_apart_are_published(session: Session, tmp_path: Path) -> None:
    block = r"uid: 0\nexecution time: 5 us\n*********\n"
    steps = r"Create Neural Network: 1ms or 1us\n"
    report, updates = await run(session, shell(tmp_path, f"printf '{steps}{block}'"))
    completed = [item for update in updates for item in update.completed]
    assert [type(item) for item in completed] == [IterationCompleted]
    assert (report.info.outcome, report.state.iterations_ended) == ("ok", 1)
    report, _ = await run(session, shell(tmp_path, f"printf '{steps}{block}'; exit 3"))
    assert (report.info.outcome, report.state.iterations_ended) == ("failed", 0), "nobody knows whether that was all"


async def test_updates_hold_the_text(session: Session, tmp_path: Path) -> None:
    _, updates = await run(session, request(tmp_path, "cat", *[str(SEED)] * 20))
    assert b"".join(update.data for update in updates) == SEED.read_bytes() * 20
    assert updates[-1].behind == 0


async def test_what_is_known_while_it_runs(session: Session, tmp_path: Path) -> None:
    assert session.info is None
    infos: list[RunInfo | None] = []
    report, _ = await run(session, request(tmp_path, "cat", str(SEED)), lambda update: infos.append(session.info))
    assert infos[0] is not None
    assert infos[0].outcome == "running"
    assert infos[0]._replace(outcome="ok", exit_status=0, duration_s=report.info.duration_s) == report.info


async def test_of_a_long_run_only_so_much_is_kept(tmp_path: Path) -> None:
    runner = SupervisedRunner(tmp_path / "state", SystemClock())
    session = Session(runner, Context(), kept_operations=1)
    line = "uid: 0\\n*********\\nRun the 1 time: 21.00ms or 21609.00us\\n"
    report, _ = await run(session, shell(tmp_path, f"printf '{line}{line}{line}'"))
    assert (len(report.state.iterations), report.state.iterations_ended) == (1, 3)


async def test_each_step_is_told_when_it_happens(session: Session, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    script = f"printf '{ITERATION}'; read x <'{gate}'; printf 'Run the 2 time: 21.00ms or 21611.00us\\n'"
    opened: list[int] = []

    def on_step(update: Update) -> None:
        if update.state.iterations_ended == 1 and not opened:
            opened.append(os.open(gate, os.O_RDWR))  # the program cannot go on before this
            os.write(opened[0], b"\n")

    report, _ = await run(session, shell(tmp_path, script), on_step)
    os.close(opened[0])
    assert [iteration.elapsed_us for iteration in report.state.iterations] == [21609.0, 21611.0]


async def test_context_goes_into_the_report(tmp_path: Path) -> None:
    driver = DriverState(name="galcore", profiling=False)
    labels = ("dummy", "tench", "goldfish")
    session = make_session(tmp_path, Context(labels=labels, driver=driver, nominal_clock_mhz=1600, demo=True))
    report, _ = await run(session, request(tmp_path, "cat", str(SEED)))
    assert report.labels == ("goldfish", None, None, None, None)
    assert report.metrics.nominal_clock_mhz == 1600
    assert report.demo


async def test_the_network_is_read_beside_the_first_run(tmp_path: Path) -> None:
    """The program goes on only when somebody reads: its start waited for nothing."""
    reads: list[Network] = []

    def read() -> Network:
        reads.append(Network("inception_v3", axi_sram_bytes=1))
        (tmp_path / "read").touch()
        return reads[-1]

    session = make_session(tmp_path, network=read)
    assert session.network is None
    first, _ = await run(session, shell(tmp_path, f"until [ -e read ]; do sleep 0.01; done; cat '{SEED}'"))
    assert first.network == Network("inception_v3", axi_sram_bytes=1)
    assert first.metrics.checks[-1].id == "memory.axi_sram"
    second, _ = await run(session, request(tmp_path, "cat", str(SEED)))
    assert second.network is first.network is session.network
    assert len(reads) == 1


async def test_a_program_that_cannot_be_started_leaves_the_network_unread(tmp_path: Path) -> None:
    reads: list[None] = []
    session = make_session(tmp_path, network=lambda: reads.append(None))
    with pytest.raises(ProblemError):
        await run(session, request(tmp_path))
    assert reads == []


@pytest.mark.parametrize("reason", ["cancelled", "timeout"])
async def test_stop(session: Session, tmp_path: Path, reason: StopReason) -> None:
    """The result so far is reported, and everybody is gone."""

    def on_step(update: Update) -> None:
        if update.state.iterations_ended:
            session.stop(reason)

    report, _ = await run(
        session, shell(tmp_path, f"printf '{ITERATION}'; trap '' TERM; while :; do sleep 0.1; done"), on_step
    )
    assert (report.info.outcome, session.stopped) == (reason, reason)
    assert [iteration.elapsed_us for iteration in report.state.iterations] == [21609.0]
    assert not children()


async def test_a_limit(session: Session, tmp_path: Path) -> None:
    report, _ = await run(session, shell(tmp_path, f"printf '{ITERATION}'; exec sleep 1000", timeout_s=0.5))
    assert report.info.outcome == "timeout"
    assert report.state.iterations_ended == 1
    assert session.stopped is None, "a limit of one run is no reason not to begin another"


async def test_a_stop_that_comes_before_the_start(session: Session, tmp_path: Path) -> None:
    session.stop("cancelled")
    report, _ = await run(session, shell(tmp_path, "exec sleep 1000"))
    assert report.info.outcome == "cancelled"


async def test_a_listener_that_fails_ends_the_run(session: Session, tmp_path: Path) -> None:
    def on_step(update: Update) -> None:
        if update.completed:
            raise ConnectionError("nobody listens")

    with pytest.raises(ConnectionError, match="nobody listens"):
        await run(session, shell(tmp_path, f"printf '{ITERATION}'; exec sleep 1000"), on_step)
    assert not children()


async def test_a_cancelled_session_ends_the_run(session: Session, tmp_path: Path) -> None:
    begun = asyncio.Event()
    task = asyncio.ensure_future(
        session.run(shell(tmp_path, f"printf '{ITERATION}'; exec sleep 1000"), lambda update: begun.set())
    )
    await asyncio.wait_for(begun.wait(), LIMIT)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, LIMIT)
    assert not children()


@pytest.mark.parametrize(
    ("text", "outcome", "status", "signal"),
    [
        ("exit 3", "failed", 3, None),
        ("kill -ABRT $$", "failed", None, "SIGABRT"),
        ("true", "empty", 0, None),
        (f"head -n 20 '{SEED}'", "truncated", 0, None),
    ],
)
async def test_endings(
    session: Session, tmp_path: Path, text: str, outcome: str, status: int | None, signal: str | None
) -> None:
    report, _ = await run(session, shell(tmp_path, text))
    assert (report.info.outcome, report.info.exit_status, report.info.signal) == (outcome, status, signal)


async def test_a_command_that_cannot_be_executed(session: Session, tmp_path: Path) -> None:
    report, _ = await run(session, request(tmp_path, "./missing"))
    assert (report.info.outcome, report.info.exit_status) == ("failed", None)
    assert report.metrics.verdict == "./missing could not be executed: No such file or directory."
    assert report.state.diagnostics == (), "the verdict says it"


async def test_no_command_at_all(session: Session, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="There is no command to run"):
        await run(session, request(tmp_path))


async def test_names_are_visible_text(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[2J\u202e\udcff"
    folder.mkdir()
    report, _ = await run(session, request(folder, "echo", "\x1b]0;x\x07"))
    assert report.info.command == ("echo", "\\x1b]0;x\\x07")
    assert report.info.cwd == f"{tmp_path}/a\\x1b[2J\\u202e\\udcff"


async def test_a_report_ends_with_the_logs_last_lines(session: Session, tmp_path: Path) -> None:
    report, _ = await run(session, shell(tmp_path, "seq 20; printf '\\033[31mout of memory\\033[0m' >&2; exit 3"))
    assert report.tail == (*map(str, range(14, 21)), "out of memory")


async def test_several_runs_in_one_text(session: Session, tmp_path: Path) -> None:
    report, updates = await run(session, request(tmp_path, "cat", str(SEED), str(SEED)))
    assert (report.number, report.runs_in_log) == (2, 2)
    assert [item.run for update in updates for item in update.completed] == [1, 1, 2]


async def test_one_session_after_the_other(session: Session, tmp_path: Path) -> None:
    """Nothing of a run stays: no descriptor, no child, no thread."""
    first, _ = await run(session, request(tmp_path, "cat", str(SEED)))
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    ids = {first.info.id}
    for _ in range(5):
        report, _ = await run(session, request(tmp_path, "cat", str(SEED)))
        assert report.state == first.state
        ids.add(report.info.id)
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
    assert len(ids) == 6
    assert not children()


REQUEST = RunRequest(("./run.sh",), "/")


def test_one_run_is_a_work() -> None:
    job = Job(REQUEST)
    assert (job.labels, job.repeat, job.warmup) == ((), 1, 0)
    assert list(runs_of(job)) == [JobRun(1, 1)]


def test_runs_to_warm_up_come_first_and_are_counted_apart() -> None:
    assert list(runs_of(Job(REQUEST, repeat=3, warmup=2))) == [
        JobRun(1, 2, warmup=True),
        JobRun(2, 2, warmup=True),
        JobRun(1, 3),
        JobRun(2, 3),
        JobRun(3, 3),
    ]


def test_a_job_can_be_repeated_another_number_of_times() -> None:
    assert Job(REQUEST, ("cat",), 5, 1)._replace(repeat=1, warmup=0) == Job(REQUEST, ("cat",))
