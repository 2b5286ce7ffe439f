"""`npumon driver`: the NPU's kernel driver: its status, and reloading it with other parameters."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext

_ACTIONS = ("status", "reload", "load", "unload", "sudoers")
_MEANINGS = """\
status    show what is loaded and what is using it
reload    unload it and load it with other parameters; turns profiling on
          unless told otherwise
load      load it, with its previous parameters if npumon was killed while
          it was unloaded
unload    unload it; with --yes also discard the note of a killed npumon
sudoers   print a rule that lets this user do this without a password"""
_STATUSES = """\
0 done, or nothing to do; 1 it failed, or you declined; 2 no terminal to ask
on; 3 not permitted, or not possible; 4 --wait took longer than --timeout"""
_LOADING = (("profiling", "--profile and --no-profile"), ("param", "--param"), ("module", "--module"))
_CHANGING = (("dry_run", "--dry-run"), ("yes", "--yes"), ("wait", "--wait"), ("stop_holders", "--stop-holders"))
#: The options that do not apply to an action.
_STRANGE = {"status": (*_LOADING, *_CHANGING), "unload": _LOADING, "sudoers": _CHANGING}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon driver [option ...] ACTION"
    parser.add_argument("action", choices=_ACTIONS, metavar="ACTION", help=f"one of {', '.join(_ACTIONS)}")
    parser.add_argument("--dry-run", action="store_true", default=False, help="print the plan and change nothing")
    parser.add_argument("--yes", action="store_true", default=False, help="do not ask for confirmation")
    parser.add_argument(
        "--profile", dest="profiling", action="store_const", const="1", default=None, help="load it with profiling on"
    )
    parser.add_argument(
        "--no-profile", dest="profiling", action="store_const", const="0", default=None, help="... with profiling off"
    )
    parser.add_argument("--param", action="append", default=None, metavar="NAME=VALUE", help="... with this parameter")
    parser.add_argument(
        "--module", default=None, metavar="PATH", help="load this galcore.ko (--root does not apply to PATH)"
    )
    parser.add_argument(
        "--wait", action="store_true", default=False, help="wait until the board is free (at most --timeout)"
    )
    parser.add_argument(
        "--stop-holders", action="store_true", default=False, help="end the programs that use it, after asking"
    )
    parser.add_argument_group("actions", _MEANINGS)
    parser.add_argument_group("exit status of a change", _STATUSES)


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Carry out the action. For `status`, 3 means that galcore cannot be used."""
    for name, option in _STRANGE.get(args.action, ()):
        if vars(args)[name]:
            what = f"{option} does not apply to npumon driver {args.action}."
            raise ProblemError(Problem("driver.option", what, "Leave it out.", "usage"))
    if args.action == "status":
        return _status(ctx)
    if args.action == "sudoers":
        return _print_rule(args, ctx)
    from npumon.cli.commands.driver_change import change

    return change(args, ctx)


def _status(ctx: CommandContext) -> int:
    form = ctx.format("text", "json")
    driver = ctx.driver()
    style = ctx.output.style
    if form == "json":
        from npumon.export.board_document import driver_document
        from npumon.export.json_text import json_document

        document = {"schema": "npumon.driver/1", "demo": ctx.wants_demo, **driver_document(driver)}
        ctx.output.document(json_document(document, style))
    else:
        from npumon.export.board_text import driver_lines

        head = ["DEMO"] if ctx.wants_demo else []
        ctx.output.text("\n".join([*head, *driver_lines(driver, style)]))
    if driver.name is None:
        from npumon.cli.commands.driver_change import note_interrupted

        note_interrupted(ctx)
    unusable = any(problem.kind == "unavailable" for problem in driver.problems)
    return status.UNAVAILABLE if unusable or driver.name != "galcore" else status.DONE


def _print_rule(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print the rule for sudo that lets this user change the driver, and nothing else.

    Raises `ProblemError` if a rule would be of no use, or would give away root's rights.
    """
    from npumon.cli.commands.driver_change import module_path, wanted_parameters
    from npumon.core.driver.sudoers import sudo_rule

    ctx.format("text")
    user = _user()
    commands = ctx.backend.driver_control(module_path(args)).rule_commands(wanted_parameters(args))
    rule = sudo_rule(user, [[ctx.backend.on_board(word) for word in command] for command in commands])
    ctx.output.document(("# DEMO\n" if ctx.wants_demo else "") + rule)
    return status.DONE


def _user() -> str:
    """Return who is to be allowed: the user who called sudo, if root asks."""
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        what = f"User {os.getuid()} has no name, so it cannot have a rule."
        raise ProblemError(Problem("driver.no_user", what, "Run it as a user with a name.", "unavailable")) from None
    if os.getuid() == 0:
        name = os.environ.get("SUDO_USER", "root")
        if name in ("", "root"):
            what = "Root needs no rule, and sudo did not say which user it is for."
            remedy = "Run it as that user, or with sudo from there."
            raise ProblemError(Problem("driver.no_user", what, remedy, "usage"))
    return name
