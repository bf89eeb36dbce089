"""Erasing: what a record tells of a person goes for good: out of the record, its history, what hangs on it, its pictures.

The record itself stays, with its number and its relations, so that sums and documents stay true. The proof that it was
done says what went and how much of it, never what it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pgtrigger
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import next_id
from relasi.engine.records.legal_hold import refuse_held
from relasi.engine.records.merge import pointing_at
from relasi.engine.records.recycle_bin import hanging_modules, pictures_of, purge_hanging
from relasi.engine.records.refusal import Refusal
from relasi.engine.records.write import Draft, write

AUTHORISED = "a person asked to be erased"
NAMELESS = "–"


class Erasure(models.Model):
    """The proof. fields: names of those emptied. counts: how many rows of what went. Nobody changes it."""

    id = models.BigIntegerField(primary_key=True, db_default=next_id())
    record_id = models.BigIntegerField(db_index=True)
    number = models.CharField(max_length=50)
    module = models.CharField(max_length=100)
    at = models.DateTimeField(db_default=models.functions.Now())
    by = models.ForeignKey("users.User", models.PROTECT, related_name="+")
    reason = models.TextField()
    fields = models.JSONField()
    counts = models.JSONField()

    class Meta:
        db_table = "records_erasure"
        triggers = [
            pgtrigger.Protect(name="stays_as_it_is", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number


# function(ids of erased records) lets go of copies kept elsewhere; returns how many there were.
_elsewhere: list[tuple[str, Callable[[list[int]], int]]] = []


def also_erased(what: str, function: Callable[[list[int]], int]) -> None:
    _elsewhere.append((what, function))


def erase_record(record: Any, values: Mapping[str, Any], reason: str) -> Erasure:
    """Puts the values (by column) in the place of what stands, and lets go of all that stood. Only in a transaction, by
    an admin. Raises Refusal."""
    user, module = acting_user(), registry.of(record)
    if user is SYSTEM or not user.is_admin:
        raise Refusal("", "NO_PERMISSION", _("Only an admin erases personal data."))
    if not reason:
        raise Refusal("reason", "REQUIRED", _("Say who asked for it, and when."))
    refuse_held([record.pk])
    names = {str(record), *(str(v) for c, v in record.__dict__.items() if c in ("last_name", "name") and v)}
    pictures = [one for one in pictures_of(module, record) if one[1] in values]
    write(module, [Draft(dict(values), id=record.pk)], exact=True, authorised=AUTHORISED)
    counts: Counter[str] = Counter()
    for hanging in hanging_modules():
        counts[hanging.key] += purge_hanging(hanging, models.Q(**{f"{hanging.hangs_on}_id": record.pk}))
    counts["history"] = forget_columns(module, [record.pk], list(values))
    _forget_reasons(record.pk, names)
    _forget_who_answered(module, record.pk, names)
    for what, function in _elsewhere:
        counts[what] += function([record.pk])
    for model, name, picture in pictures:
        if not model._base_manager.filter(**{name: picture}).exists():
            transaction.on_commit(partial(default_storage.delete, picture))
            counts["pictures"] += 1
    return Erasure.objects.create(
        record_id=record.pk, number=record.number, module=module.key, by_id=user.id, reason=reason,
        fields=sorted(values), counts={what: n for what, n in counts.items() if n},
    )  # fmt: skip


def forget_columns(module: Module, ids: list[int], columns: list[str]) -> int:
    """What history says of these columns is forgotten; that something changed, when and by whom stays. Returns how many
    rows of history had said anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_change SET before = before - %(columns)s::text[], after = after - %(columns)s::text[]"
            " WHERE record_id = ANY(%(ids)s) AND origin = %(table)s"
            " AND (before ?| %(columns)s::text[] OR after ?| %(columns)s::text[])",
            {"columns": columns, "ids": ids, "table": module.table},
        )
        return cursor.rowcount


def _forget_reasons(id: int, names: set[str]) -> None:
    """A change set may have been named after the person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_change_set SET reason = '' WHERE reason <> ''"
            " AND id IN (SELECT change_set_id FROM records_change WHERE record_id = %s)"
            " AND EXISTS (SELECT FROM unnest(%s::text[]) n WHERE position(lower(n) in lower(reason)) > 0)",
            [id, sorted(name for name in names if len(name) > 1)],
        )


def _forget_who_answered(module: Module, id: int, names: set[str]) -> None:
    """History of a document names its customer where it was read or answered by a public link."""
    documents = [
        pk
        for other, field in pointing_at(module)
        if other.is_record and isinstance(field, models.ForeignKey) and field.related_model is module.model
        for pk in other.model._base_manager.filter(**{field.attname: id}).values_list("pk", flat=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_change_set SET reason = %s WHERE via = 'public' AND lower(reason) = ANY(%s)"
            " AND id IN (SELECT change_set_id FROM records_change WHERE record_id = ANY(%s))",
            [NAMELESS, sorted({name.lower() for name in names}), documents],
        )
