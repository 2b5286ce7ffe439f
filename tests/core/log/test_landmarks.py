"""Lines that people go to: no hint leaves one out, whatever the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.parser import ProfileParser
from npumon.core.log.severity import level_of
from npumon.core.log.whole.landmarks import LANDMARKS, OperationTest
from npumon.core.log.whole.line_search import matching_lines
from npumon.core.run.splitter import RunSplitter
from npumon.core.run.state import RunState
from tests.core.log import test_severity
from tests.core.log.test_severity import SEED

(_LEVELS,) = (mark for mark in test_severity.test_levels.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
LINES = [line for line, _ in _LEVELS.args[1]]
DEATHS = [
    "Segmentation fault",
    "Aborted",
    "Killed",
    "Bus error",
    "Illegal instruction",
    "Floating point exception",
    "Trace/breakpoint trap",
    "Bad system call",
    "Terminated",
    "Hangup",
    "Quit (core dumped)",
]
OTHERS = [
    "what():  basic_string::_M_construct null not valid",
    "free(): invalid pointer",
    "malloc(): corrupted top size",
    "double free or corruption (out)",
    "*** stack smashing detected ***: terminated",
    "net: ../src/main.cpp:85: int main(int, char**): Assertion `argc > 2' failed.",
    'Node 0x55a1b2c3d4("name"): No.3 parameter is required but not supplied',
    "python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput",
    "CANNOT LINK EXECUTABLE x",
    "KeyboardInterrupt",
    "SystemExit",
    "StopIteration",
    "Test Fail,Execution Time Too Long",
    "fail to read lcdt offset",
    "Failed to open device: No such file or directory, Try again...",
]


def run_of(text: bytes) -> RunState:
    parser, fold = ProfileParser(), RunSplitter()
    fold.feed((*parser.feed(text), *parser.close()))
    return fold.state


@pytest.mark.parametrize("line", [*LINES, *DEATHS, *OTHERS])
def test_each_error_is_found(line: str) -> None:
    found = matching_lines(line.encode(), 1, 1, LANDMARKS["error"])
    assert found == ([1] if level_of(line) == "error" else [])


@pytest.mark.parametrize("line", [*DEATHS, *OTHERS])
def test_these_are_errors(line: str) -> None:
    assert level_of(line) == "error"


@given(st.lists(st.sampled_from([*LINES, *DEATHS, *OTHERS, "Verify...", "nothing"]), min_size=1))
def test_however_many_lines_there_are(lines: list[str]) -> None:
    text = "\n".join(lines).encode()
    expected = [number for number, line in enumerate(lines, 5) if level_of(line) == "error"]
    assert matching_lines(text, 5, len(lines), LANDMARKS["error"]) == expected


def test_runs_and_operations() -> None:
    text = (
        b"#productname=VIPNano-QI, pid=0x88\n"
        b"Create Neural Network: 59ms or 59455us\n"
        b"layer_id: 2 layer name:LeakyReluLayer operation[0]:VXNNE_OPERATOR_ACTIVATION target:SH.\n"
        b"==layer_id: 30 abs_op_id: 29 imageNonZeroRatio: 0.7312012\n"
        b"layer name alone\n"
        b"STARTING!\n"
        b"det_set_model success!!\n"
        b"det_set_model failed\n"
        b"[     9] layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown.\n"
    )
    assert matching_lines(text, 1, 9, LANDMARKS["run"]) == [2, 6, 7]
    assert matching_lines(text, 1, 9, LANDMARKS["operation"]) == [3, 9]


def test_an_operation_is_found_by_its_figures() -> None:
    text = SEED.read_bytes()
    lines = text.count(b"\n")
    operation = run_of(text).iterations[-1].operations[0]
    head = text[: text.index(b"layer id:")].count(b"\n")
    assert OperationTest(operation).find(text * 2, 1, 2 * lines) == [head + 1, lines + head + 1]
    assert OperationTest(operation).find(text * 2, 1, lines) == [head + 1], "the rest is of the next block"
    assert OperationTest(operation._replace(execution_us=1)).find(text, 1, lines) == []
    assert OperationTest(operation).beyond > 48 * 100
