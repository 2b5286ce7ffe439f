"""The styles of a screen, read with it."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


def read_styles(screen: Screen[Any]) -> None:
    """Add a new screen's own styles to those that are known.

    Textual would do it, too, but then it reads the styles of all screens anew and looks up each widget's once more.
    """
    stylesheet = screen.app.stylesheet
    for path in screen.css_path:
        if not stylesheet.has_source(str(path)):
            stylesheet.read(path)
