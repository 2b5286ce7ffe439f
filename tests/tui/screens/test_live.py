"""The Live page in the real application."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.monitor.log_board import LogBoard
from npumon.core.profile import Network, NetworkTensor
from npumon.tui.app import LiveArrived, MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.panes.results import ResultsPane
from npumon.tui.panes.utilization import UtilizationPane
from tests.tui.moments import MISSING, board, history, log, moments, seed_run
from tests.tui.stage import application, live, picture, report, until

#: What is to be seen of the seed run at 80x24 without scrolling.
FIGURES = (
    "71.70 17.81 30.98 14.13 40.72 3.68 3 440 854 1 486 678 1 954 177 20.7 of 21.1 ms 16.7 M 296 k idle "
    "790 of 800 MHz 21.6 ms min med p95 goldfish 0.8340 0.0091 0.0036 0.0022 0.0021 inceptionv3 ok run Compute-bound "
    "create 59.5 verify 823 µs inception_v3 1×3×299×299 1×1001 VIM3 A311D galcore 6.4.6.2 profiling on 4.9.241 52 °C"
)
NETWORK = Network(
    "inception_v3", None, (NetworkTensor("in", "uint8", (1, 3, 299, 299)),), (NetworkTensor("out", "f16", (1, 1001)),)
)


def graph(operations: int) -> bytes:
    """A synthetic run of a graph of so many operations, with times alone."""
    blocks = "".join(
        f"layer_id: {number} layer name:ConvolutionLayer operation[0]:VXNNE_OPERATOR_CONVOLUTION "
        f"target:VXNNE_OPERATION_TARGET_NN.\nuid: {number}\nabs_op_id: {number}\n"
        f"execution time:             {900 + number} us\n"
        for number in range(operations)
    )
    head = "#productname=VIPNano-QI, pid=0x88\nCreate Neural Network: 59ms or 59455us\nVerify...\n"
    run = f"Verify Graph: 0ms or 823us\nStart run graph [1] times...\n{blocks}Run the 1 time: 21.00ms or 21609.00us\n"
    end = "vxProcessGraph execution time:\nTotal   21.00ms or 21625.00us\nAverage 21.62ms or 21625.00us\n"
    return (head + run + end + " --- Top5 ---\n  2: 0.833984\n").encode()


GRAPH = graph(3)
SIZES = [(200, 60), (120, 40), (80, 24), (60, 15), (40, 10), (30, 8), (80, 12), (50, 40), (250, 80), (3, 2)]


async def shows(pilot: Pilot[int], shown: Live) -> MonitorApp:
    """The application, as soon as this is what it shows."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    if app.live is not shown:
        app.post_message(LiveArrived(shown))
        await until(pilot, lambda: app.live is shown)
    await pilot.pause()
    return app


async def screen(shown: Live, size: tuple[int, int] = (80, 24)) -> list[str]:
    async with application(shown).run_test(size=size) as pilot:
        return picture(await shows(pilot, shown))


async def test_every_figure_is_on_the_screen_at_80x24() -> None:
    done = moments()["done"]
    assert done.snapshot.run is not None
    named = done._replace(snapshot=board(run=done.snapshot.run._replace(network=NETWORK)))
    text = "\n".join(await screen(named))
    missing = [word for word in FIGURES.split() if word not in text]
    assert missing == []
    for title in ("Utilization", "Bandwidth", "Top-5", "Log"):
        assert f"─ {title} " in text


async def test_the_network_of_a_title_is_no_markup_and_follows_the_size() -> None:
    run = seed_run()._replace(network=NETWORK._replace(name="[bold]x[/]"))
    shown = live(run, history=history(40))
    async with application(shown).run_test(size=(80, 24)) as pilot:
        app = await shows(pilot, shown)
        assert "─ Utilization · network [bold]x[/]  in 1×3×299×299  out 1×1001 ─" in picture(app)[2]
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "─ Utilization ─" in picture(app)[2]
        await shows(pilot, live(seed_run()))
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "─ Utilization ─" in picture(app)[2]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
async def test_every_size_in_every_moment(size: tuple[int, int], ascii_only: bool) -> None:
    app = application(live(), DisplayOptions(refresh_s=3600, ascii=ascii_only))
    async with app.run_test(size=size) as pilot:
        for name, shown in moments().items():
            lines = picture(await shows(pilot, shown))
            assert len(lines) == size[1], name
            assert {cell_len(line) for line in lines} == {size[0]}, name
            if ascii_only and name != "hostile":
                assert "".join(lines).isascii(), name


async def test_at_40x10_the_gauge_and_the_pairs_remain() -> None:
    lines = await screen(moments()["done"], (40, 10))
    text = "\n".join(lines)
    assert "98.2 %" in text
    assert all(rate in text for rate in ("3 440", "854", "1 486", "678", "1 954", "177"))
    assert lines[0].startswith("npumon")


async def test_at_60x15_the_classes_are_there_too() -> None:
    text = "\n".join(await screen(moments()["done"], (60, 15)))
    assert all(word in text for word in ("0.8340", "71.70", "3 440", "790 of 800 MHz", "21.6 ms", "Compute-bound"))


def explained(verdict: str) -> Live:
    """The seed run with another verdict."""
    run = seed_run()
    return live(run._replace(metrics=run.metrics._replace(verdict=verdict)), log=log())


LONG = (
    "DDR-bound: 76.2 % of the time goes to operations that wait for memory, most of all layer 12 "
    "(network_binary_graph); the NPU was busy 83.9 % of the window, DDR carried 2 130 MByte/s."
)


@pytest.mark.parametrize("size", [(80, 18), (80, 24), (80, 30), (100, 24), (120, 40), (200, 60)], ids=str)
async def test_the_verdict_is_never_cut(size: tuple[int, int]) -> None:
    text = " ".join("".join(await screen(explained(LONG), size)).split())
    assert LONG in text


