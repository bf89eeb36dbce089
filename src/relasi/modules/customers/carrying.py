"""Carrying over: what was done and said about a lead goes with the person it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models

from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write

# Why the door lets what others wrote move along.
CARRIED = "the lead it belonged to has been converted"


def carry_over(lead: Any, *, account: Any, contact: Any) -> None:
    """Comments, files and sent mails hang on the contact from now on, or on the account where there is no contact.
    What names the lead beside other people, such as calls and tasks, keeps doing so and names those too."""
    target = contact or account
    for model in (Comment, Attachment, SentMail):
        rows = model._base_manager.filter(record=lead.pk).order_by("pk")
        _write(
            registry.of(model),
            [Draft({"record_id": target.pk}, id=id) for id in rows.values_list("pk", flat=True)],
        )
    made = {type(one): one.pk for one in (account, contact) if one is not None}
    for module in registry.records:
        for field in _leads_of(module, lead):
            _write(module, list(_named(module, field, lead, made)))


def _leads_of(module: Module, lead: Any) -> Iterator[models.Field]:
    """References to leads which a person sets: not those that only note where a record came from."""
    for field in module.fields.values():
        if field.editable and field.many_to_one and field.related_model is type(lead):
            yield field


def _named(module: Module, field: models.Field, lead: Any, made: dict[Any, int]) -> Iterator[Draft]:
    """One draft for each row that names nobody yet where the made ones belong."""
    places = {
        one.attname: made[one.related_model]
        for one in module.fields.values()
        if one.editable and one.many_to_one and one.related_model in made
    }
    for row in (
        module.model._base_manager.filter(**{field.attname: lead.pk}).order_by("pk").values("pk", *places)
    ):
        missing = {name: id for name, id in places.items() if row[name] is None}
        if missing:
            yield Draft(missing, id=row["pk"])


def _write(module: Module, drafts: list[Draft]) -> None:
    if drafts:
        write(module, drafts, exact=True, authorised=CARRIED)
