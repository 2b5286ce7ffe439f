from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.compiler_report import OperationMemory, read_report, report_checks
from npumon.modelfile.gx8002 import read_header

#: What npu-compiler 1.5.3rc7 prints with -m; the names and figures are synthetic.
REPORT = b"""\
======================================= WEIGHTS ===========================================
cumulative                  self                                    name
weight_size                 weight_size\x20
0x4      ( 4B )             0x4    ( 4B )             concat/axis\x20\x20
0x1e     ( 30B )            0x1a   ( 26B )            Const\x20\x20
========================================= DATA ============================================
cumulative                  self                                    cumulative         self             name
data_size+tmp_size          data_size+tmp_size                      ins_size                    ins_size\x20
0x28     ( 40B )            0x28 + 0x0         ( 40B + 0B )    0x4      ( 4B )    0x4      ( 4B )   concat
0x40     ( 64B )            0x10 + 0x8         ( 16B + 8B )    0xc      ( 12B )   0x8      ( 8B )   phone_prob
Memory allocation info:
Mem0(ops): 0
Mem1(data): 64
Mem2(instruction): 12
Mem3(in): 40
Mem4(out): 36
Mem5(tmp content): 0
Mem6(weights): 30
Total NPU Size (Mem0+Mem1+Mem2+Mem5+Mem6): 106
Total Memory Size: 182
------------------------
Compile OK.
"""


def test_the_printed_report_is_read() -> None:
    report = read_report(REPORT)
    assert report is not None
    assert report.memory == (
        ("ops", 0),
        ("data", 64),
        ("cmd", 12),
        ("input", 40),
        ("output", 36),
        ("tmp", 0),
        ("weight", 30),
    )
    assert (report.npu_bytes, report.total_bytes, report.finished) == (106, 182, True)
    assert report.operations == (
        OperationMemory("concat/axis", 4, None, None),
        OperationMemory("Const", 26, None, None),
        OperationMemory("concat", None, 40, 4),
        OperationMemory("phone_prob", None, 24, 8),
    )


def test_line_ends_of_windows_make_no_difference() -> None:
    assert read_report(REPORT.replace(b"\n", b"\r\n")) == read_report(REPORT)


def test_a_header_agrees_with_its_report(writers: Any) -> None:
    model = read_header(writers.header().data(), today="2026-11-22")
    report = read_report(REPORT)
    assert model is not None
    assert report is not None
    assert [(check.id, check.ok) for check in report_checks(model, report)] == [("gx.report", True)]
    other = report._replace(npu_bytes=100, memory=(("cmd", 8), ("weight", 30)))
    assert [(check.ok, check.expected, check.found) for check in report_checks(model, other)] == [
        (False, 8, 12),
        (False, 100, 106),
    ]
    unfinished = report_checks(model, report._replace(finished=False))
    assert [(check.severity, check.ok) for check in unfinished] == [("warn", False)]


def test_other_text_is_no_report() -> None:
    assert read_report(b"Compile OK.\n") is None
    assert read_report(b"") is None


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(junk: bytes) -> None:
    report = read_report(junk + REPORT[:300] + junk + b"\nMem1(data): 5\n" + junk)
    assert report is not None
    assert ("data", 5) in report.memory
