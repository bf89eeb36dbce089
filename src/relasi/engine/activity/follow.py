"""Follow: a person who wants to hear what others do with a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.prepared import Given, prepared
from relasi.engine.activity.hanging import Hanging, may_on, record_key, seen_q
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import View
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.reader import Reader
from relasi.engine.query.beside import BesideKind, kept
from relasi.engine.records.write import Draft, Written, write


class Pace(models.TextChoices):
    """How soon a follower hears by mail; the inbox always knows at once."""

    NOW = "now", _("At once")
    DIGEST = "digest", _("Once a day")
    INBOX = "inbox", _("In the inbox alone")


class About(models.TextChoices):
    ALL = "all", _("Changes and comments")
    CHANGES = "changes", _("Changes alone")
    COMMENTS = "comments", _("Comments alone")


class Follow(Hanging):
    record = record_key(db_index=False)
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+", verbose_name=_("User"))
    pace = models.CharField(_("By mail"), max_length=10, choices=Pace, default=Pace.DIGEST)
    about = models.CharField(_("What about"), max_length=10, choices=About, default=About.ALL)

    class Meta(Hanging.Meta):
        abstract = False
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(
                fields=["record", "user"], condition=Q(trashed_at=None), name="follow_once"
            )
        ]

    class Module(Declaration):
        archived = False
        self_ruled = True
        hangs_on = "record"
        icon = "star"
        title = "user"

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        found = seen_q(user, f"{path}record__")
        return found if verb == "view" else found & Q(**{f"{path}user": user.id})

    def permits(self, user: Any, verb: str) -> bool:
        return may_on(self.record, user, "view") and (verb == "view" or self.user_id == user.id)

    def before_save(self, change: Any) -> None:
        if change.is_new and not change.authorised:
            self.user_id = acting_user().id


# Why unfollowing asks nobody: it is one's own.
OWN = "one's own follow"


def follow_of(user: Any, record: int) -> Follow | None:
    def of_one() -> models.QuerySet:
        return Follow._base_manager.filter(record=Given("record"), user=Given("user"), trashed_at=None)

    found = prepared("follow", of_one, by_key=True).run({"record": record, "user": user.id})
    return found[0] if found else None


def followed_among(user: Any, ids: Iterable[int]) -> set[int]:
    rows = Follow._base_manager.filter(user_id=user.id, record_id__in=list(ids), trashed_at=None)
    return set(rows.values_list("record_id", flat=True))


def followers_of(record: int) -> list[Follow]:
    rows = Follow._base_manager.filter(record_id=record, trashed_at=None).select_related("user")
    return [row for row in rows.order_by("user__first_name", "pk") if row.user.is_active]


def follow(ids: Iterable[int], **values: Any) -> Written:
    """The acting person follows these records from now on; what is followed already stays as it is."""
    return write(registry.of(Follow), drafts_to_follow(ids, **values), partial=True)


def unfollow(ids: Iterable[int]) -> Written:
    return write(registry.of(Follow), drafts_to_unfollow(ids), verb="trash", authorised=OWN)


def drafts_to_follow(ids: Iterable[int], **values: Any) -> list[Draft]:
    """One for each of the records that the acting person does not follow yet; `row` is the record."""
    user = acting_user()
    ids = list(dict.fromkeys(ids))
    known = followed_among(user, ids)
    return [Draft({"record": id, "user": user.id, **values}, row=id) for id in ids if id not in known]


def drafts_to_unfollow(ids: Iterable[int]) -> list[Draft]:
    rows = Follow._base_manager.filter(user_id=acting_user().id, record_id__in=list(ids), trashed_at=None)
    return [Draft({}, id=id, row=record) for id, record in rows.values_list("pk", "record_id")]


class FollowedKind(BesideKind, BooleanKind):
    """Whether the acting person follows the record."""

    name = "followed"

    def __init__(self, field: Any):
        super().__init__(field)
        self.unanswered, self.operators, self.nothing = False, ("is",), False

    def load(self, records: list[Any]) -> None:
        mine = followed_among(acting_user(), [record.pk for record in records])
        for record in records:
            kept(record)[self.key] = record.pk in mine

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        mine = Follow._base_manager.filter(user_id=acting_user().id, trashed_at=None).values("record_id")
        found = Q(**{f"{path}__in": mine})
        return found if operand else ~found


FOLLOWED = View(
    "followed", _("Followed"), {"all": [{"field": "followed", "op": "is", "value": True}]}, "star"
)
