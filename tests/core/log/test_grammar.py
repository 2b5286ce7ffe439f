"""The grammar: each rule knows its line, no line is claimed by a rule it does not obey, none takes long."""

from __future__ import annotations

import time

import pytest

from npumon.core.log.grammar import PRINT_COUNTER, VIVANTE
from npumon.core.log.line_rule import compiled

#: A line for each rule, and the groups it gives.
LINES = {
    "product": ("#productname=VIPNano-QI, pid=0x88", ("VIPNano-QI", "0x88")),
    "thread_created": ("Created VX Thread: 0xa69a21c0", ("0xa69a21c0",)),
    "thread_exited": ("Exit VX Thread: 0xa69a21c0", ("0xa69a21c0",)),
    "created": ("Create Neural Network: 59ms or 59455us", ("59", "59455")),
    "verify": ("Verify...", ()),
    "verified": ("Verify Graph: 0ms or 823us", ("0", "823")),
    "command_buffer": ("generate command buffer, device count=1, core count per-device: 1,", ("1", "1")),
    "axi_base": ("current device id=0, AXI SRAM base address=0xff000000", ("0", "0xff000000")),
    "tiling_begin": ("---------------------------Begin VerifyTiling -------------------------", ()),
    "tiling_end": ("---------------------------End VerifyTiling -------------------------", ()),
    "memory": (
        "AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes SWTILING_PHASE_FEATURES[1, 1, 0]",
        ("1048576", "522240"),
    ),
    "tiling_row": (
        "1 NN [( 224  112    3 1,   75264, 0x0x5512ab3c40(0x0x5512ab3c40, 0x(nil)) ->  112  56   32 1,   200704, "
        "0x0x5512ab9d10(0x0x5512ab9d10, 0x(nil))) k(3 3    3,     1088) pad(1 1) pool(2 2, 2 2)] P[  0] C[  2]",
        (
            *("1", "NN", "224", "112", "3", "1", "75264", "112", "56", "32", "1", "200704"),
            *("3", "3", "3", "1088", "1", "1", "2", "2", "2", "2", " P[  0] C[  2]"),
        ),
    ),
    "tiling_caches": (
        "2 |   2 NN DD 0x00000000 [   0    0       13       26] -> VS 0x00000000 [   0    0       13       26] "
        "( 54,   6,   8) (    8192,     5120, 62.500000%, 61.538462%, DD) (       0,        0)",
        ("2", "NN", "DD", "VS", "8192", "5120", "62.500000", "61.538462", "DD"),
    ),
    "graph": ("Start run graph [1] times...", ("1",)),
    "segments": ("Total segments: 66.", ("66",)),
    "segment_run": ("Run segment 0. Type: 1, operations: [1, 1].", ("0",)),
    "segment_end": ("Segment 0 ended.", ("0",)),
    "layer_dump": ("***********dump layer : 5***************", ()),
    "command_dump": ("**********Show Command*****", ()),
    "ruler": ("===========================", ()),
    "command_info": ("info.vx_nn_tp_cmd_info.inImageXSize:0x3", ()),
    "layer_note": ("==layer_id: 30 abs_op_id: 29 imageNonZeroRatio: 0.7312012", ()),
    "power": ("turned powerManagement off for CNN_PERF=1", ("off",)),
    "layer": (
        "layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation x.",
        ("0", "network_binary_graph", "0", "unkown operation type", "unkown operation x."),
    ),
    "uid": ("uid: 0", ("0",)),
    "op_abs_id": ("op_abs_id: 0", ("0",)),
    "shader": ("shader kernel name: vxSomething_I8toI8_opt", ("vxSomething_I8toI8_opt",)),
    "execution": ("execution time:             20845 us", ("20845",)),
    "bandwidth": ("TOTAL_READ_BANDWIDTH  (MByte): 71.703380", ("TOTAL_READ", "71.703380")),
    "cycles": ("GPUTOTALCYCLES: 16697255", ("TOTAL", "16697255")),
    "busy_cycles": ("GPUCYCLES: -52150", ("-52150",)),
    "vpc": ("VPC_ELAPSETIME: 21124", ("21124",)),
    "block_end": ("*********", ()),
    "iteration": ("Run the 1 time: 21.00ms or 21609.00us", ("1", "21.00", "21609.00")),
    "iteration_name": ("Run the 1 time:", ("1",)),
    "iteration_failed": ("Run graph the 0 time fail", ("0",)),
    "too_long": ("Test Fail,Execution Time Too Long", ()),
    "totals": ("vxProcessGraph execution time:", ()),
    "total": ("Total   21.00ms or 21625.00us", ("21.00", "21625.00")),
    "average": ("Average 21.62ms or 21625.00us", ("21.62", "21625.00")),
    "total_average": ("Total   216ms, Average 21.62ms", ("216", "21.62")),
    "total_name": ("Total", ("Total",)),
    "total_figures": ("21.00ms or 21625.00us", ("21.00", "21625.00")),
    "top": ("--- Top5 ---", ("5",)),
    "top_entry": ("2: 0.833984", ("2", "0.833984")),
    "top_failed": ("Fail to show result.", ()),
    "ksnn": ("|--- KSNN Version: v1.3 +---|", ("v1.3",)),
    "inference": ("Done. inference :  0.0423", ("0.0423",)),
    "stage": ("Start init neural network ...", ("Start init neural network",)),
    "detections": ("resultData.detect_num=3", ("3",)),
    "box": (
        "i:3 left:12.000000 right:96.000000 top:8.000000 bottom:64.000000",
        ("3", "12.000000", "96.000000", "8.000000", "64.000000"),
    ),
    "object": ("class: person, score: 0.9", ("person", "0.9")),
    "object_box": ("box coordinate left,top,right,down: [12.5, 8.0, 96.0, 64.0]", ("12.5", "8.0", "96.0", "64.0")),
    "benchmark_start": ("STARTING!", ()),
    "benchmark_stage": (
        "Running benchmark for at least 50 iterations and at least 1 seconds but …",
        ("Running benchmark for at least 50 iterations and at least 1 seconds but …",),
    ),
    "benchmark_count": (
        "count=50 first=41210 curr=42876 min=40102 max=51377 avg=42711.6 std=2210",
        ("50", " first=41210 curr=42876 min=40102 max=51377 avg=42711.6 std=2210"),
    ),
    "benchmark_timings": (
        "Inference timings in us: Init: 33207, First inference: 12049107, Warmup (avg): 1.2e+07, "
        "Inference (avg): 29683.5",
        ("33207", "12049107", "1.2e+07", "29683.5"),
    ),
    "benchmark_failed": ("ERROR: Failed to apply EXTERNAL delegate.", ("Failed to apply EXTERNAL delegate",)),
    "tengine_times": (
        "Repeat 10 times, thread 1, avg time 2.95 ms, max_time 3.42 ms, min_time 2.76 ms",
        ("10", "2.95", "3.42", "2.76"),
    ),
    "dashes": ("--------------------------------------", ()),
    "tengine_score": ("31.126182, 278", ("31.126182", "278")),
    "pipeline": ("Setting pipeline to PAUSED ...", ()),
    "viplite": ("vip run network execution time: 1234 us", ()),
    "driver_version": ("HAL user version: 6.4.6.345497", ("6.4.6.345497",)),
    "driver_message": (
        "gcSHADER_WriteBufferToFile: Failed to open file",
        ("gcSHADER_WriteBufferToFile: Failed to open file",),
    ),
    "driver_place": (
        "vxoBinaryGraph_patchTP[4856]: cann't support data type 4",
        ("vxoBinaryGraph_patchTP[4856]: cann't support data type 4",),
    ),
    "driver_error": ("fail to read lcdt offset", ("fail to read lcdt offset",)),
    "node": (
        'Node 0x55a1b2c3d4("name"): No.3 parameter is required but not supplied',
        ('Node 0x55a1b2c3d4("name"): No.3 parameter is required but not supplied',),
    ),
    "ovxlib": ("E [vnn_CreateInceptionV3:142]CHECK PTR 308", ("E", "[vnn_CreateInceptionV3:142]CHECK PTR 308")),
    "detect_log": ("E Detect_api:[det_set_model:58]dlopen failed", ("E", "Detect_api:[det_set_model:58]dlopen failed")),
    "death": ("run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3", ()),
    "exception": (
        "terminate called after throwing an instance of 'std::logic_error'",
        ("terminate called after throwing an instance of 'std::logic_error'",),
    ),
    "exception_text": ("what():  construct null not valid", ("what():  construct null not valid",)),
    "heap": ("free(): invalid pointer", ("free(): invalid pointer",)),
    "assertion": (
        "net: ../src/main.cpp:85: int main(int, char**): Assertion `argc > 2' failed.",
        ("net: ../src/main.cpp:85: int main(int, char**): Assertion `argc > 2' failed.",),
    ),
    "loader": (
        "python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput",
        ("python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput",),
    ),
    "traceback": ("Traceback (most recent call last):", ()),
    "python_error": ("cv2.error: OpenCV(4.5.4) x", ("cv2.error", "OpenCV(4.5.4) x")),
    "hang": (
        "[   25.253842] <6>[   25.253842@0] [galcore]: NP[0] hang, automatic recovery.",
        ("[   25.253842] <6>[   25.253842@0] ", "[galcore]: NP[0] hang, automatic recovery."),
    ),
    "kernel": ("[   12.345678] usb 1-1: new high-speed USB device", ()),
    "prompt": ("khadas@Khadas:~/net$ ./run.sh", ("khadas@Khadas:", "./run.sh")),
    "typed": ("$ ./run.sh", ("./run.sh",)),
    "cut": ("..", ()),
    "lost": (
        "[npumon: 4096 bytes were lost here: No space left on device]",
        ("4096 bytes were lost here: No space left on device",),
    ),
    "usage": ("Usage: ./inceptionv3 data_file inputs...", ("Usage: ./inceptionv3 data_file inputs...",)),
}


