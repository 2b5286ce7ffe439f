"""The models that can be run here, and the one that a user means by a name or a path."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from npumon.board.models.detection import detection_entries
from npumon.board.models.entry import RUN_SH, ModelEntry, run_sh_entry
from npumon.board.models.exported import exported_entries
from npumon.board.models.ksnn import ksnn_entries
from npumon.board.models.walk import Folder, walk
from npumon.core.chips import BOARDS
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

_SHOWN = 200
_LISTED = 5
_MOST_ENTRIES = 2_000


def find_models(roots: Sequence[Path], variant: str | None) -> tuple[ModelEntry, ...]:
    """Return every model below the given folders, by name, the variant for this chip first.

    `variant` is the chip's (VIM3, VIM3L), None if unknown. Missing folders are skipped, and a model that lies below two
    of them is listed once, under the first.
    """
    found: dict[tuple[str, str, str], ModelEntry] = {}
    for root in roots:
        for folder in walk(root):
            for entry in _entries_of(folder, variant, root):
                found.setdefault((os.path.realpath(entry.folder), entry.kind, entry.full_name), entry)
            if len(found) >= _MOST_ENTRIES:
                return _sorted(found.values())
    return _sorted(found.values())


def _entries_of(folder: Folder, variant: str | None, root: Path) -> tuple[ModelEntry, ...]:
    """Return the models of one folder. A run.sh says how a folder is run, so nothing else is looked for beside it but
    KSNN examples, whose variants it cannot tell apart."""
    examples = ksnn_entries(folder, variant, root)
    if RUN_SH in folder.files and os.path.isfile(folder.path / RUN_SH):
        return (run_sh_entry(folder.path, variant, root), *examples)
    return (*examples, *detection_entries(folder, root), *exported_entries(folder, root))


def resolve_model(text: str, entries: Sequence[ModelEntry], cwd: Path, variant: str | None = None) -> ModelEntry:
    """Return the model that a user means: by name, name/VARIANT, a folder with a run.sh, or a run.sh.

    Names come before paths, unless the text is plainly a path (`./x`, `/x`, `~/x`). `variant` is the chip's. Raises
    `ProblemError` (kind usage) if there is no such model or more than one.
    """
    if not text.strip():
        raise _usage("model.missing", "The model's name is empty", _how_to_find(text, entries))
    path = cwd / os.path.expanduser(text)
    named = () if text.startswith(("/", "./", "../", "~")) else _named(text, entries)
    if not named:
        return _at_path(text, path, entries, variant)
    here = [entry for entry in named if _same(entry.folder, path)]
    return _single(text, here or named)


def _sorted(entries: Iterable[ModelEntry]) -> tuple[ModelEntry, ...]:
    return tuple(
        sorted(
            entries,
            key=lambda entry: (entry.name.casefold(), not entry.preferred, str(entry.folder), entry.full_name),
        )
    )


def _named(text: str, entries: Sequence[ModelEntry]) -> tuple[ModelEntry, ...]:
    """Return the entries of that name, exactly or else in any letter case."""
    exact = tuple(entry for entry in entries if text in (entry.name, entry.full_name))
    folded = text.casefold()
    return exact or tuple(entry for entry in entries if folded in (entry.name.casefold(), entry.full_name.casefold()))


def _single(text: str, entries: Sequence[ModelEntry]) -> ModelEntry:
    """Return the one entry, or the one that suits the chip."""
    chosen = [entry for entry in entries if entry.preferred] or list(entries)
    if len(chosen) == 1:
        return chosen[0]
    parents = "; ".join(f"{entry.full_name} in {_shown(entry.folder)}" for entry in chosen[:_LISTED])
    raise _usage(
        "model.ambiguous",
        f"{_shown(text)} could be any of {len(chosen)} models: {parents}",
        "Name its folder instead, or name/VARIANT",
    )


def _at_path(text: str, path: Path, entries: Sequence[ModelEntry], variant: str | None) -> ModelEntry:
    if not os.path.exists(path):
        raise _usage("model.missing", f"There is no model {_shown(text)}", _how_to_find(text, entries))
    if os.path.isdir(path):
        return _in_folder(text, path, entries, variant)
    if path.name == RUN_SH:
        return _in_folder(text, path.parent, entries, variant)
    operand = shlex.quote(_shown(text))
    remedy = f"Name the command that runs it: npumon run -- {operand}"
    if path.suffix == ".nb":
        remedy = f"Name the program that loads it: npumon run -- PROGRAM {operand}"
    raise _usage("model.not_runnable", f"{_shown(text)} is neither a run.sh nor a folder with one", remedy)


def _in_folder(text: str, folder: Path, entries: Sequence[ModelEntry], variant: str | None) -> ModelEntry:
    """Return the model of a folder: its run.sh, else what is known to be in it (a folder of variants, a KSNN example, a
    project)."""
    if os.path.isfile(folder / RUN_SH):
        known = [entry for entry in entries if entry.kind == "run.sh" and _same(entry.folder, folder)]
        return known[0] if known else run_sh_entry(folder, variant, folder)
    inside = [run_sh_entry(folder / name, variant, folder) for name in BOARDS if os.path.isfile(folder / name / RUN_SH)]
    inside += [entry for entry in entries if entry.kind != "run.sh" and _belongs_to(entry, folder)]
    if inside:
        return _single(text, inside)
    raise _usage(
        "model.not_runnable",
        f"The folder {_shown(text)} has no run.sh",
        "Name the command that runs the model: npumon run -- COMMAND",
    )


def _belongs_to(entry: ModelEntry, folder: Path) -> bool:
    """Return whether a model lies in the folder; an exported program does so in a folder below it."""
    return _same(entry.folder, folder) or (entry.kind == "exported" and _same(entry.folder.parent, folder))


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _how_to_find(text: str, entries: Sequence[ModelEntry]) -> str:
    """Suggest similar names, or else how to run a program that is not among the models."""
    if not entries:
        return "No models were found. Name a folder with a run.sh, or a command: npumon run -- COMMAND"
    by_folded = {name.casefold(): name for entry in entries for name in (entry.full_name, entry.name)}
    near = difflib.get_close_matches(text[:_SHOWN].casefold(), by_folded, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(by_folded[name] for name in near)}? npumon models lists them all"
    return "npumon models lists all models. To run a program: npumon run -- COMMAND"


def _shown(text: str | Path) -> str:
    return visible(str(text))[:_SHOWN]


def _usage(problem: str, what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem(problem, f"{what}.", f"{remedy}.", "usage"))
