"""What tests of the activity room share: acting, delivering, and what somebody's inbox says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import translation

from relasi.engine.access.acting import acting
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import Notification, inbox
from relasi.engine.activity.telling import Told, told
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import update
from tests.engine.aviary import again


@contextmanager
def as_(user: Any, **how: Any) -> Iterator[Any]:
    """One act of this person, with a change set of its own."""
    close_change_set()
    with acting(user, **how) as stretch:
        yield stretch
    close_change_set()


def change(user: Any, record: Any, **values: Any) -> None:
    with as_(user):
        update(again(record), values)


def news_of(user: Any) -> list[Told]:
    """Delivers what waits, then what this person's inbox says in English."""
    deliver()
    close_change_set()
    with acting(user), translation.override("en"):
        rows = inbox(user).filter(done_at=None).select_related("record", "actor", "comment").order_by("pk")
        return told(rows, user)


def sentences(user: Any) -> list[str]:
    return [one.plain for one in news_of(user)]


def shown_changes(one: Told) -> dict[str, tuple[Any, Any]]:
    assert one.entry is not None
    return {c.kind.key: (c.before, c.after) for c in one.entry.fields}


def everything_told(user: Any) -> list[Notification]:
    deliver()
    return list(Notification.objects.filter(user=user).order_by("pk"))
