"""C projects as Acuity's exporter writes them: a program in `bin_r`, built of sources that lie beside the network.

    net_nbg_unify/bin_r/net            the program; `bin_r_cv4` and so on for other sets of libraries
    net_nbg_unify/net.nb               its network, or net.export.data, which is compiled at each start
    net_nbg_unify/nbg_meta.json        names and shapes of its inputs

It is run as `./net ../net.nb INPUT …` in the folder of the program (prompts in public logs).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from npumon.board.models.entry import ModelEntry, names_in, operand
from npumon.board.models.labels import find_labels
from npumon.board.models.missing import missing_of
from npumon.board.models.walk import Folder
from npumon.board.sysfs import read_bytes
from npumon.core.text import visible

_BUILT = re.compile(r"bin_r(?:_\w{1,20})?")
_META = "nbg_meta.json"
_META_BYTES = 4 << 20
_NETWORKS = (".nb", ".export.data")
#: What a program of the exporter takes as an input, pictures first.
_INPUTS = (".jpg", ".jpeg", ".png", ".bmp", ".tensor", ".dat", ".qnt", ".bin", ".txt")
_NO_INPUTS = ("labels", "license", "readme", "inputmeta")
_ELF = b"\x7fELF"
_MOST_INPUTS = 16
_MOST_PROGRAMS = 10


def exported_entries(folder: Folder, found_under: Path) -> tuple[ModelEntry, ...]:
    """Return an entry for each program of a project; none if the folder is not one. The sets of libraries that a
    program was built for are variants of it in the name only."""
    networks = [name for name in folder.files if name.endswith(_NETWORKS)]
    built = sorted(name for name in folder.folders if _BUILT.fullmatch(name))
    if not networks or not built:
        return ()
    whole = Path(os.path.abspath(folder.path))
    inputs = _inputs_wanted(whole)
    return tuple(
        _entry(whole, place, program, _network_of(program, networks), inputs, found_under)
        for place in built
        for program in _programs(whole / place)
    )


def _programs(folder: Path) -> list[str]:
    """Return the executables: files of the linker, whatever their mode, because copying may have taken the x bit."""
    names = [name for name in names_in(folder) if "." not in name]
    return [name for name in names if read_bytes(folder / name, len(_ELF)) == _ELF][:_MOST_PROGRAMS]


def _network_of(program: str, networks: list[str]) -> str:
    """Return the network that is named like the program, else an NBG, else the first one."""
    return min(networks, key=lambda name: (not name.startswith(program + "."), not name.endswith(".nb"), name))


def _inputs_wanted(folder: Path) -> int:
    """Return how many inputs the network has, by its description; 1 if that does not say."""
    import json  # most searches meet no such project

    try:
        document = json.loads(read_bytes(folder / _META, _META_BYTES) or b"")
    except (ValueError, RecursionError):
        return 1
    inputs = document.get("Inputs") if isinstance(document, dict) else None
    return min(len(inputs), _MOST_INPUTS) if isinstance(inputs, dict | list) and inputs else 1


def _inputs(place: Path, whole: Path, wanted: int) -> list[str]:
    """Return files that may be the inputs, relative to the program's folder."""
    found: list[str] = []
    for folder, prefix in ((place, ""), (whole, "../")):
        names = [name for name in names_in(folder) if name.lower().endswith(_INPUTS)]
        names = [name for name in names if not any(word in name.lower() for word in _NO_INPUTS)]
        names.sort(key=lambda name: next(rank for rank, end in enumerate(_INPUTS) if name.lower().endswith(end)))
        found += [prefix + name for name in names]
    return [operand(name) for name in found[:wanted]]


def _entry(whole: Path, place: str, program: str, network: str, wanted: int, found_under: Path) -> ModelEntry:
    folder = whole / place
    inputs = _inputs(folder, whole, wanted)
    labels = find_labels(folder)
    files = (f"../{network}", *inputs)
    remarks = list(missing_of(folder, files, program))
    if len(inputs) < wanted:
        inputs_word = "no input" if wanted == 1 else f"{len(inputs)} of {wanted} inputs"
        remarks.append(f"{inputs_word} beside it: put a picture or a .tensor file into {visible(place)}")
    return ModelEntry(
        name=visible(program if place == "bin_r" else f"{program}-{place.removeprefix('bin_r_')}"),
        kind="exported",
        folder=folder,
        command=(f"./{program}", f"../{network}", *inputs),
        found_under=found_under,
        labels=None if labels is None else str(labels),
        files=tuple(map(visible, files)),
        remarks=tuple(remarks),
    )
