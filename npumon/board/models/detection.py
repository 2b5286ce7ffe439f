"""The detection demos of the public demos: a program that runs one of several networks on a picture.

`detect_demo_picture/` holds `detect_demo_fb` (draws on the console) or `detect_demo_x11` (in a window), and pictures.
A program is run as `./detect_demo_fb -m TYPE -p PICTURE`; the types are numbers (Khadas' documentation of the demos).
The networks are in `nn_data`, a Git submodule, in the same folder or beside it. The programs in `detect_demo/` take
pictures from a camera and never end, so they are no models.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from npumon.board.models.entry import ModelEntry, named_files, plain
from npumon.board.models.labels import find_labels
from npumon.board.models.missing import missing_of
from npumon.board.models.walk import Folder

#: The program's numbers for networks, and the words by which the files of a network are known.
TYPES: tuple[tuple[int, str], ...] = (
    (0, "yoloface"),
    (1, "yolov2"),
    (2, "yolov3"),
    (3, "yolov3_tiny"),
    (4, "yolov4"),
    (11, "facenet"),
)
_PICTURES = (".bmp", ".jpg", ".jpeg", ".png")
#: The console needs no window system, so it comes first.
_PROGRAM = re.compile(r"detect_demo_(fb|x11)")
_NETWORKS = "nn_data"


def detection_entries(folder: Folder, found_under: Path) -> tuple[ModelEntry, ...]:
    """Return an entry for each network that a detection demo can run; none if the folder holds no such demo."""
    programs = sorted(name for name in folder.files if _PROGRAM.fullmatch(name))
    if not programs:
        return ()
    whole = Path(os.path.abspath(folder.path))
    networks = _networks(whole)
    picture = next((name for suffix in _PICTURES for name in folder.files if name.lower().endswith(suffix)), None)
    known = [(number, name, _of_type(name, networks)) for number, name in TYPES]
    there = [entry for entry in known if entry[2]] or known
    return tuple(_entry(whole, programs[0], number, name, files, picture, found_under) for number, name, files in there)


def _networks(folder: Path) -> tuple[str, ...]:
    """Return the network files of the demos, relative to the folder."""
    for prefix in (f"{_NETWORKS}/", f"../{_NETWORKS}/"):
        found = tuple(name for name in named_files(folder / prefix, prefix) if name.endswith(".nb"))
        if found:
            return found
    return ()


def _of_type(name: str, networks: Sequence[str]) -> tuple[str, ...]:
    """Return the files of a network: `yolov3_88.nb` is one of yolov3, `yolov3_tiny_88.nb` is not."""
    others = [other for _, other in TYPES if other != name and other.startswith(name)]

    def holds(file: str, word: str) -> bool:
        return plain(word) in plain(os.path.basename(file))

    return tuple(file for file in networks if holds(file, name) and not any(holds(file, other) for other in others))


def _entry(
    folder: Path,
    program: str,
    number: int,
    name: str,
    networks: tuple[str, ...],
    picture: str | None,
    found_under: Path,
) -> ModelEntry:
    labels = find_labels(folder)
    files = (*networks, *(() if picture is None else named_files(folder, "")))
    remarks = list(missing_of(folder, files, program))
    if not networks:
        remarks.append(f"no network for it in {_NETWORKS}: git submodule update --init")
    if picture is None:
        remarks.append("no picture to feed it")
    return ModelEntry(
        name=f"detect_{name}",
        kind="detection",
        folder=folder,
        command=(f"./{program}", "-m", str(number), *(() if picture is None else ("-p", picture))),
        found_under=found_under,
        labels=None if labels is None else str(labels),
        files=files,
        remarks=tuple(remarks),
    )
