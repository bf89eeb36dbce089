"""Tags on a record, and on many: adding, removing, what one may add."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import may
from relasi.engine.activity.tag import Tag, find_or_make, tags_for
from relasi.engine.activity.tagging import put, tags_on, take_off
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.asking import must, signed_in, user_of, visible_record, whole
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast

MOST = 20


@signed_in
@require_POST
def change(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """add: the name of a tag, old or new. remove: the id of one. Answers with the tags as they stand now."""
    record = visible_record(request, entry, id)
    error, status = "", 200
    try:
        if "remove" in request.POST:
            _refuse(take_off(_tag(request.POST["remove"]), [id]).refusals)
        else:
            _refuse(put(find_or_make(request.POST.get("add", "")), [id]).refusals)
    except Refused as refused:
        error, status = str(refused.refusals[0].message), refused.status
    if not wants_part(request):
        if error:
            toast(request, error, kind="bad")
        return HttpResponseRedirect(f"{entry.url}{id}/")
    user = user_of(request)
    context = {
        "entry": entry,
        "at": f"{entry.url}{id}/",
        "tags": tags_on(user, [id]).get(id, []),
        "may_edit": may(user, "edit", entry.module, record),
        "tag_error": error,
    }
    return render_page(request, "screens/tags.html", context, status=status)


def _refuse(refusals: Iterable[Refusal]) -> None:
    found = list(refusals)
    if found:
        raise Refused(found)


def _tag(text: str) -> Tag:
    """A tag this person may use, or 404."""
    found = tags_for(current_acting().user).filter(pk=whole(text) or 0).first()
    if found is None:
        raise Http404
    return found


@signed_in
def options(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The tags that fit this module and have the text in their name; a new one is offered when none is it."""
    must(request, "view", entry)
    text = " ".join(request.GET.get("q", "").split())[:50]
    rows = tags_for(user_of(request)).order_by("name", "pk")
    if text:
        rows = rows.filter(name__icontains=text)
    found = [tag for tag in rows[:200] if tag.fits(entry.module)][:MOST]
    known = any(tag.name.casefold() == text.casefold() for tag in found)
    return render_page(
        request, "screens/tag_options.html", {"tags": found, "text": text, "new": text and not known}
    )
