"""What the demo board can show: each scenario with a description and the factors that produce it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from npumon.core.problems import Problem, ProblemError
from npumon.core.suggestions import choose

#: How a model program ends: by itself, by a segmentation fault, not at all while silent, or before its first iteration,
#: because its graph cannot be verified.
Ending = Literal["exit", "crash", "hang", "unverified"]

#: The NPU's clock in the public run: 16697255 cycles in 21124 us, an 800 MHz part.
CLOCK_MHZ = 16_697_255 / 21_124


_DUMP = (("NN_LAYER_DUMP", "1"),)


class Scenario(NamedTuple):
    """One thing that can happen on a board.

    `model` names the model that shows it (`models.MODELS`). `execution` multiplies the execution time of every
    operation, `axi` and `ddr` its traffic. `window` multiplies the execution time to give the cycle window of the
    very first iteration (None: the window is hardly longer than the work). `idle` is the idle share of the
    cycles (None: as the model has it). Temperatures are in millidegrees Celsius, the kernel's unit.

    `environment` is what the model's run.sh exports. `files` are microseconds for writing the data of some operations,
    by their number, if NN_LAYER_DUMP asks for it; then `late` is an operation whose window ends too late, and by how
    many microseconds. `pace` is how much faster than its own times the program runs, so that nobody waits for them.
    """

    name: str
    sentence: str
    model: str = "inceptionv3"
    execution: float = 1.0
    axi: float = 1.0
    ddr: float = 1.0
    window: float | None = None
    idle: float | None = None
    clock_mhz: float = CLOCK_MHZ
    driver: bool = True
    profiling: bool = True
    garbled: bool = False
    ending: Ending = "exit"
    temperature: int = 45_300
    cooling: int = 0
    environment: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[int, int], ...] = ()
    late: tuple[int, int] | None = None
    pace: float = 1.0


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario("steady", "A warm board on which every run takes about the same time."),
        Scenario(
            "cold",
            "The first run does the same work in a window six times as long, so it looks idle; later runs are warm.",
            window=5.72,
        ),
        Scenario("layers", "A graph that is profiled layer by layer and operation by operation.", "lenet_layers"),
        Scenario("detection", "A detection demo, which prints objects and no times.", "detect_demo_picture"),
        Scenario("ksnn", "A KSNN (Python) example, which prints seconds and its own top-5.", "mobilenet_v1"),
        Scenario(
            "slow-ddr",
            "The NPU moves almost as much as DDR memory can, and waits for it for almost half of the time.",
            execution=2.5,
            axi=0.3,
            ddr=6.1,
            idle=0.42,
        ),
        Scenario(
            "throttled",
            "A hot board on which the NPU runs at some 500 MHz.",
            execution=1.58,
            clock_mhz=CLOCK_MHZ / 1.58,
            temperature=91_700,
            cooling=5,
        ),
        Scenario("driver-missing", "The galcore module is not loaded, so no model can run.", driver=False),
        Scenario("profiling-off", "galcore is loaded without gpuProfiler=1: times, but no counters.", profiling=False),
        Scenario("crash", "The program dies of a segmentation fault in the middle of the counters.", ending="crash"),
        Scenario("hang", "The program falls silent and ignores SIGTERM, and so does its child.", ending="hang"),
        Scenario("garbled", "Binary garbage, colours and messages between the lines of a good run.", garbled=True),
        Scenario(
            "camera", "A camera demo, which finds objects in frame after frame until it is stopped.", "yolov3_cap"
        ),
        Scenario(
            "graph",
            "A quantised graph of 33 operations, profiled one by one, on NN core, tensor processor and shader core.",
            "yolov3_tiny",
            clock_mhz=800.0,
        ),
        Scenario(
            "graph-float",
            "The same network as floats: eight convolutions run on the shader core and take nearly all the time.",
            "yolov3_tiny_float",
            clock_mhz=800.0,
        ),
        Scenario(
            "dump",
            "NN_LAYER_DUMP=1 writes each operation's data to files: times are those of writing, not of the NPU.",
            "yolov3_tiny",
            clock_mhz=800.0,
            environment=_DUMP,
            pace=4.0,
        ),
        Scenario(
            "wrap",
            "Two dumped operations outlast the NPU's 32-bit cycle counter, whose figures begin again from 0.",
            "yolov3_tiny",
            clock_mhz=800.0,
            environment=_DUMP,
            files=((3, 6_204_118), (20, 7_881_406)),
            pace=8.0,
        ),
        Scenario(
            "late-counters",
            "One operation's window ends 0.58 s too late, and the next one's counters hold that time.",
            "yolov3_tiny",
            clock_mhz=800.0,
            environment=_DUMP,
            files=((3, 5_080_322), (4, 283_570)),
            late=(3, 581_204),
            pace=4.0,
        ),
        Scenario(
            "verify-fails",
            "The graph cannot be verified, and the program gives up before its first iteration.",
            "yolov3_tiny",
            ending="unverified",
        ),
        Scenario(
            "loop",
            "VNN_LOOP_TIME=100 runs a small model a hundred times; the first time takes several times as long.",
            "mnist",
            clock_mhz=800.0,
            environment=(("VNN_LOOP_TIME", "100"),),
        ),
        Scenario(
            "benchmark-model",
            "TensorFlow Lite's benchmark_model, which prints its own figures, and counters without naming operations.",
            "benchmark_model",
            clock_mhz=800.0,
            environment=(("VIV_VX_DEBUG_LEVEL", "0"),),
        ),
        Scenario(
            "session",
            "A shell session that somebody kept: three starts, one of which fails.",
            "session",
            clock_mhz=800.0,
        ),
    )
}


def find_scenario(name: str) -> Scenario:
    """Return the scenario of that name. Raises `ProblemError` (usage) for an unknown one."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise ProblemError(
            Problem(
                "demo.scenario",
                f"There is no demo scenario named {name!r}.",
                choose(name, SCENARIOS),
                "usage",
            )
        )
    return scenario
