"""Page of the group queue: what belongs to a group and to nobody yet, and one press that makes it one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import rights_of
from relasi.engine.declare.registry import registry
from relasi.engine.fields.dates import ago
from relasi.engine.records.record import RecordIndex, title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.taking import groups_of
from relasi.engine.records.taking import take as take_record
from relasi.engine.screens.asking import reader_of, shell_for, signed_in, user_of, whole
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import QUEUE, entries_of
from relasi.engine.screens.toasts import offer_undo, toast
from relasi.features.group_queue.waiting import MOST, waiting


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = user_of(request), reader_of(request)
    chosen = whole(request.GET.get("group"))
    found = waiting(user, reader, chosen)
    context: dict[str, Any] = {
        "shell": shell_for(request, None, (_("Group queue"), None)),
        "groups": _tabs(user, chosen),
        "rows": [(one, ago(one.since, reader) if one.since else "") for one in found[:MOST]],
        "more": len(found) > MOST,
        "in_groups": bool(groups_of(user)),
    }
    return render_page(request, "features/group_queue/page.html", context, part="queue")


def _tabs(user: Any, chosen: int | None) -> list[tuple[Any, str, str, bool, None]]:
    names = rights_of(user).directory
    mine = sorted((names.name_of("group", id), id) for id in groups_of(user))
    if len(mine) < 2:
        return []
    own = [(name, f"{QUEUE}?group={id}", "", id == chosen, None) for name, id in mine]
    return [(_("All groups"), QUEUE, "", chosen not in {id for _name, id in mine}, None), *own]


@signed_in
@require_POST
def take_one(request: HttpRequest) -> HttpResponse:
    """The record, or back to the queue with who was quicker."""
    user = user_of(request)
    index = RecordIndex.objects.filter(pk=whole(request.POST.get("id")), trashed_at=None).first()
    if index is None or not groups_of(user):
        raise Http404
    module = registry.module(index.module)
    record = module.model._base_manager.filter(pk=index.pk, trashed_at=None).first()
    if record is None:
        raise Http404
    try:
        mine = take_record(record)
    except Refused as refused:
        toast(request, refused.refusals[0].message, kind="bad")
        return HttpResponseRedirect(QUEUE)
    offer_undo(request, current_acting().change_set, _("%(title)s is yours now.") % {"title": title_of(mine)})
    return HttpResponseRedirect(f"{entries_of(module)[0].url}{mine.pk}/")
