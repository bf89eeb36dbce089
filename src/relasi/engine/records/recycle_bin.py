"""Recycle bin: deleted records wait here for thirty days, or as the company says, then they are gone for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.company import company
from relasi.engine.access.door import may, rights_of, visible_q
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.image import ImageField
from relasi.engine.records.change_set import ChangeRow, open_change_set
from relasi.engine.records.legal_hold import all_held, held_among
from relasi.engine.records.record import CoOwner, RecordIndex
from relasi.engine.records.refusal import Refused


def bin_of(user: Any) -> models.QuerySet[RecordIndex]:
    """What this person finds in the bin: an admin everything, others what they deleted and may still see."""
    rows = RecordIndex.objects.filter(trashed_at__isnull=False)
    if user is SYSTEM or rights_of(user).admin:
        return rows
    mine = Q(pk__in=[])
    for module in registry.records:
        if may(user, "delete", module):
            own = module.model._base_manager.filter(visible_q(user, module), trashed_by_id=user.id)
            mine |= Q(module=module.key, pk__in=own.values("pk"))
    return rows.filter(mine)


def purge_at(trashed_at: datetime) -> datetime:
    return trashed_at + kept()


def kept() -> timedelta:
    """How long what is deleted can come back."""
    return timedelta(days=company().bin_days)


def deleted_by(ids: list[int]) -> dict[int, int]:
    """Record id -> the change set that brought it into the bin last: the batch it was deleted in."""
    rows = ChangeRow.objects.filter(record_id__in=ids, kind="u", after__trashed_at__isnull=False)
    return dict(rows.order_by("id").values_list("record_id", "change_set_id"))


def batch_ids(change_set: int) -> list[int]:
    """Ids of the records this change set brought into the bin, whether they still lie there or not."""
    rows = ChangeRow.objects.filter(change_set=change_set, kind="u", after__trashed_at__isnull=False)
    return list(rows.values_list("record_id", flat=True))


def purge_due(now: datetime | None = None) -> int:
    """Deletes for good whatever has waited long enough. Returns how many. Safe to run twice."""
    limit = (now or timezone.now()) - kept()
    count = 0
    for module in registry.records:
        due = list(
            RecordIndex.objects.filter(module=module.key, trashed_at__lte=limit).values_list("pk", flat=True)
        )
        count += purge(module, due)
    for module in hanging_modules():
        with transaction.atomic():
            held = Q(**{f"{module.hangs_on}_id__in": all_held()})
            purge_hanging(module, Q(trashed_at__lte=limit) & ~held)
    return count


@dataclass
class Purged:
    """done: how many are gone. kept: how many stay because other records still point to them."""

    done: int = 0
    kept: int = 0


def purge_from_bin(rows: models.QuerySet[RecordIndex]) -> Purged:
    """Deletes these entries of the bin for good. What points to another of them goes first."""
    waiting: dict[str, list[int]] = {}
    for key, id in rows.filter(trashed_at__isnull=False).values_list("module", "pk"):
        waiting.setdefault(key, []).append(id)
    found = Purged()
    while waiting:
        before = found.done
        for key in list(waiting):
            found.done += purge(registry.module(key), waiting[key])
            left = RecordIndex.objects.filter(pk__in=waiting[key]).values_list("pk", flat=True)
            waiting[key] = list(left)
            if not waiting[key]:
                del waiting[key]
        if found.done == before:
            break
    found.kept = sum(len(ids) for ids in waiting.values())
    return found


def purge(module: Module, ids: list[int]) -> int:
    """Deletes trashed records for good, with their index rows, their pictures and the values in their history.

    A stub stays in history: that this id and number existed, who deleted it and when. A record that others
    still point to stays in the bin, and so does one under a legal hold.
    """
    gone = 0
    for id in ids:
        try:
            with transaction.atomic():
                gone += _purge_one(module, id)
        except (models.ProtectedError, Refused):
            continue
    return gone


def _purge_one(module: Module, id: int) -> int:
    record = module.model._base_manager.select_for_update().filter(pk=id, trashed_at__isnull=False).first()
    if record is None or held_among([id]):
        return 0
    open_change_set()
    pictures = pictures_of(module, record)
    for hanging in hanging_modules():
        purge_hanging(hanging, Q(**{f"{hanging.hangs_on}_id": id}))
    CoOwner.objects.filter(record_id=id).delete()
    RecordIndex.objects.filter(pk=id).delete()
    record.delete()
    _forget_values(module, [id])
    for model, name, picture in pictures:
        if not model._base_manager.filter(**{name: picture}).exists():
            transaction.on_commit(partial(default_storage.delete, picture))
    return 1


def hanging_modules() -> list[Module]:
    return [module for module in registry if module.hangs_on]


def purge_hanging(module: Module, which: Q) -> int:
    """What hangs on a record goes with it; `after_purge` of the model then lets go of what lies outside the table.
    Returns how many rows there were."""
    rows = list(module.model._base_manager.filter(which))
    if not rows:
        return 0
    open_change_set()
    ids = [row.pk for row in rows]
    module.model._base_manager.filter(pk__in=ids).delete()
    _forget_values(module, ids)
    after_purge = getattr(module.model, "after_purge", None)
    if after_purge is not None:
        after_purge(rows)
    return len(rows)


def _forget_values(module: Module, ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "UPDATE records_change SET after = NULL, before = CASE WHEN kind = 'd' THEN "
                "jsonb_build_object('number', before->'number', 'trashed_by_id', before->'trashed_by_id') END "
                "WHERE record_id = ANY(%s) AND origin = %s"
            ),
            [ids, module.table],
        )


def pictures_of(module: Module, record: Any) -> list[tuple[type[models.Model], str, str]]:
    """(model, field, name in the storage) of the pictures that only this record may hold."""
    fields = [name for name, field in module.fields.items() if isinstance(field, ImageField)]
    return [(module.model, name, getattr(record, name)) for name in fields if getattr(record, name)]
