"""What the text did not say is None, never zero."""

from __future__ import annotations

from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Detection, Iteration, Operation


def test_the_six_bandwidth_figures_stand_in_the_drivers_order() -> None:
    assert Bandwidth._fields == BANDWIDTHS
    assert Bandwidth(1.0, 2.0, 3.0, 4.0, 5.0, 6.0).ddr_write == 6.0


def test_what_was_not_said_is_absent() -> None:
    assert Operation() == Operation(None, None, None, None, None, None, None, None, Bandwidth(), Cycles())
    assert set(Bandwidth()) | set(Cycles()[:2]) | set(Detection()) == {None}
    assert Iteration(1).elapsed_us is None
    assert Iteration(1).complete


def test_reads_and_writes_of_a_memory_add_up_only_where_both_were_said() -> None:
    found = Bandwidth(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    assert (found.total, found.axi, found.ddr) == (3.0, 7.0, 11.0)
    lacking = Bandwidth(1.0, None, None, 4.0, 5.0, None)
    assert (lacking.total, lacking.axi, lacking.ddr) == (None, None, None)
