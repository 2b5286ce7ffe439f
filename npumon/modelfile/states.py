"""Recurrent states: which output is the next value of which input, and whether they can share their memory.

A program keeps two buffers shaped like `in_out` and lets the NPU write its outputs into the next buffer, beginning at
its first state, which saves copying the states (the public note on the NPU model format). That works only if the
outputs, in their order, have the shapes and types of the rest of `in_out` from the first state on.
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.modelfile.description import StatePair, Tensor


def pair_states(inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[StatePair, ...]:
    """Return the states of a net. The output of `State_c0` is named `State_c0_out`, with any prefix.

    An input that is called a state but has no such output is paired with a remaining output that is also called a state
    and has the same shape and type, or with none.
    """
    by_name = {output.name: output for output in reversed(outputs)}
    pairs: dict[str, Tensor] = {}
    for tensor in inputs:
        wanted = tensor.name + "_out"
        found = by_name.get(wanted) or next((out for out in outputs if out.name.endswith("_" + wanted)), None)
        if found is not None:
            pairs[tensor.name] = found
    taken = {output.name for output in pairs.values()}
    left = [output for output in outputs if output.name not in taken and _is_state(output)]
    states = []
    for tensor in inputs:
        output = pairs.get(tensor.name)
        if output is None:
            if not _is_state(tensor):
                continue
            output = next((other for other in left if _alike(tensor, other)), None)
            if output is not None:
                left.remove(output)
        states.append(
            StatePair(
                tensor.name, output.name if output is not None else None, output is not None and _alike(tensor, output)
            )
        )
    return tuple(states)


class Overlay(NamedTuple):
    """Whether `output` can overlay the tail of `in_out`, and the first member at which it cannot."""

    ok: bool
    expected: str
    found: str
    detail: str


def overlay(in_out: tuple[Tensor, ...], outputs: tuple[Tensor, ...], first_state: str) -> Overlay:
    """Compare the outputs with the members of in_out from the first state on, type by type, shape by shape."""
    start = next((index for index, member in enumerate(in_out) if member.name == first_state), None)
    if start is None:
        return Overlay(False, first_state, "", f"in_out has no member {first_state} to put the output over")
    tail = in_out[start:]
    for member, output in zip(tail, outputs, strict=False):
        if not _alike(member, output):
            return Overlay(
                False,
                _described(member),
                _described(output),
                f"the NPU would write {output.name} over {member.name} of the next buffer, which has another "
                "shape or type; list the states first in OUTPUT_OPS, in the inputs' order, and in FP16_OUT_OPS",
            )
    if len(tail) != len(outputs):
        missing = sum(output.bytes or 0 for output in outputs) - sum(member.bytes or 0 for member in tail)
        beyond = f"; the NPU would write {missing} bytes past the buffer" if missing > 0 else ""
        detail = f"in_out has {len(tail)} members from {first_state} on, output has {len(outputs)}{beyond}"
        return Overlay(False, f"{len(outputs)} members", f"{len(tail)} members", detail)
    return Overlay(True, f"{len(tail)} members", f"{len(outputs)} members", f"output lies over in_out at {first_state}")


def _is_state(tensor: Tensor) -> bool:
    return "state" in tensor.name.lower()


def _alike(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype


def _described(tensor: Tensor) -> str:
    return f"{tensor.name} {tensor.dtype}{list(tensor.shape)}"
