"""Operations and ends of iterations that follow one another, folded at once: most of a long run's text is that.

The state after such a stretch is the one that its events would lead to one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npumon.core.growing import Growing
from npumon.core.log import events as ev
from npumon.core.profile import Iteration, Operation
from npumon.core.run.iterations import kept_of, phase_after
from npumon.core.run.state import KEPT_OPEN_OPERATIONS, KEPT_OPERATIONS, RunState

_KINDS = (ev.OperationProfiled, ev.IterationEnded)


class Stretch(NamedTuple):
    """The state behind it, the iterations that it ended, and the place of the event that comes next."""

    state: RunState
    ended: tuple[Iteration, ...]
    end: int


def begins_stretch(state: RunState, events: Sequence[ev.Event], at: int) -> bool:
    """Return whether this event and the next one may be folded at once: nothing about the open iteration is unusual."""
    return (
        type(events[at]) in _KINDS
        and at + 1 < len(events)
        and type(events[at + 1]) in _KINDS
        and not (state.failing or state.forgotten or state.torn or state.gap)
    )


def fold_stretch(state: RunState, events: Sequence[ev.Event], at: int, kept: int = KEPT_OPERATIONS) -> Stretch | None:
    """Fold the events from that place on as far as they are a stretch; None if none is.

    Only where it `begins_stretch`, and no run begins with an operation. `kept` is how many operations the iterations
    that are kept have together (`iterations.forget`).
    """
    start, many = at, len(events)
    before: Sequence[Operation] = state.operations
    opened: list[Operation] = []
    first, last = (before[0].op_abs_id, before[-1].op_abs_id) if before else (None, None)
    segments, room = state.segments, KEPT_OPEN_OPERATIONS - len(before)
    ended: list[Iteration] = []
    while at < many:
        event = events[at]
        if type(event) is ev.OperationProfiled:
            operation = event.operation
            number = operation.op_abs_id
            if opened or before:
                if number is not None and (
                    (first is not None and number <= first) or (last is not None and number <= last)
                ):
                    break  # the next iteration, or a text of two programs
            else:
                first = number
            if not event.complete or len(opened) >= room:
                break
            opened.append(operation)
            last = number
        elif type(event) is ev.IterationEnded:
            operations = (*before, *opened) if before else tuple(opened)
            is_first = not (ended or state.iterations_ended)
            ended.append(Iteration(event.number, event.elapsed_us, operations, first=is_first, segments=segments))
            before, opened, segments, room = (), [], 0, KEPT_OPEN_OPERATIONS
        else:
            break
        at += 1
    if at == start:
        return None
    state = _with_ended(state, ended, kept) if ended else state
    return Stretch(
        state._replace(
            operations=Growing.of(before).plus_all(opened) if before or opened else (),
            broken=False,
            announced=None,
            segments=segments,
            phase="running" if opened else phase_after(state, state.iterations_ended),
        ),
        tuple(ended),
        at,
    )


def _with_ended(state: RunState, ended: Sequence[Iteration], kept: int) -> RunState:
    """Add ended iterations, and forget the oldest."""
    many = len(state.iterations)
    for iteration in ended:
        many = min(many + 1, kept_of(iteration, kept))
    iterations = Growing.of(state.iterations).plus_all(ended)
    return state._replace(
        iterations=iterations.without_first(len(iterations) - many) if len(iterations) > many else iterations,
        iterations_ended=state.iterations_ended + len(ended),
        times=state.times.plus_all([iteration.latency_us for iteration in ended]),
    )
