from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.board.driver.version import find_version, read_version
from npumon.board.roots import Roots

Put = Callable[[str, "str | bytes"], Path]
ATTRIBUTE = "sys/module/galcore/version"
DEBUGFS = "sys/kernel/debug/gc/version"
LOG = "dev/kmsg"


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=10), st.sampled_from(["", "Galcore version ", "v: "]))
def test_four_to_seven_numbers_are_a_version(numbers: list[int], before: str) -> None:
    text = ".".join(map(str, numbers))
    assert find_version(f"{before}{text}\n") == (text if 4 <= len(numbers) <= 7 else None)


@pytest.mark.parametrize("text", ["", "6.4.3", "6.4.3.2CB", "x6.4.3.2", "6..4.3.2", "1.2.3.4.5.6.7.8", "." * 1000])
def test_other_forms_are_not(text: str) -> None:
    assert find_version(text) is None


def test_a_version_may_end_a_sentence() -> None:
    assert find_version("Galcore version 6.4.8.7.1.1.1.") == "6.4.8.7.1.1.1"


def test_the_modules_own_attribute_comes_first(tree: Path, put: Put) -> None:
    put(LOG, "Galcore version 1.1.1.1\n")
    assert read_version(Roots(tree)) == "1.1.1.1"
    put(DEBUGFS, "6.4.6.2.345497 built at 10.0.0.1\n")
    assert read_version(Roots(tree)) == "6.4.6.2.345497"
    put(ATTRIBUTE, "6.4.8.7.1.1.1\n")
    assert read_version(Roots(tree)) == "6.4.8.7.1.1.1"


def test_an_unusual_version_is_shown_as_it_is(tree: Path, put: Put) -> None:
    put(DEBUGFS, "6.4.3CB\x1b built at 10.0.0.1\n")
    assert read_version(Roots(tree)) == "6.4.3CB\\x1b"


def test_the_last_load_in_the_kernel_log_counts(tree: Path, put: Put) -> None:
    put(
        LOG,
        b"6,1,1,-;[    5.1@1] Galcore version 6.4.4.3\n\xff\xfe\x1b junk\n6,2,2,-;npu_version: 2\n"
        b"6,3,3,-;[   69.264789@1] Galcore version 6.4.8.7.1.1.1\n",
    )
    assert read_version(Roots(tree)) == "6.4.8.7.1.1.1"


def test_a_log_that_gives_no_more_now_is_not_waited_for(tree: Path, put: Put) -> None:
    """A FIFO that somebody holds open answers like /dev/kmsg behind its last record: EAGAIN."""
    path = put(LOG, "")
    path.unlink()
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    try:
        os.write(writer, b"6,1,1,-;Galcore version 6.4.6.2\n")
        assert read_version(Roots(tree)) == "6.4.6.2"
    finally:
        os.close(writer)


def test_a_log_of_endless_size_is_read_in_part(tree: Path, put: Put) -> None:
    path = put(LOG, "Galcore version 6.4.6.2\n")
    os.truncate(path, 10**9)
    assert read_version(Roots(tree)) == "6.4.6.2"


def test_nothing_to_ask_gives_nothing(tree: Path, put: Put) -> None:
    put(f"{LOG}/folder", "")
    put(f"{DEBUGFS}/folder", "")
    put(ATTRIBUTE, "\n")
    assert read_version(Roots(tree)) is None
