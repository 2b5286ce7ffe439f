"""What a log tells of its board, however its text comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.monitor.log_board import SEARCHED, BoardFinder, LogBoard, board_in

SESSION = (
    b"Linux version 4.9.241 (jenkins@build) #15 SMP PREEMPT\n"
    b"[    0.000000] Machine model: Khadas VIM3\n"
    b"khadas@Khadas:~/net$ ./run.sh\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", LogBoard()),
        (SESSION, LogBoard("Khadas VIM3", "Khadas", "4.9.241")),
        (SESSION.replace(b"\n", b"\r\n"), LogBoard("Khadas VIM3", "Khadas", "4.9.241")),
        (b"[root@imx8mp tengine-lite]# ./net", LogBoard(host="imx8mp")),
        (b"\x1b]0;khadas@Khadas: ~\x07\x1b[01;32mkhadas@Khadas\x1b[0m:~$ ls\n", LogBoard(host="Khadas")),
        (b"(env) khadas@Khadas:~$ ls\n", LogBoard(host="Khadas")),
        (b"Linux vim3 5.15.119+ #1 SMP Mon\n", LogBoard(host="vim3", kernel="5.15.119+")),
        (b"Hardware\t: Khadas VIM3\n", LogBoard(model="Khadas VIM3")),
        (b"Hardware        : Amlogic\nMachine model: later\n", LogBoard(model="Amlogic")),
        (b"write to me@example.org: 5 $ please\n", LogBoard()),
        (b"a Linux machine\nx@y\n", LogBoard()),
        (b"Linux version 4.9.241" + b" " * 3_000 + b"\n", LogBoard()),
        (b"\n" * SEARCHED + b"Linux version 4.9.241\n", LogBoard()),
        (b"Machine model: a\xff\x1b]0;b\n", LogBoard(model="a\\xff\\x1b]0;b")),
    ],
)
def test_what_is_found(text: bytes, found: LogBoard) -> None:
    assert board_in(text) == found


def test_the_first_that_is_said_counts() -> None:
    assert board_in(b"a@first:~$ \na@second:~$ \n").host == "first"
    assert board_in(b"a@first:~$ \nLinux second 4.9.241 #1\n") == LogBoard(host="first", kernel="4.9.241")
    assert board_in(SESSION, "2022-07-24").written_at == "2022-07-24"


def test_what_is_complete_is_not_looked_at_again() -> None:
    finder = BoardFinder()
    finder.feed(SESSION)
    assert finder.found.complete
    finder.feed(b"Linux version 5.15\n" * 10)
    assert finder.found == board_in(SESSION)


@given(st.lists(st.integers(0, len(SESSION))))
def test_however_the_text_comes(cuts: list[int]) -> None:
    finder = BoardFinder()
    marks = [0, *sorted(cuts), len(SESSION)]
    for begin, end in pairwise(marks):
        finder.feed(SESSION[begin:end])
    assert finder.found == board_in(SESSION)
