"""The page of archives: make one, see how far it is, fetch it; who took the company out before."""

from __future__ import annotations

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import acting
from relasi.engine.activity.file_name import disposition
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.toasts import toast
from relasi.features.company_archive.jobs import write_archive
from relasi.features.company_archive.making import total_rows
from relasi.features.company_archive.models import ArchiveJob
from relasi.features.settings.frame import admin_only, settings_page

HOME = "/settings/archive/"
HISTORY = 50


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    jobs = list(ArchiveJob.objects.select_related("user").order_by("-pk")[:HISTORY])
    context = {
        "jobs": jobs,
        "running": next((job for job in jobs if not job.is_over), None),
        "me": user_of(request).pk,
        "languages": [("id", "Bahasa Indonesia"), ("en", "English")],
        "language": user_of(request).language,
    }
    return settings_page(request, "archive.html", "archive", context, part="jobs")


def _is_looking(request: HttpRequest) -> bool:
    """Whether an admin looks through somebody's eyes: what leaves the house is theirs alone."""
    return bool(request.visitor.impersonator)  # type: ignore[attr-defined]


def _ask_who(request: HttpRequest) -> HttpResponse | None:
    """The way to where an admin says once more who they are, and from there back; None when they did lately."""
    if not is_reauthentication_required(request, app="account"):
        return None
    return HttpResponseRedirect(f"/security/confirm/?next={HOME}")


@admin_only
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """One at a time: a second press finds the first."""
    if _is_looking(request):
        raise Http404
    if asked := _ask_who(request):
        return asked
    user = user_of(request)
    if ArchiveJob.objects.filter(status__in=("waiting", "running"), user=user).exists():
        toast(request, _("An archive of yours is being made already."))
        return HttpResponseRedirect(HOME)
    language = request.POST.get("language", "")
    with acting(user):
        total = total_rows(user)
    job = ArchiveJob(
        user=user, language=language if language in ("id", "en") else user.language, total=total,
        ip=request.META.get("REMOTE_ADDR") or None,
    )  # fmt: skip
    with transaction.atomic():
        ArchiveJob.objects.bulk_create([job])
        write_archive.defer(job=job.pk)
    return HttpResponseRedirect(HOME)


@admin_only
def fetch(request: HttpRequest, id: int) -> HttpResponse | FileResponse:
    """One's own alone. 410 when its day is over."""
    job = ArchiveJob.objects.filter(pk=id, user=user_of(request).pk).first()
    if job is None or _is_looking(request):
        raise Http404
    if asked := _ask_who(request):
        return asked
    if not job.is_ready:
        sentence = _("This file is not there any more. Make a new archive.")
        return HttpResponse(sentence, status=410, content_type="text/plain")
    try:
        content = default_storage.open(job.file)
    except FileNotFoundError:
        raise Http404 from None
    job.note(fetched=job.fetched + 1)
    answer = FileResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = disposition(job.name)
    answer["Cache-Control"] = "private, no-store"
    return answer
