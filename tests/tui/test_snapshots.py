"""Every page at three sizes, in both character sets, compared with its stored text. `make snapshots` renews them.

What is stored was looked at by a person; a difference is either a bug or a change to look at again.
"""

from __future__ import annotations

import asyncio
import os
from importlib.metadata import version
from pathlib import Path

import pytest

from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Latencies, Live, ModelChoice
from npumon.engine.session_history import SampleRing, sample_of
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.keys import PAGE_NAMES
from tests.tui import stage

FOLDER = Path(__file__).parent / "snapshots"
SIZES = ((80, 24), (120, 40), (200, 60))
UPDATE = "UPDATE_SNAPSHOTS" in os.environ
PINNED = "8.2.8"  # of Textual; see the group `test` in pyproject.toml

CHOICE = ModelChoice(
    id="1",
    name="inceptionv3",
    full_name="inceptionv3/VIM3",
    variant="VIM3",
    kind="run.sh",
    folder="~/aml_npu_demo_binaries/inceptionv3/VIM3",
    command="./run.sh",
    labels="~/aml_npu_demo_binaries/inceptionv3/imagenet_slim_labels.txt",
    files=("inception_v3.nb", "../goldfish_299x299.jpg"),
)
OTHER = CHOICE._replace(
    id="2",
    full_name="inceptionv3/VIM3L",
    variant="VIM3L",
    preferred=False,
    remarks=("made for the VIM3L; this board is a VIM3",),
)


def moment() -> Live:
    """The real run of the public document, as the last of twenty synthetic ones around its figures."""
    text = stage.SEED.read_bytes()
    run = stage.report(text, started_at="2026-11-22T03:17:59.000+00:00")
    series = SampleRing()
    sample = sample_of(run.state.iterations[-1], run.metrics.figures)
    for number in range(20):
        share = 0.9 + number % 5 / 50
        series.add(
            sample._replace(
                utilization=share,
                ddr_mbyte_per_s=(sample.ddr_mbyte_per_s or 0) * share,
                elapsed_us=21_609.0 + 100 * (number % 7),
            )
        )
    book = Scrollback()
    book.feed(text)
    earlier = run._replace(info=run.info._replace(id="0", started_at="2026-11-22T03:16:12.000+00:00"))
    return stage.live(
        run,
        runs=(earlier, run),
        previous=earlier,
        history=series.history,
        latencies=Latencies(20, 21_609.0, 21_909.0, 22_209.0),
        log=book.page,
        activity=Activity(model="inceptionv3", run=2),
    )


async def drawn(page: str, size: tuple[int, int], ascii_only: bool) -> str:
    """The page as text, once nothing changes any more."""
    backend = stage.StaticBackend(moment(), DisplayOptions(refresh_s=3600, ascii=ascii_only))
    backend.choices = (CHOICE, OTHER)
    app = MonitorApp(backend)
    async with app.run_test(size=size) as pilot:
        app.action_page(page)
        await pilot.pause()
        return "\n".join(line.rstrip() for line in await stage.picture_at_rest(pilot)) + "\n"


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps in UTC."""
    monkeypatch.setenv("TZ", "UTC")


@pytest.mark.system
@pytest.mark.skipif(version("textual") != PINNED, reason=f"NOT TESTED: snapshots are of Textual {PINNED} alone")
@pytest.mark.parametrize("ascii_only", [False, True], ids=["utf8", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=[f"{columns}x{rows}" for columns, rows in SIZES])
@pytest.mark.parametrize("page", PAGE_NAMES)
def test_page(page: str, size: tuple[int, int], ascii_only: bool) -> None:
    text = asyncio.run(drawn(page, size, ascii_only))
    path = FOLDER / f"{page}-{size[0]}x{size[1]}-{'ascii' if ascii_only else 'utf8'}.txt"
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    if ascii_only:
        assert text.isascii()


def test_no_snapshot_is_left_over() -> None:
    wanted = {
        f"{page}-{columns}x{rows}-{kind}.txt"
        for page in PAGE_NAMES
        for columns, rows in SIZES
        for kind in ("utf8", "ascii")
    }
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == wanted
