"""Which fields a profile hides or only shows, module by module, and finding a field among all of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.profile import Profile, must_be_filled
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.features.settings.editing import Form, living
from relasi.features.settings.frame import admin_only, done, settings_page

RIGHTS = [
    ("write", gettext_lazy("Can change")),
    ("read", gettext_lazy("Read only")),
    ("hidden", gettext_lazy("Hidden")),
]


def fields_of(module: Module) -> list[tuple[str, str]]:
    """(name, label) of every field and computed value people see."""
    found = [
        (name, str(kind_of(field).label))
        for name, field in module.fields.items()
        if (field.editable or name in ("number", "created_at", "changed_at"))
        and kind_of(field).name != "hidden"
    ]
    return found + [(name, str(kind_for_computed(one).label)) for name, one in module.computed.items()]


def limited_fields(profile: Profile, module: Module) -> tuple[int, int]:
    """How many fields of the module the profile hides, and how many it only shows."""
    rights = list(profile.fields.get(module.key, {}).values())
    return rights.count("hidden"), rights.count("read")


@admin_only
def page(request: HttpRequest, id: int, key: str) -> HttpResponse:
    """The fields of one module with three states each."""
    profile = living(Profile, id)
    module = _module(key)
    form = Form(request, Profile, [], profile)
    if request.method == "POST":
        chosen = {
            name: request.POST.get(f"r:{name}", profile.right_on(module.key, name))
            for name, _label in fields_of(module)
        }
        try:
            update(profile, {"fields": {**profile.fields, module.key: chosen}}, version=form.version)
        except Refused as refused:
            form.refused = refused
            profile.refresh_from_db()
        else:
            done(request, _("The fields of %(module)s are saved.") % {"module": module.plural})
            return HttpResponseRedirect(f"/settings/profiles/{id}/")
    context = {
        "profile": profile,
        "module": module,
        "rights": RIGHTS,
        "rows": [_row(request, profile, module, name, label, form) for name, label in fields_of(module)],
        "form": form,
        "fixed": profile.fixed,
    }
    crumbs = ((profile.name, f"/settings/profiles/{id}/"), (module.plural, None))
    return settings_page(request, "profile_fields.html", "profiles", context, *crumbs, status=form.status)


def _row(
    request: HttpRequest, profile: Profile, module: Module, name: str, label: str, form: Form
) -> dict[str, Any]:
    right = profile.right_on(module.key, name)
    if form.refused:
        right = request.POST.get(f"r:{name}", right)
    return {
        "name": name,
        "label": label,
        "right": right,
        "needed": must_be_filled(module, name) and "create" in profile.verbs_in(module.key),
        "computed": name in module.computed or not module.fields[name].editable,
    }


def _module(key: str) -> Module:
    for module in registry.records:
        if module.key == key and module.whole is None:
            return module
    raise Http404


@admin_only
def search(request: HttpRequest, id: int) -> HttpResponse:
    """Where a field of this name is, in every module, and what the profile says of it."""
    profile = living(Profile, id)
    words = request.GET.get("q", "").strip()
    labels = dict(RIGHTS)
    found = [
        (module, label, profile.right_on(module.key, name), labels[profile.right_on(module.key, name)])
        for module in registry.records
        if module.whole is None and words
        for name, label in fields_of(module)
        if words.casefold() in label.casefold() or words.casefold() in name
    ]
    context = {"profile": profile, "words": words, "found": found}
    crumbs = ((profile.name, f"/settings/profiles/{id}/"), (_("Find a field"), None))
    return settings_page(request, "profile_search.html", "profiles", context, *crumbs)
