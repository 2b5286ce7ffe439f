"""Sessions as people paste them: other programs' figures, prompts, interruptions, deaths, the kernel's notices."""

from __future__ import annotations

import math

import pytest

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic, Hang, Reported, TopEntry


def events_of(text: str) -> list[ev.Event]:
    parser = ProfileParser()
    return [*parser.feed(text.encode()), *parser.close()]


def diagnosed(message: str, line: int, source: str = "program", level: str = "error") -> ev.Diagnosed:
    return ev.Diagnosed(Diagnostic(line, level, source, message))  # type: ignore[arg-type]  # a level


# -- other programs' own figures -----------------------------------------------------------------------------------


def test_benchmark_model_reports_its_warm_up_its_iterations_and_its_start() -> None:
    warmup = Reported("benchmark_model", 1, 10666918.0, 10666918.0, 10666918.0, 10666918.0)
    main = Reported("benchmark_model", 12, 28057.0, 27409.0, 32655.0, 29683.5, 374.0, None, warmup)
    running = (
        "Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds."
    )
    assert events_of(
        f"STARTING!\n{running}\ncount=1 curr=10666918\n\n"
        "count=12 first=28057 curr=28109 min=27409 max=32655 avg=29683.5 std=374\n\n"
        "Inference timings in us: Init: 33207, First inference: 12049107, Warmup (avg): 1.2e+07, "
        "Inference (avg): 29683.5\n"
    ) == [
        ev.StageReached("STARTING!"),
        ev.StageReached(running),
        ev.ProgramReported(warmup, 1),
        ev.ProgramReported(main, 12),
        ev.ProgramReported(main._replace(init_us=33207.0), None),
    ]


def test_benchmark_models_figures_in_other_versions() -> None:
    (event,) = events_of("INFO: count=5 first=9 curr=8 min=7 max=9 avg=8 std=1 p5=7 median=8 p95=9\n")
    assert event == ev.ProgramReported(Reported("benchmark_model", 5, 9.0, 7.0, 9.0, 8.0, 1.0), 5)


def test_the_table_of_operations_is_no_report() -> None:
    line = "Timings (microseconds): count=50 first=41210 curr=42876 min=40102 max=51377 avg=42711 std=2210"
    assert events_of(line + "\n") == [ev.ForeignText(1, line)]


def test_benchmark_model_says_that_it_failed() -> None:
    assert events_of("ERROR: Failed to apply EXTERNAL delegate.\nBenchmarking failed.\n") == [
        diagnosed("Failed to apply EXTERNAL delegate", 1, "model"),
        diagnosed("Benchmarking failed", 2, "model"),
    ]


def test_benchmark_models_summary_alone() -> None:
    (event,) = events_of(
        "Inference timings in us: Init: 5685, First inference: 18535, Warmup (avg): 14462.3, Inference (avg): 14575.2\n"
    )
    warmup = Reported("benchmark_model", average_us=14462.3)
    reported = Reported("benchmark_model", None, 18535.0, None, None, 14575.2, None, 5685.0, warmup)
    assert event == ev.ProgramReported(reported, None)


@pytest.mark.parametrize("start", ["khadas@Khadas:~$ ./benchmark_model", "STARTING!", "INFO: STARTING!"])
def test_a_program_that_starts_has_no_warm_up_of_the_one_before(start: str) -> None:
    line = "count=2 first=1 curr=1 min=1 max=1 avg=1 std=0\n"
    first, _, second = events_of(f"{line}{start}\n{line}")
    assert first == second


def test_a_figure_of_benchmark_model_that_is_none_is_absent() -> None:
    said, event = events_of("count=2 first=1 curr=1 min=1 max=1 avg=nan std=0\n")
    assert isinstance(said, ev.Diagnosed)
    assert event == ev.ProgramReported(Reported("benchmark_model", 2, 1.0, 1.0, 1.0, None, 0.0), 2)


