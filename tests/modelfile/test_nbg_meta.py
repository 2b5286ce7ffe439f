"""The JSON files beside a graph, read on their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.description import ModelFile, Quantization
from npumon.modelfile.nbg_meta import read_companion, read_meta

META = Path(__file__).parents[1] / "data" / "nbg_0001000f" / "nbg_meta.json"


def read(value: Any) -> ModelFile:
    model = read_companion(json.dumps(value).encode())
    assert model is not None
    return model


def test_the_exporters_description_shows_its_tensors() -> None:
    model = read_companion(META.read_bytes())
    assert model is not None
    assert (model.format, model.companion, model.ok) == ("nbg-meta", True, True)
    assert [(tensor.name, tensor.dtype, tensor.shape, tensor.bytes) for tensor in model.inputs + model.outputs] == [
        ("images_68", "uint8", (1, 3, 56, 55), 9240),
        ("attach_Conv_4/out0_0", "uint8", (1, 18, 56, 55), 55440),
        ("attach_Mul_34/out0_1", "uint8", (1, 26, 56, 55), 80080),
    ]
    assert model.inputs[0].quantization == Quantization("affine", scale=0.070777, zero_point=22)
    assert [check.id for check in model.checks] == ["nb.companion"]


@pytest.mark.parametrize(
    ("entry", "dtype", "quantization"),
    [
        ({"dtype": "float16"}, "float16", None),
        ({"quantize": {"qtype": "i8", "fl": [7]}}, "int8", Quantization("dynamic", 7)),
        ({"quantize": {"quantizer": "dynamic_fixed_point"}}, "unknown", Quantization("dynamic")),
        ({"scale": 1e-3, "zero_point": 3}, "unknown", Quantization("affine", None, 0.001, 3)),
        ({"quantize": {"quantizer": "asymmetric_affine", "scale": [float("nan")]}}, "unknown", Quantization("affine")),
    ],
)
def test_what_an_entry_does_not_say_stays_unsaid(entry: dict[str, Any], dtype: str, quantization: Any) -> None:
    model = read({"Inputs": {"a": entry | {"shape": [2, 2]}}, "Outputs": {}})
    (tensor,) = model.inputs
    assert (tensor.name, tensor.dtype, tensor.quantization) == ("a", dtype, quantization)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_dump_of_operations_shows_what_goes_in_and_comes_out(wrapped: bool) -> None:
    nodes = {
        "uid_4": {
            "op": "CONV2D",
            "inputs": ["@data_0:out0", "@weights_1:out0"],
            "inut_shape": [[8, 9, 3, 1]],
            "outputs": ["out0"],
            "output_shape": [[8, 9, 4, 1]],
        },
        "uid_11": {"op": "RELU", "inputs": ["@uid_4:out0", 7], "outputs": ["out0", 3], "output_shape": [[8, 9, 4, 1]]},
    }
    model = read({"Layers": nodes} if wrapped else nodes)
    assert model.format == "graph-json"
    assert [(tensor.name, tensor.shape) for tensor in model.inputs] == [
        ("data_0:out0", (1, 3, 9, 8)),
        ("weights_1:out0", ()),
    ]
    assert [(tensor.name, tensor.shape, tensor.bytes) for tensor in model.outputs] == [
        ("uid_11:out0", (1, 4, 9, 8), None)
    ]
    assert model.checks[0].found == 2


@pytest.mark.parametrize("value", [[], 3, {}, {"a": 1}, {"Layers": [1]}, {"Layers": {"a": {"op": 3}}}, {"Inputs": {}}])
def test_other_json_is_neither(value: Any) -> None:
    assert read_companion(json.dumps(value).encode()) is None
    assert read_companion(b"\xff{") is None
    assert read_meta(b"[" * 100_000) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "shape", "quantize", "scale", "fl", "op", "inputs"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(inputs=JSON, outputs=JSON)
def test_any_json_is_taken(inputs: Any, outputs: Any) -> None:
    for value in ({"Inputs": inputs, "Outputs": outputs}, {"Layers": {"a": inputs, "b": outputs}}):
        data = json.dumps(value).encode()
        read_meta(data)
        model = read_companion(data)
        assert model is None or model.companion
