"""The application on a demo board with the real engine: runs, their end, and everything that leads out of it."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.problems import Problem
from npumon.engine.session import Job
from npumon.ports import RunRequest
from npumon.tui.app import INTERRUPTED, LiveArrived, MonitorApp
from npumon.tui.keys import PAGE_NAMES
from npumon.tui.paint import Area, Line, span
from npumon.tui.panes.header import HeaderPane
from npumon.tui.screens.page import Page
from tests.command_line import WITHIN_S, alive
from tests.tui.conftest import Open
from tests.tui.stage import SEED, Demo, StaticBackend, application, live, picture, report, until

#: What a model may call itself, and what must be seen of it.
HOSTILE = [
    "[bold]x[/bold]",
    "[/]",
    "[link=y]z[/link]",
    "[$error]",
    "日本語" * 5,
    "e\u0301\u0308" * 8,
    "a" * 300,
    "\\[red]",
]


# -- runs ------------------------------------------------------------------------------------------------------------


async def test_the_demos_model_runs_by_itself(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.until_shown("inceptionv3", "71.70", "40.72", "goldfish", "DEMO", "profiling on", "Compute-bound")
        run = monitor.app.live.snapshot.run
        assert run is not None
        assert (run.info.outcome, run.demo) == ("ok", True)


async def test_r_runs_it_again(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.press("r")
        await monitor.until_run(2)
        assert [run.info.outcome for run in monitor.app.live.runs] == ["ok", "ok"]
        assert monitor.app.live.runs[0].info.id != monitor.app.live.runs[1].info.id
        await monitor.until_shown("run 2")


async def test_a_series_with_warm_up(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.press("R", "2", "tab", "3", "enter")
        await monitor.until(lambda: monitor.app.controller.busy)
        job = monitor.app.controller.job
        assert job is not None
        assert (job.repeat, job.warmup) == (2, 3)
        await monitor.until_run(3)
        assert monitor.app.live.latencies.samples == 2, "those of the series, without its warm-up"


async def test_x_stops_a_hang(demo: Open) -> None:
    """The model and its child ignore SIGTERM."""
    async with demo("--scenario", "hang") as monitor:
        await monitor.until(lambda: monitor.app.live.activity.stage == "running")
        assert len(monitor.models_running()) >= 2
        await monitor.until_shown("x stop")
        began = time.monotonic()
        await monitor.press("x")
        await monitor.until_run()
        assert time.monotonic() - began < WITHIN_S
        assert monitor.app.live.runs[-1].info.outcome == "cancelled"
        await monitor.until(lambda: not monitor.models_running())
        assert "x stop" not in monitor.shown


@pytest.mark.parametrize("keys", [("q", "s"), ("ctrl+c",), ("ctrl+q", "s"), ("q", "ctrl+c"), ("x", "q", "q")])
async def test_quitting_takes_the_model_down(demo: Open, keys: Sequence[str]) -> None:
    async with demo("--scenario", "hang") as monitor:
        await monitor.until(lambda: monitor.app.live.activity.stage == "running")
        assert monitor.models_running()
        await monitor.press(*keys)
        await monitor.until(lambda: not monitor.app.is_running)
        assert [pid for pid in monitor.pids if alive(pid)] == []
        assert monitor.app.return_value == 0


async def test_it_shows_that_it_is_stopping(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        script = Path(monitor.app.live.runs[-1].info.cwd or "") / "run.sh"
        script.write_text("#!/bin/sh\ntrap '' TERM HUP\necho stubborn\nexec sleep 1000\n")
        await monitor.press("r")
        await monitor.until_shown("x stop", "stubborn")
        # looked at while the key is pressed: pressing it returns once nothing goes on, and that may be too late
        pressed = asyncio.get_running_loop().create_task(monitor.press("q", "s"))
        await monitor.until(lambda: monitor.app.live.activity.stage == "stopping" and "stopping" in monitor.shown)
        await pressed
        await monitor.until(lambda: not monitor.app.is_running)


async def test_a_failed_run_is_shown(demo: Open) -> None:
    async with demo("--scenario", "crash") as monitor:
        await monitor.until_run()
        await monitor.until_shown("failed")
        await monitor.press("r")
        await monitor.until_run(2)


async def test_a_second_run_while_one_is_under_way_is_not_begun(demo: Open) -> None:
    async with demo("--scenario", "hang") as monitor:
        await monitor.until(lambda: monitor.app.live.activity.stage == "running")
        running = monitor.models_running()
        await monitor.press("r", "r", "R")
        await monitor.until_shown("A run is in progress.")
        assert set(monitor.models_running()) == set(running)
        assert not monitor.app.screen.is_modal
        await monitor.press("x")
        await monitor.until_run()


async def test_a_program_that_is_not_there(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        monitor.app.controller.run(Job(RunRequest(("./[bold]gone[/]",), "/", model="[bold]gone")))
        await monitor.until_run(2)
        await monitor.until_shown("[bold]gone")
        assert monitor.app.live.runs[-1].info.outcome == "failed"


def written(pattern: str) -> list[str]:
    """What stands in the files that npumon made in the current folder."""
    return [path.read_text() for path in Path().glob(f"npumon-{pattern}")]


# -- comparing, writing -----------------------------------------------------------------------------------------------


async def test_mark_and_compare(demo: Open) -> None:
    async with demo() as monitor:
        app = monitor.app
        await monitor.press("c")
        await monitor.until_shown("Nothing is marked")
        await monitor.until_run()
        await monitor.press("m")
        await monitor.until_shown("c compare")
        assert app.marked is app.live.runs[0]
        await monitor.press("c")
        await monitor.until(lambda: app.current_mode == "runs")


async def test_export_writes_the_run(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.press("e", "enter")
        await monitor.until_shown("Written to")
        document = json.loads(*written("*.json"))
        assert (document["schema"], document["demo"], document["run"]["model"]) == ("npumon.run/1", True, "inceptionv3")
        assert document["run"]["cwd"].startswith("~/")
        await monitor.press("e", "j")
        await monitor.until(lambda: len(written("*.json")) == 2)


async def test_all_runs_of_the_session_are_exported_together() -> None:
    run = report(SEED.read_bytes())
    app = application(live(run, runs=(run, run, run)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e", "enter")
        await until(pilot, lambda: "Written to /tmp/run.json. E writes all 3 runs." in "\n".join(picture(app)))
        await pilot.press("E")
        await until(pilot, lambda: "3 runs written to /tmp/runs.json" in "\n".join(picture(app)))
        backend = app.backend
        assert isinstance(backend, StaticBackend)
        assert backend.written == [run, (run, run, run)]


async def test_there_is_nothing_to_export_yet() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        await pilot.press("E")
        await until(pilot, lambda: "No run has ended yet" in "\n".join(picture(app)))
        await pilot.press("e")
        await until(pilot, lambda: "No run to export yet" in "\n".join(picture(app)))
        await pilot.press("R")
        await until(pilot, lambda: "Nothing to repeat yet" in "\n".join(picture(app)))


async def test_a_picture_of_the_screen(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.until_shown("goldfish")
        await monitor.press("s")
        await monitor.until_shown("Picture:")
        (svg,) = written("*.svg")
        assert "goldfish" in "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314  # our own
        assert "font-face" not in svg


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_cannot_be_written(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        os.chmod(".", 0o500)
        await monitor.press("e", "enter")
        await monitor.until_shown("Written to ~/.local/share/npumon/npumon-inceptionv3-")
        os.chmod(".", 0o700)


async def test_a_folder_that_is_gone(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        os.rmdir(os.getcwd())
        await monitor.press("e", "enter", "s")
        await monitor.until(lambda: len(monitor.app.notifier.said) >= 2)
        assert not any(notice.error for notice in monitor.app.notifier.said), "they go elsewhere"
        assert monitor.app.is_running


# -- the display ------------------------------------------------------------------------------------------------------


async def test_pause_freezes_the_display_and_not_the_run(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.until_shown("run 1")
        await monitor.press("space")
        await monitor.until_shown("PAUSED", "resume")
        await monitor.press("r")
        await monitor.until_run(2)
        assert "run 2" not in monitor.shown
        await monitor.press("space")
        await monitor.until_shown("run 2")
        assert "PAUSED" not in monitor.shown


async def test_the_pace() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        assert app.controller.refresh_s == 3600
        await pilot.press("+")
        assert app.controller.refresh_s == 10
        await pilot.press("equals_sign", "+", "+", "+", "+")
        assert app.controller.refresh_s == 0.5, "no faster than this"
        await pilot.press("-")
        assert app.controller.refresh_s == 1
        await pilot.press(*["minus"] * 9)
        assert app.controller.refresh_s == 10


async def test_what_npumon_costs_itself() -> None:
    app = application(live())
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.press("o")
        assert app.actions._overhead is not None
        app.show_live()
        app.actions._overhead._since_s -= 5
        app.show_live()
        await until(pilot, lambda: "npumon: cpu" in picture(app)[-1])
        await pilot.press("o")
        await until(pilot, lambda: "npumon: cpu" not in picture(app)[-1])


@pytest.mark.parametrize("number", range(len(PAGE_NAMES)))
async def test_pages(number: int) -> None:
    run = report(SEED.read_bytes())
    app = application(live(run, runs=(run,)))
    async with app.run_test() as pilot:
        await pilot.press(str(number + 1))
        await pilot.pause()
        assert app.current_mode == PAGE_NAMES[number]
        assert isinstance(app.screen, Page)
        assert app.screen.NAME.lower() == PAGE_NAMES[number]
        await pilot.press("tab")
        assert app.current_mode == PAGE_NAMES[(number + 1) % len(PAGE_NAMES)]
        await pilot.press("shift+tab", "shift+tab")
        assert app.current_mode == PAGE_NAMES[number - 1]
        await pilot.pause()


async def test_every_page_shows_what_came_while_it_was_away() -> None:
    backend = StaticBackend(live())
    app = MonitorApp(backend)
    run = report(SEED.read_bytes(), model="newcomer")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.live.snapshot.taken_at)
        for page in PAGE_NAMES:
            app.action_page(page)
            await pilot.pause()
        app.post_message(LiveArrived(live(run, runs=(run,))))
        await until(pilot, lambda: app.live.runs)
        for page in set(PAGE_NAMES) - {"models", "log"}:  # these two show no run by its model's name
            app.action_page(page)
            await until(pilot, lambda page=page: app.current_mode == page and "newcomer" in "\n".join(picture(app)))  # type: ignore[misc]


async def test_any_size() -> None:
    run = report(SEED.read_bytes())
    app = application(live(run, runs=(run,)))
    async with app.run_test(size=(80, 24)) as pilot:
        for page in PAGE_NAMES:
            app.action_page(page)
            for size in ((20, 5), (250, 80), (40, 10), (1, 1), (60, 15), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                lines = picture(app)
                assert (len(lines), max(map(len, lines))) == (size[1], size[0])
        await until(pilot, lambda: "q quit" in picture(app)[-1])


async def test_resized_while_a_dialog_is_open() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        before = picture(app)
        await pilot.press("question_mark")
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not app.screen.is_modal and "q quit" in picture(app)[-1])
        assert len(picture(app)) == len(before)


@pytest.mark.parametrize("theme", ["auto", "terminal", "dark", "light", "colorblind", "no-such-theme", "[bold]"])
async def test_any_theme(theme: str) -> None:
    backend = StaticBackend(live())
    backend.display = backend.display._replace(theme=theme)
    app = MonitorApp(backend)
    async with app.run_test() as pilot:
        assert app.theme == (theme if theme in app.available_themes else "terminal")
        await pilot.press("T")
        assert app.theme in app.available_themes
        app.actions.action_take_theme(theme)
        await pilot.pause()


# -- hostile text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_on_every_page(text: str) -> None:
    run = report(SEED.read_bytes(), labels=[text] * 1000, model=text, id=text)
    activity = Activity(model=text, run=1, source=text, note=text)
    app = application(live(run, runs=(run, run), activity=activity))
    async with app.run_test(size=(120, 40)) as pilot:
        app.notifier.error(Problem("x", text, text))
        app.notifier.info(text)
        for page in PAGE_NAMES:
            app.action_page(page)
            await pilot.pause()
            lines = picture(app)
            assert "F2 all of it" in lines[-1] or text[:20] in lines[-1]
            assert app.is_running
            if page == "live":
                assert text[:20] in "\n".join(lines)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_in_messages(text: str) -> None:
    app = application(live())
    async with app.run_test(size=(120, 40)) as pilot:
        app.notifier.error(Problem("x", f"Trouble {text[:10]}", f"Remedy {text[:10]}"))
        await until(pilot, lambda: "Trouble" in "\n".join(picture(app)))
        shown = "\n".join(picture(app))
        assert f"Trouble {text[:10]}" in shown
        assert f"Remedy {text[:10]}" in shown


# -- the end ----------------------------------------------------------------------------------------------------------


async def test_no_task_is_left() -> None:
    before = asyncio.all_tasks()
    app = application(live())
    async with app.run_test() as pilot:
        await pilot.press("s", "e", "question_mark", "escape", "2", "q")
        await until(pilot, lambda: not app.is_running)
    left = [task for task in asyncio.all_tasks() - before if not task.done() and "npumon" in repr(task.get_coro())]
    assert left == []


async def test_a_signal_ends_it(demo: Open) -> None:
    async with demo("--scenario", "hang") as monitor:
        await monitor.until(lambda: monitor.app.live.activity.stage == "running")
        monitor.models_running()
        os.kill(os.getpid(), 15)
        await monitor.until(lambda: not monitor.app.is_running)
        assert monitor.app.return_value == INTERRUPTED
        assert [pid for pid in monitor.pids if alive(pid)] == []


def test_it_runs_in_any_thread() -> None:
    """Only the main thread has signals."""
    seen: list[str] = []

    async def session() -> None:
        app = application(live())
        async with app.run_test() as pilot:
            await until(pilot, lambda: "Khadas" in picture(app)[0])
            seen.append(picture(app)[0])

    thread = threading.Thread(target=lambda: asyncio.run(session()))
    thread.start()
    thread.join()
    assert len(seen) == 1


@pytest.mark.filterwarnings("default")
async def test_a_pane_that_breaks_ends_it_and_the_model(demo: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: HeaderPane, live: Live, area: Area) -> Sequence[Line]:
        if live.activity.stage == "running":
            raise ZeroDivisionError("a pane [bold]broke")
        return [span("fine")]

    monkeypatch.setattr(HeaderPane, "draw", broken)
    opened: list[Demo] = []

    async def session() -> None:
        async with demo("--scenario", "hang") as monitor:
            opened.append(monitor)
            await monitor.until(lambda: monitor.models_running() and not monitor.app.is_running)

    with pytest.raises(ZeroDivisionError):
        await session()
    (monitor,) = opened
    assert isinstance(monitor.app.failure, ZeroDivisionError)
    assert monitor.app.return_code == 1
    assert [pid for pid in monitor.pids if alive(pid)] == []


async def test_it_may_be_left_at_once() -> None:
    app = application(live())
    async with app.run_test():
        pass
    assert app.failure is None
