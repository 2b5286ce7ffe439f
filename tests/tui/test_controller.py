"""Between keys and engine: what is begun, what is said when it goes wrong, and that nothing is left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.problems import Problem, ProblemError
from npumon.engine.session import Job
from npumon.ports import RunRequest
from npumon.tui.backend import DisplayOptions
from npumon.tui.controller import MAX_UNEXPECTED, RunController
from tests import golden
from tests.tui.stage import StaticBackend, live, until_so

WORK = Job(RunRequest(("./run.sh",), "/"))
PROBLEM = Problem("x", "What is wrong.", "What helps.")


class Stage:
    """A controller of a static engine; keeps what it reports and publishes."""

    def __init__(self, shown: Live | None = None, refresh_s: float = 3600) -> None:
        self.backend = StaticBackend(shown or live(), DisplayOptions(refresh_s=refresh_s))
        self.said: list[Problem] = []
        self.published: list[Live] = []
        self.controller = RunController(self.backend, self.published.append, self.said.append)

    @property
    def asked(self) -> list[Any]:
        assert self.backend.still is not None
        return self.backend.still.asked


async def test_the_engine_samples_from_the_start_as_often_as_it_is_told() -> None:
    stage = Stage(refresh_s=7)
    stage.controller.start()
    await until_so(lambda: stage.published)
    assert stage.backend.still is not None
    assert stage.backend.still.refresh_s == stage.controller.refresh_s == 7
    stage.controller.refresh_s = 2
    assert stage.backend.still.refresh_s == stage.controller.refresh_s == 2
    await stage.controller.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}, "nobody is left who could look"


async def test_before_the_start_nothing_can_be_done_and_nothing_breaks() -> None:
    controller = Stage().controller
    assert (controller.job, controller.can_repeat, controller.busy) == (None, False, False)
    controller.run(WORK)
    controller.again()
    controller.stop()
    controller.poll()
    with controller.reloading():
        pass
    await controller.close()
    await controller.close()


async def test_runs_and_repeats() -> None:
    stage = Stage()
    stage.controller.start()
    stage.controller.again(3)
    assert not stage.controller.can_repeat
    stage.controller.run(WORK)
    await until_so(lambda: stage.asked == [WORK])
    assert stage.controller.can_repeat
    stage.controller.again(3, 2)
    await until_so(lambda: stage.asked == [WORK, WORK._replace(repeat=3, warmup=2)])
    stage.controller.choose(lambda: WORK._replace(warmup=1))
    await until_so(lambda: stage.asked[2:] == [WORK._replace(warmup=1)])
    await stage.controller.close()


async def test_one_thing_at_a_time() -> None:
    stage = Stage(live(activity=Activity("running")))
    stage.controller.start()
    stage.controller.run(WORK)
    stage.controller.stop()
    await stage.controller.close()
    assert stage.asked == ["stop", "close"]


async def test_watching() -> None:
    stage = Stage()
    stage.backend.watched = "a.log"
    stage.controller.start()
    await until_so(lambda: stage.asked == ["a.log"])
    assert not stage.controller.can_repeat
    await stage.controller.close()
    assert stage.asked == ["a.log", "close"]


def problem() -> Any:
    raise ProblemError(PROBLEM)


def broken() -> Any:
    raise OSError("broken \x1b[31m[bold]")


async def test_problems_are_said() -> None:
    stage = Stage()
    heard: list[object] = []
    stage.controller.background(problem, heard.append)
    stage.controller.choose(problem)
    stage.controller.background(lambda: 7, heard.append)
    await until_so(lambda: len(stage.said) == 2 and heard)
    assert (stage.said, heard) == ([PROBLEM] * 2, [7])
    assert stage.controller.unexpected == []


async def test_who_asks_may_show_a_problem_itself() -> None:
    stage = Stage()
    heard: list[object] = []
    stage.controller.background(problem, lambda _: None, heard.append)
    await until_so(lambda: heard)
    assert (stage.said, heard) == ([], [PROBLEM])


async def test_an_unexpected_error_is_shown_and_kept() -> None:
    stage = Stage()
    for _ in range(MAX_UNEXPECTED + 2):
        stage.controller.background(broken, stage.published.append)
    await until_so(lambda: len(stage.said) == MAX_UNEXPECTED + 2)
    golden.problem(stage.said[0], "monitor.unexpected")
    assert len(stage.controller.unexpected) == MAX_UNEXPECTED


async def test_a_desk_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    monkeypatch.setattr(stage.backend, "monitor", lambda publish: problem())
    stage.controller.start()
    assert stage.said == [PROBLEM]
    await stage.controller.close()


async def test_closing_waits_for_the_engine_whoever_asks() -> None:
    stage = Stage()
    stage.controller.start()
    assert stage.backend.still is not None
    gone = asyncio.Event()

    async def close(keep: bool | None = None) -> None:
        stage.asked.append("closing")
        await gone.wait()

    stage.backend.still.close = close  # type: ignore[method-assign]
    first = asyncio.ensure_future(stage.controller.close())
    await until_so(lambda: "closing" in stage.asked)
    first.cancel()  # its screen went away
    second = asyncio.ensure_future(stage.controller.close())
    stage.controller.background(lambda: 1, lambda _: None)
    await asyncio.sleep(0)
    assert not second.done()
    gone.set()
    await second
    assert stage.asked.count("closing") == 1
    assert [task for task in asyncio.all_tasks() if "RunController" in repr(task.get_coro()) and not task.done()] == []


async def test_an_engine_that_cannot_be_closed_leaves_no_task() -> None:
    stage = Stage()
    stage.controller.start()
    assert stage.backend.still is not None

    async def close(keep: bool | None = None) -> None:
        raise OSError("no")

    stage.backend.still.close = close  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no"):
        await stage.controller.close()
    assert [task for task in asyncio.all_tasks() if "RunController" in repr(task.get_coro()) and not task.done()] == []
