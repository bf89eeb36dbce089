"""Forms of the sign-in library, with our counting of wrong tries and our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.utils.translation import gettext_lazy as _

from relasi.features.sign_in.attempt import Outcome, attempt, by_password, refusal_text
from relasi.users.sign_in_log import Result


class SignInForm(account.LoginForm):
    """outcome: how the try ended, for the words above the form."""

    outcome: Outcome | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].error_messages["required"] = _("Fill in your username or email.")
        self.fields["password"].error_messages["required"] = _("Fill in your password.")
        self.fields["remember"].initial = True

    def clean_login(self) -> str:
        return self.cleaned_data["login"].strip().replace("\x00", "")

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        self.outcome = by_password(self.request, self.cleaned_data["login"], credentials["password"])
        if not self.outcome.good:
            raise forms.ValidationError(refusal_text(self.outcome)[0], code=self.outcome.result)
        self.user = self.outcome.user
        self._login = Login(user=self.user)
        return self.cleaned_data


class _CountedCode:
    """Mixin: a wrong code counts like a wrong password."""

    def clean_code(self) -> str:
        def check() -> bool:
            try:
                self.accepted = super(_CountedCode, self).clean_code()  # type: ignore[misc]
            except forms.ValidationError:
                return False
            return self._first_time()

        outcome = attempt(context.request, check, user=self.user, wrong=Result.WRONG_CODE)  # type: ignore[attr-defined]
        if outcome.result == Result.REFUSED:
            raise get_adapter().validation_error("too_many_login_attempts")
        if not outcome.good:
            raise get_adapter().validation_error("incorrect_code")
        return self.accepted

    def _first_time(self) -> bool:
        """A code of the app is good once, whichever process it is sent to."""
        found = self.authenticator  # type: ignore[attr-defined]
        if found.type != Authenticator.Type.TOTP:
            return True
        if found.data.get("last_code") == self.accepted:
            return False
        found.data["last_code"] = self.accepted
        found.save(update_fields=["data"])
        return True


class CodeForm(_CountedCode, codes.AuthenticateForm):
    pass


class ConfirmByCodeForm(_CountedCode, codes.ReauthenticateForm):
    pass


class ChangePasswordForm(account.ChangePasswordForm):
    """The current password is counted like one typed at the door."""

    def clean_oldpassword(self) -> str:
        given = self.cleaned_data.get("oldpassword", "")
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


class AddPasskeyForm(passkeys.AddWebAuthnForm):
    """Every key we add can be signed in with alone."""

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        return super().clean()


class ChoosePasswordForm(account.SetPasswordForm):
    """A password chosen by a link."""
