"""What the lines of programs, libraries, the kernel and shells mean, by their kind in the grammar (`program_lines`)."""

from __future__ import annotations

import math
import re

from npumon.core.log import events as ev
from npumon.core.log.collector import EventCollector
from npumon.core.log.grammar import LEVELS
from npumon.core.log.line_rule import NUM
from npumon.core.log.profiler_handlers import Handler, starts, structural
from npumon.core.profile import Detection, Hang, Level, Reported, TopEntry

_Match = re.Match[str]

#: `first=41210`: what benchmark_model prints behind its count.
_PAIR = re.compile(rf"(\w{{1,20}})=({NUM})", re.ASCII)
#: What was typed behind a second prompt on a line.
_AGAIN = re.compile(r"[$#%] +(.*)$", re.ASCII)
_STAMP = re.compile(r"\[ *(\d{1,9}\.\d{1,9})", re.ASCII)

# -- results -------------------------------------------------------------------------------------------------------


def _on_top(collector: EventCollector, match: _Match) -> None:
    collector.emit_structural(ev.TopStarted(int(match[1])))
    collector.top_left, collector.rank = int(match[1]), 0


def _on_top_entry(collector: EventCollector, match: _Match) -> bool:
    if not collector.top_left:
        return False
    collector.top_left -= 1
    _list(collector, match[1], match[2])
    return True


def _list(collector: EventCollector, index: str, score: str) -> None:
    """List a class; a score is taken as it is printed, however absurd, as long as it is a number."""
    collector.rank += 1
    collector.emit(ev.TopListed(TopEntry(collector.rank, int(index), collector.figure(score, "a score", math.inf))))


def _on_inference(collector: EventCollector, match: _Match) -> None:
    seconds = collector.figure(match[1], "the inference time")
    collector.emit_structural(ev.InferenceTimed(None if seconds is None else round(seconds * 1e6, 3)))


def _on_box(collector: EventCollector, match: _Match) -> None:
    left, right, top, bottom = (collector.figure(text, "a box coordinate") for text in match.groups()[1:])
    collector.emit(ev.ObjectDetected(Detection(int(match[1]), None, None, left, top, right, bottom)))


def _on_object(collector: EventCollector, match: _Match) -> None:
    collector.end_block(followed=True)
    collector.end_object()
    collector.object = Detection(label=match[1], score=collector.figure(match[2], "a score"))


def _on_object_box(collector: EventCollector, match: _Match) -> None:
    left, top, right, bottom = (collector.figure(text, "a box coordinate") for text in match.groups())
    known, collector.object = collector.object or Detection(), None
    collector.emit(ev.ObjectDetected(Detection(None, known.label, known.score, left, top, right, bottom)))


# -- other programs' own figures -----------------------------------------------------------------------------------


def _on_benchmark_count(collector: EventCollector, match: _Match) -> None:
    """Report the inferences; those that the program reported before were its warm-up."""
    count, figures = int(match[1]), dict(_PAIR.findall(match[2]))

    def figure(name: str) -> float | None:
        return collector.figure(figures[name], f"benchmark_model's {name}") if name in figures else None

    current = figure("curr") if count == 1 else None
    first, least, most, average = (
        figure(name) if name in figures else current for name in ("first", "min", "max", "avg")
    )
    warmup = collector.reported._replace(warmup=None) if collector.reported else None
    _report(
        collector, Reported("benchmark_model", count, first, least, most, average, figure("std"), None, warmup), count
    )


def _on_benchmark_timings(collector: EventCollector, match: _Match) -> None:
    init, first, warmup, average = (collector.figure(text, "a time of benchmark_model") for text in match.groups())
    known = collector.reported or Reported(
        "benchmark_model", first_us=first, average_us=average, warmup=Reported("benchmark_model", average_us=warmup)
    )
    _report(collector, known._replace(init_us=init), None)


def _on_tengine_times(collector: EventCollector, match: _Match) -> None:
    average, most, least = (collector.figure(text, "a time of Tengine") for text in match.groups()[1:])
    count = int(match[1])
    _report(collector, Reported("tengine", count, None, _us(least), _us(most), _us(average)), count)
    collector.scores, collector.rank = True, 0


def _us(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds * 1e3, 3)


def _report(collector: EventCollector, reported: Reported, splits: int | None) -> None:
    collector.emit_structural(ev.ProgramReported(reported, splits))
    collector.reported = reported


def _on_dashes(collector: EventCollector, match: _Match) -> bool:
    if not collector.scores:
        return False
    collector.scores = collector.rank == 0
    return True


