r"""The grammar of the profiler's text: one pattern for each kind of line, with a line it matches.

Sources: the run printed in Khadas' NPU performance document, and the formats of the public demo programs
(aml_npu_demo_binaries' inceptionv3, KSNN, the detection demos) and of OVXLIB's log. Patterns match a whole line
without surrounding blanks and without control sequences. Digits are bounded, so that no number can be hostile.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from npumon.core.profile import Level

_INT = r"\d{1,18}"
_NUM = r"(?:-?\d{1,18}(?:\.\d{1,18})?(?:[eE][-+]?\d{1,3})?|[-+]?(?:nan|inf(?:inity)?)(?:\(\w{0,20}\))?)"
_HEX = r"0x[0-9a-fA-F]{1,16}"
_NEXT = r"(?:, *| +)"
_DEATHS = (
    r"Segmentation fault|Aborted|Killed|Bus error|Illegal instruction|Floating point exception|"
    r"Trace/breakpoint trap|Bad system call|Terminated|Hangup"
)


class LineRule(NamedTuple):
    """A kind of line.

    `first` holds the characters it can begin with (empty: any), so that few patterns are tried on a line.
    `open_ended` lines end in a figure that may be incomplete if the text breaks off.
    """

    kind: str
    first: str
    source: str
    open_ended: bool

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled on first use: a log has few kinds of lines, and start-up must be fast."""
        return _compiled(self.source)


@functools.cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.ASCII)


def _rule(kind: str, first: str, pattern: str, *, open_ended: bool = False) -> LineRule:
    return LineRule(kind, first, pattern, open_ended)


#: `[     7] ` before counters and a few messages: numbers the prints, not the counters.
PRINT_COUNTER = re.compile(r"\[[ \d]{1,20}\] *", re.ASCII)

