"""README and docs/: each example is run again and its output compared line by line, and every link leads somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NPUMON = Path(sys.executable).parent / "npumon"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
EXAMPLES = [
    (path.relative_to(ROOT), command, shown)
    for path, text in TEXTS.items()
    for command, shown in re.findall(r"```console\n\$ (npumon .*?)\n(.*?)```", text, re.S)
]
#: Stands for lines that an example leaves out.
LEFT_OUT = "..."


def test_there_are_examples() -> None:
    documents = {str(path) for path, _, _ in EXAMPLES}
    assert {"README.md", "docs/board.md", "docs/commands.md", "docs/model-files.md"} <= documents


def test_every_example_is_found() -> None:
    """A block that is marked as an example but spelled in another way would not be tested."""
    assert sum(text.count("```console") for text in TEXTS.values()) == len(EXAMPLES)


@pytest.mark.parametrize(("document", "command", "shown"), EXAMPLES, ids=lambda part: str(part).partition("\n")[0])
def test_an_example_prints_what_is_shown(document: Path, command: str, shown: str, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    program, *words = shlex.split(command)
    assert program == "npumon"
    result = subprocess.run(
        [str(NPUMON), *words], capture_output=True, text=True, encoding="utf-8", env=environment, cwd=ROOT, check=False
    )
    printed = [line.rstrip() for line in result.stdout.splitlines()]
    parts = [part.strip("\n").splitlines() for part in re.split(rf"^{re.escape(LEFT_OUT)}$", shown, flags=re.M)]
    head, *tails = parts
    assert printed[: len(head)] == [line.rstrip() for line in head]
    if not tails:
        assert len(printed) == len(head)
    for tail in tails:
        assert printed[len(printed) - len(tail) :] == [line.rstrip() for line in tail]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Within the repository: to a file, and in it to a heading."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", TEXTS[document]):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (heading and heading not in _anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_of_docs_is_linked_from_the_readme() -> None:
    readme = TEXTS[ROOT / "README.md"]
    assert [path.name for path in DOCUMENTS if path.parent != ROOT and f"(docs/{path.name})" not in readme] == []


def _anchors(document: Path) -> set[str]:
    """The headings as GitHub's links name them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
