"""The stand-in galcore.ko: built for the guest's kernel, and once more as if it were for another kernel."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "galcore"
_LIMIT_S = 300
_VERMAGIC = re.compile(rb"\0vermagic=(\S+)\S( [^\0]*)\S\0")


class BuildError(Exception):
    """The compiler's words."""


def build(folder: Path, tree: Path) -> None:
    """Have `galcore.ko` and `galcore-foreign.ko` in `folder`, newer than their source. Raises `BuildError`."""
    built = folder / "galcore.ko"
    newest = max(path.stat().st_mtime for path in SOURCE.iterdir())
    if built.exists() and built.stat().st_mtime > newest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE, folder)
    headers = next(path for path in (tree / "usr/src").glob("linux-headers-*") if not path.name.endswith("-common"))
    _relocate(headers / "Makefile", tree)
    command = ["make", "-C", str(headers), f"M={folder}", "CC=gcc", "modules"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_LIMIT_S)
    if ended.returncode != 0 or not built.exists():
        raise BuildError(f"galcore.ko could not be built.\n{ended.stdout}")
    (folder / "galcore-foreign.ko").write_bytes(_VERMAGIC.sub(_foreign, built.read_bytes()))


def _foreign(vermagic: re.Match[bytes]) -> bytes:
    """Of another release, and with another setting too: this kernel checks the symbols' versions instead of the
    release."""
    return b"\0vermagic=%sx%s!\0" % vermagic.groups()


def _relocate(makefile: Path, tree: Path) -> None:
    """Headers name each other by the path where they would be installed."""
    makefile.write_text(re.sub(r"\S*/usr/src/", f"{tree}/usr/src/", makefile.read_text()))
