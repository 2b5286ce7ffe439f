"""The details of a model, or how to get one: text that scrolls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events

from npumon.core.layout import wrapped
from npumon.core.monitor.live import Live, ModelChoice
from npumon.core.problems import Problem
from npumon.tui.paint import Area, Line, Span, span
from npumon.tui.terminal.ascii_fallback import to_ascii
from npumon.tui.widgets.canvas import Canvas

_LABEL = 9
#: Rows that the wheel scrolls by.
_WHEEL = 3
#: The repository of Khadas' demos, cloned into the folder that npumon searches.
DEMOS = "git clone --recursive https://github.com/khadas/aml_npu_demo_binaries ~/aml_npu_demo_binaries"


class Paragraph(NamedTuple):
    """A line of text behind an optional label, wrapped at the end of the area.

    A `command` is wrapped in a way that a shell accepts, because users copy it.
    """

    text: str
    role: str = ""
    label: str = ""
    command: bool = False


class Inspection(NamedTuple):
    """The output of `npumon inspect` for a network file; if it `failed`, the reason."""

    text: str
    failed: bool = False


Paragraphs = Sequence[Paragraph]
BLANK = Paragraph("")


def of_model(choice: ModelChoice, inspections: Sequence[Inspection | None]) -> Paragraphs:
    """Describe a model, with the inspections of its networks; None for one still being read."""
    suits = f"for {choice.variant}" if choice.variant else "for any chip"
    kind = f"{choice.kind}, {suits}" if choice.line is None else "a command of your own"
    paragraphs = [Paragraph(f"{choice.full_name}   {kind}", "value")]
    paragraphs += [Paragraph(f"! {remark}", "warn") for remark in choice.remarks]
    facts = (
        ("command", choice.command),
        ("folder", choice.folder),
        ("labels", choice.labels or "none: classes are shown by number"),
        ("files", ", ".join(choice.files) or "none"),
        ("with", choice.environment),
        ("series", _series(choice)),
    )
    paragraphs += [Paragraph(text, "", label) for label, text in facts if text]
    if not choice.networks and choice.line is None:
        paragraphs += [BLANK, Paragraph("It has no known network file (.nb) to inspect.", "label")]
    for network, inspection in zip(choice.networks, inspections, strict=True):
        paragraphs.append(BLANK)
        if inspection is None:
            paragraphs.append(Paragraph(f"Reading {network.rpartition('/')[2]}", "label"))
        elif inspection.failed:
            paragraphs.append(Paragraph(f"! {inspection.text}", "bad"))
        else:
            paragraphs += [Paragraph(line) for line in inspection.text.rstrip().split("\n")]
    return paragraphs


def _series(choice: ModelChoice) -> str:
    """Return the last series in words; empty if there was none."""
    if choice.runs is None:
        return ""
    warmup = f" after {choice.warmup} to warm up" if choice.warmup else ""
    return f"R runs it {choice.runs} times{warmup}, as last time"


def how_to_get_one(folders: Iterable[str], problem: Problem | None = None) -> Paragraphs:
    """Explain what to do without a model."""
    what = "No models found." if problem is None else problem.what
    remedy = [] if problem is None else [Paragraph(problem.remedy)]
    return [
        Paragraph(what, "value"),
        *remedy,
        Paragraph("Get Khadas' demos and press F5, or leave with q and try the demo board, npumon --demo:"),
        Paragraph(DEMOS, "key", command=True),
        BLANK,
        Paragraph("npumon looked for models in"),
        *(Paragraph(f"  {folder}") for folder in folders),
        BLANK,
        Paragraph("Any program that uses the NPU can be run: a takes a command and remembers it; or start with"),
        Paragraph("npumon -- COMMAND", "key", command=True),
    ]


def laid_out(paragraphs: Paragraphs, area: Area) -> Sequence[Line]:
    """Lay the paragraphs out in lines that fit."""
    lines: list[Line] = []
    for paragraph in paragraphs:
        head = f"{paragraph.label:<{_LABEL}}" if paragraph.label else "  " * paragraph.command
        if len(head) > area.width // 2:
            head = ""
        text = to_ascii(paragraph.text) if area.ascii else paragraph.text
        width = area.width - len(head) - 2 * paragraph.command
        parts = wrapped(text, width, cell_len, keep_blanks=True) or [""]
        for number, part in enumerate(parts):
            part += " \\" if paragraph.command and number < len(parts) - 1 else ""
            front = head if number == 0 else " " * len(head)
            lines.append((Span(front, "label"), Span(part, paragraph.role)) if head else span(part, paragraph.role))
    return lines


class ModelDetails(Canvas):
    """Paragraphs in a frame, which scroll if they do not fit."""

    def __init__(self, *, ascii_only: bool = False, title: str = "") -> None:
        super().__init__(ascii_only=ascii_only, title=title)
        self._paragraphs: Paragraphs = ()
        self._first = 0

    def tell(self, paragraphs: Paragraphs, *, from_start: bool) -> None:
        """Show these paragraphs, from the beginning if they are about something else."""
        if from_start:
            self._first = 0
        self._paragraphs = paragraphs
        self.redraw()

    def scroll_by(self, rows: int) -> None:
        """Scroll down by so many rows, or up."""
        self._first += rows
        self.redraw()

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        lines = laid_out(self._paragraphs, area)
        self._first = max(min(self._first, len(lines) - area.height), 0)
        last = min(self._first + area.height, len(lines))
        shown = "" if last - self._first == len(lines) else f"J K: {self._first + 1}-{last} of {len(lines)}"
        if shown != (self.border_subtitle or ""):
            self.border_subtitle = shown
        return lines[self._first : last]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.scroll_by(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_by(-_WHEEL)
