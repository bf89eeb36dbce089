"""Sessions: where a person is signed in, and how to end that."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession


def sessions_of(user: Any) -> list[UserSession]:
    """The living sessions, newest first. Those that expired are cleared away."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda one: one.last_seen_at, reverse=True)


def end_sessions(user: Any, *, keep: str | None = None, only: int | None = None) -> int:
    """Signs the person out everywhere. keep: the key of a session that stays. only: the id of one to end."""
    found = UserSession.objects.filter(user=user)
    if only is not None:
        found = found.filter(pk=only)
    ended = 0
    for session in found:
        if session.session_key != keep:
            session.end()
            ended += 1
    return ended
