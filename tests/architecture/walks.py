"""Traces the running program on the walks that ARCHITECTURE.md describes: `python -m tests.architecture.walks`.

A walk has a start and an end in the running program, on the demo board. **A module of npumon is entered when a function
of it is called in between**, in any thread, or in the supervisor's process. Three things are left out:

- what runs while a module is being imported: a walk is about what happens each time, not the first time;
- where a value is handed to several receivers, or comes from several sources, the branches that are not the walk's
  own: other panes, the key bar, other samplers, and, on the walks of keys, the pages that show what is going on;
- what does not happen each time: every walk is walked `TIMES` times, and only what was entered each time counts,
  so that a clock that happens to tick does not.

Nothing else is left out; in particular, modules that only hold values or constants count as soon as one of their
functions, methods or properties is called.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import select
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = str(ROOT / "npumon") + os.sep
SEED = ROOT / "tests/data/seed_run.txt"
TIMES = 3
#: Seconds after which a walk is given up. Nothing is measured against it.
PATIENCE_S = 60.0
PAGE = ROOT / "ARCHITECTURE.md"
#: Stands on the page for a clause that is still to be written.
NEW = "NEW"
#: Stands for the `flags` of a class's body, which is run once, at import.
_CO_OPTIMIZED = 1

#: Traces the supervisor, which is a program of its own: each call with its moment, and the moment of an exec.
_SUPERVISOR = """
import os, runpy, sys, time
log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.set_inheritable(log, False)
def on_call(frame, event, arg):
    name = frame.f_code.co_filename
    if event == "call" and name.startswith({package!r}) and frame.f_code.co_name != "<module>":
        os.write(log, b"%d %s\\n" % (time.monotonic_ns(), os.fsencode(name)))
def on_event(event, args):
    if event == "os.exec":
        os.write(log, b"%d exec\\n" % time.monotonic_ns())
sys.addaudithook(on_event)
sys.argv[0] = {main!r}
sys.setprofile(on_call)
runpy.run_path({main!r}, run_name="__main__")
"""


class Recorder:
    """Remembers which modules were entered, and when first. Only from `start` on, and until `ended_ns`."""

    def __init__(self) -> None:
        self.entered: dict[str, int] = {}
        #: By which calls each of them was entered.
        self.chains: dict[str, str] = {}
        self.ended_ns: int | None = None
        #: Whether a function of this receiver is a branch that is not the walk's.
        self.is_aside: Callable[[object, str], bool] = lambda receiver, function: False
        #: Whether this return, or this that the program asks of the world, is the walk's end.
        self.on_return: Callable[[CodeType, object], bool] = lambda code, value: False
        self.on_audit: Callable[[str, tuple[Any, ...]], bool] = lambda event, args: False
        self._recording = False

    def start(self) -> None:
        """Begin, with nothing entered yet."""
        self.entered, self.ended_ns, self._recording = {}, None, True

    def stop(self) -> None:
        """End here and now, unless the end was seen before."""
        self._end()

    def _end(self) -> None:
        if self._recording:
            self._recording = False
            self.ended_ns = time.monotonic_ns()

    def profile(self, frame: FrameType, event: str, value: object) -> None:
        """Called by the interpreter at each call and return."""
        if not self._recording or not frame.f_code.co_filename.startswith(PACKAGE):
            return
        if event == "call":
            name = module_name(frame.f_code.co_filename)
            if name not in self.entered and not self._aside(frame):
                self.entered[name] = time.monotonic_ns()
                self.chains[name] = _chain(frame)
        elif event == "return" and self.on_return(frame.f_code, value):
            self._end()

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Called by the interpreter for what a program asks of the world."""
        if self._recording and self.on_audit(event, args):
            self._end()

    def _aside(self, frame: FrameType | None) -> bool:
        """Whether this is an import, or a branch for another receiver."""
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(PACKAGE):
                if not code.co_flags & _CO_OPTIMIZED:  # the body of a module or a class
                    return True
                if self.is_aside(frame.f_locals.get("self"), code.co_name):
                    return True
            frame = frame.f_back
        return False


