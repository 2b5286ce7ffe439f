"""The meaning of a known line in its context: matches of the grammar to events.

What a kind of line means stands in `profiler_handlers` and `program_handlers`, what is collected of groups of lines in
`collector`.
"""

from __future__ import annotations

import re
from functools import cached_property

from npumon.core.log import events as ev
from npumon.core.log.collector import EventCollector, Inserted
from npumon.core.log.grammar import NUMBERED, Grammar
from npumon.core.log.keywords import Keywords
from npumon.core.log.profiler_handlers import PROFILER_HANDLERS
from npumon.core.log.program_handlers import PROGRAM_HANDLERS

_HANDLERS = {**PROFILER_HANDLERS, **PROGRAM_HANDLERS}


class Interpreter:
    """Takes lines one by one and holds their events until they are taken."""

    def __init__(self, grammar: Grammar) -> None:
        self._collector = EventCollector()
        self._grammar = grammar

    @cached_property
    def _keywords(self) -> Keywords:
        """Made for the first line that is not known: most runs have none, and it takes milliseconds."""
        return Keywords(self._grammar)

    def understand(self, kind: str, match: re.Match[str], line: int, number: int | None = None) -> bool:
        """Interpret a line of this kind (`LineRule.kind`). Return False if it means nothing in this context.

        `number` is what stood before it in brackets.
        """
        collector = self._collector
        collector.line, collector.number = line, number
        understood = _HANDLERS[kind](collector, match) is not False
        if number is not None and kind in NUMBERED:
            collector.printed = number
        return understood

    def unknown(self, text: str, line: int, number: int | None = None) -> None:
        """Take a line that means nothing here, which is normal inside the VerifyTiling table."""
        collector = self._collector
        if collector.tiling:
            collector.emit(ev.TilingNote(text))
        elif self._keywords.found_in(text):
            collector.emit(ev.Unrecognized(line, text))
            if number is not None:
                collector.printed = number
        else:
            collector.foreign(text, line)

    def foreign(self, text: str, line: int, count: int) -> None:
        """Take lines of another program, so many from this one on."""
        self._collector.foreign(text, line, count)

    def looks_known(self, text: str) -> bool:
        """Return whether an unknown line looks like one that the grammar should know."""
        return self._keywords.found_in(text)

    @property
    def in_table(self) -> bool:
        """True inside the VerifyTiling block, where unknown lines are notes."""
        return self._collector.tiling

    def broken(self, text: str, line: int) -> None:
        """Take a known line that breaks off in its last figure."""
        self._collector.emit(ev.Unrecognized(line, text))

    def remark(self, message: str, line: int) -> None:
        """Add a diagnostic of the parser's own."""
        self._collector.diagnose("warning", "npumon", message, line)

    def interrupt(self) -> None:
        """Take the `^C` that the terminal echoes."""
        self._collector.emit_structural(ev.InterruptEchoed())

    @property
    def prompt(self) -> str | None:
        """How the prompts of this text begin (`khadas@Khadas:`); None before the first one."""
        return self._collector.prompt

    def insert(self, events: list[ev.Event], part: Inserted) -> bool:
        """Take the events of lines that were read by other means. Return False if they mean something else here."""
        return self._collector.insert(events, part)

    def end(self) -> None:
        """Emit what is incomplete: no more lines will come."""
        self._collector.end()

    def take(self) -> list[ev.Event]:
        """Return the events since the last call."""
        return self._collector.take()
