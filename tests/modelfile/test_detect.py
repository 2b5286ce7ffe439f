from __future__ import annotations

from typing import Any

from npumon.modelfile.detect import detect


def test_content_decides_what_a_file_is(writers: Any, document_text: bytes, npub: bytes) -> None:
    assert detect(writers.header().data()) == "header"
    assert detect(document_text) == "header"
    assert detect(npub) == "npub"
    assert detect(writers.nbg().data()) == "nbg"
    assert detect(b"\x7fELF\0\0 total_size weight_content") is None
    assert detect(b"") is None
