"""The pictures of README and docs/ are those that npumon draws now."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: The releases that the stored pictures were drawn with, as the group `test` of pyproject.toml pins them.
DRAWN_WITH = {"textual": "8.2.8", "rich": "15.0.0"}


@pytest.mark.slow
@pytest.mark.skipif(
    any(version(name) != pinned for name, pinned in DRAWN_WITH.items()),
    reason=f"NOT TESTED: pictures are of {DRAWN_WITH} alone",
)
def test_no_picture_is_stale(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "screenshots" / "render.py"), "--check"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nmake screenshots draws them anew"


def test_every_picture_is_shown() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", ROOT / "docs/monitor.md"))
    shown = {path.name for path in (ROOT / "screenshots").glob("*.svg") if f"screenshots/{path.name}" in text}
    assert {"live.svg", "live-80x24.svg", "live-ascii.svg", "live-failure.svg", "layers.svg", "log.svg"} <= shown
    assert {"models.svg", "runs.svg"} <= shown
    assert {"live-graph.svg", "live-dump.svg", "roofline.svg", "distribution.svg"} <= shown
