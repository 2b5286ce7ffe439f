from __future__ import annotations

import re
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.description import ModelFile, Quantization
from npumon.modelfile.diff import SENTENCES, ModelDiff, SizeChange, diff_models, different_bytes, equal_prefix
from npumon.modelfile.inspection import inspect


def read(data: bytes) -> ModelFile:
    model = inspect(data, today="2026-11-22")
    assert model is not None
    return model


def compare(before: bytes, after: bytes) -> ModelDiff:
    result = diff_models(read(before), read(after), same_bytes=before == after)
    assert SENTENCES[result.verdict]
    return result


def test_a_file_is_identical_to_itself(writers: Any) -> None:
    result = compare(writers.header().data(), writers.header().data())
    assert (result.verdict, result.identical, result.same_graph) == ("identical", True, True)
    assert (result.tensors, result.facts) == ((), ())
    assert all(size.delta == 0 for size in result.sizes)


def test_an_edited_header_is_the_same_model(writers: Any) -> None:
    text = writers.header().text()
    edited = text.replace("const unsigned char cmd_content", "unsigned char kws_cmd_content")
    result = compare(text.encode(), edited.encode())
    assert (result.verdict, result.same_graph) == ("edited", True)
    assert {(fact.name, fact.before, fact.after) for fact in result.facts} == {
        ("cmd_content name", "cmd_content", "kws_cmd_content"),
        ("cmd_content const", "yes", "no"),
    }


def test_the_same_graph_with_other_weights_was_recompiled(writers: Any) -> None:
    before, after = writers.header(), writers.header(weight=bytes(range(20)), version="1.5.4")
    result = compare(before.data(), after.data())
    assert (result.verdict, result.same_graph) == ("recompiled", True)
    weight = next(size for size in result.sizes if size.name == "weight")
    assert (weight.delta, weight.percent) == (-10, -100 / 3)
    assert [
        (content.role, content.same, content.equal_prefix_bytes, content.different_bytes) for content in result.contents
    ] == [
        ("cmd", True, 12, 0),
        ("weight", False, 20, 10),
        ("ops", True, 0, 0),
    ]
    assert [fact.name for fact in result.facts] == ["compiler.version"]


def test_another_graph_tells_its_tensors(writers: Any) -> None:
    before = writers.header()
    after = writers.header(
        pb_md5="f" * 32,
        inputs=[("npu_data_t", "Feats", (1, 3, 5)), ("npu_data_t", "State_c1", (1, 2, 4))],
    )
    result = compare(before.data(), after.data())
    assert (result.verdict, result.same_graph) == ("changed", False)
    assert [(change.kind, change.name, change.before, change.after) for change in result.tensors] == [
        ("removed", "State_c0", "float16[1, 2, 4]", None),
        ("added", "State_c1", None, "float16[1, 2, 4]"),
        ("reshaped", "Feats", "float16[1, 3, 4]", "float16[1, 3, 5]"),
    ]
    assert compare(before.data(), writers.header(pb_md5="f" * 32).data()).verdict == "rebuilt"


def test_graphs_are_compared_too(writers: Any, npub: bytes) -> None:
    result = compare(writers.nbg().data(), writers.nbg(pool=8192, target=0x99).data())
    assert (result.verdict, result.same_graph) == ("rebuilt", None)
    assert SizeChange("pool", 4096, 8192) in result.sizes
    assert [fact.name for fact in result.facts] == ["nbg.target"]
    assert compare(npub, writers.nbg().data()).verdict == "unlike"


def test_the_tables_of_graphs_are_compared_byte_for_byte(writers: Any) -> None:
    before, after = (writers.nbg(version=0x0001001E, weights=size) for size in (70, 77))
    result = compare(before.data(), after.data())
    assert SizeChange("table 23", 70, 77) in result.sizes
    weights = next(content for content in result.contents if content.role == "table 23")
    assert (weights.kind, weights.equal_prefix_bytes, weights.different_bytes) == ("different", 70, 7)
    assert {content.role for content in result.contents if content.same} == {
        *("input", "output", "layer", "operation", "lcd_table", "lcd"),
    }
    old = compare(writers.nbg().data(), after.data())
    assert SizeChange("table 23", 0, 77) in old.sizes
    assert [content.kind for content in old.contents if content.role == "table 23"] == ["added"]


def test_a_size_that_is_missing_has_no_difference() -> None:
    assert (SizeChange("npu", None, 5).delta, SizeChange("npu", 0, 5).percent) == (None, None)


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(0, 3))
def test_the_equal_prefix_is_the_longest(left: bytes, right: bytes, blocks: int) -> None:
    common = bytes(40_000 * blocks)
    length = equal_prefix(common + left, common + right)
    one, other = common + left, common + right
    assert one[:length] == other[:length]
    assert length == min(len(one), len(other)) or one[length] != other[length]


@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 3))
def test_how_many_bytes_differ(one: bytes, other: bytes, blocks: int) -> None:
    common = bytes(range(256)) * 100 * blocks
    expected = sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
    assert different_bytes(common + one, common + other) == expected


