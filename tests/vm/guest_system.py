"""The guest as a board: user, sudo, kmod, stand-in driver. All of this runs in the guest, as root."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

USER, UID, PASSWORD = "khadas", 4242, "synthetic-password"
HOME = Path("/home") / USER
PARAMETERS = Path("/sys/module/galcore/parameters")
NODE = Path("/dev/galcore")
_KERNEL = os.uname().release
FOLDER = Path("/lib/modules") / _KERNEL / "kernel/drivers/amlogic/npu"
MODULE = FOLDER / "galcore.ko"
_RULE = Path("/etc/sudoers.d/test")
#: Seconds. Everything is slow under emulation; nothing here takes that long.
LIMIT_S = 180.0

#: What the user may do, as a file for /etc/sudoers.d.
ANYTHING = f"{USER} ALL=(ALL:ALL) NOPASSWD: ALL\n"
WITH_PASSWORD = f"{USER} ALL=(ALL:ALL) ALL\n"
NOTHING = ""

Completed = subprocess.CompletedProcess[str]


def install(packages: Sequence[Path], modules: Path) -> None:
    """Make a board of a machine that has just booted. `modules` has the built stand-ins."""
    for package in packages:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as packed:
            command = ["tar", "-x", "--keep-directory-symlink", "-C", "/"]
            subprocess.run(command, stdin=packed.stdout, check=True, timeout=LIMIT_S)
    os.chmod("/etc/sudoers", 0o440)  # as the package's script would
    root("hostname", "board")
    Path("/etc/hosts").write_text("127.0.0.1 localhost board\n")
    for name, value in (("dmesg_restrict", "0"), ("printk", "1 4 1 7")):  # the console is for our own words
        Path("/proc/sys/kernel", name).write_text(value)
    Path("/proc/sys/fs/protected_regular").write_text("2")  # as systemd sets it
    root("useradd", "--create-home", "--uid", str(UID), "--shell", "/bin/sh", USER)
    root("chpasswd", "--crypt-method", "SHA256", "--sha-rounds", "1000", said=f"{USER}:{PASSWORD}\n")
    for program in (sys.executable, os.path.realpath(sys.executable), str(Path(__file__)), str(modules)):
        _let_pass(Path(program))
    for place in ("/run/lock", "/tmp"):
        os.makedirs(place, exist_ok=True)
        os.chmod(place, 0o1777)  # noqa: S103 - as everywhere
    FOLDER.mkdir(parents=True)
    for name in ("galcore.ko", "galcore-foreign.ko"):
        shutil.copyfile(modules / name, FOLDER / name)
    shutil.move(FOLDER / "galcore-foreign.ko", "/lib/modules/galcore-foreign.ko")
    root("depmod")


def begin_anew() -> None:
    """The driver is loaded with profiling off, nobody uses it, and sudo allows everything without a password."""
    stop_user()
    until(lambda: references() in (None, 0), "the driver is free")
    for name in ("npumon.lock", f"npumon-driver-{UID}.json", "npumon-driver-0.json"):
        Path("/run/lock", name).unlink(missing_ok=True)
    for path, mode in ((MODULE, 0o644), *((folder, 0o755) for folder in (FOLDER, *FOLDER.parents[:3]))):
        os.chmod(path, mode)
    Path("/etc/sudoers.d/npumon").unlink(missing_ok=True)
    allow(ANYTHING)
    load()


def root(*command: str, said: str | None = None) -> str:
    """Run a program that has to succeed, and what it prints."""
    ended = subprocess.run(command, input=said, capture_output=True, text=True, timeout=LIMIT_S)
    assert ended.returncode == 0, f"{' '.join(command)}: status {ended.returncode}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def as_user(*command: str | Path) -> Completed:
    """Run a program as the board's ordinary user, without a terminal."""
    return subprocess.run(
        [str(word) for word in command],
        user=UID,
        group=UID,
        extra_groups=[],
        cwd=HOME,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        start_new_session=True,
    )


def start_as_user(*command: str | Path) -> subprocess.Popen[str]:
    """The same in the background; its output goes nowhere."""
    return subprocess.Popen(
        [str(word) for word in command],
        user=UID,
        group=UID,
        extra_groups=[],
        cwd=HOME,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def environment() -> dict[str, str]:
    """What a login gives the user."""
    return {"HOME": str(HOME), "USER": USER, "LOGNAME": USER, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def allow(rule: str) -> None:
    """What sudo lets the user do from now on; what it remembers of passwords is forgotten."""
    shutil.rmtree("/run/sudo", ignore_errors=True)
    _RULE.write_text(rule)
    os.chmod(_RULE, 0o440)


def load(**parameters: object) -> None:
    """Load the driver anew, past npumon."""
    if loaded():
        root("rmmod", "galcore")
    root("insmod", str(MODULE), *(f"{name}={value}" for name, value in parameters.items()))


def loaded() -> bool:
    """Whether the kernel has the driver."""
    return PARAMETERS.is_dir()


def parameter(name: str) -> str:
    """Its value as the kernel shows it."""
    return (PARAMETERS / name).read_text().strip()


def references() -> int | None:
    """How many files are open on the driver; None when it is not loaded."""
    for line in Path("/proc/modules").read_text().splitlines():
        name, _, count = line.split()[:3]
        if name == "galcore":
            return int(count)
    return None


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def stop_user() -> None:
    """End everything that the user runs."""
    subprocess.run(["pkill", "-KILL", "-U", str(UID)], timeout=LIMIT_S)


def _let_pass(path: Path) -> None:
    """Let everybody pass the folders above a file: this machine's user may have them for himself alone."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o001 == 0:
            folder.chmod(mode | 0o001)
