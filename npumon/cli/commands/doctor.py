"""`npumon doctor`: check the board and suggest fixes."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from npumon.cli import status

if TYPE_CHECKING:
    from npumon.board.doctor import Finding
    from npumon.cli.context import CommandContext
    from npumon.export.drawing import Style

_WORDS = {True: ("ok", "green"), False: ("BAD", "red"), None: ("--", "dim")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no options of its own."""
    parser.usage = "npumon doctor [option ...]"


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print every finding; the status is 1 when something is known to be wrong."""
    from npumon.board.doctor import DoctorContext, examine, healthy
    from npumon.cli.commands.driver_change import PUT_BACK, interrupted

    form = ctx.format("text", "json")
    driver = ctx.driver()
    context = DoctorContext(
        state_folder=ctx.backend.state_path,
        model_roots=ctx.backend.model_folders,
        encoding="ascii" if ctx.output.style.ascii else "utf-8",
        terminal=os.environ.get("TERM") if ctx.output.terminal else None,
        columns=ctx.output.style.width,
        interrupted=interrupted(ctx, PUT_BACK) if driver.name is None else None,
    )
    found = examine(ctx.backend.roots, ctx.probe.board(), driver, ctx.models(), context)
    findings = tuple(_on_board(finding, ctx) for finding in found)
    good = healthy(findings)
    if form == "json":
        from npumon.export.json_text import json_document

        document = {
            "schema": "npumon.doctor/1",
            "demo": ctx.wants_demo,
            "ok": good,
            "findings": [
                {"id": finding.id, "ok": finding.ok, "what": finding.what, "remedy": finding.remedy}
                for finding in findings
            ],
        }
        ctx.output.document(json_document(document, ctx.output.style))
    else:
        head = ["DEMO"] if ctx.wants_demo else []
        lines = [line for finding in findings for line in _lines(finding, ctx.output.style)]
        ctx.output.text("\n".join([*head, *lines, "", _sum(findings)]))
    return status.DONE if good else status.FAILED


def _on_board(finding: Finding, ctx: CommandContext) -> Finding:
    on_board, remedy = ctx.backend.on_board, finding.remedy
    return finding._replace(what=on_board(finding.what), remedy=None if remedy is None else on_board(remedy))


def _lines(finding: Finding, style: Style) -> list[str]:
    from npumon.export.drawing import advice, painted, wrapped

    word, color = _WORDS[finding.ok]
    first, *others = wrapped(finding.what, style.width - 5, style) or [""]
    lines = [f"{painted(f'{word:<3}', color, style)}  {first}", *(f"     {line}" for line in others)]
    if finding.remedy and finding.ok is not True:
        lines += advice(finding.remedy, style, " " * 5)
    return lines


def _sum(findings: tuple[Finding, ...]) -> str:
    bad = sum(finding.ok is False for finding in findings)
    return "No check failed." if not bad else f"{bad} of {len(findings)} checks failed."
