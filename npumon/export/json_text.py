"""Documents as JSON text: strict (no NaN, no Infinity), with non-ASCII characters escaped in ASCII mode."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from npumon.core.run.report import RunReport
from npumon.export.drawing import PLAIN, Style
from npumon.export.run_document import Document, finite, iteration_document, profiles_of, run_frame

#: Where a run's iterations stand in a document of several lines, and in one of a single line. Neither can stand in a
#: text of the document: there a quotation mark is escaped.
_PLACE = '\n  "iterations": []'
_PLACE_IN_LINE = '"iterations":[]'


def json_document(document: Document, style: Style = PLAIN) -> str:
    """Render a document on several lines, with a final newline."""
    return json.dumps(finite(document), indent=2, ensure_ascii=style.ascii, allow_nan=False) + "\n"


def json_line(document: Document, style: Style = PLAIN) -> str:
    """Render a document on one line, with a newline."""
    return json.dumps(finite(document), ensure_ascii=style.ascii, allow_nan=False, separators=(",", ":")) + "\n"


def json_iteration(document: Document, style: Style = PLAIN, *, line: bool = False, first: bool = True) -> str:
    """Render an iteration as it stands in a run's document, of one line or of several.

    All but the first have a comma before them.
    """
    comma = "" if first else ","
    if line:
        return comma + json_line(document, style)[:-1]
    return comma + "\n    " + json_document(document, style)[:-1].replace("\n", "\n    ")


def json_run(
    report: RunReport, style: Style = PLAIN, iterations: Iterable[str] | None = None, *, line: bool = False
) -> Iterator[str]:
    """Yield a document of the schema `npumon.run/1` in pieces, so that it need not be held as a whole.

    `iterations` are texts of `json_iteration`, one behind the other, in pieces of any size; without them, the report's
    iterations are judged and rendered one by one.
    """
    whole = json_line(run_frame(report), style) if line else json_document(run_frame(report), style)
    place = _PLACE_IN_LINE if line else _PLACE
    head, _, tail = whole.partition(place)
    yield head + place[:-1]
    empty = True
    for text in _iterations(report, style, line) if iterations is None else iterations:
        yield text
        empty = False
    yield ("]" if line or empty else "\n  ]") + tail


def _iterations(report: RunReport, style: Style, line: bool) -> Iterator[str]:
    for position, profile in enumerate(profiles_of(report)):
        yield json_iteration(iteration_document(profile), style, line=line, first=not position)


def json_run_list(rows: Iterable[Document], style: Style = PLAIN) -> Iterator[str]:
    """Yield a document of the schema `npumon.run_list/1` row by row."""
    yield '{\n"schema": "npumon.run_list/1",\n"runs": ['
    for position, row in enumerate(rows):
        yield (",\n" if position else "\n") + json_document(row, style)[:-1]
    yield "\n]\n}\n"


def json_runs(documents: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a document of the schema `npumon.runs/1` from those of its runs, each in pieces."""
    yield '{\n"schema": "npumon.runs/1",\n"runs": ['
    for position, document in enumerate(documents):
        yield ",\n" if position else "\n"
        yield from document
    yield "]\n}\n"