def test_tengine_reports_its_times_and_lists_its_classes() -> None:
    dashes = "--------------------------------------\n"
    assert events_of(
        "Repeat 12 times, thread 1, avg time 3.25 ms, max_time 4.50 ms, min_time 2.75 ms\n"
        f"{dashes}31.126182, 278\n-1.5, 287\n{dashes}29.752056, 280\n"
    ) == [
        ev.ProgramReported(Reported("tengine", 12, None, 2750.0, 4500.0, 3250.0), 12),
        ev.TopStarted(5),
        ev.TopListed(TopEntry(1, 278, 31.126182)),
        ev.TopListed(TopEntry(2, 287, -1.5)),
        ev.ForeignText(6, "29.752056, 280"),
    ]


def test_a_second_start_of_tengine_has_a_list_of_its_own() -> None:
    run = (
        "Repeat 1 times, thread 1, avg time nan ms, max_time 1 ms, min_time 1 ms\n"
        "---------------\n1.5, 2\n---------------\n"
    )
    entries = [event for event in events_of(run * 2) if isinstance(event, (ev.TopStarted, ev.TopListed))]
    assert entries == [ev.TopStarted(5), ev.TopListed(TopEntry(1, 2, 1.5))] * 2


def test_a_pipeline_says_what_ran_the_network() -> None:
    assert events_of("Setting pipeline to PLAYING ...\n") == [ev.ProgramReported(Reported("nnstreamer"))]


def test_absurd_scores_are_taken_as_printed() -> None:
    _, *entries = events_of("--- Top5 ---\n0: 0.000000\n1: -1.500000\n2: 71494644084506624.000000\n3: 255.0\n")
    scores = [event.entry.score for event in entries if isinstance(event, ev.TopListed)]
    assert scores == [0.0, -1.5, 71494644084506624.0, 255.0]
    assert all(score is not None and math.isfinite(score) for score in scores)


# -- shells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("khadas@Khadas:~/net/bin_r_cv4$ ./net a b", "./net a b"),
        ("khadas@Khadas:~/net/bin_r_cv4$ ", None),
        ("root@imx8mpevk:/usr/bin/tensorflow-lite-2.8.0/examples# ./benchmark_model --graph=x", None),
        ("[root@khadas tengine-lite]# ./x", "./x"),
        ("[khadas@Khadas ~]$", None),
        ("(venv) khadas@Khadas:~$ python3 x.py", "python3 x.py"),
        ("khadas@Khadas ~/net % ./net", "./net"),
        ("kvim3:/data/local/tmp # ./inceptionv3 a b", "./inceptionv3 a b"),
        ("kvim3:/ $", None),
        ("$ ./x", "./x"),
        ("\x1b]0;khadas@Khadas: ~\x07\x1b[01;32mkhadas@Khadas\x1b[00m:\x1b[01;34m~\x1b[00m$ ./net", "./net"),
        ("khadas@Khadas:~$ ./net a b^C", None),
        ("khadas@Khadas:~$ ^Ckhadas@Khadas:~$ ./net", "./net"),
        ("khadas@Khadas:~$ ^Ckhadas@Khadas:~$", None),
    ],
)
def test_prompts_and_what_was_typed(line: str, command: str | None) -> None:
    if "imx8mp" in line:
        command = line.partition("# ")[2]
    assert events_of(line + "\n") == [ev.Prompted(command)]


@pytest.mark.parametrize(
    "line",
    ["git@github.com:khadas/ksnn.git", "C:\\Users> foo", "it costs $ 5", "# ls", "100 %", "a@b", "[info] x]$"],
)
def test_what_is_no_prompt(line: str) -> None:
    assert events_of(line + "\n") == [ev.ForeignText(1, line)]


