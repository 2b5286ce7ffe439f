"""Where each pane of the Live page stands: a function of what there is to show and of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.geometry import Region

from npumon.core.monitor.live_content import Content, Main

#: Columns and rows of screens, as in the breakpoints of `page.Page`; top line and key bar take two of the rows.
_NARROW, _NORMAL, _WIDE = 60, 80, 110
_LOW, _MEDIUM, _HIGH, _LARGE = 15, 24, 36, 50
_BARS = 2
#: Part of the width for the bandwidths beside results and log, and of the height for the utilization.
_BANDWIDTH, _UTILIZATION = 0.56, 0.4
#: A row of panes needs so many lines to be worth it; so many it gets on a high and on a large screen.
_LEAST, _ROW, _LARGE_ROW = 5, 9, 18
#: The last lines of a program that failed, with their frame.
_LAST_LINES = 6
#: A figure in large or tall digits with its facts and its gauge, with its frame.
_FIGURE, _TALL_FIGURE = 8, 9
#: Lines of a distribution with its pictures, with its frame.
_DISTRIBUTION = 13
#: The pane of each main thing.
MAIN_PANES: Mapping[Main, str] = {
    "utilization": "utilization",
    "operations": "operations",
    "latency": "latency",
    "results": "results",
    "log": "log-tail",
    "notice": "notice",
}


class Room(NamedTuple):
    """The cells between the top line and the key bar."""

    width: int
    height: int

    @property
    def rows(self) -> int:
        """The rows of the screen."""
        return self.height + _BARS


class Wanted(NamedTuple):
    """How many lines the panes of variable height would fill, their frames included."""

    main: int = 0
    verdict: int = 0


Places = Mapping[str, Region]


def arrangement(content: Content, room: Room, wanted: Wanted) -> Places:
    """Place the panes, by their ids. What is not among them is not shown."""
    width, height = room
    if height < 1:
        return {}
    places = {"run-state": Region(0, 0, width, 1)}
    least = 2 if room.rows >= _MEDIUM else 1
    verdict = 0 if room.rows < _LOW else min(max(wanted.verdict, least), max(height - 2, 0))
    if verdict:
        places["verdict"] = Region(0, height - verdict, width, verdict)
    body = Region(0, 1, width, max(height - 1 - verdict, 0))
    arrange = _utilization if content.main == "utilization" else _others
    if body.height:
        places.update(arrange(content, room, wanted, body))
    return {name: place for name, place in places.items() if place.area}


def _utilization(content: Content, room: Room, wanted: Wanted, body: Region) -> Places:
    """Place the utilization above the bandwidths, the results and the log."""
    beside = content.bandwidth or content.results or (content.log and room.rows >= _MEDIUM)
    if room.rows < _LOW:
        upper = 1
    elif room.rows < _MEDIUM:
        upper = body.height - 7
    elif room.rows < _HIGH:
        upper = _FIGURE
    else:
        upper = int(_UTILIZATION * room.height) if content.history else _TALL_FIGURE
    upper = max(min(upper, body.height), 1) if beside else body.height
    above, below = body.split_horizontal(upper)
    return {"utilization": above, **_traffic(content, room, below)}


def _traffic(content: Content, room: Room, place: Region) -> Places:
    """Place the bandwidths with results and log beside them, or below them if it is narrow."""
    tiny, low = room.width < _NARROW, room.rows < _MEDIUM
    side = content.results or (content.log and not low)
    if not content.bandwidth:
        return _side(content, room, place)
    if tiny:
        if low or not side:
            return {"bandwidth": place}
        above, below = place.split_horizontal(min(8, place.height))
        return {"bandwidth": above, **_side(content, room, below)}
    if not side:
        return {"bandwidth": place}
    if not content.history and room.rows >= _HIGH:
        return _below(["bandwidth", "results", "log-tail"], content, place)
    left, right = place.split_vertical(int(_BANDWIDTH * place.width))
    return {"bandwidth": left, **_side(content, room, right)}


def _side(content: Content, room: Room, place: Region) -> Places:
    """Place the results above the log, or what there is of them."""
    log = content.log and room.rows >= _MEDIUM
    if log and shows_distribution(content, room) and place.height >= _DISTRIBUTION + 2 * _ROW:
        results, below = place.split_horizontal(_ROW if content.results else 0)
        middle, lowest = below.split_horizontal(_DISTRIBUTION)
        return {"results": results, "distribution": middle, "log-tail": lowest}
    if not content.results:
        return {"log-tail": place} if log else {}
    if not log:
        return {"results": place}
    lines = 9 if room.rows >= _HIGH else 6 if room.width < _NORMAL else 7
    above, below = place.split_horizontal(min(lines, place.height))
    return {"results": above, "log-tail": below}


def _others(content: Content, room: Room, wanted: Wanted, body: Region) -> Places:
    """Place the main pane above others, as far as it leaves them room."""
    name = MAIN_PANES[content.main]
    beside = _beside(content, room)
    if content.main in ("log", "notice") or not beside:
        return {name: body}
    if content.main == "results":
        others = [other for other in ("distribution", "log-tail") if other in beside]
        if not others:
            return {name: body}
        left, right = body.split_vertical(body.width // 2)
        return {name: left, **_column(others, right)}
    reserved = 0
    if content.main == "latency" and "distribution" in beside:
        above, below = body.split_horizontal(max(min(wanted.main, body.height - _LEAST), 1))
        return {name: above, **_under_latency(beside, content, below)}
    if room.rows >= _HIGH:
        reserved = _LARGE_ROW if room.rows >= _LARGE else _ROW
    elif content.failed:
        reserved = _LAST_LINES
    upper = max(min(wanted.main, body.height - reserved), _LEAST)
    if body.height - upper < _LEAST:
        return {name: body}
    above, below = body.split_horizontal(upper)
    return {name: above, **_below(beside, content, below)}


def _beside(content: Content, room: Room) -> list[str]:
    """Return the panes that may stand below the main one, or beside it."""
    if room.width < _NORMAL or room.rows < _MEDIUM:
        return []
    kinds = (
        ("bandwidth", content.bandwidth and room.width >= _WIDE),
        ("results", content.results and content.main != "results"),
        ("distribution", shows_distribution(content, room)),
        ("log-tail", content.log),
    )
    return [name for name, there in kinds if there]


def shows_distribution(content: Content, room: Room) -> bool:
    """Return whether the distribution has room: below the latency, beside what a camera's program found, whose frames a
    second it holds, else on large screens."""
    least = _MEDIUM if content.main in ("latency", "results") else _LARGE
    return content.distribution and room.width >= _NORMAL and room.rows >= least


def _under_latency(names: Sequence[str], content: Content, place: Region) -> Places:
    """Place the distribution, and the others below it as far as it leaves them room."""
    others = [name for name in names if name != "distribution"]
    upper = min(place.height, max(place.height // 2, _DISTRIBUTION))
    if not others or place.height - upper < _LEAST:
        return {"distribution": place}
    above, below = place.split_horizontal(upper)
    return {"distribution": above, **_below(others, content, below)}


def _below(names: Sequence[str], content: Content, place: Region) -> Places:
    """Place panes side by side; the log below the others where they do not need all lines."""
    there = {"bandwidth": content.bandwidth, "results": content.results, "log-tail": content.log}
    shown = [name for name in names if there.get(name, True)]
    graphs = "distribution" in shown or (content.history and "bandwidth" in shown)
    upper = max(_ROW, place.height // 2) if graphs else _ROW
    if len(shown) > 2 and "log-tail" in shown and place.height - upper >= _LEAST:
        above, below = place.split_horizontal(upper)
        return {**_row([name for name in shown if name != "log-tail"], above), "log-tail": below}
    return _row(shown, place)


def _column(names: Sequence[str], place: Region) -> Places:
    """Place one pane, or two of which the upper one gets what a distribution needs."""
    if len(names) < 2 or place.height < _DISTRIBUTION:
        return {names[0]: place}
    upper = place.height if place.height < _DISTRIBUTION + _LEAST else max(_DISTRIBUTION, place.height // 2)
    above, below = place.split_horizontal(upper)
    return {names[0]: above, names[1]: below}


def _row(names: Sequence[str], place: Region) -> Places:
    """Place panes side by side."""
    places = {}
    for index, name in enumerate(names):
        left, right = (place.width * end // len(names) for end in (index, index + 1))
        places[name] = Region(place.x + left, place.y, right - left, place.height)
    return places
