"""The `npumon` command: words in, exit status out. The only place where errors become text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from npumon import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1, 2, 3, 4, 130, or 141 when a reader went away."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # answered before anything is imported
        print(f"npumon {__version__}")  # noqa: T201  # cli.output would triple the time this takes
        return 0
    return _guarded(words)


def _guarded(words: list[str]) -> int:
    from npumon.cli.diagnostics import Diagnostics
    from npumon.cli.output import READER_GONE_STATUS, ReaderGoneError, discard_standard_output
    from npumon.cli.status import FAILED, INTERRUPTED, OF_PROBLEM
    from npumon.core.problems import ProblemError

    options = words[: words.index("--")] if "--" in words else words
    diagnostics = Diagnostics(
        quiet="-q" in options or "--quiet" in options,
        debug="--debug" in options,
        ascii_only=True if "--ascii" in options else None,
    )
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
    except KeyboardInterrupt:
        diagnostics.error("Interrupted.")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last line of defence: one sentence, no traceback
        diagnostics.traceback(error)
        diagnostics.error(f"Something unforeseen happened: {type(error).__name__}: {error}. --debug shows where.")
        return FAILED


def _run(words: list[str], diagnostics: Diagnostics) -> int:
    from npumon.cli.arguments import build_parser, command_module
    from npumon.cli.workplace import Workplace

    program: tuple[str, ...] | None = None
    if "--" in words and any(name in words[: words.index("--")] for name in ("run", "snapshot")):
        place = words.index("--")
        words, program = words[:place], tuple(words[place + 1 :])
    args = build_parser(words).parse_args(words)
    args.program = program
    name = getattr(args, "command", None) or "snapshot"
    module = command_module(name)
    with Workplace(args, diagnostics) as place_of_work:
        status: int = module.run(args, place_of_work)
    return status


def _flushed(status: int) -> int:
    """The status, once what argparse printed has really gone out."""
    from npumon.cli.output import READER_GONE_STATUS, discard_standard_output

    try:
        sys.stdout.flush()
    except OSError:
        discard_standard_output()
        return READER_GONE_STATUS
    return status


TYPE_CHECKING = False
if TYPE_CHECKING:
    from npumon.cli.diagnostics import Diagnostics
