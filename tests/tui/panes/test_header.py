"""The top line: what it says, what it leaves out first, and that it fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.board_state import BoardState, CoolingDevice, ThermalZone
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live, Snapshot
from npumon.core.monitor.log_board import LogBoard
from npumon.core.run.report import RunReport
from npumon.tui.paint import Area, width_of
from npumon.tui.panes.header import HeaderPane
from tests.tui.stage import BOARD, DRIVER, SEED, application, live, picture, report, until


def text(shown: Live, width: int = 200, *, ascii_only: bool = False, paused: bool = False) -> str:
    header = HeaderPane(ascii_only=ascii_only)
    header.paused = paused
    (line,) = header.draw(shown, Area(width, 1, ascii_only))
    assert width_of(line) == width
    return "".join(part.text for part in line)


def on(board: BoardState = BOARD, driver: DriverState = DRIVER, *, demo: bool = False) -> Live:
    return Live(Snapshot("", board, driver, report(SEED.read_bytes()), demo=demo))


def test_everything() -> None:
    left = "npumon Khadas VIM3 A311D · galcore 6.4.6.2 profiling on · NPU ran at 790 MHz · Linux 4.9.241"
    assert text(on(demo=True)) == f"{left:<188} DEMO  52 °C"
    assert text(on(), ascii_only=True).isascii()
    assert "PAUSED" in text(on(), paused=True)


def test_before_the_first_look() -> None:
    assert text(Live(Snapshot("", BoardState(), DriverState()))).split() == ["npumon", "looking", "at", "the", "board"]


@pytest.mark.parametrize(
    ("width", "left"),
    [
        (110, "Khadas VIM3 A311D · galcore 6.4.6.2 profiling on · NPU ran at 790 MHz · Linux 4.9.241"),
        (80, "VIM3 A311D · galcore 6.4.6.2 profiling on · run 790 MHz · 4.9.241"),
        (76, "VIM3 A311D · galcore 6.4.6.2 profiling on · run 790 MHz"),
        (60, "VIM3 A311D · galcore profiling on · run 790 MHz"),
        (54, "VIM3 A311D · galcore profiling on"),
        (40, "VIM3 A311D · profiling on"),
        (35, "VIM3 · profiling on"),
        (26, "profiling on"),
    ],
)
def test_the_least_important_goes_first(width: int, left: str) -> None:
    line = text(on(), width)
    assert line.endswith("52 °C")
    assert line.removesuffix("52 °C").rstrip() == f"npumon {left}"


def test_at_80_columns_a_simulated_board_has_all_but_the_kernel() -> None:
    line = text(on(demo=True), 80)
    assert line == "npumon VIM3 A311D · galcore 6.4.6.2 profiling on · run 790 MHz       DEMO  52 °C"


def of_log(board: LogBoard, source: str | None = "/tmp/t.log", run: RunReport | None = None) -> Live:
    run = run or report(SEED.read_bytes(), log="other.log")
    snapshot = Snapshot("", BoardState(), DriverState(), run, log_board=board)
    return Live(snapshot, Activity("following", source=source))


VIM3 = LogBoard("Khadas VIM3", "Khadas", "4.9.241", "2022-07-24T19:12:00+00:00")


@pytest.mark.parametrize(
    ("width", "left", "right"),
    [
        (
            120,
            "/tmp/t.log · Khadas VIM3 · host Khadas · VIPNano-QI pid 0x88 · run 790 MHz · Linux 4.9.241",
            "log of 2022-07-24",
        ),
        (80, "t.log · Khadas VIM3 · VIPNano-QI · run 790 MHz", "log of 2022-07-24"),
        (60, "t.log · Khadas VIM3 · 790 MHz", "log of 2022-07-24"),
        (39, "t.log · Khadas VIM3 · 790 MHz", ""),
        (20, "t.log", ""),
    ],
)
def test_a_log_tells_of_the_board_that_wrote_it(width: int, left: str, right: str) -> None:
    line = text(of_log(VIM3), width)
    assert line.endswith(right)
    assert line.removesuffix(right).rstrip() == f"npumon {left}"


def test_a_log_that_tells_little() -> None:
    unknown = report(b"nothing\n", log="other.log")
    assert text(of_log(LogBoard(), run=unknown), 80).rstrip() == "npumon /tmp/t.log"
    assert text(of_log(LogBoard(), None, unknown), 80).rstrip() == "npumon other.log"
    assert "log of" not in text(of_log(LogBoard(kernel="4.9.241")))
    versioned = report(b"HAL user version: 6.4.6.345497\n#productname=VIPNano-QI, pid=0x88\n")
    assert "VIPNano-QI pid 0x88 · driver 6.4.6.345497" in text(of_log(LogBoard(), run=versioned))


def test_a_log_has_nothing_of_this_machine() -> None:
    shown = of_log(VIM3)
    line = text(shown._replace(snapshot=shown.snapshot._replace(board=BOARD, driver=DRIVER)))
    assert not [word for word in ("A311D", "galcore", "profiling", "52 °C") if word in line]


def test_demo_and_heat_stay_to_the_last() -> None:
    assert text(on(demo=True), 20).endswith(" DEMO  52 °C")
    assert text(on(demo=True), 40, paused=True).endswith(" PAUSED   DEMO  52 °C")


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        (DriverState(), "no NPU driver"),
        (DriverState(name="etnaviv"), "etnaviv instead of galcore"),
        (DRIVER._replace(profiling=False), "profiling OFF"),
        (DRIVER._replace(profiling=None), "profiling unknown"),
        (DRIVER._replace(version=None), "galcore profiling on"),
    ],
)
def test_drivers(driver: DriverState, said: str) -> None:
    assert said in text(on(driver=driver))


@pytest.mark.parametrize(
    ("zones", "cooling", "said"),
    [
        ([52.4, 48.0], [], "52 °C"),
        ([52.4, None], [], "52 °C"),
        ([86.0], [], "86 °C HOT"),
        ([91.0], [("cpufreq-cpu0", 3)], "91 °C HOT throttled"),
        ([60.0], [("pwm-FAN", 3), ("cpufreq-cpu0", 0)], "60 °C"),
    ],
)
def test_heat(zones: list[float | None], cooling: list[tuple[str, int]], said: str) -> None:
    board = BOARD._replace(
        zones=tuple(ThermalZone("soc", celsius) for celsius in zones),
        cooling=tuple(CoolingDevice(name, state, 10) for name, state in cooling),
    )
    assert text(on(board)).endswith(f" {said}")


@pytest.mark.parametrize(("limit", "said"), [(75.0, "80 °C HOT"), (95.0, "80 °C"), (None, "80 °C")])
def test_hot_is_what_the_zone_says(limit: float | None, said: str) -> None:
    zone = ThermalZone("soc", 80.0, limit, None if limit is None else "passive")
    assert text(on(BOARD._replace(zones=(zone,)))).endswith(f" {said}")


@pytest.mark.parametrize(
    ("zones", "why"), [((), "no sensor"), ((ThermalZone("soc", None),), "sensor unreadable")], ids=["none", "silent"]
)
def test_without_a_temperature_it_says_why(zones: tuple[ThermalZone, ...], why: str) -> None:
    assert text(on(BOARD._replace(zones=zones)), 80).endswith(f" {why}")
    assert why not in text(on(BOARD._replace(zones=zones)), 60)


@given(
    st.text("[bold]日é\u0301/ x", max_size=40),
    st.text("[/]語 y", max_size=40),
    st.integers(1, 120),
    st.booleans(),
    st.booleans(),
)
def test_any_board_fits(model: str, version: str, width: int, ascii_only: bool, paused: bool) -> None:
    board = BOARD._replace(model=model or None, chip=None, kernel=version or None)
    text(on(board, DRIVER._replace(version=version), demo=True), width, ascii_only=ascii_only, paused=paused)


async def test_markup_is_shown_as_it_is() -> None:
    app = application(live()._replace(snapshot=on(BOARD._replace(model="[bold]x[/] [link=y]")).snapshot))
    async with app.run_test(size=(160, 24)) as pilot:
        await until(pilot, lambda: "[bold]x[/] [link=y]" in picture(app)[0])