RULES: tuple[LineRule, ...] = (
    # #productname=VIPNano-QI, pid=0x88
    _rule("product", "#", rf"#productname=(.*?), ?pid=({_HEX})", open_ended=True),
    # Created VX Thread: 0xa69a21c0
    _rule("thread_created", "C", rf"Created VX Thread: ({_HEX})"),
    # Exit VX Thread: 0xa69a21c0
    _rule("thread_exited", "E", rf"Exit VX Thread: ({_HEX})"),
    # Create Neural Network: 59ms or 59455us
    _rule("created", "C", rf"Create Neural Network: {_NUM}ms or ({_INT})us"),
    # Verify...
    _rule("verify", "V", r"Verify\.\.\."),
    # Verify Graph: 0ms or 823us
    _rule("verified", "V", rf"Verify Graph: {_NUM}ms or ({_INT})us"),
    # generate command buffer, total device count=1, core count per-device: 1,
    _rule(
        "command_buffer",
        "g",
        rf"generate command buffer, (?:total )?device count=({_INT}), core count per-device: ({_INT}),?",
    ),
    # current device id=0, AXI SRAM base address=0xff000000
    _rule("axi_base", "c", rf"current device id=({_INT}), AXI SRAM base address=({_HEX})", open_ended=True),
    # ---------------------------Begin VerifyTiling -------------------------
    _rule("tiling_begin", "-", r"-+ ?Begin VerifyTiling ?-+"),
    # ---------------------------End VerifyTiling -------------------------
    _rule("tiling_end", "-", r"-+ ?End VerifyTiling ?-+"),
    # AXI-SRAM = 1048576 Bytes VIP-SRAM = 522240 Bytes SWTILING_PHASE_FEATURES[1, 1, 0]
    _rule("memory", "A", rf"AXI-SRAM = ({_INT}) Bytes VIP-SRAM = ({_INT}) Bytes.*"),
    # Start run graph [1] times...
    _rule("graph", "S", rf"Start run graph \[({_INT})\] times\.\.\."),
    # layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target.
    _rule(
        "layer",
        "l",
        rf"layer[ _]id: ?(-?{_INT}) layer name: ?(.{{0,1000}}?) operation\[({_INT})\]: ?(.{{0,1000}}?) target: ?(.*)",
        open_ended=True,
    ),
    # uid: 0
    _rule("uid", "u", rf"uid: ?(-?{_INT})", open_ended=True),
    # op_abs_id: 0
    _rule("op_abs_id", "oa", rf"(?:op_abs_id|abs_op_id): ?(-?{_INT})", open_ended=True),
    # execution time:             20845 us
    _rule("execution", "e", rf"execution time: *({_INT}) us"),
    # TOTAL_READ_BANDWIDTH  (MByte): 71.703380
    _rule("bandwidth", "TAD", rf"(TOTAL|AXI|DDR)_(READ|WRITE)_BANDWIDTH *\(MByte\): *({_NUM})", open_ended=True),
    # GPUTOTALCYCLES: 16697255
    _rule("cycles", "G", rf"GPU(TOTAL|IDLE)CYCLES *: *({_INT})", open_ended=True),
    # VPC_ELAPSETIME: 21124
    _rule("vpc", "V", rf"VPC_ELAPSETIME *: *({_INT})", open_ended=True),
    # *********
    _rule("block_end", "*", r"\*{4,}"),
    # Run the 1 time: 21.00ms or 21609.00us
    _rule("iteration", "R", rf"Run the ({_INT}) time: *{_NUM}ms or ({_NUM})us"),
    # Run graph the 0 time fail
    _rule("iteration_failed", "R", rf"Run graph the ({_INT}) time fail"),
    # Test Fail,Execution Time Too Long
    _rule("too_long", "T", r"Test Fail, ?Execution Time Too Long"),
    # vxProcessGraph execution time:
    _rule("totals", "vE", r"(?:vxProcessGraph execution|Execution) time:"),
    # Total   21.00ms or 21625.00us
    _rule("total", "T", rf"Total +{_NUM}ms or ({_NUM})us"),
    # Average 21.62ms or 21625.00us
    _rule("average", "A", rf"Average +{_NUM}ms or ({_NUM})us"),
    # Total   216ms, Average 21.62ms
    _rule("total_average", "T", rf"Total +({_NUM})ms, Average +({_NUM})ms"),
    # Total
    _rule("total_name", "TA", r"(Total|Average)"),
    # 21.00ms or 21625.00us
    _rule("total_figures", "-+0123456789ni", rf"{_NUM}ms or ({_NUM})us"),
    # --- Top5 ---
    _rule("top", "-", rf"-+ *(?:Show )?Top({_INT}) *\+?-+"),
    # 2: 0.833984
    _rule("top_entry", "-0123456789", rf"(-?{_INT}): *({_NUM})", open_ended=True),
    # Fail to show result.
    _rule("top_failed", "F", r"Fail to show result\.?"),
    # |--- KSNN Version: v1.3 +---|
    _rule("ksnn", "|", r"\|-+\+? ?KSNN Version: ?(\S{1,100}) ?\+?-+\|"),
    # Done. inference :  0.0423
    _rule("inference", "Di", rf"(?:Done\. *)?inference(?: time)? *: *({_NUM})", open_ended=True),
    # Start init neural network ...
    _rule(
        "stage",
        "SGDdmr",
        r"(Start init neural network|Get input data|Start inference) ?\.\.\.|Done\.|det_set_model success!!|"
        rf"model\.(?:width|height|channel):{_INT}|Det_(?:set_input|get_result) (?:START|END)|"
        rf"result type is -?{_INT}",
    ),
    # resultData.detect_num=3
    _rule("detections", "r", rf"resultData\.detect_num ?= ?({_INT})", open_ended=True),
    # i:3 left:12.000000 right:96.000000 top:8.000000 bottom:64.000000
    _rule(
        "box",
        "i",
        rf"i: ?({_INT}),? left: ?({_NUM}),? right: ?({_NUM}),? top: ?({_NUM}),? bottom: ?({_NUM})",
        open_ended=True,
    ),
    # class: person, score: 0.9
    _rule("object", "c", rf"class: ?(.*?), ?score: ?({_NUM})", open_ended=True),
    # box coordinate left,top,right,down: [12.5, 8.0, 96.0, 64.0]
    _rule(
        "object_box",
        "b",
        rf"box coordinate left, ?top, ?right, ?down: ?\[ *({_NUM}){_NEXT}({_NUM}){_NEXT}({_NUM}){_NEXT}({_NUM}) *\]",
    ),
    # HAL user version: 6.4.6.345497
    _rule("driver_version", "H", r"HAL user version:? ((?:\d{1,9}\.){2,7}\d{1,9})", open_ended=True),
    # gcSHADER_WriteBufferToFile: Failed to open file
    _rule("driver_message", "g", r"(gc[A-Z]\w{2,60}: ?.*)"),
    # E [vnn_CreateInceptionV3:142]CHECK PTR 308
    _rule("ovxlib", "EWID", rf"([EWID]) (\[(?:[^\[\]:]{{1,200}}:){{1,2}}{_INT}\].*)"),
    # E Detect_api:[det_set_model:58]dlopen failed
    _rule("detect_log", "EWID", r"([EWID]) (Detect_api:\[.*)"),
    # run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3 inception_v3.nb
    # Aborted (core dumped)
    _rule(
        "death",
        "",
        rf".{{1,1000}}?: (?:line )?{_INT}: +(?:{_INT} +)?(?:{_DEATHS})(?: .*)?|(?:{_DEATHS})(?: \(core dumped\))?",
    ),
    # [npumon: 4096 bytes were lost here: No space left on device]
    _rule("lost", "[", r"\[npumon: (\d{1,18} bytes were lost here: .*)\]"),
    # Usage: ./inceptionv3 data_file inputs...
    _rule("usage", "U", r"(Usage: \S+ data_file inputs\.\.\.)"),
)

#: The letters of OVXLIB's and the detection library's messages.
LEVELS: dict[str, Level] = {"E": "error", "W": "warning", "I": "info", "D": "debug"}

#: Messages of stderr, which may come between any two lines of stdout.
MESSAGES = ("ovxlib", "detect_log", "death")

#: Kinds of lines that follow a print counter in every block. No other rule matches what follows the counter.
COUNTED = ("bandwidth", "cycles")

#: Lines that end in a figure with six decimals (`%f`); if all six are there, it is complete.
SIX_DECIMALS = ("bandwidth", "top_entry", "box")

#: A message of stderr that split a line of stdout, as happens when both go to one file or pipe:
#: `GPUTOTALCYCE [vnn_Run:90]warm` `LES: 16697255`. The first group is the first half of the cut line.
SPLICE = re.compile(rf"(.+?)([EWID] (?:Detect_api:)?\[(?:[^\[\]:]{{1,200}}:){{1,2}}{_INT}\].*)", re.ASCII)


def _by_first_character() -> dict[str, tuple[LineRule, ...]]:
    table: dict[str, list[LineRule]] = {}
    for rule in RULES:
        for char in rule.first:
            table.setdefault(char, []).append(rule)
    return {char: tuple(rules) for char, rules in table.items()}


_TABLE = _by_first_character()
_ANYWHERE = tuple(rule for rule in RULES if not rule.first)


def classify(text: str) -> tuple[LineRule, re.Match[str]] | None:
    """Find the rule that a stripped line matches, with the match; None for an unknown line."""
    for rule in (*_TABLE.get(text[:1], ()), *_ANYWHERE):
        match = rule.pattern.fullmatch(text)
        if match:
            return rule, match
    return None
