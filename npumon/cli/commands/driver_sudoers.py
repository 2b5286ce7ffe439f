"""`npumon driver sudoers`: the rule for sudo that lets this user change the driver, and nothing else."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.driver_change import module_path, wanted_parameters
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext


def print_rule(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print it. Raises `ProblemError` where a rule would be of no use, or would give away root's rights."""
    from npumon.core.driver.sudoers import sudo_rule

    ctx.format("text")
    user = _user()
    commands = ctx.backend.driver_control(module_path(args)).rule_commands(wanted_parameters(args))
    rule = sudo_rule(user, [[ctx.backend.on_board(word) for word in command] for command in commands])
    ctx.output.document(("# DEMO\n" if ctx.wants_demo else "") + rule)
    return status.DONE


def _user() -> str:
    """Who is to be allowed: whoever called sudo, when it is root that asks."""
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        what = f"User {os.getuid()} has no name, so no rule can be written for it."
        raise ProblemError(Problem("driver.no_user", what, "Run it as a user with a name.", "unavailable")) from None
    if os.getuid() == 0:
        name = os.environ.get("SUDO_USER", "root")
        if name in ("", "root"):
            what = "Root needs no rule, and sudo did not tell which user it is for."
            remedy = "Run it as that user, or with sudo from there."
            raise ProblemError(Problem("driver.no_user", what, remedy, "usage"))
    return name
