"""Party: what companies, people and leads share: the keys by which the same one is found again."""

from __future__ import annotations

from typing import Any

from django.db import models

from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change
from relasi.kits.parties.doubles import account_keys, contact_keys

LIVING = models.Q(trashed_at=None)


class Party(models.Model):
    """Abstract mixin before Record. The keys follow the fields named by `key_sources`, and are NULL when empty.

    key_sources: (name fields, e-mail fields, phone fields); of e-mails and phones the first that is filled.
    """

    key_sources: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

    name_key = TextField(editable=False, secret=True)
    email_key = TextField(editable=False, secret=True)
    phone_key = TextField(max_length=20, editable=False, secret=True)

    class Meta:
        abstract = True

    @property
    def is_company(self) -> bool:
        return False

    def party_name(self) -> str:
        values = self.__dict__
        return " ".join([values[name] for name in self.key_sources[0] if values[name]])

    def keep_keys(self, change: Change) -> None:
        """Called by before_save. Works only where one of the sources changed."""
        names, emails, phones = self.key_sources
        if not change.is_new and not any(change.has(name) for name in (*names, *emails, *phones)):
            return
        values = self.__dict__
        keys = (account_keys if self.is_company else contact_keys)(
            self.party_name(), _first(emails, values), _first(phones, values)
        )
        values["name_key"], values["email_key"], values["phone_key"] = [key or None for key in keys]


def _first(names: tuple[str, ...], values: dict[str, Any]) -> str:
    for name in names:
        if values[name]:
            return str(values[name])
    return ""


def key_indexes(name: str) -> list[models.Index]:
    """One small index for each key, over the living rows that have it."""
    return [
        models.Index(
            fields=[f"{key}_key"],
            name=f"{name}_{key}_key",
            condition=LIVING & ~models.Q(**{f"{key}_key": None}),
        )
        for key in ("name", "email", "phone")
    ]
