"""Passwords: the last five of a person may not come back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password, is_password_usable
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

KEPT = 5


class OldPassword(models.Model):
    """The hash of a password somebody has or had."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+")
    hash = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "-at"], name="old_password_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class NotOneOfTheLast:
    """A validator of AUTH_PASSWORD_VALIDATORS: Django tells it what is chosen and, later, what was taken."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        kept = list(OldPassword.objects.filter(user_id=user.pk).values_list("hash", flat=True)[:KEPT])
        if user.password not in kept:
            kept.insert(0, user.password)
        for old in kept[:KEPT]:
            if is_password_usable(old) and check_password(password, old):
                raise ValidationError(
                    _("You have used this password before. Choose one that is not among your last %(count)s.")
                    % {"count": KEPT},
                    code="password_used_before",
                )

    def get_help_text(self) -> str:
        return _("Not one of your last %(count)s passwords.") % {"count": KEPT}

    def password_changed(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None or not is_password_usable(user.password):
            return
        OldPassword.objects.create(user_id=user.pk, hash=user.password)
        newest = OldPassword.objects.filter(user_id=user.pk).values("pk")[:KEPT]
        OldPassword.objects.filter(user_id=user.pk).exclude(pk__in=newest).delete()
