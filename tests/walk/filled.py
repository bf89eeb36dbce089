"""Filled: a record of a module with something in every field people may fill in, as an office would have it."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity import attachment, comment
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from tests.walk.asking import references_in
from tests.walk.world import World, made, options_of, title_texts

# By kind. Names are those of people and places, the same in every language.
TYPICAL: dict[str, Any] = {
    "text": "Melati Raya", "long_text": "Samudra Pangan\nBandung", "rich_text": "<p>Samudra <b>Pangan</b></p>",
    "integer": 12, "decimal": Decimal("12.5"), "percent": Decimal(20), "money": Decimal(3_240_500_000), "boolean": True,
    "date": "2030-02-14", "datetime": "2030-02-14T09:30", "email": "ratna.kusuma@samudrapangan.id",
    "phone": "+6281234567810", "url": "https://melati.id/12", "npwp": "092542943407000", "nik": "3273015708900002",
    "bank_number": "0098765432", "country_code": "ID", "tax_invoice_number": "04002600012345678", "facility": "TD.00501",
    "currency": "IDR", "country": "ID",
    "address": {"street": "Jl. Melati No. 5", "city": "Bandung", "province": "Jawa Barat", "postal_code": "40115"},
}  # fmt: skip


def fill(world: World, module: Module) -> Any:
    """A record of Andi's with a comment, a file and a history. What a rule of the module refuses stays empty."""
    with acting(SYSTEM, via="system"):
        row = made(world, module)
    with acting(world.people["owner"], via="ui"):
        for name, value in typical(world, module).items():
            with suppress(Refused), transaction.atomic():
                row = update(row, {name: value})
        if module.is_record and hasattr(row, "number"):
            comment.say(row.pk, "<p>Melati Raya</p>")
            attachment.attach(row.pk, [SimpleUploadedFile("melati.txt", b"isi")], None)
    close_change_set()
    return row


def typical(world: World, module: Module) -> dict[str, Any]:
    whole = module.whole.name if module.whole is not None else ""
    names = [name for name, one in module.fields.items() if one.editable and not one.primary_key]
    # What is private is not there even for the admin.
    # A status of the end closes the pages that change a record.
    skipped = {whole, "owner", "visibility", "status", *title_texts(module), *references_in(module)}
    found = {name: _value(world, module.fields[name]) for name in names if name not in skipped}
    return {name: value for name, value in found.items() if value is not None}


def _value(world: World, one: Any) -> Any:
    target = getattr(one, "related_model", None)
    if target is not None:
        there = world.hidden.get(registry.of(target).key) if registry.knows(target._meta.label) else None
        return getattr(there, "pk", None)
    if options := options_of(one):
        return options[-1]
    return TYPICAL.get(kind_of(one).name)
