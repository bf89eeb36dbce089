"""Scheduled exports: which lists go out by themselves, when and where to, how each run went; run now, on, off, again."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import has_tool, rights_of
from relasi.engine.activity.file_name import disposition
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, entry_of
from relasi.engine.screens.toasts import toast
from relasi.engine.transfer.export import TOOL, Format, Shape, formats_of, may_export
from relasi.features.scheduled_exports import setting_up
from relasi.features.scheduled_exports.jobs import run_now
from relasi.features.scheduled_exports.run import ExportRun
from relasi.features.scheduled_exports.schedule import Place, ScheduledExport, living
from relasi.features.scheduled_exports.timing import HOURLY, frequencies
from relasi.features.settings.frame import done

HOME = "/export/scheduled/"
SHOWN = 100
FIELDS = ("name", "slug", "view", "format", "shape", "every", "hour", "place", "recipients", "folder", "keep",
          "address", "region", "bucket", "prefix", "access_key")  # fmt: skip


def _render(
    request: HttpRequest, template: str, context: dict[str, Any], crumb: str = "", status: int = 200
) -> HttpResponse:
    first = (_("Scheduled exports"), HOME if crumb else None)
    crumbs = [(_("Exports"), "/export/"), first, *([(crumb, None)] if crumb else [])]
    context |= {"shell": shell_for(request, None, *crumbs)}
    return render_page(request, f"features/scheduled_exports/{template}", context, status=status)


def _found(request: HttpRequest, id: int) -> ScheduledExport:
    """One's own, or anybody's for an admin; who looks through somebody's eyes sees none."""
    found = living().select_related("user", "clock").filter(pk=id).first()
    user = user_of(request)
    if found is None or not has_tool(user, TOOL) or not found.permits(user, "view"):
        raise Http404
    return found


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if not has_tool(user, TOOL):
        raise Http404
    rows = living().filter(ScheduledExport.permitted_q(user, "view")).select_related("user", "clock")
    some = list(rows)
    newest = ExportRun.objects.filter(schedule__in=[one.pk for one in some])
    last = {run.schedule_id: run for run in newest.order_by("schedule", "-id").distinct("schedule")}
    context = {
        "schedules": [(one, _entry_name(one), _how_often(one), last.get(one.pk)) for one in some],
        "admin": rights_of(user).admin,
    }
    return _render(request, "schedules.html", context)


def _entry_name(schedule: ScheduledExport) -> Any:
    entry = schedule.entry
    return entry.plural if entry else schedule.slug


def _how_often(schedule: ScheduledExport) -> str:
    word = dict(frequencies()).get(schedule.every, schedule.every)
    return str(word) if schedule.every == HOURLY else f"{word}, {schedule.hour:02}:00"


def _list_name(schedule: ScheduledExport) -> Any:
    """As its owner knows it, None where it is gone."""
    entry = schedule.entry
    views = setting_up.lists_of(schedule.user, entry) if entry else []
    return next((one.name for one in views if one.key == schedule.view), None)


@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """First the module and the place, then all else."""
    user = user_of(request)
    if not has_tool(user, TOOL):
        raise Http404
    if request.method != "POST":
        return _form(request, None, None)
    try:
        made = setting_up.make(user, _given(request), request.POST.get("secret", "").strip())
    except Refused as refused:
        return _form(request, None, refused)
    done(request, _("The scheduled export %(name)s is saved.") % {"name": made.name})
    return HttpResponseRedirect(f"{HOME}{made.pk}/")


@signed_in
def edit(request: HttpRequest, id: int) -> HttpResponse:
    schedule = _found(request, id)
    if request.method != "POST":
        return _form(request, schedule, None)
    try:
        secret = request.POST.get("secret", "").strip()
        setting_up.change(schedule, user_of(request), _given(request, schedule), secret)
    except Refused as refused:
        return _form(request, schedule, refused)
    done(request, _("The scheduled export %(name)s is saved.") % {"name": request.POST.get("name", "")})
    return HttpResponseRedirect(f"{HOME}{id}/")


def _given(request: HttpRequest, schedule: ScheduledExport | None = None) -> dict[str, Any]:
    """What is not sent stays; the module and the place of one that stands are no matter of its form."""
    given = {name: request.POST[name] for name in FIELDS if name in request.POST}
    if schedule is not None:
        kept = {name: getattr(schedule, name) for name in FIELDS}
        given = {**kept, **given, "slug": schedule.slug, "place": schedule.place}
    return {name: "" if value is None else value for name, value in given.items()}


def _modules(user: Any) -> list[tuple[str, str]]:
    found = [one for one in registry.records if may_export(user, one)]
    return [(one.slug, str(one.plural)) for one in found]


