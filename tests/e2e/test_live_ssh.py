"""The live monitor at the other end of a real ssh connection: to a server of our own, on this machine."""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from npumon.board.procfs import descendants, read_processes
from tests import golden
from tests.command_line import PATIENCE, WITHIN_S, CommandLine, alive, content, until
from tests.e2e.live_terminal import STUBBORN, Live, gone, until_stopped_by
from tests.tui.pty_app import left_as_it_was

#: Debian's place of the server is not in everybody's PATH.
SSHD = shutil.which("sshd", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin")))

pytestmark = pytest.mark.skipif(
    SSHD is None or shutil.which("ssh") is None,
    reason="NOT TESTED: apt-get install openssh-server openssh-client",
)

CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PrintMotd no
PrintLastLog no
"""

OPTIONS = {
    "IdentitiesOnly": "yes",
    "BatchMode": "yes",
    "StrictHostKeyChecking": "no",
    "UserKnownHostsFile": os.devnull,
    "GlobalKnownHostsFile": os.devnull,
    "LogLevel": "ERROR",
}


class Server:
    """An ssh server with throw-away keys that lets this user in."""

    def __init__(self, npumon: CommandLine, folder: Path) -> None:
        self._npumon = npumon
        self._folder = folder
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "npumon's tests", "-f", str(folder / name)],
                check=True,
                timeout=PATIENCE,
            )
        self._start()

    def _start(self) -> None:
        """On a free port; should another program take it meanwhile, on the next one."""
        assert SSHD is not None
        log = self._folder / "sshd.log"
        while True:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self._port = free.getsockname()[1]
            configuration = self._folder / "sshd_config"
            configuration.write_text(CONFIGURATION.format(port=self._port, folder=self._folder))
            with log.open("wb") as errors:
                self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(configuration)], stderr=errors)
            until(lambda: "listening" in content(log) or self.process.poll() is not None)
            if self.process.poll() is None:
                return
            assert "in use" in content(log), content(log)

    def to(self, *options: str) -> list[str]:
        """The client's command, up to the place that it goes to."""
        given = [word for name, value in OPTIONS.items() for word in ("-o", f"{name}={value}")]
        key = ["-F", os.devnull, "-i", str(self._folder / "user"), "-p", str(self._port)]
        return ["ssh", *options, *key, *given, f"{pwd.getpwuid(os.geteuid()).pw_name}@127.0.0.1"]

    def npumon(self, *words: str) -> str:
        """What is to run at the other end: npumon in its user's folder."""
        variables = self._npumon.environment({"TERM": None})
        argv = ["env", *(f"{name}={value}" for name, value in variables.items())]
        argv += [self._npumon.python, "-m", "npumon", *words]
        return f"cd {shlex.quote(str(self._npumon.folder))} && exec {shlex.join(argv)}"

    def connection(self) -> list[int]:
        """The processes of the server that look after a connection, and all that was started through it."""
        return [process.pid for process in descendants(self.process.pid)]

    def close(self) -> None:
        """Stop listening."""
        pids = self.connection()
        self.process.terminate()
        self.process.wait(PATIENCE)
        for pid in pids:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def separation_folder(wanted: Path = Path("/run/sshd")) -> Iterator[None]:
    """Where a server that runs as root shuts in what listens to strangers; a service makes it on most machines.

    Several of these tests may run at a time: whoever is the last to hold the folder removes it, if one of them made
    it.
    """
    made = wanted / "made-by-tests"
    while True:
        try:
            wanted.mkdir(mode=0o755)
            made.touch()
        except FileExistsError:
            pass
        try:
            folder = os.open(wanted, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # removed meanwhile
            continue
        fcntl.flock(folder, fcntl.LOCK_SH)
        if wanted.exists() and wanted.stat().st_ino == os.fstat(folder).st_ino:
            break
        os.close(folder)
    try:
        yield
    finally:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if made.exists():
                made.unlink()
                wanted.rmdir()
        except BlockingIOError:  # another one still needs it
            pass
        os.close(folder)


def gives_terminals() -> bool:
    """Whether a server may give out terminals: it wants them to be the group tty's. Where the kernel does not see to
    that (devpts mounted without gid=), only root can."""
    if os.geteuid() == 0:
        return True
    screen, keyboard = os.openpty()
    try:
        return os.fstat(keyboard).st_gid == grp.getgrnam("tty").gr_gid
    finally:
        os.close(screen)
        os.close(keyboard)


#: For tests that ask the server for one.
with_terminal = pytest.mark.skipif(
    not gives_terminals(), reason="NOT TESTED: terminals are not the group tty's here, so only root can give them out"
)


@pytest.fixture
def server(npumon: CommandLine, tmp_path: Path) -> Iterator[Server]:
    """An ssh server."""
    if os.path.basename(pwd.getpwuid(os.geteuid()).pw_shell) in ("nologin", "false"):
        pytest.skip("NOT TESTED: the user of these tests has no shell to log in to")
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    with separation_folder() if os.geteuid() == 0 else nullcontext():
        server = Server(npumon, folder)
        try:
            yield server
        finally:
            server.close()


def running(server: Server) -> list[int]:
    """npumon, its supervisor and the model at the other end, once the model has descendants of its own."""
    found: list[int] = []

    def runs() -> bool:
        names = {pid: content(Path(f"/proc/{pid}/cmdline")) for pid in server.connection()}
        monitors = [pid for pid, name in names.items() if "\0-m\0npumon\0" in name]
        found[:] = monitors + [process.pid for pid in monitors for process in descendants(pid)]
        return len(found) >= 4

    until(runs)
    return found


@with_terminal
def test_figures_keys_sizes_and_the_end(live: Live, server: Server) -> None:
    app = live(command=[*server.to("-tt"), server.npumon("--demo")])
    app.until_done()
    for key, text in (
        (b"2", "network_binary"),
        (b"5", "Exit VX Thread"),
        (b"\t", "latency"),
        (b"?", "On the page Live"),
    ):
        app.type(key)
        app.until_shown(text)
    app.type(b"\x1b")
    app.until_gone("On the page Live")
    for columns, rows in ((120, 40), (60, 15)):
        app.resize(columns, rows)
        app.until(lambda: "q quit" in app.screen.display[-1] and "71.70" in app.shown(), "the whole screen")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


@with_terminal
def test_a_signal_at_the_other_end(live: Live, server: Server) -> None:
    app = live(command=[*server.to("-tt"), server.npumon("--scenario", "hang")], shows="AXI_READ")
    family = running(server)
    os.kill(family[0], signal.SIGTERM)
    assert app.next_state() == "ended 130"
    left_as_it_was(app)
    gone(family)


@pytest.mark.slow
@with_terminal
@pytest.mark.parametrize("cut", ["client", "server"])
def test_a_connection_that_is_cut_in_mid_run(live: Live, server: Server, npumon: CommandLine, cut: str) -> None:
    npumon.script("stubborn/run.sh", STUBBORN)
    app = live(command=[*server.to("-tt"), server.npumon()])
    app.type(b"4")
    app.until_shown("stubborn")
    app.type(b"\r")
    family = running(server)
    until(lambda: any("Run the 2 time" in content(log) for log in npumon.runs.glob("*.log")))
    asked = time.monotonic()
    if cut == "client":
        app.signal(signal.SIGKILL)
    else:
        for process in read_processes():
            if process.parent == server.process.pid:
                os.kill(process.pid, signal.SIGKILL)
    gone(family)
    assert time.monotonic() - asked < WITHIN_S
    app.next_state()
    (log,) = npumon.runs.glob("*.log")
    until_stopped_by(log, "cancelled", "watcher")
    assert log.read_text().endswith("Run the 2 time: 21.00ms or 21611.00us\n")


def test_without_a_terminal_at_the_other_end(server: Server, npumon: CommandLine) -> None:
    done = npumon.run([*server.to("-T"), server.npumon("--demo")])
    assert (done.returncode, done.stdout) == (2, "")
    # $TERM at the other end is that of the server, if it has one.
    golden.printed(done.stderr, "monitor.terminal" if "(TERM is" in done.stderr else "monitor.no_terminal")
    assert done.stderr.count("\n") == 1
