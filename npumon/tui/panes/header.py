"""The top line: which board, which driver, how fast, how hot; of a log, what it tells of its board, and its date."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.monitor.log_board import LogBoard
from npumon.tui.backend import UNSEEN
from npumon.tui.paint import Area, Line, Span, clipped, joined, span, width_of
from npumon.tui.widgets.canvas import Pane

#: Degrees Celsius at which a VIM3 throttles (its device tree's passive trip point), for a zone without a limit.
HOT_CELSIUS = 85.0
#: Narrower terminals do not show why there is no temperature.
_ROOM_FOR_REASONS = 80
#: What is shortened if space is short, in this order; after its last form it is dropped.
_SHORTER = ("board", "clock", "kernel", "kernel", "driver", "clock", "clock", "driver", "board", "board")
_SHORTER_LOG = ("clock", "log", "host", "kernel", "driver", "npu", "kernel", "driver", "clock", "npu", "board", "clock")
#: Narrower terminals do not show a log's date.
_ROOM_FOR_DATE = 40


class HeaderPane(Pane):
    """One line. What does not fit is shortened or dropped, the least important first; DEMO, PAUSED and the temperature
    always stay.
    """

    DEFAULT_CSS = "HeaderPane { dock: top; height: 1; }"

    def __init__(self, *, ascii_only: bool = False, known: str = UNSEEN) -> None:
        """`known` stands there until the board has been read."""
        super().__init__(ascii_only=ascii_only)
        self._known = known
        self.paused = False
        #: What was drawn.
        self.line: Line = ()

    def sees(self, live: Live) -> tuple[object, ...]:
        snapshot, run = live.snapshot, live.snapshot.run
        of_log = run and (run.info.log, run.state.product, run.state.driver_version, run.state.pid)
        return (
            *(self.paused, snapshot.demo, snapshot.board, snapshot.driver, snapshot.log_board),
            *(live.activity.source, of_log, _clock(live)),
        )

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        right = self._right(live, area)
        gap = not right or not right[0].text.startswith(" ")
        left_room = area._replace(width=area.width - width_of(right) - gap)
        between = " - " if area.ascii else " · "
        log_board = live.snapshot.log_board
        forms = _forms(live, self._known) if log_board is None else _log_forms(live, log_board)
        for shorter in ("", *(_SHORTER if log_board is None else _SHORTER_LOG)):
            if len(forms.get(shorter, ())) > 1:
                forms[shorter] = forms[shorter][1:]
            left = (Span("npumon ", "accent"), *joined((lines[0] for lines in forms.values()), between))
            if width_of(left) <= left_room.width:
                break
        left = clipped(left, left_room)
        blank = Span(" " * (area.width - width_of(left) - width_of(right)))
        self.line = clipped((*left, blank, *right), area)
        return [self.line]

    async def on_click(self, event: events.Click) -> None:
        """Open the driver's dialog on what is said of the driver or of profiling, go on on PAUSED."""
        left = 0
        for part in self.line:
            if left <= event.x < left + width_of((part,)):
                if part.text.startswith(("galcore", "profiling", "no NPU driver")):
                    await self.app.run_action("app.reload_driver")
                elif "PAUSED" in part.text:
                    await self.app.run_action("app.pause")
            left += width_of((part,))

    def _right(self, live: Live, area: Area) -> Line:
        parts: list[Line] = []
        if self.paused:
            parts.append(span(" PAUSED ", "demo"))
        if live.snapshot.demo:
            parts.append(span(" DEMO ", "demo"))
        log_board = live.snapshot.log_board
        last = _heat(live, area) if log_board is None else _date(log_board, area)
        if last:
            parts.append(last)
        return joined(parts, " ")


