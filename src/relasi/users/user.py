"""User: an employee who signs in and acts within the permissions of a role."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.declare.words import Section
from relasi.users import lifecycle
from relasi.users.triggers import KEEP_AN_ADMIN, KEEP_OWNER, NEW_EPOCH, living_trigger, loop_trigger


class Status(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    LOCKED = "locked", _("Locked")
    SUSPENDED = "suspended", _("Suspended")
    REMOVED = "removed", _("Removed")


# Wrong passwords keep a stranger from signing in; whoever is at work already goes on working.
WORKING = (Status.ACTIVE, Status.LOCKED)


class Type(models.TextChoices):
    ADMIN = "admin", _("Admin")
    STANDARD = "standard", _("Standard")
    SINGLE_APP = "single_app", _("Single app")
    LIGHT = "light", _("Light agent")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


# The stored form of a password nobody can type.
NO_PASSWORD = "!"


class User(Tracked, AbstractBaseUser):
    """area: the key of the one area a single-app user works in. locked_until: set while the status is so."""

    password = models.CharField(_("Password"), max_length=128, default=NO_PASSWORD, editable=False)
    username = models.CharField(_("Username"), max_length=150, unique=True)
    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100, blank=True, default="")
    email = models.EmailField(_("Email"), unique=True)
    role = models.ForeignKey("access.Role", models.PROTECT, related_name="+", verbose_name=_("Role"))
    type = models.CharField(_("Type"), max_length=20, choices=Type, default=Type.STANDARD)
    area = models.CharField(_("The one app"), max_length=50, blank=True, default="")
    status = models.CharField(
        _("Status"), max_length=20, choices=Status, default=Status.ACTIVE, editable=False
    )
    locked_until = models.DateTimeField(_("Locked until"), null=True, editable=False)
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
    date_style = models.CharField(
        _("Date format"), max_length=5, default="text",
        choices=[("text", _("31 Dec 2026")), ("dash", "31-12-2026"), ("slash", "31/12/2026"), ("us", "12/31/2026"),
                 ("iso", "2026-12-31")],
    )  # fmt: skip
    hour_style = models.CharField(
        _("Hours"), max_length=4, default="auto",
        choices=[("auto", _("As the language writes them")), (".", "14.30"), (":", "14:30"), ("12", "2:30 pm")],
    )  # fmt: skip
    first_day = models.CharField(
        _("First day of the week"), max_length=3, default="mon",
        choices=[("mon", _("Monday")), ("sun", _("Sunday")), ("sat", _("Saturday"))],
    )  # fmt: skip
    picture = models.CharField(_("Picture"), max_length=100, null=True, blank=True)
    start_page = models.CharField(_("Start page"), max_length=50, blank=True, default="")
    away_from = models.DateField(_("Away from"), null=True, blank=True)
    away_until = models.DateField(_("Away until"), null=True, blank=True)
    deputy = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Deputy")
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
    # How this person has set up the lists: see engine.query.arrangement.
    arrangement = models.JSONField(default=dict, blank=True, editable=False)
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "first_name"]

    # Said when the database refuses what slipped past the checks (an undo, two admins at the same moment).
    violations = {
        "user_last_admin": ("status", "INVALID_TRANSITION", lifecycle.LAST_ADMIN),
        "user_no_loop": ("reports_to", "INVALID_VALUE", lifecycle.LOOP),
        "user_living_role": ("role", "BAD_REFERENCE", _("This role is not there any more.")),
        "user_never_trashed": ("", "INVALID_TRANSITION", lifecycle.NEVER_TRASHED),
    }

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_any_case"),
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(condition=models.Q(trashed_at=None), name="user_never_trashed"),
        ]
        triggers = [
            *history_triggers("password", "arrangement"),
            pgtrigger.Trigger(
                name="keep_owner", level=pgtrigger.Row, when=pgtrigger.After, func=KEEP_OWNER,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("first_name", "last_name", "status"),
            ),
            pgtrigger.Trigger(
                name="new_epoch", level=pgtrigger.Statement, when=pgtrigger.After, func=NEW_EPOCH,
                operation=pgtrigger.Insert | pgtrigger.Update,
            ),
            pgtrigger.Trigger(
                name="keep_an_admin", level=pgtrigger.Row, when=pgtrigger.After, func=KEEP_AN_ADMIN,
                operation=pgtrigger.UpdateOf("status", "type"),
                condition=pgtrigger.Condition(
                    "OLD.type = 'admin' AND OLD.status IN ('active', 'locked')"
                    " AND NOT (NEW.type = 'admin' AND NEW.status IN ('active', 'locked'))"
                ),
            ),
            loop_trigger("users_user", "reports_to", "user_no_loop"),
            living_trigger("role", "access_role", "user_living_role"),
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
            Section(_("Person"), "first_name last_name email username phone picture"),
            Section(_("Work"), "role type area reports_to title department"),
            Section(
                _("Reading and writing"),
                "language zone date_style hour_style first_day number_style theme density start_page signature",
            ),
            Section(_("Absence"), "away_from away_until deputy"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.status in WORKING

    @property
    def is_admin(self) -> bool:
        return self.type == Type.ADMIN

    def get_full_name(self) -> str:
        return self.full_name

    def before_save(self, change: Any) -> None:
        self.username, self.email = (self.username or "").strip(), (self.email or "").strip()
        if self.type != Type.SINGLE_APP:
            self.area = ""
        if self.status != Status.LOCKED:
            self.locked_until = None

    def clean(self, change: Any = None) -> None:
        """What must be true. The write door gives the change; the sign-in library calls it without."""
        if change is not None:
            lifecycle.check(self, change)

    def before_trash(self) -> None:
        raise Refusal("", "INVALID_TRANSITION", lifecycle.NEVER_TRASHED)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only the password is written here (by the sign-in library); all else through the write door."""
        kwargs.setdefault("update_fields", ["password"])
        super().save(*args, **kwargs)


User._meta.get_field("password").secret = True  # type: ignore[attr-defined]
User._meta.get_field("picture").is_picture = True  # type: ignore[attr-defined]
