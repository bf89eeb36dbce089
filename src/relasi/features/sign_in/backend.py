"""Backend: whom a session belongs to, from the directory and so without asking for the user at every request."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from relasi.engine.access.directory import heard


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> Any:
        user = heard().account(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
