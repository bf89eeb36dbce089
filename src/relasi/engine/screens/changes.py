"""Change history: every change set a person may look at, what it did, and taking it back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import fields_for, may, rights_of, visible_q
from relasi.engine.bulk.job import AT_ONCE, BulkJob
from relasi.engine.bulk.jobs import run_bulk
from relasi.engine.bulk.take_back import begin_undo, note_left
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.fields.custom import unfolded
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import VIA_LABELS, ChangeRow, ChangeSet
from relasi.engine.records.long_job import Status
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import plans, revert, roots_of
from relasi.engine.screens.asking import back_to, shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import toast

PAGE = 50
MOST_ROWS = 200


@dataclass
class Changed:
    """One record of a change set, as far as the person may see it."""

    title: str
    url: str
    module: Any
    kind: str
    fields: list[Any]
    id: int = 0


def _mine(user: Any) -> Any:
    """An admin sees everybody's change sets, others their own."""
    rows = ChangeSet.objects.select_related("user", "impersonator")
    return rows if rights_of(user).admin else rows.filter(user_id=user.id)


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    rows = _mine(user_of(request)).order_by("-id")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    ids = [one.pk for one in found]
    counts = dict(
        ChangeRow.objects.filter(change_set__in=ids)
        .order_by().values_list("change_set").annotate(n=Count("record_id", distinct=True))
    )  # fmt: skip
    undone = set(ChangeSet.objects.filter(reverts__in=ids).values_list("reverts_id", flat=True))
    context = {
        "shell": shell_for(request, None, (_("Change history"), None)),
        "page": found,
        "rows": [
            (one, VIA_LABELS.get(one.via, one.via), counts.get(one.pk, 0), one.pk in undone) for one in found
        ],
    }
    return render_page(request, "screens/changes.html", context, part="changes")


@signed_in
def one(request: HttpRequest, id: int) -> HttpResponse:
    user = user_of(request)
    change_set = _mine(user).filter(pk=id).first()
    if change_set is None:
        raise Http404
    undone = change_set.reverted_by.first()
    large = _is_large(change_set)
    planned = [] if undone or large else plans(change_set)
    context = {
        "shell": shell_for(request, None, (_("Change history"), "/changes/"), (str(id), None)),
        "change_set": change_set,
        "via": VIA_LABELS.get(change_set.via, change_set.via),
        "changed": changed_in(change_set.pk, user),
        "undone": undone,
        "large": large,
        "undo_count": sum(plan.size for plan in planned),
        "conflicts": sum(len(plan.conflicts) for plan in planned),
        "left": BulkJob.objects.filter(undoes=id, user_id=user.id, counts__left__gt=0)
        .order_by("-pk")
        .first(),
    }
    return render_page(request, "screens/change_set.html", context)


def changed_in(change_set: int, user: Any) -> list[Changed]:
    """The records of a change set that the person may see, the first MOST_ROWS rows of history."""
    by_table: dict[str, list[ChangeRow]] = defaultdict(list)
    for row in ChangeRow.objects.filter(change_set=change_set).order_by("id")[:MOST_ROWS]:
        by_table[row.origin].append(row)
    found = []
    for table, rows in by_table.items():
        try:
            module = registry.by_table(table)
        except UnknownModule:
            continue
        if not may(user, "view", module):
            continue
        visible = module.model._base_manager.filter(visible_q(user, module))
        records = visible.in_bulk([row.record_id for row in rows])
        for row in rows:
            if row.record_id in records:
                record, fields = (
                    records[row.record_id],
                    _fields(module, row, fields_for(user, "view", module)),
                )
                found.append(
                    Changed(
                        title_of(record), _address(module, record), module, row.kind, fields, row.record_id
                    )
                )
    return found


def _address(module: Any, record: Any) -> str:
    """Its page, or that of the record it hangs on; empty for what has none."""
    if module.hangs_on:
        return f"/r/{getattr(record, module.fields[module.hangs_on].attname)}/"
    entries = entries_of(module)
    return f"{entries[0].url}{record.pk}/" if entries else ""


def _fields(module: Any, row: ChangeRow, seen: set[str]) -> list[tuple[Any, Any, Any]]:
    by_column = {field.attname: kind_of(field) for field in module.fields.values() if field.name in seen}
    found = []
    old, new = unfolded(row.before, row.after)
    for column, after in (new or {}).items():
        kind = by_column.get(column)
        if kind is not None and not kind.secret:
            before = (old or {}).get(column)
            found.append((kind.label, kind.show(kind.from_json(before)), kind.show(kind.from_json(after))))
    return found


@signed_in
@require_POST
def undo(request: HttpRequest, id: int) -> HttpResponse:
    change_set = _mine(user_of(request)).filter(pk=id).first()
    if change_set is None:
        raise Http404
    target = back_to(request, f"/changes/{id}/")
    try:
        if _is_large(change_set):
            return _undo_in_worker(request, change_set)
        undone = revert(change_set)
    except Refused as refused:
        toast(request, " ".join(dict.fromkeys(str(r.message) for r in refused.refusals)), kind="bad")
        return HttpResponseRedirect(target)
    sentence = ngettext("%(n)s record is as it was.", "%(n)s records are as they were.", undone.count)
    toast(request, sentence % {"n": undone.count})
    if undone.conflicts:
        sentence = _("%(n)s values were changed again since and stay as they are.")
        toast(request, sentence % {"n": len(undone.conflicts)}, kind="info")
        target = f"/bulk/{note_left(user_of(request), change_set, undone).pk}/"
    return HttpResponseRedirect(target)


def _is_large(change_set: ChangeSet) -> bool:
    return sum(1 for _root in islice(roots_of(change_set), AT_ONCE + 1)) > AT_ONCE


def _undo_in_worker(request: HttpRequest, change_set: ChangeSet) -> HttpResponse:
    """A page tells how far it is; one that is under way already is shown instead of a second one."""
    job = BulkJob.objects.filter(undoes=change_set.pk, over=None, user_id=user_of(request).pk).first()
    if job is None or job.status == Status.DONE:
        job = begin_undo(user_of(request), change_set, impersonator=current_acting().impersonator)
        job.note(status=Status.RUNNING)
        run_bulk.defer(job=job.pk)
    return HttpResponseRedirect(f"/bulk/{job.pk}/")
