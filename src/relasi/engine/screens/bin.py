"""The recycle bin's page: what was deleted, by whom, in which act, how long it still waits; restoring and purging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import rights_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import VIA_LABELS, ChangeRow, ChangeSet
from relasi.engine.records.jobs import empty_bin
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.recycle_bin import batch_ids, bin_of, deleted_by, purge_at, purge_from_bin
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.restore_step import OWNER
from relasi.engine.records.write import Draft, restore, write
from relasi.engine.screens.asking import back_to, shell_for, signed_in, user_of, whole, wholes
from relasi.engine.screens.form import Input
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
        since = row.trashed_at or now
        left = max((purge_at(since) - now).days, 0)
        url = f"{entries_of(module)[0].url}{row.pk}/"
        name = who.full_name if who else "Relasi"
        batch = batches.get(row.pk)
        rows.append(Trashed(row.pk, module, row.title, row.number, url, since, name, left, batch))
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
    wanted = _asked_for(request, rows)
    if request.POST.get("parents"):
        wanted |= rows.filter(pk__in=wholes(request.POST.getlist("parent")))
    confirmed = request.POST.getlist("confirmed")
    with transaction.atomic():
        done, held = _bring_back(dict(wanted.values_list("pk", "module")), confirmed)
        if OWNER in confirmed:
            held += _give(done, whole(request.POST.get("owner")))
    if done:
        sentence = ngettext("%(n)s record is back.", "%(n)s records are back.", len(done))
        toast(request, sentence % {"n": len(done)})
    return say_why(request, rows, held) if held else HttpResponseRedirect(back_to(request, "/bin/"))


Held = list[tuple[int | None, Refusal]]


def _bring_back(wanted: dict[int, str], confirmed: list[str]) -> tuple[dict[int, str], Held]:
    """(what is back, what is not). What belongs to others comes after them, as often as some of those came back."""
    done: dict[int, str] = {}
    held: Held = []
    while wanted:
        held, before = [], len(done)
        for key in dict.fromkeys(wanted.values()):
            ids = [id for id, other in wanted.items() if other == key]
            try:
                written = restore(registry.module(key).model, ids, partial=True, confirmed=confirmed)
            except Refused as refused:
                held += [(None, refusal) for refusal in refused.refusals]
                continue
            done |= {draft.record.pk: key for draft in written.drafts}
            held += [(draft.id, refusal) for draft in written.refused for refusal in draft.refusals]
        wanted = {id: key for id, key in wanted.items() if id not in done}
        if len(done) == before:
            break
    return done, held


def _give(done: dict[int, str], owner: int | None) -> Held:
    """Those whose owner left go to another one."""
    held: Held = []
    for key in dict.fromkeys(done.values()) if owner else ():
        model = registry.module(key).model
        mine = model._base_manager.filter(pk__in=[id for id, other in done.items() if other == key])
        ids = mine.filter(owner__active=False).values_list("pk", flat=True)
        written = write(registry.module(key), [Draft({"owner": owner}, id=id) for id in ids], partial=True)
        held += [(draft.id, draft.refusals[0]) for draft in written.refused]
    return held


def say_why(request: HttpRequest, rows: QuerySet[RecordIndex], held: Held) -> HttpResponse:
    """Each entry that stays, with its reason and the records it clashes with."""
    titles = {row.pk: row for row in rows.filter(pk__in=[id for id, _refusal in held if id])}
    matches = {match for _id, refusal in held for match in refusal.more.get("matches", ())}
    others = {row.pk: row for row in RecordIndex.objects.filter(pk__in=matches)}
    parents = {id for _id, refusal in held for id in refusal.more.get("parents", ())}
    confirm = {refusal.more["confirm"] for _id, refusal in held if refusal.more.get("confirm")}
    context = {
        "shell": shell_for(request, None, (_("Recycle bin"), "/bin/"), (_("Restore"), None)),
        "held": [
            (titles[id].title if id in titles else "", refusal.message,
             [(others[m].title, f"/r/{m}/") for m in refusal.more.get("matches", ()) if m in others])
            for id, refusal in held
        ],
        "ids": [id for id, refusal in held if id and refusal.more.get("confirm")],
        "confirm": sorted(confirm),
        "parents": list(rows.filter(pk__in=parents)),
        "clash": bool(matches),
        "owner": _owner_input(titles, user_of(request)) if OWNER in confirm else None,
    }  # fmt: skip
    return render_page(request, "screens/bin_held.html", context, status=409)


def _owner_input(rows: dict[int, RecordIndex], user: Any) -> Input:
    """Whom to give them to: oneself, unless somebody else is chosen."""
    field = registry.module(next(iter(rows.values())).module).fields["owner"]
    return Input(kind_of(field), user.id)


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
