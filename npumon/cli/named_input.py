"""Input as the command line names it: a file, or `-` for standard input."""

from __future__ import annotations

from npumon.cli.paths import shown
from npumon.core.problems import Problem, ProblemError

STDIN = "-"


def name_of(path: str) -> str:
    """What people call it."""
    return "standard input" if path == STDIN else shown(path)


def unreadable(path: str, error: Exception, problem_id: str, folder_remedy: str) -> ProblemError:
    """Why it cannot be read (usage); `folder_remedy` is what to do about a folder."""
    if isinstance(error, IsADirectoryError):
        remedy = folder_remedy
    elif isinstance(error, FileNotFoundError):
        remedy = "Check the path."
    else:
        remedy = "Check the path and its rights."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ProblemError(Problem(problem_id, f"{name_of(path)} cannot be read: {reason}.", remedy, "usage"))
