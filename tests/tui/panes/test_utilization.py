"""The utilization pane."""

from __future__ import annotations

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Latencies, Live
from npumon.core.profile import Network, NetworkTensor
from npumon.core.run.metrics import Figures
from npumon.tui.paint import Area
from npumon.tui.panes.digits import large
from npumon.tui.panes.history import Past
from npumon.tui.panes.utilization import network_title, utilization_lines
from tests.tui.moments import (
    LATENCIES,
    MISSING,
    PROFILING_OFF,
    ROOMS,
    board,
    fits,
    history,
    moments,
    roles,
    seed_run,
    texts,
    under_way,
    without_counters,
)
from tests.tui.stage import live

MEDIUM, TALL = Area(76, 6), Area(116, 14)


def drawn(shown: Live, area: Area = MEDIUM) -> list[str]:
    return texts(utilization_lines(shown, Past(), area))


def done() -> Live:
    return live(seed_run(), latencies=LATENCIES, history=history(3))


def test_every_figure_has_its_place() -> None:
    assert drawn(done()) == [
        "▄▀▀▄ ▄▀▀▄   ▄▀▀▄     busy 20.7 of 21.1 ms  cycles 16.7 M, 296 k idle",
        "▀▄▄█ ▄▀▀▄    ▄▄▀     clock 790 of 800 MHz  create 59.5 ms, verify 823 µs",
        " ▄▄▀ ▀▄▄▀ ▄ █▄▄▄ %   latency 21.6 ms       min 21.5  med 21.6  p95 22.9  n 7",
        "▀" * 74 + "▘─",
        "100    ",
        "  0 ▁▂▃",
    ]


def test_a_window_much_longer_than_the_work_does_not_touch_the_next_column() -> None:
    run = seed_run()
    (iteration,) = run.state.iterations
    (operation,) = iteration.operations
    long = iteration._replace(operations=(operation._replace(window_us=8_630_000),))
    run = run._replace(state=run.state._replace(iterations=(long,)))
    assert "busy 20.7 ms of 8.63 s  cycles 16.7 M" in drawn(done()._replace(snapshot=board(run=run)))[0]


def test_the_graph_is_explained_where_there_is_room() -> None:
    assert drawn(done(), Area(106, 6))[1].endswith("  create 59.5 ms, verify 823 µs  graph: last 3 iterations")
    run = seed_run()
    unprepared = run._replace(state=run.state._replace(create_us=None, verify_us=None))
    assert drawn(done()._replace(snapshot=board(run=unprepared)))[1].endswith("800 MHz  graph: last 3 iterations")


NETWORK = Network(
    "inception_v3", None, (NetworkTensor("in", "uint8", (1, 3, 299, 299)),), (NetworkTensor("out", "f16", (1, 1001)),)
)


def test_the_title_tells_the_network_where_no_line_does() -> None:
    shown = live(seed_run()._replace(network=NETWORK))
    words = "network inception_v3  in 1×3×299×299  out 1×1001"
    assert network_title(shown, MEDIUM) == f" · {words}"
    assert network_title(shown, MEDIUM._replace(ascii=True)) == f" - {words.replace('×', 'x')}"
    assert network_title(shown, TALL) == ""
    assert words in drawn(shown, TALL)[-1]
    assert network_title(live(seed_run()), MEDIUM) == network_title(live(), MEDIUM) == ""


def test_a_tall_room_has_two_graphs() -> None:
    lines = drawn(done(), TALL)
    assert len(lines) == 14
    assert lines[0].endswith("busy    20.7 of 21.1 ms                  30 ms    ")
    assert lines[5].split()[-8:] == ["%", "create", "59.5", "ms,", "verify", "823", "µs", "latency"]
    assert lines[7].startswith("100 ")
    assert lines[13] == "    last 3 iterations"


def test_small_rooms_keep_the_figure_and_its_bar() -> None:
    assert drawn(done(), Area(38, 1)) == [" 98.2 % " + "▀" * 29 + "▘"]
    assert drawn(done(), Area(30, 3, ascii=True)) == [
        " 98.2 % " + "#" * 22,
        "busy 20.7 of 21.1 ms",
        "cycles 16.7 M, 296 k idle",
    ]


def test_what_a_small_room_leaves_goes_to_the_graph() -> None:
    assert drawn(done(), Area(38, 6))[-2:] == ["100    ", "  0 ▁▂▃"]


