"""The verdict on whole texts, and on runs that did not end well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.profile import Network
from npumon.core.run.metrics import Figures
from npumon.core.run.outcome import ExitInfo, outcome
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.state import EMPTY, RunState
from npumon.core.run.verdict import VerdictContext, assess
from tests import golden

Judgement = tuple[str, str]
StateOf = Callable[[str | bytes], RunState]
Judge = Callable[..., Judgement]

HEAD = "#productname=VIPNano-QI, pid=0x88\nStart run graph [1] times...\n"
TOTALS = "Total   30.00ms or 30000.00us\nAverage 30.00ms or 30000.00us\n"
ZEROS = "uid: 0\nexecution time: 20000 us\nGPUTOTALCYCLES: 0\nGPUIDLECYCLES: 0\n****\n"
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

    def judge(text: str | bytes, ending: ExitInfo | None = None, *, profiling: bool | None = None) -> tuple[str, str]:
        state = state_of(text)
        how = outcome(state, ending)
        metrics = assess(state, VerdictContext(how, ending, profiling))
        assert metrics.verdict.endswith(".")
        assert ". " not in metrics.verdict, "one sentence"
        return metrics.verdict_id, metrics.verdict

    return judge


def same(judgement: Judgement, key: str, **parts: object) -> None:
    """Compare the rule's id, which begins the key, and the sentence."""
    rule, sentence = judgement
    assert rule == key.split()[0]
    golden.text(key, sentence, **parts)


def test_the_real_run(seed_run: bytes, judged: Judge) -> None:
    same(judged(seed_run), "compute.bound")


# -- runs that did not end well -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "key"),
    [
        (ExitInfo(signal="SIGSEGV"), "run.crashed"),
        (ExitInfo(139), "run.crashed"),
        (ExitInfo(134), "run.crashed aborted"),
        (ExitInfo(3), "run.failed"),
        (ExitInfo(), "run.failed unknown status"),
        (ExitInfo(stopped_by="timeout"), "run.timeout"),
        (ExitInfo(stopped_by="cancelled"), "run.cancelled"),
        (ExitInfo(error="./x cannot be executed: Permission denied."), "run.not_started"),
    ],
)
def test_a_run_that_did_not_end_well(seed_run: bytes, judged: Judge, ending: ExitInfo, key: str) -> None:
    same(judged(seed_run, ending), key)


@pytest.mark.parametrize(
    ("text", "key"),
    [("out of memory\n", "run.failed without diagnostics"), ("E [main:1]no memory\n", "run.failed with diagnostics")],
)
def test_a_failure_names_the_place_of_its_reason(judged: Judge, text: str, key: str) -> None:
    same(judged(text, ExitInfo(exit_status=3)), key)


@pytest.mark.parametrize(
    ("notice", "signal"),
    [("Segmentation fault", "SIGSEGV"), ("Aborted", "SIGABRT"), ("Killed", "SIGKILL")],
)
def test_a_shells_notice_in_a_log_names_the_signal(judged: Judge, notice: str, signal: str) -> None:
    same(judged(HEAD + NOTICE.format(notice)), "run.crashed by a shell's notice", signal=signal)


def test_a_shells_notice_may_name_no_signal(judged: Judge) -> None:
    same(judged(HEAD + NOTICE.format("Hangup")), "run.crashed by an unnamed signal")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("#productname=A, pid=0x88\nCreated VX Thread: 0x1\n", "while the network was being created"),
        ("#productname=A, pid=0x88\nVerify...\n", "while the graph was being verified"),
        (HEAD, "before the first iteration completed"),
        (HEAD + "layer id: 3 layer name:conv operation[0]:a target:b.\n", "in layer 3 (conv), in iteration 1"),
        (HEAD + "layer id: 3 layer name: operation[0]:a target:b.\n", "in layer 3, in iteration 1"),
        (HEAD + "uid: 3\n*********\n", "in an operation without a number, in iteration 1"),
        (HEAD + "Run the 1 time: 1ms or 1us\n", "after iteration 1"),
        (
            "resultData.detect_num=0\n" * 2 + "execution time: 5 us\n****\n",
            "after an operation without a number, in iteration 1",
        ),
    ],
)
def test_a_text_that_breaks_off_is_told_by_its_place(judged: Judge, text: str, place: str) -> None:
    same(judged(text), "run.truncated", place=place)


def test_a_program_that_says_nothing_is_told_by_its_place(judged: Judge) -> None:
    same(judged("hello\n", ExitInfo(1)), "run.failed before any text")
    same(judged("resultData.detect_num=0\n" * 2, ExitInfo(1)), "run.failed after a frame")


@pytest.mark.parametrize(("times", "key"), [(1, "run.failed an iteration"), (2, "run.failed several iterations")])
def test_failed_iterations(judged: Judge, times: int, key: str) -> None:
    same(judged(HEAD + "Run graph the 0 time fail\n" * times), key)


@pytest.mark.parametrize(
    ("profiling", "key"), [(None, "run.empty"), (False, "run.empty"), (True, "run.empty although profiling is on")]
)
def test_a_text_without_profile_says_how_to_get_one(judged: Judge, profiling: bool | None, key: str) -> None:
    same(judged("hello\n", profiling=profiling), key)


# -- what the figures mean -------------------------------------------------------------------------------------------


