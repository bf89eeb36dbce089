"""The recycle bin's page: what was deleted, by whom, in which act, how long it still waits; restoring and purging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import rights_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import VIA_LABELS, ChangeRow, ChangeSet
from relasi.engine.records.jobs import empty_bin
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.recycle_bin import batch_ids, bin_of, deleted_by, purge_at, purge_from_bin
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import restore
from relasi.engine.screens.asking import back_to, shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import toast
from relasi.users.user import User

PAGE = 50
# More than this is purged by the worker.
AT_ONCE = 200


@dataclass
class Batch:
    """The act that deleted a record. size: how many records it brought into the bin."""

    id: int
    via: str
    reason: str
    size: int


@dataclass
class Trashed:
    id: int
    module: Module
    title: str
    number: str
    url: str
    at: datetime
    by: str
    days_left: int
    batch: Batch | None


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """GET: the bin, or one batch of it. POST: restores the ticked entries, or the whole batch."""
    user = user_of(request)
    rows = bin_of(user)
    if request.method == "POST":
        return _restore(request, rows)
    batch = _number(request.GET.get("batch"))
    if batch is not None:
        rows = rows.filter(pk__in=batch_ids(batch))
    counts = dict(rows.order_by("module").values_list("module").annotate(n=Count("pk")))
    chosen, words = request.GET.get("module", ""), request.GET.get("q", "").strip()[:200]
    if chosen in counts:
        rows = rows.filter(module=chosen)
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(number__iexact=words))
    found = Paginator(rows.order_by("-trashed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "shell": shell_for(request, None, (_("Recycle bin"), "/bin/" if batch else None), *_crumb(batch)),
        "tabs": [(key, registry.module(key).plural, count) for key, count in counts.items()],
        "total": sum(counts.values()),
        "chosen": chosen if chosen in counts else "",
        "words": words,
        "batch": batch,
        "page": found,
        "rows": _rows(list(found)),
        "is_admin": rights_of(user).admin,
    }
    return render_page(request, "screens/bin.html", context, part="bin")


def _crumb(batch: int | None) -> list[tuple[Any, str | None]]:
    return [(_("Deleted together"), None)] if batch else []


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _rows(found: list[RecordIndex]) -> list[Trashed]:
    by: dict[int, int | None] = {}
    for key in {row.module for row in found}:
        ids = [row.pk for row in found if row.module == key]
        by.update(
            registry.module(key).model._base_manager.filter(pk__in=ids).values_list("pk", "trashed_by_id")
        )
    people = User.objects.in_bulk([id for id in by.values() if id])
    batches = _batches([row.pk for row in found])
    now = timezone.now()
    rows = []
    for row in found:
        module = registry.module(row.module)
        who = people.get(by.get(row.pk) or 0)
        left = max((purge_at(row.trashed_at) - now).days, 0)
        url = f"{entries_of(module)[0].url}{row.pk}/"
        name = who.full_name if who else "Relasi"
        batch = batches.get(row.pk)
        rows.append(Trashed(row.pk, module, row.title, row.number, url, row.trashed_at, name, left, batch))
    return rows


def _batches(ids: list[int]) -> dict[int, Batch]:
    """Record id -> the act that deleted it. Three queries, however many."""
    by_record = deleted_by(ids)
    sets = ChangeSet.objects.in_bulk(set(by_record.values()))
    rows = ChangeRow.objects.filter(change_set__in=list(sets), kind="u", after__trashed_at__isnull=False)
    sizes = dict(rows.order_by().values_list("change_set").annotate(n=Count("record_id", distinct=True)))
    made = {
        id: Batch(id, str(VIA_LABELS.get(one.via, one.via)), one.told_reason, sizes.get(id, 0))
        for id, one in sets.items()
    }
    return {record: made[change_set] for record, change_set in by_record.items() if change_set in made}


def _asked_for(request: HttpRequest, rows: QuerySet[RecordIndex]) -> QuerySet[RecordIndex]:
    """The ticked entries; or, without any, all of the batch the form names."""
    ids = [id for id in map(_number, request.POST.getlist("id")) if id is not None]
    batch = _number(request.POST.get("batch"))
    if not ids and batch is not None:
        ids = batch_ids(batch)
    return rows.filter(pk__in=ids)


def _restore(request: HttpRequest, rows: QuerySet[RecordIndex]) -> HttpResponse:
    """One act for all of them. What may not come back as it is comes to a page that says why."""
    wanted: dict[str, list[int]] = {}
    for id, key in _asked_for(request, rows).values_list("pk", "module"):
        wanted.setdefault(key, []).append(id)
    done, held = 0, []
    for key, ids in wanted.items():
        try:
            written = restore(
                registry.module(key).model, ids, partial=True, confirmed=request.POST.getlist("confirmed")
            )
        except Refused as refused:
            held += [(None, refusal) for refusal in refused.refusals]
            continue
        done += len(written.drafts)
        held += [(draft.id, draft.refusals[0]) for draft in written.refused]
    if done:
        toast(request, ngettext("%(n)s record is back.", "%(n)s records are back.", done) % {"n": done})
    return _say_why(request, rows, held) if held else HttpResponseRedirect(back_to(request, "/bin/"))


def _say_why(
    request: HttpRequest, rows: QuerySet[RecordIndex], held: list[tuple[int | None, Refusal]]
) -> HttpResponse:
    """Each entry that stays, with its reason and the records it clashes with."""
    titles = {row.pk: row for row in rows.filter(pk__in=[id for id, _refusal in held if id])}
    matches = {match for _id, refusal in held for match in refusal.more.get("matches", ())}
    others = {row.pk: row for row in RecordIndex.objects.filter(pk__in=matches)}
    context = {
        "shell": shell_for(request, None, (_("Recycle bin"), "/bin/"), (_("Restore"), None)),
        "held": [
            (titles[id].title if id in titles else "", refusal.message,
             [(others[m].title, f"/r/{m}/") for m in refusal.more.get("matches", ()) if m in others])
            for id, refusal in held
        ],
        "ids": [id for id, refusal in held if id and refusal.more.get("confirm")],
        "confirm": sorted({refusal.more["confirm"] for _id, refusal in held if refusal.more.get("confirm")}),
    }  # fmt: skip
    return render_page(request, "screens/bin_held.html", context, status=409)


@signed_in
@require_POST
def purge_page(request: HttpRequest) -> HttpResponse:
    """Asks first, then deletes the ticked entries for good. Admins alone."""
    rows = _asked_for(request, _of_admin(request))
    if "sure" not in request.POST:
        context = {
            "shell": shell_for(request, None, (_("Recycle bin"), "/bin/"), (_("Delete for good"), None)),
            "rows": list(rows.order_by("title")[:PAGE]),
            "count": rows.count(),
            "ids": list(rows.values_list("pk", flat=True)),
        }
        return render_page(request, "screens/bin_purge.html", context)
    _tell(request, purge_from_bin(rows))
    return HttpResponseRedirect("/bin/")


@signed_in
def empty_page(request: HttpRequest) -> HttpResponse:
    """Empties the bin, or one module of it: what is to be typed says that somebody means it. Admins alone."""
    rows = _of_admin(request)
    module = (request.POST if request.method == "POST" else request.GET).get("module", "")
    if module:
        if not registry.knows(module):
            raise Http404
        rows = rows.filter(module=module)
    word, error = _("EMPTY"), ""
    if request.method == "POST":
        if request.POST.get("word", "").strip() == word:
            return _empty(request, rows, module)
        error = _("Type %(word)s exactly as it stands here.") % {"word": word}
    context = {
        "shell": shell_for(request, None, (_("Recycle bin"), "/bin/"), (_("Empty"), None)),
        "module": module,
        "of": registry.module(module).plural if module else "",
        "count": rows.count(),
        "word": word,
        "error": error,
    }
    return render_page(request, "screens/bin_empty.html", context, status=422 if error else 200)


def _empty(request: HttpRequest, rows: QuerySet[RecordIndex], module: str) -> HttpResponse:
    if rows.count() <= AT_ONCE:
        _tell(request, purge_from_bin(rows))
    else:
        empty_bin.defer(user=user_of(request).id, module=module, until=timezone.now().isoformat())
        toast(request, _("The bin is being emptied. That goes on while you work."), kind="info")
    return HttpResponseRedirect("/bin/")


def _of_admin(request: HttpRequest) -> QuerySet[RecordIndex]:
    user = user_of(request)
    if not rights_of(user).admin:
        raise Http404
    return bin_of(user)


def _tell(request: HttpRequest, purged: Any) -> None:
    if purged.done:
        sentence = ngettext("%(n)s record is gone for good.", "%(n)s records are gone for good.", purged.done)
        toast(request, sentence % {"n": purged.done})
    if purged.kept:
        sentence = ngettext(
            "%(n)s record stays, because others still point to it.",
            "%(n)s records stay, because others still point to them.",
            purged.kept,
        )
        toast(request, sentence % {"n": purged.kept}, kind="info")
