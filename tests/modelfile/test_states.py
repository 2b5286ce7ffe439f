from __future__ import annotations

from math import prod

from npumon.modelfile.description import StatePair, Tensor
from npumon.modelfile.states import overlay, pair_states


def tensor(name: str, *shape: int, dtype: str = "float16") -> Tensor:
    elements = prod(shape)
    return Tensor(name, dtype, shape, elements, elements * (2 if dtype == "float16" else 4))


def test_a_state_left_over_is_paired_by_its_shape() -> None:
    inputs = (tensor("Feats", 1, 4), tensor("State_a", 1, 8), tensor("State_b", 1, 9), tensor("State_c", 1, 7))
    outputs = (tensor("next_state_b", 1, 9), tensor("prob", 1, 8), tensor("State_a_out", 1, 8))
    assert pair_states(inputs, outputs) == (
        StatePair("State_a", "State_a_out", True),
        StatePair("State_b", "next_state_b", True),
        StatePair("State_c", None, False),
    )


def test_an_output_named_for_an_input_is_its_next_value_whatever_it_is_called() -> None:
    assert pair_states((tensor("h", 1, 4),), (tensor("h_out", 1, 5),)) == (StatePair("h", "h_out", False),)


def test_outputs_lie_over_the_tail_in_its_order_only() -> None:
    state, following = tensor("State_c0", 1, 8), tensor("State_c0_out", 1, 8)
    prob = tensor("prob", 1, 3, dtype="float32")
    in_out = (tensor("Feats", 1, 4), state, prob)
    assert overlay(in_out, (following, prob), "State_c0").ok
    turned = overlay(in_out, (prob, following), "State_c0")
    assert (turned.ok, turned.expected, turned.found) == (False, "State_c0 float16[1, 8]", "prob float32[1, 3]")
    assert not overlay(in_out, (following,), "State_c0").ok
    assert not overlay(in_out, (following, prob), "other").ok
