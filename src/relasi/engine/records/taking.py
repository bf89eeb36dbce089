"""Taking: a member of a group makes a record of the group their own. Of two at once one has it, and the other hears who."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.directory import directory
from relasi.engine.access.door import may, rights_of
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Action
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update

# A button of whatever belongs to a group.
TAKE = Action("take", _("Take it"), icon="user-round-check")


def groups_of(user: Any) -> set[int]:
    """The groups whose records wait for this person among others."""
    if user is SYSTEM or user is None:
        return set()
    return rights_of(user).directory.groups_of({user.id})


def may_take(user: Any, record: Any) -> bool:
    return record.owner_id in groups_of(user)


def take(record: Any) -> Any:
    """The record, which belongs to the acting person from now on. Raises Refused."""
    user = acting_user()
    with transaction.atomic():
        locked = type(record)._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
        if locked is None or locked.trashed_at is not None:
            raise Refused([Refusal("", "NOT_FOUND", _("This record is not there any more."))])
        if not may_take(user, locked):
            raise Refused([Refusal("owner", "INVALID_TRANSITION", _too_late(user, locked))])
        return update(locked, {"owner": user.id})


def _too_late(user: Any, record: Any) -> Any:
    """Who was quicker is told to whoever could have taken it a moment before, and to whoever sees the record."""
    if record.owner_id == user.id:
        return _("This record is yours already.")
    rows = ChangeRow.objects.filter(record_id=record.pk, kind="u", after__has_key="owner_id")
    last = rows.order_by("-id").values_list("before", flat=True).first()
    if (last and last.get("owner_id") in groups_of(user)) or may(user, "view", registry.of(record), record):
        names = directory()
        owner = names.name_of("user", record.owner_id) or names.name_of("group", record.owner_id)
        return _("%(name)s has taken this record already.") % {"name": owner}
    return _("This record is not there any more.")