def test_figures_that_contradict_each_other_are_not_explained(judged: Judge) -> None:
    wrong = run(block()).replace("AXI_READ_BANDWIDTH (MByte): 30", "AXI_READ_BANDWIDTH (MByte): 31")
    same(judged(wrong), "figures.contradict a total")


@pytest.mark.parametrize(
    ("counters", "profiling", "key"),
    [
        ("", False, "profiling.off"),
        (ZEROS, False, "profiling.off"),
        ("", None, "profiling.off no counters"),
        (ZEROS, None, "profiling.off counters of 0"),
    ],
)
def test_times_without_counters(judged: Judge, counters: str, profiling: bool | None, key: str) -> None:
    same(judged(run(counters), profiling=profiling), key)


@pytest.mark.parametrize(
    ("objects", "key"), [(0, "detection.ok nothing"), (1, "detection.ok one object"), (2, "detection.ok")]
)
def test_detections_without_times(judged: Judge, objects: int, key: str) -> None:
    text = f"resultData.detect_num={objects}\n" + "i:0 left:1 right:2 top:3 bottom:4\n" * objects
    same(judged(text), key)


def test_detections_with_a_profile_are_judged_by_it(judged: Judge) -> None:
    assert judged(block() + "resultData.detect_num=0\n")[0] == "compute.bound"


def test_classes_alone_cannot_be_judged(judged: Judge) -> None:
    same(judged(" --- Top1 ---\n  2: 0.5\n"), "run.ok")


def test_counters_of_which_a_part_is_missing_cannot_be_judged(judged: Judge) -> None:
    assert judged(run(block(), "uid: 1\nexecution time: 5 us\n*********\n"))[0] == "run.ok"


def test_a_cold_first_run(judged: Judge) -> None:
    """The public cold run: 17.2 % of a long window, with the same 20.5 ms of work."""
    same(judged(run(block(window=119_000, idle=0.828), elapsed=120_000).replace("30000", "120000")), "run.cold")


def test_a_long_window_that_is_busy_is_not_cold(judged: Judge) -> None:
    assert judged(run(block(execution=10_000, window=25_000, idle=0.3, ddr=1.0)))[0] == "npu.idle"


def test_a_throttled_clock(judged: Judge) -> None:
    same(judged(run(block(clock=0.4))), "clock.slow")
    without_time = run(block(clock=0.4)).replace("execution time: 20000 us\n", "")
    assert judged(without_time)[0] == "compute.bound", "the execution time has to agree"


def test_an_unknown_chip_has_no_nominal_clock(judged: Judge) -> None:
    assert judged(run(block(clock=0.4)).replace("0x88", "0x77"))[0] == "compute.bound"


def test_an_idle_npu_that_does_not_wait_for_memory(judged: Judge) -> None:
    same(judged(run(block(idle=0.3))), "npu.idle")


def test_traffic_that_is_not_told_is_not_judged(judged: Judge) -> None:
    text = "".join(line for line in run(block()).splitlines(keepends=True) if "DDR" not in line)
    same(judged(text), "compute.bound without traffic")


def test_traffic_without_a_time_is_not_called_missing(judged: Judge) -> None:
    text = "".join(line for line in run(block()).splitlines(keepends=True) if "execution time: " not in line)
    same(judged(text), "compute.bound without a time")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "run.running waiting"),
        ("Created VX Thread: 0x1\n", "run.running creating"),
        ("Verify...\n", "run.running verifying"),
        ("Start run graph [1] times...\n", "run.running first iteration"),
    ],
)
def test_a_run_under_way_is_not_said_to_be_broken_off(text: str, key: str, state_of: StateOf) -> None:
    metrics = assess(state_of(text), VerdictContext("running"))
    same((metrics.verdict_id, metrics.verdict), key)


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
    same((metrics.verdict_id, metrics.verdict), "run.running without figures")


@pytest.mark.parametrize(
    ("pid", "nominal"), [("0x88", 800.0), ("0xA1", 667.0), ("0xe8", 850.0), ("0x77", None), (None, None)]
)
def test_the_chip_that_the_text_names_gives_the_nominal_clock(pid: str | None, nominal: float | None) -> None:
    assert assess(EMPTY._replace(pid=pid), VerdictContext("ok")).nominal_clock_mhz == nominal


def test_what_the_board_says_goes_first() -> None:
    ddr = Roof(3_000.0, "user")
    metrics = assess(EMPTY._replace(pid="0x88"), VerdictContext("ok", nominal_clock_mhz=1000.0, roofs=Roofs(None, ddr)))
    assert (metrics.nominal_clock_mhz, metrics.facts.roofs.ddr_mbyte_per_s) == (1000.0, ddr)
    assert metrics.facts.roofs.mac_per_cycle is not None, "the chip's"


def test_the_last_complete_iteration_with_a_profile_is_described(seed_run: bytes, state_of: StateOf) -> None:
    begun = seed_run[: seed_run.index(b"GPUIDLE")].replace(b"#productname=VIPNano-QI, pid=0x88\n", b"")
    text = seed_run.replace(b"vxProcessGraph", b"Run the 2 time: 10.00ms or 10000.00us\nvxProcessGraph")
    state = state_of(text)
    assert [each.number for each in state.iterations] == [1, 2]
    metrics = assess(state, VerdictContext("ok"))
    assert (metrics.figures.execution_us, metrics.verdict_id) == (20845, "figures.contradict")
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
