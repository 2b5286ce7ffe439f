"""npumon as the board's user calls it, and what it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.vm.guest_system import as_user


class Answer(NamedTuple):
    """The exit status, the document on standard output, the words on standard error."""

    status: int
    document: dict[str, Any]
    errors: str

    @property
    def refusals(self) -> list[str]:
        """What a plan was refused for."""
        return [problem["id"] for problem in self.document["refusals"]]

    @property
    def problem(self) -> str | None:
        """What went wrong when it was carried out."""
        problem = self.document["problem"]
        return None if problem is None else problem["id"]


def driver(npumon: Path, *words: str) -> Answer:
    """`npumon driver ...`, without a terminal."""
    ended = as_user(npumon, "driver", "--format", "json", *words)
    return Answer(ended.returncode, json.loads(ended.stdout or "{}"), ended.stderr)