def test_the_table_holds_a_line_for_every_rule() -> None:
    assert set(LINES) == {rule.kind for rule in VIVANTE.rules}


@pytest.mark.parametrize("kind", LINES)
def test_each_rule_knows_its_line(kind: str) -> None:
    text, groups = LINES[kind]
    found = VIVANTE.classify(text)
    assert found is not None
    assert (found[0].kind, found[1].groups()) == (kind, groups)


@pytest.mark.parametrize("kind", LINES)
def test_a_line_belongs_to_one_rule(kind: str) -> None:
    text, _ = LINES[kind]
    general = {"kernel"} - {kind}  # any line with the kernel's stamp, also those that have rules of their own
    matching = [rule.kind for rule in VIVANTE.rules if compiled(rule.source).fullmatch(text)]
    assert matching[0] == kind
    assert set(matching) - general == {kind}
    assert all(not rule.first or text[0] in rule.first for rule in VIVANTE.rules if rule.kind == kind)
    assert all(rule.first or any(hint in text for hint in rule.hints) for rule in VIVANTE.rules if rule.kind == kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "layer",
        "Total 21 us",
        "GPUTOTALCYCLES: 16697255x",
        "GPUTOTALCYCLES: 9999999999999999999",  # more digits than any counter has
        "GPUTOTALCYCLES: ١٢٣",  # digits, but not the driver's
        "execution time: 20845",
        "Run the 1 time: 21.00ms or naninityus",
        "Terminated normally",
        "Killed the old process",
        "|--- KSNN Version:  ",
        "[error] something",
        "E something without a place",
    ],
)
def test_other_lines_belong_to_none(text: str) -> None:
    assert VIVANTE.classify(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "run.sh: line 142: 56301 Aborted                 ./inceptionv3",
        "/home/khadas/my models/run.sh: line 5: 14896 Bus error",
        "./run.sh: 5: Killed",
        "Segmentation fault (core dumped)",
        "Aborted",
    ],
)
def test_death_notices_of_bash_and_dash(text: str) -> None:
    found = VIVANTE.classify(text)
    assert found is not None
    assert found[0].kind == "death"


