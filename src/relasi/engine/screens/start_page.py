"""Start page: where a person arrives after signing in, chosen among the pages they may see."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.records.taking import groups_of
from relasi.engine.screens.shell import HOME, INBOX, QUEUE, all_entries, areas


def start_pages(user: Any) -> list[tuple[str, Any]]:
    """(what is stored, label) of each: the address without its slashes, nothing for the usual one."""
    entries = [one for one in all_entries() if one.area is not None and may(user, "view", one.module)]
    found: list[tuple[str, Any]] = [("", _("Home")), (INBOX, _("Inbox"))]
    if any(one.module.calendar is not None for one in entries):
        found.append(("/calendar/", _("Calendar")))
    if groups_of(user):
        found.append((QUEUE, _("Group queue")))
    for area in areas():
        found += [(one.url, one.plural) for one in entries if one.module.area == area.key]
        found += [
            (url, label) for label, url, _icon, key in area.pages if may(user, "view", registry.module(key))
        ]
    return [(url.strip("/"), str(label)) for url, label in found]


def start_url(user: Any) -> str:
    """Home where the chosen page is there for this person no more."""
    known = {value for value, _label in start_pages(user) if value} if user.start_page else set()
    return f"/{user.start_page}/" if user.start_page in known else HOME
