"""What people come for, each with the keys that it may take from the start; and all of it with the mouse alone."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path

from tests.command_line import CommandLine, alive, until
from tests.e2e.live_terminal import Live, LiveTerminal, gone

ESCAPE, ENTER = b"\x1b", b"\r"
#: The wheel is turned so often at most; the palette has fewer screens.
_TURNS = 30


class Hand:
    """Presses keys on a monitor and counts them."""

    def __init__(self, app: LiveTerminal) -> None:
        self.app = app
        self.presses = 0

    def press(self, *keys: bytes, shows: str = "") -> None:
        """Press keys, then wait for a text."""
        for key in keys:
            self.app.type(key)
            self.presses += 1
        if shows:
            self.app.until_shown(shows)

    def click(self, text: str, shows: str = "", *, times: int = 1) -> None:
        """Click on a text that is to be seen, then wait for another one."""
        self.app.until_shown(text)
        self.app.until_idle()
        lines = self.app.screen.display
        row = next(number for number in reversed(range(len(lines))) if text in lines[number])
        place = f"{lines[row].index(text) + 1};{row + 1}"
        for _ in range(times):
            self.app.type(f"\x1b[<0;{place}M\x1b[<0;{place}m".encode())
        if shows:
            self.app.until_shown(shows)

    def choose(self, command: str, shows: str = "") -> None:
        """Choose a command of the palette, turning the wheel until it is to be seen."""
        self.click(": more", "Search for commands")
        self.app.until_shown("show the Live page")
        for _ in range(_TURNS):
            self.app.until_idle()
            if command in self.app.shown():
                break
            self.app.type(b"\x1b[<65;20;12M")
        self.click(command, shows)


def demo(live: Live, *words: str, shows: str = "r run", columns: int = 120) -> Hand:
    """A monitor on a simulated board whose first run is over, unless another text is waited for."""
    hand = Hand(live("--demo", *words, shows="DEMO", columns=columns, rows=40))
    if shows == "r run":
        hand.app.until(lambda: "inceptionv3" in hand.app.shown() or "iteration" in hand.app.shown(), "a run")
    hand.app.until_shown(shows)
    return hand


def leave(hand: Hand) -> None:
    hand.app.type(b"\x03")
    assert hand.app.next_state() == "ended 0"


def test_twenty_runs_with_a_warm_up_and_their_spread(live: Live, npumon: CommandLine) -> None:
    hand = demo(live)
    hand.press(b"R", shows="Run several times")
    hand.press(b"2", b"0", ENTER)
    hand.app.until(
        lambda: "20 of 20" in hand.app.shown() or "n 20" in hand.app.shown() or "20 runs" in hand.app.shown()
    )
    hand.app.until_shown("r run")
    hand.press(b"d", shows="n 20 in 20 starts, runs 2 to 21")
    assert hand.presses <= 7
    hand.press(b"E", shows="runs written to")
    (path,) = npumon.folder.glob("npumon-*-runs.json")
    times = [
        run["iterations"][0]["elapsed_us"]
        for run in sorted(json.loads(path.read_text())["runs"], key=lambda run: run["run"]["started_at"])
    ]
    assert len(times) == 21, "one before and twenty; what warms up counts nowhere"
    counted = times[1:]
    for name, value in (
        ("median", statistics.median(counted)),
        ("min", min(counted)),
        ("max", max(counted)),
    ):
        assert f"{name} {value:,.0f} µs".replace(",", " ") in hand.app.shown(), name
    assert f"std {statistics.stdev(counted):.1f} µs" in hand.app.shown()
    leave(hand)


def test_the_slowest_operation_and_why(live: Live) -> None:
    hand = demo(live, "--scenario", "graph-float", shows="Where the time goes")
    hand.app.until_shown("r run")
    hand.press(b"2", shows="sum of 41")
    hand.press(b"t", shows="time▾")
    hand.app.until_shown("time      238 ms, 39.9 % of all")
    assert hand.presses <= 3
    hand.app.until_idle()
    (first,) = (line for line in hand.app.screen.display if line.startswith("▸"))
    assert first.split()[1:8] == ["22", "ConvolutionLayer", "CONVOLUTION", "SH", "238", "ms", "39.9"]
    assert "shader" in first
    hand.app.until_shown("why       The shader core runs it")
    leave(hand)


def test_mark_run_compare(live: Live) -> None:
    hand = demo(live)
    hand.press(b"m", shows="Marked")
    hand.press(b"r", shows="run 2")
    hand.app.until_shown("r run")
    hand.press(b"c", shows="run 2 against the marked run 1")
    assert hand.presses <= 3
    hand.app.until_shown("top-1 the same: goldfish")
    (latency,) = (line.split() for line in hand.app.screen.display if line.startswith("▸latency"))
    before, after, change = float(latency[1]), float(latency[3]), int(latency[5])
    assert latency[0] == "▸latency"
    assert before == 21.6
    assert abs((after - before) * 1000 - change) <= 100, "figures are rounded to a tenth of a millisecond"
    hand.app.until_shown("total read ")
    leave(hand)


def test_reload_without_profiling_and_back(live: Live) -> None:
    hand = demo(live)
    for word in ("profiling OFF", "profiling on"):
        hand.press(b"g", shows="Carry this out?")
        hand.press(b"y", shows="Done:")
        hand.press(ESCAPE, shows=word)
    assert hand.presses <= 6
    leave(hand)


def test_stop_what_hangs(live: Live) -> None:
    hand = demo(live, "--scenario", "hang", shows="AXI_READ")
    hand.press(b"x", shows="stopped")
    hand.app.until_shown("r run")
    assert hand.presses <= 1
    leave(hand)


def gated(npumon: CommandLine) -> Path:
    """Make a model that runs until the file that is returned exists."""
    gate = npumon.folder / "gate"
    npumon.script(
        "gated/run.sh", f"#!/bin/sh\necho 'Start run graph [1] times...'\nuntil [ -e '{gate}' ]; do sleep 0.01; done\n"
    )
    return gate


def exported(folder: Path) -> list[str]:
    return [json.loads(path.read_text())["run"]["model"] for path in folder.glob("npumon-*.json")]


def test_export_the_shown_run(live: Live, npumon: CommandLine) -> None:
    hand = demo(live)
    hand.press(b"e", shows="Markdown")
    hand.press(ENTER, shows="Written to")
    assert hand.presses <= 2
    assert exported(npumon.folder) == ["inceptionv3"]
    leave(hand)


def test_find_the_key_for_sorting(live: Live) -> None:
    hand = demo(live)
    hand.press(b"2", shows="network_binary")
    hand.press(b"?", shows="sort by time")
    assert hand.presses <= 2
    leave(hand)


def test_search_the_whole_log(live: Live, npumon: CommandLine) -> None:
    log = npumon.folder / "long.log"
    log.write_text("a needle\n" + "".join(f"line of hay {number}\n" for number in range(2, 30_001)))
    hand = Hand(live("watch", str(log), columns=120, rows=30))
    hand.press(b"5", shows="of 30 000")
    assert "needle" not in hand.app.shown()
    hand.press(b"/", *(bytes([letter]) for letter in b"needle"), ENTER, shows="line 1, 1 of 1 match")
    assert hand.presses <= 2 + len("needle") + 1
    hand.app.until_shown("a needle")
    hand.press(b"/", *(bytes([letter]) for letter in b"pin"), ENTER, shows="not found in 30 000 lines")
    leave(hand)


def test_the_run_before_the_last(live: Live) -> None:
    hand = demo(live)
    hand.press(b"r", shows="run 2")
    hand.app.until_shown("r run")
    before = hand.presses
    hand.press(b"{", shows="1 of 2")
    assert hand.presses - before <= 2
    hand.press(b"0")
    hand.app.until_gone("1 of 2")
    leave(hand)


def test_the_iteration_before(live: Live) -> None:
    hand = demo(live, "--scenario", "loop")
    hand.app.until_shown("r run")
    hand.app.until_shown("iterations 100")
    hand.press(b"[", shows="iteration 99 of 100")
    assert hand.presses <= 1
    leave(hand)


def test_quit_and_leave_the_run_going(live: Live, npumon: CommandLine) -> None:
    gate = gated(npumon)
    hand = Hand(live(columns=120, rows=40, shows="r run"))  # before, keys may go to nobody
    hand.app.type(b"r")
    family = hand.app.until_running(2)[:2]
    hand.app.until_shown("x stop")
    hand.press(b"q", shows="Leave it running")
    hand.press(b"l")
    assert hand.app.next_state() == "ended 0"
    assert b"npumon watch --last" in hand.app.output
    assert hand.presses <= 2
    assert all(map(alive, family))
    gate.touch()
    gone(family)


def test_all_of_it_with_the_mouse_alone(live: Live, npumon: CommandLine) -> None:
    hand = demo(live, columns=200)
    steps: list[Callable[[], None]] = [
        lambda: hand.click("m mark", "Marked"),
        lambda: hand.click("Marked", "r run"),
        lambda: hand.click("r run", "run 2"),
        lambda: hand.click("c compare", "run 2 against the marked run 1"),
        lambda: hand.click("1 live", "Utilization"),
        lambda: hand.click("R repeat", "Run several times"),
        lambda: hand.click("Start", "x stop"),
        lambda: hand.app.until_shown("r run"),
        lambda: hand.click("d distribution", "median"),
        lambda: hand.click("d back", "Utilization"),
        lambda: hand.click("2 layers", "network_binary"),
        lambda: hand.click("share", "share▾"),
        lambda: hand.click("3 runs", "started"),
        lambda: hand.click("5 log", "Exit VX Thread"),
        lambda: hand.click("1 live", "Utilization"),
        lambda: hand.click("g driver", "Carry this out?"),
        lambda: hand.click("Yes (y)", "Done:"),
        lambda: hand.click("Close (n)", "profiling OFF"),
        lambda: hand.click("? help", "On the page Live"),
        lambda: hand.click("▾ Everywhere", "▸ Everywhere"),
        lambda: hand.click("Close (Esc)", "Utilization"),
        lambda: hand.click("e export", "Markdown"),
        lambda: hand.click("JSON (j)", "Written to"),
    ]
    for step in steps:
        step()
    until(lambda: exported(npumon.folder) == ["inceptionv3"])
    hand.click("Written to", "q quit")
    assert hand.presses == 0
    hand.click("q quit")
    assert hand.app.next_state() == "ended 0"


def test_older_ones_and_the_export_with_the_mouse_where_the_key_bar_has_no_room_for_them(
    live: Live, npumon: CommandLine
) -> None:
    hand = demo(live, "--scenario", "loop")
    hand.app.until_shown("iterations 100")
    hand.choose("iteration before ([)", "iteration 99 of 100")
    hand.click("0 newest", "iterations 100")
    hand.click("r run", "run 2")
    hand.app.until_shown("r run")
    hand.choose("run before ({)", "run 1 of 2")
    hand.choose("export (e)", "Markdown")
    hand.click("JSON (j)", "Written to")
    until(lambda: exported(npumon.folder) == ["mnist"])
    hand.click("Written to", "q quit")
    hand.click("q quit")
    assert hand.app.next_state() == "ended 0"
    assert hand.presses == 0


def test_a_run_is_stopped_and_one_left_running_with_the_mouse(live: Live, npumon: CommandLine) -> None:
    gate = gated(npumon)
    hand = Hand(live(columns=120, rows=40))
    hand.click("r run")
    stopped = hand.app.until_running(2)[:2]
    hand.click("x stop", "r run")
    gone(stopped)
    hand.app.until_shown("stopped")
    hand.click("r run")
    left = hand.app.until_running(2)[:2]
    hand.click("q quit", "Leave it running")
    hand.click("Leave it running (l)")
    assert hand.app.next_state() == "ended 0"
    assert hand.presses == 0
    assert all(map(alive, left))
    gate.touch()
    gone(left)
