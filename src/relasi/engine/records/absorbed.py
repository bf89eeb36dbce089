"""Absorbed: where a merged record went. Its page, id and number lead to the record that took it in."""

from __future__ import annotations

from django.db import connection, models

from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.record import RecordIndex


class Absorbed(models.Model):
    """One row for each record that went into another; it counts only while that record is not living again.

    id, number: of the record that is gone. They outlive its thirty days in the bin.
    """

    id = models.BigIntegerField(primary_key=True)
    number = models.CharField(max_length=50, db_index=True)
    survivor = models.ForeignKey(RecordIndex, models.CASCADE, related_name="+")
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="+")

    class Meta:
        db_table = "records_absorbed"

    def __str__(self) -> str:
        return self.number


def survivor_of(id: int) -> int | None:
    """The living end of the way a merged record went; None for a record that was not merged or lives again."""
    seen = {id}
    while not RecordIndex.objects.filter(pk=id, trashed_at=None).exists():
        row = Absorbed.objects.filter(pk=id).values_list("survivor_id", flat=True).first()
        if row is None or row in seen:
            return None
        seen.add(row)
        id = row
    return id if len(seen) > 1 else None


# The ids whose history is told on the page of one record: its own, and of all that went into it.
STORY = """
    record_id = ANY(ARRAY(
        WITH RECURSIVE story(id) AS (
            SELECT %s::bigint
            UNION
            SELECT gone.id FROM records_absorbed gone JOIN story ON gone.survivor_id = story.id
            WHERE NOT EXISTS (
                SELECT 1 FROM records_record_index living WHERE living.id = gone.id AND living.trashed_at IS NULL))
        SELECT id FROM story))
"""


def keep(rows: list[tuple[int, str]], survivor: int, change_set: int) -> None:
    """rows: (id, number) of what went into the survivor. A record merged once more goes the new way."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO records_absorbed (id, number, survivor_id, change_set_id) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (id) DO UPDATE SET survivor_id = excluded.survivor_id, "
            "change_set_id = excluded.change_set_id",
            [(id, number, survivor, change_set) for id, number in rows],
        )
