"""The module file to load: where it is, what modinfo says about it, and whether only root can change it."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from npumon.board.driver.system_tools import SystemTools
from npumon.board.roots import Roots
from npumon.board.sysfs import read_bytes
from npumon.core.chips import MODULE_PATHS, STATED_PARAMETERS
from npumon.core.driver.inputs import ModuleFile, Parameters
from npumon.core.text import visible

#: Seconds; it reads one file.
_LIMIT_S = 10.0
_BUILT_IN = "(builtin)"


def locate_module(roots: Roots, tools: SystemTools, kernel: str | None) -> str | None:
    """Return the path of galcore's module file for the running kernel: from modinfo, else from modules.dep, else the
    documented path. `(builtin)` if the driver is part of the kernel, None if there is no file."""
    result = tools.run("modinfo", ("-n", "galcore"), _LIMIT_S)
    if result.status == 0:
        path = result.output.strip()
        if path == _BUILT_IN or (os.path.isabs(path) and os.path.isfile(path)):
            return path
    found = find_module_file(roots, kernel)
    return None if found is None else str(found)


def configured_options(tools: SystemTools) -> Parameters:
    """Return the parameters that modprobe would give to galcore, from modprobe.d and the kernel's command line.

    insmod knows nothing of them. modprobe prints the commands it would run, the module's own last.
    """
    result = tools.run("modprobe", ("--show-depends", "galcore"), _LIMIT_S)
    last = result.output.splitlines()[-1:] if result.status == 0 else []
    command, path, *words = (*"".join(last).split(), "", "")
    if command != "insmod" or not os.path.basename(path).startswith("galcore.ko"):
        return ()
    return tuple((name, value) for name, sign, value in (word.partition("=") for word in words) if sign)


def is_built_in(path: str | None) -> bool:
    """Return whether that answer means that there is no file."""
    return path == _BUILT_IN


def read_module(path: Path, roots: Roots, tools: SystemTools, owners: frozenset[int]) -> ModuleFile:
    """Return what is known about a module file, with everything that keeps it from being loaded."""
    shown = str(path)
    if visible(shown) != shown or any(char.isspace() for char in shown):
        return ModuleFile(visible(shown), fault="has white space or invisible characters in its path")
    if not os.path.isfile(path):
        return ModuleFile(shown, fault="does not exist" if not os.path.lexists(path) else "is not a file")
    danger = find_danger(path, roots.root, owners)
    if danger is not None:  # not even read
        return ModuleFile(shown, danger=danger)
    result = tools.run("modinfo", (shown,), _LIMIT_S)
    if tools.find("modinfo") is None:
        return ModuleFile(shown)
    if result.status != 0:
        return ModuleFile(shown, fault=f"is not a kernel module ({result.last_message or 'modinfo failed'})")
    fields = [line.partition(":") for line in result.output.splitlines()]
    parameters = tuple(value.strip().partition(":")[0] for name, _, value in fields if name == "parm")
    vermagic = next((value.strip() for name, _, value in fields if name == "vermagic"), None)
    return ModuleFile(shown, vermagic or None, parameters or None)


_DEP_LIMIT = 8 * 1024 * 1024
_DEP_LINE = re.compile(rb"^((?:[^:\n]*/)?galcore\.ko(?:\.(?:xz|gz|zst))?):", re.MULTILINE)
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}")


def find_module_file(roots: Roots, kernel: str | None) -> Path | None:
    """Return the path of galcore.ko (also compressed) for this kernel release: from modules.dep, else the documented
    path."""
    if kernel is None or not _RELEASE.fullmatch(kernel):
        return None
    folder = roots.lib_modules / kernel
    listed = _DEP_LINE.findall(read_bytes(folder / "modules.dep", _DEP_LIMIT) or b"")
    for name in [line.decode("utf-8", "surrogateescape") for line in listed] + list(MODULE_PATHS):
        relative = Path(name)
        if relative.is_absolute() or ".." in relative.parts:
            continue
        if os.path.isfile(folder / relative):
            return folder / relative
    return None


def load_line(module_file: Path | None) -> str:
    """Return the command, for users to copy, that loads the driver with profiling on."""
    if module_file is None:
        path = f"/lib/modules/$(uname -r)/{MODULE_PATHS[0]}"
    else:
        path = shlex.quote(visible(str(module_file)))
    return " ".join(["sudo insmod", path, *(f"{name}={value}" for name, value in STATED_PARAMETERS)])


def reload_line(module_file: Path | None) -> str:
    """Return the same for a driver that is already loaded."""
    return f"sudo rmmod galcore && {load_line(module_file)}"


_MOST_LINKS = 40


def find_danger(path: Path, top: Path = Path("/"), owners: frozenset[int] = frozenset({0})) -> str | None:
    """Return who other than the `owners` (user ids) could change or replace the file, None if it is safe.

    The file is checked, every folder above it, and the same for the target of each symbolic link on the way. Folders
    above `top`, the root of the tree, are left out for paths below it. The answer is part of a sentence (`X is writable
    by all users`).
    """
    try:
        for parent in _path_components(path, top):
            danger = _danger(parent, owners)
            if danger is not None:
                return danger
    except OSError as error:
        return f"{visible(str(path))} cannot be examined: {error.strerror}"
    return None


def _path_components(path: Path, top: Path) -> Iterator[str]:
    """Yield every file, folder and link that the kernel passes on its way to the file, in that order."""
    waiting = list(reversed(Path(os.path.abspath(path)).parts))
    border = os.path.abspath(top)
    here, links = "", 0
    while waiting:
        name = waiting.pop()
        here = os.path.dirname(here) if name == ".." else os.path.join(here, name)
        if len(here) < len(border) and (border + "/").startswith(here.rstrip("/") + "/"):
            continue
        yield here
        if os.path.islink(here):
            links += 1
            if links > _MOST_LINKS:
                raise OSError(40, "too many links")
            target = os.readlink(here)
            waiting.extend(reversed(Path(target).parts))
            here = "" if target.startswith("/") else os.path.dirname(here)


def _danger(parent: str, owners: frozenset[int]) -> str | None:
    status = os.lstat(parent)
    name = visible(parent)
    if status.st_uid not in owners:
        return f"{name} belongs to {_user(status.st_uid)}"
    if stat.S_ISLNK(status.st_mode):  # a link has no mode of its own; the folder it lies in decides
        return None
    if status.st_mode & stat.S_IWOTH:
        return f"{name} is writable by all users"
    if status.st_mode & stat.S_IWGRP:
        return f"{name} is writable by a group"
    return None


def _user(uid: int) -> str:
    import pwd

    try:
        return f"user {visible(pwd.getpwuid(uid).pw_name)}"
    except KeyError:
        return f"user {uid}"
