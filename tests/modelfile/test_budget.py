from __future__ import annotations

import pytest

from npumon.modelfile.budget import Budget, budget_checks, fits, whole_fits
from npumon.modelfile.description import FileCheck, Fit, Sizes

SIZES = Sizes(cmd_bytes=5172, weight_bytes=128166, data_bytes=13680, tmp_bytes=0, ops_bytes=0)


def checks(sizes: Sizes, budget: Budget) -> dict[str, FileCheck]:
    return {check.id: check for check in budget_checks(fits(sizes, budget), budget)}


def told(sizes: Sizes, budget: Budget) -> dict[str, bool]:
    return {name: check.ok for name, check in checks(sizes, budget).items()}


def test_the_example_of_the_public_note_fits_both_ways() -> None:
    assert fits(SIZES, Budget()) == (Fit("sram", 147018, 196608), Fit("xip", 13680, 196608, 133338, 1 << 20))
    assert told(SIZES, Budget()) == {"gx.fit": True, "gx.headroom": True}


def test_without_the_arrays_nothing_is_said_unless_a_budget_is_to_be_kept() -> None:
    sizes = Sizes(cmd_bytes=1)
    assert fits(sizes, Budget()) == ()
    assert told(sizes, Budget()) == {}
    check = checks(sizes, Budget(100, sram_named=True))["gx.fit"]
    assert (check.severity, check.ok, "was not applied" in check.detail) == ("warn", False, True)


def test_little_room_is_tight_and_none_is_not() -> None:
    assert [Fit("sram", needs, 100).tight for needs in (90, 91, 100, 101)] == [False, True, True, False]
    assert Fit("sram", 101, 100).headroom_bytes == -1


def test_what_fits_the_sram_only_without_weights_needs_room_for_them_in_flash() -> None:
    assert told(SIZES, Budget(128 << 10)) == {"gx.fit": True, "gx.headroom": True, "gx.flash": True}
    small = checks(SIZES, Budget(128 << 10, flash_bytes=100_000))
    assert {name: (check.severity, check.ok) for name, check in small.items()} == {
        "gx.fit": ("fail", False),
        "gx.flash": ("fail", False),
    }
    assert "33338 too many for the flash" in small["gx.fit"].detail


def test_a_budget_that_was_named_is_kept_unless_the_flash_was_named_too() -> None:
    named = checks(SIZES, Budget(128 << 10, sram_named=True))
    assert {name: check.ok for name, check in named.items()} == {"gx.fit": False}
    assert (named["gx.fit"].expected, named["gx.fit"].found) == (131072, 147018)
    assert "15946 too many" in named["gx.fit"].detail
    assert named["gx.fit"].detail.endswith("117392 left, but only a budget of SRAM was named")
    both = Budget(128 << 10, 1 << 20, sram_named=True, flash_named=True)
    assert told(SIZES, both) == {"gx.fit": True, "gx.headroom": True, "gx.flash": True}
    assert told(SIZES, Budget(150 << 10, sram_named=True)) == {"gx.fit": True, "gx.headroom": False}


@pytest.mark.parametrize(
    ("sizes", "needs"),
    [
        (Sizes(npu_bytes=500, cmd_bytes=1, data_bytes=2, total_bytes=900), 500),
        (Sizes(cmd_bytes=100, data_bytes=20, ops_bytes=3, total_bytes=900), 123),
        (Sizes(cmd_bytes=100, total_bytes=900), 900),
    ],
)
def test_another_core_has_no_figures_of_its_own_but_keeps_a_budget(sizes: Sizes, needs: int) -> None:
    assert whole_fits(sizes, Budget()) == ()
    budget = Budget(needs - 1, sram_named=True)
    assert whole_fits(sizes, budget) == (Fit("sram", needs, needs - 1),)
    assert [check.ok for check in budget_checks(whole_fits(sizes, budget), budget)] == [False]
