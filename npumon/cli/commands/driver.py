"""`npumon driver status`: the NPU's kernel driver as it is now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from npumon.cli import status

if TYPE_CHECKING:
    from npumon.cli.workplace import Workplace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    parser.usage = "npumon driver [option ...] ACTION"
    parser.add_argument("action", choices=("status",), metavar="ACTION", help="status: what is loaded, and who uses it")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """Print the driver; the status is 3 when galcore is not there to be used."""
    form = place.format("text", "json")
    driver = place.driver()
    style = place.output.style
    if form == "json":
        from npumon.export.board_document import driver_document
        from npumon.export.json_text import json_document

        document = {"schema": "npumon.driver/1", "demo": place.wants_demo, **driver_document(driver)}
        place.output.document(json_document(document, style))
    else:
        from npumon.export.board_text import driver_lines

        head = ["DEMO"] if place.wants_demo else []
        place.output.text("\n".join([*head, *driver_lines(driver, style)]))
    unusable = any(problem.kind == "unavailable" for problem in driver.problems)
    return status.UNAVAILABLE if unusable or driver.name != "galcore" else status.DONE
