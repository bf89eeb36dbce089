"""User: an employee who signs in and acts within the permissions of a role."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.declare.words import Section


class Status(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    LOCKED = "locked", _("Locked")
    SUSPENDED = "suspended", _("Suspended")
    REMOVED = "removed", _("Removed")


class Type(models.TextChoices):
    ADMIN = "admin", _("Admin")
    STANDARD = "standard", _("Standard")
    SINGLE_APP = "single_app", _("Single app")
    LIGHT = "light", _("Light agent")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


# A name that changes must show wherever the person owns something; see access.Owner.
_KEEP_OWNER = """
    INSERT INTO access_owner (id, kind, name, active)
    VALUES (NEW.id, 'user', trim(NEW.first_name || ' ' || NEW.last_name), NEW.status IN ('active', 'locked'))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active;
    RETURN NEW;
"""

_NEW_EPOCH = "UPDATE access_epoch SET n = n + 1; RETURN NULL;"


class User(Tracked, AbstractBaseUser):
    username = models.CharField(_("Username"), max_length=150, unique=True)
    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100, blank=True, default="")
    email = models.EmailField(_("Email"), unique=True)
    role = models.ForeignKey("access.Role", models.PROTECT, related_name="+", verbose_name=_("Role"))
    type = models.CharField(_("Type"), max_length=20, choices=Type, default=Type.STANDARD)
    status = models.CharField(_("Status"), max_length=20, choices=Status, default=Status.ACTIVE)
    reports_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Reports to")
    )
    title = models.CharField(_("Job title"), max_length=100, blank=True, default="")
    department = models.CharField(_("Department"), max_length=100, blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=50, blank=True, default="")
    language = models.CharField(
        _("Language"), max_length=2, choices=[("id", "Bahasa Indonesia"), ("en", "English")], default="id"
    )
    zone = models.CharField(_("Time zone"), max_length=50, default="Asia/Jakarta")
    number_style = models.CharField(
        _("Number format"), max_length=2, choices=[(",", "1.234,56"), (".", "1,234.56")], default=","
    )
    theme = models.CharField(
        _("Theme"), max_length=10, default="auto",
        choices=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )  # fmt: skip
    density = models.CharField(
        _("Density"), max_length=12, default="comfortable",
        choices=[("compact", _("Compact")), ("comfortable", _("Comfortable")), ("spacious", _("Spacious"))],
    )  # fmt: skip
    signature = models.TextField(_("Signature"), blank=True, default="")
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "first_name"]

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_any_case"),
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
        ]
        triggers = [
            *history_triggers("password"),
            pgtrigger.Trigger(
                name="keep_owner", level=pgtrigger.Row, when=pgtrigger.After, func=_KEEP_OWNER,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("first_name", "last_name", "status"),
            ),
            pgtrigger.Trigger(
                name="new_epoch", level=pgtrigger.Statement, when=pgtrigger.After, func=_NEW_EPOCH,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("role_id", "status", "type"),
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "users"
        area = "settings"
        icon = "users"
        title = "first_name last_name"
        subtitle = "email"
        columns = ["first_name", "last_name", "username", "email", "role", "type", "status"]
        filters = ["status", "role", "type"]
        sort = ["first_name"]
        form = [
            Section(_("Person"), "first_name last_name email username phone"),
            Section(_("Work"), "role type reports_to title department"),
            Section(_("Reading and writing"), "language zone number_style theme density signature"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.status == Status.ACTIVE

    @property
    def is_admin(self) -> bool:
        return self.type == Type.ADMIN

    def get_full_name(self) -> str:
        return self.full_name

    def clean(self) -> None:
        self.username = self.username.strip()
        self.email = self.email.strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only the password is written here (by the sign-in library); all else goes through the write door."""
        kwargs.setdefault("update_fields", ["password"])
        super().save(*args, **kwargs)
