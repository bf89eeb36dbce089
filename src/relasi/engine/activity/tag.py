"""Tag: a word on records of any module, private to one person or shared by all."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import has_tool, rights_of
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import RecordManager
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import create, trash, update, write

LONGEST_NAME = 50
TOOL = "shared_tags"


class Visibility(models.TextChoices):
    PRIVATE = "private", _("Private")
    SHARED = "shared", _("Shared")


class Tone(Choices):
    GRAY = "gray", _("Gray"), "gray"
    NILA = "nila", _("Indigo"), "nila"
    BIRU = "biru", _("Blue"), "biru"
    TOSKA = "toska", _("Turquoise"), "toska"
    HIJAU = "hijau", _("Green"), "hijau"
    KUNING = "kuning", _("Yellow"), "kuning"
    JINGGA = "jingga", _("Orange"), "jingga"
    MERAH = "merah", _("Red"), "merah"
    JAMBU = "jambu", _("Pink"), "jambu"
    UNGU = "ungu", _("Purple"), "ungu"


class Tag(Tracked):
    """user: whose private tag it is, or who made the shared one. modules: keys of the modules it fits; empty for all."""

    name = TextField(_("Name"), max_length=LONGEST_NAME, required=True)
    tone = ChoiceField(Tone, _("Colour"), default=Tone.GRAY, required=True)
    visibility = models.CharField(
        _("Visibility"), max_length=10, choices=Visibility, default=Visibility.PRIVATE
    )
    description = TextField(_("Description"))
    modules = HiddenField(_("Modules"), default=list)
    user = models.ForeignKey("users.User", models.PROTECT, null=True, editable=False, related_name="+")

    objects = RecordManager()

    violations = {
        name: ("name", "NOT_UNIQUE", _("There is such a tag already."))
        for name in ("tag_shared", "tag_private")
    }

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(trashed_at=None, visibility="shared"), name="tag_shared"
            ),
            models.UniqueConstraint(
                Lower("name"), "user", condition=Q(trashed_at=None, visibility="private"), name="tag_private"
            ),
        ]

    class Module(Declaration):
        self_ruled = True
        icon = "tag"
        title = "name"
        sort = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        if not rights_of(user).active:
            return Q(**{f"{path}pk__in": []})
        mine = Q(**{f"{path}user": user.id})
        shared = Q(**{f"{path}visibility": Visibility.SHARED})
        return mine | shared if verb == "view" or has_tool(user, TOOL) else mine

    def permits(self, user: Any, verb: str) -> bool:
        """Its own are everybody's to change; shared ones of others need the tool."""
        shared = self.visibility == Visibility.SHARED
        return self.user_id == user.id or (shared and (verb == "view" or has_tool(user, TOOL)))

    def before_save(self, change: Change) -> None:
        self.name = " ".join((self.name or "").split())
        if change.is_new:
            user = acting_user()
            self.user_id = None if user is SYSTEM else user.id

    def clean(self, change: Any = None) -> None:
        if "," in self.name or ";" in self.name:
            raise Refusal("name", "INVALID_VALUE", _("A tag has no comma and no semicolon."))
        if change.has("visibility"):
            self._check_visibility(change)
        if change.has("name") or change.has("visibility"):
            same = named(self.name, self.visibility, self.user_id)
            if same is not None and same.pk != self.pk:
                raise Refusal("name", "NOT_UNIQUE", _("There is such a tag already."), matches=[same.pk])

    def _check_visibility(self, change: Change) -> None:
        user = acting_user()
        if self.visibility == Visibility.SHARED:
            if not has_tool(user, TOOL):
                raise Refusal("visibility", "NO_PERMISSION", _("You may not make tags for everybody."))
        elif not change.is_new and used_by_others(self):
            raise Refusal("visibility", "INVALID_TRANSITION", _("Others use this tag, so it stays shared."))

    def fits(self, module: Any) -> bool:
        return not self.modules or module.key in self.modules


def tags_for(user: Any) -> models.QuerySet[Tag]:
    """The living tags this person may put on a record: shared ones and their own."""
    return Tag._base_manager.filter(Tag.permitted_q(user, "view"), trashed_at=None)


def named(name: str, visibility: str, user: int | None) -> Tag | None:
    rows = Tag._base_manager.filter(name__iexact=name, visibility=visibility, trashed_at=None)
    return (rows if visibility == Visibility.SHARED else rows.filter(user=user)).first()


def find_or_make(name: str) -> Tag:
    """The accessible tag of this name in any letter case; a shared one beats a private one. Else a new private tag."""
    name = " ".join(str(name or "").split())
    user = acting_user()
    found = tags_for(user).filter(name__iexact=name).order_by("-visibility", "pk").first()
    return found or create(Tag, {"name": name})


def usage(tags: list[int]) -> dict[int, int]:
    """How many living records carry each tag, whoever may see them."""
    from relasi.engine.activity.tagging import Tagging

    rows = Tagging._base_manager.filter(tag__in=tags, trashed_at=None, record__trashed_at=None)
    return dict(rows.order_by().values_list("tag").annotate(n=Count("pk")))


def used_by_others(tag: Tag) -> bool:
    from relasi.engine.activity.tagging import Tagging

    rows = Tagging._base_manager.filter(tag=tag, trashed_at=None)
    return rows.exclude(created_by=tag.user_id).exists()


def merge(one: Tag, into: Tag) -> int:
    """Moves the uses of one tag to another, each record once, and deletes the first. Returns how many moved.

    Raises Refused when the person may change neither, or when a shared tag would become private.
    """
    from relasi.engine.activity.tagging import Tagging
    from relasi.engine.records.write import Draft

    user = acting_user()
    if one.pk == into.pk:
        raise Refused([Refusal("into", "INVALID_VALUE", _("Choose another tag to merge with."))])
    if user is not SYSTEM and not (one.permits(user, "edit") and into.permits(user, "view")):
        raise Refused([Refusal("into", "NO_PERMISSION", _("You may not change this tag."))])
    if into.visibility == Visibility.PRIVATE and used_by_others(one):
        raise Refused([Refusal("into", "INVALID_TRANSITION", _("Others use this tag, so it stays shared."))])
    uses = Tagging._base_manager.filter(tag=one, trashed_at=None)
    already = set(Tagging._base_manager.filter(tag=into, trashed_at=None).values_list("record_id", flat=True))
    move = [
        Draft({"tag": into.pk}, id=pk)
        for pk, record in uses.values_list("pk", "record_id")
        if record not in already
    ]
    drop = [pk for pk, record in uses.values_list("pk", "record_id") if record in already]
    reason = "whoever may change a tag changes all its uses"
    write(registry.of(Tagging), move, authorised=reason)
    trash(Tagging, drop, authorised=reason)
    trash(Tag, [one.pk])
    return len(move)


def delete(tag: Tag) -> int | None:
    """The tag and all its uses, as one change set."""
    from relasi.engine.activity.tagging import Tagging

    user = acting_user()
    if user is not SYSTEM and not tag.permits(user, "delete"):
        raise Refused([Refusal("", "NO_PERMISSION", _("You may not change this tag."))])
    uses = list(Tagging._base_manager.filter(tag=tag, trashed_at=None).values_list("pk", flat=True))
    trash(Tagging, uses, authorised="whoever may delete a tag deletes all its uses")
    return trash(Tag, [tag.pk]).change_set


__all__ = [
    "Tag",
    "Tone",
    "Visibility",
    "delete",
    "find_or_make",
    "merge",
    "named",
    "tags_for",
    "update",
    "usage",
]
