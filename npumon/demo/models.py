"""The demo board's models: where they are, how they are started, and what one inference of each costs.

inceptionv3 has the figures of the run in the vendor's performance document; all other figures are made up.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from npumon.core.profile import Detection, TilingRow, TopEntry
from npumon.demo.graphs import GraphCost, yolov3_tiny
from npumon.demo.tiling import NBG_ROWS

_DEMOS = "aml_npu_demo_binaries"
_KSNN = "ksnn/examples"

#: What a program prints: a C demo's times, a C detection demo's objects, a KSNN example once, or frame after frame, the
#: figures of benchmark_model, or a whole shell session that somebody kept.
Kind = Literal["times", "objects", "ksnn", "camera", "benchmark", "session"]


class Cost(NamedTuple):
    """What one operation takes on a steady board. Traffic is in millionths of a MByte, `idle` is a share."""

    layer_id: int
    name: str
    operation_index: int
    operation: str
    target: str
    execution_us: int
    axi_read: int
    axi_write: int
    ddr_read: int
    ddr_write: int
    idle: float


class DemoModel(NamedTuple):
    """A model on the demo board.

    `folder` is relative to the home folder, `files` (synthetic networks and placeholders) and `program` to `folder`.
    `run_line` is what its run.sh runs; None for one without run.sh. `create_us` and `verify_us` are microseconds.
    `labelled` says that its classes are those of the labels file. `overhead_us` is an iteration minus its window,
    `first_us` what the first one takes more, and `between_us` passes after each iteration. `uncounted_us` is the part
    of the window that the cycle counters miss.
    """

    name: str
    kind: Kind
    folder: str
    program: str
    run_line: str | None
    files: tuple[str, ...]
    costs: tuple[Cost | GraphCost, ...]
    create_us: int = 0
    verify_us: int | None = None
    top: tuple[TopEntry, ...] = ()
    objects: tuple[Detection, ...] = ()
    labelled: bool = False
    overhead_us: int = 485
    first_us: int = 0
    between_us: int = 0
    uncounted_us: int = 0

    @property
    def tiling(self) -> tuple[TilingRow, ...]:
        """The rows of its VerifyTiling table."""
        if self.costs[0].name == "network_binary_graph":
            return NBG_ROWS
        return tuple(each.row for each in self.costs if isinstance(each, GraphCost))

    @property
    def layered(self) -> bool:
        """True for a graph whose operations are known in all detail."""
        return isinstance(self.costs[0], GraphCost)


def _top(*classes: tuple[int, float]) -> tuple[TopEntry, ...]:
    return tuple(TopEntry(rank, index, score) for rank, (index, score) in enumerate(classes, 1))


def _graph(execution_us: int, axi: tuple[int, int], ddr: tuple[int, int], idle: float) -> tuple[Cost, ...]:
    """Return a network binary graph: one block for the whole network. The driver's text misspells `unkown`."""
    names = (0, "network_binary_graph", 0, "unkown operation type", "unkown operation target")
    return (Cost(*names, execution_us, *axi, *ddr, idle),)


def _operation(layer_id: int, name: str, index: int, operation: str, execution_us: int, kbyte: int) -> Cost:
    """Return an operation of a layered graph; its engine follows from what it does."""
    target = {"CONVOLUTION": "NN", "FULLYCONNECTED": "NN", "POOLING": "TP", "RESHUFFLE": "TP"}.get(operation, "SH")
    return Cost(
        layer_id,
        name,
        index,
        f"VXNNE_OPERATOR_{operation}",
        f"VXNNE_OPERATION_TARGET_{target}",
        execution_us,
        kbyte * 611,
        kbyte * 207,
        kbyte * 389,
        kbyte * 93,
        0.03 if target == "NN" else 0.11,
    )


_QUANTISED = yolov3_tiny(quantised=True)