async def test_the_verdict_takes_from_the_log_what_it_needs_and_gives_it_back() -> None:
    done = explained("The run completed.")
    async with application(done).run_test(size=(80, 24)) as pilot:
        app = await shows(pilot, done)
        before = picture(app)
        await shows(pilot, explained(LONG))
        assert [line[:4] for line in picture(app)[-4:-1]] == [" DDR", " all", " DDR"]
        missing = [
            word for word in FIGURES.split() if word in "\n".join(before) and word not in "\n".join(picture(app))
        ]
        assert missing == [], "not from the figures"
        assert "Log" in "\n".join(picture(app))
        await shows(pilot, done)
        assert picture(app) == before


async def test_a_watched_log_needs_no_driver_here() -> None:
    watched = Activity("following", source="/tmp/t.log", run=1, note="t.log was truncated; read from its beginning.")
    elsewhere = board(MISSING, seed_run())._replace(log_board=LogBoard())
    text = " ".join("\n".join(await screen(Live(elsewhere, watched))).split())
    assert "No NPU driver is loaded." not in text
    assert "t.log was truncated; read from its beginning. Compute-bound: the NPU was busy" in text
    assert "2 130 MByte/s." in text
    assert "No NPU driver" not in "\n".join(await screen(Live(elsewhere._replace(run=None), watched)))


async def test_a_resize_lays_out_anew() -> None:
    done = moments()["done"]
    async with application(done).run_test(size=(40, 10)) as pilot:
        app = await shows(pilot, done)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert picture(app) == await screen(done)


async def test_a_driver_that_is_missing_is_said_with_its_remedy() -> None:
    text = "\n".join(await screen(Live(board(MISSING))))
    assert "No NPU driver is loaded." in text
    assert "sudo insmod x.ko" in text


async def test_markup_in_names_is_shown_as_it_is() -> None:
    text = "\n".join(await screen(moments()["hostile"], (120, 40)))
    assert "[bold]x[/]" in text


async def test_the_title_of_the_results_follows_what_they_are() -> None:
    done = moments()["done"]
    app = application(done)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, done)
        assert app.screen.query_one(ResultsPane).border_title == "Top-5"
        await shows(pilot, moments()["detections"])
        assert app.screen.query_one(ResultsPane).border_title == "Detections"


async def test_a_pane_draws_again_only_when_what_it_shows_is_another() -> None:
    first = moments()["done"]
    app = application(first)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, first)
        pane = app.screen.query_one(UtilizationPane)
        drawn = pane._drawn
        await shows(pilot, first._replace(activity=Activity(run=8)))
        assert pane._drawn is drawn
        await shows(pilot, first._replace(snapshot=board(run=seed_run(model="other"))))
        assert pane._drawn is not drawn


def placed(app: MonitorApp) -> dict[str, tuple[int, ...]]:
    """The panes of the body that are on the screen, and where."""
    return {pane.id or "": (*pane.region,) for pane in app.screen.query("LiveBody Pane") if pane.region.area}


async def test_panes_come_with_what_they_show_and_go_with_it() -> None:
    async with application(live()).run_test(size=(80, 24)) as pilot:
        app = await shows(pilot, live())
        assert placed(app).keys() == {"run-state", "notice", "verdict"}
        await shows(pilot, moments()["done"])
        assert placed(app).keys() == {"run-state", "utilization", "bandwidth", "results", "log-tail", "verdict"}
        await shows(pilot, moments()["detections"])
        assert placed(app).keys() == {"run-state", "results", "verdict"}
        await shows(pilot, live(report(GRAPH)))
        assert placed(app).keys() == {"run-state", "operations", "results", "verdict"}
        await shows(pilot, live(report(GRAPH[:400]), log=log(GRAPH[:400])))
        assert placed(app).keys() == {"run-state", "log-tail", "verdict"}


async def test_the_second_iteration_makes_room_for_graphs() -> None:
    one, two = live(seed_run(), history=history(1)), live(seed_run(), history=history(2))
    async with application(one).run_test(size=(120, 40)) as pilot:
        app = await shows(pilot, one)
        before = placed(app)["utilization"]
        await shows(pilot, two)
        await until(pilot, lambda: placed(app)["utilization"] != before)
        assert placed(app)["utilization"][3] == before[3] + 6


async def test_at_80x24_the_second_iteration_moves_nothing() -> None:
    one, two = live(seed_run(), history=history(1)), live(seed_run(), history=history(2))
    async with application(one).run_test(size=(80, 24)) as pilot:
        app = await shows(pilot, one)
        before = placed(app)
        assert "second iteration" in "\n".join(picture(app))
        await shows(pilot, two)
        assert placed(app) == before
        assert "second iteration" not in "\n".join(picture(app))


async def test_b_groups_by_something_else() -> None:
    shown = live(report(GRAPH))
    async with application(shown).run_test(size=(80, 24)) as pilot:
        app = await shows(pilot, shown)
        assert "─ Where the time goes, by target (b: operation, layer" in picture(app)[2]
        assert "group by" in picture(app)[-1]
        await pilot.press("b")
        assert "─ Where the time goes, by operation (b: target, layer" in picture(app)[2]
        await shows(pilot, moments()["done"])
        await pilot.press("b")
        assert "group by" not in picture(app)[-1]


async def test_more_operations_get_more_lines() -> None:
    few, many = (live(report(graph(count))) for count in (2, 9))
    async with application(few).run_test(size=(120, 40)) as pilot:
        app = await shows(pilot, few)
        before = placed(app)["operations"][3]
        await shows(pilot, many)
        await until(pilot, lambda: placed(app)["operations"][3] == before + 7)
