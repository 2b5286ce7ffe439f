r"""What the driver's profiler and the demo programs' frame around it print: a rule for each kind of line.

Sources: the run printed in Khadas' NPU performance document, the formats of the public demo programs
(aml_npu_demo_binaries' inceptionv3), and public session logs of VIM3 and i.MX 8M Plus users. A handler of a kind relies
on what its groups mean, so another dialect gives the same groups.
"""

from __future__ import annotations

from npumon.core.log.line_rule import HEX, INT, NUM, rule
from npumon.core.profile import BANDWIDTHS

#: `21.00ms or 21609.00us`: milliseconds, then microseconds; some builds print the milliseconds alone.
_TIME = rf"({NUM})ms(?: or ({NUM})us)?"
_SHAPE = r" *(-?\d{1,9}) +(-?\d{1,9}) +(-?\d{1,9}) +(-?\d{1,9}), *(\d{1,15}), .{1,200}?"

PROFILER_RULES = (
    # #productname=VIPNano-QI, pid=0x88
    rule("product", "#", rf"#productname=(.*?), ?pid=({HEX})", open_ended=True),
    # Created VX Thread: 0xa69a21c0
    rule("thread_created", "C", rf"Created VX Thread: ({HEX})"),
    # Exit VX Thread: 0xa69a21c0
    rule("thread_exited", "E", rf"Exit VX Thread: ({HEX})"),
    # Create Neural Network: 59ms or 59455us
    rule("created", "C", rf"Create Neural Network: *{_TIME}"),
    # Verify...
    rule("verify", "V", r"Verify\.\.\."),
    # Verify Graph: 0ms or 823us
    rule("verified", "V", rf"Verify Graph: *{_TIME}"),
    # generate command buffer, total device count=1, core count per-device: 1,
    rule(
        "command_buffer",
        "g",
        rf"generate command buffer, (?:total )?device count=({INT}), core count per-device: ({INT}),?",
    ),
    # current device id=0, AXI SRAM base address=0xff000000
    rule("axi_base", "c", rf"current device id=({INT}), AXI SRAM base address=({HEX})", open_ended=True),
    # ---------------------------Begin VerifyTiling -------------------------
    rule("tiling_begin", "-", r"-+ ?Begin VerifyTiling ?-+"),
    # ---------------------------End VerifyTiling -------------------------
    rule("tiling_end", "-", r"-+ ?End VerifyTiling ?-+"),
    # 0 NN [( 224  224    3 1,   150528, 0x0x5512ab3c40(…) ->  112 … 0x(nil))) k(3 3    3,     1088) pad(1 1) …] C[  1]
    rule(
        "tiling_row",
        "0123456789",
        rf"(\d{{1,6}}) ([A-Z]{{1,8}}) \[\({_SHAPE} ->{_SHAPE}\) "
        r"k\( *(\d{1,9}) +(\d{1,9}) +(\d{1,9}), *(\d{1,15})\) "
        r"pad\( *(-?\d{1,9}) +(-?\d{1,9})\) pool\( *(\d{1,9}) +(\d{1,9}), *(\d{1,9}) +(\d{1,9})\)\](.*)",
    ),
    # 2 |   2 NN DD 0x00000000 [ … ] -> DD 0x00000000 [ … ] ( 54, 6, 8) ( 8192, 5120, 100.000000%, 61.538462%, DD) …
    rule(
        "tiling_caches",
        "0123456789",
        r"(?:\d{1,6} \| +)?(\d{1,6}) ([A-Z]{1,8}) ([A-Z]{1,8}) 0x\S{1,40} \[[-\d ]{1,100}\] -> ([A-Z]{1,8}) 0x\S{1,40} "
        rf"\[[-\d ]{{1,100}}\] \([-\d, ]{{1,60}}\) \( *({INT}), *({INT}), *({NUM})%, *({NUM})%, *(\w{{1,20}})\).*",
    ),
    # AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes SWTILING_PHASE_FEATURES[1, 1, 0]
    rule("memory", "A", rf"AXI-SRAM = ({INT}) Bytes VIP-SRAM = ({INT}) Bytes.*"),
    # Start run graph [1] times...
    rule("graph", "S", rf"Start run graph \[({INT})\] times\.\.\."),
    # Total segments: 66.
    rule("segments", "T", rf"Total segments: *({INT})\.?", open_ended=True),
    # Run segment 0. Type: 1, operations: [1, 1].
    rule("segment_run", "R", rf"Run segment ({INT})\..*"),
    # Segment 0 ended.
    rule("segment_end", "S", rf"Segment ({INT}) ended\.?"),
    # ***********dump layer : 5***************
    rule("layer_dump", "*", r"\*{3,}dump layer *:.*"),
    # **********Show Command*****
    rule("command_dump", "*", r"\*{3,}Show Command\*{3,}"),
    # ===========================
    rule("ruler", "=", r"={5,}"),
    # info.vx_nn_tp_cmd_info.inImageXSize:0x3
    rule("command_info", "i", r"info\.vx_\w{1,60}\..{1,300}"),
    # ==layer_id: 30 abs_op_id: 29 imageNonZeroRatio: 0.7312012
    rule("layer_note", "=", rf"=+ ?layer[ _]id: ?-?{INT} .*"),
    # turned powerManagement off for CNN_PERF=1
    rule("power", "t", r"turned powerManagement (on|off)\b.*"),
    # layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target.
    rule(
        "layer",
        "l",
        rf"layer[ _]id: ?(-?{INT}) layer name: ?(.{{0,1000}}?) operation\[({INT})\]: ?(.{{0,1000}}?) target: ?(.*)",
        open_ended=True,
    ),
    # uid: 0
    rule("uid", "u", rf"uid: ?(-?{INT})", open_ended=True),
    # op_abs_id: 0
    rule("op_abs_id", "oa", rf"(?:op_abs_id|abs_op_id): ?(-?{INT})", open_ended=True),
    # shader kernel name: vxSomething_I8toI8_opt
    rule("shader", "s", r"shader kernel name: *(.{1,1000})", open_ended=True),
    # execution time:             20845 us
    rule("execution", "e", rf"execution time: *({INT}) us"),
    # TOTAL_READ_BANDWIDTH  (MByte): 71.703380
    rule("bandwidth", "TAD", rf"((?:TOTAL|AXI|DDR)_(?:READ|WRITE))_BANDWIDTH *\(MByte\): *({NUM})", open_ended=True),
    # GPUTOTALCYCLES: 16697255
    rule("cycles", "G", rf"GPU(TOTAL|IDLE)CYCLES *: *({INT})", open_ended=True),
    # GPUCYCLES: 52150
    rule("busy_cycles", "G", rf"GPUCYCLES *: *(-?{INT})", open_ended=True),
    # VPC_ELAPSETIME: 21124
    rule("vpc", "V", rf"VPC_ELAPSETIME *: *({INT})", open_ended=True),
    # *********
    rule("block_end", "*", r"\*{4,}"),
    # Run the 1 time: 21.00ms or 21609.00us
    rule("iteration", "R", rf"Run the ({INT}) time: *{_TIME}"),
    # Run the 1 time:
    rule("iteration_name", "R", rf"Run the ({INT}) time:"),
    # Run graph the 0 time fail
    rule("iteration_failed", "R", rf"Run graph the ({INT}) time fail"),
    # Test Fail,Execution Time Too Long
    rule("too_long", "T", r"Test Fail, ?Execution Time Too Long"),
    # vxProcessGraph execution time:
    rule("totals", "vE", r"(?:vxProcessGraph execution|Execution) time:"),
    # Total   21.00ms or 21625.00us
    rule("total", "T", rf"Total:? +{_TIME}"),
    # Average 21.62ms or 21625.00us
    rule("average", "A", rf"Average:? +{_TIME}"),
    # Total   216ms, Average 21.62ms
    rule("total_average", "T", rf"Total +({NUM})ms, Average +({NUM})ms"),
    # Total
    rule("total_name", "TA", r"(Total|Average):?"),
    # 21.00ms or 21625.00us
    rule("total_figures", "-+0123456789ni", _TIME),
)

