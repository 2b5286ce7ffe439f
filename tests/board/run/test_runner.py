"""The runner with real supervisors and real programs under it."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.procfs import marked, read_process, read_processes
from npumon.board.run.run_record import read_record
from npumon.board.run.runner import SupervisedRunner
from npumon.core.problems import ProblemError
from npumon.ports import ExitRecord, ModelRunner, RunningModel, RunRequest
from tests import golden

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0


class FrozenClock:
    """Stamps that never change, so that names must be told apart by their number."""

    def now(self) -> str:
        return "2026-11-22T03:18:00.123+00:00"

    def monotonic(self) -> float:
        return time.monotonic()


async def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.005)


def text(log: str) -> bytes:
    return Path(log).read_bytes()


async def ended(run: RunningModel) -> ExitRecord:
    return await asyncio.wait_for(run.wait(), LIMIT)


@pytest.fixture
def runner(tmp_path: Path) -> SupervisedRunner:
    return SupervisedRunner(tmp_path / "state", FrozenClock())


def request(*command: str, **changes: object) -> RunRequest:
    return RunRequest(command, "/", **{"timeout_s": LIMIT, **changes})  # type: ignore[arg-type]  # checked by running it


def own() -> tuple[int, set[int]]:
    """How many descriptors this process has open, and its children."""
    gc.collect()
    children = {process.pid for process in read_processes() if process.parent == os.getpid()}
    return len(os.listdir("/proc/self/fd")), children


async def test_it_is_what_the_engine_needs(runner: SupervisedRunner) -> None:
    needed: ModelRunner = runner
    run: RunningModel = await needed.start(request("true"))
    assert (await ended(run)).exit_status == 0


async def test_a_run(runner: SupervisedRunner, tmp_path: Path) -> None:
    run = await runner.start(request("sh", "-c", "echo $GREETING; pwd; exit 3", environment=(("GREETING", "hi"),)))
    record = await ended(run)
    assert (record.exit_status, record.signal, record.error, record.stopped_by) == (3, None, None, None)
    assert Path(run.log).parent == tmp_path / "state" / "runs"
    assert text(run.log) == b"hi\n/\n"
    assert record.log_bytes == len(text(run.log))
    assert run.started_at == "2026-11-22T03:18:00.123+00:00"
    assert run.id.startswith(f"20261122T031800-123-{os.getpid()}-")
    found = read_record(Path(run.record))
    assert found is not None
    assert (found.exit, found.id, found.log) == (record, run.id, run.log)


async def test_names_differ_and_sort(tmp_path: Path) -> None:
    """Two runners that share a folder, a clock and a process get in each other's way, and around each other."""
    runners = [SupervisedRunner(tmp_path, FrozenClock()) for _ in range(2)]
    runs = await asyncio.gather(*(each.start(request("true")) for each in runners * 3))
    assert [(await ended(run)).exit_status for run in runs] == [0] * 6
    assert len({run.log for run in runs}) == 6


async def test_a_name_that_is_taken_does_no_harm_to_who_has_it(tmp_path: Path) -> None:
    first = await SupervisedRunner(tmp_path, FrozenClock()).start(request("sleep", "1000"))
    second = await SupervisedRunner(tmp_path, FrozenClock()).start(request("true"))
    assert (await ended(second)).exit_status == 0
    assert len(marked(first.log)) == 1
    first.stop("cancelled")
    assert (await ended(first)).stopped_by == "cancelled"


async def test_what_cannot_be_executed_is_on_record(runner: SupervisedRunner) -> None:
    run = await runner.start(request("/nowhere/\x1b[31mmodel"))
    assert (await ended(run)).error == "/nowhere/\\x1b[31mmodel could not be executed: No such file or directory."


async def test_no_command(runner: SupervisedRunner) -> None:
    with pytest.raises(ProblemError) as caught:
        await runner.start(request())
    assert caught.value.problem.kind == "usage"


