"""Delivery: makes notifications of news, for each person only of what they may see at this moment."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.choices import Mail, NotificationChoices, choices_of, with_pace
from relasi.engine.activity.follow import Follow
from relasi.engine.activity.hanging import may_on
from relasi.engine.activity.notification import (
    CHANGED,
    COMMENT,
    MANY,
    TOPIC,
    News,
    Notification,
    kind_called,
)
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import Reader
from relasi.engine.records.history import net_changes
from relasi.engine.records.live import publish
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.write import trash
from relasi.users.user import User

AT_ONCE = 5000
TOGETHER = timedelta(minutes=10)  # several changes of one record within it are one notification
MANY_FROM = 4  # so many records touched by one act are told in one line


def deliver() -> int:
    """Returns how much news was taken. Safe to run twice and beside itself."""
    taken = 0
    while some := _deliver_some():
        taken += some
    return taken


def _deliver_some() -> int:
    with acting(SYSTEM, via="system"), transaction.atomic():
        rows = News.objects.select_for_update(skip_locked=True, of=("self",)).order_by("id")
        some = list(rows[:AT_ONCE])
        by_user: dict[int, list[News]] = defaultdict(list)
        for news in some:
            by_user[news.user_id].append(news)
        people = {p.pk: p for p in User.objects.filter(pk__in=list(by_user)) if p.is_active}
        choices = choices_of(list(people))
        told = [id for id in people if Round(people[id], choices[id], by_user[id]).tell()]
        News.objects.filter(pk__in=[news.pk for news in some]).delete()
        if told:
            publish(TOPIC, {"by": None}, to=told)
        return len(some)


class Round:
    """What one person is told in one go."""

    def __init__(self, user: User, choices: NotificationChoices, news: list[News]):
        self.user, self.choices, self.news = user, choices, news
        self.now = timezone.now()
        self.index = RecordIndex.objects.in_bulk({one.record_id for one in news if one.record_id})
        self.seen = {id for id, row in self.index.items() if may_on(row, user, "view")}
        self.count = 0

    def tell(self) -> int:
        self._forget_hidden()
        seen = [one for one in self.news if one.record_id is None or one.record_id in self.seen]
        by_act: dict[Any, list[News]] = defaultdict(list)
        for one in seen:
            if one.kind == CHANGED.key:
                by_act[one.change_set].append(one)
            else:
                self._tell_one(one)
        for change_set, some in by_act.items():
            self._tell_changes(change_set, some)
        return self.count

    def _forget_hidden(self) -> None:
        """Who may not see a record any more does not follow it any more, and is not told why."""
        hidden = self.index.keys() - self.seen
        rows = Follow._base_manager.filter(user=self.user, record__in=hidden, trashed_at=None)
        ids = list(rows.values_list("pk", flat=True)) if hidden else []
        if ids:
            trash(Follow, ids, authorised="the record is hidden from the follower")

    def _tell_changes(self, change_set: int, news: list[News]) -> None:
        """Only records of which this person may see some changed value; many of them in one line."""
        wanted: dict[Any, Any] = {
            one.record_id: (registry.module(self.index[one.record_id].module), [change_set]) for one in news
        }
        changed = net_changes(self.user, wanted)
        some = list({one.record_id: one for one in news if one.record_id in changed}.values())
        if not some:
            return
        whole = Notification.objects.filter(
            user=self.user, kind=MANY.key, change_sets__contains=[change_set], done_at=None
        ).first()
        if whole is None and len(some) < MANY_FROM:
            for one in some:
                self._tell_one(one)
            return
        if whole is None:
            whole = self._new(some[0], MANY.key, record=None, count=0)
            if whole is None:
                return
        whole.facts = {"records": sorted({*whole.facts.get("records", ()), *(one.record_id for one in some)})}
        whole.count, whole.at, whole.read_at = len(whole.facts["records"]), self.now, None
        whole.save()
        self.count += 1

    def _tell_one(self, news: News) -> None:
        found = self._recent(news)
        if found is None:
            found = self._new(news, news.kind, record=news.record_id, count=news.facts.get("count", 1))
            if found is None:
                return
        elif news.record_id is None:
            found.count, found.at, found.read_at = found.count + news.facts.get("count", 1), self.now, None
        elif news.change_set in found.change_sets:
            return
        else:
            found.change_sets = [*found.change_sets, news.change_set]
            found.count += 1
            found.at, found.actor_id, found.comment_id = self.now, news.actor_id, news.comment_id
        if news.kind == CHANGED.key and not self._says_something(found):
            if found.pk:
                found.delete()
            return
        found.save()
        self.count += 1

    def _recent(self, news: News) -> Notification | None:
        """The one this joins: of the same record a short while ago, or of the same act."""
        rows = Notification.objects.filter(user=self.user, kind=news.kind, done_at=None).order_by("-at")
        if news.kind in (CHANGED.key, COMMENT.key):
            since = self.now - TOGETHER
            return rows.filter(record=news.record_id, read_at=None, created_at__gte=since).first()
        if news.record_id is None and news.change_set:
            return rows.filter(record=None, change_sets__contains=[news.change_set]).first()
        return None

    def _says_something(self, found: Notification) -> bool:
        """What was changed and changed back needs no telling."""
        id: Any = found.record_id
        return bool(net_changes(self.user, {id: (registry.module(self.index[id].module), found.change_sets)}))

    def _new(self, news: News, kind: str, record: int | None, count: int) -> Any:
        """None when the person wants to hear nothing of this kind."""
        inbox, mail = self.choices.of(kind_called(kind))
        if record is not None and kind in (CHANGED.key, COMMENT.key):
            mail = self._pace(record, mail)
        due = self.choices.mail_due(mail, self.now, Reader(zone=self.user.zone).tz)
        if not inbox and mail == Mail.OFF:
            return None
        return Notification(
            user=self.user, kind=kind, record_id=record, comment_id=news.comment_id, actor_id=news.actor_id,
            change_sets=[news.change_set] if news.change_set else [], count=count, facts=news.facts,
            created_at=self.now, at=self.now, mail_at=due, done_at=None if inbox else self.now,
        )  # fmt: skip

    def _pace(self, record: int, mail: str) -> str:
        pace = Follow._base_manager.filter(user=self.user, record=record, trashed_at=None).values_list(
            "pace", flat=True
        )
        return with_pace(pace[0], mail) if pace else mail
