"""`graph.json`, which the driver writes with NN_LAYER_DUMP=1: the operations' own names."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from npumon.cli.paths import name_of
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.core.profile import GraphNode

GRAPH_NAME = "graph.json"
#: A longer one is not read.
_LONGEST_GRAPH = 64 << 20


def graph_beside(folders: Iterable[str]) -> tuple[GraphNode, ...]:
    """Read the graph.json in one of the folders; nothing if there is none that can be read."""
    for folder in folders:
        path = os.path.join(folder, GRAPH_NAME)
        if os.path.isfile(path):
            try:
                return _graph(path)
            except (OSError, ValueError, RecursionError):
                continue
    return ()


def named_graph(path: str) -> tuple[GraphNode, ...]:
    """Read the graph.json that was named. Raises `ProblemError` (usage)."""
    try:
        nodes = _graph(path)
    except OSError as error:
        raise _graph_problem(path, f"cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError):
        raise _graph_problem(path, "is not JSON") from None
    if not nodes:
        raise _graph_problem(path, "describes no operations")
    return nodes


def _graph(path: str) -> tuple[GraphNode, ...]:
    from npumon.core.run.graph_nodes import graph_nodes

    with open(path, "rb") as file:
        data = file.read(_LONGEST_GRAPH + 1)
    return graph_nodes(json.loads(data)) if len(data) <= _LONGEST_GRAPH else ()


def _graph_problem(path: str, why: str) -> ProblemError:
    remedy = "Name the graph.json that the driver writes with NN_LAYER_DUMP=1."
    return ProblemError(Problem("parse.graph", f"{name_of(path)} {why}.", remedy, "usage"))
