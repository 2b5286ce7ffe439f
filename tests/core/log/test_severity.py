"""The level of a raw line: the parser's diagnostics, figures, and what unknown lines say of themselves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.grammar import VIVANTE
from npumon.core.log.parser import ProfileParser
from npumon.core.log.scrollback import line_text
from npumon.core.log.severity import level_of
from npumon.core.run.splitter import RunSplitter

SEED = Path(__file__).parents[2] / "data" / "seed_run.txt"


@pytest.mark.parametrize(
    ("line", "level"),
    [
        # the forms of public programs, see the grammar's rules
        ("E [vnn_CreateInceptionV3:142]CHECK PTR 308", "error"),
        ("W [vsi_nn_OpSetup:10]slow", "warning"),
        ("I [vsi_nn_PrintGraph:10]nodes", "info"),
        ("D [vsi_nn_PrintGraph:10]nodes", "debug"),
        ("E Detect_api:[det_set_model:58]dlopen failed", "error"),
        ("D Detect_api:[det_set_model:58]no error", "debug"),
        ("GPUTOTALCYCE [vnn_Run:90]warm", "error"),
        ("run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3 inception_v3.nb", "error"),
        ("Aborted", "error"),
        ("[npumon: 4096 bytes were lost here: No space left on device]", "error"),
        ("Run graph the 0 time fail", "error"),
        ("Usage: ./inceptionv3 data_file inputs...", "error"),
        ("[     3] gcSHADER_WriteBufferToFile: Failed to open file", "warning"),
        ("[     7] GPUTOTALCYCLES: 16697255", "figure"),
        ("execution time:             20845 us", "figure"),
        ("Run the 1 time: 21.00ms or 21609.00us", "figure"),
        ("  2: 0.833984", "figure"),
        ("uid: 0", "plain"),
        ("Verify...", "plain"),
        ("", "plain"),
        # synthetic lines that nobody knows
        ("./x: error while loading shared libraries: libovxlib.so: cannot open shared object file", "error"),
        ("Traceback (most recent call last):", "error"),
        ("ValueError: no such layer", "error"),
        ("Exception: x", "error"),
        ("cv2.error: OpenCV(4.5.4) x", "error"),
        ("terminate called without an active exception", "error"),
        ("GPUTOTALCYC[  123.456789] usb 1-1: new device", "plain"),
        ("Haterminate called without an active exception", "error"),
        ("fail to read lcdt offset", "error"),
        ("[   25.253842] [galcore]: NP[0] hang, automatic recovery.", "warning"),
        ("[     9] GPUCYCLES: -5", "figure"),
        ("IOException: x", "error"),
        ("FATAL: out of memory", "error"),
        ("0 errors, no failed tests", "plain"),
        ("10 errors", "error"),
        ("terror", "plain"),
        ("Warning: the input has another size", "warning"),
        ("forewarned", "plain"),
        ("hello", "plain"),
        ("x" * 1_000 + " error", "plain"),
    ],
)
def test_levels(line: str, level: str) -> None:
    assert level_of(line) == level


def test_what_the_parser_diagnoses_is_highlighted() -> None:
    text = "E [a:1]one\nW [a:2]two\nFail to show result.\ngcSHADER_WriteBufferToFile: Failed to open file\nBus error\n"
    parser, fold = ProfileParser(), RunSplitter()
    fold.feed(parser.feed(text.encode()))
    fold.feed(parser.close())
    diagnosed = {one.line: one.level for one in fold.state.diagnostics if one.line is not None}
    lines = text.splitlines()
    assert diagnosed == {number: level_of(line) for number, line in enumerate(lines, 1)}


def test_the_real_run_has_figures_and_no_diagnostics() -> None:
    levels = [level_of(line_text(line)) for line in SEED.read_bytes().split(b"\n")]
    assert set(levels) == {"figure", "plain"}
    assert levels.count("figure") == 21


def test_every_kind_with_a_level_exists() -> None:
    from npumon.core.log.severity import _KINDS

    assert set(_KINDS) <= {rule.kind for rule in VIVANTE.rules}


@given(st.binary(max_size=200))
def test_any_line_has_a_level(line: bytes) -> None:
    assert level_of(line_text(line)) in ("error", "warning", "info", "debug", "figure", "plain")


def test_a_hostile_line_is_judged_at_once() -> None:
    """Quadratic time in the length of the line would be minutes of the processor's time here."""
    begun = time.process_time()
    levels = [level_of(unit * 20_000) for unit in ("a: ", "E [", "[ 1", "Exception", "1: ", "x_" * 30)]
    assert time.process_time() - begun < 10.0
    assert set(levels) == {"plain"}
