"""graph.json: the operations' own names, of any document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import GraphNode
from npumon.core.run.graph_nodes import graph_nodes, is_depthwise

LAYERS = {  # synthetic, in the form of a public one
    "uid_11": {"op": "LEAKY_RELU", "inputs": ["@uid_4:out0"], "inut_shape": [[416, 416, 16, 1]]},
    "uid_4": {"op": "CONV2D", "name": "conv1_4", "inputs": []},
}
NODES = (GraphNode(11, "LEAKY_RELU", None, ("@uid_4:out0",)), GraphNode(4, "CONV2D", "conv1_4"))


@pytest.mark.parametrize("document", [LAYERS, {"MetaData": {"Name": "graph"}, "Layers": LAYERS}])
def test_layers_are_found_where_they_stand(document: object) -> None:
    assert graph_nodes(document) == NODES


@pytest.mark.parametrize(
    "document",
    [None, [], "uid_1", {}, {1: {}}, {"uid_x": {}}, {"uid_1": 5}, {"uid_1": []}, {"Layers": [LAYERS]}],
)
def test_what_is_no_graph_has_no_nodes(document: object) -> None:
    assert graph_nodes(document) == ()


def test_what_a_node_does_not_say_is_none_and_text_is_made_visible() -> None:
    assert graph_nodes({"uid_1": {"op": 5, "name": "a\x1b[2J", "inputs": "x"}}) == (
        GraphNode(1, None, "a\\x1b[2J"),
    )  # fmt: skip
    (node,) = graph_nodes({"uid_1": {"op": "", "name": "n" * 900, "inputs": ["a", 3, None]}})
    assert (node.op, len(node.name or ""), node.inputs) == (None, 200, ("a",))


def test_a_graph_is_bounded() -> None:
    many = graph_nodes({f"uid_{number}": {} for number in range(20_001)})
    assert len(many) == 20_000


@pytest.mark.parametrize(
    ("node", "depthwise"),
    [
        (None, False),
        (GraphNode(1), False),
        (GraphNode(1, "CONV2D", "conv_dw_1"), False),
        (GraphNode(1, "DEPTHWISE_CONV1D"), True),
        (GraphNode(1, "CONV_RELU", "MobilenetV1/Conv2d_1_depthwise/Relu6"), True),
    ],
)
def test_depthwise_layers_are_told_by_their_words(node: GraphNode | None, depthwise: bool) -> None:
    assert is_depthwise(node) is depthwise


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["uid_1", "op", "name", "inputs", "x"]), inner),
)


@given(JSON)
def test_any_document_is_read(document: object) -> None:
    for node in graph_nodes(document):
        assert (node.op or "").isprintable()
        assert (node.name or "").isprintable()
