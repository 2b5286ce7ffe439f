"""The virtual machine: qemu without a network or a screen, this machine's files read-only, two serial lines.

The first line is the guest's console, kept in a file. On the second one come the results, a JSON object a line.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.vm.packages import Unavailable

_MEMORY = "1536"
#: Seconds in which qemu ends when told to.
_END_S = 30.0
_WORD = "panic=-1 console=ttyS0 quiet loglevel=4 mitigations=off random.trust_cpu=on tsc=unstable"


class Machine:
    """One boot. `log` gets the console; whatever happens, qemu is gone after `limit_s` seconds."""

    def __init__(self, tree: Path, kernel: Path, initramfs: Path, log: Path, limit_s: float) -> None:
        self._log = log
        self._limit_s = limit_s
        self._qemu: subprocess.Popen[bytes] | None = None
        self._environment = dict(os.environ)
        program = shutil.which("qemu-system-x86_64")
        data: list[str] = []
        if program is None:
            program = str(tree / "usr/bin/qemu-system-x86_64")
            libraries = [str(path) for path in (tree / "usr/lib/x86_64-linux-gnu", tree / "lib/x86_64-linux-gnu")]
            self._environment["LD_LIBRARY_PATH"] = ":".join(libraries)
            data = [word for name in ("qemu", "seabios") for word in ("-L", str(tree / "usr/share" / name))]
        if not os.access(program, os.X_OK):
            raise Unavailable("there is no qemu-system-x86_64")
        # KVM is quicker but not everywhere, and where it is, it may be broken: VM_ACCEL=kvm asks for it
        accelerator = os.environ.get("VM_ACCEL", "tcg,thread=single")
        self._command = [
            # ends qemu also when nobody is there any more to do it
            *("timeout", "--kill-after=5", f"{limit_s + 30:.0f}"),
            *(program, *data, "-accel", accelerator, "-cpu", "qemu64", "-smp", "1", "-m", _MEMORY),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", "none"),
            *("-kernel", str(kernel), "-initrd", str(initramfs), "-append", _WORD),
            *("-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"),
            *("-serial", f"file:{log}", "-serial", "stdio"),
        ]

    def results(self) -> Iterator[dict[str, Any]]:
        """Boot, and yield each result as it comes, until the guest switches itself off or time is up."""
        end = time.monotonic() + self._limit_s
        self._qemu = qemu = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
        )
        try:
            yield from _objects(qemu, end)
            if qemu.poll() is None and time.monotonic() < end:
                qemu.wait(max(1.0, end - time.monotonic()))
        finally:
            qemu.terminate()  # which `timeout` hands on
            errors = qemu.communicate(timeout=_END_S)[1].decode(errors="replace")
            with self._log.open("a") as log:
                log.write(errors)

    def stop(self) -> None:
        """End the machine if it runs; from any thread. `results` ends then, too."""
        if self._qemu is not None and self._qemu.poll() is None:
            self._qemu.terminate()


def _objects(qemu: subprocess.Popen[bytes], end: float) -> Iterator[dict[str, Any]]:
    assert qemu.stdout is not None
    rest = b""
    while time.monotonic() < end:
        if not select.select([qemu.stdout], [], [], 1.0)[0]:
            continue
        data = os.read(qemu.stdout.fileno(), 65536)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                yield json.loads(line)
