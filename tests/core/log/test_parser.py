"""Any split of any bytes gives the same events, and no figure is taken that was cut off.

Lines come from the run in the vendor's performance document, or are synthetic after the formats of the public
programs.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.log.lines import LINE_LIMIT
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Bandwidth, Cycles, Detection, Operation, TilingRow, TopEntry
from tests.core.log.reading import NETWORK, announced, diagnosed, events_of, profiled

Chunked = Callable[[st.DataObject, bytes], list[bytes]]

#: The counters of a block, and their meaning.
COUNTERS = b"".join(
    b"[%6d] %s\n" % (number, line)
    for number, line in enumerate(
        (
            *(b"TOTAL_READ_BANDWIDTH  (MByte): 1.000000", b"TOTAL_WRITE_BANDWIDTH (MByte): 2.000000"),
            *(b"AXI_READ_BANDWIDTH  (MByte): 3.000000", b"AXI_WRITE_BANDWIDTH (MByte): 4.000000"),
            *(b"DDR_READ_BANDWIDTH (MByte): 5.000000", b"DDR_WRITE_BANDWIDTH (MByte): 6.000000"),
            *(b"GPUTOTALCYCLES: 10", b"GPUIDLECYCLES: 4"),
        ),
        1,
    )
)
SIX = Bandwidth(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
#: What the table of a network binary graph says of its one operation.
NBG = TilingRow(0, "NBG", stride=(0, 0), memory_in="DD", memory_out="DD", image_cache_bytes=0, kernel_cache_bytes=0)


def test_the_real_run(seed_run: bytes) -> None:
    tiling = [line.strip() for line in seed_run.decode().splitlines()[7:13] if line]
    assert events_of(seed_run) == [
        ev.ProductNamed("VIPNano-QI", "0x88"),
        ev.ThreadCreated("0xa69a21c0"),
        ev.NetworkCreated(59455),
        ev.VerifyStarted(),
        ev.CommandBufferGenerated(1, 1),
        ev.TilingStarted(),
        ev.MemorySized(1048576, 522240),
        ev.TilingNote(tiling[1]),
        ev.TilingNote("PreLoadWeightBiases = 1048576  100.000000%"),
        ev.TilingTabulated((NBG,)),
        ev.TilingEnded(),
        ev.GraphVerified(823),
        ev.GraphStarted(1),
        ev.OperationProfiled(
            NETWORK._replace(
                uid=0,
                op_abs_id=0,
                execution_us=20845,
                bandwidth=Bandwidth(71.70338, 17.810649, 30.981305, 14.130429, 40.722075, 3.68022),
                cycles=Cycles(16697255, 296080),
                window_us=21124,
            )
        ),
        ev.IterationEnded(1, 21609.0),
        ev.TotalAnnounced(),
        ev.TotalTimed(21625.0),
        ev.AverageTimed(21625.0),
        ev.TopStarted(5),
        ev.TopListed(TopEntry(1, 2, 0.833984)),
        ev.TopListed(TopEntry(2, 795, 0.009102)),
        ev.TopListed(TopEntry(3, 974, 0.003592)),
        ev.TopListed(TopEntry(4, 408, 0.002207)),
        ev.TopListed(TopEntry(5, 393, 0.002111)),
        ev.ThreadExited("0xa69a21c0"),
    ]


# -- any bytes, any split -------------------------------------------------------------------------------------------


def test_the_real_run_byte_by_byte_and_cut_anywhere_in_two(seed_run: bytes) -> None:
    whole = events_of(seed_run)
    assert events_of(*(seed_run[at : at + 1] for at in range(len(seed_run)))) == whole
    for at in range(0, len(seed_run), 7):
        assert events_of(seed_run[:at], seed_run[at:]) == whole


@given(st.data())
def test_any_split_of_any_log_gives_the_same_events(
    mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    assert events_of(*chunked(data, text)) == events_of(text)


@given(st.data())
def test_any_damage_to_the_real_run_gives_events_and_never_an_exception(
    seed_run: bytes, chunked: Chunked, data: st.DataObject
) -> None:
    text = bytearray(seed_run)
    hurt = st.sampled_from(
        (b"", b"\r", b"\n", b"\x00", b"\xff", b"\x1b[", b"9" * 30, b"-", b"e", b"nan", b"E [f:1]x\n")
    )
    for at, piece in data.draw(st.lists(st.tuples(st.integers(0, len(text)), hurt), max_size=8)):
        text[at : at + data.draw(st.integers(0, 3))] = piece
    assert events_of(*chunked(data, bytes(text))) == events_of(bytes(text))


def _texts(value: object) -> list[str]:
    """All texts in an event."""
    if isinstance(value, str):
        return [value]
    return [text for part in value for text in _texts(part)] if isinstance(value, tuple) else []


@given(st.data())
def test_no_control_character_comes_out(mixed_logs: st.SearchStrategy[bytes], data: st.DataObject) -> None:
    text = bytearray(data.draw(mixed_logs))
    for at in data.draw(st.lists(st.integers(0, len(text)), max_size=8)):
        text[at:at] = data.draw(st.sampled_from((b"\x1b[31m", b"\x07", b"\x00", b"\xe2\x80\xae", b"\x9b2J", b"\xff")))
    assert all(text.isprintable() for event in events_of(bytes(text)) for text in _texts(event))


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_garbage_in_any_split_gives_the_same_events(chunks: list[bytes]) -> None:
    assert events_of(*chunks) == events_of(b"".join(chunks))


@given(st.text("0123456789.eE+-naifty()x_", max_size=24))
def test_no_figure_is_too_strange(figure: str) -> None:
    for line in (
        "Run the 1 time: 1ms or {}us",
        "DDR_READ_BANDWIDTH (MByte): {}",
        "inference : {}",
        "Total {}ms, Average 1ms",
    ):
        for event in events_of(line.format(figure).encode() + b"\n"):
            assert event is not None


def test_a_line_of_100_mb_takes_bounded_memory() -> None:
    parser = ProfileParser()
    chunk = b"GPUTOTALCYCLES: 1 " * 60_000
    tracemalloc.start()
    try:
        for _ in range(100):
            assert parser.feed(chunk) == []
        events = parser.feed(b"\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [type(event) for event in events] == [ev.Diagnosed, ev.Unrecognized]
    assert events[0] == diagnosed("warning", "npumon", f"a line of {len(chunk) * 100} bytes was cut to {LINE_LIMIT}")
    assert peak < 8 << 20


def test_a_figure_beyond_the_limit_of_a_line_is_not_taken() -> None:
    text = b"GPUTOTALCYCLES: " + b" " * (LINE_LIMIT - 17) + b"167\n"
    assert [type(event) for event in events_of(text)] == [ev.Diagnosed, ev.Unrecognized]


# -- figures that are none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", ["nan", "-nan", "inf", "-inf", "infinity", "nan(0x8000)", "1e999", "-1e999"])
def test_what_is_no_finite_number_is_absent_with_a_diagnostic(figure: str) -> None:
    assert events_of(f"Run the 1 time: 21.00ms or {figure}us\n".encode()) == [
        diagnosed("warning", "npumon", f"the time of iteration 1 is {figure}, which is not a finite number"),
        ev.IterationEnded(1, None),
    ]


@pytest.mark.parametrize("figure", ["1.00ms or -5.00us", "-1.00ms"])
def test_a_time_below_zero_is_absent_with_a_diagnostic(figure: str) -> None:
    said, event = events_of(f"Run the 1 time: {figure}\n".encode())
    assert isinstance(said, ev.Diagnosed)
    assert "less than nothing" in said.diagnostic.message
    assert event == ev.IterationEnded(1, None)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("DDR_READ_BANDWIDTH (MByte): nan\n*****", profiled(bandwidth=Bandwidth())),
        ("Done. inference :  nan", ev.InferenceTimed(None)),
        ("Total   nanms or nanus", ev.TotalTimed(None)),
        ("Total   nanms", ev.TotalTimed(None)),
        ("Verify Graph: nanms\nVerify...", ev.VerifyStarted()),
        ("Average nanms or nanus", ev.AverageTimed(None)),
        ("Total   nanms, Average 1ms", ev.TotalTimed(None)),
        ("Total   1ms, Average nanms", ev.AverageTimed(None)),
        ("--- Top1 ---\n 2: nan", ev.TopListed(TopEntry(1, 2, None))),
        ("i:0 left:nan right:1 top:2 bottom:3", ev.ObjectDetected(Detection(0, None, None, None, 2.0, 1.0, 3.0))),
        ("class: a, score: nan", ev.ObjectDetected(Detection(None, "a"))),
        ("Run the 1 time: 1ms or 1e15us", ev.IterationEnded(1, None)),
    ],
)
def test_every_figure_may_be_absent(line: str, event: ev.Event) -> None:
    events = events_of(line.encode() + b"\n")
    assert event in events
    assert sum(isinstance(found, ev.Diagnosed) for found in events) == 1


def test_a_figure_beyond_belief_is_absent_with_a_diagnostic() -> None:
    first, _ = events_of(b"Run the 1 time: 1ms or 123456789012345678.0us\n")
    assert first == diagnosed(
        "warning", "npumon", "the time of iteration 1 is 123456789012345678.0, which is too large to be true"
    )


# -- texts that begin or end in the middle ----------------------------------------------------------------------------


def test_a_text_cut_anywhere_gives_no_figure_that_was_not_printed(seed_run: bytes) -> None:
    """Whatever comes out of a part of the text came out of the whole, but for a block without its end."""
    whole = events_of(seed_run)
    (block,) = [event.operation for event in whole if isinstance(event, ev.OperationProfiled)]
    figures = {*block, *block.bandwidth, *block.cycles, Bandwidth(), Cycles(), None}
    for at in range(len(seed_run)):
        for event in events_of(seed_run[:at]):
            if isinstance(event, (ev.OperationProfiled, ev.OperationAnnounced)):
                found = {*event.operation, *event.operation.bandwidth, *event.operation.cycles}
                assert found - {event.operation.bandwidth, event.operation.cycles} <= figures, seed_run[:at][-60:]
            elif isinstance(event, (ev.ThreadCreated, ev.ThreadExited)):
                assert seed_run.decode().count(event.handle)  # a handle is no figure; it may be cut
            elif isinstance(event, (ev.CommandBufferGenerated, ev.TilingNote, ev.TotalAnnounced, ev.TilingTabulated)):
                pass  # text, or a count without its comma
            elif not isinstance(event, (ev.Diagnosed, ev.Unrecognized, ev.ForeignText)):
                assert event in whole, seed_run[:at][-60:]


@pytest.mark.parametrize(
    "line",
    [
        b"#productname=VIPNano-QI, pid=0x8",
        b"current device id=0, AXI SRAM base address=0xff",
        b"layer id: 0 layer name:a operation[0]:b target:unkown operation tar",
        b"uid: 1",
        b"op_abs_id: 1",
        b"[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.70",
        b"[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.70338",
        b"[     7] GPUTOTALCYCLES: 166972",
        b"VPC_ELAPSETIME: 211",
        b"resultData.detect_num=1",
        b"HAL user version 6.4.3.5.29390",
        b"HAL user version: 6.4.6.345497",
        b"Done. inference :  0.04",
        b"Done. inference :  0.042345",  # Python prints as many decimals as there are
        b"class: person, score: 0.9",
        b"i:0 left:12.000000 right:96.000000 top:8.000000 bottom:64.0",
    ],
)
def test_a_figure_that_is_cut_off_is_not_taken(line: bytes) -> None:
    first, second = events_of(line)
    assert isinstance(first, ev.Diagnosed)
    assert "breaks off" in first.diagnostic.message
    assert second == ev.Unrecognized(1, line.decode())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380", ev.OperationProfiled),
        (b"i:0 left:12.000000 right:96.000000 top:8.000000 bottom:64.000000", ev.ObjectDetected),
        (b"Run the 1 time: 21.00ms or 21609.00us", ev.IterationEnded),
        (b"Exit VX Thread: 0xa69a21c0", ev.ThreadExited),
    ],
)
def test_a_last_line_that_is_surely_whole_is_taken_without_its_end(line: bytes, kind: type) -> None:
    assert [type(event) for event in events_of(line)] == [kind]


def test_a_text_that_begins_inside_a_block_gives_what_is_left_of_it() -> None:
    text = b"_BANDWIDTH (MByte): 3.680220\n[     7] GPUTOTALCYCLES: 10\n*********\nRun the 1 time: 1ms or 5us\n"
    assert events_of(text) == [
        ev.Unrecognized(1, "_BANDWIDTH (MByte): 3.680220"),
        profiled(cycles=Cycles(10)),
        ev.IterationEnded(1, 5.0),
    ]


def test_a_block_without_its_end_is_incomplete() -> None:
    head = b"layer id: 1 layer name:n operation[0]:a target:b.\nuid: 0\n"
    assert events_of(head) == [announced(layer_id=1, name="n", operation_index=0, operation="a", target="b", uid=0)]
    assert events_of(b"uid: 1\nexecution time: 5 us\n" + COUNTERS) == [
        ev.OperationProfiled(Operation(uid=1, execution_us=5, bandwidth=SIX, cycles=Cycles(10, 4)), complete=False)
    ]


@pytest.mark.parametrize(
    "after",
    [b"Run the 1 time: 1ms or 5us\n", b"layer id: 2 layer name:n operation[0]:a target:b.\n", b"class: a, score: 1\n"],
)
def test_what_cannot_stand_in_a_block_ends_it(after: bytes) -> None:
    first, *others = events_of(b"uid: 5\nexecution time: 6 us\nGPUTOTALCYCLES: 7\n" + after)
    operation = Operation(uid=5, execution_us=6, cycles=Cycles(7))
    assert first == ev.OperationProfiled(operation, complete=False)
    assert len(others) == 1


def test_messages_inside_a_block_do_not_end_it() -> None:
    text = b"uid: 5\nW [f:1]slow\nwhat?\n[     9] HAL user version 6.4.3.5\nGPUIDLECYCLES: 3\nVPC_ELAPSETIME: 7\n****\n"
    assert events_of(text) == [
        diagnosed("warning", "ovxlib", "[f:1]slow", 2),
        ev.ForeignText(3, "what?"),
        ev.DriverVersioned("6.4.3.5"),
        profiled(uid=5, cycles=Cycles(None, 3), window_us=7),
    ]


def test_several_layers_operations_and_iterations() -> None:
    layer = "layer_id: {0} layer name:l{0} operation[{1}]:op target:NN.\nuid: {0}\nexecution time: 5 us\n*********\n"
    blocks = [(0, 0), (0, 1), (1, 0)]
    text = "".join(
        "".join(layer.format(*place) for place in blocks) + f"Run the {number} time: 0ms or 15us\n" for number in (1, 2)
    )
    operations = [
        profiled(
            layer_id=one, name=f"l{one}", operation_index=two, operation="op", target="NN", uid=one, execution_us=5
        )
        for one, two in blocks
    ]
    assert events_of(text.encode()) == [
        *operations,
        ev.IterationEnded(1, 15.0),
        *operations,
        ev.IterationEnded(2, 15.0),
    ]


# -- where stdout and stderr arrive mixed -----------------------------------------------------------------------------

SPLICES = [
    ("[     7] GPUTOTALCYC", "LES: 16697255", profiled(cycles=Cycles(16697255))),
    ("[     7]", " GPUTOTALCYCLES: 16697255", profiled(cycles=Cycles(16697255))),
    ("execution time:      ", "       20845 us", profiled(execution_us=20845)),
    ("Run", " the 1 time: 21.00ms or 21609.00us", ev.IterationEnded(1, 21609.0)),
    ("Total", "   21.00ms or 21625.00us", ev.TotalTimed(21625.0)),
    (
        "layer id: 0 layer name:network_binary_graph operation[0]:unkown",
        " operation type target:unkown operation target.",
        ev.OperationAnnounced(NETWORK),
    ),
    (
        "layer id: 0 layer name:network_binary_graph operation[0]:unkown ",
        "operation type target:unkown operation target.",
        ev.OperationAnnounced(NETWORK),
    ),
]


@pytest.mark.parametrize(("half", "rest", "event"), SPLICES)
@pytest.mark.parametrize(
    "messages",
    [
        ["E [vnn_Run:90]warm"],
        ["W [vnn_Run:90]one", "I [vnn_Run:91]two"],
        ["E Detect_api:[det_set_model:58]dlopen failed"],
        ["W [vnn_Run:90]warm", "run.sh: line 5: 14896 Segmentation fault"],
        ["[  123.456789] usb 1-1: new high-speed USB device", "[  123.456790] usb 1-1: x"],
        ["<6>[  123.456789@1] usb 1-1: new high-speed USB device", "Nov 27 12:00:00 khadas kernel: [  123.456790] x"],
    ],
)
def test_a_line_cut_by_messages_is_put_together_again(
    half: str, rest: str, event: ev.Event, messages: list[str]
) -> None:
    text = half + "\n".join(messages) + "\n" + rest + "\n*********\n"
    *said, last = events_of(text.encode())
    assert (type(last), last) == (type(event), event)
    assert sum(event.lines if isinstance(event, ev.ForeignText) else 1 for event in said) == len(messages)
    assert all(isinstance(item, (ev.Diagnosed, ev.ForeignText)) for item in said)


def test_a_death_notice_behind_half_a_line_is_seen() -> None:
    text = "[     5] DDR_READ_BANDWIDTH  (MByte): 40.7run.sh: line 5: 14896 Segmentation fault  ./inceptionv3"
    assert events_of(text.encode() + b"\n22075\n") == [diagnosed("error", "shell", text), ev.ForeignText(2, "22075")]


def test_half_a_line_that_never_goes_on_is_not_lost() -> None:
    assert events_of(b"GPUTOTALCYCE [f:1]x\nVerify...\n") == [
        diagnosed("error", "ovxlib", "[f:1]x"),
        ev.Unrecognized(1, "GPUTOTALCYC"),
        ev.VerifyStarted(),
    ]
    assert events_of(b"GPUTOTALCYCE [f:1]x\n") == [
        diagnosed("error", "ovxlib", "[f:1]x"),
        ev.Unrecognized(1, "GPUTOTALCYC"),
    ]


@pytest.mark.parametrize("after", [b"", b"Verify...\n", b"\n[     2] GPUIDLECYCLES: 5\n"])
def test_a_line_that_lacks_only_its_end_counts(after: bytes) -> None:
    counter = b"[     1] TOTAL_READ_BANDWIDTH  (MByte): 0.512309"
    events = events_of(counter + b"[  123.456789] usb 1-1: new high-speed USB device\n" + after)
    (block,) = [event for event in events if isinstance(event, ev.OperationProfiled)]
    assert block.operation.bandwidth.total_read == 0.512309
    cut = events_of(counter[:-2] + b"[  123.456789] usb 1-1: new high-speed USB device\n" + after)
    assert ev.Unrecognized(1, counter[:-2].decode()) in cut
    assert "breaks off" in str(cut)


def test_a_second_half_line_before_the_first_went_on() -> None:
    events = events_of(b"GPUTOTALCYCE [f:1]x\nVPC_ELAE [f:2]y\nPSETIME: 5\n")
    assert [event for event in events if isinstance(event, ev.OperationProfiled)] == [
        ev.OperationProfiled(Operation(window_us=5), complete=False)
    ]
    assert [event for event in events if isinstance(event, ev.Unrecognized)] == [ev.Unrecognized(1, "GPUTOTALCYC")]


def test_a_long_line_is_not_searched_for_messages() -> None:
    assert events_of(b"x" * 3_000 + b"E [f:1]y\n") == [ev.ForeignText(1, "x" * 3_000 + "E [f:1]y")]


# -- places ----------------------------------------------------------------------------------------------------------


def test_progress_redrawn_on_one_line_keeps_the_lines_number() -> None:
    assert events_of(b"10%\r50%\rVerify...\r\nwhat?\n") == [
        ev.ForeignText(1, "10%", 2),
        ev.VerifyStarted(),
        ev.ForeignText(2, "what?"),
    ]


def test_the_verify_tiling_table_is_noted_wherever_it_stands() -> None:
    table = b"---Begin VerifyTiling ---\njunk 0x0x7f00000000)\n  2: 0.5\n---End VerifyTiling ---\n"
    noted: list[ev.Event] = [
        ev.TilingStarted(),
        ev.TilingNote("junk 0x0x7f00000000)"),
        ev.TilingNote("2: 0.5"),
        ev.TilingEnded(),
    ]
    started: list[ev.Event] = [ev.GraphStarted(1)]
    assert events_of(b"Start run graph [1] times...\n" + table) == [*started, *noted]
    assert events_of(table + b"Start run graph [1] times...\n") == [*noted, *started]


def test_a_message_inside_the_table_leaves_its_halves_notes() -> None:
    events = events_of(b"---Begin VerifyTiling ---\n 0 NBG DE [f:1]x\nD 0x(nil)\n")
    assert events[-2:] == [ev.TilingNote("0 NBG D"), ev.TilingNote("D 0x(nil)")]


@pytest.mark.parametrize("line", [b"Verify Graph: 0ms or 823us", b"layer id: 0 layer name:n operation[0]:a target:b."])
def test_a_table_or_list_without_end_ends_with_the_next_part_of_the_run(line: bytes) -> None:
    for opened in (b"---Begin VerifyTiling ---\n", b"--- Top5 ---\n", b"Total\n"):
        events = events_of(opened + line + b"\n  2: 0.5\n1ms or 1us\n")
        assert ev.ForeignText(3, "2: 0.5") in events
        assert ev.Unrecognized(4, "1ms or 1us") in events


def test_messages_between_a_total_and_its_figures() -> None:
    *_, last = events_of(b"Total\nW [f:1]slow\n21.00ms or 21625.00us\n")
    assert last == ev.TotalTimed(21625.0)


def test_a_byte_order_mark_is_no_text() -> None:
    assert events_of(b"\xef\xbb\xbfVerify...\n") == [ev.VerifyStarted()]
    assert events_of(b"Verify...\n\xef\xbb\xbfVerify...\n")[1] == ev.ForeignText(2, "\\ufeffVerify...")


def test_control_characters_in_the_text_become_visible() -> None:
    (event,) = events_of(b"#productname=\x1b]0;owned\x07\xe2\x80\xae, pid=0x88\n")
    assert event == ev.ProductNamed("\\x1b]0;owned\\x07\\u202e", "0x88")
