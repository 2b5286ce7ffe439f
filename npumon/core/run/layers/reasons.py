"""What an operation waits for: one word for a table, and a sentence with the figures that show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from npumon.core import units
from npumon.core.profile import MBYTE_BYTES
from npumon.core.run.analysis import OperationProfile
from npumon.core.run.roofs import Roofs

#: How a table names the reason; empty if it is unknown.
ReasonWord = Literal["compute", "DDR", "shader", "files", "host", "doubt", ""]


class Reason(NamedTuple):
    """Why an operation takes its time. `sentence` is never empty: it also says why the reason is unknown."""

    word: ReasonWord
    sentence: str


_NO_ROOFS = Roofs()
_LIMITS: dict[str, ReasonWord] = {"ddr": "DDR", "compute": "compute", "overhead": "host", "dump": "files"}


def reason_word(row: OperationProfile) -> ReasonWord:
    """Name the reason in a word. What contradicts itself has no other; on the shader core that comes first."""
    if not row.trusted:
        return "doubt"
    if row.target_kind == "SH" and not row.total:
        return "shader"
    return "" if row.limit is None else _LIMITS[row.limit]


def reason_of(row: OperationProfile, roofs: Roofs = _NO_ROOFS) -> Reason:
    """Say what the operation waits for, with its figures; `roofs` tell how far it is from them where none is near."""
    word = reason_word(row)
    sentence = _SENTENCES[word](row, roofs)
    if row.doubt is not None and word != "doubt":
        sentence += f" Doubtful: {row.doubt}."
    return Reason(word, sentence)


def _files(row: OperationProfile, roofs: Roofs) -> str:
    busy = "" if row.busy_us is None else f"; the NPU was busy for {units.microseconds(row.busy_us)} of it"
    return f"File writing: {row.why}{busy}."


def _shader(row: OperationProfile, roofs: Roofs) -> str:
    kernel = f", kernel {row.operation.shader}" if row.operation.shader else ""
    sentence = f"The shader core runs it{kernel}, not the faster NN core"
    if row.limit is None:
        return f"{sentence}{_near(row, roofs)}."
    return f"{sentence}. {_files(row, roofs) if row.limit == 'dump' else _limited(row, roofs)}"


def _limited(row: OperationProfile, roofs: Roofs) -> str:
    return f"{'Waiting for the host: ' if row.limit == 'overhead' else ''}{row.why}."


def _doubtful(row: OperationProfile, roofs: Roofs) -> str:
    return f"Doubtful: {row.doubt or 'its counters contradict themselves'}."


def _unknown(row: OperationProfile, roofs: Roofs) -> str:
    if row.total:
        return "A sum of operations has no reason of its own."
    if row.utilization is None:
        return "Unknown: the text has no counters of it."
    return f"Unknown: no roof is near{_near(row, roofs)}."


def _near(row: OperationProfile, roofs: Roofs) -> str:
    """Say how far the roofs are while it is busy."""
    parts = []
    ddr, moved = ddr_part(row, roofs), row.operation.bandwidth.ddr
    if ddr is not None and moved is not None:
        parts.append(f"DDR at {units.percent(ddr)}")
    if roofs.mac_per_cycle is not None and row.mac_per_cycle is not None:
        parts.append(f"MAC at {units.percent(row.mac_per_cycle / roofs.mac_per_cycle.value)}")
    if parts:
        return f" ({' and '.join(parts)} of the peak while busy)"
    return "" if row.utilization is None else f" (busy {units.percent(row.utilization)} of its window)"


def ddr_part(row: OperationProfile, roofs: Roofs) -> float | None:
    """Return the DDR traffic while busy as a part of its roof; None where one of the figures is missing or doubtful."""
    moved = row.operation.bandwidth.ddr
    if roofs.ddr_mbyte_per_s is None or not row.busy_us or moved is None or not row.trusted or row.limit == "dump":
        return None
    return moved * 1e6 / row.busy_us / roofs.ddr_mbyte_per_s.value


def intensity(row: OperationProfile) -> float | None:
    """Return the MACs done for each byte that goes to or comes from DDR memory; None where either is unknown."""
    moved = row.operation.bandwidth.ddr
    if row.macs is None or not moved or not row.trusted or row.limit == "dump":
        return None
    return row.macs / (moved * MBYTE_BYTES)


_SENTENCES: dict[ReasonWord, Callable[[OperationProfile, Roofs], str]] = {
    "compute": _limited,
    "DDR": _limited,
    "host": _limited,
    "files": _files,
    "shader": _shader,
    "doubt": _doubtful,
    "": _unknown,
}
