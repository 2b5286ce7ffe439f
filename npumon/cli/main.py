"""The `npumon` command: words in, exit status out. The only place where errors become text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from npumon import __version__

TYPE_CHECKING = False  # what `typing` would say; `npumon --version` does without it
if TYPE_CHECKING:
    from npumon.cli.diagnostics import Diagnostics


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1, 2, 3, 4, 130, or 141 when a reader went away."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # answered before anything is imported
        return _printed(f"npumon {__version__}\n")
    return _guarded(words)


def _guarded(words: list[str]) -> int:
    from npumon.cli.diagnostics import Diagnostics
    from npumon.cli.interruption import let_signals_interrupt
    from npumon.cli.output import READER_GONE_STATUS, ReaderGoneError, discard_standard_output
    from npumon.cli.status import FAILED, INTERRUPTED, OF_PROBLEM
    from npumon.core.problems import ProblemError

    options = words[: words.index("--")] if "--" in words else words
    diagnostics = Diagnostics(
        quiet="-q" in options or "--quiet" in options,
        debug="--debug" in options,
        ascii_only=True if "--ascii" in options else None,
    )
    wish = let_signals_interrupt()
    try:
        return _run(words, diagnostics)
    except SystemExit as end:  # argparse, after --help
        return _flushed(end.code if isinstance(end.code, int) else 0)
    except ProblemError as error:
        diagnostics.error(error)
        return OF_PROBLEM[error.problem.kind]
    except ReaderGoneError:
        discard_standard_output()
        return READER_GONE_STATUS
    except KeyboardInterrupt as interrupt:
        diagnostics.traceback(interrupt)
        diagnostics.error("Interrupted.")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last line of defence: one sentence, no traceback
        diagnostics.traceback(error)
        if wish.requested:
            diagnostics.error("Interrupted.")
            return INTERRUPTED
        diagnostics.error(f"Unexpected error: {type(error).__name__}: {error}. Run with --debug for a traceback.")
        return FAILED


def _run(words: list[str], diagnostics: Diagnostics) -> int:
    from npumon.cli.arguments import command_module, parse_words
    from npumon.cli.context import CommandContext

    next_words: Sequence[str] | None = words
    status = 0
    while next_words is not None:
        args = parse_words(next_words)
        if remark := getattr(args, "remark", None):
            diagnostics.note(remark)
        with CommandContext(args, diagnostics) as ctx:
            status = command_module(args.command).run(args, ctx)
        next_words = ctx.next_words
    return status


def _printed(text: str) -> int:
    """Print without `cli.output`, which would triple the time it takes. The status."""
    try:
        if sys.stdout is not None:  # None when it was closed before the start
            sys.stdout.write(text)
            sys.stdout.flush()
    except OSError as error:
        return _unwritten(error)
    return 0


def _flushed(status: int) -> int:
    """Return the status once what argparse printed has really been written."""
    return _printed("") or status


def _unwritten(error: OSError) -> int:
    from npumon.cli.diagnostics import Diagnostics
    from npumon.cli.output import READER_GONE_STATUS, discard_standard_output, unwritable
    from npumon.cli.status import FAILED

    discard_standard_output()
    if isinstance(error, BrokenPipeError):
        return READER_GONE_STATUS
    Diagnostics().error(unwritable("Standard output", error))
    return FAILED
