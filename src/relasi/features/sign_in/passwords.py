"""Choosing a password by a link: an invitation from an admin, or a reset for somebody who forgot theirs."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from relasi.engine.access.acting import acting
from relasi.engine.records.write import update
from relasi.features.sign_in.attempt import device_of, ip_of
from relasi.features.sign_in.jobs import send_password_link
from relasi.features.sign_in.look import page_at_the_door
from relasi.features.sign_in.mail import can_send_links
from relasi.users.links import read_link
from relasi.users.passwords import NotOneOfTheLast
from relasi.users.sessions import end_sessions
from relasi.users.sign_in_log import Result, record
from relasi.users.user import Status, User


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
def choose(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    """The page behind a link. A link that is used, old or forged gets the same plain answer."""
    user = read_link(purpose, token)
    if user is None:
        return page_at_the_door(
            request, "account/link_void.html", {"can_reset": can_send_links()}, status=404
        )
    errors: dict[str, str] = {}
    if request.method == "POST":
        password = request.POST.get("password1", "")
        errors = wrong_with(user, password, request.POST.get("password2", ""))
        if not errors and _take(request, purpose, token, password):
            if request.user.is_authenticated:
                get_adapter(request).logout(request)
            return perform_login(request, Login(user=User.objects.get(pk=user.pk)))
        if not errors:
            return HttpResponseRedirect(request.path)
    context = {"person": user, "purpose": purpose, "errors": errors, "hints": hints()}
    return page_at_the_door(request, "account/choose_password.html", context, status=422 if errors else 200)


def wrong_with(user: User, password: str, again: str) -> dict[str, str]:
    """Field -> sentence for a new password that cannot be taken."""
    try:
        get_adapter().clean_password(password, user=user)
    except ValidationError as error:
        return {"password1": " ".join(error.messages)}
    return {} if password == again else {"password2": _("The two passwords are not the same.")}


def hints(*, first: bool = False) -> list[str]:
    """What a new password must be. first: of somebody who had none before."""
    usual = _(
        "At least 10 characters. Not digits alone, no common password, nothing like your name or email."
    )
    return [usual] if first else [usual, NotOneOfTheLast().get_help_text()]


def _take(request: HttpRequest, purpose: str, token: str, password: str) -> bool:
    """Sets the password once: of two at the same moment the second finds the link void."""
    with transaction.atomic():
        locked = read_link(purpose, token, lock=True)
        if locked is None:
            return False
        locked.set_password(password)
        locked.save()
        end_sessions(locked)
        record(Result.UNLOCKED, user=locked, ip=ip_of(request), device=device_of(request))
        if locked.status != Status.ACTIVE:
            with acting(locked, reason=_("Password chosen by a link")):
                update(locked, {"status": Status.ACTIVE.value}, authorised="chose a password by a link")
    return True


@login_not_required
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for a name and always answers the same; where no mail can be sent it says whom to ask."""
    sent = False
    if request.method == "POST" and can_send_links():
        # A job either way: the answer takes as long for a name nobody has.
        send_password_link.defer(typed=request.POST.get("login", "")[:254], purpose="reset")
        sent = True
    context: dict[str, Any] = {"can_reset": can_send_links(), "sent": sent, "address": settings.PUBLIC_URL}
    return page_at_the_door(request, "account/forgotten.html", context)
