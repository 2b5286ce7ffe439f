"""Model files as CSV: a row for each model, or for each difference of two. RFC 4180; lines end in a line feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from npumon.export.csv_rows import cell
from npumon.modelfile.description import ModelFile
from npumon.modelfile.diff import ModelDiff
from npumon.modelfile.document import COLUMNS, row

MODEL_HEADER = ",".join(COLUMNS) + "\n"


def model_row(model: ModelFile, path: str) -> str:
    """Render one model's row."""
    cells = row(model, path)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cell(cells[name]) for name in COLUMNS)
    return buffer.getvalue()


DIFF_HEADER = "part,name,change,before,after,delta\n"


def diff_rows(diff: ModelDiff, sentences: Iterable[str] = ()) -> str:
    """Render the differences of two models, then what they mean; sizes and arrays that are the same are rows, too."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for cells in _differences(diff, sentences):
        writer.writerow(cell(value) for value in cells)
    return buffer.getvalue()


def _differences(diff: ModelDiff, sentences: Iterable[str]) -> Iterator[tuple[str | int | None, ...]]:
    yield "verdict", diff.verdict, None, None, None, None
    for size in diff.sizes:
        change = "same" if size.before == size.after else "different"
        yield "size", size.name, change, size.before, size.after, size.delta
    for content in diff.contents:
        yield "content", content.role, content.kind, None, None, content.different_bytes
    for tensor in diff.tensors:
        yield "tensor", tensor.name, tensor.kind, tensor.before, tensor.after, None
    for fact in diff.facts:
        yield "fact", fact.name, "different", fact.before, fact.after, None
    for sentence in sentences:
        yield "consequence", sentence, None, None, None, None