def test_a_prompt_behind_the_last_line_of_output() -> None:
    prompt = "khadas@Khadas:~/x$"
    assert events_of(f"{prompt} ./a\n --- Top1 ---\n 5: 0.25{prompt} ./b\nwhat?{prompt}\n") == [
        ev.Prompted("./a"),
        ev.TopStarted(1),
        ev.TopListed(TopEntry(1, 5, 0.25)),
        ev.Prompted("./b"),
        ev.ForeignText(4, "what?"),
        ev.Prompted(None),
    ]


@pytest.mark.parametrize(
    ("line", "events"),
    [
        ("^C", [ev.InterruptEchoed()]),
        ("^C^C", [ev.InterruptEchoed()]),
        ("^Ckhadas@Khadas:~$ ", [ev.InterruptEchoed(), ev.Prompted(None)]),
        ("^C[root@khadas x]# ls", [ev.InterruptEchoed(), ev.Prompted("ls")]),
        ("^Chandling interrupt.", [ev.InterruptEchoed(), ev.ForeignText(1, "handling interrupt.")]),
        ("abs_op_id: 1^C", [ev.Unrecognized(1, "abs_op_id: 1"), ev.InterruptEchoed()]),
        ("frame 3 ^C", [ev.ForeignText(1, "frame 3"), ev.InterruptEchoed()]),
        ("^CONFIG_X=y", [ev.ForeignText(1, "^CONFIG_X=y")]),
        ("grep ^Cold x", [ev.ForeignText(1, "grep ^Cold x")]),
    ],
)
def test_interruptions(line: str, events: list[ev.Event]) -> None:
    assert events_of(line + "\n") == events


@pytest.mark.parametrize(
    "line",
    [
        *(
            ".",
            "..",
            "...",
            "....",
            "." * 40,
            "[...]",
            "…",
            "……",
            "⋮",
            "[…]",
            "<...>",
            "<snip>",
            "(...)",
            "--- snip ---",
        ),
        *("[... 120 lines ...]", "... omitted ...", "…省略…"),
    ],
)
def test_cuts(line: str) -> None:
    assert events_of(line + "\n") == [ev.TextCut()]


# -- how programs die ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("terminate called after throwing an instance of 'std::logic_error'", "program"),
        ("what():  basic_string::_M_construct null not valid", "program"),
        ("net: ../src/main.cpp:85: int main(int, char**): Assertion `argc > 2' failed.", "program"),
        ("python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput", "program"),
        ("./net: error while loading shared libraries: libovxlib.so: cannot open shared object file", "program"),
        ('CANNOT LINK EXECUTABLE "./net": library "libovxlib.so" not found', "program"),
        ("fail to read lcdt offset", "driver"),
        ("Failed to open device: Permission denied, Try again...", "driver"),
        ("free(): invalid pointer", "program"),
        ("malloc(): corrupted top size", "program"),
        ("double free or corruption (out)", "program"),
        ("corrupted size vs. prev_size", "program"),
        ("*** stack smashing detected ***: terminated", "program"),
        ("*** Error in `./net': double free or corruption (out): 0x0000 ***", "program"),
        ("Quit (core dumped)", "shell"),
        ('Node 0x55a1b2c3d4("name"): No.3 parameter is required but not supplied', "driver"),
        ("Aborted (core dumped)", "shell"),
        ("[1]+  Segmentation fault      (core dumped) ./net a b", "shell"),
    ],
)
def test_errors(line: str, source: str) -> None:
    assert events_of("  " + line + "\n") == [diagnosed(line, 1, source)]


def test_a_warning_of_the_driver() -> None:
    line = "vxoBinaryGraph_patchTP[4856]: cann't support data type 4, please set ENV NN_LAYER_DUMP=1 and re-generate"
    assert events_of(line + "\n") == [diagnosed(line, 1, "driver", "warning")]


TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 83, in <module>\n'
STACK = ev.ForeignText(2, 'File "x.py", line 83, in <module>')


