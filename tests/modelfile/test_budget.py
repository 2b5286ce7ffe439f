from __future__ import annotations

from npumon.modelfile.budget import Budget, budget_checks, fits
from npumon.modelfile.description import Fit, Sizes

SIZES = Sizes(cmd_bytes=5172, weight_bytes=128166, data_bytes=13680, tmp_bytes=0, ops_bytes=0)


def test_the_example_of_the_public_note_fits_both_ways() -> None:
    assert fits(SIZES, Budget()) == (Fit("sram", 147018, 196608), Fit("xip", 13680, 196608))
    assert all(check.ok for check in budget_checks(SIZES, fits(SIZES, Budget()), Budget()))


def test_without_the_arrays_nothing_is_said() -> None:
    sizes = Sizes(cmd_bytes=1, data_bytes=2)
    assert fits(sizes, Budget()) == ()
    assert budget_checks(sizes, (), Budget()) == ()


def test_little_room_is_tight_and_none_is_not() -> None:
    assert [Fit("sram", needs, 100).tight for needs in (90, 91, 100, 101)] == [False, True, True, False]
    assert Fit("sram", 101, 100).headroom_bytes == -1


def test_a_smaller_budget_leaves_only_flash() -> None:
    budget = Budget(sram_bytes=128 << 10, flash_bytes=100_000)
    found = {check.id: check.ok for check in budget_checks(SIZES, fits(SIZES, budget), budget)}
    assert found == {"gx.fit": True, "gx.headroom": True, "gx.flash": False}