def _chain(frame: FrameType | None) -> str:
    """npumon's functions on the stack, the last call first."""
    calls = []
    while frame is not None:
        if frame.f_code.co_filename.startswith(PACKAGE):
            calls.append(f"{module_name(frame.f_code.co_filename)}:{frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(calls)


def module_name(path: str) -> str:
    """`.../npumon/core/log/parser.py` as `core.log.parser`."""
    return path.removeprefix(PACKAGE).removesuffix(".py").removesuffix("/__init__").replace(os.sep, ".")


def installed() -> Recorder:
    """A recorder at work, in this thread and in those to come."""
    recorder = Recorder()
    sys.addaudithook(recorder.audit)
    threading.setprofile(recorder.profile)
    sys.setprofile(recorder.profile)
    return recorder


class Monitor:
    """The monitor on a demo board, traced, with its supervisors."""

    def __init__(self, app: Any, pilot: Any, recorder: Recorder, supervisors: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.recorder = recorder
        self._supervisors = supervisors

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait while the application goes on."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the screen:\n{self.screen}"
            await asyncio.sleep(0.005)

    async def until_runs(self, count: int) -> None:
        """Wait until so many runs have ended."""
        await self.until(lambda: len(self.app.live.runs) >= count and not self.app.controller.busy)

    async def walk(self, begin: Callable[[], Any], *, supervisor: bool = False) -> list[str]:
        """Begin the walk and wait for its end: the modules in the order in which they were entered."""
        self._supervisors.write_bytes(b"")
        started_ns = time.monotonic_ns()
        self.recorder.start()
        if (action := begin()) is not None:
            await action
        await self.until(lambda: self.recorder.ended_ns is not None or (supervisor and self._executed()))
        self.recorder.stop()
        ended_ns = self._executed() or self.recorder.ended_ns
        assert ended_ns is not None
        entered = dict(self.recorder.entered)
        for line in self._supervisors.read_text().splitlines():
            moment, _, path = line.partition(" ")
            if path != "exec":
                entered.setdefault(module_name(path), int(moment))
        times = sorted((moment, name) for name, moment in entered.items() if started_ns <= moment <= ended_ns)
        return [name for _, name in times]

    def _executed(self) -> int | None:
        """When the supervisor's child executed the model's program."""
        lines = [line.split() for line in self._supervisors.read_text().splitlines(keepends=True) if line[-1] == "\n"]
        return next((int(moment) for moment, what in lines if what == "exec"), None)

    @property
    def screen(self) -> str:
        """The screen as text."""
        from tests.tui.stage import picture

        return "\n".join(picture(self.app))


@asynccontextmanager
async def monitor(recorder: Recorder, folder: Path, pane: str, *words: str) -> AsyncIterator[Monitor]:
    """The application on a demo board of its own. `pane` names the one whose branch is the walk's; without one no
    page is."""
    from npumon.board.probe import HostProbe
    from npumon.board.run import runner
    from npumon.cli.arguments import parse_words
    from npumon.cli.context import CommandContext
    from npumon.cli.diagnostics import Diagnostics
    from npumon.cli.monitor_backend import BoardBackend
    from npumon.engine.throttle import Throttle
    from npumon.tui.app import MonitorApp
    from npumon.tui.backend import DisplayOptions
    from npumon.tui.widgets.canvas import Canvas

    def is_aside(receiver: object, function: str) -> bool:
        if isinstance(receiver, Canvas):
            return type(receiver).__name__ != pane
        if isinstance(receiver, HostProbe):
            return function == "driver"
        if function in (
            "offer_keys",
            "arrange",
        ):  # of a page, to its key bar; of a layout, whatever asked for it before
            return True
        return not pane and (isinstance(receiver, Throttle) or function == "on_live_arrived")

    log = folder / "supervisors"
    log.touch()
    main = str(runner._SUPERVISOR)
    (folder / "supervisor.py").write_text(_SUPERVISOR.format(log=str(log), package=PACKAGE, main=main))
    runner._SUPERVISOR = folder / "supervisor.py"
    try:
        recorder.is_aside = is_aside
        with CommandContext(parse_words(["snapshot", "-q", "--demo", *words]), Diagnostics(quiet=True)) as ctx:
            app = MonitorApp(BoardBackend(ctx, DisplayOptions(demo=True, refresh_s=3600), None))
            async with app.run_test(size=(120, 40)) as pilot:
                opened = Monitor(app, pilot, recorder, log)
                await opened.until(lambda: app.live.snapshot.board.model is not None)
                await opened.until_runs(1)
                yield opened
    finally:
        runner._SUPERVISOR = Path(main)


def each_time(walked: list[list[str]]) -> list[str]:
    """What was entered each time, in the order of the last time."""
    return [name for name in walked[-1] if all(name in names for names in walked)]


# -- the walks -------------------------------------------------------------------------------------------------------


async def block_to_pane(recorder: Recorder, folder: Path) -> list[str]:
    """One profiler block, from the pty to the bandwidth pane.

    From the moment the program of a run under way has printed an iteration until the pane has made its lines of it.
    """
    from npumon.engine.session import Job
    from npumon.ports import RunRequest

    gate = folder / "gate"
    os.mkfifo(gate)
    text = SEED.read_text()
    begin, end = text.index("layer id"), text.index("vxProcessGraph")
    (folder / "head").write_text(text[:end].replace("71.70", "32.77"))
    # A read can meet the end of the writer before, which was slow to close: then it says nothing, and is repeated.
    script = "cat head; while :; do if read -r block <gate; then cat $block; fi; done"
    walked = []
    async with monitor(recorder, folder, "BandwidthPane") as opened:
        opened.app.controller.run(Job(RunRequest(("/bin/sh", "-c", script), str(folder), model="walk")))
        await opened.until(lambda: "32.77" in opened.screen)
        for number in range(TIMES + 1):
            figure = f"{33 + number}.77"
            block = text[begin:end].replace("71.70", figure).replace("Run the 1", f"Run the {number + 2}")
            (folder / f"block-{number}").write_text(block)
            recorder.on_return = partial(_shows, "panes/bandwidth.py", "lines", figure)
            names = await opened.walk(partial(_tell, gate, f"block-{number}"))
            if number:  # the first time is another one: things are made, and kept
                walked.append(names)
            await opened.until(partial(_on_screen, opened, figure))
        opened.app.controller.stop()
        await opened.until_runs(2)
    return each_time(walked)


def _shows(file: str, function: str, figure: str, code: CodeType, value: object) -> bool:
    """Whether this function of this file returned lines in which the figure stands."""
    return code.co_filename.endswith(file) and code.co_name == function and figure in str(value)


def _on_screen(opened: Monitor, figure: str) -> bool:
    return figure in opened.screen


def _tell(gate: Path, word: str) -> None:
    """Write a word to who reads at the gate, or will read there: the gate stays open for both meanwhile."""
    descriptor = os.open(gate, os.O_RDWR)  # never waits
    try:
        os.write(descriptor, f"{word}\n".encode())
        end = time.monotonic() + PATIENCE_S
        while select.select([descriptor], [], [], 0)[0]:
            assert time.monotonic() < end, "the program does not read"
            time.sleep(0.001)
    finally:
        os.close(descriptor)


async def key_r(recorder: Recorder, folder: Path) -> list[str]:
    """The key `r`: from the key's press until the supervisor's child executes the model's program."""
    walked = []
    async with monitor(recorder, folder, "") as opened:
        for number in range(TIMES):
            await opened.pilot.pause()
            walked.append(await opened.walk(lambda: opened.pilot.press("r"), supervisor=True))
            await opened.until_runs(number + 2)
    return each_time(walked)


async def parse_csv(recorder: Recorder, folder: Path) -> list[str]:
    """`npumon parse --format csv`: from the command line to the exit status."""
    from npumon.cli.main import main

    walked = []
    words = sys.argv
    for _ in range(TIMES):
        sys.argv = ["npumon", "parse", "--format", "csv", "--output", str(folder / "rows.csv"), str(SEED)]
        recorder.start()
        status = main()
        recorder.stop()
        assert status == 0
        walked.append(sorted(recorder.entered, key=lambda name: recorder.entered[name]))
        (folder / "rows.csv").unlink()
    sys.argv = words
    return each_time(walked)


async def g_to_insmod(recorder: Recorder, folder: Path) -> list[str]:
    """`g` to insmod: from the key's press, over the plan and the answer `y`, until insmod is executed."""
    walked = []
    async with monitor(recorder, folder, "", "--scenario", "profiling-off") as opened:
        recorder.on_audit = lambda event, args: (
            event == "subprocess.Popen" and any(str(word).endswith("/insmod") for word in args[1])
        )

        async def reload() -> None:
            await opened.pilot.press("g")
            await opened.until(partial(_on_screen, opened, "Carry this out?"))
            await opened.pilot.press("y")

        def shown(profiling: bool) -> bool:
            return not opened.app.screen.is_modal and opened.app.live.snapshot.driver.profiling is profiling

        for turn in range(TIMES):
            walked.append(await opened.walk(reload))
            await opened.until(partial(_on_screen, opened, "Close (n)"))
            await opened.pilot.press("n")
            await opened.until(partial(shown, turn % 2 == 0))  # the next plan is for the opposite of what is shown
    return each_time(walked)


async def sensor_to_header(recorder: Recorder, folder: Path) -> list[str]:
    """A sensor to the header: from the moment the board is to be read until the header has made its line of it."""
    walked = []
    async with monitor(recorder, folder, "HeaderPane") as opened:
        zone = opened.app.backend._ctx.backend.board.root / "sys/class/thermal/thermal_zone0/temp"
        for degrees in range(61, 61 + TIMES):
            zone.write_text(f"{degrees}000\n")
            recorder.on_return = partial(_shows, "panes/header.py", "lines", str(degrees))
            walked.append(await opened.walk(opened.app.controller.poll))
    return each_time(walked)


WALKS = {
    "block": block_to_pane,
    "r": key_r,
    "parse": parse_csv,
    "g": g_to_insmod,
    "sensor": sensor_to_header,
}


#: A walk on the page: its mark, and below it a numbered list of modules, each with a clause.
_LISTED = re.compile(r"(?<=<!-- walk: )(\w+)( -->\n)((?:\d+\. `[\w.]+` .+\n)+)")
_ITEM = re.compile(r"\d+\. `([\w.]+)` (.+)\n")


def listed(page: str) -> dict[str, dict[str, str]]:
    """The walks of the page: of each its modules, with what is written of them."""
    return {name: dict(_ITEM.findall(items)) for name, _, items in _LISTED.findall(page)}


def with_modules(page: str, found: Mapping[str, Sequence[str]]) -> str:
    """The page with these modules instead.

    What is written of a module stays, and so does its place; a new one stands behind the one that is entered before it,
    with a mark that is to be replaced.
    """
    words = listed(page)

    def renewed(match: re.Match[str]) -> str:
        name, between = match[1], match[2]
        if name not in found:
            return match[0]
        order = [module for module in words[name] if module in found[name]]
        for position, module in enumerate(found[name]):
            if module not in order:
                order.insert(order.index(found[name][position - 1]) + 1 if position else 0, module)
        clauses = [f"`{module}` {words[name].get(module, NEW)}\n" for module in order]
        return name + between + "".join(f"{number}. {clause}" for number, clause in enumerate(clauses, 1))

    return _LISTED.sub(renewed, page)


def main() -> int:
    """Trace the walks that are named, all by default, and print their modules."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--print", action="store_true", help="what it does anyway")
    parser.add_argument("--write", action="store_true", help="renew the lists in ARCHITECTURE.md")
    parser.add_argument("--why", action="store_true", help="by which calls each module was entered")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("walks", nargs="*", metavar="WALK", help=" ".join(WALKS))
    args = parser.parse_args()
    found: dict[str, list[str]] = {}
    chains: dict[str, dict[str, str]] = {}
    recorder = installed()
    for name in args.walks or WALKS:
        with tempfile.TemporaryDirectory() as folder:
            for inner in ("home", "temporary", "walk"):
                Path(folder, inner).mkdir()
            os.environ.update(HOME=f"{folder}/home", LANG="C.UTF-8")
            tempfile.tempdir = f"{folder}/temporary"
            with redirect_stdout(sys.stderr):
                found[name] = asyncio.run(WALKS[name](recorder, Path(folder, "walk")))
            tempfile.tempdir = None
        chains[name] = dict(recorder.chains)
    if args.write:
        PAGE.write_text(with_modules(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    if args.json:
        print(json.dumps(found))
    else:
        for name, modules in found.items():
            print(f"{name}: {len(modules)} modules")
            for module in modules:
                print(f"  {module:34}{chains[name].get(module, '') if args.why else ''}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
