"""npumon on a real Linux kernel: real kmod, real sudo, an ordinary user, and a stand-in for the NPU's driver.

    make test-vm                                        everything: some minutes, for emulation is slow
    .venv/bin/python -m tests.vm.run --cache .venv-vm --npumon .venv-user/bin/npumon --scenario held
                                                        one scenario (more with more --scenario)
    ... --list                                          their names

A Debian kernel is booted in qemu under plain emulation; with two processors, in two machines that share the scenarios.
The guest sees this machine's files read-only, below a layer of memory that takes its changes, so it runs the npumon
that is installed here; it has no network. What is downloaded and built stays in the cache folder. The consoles' logs
are console-1.log and console-2.log there. VM_ACCEL=kvm makes it quicker where that works.

Exits 0 when all scenarios passed, 1 when one did not, 0 with a loud message where the packages cannot be had.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import queue
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.vm.initramfs import kernel_image, write_initramfs
from tests.vm.machine import Machine
from tests.vm.packages import Packages, Unavailable
from tests.vm.stand_in import BuildError, build

_REPOSITORY = Path(__file__).parents[2]
_LIMIT_S = 1200.0
#: One emulated machine keeps one processor busy.
_MACHINES = min(2, os.cpu_count() or 1)


def main() -> int:
    """Prepare, boot, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=_REPOSITORY / ".venv-vm", help="where packages and builds are")
    parser.add_argument("--npumon", type=Path, required=True, help="the installed program")
    parser.add_argument("--scenario", action="append", default=[], help="only this one")
    parser.add_argument("--list", action="store_true", help="print the scenarios' names")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # not without ending the machine
    from tests.vm.scenarios import SCENARIOS

    names = [scenario.__name__ for scenario in SCENARIOS]
    if args.list:
        _say("\n".join(names))
        return 0
    unknown = sorted(set(args.scenario) - set(names))
    if unknown:
        parser.error(f"there is no scenario {', '.join(unknown)}")
    try:
        with _alone(args.cache.resolve()) as cache:
            return _boot(cache, args.npumon.absolute(), args.scenario or names)
    except Unavailable as error:
        _say(f"\n***** SKIPPED: nothing was tested on a real kernel: {error} *****\n")
        return 0
    except BuildError as error:
        _say(error)
        return 1


@contextmanager
def _alone(cache: Path) -> Iterator[Path]:
    """Wait until no other run works with the cache folder, and keep others waiting: machines of two runs would write to
    one console's log, and boot from what the other one is building."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"vm: another run works with {cache}: waiting until it has ended")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache


def _boot(cache: Path, npumon: Path, names: list[str]) -> int:
    began = time.monotonic()
    packages = Packages(cache)
    packages.fetch()
    build(cache / "galcore", packages.tree)
    shares = [share for share in (names[first::_MACHINES] for first in range(_MACHINES)) if share]
    machines = [_machine(cache, packages, npumon, number, share) for number, share in enumerate(shares, 1)]
    _say(f"vm: prepared in {time.monotonic() - began:.0f} s, booting {len(machines)}")
    passed: list[str] = []
    failed: list[str] = []
    for number, result in _results(machines):
        name = result.get("scenario")
        if name is None:
            _say(f"vm {number}: " + ", ".join(f"{key} {value}" for key, value in result.items()))
            continue
        (passed if result["ok"] else failed).append(name)
        _say(f"{'ok  ' if result['ok'] else 'FAIL'}  {name:<28} {result['seconds']:6.1f} s")
        if not result["ok"]:
            _say(result["detail"])
    missing = [name for name in names if name not in (*passed, *failed)]
    took = time.monotonic() - began
    _say(f"vm: {len(passed)} passed, {len(failed)} failed, {len(missing)} did not run, {took:.0f} s, logs: {cache}")
    if missing:
        _say(f"vm: not run: {', '.join(missing)}; the consoles' last lines:")
        for number in range(1, len(machines) + 1):
            log = _log(cache, number)
            _say("\n".join(log.read_text(errors="replace").splitlines()[-30:]) if log.exists() else "(none)")
    return 1 if failed or missing else 0


def _machine(cache: Path, packages: Packages, npumon: Path, number: int, names: Sequence[str]) -> Machine:
    """A machine that plays these scenarios when it is booted."""
    guest = [sys.executable, "-m", "tests.vm.guest", "--npumon", str(npumon), "--modules", str(cache / "galcore")]
    guest += [word for file in packages.files for word in ("--package", str(file))]
    guest += [word for name in names for word in ("--scenario", name)]
    command = ["/usr/bin/env", "-i", "-C", str(_REPOSITORY), "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
    command += ["PYTHONDONTWRITEBYTECODE=1", "HOME=/root", *guest]
    initramfs = cache / f"initramfs-{number}"
    write_initramfs(initramfs, packages.tree, [shlex.quote(word) for word in command])
    _log(cache, number).unlink(missing_ok=True)
    return Machine(packages.tree, kernel_image(packages.tree), initramfs, _log(cache, number), _LIMIT_S)


def _log(cache: Path, number: int) -> Path:
    return cache / f"console-{number}.log"


def _results(machines: Sequence[Machine]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Boot the machines side by side; each result as it comes, with the machine's number, until all have ended."""
    results: queue.Queue[tuple[int, dict[str, Any] | None]] = queue.Queue()

    def play(number: int, machine: Machine) -> None:
        try:
            for result in machine.results():
                results.put((number, result))
        finally:
            results.put((number, None))

    threads = [threading.Thread(target=play, args=pair, daemon=True) for pair in enumerate(machines, 1)]
    try:
        for thread in threads:
            thread.start()
        playing = len(threads)
        while playing:
            number, result = results.get()
            if result is None:
                playing -= 1
            else:
                yield number, result
    finally:
        for machine in machines:
            machine.stop()
        for thread in threads:
            thread.join()


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
