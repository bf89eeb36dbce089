"""Tagging: a tag on a record: who put it there and when. One made through a private tag is its owner's alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import rights_of
from relasi.engine.access.prepared import Given, IsOneOf, prepared
from relasi.engine.activity.hanging import Hanging, may_on, record_key, records_open_to, seen_q
from relasi.engine.activity.tag import Tag, Visibility, tags_for
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import EMPTY_CELL
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferencesKind
from relasi.engine.query.beside import BesideKind, kept
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, Written, write

MOST = 20  # tags on one record, as one person sees it


class Tagging(Hanging):
    record = record_key(db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", verbose_name=_("Tag"))

    class Meta(Hanging.Meta):
        abstract = False
        verbose_name = _("tag on a record")
        verbose_name_plural = _("tags on records")
        constraints = [
            models.UniqueConstraint(
                fields=["record", "tag"], condition=Q(trashed_at=None), name="tagging_once"
            )
        ]

    class Module(Declaration):
        self_ruled = True
        hangs_on = "record"
        icon = "tag"
        title = "tag"

    def __str__(self) -> str:
        return str(self.tag)

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return seen_q(user, f"{path}record__") & Tag.permitted_q(user, "view", f"{path}tag__")

    def permits(self, user: Any, verb: str) -> bool:
        """A private tag asks that the record is seen, a shared one that it may be changed."""
        if self.tag.visibility == Visibility.PRIVATE:
            return self.tag.user_id == user.id and may_on(self.record, user, "view")
        return may_on(self.record, user, "view" if verb == "view" else "edit")

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        super().clean_all(changes)
        new = [c for c in changes if c.is_new and not c.refusals and not c.authorised]
        if new:
            _check_tags(new)
            _check_number([change for change in new if not change.refusals])


def _check_tags(changes: list[Change]) -> None:
    user = acting_user()
    tags = Tag._base_manager.in_bulk({change.record.tag_id for change in changes})
    open_to = records_open_to(user, {change.record.record_id for change in changes}, "edit")
    modules = dict(
        RecordIndex.objects.filter(pk__in={c.record.record_id for c in changes}).values_list("pk", "module")
    )
    for change in changes:
        tag, record = tags[change.record.tag_id], change.record.record_id
        if tag.trashed_at or not (
            tag.visibility == Visibility.SHARED or tag.user_id == getattr(user, "id", None)
        ):
            change.refuse("tag", "BAD_REFERENCE", _("This tag is not there any more."))
        elif tag.visibility == Visibility.SHARED and record not in open_to:
            change.refuse("tag", "NO_PERMISSION", _("You may not change this record."))
        elif not tag.fits(registry.module(modules[record])):
            change.refuse("tag", "INVALID_VALUE", _("This tag is not meant for this kind of record."))


def _check_number(changes: list[Change]) -> None:
    adding: Counter[int] = Counter(change.record.record_id for change in changes)
    there = Tagging._base_manager.filter(record__in=list(adding), trashed_at=None)
    there = there.filter(Tag.permitted_q(acting_user(), "view", "tag__"))
    have = dict(there.order_by().values_list("record").annotate(n=models.Count("pk")))
    for change in changes:
        id = change.record.record_id
        have[id] = have.get(id, 0) + 1
        if have[id] > MOST:
            change.refuse("tag", "OUT_OF_RANGE", _("A record carries at most %(n)s tags.") % {"n": MOST})


def put(tag: Tag, ids: Iterable[int]) -> Written:
    """The tag on all these records; on those that carry it already it stays. Refusals by record."""
    return write(registry.of(Tagging), drafts_to_put(tag.pk, ids), partial=True)


def take_off(tag: Tag, ids: Iterable[int]) -> Written:
    return write(registry.of(Tagging), drafts_to_take_off(tag.pk, ids), verb="trash", partial=True)


def drafts_to_put(tag: int, ids: Iterable[int]) -> list[Draft]:
    """One for each of the records that does not carry the tag yet; `row` is the record."""
    ids = list(dict.fromkeys(ids))
    rows = Tagging._base_manager.filter(tag=tag, record__in=ids, trashed_at=None)
    known = set(rows.values_list("record_id", flat=True))
    return [Draft({"record": id, "tag": tag}, row=id) for id in ids if id not in known]


def drafts_to_take_off(tag: int, ids: Iterable[int]) -> list[Draft]:
    rows = Tagging._base_manager.filter(tag=tag, record__in=list(ids), trashed_at=None)
    return [Draft({}, id=pk, row=record) for pk, record in rows.values_list("pk", "record_id")]


def tags_on(user: Any, ids: Iterable[int]) -> dict[int, list[Tag]]:
    """Record -> its tags as this person sees them, by name. One query."""

    def on_these() -> models.QuerySet:
        own = Q(tag__user=Given("user")) | Q(tag__visibility=Visibility.SHARED)
        rows = Tagging._base_manager.filter(own, IsOneOf(F("record_id"), Given("records")))
        return rows.filter(trashed_at=None, tag__trashed_at=None).select_related("tag")

    found: dict[int, list[Tag]] = {}
    if not rights_of(user).active:
        return found
    rows = prepared("tags", on_these, by_key=True).run({"records": list(ids), "user": user.id})
    for row in sorted(rows, key=lambda row: row.tag.name.casefold()):
        found.setdefault(row.record_id, []).append(row.tag)
    return found


class TagsKind(BesideKind, ReferencesKind):
    """The tags of a record, as the acting person sees them: a list of ids."""

    name = "tags"
    input = "references"
    width = "12rem"

    @property
    def target(self) -> type[models.Model]:
        return Tag

    @property
    def lookup(self) -> str:
        return "activity.tag"

    def load(self, records: list[Any]) -> None:
        found = tags_on(acting_user(), [record.pk for record in records])
        for record in records:
            tags = found.get(record.pk, [])
            kept(record)[self.key] = [tag.pk for tag in tags]
            kept(record)["tag faces"] = {tag.pk: tag for tag in tags}

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return EMPTY_CELL
        faces = kept(record)["tag faces"] if record is not None else Tag._base_manager.in_bulk(value)
        drawn = Markup("").join(face(faces[id]) for id in value if id in faces)
        return Markup('<span class="row g-2">%s</span>') % drawn

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        visible = tags_for(acting_user()).values("pk")
        rows = Tagging._base_manager.filter(trashed_at=None, tag__in=visible)
        if operator in ("empty", "not_empty"):
            found = Q(**{f"{path}__in": rows.values("record_id")})
            return ~found if operator == "empty" else found
        if operator == "all":
            all_of = Q(**{f"{path}__in": rows.values("record_id")})
            for id in operand:
                all_of &= Q(**{f"{path}__in": rows.filter(tag=id).values("record_id")})
            return all_of
        found = Q(**{f"{path}__in": rows.filter(tag__in=list(operand)).values("record_id")})
        return found if operator == "any" else ~found


def face(tag: Tag) -> Markup:
    lock = "" if tag.visibility == Visibility.SHARED else ' data-private="1"'
    return Markup('<span class="tag" data-tone="%s"%s>%s</span>') % (tag.tone, Markup(lock), tag.name)
