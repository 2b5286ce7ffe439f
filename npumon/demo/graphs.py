"""The operations of the demo board's layered graphs: made-up costs of a network like YOLOv3-tiny on 416 x 416 pictures.

Quantised, its convolutions run on the NN core at the rates that a public log proves for kernels of such shapes (196 to
1,485 MAC per busy cycle), activations and pooling on the TP. As floats, the later convolutions run on the shader core
as pairs, image to columns and multiply, at some 4.2 MAC per busy cycle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from npumon.core.profile import TargetKind, TilingRow

Shape = tuple[int, int, int]

#: Cycles of a microsecond at the nominal clock.
_MHZ = 800
#: Bytes that the TP and the shader core handle in a cycle, and MACs of a multiply on the shader core.
_TP_RATE, _SH_RATE, _SH_MAC_RATE = 3.6, 1.6, 4.2


class GraphCost(NamedTuple):
    """An operation of a layered graph on a steady board.

    `busy_us` is the time in which the engine works at the nominal clock, `read` and `written` are bytes from and to DDR
    memory. `row` is its line in the VerifyTiling table, `op` what it is in the original graph; None for a helper.
    """

    layer_id: int
    name: str
    operation_index: int
    operation: str
    target: str
    uid: int
    shader: str | None
    busy_us: float
    read: int
    written: int
    row: TilingRow
    op: str | None


class _Convolution(NamedTuple):
    """A convolution with what follows it. `rate` is its MAC per cycle on the NN core if quantised, twice that of
    floats; `packed` is the compressed share of its kernel."""

    into: Shape
    channels: int
    kernel: int
    rate: int
    packed: float
    leaky: bool = True
    pool: Literal[0, 1, 2] = 0


#: The network up to its first output, and from there to the second one.
_TRUNK = (
    _Convolution((416, 416, 3), 16, 3, 196, 0.71, pool=2),
    _Convolution((208, 208, 16), 32, 3, 570, 0.62, pool=2),
    _Convolution((104, 104, 32), 64, 3, 902, 0.66, pool=2),
    _Convolution((52, 52, 64), 128, 3, 1_180, 0.58, pool=2),
    _Convolution((26, 26, 128), 256, 3, 1_420, 0.64, pool=2),
    _Convolution((13, 13, 256), 512, 3, 1_310, 0.69, pool=1),
    _Convolution((13, 13, 512), 1_024, 3, 1_485, 0.94),
    _Convolution((13, 13, 1_024), 256, 1, 760, 0.81),
    _Convolution((13, 13, 256), 512, 3, 1_290, 0.74),
    _Convolution((13, 13, 512), 255, 1, 540, 0.83, leaky=False),
)
_BRANCH = (
    _Convolution((26, 26, 384), 256, 3, 1_460, 0.91),
    _Convolution((26, 26, 256), 255, 1, 880, 0.84, leaky=False),
)
_NARROWED = _Convolution((13, 13, 256), 128, 1, 310, 0.79)
#: In the float network, convolutions from this one on are left to the shader core.
_FIRST_ON_SH = 5
#: Helper layers are numbered after those of the network, and run between them.
_FIRST_HELPER = 22


def yolov3_tiny(*, quantised: bool) -> tuple[GraphCost, ...]:
    """Return the network's operations in run order, with integers of 8 bits or floats of 16."""
    graph = _Graph(1 if quantised else 2)
    graph.helper("TensorTranspose", "TENSOR_TRANS", "TP", (416, 416, 3), (416, 416, 3))
    for number, each in enumerate(_TRUNK):
        graph.convolution(each, on_sh=not quantised and number >= _FIRST_ON_SH)
    graph.convolution(_NARROWED, on_sh=not quantised)
    graph.helper("TensorScale", None, "SH", (13, 13, 128), (26, 26, 128), "Resize")
    for each in _BRANCH:
        graph.convolution(each, on_sh=not quantised)
    return tuple(graph.costs)


