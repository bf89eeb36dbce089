"""Adapters: how the sign-in library asks us who may come in and what is said."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting
from relasi.engine.access.company import company
from relasi.engine.screens.start_page import start_url
from relasi.engine.screens.toasts import toast
from relasi.features.sign_in import attempt
from relasi.features.sign_in.bounds import out_of_bounds
from relasi.users.sign_in_log import Result, locked_until, record

# What the library wants to tell after something was done, by the name of its template; the rest goes without saying.
SENTENCES = {
    "account/messages/password_changed.txt": _(
        "The password is changed. You are signed out everywhere else."
    ),
    "mfa/messages/totp_activated.txt": _("The authenticator app is on."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is off."),
    "mfa/messages/recovery_codes_generated.txt": _("New recovery codes are made. Keep them in a safe place."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
}


class Adapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not right."),
        "too_many_login_attempts": _("Wait 30 minutes and try again, or ask an admin to unlock you."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        typed = credentials.get("username") or credentials.get("email") or ""
        outcome = attempt.by_password(request, typed, credentials.get("password") or "")
        if outcome.result == Result.REFUSED:
            raise self.validation_error("too_many_login_attempts")
        return outcome.user

    def reauthenticate(self, user: Any, password: str) -> bool:
        outcome = attempt.attempt(self.request, lambda: user.check_password(password), user=user)
        if outcome.result == Result.REFUSED:
            raise self.validation_error("too_many_login_attempts")
        return outcome.good

    def pre_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse | None:
        """The last word before somebody is in, whatever they signed in by."""
        if user.is_active and not locked_until(user):
            return self._admit(request, user)
        result = Result.REFUSED if user.is_active else Result.NOT_ACTIVE
        record(result, user=user, ip=attempt.ip_of(request), device=attempt.device_of(request))
        return self.respond_user_inactive(request, user)

    def _admit(self, request: HttpRequest, user: Any) -> HttpResponse | None:
        """Nobody is signed in outside the hours and addresses of their profiles."""
        reason = out_of_bounds(request, user)
        if not reason:
            return None
        record(Result(reason), user=user, ip=attempt.ip_of(request), device=attempt.device_of(request))
        clear_login(request)
        return HttpResponseRedirect(f"/login/?refused={reason}")

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        attempt.signed_in(request, user)
        return super().post_login(request, user, **how)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where nobody asked for a page: the one this person begins with."""
        with acting(request.user):
            return start_url(request.user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        clear_login(request)
        return HttpResponseRedirect("/login/?refused=1")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or SENTENCES.get(message_template or "")
        if text:
            toast(request, text, kind="bad" if level >= messages.ERROR else "good")


class SecondFactor(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right."),
        "cannot_generate_recovery_codes": _("Turn on an authenticator app or a passkey first."),
    }

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return f"Relasi ({company().name})" if company().pk else "Relasi"

    def _get_site_name(self) -> str:
        return company().name
