"""Editing: forms of settings, made of the same inputs as those of records and written by the same door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.blank import blank_record
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.form import Input, given_values, inputs_for
from relasi.users.lifecycle import zones


@dataclass
class Form:
    """Some fields of a row of settings as inputs. refused: what came back, if anything."""

    request: HttpRequest
    model: type[models.Model]
    names: list[str]
    record: Any = None
    initial: dict[str, Any] = field(default_factory=dict)
    refused: Refused | None = None

    @property
    def module(self) -> Any:
        return registry.of(self.model)

    @property
    def writable(self) -> set[str]:
        return fields_for(user_of(self.request), "edit", self.module)

    def given(self) -> dict[str, Any]:
        """What was sent, raw. A box that was not ticked counts as no."""
        values = given_values(self.module, self.names, self.writable, self.request)
        for name in self.names:
            if name not in values and isinstance(self.module.fields[name], models.BooleanField):
                values[name] = False
        return values

    @property
    def inputs(self) -> list[Input]:
        record = self.record
        if record is None:
            record = blank_record(self.model)
            for name, value in self.initial.items():
                record.__dict__[self.module.fields[name].attname] = value
        data = self.request.POST if self.refused else None
        return inputs_for(
            self.module, self.names, self.writable, record, data, self.request.FILES, self.errors
        )

    @property
    def errors(self) -> dict[str, str]:
        return self.refused.by_field() if self.refused else {}

    @property
    def other_errors(self) -> list[tuple[str, str]]:
        """What is wrong with nothing this form shows: (field name, sentence)."""
        refusals = self.refused.refusals if self.refused else []
        return [("", str(one.message)) for one in refusals if one.field not in self.names]

    @property
    def version(self) -> int | None:
        """The version the person saw, so that nobody overwrites what another has just changed."""
        text = self.request.POST.get("version", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def status(self) -> int:
        return self.refused.status if self.refused else 200


HOME_ZONES = (
    ("Asia/Jakarta", "WIB (Jakarta)"),
    ("Asia/Makassar", "WITA (Makassar)"),
    ("Asia/Jayapura", "WIT (Jayapura)"),
)


def zone_options(chosen: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The time zones of a select, those of Indonesia first. chosen: offered too, though nobody knows it."""
    known = {name for name, _label in HOME_ZONES}
    others = sorted(
        name for name in zones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
    rest = [(name, name.replace("_", " ")) for name in others if name not in known]
    unknown = [(chosen, chosen)] if chosen and chosen not in zones() else []
    return [("Indonesia", [*HOME_ZONES, *unknown]), (_("Other"), rest)]


def living(model: type[models.Model], id: int) -> Any:
    """The row of settings of this id, or 404."""
    found = model._base_manager.filter(pk=id, trashed_at=None).first()
    if found is None:
        raise Http404
    return found


def label_of(module: Any, name: str) -> Any:
    return kind_of(module.fields[name]).label
