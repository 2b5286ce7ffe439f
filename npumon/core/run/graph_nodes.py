"""The nodes of `graph.json`, which the driver writes beside a run with NN_LAYER_DUMP=1: operations' own names.

Its layers have keys such as `uid_11` and hold `"op": "LEAKY_RELU", "inputs": ["@uid_4:out0"], "inut_shape": [...]`
(the key is spelt so); their uid is that of the log's `uid:` lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npumon.core.profile import GraphNode
from npumon.core.text import visible

_UID = re.compile(r"@?uid_(\d{1,9})")
#: A graph with more nodes than this is cut, and so is a longer text in it.
_MOST_NODES = 20_000
_LONGEST = 200


def graph_nodes(document: object) -> tuple[GraphNode, ...]:
    """Read the nodes of a parsed graph.json, wherever its layers stand; nothing of a document that has none."""
    nodes: dict[int, GraphNode] = {}
    for key, value in _members(document):
        found = _UID.fullmatch(key)
        if found and isinstance(value, dict) and len(nodes) < _MOST_NODES:
            uid = int(found[1])
            nodes.setdefault(uid, _node(uid, value))
    return tuple(nodes.values())


def is_depthwise(node: GraphNode | None) -> bool:
    """Return whether the node's kind or name says that each of its kernels sees one channel."""
    return node is not None and any("depthwise" in text.lower() for text in (node.op, node.name) if text)


def _members(document: object) -> Iterator[tuple[str, object]]:
    """Yield the members of the document and of the objects in it: layers stand at its top or below `Layers`."""
    if not isinstance(document, dict):
        return
    for key, value in document.items():
        if not isinstance(key, str):
            continue
        yield key, value
        if isinstance(value, dict) and not _UID.fullmatch(key):
            yield from ((name, inner) for name, inner in value.items() if isinstance(name, str))


def _node(uid: int, layer: dict[object, object]) -> GraphNode:
    inputs = layer.get("inputs")
    texts = inputs if isinstance(inputs, list) else []
    return GraphNode(
        uid,
        _text(layer.get("op")),
        _text(layer.get("name")),
        tuple(text for text in map(_text, texts[:100]) if text is not None),
    )


def _text(value: object) -> str | None:
    return visible(value[:_LONGEST]) if isinstance(value, str) and value else None
