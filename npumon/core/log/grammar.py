"""The grammar of a profiler's text: which lines there are, what they are for, and which words are its own.

A grammar is a value: the parser, the fast path and the highlighting are given one. `VIVANTE` is the text that the
drivers of VIM3 and i.MX 8M Plus print, with that of the programs around it; another dialect is another value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from npumon.core.log.line_rule import LineRule, opening
from npumon.core.log.profiler_lines import PROFILER_RULES, REGULAR
from npumon.core.log.program_lines import PROGRAM_RULES, SPLICE
from npumon.core.profile import Level

#: `[     7] ` before counters and a few messages: numbers the prints, not the counters.
PRINT_COUNTER = re.compile(r"\[[ \d]{1,20}\] *", re.ASCII)

#: The letters of OVXLIB's and the detection library's messages.
LEVELS: dict[str, Level] = {"E": "error", "W": "warning", "I": "info", "D": "debug"}

#: Messages of stderr and of the kernel, which may come between any two lines of stdout.
MESSAGES = frozenset(
    {
        "ovxlib",
        "detect_log",
        "death",
        "exception",
        "exception_text",
        "heap",
        "assertion",
        "driver_place",
        "hang",
        "kernel",
    }
)

#: Messages that are whole wherever the next one begins, so that they need not wait for another half.
WHOLE_HALVES = frozenset({"node", "driver_place"})

#: Kinds of lines that follow a print counter in every block. No other rule matches what follows the counter.
COUNTED = frozenset({"bandwidth", "cycles", "busy_cycles"})

#: Lines that the driver numbers; what other programs put in brackets are no numbers of its prints.
NUMBERED = COUNTED | {"driver_version", "driver_message"}

#: Lines that end in a figure with six decimals (`%f`); if all six are there, it is complete.
SIX_DECIMALS = frozenset({"bandwidth", "top_entry", "box"})

#: Lines that end in microseconds, or in milliseconds where a build prints no more.
TIMES = frozenset({"created", "verified", "iteration", "total", "average", "total_figures"})

#: Words that only the profiler and the demos print, wherever they stand.
_WORDS = (
    *(f"{memory}_{way}_BANDWIDTH" for memory in ("TOTAL", "AXI", "DDR") for way in ("READ", "WRITE")),
    *("GPUTOTALCYCLES", "GPUIDLECYCLES", "GPUCYCLES", "VPC_ELAPSETIME", "VXNNE_OPERATOR", "VXNNE_OPERATION_TARGET"),
    *("abs_op_id", "op_abs_id", "layer_id", "network_binary_graph", "VerifyTiling", "vxProcessGraph", "productname"),
    *("SWTILING_PHASE_FEATURES", "PreLoadWeightBiases", "imageNonZeroRatio", "detect_num"),
)
#: What their lines begin with, up to the first figure, colon or bracket.
_BEGINNINGS = (
    *("execution time", "layer id", "layer name", "Run the", "Run graph the", "Start run graph", "Verify Graph"),
    *("Create Neural Network", "Created VX Thread", "Exit VX Thread", "shader kernel name", "Total segments"),
    *("Run segment", "generate command buffer", "Show Command", "dump layer", "turned powerManagement"),
    *("box coordinate left", "Done. inference", "Inference timings in us", "Begin VerifyTiling", "End VerifyTiling"),
    *("KSNN Version", "HAL user version", "Test Fail", "AXI SRAM"),
)
#: Figures as the demos print them (`21.00ms or 21609.00us`), the driver's unit and its way of spelling.
_MARKS = ("ms or ", "(MByte)", "unkown operation ", "uid: ", "Run segment ")


class Grammar(NamedTuple):
    """A dialect. `of` makes one from its rules.

    `words` mark a line as the profiler's wherever they stand, `beginnings` where the line begins with them; both are
    also recognised misspelt or cut. `marks` are further signs. `splice` finds a message that begins inside another
    line. `regular` is the pattern of the text that the fast path takes, with the group names of
    `profiler_lines.REGULAR`.
    """

    rules: tuple[LineRule, ...]
    table: Mapping[str, tuple[LineRule, ...]]
    anywhere: tuple[LineRule, ...]
    words: tuple[str, ...]
    beginnings: tuple[str, ...]
    marks: tuple[str, ...]
    splice: LineRule
    regular: str

    @classmethod
    def of(
        cls,
        rules: tuple[LineRule, ...],
        words: tuple[str, ...] = _WORDS,
        beginnings: tuple[str, ...] = _BEGINNINGS,
        marks: tuple[str, ...] = _MARKS,
        splice: LineRule = SPLICE,
        regular: str = REGULAR,
    ) -> Grammar:
        """Make a grammar, and the tables that its rules are found by."""
        rules = tuple(one._replace(opening=opening(one.source)) for one in rules)
        table: dict[str, list[LineRule]] = {}
        for one in rules:
            for char in one.first:
                table.setdefault(char, []).append(one)
        return cls(
            rules,
            {char: tuple(found) for char, found in table.items()},
            tuple(one for one in rules if not one.first),
            words,
            beginnings,
            marks,
            splice,
            regular,
        )

    def classify(self, text: str) -> tuple[LineRule, re.Match[str]] | None:
        """Find the rule that a stripped line matches, with the match; None for an unknown line."""
        for one in self.table.get(text[:1], ()):
            if match := one.fullmatch(text):
                return one, match
        for one in self.anywhere:
            if match := one.fullmatch(text):
                return one, match
        return None


VIVANTE = Grammar.of((*PROFILER_RULES, *PROGRAM_RULES))