_PLAIN = r"[ -\]_-~]{1,300}"
_FIGURE = r"\d{1,12}(?:\.\d{1,6})?"
_ITERATION = rf"Run the \d{{1,9}} time: *{_FIGURE}ms or {_FIGURE}us\n"
_NEXT_HEAD = rf"layer[ _]id: ?-?\d{{1,9}} layer name:{_PLAIN} operation\[\d{{1,9}}\]:{_PLAIN} target:{_PLAIN}\n"
#: The lines before an operation's figures, by which it is known.
HEAD_LINES = (
    r"layer[ _]id: [^\n\r]{1,600}\nuid: -?\d{1,9}\n(?:op_abs|abs_op)_id: -?\d{1,9}\n"
    rf"(?:shader kernel name: {_PLAIN}\n)?"
)


def bandwidth_line(number: str, name: str, amount: str) -> str:
    """Return the pattern of a counter of `BANDWIDTHS`, of the patterns of the number in brackets and of the amount."""
    return rf"\[ {{0,5}}{number}\] {name.upper()}_BANDWIDTH {{1,2}}\(MByte\): {amount}\n"


def cycles_line(number: str, name: str, count: str) -> str:
    """Return the pattern of a cycle counter (`TOTAL`, `IDLE`; busy cycles have no name) in the same way."""
    return rf"\[ {{0,5}}{number}\] GPU{name}CYCLES: {count}\n"


_NUMBER, _MBYTE = r"\d{1,9}", r"\d{1,9}\.\d{1,9}"
_COUNTERS = "".join(
    bandwidth_line(f"(?P<n{place}>{_NUMBER})", name, f"(?P<{name}>{_MBYTE})") for place, name in enumerate(BANDWIDTHS)
) + "".join(
    cycles_line(f"(?P<n{place}>{_NUMBER})", name, rf"(?P<{name.lower()}>\d{{1,15}})")
    for place, name in enumerate(("TOTAL", "IDLE"), len(BANDWIDTHS))
)
_BUSY_CYCLES = cycles_line(f"(?P<n8>{_NUMBER})", "", r"-?\d{1,15}")
#: One operation, the end of an iteration, or the totals, as the demo programs print them line by line. The groups'
#: names are what the fast path relies on. Figures are spelled as `printf` does, without sign, exponent or control
#: sequence; an operation without counters ends where another head or the iteration's time surely follows.
REGULAR = (
    rf"(?P<head>{HEAD_LINES})?(?(head)execution time: *(?P<time>\d{{1,12}}) us\n)"
    rf"(?P<counters>{_COUNTERS}(?:{_BUSY_CYCLES})?)?"
    r"(?(counters)(?(head)(?:VPC_ELAPSETIME: (?P<window>\d{1,12})\n)?\*{4,20}\n"
    rf"|(?={bandwidth_line(_NUMBER, BANDWIDTHS[0], _MBYTE)}))"
    rf"|(?(head)(?={_NEXT_HEAD}|{_ITERATION})|(?!)))"
    rf"|Run the (?P<iteration>\d{{1,9}}) time: *{_FIGURE}ms or (?P<elapsed>{_FIGURE})us\n"
    rf"|vxProcessGraph execution time:\nTotal +{_FIGURE}ms or (?P<total_us>{_FIGURE})us\n"
    rf"Average +{_FIGURE}ms or (?P<average_us>{_FIGURE})us\n"
)
