"""The demo board's model programs: they print a run as the C demos and the KSNN examples do, at the board's pace.

They read what the real ones read (VNN_LOOP_TIME, VIV_VX_PROFILE, VIV_VX_DEBUG_LEVEL, CNN_PERF, NN_LAYER_DUMP,
VSI_NN_LOG_LEVEL, KSNN's `--level`, gpuProfiler of the board), keep the board's device node open while they run, and
take their text from `writer`, so that it cannot drift from what the parser reads.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.state import RunState
from npumon.demo import galcore, reported, tree, writer
from npumon.demo.blocks import iteration_blocks
from npumon.demo.dialect import BENCHMARK, C_DEMO, KSNN, LAYERED, Dialect
from npumon.demo.endings import crash, hang, name_process, resist
from npumon.demo.figures import TOTAL_OVER_ELAPSED, SyntheticRun
from npumon.demo.graphs import graph_json
from npumon.demo.models import MODELS, DemoModel, Kind
from npumon.demo.scenarios import SCENARIOS, Scenario
from npumon.demo.stdio import Stdio, behave_like_c, number

#: Even without delays a camera has a frame rate; seconds.
_FRAME_S = 0.005
_FAILED = 255


def main(arguments: Sequence[str]) -> int:
    """Run the model: `BOARD SCENARIO SEED SPEED MODEL ARG…`. The status is 255 for an error, as it is with the real
    demos."""
    behave_like_c()
    board, scenario, seed, speed, model, *own = arguments
    program = DemoProgram(Path(board), SCENARIOS[scenario], int(seed), float(speed), MODELS[model], own)
    try:
        status = program.run()
        program.stdio.flush()
    except OSError as error:
        if Path(board).exists():  # otherwise the demo has ended, and its folder was removed
            program.stdio.error(f"E [main:64]the demo board failed: {error}\n".encode("utf-8", "backslashreplace"))
        return _FAILED
    return status


def next_run(board: Path) -> int:
    """Return the number of this run on this board, from 0; two programs that start at once get different ones."""
    with open(board / "runs", "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        run = int(file.read() or 0)
        file.truncate(0)
        file.write(str(run + 1))
    return run


class DemoProgram:
    """One run of one model."""

    def __init__(
        self, board: Path, scenario: Scenario, seed: int, speed: float, model: DemoModel, arguments: Sequence[str]
    ) -> None:
        self.stdio = Stdio()
        self._board = board
        self._root = board / "root"
        self._scenario = scenario
        self._seed = seed
        self._speed = speed
        self._model = model
        self._arguments = arguments
        level = self._level()
        self._debug = max(number(os.environ.get("VIV_VX_DEBUG_LEVEL"), 0), level) >= 1
        asked = number(os.environ.get("VIV_VX_PROFILE"), 0) >= 1 or level >= 2
        self._profile = asked and galcore.is_profiling(self._root)
        self._timed = self._debug and number(os.environ.get("CNN_PERF"), 0) >= 1
        self._dumping = number(os.environ.get("NN_LAYER_DUMP"), 0) >= 1 and model.layered
        self._loops = max(1, number(os.environ.get("VNN_LOOP_TIME"), 1))
        self._together = False
        self._commands = False
        self._noise: Any = None
        self._prints = itertools.count(1)

    def run(self) -> int:
        """Do everything between start and end; return the exit status."""
        refusal = self._refusal()
        if refusal is not None:
            self.stdio.error(f"E [main:128]{refusal}\n".encode("utf-8", "backslashreplace"))
            return _FAILED
        if self._model.kind == "times" and len(self._arguments) < 2:
            self.stdio.out(f"Usage: ./{self._model.program} data_file inputs...\n".encode())
            return _FAILED
        run = next_run(self._board)
        figures = self._figures(run)
        if self._scenario.garbled:
            from random import Random

            from npumon.demo.noise import Noise

            self._noise = Noise(Random(f"{self._seed}/noise/{run}"))
        name_process(self._model.program)
        with open(self._root / "dev/galcore", "r+b") as self._device:
            galcore.users(self._root)
            if self._scenario.ending == "hang":
                resist(self._board)
            status = self._infer(figures, run)
        galcore.users(self._root)
        return status

    def _figures(self, run: int) -> SyntheticRun:
        return SyntheticRun(self._model, self._scenario, self._seed, run, dumping=self._dumping)

    def _infer(self, figures: SyntheticRun, run: int) -> int:
        """Do the work; return the exit status."""
        if number(os.environ.get("VSI_NN_LOG_LEVEL"), 2) >= 3:
            self.stdio.error(f"I [main:141]{self._model.name} on the demo board\n".encode())
        if self._scenario.ending == "unverified":
            return self._fail_to_verify(figures)
        kinds: dict[Kind, Callable[[SyntheticRun, int], None]] = {
            "times": self._times,
            "objects": self._objects,
            "ksnn": self._ksnn,
            "camera": self._camera,
            "benchmark": self._benchmark,
            "session": self._session,
        }
        kinds[self._model.kind](figures, run)
        return 0

    # -- the kinds of programs -------------------------------------------------------------------------------------

    def _times(self, figures: SyntheticRun, run: int) -> None:
        spoken = C_DEMO if self._model.name == "inceptionv3" else LAYERED
        dialect = spoken._replace(threads=self._debug)
        start = self._start(figures)._replace(verify_us=figures.verify_us, loops=self._loops)
        if self._commands:
            operations = self._figures(run).iteration(1).operations
            start = start._replace(command_dump=True, operations=operations)
        self._print(writer.opening(start, dialect, self._prints))
        if self._dumping:
            Path("graph.json").write_text(graph_json(self._model.costs), encoding="utf-8")
        total_us = float(TOTAL_OVER_ELAPSED)
        for index in range(1, self._loops + 1):
            iteration = self._next(figures, index)
            total_us += (iteration.elapsed_us or 0.0) + self._model.between_us
            block = writer.iteration(iteration, dialect, self._prints, dumped=self._dumping)
            if self._scenario.ending != "exit" and index == 1 + run % self._loops:
                self._break_off(block)
            self._print([block])
        average_us = round(total_us / self._loops, 2)
        size, top = len(self._model.top), self._model.top
        state = RunState(phase="done", total_us=total_us, average_us=average_us, top_size=size, top=top)
        state = state._replace(cnn_perf=self._timed)
        self._print(writer.closing(state, dialect, self._prints))

    def _fail_to_verify(self, figures: SyntheticRun) -> int:
        state = self._start(figures)._replace(phase="verifying", axi_sram_bytes=None, vip_sram_bytes=None, tiling=())
        self._print(writer.opening(state, LAYERED._replace(threads=self._debug), self._prints))
        self._complain('Node 0x55a1b2c3d4("conv6"): No.3 parameter is required but not supplied')
        self._complain("E [vnn_VerifyGraph:85]CHECK STATUS(-4:The given graph is not valid)\n")
        self._complain("E [main:171]CHECK STATUS(-1:A generic error)\n")
        return _FAILED

    def _benchmark(self, figures: SyntheticRun, run: int) -> None:
        """Run once to warm up and then many times. Its times are the caller's, not the driver's."""
        for line in reported.BENCHMARK_OPENING:
            self._print([writer.Block([line.format(graph=self._model.files[0])])])
        self._print([writer.Block([reported.announced_line(1, 0.5)], figures.create_us)])
        times = self._inferences(figures, 1)
        warmup = reported.summary("benchmark_model", times)
        self._print([writer.Block([reported.count_line(warmup, times[-1]), "", reported.announced_line(50, 1.0)])])
        times = self._inferences(figures, 50)
        measured = reported.summary("benchmark_model", times)
        lines = [
            reported.count_line(measured, times[-1]),
            "",
            reported.timings_line(measured._replace(init_us=float(figures.create_us), warmup=warmup)),
        ]
        self._print([writer.Block(lines)])

    def _inferences(self, figures: SyntheticRun, many: int) -> list[float]:
        times = []
        for index in range(1, many + 1):
            iteration = self._next(figures, index)
            times.append(iteration.elapsed_us or 0.0)
            self._print([writer.Block(iteration_blocks(iteration, BENCHMARK, self._prints), times[-1])])
        return times

    def _session(self, figures: SyntheticRun, run: int) -> None:
        """Print what somebody's terminal showed: a small model twenty times, a graph that fails, the same graph with a
        dump of its commands."""
        starts = (("loop", 20, False), ("verify-fails", 1, False), ("graph", 1, True))
        for position, (name, loops, profiled) in enumerate(starts):
            scenario = SCENARIOS[name]
            model = MODELS[scenario.model]
            part = DemoProgram(self._board, scenario, self._seed, self._speed, model, self._arguments)
            part.stdio, part._together = self.stdio, True
            part._loops, part._debug, part._profile, part._dumping = loops, True, profiled, False
            part._commands = profiled
            self._print([writer.Block([f"{LAYERED.prompt}{model.run_line}"])])
            part._infer(part._figures(run + position), run)
        self._print([writer.Block([LAYERED.prompt.rstrip()])])

    def _objects(self, figures: SyntheticRun, run: int) -> None:
        stage = "result type is 2"
        dialect = C_DEMO._replace(threads=False)
        self._print(writer.opening(RunState(stage=stage), dialect, self._prints))
        took_us = self._next(figures, 1).elapsed_us or 0.0
        self._print([writer.Block([], took_us)])
        last = RunState(stage=stage, frames=1, objects=len(self._model.objects))
        last = last._replace(detections=self._model.objects)
        self._print(writer.closing(last, dialect, self._prints))

    def _ksnn(self, figures: SyntheticRun, run: int) -> None:
        dialect = self._announce_ksnn(figures)
        self._print([writer.iteration(self._inferred(figures, 1), dialect, self._prints)])
        state = RunState(phase="done", top_size=len(self._model.top), top=self._model.top)
        self._print(writer.closing(state, dialect, self._prints))

    def _camera(self, figures: SyntheticRun, run: int) -> None:
        dialect = self._announce_ksnn(figures)
        for index in itertools.count(1):
            iteration = self._inferred(figures, index)
            self._print([writer.iteration(iteration, dialect, self._prints, restart=True)])
            self._print(writer.closing(RunState(detections=figures.objects()), dialect, self._prints))
            if not self._speed:
                time.sleep(_FRAME_S)

    # -- parts of them ---------------------------------------------------------------------------------------------

    def _announce_ksnn(self, figures: SyntheticRun) -> Dialect:
        dialect = KSNN._replace(threads=self._debug)
        state = self._start(figures)._replace(ksnn_version="v1.3", stage=writer.KSNN_STAGES[-1])
        state = state._replace(graph_started=self._debug)
        state = state if self._debug else state._replace(create_us=None)
        self._print(writer.opening(state, dialect, self._prints))
        return dialect

    def _start(self, figures: SyntheticRun) -> RunState:
        """Return what is printed before the first iteration, at this debug level."""
        state = RunState(create_us=figures.create_us, phase="finishing")
        if not self._debug:
            return state
        named = state._replace(product="VIPNano-QI", pid="0x88", axi_sram_bytes=1048576, vip_sram_bytes=522240)
        return named._replace(tiling=self._model.tiling, cnn_perf=self._timed)

    def _next(self, figures: SyntheticRun, index: int) -> Iteration:
        """Return the next iteration as it is printed, and leave its traces on the board."""
        iteration = figures.iteration(index)
        tree.work(self._root, self._scenario)
        asked = map(self._asked, iteration.operations) if self._profile or self._timed else ()
        return iteration._replace(operations=tuple(asked))

    def _asked(self, operation: Operation) -> Operation:
        """Return the figures of an operation that were asked for: its counters, its time and what names it, or both."""
        if not self._profile:
            return operation._replace(bandwidth=Bandwidth(), cycles=Cycles(), window_us=None)
        if self._model.kind == "benchmark":
            operation = operation._replace(window_us=None)
        if self._debug:
            return operation
        return Operation(bandwidth=operation.bandwidth, cycles=operation.cycles, window_us=operation.window_us)

    def _inferred(self, figures: SyntheticRun, index: int) -> Iteration:
        """Return the next iteration as KSNN prints it: by the wall time of its inference alone."""
        iteration = self._next(figures, index)
        return iteration._replace(inference_us=iteration.elapsed_us)

    def _break_off(self, block: writer.Block) -> None:
        """End in the middle of a block's counters, by a crash or by falling silent."""
        counters = [position for position, line in enumerate(block.lines) if "AXI_" in line]
        self._print([writer.Block(block.lines[: counters[0] + 1] if counters else [], block.took_us)])
        if self._scenario.ending == "crash":
            self._device.close()
            galcore.users(self._root)
            crash()
        hang(self._board)

    def _print(self, blocks: Iterable[writer.Block]) -> None:
        for block in blocks:
            if self._speed and block.took_us:
                time.sleep(block.took_us / 1e6 / self._speed / self._scenario.pace)
            for line in block.lines:
                if self._noise is None:
                    self.stdio.out(f"{line}\n".encode())
                else:
                    piece = self._noise.disturb(line)
                    self.stdio.out(piece.stdout)
                    if piece.stderr:
                        self.stdio.error(piece.stderr)

    def _complain(self, text: str) -> None:
        """Write to stderr, or to where everything else goes if a session is shown."""
        write = self.stdio.out if self._together else self.stdio.error
        write(text.encode())

    def _level(self) -> int:
        """Return KSNN's `--level`: 1 for the driver's text, 2 for the profile too."""
        if "--level" not in self._arguments[:-1]:
            return 0
        return number(self._arguments[self._arguments.index("--level") + 1], 0)

    def _refusal(self) -> str | None:
        """Return why nothing can be run: no driver, no right to use it, or a missing file."""
        files = self._arguments[:2] if self._model.kind == "times" else []
        wanted = (("/dev/galcore", self._root / "dev/galcore"), *((name, Path(name)) for name in files))
        return next((why for shown, path in wanted if (why := _unreadable(shown, path))), None)


def _unreadable(shown: str, path: Path) -> str | None:
    try:
        with open(path, "rb"):
            return None
    except OSError as error:
        return f"cannot open {shown}: {error.strerror}"
