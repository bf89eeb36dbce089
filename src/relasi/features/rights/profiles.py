"""Profiles: what a profile allows, as a matrix of modules and verbs, with fields and tools below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.directory import directory
from relasi.engine.access.profile import ALL, FIELD_RIGHTS, TOOLS, VERB_LABELS, VERBS, Profile, must_be_filled
from relasi.engine.access.role import Role
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.toasts import toast
from relasi.features.rights.admins import for_admins, settings_shell, tell

NEVER_HIDDEN = {"id", "version", "custom", "trashed_at", "trashed_by"}


@dataclass
class FieldRight:
    name: str
    label: Any
    right: str
    must: bool


@for_admins
def listing(request: HttpRequest) -> HttpResponse:
    profiles = list(Profile._base_manager.filter(trashed_at=None).order_by("name"))
    roles = list(Role._base_manager.filter(trashed_at=None))
    people = directory().people_in
    rows = [
        (
            profile,
            [role.name for role in roles if profile.pk in (role.profiles or [])],
            sum(len(people.get(role.pk, ())) for role in roles if profile.pk in (role.profiles or [])),
        )
        for profile in profiles
    ]
    context = {"shell": settings_shell(request, (_("Profiles"), None)), "rows": rows}
    return render_page(request, "features/rights/profiles.html", context)


def _profile(id: int) -> Profile:
    found = Profile._base_manager.filter(pk=id, trashed_at=None).first()
    if found is None:
        raise Http404
    return found


def modules() -> list[Module]:
    """Those a profile can speak of: the business modules."""
    return [module for module in registry if not module.is_settings and module.whole is None]


@for_admins
def matrix(request: HttpRequest, id: int) -> HttpResponse:
    profile = _profile(id)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        values = _given(request.POST)
        version = request.POST.get("version", "")
        try:
            update(profile, values, version=int(version) if version.isdigit() else None)
        except Refused as refused:
            errors = [("", str(refusal.message)) for refusal in refused.refusals]
            for name in ("name", "description", "modules", "fields", "tools", "view_all", "edit_all"):
                setattr(profile, name, values[name])
        else:
            toast(request, _("%(name)s saved.") % {"name": values["name"]})
            return HttpResponseRedirect(f"/settings/profiles/{id}/")
    context = {
        "shell": settings_shell(request, (_("Profiles"), "/settings/profiles/"), (profile.name, None)),
        "profile": profile,
        "errors": errors,
        "verbs": [(verb, VERB_LABELS[verb]) for verb in VERBS],
        "rows": [(module, _checked(profile, module)) for module in modules()],
        "fields": [(module, _field_rights(profile, module)) for module in modules()],
        "field_choices": [
            ("write", _("Writable")),
            *((key, str(label)) for key, label in FIELD_RIGHTS.items()),
        ],
        "tools": [(key, label, key in profile.tools or ALL in profile.tools) for key, label in TOOLS.items()],
    }
    return render_page(request, "features/rights/profile.html", context, status=422 if errors else 200)


def _checked(profile: Profile, module: Module) -> list[tuple[str, bool, str]]:
    allowed = profile.verbs_in(module.key)
    return [
        (f"may-{module.key}-{verb}", verb in allowed, f"{module.plural}: {VERB_LABELS[verb]}")
        for verb in VERBS
    ]


def _field_rights(profile: Profile, module: Module) -> list[FieldRight]:
    labels = {name: kind_of(field).label for name, field in module.fields.items() if name not in NEVER_HIDDEN}
    labels |= {name: kind_for_computed(value).label for name, value in module.computed.items()}
    return [
        FieldRight(name, label, profile.right_on(module.key, name), must_be_filled(module, name))
        for name, label in labels.items()
    ]


def _given(data: Any) -> dict[str, Any]:
    """The whole profile as the form says it. A module without a tick is said to allow nothing."""
    verbs = {
        module.key: [verb for verb in VERBS if f"may-{module.key}-{verb}" in data] for module in modules()
    }
    fields: dict[str, dict[str, str]] = {}
    for module in modules():
        for name in [*module.fields, *module.computed]:
            right = data.get(f"field-{module.key}-{name}", "write")
            if right in FIELD_RIGHTS:
                fields.setdefault(module.key, {})[name] = right
    return {
        "name": data.get("name", ""),
        "description": data.get("description", ""),
        "view_all": "view_all" in data,
        "edit_all": "edit_all" in data,
        "modules": verbs,
        "fields": fields,
        "tools": [tool for tool in TOOLS if f"tool-{tool}" in data],
    }


@for_admins
def copy(request: HttpRequest, id: int) -> HttpResponse:
    """A copy under a name of its own, to be changed."""
    if request.method != "POST":
        raise Http404
    profile = _profile(id)
    names = {name.casefold() for name in Profile._base_manager.values_list("name", flat=True)}
    name = next(found for n in range(2, 1000) if (found := f"{profile.name} {n}").casefold() not in names)
    kept = ("description", "view_all", "edit_all", "modules", "fields", "tools")
    try:
        made = create(Profile, {"name": name, **{field: getattr(profile, field) for field in kept}})
    except Refused as refused:
        tell(request, refused)
        return HttpResponseRedirect("/settings/profiles/")
    return HttpResponseRedirect(f"/settings/profiles/{made.pk}/")