async def test_arguments_and_environment_of_any_bytes_and_size(runner: SupervisedRunner) -> None:
    """More than a pipe holds, so the supervisor must be fed as it reads."""
    long = tuple((f"LONG_{number}", "x" * 100_000) for number in range(4))
    run = await runner.start(
        request("sh", "-c", 'printf "%s %s" "$1" "${#LONG_3}"', "sh", "a\udcffé", environment=long)
    )
    assert (await ended(run)).exit_status == 0
    assert text(run.log) == b"a\xff\xc3\xa9 100000"


async def test_stop(runner: SupervisedRunner) -> None:
    run = await runner.start(request("sleep", "1000"))
    run.stop("cancelled")
    run.stop("timeout")
    record = await ended(run)
    assert (record.signal, record.stopped_by) == ("SIGTERM", "cancelled")
    run.stop("cancelled")  # too late, and no fault


async def test_limit(runner: SupervisedRunner) -> None:
    run = await runner.start(request("sleep", "1000", timeout_s=0.05))
    assert (await ended(run)).stopped_by == "timeout"


async def test_waiting_by_several_and_not_to_the_end(runner: SupervisedRunner) -> None:
    run = await runner.start(request("sleep", "1000"))
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(run.wait(), 0.01)
    run.stop("cancelled")
    first, second = await asyncio.gather(ended(run), ended(run))
    assert first == second == await ended(run)


