"""The demo board's kernel driver: what appears under its root when galcore is loaded, and disappears with it.

Field meanings: proc(5) for /proc/modules and /proc/interrupts. The parameters are those of the Amlogic galcore kernel
source with their values after probing an A311D.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from npumon.demo.files import put, replace, replace_link

RELEASE = "4.9.241"
VERSION = "6.4.6.2"
MODULE_FILE = Path(f"lib/modules/{RELEASE}/kernel/drivers/amlogic/npu/galcore.ko")

#: The first line of the demo's module file; any other file has the wrong format.
MODULE_MARK = b"npumon demo: stands for a kernel module, is none\n"

PARAMETERS = {
    "baseAddress": "0",
    "compression": "-1",
    "contiguousBase": "0",
    "contiguousSize": "4194304",
    "externalBase": "0",
    "externalSize": "0",
    "fastClear": "-1",
    "gpuProfiler": "0",
    "hardwareResetNum": "0",
    "irqLine": "-1",
    "irqs": "35,-1,-1,-1,-1,-1,-1,-1,-1,-1",
    "major": "199",
    "mmu": "1",
    "nanoqFreq": "800000000",
    "physSize": "0",
    "powerManagement": "1",
    "recovery": "1",
    "showArgs": "1",
    "smallBatch": "1",
    "stuckDump": "0",
    "type": "0",
    "userClusterMask": "0",
}

#: The end of the NPU's line in /proc/interrupts; before it stands one number for each of the six CPUs.
INTERRUPT_NAME = "galcore:0"
_INTERRUPT_TAIL = f"     GICv2 179 Level     {INTERRUPT_NAME}"
_FIRST_INTERRUPTS = 4_128


def is_loaded(root: Path) -> bool:
    """Return whether the driver is loaded."""
    return os.path.isdir(root / "sys/module/galcore")


def is_profiling(root: Path) -> bool:
    """Return whether it was loaded with gpuProfiler=1."""
    try:
        return (root / "sys/module/galcore/parameters/gpuProfiler").read_text().strip() == "1"
    except (OSError, ValueError):
        return False


def load(root: Path, parameters: Mapping[str, str]) -> None:
    """Load the driver. Like the kernel, it ignores parameters that it does not know."""
    module = root / "sys/module/galcore"
    for name, value in PARAMETERS.items():
        put(module / "parameters" / name, parameters.get(name, value) + "\n")
    put(module / "version", VERSION + "\n")
    put(module / "initstate", "live\n")
    put(root / "dev/galcore", "npumon demo: stands for the device node\n", 0o666)
    _write_interrupts(root, _FIRST_INTERRUPTS)
    _write_references(root, 0)


def unload(root: Path) -> None:
    """Unload the driver."""
    import shutil  # imports a lot, which the model programs that share this module do not need

    (root / "dev/galcore").unlink(missing_ok=True)
    shutil.rmtree(root / "sys/module/galcore", ignore_errors=True)
    _write_interrupts(root, None)
    _write_references(root, None)


def users(root: Path) -> dict[int, int]:
    """Return which processes have the device node open, and how many times.

    They are looked up in the machine's own /proc, if this user may see them. Like the kernel, this sets the module's
    reference count and the process folders under the board's /proc.
    """
    node = os.path.realpath(root / "dev/galcore")
    found: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            held = _count_open(f"/proc/{name}/fd", node)
            if held:
                found[int(name)] = held
    if is_loaded(root):
        _write_references(root, sum(found.values()))
    _link_processes(root / "proc", set(found))
    return found


def count_interrupts(root: Path, more: int) -> int:
    """Count that many interrupts of the NPU; return the new total."""
    total = sum(_read_interrupts(root)) + more
    _write_interrupts(root, total)
    return total


def _count_open(folder: str, node: str) -> int:
    try:
        with os.scandir(folder) as descriptors:
            return sum(_leads_to(descriptor.path, node) for descriptor in descriptors)
    except OSError:  # ended meanwhile, or belongs to another user
        return 0


def _leads_to(link: str, node: str) -> bool:
    try:
        return os.readlink(link) == node
    except OSError:  # closed meanwhile
        return False


def _link_processes(proc: Path, pids: set[int]) -> None:
    linked = {int(name) for name in os.listdir(proc) if name.isdigit()}
    for pid in linked - pids:
        (proc / str(pid)).unlink(missing_ok=True)
    for pid in pids - linked:
        replace_link(proc / str(pid), f"/proc/{pid}")


def _write_references(root: Path, count: int | None) -> None:
    """Write galcore's line in /proc/modules; None removes it."""
    path = root / "proc/modules"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("galcore ")]
    if count is not None:
        lines.insert(0, f"galcore 352256 {count} - Live 0x0000000000000000 (O)")
    replace(path, "".join(line + "\n" for line in lines).encode(), 0o444)


def _read_interrupts(root: Path) -> list[int]:
    for line in (root / "proc/interrupts").read_text().splitlines():
        if line.endswith(INTERRUPT_NAME):
            return [int(word) for word in line.split()[1:7]]
    return []


def _write_interrupts(root: Path, total: int | None) -> None:
    """Write the NPU's line in /proc/interrupts, all on the first CPU; None removes it."""
    path = root / "proc/interrupts"
    lines = [line for line in path.read_text().splitlines() if not line.endswith(INTERRUPT_NAME)]
    if total is not None:
        counts = "".join(f"{count:11d}" for count in (total, 0, 0, 0, 0, 0))
        lines.append(f" 35:{counts}{_INTERRUPT_TAIL}")
    replace(path, "".join(line + "\n" for line in lines).encode(), 0o444)
