"""The Live page: the newest run, or the current one, at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from npumon.tui.panes.bandwidth import BandwidthPane
from npumon.tui.panes.log_tail import LogTailPane
from npumon.tui.panes.results import ResultsPane
from npumon.tui.panes.run_state import RunStatePane
from npumon.tui.panes.utilization import UtilizationPane
from npumon.tui.panes.verdict import VerdictPane
from npumon.tui.screens.page import Page


class LivePage(Page):
    """The page. Its panes are laid out in `styles/live.tcss` by the size of the terminal."""

    NAME = "Live"
    CSS_PATH: ClassVar[str] = "../styles/live.tcss"

    def body(self) -> Iterable[Widget]:
        plain = self.ascii_only
        yield RunStatePane(ascii_only=plain, id="run-state")
        yield UtilizationPane(ascii_only=plain, title="Utilization", id="utilization")
        with Horizontal(id="middle"):
            yield BandwidthPane(ascii_only=plain, title="Bandwidth", id="bandwidth")
            with Vertical(id="side"):
                yield ResultsPane(ascii_only=plain, title="Top-5", id="results")
                yield LogTailPane(ascii_only=plain, title="Log", id="log-tail")
        yield VerdictPane(ascii_only=plain, id="verdict")
