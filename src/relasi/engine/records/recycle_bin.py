"""Recycle bin: deleted records wait here for thirty days, then they are gone for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.door import may, rights_of, visible_q
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import open_change_set
from relasi.engine.records.record import CoOwner, RecordIndex
from relasi.engine.records.refusal import Refused

KEPT = timedelta(days=30)


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
    return trashed_at + KEPT


def purge_due(now: datetime | None = None) -> int:
    """Deletes for good whatever has waited long enough. Returns how many. Safe to run twice."""
    limit = (now or timezone.now()) - KEPT
    count = 0
    for module in registry.records:
        due = list(
            RecordIndex.objects.filter(module=module.key, trashed_at__lte=limit).values_list("pk", flat=True)
        )
        count += purge(module, due)
    return count


def purge(module: Module, ids: list[int]) -> int:
    """Deletes trashed records for good, with their index rows and the values in their history.

    A stub stays in history: that this id and number existed, who deleted it and when. A record that others
    still point to stays in the bin.
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
    if record is None:
        return 0
    open_change_set()
    CoOwner.objects.filter(record_id=id).delete()
    RecordIndex.objects.filter(pk=id).delete()
    record.delete()
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "UPDATE records_change SET after = NULL, before = CASE WHEN kind = 'd' THEN "
                "jsonb_build_object('number', before->'number', 'trashed_by_id', before->'trashed_by_id') END "
                "WHERE record_id = %s AND origin = %s"
            ),
            [id, module.table],
        )
    return 1