@pytest.mark.parametrize(
    "line", ["OSError: ./libs/libnn_net.so: undefined symbol: NPU_SetInput", "cv2.error: x", "a.b.OwnException", "Exit"]
)
def test_the_last_line_of_a_traceback_is_the_error(line: str) -> None:
    assert events_of(f"{TRACEBACK}{line}\n") == [STACK, diagnosed(line, 3)]
    assert events_of(f"{line}\n") == [ev.ForeignText(1, line)]


def test_a_traceback_of_ctrl_c_is_an_interruption() -> None:
    assert events_of(f"^C{TRACEBACK}KeyboardInterrupt\n") == [ev.InterruptEchoed(), STACK, ev.InterruptEchoed()]


@pytest.mark.parametrize(("end", "events"), [("", []), ("khadas@Khadas:~$\n", [ev.Prompted(None)])])
def test_a_traceback_that_breaks_off_is_an_error_too(end: str, events: list[ev.Event]) -> None:
    assert events_of(TRACEBACK + end) == [STACK, diagnosed("a Python traceback without its last line", 1), *events]


def test_both_halves_of_a_line_with_a_message_are_kept() -> None:
    node = 'Node 0x55d6645fa9("net_88"): No.3 parameter is required but not supplied'
    place = "vxoBinaryGraph_patchTP[4856]: cann't support data type 4"
    message = "[vnn_VerifyGraph:85]CHECK STATUS(-4:The graph could not be verified.)"
    for half in (node, place):
        level = "error" if half == node else "warning"
        assert events_of(f"{half}E {message}\nE [main:237]x\n") == [
            diagnosed(half, 1, "driver", level),
            diagnosed(message, 1, "ovxlib"),
            diagnosed("[main:237]x", 2, "ovxlib"),
        ]
    assert events_of(f"something elseE {message}\nE [main:237]x\n") == [
        diagnosed(message, 1, "ovxlib"),
        diagnosed("[main:237]x", 2, "ovxlib"),
        ev.ForeignText(1, "something else"),
    ]


def test_an_exception_behind_half_a_line() -> None:
    text = "[     7] GPUTOTALCYCterminate called after throwing an instance of 'int'\nAborted\n"
    assert events_of(text) == [
        diagnosed("terminate called after throwing an instance of 'int'", 1),
        diagnosed("Aborted", 2, "shell"),
        ev.Unrecognized(1, "[     7] GPUTOTALCYC"),
    ]


# -- the kernel ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "hang"),
    [
        ("[galcore]: NP[0] hang, automatic recovery.", Hang(None, False, "[galcore]: NP[0] hang, automatic recovery.")),
        ("[ 1234.600000] [galcore]: recovery done", Hang("1234.600000", True, "[galcore]: recovery done")),
        (
            "[   25.253842] <6>[   25.253842@0] [galcore]: GPU[0] core0 hang, automatic recovery.",
            Hang("25.253842", False, "[galcore]: GPU[0] core0 hang, automatic recovery."),
        ),
        (
            "Nov 27 12:00:00 khadas kernel: [ 1234.567890] [galcore]: NP[0] hang, automatic recovery.",
            Hang("1234.567890", False, "[galcore]: NP[0] hang, automatic recovery."),
        ),
        ("GPU[0] core0 hang, automatic recovery", Hang(None, False, "GPU[0] core0 hang, automatic recovery")),
        ("====>>>>begin npu hardware reset!", Hang(None, False, "====>>>>begin npu hardware reset!")),
        ("[ 12.3@1] ====>>>>npu hardware reset end!", Hang("12.3", True, "====>>>>npu hardware reset end!")),
    ],
)
def test_hangs(line: str, hang: Hang) -> None:
    assert events_of(line + "\n") == [ev.HangNoticed(hang)]


@pytest.mark.parametrize("version", ["6.4.3.p0.286725", "6.4.11.p2.745085", "6.4.3.279124+1", "6.4.8.7.1.1.1"])
def test_versions(version: str) -> None:
    assert events_of(f"[     1] HAL user version {version}\n") == [ev.DriverVersioned(version)]
