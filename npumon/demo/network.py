"""The demo models' network files: synthetic graphs in Vivante's format, of a few kilobytes and without weights.

Inputs, outputs and the SRAM that they ask for are plausible for the networks whose names they bear; everything else is
made up, and the bytes in the place of the weights say so. Layout: VeriSilicon's NBG parser in TIM-VX, for format
version 0x0001000f; everything is little-endian.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from npumon.core.chips import CHIPS

_VERSION = 0x0001000F
#: The PID of each board's NPU.
_PIDS = {chip.board: chip.pid for chip in CHIPS if chip.board is not None}
_NAME_BYTES = 64
_FEATURES_BYTES = 256
_DIMENSIONS = 6
_POOL_ALIGNMENT = 64
#: What files for the VIM3 ask for.
_AXI_SRAM_BYTES, _VIP_SRAM_BYTES = 1_048_320, 524_288
_AXI_SRAM_BASE = 0xFF000000
#: The format has 16 tables; those from the seventh on are empty here.
_TABLES = 16
#: Element types and operations by their numbers in the format.
_FORMATS = {"float16": 1, "uint8": 2}
_AFFINE = 2
_INIT, _SH, _NN, _TP, _END = 0xFFFF, 1, 2, 3, 0xFFFE


class DemoTensor(NamedTuple):
    """An input or output; `shape` is outermost first.

    If `scale` is set, real = (stored - `zero_point`) * `scale`.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float | None = None
    zero_point: int = 0


class DemoNetwork(NamedTuple):
    """What a network file says. `convolutions` is how many operations the NN engine has in it."""

    name: str
    inputs: tuple[DemoTensor, ...]
    outputs: tuple[DemoTensor, ...]
    convolutions: int
    pool_bytes: int


def _picture(size: int) -> tuple[DemoTensor, ...]:
    return (DemoTensor("input", "uint8", (1, 3, size, size), 0.0078125, 128),)


_DIGITS = (DemoTensor("output", "float16", (1, 10)),)
_CLASSES = (DemoTensor("softmax", "float16", (1, 1001)),)
_BOXES = tuple(DemoTensor(f"boxes_{size}", "uint8", (1, 255, size, size), 0.125, 160) for size in (13, 26, 52))

#: By the name of the file.
NETWORKS = {
    "inception_v3.nb": DemoNetwork("inception_v3", _picture(299), _CLASSES, 95, 1_382_976),
    "mnist.nb": DemoNetwork("mnist", (DemoTensor("input", "uint8", (1, 1, 28, 28), 0.00390625, 0),), _DIGITS, 4, 9_216),
    "mobilenet_v1.nb": DemoNetwork("mobilenet_v1", _picture(224), _CLASSES, 28, 802_816),
    "yolov3.nb": DemoNetwork("yolov3", _picture(416), _BOXES, 75, 5_537_792),
}


def network_bytes(network: DemoNetwork, variant: str) -> bytes:
    """Return the file of a network compiled for a board, VIM3 or VIM3L."""
    kinds = [_INIT, *[_NN, _TP] * network.convolutions, _SH, _END]
    blob = f"npumon demo: synthetic, stands for the weights of {network.name}\n".encode()
    filled = (
        b"".join(map(_tensor, network.inputs)),
        b"".join(map(_tensor, network.outputs)),
        _name(network.name) + bytes(12),
        b"".join(struct.pack("<6I", kind, 0, 0, 0, 0, 0) for kind in kinds),
        struct.pack("<2I", 0, len(blob)),
        blob,
    )
    tables = filled + (b"",) * (_TABLES - len(filled))
    head = b"".join(
        (
            b"VPMN",
            struct.pack("<2I", _VERSION, _PIDS[variant]),
            _name(network.name),
            struct.pack("<4I", 1, len(kinds), len(network.inputs), len(network.outputs)),
            bytes(_FEATURES_BYTES),
            struct.pack("<3I", network.pool_bytes, _POOL_ALIGNMENT, 0),
            struct.pack("<2I", _AXI_SRAM_BASE, _AXI_SRAM_BYTES),
            struct.pack("<2I", 0, _VIP_SRAM_BYTES),
        )
    )
    position = len(head) + 8 * _TABLES
    directory = b""
    for table in tables:
        directory += struct.pack("<2I", position, len(table))
        position += len(table)
    return head + directory + b"".join(tables) + _trailer(network)


def _name(text: str) -> bytes:
    return text.encode().ljust(_NAME_BYTES, b"\0")


def _tensor(tensor: DemoTensor) -> bytes:
    sizes = [*reversed(tensor.shape), *[0] * (_DIMENSIONS - len(tensor.shape))]
    kind, scale = (0, 0.0) if tensor.scale is None else (_AFFINE, tensor.scale)
    shape = struct.pack(f"<{1 + _DIMENSIONS}I", len(tensor.shape), *sizes)
    return (
        shape + struct.pack("<3IifI", _FORMATS[tensor.dtype], 0, kind, 0, scale, tensor.zero_point) + _name(tensor.name)
    )


def _trailer(network: DemoNetwork) -> bytes:
    """Return the names of the tensors in the original graph, outputs first, and the order in which programs number
    them."""
    tensors = network.outputs + network.inputs
    first = len(network.outputs)
    names = "".join(f"{tensor.name},{place}:" for place, tensor in enumerate(tensors))
    inputs = "".join(f"input,{slot},{first + slot}:" for slot in range(len(network.inputs)))
    outputs = "".join(f"output,{slot},{slot}:" for slot in range(first))
    return f"tensorname:{names}customer:{inputs}{outputs}".encode()
