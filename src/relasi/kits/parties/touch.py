"""Touch: a call, a meeting, a task done, a mail a person sent: when somebody was last in touch, and how.

It follows from what stands elsewhere, so it is worked out anew whenever a touch comes, goes or moves: after an undo, a
deletion or a merge it is what it would have been. What a person keeps private is no touch for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.reference import ReferencesField
from relasi.engine.records.reactions import CHANGED, CREATED, EVERY, RESTORED, TRASHED, on
from relasi.engine.records.record import Record
from relasi.engine.records.refusal import Change


class Way(Choices):
    CALL = "call", _("Call"), "hijau"
    MEETING = "meeting", _("Meeting"), "nila"
    VISIT = "visit", _("Visit"), "toska"
    EVENT = "event", _("Other event"), "gray"
    TASK = "task", _("Task"), "biru"
    MAIL = "mail", _("Email"), "ungu"


class Touched(models.Model):
    """Abstract mixin before Record of whatever somebody can be in touch about. touch_fields: which two say so."""

    touch_fields: tuple[str, str]

    class Meta:
        abstract = True


class Contacted(Touched):
    """Abstract mixin before Record of whomever somebody can be in touch with."""

    touch_fields = ("last_contacted_at", "last_contacted_via")

    last_contacted_at = DateTimeField(_("Last contacted"), editable=False)
    last_contacted_via = ChoiceField(Way, _("Last contacted by"), editable=False)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Source:
    """Records that are touches of those they refer to. at, via, when: SQL over the row s."""

    module: str
    at: str
    via: str
    when: str


_sources: dict[str, Source] = {}


def touching(source: Source) -> None:
    """Records of this module count from now on; the statement of one is worked out anew with each of its changes."""
    _sources[source.module] = source
    for what in (CREATED, CHANGED, TRASHED, RESTORED):
        on(what, source.module)(keep_touches)


def keep_touches(changes: Iterable[Change]) -> None:
    """Works out anew whom the changed records are about, and whom they were about."""
    found: dict[Any, set[int]] = {}
    for change in changes:
        for name, target in _about(type(change.record)):
            for value in (getattr(change.record, name), change.old(name)):
                ids = value if isinstance(value, list) else [value]
                found.setdefault(target, set()).update(id for id in ids if id is not None)
    for target in _targets():
        if found.get(target):
            tell(target, found[target])


@on(CREATED, "activity.SentMail")
@on(CHANGED, "activity.SentMail", field="record")
@on(TRASHED, "activity.SentMail")
@on(RESTORED, "activity.SentMail")
def mails_are_touches(changes: list[Change]) -> None:
    records = {id for c in changes for id in (c.record.record_id, c.old("record")) if id is not None}
    for target in _targets():
        ids = set(target._base_manager.filter(pk__in=records).values_list("pk", flat=True))
        for module in _mailed():
            for name, other in _about(module.model):
                if other is target:
                    rows = module.model._base_manager.filter(pk__in=records).exclude(**{name: None})
                    ids.update(rows.values_list(name, flat=True))
        tell(target, ids)


@on(CHANGED, EVERY)
def mailed_documents_move(changes: list[Change]) -> None:
    """What was sent about a document was sent to whom the document names."""
    names = [name for name, _target in _about(type(changes[0].record))]
    _mails_of([c for c in changes if any(c.has(name) for name in names)])


@on(TRASHED, EVERY)
@on(RESTORED, EVERY)
def mailed_documents_come_and_go(changes: list[Change]) -> None:
    _mails_of(changes)


def _mails_of(changes: list[Change]) -> None:
    moved = {c.record.pk: c for c in changes if hasattr(c.record, "paper_title")}
    if moved:
        mails = SentMail._base_manager.filter(record__in=moved, trashed_at=None)
        keep_touches(moved[id] for id in sorted(set(mails.values_list("record", flat=True))))


def tell(target: type[models.Model], ids: Iterable[int]) -> None:
    """Writes down when these were last in touch, in one statement. They are locked first, in order, so that two touches
    at once do not pass over each other; a lock that lets others refer to them, for whoever is here does so already."""
    wanted = sorted(ids)
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {target._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [wanted],
        )
        statement = _statement(target)
        cursor.execute(statement, [wanted] * statement.count("%s"))


def tell_all() -> None:
    """After moments were moved past the door."""
    for target in _targets():
        tell(target, target._base_manager.values_list("pk", flat=True))


# A row that stays as it is is not written.
_TELL = """
    WITH touch AS (SELECT DISTINCT ON (who) who, at, via FROM ({touches}) t ORDER BY who, at DESC, via)
    UPDATE {table} x SET {at} = touch.at, {via} = touch.via
    FROM unnest(%s::bigint[]) AS one(id) LEFT JOIN touch ON touch.who = one.id
    WHERE x.id = one.id AND (x.{at}, x.{via}) IS DISTINCT FROM (touch.at, touch.via)
"""


@remembered
def _statement(target: type[models.Model]) -> str:
    at, via = target.touch_fields  # type: ignore[attr-defined]
    touches = " UNION ALL ".join(_touches(target))
    return _TELL.format(touches=touches, table=target._meta.db_table, at=at, via=via)


def _touches(target: type[models.Model]) -> Iterator[str]:
    for source in _sources.values():
        module = registry.module(source.module)
        table = module.model._meta.db_table
        values = f"({source.at}) AS at, ({source.via}) AS via"
        living = f"s.trashed_at IS NULL AND {source.when}"
        for name, other in _about(module.model):
            if other is not target:
                continue
            if isinstance(module.fields.get(name), ReferencesField):
                yield (
                    f"SELECT one.id AS who, {values} FROM unnest(%s::bigint[]) AS one(id)"
                    f" JOIN {table} s ON s.{name} @> to_jsonb(ARRAY[one.id]) WHERE {living}"
                )
            else:
                yield f"SELECT s.{name} AS who, {values} FROM {table} s WHERE {living} AND s.{name} = ANY (%s)"
    # Of mails only those a person sent: what the product sends by itself is no care for anybody.
    mail = f"'{Way.MAIL}' AS via FROM {SentMail._meta.db_table} m"
    sent = "m.trashed_at IS NULL AND m.created_by_id IS NOT NULL"
    yield f"SELECT m.record_id AS who, m.created_at AS at, {mail} WHERE {sent} AND m.record_id = ANY (%s)"
    for module in _mailed():
        for name, other in _about(module.model):
            if other is target:
                yield (
                    f"SELECT s.{name} AS who, m.created_at AS at, {mail}"
                    f" JOIN {module.model._meta.db_table} s ON s.id = m.record_id"
                    f" WHERE {sent} AND s.trashed_at IS NULL AND s.{name} = ANY (%s)"
                )


@remembered
def _targets() -> list[type[models.Model]]:
    return [module.model for module in registry.records if issubclass(module.model, Touched)]


@remembered
def _mailed() -> list[Module]:
    """Modules whose records have a paper that can be sent."""
    return [module for module in registry.records if hasattr(module.model, "paper_title")]


@remembered
def _about(model: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    """The columns of a model that name somebody one can be in touch with, and of which model they are."""
    found: list[tuple[str, type[models.Model]]] = []
    if not issubclass(model, Record):
        return found
    for field in registry.of(model).fields.values():
        other = field.target if isinstance(field, ReferencesField) else field.related_model
        if field.editable and isinstance(other, type) and issubclass(other, Touched):
            found.append((field.attname, other))
    return found