def test_a_message_inside_a_line_is_found_with_the_half_before_it() -> None:
    found = VIVANTE.splice.fullmatch("GPUTOTALCYCE [vnn_Run:90]warm")
    assert found is not None
    assert found.groups() == ("GPUTOTALCYC", "E [vnn_Run:90]warm")
    assert VIVANTE.splice.fullmatch("E [vnn_Run:90]warm") is None


def test_the_printers_counter_is_not_part_of_the_line() -> None:
    match = PRINT_COUNTER.match("[     7] GPUTOTALCYCLES: 1")
    assert match is not None
    assert match.end() == 9
    assert PRINT_COUNTER.match("[error] no counter") is None


@pytest.mark.parametrize(
    "text",
    [
        "|-KSNN Version: " + "-" * 16_000,
        "-" * 16_000,
        "#productname=" + ", pid=0x" * 2_000,
        "layer id: 0 layer name:" + " operation[0]:" * 1_100,
        "layer id: 0 layer name:a operation[0]:" + " target" * 2_000,
        "class: " + ", score: " * 1_800,
        "a:" * 8_000,
        "Total " + " " * 16_000,
        "gcA" + "a" * 16_000,
        "box coordinate left,top,right,down: [" + " " * 16_000,
    ],
)
def test_no_line_takes_long(text: str) -> None:
    """Quadratic time in the length of the longest line that is kept would be seconds here."""
    begun = time.process_time()
    VIVANTE.classify(text)
    VIVANTE.splice.fullmatch(text[:2_000])
    assert time.process_time() - begun < 2.0
