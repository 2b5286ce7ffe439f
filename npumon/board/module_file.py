"""The driver's module file for the running kernel, and the commands that load it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from npumon.board.attribute import read_bytes
from npumon.board.roots import Roots
from npumon.core.text import visible

#: Where the vendor's kernels keep it: 4.9 (Khadas NPU performance document) and 5.15 (common_drivers).
DOCUMENTED = (
    "kernel/drivers/amlogic/npu/galcore.ko",
    "kernel/common_drivers/drivers/npu/galcore.ko",
)
#: As that document loads it: profiling on, parameters printed to the kernel log.
OPTIONS = ("gpuProfiler=1", "showArgs=1")

_DEP_LIMIT = 8 * 1024 * 1024
_DEP_LINE = re.compile(rb"^((?:[^:\n]*/)?galcore\.ko(?:\.(?:xz|gz|zst))?):", re.MULTILINE)
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}")


def find_module_file(roots: Roots, kernel: str | None) -> Path | None:
    """The path of galcore.ko (also compressed) for this kernel release: by modules.dep, else where documented."""
    if kernel is None or not _RELEASE.fullmatch(kernel):
        return None
    folder = roots.lib_modules / kernel
    listed = _DEP_LINE.findall(read_bytes(folder / "modules.dep", _DEP_LIMIT) or b"")
    for name in [line.decode("utf-8", "surrogateescape") for line in listed] + list(DOCUMENTED):
        relative = Path(name)
        if relative.is_absolute() or ".." in relative.parts:
            continue
        if os.path.isfile(folder / relative):
            return folder / relative
    return None


def load_line(module_file: Path | None) -> str:
    """The command, for people to copy, that loads the driver with profiling on."""
    if module_file is None:
        path = f"/lib/modules/$(uname -r)/{DOCUMENTED[0]}"
    else:
        path = shlex.quote(visible(str(module_file)))
    return " ".join(["sudo insmod", path, *OPTIONS])


def reload_line(module_file: Path | None) -> str:
    """The same for a driver that is loaded already."""
    return f"sudo rmmod galcore && {load_line(module_file)}"
