"""Reading a text, and the events that tests expect of it."""

from __future__ import annotations

from collections.abc import Iterable

from npumon.core.log import events as ev
from npumon.core.log.grammar import VIVANTE, Grammar
from npumon.core.log.line_reader import LineReader
from npumon.core.log.lines import LineSplitter
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic, Level, Operation


def events_of(*chunks: bytes) -> list[ev.Event]:
    parser = ProfileParser()
    return joined([*(event for chunk in chunks for event in parser.feed(chunk)), *parser.close()])


def joined(events: Iterable[ev.Event]) -> list[ev.Event]:
    """The same events, with foreign lines in a row as one, as where they are fed at once."""
    together: list[ev.Event] = []
    for event in events:
        last = together[-1] if together else None
        if isinstance(event, ev.ForeignText) and isinstance(last, ev.ForeignText):
            together[-1] = last._replace(lines=last.lines + event.lines)
        else:
            together.append(event)
    return together


def line_by_line(text: bytes, grammar: Grammar = VIVANTE) -> list[ev.Event]:
    """The events of a text of which nothing is taken in bulk."""
    splitter, reader = LineSplitter(), LineReader(grammar)
    for line in (*splitter.feed(text), *splitter.close()):
        reader.read(line)
    reader.end()
    return joined(reader.take())


def diagnosed(level: Level, source: str, message: str, line: int = 1) -> ev.Diagnosed:
    return ev.Diagnosed(Diagnostic(line, level, source, message))


def profiled(**fields: object) -> ev.OperationProfiled:
    return ev.OperationProfiled(Operation(**fields))  # type: ignore[arg-type]  # any fields of an operation


def announced(**fields: object) -> ev.OperationAnnounced:
    return ev.OperationAnnounced(Operation(**fields))  # type: ignore[arg-type]  # any fields of an operation


NETWORK = Operation(0, "network_binary_graph", 0, "unkown operation type", "unkown operation target")
