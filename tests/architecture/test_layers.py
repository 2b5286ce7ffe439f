"""The layers and other rules of the package that import-linter and the eye can check."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("npumon", "tests") for path in (ROOT / folder).rglob("*.py"))

#: Lines of a file, by the folder it is in. A long file of tests is a list, a long module is two.
LONGEST = {"npumon": 350, "tests": 650}
#: Modules in one folder of the package; more cannot be taken in at a glance.
MOST_MODULES = 25

#: Names that say nothing about what is in a module.
EMPTY_NAMES = re.compile(r"utils?|helpers?|common|misc|manager|base", re.IGNORECASE)


def test_imports_go_downwards_only(tmp_path: Path) -> None:
    """The contracts stand in pyproject.toml."""
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed beside this Python: pip install --group lint")
    done = subprocess.run(
        [str(command), "--no-cache"],
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


def test_no_file_is_long() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in SOURCES}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST[path.parts[0]]} == {}


def test_no_folder_is_full() -> None:
    folders = Counter(path.parent for path in (ROOT / "npumon").rglob("*.py") if path.stem != "__init__")
    assert {str(folder): modules for folder, modules in folders.items() if modules > MOST_MODULES} == {}


def test_no_class_name_exists_twice() -> None:
    names = Counter(
        node.name
        for path in (ROOT / "npumon").rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, classes in names.items() if classes > 1] == []


def test_names_say_something() -> None:
    names = [path.relative_to(ROOT).with_suffix("") for path in SOURCES]
    assert [str(name) for name in names if any(EMPTY_NAMES.fullmatch(part) for part in name.parts)] == []


def test_only_two_modules_write_to_standard_streams() -> None:
    """`cli.output` writes results, `cli.diagnostics` messages, `cli.main` the version. The demo's programs and the
    supervisor are processes of their own."""
    writing = re.compile(r"(?<![.\w])print\(|sys\.std(?:out|err)\.(?:write|buffer)")
    own_processes = {"demo/stdio.py", "demo/module_tools.py", "demo/program.py", "board/supervisor/main.py"}
    found = {
        str(path.relative_to(ROOT / "npumon"))
        for path in (ROOT / "npumon").rglob("*.py")
        if writing.search(path.read_text())
    }
    assert found - own_processes == {"cli/main.py"}


def test_a_build_holds_the_whole_package() -> None:
    """Every folder of the package is one that Python imports from."""
    folders = {path.parent for path in (ROOT / "npumon").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_nothing_needs_a_shell() -> None:
    for path in (ROOT / "npumon").rglob("*.py"):
        assert not re.search(r"shell\s*=\s*True|os\.system\(|os\.popen\(", path.read_text()), path
