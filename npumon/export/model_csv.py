"""Model files as CSV: one row per model. RFC 4180 quoting; lines end in a line feed."""

from __future__ import annotations

import csv
import io

from npumon.export.csv_rows import cell
from npumon.modelfile.description import ModelFile
from npumon.modelfile.document import COLUMNS, row

MODEL_HEADER = ",".join(COLUMNS) + "\n"


def model_row(model: ModelFile, path: str) -> str:
    """Render one model's row."""
    cells = row(model, path)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cell(cells[name]) for name in COLUMNS)
    return buffer.getvalue()
