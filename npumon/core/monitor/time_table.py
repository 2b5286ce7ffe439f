"""Where the time of an iteration goes: groups of its operations, the slowest of them, and why they take so long."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.run.analysis import GroupTime, IterationProfile, OperationProfile, is_padded
from npumon.core.run.breakdown import GROUPINGS, KEYS, RANKED_BY, Basis, Grouping, basis_of
from npumon.core.run.layers.reasons import reason_of
from npumon.core.run.macs import is_convolution
from npumon.core.run.metrics import Metrics
from npumon.core.run.roofs import Roofs
from npumon.core.run.rules.limits import SPOKEN_OF

#: The NN core multiplies many input channels at once: with so few it is mostly idle.
_FEW_CHANNELS = 4
_NO_ROOFS = Roofs()


class GroupShare(NamedTuple):
    """A group and its parts: `share` of the iteration's time, or of its operations' where that is not known.

    `spoken_of` says whether the verdict's advice is about it.
    """

    group: GroupTime
    share: float | None = None
    spoken_of: bool = False


class RankedOperation(NamedTuple):
    """An operation with its part of the whole, the sum of the parts so far, and its reason in a few words, if any."""

    profile: OperationProfile
    share: float | None = None
    so_far: float | None = None
    reason: str = ""
    spoken_of: bool = False


class TimeTable(NamedTuple):
    """Where the time goes. Times are in microseconds.

    `whole_us` is what shares of time are shares of: the iteration's, or the sum of its operations'. `between` is the
    time outside of all operations as a share of it. There are no groups where operations are missing. `roofs` are what
    reasons compare with.
    """

    basis: Basis
    whole_us: float | None
    groups: tuple[GroupShare, ...]
    operations: tuple[RankedOperation, ...]
    between_us: float | None = None
    between: float | None = None
    roofs: Roofs = _NO_ROOFS

    def sentence(self, row: RankedOperation) -> str:
        """Say why an operation takes its time, with its figures; in short where its time is that of a dump."""
        each = row.profile
        if self.basis != "time" and each.limit == "dump":
            return row.reason
        if each.limit == "overhead" and row.reason and each.trusted:
            return f"{row.reason}: {each.why}"
        if not row.reason and each.utilization is None:
            return ""
        return reason_of(each, self.roofs).sentence


def time_table(metrics: Metrics, by: Grouping | None) -> TimeTable | None:
    """Say where the time of the measured iteration goes; None without one. `by` None makes no groups."""
    profile = metrics.profile
    if profile is None:
        return None
    basis = basis_of(profile)
    spoken_of = _spoken_of(metrics)
    whole_us: float | None = profile.execution_us
    if whole_us is not None and profile.unaccounted_us is not None:
        whole_us += profile.unaccounted_us
    return TimeTable(
        basis,
        whole_us,
        () if by is None else _groups(profile, by, whole_us, spoken_of),
        _ranked(profile, basis, whole_us, spoken_of),
        profile.unaccounted_us,
        _part(profile.unaccounted_us, whole_us),
        metrics.facts.roofs,
    )


def _spoken_of(metrics: Metrics) -> frozenset[int]:
    """Return the places of the operations that the verdict speaks of, or the remark on the shader core."""
    operations = () if metrics.profile is None or metrics.profile.missing else metrics.profile.operations
    rules = [rule for rule, _ in metrics.findings if rule == metrics.verdict_id or rule == "shader.part"]
    return frozenset(each.order for rule in rules if rule in SPOKEN_OF for each in SPOKEN_OF[rule](operations))


def _groups(
    profile: IterationProfile, by: Grouping, whole_us: float | None, spoken_of: frozenset[int]
) -> tuple[GroupShare, ...]:
    keys = {KEYS[by](each) for each in profile.operations if each.order in spoken_of}
    return tuple(
        GroupShare(group, _part(group.execution_us, whole_us), group.key in keys) for group in GROUPINGS[by](profile)
    )


def _ranked(
    profile: IterationProfile, basis: Basis, whole_us: float | None, spoken_of: frozenset[int]
) -> tuple[RankedOperation, ...]:
    value = RANKED_BY.get(basis)
    operations = profile.operations
    if value is not None:
        operations = tuple(sorted(operations, key=lambda each: -(value(each) or 0)))
    ranked = []
    so_far: float | None = 0.0
    moved = profile.bandwidth.ddr
    for each in operations:
        if basis == "time":
            share = _part(each.operation.execution_us, whole_us)
        elif basis == "busy":
            share = each.busy_share
        else:
            share = _part(each.operation.bandwidth.ddr, moved) if basis == "ddr" else None
        so_far = None if share is None or so_far is None else so_far + share
        ranked.append(RankedOperation(each, share, so_far, reason_in_short(each, basis), each.order in spoken_of))
    return tuple(ranked)


def _part(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def reason_in_short(each: OperationProfile, basis: Basis = "time") -> str:
    """Say in two or three words what an operation's time goes to; nothing where nothing is known.

    Ranked by `basis`: the time of writing a dump says nothing of an operation's busy time.
    """
    if not each.trusted:
        return "doubtful"
    if each.target_kind == "SH":
        return "not on the NN core" if is_convolution(each.operation) else "shader core"
    if each.limit == "ddr":
        return "DDR"
    if each.limit == "compute":
        return "dense depthwise" if is_padded(each) else "compute"
    channels = _input_channels(each)
    if channels is not None and channels <= _FEW_CHANNELS:
        return f"input has {channels} channel{'s' if channels > 1 else ''}"
    if basis != "time":
        return ""
    if each.limit == "dump":
        return "file writing"
    return "waiting for the host" if each.limit == "overhead" else ""


def _input_channels(each: OperationProfile) -> int | None:
    """Return over how many input channels a convolution on the NN core adds up."""
    row = each.tiling
    if row is None or row.kernel_shape is None or len(row.kernel_shape) < 3:
        return None
    on_nn = each.target_kind == "NN" and is_convolution(each.operation)
    return row.kernel_shape[2] if on_nn and not is_padded(each) else None
