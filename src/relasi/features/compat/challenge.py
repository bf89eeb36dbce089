"""Challenge: the token a program mixes with its key to sign in. Good for five minutes and one sign-in.

Everybody who asks gets one, for whatever name, so that asking tells nothing about who works here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Case, When
from django.utils import timezone

from relasi.engine.access.sealed import Unreadable, seal, unseal
from relasi.features.compat.access_key import PURPOSE, AccessKey, keys_of
from relasi.users.sign_in_log import name_key

LIFE = timedelta(minutes=5)
MOST = 20  # living tokens of one name asked for from one address; an older one gives way
MOST_FROM_ADDRESS = 300
MOST_TRIED = 200  # of one name, in one sign-in


class Challenge(models.Model):
    """name_key: a keyed hash of the name it was asked for."""

    id = models.BigAutoField(primary_key=True)
    name_key = models.CharField(max_length=32)
    token = models.CharField(max_length=64)
    ip = models.GenericIPAddressField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "compat_challenge"
        indexes = [models.Index(fields=["name_key", "-id"], name="compat_challenge_name")]

    def __str__(self) -> str:
        return f"{self.name_key} {self.expires_at:%H:%M}"


def issue(name: str, ip: str | None) -> Challenge | None:
    """A new token for this name; None for an address that asks far too often."""
    forget_old_challenges()
    if Challenge.objects.filter(ip=ip).count() >= MOST_FROM_ADDRESS:
        return None
    token = secrets.token_hex(16)
    made = Challenge.objects.create(
        name_key=name_key(name), token=token, ip=ip, expires_at=timezone.now() + LIFE
    )
    # Of the same address alone, so that nobody elsewhere can push a program's token out.
    older = (
        Challenge.objects.filter(name_key=made.name_key).order_by("-id").values_list("pk", flat=True)[MOST:]
    )
    Challenge.objects.filter(pk__in=list(older)).delete()
    return made


def forget_old_challenges() -> int:
    return int(Challenge.objects.filter(expires_at__lte=timezone.now()).delete()[0])


def living(name: str, ip: str | None) -> list[Challenge]:
    """The tokens of this name that can still be used, those of the same address first, then the newest."""
    rows = Challenge.objects.filter(name_key=name_key(name), expires_at__gt=timezone.now())
    same = Case(When(ip=ip, then=0), default=1)
    return list(rows.order_by(same, "-id")[:MOST_TRIED])


def answered_by(user: Any, answer: str, tokens: list[Challenge]) -> AccessKey | None:
    """The key of this person that the answer was made with. It uses its token up; a second one finds none."""
    found: tuple[AccessKey, Challenge] | None = None
    for key, text in _in_clear(user):
        for token in tokens:
            made = hashlib.md5(f"{token.token}{text}".encode(), usedforsecurity=False).hexdigest()
            if hmac.compare_digest(made.encode(), answer.strip().lower().encode()) and key is not None:
                found = (key, token)
    if found is None or not Challenge.objects.filter(pk=found[1].pk).delete()[0]:
        return None
    return found[0]


def _in_clear(user: Any) -> list[tuple[AccessKey | None, str]]:
    """The keys of a person. For a name nobody has one that opens nothing, so that the answer takes as long."""
    found: list[tuple[AccessKey | None, str]] = []
    for key in keys_of(user) if user is not None else ():
        try:
            found.append((key, key.in_clear()))
        except Unreadable:
            continue
    return found or [(None, unseal(seal(secrets.token_hex(16), PURPOSE), PURPOSE))]
