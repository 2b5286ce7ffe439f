"""The Live page: the newest run, or the current one, at a glance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import NULL_OFFSET, NULL_SPACING, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from npumon.core.monitor.live import Live
from npumon.core.monitor.live_content import Content, content_of, has_distribution
from npumon.core.monitor.off_board import offers_other_ways
from npumon.tui.keys import Hint
from npumon.tui.page_keys import LIVE_KEYS
from npumon.tui.panes.empty_state import NothingPane
from npumon.tui.panes.run_state import RunStatePane
from npumon.tui.panes.verdict import VerdictPane
from npumon.tui.screens.live_arrangement import MAIN_PANES, Places, Room, Wanted, arrangement, shows_distribution
from npumon.tui.screens.page import Page
from npumon.tui.widgets.canvas import Canvas, Pane
from npumon.tui.widgets.growing_pane import GrowingPane

if TYPE_CHECKING:
    from npumon.core.run.breakdown import Grouping
    from npumon.tui.panes.distribution import DistributionPane

#: Panes that are made when there is something for them to show: their modules, classes and titles.
_LATER: Mapping[str, tuple[str, str, str]] = {
    "utilization": ("utilization", "UtilizationPane", "Utilization"),
    "bandwidth": ("bandwidth", "BandwidthPane", "Bandwidth"),
    "results": ("results", "ResultsPane", "Top-5"),
    "operations": ("operations", "OperationsPane", "Where the time goes"),
    "latency": ("latency", "LatencyPane", "Latency"),
    "distribution": ("distribution", "DistributionPane", "Distribution"),
    "log-tail": ("log_tail", "LogTailPane", "Log"),
}
#: Where a click on a pane leads: the page that has more of the same.
_LEADS_TO: Mapping[str, str] = {
    "run-state": "runs",
    "utilization": "layers",
    "bandwidth": "layers",
    "operations": "layers",
    "latency": "runs",
    "distribution": "runs",
    "all-times": "runs",
    "results": "log",
    "log-tail": "log",
}
#: Cells beside the lines of the verdict.
_PADDING = 2


class PlacedPanes(Layout):
    """A layout that asks a function where the panes stand, by their ids."""

    name = "placed"

    def __init__(self, places: Callable[[Size], Places]) -> None:
        self._places = places

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        places = self._places(size)
        return [
            WidgetPlacement(places[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id is not None and child.id in places
        ]


class LiveBody(Widget):
    """Everything between the top line and the key bar: the panes for what there is to show."""

    DEFAULT_CSS = "LiveBody { height: 1fr; }"

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii_only = ascii_only
        self._content = Content("notice")
        self._wanted = 0
        self._live: Live | None = None
        self._made: dict[str, Pane] = {
            "run-state": RunStatePane(ascii_only=ascii_only, id="run-state"),
            "notice": NothingPane(ascii_only=ascii_only, id="notice"),
            "verdict": VerdictPane(ascii_only=ascii_only, id="verdict"),
        }
        self._placed = PlacedPanes(self.places)

    @property
    def layout(self) -> Layout:
        return self._placed

    def compose(self) -> Iterable[Widget]:
        yield from self._made.values()

    def places(self, size: Size) -> Places:
        """Return where the panes stand in a room of that size."""
        verdict = self._made["verdict"].get_content_height(size, size, max(size.width - _PADDING, 1))
        self._wanted = self._wanted_in(size)
        return arrangement(self._content, Room(*size), Wanted(self._wanted, verdict))

    def _wanted_in(self, size: Size) -> int:
        """Return how many lines the main pane would fill, its frame included; 0 if it takes what it gets."""
        main = self._made.get(MAIN_PANES[self._content.main])
        return main.wanted_height(size.width) if isinstance(main, GrowingPane) else 0

    def show(self, live: Live) -> None:
        """Show a live value in the panes that it has something for; lay all out anew if those are others."""
        self._live = live
        if not self.is_attached:  # the monitor is being left: nothing can be mounted any more
            return
        content = content_of(live)
        if content != self._content:
            self._content = content
            self._choose()
            self._lay_out()
        for pane in self._made.values():
            if pane.display:
                pane.show(live)
        self._grow()

    def on_resize(self) -> None:
        """Have what there is room for now."""
        if self._live is not None and self._choose():
            self.show(self._live)
            self._lay_out()

    def _grow(self) -> None:
        """Lay all out anew if the main pane wants another height."""
        if self.size.width and self._wanted != self._wanted_in(self.size):
            self._lay_out()

    def _lay_out(self) -> None:
        """Place the panes anew. Textual forgets where children stood only if one of them asks for it."""
        self._made["run-state"].refresh(layout=True)

    def _choose(self) -> bool:
        """Have the panes of the content, and no others. Return whether those are others than before."""
        content = self._content
        distribution = shows_distribution(content, Room(*self.size))
        wanted = {"run-state", "verdict", MAIN_PANES[content.main]}
        there = (
            ("bandwidth", content.bandwidth),
            ("results", content.results),
            ("log-tail", content.log),
            ("distribution", distribution),
        )
        wanted.update(name for name, is_there in there if is_there)
        if wanted == {name for name, pane in self._made.items() if pane.display}:
            return False
        missing = [self._make(name) for name in _LATER if name in wanted and name not in self._made]
        self._made.update({pane.id or "": pane for pane in missing})
        for name, pane in self._made.items():
            pane.display = name in wanted
            pane.set_class(distribution, "-brief")
        if missing:
            self.mount(*missing)
        return True

    @property
    def can_regroup(self) -> bool:
        """Whether operations are shown that can be grouped by something else, too."""
        pane = self._made.get("operations")
        return pane is not None and pane.display and len(getattr(pane, "choices", ())) > 1

    def regroup(self) -> None:
        """Group the operations by something else."""
        if self.can_regroup:
            from npumon.tui.panes.operations import OperationsPane

            self.query_one(OperationsPane).regroup()
            self._grow()

    def group_by(self, by: Grouping) -> bool:
        """Group the operations by this; return whether the text tells it."""
        from npumon.tui.panes.operations import OperationsPane

        pane = self._made.get("operations")
        if not isinstance(pane, OperationsPane) or not pane.display or by not in pane.choices:
            return False
        pane.group_by(by)
        self._grow()
        return True

    def _make(self, name: str) -> Pane:
        module, class_name, title = _LATER[name]
        made: Callable[..., Pane] = getattr(import_module(f"npumon.tui.panes.{module}"), class_name)
        pane = made(ascii_only=self._ascii_only, title=title, id=name)
        pane.add_class("box")
        return pane


class LivePage(Page):
    """The page."""

    NAME = "Live"
    CSS_PATH: ClassVar[str] = "../styles/live.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key.keys, key.action, show=False) for key in LIVE_KEYS]

    live_body: LiveBody
    #: What stands in the place of the body.
    _distribution: DistributionPane | None = None

    def hints(self, live: Live) -> Sequence[Hint]:
        if self.has_class("-off-board"):
            from npumon.tui.panes.off_board import WAYS

            return [Hint(way.key, way.word, f"app.{way.action}") for way in WAYS]
        instead = self._distribution is not None
        return (
            Hint("b", "group by", "regroup", self.live_body.can_regroup and not instead),
            Hint("d", "back" if instead else "distribution", "distribution", self._offers_distribution(live)),
        )

    def _offers_distribution(self, live: Live) -> bool:
        """Return whether there are several iterations, of which a distribution tells more than one does."""
        return self._distribution is not None or has_distribution(live)

    def action_distribution(self) -> None:
        """Show how long iterations took in the place of all other panes, or go back."""
        if self._distribution is not None:
            self._distribution.remove()
            self._distribution = None
        else:
            from npumon.core.monitor.distribution import distribution_of
            from npumon.tui.panes.distribution import NOTHING, DistributionPane

            if distribution_of(self.host.shown) is None:
                self.host.notifier.info(NOTHING)
                return
            self._distribution = DistributionPane(ascii_only=self.ascii_only, title="Distribution", id="all-times")
            self._distribution.add_class("box")
            self.mount(self._distribution, after=self.live_body)
        self.live_body.display = self._distribution is None
        self.show(self.host.shown)

    def action_regroup(self) -> None:
        """Group the operations by something else."""
        self.live_body.regroup()

    def action_group_by(self, by: Grouping) -> None:
        """Show where the time goes by target, operation, layer or shader."""
        if self._distribution is not None:
            self.action_distribution()
        if not self.live_body.group_by(by):
            self.host.notifier.info(f"The text does not tell operations apart by {by}.")

    def on_click(self, event: events.Click) -> None:
        """Go to the page that has more of what was clicked."""
        page = _LEADS_TO.get((event.widget and event.widget.id) or "")
        if page is not None:
            self.host.action_page(page)

    def body(self) -> Iterator[Widget]:
        self.live_body = LiveBody(ascii_only=self.ascii_only)
        self._off_board: list[Canvas] = []
        if self.host.backend.display.off_board:
            from npumon.tui.panes.off_board import OffBoardPane

            self._off_board = [OffBoardPane(ascii_only=self.ascii_only)]
        yield from self._off_board
        yield self.live_body

    def on_mount(self) -> None:
        """Leave the panes of the body to it."""
        self._panes = [self.header, *self._off_board, self.key_bar]

    def show(self, live: Live) -> None:
        self.set_class(bool(self._off_board) and offers_other_ways(live, seems_none=True), "-off-board")
        if self._distribution is None:  # first: the keys that can be pressed depend on it
            self.live_body.show(live)
        else:
            self._distribution.show(live)
        super().show(live)
