"""Pictures need nothing but themselves."""

from __future__ import annotations

from xml.etree import ElementTree

from npumon.tui.textual_workarounds import self_contained
from tests.tui.stage import SEED, application, live, report


async def test_a_picture_loads_nothing_and_keeps_its_blanks() -> None:
    run = report(SEED.read_bytes(), model="<script>&[bold]")
    app = application(live(run, runs=(run,)))
    async with app.run_test(size=(120, 40)):
        picture = self_contained(app.export_screenshot(title="npumon"))
    assert "font-face" not in picture
    assert "<script" not in picture
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own
    assert root.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    links = [value for element in root.iter() for value in element.attrib.values() if "http" in value]
    assert links == []


def test_only_fonts_go() -> None:
    assert (
        self_contained("<svg a><style>\n @font-face {\n x }\n .b {c}</style></svg>")
        == '<svg xml:space="preserve" a><style>\n .b {c}</style></svg>'
    )
