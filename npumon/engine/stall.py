"""When the silence of a program that runs is worth a word."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.run import state as phases


class Patience(NamedTuple):
    """Seconds for which a program may say nothing. Verifying compiles the graph, which may take long."""

    usual_s: float = 5.0
    verifying_s: float = 60.0

    def silence(self, phase: str, quiet_s: float) -> float | None:
        """The seconds of silence when they are suspiciously many in this phase of `RunState`, else None."""
        limit_s = self.verifying_s if phase == phases.VERIFYING else self.usual_s
        return quiet_s if quiet_s >= limit_s else None
