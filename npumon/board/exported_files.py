"""New files for what is exported: their names, where they go, and pictures as pixels."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from importlib import import_module
from importlib.util import find_spec

from npumon.core.problems import Problem, ProblemError

Shown = Callable[[str], str]

#: What the names of models may bring into the names of files, and how much of it.
_UNSUITABLE = re.compile(r"[^A-Za-z0-9._+-]+")
_LONGEST = 60
#: Files of one name, told apart by numbers.
_MOST = 1000
#: Seconds that a picture may take to become pixels.
_PATIENCE_S = 30.0

#: What makes pixels of an SVG: a program of librsvg's, or a Python package.
_PROGRAM, _PACKAGE = "rsvg-convert", "cairosvg"
WITHOUT_PNG = "PNG needs rsvg-convert (apt install librsvg2-bin) or cairosvg"


def stem(model: str | None, started_at: str | None = None) -> str:
    """Return the name of a file without its ending: `npumon-inceptionv3-20261122T031800`.

    `started_at` is ISO 8601 in UTC; without it, it is now.
    """
    moment = started_at or datetime.now(timezone.utc).isoformat()
    name = _UNSUITABLE.sub("_", model or "").strip("._")[:_LONGEST]
    return "-".join(filter(None, ("npumon", name, re.sub(r"[^0-9T]", "", moment[:19]))))


def written(folders: Sequence[str], name: str, ending: str, data: str | bytes, shown: Shown) -> str:
    """Write a new file in the first of the folders that takes it, and return its path for people, as `shown` makes it.
    Never replaces one.

    Raises `ProblemError` when none does.
    """
    first, *further = folders
    content = data.encode() if isinstance(data, str) else data
    try:
        return _written(first, name, ending, content, shown)
    except ProblemError:
        if not further:
            raise
    return written(further, name, ending, content, shown)


def _written(folder: str, name: str, ending: str, data: bytes, shown: Shown) -> str:
    path = folder
    try:
        os.makedirs(folder, exist_ok=True)
        for number in range(1, _MOST):
            path = os.path.join(folder, f"{name}{'' if number == 1 else f'-{number}'}{ending}")
            try:
                with open(path, "xb") as file:
                    file.write(data)
            except FileExistsError:
                continue
            return shown(path)
    except OSError as error:
        what = f"{shown(path)} cannot be written: {error.strerror}."
        raise ProblemError(Problem("monitor.write", what, "Set export.folder to one you may write to.")) from error
    raise ProblemError(Problem("monitor.write", f"{shown(folder)} has too many files named {name}.", "Remove some."))


def without_png() -> str | None:
    """Return why no PNG can be made here; None if it can."""
    return None if shutil.which(_PROGRAM) is not None or find_spec(_PACKAGE) is not None else WITHOUT_PNG


def png_of(svg: str) -> bytes:
    """Return the picture as PNG. Raises `ProblemError` if that is not possible."""
    program = shutil.which(_PROGRAM)
    try:
        if program is None:
            pixels: bytes = import_module(_PACKAGE).svg2png(bytestring=svg.encode())
            return pixels
        done = subprocess.run([program], input=svg.encode(), capture_output=True, timeout=_PATIENCE_S, check=True)
    except (ImportError, OSError, ValueError, subprocess.SubprocessError) as error:
        raise ProblemError(Problem("monitor.png", "The picture did not become a PNG.", f"{WITHOUT_PNG}.")) from error
    return done.stdout
