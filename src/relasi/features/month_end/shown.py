"""Shown: lines of a snapshot in the reader's words: what names them, their figures, and where they lead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from relasi.engine.access.door import scope_of
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import Reader
from relasi.engine.records.find import titles_for_acting
from relasi.features.month_end.models import Kind, Snapshot
from relasi.features.month_end.parts import HOME, Figure, Grouping, Part
from relasi.modules.sales.pipeline import all_pipelines, all_stages

Line = dict[str, Any]
# Part -> the module of what its lines are about, the column with its id and the name kept beside it.
ABOUT = {
    "receivables": ("customers.Account", "party_id", "party_name_now"),
    "payables": ("purchasing.Vendor", "party_id", "party_name_now"),
    "stock": ("catalog.Product", "product_id", "product_name_now"),
}
ROWS = {"receivables": "/receivables/rows/", "payables": "/payables/rows/"}


@dataclass
class Named:
    """title, sub: the two lines of its name. url: a page of what it is about, "" where there is none to open."""

    title: str
    sub: str = ""
    url: str = ""


def named(
    part: Part, grouping: Grouping, lines: Sequence[Line], snapshot: Snapshot, user: Any, of: Line
) -> list[Named]:
    """of: what the lines are narrowed to."""
    if grouping.key == "stage":
        return [_stage(line) for line in lines]
    if grouping.key in ("party", "product"):
        return _records(part, lines, user)
    ids = {line["owner_id"] for line in lines}
    owners = {id: str(one) for id, one in Owner.objects.in_bulk([id for id in ids if id is not None]).items()}
    if grouping.key == "kind":
        return [
            Named(
                str(Kind(line["kind"]).label),
                owners.get(line["owner_id"], ""),
                _documents(part, line, snapshot, of),
            )
            for line in lines
        ]
    return [Named(owners.get(line["owner_id"], _("Nobody")), "", _deals(part, line, of)) for line in lines]


def _stage(line: Line) -> Named:
    """As they were called then; in the reader's language as long as they are called the same now."""
    stage, pipeline = all_stages().get(line["stage_id"]), all_pipelines().get(line["pipeline_id"])
    same_stage = stage is not None and stage.name == line["stage_name_now"]
    same_pipeline = pipeline is not None and pipeline.name == line["pipeline_name_now"]
    return Named(
        str(stage) if same_stage else line["stage_name_now"],
        str(pipeline) if same_pipeline else line["pipeline_name_now"],
    )


def _records(part: Part, lines: Sequence[Line], user: Any) -> list[Named]:
    key, column, kept = ABOUT[part.key]
    module = registry.module(key)
    titles = titles_for_acting(module.model, {line[column] for line in lines if line[column] is not None})
    everything = scope_of(user, "view", module).everyone
    found = []
    for line in lines:
        id = line[column]
        if id in titles:
            found.append(Named(titles[id], "", f"/{module.slug}/{id}/"))
        else:
            found.append(Named(line[kept] if everything and line[kept] else f"#{id}" if id else "–"))
    return found


def _documents(part: Part, line: Line, snapshot: Snapshot, of: Line) -> str:
    """The documents themselves, as far as they can be told today."""
    party = of.get("party_id")
    if not party:
        return ""
    key, _column, _kept = ABOUT[part.key]
    if line["kind"] not in (Kind.INVOICE, Kind.BILL):
        return f"/{registry.module(key).slug}/{party}/"
    asked = {"on": snapshot.until.isoformat(), "band": "all", "currency": line["currency"]}
    return f"{ROWS[part.key]}?{urlencode(asked | {key.partition('.')[2].lower(): party})}"


def _deals(part: Part, line: Line, of: Line) -> str:
    """The open deals of an owner in a stage as they are now."""
    if part.key != "pipeline" or not of.get("stage_id"):
        return ""
    conditions = [("status", "open"), ("stage", of["stage_id"]), ("owner", line["owner_id"])]
    tree = {"all": [{"field": name, "op": "is", "value": value} for name, value in conditions]}
    return f"/deals/?{urlencode({'f': json.dumps(tree)})}"


def told(figure: Figure, value: Decimal | int | None, currency: str, home: str, reader: Reader) -> str:
    if value is None:
        return ""
    if not figure.money:
        return write_number(Decimal(value), reader, 3, shortest=True)
    return amount(value, home if figure.money == HOME else currency, reader)


def told_change(figure: Figure, value: Decimal | int, currency: str, home: str, reader: Reader) -> str:
    """With its sign, "" where nothing changed."""
    text = told(figure, value, currency, home, reader) if value else ""
    return f"+{text}" if value > 0 else text
