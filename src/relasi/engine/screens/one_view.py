"""One View: everything about one record on one page: facts, what happened, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import fields_for, has_tool, may, viewer, visible_to
from relasi.engine.access.why import explain
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Action, Body, Related, Section, StagePath
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.image import ADDRESS
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField
from relasi.engine.fields.reference import faces_of, mark_sight
from relasi.engine.query.belonging import with_any
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import visible_paths
from relasi.engine.query.viewed import note_viewed
from relasi.engine.records.absorbed import survivor_of
from relasi.engine.records.record import RecordIndex, title_of
from relasi.engine.records.recycle_bin import bin_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.taking import TAKE, may_take
from relasi.engine.records.write import restore, trash
from relasi.engine.screens.activity import beside_record
from relasi.engine.screens.arranged import facts_for, locked
from relasi.engine.screens.asking import (
    must,
    reader_of,
    shell_for,
    signed_in,
    user_of,
    visible_record,
)
from relasi.engine.screens.bin import say_why
from relasi.engine.screens.list import Row, rows_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, entries_of
from relasi.engine.screens.toasts import offer_undo, toast
from relasi.engine.screens.tree import own_tree
from relasi.users.user import User

PANEL_ROWS = 5


@dataclass
class Fact:
    """One value of the facts pane. editable: whether a click opens it."""

    name: str
    kind: Kind
    shown: Any
    editable: bool

    @cached_property
    def label(self) -> str:
        return self.kind.label_now


@dataclass
class Panel:
    """Records of another module that point here."""

    entry: Entry
    title: Any
    rows: list[Row]
    count: int
    all_url: str
    new_url: str | None


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    must(request, "view", entry)
    try:
        record = visible_record(request, entry, id, trashed=None)
    except Http404:
        record = None
    if record is None or record.trashed_at is not None:
        new_home = _address_of(user_of(request), survivor_of(id))
        if new_home:
            return HttpResponseRedirect(new_home)
    if record is None:
        raise Http404
    if entry.module.is_record and record.trashed_at is None:
        note_viewed(user_of(request), record)
    return render_page(request, "screens/record.html", record_context(request, entry, record), part="record")


def record_context(request: HttpRequest, entry: Entry, record: Any) -> dict[str, Any]:
    user, module = user_of(request), entry.module
    in_bin = record.trashed_at is not None
    editable = not in_bin and may(user, "edit", module, record)
    seen = fields_for(user, "view", module)
    sections = fact_sections(request, entry, record, editable)
    under, beside = _headline(request, module, record, seen)
    body = next((part for part in module.page if isinstance(part, Body)), None)
    return {
        "shell": shell_for(request, entry, (title_of(record), None)),
        "entry": entry,
        "module": module,
        "record": record,
        "title": title_of(record),
        "headline": under,
        "key_facts": beside,
        "face": _face(module, record, seen),
        "sections": sections,
        "path": _stage_path(module, record, seen),
        "panels": [] if in_bin else _panels(request, module, record),
        "body_template": body.template if body else "",
        "body": _given(body.gives)(record, user) if body else None,
        **beside_record(request, entry, record),
        "actions": [] if in_bin else actions_for(user, module, record),
        "may_edit": editable,
        "may_delete": not in_bin and may(user, "delete", module, record),
        "may_restore": in_bin and may(user, "delete", module, record),
        "in_bin": in_bin,
        "in_tree": not in_bin and own_tree(module, user) is not None,
    }


def _given(path: str) -> Any:
    """The function of a dotted path."""
    return import_string(path)


def _headline(
    request: HttpRequest, module: Module, record: Any, seen: set[str]
) -> tuple[list[Any], list[tuple[Any, Any]]]:
    """What stands under the name: the number and the declared facts that are not empty; and as (label, value) those
    that are numbers, which stand at the right end."""
    facts = _facts(module, module.headline.split(), record, seen, set(), reader_of(request))
    told = [fact for fact in facts if fact.shown]
    under = [fact.shown for fact in told if fact.kind.align != "right"]
    beside = [(fact.kind.label, fact.shown) for fact in told if fact.kind.align == "right"]
    return [*([record.number] if module.is_record else []), *under], beside


def _face(module: Module, record: Any, seen: set[str]) -> dict[str, Any]:
    """How the head of the page shows the record: people and companies by picture or initials, else the module's icon."""
    square = faces_of(module.icon)
    picture = record.__dict__.get("image") if "image" in seen else None
    return {
        "square": square is not False,
        "image": f"{ADDRESS}{picture}" if picture else "",
        "icon_name": module.icon if square is None else "",
    }


