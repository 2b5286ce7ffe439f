"""Documents as JSON text: strict (no NaN, no Infinity), with non-ASCII characters escaped in ASCII mode."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from npumon.core.run.report import RunReport
from npumon.export.drawing import PLAIN, Style
from npumon.export.run_document import Document, finite, run_document


def json_document(document: Document, style: Style = PLAIN) -> str:
    """Render a document on several lines, with a final newline."""
    return json.dumps(finite(document), indent=2, ensure_ascii=style.ascii, allow_nan=False) + "\n"


def json_line(document: Document, style: Style = PLAIN) -> str:
    """Render a document on one line, with a newline."""
    return json.dumps(finite(document), ensure_ascii=style.ascii, allow_nan=False, separators=(",", ":")) + "\n"


def json_runs(reports: Iterable[RunReport], style: Style = PLAIN) -> Iterator[str]:
    """Yield a document of the schema `npumon.runs/1` run by run, so that any number of runs needs the memory of one."""
    yield '{\n"schema": "npumon.runs/1",\n"runs": ['
    for position, report in enumerate(reports):
        yield ("," if position else "") + "\n" + json_document(run_document(report), style).rstrip("\n")
    yield "\n]\n}\n"