async def test_a_start_that_is_cancelled(
    runner: SupervisedRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the supervisor's interpreter takes its time."""
    script = f'#!/bin/sh\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.01; done; exec {sys.executable} "$@"\n'
    (tmp_path / "python").write_text(script)
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    before = own()
    task = asyncio.get_running_loop().create_task(runner.start(request("sleep", "1000")))
    await until(lambda: own()[1] - before[1])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (tmp_path / "go").touch()
    await until(lambda: own() == before)
    (record,) = (tmp_path / "state" / "runs").glob("*.json")
    assert json.loads(record.read_bytes())["stopped_by"] == "cancelled"


HERMIT = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        time.sleep(1000)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.wait()
"""


async def test_the_supervisor_is_killed(runner: SupervisedRunner) -> None:
    """Then the runner ends what is left, and says so."""
    run = await runner.start(request(sys.executable, "-c", HERMIT))
    await until(lambda: b"ready" in text(run.log))
    assert len(marked(run.log)) == 2
    os.kill(run.supervisor, signal.SIGKILL)
    record = await ended(run)
    assert record.error == (
        f"The supervisor of the run (process {run.supervisor}) was killed by signal 9; npumon ended the program."
    )
    assert (record.exit_status, record.signal, record.survivors) == (None, None, ())
    assert record.log_bytes == len(text(run.log))
    assert marked(run.log) == []


async def test_the_supervisor_does_not_answer(runner: SupervisedRunner) -> None:
    run = await runner.start(request("sleep", "1000"))
    os.kill(run.supervisor, signal.SIGSTOP)
    run.stop("cancelled")
    record = await ended(run)
    assert record.stopped_by == "cancelled"
    assert record.error is not None
    assert marked(run.log) == []


@pytest.mark.parametrize(
    ("script", "key"),
    [
        ("kill -9 $$", "run.supervisor killed"),
        ("exit 3", "run.supervisor status"),
        ("echo; echo 'ImportError: \033[1mno' >&2; exit 1", "run.supervisor broken"),
    ],
)
async def test_the_supervisor_does_not_even_start(
    runner: SupervisedRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, key: str
) -> None:
    (tmp_path / "python").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    before = own()
    with pytest.raises(ProblemError) as caught:
        await runner.start(request("true"))
    golden.problem(caught.value.problem, key)
    del caught
    await until(lambda: own() == before)


async def test_no_python_for_the_supervisor(runner: SupervisedRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    before = own()
    with pytest.raises(ProblemError) as caught:
        await runner.start(request("true"))
    golden.problem(caught.value.problem, "run.supervisor no Python")
    del caught
    assert own() == before


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProblemError) as caught:
        await SupervisedRunner(tmp_path / "file" / "state", FrozenClock()).start(request("true"))
    problem = caught.value.problem
    assert problem.kind == "failed"
    golden.problem(problem, "run.state", folder=tmp_path)


async def test_a_folder_in_which_nothing_can_be_made(runner: SupervisedRunner, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "runs").symlink_to("/proc/self/fd")  # a folder, but nothing can be made in it
    before = own()
    with pytest.raises(ProblemError) as caught:
        await runner.start(request("true"))
    assert caught.value.problem.id == "run.state"
    assert own() == before


#: Starts a run and reports it; then waits to be killed, or, for a run that ends by itself, for its end.
WATCHER = """
import asyncio, sys, time
from datetime import datetime, timezone
from pathlib import Path
from npumon.board.run.runner import SupervisedRunner
from npumon.ports import RunRequest

class Clock:
    monotonic = staticmethod(time.monotonic)
    def now(self):
        return datetime.now(timezone.utc).isoformat(timespec="milliseconds")

async def main(state, keep, *command):
    request = RunRequest(command, "/", timeout_s=60, keep=keep == "keep")
    runner = SupervisedRunner(Path(state), Clock(), fallback=lambda: Path(state).with_name("fallback"))
    run = await runner.start(request)
    if keep == "later":
        run.keep()
    print(run.id, run.log, run.supervisor, flush=True)
    print(await run.wait(), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def watcher(state: Path, keep: str, *command: str) -> list[str]:
    return [sys.executable, "-c", WATCHER, str(state), keep, *command]


@pytest.mark.parametrize("keep", ["keep", "later", "end"])
async def test_the_watcher_is_killed(tmp_path: Path, keep: str) -> None:
    command = ("sh", "-c", f"echo ready; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; echo done")
    process = await asyncio.create_subprocess_exec(
        *watcher(tmp_path / "state", keep, *command), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    _, log, supervisor = (await process.stdout.readline()).decode().split()
    await until(lambda: text(log) == b"ready\n")
    process.kill()
    await process.communicate()
    if keep != "end":
        assert read_process(int(supervisor)) is not None
        (tmp_path / "go").touch()

    def end() -> ExitRecord | None:
        found = read_record(Path(log).with_suffix(".json"))
        return found.exit if found is not None else None

    await until(end)
    record = end()
    assert record is not None
    await until(lambda: read_process(int(supervisor)) is None)
    assert marked(log) == []
    if keep != "end":
        assert (record.exit_status, record.stopped_by) == (0, None)
        assert text(log) == b"ready\ndone\n"
    else:
        assert (record.signal, record.stopped_by) == ("SIGTERM", "watcher")


@pytest.mark.parametrize("options", ["size=4k", "ro"])
def test_a_state_folder_on_a_full_or_read_only_disk(tmp_path: Path, options: str) -> None:
    """The log goes to the folder that is named for that case."""
    enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o {options} none '{disk}'"
    if shutil.which("unshare") is None or subprocess.run([*enter, mount], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a real full disk needs permission to mount in a user namespace (unshare -rm)")
    done = subprocess.run(
        [*enter, f'{mount} && "$@"', "sh", *watcher(disk, "end", "echo", "hello")],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=True,
    )
    assert done.stderr == ""
    log = Path(done.stdout.split()[1])
    assert log.parent == tmp_path / "fallback" / "runs"
    assert log.parent.stat().st_mode & 0o777 == 0o700
    assert log.read_text() == "hello\n"
    assert "exit_status=0" in done.stdout


async def _runs(runner: SupervisedRunner, count: int, at_once: int) -> None:
    slots = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with slots:
            run = await runner.start(request("sh", "-c", f"echo {number}"))
            record = await ended(run)
            assert (record.exit_status, record.log_bytes) == (0, len(f"{number}\n"))

    await asyncio.gather(*map(one, range(count)))


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
async def test_runs_leave_nothing_behind(runner: SupervisedRunner, count: int) -> None:
    await _runs(runner, 1, 1)
    before = own()
    await _runs(runner, count, 5)
    assert own() == before
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert others == []
