"""What tests of imports stand on."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are compared as they are written in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are read by a process of their own too, in small batches."""
    monkeypatch.setattr("relasi.engine.transfer.read_ahead.OWN_PROCESS_FROM", 0)
    monkeypatch.setattr("relasi.engine.transfer.read_ahead.BATCH", 40)
