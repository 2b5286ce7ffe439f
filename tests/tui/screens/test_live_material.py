"""The Live page with logs as boards write them, at each size: nothing empty, absent throughout, cut or joined."""

from __future__ import annotations

import re

import pytest

from npumon.tui.backend import DisplayOptions
from npumon.tui.panes.operations import OperationsPane
from npumon.tui.widgets.canvas import Pane
from tests.tui.cases import SIZES, watched
from tests.tui.stage import application, picture_at_rest

#: What stands largest, by the log.
MAIN = {
    "graph_counters": "operations",
    "graph_times_only": "operations",
    "layer_dump": "operations",
    "counters_alone": "operations",
    "elided": "operations",
    "segments": "operations",
    "counter_wrap": "operations",
    "late_window": "operations",
    "loops": "latency",
    "nnstreamer": "latency",
    "tengine": "latency",
    "detect_demo": "results",
    "failed_abort": "log-tail",
    "failed_node": "log-tail",
    "failed_undefined": "log-tail",
    "interrupted": "log-tail",
    "two_runs_and_a_failure": "log-tail",
}


def drawn(pane: Pane) -> list[str]:
    """What the pane shows, without its frame."""
    return ["".join(text for text, _ in row.cells) for row in pane._painted]


@pytest.mark.system
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("log", MAIN)
async def test_a_log_of_a_board(log: str, size: tuple[int, int]) -> None:
    plain = (len(log) + size[0] // 20) % 2 == 0
    app = application(watched(log), DisplayOptions(refresh_s=3600, ascii=plain))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await picture_at_rest(pilot)
        panes = {pane.id: drawn(pane) for pane in app.screen.query(Pane) if pane.region.area and pane.id}
        assert MAIN[log] in panes
        for name, lines in panes.items():
            text = "\n".join(lines)
            assert text.strip(), name
            assert set(re.findall(r"n/a|\d[\d.]*", text)) != {"n/a"}, name
            if name == "log-tail":
                continue
            assert not re.search(r"\de[+-]?\d", text), (name, text)
            assert not re.search(r"%[^\s,;:.)]|\d (?:%|[µu]s|ms)\d", text), (name, text)
            if name not in ("run-state", "verdict", "results"):  # which hold sentences and names
                assert not re.search(r"\d[…~]", text), (name, text)
        assert "done" in panes["run-state"][0]
        words = {"failed", "crashed", "stopped"} if MAIN[log] == "log-tail" else {"ok"}
        assert words & set(panes["run-state"][0].split())
        if plain:
            assert (
                "".join(line for name, lines in panes.items() if name != "log-tail" for line in lines)
                .replace("µ", "u")
                .isascii()
            )


@pytest.mark.system
async def test_breakdowns_are_gone_through_with_b() -> None:
    app = application(watched("graph_counters"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pane = app.screen.query_one(OperationsPane)
        seen = []
        for _ in pane.choices:
            seen.append((pane.by, drawn(pane)[0].split()[0]))
            await pilot.press("b")
            await pilot.pause()
        assert seen == [(by, by) for by in ("target", "operation", "layer", "shader")]
