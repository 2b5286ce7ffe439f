"""What an operation waits for: one word for a table, and a sentence with the figures that show it."""

from __future__ import annotations

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
    """Name the reason in a word: what is doubtful has no other."""
    if row.limit == "dump":
        return "files"
    if row.doubt is not None:
        return "doubt"
    if row.limit is not None:
        return _LIMITS[row.limit]
    return "shader" if row.target_kind == "SH" and not row.total else ""


def reason_of(row: OperationProfile, roofs: Roofs = _NO_ROOFS) -> Reason:
    """Say what the operation waits for, with its figures; `roofs` tell how far it is from them where none is near."""
    word = reason_word(row)
    match word:
        case "files":
            busy = "" if row.busy_us is None else f"; the NPU was busy for {units.microseconds(row.busy_us)} of it"
            return Reason(word, f"File writing: {row.why}{busy}.")
        case "doubt":
            return Reason(word, f"Doubtful: {row.doubt}.")
        case "shader":
            kernel = f", kernel {row.operation.shader}" if row.operation.shader else ""
            return Reason(word, f"The shader core runs it{kernel}, not the faster NN core{_near(row, roofs)}.")
        case "host":
            return Reason(word, f"Waiting for the host: {row.why}.")
        case "":
            return Reason(word, _unknown(row, roofs))
        case _:
            return Reason(word, f"{row.why}.")


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