def _forms(live: Live, known: str) -> dict[str, tuple[Line, ...]]:
    """Return what there is to show, in order, each in its forms from the longest to the shortest."""
    board, driver = live.snapshot.board, live.snapshot.driver
    if _unseen(live):
        return {"driver": (span(known, "label"),)}
    names = (board.model or "unknown board", board.variant or board.model or "unknown board")
    long, short = (" ".join(part for part in (name, board.chip) if part) for name in names)
    forms: dict[str, tuple[Line, ...]] = {
        "board": (span(long), span(short), span(names[1]), ()),
        "driver": _driver(driver),
        "clock": _clock(live),
        "kernel": _kernel(board.kernel),
    }
    return {name: lines for name, lines in forms.items() if lines}


def _log_forms(live: Live, log_board: LogBoard) -> dict[str, tuple[Line, ...]]:
    """Return what there is to show of a log and of the board that wrote it, as `_forms` does."""
    run = live.snapshot.run
    source = live.activity.source or (run.info.log if run is not None else None)
    product, version = (None, None) if run is None else (run.state.product, run.state.driver_version)
    pid = None if run is None or run.state.pid is None else f"{product} pid {run.state.pid}"
    forms: dict[str, tuple[Line, ...]] = {
        "log": () if source is None else (span(source), span(source.rpartition("/")[2])),
        "board": () if log_board.model is None else (span(log_board.model), ()),
        "host": () if log_board.host is None else (span(f"host {log_board.host}"), ()),
        "npu": () if product is None else (span(pid or product), span(product), ()),
        "driver": () if version is None else (span(f"driver {version}"), span(version), ()),
        "clock": _clock(live),
        "kernel": _kernel(log_board.kernel),
    }
    return {name: lines for name, lines in forms.items() if lines}


def _clock(live: Live) -> tuple[Line, ...]:
    run = run_with_figures(live).run
    mhz = run.metrics.figures.clock_mhz if run is not None else None
    if mhz is None:
        return ()
    clock = Span(f"{mhz:.0f} MHz", "value")
    return ((Span("NPU ran at ", "label"), clock), (Span("run ", "label"), clock), (clock,), ())


def _kernel(version: str | None) -> tuple[Line, ...]:
    return () if version is None else (span(f"Linux {version}", "label"), span(version, "label"), ())


def _date(log_board: LogBoard, area: Area) -> Line:
    """Return the day of a log that is not being written."""
    if log_board.written_at is None or area.width < _ROOM_FOR_DATE:
        return ()
    return span(f"log of {log_board.written_at[:10]}", "label")


def _unseen(live: Live) -> bool:
    """Return whether the board has not been sampled yet."""
    return live.snapshot.board == BoardState() and live.snapshot.driver == DriverState()


def _driver(driver: DriverState) -> tuple[Line, ...]:
    if driver.name is None:
        return (span("no NPU driver", "bad"),)
    if driver.name != "galcore":
        return (span(f"{driver.name} instead of galcore", "warn"),)
    profiling = {
        True: Span("profiling on", "good"),
        False: Span("profiling OFF", "warn"),
        None: Span("profiling unknown", "warn"),
    }[driver.profiling]
    version = f" {driver.version}" if driver.version else ""
    return ((Span(f"galcore{version} "), profiling), (Span("galcore "), profiling), (profiling,))


def _heat(live: Live, area: Area) -> Line:
    """Return the highest temperature, or why there is none."""
    board = live.snapshot.board
    known = [zone.celsius for zone in board.zones if zone.celsius is not None]
    if not known:
        if area.width < _ROOM_FOR_REASONS or _unseen(live):
            return ()
        return span("sensor unreadable" if board.zones else "no sensor", "label")
    hottest = max(known)
    degrees = " C" if area.ascii else " °C"
    held_back = any(device.state > 0 and "fan" not in device.name.lower() for device in board.cooling)
    hot = any(zone.celsius >= (zone.limit_celsius or HOT_CELSIUS) for zone in board.zones if zone.celsius is not None)
    role = "bad" if hot else "value"
    text = f"{hottest:.0f}{degrees}"
    return (Span(text + (" HOT" if hot else "") + (" throttled" if held_back else ""), role),)
