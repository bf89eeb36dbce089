"""Groups: members of four kinds, who that comes to, and handing over what a group owns before it goes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.directory import directory
from relasi.engine.access.group import Group
from relasi.engine.access.owner import Owner
from relasi.engine.access.structures import said_of
from relasi.engine.declare.registry import registry
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.toasts import toast
from relasi.features.rights.admins import for_admins, member_choices, member_of, settings_shell, tell


@for_admins
def listing(request: HttpRequest) -> HttpResponse:
    groups = Group._base_manager.filter(trashed_at=None).order_by("name")
    people = directory().group_people
    rows = [(group, len(people.get(group.pk, ())), _owned(group)) for group in groups]
    context = {"shell": settings_shell(request, (_("Groups"), None)), "rows": rows}
    return render_page(request, "features/rights/groups.html", context)


def _owned(group: Group) -> int:
    return RecordIndex.objects.filter(owner_id=group.pk, trashed_at=None).count()


def _group(id: int) -> Group:
    found = Group._base_manager.filter(pk=id, trashed_at=None).first()
    if found is None:
        raise Http404
    return found


@for_admins
def edit(request: HttpRequest, id: int | None = None) -> HttpResponse:
    group = _group(id) if id is not None else None
    values: dict[str, Any] = _stored(group)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = _given(request.POST)
        version = request.POST.get("version", "")
        try:
            if group is None:
                group = create(Group, values)
            else:
                update(group, values, version=int(version) if version.isdigit() else None)
        except Refused as refused:
            errors = refused.by_field()
        else:
            toast(request, _("%(name)s saved.") % {"name": values["name"]})
            return HttpResponseRedirect(f"/settings/groups/{group.pk}/")
    members = [(f"{m['kind']}:{m['id']}", said_of(m["kind"], m["id"])) for m in values["members"]]
    effective = directory().members_of(values["members"])
    context = {
        "shell": settings_shell(
            request, (_("Groups"), "/settings/groups/"), (group.name if group else _("New"), None)
        ),
        "group": group,
        "values": values,
        "errors": errors,
        "members": members,
        "choices": member_choices(),
        "effective": sorted(
            directory().name_of("user", id) for id in effective if directory().people[id].is_active
        ),
        "owned": _owned(group) if group else 0,
    }
    return render_page(request, "features/rights/group.html", context, status=422 if errors else 200)


def _stored(group: Group | None) -> dict[str, Any]:
    if group is None:
        return {"name": "", "description": "", "email": "", "members": [], "assignable": True, "active": True}
    names = ("name", "description", "email", "members", "assignable", "active")
    return {name: getattr(group, name) for name in names}


def _given(data: Any) -> dict[str, Any]:
    found = [member_of(text) for text in data.getlist("member")]
    return {
        "name": data.get("name", ""),
        "description": data.get("description", ""),
        "email": data.get("email", ""),
        "members": [{"kind": one[0], "id": one[1]} for one in found if one],
        "assignable": "assignable" in data,
        "active": "active" in data,
    }


@for_admins
def delete(request: HttpRequest, id: int) -> HttpResponse:
    """Deletes a group after another owner has taken its records."""
    group = _group(id)
    heirs = Owner.objects.filter(active=True).exclude(pk=id).order_by("kind", "name")
    if request.method == "POST":
        heir = heirs.filter(pk=request.POST.get("heir") or 0).first()
        try:
            with transaction.atomic():
                if heir is not None:
                    hand_over(id, heir.pk)
                trash(Group, [id])
        except Refused as refused:
            tell(request, refused)
        else:
            toast(request, _("%(name)s is deleted.") % {"name": group.name})
            return HttpResponseRedirect("/settings/groups/")
    context = {
        "shell": settings_shell(request, (_("Groups"), "/settings/groups/"), (group.name, None)),
        "group": group,
        "owned": _owned(group),
        "heirs": list(heirs.values_list("pk", "name")),
    }
    return render_page(request, "features/rights/group_delete.html", context)


def hand_over(owner: int, heir: int) -> int:
    """Gives every living record of one owner to another, through the write door. Returns how many."""
    count = 0
    for module in registry.records:
        ids = list(
            module.model._base_manager.filter(owner_id=owner, trashed_at=None).values_list("pk", flat=True)
        )
        if ids:
            write(module, [Draft({"owner": heir}, id=id) for id in ids])
        count += len(ids)
    return count
