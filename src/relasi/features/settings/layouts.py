"""Layouts: which fields the forms and pages of a module show to whom, in what order; and the rules of single fields."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.profile import Profile, must_be_filled
from relasi.engine.customize.field_rule import FieldRule
from relasi.engine.customize.layout import Layout, placeable
from relasi.engine.customize.module_choice import customizable
from relasi.engine.customize.named import in_language
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, said
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.editing import living
from relasi.features.settings.frame import admin_only, because, done, number_in, settings_page

HOME = "/settings/layouts/"
# In front of what an item of the form is: a section by its place, a field by its name.
SECTION, FIELD = "s:", "f:"


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    profiles = dict(Profile._base_manager.values_list("pk", "name"))
    layouts = [
        (one, one.home, profiles.get(one.profile_id, ""))
        for one in Layout._base_manager.filter(trashed_at=None).order_by("module", "pk")
    ]
    effect = kind_of(registry.of(FieldRule).fields["effect"])
    rules = [
        (one, one.home, effect.cell(one.effect))
        for one in FieldRule._base_manager.filter(trashed_at=None).order_by("module", "pk")
    ]
    return settings_page(request, "layouts.html", "layouts", {"layouts": layouts, "rules": rules})


def module_options() -> list[tuple[str, str]]:
    return [(module.key, str(module.plural)) for module in customizable()]


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    """Of which module and for whom. It begins as the form stands now."""
    refused = None
    if request.method == "POST":
        values = {"module": request.POST.get("module", ""), "profile": number_in(request.POST, "profile")}
        try:
            layout = create(Layout, values)
            update(layout, {"sections": _as_it_stands(layout.home)})
        except Refused as error:
            refused = error
        else:
            return HttpResponseRedirect(f"{HOME}{layout.pk}/")
    profiles = Profile._base_manager.filter(trashed_at=None).order_by("name")
    context = {
        "title": _("New layout"),
        "modules": module_options(),
        "profiles": [("", _("Everybody else")), *((str(one.pk), one.name) for one in profiles)],
        "given": request.POST if refused else {},
        "errors": refused.by_field() if refused else {},
        "cancel": HOME,
    }
    status = refused.status if refused else 200
    return settings_page(
        request, "layout_new.html", "layouts", context, (context["title"], None), status=status
    )


def _as_it_stands(module: Module) -> list[dict[str, Any]]:
    return [
        {"title": said(one.title, INDONESIAN), "title_en": said(one.title, ENGLISH), "names": one.fields}
        for one in module.sections
    ]


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    """Sections and fields are one list: a field stands in the section above it."""
    layout, refused = living(Layout, id), None
    items = _posted(request, layout.home) if request.method == "POST" else _stored(layout)
    if request.method == "POST" and "save" in request.POST:
        try:
            update(layout, _values(items), version=number_in(request.POST, "version"))
        except Refused as error:
            refused = error
        else:
            done(request, _("The layout of %(module)s is saved.") % {"module": layout.home.plural})
            return HttpResponseRedirect(HOME)
    context = {
        "title": str(layout),
        "layout": layout,
        "whom": layout.profile.name if layout.profile else _("Everybody else"),
        "items": items,
        "errors": [("", str(one.message)) for one in refused.refusals] if refused else [],
        "version": request.POST.get("version", layout.version),
        "cancel": HOME,
    }
    status = refused.status if refused else 200
    return settings_page(request, "layout.html", "layouts", context, (context["title"], None), status=status)


def _field(module: Module, name: str, shown: bool) -> dict[str, Any]:
    label = str(kind_of(module.fields[name]).label)
    return {
        "key": f"{FIELD}{name}",
        "name": name,
        "label": label,
        "shown": shown,
        "needed": must_be_filled(module, name),
    }


def _section(place: int, title: str, title_en: str) -> dict[str, Any]:
    return {
        "key": f"{SECTION}{place}",
        "place": place,
        "label": in_language(title, title_en),
        "title": title,
        "title_en": title_en,
    }


def _stored(layout: Layout) -> list[dict[str, Any]]:
    module, items, placed = layout.home, [], set()
    for place, one in enumerate(layout.sections or _as_it_stands(module)):
        items.append(_section(place, one["title"], one.get("title_en", "")))
        names = [name for name in one["names"] if name in module.fields and name not in placed]
        items += [_field(module, name, name not in layout.hidden) for name in names]
        placed |= {*names}
    rest = [name for name in placeable(module) if name not in placed and name in module.fields]
    return [*items, *(_field(module, name, name not in layout.hidden) for name in rest)]


def _posted(request: HttpRequest, module: Module) -> list[dict[str, Any]]:
    """The list as the form has it; up, down: one moved a place, add: one more section at the end."""
    post = request.POST
    keys = list(dict.fromkeys(post.getlist("item")))
    for word, step in (("up", -1), ("down", 1)):
        if post.get(word) in keys:
            at = keys.index(post[word])
            keys.insert(min(max(at + step, 0), len(keys)), keys.pop(at))
    shown, items = set(post.getlist("show")), []
    for key in keys:
        name = key.removeprefix(FIELD)
        if key.startswith(SECTION) and key.removeprefix(SECTION).isdigit():
            place = int(key.removeprefix(SECTION))
            items.append(
                _section(place, post.get(f"title-{place}", "")[:100], post.get(f"title_en-{place}", "")[:100])
            )
        elif key.startswith(FIELD) and name in placeable(module) and name in module.fields:
            items.append(_field(module, name, name in shown or must_be_filled(module, name)))
    if "add" in post:
        places = [item["place"] for item in items if "place" in item]
        items.append(_section(max(places, default=-1) + 1, "", ""))
    return items


def _values(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A section without a title goes, and what stood in it belongs to the one above."""
    sections: list[dict[str, Any]] = []
    for item in items:
        if "place" in item:
            if item["title"].strip() or not sections:
                title = item["title"].strip() or _("Details")
                sections.append({"title": title, "title_en": item["title_en"].strip(), "names": []})
            continue
        if not sections:
            sections.append({"title": _("Details"), "title_en": "", "names": []})
        if item["shown"]:
            sections[-1]["names"].append(item["name"])
    hidden = [item["name"] for item in items if item.get("shown") is False]
    return {"sections": sections, "hidden": hidden}


@admin_only
@require_POST
def delete(request: HttpRequest, id: int) -> HttpResponse:
    living(Layout, id)
    because(_("Layout deleted"))
    trash(Layout, [id])
    done(request, _("The layout is deleted."))
    return HttpResponseRedirect(HOME)
