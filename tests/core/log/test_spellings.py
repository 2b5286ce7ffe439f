"""Every known line to its event, in each of its spellings.

Lines come from the run in the vendor's performance document, or are synthetic after the formats of the public
programs and session logs.
"""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.profile import Bandwidth, Cycles, Detection, Operation, TopEntry
from tests.core.log.reading import NETWORK, announced, diagnosed, events_of, profiled

PERSON = Detection(None, "person", 0.9, 12.5, 8.0, 96.0, 64.0)

#: Text -> events, for each kind of line in each of its spellings. A block's lines stand before its end.
VARIANTS: list[tuple[str, list[ev.Event]]] = [
    ("#productname=VIPNano-QI, pid=0x88", [ev.ProductNamed("VIPNano-QI", "0x88")]),
    ("Created VX Thread: 0xa69a21c0", [ev.ThreadCreated("0xa69a21c0")]),
    ("Exit VX Thread: 0xa69a21c0", [ev.ThreadExited("0xa69a21c0")]),
    ("Create Neural Network: 59ms or 59455us", [ev.NetworkCreated(59455)]),
    ("Create Neural Network: 59.00ms or 59455us", [ev.NetworkCreated(59455)]),
    ("Verify...", [ev.VerifyStarted()]),
    ("Verify Graph: 0ms or 823us", [ev.GraphVerified(823)]),
    (
        "generate command buffer, device count=1, core count per-device: 1,",
        [ev.CommandBufferGenerated(1, 1)],
    ),
    (
        "generate command buffer, total device count=2, core count per-device: 4, ",
        [ev.CommandBufferGenerated(2, 4)],
    ),
    ("current device id=0, AXI SRAM base address=0xff000000", [ev.AxiSramLocated(0, "0xff000000")]),
    (
        "AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes SWTILING_PHASE_FEATURES[1, 1, 0]",
        [ev.MemorySized(1048576, 522240)],
    ),
    ("Start run graph [1] times...", [ev.GraphStarted(1)]),
    # -- profiled blocks
    (
        "layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type "
        "target:unkown operation target.\n*********",
        [ev.OperationAnnounced(NETWORK)],
    ),
    (
        "layer_id: 7 layer name:conv 1 operation[2]:VXNNE_OPERATOR_CONVOLUTION target:NN.\n****",
        [announced(layer_id=7, name="conv 1", operation_index=2, operation="VXNNE_OPERATOR_CONVOLUTION", target="NN")],
    ),
    (
        "layer id: -1 layer name: operation[0]: target:\n*********",
        [ev.OperationAnnounced(Operation(-1, "", 0, "", ""))],
    ),
    ("uid: 3\nop_abs_id: 4\n*********", [announced(uid=3, op_abs_id=4)]),
    ("uid: -3\nabs_op_id: -4\n*********", [announced(uid=-3, op_abs_id=-4)]),
    ("execution time:             20845 us\n*********", [profiled(execution_us=20845)]),
    ("execution time: 5 us\n*********", [profiled(execution_us=5)]),
    (
        "[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380\n[     2] TOTAL_WRITE_BANDWIDTH (MByte): 17.810649\n"
        "[     3] AXI_READ_BANDWIDTH  (MByte): 30.981305\n[     4] AXI_WRITE_BANDWIDTH (MByte): 14.130429\n"
        "[     5] DDR_READ_BANDWIDTH (MByte): 40.722075\n[     6] DDR_WRITE_BANDWIDTH (MByte): 3.680220\n*********",
        [profiled(bandwidth=Bandwidth(71.70338, 17.810649, 30.981305, 14.130429, 40.722075, 3.68022))],
    ),
    # the number in brackets counts what is printed, not the counters
    (
        "[    23] DDR_READ_BANDWIDTH(MByte):40.722075\n[    26] GPUIDLECYCLES : 2\n*********",
        [profiled(bandwidth=Bandwidth(ddr_read=40.722075), cycles=Cycles(None, 2))],
    ),
    (
        "[     7] GPUTOTALCYCLES: 16697255\n[     8] GPUIDLECYCLES: 296080\n*********",
        [profiled(cycles=Cycles(16697255, 296080))],
    ),
    ("VPC_ELAPSETIME: 21124\n*********", [profiled(window_us=21124)]),
    ("*********", []),
    # -- iterations and totals
    ("Run the 1 time: 21.00ms or 21609.00us", [ev.IterationEnded(1, 21609.0)]),
    ("Run the 12 time: 27ms or 27960us", [ev.IterationEnded(12, 27960.0)]),
    ("Run graph the 0 time fail", [ev.IterationFailed(1, "the graph could not be run", 1)]),
    (
        "Test Fail,Execution Time Too Long",
        [ev.IterationFailed(None, "the program's own limit: execution time too long", 1)],
    ),
    ("vxProcessGraph execution time:", [ev.TotalAnnounced()]),
    ("Execution time:", [ev.TotalAnnounced()]),
    ("Total   21.00ms or 21625.00us", [ev.TotalTimed(21625.0)]),
    ("Total   27ms or 27973us", [ev.TotalTimed(27973.0)]),
    ("Average 21.62ms or 21625.00us", [ev.AverageTimed(21625.0)]),
    ("Average 27.97ms or 27973.00us", [ev.AverageTimed(27973.0)]),
    ("Total   216ms, Average 21.62ms ", [ev.TotalTimed(216000.0), ev.AverageTimed(21620.0)]),
    ("Run the 3 time:\n4.87ms or 4871.36us", [ev.IterationEnded(3, 4871.36)]),
    ("Run the 1 time: 6120.48ms", [ev.IterationEnded(1, 6120480.0)]),
    ("Verify Graph: 39215ms", [ev.GraphVerified(39215000)]),
    ("Create Neural Network: -164207104ms or 38us", [ev.NetworkCreated(38)]),
    ("Create Neural Network: 59.12ms or 59120.50us", [ev.NetworkCreated(59120)]),
    ("Total   6120.48ms", [ev.TotalTimed(6120480.0)]),
    ("Average\n6120.48ms", [ev.TotalAnnounced(), ev.AverageTimed(6120480.0)]),
    ("Total segments: 66.", [ev.StageReached("Total segments: 66.")]),
    ("Run segment 0. Type: 1, operations: [1, 1].\nSegment 0 ended.", [ev.SegmentRun(0)]),
    ("***********dump layer : 5***************", [ev.LayerDumped()]),
    ("***********dump layer :  0 operation:  1***************", [ev.LayerDumped()]),
    ("turned powerManagement off for CNN_PERF=1", [ev.PowerManagementSet(on=False)]),
    ("turned powerManagement on for CNN_PERF=1", [ev.PowerManagementSet(on=True)]),
    ("Total\n   21.00ms or 21625.00us", [ev.TotalAnnounced(), ev.TotalTimed(21625.0)]),
    ("Average\n21.62ms or 21625.00us", [ev.TotalAnnounced(), ev.AverageTimed(21625.0)]),
    # -- classes
    (
        " --- Top5 ---\n  2: 0.833984\n795: 0.009102\n -1: 0.000000",
        [
            ev.TopStarted(5),
            ev.TopListed(TopEntry(1, 2, 0.833984)),
            ev.TopListed(TopEntry(2, 795, 0.009102)),
            ev.TopListed(TopEntry(3, -1, 0.0)),
        ],
    ),
    (
        "----- Show Top1 +-----\n     2: 0.93457\n     3: 0.1",
        [ev.TopStarted(1), ev.TopListed(TopEntry(1, 2, 0.93457)), ev.ForeignText(3, "3: 0.1")],
    ),
    ("--- Top12 ---\n  2: -1.500000", [ev.TopStarted(12), ev.TopListed(TopEntry(1, 2, -1.5))]),
    ("Fail to show result.", [diagnosed("error", "model", "Fail to show result.")]),
    # -- KSNN
    (" |--- KSNN Version: v1.3 +---| ", [ev.KsnnAnnounced("v1.3")]),
    (" |---+ KSNN Version: v1.4.1 +---| ", [ev.KsnnAnnounced("v1.4.1")]),
    ("KSNN Version: 1.5", [ev.KsnnAnnounced("1.5")]),
    ("Start init neural network ...", [ev.StageReached("Start init neural network ...")]),
    ("Get input data ...", [ev.StageReached("Get input data ...")]),
    ("Start inference ...", [ev.StageReached("Start inference ...")]),
    ("Done.", [ev.StageReached("Done.")]),
    ("Done. inference :  0.0423", [ev.InferenceTimed(42300.0)]),
    ("Done. inference time:  0.04", [ev.InferenceTimed(40000.0)]),
    ("inference :  0.03", [ev.InferenceTimed(30000.0)]),
    ("inference :  8.5e-05", [ev.InferenceTimed(85.0)]),
    # -- detection demos
    ("det_set_model success!!", [ev.StageReached("det_set_model success!!")]),
    ("model.width:416", [ev.StageReached("model.width:416")]),
    ("Det_set_input START", [ev.StageReached("Det_set_input START")]),
    ("Det_get_result END", [ev.StageReached("Det_get_result END")]),
    ("result type is 2", [ev.StageReached("result type is 2")]),
    ("resultData.detect_num=3", [ev.DetectionsCounted(3)]),
    (
        "i:3 left:12.000000 right:96.500000 top:8.000000 bottom:64.000000",
        [ev.ObjectDetected(Detection(3, None, None, 12.0, 8.0, 96.5, 64.0))],
    ),
    (
        "i:3, left: -12.5, right: 96, top: 8, bottom: 64",
        [ev.ObjectDetected(Detection(3, None, None, -12.5, 8.0, 96.0, 64.0))],
    ),
    (
        "class: person, score: 0.9\nbox coordinate left,top,right,down: [12.5, 8.0, 96.0, 64.0]",
        [ev.ObjectDetected(PERSON)],
    ),
    (
        "class: person, score: 0.9\nbox coordinate left,top,right,down: [12.5,8.0,96.0,64.0]",
        [ev.ObjectDetected(PERSON)],
    ),
    (
        "box coordinate left,top,right,down: [ 12.5 8.0  96.0 64.0 ]",
        [ev.ObjectDetected(PERSON._replace(label=None, score=None))],
    ),
    (
        "class: cat, score: 0.5\nclass: person, score: 0.9\n"
        "box coordinate left, top, right, down: [12.5, 8.0, 96.0, 64.0]",
        [ev.ObjectDetected(Detection(None, "cat", 0.5)), ev.ObjectDetected(PERSON)],
    ),
    # -- messages
    ("[     1] HAL user version: 6.4.6.345497", [ev.DriverVersioned("6.4.6.345497")]),
    ("[     1] HAL user version 6.4.3.5.293908", [ev.DriverVersioned("6.4.3.5.293908")]),
    (
        "[     2] gcSHADER_WriteBufferToFile: Failed to open file",
        [diagnosed("warning", "driver", "gcSHADER_WriteBufferToFile: Failed to open file")],
    ),
    ("E [vnn_Create:142]CHECK PTR 308", [diagnosed("error", "ovxlib", "[vnn_Create:142]CHECK PTR 308")]),
    ("W [op_compute:20] slow", [diagnosed("warning", "ovxlib", "[op_compute:20] slow")]),
    ("I [print_tensor:5]in(0)", [diagnosed("info", "ovxlib", "[print_tensor:5]in(0)")]),
    ("D [setup_node:441]n[0]", [diagnosed("debug", "ovxlib", "[setup_node:441]n[0]")]),
    (
        "E [vsi_nn_graph.c:compute_node:379]fail",
        [diagnosed("error", "ovxlib", "[vsi_nn_graph.c:compute_node:379]fail")],
    ),
    (
        "E Detect_api:[det_set_model:58]dlopen failed",
        [diagnosed("error", "detect", "Detect_api:[det_set_model:58]dlopen failed")],
    ),
    (
        "run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3 inception_v3.nb",
        [
            diagnosed(
                "error",
                "shell",
                "run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3 inception_v3.nb",
            )
        ],
    ),
    (
        "./run.sh: line 142: 56301 Aborted                 ./dncnn",
        [diagnosed("error", "shell", "./run.sh: line 142: 56301 Aborted                 ./dncnn")],
    ),
    ("Segmentation fault (core dumped)", [diagnosed("error", "shell", "Segmentation fault (core dumped)")]),
    ("Aborted", [diagnosed("error", "shell", "Aborted")]),
    (
        "Usage: ./inceptionv3 data_file inputs...",
        [diagnosed("error", "model", "Usage: ./inceptionv3 data_file inputs...")],
    ),
    ("what is this?", [ev.ForeignText(1, "what is this?")]),
    ("2: 0.833984", [ev.ForeignText(1, "2: 0.833984")]),  # no list has begun
    ("21.00ms or 21625.00us", [ev.Unrecognized(1, "21.00ms or 21625.00us")]),  # of what?
]


@pytest.mark.parametrize(("text", "events"), VARIANTS, ids=[text.splitlines()[0][:60] for text, _ in VARIANTS])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_each_line_in_each_spelling(text: str, events: list[ev.Event], end: str) -> None:
    data = text.replace("\n", end).encode() + end.encode()
    assert events_of(data) == events
    assert events_of(*(data[at : at + 1] for at in range(len(data)))) == events


@pytest.mark.parametrize(("text", "events"), VARIANTS, ids=[text.splitlines()[0][:60] for text, _ in VARIANTS])
def test_colour_in_the_text_changes_nothing(text: str, events: list[ev.Event]) -> None:
    coloured = "".join(f"\x1b[1;32m{char}\x1b[0m" if char not in "\n" else char for char in text)
    assert events_of(coloured.encode() + b"\n") == events
