"""Able: who of the members can take a record now, and why the others cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.directory import Directory
from relasi.engine.access.door import rights_in
from relasi.engine.assigning.choosing import Member
from relasi.engine.declare.module import Module
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.query.path import Path

# Why somebody is passed over.
REASONS: dict[str, Any] = {
    "inactive": _("has no active account"),
    "left": _("is not in the group any more"),
    "no_access": _("may not see this module"),
    "away": _("is away"),
    "off_hours": _("is outside working hours"),
    "full": _("has as many open as may be"),
    "skill": _("does not have what the record asks for"),
}

# (a person, their zone, hours of their own or two empty texts, a moment) -> whether they work then.
AtWork = Callable[[int, str, str, str, datetime], bool]
_at_work: AtWork | None = None


def register_at_work(function: AtWork) -> None:
    global _at_work
    _at_work = function


def reason_against(
    member: Member, *, people: Directory, group: int, module: Module, zone: str, now: datetime, respect_hours: bool,
    open_now: int, asked: list[set[str]],
) -> str:  # fmt: skip
    """A key of REASONS, empty for who can take a record that asks for these skills."""
    person = people.people.get(member.user)
    if person is None or not person.is_active:
        return "inactive"
    if member.user not in people.group_people.get(group, ()):
        return "left"
    if not rights_in(people, person).allows("view", module):
        return "no_access"
    if (
        person.is_away(now)
        or member.away
        or (member.away_until and now.astimezone(ZoneInfo(zone)).date() <= member.away_until)
    ):
        return "away"
    if (
        respect_hours
        and _at_work is not None
        and not _at_work(member.user, zone, member.start, member.end, now)
    ):
        return "off_hours"
    if member.max_open is not None and open_now >= member.max_open:
        return "full"
    return "" if all(words & member.skills for words in asked) else "skill"


def asked_of(record: Any, path: Path | None) -> list[set[str]]:
    """The skills or places a record asks for, each under all its names in lower case; none where the field is empty."""
    value = path.value_of(record) if path is not None else None
    if path is None or path.kind.is_empty(value):
        return []
    each = value if isinstance(value, list | tuple | set) else [value]
    return [_names(path, one, isinstance(value, list | tuple | set)) for one in each]


def _names(path: Path, value: Any, many: bool) -> set[str]:
    shown: Iterable[str] = (
        path.kind.show([value] if many else value, reader) for reader in (INDONESIAN, ENGLISH)
    )
    return {text.casefold() for text in (str(value), *shown) if text}
