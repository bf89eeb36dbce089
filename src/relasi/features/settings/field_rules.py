"""Field rules: when a field must be filled in, and when it may not be changed. The condition is the filter of a list view."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.customize.field_rule import Effect, FieldRule
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.saved_view import built_in_views, views_for
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.engine.screens.asking import user_of
from relasi.features.settings.editing import living
from relasi.features.settings.frame import admin_only, because, done, settings_page
from relasi.features.settings.layouts import HOME, module_options

KEEP = "keep"


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    """First the module, then all else."""
    key = request.POST.get("module") or request.GET.get("module", "")
    return _page(request, None, key if any(key == one for one, _name in module_options()) else "")


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    rule = living(FieldRule, id)
    return _page(request, rule, rule.module)


def _page(request: HttpRequest, rule: FieldRule | None, key: str) -> HttpResponse:
    refused = None
    if request.method == "POST":
        try:
            values = _given(request, rule, key)
            update(rule, values) if rule else create(FieldRule, values)
        except Refused as error:
            refused = error
        else:
            done(request, _("The rule is saved."))
            return HttpResponseRedirect(HOME)
    title = rule.label if rule else _("New field rule")
    context = {
        "title": title,
        "rule": rule,
        "key": key,
        "modules": module_options(),
        **(_choices(request, rule, registry.module(key), refused) if key else {}),
        "errors": refused.by_field() if refused else {},
        "cancel": HOME,
    }
    status = refused.status if refused else 200
    return settings_page(request, "field_rule.html", "layouts", context, (title, None), status=status)


def _choices(request: HttpRequest, rule: FieldRule | None, module: Module, refused: Any) -> dict[str, Any]:
    names = [n for n in module.form_fields if n in module.fields and module.fields[n].editable]
    conditions = [("", _("Always")), *((view, str(name)) for view, name, _tree in _views(request, module))]
    if rule is not None and rule.condition:
        conditions.insert(0, (KEEP, _in_words(rule)))
    given = request.POST if refused else {}
    stands = (
        {"field": rule.field, "effect": rule.effect, "condition": KEEP if rule.condition else ""}
        if rule
        else {}
    )
    return {
        "module": module,
        "fields": [(name, str(kind_of(module.fields[name]).label)) for name in names],
        "effects": [(one.value, str(one.label)) for one in Effect],
        "conditions": conditions,
        "given": {name: given.get(name, stands.get(name, "")) for name in ("field", "effect", "condition")},
        "active": "active" in given if refused else rule.active if rule else True,
    }


def _views(request: HttpRequest, module: Module) -> list[tuple[str, Any, Any]]:
    """(key, name, condition) of the lists of a module that have a filter."""
    found = [*built_in_views(module), *views_for(user_of(request), module)]
    return [(one.key, one.name, one.condition) for one in found if one.condition]


def _in_words(rule: FieldRule) -> str:
    try:
        return rule.tree().text(current_reader())
    except Invalid as wrong:
        return str(wrong.message)


def _given(request: HttpRequest, rule: FieldRule | None, key: str) -> dict[str, Any]:
    post = request.POST
    values: dict[str, Any] = {name: post.get(name, "") for name in ("field", "effect")}
    values |= {"module": key, "active": "active" in post}
    if not (rule and post.get("condition") == KEEP):
        views = {view: tree for view, _name, tree in _views(request, registry.module(key))} if key else {}
        values["condition"] = views.get(post.get("condition", ""), {})
    return values


@admin_only
@require_POST
def delete(request: HttpRequest, id: int) -> HttpResponse:
    living(FieldRule, id)
    because(_("Field rule deleted"))
    trash(FieldRule, [id])
    done(request, _("The rule is deleted."))
    return HttpResponseRedirect(HOME)