def _on_tengine_score(collector: EventCollector, match: _Match) -> bool:
    if not collector.scores:
        return False
    if collector.rank == 0:
        collector.emit(ev.TopStarted(5))
    _list(collector, match[2], match[1])
    return True


def _on_foreign(collector: EventCollector, match: _Match) -> None:
    collector.foreign(match[0], collector.line)


# -- messages ------------------------------------------------------------------------------------------------------


def _diagnosis(level: Level, source: str, group: int = 1) -> Handler:
    return lambda collector, match: collector.diagnose(level, source, match[group])


def _on_message(source: str) -> Handler:
    return lambda collector, match: collector.diagnose(LEVELS[match[1]], source, match[2])


def _on_traceback(collector: EventCollector, match: _Match) -> None:
    collector.traceback = collector.line


def _on_python_error(collector: EventCollector, match: _Match) -> bool:
    if collector.traceback is None:
        return False
    collector.traceback = None
    if match[1] == "KeyboardInterrupt":
        collector.emit_structural(ev.InterruptEchoed())
    else:
        collector.diagnose("error", "program", match[0])
    return True


def _on_hang(collector: EventCollector, match: _Match) -> None:
    stamp = _STAMP.search(match[1])
    message = match[2]
    recovered = "done" in message or " end" in message
    collector.emit(ev.HangNoticed(Hang(stamp[1] if stamp else None, recovered, message)))


# -- shells --------------------------------------------------------------------------------------------------------


def _on_prompt(collector: EventCollector, match: _Match) -> None:
    collector.prompt = match[1]
    _prompted(collector, match[2])


def _prompted(collector: EventCollector, command: str | None) -> None:
    """Take what was typed; `^C` gives it up, and the next prompt may stand on the same line."""
    if command is not None and "^C" in command:
        again = _AGAIN.search(command.rpartition("^C")[2])
        command = again[1] if again else None
    collector.emit_structural(ev.Prompted((command or "").strip() or None))
    collector.leave_program()


def _on_cut(collector: EventCollector, match: _Match) -> None:
    """Note the gap; the counters' numbers before it say nothing of those behind it."""
    collector.emit_structural(ev.TextCut())
    collector.printed = None


def _on_lost(collector: EventCollector, match: _Match) -> None:
    """Note a gap that npumon's own part left, which may be of any length."""
    collector.diagnose("error", "npumon", match[1])
    collector.emit_structural(ev.TextCut(lost=True))
    collector.printed = None


PROGRAM_HANDLERS: dict[str, Handler] = {
    "top": _on_top,
    "top_entry": _on_top_entry,
    "top_failed": _diagnosis("error", "model", 0),
    "ksnn": starts(lambda m: ev.KsnnAnnounced(m[1])),
    "inference": _on_inference,
    "stage": structural(lambda m: ev.StageReached(m[0])),
    "detections": structural(lambda m: ev.DetectionsCounted(int(m[1]))),
    "box": _on_box,
    "object": _on_object,
    "object_box": _on_object_box,
    "benchmark_start": starts(lambda m: ev.StageReached("STARTING!")),
    "benchmark_stage": structural(lambda m: ev.StageReached(m[1])),
    "benchmark_count": _on_benchmark_count,
    "benchmark_timings": _on_benchmark_timings,
    "benchmark_failed": _diagnosis("error", "model"),
    "tengine_times": _on_tengine_times,
    "dashes": _on_dashes,
    "tengine_score": _on_tengine_score,
    "pipeline": structural(lambda m: ev.ProgramReported(Reported("nnstreamer"))),
    "viplite": _on_foreign,
    "driver_version": lambda collector, m: collector.emit(ev.DriverVersioned(m[1])),
    "driver_message": _diagnosis("warning", "driver"),
    "driver_place": _diagnosis("warning", "driver"),
    "driver_error": _diagnosis("error", "driver"),
    "node": _diagnosis("error", "driver"),
    "ovxlib": _on_message("ovxlib"),
    "detect_log": _on_message("detect"),
    "death": _diagnosis("error", "shell", 0),
    "exception": _diagnosis("error", "program"),
    "exception_text": _diagnosis("error", "program"),
    "heap": _diagnosis("error", "program"),
    "assertion": _diagnosis("error", "program"),
    "loader": _diagnosis("error", "program"),
    "traceback": _on_traceback,
    "python_error": _on_python_error,
    "lost": _on_lost,
    "usage": _diagnosis("error", "model"),
    "hang": _on_hang,
    "kernel": _on_foreign,
    "prompt": _on_prompt,
    "typed": lambda collector, m: _prompted(collector, m[1]),
    "cut": _on_cut,
}
