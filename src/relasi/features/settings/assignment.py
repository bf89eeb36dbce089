"""Assignment rules: to whom what a group receives goes; their order, what waits, who would be next, and the log."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.directory import directory
from relasi.engine.access.group import Group
from relasi.engine.assigning.able import REASONS
from relasi.engine.assigning.note import AssignmentNote, Result
from relasi.engine.assigning.noting import Told
from relasi.engine.assigning.redistributing import redistribute, waiting
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.assigning.simulating import rules_of, who_would
from relasi.engine.declare.registry import registry
from relasi.engine.fields.custom import unfold
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.assignment_form import RuleForm
from relasi.features.settings.editing import living
from relasi.features.settings.frame import admin_only, because, done, number_in, settings_page
from relasi.features.settings.layouts import module_options

HOME = "/settings/assignment/"
LOG_SIZE = 50


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    mode = kind_of(registry.of(AssignmentRule).fields["mode"])
    rows = [(rule, rule.home, mode.show(rule.mode), count_of(rule)) for rule in _in_order()]
    notes = _notes(None)
    return settings_page(request, "assignment.html", "assignment", {"rows": rows, "notes": notes[:10]})


def _in_order() -> list[AssignmentRule]:
    rows = AssignmentRule._base_manager.filter(trashed_at=None).select_related("group")
    return list(rows.order_by("position", "pk"))


def count_of(rule: AssignmentRule) -> int | None:
    """How many records wait; None where the rule asks about a field that is gone, or its module is."""
    try:
        return waiting(rule).count() if rule.home is not None else None
    except Invalid:
        return None


def _notes(before: int | None) -> list[tuple[AssignmentNote, Told, Any]]:
    """One more than a page, newest first, each with the badge of its result."""
    rows = AssignmentNote.objects.select_related("rule", "user", "by", "record")
    rows = rows.filter(pk__lt=before) if before else rows
    tones = {Result.GIVEN: "hijau", Result.NOBODY: "merah", Result.MANAGER: "kuning"}
    found = rows.order_by("-pk")[: LOG_SIZE + 1]
    return [
        (note, Told(note), (Result(note.result).label, tones.get(Result(note.result), "gray")))
        for note in found
    ]


@admin_only
def log(request: HttpRequest) -> HttpResponse:
    """Who got what and why, newest first. before: the id of the last line of the page before."""
    notes = _notes(number_in(request.GET, "before"))
    older = f"{HOME}log/?before={notes[LOG_SIZE - 1][0].pk}" if len(notes) > LOG_SIZE else ""
    context = {"notes": notes[:LOG_SIZE], "older": older}
    return settings_page(request, "assignment_log.html", "assignment", context, (_("Log"), None))


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    """First the module and the group, then all else."""
    data = request.POST if request.method == "POST" else request.GET
    key, group = data.get("module", ""), number_in(data, "group")
    known = any(key == one for one, _name in module_options()) and group in directory().groups
    if not known:
        groups = Group._base_manager.filter(trashed_at=None, active=True).order_by("name")
        context = {
            "title": _("New assignment rule"),
            "modules": module_options(),
            "groups": [(str(one.pk), one.name) for one in groups],
            "cancel": HOME,
        }
        return settings_page(request, "assignment_new.html", "assignment", context, (context["title"], None))
    return _page(request, None, key, group)


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    rule = living(AssignmentRule, id)
    if rule.home is None:
        raise Http404
    return _page(request, rule, rule.module, rule.group_id)


def _page(request: HttpRequest, rule: AssignmentRule | None, key: str, group: Any) -> HttpResponse:
    form = RuleForm(request, rule, registry.module(key), group)
    if request.method == "POST":
        try:
            if form.wrong:
                raise Refused(form.wrong)
            if rule:
                update(rule, form.given(), version=number_in(request.POST, "version"))
            else:
                create(AssignmentRule, form.given())
        except Refused as error:
            form.refused = error
        else:
            done(request, _("The rule is saved."))
            return HttpResponseRedirect(HOME)
    title = rule.name if rule else _("New assignment rule")
    context = {
        "title": title,
        "rule": rule,
        "form": form,
        "waiting": count_of(rule) if rule else 0,
        "next": form.next_ones() if rule else [],
        "cancel": HOME,
    }
    status = form.refused.status if form.refused else 200
    return settings_page(request, "assignment_rule.html", "assignment", context, (title, None), status=status)


@admin_only
@require_POST
def delete(request: HttpRequest, id: int) -> HttpResponse:
    living(AssignmentRule, id)
    because(_("Assignment rule deleted"))
    trash(AssignmentRule, [id])
    done(request, _("The rule is deleted."))
    return HttpResponseRedirect(HOME)


@admin_only
@require_POST
def move(request: HttpRequest, id: int, way: str) -> HttpResponse:
    """way: up or down, among all rules."""
    if way not in ("up", "down"):
        raise Http404
    rules = _in_order()
    at = next((place for place, one in enumerate(rules) if one.pk == id), None)
    if at is None:
        raise Http404
    to = at + (-1 if way == "up" else 1)
    if 0 <= to < len(rules):
        rules.insert(to, rules.pop(at))
        because(_("Order of the assignment rules"))
        with transaction.atomic():
            for place, rule in enumerate(rules, start=1):
                if rule.position != place:
                    update(rule, {"position": place})
        done(request, _("The order is changed."))
    return HttpResponseRedirect(HOME)


@admin_only
@require_POST
def distribute(request: HttpRequest, id: int) -> HttpResponse:
    """Gives what waits with the group, and with members who have no account any more."""
    rule = living(AssignmentRule, id)
    if not rule.active or count_of(rule) is None:
        raise Http404
    because(_("Waiting records distributed by the rule “%(rule)s”") % {"rule": rule.name})
    given, left = redistribute(rule)
    text = ngettext("%(n)s record is given.", "%(n)s records are given.", given) % {"n": given}
    if left:
        text += " " + ngettext(
            "%(n)s stays: nobody can take it now.", "%(n)s stay: nobody can take them now.", left
        ) % {"n": left}
    done(request, text)
    return HttpResponseRedirect(f"{HOME}{id}/")


@admin_only
def who(request: HttpRequest) -> HttpResponse:
    """Who would get a record that is there, by each rule of its module, and why not the others."""
    typed = request.GET.get("number", "").strip()[:50]
    record = _numbered(typed) if typed else None
    names = directory().name_of
    asked = []
    if record is not None:
        module = registry.of(record)
        for one in who_would(record, rules_of(module.key)):
            people = [
                (names("user", row["user"]), str(REASONS.get(row["reason"], ""))) for row in one.candidates
            ]
            asked.append((one, names("user", one.chosen) if one.chosen else "", people))
    context = {
        "typed": typed,
        "error": _("There is no such record.") if typed and record is None else "",
        "record": (str(record), f"/r/{record.pk}/", registry.of(record)) if record is not None else None,
        "asked": asked,
    }
    return settings_page(
        request, "assignment_who.html", "assignment", context, (_("Who would get it?"), None)
    )


def _numbered(number: str) -> Any:
    """The living record of this number, None when there is none."""
    found = RecordIndex.objects.filter(number__iexact=number, trashed_at=None).first()
    if found is None or not registry.knows(found.module):
        return None
    record = registry.module(found.module).model._base_manager.filter(pk=found.pk).first()
    if record is not None:
        unfold(record)
    return record
