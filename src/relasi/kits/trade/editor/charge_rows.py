"""Charge rows: the charges of a document as they stand in the summary of its form, and one more to fill in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from relasi.engine.fields.reader import Reader
from relasi.kits.trade.charges import value_text
from relasi.kits.trade.editor.rows import plain

BLANK = {"name": "", "value": "", "taxes": [], "amount": ""}


def posted_charges(data: Any) -> list[dict[str, Any]]:
    """What the form holds, for the write door; a row without name and value is none. Taxes nobody touched are left out of a
    charge that is new, so that it takes the usual ones."""
    found = []
    for row in _posted(data):
        if row["name"] or row["value"]:
            fresh = row["taxes"] == row["was"] and not row["was"]
            found.append(
                {name: row[name] for name in ("name", "value")} | {"taxes": None if fresh else row["taxes"]}
            )
    return found


def _posted(data: Any) -> list[dict[str, Any]]:
    found = []
    for place in dict.fromkeys(data.getlist("charge")):
        if place.isdigit() and len(place) < 4:
            head = f"charge-{place}-"
            was = [code for code in data.get(f"{head}was-taxes", "").split(",") if code]
            texts = {name: data.get(f"{head}{name}", "").strip() for name in ("name", "value")}
            found.append({**texts, "taxes": data.getlist(f"{head}taxes"), "was": was})
    return found


def charge_rows(document: Any, data: Any, reader: Reader) -> list[dict[str, Any]]:
    """data: what was posted, where it was refused."""
    if data is not None:
        typed = [row | {"amount": ""} for row in _posted(data) if row["name"] or row["value"]]
        return [*typed, BLANK]
    told = document.charge_summary or [None] * len(document.other_charges or ())
    rows = [
        {"name": one["name"], "value": value_text(one, reader), "taxes": one["taxes"] or [],
         "amount": plain(Decimal(came["asked"]), reader) if one["percent"] and came else ""}
        for one, came in zip(document.other_charges or (), told, strict=False)
    ]  # fmt: skip
    return [*rows, BLANK]
