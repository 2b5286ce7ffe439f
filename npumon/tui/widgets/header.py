"""The top line: which board, which driver, how fast, how hot."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.live import Live
from npumon.core.snapshot import BoardState, DriverState
from npumon.tui.paint import Line, Room, Span, clipped, joined, span, width_of
from npumon.tui.panes.subject import figures_subject
from npumon.tui.widgets.canvas import Canvas

#: From here on the SoC throttles (the device tree's passive trip point is 85 degrees Celsius).
HOT_CELSIUS = 85.0
#: Narrower terminals get the driver's state without its name and version.
_BRIEF = 50


class Header(Canvas):
    """One line. What does not fit goes, the least important first; DEMO, PAUSED and the heat always stay."""

    DEFAULT_CSS = "Header { dock: top; height: 1; }"

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self.paused = False

    def draw(self, live: Live, room: Room) -> Sequence[Line]:
        right = self._right(live, room)
        left_room = room._replace(width=room.width - width_of(right) - 1)
        between = " - " if room.ascii else " · "
        parts = _parts(live, brief=room.width < _BRIEF)
        while True:
            left = (Span("npumon ", "accent"), *joined(parts, between))
            if width_of(left) <= left_room.width or len(parts) <= 1:
                break
            parts.pop(0)
        left = clipped(left, left_room)
        blank = Span(" " * (room.width - width_of(left) - width_of(right)))
        return [clipped((*left, blank, *right), room)]

    def _right(self, live: Live, room: Room) -> Line:
        parts: list[Line] = []
        if self.paused:
            parts.append(span(" PAUSED ", "demo"))
        if live.snapshot.demo:
            parts.append(span(" DEMO ", "demo"))
        if heat := _heat(live.snapshot.board, room):
            parts.append(heat)
        return joined(parts, " ")


def _parts(live: Live, brief: bool) -> list[Line]:
    """From the least important to the most."""
    if live.snapshot.board == BoardState() and live.snapshot.driver == DriverState():
        return [span("looking at the board", "label")]
    board, driver = live.snapshot.board, live.snapshot.driver
    parts: list[Line] = []
    if board.kernel:
        parts.append(span(f"Linux {board.kernel}", "label"))
    name = " ".join(part for part in (board.model or "unknown board", board.chip) if part)
    parts.append(span(name))
    run = figures_subject(live).run
    clock = run.metrics.figures.clock_mhz if run is not None else None
    if clock is not None:
        parts.append((Span("NPU ", "label"), Span(f"{clock:.0f} MHz", "value")))
    parts.append(_driver(driver, brief))
    return parts


def _driver(driver: DriverState, brief: bool) -> Line:
    if driver.name is None:
        return span("no NPU driver", "bad")
    if driver.name != "galcore":
        return (Span(driver.name, "warn"), Span(" instead of galcore", "warn"))
    version = f" {driver.version}" if driver.version else ""
    profiling = {
        True: Span("profiling on", "good"),
        False: Span("profiling OFF", "warn"),
        None: Span("profiling unknown", "warn"),
    }
    return (Span("" if brief else f"galcore{version} "), profiling[driver.profiling])


def _heat(board: BoardState, room: Room) -> Line:
    known = [zone.celsius for zone in board.zones if zone.celsius is not None]
    if not known:
        return ()
    hottest = max(known)
    degrees = " C" if room.ascii else " °C"
    held_back = any(device.state > 0 and "fan" not in device.name.lower() for device in board.cooling)
    role = "bad" if hottest >= HOT_CELSIUS else "value"
    text = f"{hottest:.0f}{degrees}"
    return (Span(text + (" HOT" if hottest >= HOT_CELSIUS else "") + (" throttled" if held_back else ""), role),)
