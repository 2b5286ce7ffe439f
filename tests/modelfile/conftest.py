"""Synthetic model files, and the text of the public note on the GX8002's format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model_writers import Writers, apus_text, leo_text, npub_bytes

DOCUMENT = Path(__file__).parents[1] / "data" / "gx8002_document.txt"


@pytest.fixture(scope="session")
def writers() -> Writers:
    return Writers()


@pytest.fixture(scope="session")
def leo() -> bytes:
    return leo_text().encode()


@pytest.fixture(scope="session")
def apus() -> bytes:
    return apus_text().encode()


@pytest.fixture(scope="session")
def npub() -> bytes:
    return npub_bytes()


@pytest.fixture(scope="session")
def document_text() -> bytes:
    """The public note on the model format, as it was saved: line breaks lost, numbers left out."""
    return DOCUMENT.read_bytes()
