"""Form: creating and editing a record. What a person typed is never lost, whatever is refused."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.records.blank import blank_record
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create as create_record
from relasi.engine.records.write import update as update_record
from relasi.engine.screens.arranged import locked, sections_for
from relasi.engine.screens.asking import (
    go_to,
    must,
    own_address,
    reader_of,
    shell_for,
    signed_in,
    user_of,
    visible_record,
    whole,
)
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, entries_of
from relasi.engine.screens.toasts import toast


@dataclass
class Input:
    """One field of a form. value: what stands in it, raw when it comes back refused."""

    kind: Kind
    value: Any
    error: str = ""

    @property
    def name(self) -> str:
        return self.kind.key


def inputs_for(module: Module, names: list[str], writable: set[str], record: Any, data: Any, files: Any,
               errors: dict[str, str]) -> list[Input]:  # fmt: skip
    found = []
    for name in names:
        field = module.fields.get(name)
        if field is None or name not in writable or not field.editable:
            continue
        kind = kind_of(field)
        value = kind.given(data, files) if data is not None else kind.value_of(record)
        found.append(Input(kind, value, errors.get(name, "")))
    return found


def given_values(
    module: Module, names: list[str], writable: set[str], request: HttpRequest
) -> dict[str, Any]:
    """Field name -> raw value of everything the form asked for."""
    found = {}
    for name in names:
        field = module.fields.get(name)
        if (
            field is not None
            and name in writable
            and field.editable
            and _was_asked(request.POST, request.FILES, name)
        ):
            found[name] = kind_of(field).given(request.POST, request.FILES)
    return found


def _was_asked(data: Any, files: Any, name: str) -> bool:
    return (
        name in data
        or name in files
        or any(key.startswith((f"{name}.", f"{name}__", f"{name}-")) for key in data)
    )


@signed_in
def create(request: HttpRequest, entry: Entry) -> HttpResponse:
    if entry.module.editor:
        return import_module(entry.module.editor).create_page(request, entry)
    return _create(request, entry, entry.module.form_fields, "screens/form.html", None)


@signed_in
def quick(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The short form in a drawer, with what the address gives beside it. next: the page to come back to."""
    quick_fields, fields = entry.module.quick_fields, entry.module.form_fields
    given = [name for name in fields if name in request.GET and name not in quick_fields]
    return _create(request, entry, [*quick_fields, *given], "screens/quick_form.html", "drawer")


def _create(
    request: HttpRequest, entry: Entry, names: list[str], template: str, part: str | None
) -> HttpResponse:
    must(request, "create", entry)
    module, user = entry.module, user_of(request)
    writable = fields_for(user, "create", module) - {name for name, _value in entry.fixed}
    refused: Refused | None = None
    if request.method == "POST":
        values = {**given_values(module, names, writable, request), **dict(entry.fixed)}
        try:
            record = create_record(module.model, values, confirmed=request.POST.getlist("confirmed"))
        except Refused as error:
            refused = error
        else:
            return _saved(request, entry, record, _("%(name)s created."))
    blank = prefilled(request, module, user, writable)
    context = _context(request, entry, names, writable, blank, refused)
    context |= {
        "record": None,
        "title": entry.name if module.has_one_row else entry.new,
        "cancel": _home(entry),
        "action": f"{entry.url}new/",
        "query": request.GET.urlencode(),
    }
    return _answer(request, template, context, refused, part)


def prefilled(request: HttpRequest, module: Module, user: Any, writable: set[str]) -> Any:
    """A blank record with the defaults, the person as owner, and what the address gives (?account=12)."""
    record = blank_record(module.model)
    if module.is_record:
        record.owner_id = user.id
    for name, raw in request.GET.items():
        field = module.fields.get(name)
        if field is not None and name in writable and field.editable:
            try:
                record.__dict__[field.attname] = kind_of(field).parse(raw, reader_of(request))
            except ValueError:
                continue
    return record


