"""Approval limit: how far people of a role or profile may go on a document before somebody has to approve it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user, current_acting
from relasi.engine.access.directory import Directory, directory
from relasi.engine.access.door import rights_of
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.limits import Reach, widest

LIMITS = "trade.approval_limits"  # where a stretch of acting keeps what it has read
_ONCE = _("There is a limit for them already. Change that one.")


FOR_WHOM, BEYOND = Section(_("For whom"), "role profile"), Section(_("Beyond them"), "approver")


class ApprovalLimit(Tracked):
    """Abstract. figures: the fields of the concrete class that hold a limit, by their names in Reach."""

    role = ReferenceField(
        "access.Role", models.PROTECT, verbose_name=_("Role"), related_name="+",
        help_text=_("A limit of the role holds before those of its profiles."),
    )  # fmt: skip
    profile = ReferenceField(
        "access.Profile", models.PROTECT, verbose_name=_("Profile"), related_name="+",
        help_text=_("Without role and profile it holds for everybody who has no limit of their own."),
    )  # fmt: skip
    total = MoneyField(
        _("Total up to"), min=0, help_text=_("With tax, in the currency of the company."), foot=""
    )
    approver = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Approver"), related_name="+",
        help_text=_("Empty: the nearest person above in the tree of roles whose own limits allow it."),
    )  # fmt: skip

    figures: tuple[str, ...] = ("total",)

    class Meta(Tracked.Meta):
        abstract = True

    class Module(Declaration):
        """What the declarations of all limits share; each says its slug and words, and the figures it has besides."""

        area = "settings"
        icon = "badge-check"
        title = "role profile"
        columns = ["role", "profile", "total", "approver"]
        sort = ["role", "profile"]
        form = [FOR_WHOM, Section(_("Limits"), "total"), BEYOND]

    def __str__(self) -> str:
        return str(self.role or self.profile or _("Everybody"))

    def clean(self, change: Change) -> None:  # type: ignore[override]
        if self.role_id and self.profile_id:
            raise Refusal("profile", "INVALID_VALUE", _("Choose a role or a profile, not both."))
        if all(getattr(self, name) is None for name in self.figures):
            raise Refusal(self.figures[0], "REQUIRED", _("Write at least one limit."))

    @property
    def reach(self) -> Reach:
        return Reach(**{name: getattr(self, name) for name in self.figures})


def limit_constraints(name: str) -> list[models.BaseConstraint]:
    """One limit for each role, for each profile, and one for everybody else."""
    return [
        models.UniqueConstraint(fields=["role"], condition=Q(trashed_at=None), name=f"{name}_role"),
        models.UniqueConstraint(fields=["profile"], condition=Q(trashed_at=None), name=f"{name}_profile"),
        models.UniqueConstraint(
            models.Value(1), condition=Q(role=None, profile=None, trashed_at=None), name=f"{name}_everybody"
        ),
        models.CheckConstraint(condition=Q(role=None) | Q(profile=None), name=f"{name}_whose"),
    ]


def limit_violations(name: str) -> dict[str, tuple[str, str, Any]]:
    return {
        f"{name}_role": ("role", "NOT_UNIQUE", _ONCE),
        f"{name}_profile": ("profile", "NOT_UNIQUE", _ONCE),
        f"{name}_everybody": ("role", "NOT_UNIQUE", _ONCE),
    }


def people() -> Directory:
    """Who works here, as whoever acts sees it."""
    user = acting_user()
    return directory() if user is SYSTEM else rights_of(user).directory


def limits_on(label: str, person: int | None) -> list[Any]:
    """The limits of this kind ("sales.SellingLimit") that hold for a person: of the role, else of its profiles, else
    those of everybody. An admin has none."""
    known = people()
    found = known.people.get(person or 0)
    rows = _all(label) if found is not None and not found.is_admin else []
    if found is None or not rows:
        return []
    profiles = {profile.pk for profile in known.profiles_of.get(found.role, ())}
    of_role = [row for row in rows if row.role_id == found.role]
    of_profile = [row for row in rows if row.profile_id in profiles]
    return of_role or of_profile or [row for row in rows if row.role_id is None and row.profile_id is None]


def reach_allowed(label: str, person: int | None) -> Reach:
    """How far this person may go alone; of several profiles each figure from the most generous."""
    return widest(row.reach for row in limits_on(label, person))


def _all(label: str) -> list[Any]:
    memo = current_acting().memo.setdefault(LIMITS, {})
    if label not in memo:
        rows = registry.module(label).model._base_manager.filter(trashed_at=None).select_related("approver")
        memo[label] = list(rows.order_by("pk"))
    return memo[label]


def forget_limits(changes: list[Change]) -> None:
    current_acting().memo.pop(LIMITS, None)