def _form(request: HttpRequest, schedule: ScheduledExport | None, refused: Refused | None) -> HttpResponse:
    user, asked = user_of(request), request.POST if request.method == "POST" else request.GET
    owner = schedule.user if schedule else user
    slug = schedule.slug if schedule else asked.get("slug", "")
    entry = _entry(owner, slug)
    allowed = setting_up.places(user)
    place = schedule.place if schedule else asked.get("place", "")
    place = place if place in allowed else ""
    shown = _shown(request, schedule, entry, refused)
    context: dict[str, Any] = {
        "title": schedule.name if schedule else _("New scheduled export"),
        "schedule": schedule,
        "entry": entry if place else None,
        "slug": slug,
        "place": place,
        "place_label": Place(place).label if place else "",
        "view": asked.get("view", ""),
        "modules": _modules(user),
        "places": [(str(one.value), one.label) for one in allowed],
        "views": [(one.key, str(one.name)) for one in setting_up.lists_of(owner, entry)] if entry else [],
        "formats": [(str(one.value), one.label) for one in formats_of(entry.module)] if entry else [],
        "shapes": [(str(one.value), one.label) for one in Shape],
        "frequencies": [(key, str(label)) for key, label in frequencies()],
        "hours": [(str(n), f"{n:02}:00") for n in range(24)],
        "keeps": [(str(n), str(n) if n else _("All")) for n in setting_up.KEEPS],
        "given": shown,
        "errors": refused.by_field() if refused else {},
        "cancel": f"{HOME}{schedule.pk}/" if schedule else HOME,
    }
    return _render(request, "form.html", context, context["title"], refused.status if refused else 200)


def _entry(user: Any, slug: str) -> Entry | None:
    try:
        entry = entry_of(slug)
    except KeyError:
        return None
    return entry if may_export(user, entry.module) else None


def _shown(
    request: HttpRequest, schedule: ScheduledExport | None, entry: Entry | None, refused: Refused | None
) -> dict[str, str]:
    """What the form shows: what was typed, what is stored, or what is usual."""
    if refused:
        return _given(request, schedule)
    source: Any = schedule or ScheduledExport()
    shown = {name: str(getattr(source, name) if getattr(source, name) is not None else "") for name in FIELDS}
    if schedule is None:
        shown["recipients"] = user_of(request).email
        shown["view"] = request.GET.get("view", "") or "all"
        shown["name"] = str(entry.plural) if entry else ""
        shown["folder"] = entry.slug if entry else ""
    return shown


@signed_in
def detail(request: HttpRequest, id: int) -> HttpResponse:
    schedule = _found(request, id)
    runs = schedule.runs.select_related("asked_by", "job").order_by("-id")
    context = {
        "schedule": schedule,
        "module": _entry_name(schedule),
        "list": _list_name(schedule),
        "how_often": _how_often(schedule),
        "format": Format(schedule.format).label,
        "shape": Shape(schedule.shape).label,
        "runs": list(runs[:SHOWN]),
        "me": user_of(request).pk,
    }
    return _render(request, "schedule.html", context, schedule.name)


@signed_in
@require_POST
def act(request: HttpRequest, id: int, verb: str) -> HttpResponse:
    """verb: run, on, off or remove."""
    schedule = _found(request, id)
    words = {"name": schedule.name}
    if verb == "run":
        run_now(schedule, user_of(request))
        toast(request, _("It runs now."))
    elif verb in ("on", "off"):
        setting_up.turn(schedule, verb == "on")
        on, off = _("The scheduled export %(name)s is on."), _("The scheduled export %(name)s is off.")
        done(request, (on if verb == "on" else off) % words)
    elif verb == "remove":
        setting_up.remove(schedule)
        done(request, _("The scheduled export %(name)s is removed.") % words)
        return HttpResponseRedirect(HOME)
    else:
        raise Http404
    return HttpResponseRedirect(f"{HOME}{id}/")


@signed_in
def fetch(request: HttpRequest, id: int) -> HttpResponse | FileResponse:
    """The file of a mail that was too large: for its owner, and for those who work here and were sent the link.

    Nobody fetches it through somebody else's eyes. 410 when its day is over.
    """
    run = ExportRun.objects.select_related("schedule", "job").filter(pk=id, by_link=True).first()
    user = user_of(request)
    if run is None or request.visitor.impersonator or not _is_meant(run, user):  # type: ignore[attr-defined]
        raise Http404
    if run.job is None or not run.job.is_ready:
        sentence = _("This file is not there any more. Export again.")
        return HttpResponse(sentence, status=410, content_type="text/plain")
    try:
        content = default_storage.open(run.job.file)
    except FileNotFoundError:
        raise Http404 from None
    run.job.note(fetched=run.job.fetched + 1)
    answer = FileResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = disposition(run.job.name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _is_meant(run: ExportRun, user: Any) -> bool:
    sent_to = {one.casefold() for one in run.where.split(", ") if one}
    return bool(run.schedule.user_id == user.pk or (user.email and user.email.casefold() in sent_to))
