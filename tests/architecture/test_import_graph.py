"""The graph of all imports, those for types included: no circles, no arrows upwards.

The layers stand in pyproject.toml, where import-linter checks them, too; here they are read from there, so that a layer
cannot be forgotten in one of the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Set
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
grimp: Any = pytest.importorskip("grimp", reason="import-linter is not installed: pip install --group lint")

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
Graph = Mapping[str, Set[str]]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """What each module imports, by its name."""
    built = grimp.build_graph("npumon", exclude_type_checking_imports=False, cache_dir=None)
    return {module: built.find_modules_directly_imported_by(module) for module in built.modules}


def contracts() -> list[Any]:
    """The contracts about layers: of the whole package, and of the packages that have layers of their own."""
    found = toml.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    return [contract for contract in found if contract["type"] == "layers"]


def circles(graph: Graph) -> list[list[str]]:
    """The modules that can be reached from themselves, each with all others of its circle."""
    reached = {module: set(_reached(graph, module)) for module in graph}
    found = {
        frozenset(other for other in reached[module] if module in reached[other])
        for module in graph
        if module in reached[module]
    }
    return sorted(map(sorted, found))


def _reached(graph: Graph, start: str) -> Iterator[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for module in graph[ahead.pop()] - seen:
            seen.add(module)
            ahead.append(module)
            yield module


def upwards(graph: Graph, contract: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The imports that go up, or to a sibling of the same layer."""
    (container,) = contract["containers"]
    layer_of = {name.strip(): number for number, layer in enumerate(contract["layers"]) for name in layer.split("|")}

    def part(module: str) -> str | None:
        return module[len(container) + 1 :].partition(".")[0] if module.startswith(f"{container}.") else None

    found = []
    for module, imported in graph.items():
        for other in imported:
            above, below = part(module), part(other)
            if above and below and above != below and layer_of[above] >= layer_of[below]:
                found.append((module, other))
    return sorted(found)


def test_no_module_imports_in_a_circle(graph: Graph) -> None:
    assert circles(graph) == []


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: ",".join(contract["containers"]))
def test_nothing_imports_upwards(graph: Graph, contract: Mapping[str, Any]) -> None:
    assert upwards(graph, contract) == []
    assert contract["exhaustive"], "a new package could stand outside the layers"


def test_a_circle_and_an_arrow_up_would_be_seen() -> None:
    wrong: Graph = {
        "a.top": {"a.low.one"},
        "a.low.one": {"a.low.two"},
        "a.low.two": {"a.low.one", "a.top"},
        "a.alone": {"a.low.one"},
    }
    assert circles(wrong) == [["a.low.one", "a.low.two", "a.top"]]
    layers = {"containers": ["a"], "layers": ["top", "low | alone"]}
    assert upwards(wrong, layers) == [("a.alone", "a.low.one"), ("a.low.two", "a.top")]
