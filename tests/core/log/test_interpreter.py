"""What lines mean where they stand; the table of all lines is in test_spellings."""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic


def events(text: str) -> list[ev.Event]:
    parser = ProfileParser()
    return parser.feed(text.encode()) + parser.close()


@pytest.mark.parametrize(
    "said",
    [
        "4096 bytes were lost here: No space left on device",
        "4096 bytes were left out here: a run's log is bounded to 256 MiB",
        "4096 bytes were not read here: the program printed faster than npumon reads",
        "1 file was not read here: replaced before npumon could open it",
        "12 files were not read here: replaced before npumon could open it",
    ],
)
def test_bytes_that_npumon_lost_are_an_error_of_the_run_and_a_cut(said: str) -> None:
    assert events(f"[npumon: {said}]\n") == [
        ev.Diagnosed(Diagnostic(1, "error", "npumon", said)),
        ev.TextCut(lost=True),
    ]


def test_what_stands_before_and_behind_a_loss_are_two_operations() -> None:
    text = "uid: 1\n[npumon: 9 bytes were lost here: disk full]\nexecution time: 2 us\n*********\n"
    diagnosed, before, cut, behind = events(text)
    assert isinstance(diagnosed, ev.Diagnosed)
    assert isinstance(before, ev.OperationAnnounced)
    assert before.operation.uid == 1
    assert cut == ev.TextCut(lost=True)
    assert isinstance(behind, ev.OperationProfiled)
    assert (behind.operation.uid, behind.operation.execution_us) == (None, 2)
