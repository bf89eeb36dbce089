"""Signing in and out, and everything about one's own password, second factors and sessions."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from relasi.engine.screens.asking import whole
from relasi.engine.screens.toasts import toast
from relasi.features.sign_in.attempt import refusal_text
from relasi.features.sign_in.bounds import sentence
from relasi.features.sign_in.look import AtTheDoor, Inside, Own
from relasi.features.sign_in.passwords import hints
from relasi.users.device import device_name
from relasi.users.sessions import end_sessions, sessions_of
from relasi.users.sign_in_log import SignIn

SIGN_INS_SHOWN = 20


@method_decorator(login_not_required, name="dispatch")
class SignInPage(AtTheDoor, account.LoginView):
    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        outcome = getattr(found["form"], "outcome", None)
        refused = None
        if outcome is not None and not outcome.good:
            refused = refusal_text(outcome)
        elif "refused" in self.request.GET:
            usual = _("You cannot sign in now"), _("Wait 30 minutes, or ask an admin.")
            refused = sentence(self.request.GET["refused"]) or usual
        return {**found, "refused": refused, "next": self.get_next_url() or ""}


@method_decorator(login_not_required, name="dispatch")
class SignInByPasskey(passkey.LoginWebAuthnView):
    pass


@method_decorator(login_not_required, name="dispatch")
class SecondStep(AtTheDoor, mfa.AuthenticateView):
    template_name = "mfa/authenticate.html"


class SignOut(Inside, account.LogoutView):
    template_name = "account/logout.html"
    title = gettext_lazy("Sign out")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return account.LogoutView.dispatch(self, request, *args, **kwargs)


class Security(Inside, TemplateView):
    """One page for one's own password, second factors, sessions and the log of signing in."""

    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        mine = list(Authenticator.objects.filter(user=user).order_by("pk"))
        types = {one.type for one in mine}
        return {
            "totp": next((one for one in mine if one.type == Authenticator.Type.TOTP), None),
            "passkeys": [one.wrap() for one in mine if one.type == Authenticator.Type.WEBAUTHN],
            "has_codes": Authenticator.Type.RECOVERY_CODES in types,
            "sessions": sessions_of(user),
            "current": self.request.session.session_key,
            "device": device_name,
            "sign_ins": SignIn.objects.filter(user=user)[:SIGN_INS_SHOWN],
        }


class EndSessions(Own, View):
    """Ends one session, or all but this one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        one = request.POST.get("session", "")
        if one and whole(one) is None:
            raise Http404
        ended = end_sessions(request.user, keep=request.session.session_key, only=whole(one))
        toast(request, _("Sessions ended: %(count)s.") % {"count": ended})
        return HttpResponseRedirect("/security/")


class ChangePassword(Inside, account.PasswordChangeView):
    template_name = "account/password_change.html"
    title = gettext_lazy("Change password")
    success_url = "/security/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "hints": hints()}


class Confirm(Inside, account.ReauthenticateView):
    template_name = "account/reauthenticate.html"
    title = gettext_lazy("Confirm that it is you")


class ConfirmByCode(Inside, mfa.ReauthenticateView):
    template_name = "mfa/reauthenticate.html"
    title = gettext_lazy("Confirm that it is you")


class ConfirmByPasskey(Inside, passkey.ReauthenticateWebAuthnView):
    template_name = "mfa/webauthn/reauthenticate.html"
    title = gettext_lazy("Confirm that it is you")


class TurnOnApp(Inside, totp.ActivateTOTPView):
    template_name = "mfa/totp/activate_form.html"
    title = gettext_lazy("Authenticator app")


class TurnOffApp(Inside, totp.DeactivateTOTPView):
    template_name = "mfa/totp/deactivate_form.html"
    title = gettext_lazy("Turn off the authenticator app")


class RecoveryCodes(Inside, recovery.ViewRecoveryCodesView):
    template_name = "mfa/recovery_codes/index.html"
    title = gettext_lazy("Recovery codes")


class NewRecoveryCodes(Inside, recovery.GenerateRecoveryCodesView):
    template_name = "mfa/recovery_codes/generate.html"
    title = gettext_lazy("New recovery codes")


class DownloadRecoveryCodes(Own, recovery.DownloadRecoveryCodesView):
    pass


class AddPasskey(Inside, passkey.AddWebAuthnView):
    template_name = "mfa/webauthn/add_form.html"
    title = gettext_lazy("Add a passkey")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        found["form"] = kwargs.get("form") or self.get_form()
        found["js_data"] = {"creation_options": begin_registration(self.request.user, True)}
        return found


class RemovePasskey(Inside, passkey.RemoveWebAuthnView):
    template_name = "mfa/webauthn/authenticator_confirm_delete.html"
    title = gettext_lazy("Remove a passkey")
    success_url = "/security/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "name": self.get_object().wrap().name}


class RenamePasskey(Inside, passkey.EditWebAuthnView):
    template_name = "mfa/webauthn/edit_form.html"
    title = gettext_lazy("Rename a passkey")
    success_url = "/security/"


class Passkeys(View):
    """The library leads here after some of its steps; all is on the page about security."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect("/security/")
