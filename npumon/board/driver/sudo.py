"""How a privileged step is started: directly by root, else through sudo. No password is ever seen or kept here."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.board.driver.system_tools import SystemTools
from npumon.core.driver.plan import Step
from npumon.core.driver.sudoers import without_password
from npumon.core.problems import Problem

#: Seconds for sudo to look up its rules; they may come over a network.
_LIMIT_S = 20.0


class Sudo:
    """Root's rights for some steps. `superuser` is True for a process that has them already."""

    def __init__(self, tools: SystemTools, *, superuser: bool) -> None:
        self._tools = tools
        self._superuser = superuser
        self._sudo = None if superuser else tools.find("sudo")

    def argv(self, step: Step, *, interactive: bool) -> tuple[str, ...]:
        """What is really run. Without `interactive` sudo fails rather than ask (`-n`)."""
        if self._superuser or self._sudo is None:
            return step.argv
        return (self._sudo, *(() if interactive else ("-n",)), "--", *step.argv)

    def unavailable(self) -> Problem | None:
        """Why there is no way to root's rights at all."""
        if self._superuser or self._sudo is not None:
            return None
        what = "Loading and unloading a driver needs root's rights, and there is no sudo on this system."
        return Problem("driver.no_sudo", what, "Run npumon as root for this.", "unavailable")

    def denial(self, steps: Sequence[Step]) -> Problem | None:
        """Why these steps cannot be taken without a password being asked for; looked up before the first of them,
        for a driver that may be unloaded but not loaded again is worse than none."""
        if self._superuser:
            return None
        unavailable = self.unavailable()
        if unavailable is not None or not self.needs_password(steps):
            return unavailable
        return Problem(
            "driver.not_permitted",
            "sudo does not let this user load and unload the driver without a password.",
            "Run it in a terminal, or as root, or install the rule that npumon driver sudoers prints.",
            "unavailable",
        )

    def needs_password(self, steps: Sequence[Step]) -> bool:
        """Whether sudo would ask for a password for any of the steps.

        It would not for commands that its rules allow without, nor while it remembers one.
        """
        if self._superuser or self._sudo is None:
            return False
        listing = self._tools.run("sudo", ("-n", "-l"), _LIMIT_S)
        if listing.status == 0 and all(without_password(listing.output, step.argv) for step in steps):
            return False
        if self._tools.run("sudo", ("-n", "-v"), _LIMIT_S).status != 0:
            return True
        return any(self._tools.run("sudo", ("-n", "-l", "--", *step.argv), _LIMIT_S).status != 0 for step in steps)
