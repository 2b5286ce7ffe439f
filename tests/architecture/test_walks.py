"""The walks of ARCHITECTURE.md are those that the running program takes: no module is left out, none is listed in vain.

What counts as entered is defined in `tests.architecture.walks`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.walks import NEW, PAGE, ROOT, WALKS, listed, with_modules

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("walk", WALKS)
def test_the_page_names_the_modules_that_are_entered(walk: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.walks", "--json", walk],
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", os.defpath)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    entered, named = set(json.loads(done.stdout)[walk]), set(listed(TEXT)[walk])
    assert named == entered, "python -m tests.architecture.walks --write renews the page"


def test_the_page_has_every_walk_and_no_gap() -> None:
    assert list(listed(TEXT)) == list(WALKS)
    assert NEW not in [clause for clauses in listed(TEXT).values() for clause in clauses.values()]


def test_renewing_keeps_what_is_written() -> None:
    page = "<!-- walk: r -->\n1. `a.b` does this\n2. `c` does that\n3. `d` goes\n\nmore\n"
    assert with_modules(page, {"r": ["c", "e", "a.b"]}) == (
        f"<!-- walk: r -->\n1. `a.b` does this\n2. `c` does that\n3. `e` {NEW}\n\nmore\n"
    )
    assert with_modules(page, {"r": ["d", "a.b", "c"]}) == page == with_modules(page, {})
