from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.description import ModelFile
from npumon.modelfile.diff import SENTENCES, ModelDiff, SizeChange, diff_models, equal_prefix
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
    assert [(content.role, content.same, content.equal_prefix_bytes) for content in result.contents] == [
        ("cmd", True, 12),
        ("weight", False, 20),
        ("ops", True, 0),
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


def test_a_size_that_is_missing_has_no_difference() -> None:
    assert (SizeChange("npu", None, 5).delta, SizeChange("npu", 0, 5).percent) == (None, None)


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(0, 3))
def test_the_equal_prefix_is_the_longest(left: bytes, right: bytes, blocks: int) -> None:
    common = bytes(40_000 * blocks)
    length = equal_prefix(common + left, common + right)
    one, other = common + left, common + right
    assert one[:length] == other[:length]
    assert length == min(len(one), len(other)) or one[length] != other[length]
