"""A fast path for long logs: regular blocks by a single pattern, everything else by the tolerant parser.

A block is regular if its lines come in the order in which the demo program prints them and every figure is spelled as
Python would spell it, apart from trailing zeros: then the text can stand in for the figure. The events are the same as
the tolerant parser's but come later, so this is for finished logs, not live ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Operation

_COUNT = r"([1-9]\d{0,9})"
#: A figure without trailing zeros, as `repr(float(…))` spells it. Below 0.0001 that would be 1e-05.
_MBYTE = r"((?:0\.(?!0000)|[1-9]\d{0,7}\.)\d{0,5}[1-9])0{0,6}\n"
_MS = r"\d{1,12}\.\d\dms or "
_US = r"([1-9]\d{0,11}\.\d)0us\n"
_COUNTER = r"\[[ \d]{6}\] "

_REGULAR = re.compile(
    r"(layer[ _]id: [^\n\r]*\nuid: \d{1,9}\n(?:op_abs|abs_op)_id: \d{1,9}\n)"
    rf"execution time: *{_COUNT} us\n"
    + "".join(rf"{_COUNTER}{name.upper()}_BANDWIDTH *\(MByte\): {_MBYTE}" for name in BANDWIDTHS)
    + rf"{_COUNTER}GPUTOTALCYCLES: {_COUNT}\n{_COUNTER}GPUIDLECYCLES: {_COUNT}\n"
    rf"VPC_ELAPSETIME: {_COUNT}\n\*{{4,20}}\n"
    rf"Run the {_COUNT} time: {_MS}{_US}"
    rf"vxProcessGraph execution time:\nTotal   {_MS}{_US}Average {_MS}{_US}"
    r"|([^\n]*\n)"
)

_BLOCK_LINES = 18

#: Headers (layer, uid, op_abs_id) that are remembered; a model has one for each of its operations.
_HEADS_KEPT = 4_096
#: A block has some 700 bytes. Text that may still become one is held back up to this length.
_HELD_BACK = 4_096
#: Longer text without a line end goes to the tolerant parser, which bounds it.
_LINE_HELD = 65_536


class RegularBlock(NamedTuple):
    """The texts of a regular block. `head` holds its first three lines; `rest` a line outside any block."""

    head: str
    execution_us: str
    total_read: str
    total_write: str
    axi_read: str
    axi_write: str
    ddr_read: str
    ddr_write: str
    total_cycles: str
    idle_cycles: str
    vpc_elapsed_us: str
    iteration: str
    elapsed_us: str
    total_us: str
    average_us: str
    rest: str = ""


BlockFields = tuple[str, ...]


class BlockBatch(NamedTuple):
    """Consecutive regular blocks, each as the texts of a `RegularBlock`."""

    texts: list[BlockFields]


Batch = BlockBatch | list[ev.Event]

_HEAD = itemgetter(0)
_REST = itemgetter(-1)


class HeaderCache:
    """The meaning of a block's first three lines, read by the tolerant parser once for each spelling."""

    def __init__(self) -> None:
        self._known: dict[str, Operation | None] = {}

    def operation(self, head: str) -> Operation | None:
        """Return the operation without its figures; None if the tolerant parser reads no header there."""
        try:
            return self._known[head]
        except KeyError:
            pass
        parser = ProfileParser()
        events = parser.feed(head.encode("latin-1") + b"execution time: 1 us\n*********\n")
        known: Operation | None = None
        match events:
            case [ev.OperationProfiled(operation=Operation(layer_id=int(), execution_us=1) as operation)]:
                known = operation
        if len(self._known) >= _HEADS_KEPT:
            self._known.clear()
        self._known[head] = known
        return known


def split_blocks(text: bytes, heads: HeaderCache) -> Iterator[BlockBatch | bytes]:
    """Yield the text in order: regular blocks, and the bytes between them. `text` ends with a line end."""
    if not text:
        return
    found = _REGULAR.findall(text.decode("latin-1"))
    irregular = any(map(_REST, found)) or any(heads.operation(head) is None for head in set(map(_HEAD, found)))
    if not irregular:
        yield BlockBatch(found)
        return
    blocks: list[BlockFields] = []
    between: list[bytes] = []
    for texts in found:
        if texts[-1] or heads.operation(texts[0]) is None:
            if blocks:
                yield BlockBatch(blocks)
                blocks = []
            between.append(texts[-1].encode("latin-1") or render_block(texts))
        else:
            if between:
                yield b"".join(between)
                between = []
            blocks.append(texts)
    if blocks:
        yield BlockBatch(blocks)
    if between:
        yield b"".join(between)


