"""What lines mean where they stand; the table of all lines is in test_spellings."""

from __future__ import annotations

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic


def events(text: str) -> list[ev.Event]:
    parser = ProfileParser()
    return parser.feed(text.encode()) + parser.close()


def test_bytes_that_the_log_lost_are_an_error_of_the_run() -> None:
    assert events("[npumon: 4096 bytes were lost here: No space left on device]\n") == [
        ev.Diagnosed(Diagnostic(1, "error", "npumon", "4096 bytes were lost here: No space left on device"))
    ]


def test_the_loss_does_not_end_the_block_it_fell_into() -> None:
    text = "uid: 1\n[npumon: 9 bytes were lost here: disk full]\nexecution time: 2 us\n*********\n"
    diagnosed, profiled = events(text)
    assert isinstance(diagnosed, ev.Diagnosed)
    assert isinstance(profiled, ev.OperationProfiled)
    assert (profiled.operation.uid, profiled.operation.execution_us, profiled.complete) == (1, 2, True)
