"""Calendar feed: the secret address under which another program reads one person's calendar, until they make a new one."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.fields.text import TextField
from relasi.engine.records.write import Draft, trash, write

OWN = "a person's own calendar feed"


class CalendarFeed(Tracked):
    """digest: of the token, which nobody can read again after it was shown once."""

    user = models.ForeignKey(
        "users.User", models.PROTECT, related_name="+", editable=False, verbose_name=_("User")
    )
    digest = TextField(_("Digest"), max_length=64, secret=True, editable=False)

    class Meta(Tracked.Meta):
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        triggers = history_triggers("digest")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(trashed_at=None), name="feed_once"),
            models.UniqueConstraint(fields=["digest"], name="feed_token"),
        ]

    class Module(Declaration):
        archived = False
        slug = "calendar-feeds"
        area = "settings"
        icon = "link"
        title = "user"
        columns = ["user"]

    def __str__(self) -> str:
        return f"#{self.user_id}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(user: Any) -> CalendarFeed | None:
    return CalendarFeed._base_manager.filter(user=user.id, trashed_at=None).first()


def make_feed(user: Any) -> str:
    """A new token; the one before opens nothing any more."""
    end_feed(user)
    token = secrets.token_urlsafe(32)
    draft = Draft({"user": user.id, "digest": _digest(token)})
    write(registry.of(CalendarFeed), [draft], authorised=OWN)
    return token


def end_feed(user: Any) -> None:
    feed = feed_of(user)
    if feed is not None:
        trash(CalendarFeed, [feed.pk], authorised=OWN)


def user_of_feed(token: str) -> Any | None:
    """The active person whose token it is."""
    found = (
        CalendarFeed._base_manager.filter(digest=_digest(token), trashed_at=None)
        .select_related("user")
        .first()
    )
    return found.user if found is not None and found.user.is_active else None
