"""The page a driver opens at the door: name, signature, photo. Saving it delivers the goods."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.fields.drawing import drawn
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.asking import go_to, reader_of, shell_for, signed_in, user_of, visible_record
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast
from relasi.kits.trade.editor.rows import row_of
from relasi.kits.trade.paper.goods import place_of

MAP = "https://www.openstreetmap.org/search?"  # opened by whoever asks for it, never by the page


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    note = visible_record(request, entry, id)
    if not hasattr(note, "handover_title") or not may(user_of(request), "edit", entry.module, note):
        raise Http404
    refusals: list[Refusal] = []
    given: dict[str, Any] = {
        "received_by": note.received_by or "",
        "received_as": note.received_as or "",
        "photo": note.photo,
    }
    if request.method == "POST":
        given, refusals = _given(request, note)
        try:
            if refusals:
                raise Refused(refusals)
            proof = {
                name: value
                for name, value in given.items()
                if name in ("received_by", "received_as", "photo")
            }
            note.deliver(**proof, signature=given["picture"], confirmed=request.POST.getlist("confirmed"))
        except Refused as refused:
            refusals = refused.refusals
        else:
            toast(request, _("%(name)s is delivered.") % {"name": note.number})
            return go_to(request, f"{entry.url}{note.pk}/")
    return _answer(request, entry, note, given, refusals)


def _given(request: HttpRequest, note: Any) -> tuple[dict[str, Any], list[Refusal]]:
    """What was sent, and what is wrong with it. picture: the drawn signature as bytes."""
    found: dict[str, Any] = {
        name: request.POST.get(name, "").strip() for name in ("received_by", "received_as")
    }
    found |= {
        "signed": request.POST.get("signature", ""),
        "agree": bool(request.POST.get("agree")),
        "picture": None,
    }
    refusals = []
    if not found["received_by"]:
        refusals.append(Refusal("received_by", "REQUIRED", _("Write who received the goods.")))
    photo = kind_of(note._meta.get_field("photo"))
    try:
        found["photo"] = photo.parse(photo.given(request.POST, request.FILES))
    except Invalid as wrong:
        found["photo"] = None
        refusals.append(Refusal("photo", wrong.code, wrong.message))
    try:
        found["picture"] = drawn(found["signed"])
    except ValueError:
        found["signed"] = ""
        refusals.append(
            Refusal("signature", "INVALID_VALUE", _("The signature cannot be read. Sign once more."))
        )
    if not found["signed"] and not found["agree"]:
        message = _("Let the receiver sign, or tick that their name stands for the signature.")
        refusals.append(Refusal("signature", "REQUIRED", message))
    return found, refusals


def _map_of(address: str) -> str:
    return MAP + urlencode({"query": " ".join(address.split())})


def _answer(
    request: HttpRequest, entry: Entry, note: Any, given: dict[str, Any], refusals: list[Refusal]
) -> HttpResponse:
    here, reader = f"{entry.url}{note.pk}/", reader_of(request)
    label = _("Proof of delivery")
    own = ("received_by", "signature", "photo")
    address = place_of(note, fields_for(user_of(request), "view", entry.module), reader)
    context = {
        "shell": shell_for(request, entry, (title_of(note), here), (label, None)), "title": label, "note": note,
        "rows": [row_of(line, reader) for line in note.lines_in_order() if line.is_item],
        "address": address, "map": _map_of(address), "given": given, "action": request.path, "back": here,
        "errors": {one.field: str(one.message) for one in refusals if one.field in own},
        "others": [("", str(one.message)) for one in refusals if one.field not in own and not one.more.get("confirm")],
        "warnings": [(str(one.message), one.more["confirm"]) for one in refusals if one.more.get("confirm")],
        "done": note.status not in ("open", "dispatched"),
        "photo": kind_of(note._meta.get_field("photo")), "reader": reader, "in_window": wants_part(request),
    }  # fmt: skip
    status = Refused(refusals).status if refusals else 200
    return render_page(request, "features/proof_of_delivery/proof.html", context, part="proof", status=status)
