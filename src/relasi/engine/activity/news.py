"""News: in the same transaction in which something happens, who is to be told of it; never the one who did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.follow import About, Follow
from relasi.engine.activity.notification import (
    ASSIGNED,
    CHANGED,
    COMMENT,
    MENTION,
    REPLY,
    VIEW,
    News,
    NotificationKind,
)
from relasi.engine.declare.registry import registry
from relasi.engine.query.saved_view import Sharing
from relasi.engine.records.reactions import CHANGED as HAS_CHANGED
from relasi.engine.records.reactions import CREATED, EVERY, RESTORED, TRASHED, on
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Change
from relasi.users.user import User

# Those who follow a record, but for the one who acts. One statement for a whole batch.
_FOLLOWERS = """
    INSERT INTO activity_news (user_id, kind, record_id, change_set, actor_id, at, facts)
    SELECT user_id, %s, record_id, %s, %s, now(), '{}' FROM activity_follow
    WHERE record_id = ANY(%s) AND trashed_at IS NULL AND about <> %s AND user_id <> ALL(%s)
"""


def _actors() -> list[int]:
    """Whom this act needs not be told to: who acts, and the admin who acts as them."""
    stretch = current_acting()
    return [one.id for one in (stretch.user, stretch.impersonator) if one is not None and one is not SYSTEM]


def tell_soon() -> None:
    """A job of this transaction makes notifications of the news; without the transaction there is neither."""
    from relasi.engine.activity.jobs import deliver_news

    deliver_news.defer()


@on(HAS_CHANGED, EVERY)
@on(TRASHED, EVERY)
@on(RESTORED, EVERY)
def tell_followers(changes: list[Change]) -> None:
    if not registry.of(changes[0].record).is_record:
        return
    actors, stretch = _actors(), current_acting()
    ids = [change.record.pk for change in changes]
    actor = actors[0] if actors else None
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWERS, [CHANGED.key, stretch.change_set, actor, ids, About.COMMENTS, actors])
        told = cursor.rowcount
    if told:
        tell_soon()


@on(CREATED, EVERY)
@on(HAS_CHANGED, EVERY)
def tell_owners(changes: list[Change]) -> None:
    """Who gets records from somebody else: one line for one record, one for all of a batch."""
    module = registry.of(changes[0].record)
    if not module.is_record:
        return
    given: dict[int, list[int]] = defaultdict(list)
    for change in changes:
        if change.is_new or change.has("owner"):
            given[change.record.owner_id].append(change.record.pk)
    actors, stretch = _actors(), current_acting()
    if not given:
        return
    here, rows = directory(), []
    for owner, ids in given.items():
        for person in here.people_behind(owner) - set(actors) if owner not in actors else ():
            one = ids[0] if len(ids) == 1 else None
            facts = {} if one else {"module": module.key, "count": len(ids)}
            rows.append(_row(person, ASSIGNED, one, facts=facts, change_set=stretch.change_set))
    _write(rows)


@on(CREATED, "activity.comment")
def tell_of_comments(changes: list[Change]) -> None:
    for change in changes:
        _tell_of(change.record)


@on(HAS_CHANGED, "activity.comment", field="text")
def tell_of_new_mentions(changes: list[Change]) -> None:
    """An edited comment is told only to those it did not mention before."""
    for change in changes:
        before = set((change.old("mentions") or {}).values())
        people = set((change.record.mentions or {}).values()) - before - set(_actors())
        _write([_row(person, MENTION, change.record.record_id, comment=change.record) for person in people])


def _tell_of(comment: Comment) -> None:
    """Each person once, by the nearest reason: mentioned, answered, or following or owning the record."""
    told = set(_actors())
    rows = []
    for kind, people in _listeners(comment):
        rows += [_row(p, kind, comment.record_id, comment=comment) for p in sorted(set(people) - told)]
        told |= set(people)
    _write(rows)


def _listeners(comment: Comment) -> Iterable[tuple[NotificationKind, list[int]]]:
    yield MENTION, list((comment.mentions or {}).values())
    if comment.reply_to_id:
        thread = Comment._base_manager.filter(trashed_at=None)
        above = thread.filter(pk=comment.reply_to_id) | thread.filter(reply_to=comment.reply_to_id)
        yield REPLY, [id for id in above.values_list("created_by", flat=True) if id]
    owner = RecordIndex.objects.filter(pk=comment.record_id).values_list("owner_id", flat=True)
    follows = Follow._base_manager.filter(record=comment.record_id, trashed_at=None).exclude(
        about=About.CHANGES
    )
    followers = follows.values_list("user_id", flat=True)
    owners = User.objects.filter(pk__in=list(owner)).values_list("pk", flat=True)
    yield COMMENT, [*followers, *owners]


@on(CREATED, "query.savedview")
@on(HAS_CHANGED, "query.savedview", field="sharing")
def tell_of_views(changes: list[Change]) -> None:
    """A list view somebody wants to show to everybody waits for an admin."""
    waiting = [c.record for c in changes if c.record.sharing == Sharing.PENDING]
    admins = [p.id for p in directory().people.values() if p.is_admin and p.is_active] if waiting else []
    for view in waiting:
        tell(VIEW, admins, view=view.pk)


def _row(user: int, kind: NotificationKind, record: int | None, *, comment: Comment | None = None,
         facts: dict[str, Any] | None = None, change_set: int | None = None) -> News:  # fmt: skip
    actors = _actors()
    return News(
        user_id=user, kind=kind.key, record_id=record, comment=comment, facts=facts or {},
        change_set=change_set or current_acting().change_set, actor_id=actors[0] if actors else None,
    )  # fmt: skip


def _write(rows: list[News]) -> None:
    if rows:
        News.objects.bulk_create(rows)
        tell_soon()


def tell(kind: NotificationKind, users: Iterable[int], *, record: int | None = None, **facts: Any) -> None:
    """For other rooms: these people are told, in this transaction. facts: ids and keys its sentence needs, no words."""
    told = [id for id in dict.fromkeys(users) if kind.own or id not in _actors()]
    _write([_row(id, kind, record, facts=facts) for id in told])
