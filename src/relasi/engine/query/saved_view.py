"""Saved view: a list with a name: its condition, columns and sort, private, shared or public."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool, may, rights_of
from relasi.engine.access.prepared import Given, prepared
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import View
from relasi.engine.fields.text import TextField


class Sharing(models.TextChoices):
    PRIVATE = "private", _("Private")
    SHARED = "shared", _("Shared with some")
    PENDING = "pending", _("Waiting for approval")
    PUBLIC = "public", _("Public")


class Answer(models.TextChoices):
    NONE = "", ""
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


# What a view shows, beside its name and colours.
SHOWN = ("condition", "columns", "sort", "screen", "options")


class SavedView(Tracked):
    """members: whom a shared view is for, in the form of group members. colours: [{"condition": …, "tone": …}],
    the first that holds colours a row. screen, options: the screen it opens on, "" for the list, and what that screen is
    told besides: a named board. default_roles: ids of the roles whose list opens with it. answer: what an admin said to
    making it public, until its owner has read it.
    """

    module = TextField(_("Module"), max_length=100, required=True)
    name = TextField(_("Name"), max_length=100, required=True)
    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False, null=True)
    sharing = models.CharField(_("Shared"), max_length=10, choices=Sharing, default=Sharing.PRIVATE)
    members = models.JSONField(_("Shared with"), default=list, blank=True)
    condition = models.JSONField(_("Filter"), default=dict, blank=True)
    columns = models.JSONField(_("Columns"), default=list, blank=True)
    sort = models.JSONField(_("Sort"), default=list, blank=True)
    colours = models.JSONField(_("Colours"), default=list, blank=True)
    screen = models.CharField(_("Shown as"), max_length=20, default="", blank=True)
    options = models.JSONField(_("Options"), default=dict, blank=True)
    default_roles = models.JSONField(_("First list of the roles"), default=list, blank=True)
    answer = models.CharField(_("Answer"), max_length=10, choices=Answer, default=Answer.NONE, blank=True)
    answered_by = models.ForeignKey(
        "users.User",
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("Answered by"),
    )
    reason = models.TextField(_("Reason"), default="", blank=True)

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

    def before_save(self, change: Any) -> None:
        """What everybody was shown waits for an admin again when it shows something else."""
        if self.sharing != Sharing.PUBLIC or change.is_new or change.has("sharing"):
            return
        shows = any(change.has(name) for name in (*SHOWN, "name", "colours"))
        user = acting_user()
        if shows and user is not SYSTEM and not has_tool(user, "publish_views"):
            self.sharing = Sharing.PENDING

    def clean(self, change: Any = None) -> None:
        if self.sharing == Sharing.SHARED and not self.members:
            raise Refusal("members", "REQUIRED", _("Choose whom it is shared with."))

    @property
    def key(self) -> str:
        return str(self.pk)

    def address(self, home: str) -> str:
        """Where it opens. home: the address of its module."""
        return f"{home}{self.screen + '/' if self.screen else ''}?view={self.pk}"

    @property
    def icon(self) -> str:
        if self.screen == "board":
            return "square-kanban"
        return {"private": "user", "shared": "users", "pending": "clock"}.get(self.sharing, "globe")

    @property
    def owner_name(self) -> str:
        """Who made it and shares it."""
        return directory().name_of("user", self.user_id) if self.user_id else "Relasi"


def views_for(user: Any, module: Module) -> list[SavedView]:
    """The saved views this person may use: own, shared with them, public ones."""
    query = prepared(
        "views",
        lambda: SavedView.objects.filter(module=Given("module"), trashed_at=None).order_by("name", "pk"),
        by_key=True,
    )
    return [view for view in query.run({"module": module.key}) if may_use(user, view)]


def usable_views(user: Any, ids: list[int]) -> list[SavedView]:
    """Those of these saved views the person may use, of any module the person may open."""
    rows = SavedView.objects.filter(pk__in=ids, trashed_at=None)
    return [
        view
        for view in rows
        if registry.knows(view.module)
        and may(user, "view", registry.module(view.module))
        and may_use(user, view)
    ]


def may_use(user: Any, view: SavedView) -> bool:
    if user is SYSTEM or view.user_id == user.id or view.sharing == Sharing.PUBLIC:
        return True
    if view.sharing == Sharing.PENDING:
        return rights_of(user).admin
    if view.sharing != Sharing.SHARED:
        return False
    snapshot = directory()
    return any(user.id in snapshot.members(m["kind"], m["id"]) for m in view.members)


def may_change(user: Any, view: SavedView) -> bool:
    """Its owner changes a view, and an admin one that is everybody's."""
    if view.user_id == user.id:
        return True
    return rights_of(user).admin and view.sharing in (Sharing.PUBLIC, Sharing.PENDING)


def pending_views() -> list[SavedView]:
    """What waits for an admin, oldest first."""
    return list(
        SavedView.objects.filter(sharing=Sharing.PENDING, trashed_at=None).order_by("changed_at", "pk")
    )


def role_default(user: Any, views: list[SavedView]) -> SavedView | None:
    """The view the person's role opens with, of those the person may use."""
    role = getattr(user, "role_id", None)
    return next((view for view in views if role in view.default_roles), None)


_every_module: list[View] = []


def register_view(view: View) -> None:
    """Adds a built-in list to every module of records."""
    _every_module.append(view)


def built_in_views(module: Module) -> list[View]:
    """The lists every module has, around those it declares."""
    found = [View("all", _("All"))]
    if not module.is_record:
        return found
    mine = {"all": [{"field": "owner", "op": "me"}]}
    team = {"all": [{"field": "owner", "op": "my_team"}]}
    found += [View("mine", _("Mine"), mine, "user"), View("team", _("My team's"), team, "users")]
    found += [*_every_module, *module.views]
    for key, name, icon, field, op, days, sort in _BY_TIME:
        condition = {"all": [{"field": field, "op": op, "value": days}]}
        found.append(View(key, name, condition, icon, (sort,)))
    return found


_BY_TIME = (
    ("new", _("Recently created"), "sparkles", "created_at", "last_n_days", 7, "-created_at"),
    ("changed", _("Recently changed"), "history", "changed_at", "last_n_days", 7, "-changed_at"),
    ("viewed", _("Recently viewed"), "eye", "viewed_at", "last_n_days", 30, "-viewed_at"),
    ("idle", _("No activity for 14 days"), "hourglass", "changed_at", "older_than_days", 14, "changed_at"),
)
