"""One sentence that a developer can act on, from the first rule that applies."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.profile import Bandwidth, Cycles, Network, Operation
from npumon.core.run.metrics import Figures
from npumon.core.run.outcome import ExitInfo, outcome
from npumon.core.run.state import EMPTY, RunState
from npumon.core.run.verdict import VerdictContext, assess, ddr_bound

StateOf = Callable[[str | bytes], RunState]
Judge = Callable[..., tuple[str, str]]

HEAD = "#productname=VIPNano-QI, pid=0x88\nStart run graph [1] times...\n"
TOTALS = "Total   30.00ms or 30000.00us\nAverage 30.00ms or 30000.00us\n"
NOTICE = "run.sh: line 5: 14896 {}                 ./inceptionv3\n"


def block(  # the figures of a warm run of a fifth of the NPU's memory traffic, if nothing else is said
    *,
    layer: str = "layer id: 0 layer name:conv operation[0]:a target:b.",
    execution: int = 20_000,
    window: int = 20_300,
    clock: float = 0.79,
    idle: float = 0.02,
    axi: float = 30.0,
    ddr: float = 10.0,
) -> str:
    total = round(window * clock * 1000)
    return (
        f"{layer}\nexecution time: {execution} us\n"
        f"TOTAL_READ_BANDWIDTH (MByte): {axi + ddr:.6f}\nTOTAL_WRITE_BANDWIDTH (MByte): {axi + ddr:.6f}\n"
        f"AXI_READ_BANDWIDTH (MByte): {axi:.6f}\nAXI_WRITE_BANDWIDTH (MByte): {axi:.6f}\n"
        f"DDR_READ_BANDWIDTH (MByte): {ddr:.6f}\nDDR_WRITE_BANDWIDTH (MByte): {ddr:.6f}\n"
        f"GPUTOTALCYCLES: {total}\nGPUIDLECYCLES: {round(total * idle)}\nVPC_ELAPSETIME: {window}\n*********\n"
    )


def run(*blocks: str, elapsed: int = 30_000) -> str:
    return HEAD + "".join(blocks) + f"Run the 1 time: 30.00ms or {elapsed}.00us\n" + TOTALS


@pytest.fixture
def judged(state_of: StateOf) -> Judge:
    """The verdict on a text, by rule and sentence."""

    def judge(
        text: str | bytes, ending: ExitInfo | None = None, *, profiling: bool | None = None, peak: float | None = None
    ) -> tuple[str, str]:
        state = state_of(text)
        how = outcome(state, ending)
        metrics = assess(state, VerdictContext(how, ending, profiling, ddr_peak_mbyte_per_s=peak))
        assert metrics.verdict.endswith(".")
        assert ". " not in metrics.verdict, "one sentence"
        return metrics.verdict_id, metrics.verdict

    return judge


def test_the_real_run(seed_run: bytes, judged: Judge) -> None:
    assert judged(seed_run) == (
        "compute.bound",
        "Compute-bound: the NPU was busy 98.2 % of the window, so only a smaller model would run faster; "
        "DDR carried 2 130 MByte/s.",
    )


# -- runs that did not end well -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "rule", "words"),
    [
        (ExitInfo(signal="SIGSEGV"), "run.crashed", "killed by SIGSEGV after iteration 1"),
        (ExitInfo(139), "run.crashed", "killed by SIGSEGV"),
        (ExitInfo(134), "run.crashed", "killed by SIGABRT"),
        (ExitInfo(3), "run.failed", "exited with status 3 after iteration 1"),
        (ExitInfo(), "run.failed", "How the model ended is not known"),
        (ExitInfo(stopped_by="timeout"), "run.timeout", "--timeout"),
        (ExitInfo(stopped_by="cancelled"), "run.cancelled", "stopped after iteration 1"),
        (ExitInfo(error="./x cannot be executed: Permission denied."), "run.not_started", "./x cannot be executed"),
    ],
)
def test_a_run_that_did_not_end_well(seed_run: bytes, judged: Judge, ending: ExitInfo, rule: str, words: str) -> None:
    verdict_id, verdict = judged(seed_run, ending)
    assert verdict_id == rule
    assert words in verdict


@pytest.mark.parametrize(
    ("text", "words"),
    [("out of memory\n", "the log's last lines may say why"), ("E [main:1]no memory\n", "see the diagnostics")],
)
def test_a_failure_names_the_place_of_its_reason(judged: Judge, text: str, words: str) -> None:
    assert judged(text, ExitInfo(exit_status=3))[1].endswith(f"; {words}.")


@pytest.mark.parametrize(
    ("notice", "signal"),
    [("Segmentation fault", "SIGSEGV"), ("Aborted", "SIGABRT"), ("Killed", "SIGKILL"), ("Hangup", "a signal")],
)
def test_a_shells_notice_in_a_log_names_the_signal(judged: Judge, notice: str, signal: str) -> None:
    verdict_id, verdict = judged(HEAD + NOTICE.format(notice))
    assert verdict_id == "run.crashed"
    assert f"killed by {signal} before the first iteration completed" in verdict


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("#productname=A, pid=0x88\nCreated VX Thread: 0x1\n", "while the network was being created"),
        ("#productname=A, pid=0x88\nVerify...\n", "while the graph was being verified"),
        (HEAD, "before the first iteration completed"),
        (HEAD + "layer id: 3 layer name:conv operation[0]:a target:b.\n", "in layer 3 (conv), in iteration 1"),
        (HEAD + "layer id: 3 layer name: operation[0]:a target:b.\n", "in layer 3, in iteration 1"),
        (HEAD + "uid: 3\n*********\n", "after a layer without a number, in iteration 1"),
        (HEAD + "Run the 1 time: 1ms or 1us\n", "after iteration 1"),
        ("resultData.detect_num=0\n" * 2 + "uid: 0\n****\n", "after a layer without a number, in iteration 1"),
    ],
)
def test_a_text_that_breaks_off_is_told_by_its_place(judged: Judge, text: str, place: str) -> None:
    assert judged(text) == ("run.truncated", f"The log ends {place}; the figures are those of what had completed.")


def test_a_program_that_says_nothing_is_told_by_its_place(judged: Judge) -> None:
    assert "before it printed any profiler text" in judged("hello\n", ExitInfo(1))[1]
    assert "after frame 2" in judged("resultData.detect_num=0\n" * 2, ExitInfo(1))[1]


@pytest.mark.parametrize(("times", "words"), [(1, "An iteration failed"), (2, "2 iterations failed")])
def test_failed_iterations(judged: Judge, times: int, words: str) -> None:
    verdict_id, verdict = judged(HEAD + "Run graph the 0 time fail\n" * times)
    assert verdict_id == "run.failed"
    assert words in verdict


@pytest.mark.parametrize(("profiling", "reload"), [(None, True), (False, True), (True, False)])
def test_a_text_without_profile_says_how_to_get_one(judged: Judge, profiling: bool | None, reload: bool) -> None:
    verdict_id, verdict = judged("hello\n", profiling=profiling)
    assert verdict_id == "run.empty"
    assert ("reload galcore with gpuProfiler=1" in verdict) is reload
    assert "VIV_VX_PROFILE=1 VIV_VX_DEBUG_LEVEL=1" in verdict


# -- what the figures mean -------------------------------------------------------------------------------------------


def test_figures_that_contradict_each_other_are_not_explained(judged: Judge) -> None:
    verdict_id, verdict = judged(
        run(block()).replace("AXI_READ_BANDWIDTH (MByte): 30", "AXI_READ_BANDWIDTH (MByte): 31")
    )
    assert verdict_id == "check.bandwidth.total"
    assert "40.0 MByte is not AXI 31.0 + DDR 10.0" in verdict


@pytest.mark.parametrize("profiling", [None, False])
@pytest.mark.parametrize(
    "counters", ["", "uid: 0\nexecution time: 20000 us\nGPUTOTALCYCLES: 0\nGPUIDLECYCLES: 0\n****\n"]
)
def test_times_without_counters(judged: Judge, counters: str, profiling: bool | None) -> None:
    verdict_id, verdict = judged(run(counters), profiling=profiling)
    assert verdict_id == "profiling.off"
    assert ("profiling is off" in verdict) is (profiling is False)
    assert "gpuProfiler=1" in verdict


def test_counters_that_are_all_zero_are_not_called_missing(judged: Judge) -> None:
    block_of_zeros = "uid: 0\nexecution time: 0 us\nGPUTOTALCYCLES: 0\nGPUIDLECYCLES: 0\n****\n"
    assert judged(run(block_of_zeros))[1].startswith("Only times: the cycle counters are all 0; ")
    assert judged(run(""))[1].startswith("Only times: the text holds no cycle counters; ")


@pytest.mark.parametrize(
    ("objects", "words"), [(0, "0 objects in"), (1, "1 object in"), (2, "2 objects in the last frame")]
)
def test_detections_without_times(judged: Judge, objects: int, words: str) -> None:
    text = f"resultData.detect_num={objects}\n" + "i:0 left:1 right:2 top:3 bottom:4\n" * objects
    verdict_id, verdict = judged(text)
    assert verdict_id == "detection.ok"
    assert words in verdict


def test_detections_with_a_profile_are_judged_by_it(judged: Judge) -> None:
    assert judged(block() + "resultData.detect_num=0\n")[0] == "compute.bound"


def test_classes_alone_cannot_be_judged(judged: Judge) -> None:
    assert judged(" --- Top1 ---\n  2: 0.5\n")[0] == "run.ok"


def test_counters_of_which_a_part_is_missing_cannot_be_judged(judged: Judge) -> None:
    assert judged(run(block(), "uid: 1\n*********\n"))[0] == "run.ok"


def test_a_cold_first_run(judged: Judge) -> None:
    """The public cold run: 17.2 % of a long window, with the same 20.5 ms of work."""
    verdict_id, verdict = judged(run(block(window=119_000, idle=0.828), elapsed=120_000).replace("30000", "120000"))
    assert verdict_id == "run.cold"
    assert verdict == (
        "Cold run: the work took 20.5 ms of a 119.0 ms window, so 17.2 % says little; run again warm (--warmup 1)."
    )


def test_a_long_window_that_is_busy_is_not_cold(judged: Judge) -> None:
    assert judged(run(block(execution=10_000, window=25_000, idle=0.3, ddr=1.0)))[0] == "npu.idle"


def test_a_throttled_clock(judged: Judge) -> None:
    verdict_id, verdict = judged(run(block(clock=0.4)))
    assert verdict_id == "clock.slow"
    assert verdict == (
        "Throttled: the NPU ran at 400 MHz of 800 (at full clock the same work would take about 10.0 ms); "
        "check temperature and cooling."
    )
    without_time = run(block(clock=0.4)).replace("execution time: 20000 us\n", "")
    assert judged(without_time)[1] == "Throttled: the NPU ran at 400 MHz of 800; check temperature and cooling."


def test_an_unknown_chip_has_no_nominal_clock(judged: Judge) -> None:
    assert judged(run(block(clock=0.4)).replace("0x88", "0x77"))[0] == "compute.bound"


def test_layers_that_wait_for_memory(judged: Judge) -> None:
    waiting = block(layer="layer id: 4 layer name:fc operation[0]:a target:b.", idle=0.3, axi=5.0, ddr=20.0)
    verdict_id, verdict = judged(run(block(execution=5_000, window=5_100), waiting))
    assert verdict_id == "ddr.bound"
    assert verdict.startswith("DDR-bound: 80.0 % of the time goes to operations that wait for memory, most of all ")
    assert "layer 4 (fc)" in verdict


def test_an_idle_npu_that_does_not_wait_for_memory(judged: Judge) -> None:
    verdict_id, verdict = judged(run(block(idle=0.3)))
    assert verdict_id == "npu.idle"
    assert verdict.startswith("The NPU idled 30.0 % of its window;")


def test_traffic_that_is_not_told_is_not_judged(judged: Judge) -> None:
    text = "".join(line for line in run(block()).splitlines(keepends=True) if "DDR" not in line)
    assert judged(text)[1].endswith("DDR traffic is not in the text.")


def test_traffic_without_a_time_is_not_called_missing(judged: Judge) -> None:
    text = "".join(line for line in run(block()).splitlines(keepends=True) if "execution time: " not in line)
    assert judged(text)[1].endswith("; DDR carried 20.00 MByte, without an execution time to divide by.")


WAITING = Operation(
    execution_us=10_000,
    bandwidth=Bandwidth(axi_read=5.0, axi_write=5.0, ddr_read=5.0, ddr_write=5.0),
    cycles=Cycles(1_000, 150),
)


@pytest.mark.parametrize(
    ("operation", "peak", "bound"),
    [
        (WAITING, None, True),
        (WAITING._replace(cycles=Cycles(1_000, 149)), None, False),
        (WAITING._replace(bandwidth=WAITING.bandwidth._replace(axi_read=5.1)), None, False),
        (WAITING._replace(bandwidth=WAITING.bandwidth._replace(axi_read=None, axi_write=None)), None, True),
        (WAITING._replace(bandwidth=Bandwidth()), None, None),
        (WAITING._replace(cycles=Cycles()), None, None),
        (WAITING._replace(execution_us=None), None, None),
        # 1000 MByte/s
        (WAITING._replace(cycles=Cycles(1_000, 0)), 1_250.0, True),
        (WAITING._replace(cycles=Cycles(1_000, 0)), 1_251.0, False),
    ],
)
def test_what_makes_an_operation_ddr_bound(operation: Operation, peak: float | None, bound: bool | None) -> None:
    assert ddr_bound(operation, peak) is bound


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the program has not printed any profiler text yet"),
        ("Created VX Thread: 0x1\n", "the network is being created"),
        ("Verify...\n", "the graph is being verified and compiled, which may take a while"),
        ("Start run graph [1] times...\n", "the first iteration has not completed yet"),
    ],
)
def test_a_run_under_way_is_not_said_to_be_broken_off(text: str, words: str, state_of: StateOf) -> None:
    metrics = assess(state_of(text), VerdictContext("running"))
    assert (metrics.verdict_id, metrics.verdict) == ("run.running", f"The run is under way: {words}.")


def test_a_run_under_way_is_judged_by_its_last_iteration(state_of: StateOf) -> None:
    text = HEAD.replace("[1]", "[9]") + block() + "Run the 1 time: 30.00ms or 30000.00us\n"
    assert assess(state_of(text), VerdictContext("running")).verdict_id == "compute.bound"
    assert (
        assess(state_of(text + block(idle=0.5) + "uid: 0\n"), VerdictContext("running")).verdict_id == "compute.bound"
    )


def test_a_run_under_way_without_the_figures_to_judge_it(state_of: StateOf) -> None:
    """Cycles that cannot be: more idle ones than there are would be a contradiction, none at all no profile."""
    text = "GPUTOTALCYCLES: 5\n*********\nRun the 1 time: 30.00ms or 30000.00us\n"
    metrics = assess(state_of(text), VerdictContext("running"))
    assert metrics.verdict == "The run is under way; its text does not hold the figures to judge it so far."


@pytest.mark.parametrize(
    ("pid", "nominal"), [("0x88", 800.0), ("0xA1", 667.0), ("0xe8", 850.0), ("0x77", None), (None, None)]
)
def test_the_chip_that_the_text_names_gives_the_nominal_clock(pid: str | None, nominal: float | None) -> None:
    assert assess(EMPTY._replace(pid=pid), VerdictContext("ok")).nominal_clock_mhz == nominal


def test_what_the_board_says_goes_first() -> None:
    context = VerdictContext("ok", nominal_clock_mhz=1000.0, ddr_peak_mbyte_per_s=3_000.0)
    metrics = assess(EMPTY._replace(pid="0x88"), context)
    assert (metrics.nominal_clock_mhz, metrics.ddr_peak_mbyte_per_s) == (1000.0, 3_000.0)


def test_the_last_complete_iteration_with_a_profile_is_described(seed_run: bytes, state_of: StateOf) -> None:
    begun = seed_run[: seed_run.index(b"GPUIDLE")].replace(b"#productname=VIPNano-QI, pid=0x88\n", b"")
    text = seed_run.replace(b"vxProcessGraph", b"Run the 2 time: 10.00ms or 10000.00us\nvxProcessGraph")
    state = state_of(text)
    assert [each.number for each in state.iterations] == [1, 2]
    metrics = assess(state, VerdictContext("ok"))
    assert (metrics.figures.execution_us, metrics.verdict_id) == (20845, "check.time.total")
    broken = state_of(seed_run[: seed_run.index(b"vxProcess")] + begun[begun.index(b"layer id") :])
    assert broken.open_iteration is not None
    assert assess(broken, VerdictContext("truncated")).figures.execution_us == 20845


def test_a_run_without_iterations_has_checks_that_abstain_and_a_verdict() -> None:
    metrics = assess(EMPTY, VerdictContext("empty"))
    assert metrics.figures == Figures()
    assert {check.ok for check in metrics.checks} == {None}
    assert metrics.verdict_id == "run.empty"


def test_a_network_that_wants_more_memory_fails_its_check_and_contradicts_no_figure(
    seed_run: bytes, state_of: StateOf
) -> None:
    state = state_of(seed_run)
    alone = assess(state, VerdictContext("ok"))
    known = assess(state, VerdictContext("ok"), Network(axi_sram_bytes=2 << 20, vip_sram_bytes=1 << 20))
    assert known.checks[: len(alone.checks)] == alone.checks
    assert [check.ok for check in known.checks[len(alone.checks) :]] == [False, False]
    assert (known.verdict_id, known.verdict) == (alone.verdict_id, alone.verdict)
