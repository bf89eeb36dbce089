"""Selling limit: how far people of a role or profile may go on a quote before somebody has to approve it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user, current_acting
from relasi.engine.access.directory import Directory, directory
from relasi.engine.access.door import rights_of
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import PercentField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.limits import Reach, widest

LIMITS = "sales.selling_limits"  # where a stretch of acting keeps what it has read
_ONCE = _("There is a limit for them already. Change that one.")


class SellingLimit(Tracked):
    role = ReferenceField(
        "access.Role", models.PROTECT, verbose_name=_("Role"), related_name="+",
        help_text=_("A limit of the role holds before those of its profiles."),
    )  # fmt: skip
    profile = ReferenceField(
        "access.Profile", models.PROTECT, verbose_name=_("Profile"), related_name="+",
        help_text=_("Without role and profile it holds for everybody who has no limit of their own."),
    )  # fmt: skip
    line_discount = PercentField(_("Discount of a line up to"))
    whole_discount = PercentField(
        _("All discounts together up to"),
        help_text=_("Of the lines and of the whole quote, in percent of the price before discounts."),
    )
    margin = PercentField(_("Margin at least"))
    total = MoneyField(_("Total up to"), min=0, help_text=_("With tax, in the currency of the company."))
    approver = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Approver"), related_name="+",
        help_text=_("Empty: the nearest person above in the tree of roles whose own limits allow it."),
    )  # fmt: skip

    violations = {
        "selling_limit_role": ("role", "NOT_UNIQUE", _ONCE),
        "selling_limit_profile": ("profile", "NOT_UNIQUE", _ONCE),
        "selling_limit_everybody": ("role", "NOT_UNIQUE", _ONCE),
    }

    class Meta(Tracked.Meta):
        verbose_name = _("selling limit")
        verbose_name_plural = _("selling limits")
        constraints = [
            models.UniqueConstraint(fields=["role"], condition=Q(trashed_at=None), name="selling_limit_role"),
            models.UniqueConstraint(
                fields=["profile"], condition=Q(trashed_at=None), name="selling_limit_profile"
            ),
            models.UniqueConstraint(
                models.Value(1), condition=Q(role=None, profile=None, trashed_at=None),
                name="selling_limit_everybody",
            ),
            models.CheckConstraint(condition=Q(role=None) | Q(profile=None), name="selling_limit_whose"),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "selling-limits"
        area = "settings"
        icon = "badge-percent"
        title = "role profile"
        columns = ["role", "profile", "line_discount", "whole_discount", "margin", "total", "approver"]
        sort = ["role", "profile"]
        form = [
            Section(_("For whom"), "role profile"),
            Section(_("Limits"), "line_discount whole_discount margin total"),
            Section(_("Beyond them"), "approver"),
        ]
        words = "batas diskon persetujuan limit approval discount margin"

    def __str__(self) -> str:
        return str(self.role or self.profile or _("Everybody"))

    def clean(self, change: Change) -> None:
        if self.role_id and self.profile_id:
            raise Refusal("profile", "INVALID_VALUE", _("Choose a role or a profile, not both."))
        if all(
            getattr(self, name) is None for name in ("line_discount", "whole_discount", "margin", "total")
        ):
            raise Refusal("line_discount", "REQUIRED", _("Write at least one limit."))

    @property
    def reach(self) -> Reach:
        return Reach(self.line_discount, self.whole_discount, self.margin, self.total)


def people() -> Directory:
    """Who works here, as whoever acts sees it."""
    user = acting_user()
    return directory() if user is SYSTEM else rights_of(user).directory


def limits_on(person: int | None) -> list[SellingLimit]:
    """The limits that hold for a person: of the role, else of its profiles, else those of everybody. An admin has none."""
    known = people()
    found = known.people.get(person or 0)
    rows = _all() if found is not None and not found.is_admin else []
    if found is None or not rows:
        return []
    profiles = {profile.pk for profile in known.profiles_of.get(found.role, ())}
    of_role = [row for row in rows if row.role_id == found.role]
    of_profile = [row for row in rows if row.profile_id in profiles]
    return of_role or of_profile or [row for row in rows if row.role_id is None and row.profile_id is None]


def reach_allowed(person: int | None) -> Reach:
    """How far this person may go alone; of several profiles each figure from the most generous."""
    return widest(row.reach for row in limits_on(person))


def _all() -> list[SellingLimit]:
    memo = current_acting().memo
    if LIMITS not in memo:
        rows = SellingLimit._base_manager.filter(trashed_at=None).select_related("approver")
        memo[LIMITS] = list(rows.order_by("pk"))
    return memo[LIMITS]


def forget_limits(changes: list[Change]) -> None:
    current_acting().memo.pop(LIMITS, None)
