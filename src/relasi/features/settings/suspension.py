"""Suspending a colleague and all that follows: heirs, sessions, coming back, being removed."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import acting_user
from relasi.engine.access.owner import Owner
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.toasts import toast
from relasi.features.settings import users
from relasi.features.settings.frame import admin_only, because, done, number_in, settings_page
from relasi.features.settings.handover import hand_over, hand_over_views, owned_by, views_of
from relasi.features.sign_in.attempt import device_of, ip_of
from relasi.users.links import make_link
from relasi.users.sessions import end_sessions
from relasi.users.sign_in_log import Result, record
from relasi.users.user import NO_PASSWORD, Status, User


def suspend(user: User, heir: int | None) -> int:
    """Takes the access at once and gives the open records to the heir. Returns how many went.

    heir: the id of an active user or group; None only when nothing is open. Raises Refused.
    """
    if user.pk == getattr(acting_user(), "id", None):
        raise Refused([Refusal("", "INVALID_TRANSITION", _("You cannot suspend yourself."))])
    with transaction.atomic():
        because(_("%(name)s suspended") % {"name": user.full_name})
        update(user, {"status": Status.SUSPENDED.value}, authorised="an admin suspends")
        moved = 0
        if any(share.open for share in owned_by(user.pk)):
            moved = hand_over(user.pk, _heir(heir, user))
        if heir and User.objects.filter(pk=heir).exists():
            hand_over_views(user.pk, heir)
        end_sessions(user)
    return moved


def _heir(id: int | None, leaver: User) -> int:
    if id is None:
        raise Refused([Refusal("heir", "REQUIRED", _("Choose who takes over the open records."))])
    if id == leaver.pk or not Owner.objects.filter(pk=id, active=True).exists():
        raise Refused([Refusal("heir", "BAD_REFERENCE", _("Choose an active user or group."))])
    return id


def heirs(leaving: int) -> list[tuple[Any, list[tuple[int, str]]]]:
    """Who can take over: active users and groups, as groups of options."""
    rows = list(Owner.objects.filter(active=True).exclude(pk=leaving).order_by("name"))
    kinds = (("user", _("Users")), ("group", _("Groups")))
    return [(label, [(row.pk, row.name) for row in rows if row.kind == kind]) for kind, label in kinds]


@admin_only
def suspend_page(request: HttpRequest, id: int) -> HttpResponse:
    """Shows what the person has and asks who takes it over, before anything happens."""
    user = users.user_or_404(id)
    refused = None
    if request.method == "POST":
        try:
            moved = suspend(user, number_in(request.POST, "heir"))
        except Refused as error:
            refused = error
            user.refresh_from_db()
        else:
            done(request, _("%(name)s is suspended. Records handed over: %(count)s.")
                 % {"name": user.full_name, "count": moved})  # fmt: skip
            return HttpResponseRedirect(f"/settings/users/{id}/")
    shares = owned_by(id)
    context = {
        "person": user,
        "shares": shares,
        "open": sum(share.open for share in shares),
        "closed": sum(share.closed for share in shares),
        "views": views_of(id).exclude(sharing="private").count(),
        "reporting": User.objects.filter(reports_to=user).count(),
        "heirs": heirs(id),
        "heir": request.POST.get("heir", ""),
        "errors": refused.by_field() if refused else {},
    }
    crumbs = ((user.full_name, f"/settings/users/{id}/"), (_("Suspend"), None))
    status = refused.status if refused else 200
    return settings_page(request, "suspend.html", "users", context, *crumbs, status=status)


def _moved(request: HttpRequest, id: int, status: str, sentence: Any) -> HttpResponse:
    """One step of the status; a refusal comes back on the user's page."""
    user = users.user_or_404(id)
    try:
        update(user, {"status": status}, authorised="an admin")
    except Refused as refused:
        note = " ".join(str(one.message) for one in refused.refusals)
        return users.detail(request, id, status=refused.status, note=note)
    done(request, sentence % {"name": user.full_name})
    return HttpResponseRedirect(f"/settings/users/{id}/")


@admin_only
@require_POST
def reactivate(request: HttpRequest, id: int) -> HttpResponse:
    """Back to work; who never chose a password is invited again."""
    user = users.user_or_404(id)
    new = user.password.startswith(NO_PASSWORD)
    return _moved(
        request, id, (Status.INVITED if new else Status.ACTIVE).value, _("%(name)s is active again.")
    )


@admin_only
@require_POST
def unlock(request: HttpRequest, id: int) -> HttpResponse:
    user = users.user_or_404(id)
    with transaction.atomic():
        record(Result.UNLOCKED, user=user, by=user_of(request), ip=ip_of(request), device=device_of(request))
        if user.status != Status.LOCKED:
            return HttpResponseRedirect(f"/settings/users/{id}/")
        return _moved(request, id, Status.ACTIVE.value, _("%(name)s can sign in again."))


@admin_only
def remove(request: HttpRequest, id: int) -> HttpResponse:
    """The last step: the name stays in records and history and is never given to anybody else."""
    user = users.user_or_404(id)
    if request.method == "POST":
        because(_("%(name)s removed") % {"name": user.full_name})
        return _moved(request, id, Status.REMOVED.value, _("%(name)s is removed."))
    context = {
        "title": _("Remove %(name)s?") % {"name": user.full_name},
        "text": _("The name stays in records and history, and the username is never given to anybody else."
                  " This cannot be taken back by inviting again."),
        "verb": _("Remove"),
        "back": f"/settings/users/{id}/",
    }  # fmt: skip
    crumbs = ((user.full_name, f"/settings/users/{id}/"), (_("Remove"), None))
    return settings_page(request, "confirm.html", "users", context, *crumbs)


@admin_only
@require_POST
def sign_out(request: HttpRequest, id: int) -> HttpResponse:
    """Ends one of the person's sessions, or all of them."""
    user = users.user_or_404(id)
    ended = end_sessions(user, only=number_in(request.POST, "session"))
    toast(request, _("Sessions ended: %(count)s.") % {"count": ended})
    return HttpResponseRedirect(f"/settings/users/{id}/?tab=sessions")


@admin_only
@require_POST
def new_link(request: HttpRequest, id: int) -> HttpResponse:
    """A link by which somebody who forgot the password chooses a new one. Shown once, to be passed on."""
    user = users.user_or_404(id)
    if not user.is_active:
        return users.detail(request, id, status=422, note=_("Only an active user can get such a link."))
    record(Result.LINK, user=user, by=user_of(request), ip=ip_of(request), device=device_of(request))
    return users.detail(request, id, reset_link=make_link(user, "reset"))


@admin_only
@require_POST
def remove_factors(request: HttpRequest, id: int) -> HttpResponse:
    """For somebody who lost the phone: the password alone is enough until they set up a new one."""
    user = users.user_or_404(id)
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        record(Result.FACTORS, user=user, by=user_of(request), ip=ip_of(request), device=device_of(request))
    toast(request, _("The second factors of %(name)s are removed.") % {"name": user.full_name})
    return HttpResponseRedirect(f"/settings/users/{id}/")
