"""Users: the list, one user in detail, inviting and editing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.history import history_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.shell import areas
from relasi.features.settings.editing import Form, zone_options
from relasi.features.settings.effective import effective_rights
from relasi.features.settings.frame import admin_only, done, settings_page
from relasi.features.sign_in.jobs import send_password_link
from relasi.features.sign_in.mail import can_send_links
from relasi.users.device import device_name
from relasi.users.links import make_link
from relasi.users.sessions import sessions_of
from relasi.users.sign_in_log import Result, SignIn
from relasi.users.user import Status, Type, User

PERSON = ["first_name", "last_name", "email", "username", "phone", "picture"]
WORK = ["role", "type", "area", "reports_to", "title", "department"]
READING = ["language", "zone", "date_style", "hour_style", "first_day", "number_style"]
ABSENCE = ["away_from", "away_until", "deputy"]
ON_A_PAGE = 50
LOG_LINES = 100
TABS = ("facts", "access", "sessions", "log", "history")
TONES = {"invited": "nila", "active": "hijau", "locked": "merah", "suspended": "kuning", "removed": "gray"}


@admin_only
def list_page(request: HttpRequest) -> HttpResponse:
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()
    counts = dict(User.objects.values_list("status").annotate(Count("pk")))
    rows = User.objects.select_related("role").order_by("first_name", "last_name", "pk")
    rows = rows.filter(status=status) if status in Status else rows.exclude(status=Status.REMOVED)
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word)
            | Q(username__icontains=word) | Q(email__icontains=word) | Q(role__name__icontains=word)
        )  # fmt: skip
    last = SignIn.objects.filter(user=OuterRef("pk"), result=Result.OK).order_by("-at").values("at")[:1]
    found = Paginator(rows.annotate(last_in=Subquery(last)), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    everybody = sum(number for key, number in counts.items() if key != Status.REMOVED)
    tabs = [(_("All"), "/settings/users/", "", not status, everybody)]
    tabs += [
        (one.label, f"/settings/users/?status={one.value}", "", status == one, counts.get(one.value, 0))
        for one in Status
    ]
    context = {"page": page, "tabs": tabs, "words": words, "status": status, "tones": TONES}
    return settings_page(request, "users.html", "users", context, part="rows")


class UserForm(Form):
    """The area is chosen from the apps that are there."""

    @property
    def areas(self) -> list[tuple[str, Any]]:
        return [("", "–"), *((area.key, str(area.label)) for area in areas())]

    def context(self, title: Any, verb: Any, cancel: str) -> dict[str, Any]:
        inputs = {one.name: one for one in self.inputs}
        sections = [(_("Person"), PERSON), (_("Work"), WORK), (_("Reading and writing"), READING)]
        sections += [(_("Absence"), ABSENCE)] if self.record else []
        return {
            "title": title,
            "verb": verb,
            "cancel": cancel,
            "form": self,
            "zone_options": zone_options,
            "sections": [(name, [inputs[field] for field in fields]) for name, fields in sections],
        }


@admin_only
def invite(request: HttpRequest) -> HttpResponse:
    """A new user, who chooses a password by a link."""
    ours = company()
    start = {"language": ours.language, "zone": ours.zone,
             "number_style": "," if ours.language == "id" else "."}  # fmt: skip
    form = UserForm(request, User, [*PERSON, *WORK, *READING], initial=start)
    if request.method == "POST":
        values = form.given()
        values["username"] = values.get("username") or values.get("email")
        try:
            user = create(User, {**values, "status": Status.INVITED.value}, authorised="an admin invites")
        except Refused as refused:
            form.refused = refused
        else:
            if can_send_links():
                send_password_link.defer(typed=user.username, purpose="invitation")
            done(request, _("%(name)s is invited.") % {"name": user.full_name})
            return HttpResponseRedirect(f"/settings/users/{user.pk}/")
    context = form.context(_("Invite a user"), _("Invite"), "/settings/users/")
    return settings_page(
        request, "user_form.html", "users", context, (_("Invite a user"), None), status=form.status
    )


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    user = user_or_404(id)
    form = UserForm(request, User, [*PERSON, *WORK, *READING, *ABSENCE], user)
    if request.method == "POST":
        try:
            update(user, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
            user.refresh_from_db()
        else:
            done(request, _("%(name)s is saved.") % {"name": user.full_name})
            return HttpResponseRedirect(f"/settings/users/{id}/")
    home = f"/settings/users/{id}/"
    context = form.context(user.full_name, _("Save"), home)
    crumbs = ((user.full_name, home), (_("Edit"), None))
    return settings_page(request, "user_form.html", "users", context, *crumbs, status=form.status)


@admin_only
def detail(
    request: HttpRequest, id: int, reset_link: str = "", status: int = 200, note: str = ""
) -> HttpResponse:
    """reset_link: the path of a link made just now. note: why something just asked for was refused."""
    user = user_or_404(id)
    tab = request.GET.get("tab", "facts")
    if tab not in TABS:
        raise Http404
    home = f"/settings/users/{id}/"
    labels = (_("Details"), _("Effective rights"), _("Sessions"), _("Sign-in log"), _("History"))
    context: dict[str, Any] = {
        "person": user,
        "tab": tab,
        "tabs": [
            (label, f"{home}?tab={key}", "", key == tab, None)
            for key, label in zip(TABS, labels, strict=True)
        ],
        "tones": TONES,
        "me": user_of(request).pk == user.pk,
        "reset_link": absolute(request, reset_link) if reset_link else "",
        "note": note,
        "device": device_name,
        **_tab(request, user, tab),
    }
    return settings_page(
        request, "user.html", "users", context, (user.full_name, None), part="tab", status=status
    )


def _tab(request: HttpRequest, user: User, tab: str) -> dict[str, Any]:
    if tab == "access":
        return {"rights": effective_rights(user)}
    if tab == "sessions":
        return {"sessions": sessions_of(user)}
    if tab == "log":
        return {"sign_ins": SignIn.objects.filter(user=user).select_related("by")[:LOG_LINES]}
    if tab == "history":
        return {"timeline": history_of(user, user_of(request), limit=LOG_LINES)}
    invitation = absolute(request, make_link(user, "invitation")) if user.status == Status.INVITED else ""
    return {
        "invitation": invitation,
        "can_mail": can_send_links(),
        "reporting": User.objects.filter(reports_to=user).order_by("first_name"),
        "area": next((area.label for area in areas() if area.key == user.area), ""),
        "single_app": user.type == Type.SINGLE_APP,
        "absence": _absence(user),
    }


def _absence(user: User) -> str:
    if user.away_from is None:
        return ""
    reader = current_reader()
    until = write_date(user.away_until, reader) if user.away_until else _("until further notice")
    return f"{write_date(user.away_from, reader)} – {until}"


def absolute(request: HttpRequest, path: str) -> str:
    """The whole address of a path, for somebody to copy."""
    if settings.PUBLIC_URL:
        return settings.PUBLIC_URL.rstrip("/") + path
    return request.build_absolute_uri(path)


def user_or_404(id: int) -> User:
    found = User.objects.select_related("role", "reports_to").filter(pk=id).first()
    if found is None:
        raise Http404
    return found
