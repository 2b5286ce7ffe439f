"""A run as Markdown, read by a Markdown parser: tables stay tables, and text from outside is only text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from npumon.core.profile import Detection, Diagnostic, TopEntry
from npumon.core.run.conditions import Conditions
from npumon.core.run.report import RunInfo, RunReport
from npumon.export.run_markdown import foreign, run_markdown

ReportFrom = Callable[..., RunReport]
PARSER = MarkdownIt("commonmark").enable("table")

OPERATION = (
    "layer_id: {0} layer name:{1} operation[{0}]:CONVOLUTION target:VXNNE_OPERATION_TARGET_NN.\n"
    "execution time: {2} us\n"
)
HOSTILE = (
    "a|b", "a\\|b", "`", "``` x", "<script>alert(1)</script>", "[x](http://y)", "![x](y)", "**bold**", "# head",
    "- item", "1. one", "&lt;b&gt;", "http://x.y", "<http://x.y>", "www.x.y", "a@b.c", "$x$", "~~x~~", "\\", "|", "=",
    "+", " a ", "|---|", "a\\", "_x_",
)  # fmt: skip
WORDS = st.sampled_from(HOSTILE) | st.text(max_size=8)


def inline(text: str) -> Iterator[Any]:
    """The parsed pieces of all texts."""
    for token in PARSER.parse(text):
        assert token.type != "html_block", text
        yield from token.children or ()


def read_cell(text: str) -> str:
    """What a cell with this content, beside another one, is read as."""
    rows = [token for token in PARSER.parse(f"| a | b |\n| - | - |\n| {text} | end |\n") if token.type == "inline"]
    assert [row.content for row in rows[3:]] == ["end"], text
    found = "".join(piece.content for piece in rows[2].children or ())
    assert {piece.type for piece in rows[2].children or ()} <= {"text", "code_inline", "text_special"}, text
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_only_text(text: str) -> None:
    assert read_cell(foreign(text)).strip() == text.strip()


@given(WORDS, WORDS)
def test_no_text_is_markup(first: str, second: str) -> None:
    shown = foreign(first + second)
    assert "\n" not in shown
    read_cell(shown or "x")


def test_nothing_is_nothing() -> None:
    assert foreign("") == ""


def test_a_graph(report_from: ReportFrom) -> None:
    head = "Create Neural Network: 59ms or 59455us\nVerify...\nVerify Graph: 0ms or 823us\n"
    text = head + "".join(OPERATION.format(n, f"conv_{n}|x", 100 + n) for n in range(12))
    text += "Run the 1 time: 30.00ms or 30000.00us\nvxProcessGraph execution time:\nTotal   30.00ms or 30000.00us\n"
    written = run_markdown(report_from(text, info=RunInfo(model="m|n", started_at="2026-11-22T03:18:00+00:00")))
    assert "# m\\|n" in written
    assert "`2026-11-22T03:18:00+00:00`" in written
    assert "The first 10 of 12 by what they take." in written
    assert "## Where the time goes" in written
    tables = [token for token in PARSER.parse(written) if token.type == "table_open"]
    assert len(tables) >= 3
    assert "| conv\\_11\\|x |" in written


def test_the_real_run(seed_report: RunReport) -> None:
    written = run_markdown(seed_report)
    assert "## Bandwidth" in written
    assert "| total read | 71.70 |" in written
    assert "| 1 | 2 | `goldfish` | 0.8340 |" in written
    assert "| utilization | 98.2 % |" in written
    assert "## Operations" not in written, "there is one"
    assert not [piece for piece in inline(written) if piece.type == "link_open"]


def test_statistics(report_from: ReportFrom) -> None:
    text = "".join(f"Run the {n} time: 20.00ms or {20_000 + n}.00us\n" for n in range(1, 6))
    written = run_markdown(report_from("Start run graph [5] times...\n" + text))
    assert "| iterations | 5, the first apart |" in written
    assert "| first iteration | 20.0 ms |" in written
    assert "| median of iterations |" in written
    report = report_from("Start run graph [5] times...\n" + text)
    statistics = report.metrics.statistics
    assert statistics is not None
    statistics = statistics._replace(approximate=True, without_first=False, std_us=None)
    written = run_markdown(report._replace(metrics=report.metrics._replace(statistics=statistics)))
    assert "| iterations | 5 |" in written
    assert "| median of iterations | about 20.0 ms |" in written
    assert "| std of iterations" not in written


def test_what_failed(seed_report: RunReport) -> None:
    said = tuple(Diagnostic(n, "error" if n else "info", "ovxlib", "<b>no</b>", 1 + n) for n in range(14))
    report = seed_report._replace(
        info=RunInfo(outcome="failed", signal="SIGSEGV"),
        state=seed_report.state._replace(
            diagnostics=said, top=(TopEntry(1, 2, 0.5),), top_size=None, detections=(Detection(0, None, 0.5),)
        ),
        labels=(),
        tail=("```` <b>", "the end"),
        number=2,
        runs_in_log=3,
        demo=True,
        conditions=Conditions(profiling=True, layer_dump=False, environment=(("VIV_X", "1"),)),
    )
    written = run_markdown(report)
    assert written.startswith("# DEMO: `a run`\n\ncrashed (SIGSEGV), run 2 of 3")
    assert "- error of `ovxlib` (2 times): `<b>no</b>`" in written
    assert "- 3 more" in written
    assert "`````text\n```` <b>\nthe end\n`````" in written
    assert "| profiling | on |" in written
    assert "| `VIV_X` | `1` |" in written
    assert "layer dump" not in written
    assert "## Top-1" in written
    assert "1 in the last frame" in written
    assert [token.content for token in PARSER.parse(written) if token.type == "fence"] == ["```` <b>\nthe end\n"]


def test_doubtful_figures_are_marked(report_from: ReportFrom) -> None:
    cycles = "GPUTOTALCYCLES: {}\nGPUIDLECYCLES: {}\nVPC_ELAPSETIME: 1000\n*********\n"
    text = (
        OPERATION.format(0, "a", 1000) + cycles.format(10, 20) + OPERATION.format(1, "b", 1000) + cycles.format(20, 10)
    )
    written = run_markdown(report_from(text + "Run the 1 time: 30.00ms or 30000.00us\n"))
    assert "| 0? | `a` |" in written
    assert "? some of its counters are doubtful" in written


def test_nothing_is_known() -> None:
    written = run_markdown(RunReport(RunInfo(outcome="empty"), *_empty()))
    assert written.startswith("# `a run`\n\nno profile\n\n<sub>")


def _empty() -> tuple[Any, Any]:
    from npumon.core.run.metrics import Metrics
    from npumon.core.run.state import RunState

    return RunState(), Metrics()


@given(st.data())
def test_any_report_is_made_of_tables_and_text(any_report: st.SearchStrategy[RunReport], data: st.DataObject) -> None:
    report = data.draw(any_report)
    written = run_markdown(report)
    assert written.endswith("\n")
    pieces = list(inline(written))
    kinds = {piece.type for piece in pieces} - {"text", "code_inline", "softbreak", "text_special"}
    assert kinds <= {"strong_open", "strong_close", "html_inline"}
    assert {piece.content for piece in pieces if piece.type == "html_inline"} == {"<sub>", "</sub>"}
