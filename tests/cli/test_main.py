from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import CommandLine
def test_x(npumon: CommandLine) -> None:
    r = npumon("--help")
    assert r.returncode == 0, r.stderr
    assert r.stderr == ""
    r = npumon("run","--demo")
    assert r.returncode == 0, r.stderr
    assert r.stderr == ""
    r = npumon("completion","bash")
    assert r.stderr == ""
    r = npumon("driver","status","--demo")
    assert r.stderr == ""
