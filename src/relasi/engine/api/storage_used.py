"""Storage used: how large the database and the stored files are, measured through the day and kept for each."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone
from procrastinate.contrib.django import app

from relasi.engine.api.company_usage import warn_if_near
from relasi.engine.api.daily import today
from relasi.engine.api.metering import KEPT
from relasi.engine.api.usage_limits import STORAGE


class StorageDay(models.Model):
    """What was measured last on a day of the company, in bytes."""

    day = models.DateField(primary_key=True)
    database = models.BigIntegerField()
    files = models.BigIntegerField()

    class Meta:
        db_table = "api_storage_day"

    def __str__(self) -> str:
        return f"{self.day} {self.total}"

    @property
    def total(self) -> int:
        return self.database + self.files


_KEEP = """
    INSERT INTO api_storage_day (day, database, files) VALUES (%s, pg_database_size(current_database()), %s)
    ON CONFLICT (day) DO UPDATE SET database = excluded.database, files = excluded.files
    RETURNING database + files
"""


def measure() -> int:
    """Bytes of the database and of all stored files together."""
    files = sum(_sizes(_folder()))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [today(), files])
        total = int(cursor.fetchone()[0])
    warn_if_near(STORAGE, total)
    return total


def _folder() -> str:
    """Empty where files are kept elsewhere, and are not measured."""
    try:
        return default_storage.path("")
    except NotImplementedError:
        return ""


def _sizes(folder: str) -> Iterator[int]:
    """Of the files in it and below. A file that goes away meanwhile counts for nothing."""
    for parent, _folders, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue


@app.periodic(cron="23 * * * *")
@app.task(name="measure_storage", queueing_lock="measure_storage")
def measure_storage(timestamp: int) -> int:
    return measure()


def forget_old_sizes() -> int:
    return StorageDay.objects.filter(day__lt=(timezone.now() - KEPT).date()).delete()[0]
