"""The tree of roles: who stands above whom, how many people each role has; making, moving and deleting them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.access.directory import directory
from relasi.engine.access.role import Role
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, trash, write
from relasi.engine.screens.faces import number
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.toasts import toast
from relasi.features.rights.admins import for_admins, settings_shell, tell
from relasi.users.user import User


@for_admins
def tree(request: HttpRequest) -> HttpResponse:
    roles = {role.pk: role for role in Role._base_manager.filter(trashed_at=None).order_by("name")}
    context = {
        "shell": settings_shell(request, (_("Roles"), None)),
        "nodes": _nodes(roles, None),
        "count": number(len(roles)),
    }
    return render_page(request, "features/rights/roles.html", context)


def _nodes(roles: dict[int, Role], parent: int | None) -> list[dict[str, Any]]:
    people = directory().people_in
    found = []
    for role in roles.values():
        if role.parent_id == parent:
            count = len(people.get(role.pk, ()))
            meta = ngettext("%(n)s person", "%(n)s people", count) % {"n": number(count)}
            found.append({
                "label": role.name, "url": f"/roles/{role.pk}/edit/", "icon": "network", "meta": meta,
                "id": role.pk, "children": _nodes(roles, role.pk), "is_top": parent is None,
            })  # fmt: skip
    return found


@for_admins
def delete(request: HttpRequest, id: int) -> HttpResponse:
    """Deletes a role; its people and the roles under it go to another one, chosen first."""
    role = Role._base_manager.filter(pk=id, trashed_at=None).first()
    if role is None:
        raise Http404
    others = Role._base_manager.filter(trashed_at=None).exclude(pk__in={id, *directory().below(id)})
    if request.method == "POST":
        heir = others.filter(pk=request.POST.get("heir") or 0).first()
        try:
            if heir is not None:
                _hand_over(role, heir)
                toast(request, _("%(name)s is deleted.") % {"name": role.name})
                return HttpResponseRedirect("/settings/roles/")
            toast(request, _("Choose the role that takes over."), kind="bad")
        except Refused as refused:
            tell(request, refused)
    context = {
        "shell": settings_shell(request, (_("Roles"), "/settings/roles/"), (role.name, None)),
        "role": role,
        "people": len(directory().people_in.get(id, ())),
        "below": len(directory().children[id]),
        "heirs": list(others.order_by("name").values_list("pk", "name")),
        "parent": role.parent_id,
    }
    return render_page(request, "features/rights/role_delete.html", context)


def _hand_over(role: Role, heir: Role) -> None:
    with transaction.atomic():
        people = User.objects.filter(role=role).values_list("pk", flat=True)
        write(registry.of(User), [Draft({"role": heir.pk}, id=id) for id in people])
        below = Role._base_manager.filter(parent=role, trashed_at=None).values_list("pk", flat=True)
        write(registry.of(Role), [Draft({"parent": heir.pk}, id=id) for id in below])
        trash(Role, [role.pk])
