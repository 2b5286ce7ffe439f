"""The live monitor in terminals of all sizes, also while they change."""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Any

import pytest

from npumon.tui.panes.digits import large
from tests.command_line import CommandLine
from tests.e2e.live_terminal import Live, LiveTerminal
from tests.tui.pty_app import finish

SEED = "7"


@pytest.fixture
def result(npumon: CommandLine) -> dict[str, Any]:
    """What `npumon run` says of the run that the monitor is to show."""
    document: dict[str, Any] = json.loads(npumon("run", "--demo", "--seed", SEED, "--format", "json").stdout)
    return document


def number(figure: float) -> str:
    """A whole number in groups of three digits."""
    return f"{figure:,.0f}".replace(",", " ")


def shows_number(text: str, *written: str) -> bool:
    """Whether the numbers stand in this order, whatever is between them, and nothing is added to their digits."""
    place = 0
    for part in written:
        place = text.find(part, place)
        if place < 0 or text[place - 1].isdigit() or text[place + len(part) : place + len(part) + 1].isdigit():
            return False
        place += len(part)
    return True


def bandwidths(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The direction, MByte and MByte/s of each of the six."""
    rates = result["metrics"]["bandwidth_mbyte_per_s"]
    return [
        (name.partition("_")[2], f"{mbyte:.2f}", number(rates[name]))
        for name, mbyte in result["metrics"]["bandwidth_mbyte"].items()
    ]


def shows_bandwidths(app: LiveTerminal, result: dict[str, Any]) -> bool:
    """Whether the six stand in lines of their own, in this order."""
    lines = iter(app.shown().splitlines())
    return all(any(shows_number(line, *figures) for line in lines) for figures in bandwidths(result))


def shows_large(app: LiveTerminal, figure: str) -> bool:
    """Whether the figure is drawn in large digits."""
    first, *more = large(figure)
    for row, line in enumerate(app.screen.display):
        column = line.find(first)
        if column >= 0 and all(
            app.screen.display[row + below][column : column + len(part)] == part for below, part in enumerate(more, 1)
        ):
            return True
    return False


def test_80x24_shows_all_figures(live: Live, result: dict[str, Any]) -> None:
    app = live("--demo", "--seed", SEED)
    app.until(lambda: shows_bandwidths(app, result), "six bandwidths")
    iteration, metrics = result["iterations"][0], result["metrics"]
    cycles = iteration["layers"][0]["cycles"]
    utilization = f"{100 * metrics['utilization']:.1f}"
    app.until(lambda: shows_large(app, utilization) and "ok in" in app.shown(), "the utilization, large")
    text = app.shown()
    for figures in (
        ("busy", f"{metrics['busy_us'] / 1000:.1f}", f"{iteration['vpc_elapsed_us'] / 1000:.1f}"),
        (f"{cycles['total'] / 1e6:.1f} M", f"{cycles['idle'] / 1e3:.0f} k idle"),
        ("clock", f"{metrics['clock_mhz']:.0f}", "800 MHz"),
        ("latency", f"{iteration['elapsed_us'] / 1000:.1f} ms"),
        ("ok in", "run", "1"),
        (result["run"]["model"],),
        (metrics["verdict"].split(":")[0],),
        (utilization,),
    ):
        assert shows_number(text, *figures), (figures, text)
    assert len(result["top"]) == 5
    lines = iter(text.splitlines())
    for entry in result["top"]:
        assert any(shows_number(line, f"{entry['index']} ", f"{entry['score']:.4f}") for line in lines), (entry, text)
    assert result["top"][0]["label"] in text
    app.settled()
    finish(app)


@pytest.mark.parametrize(("columns", "rows"), [(60, 15), (250, 80)])
def test_smallest_and_largest(live: Live, result: dict[str, Any], columns: int, rows: int) -> None:
    app = live("--demo", "--seed", SEED, columns=columns, rows=rows)
    app.until(lambda: shows_bandwidths(app, result), "six bandwidths")
    for entry in result["top"]:
        assert shows_number(app.shown(), f"{entry['index']} ", f"{entry['score']:.4f}")
    shown = app.settled()
    assert "DEMO" in shown[0]
    assert "q quit" in shown[-1]
    finish(app)


@pytest.mark.slow
def test_much_too_small(live: Live) -> None:
    app = live("--demo", columns=40, rows=10)
    for columns, rows in ((40, 10), (20, 5), (1, 1), (3, 200), (40, 10)):
        app.until_more(partial(app.resize, columns, rows))
        for key in b"23451":
            app.type(bytes([key]))
    app.until_shown("71.70")
    assert "q quit" in app.settled()[-1]
    finish(app)


@pytest.mark.slow
def test_another_size_for_a_moment(live: Live) -> None:
    """Whatever the terminal did to its text meanwhile, all of it comes again."""
    app = live("--demo")
    app.until_done()
    for turn in range(20):
        app.resize(*((100, 30), (20, 5))[turn % 2])
        for _ in range(100 * turn):  # npumon may, or may not, have noticed when it is over
            app.read()
        app.resize(80, 24)
        app.screen.reset()
        app.until(lambda: "npumon" in app.screen.display[0] and "q quit" in app.screen.display[23], "all of it")
        app.until_done()
    app.settled()
    finish(app)


@pytest.mark.slow
def test_resized_again_and_again_while_models_run(live: Live) -> None:
    app = live("--demo")
    app.until_done()
    app.type(b"R")
    app.until_shown("Warm-up")
    app.type(b"500\r")
    app.until_gone("Warm-up")
    app.until_shown("500")
    numbers = random.Random(5)
    for turn in range(30):
        resize = partial(app.resize, numbers.randint(10, 250), numbers.randint(4, 80))
        if turn % 3:
            app.until_more(resize)
        else:  # the next one comes before anything is drawn
            resize()
        app.type(b"%d" % numbers.randint(1, 5))
    app.resize(100, 30)
    app.type(b"1")
    app.until(lambda: "latency" in app.shown() and "500" in app.shown())
    app.type(b"x")
    # A run that has just ended when the key comes is none that was cancelled: the series ends all the same.
    app.until(lambda: "r run" in app.shown().splitlines()[-1], "the end of the series")
    assert "q quit" in app.settled()[-1]
    finish(app)