def fact_sections(
    request: HttpRequest, entry: Entry, record: Any, editable: bool
) -> list[tuple[Any, list[Fact]]]:
    user, module, reader = user_of(request), entry.module, reader_of(request)
    seen = fields_for(user, "view", module)
    writable = fields_for(user, "edit", module) - locked(module, record) if editable else set()
    sections = facts_for(user, module, _base_section(module))
    hide_references(record, module.fields.values(), user)
    found = []
    for section in sections:
        facts = _facts(module, section.fields, record, seen, writable, reader)
        if facts:
            found.append((section.title, facts))
    return found


def _base_section(module: Module) -> list[Section]:
    if not module.is_record:
        return []
    derived = [name for name in module.computed if name not in module.form_fields]
    shown = [name for name in ("owner", "number", *derived, "created_at", "changed_at")
             if name not in module.form_fields]  # fmt: skip
    return [Section(_("Record"), " ".join(shown))]


def _facts(
    module: Module, names: list[str], record: Any, seen: set[str], writable: set[str], reader: Any
) -> list[Fact]:
    found = []
    for name in names:
        if name not in seen:
            continue
        if name in module.computed:
            kind = kind_for_computed(module.computed[name])
            value = module.computed[name].function(record)
            found.append(Fact(name, kind, kind.fact(value, record, reader), False))
        elif name in module.fields:
            field = module.fields[name]
            kind = kind_of(field)
            shown = kind.fact(kind.value_of(record), record, reader)
            found.append(Fact(name, kind, shown, field.editable and name in writable))
    return found


def hide_references(record: Any, fields: Iterable[Any], user: Any) -> None:
    """Looks at what these fields of one record refer to, as a list does for its rows."""
    for field in fields:
        target = getattr(field, "related_model", None)
        if target is None or not registry.knows(target._meta.label):
            continue
        other = registry.of(target)
        loose = isinstance(field, LooseReferenceField)
        id = getattr(record, field.attname) if loose else record.__dict__.get(field.attname)
        if other.is_record and id is not None and not (loose and getattr(record, field.name) is None):
            mark_sight(record, field.name, viewer(user, other)(getattr(record, field.name)))


def _stage_path(module: Module, record: Any, seen: set[str]) -> list[dict[str, Any]]:
    """The steps of the bar at the top: the record says them itself (`path_steps`) for what the page declares."""
    for part in module.page:
        if isinstance(part, StagePath) and part.by in seen and hasattr(record, "path_steps"):
            return record.path_steps(part.by)
    return []


def actions_for(user: Any, module: Module, record: Any) -> list[Action]:
    """The verbs whose buttons this person has on the record."""
    if not may(user, "edit", module, record):
        return []
    takes = module.is_record and may_take(user, record) and "owner" in fields_for(user, "edit", module)
    return [TAKE] * takes + [
        action
        for action in module.actions
        if (action.when is None or action.when(record)) and (not action.tool or has_tool(user, action.tool))
    ]


def _panels(request: HttpRequest, module: Module, record: Any) -> list[Panel]:
    user, shown = user_of(request), []
    for part in module.page:
        if isinstance(part, Related) and registry.knows(part.module):
            other = registry.module(part.module)
            by = part.by or module.model._meta.model_name
            if may(user, "view", other) and by in fields_for(user, "view", other):
                shown.append((part, other, by))
    some = with_any([(other, by) for _part, other, by in shown], record.pk)
    return [
        _panel(request, record, part, other, by, is_empty=not any_there)
        for (part, other, by), any_there in zip(shown, some, strict=True)
    ]


