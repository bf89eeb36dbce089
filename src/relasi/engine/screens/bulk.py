"""Many records at once: what the bar under a list begins. Up to 200 are done while the person waits, more in a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import has_tool, visible_to
from relasi.engine.bulk.job import Act, BulkJob
from relasi.engine.records.merge import MOST as MOST_MERGED
from relasi.engine.screens import bulk_form
from relasi.engine.screens.asking import go_to, must, signed_in, user_of, wholes
from relasi.engine.screens.bulk_start import start
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast

RIGHTS = {"delete": "delete", "edit": "edit", "tag": "view", "follow": "view", "unfollow": "view"}


@signed_in
@require_POST
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    """do: delete, edit, tag, follow, unfollow, merge or export. all=1 stands for every record the list's filter matches."""
    what = request.POST.get("do", "")
    if what == "merge":
        ids = wholes(request.POST.getlist("id"))[:MOST_MERGED]
        return go_to(request, f"{entry.url}merge/?{urlencode([('id', id) for id in ids])}")
    if what == "export" and has_tool(user_of(request), "export"):
        must(request, "view", entry)
        return _export(request, entry)
    if what not in RIGHTS or (RIGHTS[what] == "view" and not entry.module.is_record):
        raise Http404
    must(request, RIGHTS[what], entry)
    if what == "edit" and not has_tool(user_of(request), "mass_edit"):
        raise Http404
    chosen = _chosen(request, entry)
    first = next(chosen, None)
    if first is None:
        toast(request, _("No record is chosen."), kind="info")
        query = request.GET.urlencode()
        return go_to(request, f"{entry.url}?{query}" if query else entry.url)
    job = _begin(request, entry, Act(what), chain([first], chosen))
    if what == "edit":
        return bulk_form.begin(request, entry, job)
    if what == "tag":
        return bulk_form.ask_for_tag(request, entry, job)
    return start(request, entry, job)


def _export(request: HttpRequest, entry: Entry) -> HttpResponse:
    """All that match are exported as the list they are, else the chosen ones."""
    ids = [("id", id) for id in wholes(request.POST.getlist("id"))]
    query = request.GET.urlencode() if request.POST.get("all") else urlencode(ids)
    return go_to(request, f"/export{entry.url}?{query}")


def _begin(request: HttpRequest, entry: Entry, act: Act, ids: Iterable[int]) -> BulkJob:
    user = user_of(request)
    BulkJob.forget_drafts(user)
    job = BulkJob.begun(user=user, act=act, module=entry.module.key, slug=entry.slug, back=request.GET.urlencode(),
                  impersonator=current_acting().impersonator)  # fmt: skip
    job.freeze(ids)
    return job


def _chosen(request: HttpRequest, entry: Entry) -> Iterator[int]:
    """Ids of the records. What the person may not see is not among them."""
    if request.POST.get("all"):
        rows = ListState.read(request, entry, user_of(request)).listing().rows()
    else:
        rows = visible_to(user_of(request), entry.module.model)
        rows = rows.filter(pk__in=wholes(request.POST.getlist("id")))
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
