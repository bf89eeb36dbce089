"""The sources every record's timeline has: comments with their replies, files, and changes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.public_link import PublicVisit
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.activity.timeline import Moment, Place, Source, Tab, register_source
from relasi.engine.records.history import history_of


def _beyond(rows: QuerySet, place: Place | None) -> QuerySet:
    if place is None:
        return rows
    at, id = place
    return rows.filter(created_at__lte=at).exclude(created_at=at, pk__gte=id)


def comments(record: Any, user: Any, place: Place | None, most: int) -> list[Moment]:
    """Comments with their replies and files. A deleted one stands as long as it has replies."""
    replied = Comment._base_manager.filter(reply_to=OuterRef("pk"), trashed_at=None)
    rows = Comment._base_manager.filter(Q(trashed_at=None) | Exists(replied), record=record.pk, reply_to=None)
    found = list(_beyond(rows, place).select_related("created_by").order_by("-created_at", "-pk")[:most])
    if not found:
        return []
    answers = list(
        Comment._base_manager.filter(reply_to__in=found, trashed_at=None)
        .select_related("created_by").order_by("created_at", "pk")
    )  # fmt: skip
    with_files([*found, *answers])
    replies = defaultdict(list)
    for answer in answers:
        replies[answer.reply_to_id].append(answer)
    for comment in found:
        comment.answers = replies[comment.pk]
    return [Moment("comment", (c.created_at, c.pk), c, "timeline/comment.html") for c in found]


def with_files(comments: list[Comment]) -> None:
    """Gives every comment its living files as `attached`."""
    files = defaultdict(list)
    rows = Attachment._base_manager.filter(comment__in=comments, trashed_at=None).order_by("pk")
    for file in rows:
        files[file.comment_id].append(file)
    for comment in comments:
        comment.attached = files[comment.pk]  # type: ignore[attr-defined]


def files(record: Any, user: Any, place: Place | None, most: int) -> list[Moment]:
    """Files that came by themselves; those of a comment stand under it."""
    rows = Attachment._base_manager.filter(record=record.pk, trashed_at=None, comment=None)
    found = _beyond(rows, place).select_related("created_by").order_by("-created_at", "-pk")[:most]
    return [Moment("file", (f.created_at, f.pk), f, "timeline/file.html") for f in found]


def mails(record: Any, user: Any, place: Place | None, most: int) -> list[Moment]:
    """What went out to the customer."""
    if not shown_outside(record):
        return []
    rows = SentMail._base_manager.filter(record=record.pk, trashed_at=None)
    found = _beyond(rows, place).select_related("created_by").order_by("-created_at", "-pk")[:most]
    return [Moment("mail", (m.created_at, m.pk), m, "timeline/mail.html") for m in found]


def visits(record: Any, user: Any, place: Place | None, most: int) -> list[Moment]:
    """Looks of the customer through a public link."""
    if not shown_outside(record):
        return []
    rows = PublicVisit.objects.filter(link__record=record.pk, noted=True)
    if place is not None:
        rows = rows.filter(at__lte=place[0]).exclude(at=place[0], pk__gte=place[1])
    found = rows.order_by("-at", "-pk")[:most]
    return [Moment("visit", (v.at, v.pk), v, "timeline/visit.html") for v in found]


def shown_outside(record: Any) -> bool:
    """Whether a record of this kind can be shown to a customer: it has a paper."""
    return hasattr(record, "paper_title")


def changes(record: Any, user: Any, place: Place | None, most: int) -> list[Moment]:
    found = history_of(record, user, limit=most, before=place)
    return [Moment("change", e.place, e, "timeline/change.html", quiet=True) for e in found if e.place]


def register_sources() -> None:
    register_source(Source("comment", comments, "comments"), Tab("comments", _("Comments"), "message-square"))
    register_source(Source("file", files, "files"), Tab("files", _("Documents"), "paperclip"))
    register_source(Source("mail", mails, "changes"))
    register_source(Source("visit", visits, "changes"))
    register_source(Source("change", changes, "changes"), Tab("changes", _("History"), "history"))
