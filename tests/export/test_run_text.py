"""A run for people: what matters first, never wider than asked, nothing but visible text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.layout import cell_width
from npumon.core.profile import Cycles, Iteration, Network, NetworkTensor, Operation, Reported
from npumon.core.run.analysis import profile_of
from npumon.core.run.conditions import Conditions
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.statistics import Statistics
from npumon.engine.reporting import Context
from npumon.export.breakdown_text import Order, Rows, View, histogram, statistics_lines, whereabouts
from npumon.export.drawing import Style
from npumon.export.run_text import run_text, series_text

ReportFrom = Callable[..., RunReport]

LAYER = (
    "layer_id: {0} layer name:{1} operation[{0}]:a target:b.\nexecution time: {2} us\n"
    "DDR_READ_BANDWIDTH (MByte): 9.000000\nDDR_WRITE_BANDWIDTH (MByte): 9.000000\n"
    "GPUTOTALCYCLES: {3}\nGPUIDLECYCLES: {4}\nVPC_ELAPSETIME: {2}\n*********\n"
)
END = "Run the 1 time: 30.00ms or 30000.00us\n"
PICTURE = NetworkTensor("input", "uint8", (1, 3, 299, 299))
CLASSES = NetworkTensor("softmax", "float16", (1, 1001))


def test_the_real_run(seed_report: RunReport, data_folder: Path) -> None:
    assert run_text(seed_report) == (data_folder / "seed_run_report.txt").read_text("utf-8")


def test_the_real_run_in_ascii_says_the_same(seed_report: RunReport) -> None:
    text, ascii_text = run_text(seed_report), run_text(seed_report, Style(ascii=True))
    assert ascii_text.isascii()
    bare = re.sub("[█-▏]+", "", text).replace("·", "-").replace("µ", "u")
    assert re.sub("#+", "", ascii_text).split() == bare.split()


@given(st.data(), st.sampled_from((60, 80, 120)), st.booleans())
def test_no_report_is_wider_than_asked_or_holds_anything_invisible(
    any_report: st.SearchStrategy[RunReport], data: st.DataObject, width: int, ascii_only: bool
) -> None:
    report = data.draw(any_report)
    text = run_text(report, Style(ascii=ascii_only, width=width))
    assert text.endswith("\n")
    for line in text.splitlines():
        assert cell_width(line) <= width, line
        assert line.isprintable()
        assert line == line.rstrip()
        assert line.isascii() or not ascii_only
    coloured = run_text(report, Style(ascii=ascii_only, color=True, width=width))
    assert re.sub(r"\x1b\[\d+m", "", coloured) == text


@pytest.mark.parametrize(
    ("text", "context", "info", "line"),
    [
        ("", Context(), RunInfo(), "no profile · 0 iterations"),
        (END, Context(demo=True), RunInfo(model="inceptionv3"), "DEMO · inceptionv3 · cut off · 1 iteration"),
        ("Start run graph [3] times...\n" + END, Context(), RunInfo(), "cut off · 1 of 3 iterations"),
        ("resultData.detect_num=0\n", Context(), RunInfo(), "ok · 1 frame"),
        ("resultData.detect_num=0\n" * 2, Context(), RunInfo(), "ok · 2 frames"),
        (END, Context(), RunInfo(signal="SIGSEGV", exit_status=139), "cut off · 1 iteration"),
        (END, Context(), RunInfo(exit_status=3), "cut off · exit status 3 · 1 iteration"),
        (END, Context(), RunInfo(exit_status=0), "cut off · 1 iteration"),
        ("#productname=VIPNano-QI, pid=0x88\n", Context(), RunInfo(), "cut off · 0 iterations · VIPNano-QI 0x88"),
    ],
)
def test_the_headline(report_from: ReportFrom, text: str, context: Context, info: RunInfo, line: str) -> None:
    assert run_text(report_from(text, context, info)).splitlines()[0] == line


def test_a_run_of_several_is_told_by_its_number(report_from: ReportFrom, seed_run: bytes) -> None:
    report = report_from(seed_run * 3)
    assert run_text(report).startswith("run 3 of 3 · ok · 1 iteration · VIPNano-QI 0x88\n")
    assert run_text(report._replace(runs_in_log=None)).startswith("run 3 · ok · ")


def test_the_outcome_is_coloured_and_not_the_name_that_holds_it(report_from: ReportFrom, seed_run: bytes) -> None:
    text = run_text(report_from(seed_run, info=RunInfo(model="token")), Style(color=True))
    assert text.startswith("token · \x1b[32mok\x1b[0m · ")
    assert "\x1b[31mno profile\x1b[0m" in run_text(report_from(""), Style(color=True))


def test_figures_that_are_absent_are_left_out_or_said_to_be(report_from: ReportFrom) -> None:
    assert "Utilization" not in run_text(report_from(END))
    assert "Bandwidth" not in run_text(report_from(END))
    partly = "TOTAL_READ_BANDWIDTH (MByte): 5.000000\nGPUTOTALCYCLES: 10\nGPUIDLECYCLES: 5\n*********\n" + END
    text = run_text(report_from(partly))
    assert "Utilization  50.0 %" in text
    assert "\n  10 cycles, 5 idle\n" in text
    assert "\nBandwidth            MByte\n" in text
    assert "total read          5.00  ███" in text
    assert "        write          n/a\n" in text


def test_a_bandwidth_of_nothing_has_no_bars(report_from: ReportFrom) -> None:
    text = run_text(report_from("DDR_READ_BANDWIDTH (MByte): 0.000000\n*********\n" + END))
    assert "  DDR   read          0.00\n" in text


def test_several_iterations_are_summed_up(report_from: ReportFrom) -> None:
    times = [30_000, 10_000, 20_000, 40_000]
    text = "".join(f"Run the {number} time: 1.00ms or {us}.00us\n" for number, us in enumerate(times, 1))
    report = run_text(report_from(text + "Total   100.00ms or 100010.00us\nAverage 25.00ms or 25002.50us\n"))
    assert "Times  iteration 40.0 ms, average 25.0 ms, total 100 ms\n" in report


def test_an_inference_has_a_time_beside_its_iteration(report_from: ReportFrom) -> None:
    assert "Times  iteration 30.0 ms, inference 42.3 ms\n" in run_text(report_from(END + "Done. inference : 0.0423\n"))
    assert "Times  iteration 42.3 ms\n" in run_text(report_from("Done. inference : 0.0423\n"))


def test_the_iteration_that_was_measured_is_named_where_it_is_not_the_last(report_from: ReportFrom) -> None:
    profiled = LAYER.format(0, "conv", 5_000, 4_000_000, 40_000) + END
    text = run_text(report_from(profiled + "Run the 2 time: 31.00ms or 31000.00us\n"))
    assert "Utilization  99.0 %" in text
    assert "  the figures are from iteration 1, the last with a profile\n" in text
    assert "the last with a profile" not in run_text(report_from(profiled))


def test_several_operations_are_added_up_and_ranked(report_from: ReportFrom) -> None:
    text = LAYER.format(0, "conv", 5_000, 4_000_000, 40_000) + LAYER.format(1, "fc", 15_000, 12_000_000, 6_000_000)
    report = report_from("#productname=VIPNano-QI, pid=0x88\n" + text + END)
    lines = run_text(report).splitlines()
    start = lines.index("2 operations in 20.0 ms of 30.0 ms, busy 12.4 ms; 10.0 ms between them")
    assert [line.split() for line in lines[start + 1 : start + 3]] == [
        ["target", "ops", "time", "of", "time", "busy", "of", "busy", "DDR", "MByte"],
        ["unknown", "2", "20.0", "ms", "100.0", "%", "12.4", "ms", "100.0", "%", "36.00"],
    ]
    assert lines[start + 4 : start + 8] == [
        "2 operations, the longest first",
        "   #  operation             time  of time      sum      busy  DDR MByte",
        "   1  fc                 15.0 ms   75.0 %   75.0 %   7.50 ms      18.00",
        "   0  conv               5.00 ms   25.0 %  100.0 %   4.95 ms      18.00",
    ]
    narrow = run_text(report, Style(width=60)).splitlines()
    (head,) = [line for line in narrow if line.startswith("   #")]
    assert head.split() == ["#", "operation", "time", "of", "time", "sum", "busy"]


def test_what_the_sums_are_sums_of() -> None:
    def told(elapsed_us: float | None, window_us: int) -> str:
        cycles = Cycles(window_us * 800, 0)
        operation = Operation(cycles=cycles, execution_us=window_us, window_us=window_us)
        return whereabouts(profile_of(Iteration(1, elapsed_us, (operation, operation))))

    assert (
        told(70_000.0, 30_000) == "2 operations in 60.0 ms of 70.0 ms, busy 60.0 ms at 800.0 MHz; 10.0 ms between them"
    )
    assert told(None, 300) == "2 operations in 600 µs"


def test_what_there_is_of_an_unfinished_iteration_is_listed(report_from: ReportFrom) -> None:
    done = "".join(LAYER.format(number, "conv", 5_000, 4_000_000, 40_000) for number in (0, 1)) + END
    lines = run_text(report_from(done + LAYER.format(0, "conv", 7_000, 4_000_000, 40_000))).splitlines()
    head = lines.index("Iteration 2, unfinished")
    assert lines[head + 3].split()[:4] == ["0", "conv", "7.00", "ms"]
    assert sum("  conv  " in line for line in lines[:head]) == 2


def test_a_table_that_was_asked_for_takes_the_place_of_the_rest(report_from: ReportFrom) -> None:
    text = "".join(LAYER.format(number, f"layer{number}", 100 + number, 80_000, 0) for number in range(45)) + END
    report = report_from(text + "Total   30.00ms or 30010.00us\nAverage 30.00ms or 30010.00us\n")
    everything = run_text(report, view=View("operation"))
    assert everything.count("layer") == 45 + everything.count("layers")
    assert "Bandwidth" not in everything
    first = run_text(report, view=View("operation", sort="order", top=3))
    assert re.findall(r"layer\d+", first) == ["layer0", "layer1", "layer2"]
    assert "The 3 of 45 operations that run first" in first
    assert len(re.findall(r"\d+ layer\d+", run_text(report, view=View("layer")))) == 40
    assert "  5 more" in run_text(report, view=View("layer"))
    assert run_text(report, view=View("iteration")).splitlines()[-1].split()[:3] == ["1", "30.0", "ms"]
    assert "target" in run_text(report, view=View("target"))
    twice = report_from(END + END.replace("1 time", "2 time"))
    assert run_text(twice, view=View("iteration", top=1)).endswith("  1 more\n")
    profile = report.metrics.profile
    assert profile is not None
    lacking = report._replace(metrics=report.metrics._replace(profile=profile._replace(missing=2, of=47)))
    assert "2 of 47 operations are missing, so nothing is added up." in run_text(lacking, view=View("target"))
    assert "The text has no operations." in run_text(report_from(END), view=View("target"))


RAN = RunInfo(log="~/state/1.log", duration_s=1.0)


def test_a_run_that_went_wrong_shows_how_its_log_ends(report_from: ReportFrom) -> None:
    failed = report_from("", info=RAN)._replace(tail=("out of memory", "bye " * 40))
    lines = run_text(failed).splitlines()
    at = lines.index("Log  ~/state/1.log")
    assert lines[at + 1] == "  out of memory"
    assert lines[at + 2] == f"  {'bye ' * 19}b…"


def test_where_the_log_goes_only_its_lines_are_shown(report_from: ReportFrom) -> None:
    text = run_text(report_from("", info=RAN._replace(log=None))._replace(tail=("bye",)))
    assert "\nLog\n  bye\n" in text
    assert "Log" not in run_text(report_from("", info=RAN._replace(log=None)))


def test_a_log_that_explains_nothing_is_not_shown(report_from: ReportFrom, seed_run: bytes) -> None:
    assert "Log" not in run_text(report_from(seed_run, info=RAN)._replace(tail=("bye",)))
    assert "Log" not in run_text(report_from("", info=RunInfo(log="a file that was named"))._replace(tail=("bye",)))


def test_only_the_ten_slowest_operations_are_listed(report_from: ReportFrom) -> None:
    text = "".join(LAYER.format(number, f"layer{number}", 1_000 + number, 80_000, 0) for number in range(45)) + END
    report = run_text(report_from(text))
    assert "The 10 of 45 operations that take longest" in report
    assert [f"layer{number}" for number in range(44, 34, -1)] == re.findall(r"layer\d+", report)


def test_operations_that_mostly_wait_are_ranked_by_their_busy_cycles(report_from: ReportFrom) -> None:
    """Profiling waits 0.3 ms after each operation: half of 600 microseconds."""
    waiting = "".join(LAYER.format(number, f"layer{number}", 600, 80_000, 100 * number) for number in range(45)) + END
    report = run_text(report_from(waiting))
    assert "The 10 of 45 operations that keep the NPU busy longest" in report
    assert [f"layer{number}" for number in range(10)] == re.findall(r"layer\d+", report)
    assert "operations that take longest" in run_text(report_from(waiting.replace("600 us", "601 us")))


def test_counters_alone_are_ranked_by_their_busy_cycles(report_from: ReportFrom) -> None:
    block = "TOTAL_READ_BANDWIDTH (MByte): 1.000000\nGPUTOTALCYCLES: 1000\nGPUIDLECYCLES: {0}\n"
    report = run_text(report_from("".join(map(block.format, range(990, 890, -5))) + END))
    assert "The 10 of 20 operations that keep the NPU busy longest" in report
    assert re.findall(r"^ +(\d+)  operation", report, re.MULTILINE)[:3] == ["19", "18", "17"]


def test_what_is_known_of_operations_without_a_name(report_from: ReportFrom) -> None:
    report = run_text(report_from("uid: 1\nGPUTOTALCYCLES: 8\n*********\nuid: 2\nGPUTOTALCYCLES: 8\n*********\n" + END))
    assert "\n2 operations in an iteration of 30.0 ms\n" in report
    assert "\n2 operations, as they ran\n   #  operation\n   0  operation 0\n   1  operation 1\n" in report


#: Counters alone: total, idle and traffic of three operations.
UNTIMED = "".join(
    f"DDR_READ_BANDWIDTH (MByte): {moved}.0\nDDR_WRITE_BANDWIDTH (MByte): 0.0\n{counted}*********\n"
    for moved, counted in (
        (3, "GPUTOTALCYCLES: 90000\nGPUIDLECYCLES: 80000\n"),
        (1, "GPUTOTALCYCLES: 90000\nGPUIDLECYCLES: 50000\n"),
        (2, "GPUTOTALCYCLES: 90000\nGPUIDLECYCLES: 40000\n"),
    )
)


@pytest.mark.parametrize("sort", [None, "time", "busy"])
def test_operations_without_times_are_ranked_by_their_busy_cycles(report_from: ReportFrom, sort: Order | None) -> None:
    lines = run_text(report_from(UNTIMED), view=View(sort=sort)).splitlines()
    start = lines.index("3 operations, the busiest first")
    assert [line.split() for line in lines[start + 1 : start + 5]] == [
        ["#", "operation", "cycles", "of", "busy", "sum", "DDR", "MByte"],
        ["2", "operation", "2", "50.0", "k", "50.0", "%", "50.0", "%", "2.00"],
        ["1", "operation", "1", "40.0", "k", "40.0", "%", "90.0", "%", "1.00"],
        ["0", "operation", "0", "10.0", "k", "10.0", "%", "100.0", "%", "3.00"],
    ]
    assert "target              ops  of busy  DDR MByte" in lines


def test_operations_without_times_and_cycles_are_ranked_by_their_traffic(report_from: ReportFrom) -> None:
    lines = run_text(report_from(re.sub("GPU.*\n", "", UNTIMED))).splitlines()
    start = lines.index("3 operations, by DDR traffic")
    assert [line.split() for line in lines[start + 1 : start + 5]] == [
        ["#", "operation", "DDR", "MByte"],
        ["0", "operation", "0", "3.00"],
        ["2", "operation", "2", "2.00"],
        ["1", "operation", "1", "1.00"],
    ]


def test_of_dumped_operations_the_share_stands_behind_the_busy_time_that_ranks_them(report_from: ReportFrom) -> None:
    dumped = "".join(
        f"***dump layer : {number}***\n" + LAYER.format(number, "conv", 50_000, 40_000_000, 30_000_000 + number)
        for number in range(2)
    )
    lines = run_text(report_from("#productname=VIPNano-QI, pid=0x88\n" + dumped + END)).splitlines()
    start = lines.index("2 operations, the busiest first")
    assert lines[start + 1].split()[:7] == ["#", "operation", "busy", "of", "busy", "sum", "time"]


@pytest.mark.parametrize(
    ("by", "said"), [("iteration", "The text has no iterations."), ("shader", "The text has no operations.")]
)
def test_a_table_of_nothing_says_so(report_from: ReportFrom, by: Rows, said: str) -> None:
    assert run_text(report_from("Verify...\n"), view=View(by)).endswith(f"\n{said}\n")


def test_operations_without_a_shader_make_no_table_of_shaders(report_from: ReportFrom) -> None:
    text = run_text(report_from(LAYER.format(0, "conv", 5_000, 4_000_000, 40_000) + END), view=View("shader"))
    assert text.endswith("\nNo operation names its shader.\n")


def test_counters_that_cover_little_of_a_short_window_say_so(report_from: ReportFrom) -> None:
    chip = "#productname=VIPNano-QI, pid=0x88\n"
    text = run_text(report_from(chip + LAYER.format(0, "net", 434, 146_000, 5_845) + END))
    assert "\n  146 k cycles, 5 845 idle; they cover 182 µs of the window only\n" in text
    text = run_text(report_from(chip + LAYER.format(0, "net", 434, 346_000, 5_845) + END))
    assert "\n  346 k cycles, 5 845 idle\n" in text


def test_scores_that_are_no_shares_have_no_bars(report_from: ReportFrom) -> None:
    assert "█" in run_text(report_from("--- Top2 ---\n 3: 1.0\n 1: 0.5\n"))
    assert "█" not in run_text(report_from("--- Top2 ---\n 3: 31.1\n 1: 0.5\n"))
    assert "█" not in run_text(report_from("--- Top2 ---\n 3: 0.5\n 1: -0.5\n"))


def test_scores_without_room_for_bars_have_none(report_from: ReportFrom) -> None:
    text = "--- Top2 ---\n9999999999: 100000000000000.0\n1: 0.5\n"
    lines = run_text(report_from(text), Style(width=30)).splitlines()
    start = lines.index("Top-2")
    assert lines[start + 1 : start + 3] == [
        "   1  9999999999       100 T",
        "   2           1      0.5000",
    ]


def test_a_log_with_an_unprintable_name_is_shown_spelled_out(report_from: ReportFrom) -> None:
    lines = run_text(report_from("", info=RAN._replace(log="a\x07b"))).splitlines()
    assert any(line.startswith("Log  a") for line in lines)
    assert all(line.isprintable() for line in lines)


def test_classes_with_labels_and_without(report_from: ReportFrom) -> None:
    text = " --- Top4 ---\n  2: 0.833984\n 12: 0.1\n -1: 0.0\n100: nan\n"
    lines = run_text(report_from(text, Context(("", "", "goldfish")))).splitlines()
    start = lines.index("Top-4")
    assert [line.split("█")[0].split() for line in lines[start + 1 : start + 5]] == [
        ["1", "2", "goldfish", "0.8340"],
        ["2", "12", "0.1000"],
        ["3", "-1", "no", "class", "0.0000"],
        ["4", "100", "n/a"],
    ]
    many = "--- Top20 ---\n" + "".join(f"{number}: 0.5\n" for number in range(20))
    assert sum("0.5000" in line for line in run_text(report_from(many)).splitlines()) == 10


def test_detections(report_from: ReportFrom) -> None:
    text = "class: person, score: 0.9\nbox coordinate left,top,right,down: [12.5, 8.0, 96.0, 64.0]\n"
    boxes = "".join(f"i:{number} left:1 right:2 top:3 bottom:4\n" for number in range(12))
    lines = run_text(report_from(text + boxes)).splitlines()
    start = lines.index("Detections  13 in the last frame")
    assert lines[start + 2].split() == ["1", "person", "0.9000", "12.50", "8.000", "96.00", "64.00"]
    assert lines[start + 3].split() == ["0", "n/a", "1.000", "3.000", "2.000", "4.000"]
    assert lines[start + 12] == "  3 more"


def test_diagnostics(report_from: ReportFrom) -> None:
    text = "E [vnn:1]bad\nW [vnn:2]odd\nI [vnn:3]fine\nRun graph the 0 time fail\nexecution tim: 3\n"
    lines = run_text(report_from(text)).splitlines()
    start = lines.index("Diagnostics")
    assert lines[start + 1 : start + 5] == [
        "  error ovxlib (line 1): [vnn:1]bad",
        "  warning ovxlib (line 2): [vnn:2]odd",
        "  error model (line 4): iteration 1: the graph could not be run",
        "1 line of the profiler not recognised",
    ]
    many = run_text(report_from("".join(f"E [vnn:{number}]bad\n" for number in range(300)) + "GPUTOTALCYCLE: 4\n" * 2))
    assert "  190 more; --format json lists them\n  100 more were not kept\n2 lines of the profiler" in many
    assert "error ovxlib (line 1) (1 200 times): [vnn:1]bad" in run_text(report_from("E [vnn:1]bad\n" * 1_200))


def test_checks_that_failed_are_told_with_their_figures(report_from: ReportFrom, seed_run: bytes) -> None:
    wrong = seed_run.replace(b"71.703380", b"72.000000").replace(b"[1] times", b"[2] times")
    text = run_text(report_from(wrong))
    assert "Checks  7 passed, 2 failed\n" in text
    assert "  bandwidth.total: operation 1: read total 72.0 MByte is not AXI 30.981305 + DDR\n" in text
    assert "  iterations.count: 1 of 2 iterations completed\n" in text
    assert "Checks  1 passed, 0 failed, 8 without figures\n" in run_text(report_from(END))


def test_the_verdict_comes_first(seed_report: RunReport, report_from: ReportFrom) -> None:
    for report in (seed_report, report_from("")):
        told = " ".join(run_text(report).partition("\n\n")[2].split())
        assert told.startswith(" ".join(report.metrics.verdict.split()))


def test_further_findings_and_conditions_follow(seed_report: RunReport) -> None:
    metrics = seed_report.metrics._replace(findings=((seed_report.metrics.verdict_id, "x"), ("other", "Another.")))
    conditions = Conditions(True, True, False, power_management=False, environment=(("VNN_LOOP_TIME", "3"),))
    text = run_text(seed_report._replace(metrics=metrics, conditions=conditions))
    assert "\n- Another.\n\nConditions  profiling on, layer dump on, power management off, VNN_LOOP_TIME=3\n" in text


def test_the_iterations_of_a_run(seed_report: RunReport) -> None:
    bins = ((10_000.0, 12_000.0, 5), (12_000.0, 14_000.0, 0), (14_000.0, 16_000.0, 40))
    times = (61_200.0, 10_000.0, 15_000.0, 14_800.0, 15_900.0, 16_000.0, 16_000.0, 900.0, 500.0)
    statistics = Statistics(46, *times, without_first=True, bins=bins)
    text = run_text(seed_report._replace(metrics=seed_report.metrics._replace(statistics=statistics)))
    assert "Iterations  46: the first 61.2 ms; the others: median 15.0 ms, mean 14.8 ms,\n" in text
    assert "            10.0 ms ▂ █ 16.0 ms\n" in text
    about = statistics._replace(approximate=True, bins=(), without_first=False)
    lines = list(statistics_lines(about, Style(ascii=True)))
    assert lines[0].startswith("Iterations  46: about median 15.0 ms, mean")
    assert len(list(statistics_lines(statistics, Style(width=20)))) == len(
        list(statistics_lines(statistics._replace(bins=()), Style(width=20)))
    )
    assert histogram([1, 0, 8], Style(ascii=True)) == ": #"


def test_what_another_program_reports(seed_report: RunReport) -> None:
    def told(reported: Reported) -> str:
        return run_text(seed_report._replace(state=seed_report.state._replace(reported=reported)))

    some = told(Reported("benchmark_model", 50, 41_210.0, average_us=42_711.6))
    assert "\nReported  benchmark_model: 50 inferences, average 42.7 ms, first 41.2 ms\n" in some
    assert "\nReported  by nnstreamer, no figures\n" in told(Reported("nnstreamer"))


@pytest.mark.parametrize(
    ("network", "line"),
    [
        (
            Network("inception_v3", None, (PICTURE,), (CLASSES,)),
            "inception_v3: in 1×3×299×299 uint8, out 1×1001 float16",
        ),
        (Network(None, None, (PICTURE,)), "unnamed: in 1×3×299×299 uint8"),
        (Network("n", None, (), (CLASSES, NetworkTensor("x", "int8"))), "n: out 1×1001 float16, n/a int8"),
        (Network("n", None, (NetworkTensor("x", "int8", (1,)),) * 6), f"n: in {'1 int8, ' * 4}2 more"),
        (Network("n"), "n"),
    ],
)
def test_the_network(report_from: ReportFrom, network: Network, line: str) -> None:
    report = report_from(END, Context(network=network))
    lines = run_text(report).splitlines()
    assert lines[1:3] == [f"Network  {line}", ""]
    ascii_line = run_text(report, Style(ascii=True)).splitlines()[1]
    assert ascii_line == lines[1].replace("×", "x")


def test_a_network_with_long_names_is_wrapped(report_from: ReportFrom) -> None:
    network = Network("long" * 30, None, (PICTURE,), (CLASSES,))
    lines = run_text(report_from(END, Context(network=network)), Style(width=60)).splitlines()
    assert lines[1].startswith("Network  longlong")
    assert all(line.startswith(" " * 9) for line in lines[2 : lines.index("")])


TIMED = "Run the 1 time: 1.00ms or {}.00us\nTotal   50.00ms or 50000.00us\nAverage 1.00ms or 5.00us\n"


def test_runs_under_their_names_and_their_sum(report_from: ReportFrom) -> None:
    reports = [report_from(TIMED.format(us)) for us in (30_000, 10_000, 20_000)]
    text = series_text([(f"Run {number} of 3", report) for number, report in enumerate(reports, 1)])
    assert [line for line in text.splitlines() if line.startswith(("Run ", "ok", "3 "))] == [
        *("Run 1 of 3", "ok · 1 iteration", "Run 2 of 3", "ok · 1 iteration", "Run 3 of 3", "ok · 1 iteration"),
        "3 runs: 3 ok, latency min 10.0 ms, median 20.0 ms, max 30.0 ms",
    ]
    assert f"Run 2 of 3\n{run_text(reports[1])}\nRun 3 of 3\n" in text


def test_runs_without_times_are_only_counted(report_from: ReportFrom) -> None:
    told = [("Run 1 of 2", report_from(TIMED.format(1))), ("Run 2 of 2", report_from(""))]
    assert series_text(told).endswith("\n\n2 runs: 1 ok, 1 no profile\n")


def test_a_single_run_needs_no_sum(report_from: ReportFrom) -> None:
    report = report_from("")
    assert series_text([("Run 1 of 3", report)]) == f"Run 1 of 3\n{run_text(report)}"
    assert series_text([]) == ""


def test_the_sum_of_simulated_figures_says_so_and_keeps_the_width(report_from: ReportFrom) -> None:
    report = report_from(TIMED.format(1))._replace(demo=True)
    text = series_text([("Run", report)] * 2, Style(width=50))
    assert text.endswith("\n\nDEMO: 2 runs: 2 ok, latency min 1 µs, median 1 µs,\nmax 1 µs\n")
