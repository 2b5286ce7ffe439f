"""The network that a run executed, as its model file describes it. All text is visible text."""

from __future__ import annotations

from typing import NamedTuple


class NetworkTensor(NamedTuple):
    """An input or output. `shape` is outermost first, empty where the file does not say."""

    name: str
    dtype: str
    shape: tuple[int, ...] = ()


class Network(NamedTuple):
    """A compiled network. What the file does not say is None.

    `target` is the NPU that it was compiled for; `axi_sram_bytes` and `vip_sram_bytes` are what it wants of either
    SRAM. `path` is the file, for reading only.
    """

    name: str | None = None
    target: str | None = None
    inputs: tuple[NetworkTensor, ...] = ()
    outputs: tuple[NetworkTensor, ...] = ()
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    path: str | None = None
