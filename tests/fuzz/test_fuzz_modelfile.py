"""What the fuzzer tries, on samples and on damaged ones; and that it says so where it cannot be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import fuzz_modelfile
from tests.fuzz.fuzz_modelfile import examine, samples

SAMPLES = samples()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_sample_passes(kind: str) -> None:
    examine(SAMPLES[kind])


@given(
    kind=st.sampled_from(sorted(SAMPLES)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 16), st.binary(max_size=16)), max_size=6),
    cut=st.one_of(st.none(), st.floats(0, 1)),
)
def test_a_damaged_sample_passes(kind: str, edits: list[tuple[float, int, bytes]], cut: float | None) -> None:
    data = SAMPLES[kind]
    for where, removed, put in edits:
        place = int(where * len(data))
        data = data[:place] + put + data[place + removed :]
    examine(data if cut is None else data[: int(cut * len(data))])


@pytest.mark.slow
@pytest.mark.parametrize("kind", SAMPLES)
def test_a_sample_passes_with_any_one_byte_changed_or_cut_off(kind: str) -> None:
    data = SAMPLES[kind][:2_000]
    for place in range(len(data)):
        value = (0x00, 0x7F, 0xFF, data[place] ^ 1)[place % 4]
        examine(data[:place] + bytes([value]) + data[place + 1 :])
        examine(data[:place])


def test_without_atheris_the_fuzzer_says_that_it_tested_nothing(tmp_path: Path) -> None:
    argv = [sys.executable, "-S", "-B", fuzz_modelfile.__file__, "--findings", str(tmp_path / "findings")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SKIPPED" in done.stdout
    assert list(tmp_path.iterdir()) == []
