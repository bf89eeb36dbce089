"""Conversion map: one table of the lead's fields, and what each of them fills in when the lead is converted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.fields.kind import kind_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.frame import admin_only, because, done, settings_page
from relasi.modules.customers.conversion_map import (
    MODULES,
    Becomes,
    ConversionField,
    field_map,
    fits,
    sent_by_itself,
    sources,
    targets,
)

HOME = "/settings/conversion/"
# A cell of the table: what the lead becomes, and the name of one of its own fields.
Cell = tuple[str, str]


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    offered = _offered()
    errors: dict[Cell, str] = {}
    if request.method == "POST":
        given = {cell: request.POST.get(f"{cell[0]}-{cell[1]}", "") for cell in offered}
        errors = _wrong(given, offered)
        if not errors:
            because(_("Conversion of leads"))
            try:
                with transaction.atomic():
                    for cell, target in given.items():
                        _keep(cell, target)
            except Refused as refused:
                errors = {next(iter(given)): "; ".join(str(one.message) for one in refused.refusals)}
            else:
                done(request, _("The conversion of leads is saved."))
                return HttpResponseRedirect(HOME)
    else:
        maps = {becomes: field_map(becomes) for becomes in MODULES}
        given = {cell: maps[cell[0]].get(cell[1], "") for cell in offered}
    return _table(request, offered, given, errors)


def _offered() -> dict[Cell, list[tuple[str, str]]]:
    """Every cell that can hold something, with the fields that may be chosen in it: name and label."""
    found = {}
    there = {becomes: targets(becomes) for becomes in MODULES}
    for name, field in sources().items():
        for becomes, fields in there.items():
            fitting = [(target, _label(one)) for target, one in fields.items() if fits(field, one)]
            if fitting:
                found[becomes, name] = fitting
    return found


def _label(field: models.Field) -> str:
    return str(kind_of(field).label)


def _wrong(given: dict[Cell, str], offered: dict[Cell, list[tuple[str, str]]]) -> dict[Cell, str]:
    """A field can be filled in from one place only."""
    filled = Counter((becomes, target) for (becomes, _name), target in given.items() if target)
    errors = {}
    for cell, target in given.items():
        if target and target not in dict(offered[cell]):
            errors[cell] = _("This field cannot take it: it is of another kind.")
        elif target and filled[cell[0], target] > 1:
            errors[cell] = _("Two fields of the lead go to “%(name)s”.") % {
                "name": dict(offered[cell])[target]
            }
    return errors


def _keep(cell: Cell, target: str) -> None:
    """Stores what differs from what the product does by itself. Raises Refused."""
    becomes, source = cell
    row = ConversionField._base_manager.filter(becomes=becomes, source=source, trashed_at=None).first()
    if target == sent_by_itself(becomes).get(source, ""):
        if row is not None:
            trash(ConversionField, [row.pk])
    elif row is not None:
        update(row, {"target": target})
    else:
        create(ConversionField, {"becomes": becomes, "source": source, "target": target})


def _table(
    request: HttpRequest, offered: dict[Cell, Any], given: dict[Cell, str], errors: dict[Cell, str]
) -> HttpResponse:
    rows = []
    for name, field in sources().items():
        cells = [
            {
                "name": f"{becomes}-{name}", "label": f"{_label(field)} → {becomes.label}",
                "options": offered.get((becomes.value, name)), "value": given.get((becomes.value, name), ""),
                "error": errors.get((becomes.value, name), ""),
            }
            for becomes in Becomes
        ]  # fmt: skip
        if any(cell["options"] for cell in cells):
            rows.append({"label": _label(field), "cells": cells})
    context = {
        "heads": [becomes.label for becomes in Becomes], "rows": rows,
        "errors": [("", sentence) for sentence in dict.fromkeys(errors.values())],
    }  # fmt: skip
    return settings_page(request, "conversion_map.html", "conversion", context, status=422 if errors else 200)
