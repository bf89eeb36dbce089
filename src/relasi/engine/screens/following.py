"""Following a record: the star, how soon one hears, and who else follows."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.activity.follow import About, Pace, follow, follow_of, followers_of, unfollow
from relasi.engine.activity.hanging import may_on
from relasi.engine.records.record import RecordIndex, title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.engine.screens.asking import shell_for, signed_in, user_of, visible_record
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry, Shell
from relasi.engine.screens.toasts import toast


@signed_in
@require_POST
def star(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """on=1 follows, on=0 does not any more. Answers with the star as it stands now."""
    visible_record(request, entry, id)
    if request.POST.get("on") == "1":
        refusals = follow([id]).refusals
        if refusals:
            raise Http404
    else:
        unfollow([id])
    if not wants_part(request):
        return HttpResponseRedirect(f"{entry.url}{id}/")
    context = {"entry": entry, "at": f"{entry.url}{id}/", "follow": follow_of(user_of(request), id)}
    return render_page(request, "screens/star.html", context)


@signed_in
def settings(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """What one hears of this record and how soon; who follows it."""
    record = visible_record(request, entry, id)
    mine = follow_of(user_of(request), id)
    here = f"{entry.url}{id}/"
    if request.method == "POST":
        values = {name: request.POST[name] for name in ("pace", "about") if name in request.POST}
        try:
            if mine is None:
                follow([id], **values)
            else:
                update(mine, values)
        except Refused as refused:
            toast(request, " ".join(refused.by_field().values()), kind="bad")
        else:
            toast(request, _("You follow %(name)s.") % {"name": title_of(record)})
        return HttpResponseRedirect(here)
    context = {
        "shell": shell_for(request, entry, (title_of(record), here), (_("Follow"), None)),
        "entry": entry,
        "record": record,
        "title": title_of(record),
        "follow": mine,
        "paces": Pace.choices,
        "abouts": About.choices,
        "followers": followers_of(id),
        "back": here,
    }
    return render_page(request, "screens/follow.html", context, part="drawer")


@signed_in
def stop(request: HttpRequest, id: int) -> HttpResponse:
    """The way out of a mail: asks once, then follows no more."""
    user = user_of(request)
    index = RecordIndex.objects.filter(pk=id).first()
    if index is None or not may_on(index, user, "view") or follow_of(user, id) is None:
        raise Http404
    if request.method == "POST":
        unfollow([id])
        toast(request, _("You no longer follow %(name)s.") % {"name": index.title})
        return HttpResponseRedirect(f"/r/{id}/")
    context: dict[str, Any] = {
        "shell": Shell(request, crumbs=[(index.title, f"/r/{id}/"), (_("Follow"), None)]),
        "title": index.title,
        "back": f"/r/{id}/",
        "action": f"/follow/{id}/stop/",
    }
    return render_page(request, "screens/follow_stop.html", context)
