"""Groups: who is in them and why, what they own, and handing that on before one is deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.directory import directory
from relasi.engine.access.group import Group
from relasi.engine.access.owner import Owner
from relasi.engine.access.structures import MEMBER_KINDS
from relasi.engine.access.why import membership_path
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.editing import Form, living
from relasi.features.settings.frame import admin_only, because, done, number_in, settings_page
from relasi.features.settings.handover import hand_over, owned_by
from relasi.features.settings.suspension import heirs

FIELDS = ["name", "description", "email", "manager", "assignable", "active"]

# Where each kind of member is looked up.
LOOKUPS = {"user": "users.user", "role": "access.role", "role_tree": "access.role", "group": "access.group"}


@admin_only
def list_page(request: HttpRequest) -> HttpResponse:
    people = directory().group_people
    rows = [
        (group, len(people.get(group.pk, ())), sum(share.open for share in owned_by(group.pk)))
        for group in Group._base_manager.filter(trashed_at=None).order_by("name")
    ]
    return settings_page(request, "groups.html", "groups", {"rows": rows})


class GroupForm(Form):
    def given(self) -> dict[str, Any]:
        return {**super().given(), "members": members_in(self.request.POST)}

    @property
    def pickers(self) -> list[dict[str, Any]]:
        """One for each kind of member, with those chosen."""
        members = (
            members_in(self.request.POST) if self.refused else self.record.members if self.record else []
        )
        names = directory().name_of
        return [
            {
                "kind": kind,
                "label": label,
                "url": f"/lookup/{LOOKUPS[kind]}/",
                "chosen": [(m["id"], names(kind, m["id"])) for m in members if m["kind"] == kind],
            }
            for kind, label in MEMBER_KINDS.items()
        ]


def members_in(data: Any) -> list[dict[str, Any]]:
    """The members a form or an address names: member-user=4&member-role_tree=7."""
    return [
        {"kind": kind, "id": int(id)}
        for kind in MEMBER_KINDS
        for id in data.getlist(f"member-{kind}")
        if id.isascii() and id.isdigit() and len(id) < 19
    ]


@admin_only
def effective(request: HttpRequest) -> HttpResponse:
    """Who would be in a group of these members, while they are being chosen."""
    names = directory()
    people = sorted(
        names.members_of(members_in(request.GET)), key=lambda id: names.people[id].name.casefold()
    )
    context = {"effective": [(names.people[id].name, "") for id in people]}
    return settings_page(request, "group_effective.html", "groups", context, part="effective")


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request, Group, FIELDS)
    if request.method == "POST":
        try:
            group = create(Group, form.given())
        except Refused as refused:
            form.refused = refused
        else:
            done(request, _("The group %(name)s is made.") % {"name": group.name})
            return HttpResponseRedirect(f"/settings/groups/{group.pk}/")
    context = {"title": _("New group"), "form": form, "group": None, "effective": []}
    return settings_page(request, "group.html", "groups", context, (_("New group"), None), status=form.status)


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    group = living(Group, id)
    form = GroupForm(request, Group, FIELDS, group)
    if request.method == "POST":
        try:
            update(group, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
            group.refresh_from_db()
        else:
            done(request, _("The group %(name)s is saved.") % {"name": group.name})
            return HttpResponseRedirect(f"/settings/groups/{id}/")
    context = {
        "title": group.name,
        "form": form,
        "group": group,
        "effective": explained(id),
        "shares": owned_by(id),
    }
    return settings_page(request, "group.html", "groups", context, (group.name, None), status=form.status)


def explained(group: int) -> list[tuple[str, str]]:
    """(name, the way that leads to them) of everybody who is in a group."""
    names = directory()
    people = sorted(names.group_people.get(group, ()), key=lambda id: names.people[id].name.casefold())
    return [(names.people[id].name, " → ".join(membership_path(names, id, group)[1:])) for id in people]


def delete(group: Group, heir: int | None) -> int:
    """Deletes a group. heir: the user or group that takes over all its records. Returns how many. Raises Refused."""
    with transaction.atomic():
        because(_("Group %(name)s deleted") % {"name": group.name})
        moved = 0
        if owned_by(group.pk):
            if heir is None or heir == group.pk or not Owner.objects.filter(pk=heir, active=True).exists():
                raise Refused(
                    [Refusal("heir", "REQUIRED", _("Choose who takes over the records of the group."))]
                )
            moved = hand_over(group.pk, heir, everything=True)
        _leave_other_groups(group.pk)
        trash(Group, [group.pk])
    return moved


def _leave_other_groups(id: int) -> None:
    """A group that is gone is no member of others any more."""
    for other in Group._base_manager.filter(trashed_at=None, members__contains=[{"kind": "group", "id": id}]):
        left = [m for m in other.members if m != {"kind": "group", "id": id}]
        if not left:
            message = _("It is the only member of the group %(name)s. Change that group first.")
            raise Refused([Refusal("", "INVALID_TRANSITION", message % {"name": other.name})])
        update(other, {"members": left})


@admin_only
def delete_page(request: HttpRequest, id: int) -> HttpResponse:
    group = living(Group, id)
    refused = None
    if request.method == "POST":
        try:
            moved = delete(group, number_in(request.POST, "heir"))
        except Refused as error:
            refused = error
        else:
            done(request, _("The group %(name)s is deleted. Records handed over: %(count)s.")
                 % {"name": group.name, "count": moved})  # fmt: skip
            return HttpResponseRedirect("/settings/groups/")
    shares = owned_by(id)
    context = {
        "group": group,
        "shares": shares,
        "all": sum(share.open + share.closed for share in shares),
        "heirs": heirs(id),
        "heir": request.POST.get("heir", ""),
        "refusals": refused.refusals if refused else [],
    }
    crumbs = ((group.name, f"/settings/groups/{id}/"), (_("Delete"), None))
    status = refused.status if refused else 200
    return settings_page(request, "group_delete.html", "groups", context, *crumbs, status=status)
