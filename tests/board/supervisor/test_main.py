"""The supervisor as a program: spoken to over its pipes, with real programs under it."""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from npumon.board.procfs import marked, read_process, read_processes
from npumon.board.supervisor import loop
from tests import golden

SUPERVISOR = Path(loop.__file__).with_name("main.py")
ARGV = [sys.executable, "-I", "-S", "-X", "utf8", str(SUPERVISOR)]

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0

#: Prints a line, says in a file that it has, and waits for permission to go on; three times.
SLOW_PRINTER_C = r"""
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv) {
    char path[4096];
    for (int i = 1; argc > 1 && i <= 3; i++) {
        printf("line %d\n", i);
        snprintf(path, sizeof path, "%s/printed.%d", argv[1], i);
        close(open(path, O_CREAT | O_WRONLY, 0600));
        snprintf(path, sizeof path, "%s/go.%d", argv[1], i);
        while (access(path, F_OK)) usleep(2000);
    }
    return 0;
}
"""
SLOW_PRINTER_PYTHON = """
import os, sys, time
for i in range(1, 4):
    print("line", i)
    open(f"{sys.argv[1]}/printed.{i}", "w").close()
    while not os.path.exists(f"{sys.argv[1]}/go.{i}"):
        time.sleep(0.002)
"""

#: Leaves a process that ignores every polite request, in a session of its own, with nothing in its environment.
HERMIT = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.execve("/bin/sh", ["sh", "-c", 'echo "hermit $$."; while :; do sleep 0.1; done'], {"PATH": os.defpath})
    os._exit(0)
os.wait()
time.sleep(1000 if sys.argv[1] == "stay" else 0.5)
"""


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


class Supervised:
    """A supervisor and its run."""

    def __init__(self, home: Path, command: list[str], prefix: list[str], **changes: Any) -> None:
        self.name = f"test-{os.getpid()}-{time.monotonic_ns()}"
        self.log = home / f"{self.name}.log"
        self.record = home / f"{self.name}.json"
        self.events: list[dict[str, Any]] = []
        self._incoming = b""
        self.process = subprocess.Popen(
            [*prefix, *ARGV, self.name],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        spec = {
            "id": self.name,
            "folder": str(home),
            "command": command,
            "cwd": str(home),
            "environment": dict(os.environ),
            "timeout_s": LIMIT,
            "keep": False,
            "held": [],
            "log_bound": None,
            "overflow": None,
            "started_at": "2026-11-22T03:18:00.123+00:00",
            "model": None,
            **changes,
        }
        run = marshal.dumps(spec)
        self.say(f"{len(run)}", run)

    def say(self, line: str, data: bytes = b"") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n" + data)

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def on_step(self, kind: str) -> dict[str, Any]:
        """The event of that kind, waited for."""
        assert self.process.stdout is not None
        while not (found := [event for event in self.events if event["event"] == kind]):
            line, ended, rest = self._incoming.partition(b"\n")
            if ended:  # one by one: what follows the last event is none
                self.events.append(json.loads(line))
                self._incoming = rest
                continue
            assert select.select([self.process.stdout], [], [], LIMIT)[0], "no word from the supervisor"
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, f"the supervisor ended; it said {self.events} {self._incoming!r}"
            self._incoming += data
        return found[0]

    def wait_for(self, text: bytes) -> None:
        until(lambda: self.log.exists() and text in self.log.read_bytes())

    def end(self) -> dict[str, Any]:
        """The record at the end; nothing of the run is left by then."""
        ended = self.on_step("ended")
        assert self.process.wait(LIMIT) == 0
        assert marked(str(self.log)) == []
        assert ended["survivors"] == []
        assert ended["log_bytes"] == self.log.stat().st_size
        return ended

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        for process in marked(str(self.log)):
            os.kill(process.pid, signal.SIGKILL)


Supervise = Callable[..., Supervised]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    started: list[Supervised] = []

    def start(*command: str, prefix: list[str] | None = None, **changes: Any) -> Supervised:
        started.append(Supervised(tmp_path, list(command), prefix or [], **changes))
        return started[-1]

    yield start
    for supervised in started:
        supervised.close()


@pytest.fixture(scope="session")
def slow_printer(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A program that leaves the flushing of its output to its C library, or where there is no compiler, to Python."""
    folder = tmp_path_factory.mktemp("program")
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return [sys.executable, "-c", SLOW_PRINTER_PYTHON]
    (folder / "slow.c").write_text(SLOW_PRINTER_C)
    subprocess.run([compiler, "-o", str(folder / "slow"), str(folder / "slow.c")], check=True)
    return [str(folder / "slow")]


