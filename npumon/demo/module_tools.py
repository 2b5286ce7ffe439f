"""insmod, rmmod and modinfo of the demo board: they speak as kmod's do, and work on the board's own tree."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from npumon.demo import galcore

TOOLS = ("insmod", "rmmod", "modinfo")


def main(arguments: Sequence[str]) -> int:
    """Do what the tool does to the root: `ROOT TOOL ARG…`. The status is 0, or 1 with a message on stderr."""
    root, tool, *rest = arguments
    galcore.users(Path(root))  # on a real board the kernel counts them
    refusal = {"insmod": _insmod, "rmmod": _rmmod, "modinfo": _modinfo}[tool](Path(root), rest)
    if refusal is None:
        return 0
    sys.stderr.write(f"{tool}: ERROR: {refusal}\n")
    return 1


def _insmod(root: Path, arguments: Sequence[str]) -> str | None:
    """Run `insmod PATH [NAME=VALUE…]`. A path of the board is first looked up under its root."""
    if not arguments:
        return "missing filename."
    name, *settings = arguments
    under_root = root / name.lstrip("/")
    path = under_root if under_root.is_file() else Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"could not load module {name}: {error.strerror}"
    if not content.startswith(galcore.MODULE_MARK):
        return f"could not insert module {name}: Invalid module format"
    if galcore.is_loaded(root):
        return f"could not insert module {name}: File exists"
    galcore.load(root, {key: value for key, _, value in (setting.partition("=") for setting in settings)})
    return None


def _rmmod(root: Path, arguments: Sequence[str]) -> str | None:
    """Run `rmmod NAME`. Refused while a process has the device node open."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if not names:
        return "missing module name."
    for name in names:
        if Path(name).stem != "galcore" or not galcore.is_loaded(root):
            return f"Module {name} is not currently loaded"
        if galcore.users(root):
            return f"Module {name} is in use"
        galcore.unload(root)
    return None


def _modinfo(root: Path, arguments: Sequence[str]) -> str | None:
    """Run `modinfo -n galcore`, which prints the path of the module file, or `modinfo PATH` or `modinfo galcore`, which
    print what it holds."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if not names:
        return "missing module or filename."
    path = Path(names[0]) if "/" in names[0] else root / galcore.MODULE_FILE
    if ("/" not in names[0] and names[0] != "galcore") or not path.is_file():
        return f"Module {names[0]} not found."
    if "-n" in arguments:
        sys.stdout.write(f"{path}\n")
        return None
    content = path.read_bytes()
    if not content.startswith(galcore.MODULE_MARK):
        return f"could not get modinfo from '{path.stem}': Invalid argument"
    fields = content.removeprefix(galcore.MODULE_MARK).decode("utf-8", "replace").splitlines()
    lines = [f"filename:       {path}", *("{:<15} {}".format(*_field(field)) for field in fields)]
    sys.stdout.write("".join(line + "\n" for line in lines))
    return None


def _field(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name + ":", value
