"""People: the password of the one who asks, and taking somebody's access away with all they own going to another."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import rights_of
from relasi.engine.access.owner import Owner
from relasi.features.compat.asked import Asked
from relasi.features.compat.ids import GROUPS, USERS, needed_id, user_id
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import Wrong, denied
from relasi.features.settings.handover import hand_over
from relasi.features.settings.suspension import suspend
from relasi.features.sign_in.attempt import by_password
from relasi.features.sign_in.passwords import wrong_with
from relasi.users.sessions import end_sessions
from relasi.users.user import User


def me(_asked: Asked) -> Any:
    user = acting_user()
    return {
        "id": user_id(user.pk), "user_name": user.username, "first_name": user.first_name, "last_name": user.last_name,
        "email1": user.email,
    }  # fmt: skip


def changepassword(asked: Asked) -> Any:
    """One's own alone, with the old one; wrong ones count like those at the door. It signs the person out of every browser."""
    user, id = acting_user(), needed_id(asked.text("id"))
    if id.module != USERS or id.record != user.pk:
        raise denied("for id")
    new, again = (plain(asked.values.get(name)) for name in ("newPassword", "confirmPassword"))
    if not by_password(asked.request, user.username, plain(asked.values.get("oldPassword"))).good:
        raise Wrong("INVALID_OLD_PASSWORD", "The old password is wrong")
    wrong = wrong_with(user, new, again)
    if "password2" in wrong:
        raise Wrong("NEW_PASSWORD_MISMATCH", "The new passwords are not the same")
    if wrong:
        raise Wrong("PASSWORD_NOT_STRONG", wrong["password1"])
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        stored.set_password(new)
        stored.save()
        end_sessions(stored)
    return {"message": "Changed password successfully"}


def deleteuser(asked: Asked) -> Any:
    """Users are never deleted here: they are suspended, and everything they own goes to the new owner. By an admin."""
    if not rights_of(acting_user()).admin:
        raise denied("")
    leaver, heir = needed_id(asked.text("id")), needed_id(asked.text("newOwnerId"), "newOwnerId")
    user = User.objects.filter(pk=leaver.record).first() if leaver.module == USERS else None
    there = Owner.objects.filter(pk=heir.record, active=True).exclude(pk=leaver.record).exists()
    if user is None or heir.module not in (USERS, GROUPS) or not there:
        raise Wrong("RECORD_NOT_FOUND", "Record you are trying to access is not found")
    with transaction.atomic():
        suspend(user, heir.record)
        hand_over(user.pk, heir.record, everything=True)
    return {"status": "successful"}
