"""KSNN examples: Python programs that run a network on the NPU through Khadas' Python binding.

An example folder holds `NAME.py`, `models/VIM3/NAME.nb` (or VIM3L), `libs/libnn_NAME.so` and pictures. It is run as
`python3 NAME.py --model FILE --library FILE --picture FILE --level 2`; level 2 prints the profiler's text
(Khadas KSNN documentation).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from npumon.board.models.entry import ModelEntry, names_in, operand, plain, suits
from npumon.board.models.labels import find_labels
from npumon.board.models.missing import missing_of
from npumon.board.models.walk import Folder
from npumon.core.chips import BOARDS
from npumon.core.text import visible

_MOST_NETWORKS = 50
_PICTURE = (".jpg", ".jpeg", ".png", ".bmp")
_PICTURE_FOLDERS = ("data", "images", "")
#: Camera versions of an example (`yolov3-cap.py`) take other arguments and never end.
_CAMERA = re.compile(r"[-_]cap\b|camera", re.IGNORECASE)


def ksnn_entries(folder: Folder, chip_variant: str | None, found_under: Path) -> tuple[ModelEntry, ...]:
    """Return an entry for each network of a KSNN example folder; none if the folder is not one."""
    if "models" not in folder.folders:
        return ()
    scripts = [name for name in folder.files if name.endswith(".py") and not _CAMERA.search(name)]
    if not scripts:
        return ()
    return tuple(
        _entry(folder.path, script, network, variant, suits(variant, chip_variant), found_under)
        for variant, network in _networks(folder.path)
        if (script := _script_for(network, scripts)) is not None
    )


def _networks(folder: Path) -> list[tuple[str | None, Path]]:
    """Return the `.nb` files by variant, relative to the folder; those for all chips lie in `models` itself."""
    found: list[tuple[str | None, Path]] = []
    for variant in (None, *BOARDS):
        parent = Path("models") / variant if variant else Path("models")
        found.extend((variant, parent / name) for name in names_in(folder / parent) if name.endswith(".nb"))
    return found[:_MOST_NETWORKS]


def _script_for(network: Path, scripts: list[str]) -> str | None:
    """Return the script named like the network (`mobilenetv2.py` for `mobilenet_v2.nb`), else the only script."""
    wanted = plain(network.stem)
    for script in scripts:
        if plain(script[:-3]) == wanted:
            return script
    alike = [script for script in scripts if plain(script[:-3]) and plain(script[:-3]) in wanted]
    if alike:
        return max(alike, key=len)
    return scripts[0] if len(scripts) == 1 else None


def _entry(
    folder: Path,
    script: str,
    network: Path,
    variant: str | None,
    suitable: tuple[bool, str | None],
    found_under: Path,
) -> ModelEntry:
    whole = Path(os.path.abspath(folder))
    library, picture = _library_for(whole, network), _picture_for(whole, network)
    preferred, note = suitable
    remarks = [note] if note else []
    command = ["python3", operand(script), "--model", str(network)]
    for option, file, absent in (
        ("--library", library, "no library for it under libs"),
        ("--picture", picture, "no picture to feed it"),
    ):
        if file is None:
            remarks.append(absent)
        else:
            command += [option, str(file)]
    files = tuple(str(file) for file in (network, library, picture) if file is not None)
    remarks += missing_of(whole, files, None)
    labels = find_labels(whole)
    return ModelEntry(
        name=visible(network.stem),
        kind="ksnn",
        folder=whole,
        command=(*command, "--level", "2"),
        found_under=found_under,
        variant=variant,
        preferred=preferred,
        labels=None if labels is None else str(labels),
        files=tuple(map(visible, files)),
        remarks=tuple(remarks),
    )


def _library_for(folder: Path, network: Path) -> Path | None:
    libraries = [name for name in names_in(folder / "libs") if name.startswith("libnn_") and name.endswith(".so")]
    for name in libraries:
        if plain(name[len("libnn_") : -len(".so")]) == plain(network.stem):
            return Path("libs") / name
    return Path("libs") / libraries[0] if len(libraries) == 1 else None


def _picture_for(folder: Path, network: Path) -> Path | None:
    """Return the first picture in the usual places, preferably one named after the network."""
    for parent in _PICTURE_FOLDERS:
        pictures = [name for name in names_in(folder / parent) if name.lower().endswith(_PICTURE)]
        if pictures:
            pictures.sort(key=lambda name: plain(network.stem) not in plain(name))
            return Path(parent) / pictures[0]
    return None
