"""The text of a run's results: totals, classes, objects."""

from __future__ import annotations

from npumon.core.profile import Detection
from npumon.core.run.state import RunState
from npumon.demo import reported
from npumon.demo.dialect import Dialect

#: What a detection demo announces before its objects.
RESULT_TYPE = "result type is "


def totals_lines(state: RunState, dialect: Dialect) -> list[str]:
    """Return the total and the average, in the dialect's form."""
    total, average = state.total_us, state.average_us
    if total is None and average is None:
        return []
    if dialect.totals == "short":
        total, average = known(total, "the total"), known(average, "the average")
        if total % 1000:
            raise ValueError("the short form of the total has whole milliseconds only")
        return ["Execution time:", f"Total   {total / 1e3:.0f}ms, Average {average / 1e3:.2f}ms "]
    lines = ["vxProcessGraph execution time:"]
    gap = "\n" if dialect.totals == "lines" else "   "
    if total is not None:
        lines += f"Total{gap}{times_text(total, dialect)}".split("\n")
    if average is not None:
        gap = "\n" if dialect.totals == "lines" else " "
        figure = times_text(average, dialect) if dialect.times == "ms" else f"{average / 1000:.2f}ms or {average:.2f}us"
        lines += f"Average{gap}{figure}".split("\n")
    return lines


def times_text(elapsed_us: float, dialect: Dialect) -> str:
    """Return `21.00ms or 21609.00us`: the programs truncate the milliseconds before they print them with decimals."""
    ms = int(elapsed_us // 1000)
    match dialect.times:
        case "truncated":
            return f"{ms}.00ms or {elapsed_us:.2f}us"
        case "exact":
            return f"{elapsed_us / 1000:.2f}ms or {elapsed_us:.2f}us"
        case "ms" if round(elapsed_us * 100) % 1000:
            raise ValueError(f"this build prints hundredths of milliseconds, not {elapsed_us} us")
        case "ms":
            return f"{elapsed_us / 1000:.2f}ms"
    if not elapsed_us.is_integer():
        raise ValueError(f"this build prints whole microseconds, not {elapsed_us}")
    return f"{ms}ms or {elapsed_us:.0f}us"


def phase_text(elapsed_us: int, dialect: Dialect) -> str:
    """Return `59ms or 59455us`."""
    if dialect.times != "ms":
        return f"{elapsed_us // 1000}ms or {elapsed_us}us"
    if elapsed_us % 1000:
        raise ValueError(f"this build prints whole milliseconds, not {elapsed_us} us")
    return f"{elapsed_us // 1000}ms"


def top_lines(state: RunState, dialect: Dialect) -> list[str]:
    """Return the list of classes. Tengine's examples print the score first, between lines of dashes."""
    scores = [(each.class_index, known(each.score, "a score")) for each in state.top]
    if state.reported is not None and state.reported.program == "tengine":
        listed = [f"{score:.6f}, {number}" for number, score in scores]
        return [reported.DASHES, *listed, reported.DASHES]
    if state.top_size is None:
        return []
    size = state.top_size
    head = f"----- Show Top{size} +-----" if dialect.top == "ksnn" else f" --- Top{size} ---"
    form = {"ksnn": "{:6d}: {:.5f}", "demo": "{:3d}: {:8.6f}", "plain": "{:d}: {:.6f}"}[dialect.top]
    return [head, *(form.format(number, score) for number, score in scores)]


def frames_lines(state: RunState) -> list[str]:
    """Return the newest frame's objects; of the frames before it, the state knows only the number."""
    lines = ["resultData.detect_num=0"] * (state.frames - 1)
    if state.frames:
        lines.append(f"resultData.detect_num={known(state.objects, 'the number of objects')}")
    if state.stage is not None and state.stage.startswith(RESULT_TYPE):
        lines.append(state.stage)
    for each in state.detections:
        lines += _detection(each)
    return lines


def _detection(det: Detection) -> list[str]:
    box = (det.left, det.top, det.right, det.bottom)
    if det.number is not None:
        left, top, right, bottom = (known(value, "a coordinate") for value in box)
        return [f"i:{det.number} left:{left:.6f} right:{right:.6f} top:{top:.6f} bottom:{bottom:.6f}"]
    lines = []
    if det.label is not None:
        lines.append(f"class: {det.label}, score: {plain(known(det.score, 'a score'), 9)}")
    if det.left is not None:
        figures = ", ".join(plain(known(value, "a coordinate"), 9) for value in box)
        lines.append(f"box coordinate left,top,right,down: [{figures}]")
    return lines


def known(value: float | None, what: str) -> float:
    """Return the value. Raises `ValueError` without one, because no program leaves it out."""
    if value is None:
        raise ValueError(f"{what} is always printed")
    return value


def plain(value: float, decimals: int) -> str:
    """Return the number without exponent and without trailing zeros, except for one."""
    whole, _, fraction = f"{value:.{decimals}f}".partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"
