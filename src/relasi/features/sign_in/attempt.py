"""Attempt: one try to prove who somebody is, by password or second factor: counted, logged, locked when too many.

A name nobody has is treated as one that somebody has: the same answers, the same counting, the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.write import update
from relasi.users.sign_in_log import (
    MOST_WRONG,
    Result,
    locked_until,
    name_key,
    record,
    too_many_from,
    wrong_lately,
)
from relasi.users.user import Status, User


@dataclass(frozen=True)
class Outcome:
    """result: one of Result. left: wrong tries left before locking, where that is worth saying."""

    result: str
    user: User | None = None
    left: int | None = None

    @property
    def good(self) -> bool:
        return self.result == Result.OK


def by_password(request: HttpRequest, typed: str, password: str) -> Outcome:
    """Whether this is the name and the password of somebody who may sign in. typed: a username or an e-mail."""
    user = find_user(typed)

    def check() -> bool:
        if user is None:
            make_password(password)
            return False
        return user.check_password(password)

    return attempt(request, check, user=user, typed=typed)


def find_user(typed: str) -> User | None:
    name = typed.strip()
    found = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name)).order_by("pk")[:2]
    exact = [user for user in found if user.username.casefold() == name.casefold()]
    return (exact or list(found) or [None])[0]


def attempt(
    request: HttpRequest,
    check: Callable[[], bool],
    *,
    user: User | None,
    typed: str = "",
    wrong: str = Result.WRONG_PASSWORD,
) -> Outcome:
    """Runs the check under the rules. A good outcome is not logged here: that is done when the person is in."""
    where = {"ip": ip_of(request), "device": device_of(request)}
    with transaction.atomic():
        _one_at_a_time(str(user.pk) if user else name_key(typed))
        if locked_until(user, typed) or too_many_from(where["ip"]):
            record(Result.REFUSED, user=user, typed=typed, **where)
            return Outcome(Result.REFUSED)
        if check():
            if user is not None and user.is_active:
                _unlock_after_time(user)
                return Outcome(Result.OK, user)
            wrong = Result.NOT_ACTIVE
        count = wrong_lately(user, typed) + 1
        if count < MOST_WRONG:
            record(wrong, user=user, typed=typed, **where)
            return Outcome(wrong, left=MOST_WRONG - count)
        record(Result.LOCK, user=user, typed=typed, **where)
        if user is not None:
            _lock(user)
        return Outcome(Result.REFUSED)


def _one_at_a_time(name: str) -> None:
    """Tries at one name wait for each other, so that many at once cannot outrun the count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in {name}"])


def _lock(user: User) -> None:
    if user.status == Status.ACTIVE:
        with acting(SYSTEM, via="system", reason=gettext_noop("Too many wrong passwords")):
            until = locked_until(user)
            update(user, {"status": Status.LOCKED.value, "locked_until": until}, authorised="wrong too often")


def _unlock_after_time(user: User) -> None:
    if user.status == Status.LOCKED:
        with acting(SYSTEM, via="system", reason=gettext_noop("The time of locking is over")):
            update(user, {"status": Status.ACTIVE.value}, authorised="time is over")


def release_locks() -> int:
    """Gives those whose time of locking is over their status back. Returns how many. Safe to run twice."""
    over = list(User.objects.filter(status=Status.LOCKED, locked_until__lte=timezone.now()))
    for user in over:
        _unlock_after_time(user)
    return len(over)


def signed_in(request: HttpRequest, user: User) -> None:
    """Logs that somebody is in."""
    record(Result.OK, user=user, ip=ip_of(request), device=device_of(request))


def ip_of(request: HttpRequest) -> str | None:
    return get_adapter(request).get_client_ip(request)


def device_of(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def refusal_text(outcome: Outcome) -> tuple[str, str]:
    """What went wrong and what to do, for the person at the door. Says nothing about who exists."""
    if outcome.result == Result.REFUSED:
        return (
            _("Too many wrong tries"),
            _("Wait 30 minutes and try again, or ask an admin to unlock you."),
        )
    return _("Username or password is wrong"), tries_left(outcome)


def tries_left(outcome: Outcome) -> str:
    if outcome.left is None:
        return ""
    return _("Tries left before a pause of 30 minutes: %(count)s.") % {"count": outcome.left}
