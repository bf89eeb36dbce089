"""Tags on a record, and on many: adding, removing, what one may add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import may
from relasi.engine.activity.tag import Tag, find_or_make, tags_for
from relasi.engine.activity.tagging import put, tags_on, take_off
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in, user_of, visible_record, whole
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import offer_undo, toast

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
        "record": record,
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
    found = tags_for(current_acting().user).filter(pk=whole(text)).first()
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


def bulk(request: HttpRequest, entry: Entry, ids: list[int]) -> HttpResponse:
    """A drawer that asks which tag to put on the chosen records or take off; then does it as one change set."""
    error, status, name = "", 200, request.POST.get("tag", "")
    if "save" in request.POST:
        try:
            tag = find_or_make(name)
            written = (take_off if request.POST["save"] == "off" else put)(tag, ids)
        except Refused as refused:
            error, status = str(refused.refusals[0].message), refused.status
        else:
            return _report(request, entry, ids, written)
    context: dict[str, Any] = {
        "shell": shell_for(request, entry, (_("Tags"), None)),
        "entry": entry,
        "ids": ids,
        "name": name,
        "error": error,
        "query": request.GET.urlencode(),
    }
    return render_page(request, "screens/bulk_tag.html", context, part="drawer", status=status)


def _report(request: HttpRequest, entry: Entry, ids: list[int], written: Any) -> HttpResponse:
    done = len(written.drafts)
    sentence = ngettext("%(n)s record changed.", "%(n)s records changed.", done) % {"n": done}
    if done and written.change_set:
        offer_undo(request, written.change_set, sentence)
    else:
        toast(request, _("Nothing was to be changed."), kind="info")
    reasons = Counter(str(refusal.message) for refusal in written.refusals)
    if reasons:
        told = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
        words = {"n": len(written.refusals), "reasons": told}
        toast(request, _("%(n)s not changed: %(reasons)s") % words, kind="bad")
    query = request.GET.urlencode()
    return go_to(request, f"{entry.url}?{query}" if query else entry.url)
