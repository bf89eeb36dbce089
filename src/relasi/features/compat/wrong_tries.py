"""Wrong tries: how often a wrong key was sent, and when a name or an address has to wait."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from relasi.users.sign_in_log import name_key

WITHIN = timedelta(minutes=15)
MOST = 10  # of one name from one address
MOST_FROM_ADDRESS = 50  # whatever names are tried


class WrongTry(models.Model):
    """name_key: a keyed hash of the name that was sent, whether somebody has it or not."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    ip = models.GenericIPAddressField(null=True)
    name_key = models.CharField(max_length=32)

    class Meta:
        db_table = "compat_wrong_try"
        indexes = [models.Index(fields=["ip", "-at"], name="compat_wrong_try_ip")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.ip}"


def note_wrong(ip: str | None, name: str) -> None:
    WrongTry.objects.create(ip=ip, name_key=name_key(name))


def must_wait(ip: str | None, name: str) -> bool:
    """A name is held back for one address alone, so that nobody can lock a colleague's program out from elsewhere."""
    lately = WrongTry.objects.filter(ip=ip, at__gt=timezone.now() - WITHIN)
    keys = list(lately.values_list("name_key", flat=True)[:MOST_FROM_ADDRESS])
    return len(keys) >= MOST_FROM_ADDRESS or keys.count(name_key(name)) >= MOST


def forget_old_tries() -> int:
    return WrongTry.objects.filter(at__lt=timezone.now() - WITHIN).delete()[0]
