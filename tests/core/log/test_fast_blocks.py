"""The fast way through a log gives the events of the tolerant parser, whatever the log and however it is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.log.fast_blocks import (
    BlockBatch,
    BlockReader,
    ChunkSplitter,
    HeaderCache,
    RegularBlock,
    render_block,
    split_blocks,
)
from npumon.core.log.parser import ProfileParser

Chunked = Callable[[st.DataObject, bytes], list[bytes]]

BLOCK = b"""\
layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target.
uid: 0
op_abs_id: 0
execution time:             20845 us
[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380
[     2] TOTAL_WRITE_BANDWIDTH (MByte): 17.810649
[     3] AXI_READ_BANDWIDTH  (MByte): 30.981305
[     4] AXI_WRITE_BANDWIDTH (MByte): 14.130429
[     5] DDR_READ_BANDWIDTH (MByte): 40.722075
[     6] DDR_WRITE_BANDWIDTH (MByte): 3.680220
[     7] GPUTOTALCYCLES: 16697255
[     8] GPUIDLECYCLES: 296080
VPC_ELAPSETIME: 21124
*********
Run the 1 time: 21.00ms or 21609.00us
vxProcessGraph execution time:
Total   21.00ms or 21625.00us
Average 21.62ms or 21625.00us
"""


def tolerant(text: bytes) -> list[ev.Event]:
    parser = ProfileParser()
    return [*parser.feed(text), *parser.close()]


def fast(chunks: Iterable[bytes]) -> list[ev.Event]:
    reader, pieces = BlockReader(), ChunkSplitter()
    events: list[ev.Event] = []
    for piece in (*map(pieces.feed, chunks), pieces.close()):
        for batch in reader.read(piece):
            events += reader.events(batch)
    return [*events, *reader.close()]


def regular(text: bytes) -> int:
    """How many blocks of the text take the fast way."""
    return sum(len(part.texts) for part in split_blocks(text, HeaderCache()) if isinstance(part, BlockBatch))


@given(st.data())
def test_any_log_in_any_chunks_gives_the_tolerant_parsers_events(
    mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    assert fast(chunked(data, text)) == tolerant(text)


@given(st.binary(max_size=300))
def test_garbage_gives_the_tolerant_parsers_events(text: bytes) -> None:
    assert fast([text]) == tolerant(text)


def test_regular_blocks_take_the_fast_way_and_keep_every_figure() -> None:
    assert regular(BLOCK * 3) == 3
    assert fast([BLOCK * 3]) == tolerant(BLOCK * 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"71.703380", b"71.7033801"),
        (b"71.703380", b"7.17e1"),
        (b"71.703380", b"0.000070"),
        (b"71.703380", b"071.703380"),
        (b"71.703380", b"-71.703380"),
        (b"71.703380", b"71.703380" + b"0" * 20),
        (b"71.703380", b"nan"),
        (b"3.680220", b"0.000000"),
        (b"16697255", b"016697255"),
        (b"16697255", b"0"),
        (b"16697255", b"99999999999"),
        (b"21.00ms or 21609.00us", b"21ms or 21609us"),
        (b"21.00ms or 21609.00us", b"21.00ms or 21609.25us"),
        (b"uid: 0\n", b"uid: 0\r\n"),
        (b"uid: 0\n", b"uid: 0\n\n"),
        (b"layer id: 0", b"layer id: zero"),
        (b"VPC_ELAPSETIME", b"\x1b[1mVPC_ELAPSETIME"),
    ],
)
def test_what_is_spelled_otherwise_takes_the_tolerant_way(old: bytes, new: bytes) -> None:
    text = BLOCK + BLOCK.replace(old, new, 1) + BLOCK
    assert regular(text) == 2
    assert fast([text]) == tolerant(text)


@pytest.mark.parametrize(
    "before",
    [
        BLOCK[:-300],  # a block that was broken off
        b"class: person, score: 0.9\n",  # an object whose box may follow
        b"Aver[E]W [vnn_Run:90]slow\n",
        b"GPUTOTALCYCW [vnn_Run:90]slow\n",  # half a line whose other half may follow
        b" --- Top5 ---\n  2: 0.833984\n",
        b"---Begin VerifyTiling ---\nfree text\n",
        b"Total\n",
    ],
)
@pytest.mark.parametrize("after", [b"LES: 5\n", b"  3: 0.5\n", b"21.00ms or 21625.00us\n", b"?\n"])
def test_a_block_ends_what_was_pending_before_it(before: bytes, after: bytes) -> None:
    text = before + BLOCK * 2 + after
    assert fast([text]) == tolerant(text)


def test_lines_read_the_fast_way_are_counted() -> None:
    *_, last = fast([BLOCK * 2 + b"what?\n"])
    assert last == ev.Unrecognized(37, "what?")


def test_an_overlong_line_that_goes_on_with_a_block_is_no_block() -> None:
    text = b"x" * 100_000 + BLOCK
    chunks = [text[:70_000], text[70_000:100_000], text[100_000:]]
    assert fast(chunks) == tolerant(text)


def test_pieces_are_cut_before_a_layer_and_hold_little_back() -> None:
    pieces = ChunkSplitter()
    whole, begun = BLOCK.splitlines(keepends=True)[:5], b"[     2] TOTAL"
    assert pieces.feed(BLOCK + b"".join(whole) + begun) == BLOCK
    assert pieces.feed(b"x" * 60_000) == b"".join(whole)
    assert pieces.close() == begun + b"x" * 60_000
    assert pieces.close() == b""


def test_pieces_let_a_line_without_end_go() -> None:
    pieces = ChunkSplitter()
    assert pieces.feed(b"x" * 60_000) == b""
    assert pieces.feed(b"x" * 60_000) == b"x" * 120_000
    assert pieces.close() == b""


def test_a_block_written_again_says_the_same() -> None:
    (part,) = split_blocks(BLOCK, HeaderCache())
    assert isinstance(part, BlockBatch)
    assert tolerant(render_block(part.texts[0])) == tolerant(BLOCK)
    assert RegularBlock(*part.texts[0]).ddr_write == "3.68022"


def test_heads_are_read_once_for_each_spelling_and_forgotten_in_bounds() -> None:
    heads = HeaderCache()
    head = "layer id: {} layer name:n operation[0]:a target:b.\nuid: 0\nop_abs_id: 0\n"
    first = heads.operation(head.format(0))
    assert heads.operation(head.format(0)) is first
    for number in range(5_000):
        operation = heads.operation(head.format(number))
        assert operation is not None
        assert operation.layer_id == number
    assert heads.operation(head.format(0)) is not first
    assert heads.operation("layer id: 0\nuid: 0\nop_abs_id: 0\n") is None
