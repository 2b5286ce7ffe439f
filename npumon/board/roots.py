"""The paths of the machine's folders: `/` on a board, any similar folder in tests and for `--root`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Roots(NamedTuple):
    """The top of a root tree. Everything that reads the machine takes its paths from here."""

    root: Path = Path("/")

    @property
    def sys(self) -> Path:
        """sysfs."""
        return self.root / "sys"

    @property
    def proc(self) -> Path:
        """procfs."""
        return self.root / "proc"

    @property
    def dev(self) -> Path:
        """Device nodes."""
        return self.root / "dev"

    @property
    def lib_modules(self) -> Path:
        """Kernel modules, one folder for each kernel release."""
        return self.root / "lib/modules"

    @property
    def device_tree(self) -> Path:
        """The flattened device tree as folders.

        sysfs comes first: /proc/device-tree is an absolute link to it, which would lead out of another root.
        """
        in_sysfs = self.sys / "firmware/devicetree/base"
        return in_sysfs if os.path.isdir(in_sysfs) else self.proc / "device-tree"
