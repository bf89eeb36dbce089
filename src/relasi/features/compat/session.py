"""Session: what a program got by signing in; it names it with every call. Kept as a digest alone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone

from relasi.features.compat.access_key import AccessKey, with_user
from relasi.features.compat.wrong import Wrong

LIFE = timedelta(days=1)
IDLE = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
MOST = 500  # of one key; the oldest gives way


class Session(models.Model):
    id = models.BigAutoField(primary_key=True)
    key = models.ForeignKey(AccessKey, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    begun_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "compat_session"

    def __str__(self) -> str:
        return f"{self.key_id} {self.begun_at:%Y-%m-%d %H:%M}"


def begin(key: AccessKey) -> str:
    """The name of a new session."""
    older = Session.objects.filter(key=key).order_by("-id").values_list("pk", flat=True)[MOST - 1 :]
    Session.objects.filter(pk__in=list(older)).delete()
    name = secrets.token_hex(16)
    Session.objects.create(key=key, digest=_digest(name))
    return name


def find(name: str) -> Session:
    """The session with its key and user as they are now. Raises Wrong."""
    found = Session.objects.select_related("key").filter(digest=_digest(name)).first()
    if found is None:
        raise no_session()
    now = timezone.now()
    if found.begun_at <= now - LIFE:
        end(found)
        raise Wrong("SESSION_EXPIRED", "Session has expired")
    if found.used_at <= now - IDLE:
        end(found)
        raise Wrong("SESSION_LEFT_IDLE", "Session was left idle too long")
    if with_user(found.key) is None:
        raise no_session()
    if found.used_at <= now - NOTED_EVERY:
        Session.objects.filter(pk=found.pk).update(used_at=now)
    return found


def extend(session: Session) -> None:
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(begun_at=now, used_at=now)


def end(session: Session) -> None:
    Session.objects.filter(pk=session.pk).delete()


def forget_old_sessions() -> int:
    return int(Session.objects.filter(begun_at__lt=timezone.now() - LIFE).delete()[0])


def no_session() -> Wrong:
    return Wrong("INVALID_SESSIONID", "Session Identifier provided is Invalid")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()
