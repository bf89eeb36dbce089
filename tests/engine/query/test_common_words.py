"""Common words are looked for among the newest records first, and nothing older is lost by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.query import common_words
from relasi.engine.query.search import search
from tests.engine.aviary import parrot

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything_is_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common_words, "COMMON", -1)
    monkeypatch.setattr(common_words, "NEWEST", 2)
    monkeypatch.setattr(common_words, "_since", (0.0, 0))


def found(user: Any, text: str, limit: int) -> list[str]:
    with acting(user):
        return [hit.title for hit in search(user, text, limit=limit)]


def test_the_newest_come_first_and_older_ones_where_they_are_too_few(
    aviary: Any, everything_is_common: None
) -> None:
    for n in range(4):
        parrot(aviary.keeper, name=f"Kakatua Raja {n}")
    assert set(found(aviary.keeper, "kakatua", 2)) == {"Kakatua Raja 2", "Kakatua Raja 3"}
    assert len(found(aviary.keeper, "kakatua", 10)) == 4
    assert len(found(aviary.keeper, "kaka raja", 10)) == 4


def test_nobody_finds_among_the_newest_what_they_may_not_see(aviary: Any, everything_is_common: None) -> None:
    parrot(aviary.keeper, name="Kakatua Raja")
    assert found(aviary.stranger, "kakatua", 1) == []


def test_a_search_leaves_the_connection_as_it_was(aviary: Any, everything_is_common: None) -> None:
    found(aviary.keeper, "kakatua raja", 5)
    with connection.cursor() as cursor:
        for name in ("enable_seqscan", "enable_indexscan", "enable_bitmapscan"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone()[0] == "on"
