"""Where the text of an operation stands in a log, and which operation a line belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Operation

#: The first line of a block that names its operation, and the first counter of one that does not.
_HEAD = re.compile(rb"layer[_ ]id: *\d")
_FIRST_COUNTER = re.compile(rb"TOTAL_READ_BANDWIDTH")
#: What stands behind the first counters, and behind the last block.
_COUNTED = re.compile(rb"GPU[A-Z]*CYCLES|\*{5}")
_ITERATION = re.compile(rb"Run the \d")
#: More lines than a head has, and than any block.
_HEAD_LINES = 8
BLOCK_LINES = 48
#: More bytes than a block has, unless lines of other programs stand in it.
_BLOCK_BYTES = 16 << 10
#: Counters have 32 bits.
_WRAP = 1 << 32


def operation_lines(text: bytes, operation: Operation) -> Iterator[int]:
    """Yield the 0-based numbers of the lines of a text where blocks with exactly the operation's figures begin."""
    counted = number = 0
    for place in _places(text, operation):
        number += text.count(b"\n", counted, place)
        counted = place
        yield number


def _places(text: bytes, operation: Operation) -> Iterator[int]:
    """Yield the offsets of those lines. Where the operation's cycles were mended, the counters as printed count."""
    if operation.layer_id is not None:
        pattern = rb"layer[_ ]id: *%d\b" % operation.layer_id
    elif operation.cycles.total is not None:
        pattern = rb"GPUTOTALCYCLES: *%d\b" % (operation.cycles.total % _WRAP)
    else:
        return
    time = b"" if operation.execution_us is None else b"%d us" % operation.execution_us
    for hit in re.finditer(pattern, text):
        begin = text.rfind(b"\n", 0, hit.start()) + 1
        if operation.layer_id is None:
            begin = _first_counter(text, begin)
        if text.find(time, begin, begin + _BLOCK_BYTES) < 0:
            continue  # of another iteration; most are
        found = _operation_of(text[begin : begin + _BLOCK_BYTES].split(b"\n", BLOCK_LINES)[:BLOCK_LINES])
        if found is not None and _is_same(found, operation):
            yield begin


def operation_around(lines: Sequence[bytes], index: int) -> Operation | None:
    """Return the operation whose block has this line, 0-based; None if it is not part of one or there is none."""
    begins = (at for at in range(index, max(-1, index - BLOCK_LINES), -1) if at < len(lines) and _begins(lines, at))
    begin = next(begins, None)
    if begin is None:
        return None
    block = lines[begin : begin + BLOCK_LINES]
    return _operation_of(block) if index < begin + _length_of(block) else None


def _begins(lines: Sequence[bytes], at: int) -> bool:
    """Return whether a block begins on this line: at its head, or at its first counter if that has no head."""
    if _HEAD.search(lines[at]):
        return True
    if not _FIRST_COUNTER.search(lines[at]):
        return False
    for above in reversed(lines[max(0, at - _HEAD_LINES) : at]):
        if _HEAD.search(above):
            return False
        if _COUNTED.search(above):
            break
    return True


def _length_of(lines: Sequence[bytes]) -> int:
    """Return how many of the lines the first block has."""
    parser = ProfileParser()
    for number, line in enumerate(lines):
        if number and (_HEAD.search(line) or _ITERATION.search(line)):
            return number
        if parser.feed(line + b"\n"):
            return number + (b"****" in line)
    return len(lines)


def _operation_of(lines: Sequence[bytes]) -> Operation | None:
    """Return the first operation that the lines tell of; None if they only announce one."""
    parser = ProfileParser()
    told = (ev.OperationProfiled, ev.OperationAnnounced)
    events = (event for event in (*parser.feed(b"\n".join(lines) + b"\n"), *parser.close()) if isinstance(event, told))
    first = next(events, None)
    return first.operation if isinstance(first, ev.OperationProfiled) else None


def _is_same(found: Operation, operation: Operation) -> bool:
    """Return whether both are one operation, and of one iteration: its times and counters are hardly ever the same."""
    totals = [each.cycles.total for each in (found, operation)]
    idles = [each.cycles.idle for each in (found, operation)]
    same = found._replace(cycles=operation.cycles, shader=operation.shader) == operation
    return same and _is_congruent(*totals) and (operation.cycles.wraps > 0 or _is_congruent(*idles))


def _is_congruent(one: int | None, other: int | None) -> bool:
    return one == other or (one is not None and other is not None and (one - other) % _WRAP == 0)


def _first_counter(text: bytes, before: int) -> int:
    """Return where the block begins whose total cycles stand on the line that begins at `before`."""
    begin = before
    for _ in range(BLOCK_LINES):
        if not begin:
            break
        begin = text.rfind(b"\n", 0, begin - 1) + 1
        if _FIRST_COUNTER.search(text, begin, before):
            return begin
    return before
