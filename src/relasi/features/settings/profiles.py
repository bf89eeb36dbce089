"""Profiles: the list, the matrix of modules and verbs, tools, copying, comparing and who has them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.structures import ALL, TOOLS, VERB_LABELS, VERBS
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.engine.screens.shell import areas
from relasi.features.settings.editing import Form, living
from relasi.features.settings.frame import admin_only, because, done, number_in, settings_page
from relasi.features.settings.profile_fields import RIGHTS, fields_of, limited_fields
from relasi.users.user import Status, User

RIGHTS_OF_ALL = ["view_all", "edit_all"]
SIGNING_IN = ["sign_in_from", "sign_in_until", "sign_in_days", "sign_in_addresses"]
FIELDS = ["name", "description", *RIGHTS_OF_ALL, *SIGNING_IN]


def governed_modules() -> list[Module]:
    """The modules a profile speaks of: those of records that are no part of another."""
    return [module for module in registry.records if module.whole is None]


@admin_only
def list_page(request: HttpRequest) -> HttpResponse:
    rows = []
    for profile in Profile._base_manager.filter(trashed_at=None).order_by("name"):
        roles = roles_with(profile)
        people = User.objects.filter(role__in=roles).exclude(status=Status.REMOVED).count()
        rows.append((profile, roles, people))
    return settings_page(request, "profiles.html", "profiles", {"rows": rows})


def roles_with(profile: Profile) -> list[Role]:
    return list(Role._base_manager.filter(trashed_at=None, profiles__contains=[profile.pk]).order_by("name"))


class ProfileForm(Form):
    def given(self) -> dict[str, Any]:
        """The four fields, and the matrix read box by box: v:<module>:<verb>, tool:<name>."""
        data = self.request.POST
        modules = {
            key: [verb for verb in VERBS if data.get(f"v:{key}:{verb}")]
            for key in (*(module.key for module in governed_modules()), ALL)
        }
        if self.record is not None:
            unknown = {k: v for k, v in self.record.modules.items() if k not in modules}
            modules |= unknown
        tools = [ALL] if data.get("tool:*") else [tool for tool in TOOLS if data.get(f"tool:{tool}")]
        return {**super().given(), "modules": modules, "tools": tools}

    def allowed(self, key: str, verb: str) -> bool:
        if self.refused:
            return bool(self.request.POST.get(f"v:{key}:{verb}"))
        return verb in self.record.verbs_in(key) if self.record is not None else False

    def matrix(self, fixed: bool) -> list[tuple[Any, list[tuple[Any, int, list[Any]]]]]:
        """The rows of ui.matrix, one group for each area."""
        groups: dict[Any, list[tuple[Any, int, list[Any]]]] = {}
        for module in governed_modules():
            groups.setdefault(area_name(module), []).append(
                self._row(module.key, module.plural, fixed, module.verbs)
            )
        groups[_("Later")] = [self._row(ALL, _("Modules added later"), fixed, VERBS)]
        return list(groups.items())

    def _row(self, key: str, label: Any, fixed: bool, verbs: Any) -> tuple[Any, int, list[Any]]:
        cells = [
            (f"v:{key}:{verb}", self.allowed(key, verb), fixed, f"{label}: {VERB_LABELS[verb]}")
            if verb in verbs
            else None
            for verb in VERBS
        ]
        return label, 1, cells

    @property
    def tools(self) -> list[tuple[str, Any, bool]]:
        chosen = self.record.tools if self.record is not None else []
        if self.refused:
            return [
                (name, label, bool(self.request.POST.get(f"tool:{name}"))) for name, label in TOOLS.items()
            ]
        return [(name, label, name in chosen or ALL in chosen) for name, label in TOOLS.items()]


def area_name(module: Module) -> Any:
    return next((area.label for area in areas() if area.key == module.area), module.area or _("Other"))


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request, Profile, FIELDS)
    if request.method == "POST":
        try:
            profile = create(Profile, form.given())
        except Refused as refused:
            form.refused = refused
        else:
            done(request, _("The profile %(name)s is made.") % {"name": profile.name})
            return HttpResponseRedirect(f"/settings/profiles/{profile.pk}/")
    return _page(request, form, None, _("New profile"))


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    profile = living(Profile, id)
    form = ProfileForm(request, Profile, FIELDS, profile)
    if request.method == "POST":
        try:
            update(profile, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
            profile.refresh_from_db()
        else:
            done(request, _("The profile %(name)s is saved.") % {"name": profile.name})
            return HttpResponseRedirect(f"/settings/profiles/{id}/")
    return _page(request, form, profile, profile.name)


def _page(request: HttpRequest, form: ProfileForm, profile: Profile | None, title: str) -> HttpResponse:
    fixed = profile is not None and profile.fixed
    roles = roles_with(profile) if profile else []
    context = {
        "title": title,
        "form": form,
        "about": [one for one in form.inputs if one.name not in SIGNING_IN],
        "signing_in": [one for one in form.inputs if one.name in SIGNING_IN],
        "profile": profile,
        "fixed": fixed,
        "columns": [(verb, VERB_LABELS[verb]) for verb in VERBS],
        "matrix": form.matrix(fixed),
        "limited": [(module, *limited_fields(profile, module)) for module in governed_modules()]
        if profile
        else [],
        "roles": roles,
        "people": User.objects.filter(role__in=roles)
        .exclude(status=Status.REMOVED)
        .order_by("first_name")[:100],
        "others": Profile._base_manager.filter(trashed_at=None).exclude(pk=profile.pk if profile else None),
    }
    return settings_page(request, "profile.html", "profiles", context, (title, None), status=form.status)


@admin_only
@require_POST
def copy(request: HttpRequest, id: int) -> HttpResponse:
    """The same rights under another name, to change one of them."""
    profile = living(Profile, id)
    names = set(Profile._base_manager.filter(trashed_at=None).values_list("name", flat=True))
    name, number = _("%(name)s (copy)") % {"name": profile.name}, 2
    while name in names:
        name, number = _("%(name)s (copy %(number)s)") % {"name": profile.name, "number": number}, number + 1
    values = {one: getattr(profile, one) for one in (*FIELDS, "modules", "fields", "tools")}
    made = create(Profile, {**values, "name": name[:100]})
    done(request, _("The profile %(name)s is made.") % {"name": made.name})
    return HttpResponseRedirect(f"/settings/profiles/{made.pk}/")


@admin_only
def delete_page(request: HttpRequest, id: int) -> HttpResponse:
    profile = living(Profile, id)
    refused = None
    if request.method == "POST":
        because(_("Profile %(name)s deleted") % {"name": profile.name})
        try:
            trash(Profile, [id])
        except Refused as error:
            refused = error
        else:
            done(request, _("The profile %(name)s is deleted.") % {"name": profile.name})
            return HttpResponseRedirect("/settings/profiles/")
    context = {
        "title": _("Delete the profile %(name)s?") % {"name": profile.name},
        "text": _("Roles must have another profile first."),
        "verb": _("Delete"),
        "back": f"/settings/profiles/{id}/",
        "refusals": refused.refusals if refused else [],
    }
    crumbs = ((profile.name, f"/settings/profiles/{id}/"), (_("Delete"), None))
    status = refused.status if refused else 200
    return settings_page(request, "confirm.html", "profiles", context, *crumbs, status=status)


@admin_only
def compare(request: HttpRequest) -> HttpResponse:
    """Two profiles beside each other: only what differs."""
    rows = list(Profile._base_manager.filter(trashed_at=None).order_by("name"))
    chosen = [next((p for p in rows if p.pk == number_in(request.GET, name)), None) for name in ("a", "b")]
    one, other = chosen
    if (request.GET.get("a") and one is None) or (request.GET.get("b") and other is None):
        raise Http404
    context = {
        "options": [(profile.pk, profile.name) for profile in rows],
        "a": one,
        "b": other,
        "differences": differences(one, other) if one and other else None,
    }
    return settings_page(request, "profile_compare.html", "profiles", context, (_("Compare"), None))


def differences(one: Profile, other: Profile) -> list[tuple[str, str, str]]:
    """(what it is about, how the one says it, how the other does), for all that is not the same."""
    yes, no = _("Yes"), _("No")
    found = [
        (str(Profile._meta.get_field(name).verbose_name), yes if getattr(one, name) else no,
         yes if getattr(other, name) else no)
        for name in RIGHTS_OF_ALL
        if getattr(one, name) != getattr(other, name)
    ]  # fmt: skip
    for name in SIGNING_IN:
        kind = kind_of(Profile._meta.get_field(name))
        says = [kind.text_of(profile) or "–" for profile in (one, other)]
        if says[0] != says[1]:
            found.append((str(kind.label), *says))
    for module in governed_modules():
        sides = [", ".join(str(VERB_LABELS[v]) for v in p.verbs_in(module.key)) or "–" for p in (one, other)]
        if sides[0] != sides[1]:
            found.append((str(module.plural), *sides))
        found += _field_differences(module, one, other)
    for tool, label in TOOLS.items():
        has = [tool in p.tools or ALL in p.tools for p in (one, other)]
        if has[0] != has[1]:
            found.append((str(label), yes if has[0] else no, yes if has[1] else no))
    return found


def _field_differences(module: Module, one: Profile, other: Profile) -> list[tuple[str, str, str]]:
    labels = dict(RIGHTS)
    return [
        (f"{module.plural} › {label}", *(str(labels[p.right_on(module.key, name)]) for p in (one, other)))
        for name, label in fields_of(module)
        if one.right_on(module.key, name) != other.right_on(module.key, name)
    ]
