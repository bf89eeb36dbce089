"""First run: the page that makes the company and its first admin. Once there is anybody it is gone for ever."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create
from relasi.features.settings.defaults import ensure_defaults, top_role
from relasi.features.sign_in.look import page_at_the_door
from relasi.features.sign_in.passwords import hints, wrong_with
from relasi.users.company import Company
from relasi.users.user import Status, Type, User

FIELDS = ("company", "first_name", "last_name", "email", "username", "language")


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
def welcome(request: HttpRequest) -> HttpResponse:
    """Asks for the company and the first admin, and signs that person in."""
    if User._base_manager.exists():
        raise Http404
    values = {"language": request.visitor.language}  # type: ignore[attr-defined]
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {name: request.POST.get(name, "").strip() for name in FIELDS}
        user, errors = open_workspace(
            values, request.POST.get("password1", ""), request.POST.get("password2", "")
        )
        if user is not None:
            perform_login(request, Login(user=user))
            return HttpResponseRedirect("/")
    context = {"values": values, "errors": errors, "hints": hints(first=True)}
    return page_at_the_door(
        request, "features/first_run/welcome.html", context, status=422 if errors else 200
    )


def open_workspace(
    values: dict[str, str], password: str, again: str | None = None
) -> tuple[User | None, dict[str, str]]:
    """Makes the company and its first admin. values: see FIELDS.

    Returns the user, or None and what is wrong by field. Raises Http404 once there is anybody.
    """
    ensure_defaults()
    errors = _wrong(values, password, password if again is None else again)
    if errors:
        return None, errors
    try:
        with transaction.atomic(), acting(SYSTEM, via="system", reason=gettext_noop("First run")):
            _first_of_all()
            user = _create(values)
            user.set_password(password)
            user.save()
    except Refused as refused:
        return None, {_FIELD_OF.get(name, name): text for name, text in refused.by_field().items()}
    return user, {}


_FIELD_OF = {"name": "company"}


def _first_of_all() -> None:
    """Two first runs at the same moment wait here for each other, and the second finds somebody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.first_run'))")
    if User._base_manager.exists():
        raise Http404


def _wrong(values: dict[str, str], password: str, again: str) -> dict[str, str]:
    errors = {}
    for name in ("company", "first_name", "email", "username"):
        if not values.get(name):
            errors[name] = _("This must be filled in.")
    draft = User(**{name: values.get(name, "") for name in ("first_name", "last_name", "email", "username")})
    return {**errors, **wrong_with(draft, password, again)}


def _create(values: dict[str, str]) -> User:
    language = values.get("language") if values.get("language") in ("id", "en") else "id"
    company: dict[str, Any] = {"name": values["company"], "language": language}
    create(Company, company, authorised="first run")
    person = {name: values.get(name, "") for name in ("first_name", "last_name", "email", "username")}
    return create(
        User,
        {
            **person,
            "role": top_role().pk,
            "type": Type.ADMIN.value,
            "status": Status.ACTIVE.value,
            "language": language,
            "number_style": "." if language == "en" else ",",
        },
        authorised="first run",
    )
