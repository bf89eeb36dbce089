"""Cells: one value edited in its cell of a list, and a block of a spreadsheet pasted over many."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import fields_for, may
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.query.listing import Listing
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, update, write
from relasi.engine.screens.asking import must, signed_in, user_of, visible_record, whole
from relasi.engine.screens.list import draw_rows, editable_in_cell
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry

# A paste goes over what one page of a list shows.
MOST_ROWS, MOST_CELLS = 100, 1500


@signed_in
def cell(request: HttpRequest, entry: Entry, id: int, name: str) -> HttpResponse:
    """GET: the input of one cell. POST: saves and answers with the row as it stands now; 422 with the reason.

    The address carries what the list shows, so the row comes back with the same columns.
    """
    record = visible_record(request, entry, id)
    user = user_of(request)
    kind = _kind(entry, user, name)
    if kind is None or not may(user, "edit", entry.module, record):
        raise Http404
    if request.method != "POST":
        context = {"kind": kind, "value": kind.value_of(record), "version": record.version}
        return render_page(request, "screens/cell_editor.html", context)
    try:
        update(
            record,
            {name: kind.given(request.POST, request.FILES)},
            version=whole(request.POST.get("version")),
            merge=True,
        )
    except Refused as refused:
        sentence = " ".join(dict.fromkeys(str(r.message) for r in refused.refusals))
        codes = [r.code for r in refused.refusals]
        return JsonResponse({"message": sentence, "codes": codes}, status=refused.status)
    return _row(request, entry, id)


def _kind(entry: Entry, user: Any, name: str) -> Kind | None:
    """The kind of a field this person may edit in a cell, else None."""
    declared = entry.module.fields.get(name)
    if declared is None or name not in fields_for(user, "edit", entry.module):
        return None
    kind = kind_of(declared)
    return kind if editable_in_cell(kind) else None


def _row(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The row as the list draws it, even when the filter would hide it now; nothing when it may not be seen."""
    state = ListState.read(request, entry, user_of(request))
    shown = state.listing()
    listing = Listing(entry.module, shown.user, columns=shown.columns, also=shown.also)
    return draw_rows(request, state, listing, listing.page_of_ids([id]))


@dataclass
class Pasted:
    """What came of a paste. done: cells written. refused: (record id, field, message) of those left as they were."""

    done: int = 0
    refused: list[tuple[int | None, str, str]] = field(default_factory=list)


@signed_in
@require_POST
def paste(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Writes a block of texts over cells: {"rows": [{"id": 4711, "version": 3, "values": {"city": "Bandung"}}]}.

    Every cell that can be written is; the others stay as they are and are told with the reason. One change set.
    """
    must(request, "edit", entry)
    drafts, pasted = _read(request, entry)
    if drafts:
        _write(entry, drafts, pasted)
    answer: dict[str, Any] = {
        "done": pasted.done,
        "refused": [{"id": id, "field": name, "message": text} for id, name, text in pasted.refused],
        "toasts": _told(entry, pasted),
    }
    return JsonResponse(answer)


def _read(request: HttpRequest, entry: Entry) -> tuple[list[Draft], Pasted]:
    """Raises Http404 for what no script of ours sends."""
    try:
        rows = json.loads(request.POST.get("block", ""))["rows"]
        drafts = [
            Draft(
                {str(n): str(v) for n, v in row["values"].items()},
                id=int(row["id"]),
                version=row.get("version"),
            )
            for row in rows
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Http404 from None
    if len(drafts) > MOST_ROWS or sum(len(draft.values) for draft in drafts) > MOST_CELLS:
        raise Http404
    user, pasted = user_of(request), Pasted()
    for draft in drafts:
        draft.merge, draft.version = True, draft.version if isinstance(draft.version, int) else None
        for name in [name for name in draft.values if _kind(entry, user, name) is None]:
            del draft.values[name]
            pasted.refused.append((draft.id, name, _("This column cannot be changed here.")))
    return [draft for draft in drafts if draft.values], pasted


def _write(entry: Entry, drafts: list[Draft], pasted: Pasted) -> None:
    """Again without the cells that were refused, until what is left is taken: one wrong cell loses no other."""
    waiting = drafts
    with transaction.atomic():
        while waiting:
            asked = {draft.id: dict(draft.values) for draft in waiting}
            written = write(entry.module, waiting, partial=True)
            pasted.done += sum(len(asked[draft.id]) for draft in written.drafts)
            taken = {draft.id for draft in written.drafts}
            again = []
            for draft in waiting:
                if draft.id not in taken:
                    left = _without_refused(asked[draft.id], draft, pasted)
                    if left:
                        again.append(Draft(left, id=draft.id, version=draft.version, merge=True))
            waiting = again


def _without_refused(asked: dict[str, Any], draft: Draft, pasted: Pasted) -> dict[str, Any]:
    """The cells worth another try; a refusal of the whole record, or of a field not pasted, takes all of them."""
    wrong = {refusal.field: refusal for refusal in draft.refusals}
    named = wrong.keys() & asked.keys()
    for name in named or asked:
        refusal: Refusal = wrong[name] if name in wrong else draft.refusals[0]
        pasted.refused.append((draft.id, name, str(refusal.message)))
    return {name: raw for name, raw in asked.items() if name not in named} if named else {}


def _told(entry: Entry, pasted: Pasted) -> list[dict[str, str]]:
    found = []
    if pasted.done:
        sentence = ngettext("%(n)s cell changed.", "%(n)s cells changed.", pasted.done) % {"n": pasted.done}
        undo = f"/changes/{current_acting().change_set}/undo/"
        found.append({"text": sentence, "kind": "good", "undo": undo})
    if pasted.refused:
        labels = {name: str(kind_of(f).label) for name, f in entry.module.fields.items()}
        reasons = Counter(f"{labels.get(name, name)}: {text}" for _id, name, text in pasted.refused)
        told = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
        sentence = _("%(n)s not changed: %(reasons)s") % {"n": len(pasted.refused), "reasons": told}
        found.append({"text": sentence, "kind": "bad", "undo": ""})
    return found
