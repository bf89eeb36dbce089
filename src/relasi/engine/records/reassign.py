"""Reassign: a record goes to another owner together with the open records that belong to it."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.merge import AT_ONCE, pointing_at
from relasi.engine.records.write import Draft, update, write


def reassign(record: Any, owner: int) -> Any:
    """Gives the record to the owner, and with it every open record that points at it, has the same owner as it had
    and may be changed by whoever acts. What its module calls closed keeps its owner. One change set. Raises Refused.
    """
    before = record.owner_id
    moved = update(record, {"owner": owner})
    for other, field in pointing_at(registry.of(record)):
        if not other.is_record or other.whole is not None or field.related_model is not type(record):
            continue
        rows = visible_to(acting_user(), other.model, "edit").filter(
            owner_id=before, **{field.attname: record.pk}
        )
        rows = rows.exclude(other.closed) if other.closed is not None else rows
        ids = list(rows.exclude(pk=record.pk).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            write(other, [Draft({"owner": moved.owner_id}, id=id) for id in ids[start : start + AT_ONCE]])
    return moved