def test_lines_arrive_one_by_one(supervise: Supervise, slow_printer: list[str], tmp_path: Path) -> None:
    run = supervise(*slow_printer, str(tmp_path))
    for number in (1, 2, 3):
        run.wait_for(b"line %d\n" % number)
        assert run.log.read_bytes().count(b"\n") == number
        (tmp_path / f"go.{number}").touch()
    assert run.end()["exit_status"] == 0
    assert run.log.read_bytes() == b"line 1\nline 2\nline 3\n"


def test_through_a_pipe_they_would_not(slow_printer: list[str], tmp_path: Path) -> None:
    with subprocess.Popen([*slow_printer, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        until((tmp_path / "printed.1").exists)
        assert select.select([process.stdout], [], [], 0)[0] == []
        for number in (1, 2, 3):
            (tmp_path / f"go.{number}").touch()
        assert process.stdout.read() == b"line 1\nline 2\nline 3\n"


def test_last_bytes_before_a_crash_are_kept(supervise: Supervise) -> None:
    run = supervise("sh", "-c", "echo whole; printf 'half a li'; kill -SEGV $$")
    ended = run.end()
    assert (ended["signal"], ended["exit_status"], ended["stopped_by"]) == ("SIGSEGV", None, None)
    assert run.log.read_bytes() == b"whole\nhalf a li"


def test_bytes_in_the_terminal_at_the_time_of_death_are_kept(supervise: Supervise, tmp_path: Path) -> None:
    run = supervise("sh", "-c", "while [ ! -e go ]; do sleep 0.01; done; printf '%03000d' 7")
    program = run.on_step("started")["pid"]
    os.kill(run.process.pid, signal.SIGSTOP)
    (tmp_path / "go").touch()
    until(lambda: (found := read_process(program)) is not None and found.state == "Z")
    os.kill(run.process.pid, signal.SIGCONT)
    assert run.end()["log_bytes"] == 3000


def test_output_is_not_changed_on_its_way(supervise: Supervise, tmp_path: Path) -> None:
    data = bytes(range(256)) * 5 + b"\r\n\n\t\x04\x03end"
    (tmp_path / "data").write_bytes(data)
    run = supervise("cat", "data")
    run.end()
    assert run.log.read_bytes() == data


def test_five_megabytes_at_once(supervise: Supervise) -> None:
    script = "import sys; sys.stdout.write(''.join(f'{i:09d}\\n' for i in range(500000)))"
    run = supervise(sys.executable, "-c", script)
    assert run.end()["log_bytes"] == 5_000_000
    expected = "".join(f"{i:09d}\n" for i in range(500000)).encode()
    assert hashlib.sha256(run.log.read_bytes()).digest() == hashlib.sha256(expected).digest()


def test_a_flood_does_not_put_the_limit_off(supervise: Supervise) -> None:
    run = supervise("yes", timeout_s=0.3)
    assert run.end()["stopped_by"] == "timeout"


def test_program_meets_an_ordinary_world(supervise: Supervise) -> None:
    """Also when the supervisor itself was started with signals ignored: default signals, three descriptors."""
    script = (
        "import os; print(os.environ['GREETING'], os.getcwd(), os.isatty(1), os.isatty(2), os.read(0, 9),"
        " os.getsid(0) == os.getpid() == os.getpgrp() == os.tcgetpgrp(1), sorted(os.listdir('/proc/self/fd')));"
        " print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith(('SigBlk', 'SigIgn'))])"
    )
    run = supervise(
        *(sys.executable, "-c", script),
        prefix=["sh", "-c", 'trap "" HUP INT TERM TSTP QUIT; exec "$@"', "sh"],
        environment={"GREETING": "h\udcffllo", "PYTHONIOENCODING": "utf8:surrogateescape"},
        cwd="/",
    )
    run.end()
    world, masks = run.log.read_bytes().splitlines()
    assert world == b"h\xffllo / True True b'' True ['0', '1', '2', '3']"  # 3 is the open folder itself
    assert masks.split()[0] == b"0" * 16
    # Python ignores SIGPIPE (13) and SIGXFSZ (25) by itself; 32 and 33 are the C library's own affair.
    assert int(masks.split()[1], 16) & ~(0b11 << 31) == 1 << 12 | 1 << 24


def test_the_limit_ends_it(supervise: Supervise) -> None:
    ended = supervise("sleep", "1000", timeout_s=0.1).end()
    assert (ended["signal"], ended["stopped_by"]) == ("SIGTERM", "timeout")
    assert ended["duration_s"] >= 0.1


def test_a_program_may_end_in_its_own_way_when_asked(supervise: Supervise) -> None:
    run = supervise("sh", "-c", "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done")
    run.wait_for(b"ready")
    run.say("what is this?")
    run.say("cancelled")
    ended = run.end()
    assert (ended["exit_status"], ended["signal"], ended["stopped_by"]) == (7, None, "cancelled")
    assert run.log.read_bytes().endswith(b"bye\n")


def test_a_stop_that_comes_with_the_run(supervise: Supervise) -> None:
    run = supervise("sleep", "1000")
    run.say("cancelled")
    assert run.end()["stopped_by"] == "cancelled"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_to_the_supervisor_end_it(supervise: Supervise, number: int) -> None:
    run = supervise("sleep", "1000")
    run.on_step("started")
    os.kill(run.process.pid, number)
    assert run.end()["stopped_by"] == "cancelled"


def test_the_watcher_leaves(supervise: Supervise) -> None:
    run = supervise("sleep", "1000")
    run.on_step("started")
    run.leave()
    assert run.end()["stopped_by"] == "watcher"


def test_the_watcher_leaves_a_run_that_is_to_be_kept(supervise: Supervise, tmp_path: Path) -> None:
    run = supervise("sh", "-c", "while [ ! -e go ]; do sleep 0.01; done; echo done", keep=True)
    started = run.on_step("started")
    run.leave()
    before = read_process(run.process.pid)
    assert before is not None
    (tmp_path / "go").touch()
    assert started["pid"] > 0
    ended = run.end()
    assert (ended["exit_status"], ended["stopped_by"]) == (0, None)
    assert run.log.read_bytes() == b"done\n"


def test_grandchildren_that_ignore_sigterm(supervise: Supervise) -> None:
    run = supervise("sh", "-c", "(trap '' TERM HUP; echo ready; while :; do sleep 0.1; done) & wait")
    run.wait_for(b"ready")
    run.say("cancelled")
    assert run.end()["signal"] == "SIGTERM"


@pytest.mark.parametrize("parent", ["stay", "go"])
def test_grandchildren_that_left_the_session(supervise: Supervise, parent: str) -> None:
    run = supervise(sys.executable, "-c", HERMIT, parent)
    run.wait_for(b".")
    hermit = int(run.log.read_bytes().split()[1].rstrip(b"."))
    found = read_process(hermit)
    assert found is not None
    assert found.session != run.on_step("started")["pid"]
    if parent == "stay":
        run.say("cancelled")
    run.end()
    assert read_process(hermit) is None


def test_a_stop_takes_less_than_five_seconds() -> None:
    assert loop.LINGER_S + loop.GRACE_S + loop.KILL_S < 5


def test_what_is_left_in_the_background_may_finish_soon(supervise: Supervise) -> None:
    run = supervise("sh", "-c", "trap '' HUP; (while kill -0 $$; do :; done 2>&-; echo late) & echo soon")
    assert run.end()["exit_status"] == 0
    assert run.log.read_bytes() == b"soon\nlate\n"


def test_what_is_left_in_the_background_for_longer_is_ended(supervise: Supervise) -> None:
    ended = supervise("sh", "-c", "trap '' HUP; sleep 1000 & exit 4").end()
    assert (ended["exit_status"], ended["stopped_by"]) == (4, None)


def test_a_program_that_stops_itself(supervise: Supervise) -> None:
    ended = supervise("sh", "-c", "kill -STOP $$", timeout_s=0.2).end()
    assert (ended["signal"], ended["stopped_by"]) == ("SIGTERM", "timeout")


def test_a_program_that_closes_its_output(supervise: Supervise) -> None:
    run = supervise("sh", "-c", "echo before; exec >&- 2>&-; sleep 0.1; exit 3")
    assert run.end()["exit_status"] == 3
    assert run.log.read_bytes() == b"before\n"


def test_orphans_are_collected_while_the_run_goes_on(supervise: Supervise) -> None:
    run = supervise("sh", "-c", "for i in 1 2 3 4 5; do (sleep 0.01 & ); done; echo ready; exec sleep 1000")
    started = run.on_step("started")
    run.wait_for(b"ready")
    until(lambda: [each.pid for each in read_processes() if each.parent == run.process.pid] == [started["pid"]])
    run.say("cancelled")
    run.end()


def _script(tmp_path: Path, name: str, content: bytes, mode: int = 0o755) -> str:
    (tmp_path / name).write_bytes(content)
    (tmp_path / name).chmod(mode)
    return f"./{name}"


@pytest.mark.parametrize(
    ("name", "content", "mode", "key"),
    [
        ("absent", None, 0, "run.error absent"),
        ("plain", b"#!/bin/sh\n", 0o644, "run.error denied"),
        (
            "headless",
            b"echo hello\n",
            0o755,
            "run.error no program",
        ),
        (
            "foreign",
            b"\x7fELF rest",
            0o755,
            "run.error foreign",
        ),
        (
            "lost",
            b"#!/nowhere/interpreter\n",
            0o755,
            "run.error no interpreter",
        ),
    ],
)
def test_what_cannot_be_executed(
    supervise: Supervise, tmp_path: Path, name: str, content: bytes | None, mode: int, key: str
) -> None:
    command = f"./{name}" if content is None else _script(tmp_path, name, content, mode)
    ended = supervise(command).end()
    golden.text(key, str(ended["error"]), name=command)
    assert (ended["exit_status"], ended["signal"], ended["log_bytes"]) == (None, None, 0)


def test_other_reasons_not_to_start(supervise: Supervise, tmp_path: Path) -> None:
    golden.text("run.error folder", str(supervise("./").end()["error"]))
    golden.text("run.error invalid argument", str(supervise("sh", "a\0b").end()["error"]))
    gone = str(tmp_path / "gone")
    golden.text("run.error no folder", str(supervise("ls", cwd=gone).end()["error"]), folder=_shortened(gone))


def test_commands_are_looked_up_in_the_path_of_the_program(supervise: Supervise, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "closed").mkdir(mode=0)

    def error(name: str, path: str = "bin") -> str:
        return str(supervise(name, environment={"PATH": path}).end()["error"])

    _script(tmp_path, "bin/model", b"#!/bin/sh\n")
    _script(tmp_path, "bin/lost", b"#!/nowhere/interpreter\n")
    _script(tmp_path, "bin/foreign", b"\x7fELF rest")
    assert error("model") == "None"
    assert error("model", "closed:bin") == "None"
    golden.text("run.error no command", error("other", "closed:bin"), name="other")
    golden.text("run.error no interpreter", error("lost"), name="lost")
    golden.text("run.error foreign", error("foreign"), name="foreign")


def _shortened(path: str) -> str:
    return path if len(path) <= 160 else f"{path[:79]}…{path[-80:]}"


def test_the_record_is_there_from_the_beginning(supervise: Supervise, tmp_path: Path) -> None:
    run = supervise("sh", "-c", "while [ ! -e go ]; do sleep 0.01; done", environment={**os.environ, "TOKEN": "s3cret"})
    started = run.on_step("started")
    until(lambda: "pid" in json.loads(run.record.read_bytes()))
    running, before = json.loads(run.record.read_bytes()), run.record.stat()
    assert (running["state"], running["pid"], running["supervisor"]) == ("running", started["pid"], run.process.pid)
    (tmp_path / "go").touch()
    ended = run.end()
    record, after = json.loads(run.record.read_bytes()), run.record.stat()
    assert record == {**running, "state": "ended", **{key: ended[key] for key in ended if key != "event"}}
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
    assert before.st_mode & 0o777 == run.log.stat().st_mode & 0o777 == 0o600
    assert b"s3cret" not in run.record.read_bytes()


def test_a_folder_that_cannot_be_written(supervise: Supervise, tmp_path: Path) -> None:
    run = supervise("true", folder=str(tmp_path / "gone"))
    assert run.on_step("refused")["errno"] == 2
    assert run.process.wait(LIMIT) == 1
    taken = supervise("true", id=run.name)
    taken.on_step("ended")
    again = supervise("true", id=run.name)
    assert again.on_step("refused")["errno"] == 17


def test_a_watcher_that_says_nothing(supervise: Supervise) -> None:
    done = subprocess.run(ARGV, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> list[str]:
    """A prefix that runs a program in tmp_path with a disk of 200 KiB there, and one of 800 KiB once the file
    `filler` is deleted; and that prints the files of the run at the end."""
    enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=1000k none '{tmp_path}'"
    if shutil.which("unshare") is None or subprocess.run([*enter, mount], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a real full disk needs permission to mount in a user namespace (unshare -rm)")
    show = f"cat '{tmp_path}'/*.json | tr -d '\\n'; echo; cat '{tmp_path}'/*.log"
    return [*enter, f"{mount} && head -c 800k /dev/zero > '{tmp_path}/filler' && \"$@\"; {show}", "sh"]


def test_a_full_disk(supervise: Supervise, tiny_disk: list[str]) -> None:
    """The run goes on, the loss is counted and explained, and what fits again later is kept, the gap marked."""
    script = "head -c 500000 /dev/zero | tr '\\0' x; rm filler; echo; echo after; exit 3"
    run = supervise("sh", "-c", script, prefix=tiny_disk)
    ended = run.on_step("ended")
    assert run.process.stdout is not None
    rest = run._incoming + run.process.stdout.read()  # after the supervisor's end, the files
    record, _, log = rest.partition(b"\n")
    assert ended["exit_status"] == 3
    assert ended["loss"] == "No space left on device"
    note = rb"(?: \[\.\.\.\]\n)?\[npumon: (\d+) bytes were lost here: No space left on device\]\n"
    assert sum(map(int, re.findall(note, log))) == ended["lost_bytes"] > 0
    assert ended["log_bytes"] == len(log)
    assert len(re.sub(note, b"", log)) == 500000 + len(b"\nafter\n") - ended["lost_bytes"]
    assert log.endswith(b"\nafter\n")
    assert json.loads(record)["state"] == "ended"
    assert json.loads(record)["lost_bytes"] == ended["lost_bytes"]


#: Bytes that a log may take, and a program that prints numbered lines, four times as much in all.
BOUND = 1 << 20
COUNT = "for i in range(400_000): print(f'{i:09d}')"


def test_a_long_log_is_bounded_and_compacted_when_the_run_is_over(supervise: Supervise) -> None:
    run = supervise(sys.executable, "-c", COUNT, log_bound=BOUND)
    ended = run.on_step("ended")
    assert run.process.wait(LIMIT) == 0
    assert ended["log_bytes"] == 4_000_000
    assert 4_000_000 - BOUND <= ended["left_out_bytes"] <= 4_000_000 - BOUND + BOUND // 16
    until(lambda: json.loads(run.record.read_bytes())["log_bytes"] < 4_000_000)
    text = run.log.read_bytes()
    assert len(text) == json.loads(run.record.read_bytes())["log_bytes"] <= BOUND
    before, newest = re.split(rb" \[\.\.\.\]\n\[npumon: \d+ bytes were left out here: .*\]\n", text)
    assert before == b"".join(b"%09d\n" % number for number in range(60_000))[: BOUND // 2]
    assert newest.endswith(b"000399999\n")
    assert sorted(path.suffix for path in run.log.parent.iterdir()) == [".json", ".log"]


def test_a_log_that_is_removed_does_not_come_back(supervise: Supervise, tmp_path: Path) -> None:
    """Somebody removes the run before its log is compacted."""
    script = f"{COUNT}\nimport os; os.unlink(os.environ['_NPUMON_RUN'])"
    run = supervise(sys.executable, "-c", script, log_bound=BOUND)
    run.on_step("ended")
    assert run.process.wait(LIMIT) == 0
    assert run.process.stdout is not None
    assert run.process.stdout.read() == b""
    until(lambda: not (tmp_path / f"{run.name}.compacting").exists())
    assert not run.log.exists()


def test_it_imports_little() -> None:
    """Every module costs start-up time; of npumon only those that are made for it."""
    done = subprocess.run(
        [*ARGV[:1], "-X", "importtime", *ARGV[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    ours = {name for name in imported if name.startswith("npumon")}
    own = "control_channel gathered_text json_object libc loop process_tree pseudo_terminal run_files run_log"
    assert ours == {
        *("npumon", "npumon.board", "npumon.board.procfs", "npumon.board.supervisor"),
        *(f"npumon.board.supervisor.{name}" for name in own.split()),
    }
    heavy = "json re enum signal ctypes site asyncio subprocess typing dataclasses inspect pathlib tempfile"
    assert imported.isdisjoint(heavy.split())