class ChunkSplitter:
    """Cuts a stream of bytes at the beginnings of blocks, so that few blocks are split."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Return a piece that ends with a line end or is part of one overlong line; hold back the rest."""
        data = self._held + data
        cut = data.rfind(b"\nlayer", max(0, len(data) - _HELD_BACK)) + 1 or data.rfind(b"\n") + 1
        if not cut and len(data) > _LINE_HELD:
            cut = len(data)
        self._held = data[cut:]
        return data[:cut]

    def close(self) -> bytes:
        """Return what is left."""
        held, self._held = self._held, b""
        return held


class BlockReader:
    """Reads the events of a finished log, by the fast path if possible."""

    def __init__(self) -> None:
        self.heads = HeaderCache()
        self._parser = ProfileParser()

    def read(self, piece: bytes) -> Iterator[Batch]:
        """Yield batches in the order of the log; pieces are as `ChunkSplitter` cuts them."""
        whole = piece.rfind(b"\n") + 1
        for part in (*split_blocks(piece[:whole], self.heads), piece[whole:]):
            yield from self.take(part)

    def take(self, part: BlockBatch | bytes) -> Iterator[Batch]:
        """Take a part from `split_blocks`. While something is pending, blocks go to the tolerant parser."""
        if isinstance(part, BlockBatch):
            texts = part.texts
            while texts and not self._parser.between_blocks:
                first, *texts = texts
                yield self._parser.feed(render_block(first))
            if texts:
                self.skip(len(texts))
                yield BlockBatch(texts)
        elif events := self._parser.feed(part):
            yield events

    def events(self, batch: Batch) -> list[ev.Event]:
        """Return the events of a batch."""
        if isinstance(batch, BlockBatch):
            return [event for texts in batch.texts for event in block_events(texts, self.heads)]
        return batch

    def skip(self, blocks: int) -> None:
        """Count blocks that were read by other means."""
        self._parser.skip(_BLOCK_LINES * blocks)

    def close(self) -> list[ev.Event]:
        """Return the events that the end of the log completes."""
        return self._parser.close()


def block_events(texts: BlockFields, heads: HeaderCache) -> list[ev.Event]:
    """Return the events of one regular block."""
    block = RegularBlock(*texts)
    head = heads.operation(block.head) or Operation()
    operation = Operation(
        head.layer_id,
        head.name,
        head.operation_index,
        head.operation,
        head.target,
        head.uid,
        head.op_abs_id,
        int(block.execution_us),
        Bandwidth(
            float(block.total_read),
            float(block.total_write),
            float(block.axi_read),
            float(block.axi_write),
            float(block.ddr_read),
            float(block.ddr_write),
        ),
        Cycles(int(block.total_cycles), int(block.idle_cycles)),
        int(block.vpc_elapsed_us),
    )
    return [
        ev.OperationProfiled(operation),
        ev.IterationEnded(int(block.iteration), float(block.elapsed_us)),
        ev.TotalAnnounced(),
        ev.TotalTimed(float(block.total_us)),
        ev.AverageTimed(float(block.average_us)),
    ]


def render_block(texts: BlockFields) -> bytes:
    """Render a block as text again, for the tolerant parser, if something before it is still pending."""
    block = RegularBlock(*texts)
    mbyte = "".join(f"{name.upper()}_BANDWIDTH (MByte): {getattr(block, name)}\n" for name in BANDWIDTHS)
    text = (
        f"{block.head}execution time: {block.execution_us} us\n{mbyte}"
        f"GPUTOTALCYCLES: {block.total_cycles}\nGPUIDLECYCLES: {block.idle_cycles}\n"
        f"VPC_ELAPSETIME: {block.vpc_elapsed_us}\n*********\n"
        f"Run the {block.iteration} time: 0.00ms or {block.elapsed_us}us\nvxProcessGraph execution time:\n"
        f"Total   0.00ms or {block.total_us}us\nAverage 0.00ms or {block.average_us}us\n"
    )
    return text.encode("latin-1")
