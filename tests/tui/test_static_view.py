"""The monitor without an engine: pictures."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from npumon.core.problems import ProblemError
from npumon.tui.backend import DisplayOptions
from npumon.tui.keys import PAGE_NAMES
from npumon.tui.static_view import StaticBackend, StaticEngine, picture
from tests.tui.stage import SEED, live, report

LOOK = DisplayOptions(refresh_s=3600)


def words(svg: str) -> str:
    return " ".join("".join(ElementTree.fromstring(svg).itertext()).split())  # noqa: S314  # our own


@pytest.mark.parametrize("page", PAGE_NAMES)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (20, 5)])
async def test_every_page_has_a_picture(page: str, size: tuple[int, int]) -> None:
    run = report(SEED.read_bytes())
    svg = await picture(StaticBackend(live(run, runs=(run,)), LOOK), size, page)
    assert words(svg)
    if size[0] >= 80:
        assert "q quit" in words(svg)


async def test_the_first_picture_is_whole() -> None:
    """Nothing of what is to be seen comes later."""
    run = report(SEED.read_bytes())
    svg = await picture(StaticBackend(live(run, runs=(run,)), LOOK), (120, 40))
    for word in ("Khadas VIM3", "71.70", "goldfish", "Compute-bound"):
        assert word in words(svg), word
    assert svg == await picture(StaticBackend(live(run, runs=(run,)), LOOK), (120, 40))


async def test_the_engine_only_shows_its_value() -> None:
    seen: list[object] = []
    shown = live()
    engine = StaticEngine(shown, seen.append)
    await engine.poll()
    assert seen == [shown]
    await engine.keep_sampling()
    engine.stop()
    with engine.reloading():
        pass
    await engine.watch("a.log")
    await engine.close()
    assert engine.live is shown


def test_the_desk_leads_nowhere() -> None:
    backend = StaticBackend(live(), LOOK)
    assert backend.first_job() is None
    assert backend.models() == ()
    assert backend.where_models_are_looked_for()
    for refused in (
        lambda: backend.driver,
        lambda: backend.inspection("x"),
        lambda: backend.export(report(b"")),
        lambda: backend.export_all(()),
        lambda: backend.picture(""),
    ):
        with pytest.raises(ProblemError):
            refused()
