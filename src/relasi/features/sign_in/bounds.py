"""Bounds: the hours and addresses in which somebody may be signed in, asked at the door and at every request."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.admission import ADDRESS, HOURS, kept_out
from relasi.engine.access.directory import Directory, directory
from relasi.features.sign_in.attempt import ip_of


def out_of_bounds(request: HttpRequest, user: Any, people: Directory | None = None) -> str:
    """HOURS, ADDRESS or "". Admins are never kept out. people: the snapshot that holds, where it is known."""
    if user.is_admin:
        return ""
    profiles = (people or directory()).profiles_of.get(user.role_id, [])
    if not any(one.sign_in_from or one.sign_in_days or one.sign_in_addresses for one in profiles):
        return ""
    return kept_out(profiles, ip_of(request), timezone.now().astimezone(ZoneInfo(user.zone)))


def sentence(reason: str) -> tuple[str, str] | None:
    """What the page at the door says: what is wrong and what to do."""
    if reason == HOURS:
        return _("You cannot sign in at this hour"), _(
            "Your profile names other hours or days. Ask an admin."
        )
    if reason == ADDRESS:
        return _("You cannot sign in from here"), _(
            "Your profile names other addresses, such as the office. Ask an admin."
        )
    return None
