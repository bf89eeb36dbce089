"""Saved view: a list with a name: its condition, columns and sort, private, shared or public."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import View
from relasi.engine.fields.text import TextField


class Sharing(models.TextChoices):
    PRIVATE = "private", _("Private")
    SHARED = "shared", _("Shared with some")
    PENDING = "pending", _("Waiting for approval")
    PUBLIC = "public", _("Public")


class SavedView(Tracked):
    """members: whom a shared view is for, in the form of group members."""

    module = TextField(_("Module"), max_length=100, required=True)
    name = TextField(_("Name"), max_length=100, required=True)
    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False, null=True)
    sharing = models.CharField(_("Shared"), max_length=10, choices=Sharing, default=Sharing.PRIVATE)
    members = models.JSONField(_("Shared with"), default=list, blank=True)
    condition = models.JSONField(_("Filter"), default=dict, blank=True)
    columns = models.JSONField(_("Columns"), default=list, blank=True)
    sort = models.JSONField(_("Sort"), default=list, blank=True)
    pinned = models.BooleanField(_("Pinned"), default=False)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("list view")
        verbose_name_plural = _("list views")
        constraints = [
            models.UniqueConstraint(
                fields=["module", "user", "name"], condition=models.Q(trashed_at=None), name="view_name"
            )
        ]

    class Module(Declaration):
        slug = "views"
        area = "settings"
        icon = "list-filter"

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return str(self.pk)

    @property
    def icon(self) -> str:
        return {"private": "user", "shared": "users"}.get(self.sharing, "")


def views_for(user: Any, module: Module) -> list[SavedView]:
    """The saved views this person may use: own, shared with them, public ones."""
    rows = SavedView.objects.filter(module=module.key, trashed_at=None).order_by("name")
    return [view for view in rows if may_use(user, view)]


def may_use(user: Any, view: SavedView) -> bool:
    if user is SYSTEM or view.user_id == user.id or view.sharing == Sharing.PUBLIC:
        return True
    if view.sharing == Sharing.PENDING:
        return has_tool(user, "publish_views")
    if view.sharing != Sharing.SHARED:
        return False
    snapshot = directory()
    return any(user.id in snapshot.members(m["kind"], m["id"]) for m in view.members)


def built_in_views(module: Module) -> list[View]:
    """The lists every module has, before those it declares."""
    mine = {"all": [{"field": "owner", "op": "me"}]}
    team = {"all": [{"field": "owner", "op": "my_team"}]}
    week = {"all": [{"field": "created_at", "op": "last_n_days", "value": 7}]}
    found = [View("all", _("All"))]
    if module.is_record:
        found += [View("mine", _("Mine"), mine, "user"), View("team", _("My team's"), team, "users")]
        found += [*module.views, View("new", _("New this week"), week, "sparkles", ("-created_at",))]
    return found
