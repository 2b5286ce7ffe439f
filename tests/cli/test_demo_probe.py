"""Looking at a simulated board: what a killed program held is taken back, as by a kernel."""

from __future__ import annotations

import subprocess
import sys

from npumon.board.roots import Roots
from npumon.cli.demo_probe import DemoProbe
from npumon.demo import galcore
from npumon.demo.board import temporary_board


def test_what_a_killed_program_held_is_taken_back() -> None:
    with temporary_board() as board:
        probe = DemoProbe(Roots(board.root))
        assert probe.driver().references == 0
        node = board.root / "dev/galcore"
        words = [sys.executable, "-c", "import sys; node = open(sys.argv[1]); print(flush=True); input()", str(node)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            program.stdout.readline()
            galcore.users(board.root)
            seen = probe.driver()
            assert (seen.references, [holder.pid for holder in seen.holders]) == (1, [program.pid])
            program.kill()
        seen = probe.driver()
        assert (seen.references, seen.holders, seen.unseen_references) == (0, (), 0)
