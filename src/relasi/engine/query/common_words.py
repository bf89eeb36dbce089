"""Common words: how a search reads the index of records so that neither a rare nor a common word is slow.

The word index gives all records with a word at once: quick for a rare word, dear for one a tenth of all records have. The
newest records have such a word on every page. Left alone, PostgreSQL expects that of every page of the table, and reads
it whole where a common word is one of a single module.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection

# So many records have to have the words before they count as common.
COMMON = 40_000
# Among so many of the newest records common words are looked for.
NEWEST = 10_000
KEPT_SECONDS = 60.0

_SCANS = "SELECT set_config('enable_seqscan', %s, false), set_config(%s, %s, false)"


def is_common(raw: str) -> bool:
    """By the planner's statistics. raw: a text for to_tsquery."""
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT FROM records_record_index WHERE vector @@ to_tsquery('relasi', %s)",
            [raw],
        )
        return bool(cursor.fetchone()[0][0]["Plan"]["Plan Rows"] > COMMON)


_since: tuple[float, int] = (0.0, 0)


def newest_since() -> int:
    """The id from which on records count as the newest; looked up once a minute."""
    global _since
    asked, found = _since
    if not asked or time.monotonic() - asked > KEPT_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(min(id), 0) FROM (SELECT id FROM records_record_index ORDER BY id DESC LIMIT %s) t",
                [NEWEST],
            )
            found = cursor.fetchone()[0]
        _since = (time.monotonic(), found)
    return found


def by_the_word_index() -> AbstractContextManager[None]:
    return _without("enable_indexscan")


def by_age() -> AbstractContextManager[None]:
    return _without("enable_bitmapscan")


@contextmanager
def _without(scan: str) -> Iterator[None]:
    """Neither by this scan nor by reading the table."""
    with connection.cursor() as cursor:
        cursor.execute(_SCANS, ["off", scan, "off"])
        try:
            yield
        finally:
            # A transaction that is broken takes the setting back by itself.
            if not connection.needs_rollback:
                cursor.execute(_SCANS, ["on", scan, "on"])
