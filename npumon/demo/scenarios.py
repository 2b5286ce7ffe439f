"""What the demo board can show: each scenario with a description and the factors that produce it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from npumon.core.problems import Problem, ProblemError

#: How a model program ends: by itself, by a segmentation fault, not at all while silent, or not at all while busy.
Ending = Literal["exit", "crash", "hang"]

#: The NPU's clock in the public run: 16697255 cycles in 21124 us, an 800 MHz part.
CLOCK_MHZ = 16_697_255 / 21_124


class Scenario(NamedTuple):
    """One thing that can happen on a board.

    `model` names the model that shows it (`models.MODELS`). `execution` multiplies the execution time of every
    operation, `axi` and `ddr` its traffic. `window` multiplies the execution time to give the cycle window of the
    very first iteration (None: the window is hardly longer than the work). `idle` is the idle share of the
    cycles (None: as the model has it). Temperatures are in millidegrees Celsius, the kernel's unit.
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
            "The NPU waits for DDR memory for almost half of the time.",
            execution=2.5,
            axi=0.3,
            ddr=2.2,
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
                f"Choose one of {', '.join(SCENARIOS)}.",
                "usage",
            )
        )
    return scenario
