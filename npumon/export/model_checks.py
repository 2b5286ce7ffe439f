"""The checks of a model file as text for people: failed ones first, then remarks, then passed ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from npumon.export.drawing import Style, fitted, left_out, painted, wrapped
from npumon.modelfile.description import FileCheck, ModelFile

_WORDS = {"fail": ("FAIL", "red"), "warn": ("warn", "yellow"), "info": ("note", "dim")}
#: Text for people lists this many; the rest are counted.
_MOST_ROWS = 40
_INDENT = "  "
#: Below this many columns, a check's text follows its name instead of having its own column.
_WIDE = 60


def check_lines(model: ModelFile, style: Style) -> Iterator[str]:
    """Render the counts, then each check: failed ones and remarks in full, the others on one line each."""
    passed = [check for check in model.checks if check.ok and check.severity != "info"]
    notes = [check for check in model.checks if check.severity == "info"]
    failed, warned = (
        [check for check in model.checks if check.severity == severity and not check.ok]
        for severity in ("fail", "warn")
    )
    counts = ((len(passed), "passed"), (len(failed), "failed"), (len(warned), "to look at"), (len(notes), "noted"))
    told = ", ".join(f"{count} {what}" for count, what in counts if count or what in ("passed", "failed"))
    yield from wrapped(told, style.width, style, " " * len("Checks  "), "Checks  ")
    listed = [*failed, *warned, *notes]
    names = max((len(check.id) for check in (*listed, *passed)), default=0)
    for checks, draw in ((listed, _in_full), (passed, _in_a_line)):
        yield from chain.from_iterable(draw(check, names, style) for check in checks[:_MOST_ROWS])
        if len(checks) > _MOST_ROWS:
            yield from left_out(len(checks) - _MOST_ROWS, style, _INDENT)


def _in_full(check: FileCheck, names: int, style: Style) -> Iterator[str]:
    word, color = _WORDS[check.severity]
    told = _figures(check) if check.severity != "info" or check.expected != check.found else ""
    text = f"{check.detail} ({told})" if check.detail and told else check.detail or told
    if style.width < _WIDE:
        for line in wrapped(f"{word} {check.id}: {text}", style.width, style, _INDENT):
            yield painted(line, color, style)
        return
    title = f"{_INDENT}{word}  {check.id:<{names}}  "
    for number, line in enumerate(wrapped(text or "-", style.width, style, " " * len(title))):
        yield (painted(title, color, style) if number == 0 else " " * len(title)) + line[len(title) :]


def _in_a_line(check: FileCheck, names: int, style: Style) -> Iterator[str]:
    """Render a passed check and what was compared, cut at the end of the line."""
    figures = _figures(check)
    text = f"{figures} ({check.detail})" if figures and check.detail else figures or check.detail
    title = f"{_INDENT}ok    {check.id:<{names}}  " if style.width >= _WIDE else f"{_INDENT}ok {check.id}  "
    yield fitted(title + text, style.width, style).rstrip()


def _figures(check: FileCheck) -> str:
    """Say what was found and what it was compared with, in words that do not read like a failure if there is none."""
    expected, found = check.expected, check.found
    if check.limit and expected is not None:
        expected = f"at most {expected}"
    if not check.ok or check.severity == "info":
        values = (("expected", expected), ("found", found))
        return ", ".join(f"{what} {value}" for what, value in values if value is not None)
    if expected is None or found is None:
        return str(expected if found is None else found) if (expected, found) != (None, None) else ""
    if expected == found:
        return f"{found}, as expected"
    among = isinstance(found, str) and found in str(expected).split(" or ")
    return f"{found} (of {expected})" if among else f"{found}, {expected}"
