"""Foreign ids: which record here is what the files of another program call by an id of theirs.

An import that knows them takes no row twice, and links what one file says to what another one brought.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection, models

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import visible_q
from relasi.engine.declare.module import Module

# An id that was merged into one that was merged, and so on; more would be a ring.
LONGEST_CHAIN = 5
LONGEST_ID = 200


class ForeignId(models.Model):
    """source: the program, "" when it is not known. same_as: the id it was merged into there."""

    source = models.CharField(max_length=40, default="", blank=True)
    module = models.CharField(max_length=100)
    key = models.CharField(max_length=LONGEST_ID)
    record_id = models.BigIntegerField(null=True)
    same_as = models.CharField(max_length=LONGEST_ID, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["module", "source", "key"], name="foreign_id_key")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class ForeignIds:
    """Those of one program and one module."""

    def __init__(self, module: Module, source: str):
        self.module, self.source = module, source
        self._stored = ForeignId.objects.filter(module=module.key, source=source)

    def any(self) -> bool:
        return self._stored.exists()

    def find(self, keys: Collection[str]) -> dict[str, int]:
        """Key -> id of the record it is, of those the acting person may see and that are not in the bin."""
        found, asked = {}, {key: key for key in keys}
        for _step in range(LONGEST_CHAIN):
            rows = self._stored.filter(key__in=list(asked.values())).values_list(
                "key", "record_id", "same_as"
            )
            known = {key: (id, same_as) for key, id, same_as in rows}
            found.update({key: known[at][0] for key, at in asked.items() if at in known and known[at][0]})
            asked = {key: known[at][1] for key, at in asked.items() if at in known and known[at][1]}
            if not asked:
                break
        living = self._living(found.values())
        return {key: id for key, id in found.items() if id in living}

    def _living(self, ids: Collection[int | None]) -> set[int]:
        rows = self.module.model._base_manager.filter(pk__in=[id for id in ids if id], trashed_at=None)
        if self.module.is_record:
            rows = rows.filter(visible_q(acting_user(), self.module))
        return set(rows.values_list("pk", flat=True)) if ids else set()

    def keep(self, records: Mapping[str, int]) -> None:
        """What each key is from now on."""
        self._put([(key, id, "") for key, id in records.items()])

    def keep_merged(self, into: Mapping[str, str]) -> None:
        """Keys of records that the other program has merged into others."""
        self._put([(key, None, other) for key, other in into.items()])

    # An id whose record is alive stays with it: a stranger's file, or a row made anew, does not take it over.
    def _put(self, rows: list[tuple[str, int | None, str]]) -> None:
        if not rows:
            return
        table = ForeignId._meta.db_table
        keys, ids, others = (list(column) for column in zip(*sorted(rows), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{table}" (module, source, key, record_id, same_as) '
                "SELECT %s, %s, v.key, v.id, v.other FROM unnest(%s::text[], %s::bigint[], %s::text[]) "
                "AS v(key, id, other) ON CONFLICT (module, source, key) "
                "DO UPDATE SET record_id = excluded.record_id, same_as = excluded.same_as "
                f'WHERE NOT EXISTS (SELECT FROM "{self.module.table}" r '
                f'WHERE r.id = "{table}".record_id AND r.trashed_at IS NULL)',
                [self.module.key, self.source, keys, ids, others],
            )
