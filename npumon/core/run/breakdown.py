"""Where the time goes: the operations of an iteration added up by something that they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from npumon.core.run.analysis import GroupTime, IterationProfile, OperationProfile, whole_sum
from npumon.core.run.rules.remarks import WAIT_US

#: What the driver's names of operators and engines begin with.
_OPERATOR = "VXNNE_OPERATOR_"
#: By what operations are ranked: their time, the NPU's busy time, their DDR traffic; or as they ran, where the text
#: tells none of these.
Basis = Literal["time", "busy", "ddr", "order"]
#: What operations can be grouped by.
Grouping = Literal["target", "operation", "layer", "shader"]
#: From this part of the operations' time on, it is mostly that of waiting.
_MOSTLY = 0.5
#: The driver's own spelling of an operator that it does not name.
_UNKNOWN_OPERATOR = "unkown operation type"


def by_target(profile: IterationProfile) -> tuple[GroupTime, ...]:
    """Add the operations up by engine."""
    return _grouped(profile, KEYS["target"])


def by_operation(profile: IterationProfile) -> tuple[GroupTime, ...]:
    """Add the operations up by operator, named as by `operator_of`."""
    return _grouped(profile, KEYS["operation"])


def by_layer(profile: IterationProfile) -> tuple[GroupTime, ...]:
    """Add the operations up by layer: its number and name. One layer can have operations on several engines."""
    return _grouped(profile, KEYS["layer"])


def by_shader(profile: IterationProfile) -> tuple[GroupTime, ...]:
    """Add the operations up by the kernel that the shader core ran; those without one are left out."""
    return _grouped(profile, KEYS["shader"], named_only=True)


GROUPINGS: Mapping[Grouping, Callable[[IterationProfile], tuple[GroupTime, ...]]] = {
    "target": by_target,
    "operation": by_operation,
    "layer": by_layer,
    "shader": by_shader,
}
#: The figure of each basis; none for the order in which operations ran.
RANKED_BY: Mapping[Basis, Callable[[OperationProfile], float | None]] = {
    "time": lambda each: each.operation.execution_us,
    "busy": lambda each: each.busy_cycles,
    "ddr": lambda each: each.operation.bandwidth.ddr,
}


def groupings_of(profile: IterationProfile) -> tuple[Grouping, ...]:
    """Return by what the operations can be told apart, the first the usual one; nothing where some are missing."""
    operations = () if profile.missing else profile.operations
    return tuple(by for by, key in KEYS.items() if any(key(each) is not None for each in operations))


def basis_of(profile: IterationProfile) -> Basis:
    """Return by what operations are best ranked: by time.

    Where times are those of writing a dump or of waiting, or there are none, it is by busy time or, if that is not
    known either, by traffic. What is known of all operations goes before what is known of some.
    """
    spoiled = profile.layer_dump or _mostly_waits(profile)
    candidates: tuple[Basis, ...] = ("busy", "time", "ddr") if spoiled else ("time", "busy", "ddr")
    known = {basis: [RANKED_BY[basis](each) is not None for each in profile.operations] for basis in candidates}
    whole = [basis for basis in candidates if known[basis] and all(known[basis])]
    partly = [basis for basis in candidates if any(known[basis])]
    return next(iter((*whole, *partly)), "order")


def _mostly_waits(profile: IterationProfile) -> bool:
    """Return whether the operations' times are mostly those of waiting after each one, as profiling does."""
    operations, took_us = len(profile.operations), profile.execution_us
    return operations > 1 and took_us is not None and WAIT_US * operations >= _MOSTLY * took_us


def operator_of(each: OperationProfile) -> str | None:
    """Return the operator without the driver's prefix (`CONVOLUTION`); None if the driver does not name it."""
    name = each.operation.operation
    if name is None or name == _UNKNOWN_OPERATOR:
        return None
    return name[len(_OPERATOR) :] if name.startswith(_OPERATOR) else name


def name_of(each: OperationProfile) -> str:
    """Name an operation: as its graph does, else by its layer, else by its operator."""
    node = each.node
    named = node and (node.name or node.op)
    return named or each.operation.name or operator_of(each) or f"operation {each.order}"


def _layer(each: OperationProfile) -> str | None:
    known = (each.operation.layer_id, each.operation.name)
    return " ".join(str(part) for part in known if part is not None) or None


#: The key of an operation's group, by what operations are grouped; None if the text does not tell it.
KEYS: Mapping[Grouping, Callable[[OperationProfile], str | None]] = {
    "target": lambda each: each.target_kind,
    "operation": operator_of,
    "layer": _layer,
    "shader": lambda each: each.operation.shader,
}


def _grouped(
    profile: IterationProfile, key: Callable[[OperationProfile], str | None], *, named_only: bool = False
) -> tuple[GroupTime, ...]:
    """Sum by key, the largest first: by busy time where a dump spoiled the times or there are none, else by execution
    time; by traffic where neither is known.

    Where operations are missing there are no groups: nothing could be said of their shares.
    """
    if profile.missing:
        return ()
    members: dict[str | None, list[OperationProfile]] = {}
    for each in profile.operations:
        members.setdefault(key(each), []).append(each)
    if named_only:
        members.pop(None, None)
    groups = [_sum(name, operations) for name, operations in members.items()]
    untimed = all(group.execution_us is None for group in groups)
    if (profile.layer_dump or untimed) and all(group.busy_share is not None for group in groups):
        return tuple(sorted(groups, key=lambda group: -(group.busy_share or 0)))
    if untimed:
        return tuple(sorted(groups, key=lambda group: -(group.ddr_mbyte or 0)))
    return tuple(sorted(groups, key=lambda group: -(group.execution_us or 0)))


def _busy_share(each: OperationProfile) -> float | None:
    return 0.0 if each.busy_share is None and each.worked_us == 0 else each.busy_share


def _sum(key: str | None, operations: Sequence[OperationProfile]) -> GroupTime:
    counted = [each.macs for each in operations if each.macs is not None]
    moved = whole_sum(each.operation.bandwidth.ddr for each in operations)
    busy_us = whole_sum(each.worked_us for each in operations)
    return GroupTime(
        key,
        len(operations),
        whole_sum(each.operation.execution_us for each in operations),
        whole_sum(each.share for each in operations),
        None if busy_us is None else round(busy_us, 3),
        whole_sum(map(_busy_share, operations)),
        None if moved is None else round(moved, 6),
        sum(counted) if counted else None,
    )
