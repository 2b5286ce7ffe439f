"""`npumon completion bash|zsh|tcsh`: a completion script for a shell."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon completion SHELL"
    parser.add_argument("shell", metavar="SHELL", choices=("bash", "zsh", "tcsh"), help="bash, zsh or tcsh")


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print the script, which shtab makes from the argument parser."""
    import shtab

    from npumon.cli.arguments import build_parser

    ctx.output.document(shtab.complete(build_parser([], complete=True), shell=args.shell) + "\n")
    return 0
