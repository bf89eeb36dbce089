"""Sign-in log: who tried to sign in, from where and how it ended; and when too many tries lock a name."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOST_WRONG = 5
WITHIN = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=30)

# From one address, whatever names are tried: slows a list of stolen names, spares an office behind it.
MOST_WRONG_FROM_ADDRESS = 50


class Result(models.TextChoices):
    OK = "ok", _("Signed in")
    WRONG_PASSWORD = "wrong_password", _("Wrong password")
    WRONG_CODE = "wrong_code", _("Wrong second factor")
    LOCK = "lock", _("Wrong once too often: locked")
    REFUSED = "refused", _("Refused while locked")
    NOT_ACTIVE = "not_active", _("Refused: not active")
    HOURS = "hours", _("Refused: outside the hours of the profile")
    ADDRESS = "address", _("Refused: not from an address of the profile")
    UNLOCKED = "unlocked", _("Unlocked")
    LINK = "link", _("Link for a new password made")
    SEEN_AS = "seen_as", _("An admin looked through these eyes")
    FACTORS = "factors", _("Second factors removed by an admin")


WRONG = (Result.WRONG_PASSWORD, Result.WRONG_CODE, Result.NOT_ACTIVE, Result.LOCK)


class SignIn(models.Model):
    """One try, or what an admin did about it (by). name_key: a keyed hash of a typed name that nobody has."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey("users.User", models.CASCADE, null=True, related_name="sign_ins")
    by = models.ForeignKey("users.User", models.CASCADE, null=True, related_name="+")
    name_key = models.CharField(max_length=32, default="")
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, default="")
    result = models.CharField(max_length=20, choices=Result)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user", "-at"], name="sign_in_user"),
            models.Index(fields=["name_key", "-at"], name="sign_in_name", condition=~models.Q(name_key="")),
            models.Index(fields=["ip", "-at"], name="sign_in_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user or self.name_key} {self.result}"


def name_key(typed: str) -> str:
    message = typed.strip().casefold().encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"sign-in:" + message, hashlib.sha256).hexdigest()[:32]


def record(
    result: str,
    *,
    user: Any = None,
    typed: str = "",
    ip: str | None = None,
    device: str = "",
    by: Any = None,
) -> SignIn:
    """Writes one line. typed: the name that was given, kept only as a hash and only when nobody has it."""
    key = "" if user is not None else name_key(typed)
    return SignIn.objects.create(user=user, name_key=key, ip=ip, device=device[:300], result=result, by=by)


def lines_of(user: Any = None, typed: str = "") -> models.QuerySet[SignIn]:
    if user is not None:
        return SignIn.objects.filter(user=user)
    return SignIn.objects.filter(user=None, name_key=name_key(typed))


def locked_until(user: Any = None, typed: str = "") -> datetime | None:
    """Until when this name is locked, or None. The same for a name nobody has, so that it tells nothing."""
    now = timezone.now()
    recent = lines_of(user, typed).filter(at__gt=now - LOCKED_FOR)
    last = recent.filter(result__in=(Result.LOCK, Result.UNLOCKED)).order_by("-at", "-id").first()
    return last.at + LOCKED_FOR if last is not None and last.result == Result.LOCK else None


def wrong_lately(user: Any = None, typed: str = "") -> int:
    """How many wrong tries count: those of the last 15 minutes, after the last good one or unlocking."""
    recent = lines_of(user, typed).filter(at__gt=timezone.now() - WITHIN)
    good = recent.filter(result__in=(Result.OK, Result.UNLOCKED)).order_by("-at", "-id").first()
    if good is not None:
        recent = recent.filter(pk__gt=good.pk)
    return recent.filter(result__in=WRONG).count()


def too_many_from(ip: str | None) -> bool:
    recent = SignIn.objects.filter(ip=ip, at__gt=timezone.now() - WITHIN, result__in=WRONG)
    return ip is not None and recent.count() >= MOST_WRONG_FROM_ADDRESS