class _Graph:
    """Collects operations, numbering layers, nodes and the operations themselves."""

    def __init__(self, element_bytes: int) -> None:
        self.costs: list[GraphCost] = []
        self._bytes = element_bytes
        self._layer = 0
        self._helper = _FIRST_HELPER
        self._uid = 4

    def convolution(self, conv: _Convolution, *, on_sh: bool) -> None:
        width, height, channels = conv.into
        shape = (width, height, conv.channels)
        weights = conv.kernel**2 * channels * conv.channels * self._bytes
        macs = width * height * conv.kernel**2 * channels * conv.channels
        layer, self._layer = self._layer, self._layer + 1
        self._uid += 1
        if on_sh:
            columns = (conv.kernel**2 * channels, width * height, 1)
            self._add(layer, "ConvolutionLayer", 0, "CONVOLUTION", "SH", conv.into, columns, "ImageToColumns")
            cycles = macs / _SH_MAC_RATE
            self._add(
                layer,
                "ConvolutionLayer",
                1,
                "CONVOLUTION",
                "SH",
                columns,
                shape,
                "Multiply",
                cycles=cycles,
                weights=weights,
            )
        else:
            name = "ConvolutionReluPoolingLayer2"
            index = 0
            if channels == 3:  # pictures are rearranged for the NN core first
                self._add(layer, name, 0, "RESHUFFLE", "TP", conv.into, conv.into, uid=-1)
                index = 1
            self._add(
                layer,
                name,
                index,
                "CONVOLUTION",
                "NN",
                conv.into,
                shape,
                cycles=macs * self._bytes / conv.rate,
                weights=weights,
                conv=conv,
            )
        if conv.leaky:
            self.helper("LeakyReluLayer", "ACTIVATION", "SH" if on_sh else "TP", shape, shape, "LeakyRelu")
        if conv.pool:
            pooled = (width // conv.pool, height // conv.pool, conv.channels)
            self.helper("PoolingLayer2", "POOLING", "TP", shape, pooled)

    def helper(
        self, name: str, operation: str | None, target: TargetKind, into: Shape, out: Shape, shader: str | None = None
    ) -> None:
        layer, self._helper = self._helper, self._helper + 1
        self._uid += 1
        self._add(layer, name, 0, operation, target, into, out, shader)

    def _add(
        self,
        layer: int,
        name: str,
        index: int,
        operation: str | None,
        target: TargetKind,
        into: Shape,
        out: Shape,
        shader: str | None = None,
        *,
        cycles: float | None = None,
        weights: int = 0,
        conv: _Convolution | None = None,
        uid: int | None = None,
    ) -> None:
        number = len(self.costs)
        read, written = (shape[0] * shape[1] * shape[2] * self._bytes for shape in (into, out))
        if cycles is None:
            cycles = max(read, written) / (_TP_RATE if target == "TP" else _SH_RATE)
        row = TilingRow(
            number,
            target,
            (*into, 1),
            (*out, 1),
            read,
            written,
            parents=(number - 1,) if number else (),
            children=(number + 1,),
            memory_in="DD",
            memory_out="DD",
            image_cache_bytes=0,
            kernel_cache_bytes=0,
        )
        if conv is not None:
            estimated = weights + weights // 40 + 64
            packed = round(estimated * conv.packed)
            row = row._replace(
                kernel_shape=(conv.kernel, conv.kernel, conv.into[2]),
                kernel_bytes_estimated=estimated,
                kernel_bytes=packed,
                kernel_cache_bytes=packed,
                kernel_type="DD",
                pad=(conv.kernel // 2, conv.kernel // 2),
            )
            weights = packed
        kinds = "I8toI8" if self._bytes == 1 else "F16toF16"
        self.costs.append(
            GraphCost(
                layer,
                name,
                index,
                "unkown operation type" if operation is None else f"VXNNE_OPERATOR_{operation}",
                f"VXNNE_OPERATION_TARGET_{target}",
                self._uid if uid is None else uid,
                f"vxDemo{shader}_{kinds}_opt" if target == "SH" else None,
                cycles / _MHZ,
                read + weights,
                written,
                row,
                None if uid is not None else _OPS.get(operation or name),
            )
        )


#: What operations are called in graph.json.
_OPS = {
    "ACTIVATION": "LEAKY_RELU",
    "CONVOLUTION": "CONV2D",
    "POOLING": "POOL",
    "TENSOR_TRANS": "PERMUTE",
    "TensorScale": "RESIZE",
}


def graph_json(costs: Iterable[NamedTuple]) -> str:
    """Return the file that NN_LAYER_DUMP leaves beside the log: the nodes of the original graph by their `uid`. The
    key of the shapes is misspelt there."""
    import json  # few programs need it

    nodes: dict[str, object] = {}
    source = "@input_0:out0"
    for cost in costs:
        if isinstance(cost, GraphCost) and cost.op:
            nodes[f"uid_{cost.uid}"] = {
                "op": cost.op,
                "inputs": [source],
                "inut_shape": [[*cost.row.input_shape]],
                "outputs": ["out0"],
                "output_shape": [[*cost.row.output_shape]],
            }
            source = f"@uid_{cost.uid}:out0"
    return json.dumps({"Layers": nodes}, indent=1) + "\n"
