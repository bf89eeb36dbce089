"""Which streams of changes a person may listen to."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.door import may, visible_to
from relasi.engine.activity.notification import TOPIC as INBOX
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.records.record import RecordIndex
from relasi.engine.screens.asking import whole

MOST = 10


def allowed_topics(user: Any, text: str) -> list[str]:
    """Of "customers.contact,record:4711", those this person may see."""
    found = []
    for topic in text.split(",")[:MOST]:
        kind, _colon, id = topic.partition(":")
        if topic == INBOX:
            found.append(topic)
        elif kind in ("record", "activity"):
            row = RecordIndex.objects.filter(pk=whole(id) or 0).first()
            if row and visible_to(user, registry.module(row.module).model).filter(pk=row.pk).exists():
                found.append(topic)
        else:
            try:
                module = registry.module(topic)
                if may(user, "view", module) and not module.self_ruled:
                    found.append(topic.lower())
            except UnknownModule:
                continue
    return found
