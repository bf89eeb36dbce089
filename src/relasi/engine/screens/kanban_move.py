"""Moving cards: by drag, by key or from the menu "Move to…", through the write door like every other change."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import fields_for, visible_to
from relasi.engine.fields.kind import kind_of
from relasi.engine.query.board_columns import Column
from relasi.engine.query.board_limit import hold_limit
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, Written, write
from relasi.engine.screens import toasts
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in, whole, wholes
from relasi.engine.screens.form import given_values, inputs_for
from relasi.engine.screens.kanban_asked import Asked
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import offer_undo

# Cards moved at once.
MOST = 100


@signed_in
def move(request: HttpRequest, entry: Entry) -> HttpResponse:
    """id: of the cards (version: what each was seen as, in the same order). to: the column's key.

    GET asks where to, or with `to` for the fields named by `ask`. POST moves. A script gets JSON: the versions, or
    the sentence of a refusal, or the address of the form that asks for what is still missing.
    """
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    given = request.POST if request.method == "POST" else request.GET
    ids = wholes(given.getlist("id"))
    if len(ids) > MOST:
        sentence = _("At most %(most)s cards move at once.") % {"most": MOST}
        return JsonResponse({"code": "OUT_OF_RANGE", "message": sentence}, status=422)
    records = list(visible_to(asked.user, entry.module.model).filter(pk__in=ids, **dict(entry.fixed)))
    if not records or len(records) < len(set(ids)):
        raise Http404
    column = asked.column(given["to"]) if "to" in given else None
    names = _askable(asked, given.getlist("ask"))
    if request.method != "POST" or column is None:
        return _sheet(request, asked, records, column, names)
    values = given_values(entry.module, names, set(names), request)
    try:
        written = _write(asked, records, column, values, given.getlist("version"), ids)
    except Refused as refused:
        return _refused(request, asked, records, column, names, refused)
    return _moved(request, asked, written, column)


@signed_in
@require_POST
def place(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Where a card of a board in the order of its people stands: below the card `after`, or on top without one."""
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    card, after = whole(request.POST.get("id", "")), whole(request.POST.get("after", ""))
    column = asked.column(request.POST.get("column"))
    if asked.by_hand is None or card is None or not asked.board.column_rows(column).filter(pk=card).exists():
        raise Http404
    if not asked.movable:
        return HttpResponse(status=403)
    return HttpResponse(status=204 if asked.board.put(column, card, after) else 409)


def _askable(asked: Asked, names: list[str]) -> list[str]:
    writable = fields_for(asked.user, "edit", asked.module)
    fields = asked.module.fields
    return [n for n in names if n in fields and fields[n].editable and n in writable and n != asked.by.text]


def _write(
    asked: Asked,
    records: list[Any],
    column: Column,
    values: dict[str, Any],
    versions: list[str],
    ids: list[int],
) -> Written:
    if not column.takes:
        message = _("“%(column)s” takes no more cards.") % {"column": column.label}
        raise Refused([Refusal(asked.by.text, "INVALID_TRANSITION", message)])
    seen = {
        id: number
        for id, version in zip(ids, versions, strict=False)
        if (number := whole(version)) is not None
    }
    value = column.value if column.value is not None else ""
    drafts = [
        Draft({asked.by.text: value, **values}, id=record.pk, version=seen.get(record.pk), merge=True)
        for record in records
    ]
    with transaction.atomic():
        limit = asked.limit(column)
        if limit is not None and asked.chosen.refuses:
            hold_limit(asked.by, column, limit, [record.pk for record in records])
        return write(asked.module, drafts)


def _refused(
    request: HttpRequest, asked: Asked, records: list[Any], column: Column, names: list[str], refused: Refused
) -> HttpResponse:
    wanted = list(dict.fromkeys(r.field for r in refused.refusals if r.code == "REQUIRED"))
    missing = _askable(asked, wanted)
    only_missing = bool(missing) and len(missing) == len({r.field for r in refused.refusals})
    sentence = " ".join(dict.fromkeys(_named(asked, refusal) for refusal in refused.refusals))
    if request.headers.get("X-Requested-With") == "fetch":
        body: dict[str, Any] = {"code": refused.refusals[0].code, "message": sentence}
        if only_missing:
            pairs = [("id", r.pk) for r in records] + [("version", r.version) for r in records]
            ask = [("ask", name) for name in missing]
            body["form"] = asked.move_url([*pairs, ("to", column.key), *ask])
        return JsonResponse(body, status=refused.status)
    names = list(dict.fromkeys([*names, *missing]))
    return _sheet(
        request, asked, records, column if only_missing or names else None, names, refused, sentence
    )


def _named(asked: Asked, refusal: Refusal) -> str:
    """The sentence, with the name of the field where it is about another one than the column's."""
    field = asked.module.fields.get(refusal.field)
    if field is None or refusal.field == asked.by.text:
        return str(refusal.message)
    return f"{kind_of(field).label}: {refusal.message}"


def _moved(request: HttpRequest, asked: Asked, written: Written, column: Column) -> HttpResponse:
    if written.change_set is not None:
        offer_undo(request, written.change_set, _sentence(written, column))
    if request.headers.get("X-Requested-With") == "fetch":
        versions = {str(record.pk): record.version for record in written.records}
        return toasts.deliver(request, JsonResponse({"versions": versions}))
    if wants_part(request):
        response = HttpResponse(status=204, headers={"HX-Trigger": "relasi:moved,relasi:close"})
        return toasts.deliver(request, response)
    return go_to(request, asked.state.url())


def _sentence(written: Written, column: Column) -> str:
    if len(written.records) == 1:
        return _("%(name)s: %(column)s.") % {"name": title_of(written.records[0]), "column": column.label}
    count = len(written.records)
    sentence = ngettext("%(n)s card moved to %(column)s.", "%(n)s cards moved to %(column)s.", count)
    return sentence % {"n": count, "column": column.label}


def _sheet(
    request: HttpRequest,
    asked: Asked,
    records: list[Any],
    column: Column | None,
    names: list[str],
    refused: Refused | None = None,
    sentence: str = "",
) -> HttpResponse:
    errors = refused.by_field() if refused else {}
    data = request.POST if refused and column else None
    blank = records[0]
    context = {
        "shell": shell_for(request, asked.entry, (_("Move to…"), None)),
        "asked": asked,
        "entry": asked.entry,
        "records": records,
        "title": title_of(records[0]) if len(records) == 1 else "",
        "column": column,
        "fields": inputs_for(asked.module, names, set(names), blank, data, request.FILES, errors)
        if column
        else [],
        "names": names,
        "error": "" if refused is None or set(errors) <= set(names) else sentence,
    }
    status = refused.status if refused else 200
    return render_page(request, "screens/kanban_move.html", context, part="drawer", status=status)
