"""Write screenshots/*.svg from the demo board: the live monitor's pages, and what npumon prints in an 80-column
terminal. `make screenshots`; with --check nothing is written, and the status is 1 when a picture is stale."""

from __future__ import annotations

import os
import subprocess
import sys
from html import escape
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

COLUMNS = 80
#: name: what is run. The demo board is deterministic under its seed, so the pictures are as well.
PICTURES = {
    "run": ["run", "--demo"],
    "run-layers": ["run", "--demo", "--scenario", "graph-float"],
    "run-cold": ["run", "--demo", "--scenario", "cold"],
}
#: rich's own template loads fonts from a server; this one takes what is there.
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", "Liberation Mono", Consolas, Menlo, monospace;
    font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g></g>
</svg>
"""


def printed(words: list[str]) -> str:
    """What npumon prints for these words, with colour."""
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "NPUMON_OUTPUT_COLOR": "always", "LC_ALL": "C.UTF-8"}
    command = [str(Path(sys.executable).parent / "npumon"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def picture(words: list[str]) -> str:
    """The text as SVG."""
    with open(os.devnull, "w", encoding="utf-8") as nothing:
        console = Console(record=True, width=COLUMNS, file=nothing, force_terminal=True, color_system="truecolor")
        console.print(Text("$ npumon " + " ".join(words), style="bold"))
        console.print(Text.from_ansi(printed(words)), end="")
    title = escape("npumon " + " ".join(words))
    return console.export_svg(title=title, theme=DIMMED_MONOKAI, code_format=TEMPLATE, unique_id="npumon")


def main() -> int:
    """All pictures, into the folder of this script."""
    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # read as Textual is imported
    from pages import pictures

    drawn = {**pictures(), **{name: picture(words) for name, words in PICTURES.items()}}
    stale = []
    for name, svg in drawn.items():
        path = Path(__file__).with_name(f"{name}.svg")
        if not path.exists() or path.read_text(encoding="utf-8") != svg:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(svg, encoding="utf-8")
    print(f"stale: {' '.join(stale)}" if stale else f"{len(drawn)} pictures are up to date")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
