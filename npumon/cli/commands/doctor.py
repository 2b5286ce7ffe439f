"""`npumon doctor`: what is missing on this board, and the command that mends it."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli import status

if TYPE_CHECKING:
    from npumon.board.doctor import Finding
    from npumon.cli.context import CommandContext
    from npumon.export.drawing import Style

_WORDS = {True: ("ok", "green"), False: ("BAD", "red"), None: ("--", "dim")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no options of its own."""
    parser.usage = "npumon doctor [option ...]"


def run(args: argparse.Namespace, place: CommandContext) -> int:
    """Print every finding; the status is 1 when something is known to be wrong."""
    from npumon.board.doctor import Surroundings, examine, healthy
    from npumon.cli.commands.driver_change import PUT_BACK, interrupted

    form = place.format("text", "json")
    driver = place.driver()
    state = place.demo.folder / "state" if place.demo else Path(place.settings.state_folder)
    surroundings = Surroundings(
        state_folder=state,
        model_roots=place.model_folders,
        encoding="ascii" if place.output.style.ascii else "utf-8",
        terminal=os.environ.get("TERM") if place.output.terminal else None,
        columns=place.output.style.width,
        interrupted=interrupted(place, PUT_BACK) if driver.name is None else None,
    )
    found = examine(place.roots, place.probe.board(), driver, place.models(), surroundings)
    findings = tuple(_on_board(finding, place) for finding in found)
    good = healthy(findings)
    if form == "json":
        from npumon.export.json_text import json_document

        document = {
            "schema": "npumon.doctor/1",
            "demo": place.wants_demo,
            "ok": good,
            "findings": [
                {"id": finding.id, "ok": finding.ok, "what": finding.what, "remedy": finding.remedy}
                for finding in findings
            ],
        }
        place.output.document(json_document(document, place.output.style))
    else:
        head = ["DEMO"] if place.wants_demo else []
        lines = [line for finding in findings for line in _lines(finding, place.output.style)]
        place.output.text("\n".join([*head, *lines, "", _sum(findings)]))
    return status.DONE if good else status.FAILED


def _on_board(finding: Finding, place: CommandContext) -> Finding:
    remedy = finding.remedy
    return replace(
        finding, what=place.on_board(finding.what), remedy=None if remedy is None else place.on_board(remedy)
    )


def _lines(finding: Finding, style: Style) -> list[str]:
    from npumon.export.drawing import painted, wrapped

    word, color = _WORDS[finding.ok]
    first, *others = wrapped(finding.what, style.width - 5, style) or [""]
    lines = [f"{painted(f'{word:<3}', color, style)}  {first}", *(f"     {line}" for line in others)]
    if finding.remedy and finding.ok is not True:
        lines += [f"     {line}" for line in wrapped(finding.remedy, style.width - 5, style)]
    return lines


def _sum(findings: tuple[Finding, ...]) -> str:
    bad = sum(finding.ok is False for finding in findings)
    return "Nothing is known to be wrong." if not bad else f"{bad} of {len(findings)} things want mending."
