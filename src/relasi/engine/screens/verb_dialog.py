"""Verb dialog: a small form that asks what a verb of a module needs, shows what it would do, and runs it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Action
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.tried import tried
from relasi.engine.screens.asking import go_to, reader_of, shell_for, signed_in, user_of, visible_record
from relasi.engine.screens.form import given_values, inputs_for
from relasi.engine.screens.one_view import actions_for
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry, entries_of
from relasi.engine.screens.toasts import toast


@signed_in
def do(request: HttpRequest, entry: Entry, id: int, verb: str) -> HttpResponse:
    """A verb of the module: asks for what it needs, then runs the method of that name; with act=preview it only tells."""
    record = visible_record(request, entry, id)
    action = next(
        (one for one in actions_for(user_of(request), entry.module, record) if one.verb == verb), None
    )
    if action is None:
        raise Http404
    blank = getattr(record, action.form)() if action.form else record
    asked = Module(type(blank), Declaration) if action.form else entry.module
    if request.method != "POST":
        _propose(asked, blank, list(action.ask), request)
        return _draw(request, entry, record, action, (asked, blank))
    values = _values(asked, action, request)
    if action.preview and request.POST.get("act") == "preview":
        return _foretell(request, entry, record, action, (asked, blank), values)
    current_acting().confirmed = frozenset(request.POST.getlist("confirmed"))
    try:
        result = getattr(record, verb)(**values)
    except Refused as refused:
        return _draw(request, entry, record, action, (asked, blank), refused)
    toast(request, _("%(action)s: done.") % {"action": action.label})
    return _after(request, entry, id, result)


def _values(asked: Module, action: Action, request: HttpRequest) -> dict[str, Any]:
    names = list(action.ask)
    values = given_values(asked, names, set(names), request)
    # Of the record itself, what was not sent was left empty.
    return values if action.form else dict.fromkeys(names) | values


def _foretell(
    request: HttpRequest,
    entry: Entry,
    record: Any,
    action: Action,
    form: tuple[Module, Any],
    values: dict[str, Any],
) -> HttpResponse:
    """What the verb would do with what is typed now, or why it would not; the form itself stays as it is."""
    told, wrong, mistaken = [], [], False
    try:
        told = tried(partial(getattr(record, action.verb), **values), getattr(record, action.preview))
    except Refused as refused:
        wrong = [(_label(form[0], one.field), one.message) for one in refused.refusals]
        mistaken = any(one.field and one.code != "REQUIRED" for one in refused.refusals)
    context: dict[str, Any] = {"told": told, "wrong": wrong, "is_mistake": mistaken}
    if wants_part(request):
        return render_page(request, "screens/foretold.html", context)
    return _draw(request, entry, record, action, form, typed=True, **context)


def _label(asked: Module, name: str) -> str:
    return str(asked.fields[name].verbose_name) if name in asked.fields else ""


def _draw(
    request: HttpRequest, entry: Entry, record: Any, action: Action, form: tuple[Module, Any],
    refused: Refused | None = None, typed: bool = False, **more: Any,
) -> HttpResponse:  # fmt: skip
    """form: whose fields are asked for, and the row that proposes. typed: what was sent stands in the inputs."""
    names, address = list(action.ask), f"{entry.url}{record.pk}/"
    data = request.POST if refused or typed else None
    errors = refused.by_field() if refused else {}
    said = refused.refusals if refused else []
    asked, blank = form
    context = {
        "shell": shell_for(request, entry, (title_of(record), address), (action.label, None)),
        "entry": entry,
        "record": record,
        "action": action,
        "posts_to": f"{address}do/{action.verb}/",
        "fields": inputs_for(asked, names, set(names), blank, data, request.FILES, errors),
        "errors": [("", r.message) for r in said if r.field not in names and not r.more.get("confirm")],
        "warnings": [r for r in said if r.more.get("confirm")],
        "back": address,
        **more,
    }
    status = refused.status if refused else 200
    return render_page(request, "screens/action.html", context, part="drawer", status=status)


def _propose(asked: Module, blank: Any, names: list[str], request: HttpRequest) -> None:
    """What the address proposes (?stage=12) stands in the inputs already."""
    for name in names:
        if name in request.GET and name in asked.fields:
            field = asked.fields[name]
            try:
                blank.__dict__[field.attname] = kind_of(field).parse(request.GET[name], reader_of(request))
            except ValueError:
                continue
            blank._state.fields_cache.pop(name, None)


def _after(request: HttpRequest, entry: Entry, id: int, result: Any) -> HttpResponse:
    target = f"{entry.url}{id}/"
    if result is not None and hasattr(result, "pk") and registry.knows(result._meta.label):
        other = registry.of(result)
        if other.is_record:
            target = f"{entries_of(other)[0].url}{result.pk}/"
    return go_to(request, target)
