"""Admission: when and from where the permission profiles of a role let its people in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal
from relasi.engine.fields.choice import Choices

if TYPE_CHECKING:
    from relasi.engine.access.profile import Profile

# Why somebody is kept out.
HOURS, ADDRESS = "hours", "address"
MOST_ADDRESSES = 100


class Weekday(Choices):
    """In the order of date.weekday()."""

    MONDAY = "mon", _("Monday")
    TUESDAY = "tue", _("Tuesday")
    WEDNESDAY = "wed", _("Wednesday")
    THURSDAY = "thu", _("Thursday")
    FRIDAY = "fri", _("Friday")
    SATURDAY = "sat", _("Saturday")
    SUNDAY = "sun", _("Sunday")


_DAYS = [day.value for day in Weekday]


def kept_out(profiles: Iterable[Profile], ip: str | None, local: datetime) -> str:
    """HOURS or ADDRESS when no profile lets a person in now, else "". local: the moment on their own clock.

    One profile that lets in is enough, as with all rights; hours and addresses of one profile hold together.
    """
    reason = ""
    for profile in profiles:
        if not _in_hours(profile, local):
            reason = reason or HOURS
        elif not _from_allowed(profile, ip):
            reason = ADDRESS
        else:
            return ""
    return reason


def _in_hours(profile: Profile, local: datetime) -> bool:
    """Hours that pass midnight belong to the day they begin on."""
    day, now = local.weekday(), local.time()
    if profile.sign_in_from and profile.sign_in_until:
        begin, end = time.fromisoformat(profile.sign_in_from), time.fromisoformat(profile.sign_in_until)
        if begin < end:
            if not begin <= now < end:
                return False
        elif now < end:
            day = (local - timedelta(days=1)).weekday()
        elif now < begin:
            return False
    return not profile.sign_in_days or _DAYS[day] in profile.sign_in_days


def _from_allowed(profile: Profile, ip: str | None) -> bool:
    wanted = (profile.sign_in_addresses or "").split()
    if not wanted:
        return True
    try:
        address = ipaddress.ip_address(ip or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ipaddress.ip_network(one) for one in wanted)


def read_hours(name: str, text: str | None) -> str | None:
    """A time of day as 08:00; 8.00 and 8 are understood. Raises Refusal."""
    if not text:
        return None
    hour, _sign, minute = text.strip().replace(".", ":").partition(":")
    try:
        return time(int(hour), int(minute or 0)).strftime("%H:%M")
    except ValueError:
        raise Refusal(name, "INVALID_VALUE", _("Write a time of day, such as 08:00.")) from None


def read_addresses(text: str | None) -> str | None:
    """Addresses and ranges, one a line, each in its usual form. Raises Refusal naming the one that is none."""
    found = []
    for one in (text or "").replace(",", " ").replace(";", " ").split():
        try:
            found.append(str(ipaddress.ip_network(one, strict=False)))
        except ValueError:
            message = _("“%(text)s” is no address and no range, such as 203.0.113.7 or 203.0.113.0/24.")
            raise Refusal("sign_in_addresses", "INVALID_VALUE", message % {"text": one[:60]}) from None
    if len(found) > MOST_ADDRESSES:
        raise Refusal("sign_in_addresses", "OUT_OF_RANGE", _("At most 100 addresses and ranges."))
    return "\n".join(dict.fromkeys(found)) or None
