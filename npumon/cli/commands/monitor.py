"""`npumon` alone: the live monitor."""

from __future__ import annotations

import argparse
import gc
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from npumon.cli.terminal import is_terminal, locale_environment, wants_ascii, wants_color
from npumon.core.problems import Problem, ProblemError
from npumon.core.signals import ENDING
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.context import CommandContext
    from npumon.tui.app import MonitorApp
    from npumon.tui.terminal.opening import Opening
    from npumon.tui.terminal.traits import TerminalTraits


class Beginning(NamedTuple):
    """What the monitor is opened on: a log that is `watched`, a run that an earlier npumon began (`kept`), a `program`
    to run at once in the current folder, or none of them, and then on its own runs."""

    watched: str | None = None
    kept: RunRecord | None = None
    program: tuple[str, ...] | None = None


NOTHING = Beginning()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon monitor [option ...] [-- COMMAND [ARG ...]]"
    parser.add_argument("--keep", action="store_true", help="let a run continue if npumon ends first")


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Open the monitor; the status is that of its end."""
    if args.program is not None:
        from npumon.cli.commands.run import some_command

        return open_monitor(ctx, Beginning(program=some_command(args.program)))
    return open_monitor(ctx)


def open_monitor(ctx: CommandContext, beginning: Beginning = NOTHING) -> int:
    """Open the live monitor on this terminal. Return its exit status. Raises `ProblemError` (usage) without a
    terminal."""
    watched = beginning.watched
    _refuse_without_terminal("FILE" if watched is not None else None if beginning.kept is None else "--last")
    from npumon.tui.terminal.opening import Opening
    from npumon.tui.terminal.traits import traits_for

    settings = ctx.settings
    chosen = settings.origin("output.color").kind != "default"
    environ = locale_environment(os.environ)
    color = wants_color(settings.output_color, chosen, True, environ)
    traits = traits_for(environ, ascii=wants_ascii(settings.output_ascii, True, environ), color=color)
    known = _known_at_once(ctx, watched, " - " if traits.ascii else " · ")
    gc.disable()  # until the first frame: nothing of what is imported is garbage
    try:
        with Opening(traits, environ) as opening:
            with _toolkit_environment(), _signals_later():
                app = _opened(ctx, traits, opening, known, beginning)
            status = app.run()
    finally:
        gc.enable()
    return conclude(app, status, ctx)


def _opened(
    ctx: CommandContext,
    traits: TerminalTraits,
    opening: Opening,
    known: str,
    beginning: Beginning,
) -> MonitorApp:
    """Show what is known already, and import the rest meanwhile."""
    settings = ctx.settings
    opening.show(f"npumon {known}", " DEMO " if ctx.wants_demo else "")
    ctx.backend.check()  # raises what is wrong with it while that can still be read
    if settings.labels_file is not None:
        ctx.context(board=False)  # raises what is wrong with it while that can still be read
    from npumon.cli.monitor_backend import BoardBackend
    from npumon.tui.app import MonitorApp
    from npumon.tui.backend import DisplayOptions
    from npumon.tui.terminal.driver import terminal_driver

    off_board = beginning == NOTHING and ctx.backend.off_board
    display = DisplayOptions(settings.tui_theme, traits.ascii, settings.tui_refresh_s, ctx.wants_demo, known, off_board)
    return MonitorApp(BoardBackend(ctx, display, *beginning), terminal_driver(traits, opening))


def _known_at_once(ctx: CommandContext, watched: str | None, between: str) -> str:
    """Return what can be said before anything is read that takes time."""
    from npumon.tui.backend import UNSEEN

    if watched is not None:
        return f"watching {visible(watched)}"
    return between.join(ctx.backend.known_at_once) or UNSEEN


def conclude(app: MonitorApp, status: int | None, ctx: CommandContext) -> int:
    """Clean up after the terminal was given back and return the exit status: old run logs go, errors are reported.

    Raises `ProblemError` for what broke the monitor.
    """
    runs = [report.info.id for report in app.live.runs if report.info.id]
    if runs:
        ctx.warn_of_logs_elsewhere(app.live.runs)
        ctx.forget_old_runs(runs)
    if app.controller.left:
        ctx.note_run_goes_on()
    elif app.controller.last is not None:
        ctx.note_run_stopped(app.controller.last)
    for error in app.controller.unexpected:
        ctx.diagnostics.traceback(error)
    if app.failure is not None:
        raise ProblemError(_broken(app.failure)) from app.failure
    if app.next_words is not None:
        ctx.next_words = (*_display_options(ctx.args), *app.next_words)
    return (app.return_code or 0) if status is None else status


def _display_options(args: argparse.Namespace) -> Iterator[str]:
    """Yield the options that hold for any board and any log, as they were given."""
    given = vars(args)
    for name in ("ascii", "no_color", "quiet", "debug"):
        if given.get(name):
            yield f"--{name.replace('_', '-')}"
    if given.get("config") is not None:
        yield f"--config={given['config']}"


def _broken(failure: Exception) -> Problem:
    """Return what happened, and in which line of npumon."""
    import traceback

    frames = traceback.extract_tb(failure.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}npumon{os.sep}" in frame.filename] or frames
    where = f" in line {ours[-1].lineno} of {os.path.basename(ours[-1].filename)}" if ours else ""
    what = f"The live monitor broke{where}: {visible(f'{type(failure).__name__}: {failure}')}."
    return Problem("monitor.broken", what, "npumon --debug shows all of it; npumon snapshot needs no live monitor.")


@contextmanager
def _toolkit_environment() -> Iterator[None]:
    """Set what Textual reads from the environment when it is imported and when an application is made; nothing of it
    may stay, because models inherit the environment. Animations cost bytes; colours are the driver's business."""
    changes = {
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        "TEXTUAL_FPS": "250",
        "ESCDELAY": os.environ.get("ESCDELAY", "25"),
        "TEXTUAL_FILTERS": None,
        "TEXTUAL_COLOR_SYSTEM": None,
        "TEXTUAL_DRIVER": None,
        "NO_COLOR": None,
    }
    before = {name: os.environ.get(name) for name in changes}
    _change(changes)
    try:
        yield
    finally:
        _change(before)


@contextmanager
def _signals_later() -> Iterator[None]:
    """Put off the signals that end npumon until the block is done: what a handler raises in the middle of an import can
    get lost there, or end the interpreter in another way."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    ours = {number: handler for number, handler in before.items() if callable(handler)}
    for number in ours:
        signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def _change(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _refuse_without_terminal(watched: str | None) -> None:
    instead = "npumon snapshot prints the same figures once."
    if watched is not None:
        instead = f"npumon watch {watched} --headless prints results as they appear."
    if os.environ.get("TERM", "dumb") in ("", "dumb"):
        what = "The live monitor cannot draw on this terminal (TERM is dumb or not set)."
        raise ProblemError(Problem("monitor.terminal", what, instead, "usage"))
    if not is_terminal(0) or not is_terminal(1):
        what = "The live monitor needs a terminal for its keys and its screen."
        raise ProblemError(Problem("monitor.terminal", what, instead, "usage"))