@pytest.mark.parametrize(("share", "digits"), [(1.0, "100"), (0.99951, "100"), (0.05, "5.0"), (0.0, "0.0")])
def test_facts_stand_in_one_place_whatever_the_figure(share: float, digits: str) -> None:
    run = seed_run()
    metrics = run.metrics._replace(figures=run.metrics.figures._replace(utilization=share))
    line = drawn(live(run._replace(metrics=metrics)))[0]
    assert line.index("busy") == 21
    assert line[:16] == f"{large(digits)[0]:>16}"


def test_a_slow_clock_is_said_in_a_word() -> None:
    lines = utilization_lines(moments()["slow clock"], Past(), MEDIUM)
    assert roles(lines, "395") == roles(lines, "SLOW") == {"warn"}


def test_a_clock_that_is_well_needs_no_word() -> None:
    assert "SLOW" not in "".join(drawn(done()))


def test_figures_that_are_absent_say_so() -> None:
    run = seed_run()
    figures = Figures(utilization=0.5)
    bare = run._replace(metrics=run.metrics._replace(figures=figures))
    words = "\n".join(drawn(live(bare)))
    assert "busy n/a of 21.1 ms" in words
    assert "clock n/a" in words
    assert "cycles n/a, n/a idle" in words


def test_one_latency_has_no_spread() -> None:
    one = done()._replace(latencies=Latencies(1, 21_600.0, 21_600.0, 21_600.0))
    assert "min" not in "\n".join(drawn(one))


def test_latencies_of_different_units_keep_them() -> None:
    mixed = done()._replace(latencies=Latencies(3, 21_600.0, 21_600.0, 12_000_000.0))
    assert "p95 12.0 s" in "\n".join(drawn(mixed))


def test_no_run_says_what_to_press() -> None:
    advice = "r runs a model, 4 shows models or how to get some, ? explains the keys."
    assert drawn(live())[:2] == ["No run yet.", advice]


def test_a_missing_driver_comes_with_its_remedy() -> None:
    assert drawn(Live(board(MISSING)))[2:] == ["No NPU driver is loaded.", "Load it: sudo insmod x.ko"]


def test_profiling_that_is_off_comes_with_its_remedy_and_the_latency() -> None:
    lines = drawn(Live(board(PROFILING_OFF, without_counters()), latencies=LATENCIES))
    assert lines == [
        "latency 21.6 ms  min 21.5 ms  median 21.6 ms  p95 22.9 ms  of 7 iterations",
        "This run printed no cycle counters.",
        "Profiling is off.",
        "Reload it: g, or sudo rmmod galcore",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("first run", "The figures come with the first iteration."),
        ("broken off", "The run completed no iteration."),
        ("detections", "This program prints neither times nor counters."),
        ("waiting", "Waiting for /var/log/npu/run.log: it does not exist yet."),
    ],
)
def test_why_there_is_nothing(name: str, words: str) -> None:
    assert drawn(moments()[name])[0] == words


def test_a_log_without_a_run() -> None:
    shown = live(activity=Activity("following", source="run.log"))
    assert drawn(shown) == ["The log holds no run yet."]


def test_while_a_run_starts_the_last_figures_stay() -> None:
    shown = live(under_way(b"Verify Graph"), previous=seed_run(), latencies=LATENCIES, history=history(3))
    assert drawn(shown) == drawn(done())


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_every_moment_fits_every_room(area: Area) -> None:
    for name, shown in moments().items():
        lines = utilization_lines(shown, Past(), area)
        assert fits(lines, area), name


def with_network(name: str = "inception_v3") -> Live:
    network = Network(name, None, (NetworkTensor("input", "uint8", (1, 3, 299, 299)),))
    return live(seed_run()._replace(network=network), latencies=LATENCIES, history=history(3))


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_network_stands_beside_the_note_under_the_graph(ascii_only: bool) -> None:
    lines = drawn(with_network(), TALL._replace(ascii=ascii_only))
    plain = drawn(done(), TALL._replace(ascii=ascii_only))
    assert lines[:-1] == plain[:-1]
    words = "network inception_v3  in 1x3x299x299" if ascii_only else "network inception_v3  in 1×3×299×299"
    assert lines[-1] == plain[-1] + words.rjust(TALL.width - len(plain[-1]))


def test_small_rooms_do_without_the_network() -> None:
    for area in (MEDIUM, Area(38, 6), Area(38, 1)):
        assert drawn(with_network(), area) == drawn(done(), area)
    assert drawn(with_network("long" * 50), TALL) == drawn(done(), TALL)
