"""Sync: what changed and what was deleted since a moment, a hundred records at a time.

A record is told again rather than left out: the moment to ask from next lies before everything that may still be on its way
into the database.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import rights_of, visible_to
from relasi.features.compat import faces
from relasi.features.compat.asked import Asked
from relasi.features.compat.hanging_faces import HangingFace
from relasi.features.compat.ids import Id
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.vtql import MOST_ROWS
from relasi.features.compat.wrong import Wrong, denied

SECOND = timedelta(seconds=1)
TYPES = ("user", "userandgroup", "application")
LAST_DAY = 253_000_000_000

# Nothing that began to write before this moment is unfinished.
_HORIZON = """
    SELECT least(now(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def sync(asked: Asked) -> Any:
    since = _moment(asked.text("modifiedTime"))
    owners = _owners(asked.text("syncType").lower() or "user")
    name = asked.text("elementType")
    chosen = [faces.named(name)] if name else faces.visible()
    records = [one for one in chosen if isinstance(one, RecordFace) and not isinstance(one, HangingFace)]
    if name and not records:
        raise denied(f"for name : {name}")
    horizon = _horizon()
    changed = _changed(records, since, owners)
    end, more = _cut([at for at, _face, _pk in changed])
    told = _told([face for face in records if any(one[1] is face for one in changed)], since, end, owners)
    following = horizon if end is None else min(end, horizon)
    return {
        "updated": told, "deleted": _deleted(records, since, end, owners), "more": more,
        "lastModifiedTime": max(int(following.timestamp()), int(since.timestamp())),
    }  # fmt: skip


def _moment(text: str) -> datetime:
    if not (text.isascii() and text.isdigit()) or int(text) > LAST_DAY:
        raise denied("for modifiedTime")
    return datetime.fromtimestamp(int(text), UTC)


def _owners(kind: str) -> frozenset[int] | None:
    """Whose records are asked for; None for everybody's the person sees."""
    rights = rights_of(acting_user())
    if kind not in TYPES:
        raise denied("for syncType")
    if kind == "application":
        if not rights.admin:
            raise Wrong("ACCESS_DENIED", "Only an admin may sync the whole application")
        return None
    mine = {rights.user}
    return frozenset(mine | rights.directory.groups_of(mine)) if kind == "userandgroup" else frozenset(mine)


def _horizon() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        found = cursor.fetchone()[0] or timezone.now()
    return found.replace(microsecond=0)


def _changed(
    records: list[RecordFace], since: datetime, owners: Any
) -> list[tuple[datetime, RecordFace, int]]:
    """(when, module, id) of the first that changed, one more than a page of each module, oldest first."""
    found = []
    for face in records:
        rows = _of(face.rows(), owners).filter(changed_at__gte=since).order_by("changed_at", "pk")
        found += [(at, face, pk) for at, pk in rows.values_list("changed_at", "pk")[: MOST_ROWS + 1]]
    return sorted(found, key=lambda one: (one[0], one[2]))


def _of(rows: Any, owners: Any) -> Any:
    return rows if owners is None else rows.filter(owner__in=owners)


def _cut(moments: list[datetime]) -> tuple[datetime | None, bool]:
    """Where the page ends: behind the second of its last record, so that no second is told in halves."""
    if len(moments) <= MOST_ROWS:
        return None, False
    end = moments[MOST_ROWS - 1].replace(microsecond=0) + SECOND
    return end, True


def _told(
    records: list[RecordFace], since: datetime, end: datetime | None, owners: Any
) -> list[dict[str, Any]]:
    """All that changed up to the end, oldest first."""
    found: list[tuple[datetime, dict[str, Any]]] = []
    for face in records:
        rows = _of(face.rows(), owners).filter(changed_at__gte=since)
        rows = rows if end is None else rows.filter(changed_at__lt=end)
        some, fields = list(rows.select_related("owner").order_by("changed_at", "pk")), face.fields
        face.load(some, fields)
        found += [(record.changed_at, face.told(record, fields)) for record in some]
    return [one for _at, one in sorted(found, key=lambda pair: pair[0])]


def _deleted(records: list[RecordFace], since: datetime, end: datetime | None, owners: Any) -> list[str]:
    found = []
    for face in records:
        rows = _of(visible_to(face.user, face.module.model, trashed=True), owners).filter(
            trashed_at__gte=since
        )
        rows = rows if end is None else rows.filter(trashed_at__lt=end)
        found += [
            str(Id(face.id, pk)) for pk in rows.order_by("trashed_at", "pk").values_list("pk", flat=True)
        ]
    return found
