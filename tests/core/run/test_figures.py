"""The table of figures: its rows are sound, and a further row shows wherever rows are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.run import figures
from npumon.core.run.comparison import compare
from npumon.core.run.figures import FIGURES, Figure, value_of
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import RunState
from npumon.core.run.verdict import VerdictContext, assess
from npumon.export.run_document import run_document
from npumon.export.run_text import run_text


@pytest.fixture(name="report")
def _report(state_of: Callable[[str | bytes], RunState], seed_run: bytes) -> RunReport:
    state = state_of(seed_run)
    return RunReport(RunInfo(model="inceptionv3"), state, assess(state, VerdictContext("ok")))


def test_ids_keys_and_places_are_unique() -> None:
    for told in (
        [figure.id for figure in FIGURES],
        [figure.key for figure in FIGURES if figure.key is not None],
        [figure.times for figure in FIGURES if figure.times is not None],
    ):
        assert len(set(told)) == len(told) > 5


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_every_figure_is_described_and_may_be_absent(figure: Figure) -> None:
    assert figure.help.endswith(".")
    assert "\n" not in figure.help
    empty = RunReport(RunInfo(), RunState(), assess(RunState(), VerdictContext("empty")))
    assert figure.of(empty) is None


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_every_figure_of_the_real_run_can_be_written(figure: Figure, report: RunReport) -> None:
    value = value_of(figure.id, report)
    if value is None:
        assert figure.id in ("average", "inference", "duration"), "the text tells all others"
    else:
        assert figure.unit.value(value)
        assert figure.unit.difference(value)


def test_a_further_row_shows_in_comparison_text_and_document(
    report: RunReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = Figure(
        "added",
        "added time",
        figures.TIME,
        "lower",
        "A figure of this test.",
        lambda run: 12_345.0,
        "added_us",
        times=99,
    )
    monkeypatch.setattr(figures, "FIGURES", (*FIGURES, lines))
    assert compare(report, report).figures[-1][:6] == ("added", "added time", figures.TIME, "lower", 12_345.0, 12_345.0)
    assert run_document(report)["metrics"]["added_us"] == 12_345.0
    assert "added time 12.3 ms" in run_text(report)