def _panel(
    request: HttpRequest, record: Any, part: Related, other: Module, by: str, *, is_empty: bool
) -> Panel:
    entry, user = entries_of(other)[0], user_of(request)
    rows, count = ([], 0) if is_empty else _panel_rows(request, record, part, other, by)
    new = f"{entry.url}new/?{by}={record.pk}" if may(user, "create", other) else None
    link = f'{entry.url}?f={{"all":[{{"field":"{by}","op":"is","value":{record.pk}}}]}}'
    return Panel(entry, part.title or other.plural, rows, count, link, new)


def _panel_rows(
    request: HttpRequest, record: Any, part: Related, other: Module, by: str
) -> tuple[list[Row], int]:
    """The first rows, and how many there are."""
    user = user_of(request)
    columns = visible_paths(other, part.columns or other.columns[1:3], user)
    listing = Listing(other, user, columns=columns, fixed={f"{by}_id": record.pk})
    records = listing.page(PANEL_ROWS).rows
    rows = rows_of(entries_of(other)[0], listing.paths, records, reader_of(request))
    return rows, len(records) if len(records) < PANEL_ROWS else listing.count()


@signed_in
def why(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """Why this person sees the record and what they may do with it."""
    record = visible_record(request, entry, id, trashed=None)
    user = user_of(request)
    answers = [(verb, explain(user, record, verb)) for verb in ("view", "edit", "delete")]
    context = {
        "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/"), (_("Why?"), None)),
        "record": record,
        "answers": answers,
        "back": f"{entry.url}{id}/",
    }
    return render_page(request, "screens/why.html", context, part="why")


@signed_in
@require_POST
def delete(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    record = visible_record(request, entry, id)
    try:
        written = trash(entry.module.model, [id], confirmed=request.POST.getlist("confirmed"))
    except Refused as refused:
        context = {
            "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/"), (_("Delete"), None)),
            "record": record,
            "title": title_of(record),
            "refusals": refused.refusals,
            "back": f"{entry.url}{id}/",
            "may_confirm": "NO_PERMISSION" not in refused.codes,
        }
        return render_page(request, "screens/delete.html", context, status=refused.status)
    offer_undo(request, written.change_set, _("%(name)s is in the recycle bin.") % {"name": title_of(record)})
    return HttpResponseRedirect(entry.url)


@signed_in
@require_POST
def restore_record(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    record = visible_record(request, entry, id, trashed=True)
    try:
        restore(entry.module.model, [id])
    except Refused as refused:
        if any(r.more.get("confirm") for r in refused.refusals):
            return say_why(request, bin_of(user_of(request)), [(id, r) for r in refused.refusals])
        toast(request, " ".join(str(r.message) for r in refused.refusals), kind="bad")
    else:
        toast(request, _("%(name)s is back.") % {"name": title_of(record)})
    return HttpResponseRedirect(f"{entry.url}{id}/")


@signed_in
def by_id(request: HttpRequest, id: int) -> HttpResponse:
    """/r/4711: an id names one record anywhere, and what a merged record went into."""
    user = user_of(request)
    found = _address_of(user, id) or _address_of(user, survivor_of(id)) or _address_of(user, id, trashed=True)
    if found is None:
        raise Http404
    return HttpResponseRedirect(found)


def _address_of(user: User, id: int | None, *, trashed: bool = False) -> str | None:
    """The page of a record this person may see."""
    row = RecordIndex.objects.filter(pk=id).first() if id is not None else None
    if row is None:
        return None
    module = registry.module(row.module)
    seen = visible_to(user, module.model, trashed=trashed).filter(pk=id).exists()
    return f"{entries_of(module)[0].url}{id}/" if seen else None
