"""JSON is strict, whatever it is made of."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import NoReturn

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.run.report import RunReport
from npumon.export.drawing import PLAIN, Style
from npumon.export.json_text import json_document, json_line, json_run, json_run_list, json_runs
from npumon.export.run_document import iteration_line, profiles_of, run_document

ReportFrom = Callable[..., RunReport]
ASCII = Style(ascii=True)


def strict(text: str) -> object:
    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@given(st.data(), st.sampled_from((PLAIN, ASCII)))
def test_any_report_is_strict_and_reads_back(
    any_report: st.SearchStrategy[RunReport], data: st.DataObject, style: Style
) -> None:
    report = data.draw(any_report)
    document = run_document(report)
    for text in (json_document(document, style), json_line(document, style)):
        assert strict(text) == document
        assert text.isascii() or not style.ascii
        text.encode()
    assert "\n" not in json_line(document, style)[:-1]
    assert "".join(json_run(report, style)) == json_document(document, style)
    assert "".join(json_run(report, style, line=True)) == json_line(document, style)
    for profile in profiles_of(report):
        line = iteration_line(report.number, profile, demo=report.demo)
        assert strict(json_line(line, style)) == line


@given(st.lists(st.floats() | st.text(), max_size=5))
def test_any_values_are_strict(values: list[float | str]) -> None:
    kept = [None if isinstance(value, float) and not math.isfinite(value) else value for value in values]
    assert strict(json_document({"values": values}, ASCII)) == {"values": kept}


def test_documents_end_their_lines(seed_report: RunReport) -> None:
    document = run_document(seed_report)
    assert json_document(document).startswith('{\n  "schema": "npumon.run/1",\n')
    assert json_document(document).endswith("\n}\n")
    assert json_line(document).startswith('{"schema":"npumon.run/1",')
    assert json_line(document).endswith("}\n")


def test_characters_beyond_ascii_are_escaped_only_in_ascii_style() -> None:
    assert json_line({"label": "金魚"}) == '{"label":"金魚"}\n'
    assert json_line({"label": "金魚"}, ASCII) == '{"label":"\\u91d1\\u9b5a"}\n'


def test_several_runs_are_one_document_a_run_at_a_time(seed_report: RunReport, report_from: ReportFrom) -> None:
    reports = [seed_report, report_from("")]
    text = "".join(json_runs(map(json_run, reports)))
    assert strict(text) == {"schema": "npumon.runs/1", "runs": [run_document(each) for each in reports]}
    assert strict("".join(json_runs([]))) == {"schema": "npumon.runs/1", "runs": []}


def test_iterations_rendered_beforehand_take_their_place(seed_report: RunReport) -> None:
    assert "".join(json_run(seed_report, iterations=["1", ",2"])).count('"iterations": [1,2\n  ],\n') == 1
    assert '"iterations": [],' in "".join(json_run(seed_report, iterations=[]))


def test_a_list_is_one_document() -> None:
    assert strict("".join(json_run_list([{"run": 1}, {"run": 2}]))) == {
        "schema": "npumon.run_list/1",
        "runs": [{"run": 1}, {"run": 2}],
    }
    assert strict("".join(json_run_list([]))) == {"schema": "npumon.run_list/1", "runs": []}
