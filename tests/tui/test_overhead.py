"""What npumon itself costs."""

from __future__ import annotations

import re
import time

import pytest

from npumon.tui import overhead
from npumon.tui.overhead import Overhead


def test_figures_come_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    cost = Overhead()
    assert cost.text(5_000) == "npumon: measuring"
    now += overhead.WINDOW_S / 2
    assert cost.text(6_000) == "npumon: measuring", "too short a time"
    now += overhead.WINDOW_S * 2
    text = cost.text(10_000)
    found = re.fullmatch(r"npumon: cpu ([0-9.]+)%, ([0-9]+) MB, ([0-9]+) B/s", text)
    assert found is not None, text
    assert float(found[1]) < 1_000
    assert int(found[2]) > 1
    assert int(found[3]) == 2_000
    assert cost.text(99_999) == text, "it stays for a while"
    now += overhead.WINDOW_S
    assert cost.text(10_000 + 300).endswith(", 300 B/s")
