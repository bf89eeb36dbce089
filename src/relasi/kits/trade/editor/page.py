"""The editor page. What it shows comes from the same steps as saving, so it cannot show another total than is stored."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, create, rehearse, update
from relasi.engine.screens.arranged import sections_for
from relasi.engine.screens.asking import go_to, must, reader_of, shell_for, user_of, visible_record
from relasi.engine.screens.form import given_values, inputs_for, prefilled
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast
from relasi.kits.trade.editor.charge_rows import charge_rows, posted_charges
from relasi.kits.trade.editor.rows import (
    Row,
    act_on,
    add_subtotals,
    as_lines,
    discount_text,
    discount_values,
    drawn,
    name_chosen,
    read_rows,
    row_of,
    tell_stock,
)
from relasi.kits.trade.editor.summary import summary_of
from relasi.kits.trade.list_price import off_list
from relasi.kits.trade.shelf import shelf
from relasi.kits.trade.unit import Unit

FOUND = 12
SUMMARY_FIELDS = ("shipping", "adjustment")
NEW = "n1"


def create_page(request: HttpRequest, entry: Entry) -> HttpResponse:
    must(request, "create", entry)
    if "find" in request.GET:
        return _find(request, entry.module.model)
    return _editor(request, entry, None)


def edit_page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    record = visible_record(request, entry, id)
    if "find" in request.GET:
        return _find(request, entry.module.model)
    if not may(user_of(request), "edit", entry.module, record) or record.is_frozen:
        sentence = _("In this state the document cannot be changed any more.")
        if not record.is_frozen:
            sentence = _("You may see this record but not change it.")
        context = {
            "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/"), (_("Edit"), None)),
            "message": sentence, "back": f"{entry.url}{id}/",
        }  # fmt: skip
        return render_page(request, "screens/refused.html", context, status=403)
    return _editor(request, entry, record)


def _find(request: HttpRequest, document: Any) -> HttpResponse:
    """What a person may put on a line, while they type."""
    text, wanted = request.GET.get("q", "").strip(), request.GET.get("find", "")
    kinds = [kind for kind in document.kinds if wanted in ("any", kind)]
    exact = shelf().by_code(text) if text else None
    refs = [exact] if exact and exact.kind in kinds else shelf().search(text, kinds, FOUND)
    found = shelf().named(refs, priced="bundle" in document.kinds)
    options = [(f"{ref.kind}:{ref.id}", name, detail) for ref, name, detail in found]
    return render_page(
        request, "screens/lookup.html", {"options": options, "text": text, "none": _("Nothing found")}
    )


def _editor(request: HttpRequest, entry: Entry, record: Any) -> HttpResponse:
    posted = request.method == "POST"
    act = request.POST.get("act", "save") if posted else ""
    rows = act_on(read_rows(request.POST), act) if posted else _stored_rows(request, record)
    draft = _draft(request, entry.module, record, rows, posted)
    refusals: list[Refusal] = []
    if act == "save":
        try:
            saved = _save(request, entry.module, record, draft, rows)
        except Refused as error:
            refusals = error.refusals
        else:
            toast(request, _("%(name)s saved.") % {"name": title_of(saved)})
            return go_to(request, f"{entry.url}{saved.pk}/")
    if any(one.code == "NOT_FOUND" for one in refusals):
        raise Http404
    return _answer(request, entry, record, rows, draft, refusals, posted)


def _stored_rows(request: HttpRequest, record: Any) -> list[Row]:
    if record is None:
        return [Row(NEW, texts={})]
    return [row_of(line, reader_of(request)) for line in record.lines_in_order()]


def _draft(request: HttpRequest, module: Module, record: Any, rows: list[Row], posted: bool) -> Draft:
    """What the form asks for, for the door."""
    writable = fields_for(user_of(request), "edit" if record else "create", module)
    if not posted:
        values = {} if record else _proposed(request, module, writable)
        return Draft(values, id=record.pk if record else None, lines=None if record else [])
    values = given_values(module, [*module.form_fields, *SUMMARY_FIELDS], writable, request)
    values |= discount_values(request.POST.get("discount", ""), reader_of(request))
    if "other_charges" in writable and "charge" in request.POST:
        values["other_charges"] = posted_charges(request.POST)
    if "instalments" in module.fields and request.POST.get("instalments"):
        values["instalments"] = _instalments(request.POST)
    version = request.POST.get("version", "")
    lines = as_lines([row for row in rows if not row.is_blank], reader_of(request))
    return Draft(
        values,
        id=record.pk if record else None,
        version=int(version) if version.isdigit() else None,
        lines=lines,
    )


def _proposed(request: HttpRequest, module: Module, writable: set[str]) -> dict[str, Any]:
    """The defaults of a new document and what the address gives (?deal=12)."""
    blank = prefilled(request, module, user_of(request), writable)
    names = [name for name in module.form_fields if name in writable]
    values = {name: blank.__dict__[module.fields[name].attname] for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _instalments(data: Any) -> list[dict[str, str]]:
    pairs = zip(data.getlist("instalment-label"), data.getlist("instalment-percent"), strict=False)
    return [
        {"label": label, "percent": percent.removesuffix("%").strip()}
        for label, percent in pairs
        if percent.strip()
    ]


def _save(request: HttpRequest, module: Module, record: Any, draft: Draft, rows: list[Row]) -> Any:
    confirmed = request.POST.getlist("confirmed")
    if record is None:
        return create(module.model, dict(draft.values), lines=draft.lines, confirmed=confirmed)
    return update(record, dict(draft.values), version=draft.version, lines=draft.lines, confirmed=confirmed)


def _answer(
    request: HttpRequest,
    entry: Entry,
    record: Any,
    rows: list[Row],
    draft: Draft,
    refusals: list[Refusal],
    posted: bool,
) -> HttpResponse:
    reader = reader_of(request)
    result = rehearse(entry.module, draft)
    said = refusals or [one for one in result.all_refusals() if posted]
    _spread(rows, said)
    given = [row for row in rows if not row.is_blank]
    for row, line in zip(given, result.line_drafts, strict=False):
        if line.was_read:
            drawn(row, line.record, reader)
    name_chosen(row for row in given if row.line is None)
    add_subtotals(rows, reader)
    if result.record.tells_stock:
        tell_stock(rows, result.record.status == "approved", reader)
    context = _context(request, entry, record, rows, result, said, posted)
    status = 200
    if refusals:
        status = Refused(refusals).status
    return render_page(request, "trade/editor.html", context, part="document", status=status)


def _spread(rows: list[Row], refusals: list[Refusal]) -> None:
    """Gives each row what is said of it: "lines.2.price" belongs to the third one that is not blank."""
    given = [row for row in rows if not row.is_blank]
    for refusal in refusals:
        head, _dot, rest = refusal.field.partition(".")
        place, _dot, name = rest.partition(".")
        if head == "lines" and place.isdigit() and int(place) < len(given):
            name = "discount" if name.startswith("discount") else name or "name"
            given[int(place)].errors.setdefault(name, str(refusal.message))


def _context(
    request: HttpRequest, entry: Entry, record: Any, rows: list[Row], result: Draft, refusals: list[Refusal],
    posted: bool,
) -> dict[str, Any]:  # fmt: skip
    module, user, reader = entry.module, user_of(request), reader_of(request)
    document = result.record
    writable = fields_for(user, "edit" if record else "create", module)
    errors = Refused(refusals).by_field()
    data = request.POST if posted and errors else None
    sections = [
        (section.title, inputs_for(module, section.fields, writable, document, data, request.FILES, errors))
        for section in sections_for(user, module)
    ]
    crumb = (title_of(record), f"{entry.url}{record.pk}/") if record else None
    shown = {one.name for _title, inputs in sections for one in inputs} | {
        "discount",
        "charges",
        *SUMMARY_FIELDS,
    }
    return {
        "shell": shell_for(
            request, entry, *([crumb] if crumb else []), (_("Edit") if record else _("New"), None)
        ),
        "entry": entry,
        "record": record,
        "document": document,
        "title": title_of(record) if record else entry.new,
        "status": kind_of(module.fields["status"]).cell(document.status, document, reader),
        "sections": sections,
        "rows": rows,
        "version": request.POST.get("version") or (record.version if record else ""),
        "errors": [
            ("", str(one.message))
            for one in refusals
            if one.field not in shown and not one.field.startswith("lines.")
        ],
        "line_errors": [row for row in rows if row.errors],
        "field_errors": errors,
        "cancel": f"{entry.url}{record.pk}/" if record else entry.url,
        "action": request.path,
        # With what it began from (?deal=12): one draft for each document, and one for what is new from the same place.
        "address": request.get_full_path(),
        "units": [(unit.value, str(unit.label)) for unit in Unit],
        "tax_choices": shelf().tax_choices(document.terms_of_sale())
        if document.currency and document.date
        else (),
        "discount": request.POST.get("discount", "")
        if "discount" in errors
        else discount_text(document, reader),
        "off_list": len(off_list(row.line for row in rows if row.line is not None)),
        "charges": charge_rows(
            document, request.POST if posted and "other_charges" in errors else None, reader
        ),
        "charge_names": [one.name for one in shelf().charges(document.terms_of_sale())]
        if document.currency and document.date
        else (),
        "extra": {name: _text(module, document, name, request, errors, reader) for name in SUMMARY_FIELDS},
        "summary": summary_of(document, rows, user, module, reader),
    }


def _text(module: Module, document: Any, name: str, request: HttpRequest, errors: Any, reader: Any) -> str:
    kind = kind_of(module.fields[name])
    if name in errors:
        return request.POST.get(name, "")
    return kind.typed(kind.value_of(document), reader)
