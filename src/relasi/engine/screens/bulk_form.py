"""What is to be changed in many records: several fields at once, or a tag."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for
from relasi.engine.activity.tag import find_or_make
from relasi.engine.bulk.by_percent import ByPercent, Rounding, may_move
from relasi.engine.bulk.job import Act, BulkJob
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid, Kind, kind_of
from relasi.engine.fields.reference import Unresolved
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import go_to, reader_of, shell_for, user_of
from relasi.engine.screens.bulk_start import back_of, rehearse, start
from relasi.engine.screens.field_choices import field_choices
from relasi.engine.screens.form import Input
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry

# A picture is chosen for one record, and a secret is nobody's twice.
ONE_AT_A_TIME = {"image", "hidden"}


def editable(module: Module, user: Any) -> dict[str, Kind]:
    """Field name -> kind of what this person may give many records at once, in the order of the form."""
    writable = fields_for(user, "edit", module)
    found = {}
    for _group, fields in field_choices(module, user):
        for name, _label in fields:
            if name in writable and name in module.fields and module.fields[name].editable:
                kind = kind_of(module.fields[name])
                if kind.input not in ONE_AT_A_TIME and not kind.secret:
                    found[name] = kind
    return found


def begin(request: HttpRequest, entry: Entry, job: BulkJob) -> HttpResponse:
    """From the list: the form, or with a field and its value the act itself."""
    if "save" not in request.POST:
        return go_to(
            request, f"/bulk/{job.pk}/{'?field=owner' if request.POST.get('field') == 'owner' else ''}"
        )
    return form(request, entry, job, names=request.POST.getlist("field"))


def form(request: HttpRequest, entry: Entry, job: BulkJob, names: list[str]) -> HttpResponse:
    """Draws the form; sent with `preview` it rehearses the job, with `save` it carries a small one out at once."""
    kinds = editable(entry.module, user_of(request))
    names = [name for name in dict.fromkeys(names) if name in kinds]
    asked = {"preview", "save"} & set(request.POST)
    if not asked or not names:
        inputs = [Input(kinds[name], _standing(request, job, kinds[name])) for name in names]
        error = _("Choose a field.") if asked else ""
        return _draw(request, entry, job, kinds, inputs, error, 422 if asked else 200)
    inputs, values = _read(request, kinds, names)
    if any(one.error for one in inputs):
        return _draw(request, entry, job, kinds, inputs, "", 422)
    job.note(values={name: _as_json(kinds[name], value) for name, value in values.items()})
    if "save" in asked and job.is_small:
        return start(request, entry, job)
    return rehearse(request, job)


def _as_json(kind: Kind, value: Any) -> Any:
    return value.as_json() if isinstance(value, ByPercent) else kind.to_json(value)


def _standing(request: HttpRequest, job: BulkJob, kind: Kind) -> Any:
    """What was typed so far, or what was chosen before the rehearsal."""
    if request.method == "POST":
        return kind.given(request.POST, request.FILES)
    move = ByPercent.from_json(job.values.get(kind.key))
    return move.written(reader_of(request)) if move else kind.from_json(job.values.get(kind.key))


def _read(
    request: HttpRequest, kinds: dict[str, Kind], names: list[str]
) -> tuple[list[Input], dict[str, Any]]:
    inputs, values = [], {}
    for name in names:
        raw = kinds[name].given(request.POST, request.FILES)
        error = ""
        try:
            rounding = request.POST.get(f"{name}-rounding", "")
            move = (
                ByPercent.read(str(raw or ""), rounding, reader_of(request))
                if may_move(kinds[name])
                else None
            )
            value = move or kinds[name].parse(raw, reader_of(request))
            if isinstance(value, Unresolved):
                raise Invalid(_("“%(text)s” was not found.") % {"text": value.text}, "BAD_REFERENCE")
            if kinds[name].required and kinds[name].is_empty(value):
                raise Invalid(_("This must be filled in."), "REQUIRED")
            values[name] = value
        except Invalid as wrong:
            error = str(wrong.message)
        inputs.append(Input(kinds[name], raw, error))
    return inputs, values


def _draw(request: HttpRequest, entry: Entry, job: BulkJob, kinds: dict[str, Kind], inputs: list[Input],
          error: str, status: int) -> HttpResponse:  # fmt: skip
    chosen = {one.name for one in inputs}
    context = {
        "shell": shell_for(request, entry, (_("Edit many"), None)),
        "entry": entry,
        "job": job,
        "choices": [(name, kind.label) for name, kind in kinds.items() if name not in chosen],
        "inputs": inputs,
        "rounding": {name: _rounding(request, job, name) for name in chosen if may_move(kinds[name])},
        "roundings": [(one.value, str(one.label)) for one in Rounding],
        "error": error,
        "back": back_of(entry, job),
    }
    return render_page(request, "screens/bulk_edit.html", context, status=status)


def _rounding(request: HttpRequest, job: BulkJob, name: str) -> str:
    stored = job.by_percent.get(name)
    return request.POST.get(f"{name}-rounding", stored.rounding if stored else Rounding.NONE.value)


def ask_for_tag(request: HttpRequest, entry: Entry, job: BulkJob) -> HttpResponse:
    """Which tag to put on the records (save=on) or take off (save=off)."""
    error, name = "", request.POST.get("tag", "")
    if "save" in request.POST:
        try:
            tag = find_or_make(name)
        except Refused as refused:
            error = str(refused.refusals[0].message)
        else:
            act = Act.UNTAG if request.POST["save"] == "off" else Act.TAG
            job.note(act=act, values={"tag": tag.pk})
            return start(request, entry, job)
    context = {
        "shell": shell_for(request, entry, (_("Tags"), None)),
        "entry": entry,
        "job": job,
        "name": name,
        "error": error,
        "back": back_of(entry, job),
    }
    return render_page(request, "screens/bulk_tag.html", context, status=422 if error else 200)
