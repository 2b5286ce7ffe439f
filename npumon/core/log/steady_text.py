"""Text that goes on as it began: the pattern of operations with all counters, and of what stands between iterations.

Logs repeat. A program prints the same operations in each iteration, and the same lines around each run, apart from
figures. Here is what such text looks like; who reads it has read the same before, line by line, and knows what it says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from npumon.core.log.line_rule import compiled
from npumon.core.profile import BANDWIDTHS

#: A count and an amount as Python prints them again: no leading zero, no exponent, no zeros behind (but `0.0`).
_COUNT = r"(?!0\d)\d{1,12}"
_AMOUNT = r"(?!0\d|0\.0000\d*[1-9])\d{1,8}\.(?:\d{0,5}[1-9]|0)"
_COUNTERS = "".join(
    rf"\[ {{0,5}}(\d{{1,9}})\] {name.upper()}_BANDWIDTH {{1,2}}\(MByte\): ({_AMOUNT})0{{0,6}}\n" for name in BANDWIDTHS
) + "".join(rf"\[ {{0,5}}(\d{{1,9}})\] GPU{name}CYCLES: ({_COUNT})\n" for name in ("TOTAL", "IDLE"))
_OPERATION = (
    r"(layer[ _]id: [^\n\r]{1,600}\nuid: -?\d{1,9}\n(?:op_abs|abs_op)_id: -?\d{1,9}\n"
    r"(?:shader kernel name: [ -\]_-~]{1,300}\n)?)"
    rf"execution time: {{0,30}}({_COUNT}) us\n{_COUNTERS}VPC_ELAPSETIME: ({_COUNT})\n\*{{4,20}}\n"
)
_ITERATION = rf"Run the ({_COUNT}) time: {{0,9}}\d{{1,9}}\.\d{{2}}ms or ((?!0\d)\d{{1,9}}\.\d)0us\n"

#: What `found_in` returns of each operation: the whole text, its head, and its figures as they are to be printed; the
#: numbers in brackets; with the last operation the iteration's number and time, and the lines behind it. Each text is
#: empty where there is none. `OTHER` is a line that is no part of this.
WHOLE, HEAD, EXECUTION, NUMBER = range(4)
AMOUNTS = (4, 6, 8, 10, 12, 14)
NUMBERS = (5, 7, 9, 11, 13, 15, 17)
TOTAL, IDLE, WINDOW, ITERATION, ELAPSED, BETWEEN, OTHER = 16, 18, 19, 20, 21, 22, 23

Found = tuple[str, ...]
#: What was found of many operations, by place.
Columns = Sequence[Sequence[str]]

#: Where an operation or an iteration's end begins.
HEAD_LINE = re.compile(r"^layer[ _]id: ", re.MULTILINE)
END_LINE = re.compile(r"^Run the \d{1,9} time: .*us\n", re.MULTILINE)

#: Lines whose figures may change without changing what follows. So may the addresses in tables.
_FIGURES = tuple(
    (re.compile(line, re.ASCII), pattern)
    for line, pattern in (
        (r"(Created VX Thread: 0x)[0-9a-f]{1,16}", "[0-9a-f]{1,16}"),
        (r"(Exit VX Thread: 0x)[0-9a-f]{1,16}", "[0-9a-f]{1,16}"),
        (r"(Create Neural Network: )\d{1,9}ms or \d{1,9}us", r"\d{1,9}ms or \d{1,9}us"),
        (r"(Verify Graph: )\d{1,9}ms or \d{1,9}us", r"\d{1,9}ms or \d{1,9}us"),
        (r"(Total   )\d{1,9}\.\d{2}ms or \d{1,9}\.\d{2}us", r"\d{1,9}\.\d{2}ms or \d{1,9}\.\d{2}us"),
        (r"(Average )\d{1,9}\.\d{2}ms or \d{1,9}\.\d{2}us", r"\d{1,9}\.\d{2}ms or \d{1,9}\.\d{2}us"),
        (r"() {0,2}\d{1,4}: \d{1,3}\.\d{6}", r" {0,2}\d{1,4}: \d{1,3}\.\d{6}"),
    )
)
_ADDRESS = re.compile(r"(?<=0x0x)[0-9a-f]{1,16}", re.ASCII)


def likeness(text: str) -> str:
    """Return the pattern of whole lines that say the same as these, but for figures that nothing hangs on."""
    return "\n".join(map(_line_like, text.split("\n")))


def _line_like(line: str) -> str:
    for rule, figures in _FIGURES:
        if (match := rule.fullmatch(line)) is not None:
            return re.escape(match[1]) + figures
    return "[0-9a-f]{1,16}".join(map(re.escape, _ADDRESS.split(line)))


class SteadyText:
    """Finds operations, the ends of iterations, and the lines that may stand behind those."""

    def __init__(self, between: Sequence[str] = ()) -> None:
        """`between` are the patterns of those lines (`likeness`)."""
        self._between = tuple(between)
        lines = "|".join(between) or "(?!)"
        self._pattern = re.compile(rf"({_OPERATION}(?:{_ITERATION}({lines})?)?)|([^\n]*\n)", re.ASCII)

    def found_in(self, text: str, start: int, end: int) -> Sequence[Found]:
        """Return what is found in a part of the text, which begins with a line: whole lines without gaps."""
        return self._pattern.findall(text, start, end)

    def between_at(self, text: str, at: int) -> tuple[str, int] | None:
        """Return the lines between iterations that stand here, and which they are; None for others."""
        for place, like in enumerate(self._between):
            if (match := compiled(like).match(text, at)) is not None:
                return match[0], place
        return None

    def which(self, lines: str) -> int:
        """Return which lines those between iterations are."""
        many = len(self._between)
        return next((place for place in range(many - 1) if compiled(self._between[place]).fullmatch(lines)), many - 1)