MODELS: dict[str, DemoModel] = {
    model.name: model
    for model in (
        DemoModel(
            "inceptionv3",
            "times",
            f"{_DEMOS}/inceptionv3/VIM3",
            "inceptionv3",
            "./inceptionv3 inception_v3.nb ../goldfish_299x299.jpg",
            ("inception_v3.nb", "../goldfish_299x299.jpg"),
            _graph(20_845, (30_981_305, 14_130_429), (40_722_075, 3_680_220), 296_080 / 16_697_255),
            create_us=59_455,
            verify_us=823,
            top=_top((2, 0.833984), (795, 0.009102), (974, 0.003592), (408, 0.002207), (393, 0.002111)),
            labelled=True,
        ),
        DemoModel(
            "lenet_layers",
            "times",
            f"{_DEMOS}/lenet_layers",
            "lenet",
            "./lenet lenet.export.data digit_28x28.jpg",
            ("lenet.export.data", "digit_28x28.jpg"),
            (
                _operation(0, "conv1", 0, "RESHUFFLE", 41, 310),
                _operation(0, "conv1", 1, "CONVOLUTION", 362, 1_420),
                _operation(1, "pool1", 0, "POOLING", 118, 890),
                _operation(2, "conv2", 0, "CONVOLUTION", 655, 2_760),
                _operation(2, "conv2", 1, "ACTIVATION", 97, 560),
                _operation(3, "ip1", 0, "FULLYCONNECTED", 1_204, 5_130),
                _operation(4, "prob", 0, "SOFTMAX", 213, 40),
            ),
            create_us=8_120,
            verify_us=31_877,
            top=_top((7, 0.996094), (9, 0.002441), (2, 0.000977), (3, 0.000244), (-1, 0.0)),
        ),
        DemoModel(
            "yolov3_tiny",
            "times",
            f"{_DEMOS}/yolov3_tiny",
            "yolov3tiny",
            "./yolov3tiny yolov3tiny.export.data dog_416x416.jpg",
            ("yolov3tiny.export.data", "dog_416x416.jpg"),
            _QUANTISED,
            create_us=214_702,
            verify_us=388_209,
            top=_top((16_871, 0.957031), (4_204, 0.945312), (16_884, 0.921875), (4_191, 0.882812), (57_320, 0.835938)),
        ),
        DemoModel(
            "yolov3_tiny_float",
            "times",
            f"{_DEMOS}/yolov3_tiny_float",
            "yolov3tiny",
            "./yolov3tiny yolov3tiny_float.export.data dog_416x416.jpg",
            ("yolov3tiny_float.export.data", "dog_416x416.jpg"),
            yolov3_tiny(quantised=False),
            create_us=251_466,
            verify_us=611_940,
            top=_top((16_871, 0.961426), (4_204, 0.943848), (16_884, 0.918945), (4_191, 0.885742), (57_320, 0.837402)),
        ),
        DemoModel(
            "mnist",
            "times",
            f"{_DEMOS}/mnist",
            "mnist",
            "./mnist mnist.nb two_28x28.jpg",
            ("mnist.nb", "two_28x28.jpg"),
            _graph(152, (31_204, 9_118), (402_771, 6_044), 0.04),
            create_us=12_004,
            verify_us=911,
            top=_top((2, -0.196713), (3, -3.250947), (7, -4.192235), (1, -8.156413), (0, -8.609118)),
            overhead_us=41,
            first_us=1_163,
            between_us=74,
            uncounted_us=252,
        ),
        DemoModel(
            "benchmark_model",
            "benchmark",
            "benchmark_model",
            "benchmark_model",
            "./benchmark_model --graph=yolov3_tiny.tflite --num_runs=50 --external_delegate_path=libvx_delegate.so",
            ("yolov3_tiny.tflite", "libvx_delegate.so"),
            _QUANTISED,
            create_us=33_207,
            first_us=640_118,
        ),
        DemoModel(
            "session",
            "session",
            "session",
            "show",
            "./show session.txt",
            ("session.txt",),
            _QUANTISED,
            create_us=214_702,
            verify_us=388_209,
        ),
        DemoModel(
            "detect_demo_picture",
            "objects",
            f"{_DEMOS}/detect_demo_picture",
            "detect_demo_x11",
            "./detect_demo_x11 -m 2 -p 1080p.bmp",
            ("1080p.bmp",),
            _graph(34_210, (51_204_118, 22_870_406), (61_933_207, 8_114_926), 0.03),
            create_us=91_340,
            objects=(
                Detection(number=0, left=117.0, top=141.0, right=568.0, bottom=432.0),
                Detection(number=1, left=131.0, top=213.0, right=309.0, bottom=541.0),
                Detection(number=2, left=466.0, top=76.0, right=688.0, bottom=169.0),
            ),
        ),
        DemoModel(
            "mobilenet_v1",
            "ksnn",
            f"{_KSNN}/mobilenet_v1",
            "mobilenet_v1.py",
            None,
            ("models/VIM3/mobilenet_v1.nb", "libs/libnn_mobilenet_v1.so", "data/goldfish_224x224.jpg"),
            _graph(4_812, (9_614_208, 4_020_731), (7_338_114, 1_206_355), 0.06),
            create_us=35_961,
            top=_top((2, 0.93457), (122, 0.01482), (29, 0.00734), (124, 0.00613), (393, 0.00402)),
            labelled=True,
        ),
        DemoModel(
            "yolov3_cap",
            "camera",
            f"{_KSNN}/yolov3_cap",
            "yolov3-cap.py",
            "python3 yolov3-cap.py --model models/VIM3/yolov3.nb --library libs/libnn_yolov3.so --device 0 --level 2",
            ("models/VIM3/yolov3.nb", "libs/libnn_yolov3.so"),
            _graph(33_905, (50_310_662, 21_447_180), (60_271_938, 7_902_414), 0.04),
            create_us=88_502,
            objects=(
                Detection(None, "person", 0.9, 117.5, 41.25, 268.5, 432.0),
                Detection(None, "bicycle", 0.74, 131.0, 213.75, 309.0, 341.5),
            ),
        ),
    )
}

#: The classes that the demo models print, by their line in the labels file; ImageNet's, shifted by the dummy.
LABELS = {0: "dummy", 1: "tench", 2: "goldfish", 3: "great white shark", 4: "tiger shark"}
LABEL_COUNT = 1_001
LABELS_FILE = "imagenet_slim_labels.txt"


def labels() -> str:
    """Return the labels file: line n (from 0) names class n."""
    return "".join(f"{LABELS.get(number, f'class {number}')}\n" for number in range(LABEL_COUNT))
