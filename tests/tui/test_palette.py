"""The command palette offers every action."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App
from textual.command import Command, CommandInput, CommandList, CommandPalette, DiscoveryHit
from textual.pilot import Pilot

from npumon.core.monitor.live import ModelChoice
from npumon.core.problems import Problem, ProblemError
from npumon.tui import themes
from npumon.tui.actions import PACES_S
from npumon.tui.app import MonitorApp
from npumon.tui.host import key_state
from npumon.tui.keys import COMMANDS, KEYS, PAGE_NAMES
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.palette import _name, commands_for
from npumon.tui.screens.layers import LayersPage
from npumon.tui.screens.log import LogPage
from tests.tui.layered import many
from tests.tui.stage import SEED, StaticBackend, application, live, picture, report, until

RUN = report(SEED.read_bytes())
INCEPTION = ModelChoice("a", "inceptionv3", "inceptionv3/VIM3", "VIM3", "run.sh", "/models/VIM3", "./run.sh", None)
HOSTILE = INCEPTION._replace(id="b", full_name="[bold]x[/] [link=http://x]")


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_it_opens_and_closes(key: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: "run (r)" in "\n".join(picture(app)))
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, CommandPalette)


async def offered(app: MonitorApp) -> list[str]:
    """The names of all commands."""
    commands = commands_for(app, PACES_S)(app.screen)
    await commands.startup()
    names = [str(hit.display) async for hit in commands.discover() if isinstance(hit, DiscoveryHit)]
    await commands.shutdown()
    return names


@pytest.mark.parametrize("page", PAGE_NAMES)
async def test_every_action_is_there(page: str) -> None:
    shown = live(RUN, runs=(RUN,))
    app = application(shown)
    async with app.run_test() as pilot:
        app.action_page(page)
        await pilot.pause()
        names = await offered(app)
        assert len(names) == len(set(names))
        for key in (*KEYS, *COMMANDS):
            if key.action != "command_palette":
                there = key.when(key_state(app), app.shown)
                assert (_name(key) in names) == there, key
        for key in PAGE_KEYS[page]:
            assert f"{page.capitalize()}: {_name(key)}" in names
        assert [name for name in names if name.startswith("theme ")] == [
            "theme (T)", *(f"theme {name}" for name in themes.NAMES)
        ]  # fmt: skip
        assert len([name for name in names if name.startswith("refresh ")]) == len(PACES_S)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sort by time", "Layers: sort by time (t)"),
        ("export as mark", "export as Markdown"),
        ("export as json", "export as JSON"),
        ("show slowest", "Layers: show the slowest operations"),
        ("group by target", "Live: group by target"),
        ("group", "Live: where the time goes, by something else (b)"),
        ("filter", "Runs: filter (/)"),
        ("search", "Log: search (/)"),
        ("wrap", "Log: wrap (w)"),
        ("reverse", "Layers: reverse (I)"),
        ("unmark", "Runs: mark (m)"),
        ("next page", "next page (Tab)"),
        ("look for models", "Models: refresh (F5)"),
        ("Run incep", "Run inceptionv3/VIM3"),
        ("[bold]", "Run [bold]x[/] [link=http://x]"),
    ],
)
async def test_what_there_is_can_be_found(query: str, name: str) -> None:
    run = many(12)
    app = application(live(run, runs=(run,)))
    assert isinstance(app.backend, StaticBackend)
    app.backend.choices = (INCEPTION, HOSTILE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        app.screen.query_one(CommandInput).value = query
        await until(pilot, lambda: name in "\n".join(picture(app)))


async def test_what_would_do_nothing_now_is_not_offered() -> None:
    app = application(live())
    async with app.run_test():
        names = await offered(app)
        missing = (
            "export as JSON",
            "compare runs (c)",
            "stop the run (x)",
            "Layers: sort by time (t)",
            "Runs: mark (m)",
        )
        assert [name for name in missing if name in names] == []


async def test_where_the_time_goes_by_what_one_wants() -> None:
    app = application(live(many(12)))
    async with app.run_test(size=(100, 40)) as pilot:
        for by in ("layer", "operation", "layer"):
            await carried_out(pilot, f"Live: group by {by}")
            await until(pilot, lambda by=by: f"Where the time goes, by {by}" in "\n".join(picture(app)))  # type: ignore[misc]
        await carried_out(pilot, "Live: group by target")
        await until(pilot, lambda: "The text does not tell operations apart by target." in "\n".join(picture(app)))


async def test_the_slowest_operations_stay_first_however_often_they_are_asked_for() -> None:
    run = many(12)
    profile = run.metrics.profile
    assert profile is not None
    slowest = max(each.operation.execution_us or 0 for each in profile.operations)
    app = application(live(run, runs=(run,)))
    async with app.run_test(size=(100, 40)) as pilot:
        for again in ((), ("I",), ()):
            await pilot.press(*again)
            await carried_out(pilot, "Layers: show the slowest operations")
            await until(pilot, lambda: isinstance(app.screen, LayersPage) and app.screen.table.order == "time")
            assert isinstance(app.screen, LayersPage)
            await until(pilot, lambda: "▸" in "\n".join(picture(app)))
            assert app.screen.table.descending
            current = app.screen.table.current
            assert current is not None
            assert current.operation.execution_us == slowest


def first_found(app: App[int]) -> str:
    found = app.screen.query_one(CommandList)
    option = found.get_option_at_index(0) if found.option_count else None
    return option.hit.text or "" if isinstance(option, Command) else ""


async def carried_out(pilot: Pilot[int], query: str) -> None:
    """Choose the command that is found first."""
    app = pilot.app
    await pilot.press("colon")
    await until(pilot, lambda: isinstance(app.screen, CommandPalette))
    app.screen.query_one(CommandInput).value = query
    await until(pilot, lambda: first_found(app).startswith(query))
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(app.screen, CommandPalette))


async def test_actions_of_other_pages_are_carried_out_there() -> None:
    app = application(live(RUN, runs=(RUN,)))
    async with app.run_test(size=(80, 40)) as pilot:
        await carried_out(pilot, "Log: wrap")
        await until(pilot, lambda: isinstance(app.screen, LogPage) and app.screen.log_view.wrap)
        await carried_out(pilot, "Layers: reverse")
        await until(pilot, lambda: isinstance(app.screen, LayersPage) and app.screen.table.descending)
        await carried_out(pilot, "Layers: filter")
        await until(pilot, lambda: isinstance(app.screen, LayersPage) and app.screen.filter_line.is_open)


async def test_a_model_is_run_by_its_name() -> None:
    app = application(live())
    assert isinstance(app.backend, StaticBackend)
    app.backend.choices = (INCEPTION,)
    async with app.run_test(size=(80, 40)) as pilot:
        await carried_out(pilot, "Run inceptionv3")
        still = app.backend.still
        await until(pilot, lambda: still is not None and still.asked == [("a", 1, 0)])


async def test_models_that_cannot_be_looked_for_hold_nothing_up() -> None:
    class MonitorBackend(StaticBackend):
        def models(self) -> Sequence[ModelChoice]:
            raise ProblemError(Problem("models.unreadable", "No.", ""))

    app = MonitorApp(MonitorBackend(live()))
    async with app.run_test():
        assert "quit (q)" in await offered(app)
    backend = StaticBackend(live())
    backend.watched, backend.choices = "a.log", (INCEPTION,)
    app = MonitorApp(backend)
    async with app.run_test():
        assert not [name for name in await offered(app) if name.startswith("Run ")], "nothing is run while watching"


async def test_its_frame_has_no_character_without_a_stand_in() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: ">  Search for commands " in "\n".join(picture(app)))


async def test_a_theme_by_its_name() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"colorblind")
        await until(pilot, lambda: "switch to the theme colorblind" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "colorblind")


async def test_a_pace_by_its_name() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"refresh", "space", "5")
        await until(pilot, lambda: "every 5 s" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: app.controller.refresh_s == 5)


async def test_quit() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"quit")
        await until(pilot, lambda: "quit (q)" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: not app.is_running)
        assert app.return_value == 0


@pytest.mark.parametrize("query", ["[", "[/]", "[bold]", "日本", "\\", "(", "é", "[link=x]y"])
async def test_any_query(query: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*query)
        await pilot.pause()
        commands = commands_for(app, PACES_S)(app.screen)
        await commands.startup()
        hits = [hit async for hit in commands.search(query)]
        await commands.shutdown()
        assert all(hit.score > 0 for hit in hits)
        assert app.is_running
        await pilot.press("escape", "escape")
