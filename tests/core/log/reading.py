"""Reading a text, and the events that tests expect of it."""

from __future__ import annotations

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic, Level, Operation


def events_of(*chunks: bytes) -> list[ev.Event]:
    parser = ProfileParser()
    return [*(event for chunk in chunks for event in parser.feed(chunk)), *parser.close()]


def diagnosed(level: Level, source: str, message: str, line: int = 1) -> ev.Diagnosed:
    return ev.Diagnosed(Diagnostic(line, level, source, message))


def profiled(**fields: object) -> ev.OperationProfiled:
    return ev.OperationProfiled(Operation(**fields))  # type: ignore[arg-type]  # any fields of an operation


def announced(**fields: object) -> ev.OperationAnnounced:
    return ev.OperationAnnounced(Operation(**fields))  # type: ignore[arg-type]  # any fields of an operation


NETWORK = Operation(0, "network_binary_graph", 0, "unkown operation type", "unkown operation target")
