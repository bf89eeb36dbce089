"""Files: uploading to a record, and downloads that no browser takes for a page."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from relasi.engine.activity import attachment as files
from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.file_name import disposition
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import restore
from relasi.engine.screens.asking import View, back_to, signed_in, user_of
from relasi.engine.screens.pages import wants_part
from relasi.engine.screens.toasts import deliver, offer_undo, toast

SANDBOX = "default-src 'none'; sandbox"
AROUND = 1024 * 1024  # bytes a request may have beside its files


def bounded(view: View) -> View:
    """Refuses a request that is too large before a byte of it is read; the check against forgery comes after."""
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > files.largest() * files.MOST_FILES + AROUND:
            return _too_large(request)
        return guarded(request, *args, **kwargs)

    return checked


def _too_large(request: HttpRequest) -> HttpResponse:
    sentence = _("That is too much at once. A file may have %(most)s MB.") % {
        "most": files.largest() // files.MEGABYTE
    }
    response = HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")
    if wants_part(request):
        toast(request, sentence, kind="bad")
        deliver(request, response)
    return response


def keep_files(request: HttpRequest, record: Any, comment: Comment | None) -> list[Attachment]:
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise Refused([Refusal("files", "REQUIRED", _("Choose a file first."))])
    return files.attach(record.pk, uploads, comment.pk if comment else None)


def _visible_file(request: HttpRequest, id: int, *, trashed: bool = False) -> Attachment:
    """404 unless the file is there and its record may be seen, asked anew at every request."""
    rows = Attachment._base_manager.select_related("record").filter(pk=id, trashed_at__isnull=not trashed)
    found = rows.first()
    if found is None or not found.permits(user_of(request), "view"):
        raise Http404
    return found


@signed_in
def download(request: HttpRequest, id: int) -> FileResponse:
    """Always to be saved, never shown: whatever it holds, it runs nothing here."""
    found = _visible_file(request, id)
    try:
        content = files.open_file(found)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(content, content_type="application/octet-stream")
    # Only now: Django writes a name of its own while it makes the answer.
    answer["Content-Disposition"] = disposition(found.name)
    answer["Content-Length"] = str(found.size)
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@signed_in
def small(request: HttpRequest, id: int) -> FileResponse:
    """A small picture of a picture, drawn by us."""
    found = _visible_file(request, id)
    try:
        content = files.open_thumbnail(found)
    except FileNotFoundError:
        raise Http404 from None
    headers = {"Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff"}
    return FileResponse(content, content_type="image/webp", headers=headers)


@signed_in
@require_POST
def remove(request: HttpRequest, id: int) -> HttpResponse:
    found = _visible_file(request, id)
    page = f"/r/{found.record_id}/"
    try:
        offer_undo(request, files.remove(found), _("%(name)s is in the recycle bin.") % {"name": found.name})
    except Refused as refused:
        toast(request, " ".join(refused.by_field().values()), kind="bad")
        return _answer(request, page, refused.status)
    return _answer(request, page)


@signed_in
@require_POST
def put_back(request: HttpRequest, id: int) -> HttpResponse:
    found = _visible_file(request, id, trashed=True)
    try:
        restore(Attachment, [id])
    except Refused as refused:
        toast(request, " ".join(refused.by_field().values()), kind="bad")
    else:
        toast(request, _("%(name)s is back.") % {"name": found.name})
    return HttpResponseRedirect(back_to(request, "/bin/files/"))


def _answer(request: HttpRequest, page: str, status: int = 200) -> HttpResponse:
    if not wants_part(request):
        return HttpResponseRedirect(back_to(request, page))
    return deliver(request, HttpResponse("", status=status))
