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
    "Name a folder that contains a run.sh, or get the demos: "
    "git clone --recursive https://github.com/khadas/aml_npu_demo_binaries ~/aml_npu_demo_binaries"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon models [option ...] [FOLDER ...]"
    parser.add_argument(
        "folders", nargs="*", default=(), metavar="FOLDER", help="where to search (default: here and models.roots)"
    )


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """List the models; the status is 3 when there is none."""
    form = ctx.format("text", "json", "csv")
    folders = [Path(expanded(folder)) for folder in args.folders] or None
    for folder in folders or ():
        if not folder.is_dir():
            what = f"{shown(str(folder))} is not a folder."
            ctx.diagnostics.warning(Problem("models.folder", what, "Name a folder.", "usage"))
    entries = ctx.models(folders)
    if form == "json":
        from npumon.export.json_text import json_document

        document = {
            "schema": "npumon.modellist/1",
            "demo": ctx.wants_demo,
            "models": [_document(entry, ctx) for entry in entries],
        }
        ctx.output.document(json_document(document, ctx.output.style))
    elif form == "csv":
        ctx.output.document(_csv(entries, ctx))
        ctx.note_demo()
    elif entries:
        ctx.output.text(_text(entries, ctx))
    if not entries:
        searched = ", ".join(shown(str(folder)) for folder in folders or ctx.backend.model_folders)
        ctx.diagnostics.error(Problem("models.none", f"No model was found under {searched}.", _REMEDY, "unavailable"))
        return status.UNAVAILABLE
    return status.DONE


def _document(entry: ModelEntry, ctx: CommandContext) -> dict[str, object]:
    return {
        "name": entry.name,
        "variant": entry.variant,
        "preferred": entry.preferred,
        "kind": entry.kind,
        "folder": visible(ctx.backend.on_board(str(entry.folder))),
        "command": [visible(word) for word in entry.command],
        "labels": None if entry.labels is None else visible(ctx.backend.on_board(entry.labels)),
        "files": list(entry.files),
        "found_under": visible(ctx.backend.on_board(str(entry.found_under))),
        "note": None if entry.note is None else ctx.backend.on_board(entry.note),
        "environment": {name: visible(value) for name, value in entry.environment},
    }


def _csv(entries: tuple[ModelEntry, ...], ctx: CommandContext) -> str:
    import csv
    import io

    from npumon.export.csv_rows import cell

    names = ("name", "variant", "preferred", "kind", "folder", "command", "labels", "note")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for entry in entries:
        document = _document(entry, ctx) | {"command": " ".join(visible(word) for word in entry.command)}
        writer.writerow(cell(document[name]) for name in names)
    return buffer.getvalue()


def _text(entries: tuple[ModelEntry, ...], ctx: CommandContext) -> str:
    """Return a line for each model; the ones for this chip first, as `npumon run NAME` takes them."""
    from npumon.core.layout import cell_width
    from npumon.export.drawing import plain, table

    style = ctx.output.style
    ordered = sorted(entries, key=lambda entry: not entry.preferred)
    rows = [
        (
            entry.name,
            entry.variant or "",
            entry.kind,
            shown(ctx.backend.on_board(str(entry.folder))),
            "  ".join(filter(None, (entry.line and visible(entry.line), ctx.backend.on_board(entry.note or "")))),
        )
        for entry in ordered
    ]
    head = ("model", "variant", "kind", "folder", "")
    # Whole, whatever the width: a folder that is cut cannot be used.
    widths = [max(cell_width(plain(row[column], style)) for row in (head, *rows)) for column in range(len(head))]
    lines = table(head, rows, widths, style)
    return ("DEMO\n" if ctx.wants_demo else "") + "\n".join(lines)
