"""Problems in two halves: what is wrong, and what the user can do about it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["usage", "failed", "unavailable"]


class Problem(NamedTuple):
    """One thing that is wrong.

    `id` is stable, for scripts and tests (`driver.missing`). `what` is one sentence that names the thing, `remedy` one
    sentence or command that fixes it. `kind` decides the exit status: usage (the request was wrong), failed (the work
    went wrong), unavailable (no usable NPU or driver, or no permission).
    """

    id: str
    what: str
    remedy: str
    kind: Kind = "failed"

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class ProblemError(Exception):
    """Raised when work cannot continue; carries the `Problem`. Only the command line turns it into text."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
