"""Severity of a raw log line, for highlighting."""

from __future__ import annotations

import re
from typing import Literal

from npumon.core.log.grammar import LEVELS, PRINT_COUNTER, VIVANTE, Grammar
from npumon.core.profile import Level

#: A `figure` is a line that npumon reads a figure from, `plain` any line without weight.
LineLevel = Literal[Level, "figure", "plain"]

#: Only the beginning of a line is examined: no line of the profiler is longer.
_JUDGED = 1_000

_KINDS: dict[str, LineLevel] = {
    **dict.fromkeys(("death", "lost", "iteration_failed", "too_long", "top_failed", "usage"), "error"),
    **dict.fromkeys(("driver_error", "node", "exception", "exception_text", "assertion", "loader", "heap"), "error"),
    **dict.fromkeys(("traceback", "python_error"), "error"),
    **dict.fromkeys(("driver_message", "driver_place", "hang"), "warning"),
    **dict.fromkeys(
        (
            "created", "verified", "memory", "execution", "bandwidth", "cycles", "busy_cycles", "vpc", "iteration",
            "total", "average", "total_average", "total_figures", "top_entry", "inference", "detections", "box",
            "object", "object_box", "benchmark_count", "benchmark_timings", "tengine_times", "tengine_score",
        ),
        "figure",
    ),
}  # fmt: skip

# ./inceptionv3: error while loading shared libraries: libovxlib.so: cannot open shared object file
_ERROR = re.compile(
    r"(?<!no )(?<!\b0 )\b(?:errors?|fatal|panic|traceback|failed|failure|not permitted|permission denied|cannot open)\b"
    r"|\b[A-Z]\w{0,60}(?:Error|Exception)\b:"
)
# warning: the input has another size
_WARNING = re.compile(r"\bwarn(?:ing)?\b")


def level_of(text: str, grammar: Grammar = VIVANTE) -> LineLevel:
    """Return the level of a line of visible text (`scrollback.line_text`).

    Errors and warnings are those that the parser diagnoses, and unknown lines that mention one.
    """
    text = text[:_JUDGED].strip()
    counter = PRINT_COUNTER.match(text)
    known = grammar.classify(text[counter.end() :] if counter else text)
    if known is not None:
        rule, match = known
        if rule.kind in ("ovxlib", "detect_log"):
            return LEVELS[match[1]]
        return _KINDS.get(rule.kind, "plain")
    splice = grammar.splice.fullmatch(text)
    if splice is not None:
        return level_of(splice[2], grammar)
    if _ERROR.search(text) or _ERROR.search(text.lower()):
        return "error"
    return "warning" if _WARNING.search(text.lower()) else "plain"