def elided(text: str) -> str:
    return re.sub(r"(weight_content\[30\][^{]*\{).*?\};", r"\1 ...... };", text, flags=re.S)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (str, lambda text: re.sub(r"const unsigned char weight_content.*?};\n", "", text, flags=re.S), "removed"),
        (lambda text: re.sub(r"const unsigned char weight_content.*?};\n", "", text, flags=re.S), str, "added"),
        (str, elided, "unknown"),
        (lambda text: elided(text) + "\n// x", elided, "unknown"),
        (str, lambda text: text.replace("0x1d,", "0x1dd,"), "unknown"),
        (str, lambda text: re.sub(r"(weight_content\[30\].*?) = \{.*?\};", r"\1;", text, flags=re.S), "unknown"),
    ],
)
def test_what_cannot_be_compared_is_not_called_the_same(writers: Any, before: Any, after: Any, kind: str) -> None:
    text = writers.header().text()
    result = compare(before(text).encode(), after(text).encode())
    assert result.verdict == "partial"
    assert [(content.role, content.kind) for content in result.contents if content.kind != "same"] == [("weight", kind)]
    assert next(content.same for content in result.contents if content.role == "weight") is (
        None if kind == "unknown" else False
    )


def test_members_that_changed_places_are_told(writers: Any) -> None:
    spec = writers.header()
    swapped = writers.header(inputs=spec.inputs[::-1])
    result = compare(spec.data(), swapped.data())
    assert result.verdict == "recompiled"
    assert [(change.kind, change.name, change.before, change.after) for change in result.tensors] == [
        ("moved", "Feats", "offset 0", "offset 16"),
        ("moved", "State_c0", "offset 24", "offset 0"),
    ]
    head, mark, tail = spec.text().partition("struct in_out {\n")
    members = tail.split("\n")
    other = head + mark + "\n".join([members[1], members[0], *members[2:]])
    result = compare(spec.data(), other.encode())
    assert [(change.kind, change.name) for change in result.tensors] == [
        ("moved", "in_out.Feats"),
        ("moved", "in_out.State_c0"),
    ]


def test_another_fixed_point_position_is_another_input(apus: bytes) -> None:
    result = compare(apus, apus.replace(b"FEATS_Q 12", b"FEATS_Q 9"))
    assert result.verdict == "changed"
    assert [(change.kind, change.name, change.before, change.after) for change in result.tensors] == [
        ("requantized", "Feats", "dynamic, fractional bits 12", "dynamic, fractional bits 9"),
    ]
    (change,) = compare(apus, apus.replace(b"#define FEATS_Q 12\n", b"")).tensors
    assert change.after is None


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (0.02, "0.02"),
        (0.123456789, "0.12345679"),
        (1e-5, "1e-05"),
        (3.4028234663852886e38, "3.4028235e+38"),
        (float("1e39"), "1e+39"),
    ],
)
def test_a_scale_is_told_in_the_fewest_digits_that_mean_it(writers: Any, scale: float, told: str) -> None:
    before = read(writers.nbg().data())
    (tensor,) = before.inputs
    single = scale if scale > 1e38 else struct.unpack("<f", struct.pack("<f", scale))[0]
    after = before._replace(inputs=(tensor._replace(quantization=Quantization("affine", None, single, 128)),))
    (change,) = diff_models(before, after, same_bytes=False).tensors
    assert (change.before, change.after) == (
        "affine, scale 0.5, zero point 128",
        f"affine, scale {told}, zero point 128",
    )


def test_a_tensor_that_is_not_quantized_did_not_change(writers: Any) -> None:
    before = read(writers.nbg(inputs=[writers.nbg_tensor(quantized=0)]).data())
    (tensor,) = before.inputs
    assert tensor.quantization == Quantization("none")
    silent = before._replace(inputs=(tensor._replace(quantization=None),))
    assert diff_models(before, silent, same_bytes=False).tensors == ()
    (change,) = compare(writers.nbg().data(), writers.nbg(inputs=[writers.nbg_tensor(quantized=0)]).data()).tensors
    assert (change.before, change.after) == ("affine, scale 0.5, zero point 128", None)


def test_sizes_of_leo_have_the_names_of_its_arrays(leo: bytes) -> None:
    sizes = {size.name: size.before for size in compare(leo, leo + b"\n").sizes}
    assert sizes["npu_content"] == 40
    assert "cpu_content" in sizes
    assert not sizes.keys() & {"cmd", "data"}


def test_graphs_differ_in_quantization_counts_and_order(writers: Any) -> None:
    one, other = writers.nbg_tensor(), writers.nbg_tensor(scale=0.25, zero_point=3)
    result = compare(
        writers.nbg(inputs=[one]).data(), writers.nbg(inputs=[other], layers=["conv"], operations=[1, 2]).data()
    )
    assert result.verdict == "changed"
    (change,) = result.tensors
    assert (change.before, change.after) == ("affine, scale 0.5, zero point 128", "affine, scale 0.25, zero point 3")
    assert {(fact.name, fact.before, fact.after) for fact in result.facts} == {
        ("nbg.layers", "2", "1"),
        ("nbg.operations", "5", "2"),
    }
    first, second = writers.nbg_tensor("a"), writers.nbg_tensor("b")
    before, after = (writers.nbg(inputs=inputs, trailer=b"") for inputs in ([first, second], [second, first]))
    assert [(change.kind, change.before, change.after) for change in compare(before.data(), after.data()).tensors] == [
        ("moved", "place 0", "place 1"),
        ("moved", "place 1", "place 0"),
    ]
    cut = compare(writers.nbg().data(), writers.nbg().data()[:0x50])
    assert next(fact for fact in cut.facts if fact.name == "nbg.operations").after is None
