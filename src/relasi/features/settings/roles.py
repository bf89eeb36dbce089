"""Roles: the tree, who stands in it, moving a branch, and deleting a role with an heir."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.engine.screens.asking import wholes
from relasi.features.settings.editing import Form, living
from relasi.features.settings.frame import admin_only, because, done, number_in, settings_page
from relasi.users.user import Status, User

FIELDS = ["name", "parent", "assigns"]


@dataclass
class Node:
    """One role of the tree. people: how many work in it; below: how many in it and under it."""

    role: Role
    people: int
    children: list[Node] = field(default_factory=list)

    label = property(lambda self: self.role.name)
    url = property(lambda self: f"/settings/roles/{self.role.pk}/")
    icon = "user-cog"
    open = True

    @property
    def below(self) -> int:
        return self.people + sum(child.below for child in self.children)

    @property
    def meta(self) -> str:
        own = ngettext("%(num)s user", "%(num)s users", self.people) % {"num": self.people}
        return (
            own
            if not self.children
            else _("%(own)s · %(all)s with those below") % {"own": own, "all": self.below}
        )


def tree() -> list[Node]:
    """The whole tree; more than one top only while something is broken."""
    people = dict(
        User.objects.exclude(status=Status.REMOVED).values_list("role").annotate(Count("pk")).order_by()
    )
    rows = list(Role._base_manager.filter(trashed_at=None).order_by("name"))
    nodes = {role.pk: Node(role, people.get(role.pk, 0)) for role in rows}
    tops = []
    for role in rows:
        above = nodes.get(role.parent_id)
        (tops if above is None else above.children).append(nodes[role.pk])
    return tops


def in_order(nodes: list[Node] | None = None, depth: int = 0) -> list[tuple[Role, int]]:
    """Every role with its depth, as the tree shows them."""
    found = []
    for node in tree() if nodes is None else nodes:
        found.append((node.role, depth))
        found += in_order(node.children, depth + 1)
    return found


def options(without: set[int] | None = None) -> list[tuple[int, str]]:
    """The roles for a select, indented as they stand."""
    return [
        (role.pk, "\u2003" * depth + role.name)
        for role, depth in in_order()
        if role.pk not in (without or set())
    ]


@admin_only
def tree_page(request: HttpRequest) -> HttpResponse:
    return settings_page(request, "roles.html", "roles", {"nodes": tree()})


class RoleForm(Form):
    @property
    def profiles(self) -> list[tuple[int, str, bool]]:
        """(id, name, chosen) of every profile."""
        if self.refused:
            chosen = {*wholes(self.request.POST.getlist("profiles"))}
        else:
            chosen = set(self.record.profiles or []) if self.record else set()
        rows = Profile._base_manager.filter(trashed_at=None).order_by("name")
        return [(one.pk, one.name, one.pk in chosen) for one in rows]

    def given(self) -> dict[str, Any]:
        return {**super().given(), "profiles": self.request.POST.getlist("profiles")}


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    parent = number_in(request.GET, "parent")
    form = RoleForm(request, Role, FIELDS, initial={"parent": parent})
    if request.method == "POST":
        try:
            role = create(Role, form.given())
        except Refused as refused:
            form.refused = refused
        else:
            done(request, _("The role %(name)s is made.") % {"name": role.name})
            return HttpResponseRedirect("/settings/roles/")
    context = {"title": _("New role"), "form": form, "parents": options(), "role": None,
               "chosen_parent": form.request.POST.get("parent") or parent}  # fmt: skip
    return settings_page(request, "role.html", "roles", context, (_("New role"), None), status=form.status)


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    role = living(Role, id)
    form = RoleForm(request, Role, FIELDS, role)
    if request.method == "POST":
        try:
            update(role, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
            role.refresh_from_db()
        else:
            done(request, _("The role %(name)s is saved.") % {"name": role.name})
            return HttpResponseRedirect("/settings/roles/")
    people = User.objects.filter(role=role).exclude(status=Status.REMOVED).order_by("first_name")
    context = {
        "title": role.name,
        "form": form,
        "role": role,
        "parents": options({id}),
        "chosen_parent": form.request.POST.get("parent") if form.refused else role.parent_id,
        "people": people,
        "is_top": role.parent_id is None,
    }
    return settings_page(request, "role.html", "roles", context, (role.name, None), status=form.status)


def delete(role: Role, heir: int | None) -> None:
    """Takes a role out of the tree. heir: the role that takes over its people and the roles below. Raises Refused."""
    others = Role._base_manager.filter(trashed_at=None).exclude(pk=role.pk)
    people = list(User.objects.filter(role=role))
    below = list(others.filter(parent=role))
    with transaction.atomic():
        because(_("Role %(name)s deleted") % {"name": role.name})
        if people or below:
            if heir is None or not others.filter(pk=heir).exists():
                raise Refused([Refusal("heir", "REQUIRED", _("Choose the role that takes over."))])
            write(registry.of(User), [Draft({"role": heir}, id=one.pk) for one in people])
            write(registry.of(Role), [Draft({"parent": _above(one, role, heir)}, id=one.pk) for one in below])
        trash(Role, [role.pk])


def _above(below: Role, role: Role, heir: int) -> int | None:
    """Roles below go under the heir; an heir that stood below takes the place itself."""
    return role.parent_id if below.pk == heir else heir


@admin_only
def delete_page(request: HttpRequest, id: int) -> HttpResponse:
    role = living(Role, id)
    refused = None
    if request.method == "POST":
        try:
            delete(role, number_in(request.POST, "heir"))
        except Refused as error:
            refused = error
        else:
            done(request, _("The role %(name)s is deleted.") % {"name": role.name})
            return HttpResponseRedirect("/settings/roles/")
    context = {
        "role": role,
        "people": User.objects.filter(role=role).count(),
        "below": Role._base_manager.filter(parent=role, trashed_at=None).count(),
        "heirs": options({id}),
        "heir": request.POST.get("heir") or role.parent_id,
        "refusals": refused.refusals if refused else [],
    }
    crumbs = ((role.name, f"/settings/roles/{id}/"), (_("Delete"), None))
    status = refused.status if refused else 200
    return settings_page(request, "role_delete.html", "roles", context, *crumbs, status=status)
