"""What must be true of a user: how the status moves, that one admin stays, that nobody is their own boss."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal

if TYPE_CHECKING:
    from relasi.users.user import User

# From each status to which others.
MOVES = {
    "invited": {"active", "suspended"},
    "active": {"locked", "suspended"},
    "locked": {"active", "suspended"},
    "suspended": {"active", "invited", "removed"},
    "removed": set(),
}
PAGE = re.compile(r"[a-z][a-z0-9/-]*")
USERNAME = re.compile(r"[A-Za-z0-9._@+-]{1,150}")

LAST_ADMIN = _("At least one active admin must remain.")
NEVER_TRASHED = _("A user is never deleted like a record: suspend, then remove.")
LOOP = _("Nobody can report to themselves, not even through others.")


def check(user: User, change: Any) -> None:
    """Raises Refusal for the first thing that is wrong. change: what is about to happen to the user."""
    if change.is_new or change.has("username") or change.has("email"):
        _check_names(user, change)
    if not change.is_new and change.has("status"):
        _check_move(user, change.old("status"))
    if not change.is_new and (change.has("status") or change.has("type")):
        _check_last_admin(user, change)
    if change.has("reports_to"):
        _check_loop(user)
    if change.has("zone"):
        check_zone(user.zone)
    if user.start_page and change.has("start_page") and not PAGE.fullmatch(user.start_page):
        raise Refusal("start_page", "INVALID_VALUE", _("Choose a page from the list."))
    if change.has("away_from") or change.has("away_until") or change.has("deputy"):
        _check_absence(user, change)
    if user.type == "single_app" and not user.area and (change.has("type") or change.has("area")):
        raise Refusal("area", "REQUIRED", _("Choose the one app this user works in."))


def _check_names(user: User, change: Any) -> None:
    if (change.is_new or change.has("username")) and not USERNAME.fullmatch(user.username):
        raise Refusal(
            "username", "INVALID_VALUE",
            _("A username is made of letters, digits and . _ - + @, without spaces."),
        )  # fmt: skip
    # People sign in by either, so nobody may take the other name of somebody else.
    others = type(user)._base_manager.exclude(pk=user.pk)
    for field, value, other in (
        ("username", user.username, "email"),
        ("email", user.email, "username"),
    ):
        if others.filter(Q(**{f"{other}__iexact": value})).exists():
            raise Refusal(field, "NOT_UNIQUE", _("Somebody else signs in by this already."))


def _check_move(user: User, before: str) -> None:
    if user.status not in MOVES.get(before, ()):
        message = _("A user cannot go from “%(before)s” to “%(after)s”.")
        labels = dict(type(user)._meta.get_field("status").flatchoices)
        raise Refusal(
            "status", "INVALID_TRANSITION",
            message % {"before": labels.get(before, before), "after": labels.get(user.status, user.status)},
        )  # fmt: skip


def _check_last_admin(user: User, change: Any) -> None:
    was = change.old("type") == "admin" and change.old("status") in ("active", "locked")
    if was and not (user.is_admin and user.is_active):
        working = type(user)._base_manager.filter(type="admin", status__in=("active", "locked"))
        if not working.exclude(pk=user.pk).exists():
            field = "status" if change.has("status") else "type"
            raise Refusal(field, "INVALID_TRANSITION", LAST_ADMIN)


def _check_loop(user: User) -> None:
    above, seen = user.reports_to_id, set()
    while above is not None and above not in seen:
        if above == user.pk:
            raise Refusal("reports_to", "INVALID_VALUE", LOOP)
        seen.add(above)
        above = type(user)._base_manager.filter(pk=above).values_list("reports_to_id", flat=True).first()


def _check_absence(user: User, change: Any) -> None:
    if user.away_until and not user.away_from:
        raise Refusal("away_from", "REQUIRED", _("Say from which day on."))
    if user.away_from and user.away_until and user.away_until < user.away_from:
        raise Refusal("away_until", "OUT_OF_RANGE", _("The last day comes after the first."))
    if user.deputy_id is not None and change.has("deputy"):
        if user.deputy_id == user.pk:
            raise Refusal("deputy", "INVALID_VALUE", _("Nobody is their own deputy."))
        if not type(user)._base_manager.filter(pk=user.deputy_id, status__in=("active", "locked")).exists():
            raise Refusal("deputy", "BAD_REFERENCE", _("Choose somebody whose account is active."))


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_zone(name: str) -> None:
    if name not in zones():
        raise Refusal("zone", "INVALID_VALUE", _("There is no time zone “%(name)s”.") % {"name": name[:50]})
