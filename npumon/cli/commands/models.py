"""`npumon models`: what can be run here, and where it was found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.paths import expanded, shown
from npumon.core.problems import Problem
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.models.entry import ModelEntry
    from npumon.cli.context import CommandContext

_REMEDY = (
    "Name a folder with a run.sh in it, or get the demos: "
    "git clone --recursive https://github.com/khadas/aml_npu_demo_binaries ~/aml_npu_demo_binaries"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    parser.usage = "npumon models [option ...] [FOLDER ...]"
    parser.add_argument(
        "folders", nargs="*", default=(), metavar="FOLDER", help="where to look (default: here and models.roots)"
    )


def run(args: argparse.Namespace, place: CommandContext) -> int:
    """List the models; the status is 3 when there is none."""
    form = place.format("text", "json", "csv")
    folders = [Path(expanded(folder)) for folder in args.folders] or None
    for folder in folders or ():
        if not folder.is_dir():
            what = f"{shown(str(folder))} is not a folder."
            place.diagnostics.warning(Problem("models.folder", what, "Name a folder.", "usage"))
    entries = place.models(folders)
    if form == "json":
        from npumon.export.json_text import json_document

        document = {
            "schema": "npumon.modellist/1",
            "demo": place.wants_demo,
            "models": [_document(entry, place) for entry in entries],
        }
        place.output.document(json_document(document, place.output.style))
    elif form == "csv":
        place.output.document(_csv(entries, place))
        place.note_demo()
    elif entries:
        place.output.text(_text(entries, place))
    if not entries:
        searched = ", ".join(shown(str(folder)) for folder in folders or place.model_folders)
        place.diagnostics.error(Problem("models.none", f"No model was found under {searched}.", _REMEDY, "unavailable"))
        return status.UNAVAILABLE
    return status.DONE


def _document(entry: ModelEntry, place: CommandContext) -> dict[str, object]:
    return {
        "name": entry.name,
        "variant": entry.variant,
        "preferred": entry.preferred,
        "kind": entry.kind,
        "folder": visible(place.on_board(str(entry.folder))),
        "command": [visible(word) for word in entry.command],
        "labels": None if entry.labels is None else visible(place.on_board(entry.labels)),
        "files": list(entry.files),
        "found_under": visible(place.on_board(str(entry.found_under))),
        "note": entry.note,
    }


def _csv(entries: tuple[ModelEntry, ...], place: CommandContext) -> str:
    import csv
    import io

    from npumon.export.csv_rows import cell

    names = ("name", "variant", "preferred", "kind", "folder", "command", "labels", "note")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for entry in entries:
        document = _document(entry, place) | {"command": " ".join(visible(word) for word in entry.command)}
        writer.writerow(cell(document[name]) for name in names)
    return buffer.getvalue()


def _text(entries: tuple[ModelEntry, ...], place: CommandContext) -> str:
    """A line for each model; the ones for this chip first, as `npumon run NAME` takes them."""
    from npumon.export.drawing import columns, plain, table

    style = place.output.style
    ordered = sorted(entries, key=lambda entry: not entry.preferred)
    rows = [
        (
            entry.name,
            entry.variant or "",
            entry.kind,
            shown(place.on_board(str(entry.folder))),
            entry.note or "",
        )
        for entry in ordered
    ]
    head = ("model", "variant", "kind", "folder", "")
    # Whole, whatever the width: a folder that is cut cannot be used.
    widths = [max(columns(plain(row[column], style)) for row in (head, *rows)) for column in range(len(head))]
    lines = table(head, rows, widths, style)
    return ("DEMO\n" if place.wants_demo else "") + "\n".join(lines)
