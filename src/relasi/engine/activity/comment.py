"""Comment: what somebody says about a record, to all who see it; with @mentions and replies of one level."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user, current_acting
from relasi.engine.activity.hanging import Hanging, may_on, record_key
from relasi.engine.activity.mention import mentioned
from relasi.engine.declare.module import Declaration
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import create, trash, update
from relasi.users.user import User


class Comment(Hanging):
    """reply_to: the comment it answers, itself no reply. mentions: username as written -> id of the user."""

    record = record_key(db_index=False)
    text = LongTextField(_("Comment"), required=True)
    reply_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replies", verbose_name=_("Reply to")
    )
    mentions = HiddenField(_("Mentions"), default=dict)

    class Meta(Hanging.Meta):
        abstract = False
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [models.Index(fields=["record", "-created_at", "-id"], name="comment_record")]

    class Module(Declaration):
        self_ruled = True
        hangs_on = "record"
        icon = "message-square"
        title = "text"

    def __str__(self) -> str:
        return self.text if len(self.text) <= 80 else f"{self.text[:79]}…"

    @property
    def edited(self) -> bool:
        return self.version > 1

    def before_save(self, change: Change) -> None:
        if change.has("text"):
            # Nobody outside calls people here by their names.
            outside = current_acting().via == "public"
            self.mentions = None if outside else mentioned(self.text or "") or None

    def clean(self, change: Any = None) -> None:
        if not change.is_new and (change.has("record") or change.has("reply_to")):
            raise Refusal("record", "INVALID_VALUE", _("A comment stays where it was written."))
        answered = self.reply_to if self.reply_to_id else None
        if answered is not None and (answered.record_id != self.record_id or answered.trashed_at):
            raise Refusal("reply_to", "BAD_REFERENCE", _("The comment you answer is not there any more."))
        if answered is not None and answered.reply_to_id:
            raise Refusal(
                "reply_to", "INVALID_VALUE", _("A reply cannot be answered; answer the comment itself.")
            )


def say(record: int, text: str, *, reply_to: int | None = None) -> Comment:
    """A new comment by the acting person. An answer to a reply answers the comment above it. Raises Refused."""
    if reply_to is not None:
        above = Comment._base_manager.filter(pk=reply_to, record_id=record).values_list("reply_to", flat=True)
        reply_to = above.first() or reply_to
    return create(Comment, {"record": record, "text": text, "reply_to": reply_to})


def rewrite(comment: Comment, text: str, version: int | None = None) -> Comment:
    return update(comment, {"text": text}, version=version)


def take_back(comment: Comment) -> int | None:
    """Into the bin. Returns the change set, by which it can be undone."""
    return trash(Comment, [comment.pk]).change_set


def unseeing(index: RecordIndex, comment: Comment) -> list[User]:
    """Those mentioned who may not see the record, and so will not be told."""
    people = User.objects.filter(pk__in=(comment.mentions or {}).values()).exclude(pk=_my_id())
    return [person for person in people if not may_on(index, person, "view")]


def _my_id() -> int:
    user = acting_user()
    return 0 if user is SYSTEM else user.id
