"""Pictures of the screen as SVG."""

from __future__ import annotations

import re

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def self_contained(svg: str) -> str:
    """The picture with its blanks as they are, and without the fonts that rich has it load from a server."""
    return _FONT_FACE.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)
