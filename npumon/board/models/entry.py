"""A model that can be run, and how it is read from a folder with a `run.sh`.

The public demos have `inceptionv3/VIM3/run.sh` and `inceptionv3/VIM3L/run.sh`, one for each chip, with images and
labels one folder up; others are a plain folder with a run.sh. The script's paths are relative to its folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple

from npumon.board.models.labels import find_labels
from npumon.board.models.missing import missing_of
from npumon.board.sysfs import read_bytes
from npumon.core.chips import BOARDS
from npumon.core.text import visible

RUN_SH = "run.sh"

LIBRARIES_AND_IMAGES = (".so", ".jpg", ".jpeg", ".png", ".bmp")
#: Files of models whose contents npumon does not know: weights of graphs that are compiled at each start, and inputs.
UNKNOWN_CONTENTS = (".data", ".tensor", ".dat", ".qnt", ".txt")
_BY_SUFFIX = (".nb", *LIBRARIES_AND_IMAGES)
#: The names that the GX8002's compiler and SDK use.
_HEADERS = ("model.h", "model_xip.h")
#: The first bytes of an NBG and of gxnpuc's container, regardless of the file's name.
_MAGICS = (b"VPMN", b"NPUB")
#: A line that runs a program of the script's folder, behind variables if there are any: `./inceptionv3 inception.nb`.
_RUNS = re.compile(rb"^[ \t]*(?:[A-Za-z_]\w*=[^\s'\"]*[ \t]+)*(\./[\w.+-]+)(?=[ \t\r;&|]|$)", re.MULTILINE)
_SCRIPT_BYTES = 16_384
_MOST_FILES = 50
_MOST_LOOKED_INTO = 200


#: How a model was found: a folder with a run.sh, a KSNN example, a detection demo, a C project of Acuity's exporter, a
#: command line that the user entered.
Kind = Literal["run.sh", "ksnn", "detection", "exported", "own"]


class ModelEntry(NamedTuple):
    """A model that can be run.

    `name` is what users see and type; several entries may share one and differ in `variant` (VIM3, VIM3L; None for a
    model with only one variant). `preferred` is False for a variant that was made for another chip; one of the
    `remarks` then says so. `command` is run in `folder`, with `environment` added; `line` is what the user entered,
    None for a model that was found. `files` are the network, library and image files that belong to it, relative to
    `folder`.

    `name`, `note`, `remarks` and `files` are visible text. `folder`, `command`, `labels` and `found_under` are the real
    paths: pass them through `core.text.visible` before you print them.
    """

    name: str
    kind: Kind
    folder: Path
    command: tuple[str, ...]
    found_under: Path
    variant: str | None = None
    preferred: bool = True
    labels: str | None = None
    files: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    line: str | None = None

    @property
    def note(self) -> str | None:
        """All remarks in a line."""
        return "; ".join(self.remarks) or None

    @property
    def full_name(self) -> str:
        """The name with the variant, `inceptionv3/VIM3`, which selects one entry."""
        return f"{self.name}/{self.variant}" if self.variant else self.name


def suits(variant: str | None, chip_variant: str | None) -> tuple[bool, str | None]:
    """Return whether a model for `variant` is the one to use on this chip, and a remark if there is one."""
    if variant is None or variant == chip_variant:
        return True, None
    if chip_variant is not None:
        return False, f"made for the {variant}; this board is a {chip_variant}"
    if variant == BOARDS[0]:
        return True, f"the chip is unknown; {variant} is assumed"
    return False, f"made for the {variant}; the chip is unknown"


def run_sh_entry(folder: Path, chip_variant: str | None, found_under: Path) -> ModelEntry:
    """Return the entry of a folder that holds a run.sh."""
    whole = Path(os.path.abspath(folder))
    variant = next((known for known in BOARDS if whole.name.upper() == known), None)
    preferred, note = suits(variant, chip_variant)
    labels = find_labels(whole)
    files = named_files(whole, "") + (named_files(whole.parent, "../") if variant else ())
    remarks = [*([note] if note else ()), *missing_of(whole, files, _program(whole / RUN_SH))]
    return ModelEntry(
        name=visible((whole.parent if variant else whole).name or "/"),
        kind="run.sh",
        folder=whole,
        command=_command(whole / RUN_SH),
        found_under=found_under,
        variant=variant,
        preferred=preferred,
        labels=None if labels is None else str(labels),
        files=files,
        remarks=tuple(remarks),
    )


def named_files(folder: Path, prefix: str) -> tuple[str, ...]:
    """Return the network, library and image files directly in a folder, each after `prefix`: visible text, at most
    50."""
    names = names_in(folder)
    known = {name for name in names if name.lower().endswith(_BY_SUFFIX) or name in _HEADERS}
    others = [name for name in names if name not in known][:_MOST_LOOKED_INTO]
    known.update(name for name in others if read_bytes(folder / name, 4) in _MAGICS)
    return tuple(prefix + visible(name) for name in sorted(known)[:_MOST_FILES])


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, in order; none if it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []


def plain(name: str) -> str:
    """Return the letters and digits of a name, in small letters: by them files that belong together are told."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def operand(name: str) -> str:
    """Keep a file whose name begins with a dash from being taken for an option."""
    return f"./{name}" if name.startswith("-") else name


def _program(script: Path) -> str | None:
    """Return the program of its own folder that a script runs first; None if it runs none."""
    found = _RUNS.search(read_bytes(script, _SCRIPT_BYTES) or b"")
    return None if found is None else os.fsdecode(found[1])


def _command(script: Path) -> tuple[str, ...]:
    """Return the script itself, or the shell with it if it is not executable or names no interpreter."""
    if os.access(script, os.X_OK) and (read_bytes(script, 2) or b"") == b"#!":
        return (f"./{script.name}",)
    return ("/bin/sh", script.name)
