"""Model files as CSV: one row a model. RFC 4180 quoting, lines end in a line feed."""

from __future__ import annotations

import csv
import io

from npumon.modelfile.description import ModelFile
from npumon.modelfile.document import COLUMNS, row

MODEL_HEADER = ",".join(COLUMNS) + "\n"
#: Text cells that a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@")


def model_row(model: ModelFile, path: str) -> str:
    """One model's row. An apostrophe before what would start a formula makes it plain text in spreadsheets."""
    cells = row(model, path)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(_cell(cells[name]) for name in COLUMNS)
    return buffer.getvalue()


def _cell(value: str | int | bool | None) -> str | int | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
