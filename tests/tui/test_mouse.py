"""What the mouse does on pages: panes lead to their pages, the header to the driver, rows open on a double click."""

from __future__ import annotations

import pytest

from npumon.tui.app import MonitorApp
from npumon.tui.screens.reload import ReloadDialog
from npumon.tui.widgets.layer_table import LayerTable
from tests.tui.stage import DRIVER, SEED, application, live, picture, report, until

RUN = report(SEED.read_bytes())


def shown() -> MonitorApp:
    return application(live(RUN, runs=(RUN,)))


@pytest.mark.parametrize(
    ("pane", "page"),
    [("#utilization", "layers"), ("#bandwidth", "layers"), ("#results", "log"), ("#run-state", "runs")],
)  # fmt: skip
async def test_a_pane_leads_to_its_page(pane: str, page: str) -> None:
    app = shown()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "goldfish" in "\n".join(picture(app)))
        assert await pilot.click(pane)
        await until(pilot, lambda: app.current_mode == page)


async def test_latencies_and_their_distribution_lead_to_that_of_runs() -> None:
    text = SEED.read_bytes()
    times = b"".join(b"Run the %d time: 21.00ms or %d.00us\n" % (number, 21000 + number) for number in (1, 2, 3))
    run = report(text[: text.index(b"layer id")] + times)
    app = application(live(run, runs=(run,)))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Latency" in "\n".join(picture(app)))
        assert await pilot.click("#latency")
        await until(pilot, lambda: app.current_mode == "runs")


async def test_the_header_leads_to_the_driver_and_goes_on() -> None:
    moment = live(RUN, runs=(RUN,))
    off = moment._replace(snapshot=moment.snapshot._replace(driver=DRIVER._replace(profiling=False)))
    app = application(off)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "profiling OFF" in picture(app)[0])
        assert await pilot.click(offset=(picture(app)[0].index("npumon"), 0))
        await pilot.press("space")
        await until(pilot, lambda: "PAUSED" in picture(app)[0])
        assert await pilot.click(offset=(picture(app)[0].index("PAUSED"), 0))
        await until(pilot, lambda: "PAUSED" not in picture(app)[0])
        assert not app.screen.is_modal
        assert await pilot.click(offset=(picture(app)[0].index("profiling OFF"), 0))
        await until(pilot, lambda: isinstance(app.screen, ReloadDialog))
        await pilot.press("escape")


async def test_a_double_click_opens_a_row() -> None:
    app = shown()
    async with app.run_test(size=(80, 18)) as pilot:
        app.action_page("layers")
        await until(pilot, lambda: [table for table in app.screen.query(LayerTable) if table.rows])
        before = app.screen.has_class("-details")
        assert await pilot.click(LayerTable, offset=(5, 1))
        await pilot.pause()
        assert app.screen.has_class("-details") == before
        assert await pilot.click(LayerTable, offset=(5, 1), times=2)
        await until(pilot, lambda: app.screen.has_class("-details") != before)