@signed_in
def edit(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    if entry.module.editor:
        return import_module(entry.module.editor).edit_page(request, entry, id)
    record = visible_record(request, entry, id)
    module, user = entry.module, user_of(request)
    if not may(user, "edit", module, record):
        return render_page(request, "screens/refused.html", _no_right(request, entry, record), status=403)
    names = module.form_fields
    writable = fields_for(user, "edit", module) - locked(module, record)
    refused: Refused | None = None
    if request.method == "POST":
        values = given_values(module, names, writable, request)
        for name in request.POST.getlist("take"):
            values.pop(name, None)
        try:
            saved = update_record(record, values, version=whole(request.POST.get("version")),
                                  confirmed=request.POST.getlist("confirmed"))  # fmt: skip
        except Refused as error:
            refused = error
        else:
            return _saved(request, entry, saved, _("%(name)s saved."))
    context = _context(request, entry, names, writable, record, refused)
    context |= {
        "record": record,
        "title": title_of(record),
        "cancel": _home(entry) if module.has_one_row else f"{entry.url}{id}/",
        "action": f"{entry.url}{id}/edit/",
    }
    return _answer(request, "screens/form.html", context, refused, None)


def _home(entry: Entry) -> str:
    """Where who gives up goes."""
    return "/settings/" if entry.module.has_one_row else entry.url


def _no_right(request: HttpRequest, entry: Entry, record: Any) -> dict[str, Any]:
    crumb = (title_of(record), f"{entry.url}{record.pk}/")
    return {
        "shell": shell_for(request, entry, crumb, (_("Edit"), None)),
        "message": _("You may see this record but not change it."),
        "back": crumb[1],
    }


def _saved(request: HttpRequest, entry: Entry, record: Any, sentence: str) -> HttpResponse:
    toast(request, sentence % {"name": title_of(record)})
    url = entry.url if entry.module.has_one_row else f"{entry.url}{record.pk}/"
    return go_to(request, own_address(request, request.GET.get("next", "")) or url)


def _context(request: HttpRequest, entry: Entry, names: list[str], writable: set[str], record: Any,
             refused: Refused | None) -> dict[str, Any]:  # fmt: skip
    module = entry.module
    errors = refused.by_field() if refused else {}
    data = request.POST if refused else None
    sections = []
    for section in sections_for(user_of(request), module):
        inside = [name for name in section.fields if name in names]
        inputs = inputs_for(module, inside, writable, record, data, request.FILES, errors)
        if inputs:
            sections.append((section.title, inputs))
    shown = {one.name for _title, inputs in sections for one in inputs}
    refusals = refused.refusals if refused else []
    return {
        "shell": shell_for(request, entry, *_crumbs(entry, record)),
        "entry": entry,
        "sections": sections,
        "version": _version(request, record, refused),
        "errors": [
            ("", _sentence(module, refusal))
            for refusal in refusals
            if refusal.field not in shown
            and not refusal.more.keys() & {"matches", "fields"}
            and not _is_warning(refusal)
        ],
        "warnings": [refusal for refusal in refusals if _is_warning(refusal)],
        "conflict": _conflict(module, refusals, reader_of(request)),
        "doubles": _doubles(request, module, refusals),
    }


def _crumbs(entry: Entry, record: Any) -> list[tuple[str, str | None]]:
    if entry.module.has_one_row:
        return []
    if not record.pk:
        return [(_("New"), None)]
    return [(title_of(record), f"{entry.url}{record.pk}/"), (_("Edit"), None)]


def _is_warning(refusal: Refusal) -> bool:
    """About the record as a whole, and taken back by a tick: "save anyway"."""
    return not refusal.field and bool(refusal.more.get("confirm")) and "matches" not in refusal.more


def _sentence(module: Module, refusal: Refusal) -> str:
    """What is wrong, with the name of the field it is about."""
    field = module.fields.get(refusal.field)
    return f"{kind_of(field).label}: {refusal.message}" if field is not None else str(refusal.message)


def _version(request: HttpRequest, record: Any, refused: Refused | None) -> int | None:
    """After a conflict the form is based on what stands now, so saving again is a decision."""
    if refused and "STALE_VERSION" in refused.codes:
        return next(r.more["version"] for r in refused.refusals if r.code == "STALE_VERSION")
    given = whole(request.POST.get("version"))
    return record.version if given is None else given


def _conflict(module: Module, refusals: list[Refusal], reader: Any) -> list[dict[str, Any]]:
    """Mine and theirs, field by field, for the comparison above the form."""
    for refusal in refusals:
        if refusal.code == "STALE_VERSION":
            rows = []
            for name, mine, theirs, touched in refusal.more["fields"]:
                kind = kind_of(module.fields[name])
                rows.append({
                    "name": name, "label": kind.label, "mine": _shown(module, name, mine, reader),
                    "theirs": _shown(module, name, theirs, reader), "touched": touched,
                    "mine_changed": name in refusal.more["both"],
                })  # fmt: skip
            return rows
    return []


def _shown(module: Module, name: str, value: Any, reader: Any) -> str:
    return kind_of(module.fields[name]).show(value, reader)


def _doubles(request: HttpRequest, module: Module, refusals: list[Refusal]) -> list[tuple[str, str]]:
    """(title, address) of the records a new one looks like."""
    found = []
    for refusal in refusals:
        for id in refusal.more.get("matches", ()):
            record = module.model._base_manager.filter(pk=id).first()
            if record is not None and may(user_of(request), "view", module, record):
                found.append((title_of(record), f"{entries_of(module)[0].url}{id}/"))
    return found


def _answer(request: HttpRequest, template: str, context: dict[str, Any], refused: Refused | None,
            part: str | None) -> HttpResponse:  # fmt: skip
    if refused and "NOT_FOUND" in refused.codes:
        raise Http404
    return render_page(request, template, context, part=part, status=refused.status if refused else 200)
