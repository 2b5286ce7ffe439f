"""Lines of a log that people go to: errors, where programs begin, and operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from npumon.core.log.grammar import PRINT_COUNTER, VIVANTE
from npumon.core.log.operation_lines import operation_lines
from npumon.core.log.severity import level_of
from npumon.core.log.whole.line_search import LineTest
from npumon.core.profile import Operation

#: Kinds of lines that a program prints once, when it begins.
_BEGINNINGS = frozenset({"created", "benchmark_start", "ksnn"})
#: Words of which each error has one.
_OF_ERRORS = (
    b"err", b"fatal", b"panic", b"traceback", b"fail", b"not permitted", b"denied", b"cannot", b"excep", b"exit",
    b"interrupt", b"iteration", b"terminate", b"abort", b"killed", b"bus ", b"illegal", b"trap", b"bad system",
    b"hangup", b"quit", b"segmentation", b"e [", b"e detect", b"usage", b"node 0x", b"what()", b"assertion",
    b"free()", b"alloc()", b"munmap_chunk", b"double free", b"corrupted", b"smashing", b"overflow", b"too long",
    b"[npumon:",
)  # fmt: skip


def _of_kind(kinds: frozenset[str]) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        text = text.strip()
        counter = PRINT_COUNTER.match(text)
        known = VIVANTE.classify(text[counter.end() :] if counter else text)
        return known is not None and known[0].kind in kinds

    return accepts


def _begins(text: str) -> bool:
    return text.startswith("det_set_model success") or _of_kind(_BEGINNINGS)(text)


#: What a line can be looked for as, by the name of its kind.
LANDMARKS = {
    "error": LineTest("error", lambda text: level_of(text) == "error", _OF_ERRORS),
    "run": LineTest("run", _begins, (b"create neural network", b"starting!", b"ksnn", b"det_set_model")),
    "operation": LineTest("operation", _of_kind(frozenset({"layer"})), (b"layer",)),
}


class OperationTest(NamedTuple):
    """The line where the block of an operation with exactly these figures begins; used as a `LineTest` is. No
    block has as many bytes as `beyond`."""

    operation: Operation
    name: str = "operation like this"
    beyond: int = 16 << 10

    def find(self, data: bytes, first: int, count: int) -> list[int]:
        """Return the numbers of these lines. A block of lines may end within the operation's."""
        return [first + at for at in operation_lines(data, self.operation) if at < count]
