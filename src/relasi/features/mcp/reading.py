"""Reading: the tools that look: search, describe, list, read, report. Every one goes through the read door."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import F
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from relasi.engine.api.around import related_of
from relasi.engine.api.caller import Caller
from relasi.engine.api.describe import brief, described, entries_for
from relasi.engine.api.face import computed_of, expand, kinds_of, referred, whole_of
from relasi.engine.api.given import listed
from relasi.engine.api.problem import Problem, not_there
from relasi.engine.api.records import LISTING, listing_of, page_asked, record_of
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.choice import ChoiceKind
from relasi.engine.fields.custom import PREFIX
from relasi.engine.fields.dates import DateKind
from relasi.engine.fields.numbers import NumberKind
from relasi.engine.fields.reader import said
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.query.listing import Totals
from relasi.engine.query.path import Path, resolve
from relasi.engine.query.search import search as search_records
from relasi.engine.records.record import title_of
from relasi.engine.screens.shell import Entry, entry_of
from relasi.features.mcp.untrusted import marked, marked_row

MOST_GROUPS = 100


def entry_named(caller: Caller, slug: str) -> Entry:
    """The module, or the one answer for what is not there or may not be seen."""
    try:
        entry = entry_of(slug)
    except KeyError:
        raise not_there() from None
    caller.must_see(entry.module)
    return entry


def search(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    """Hits of modules the token does not open are left out, as if they were not there."""
    modules = [one.module for one in entries_for(caller) if one.module.is_record]
    if "module" in given:
        modules = [entry_named(caller, given["module"]).module]
    if not modules:
        return {"data": []}
    hits = search_records(caller.user, given["query"], modules=modules, limit=given.get("limit", 10))
    return {
        "data": [
            {"module": hit.module.slug, "id": hit.id, "number": hit.number, "title": marked(hit.title)}
            for hit in hits
        ]
    }


def describe(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    if "module" not in given:
        return {"data": [brief(caller, entry) for entry in entries_for(caller)]}
    return described(caller, entry_named(caller, given["module"]))


def list_records(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    entry = entry_named(caller, given["module"])
    found = page_asked(caller, entry, _asked(given), dict(entry.fixed))
    kinds = _kinds(caller, entry)
    for name in given.get("fields", ()):
        kinds[name] = resolve(entry.module, name, caller.user).kind
    answer: dict[str, Any] = {
        "data": [marked_row(row, kinds) for row in found["data"]], "after": found["after"],
    }  # fmt: skip
    return answer | {name: found[name] for name in ("count", "more") if name in found}


def _asked(given: dict[str, Any]) -> dict[str, str]:
    """The arguments as the parameters of a list of the API."""
    texts = dict.fromkeys(LISTING, "")
    texts |= {name: ",".join(given[name]) for name in ("fields", "expand", "sort") if name in given}
    texts |= {name: given[name] for name in ("after", "q") if name in given}
    if given.get("filter"):
        texts["filter"] = json.dumps(given["filter"])
    if "size" in given:
        texts["size"] = str(given["size"])
    return texts | {"count": "true" if given.get("count") else ""}


def _kinds(caller: Caller, entry: Entry) -> dict[str, Any]:
    return {**kinds_of(entry.module, caller.user), **computed_of(entry.module, caller.user)}


def read(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    entry = entry_named(caller, given["module"])
    record = record_of(caller, entry, given["id"])
    found = whole_of(caller, entry.module, record)
    expand(caller, entry.module, [found], listed(",".join(given.get("expand", ()))))
    lines = found.pop("lines", None)
    told = {"module": entry.slug, "title": marked(title_of(record))}
    told |= marked_row(found, _kinds(caller, entry))
    if lines is not None and entry.module.lines_module is not None:
        kinds = kinds_of(entry.module.lines_module, caller.user)
        told["lines"] = [marked_row(line, kinds) for line in lines]
    return told | {"related": sorted(related_of(entry.module))}


def report(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    """Counts and sums over all records that fit, each currency by itself, and for each value of a field if asked."""
    entry = entry_named(caller, given["module"])
    asked = _asked({name: given[name] for name in ("filter", "q") if name in given})
    asked["fields"] = ",".join(given.get("sums", ())) or "id"
    listing = listing_of(caller, entry, asked, dict(entry.fixed))
    for path in listing.paths:
        if not isinstance(path.kind, NumberKind) or not path.kind.foot or path.through or path.computed:
            sentence = _("“%(name)s” cannot be added up.") % {"name": path.text}
            raise Problem(422, "INVALID_VALUE", sentence, "sums")
    total = listing.totals()
    answer: dict[str, Any] = {"total": _told(total)}
    if "by" in given:
        path = _groupable(caller, entry, given["by"])
        groups = sorted(listing.totals_by(_group(path)).items(), key=lambda one: (-one[1].count, str(one[0])))
        names = _names(caller, path, [value for value, _totals in groups[:MOST_GROUPS]])
        answer["groups"] = [
            {"value": _plain(value), "name": names.get(value), **_told(totals)}
            for value, totals in groups[:MOST_GROUPS]
        ]
        answer["more"] = len(groups) > MOST_GROUPS
    return answer


def _told(totals: Totals) -> dict[str, Any]:
    sums = [
        {"field": one.path.text, "currency": one.currency or None, "sum": str(one.sum), "values": one.values}
        for one in totals.columns
    ]
    return {"count": totals.count, "sums": sums}


def _groupable(caller: Caller, entry: Entry, name: str) -> Path:
    path = resolve(entry.module, name, caller.user)
    plain = path.through is None and not path.computed and not path.beside and not name.startswith(PREFIX)
    kinds = (ChoiceKind, BooleanKind, ReferenceKind, DateKind)
    if not plain or name not in kinds_of(entry.module, caller.user) or not isinstance(path.kind, kinds):
        sentence = _("Group by a choice, a yes or no, a date or a reference of the module itself.")
        raise Problem(422, "INVALID_VALUE", sentence, "by")
    return path


def _group(path: Path) -> Any:
    """Dates by their month, in the zone of the reader."""
    return TruncMonth(path.orm) if isinstance(path.kind, DateKind) else F(path.orm)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else value.isoformat()[:7]


def _names(caller: Caller, path: Path, values: list[Any]) -> dict[Any, Any]:
    """What the values are called, as far as the caller may know."""
    if isinstance(path.kind, ChoiceKind):
        return {option.key: said(option.label) for option in path.kind.options}
    model = getattr(path.kind.field, "related_model", None)
    if isinstance(path.kind, ReferenceKind) and isinstance(model, type):
        found = referred(caller, model, {value for value in values if value is not None})
        return {id: marked(one["title"]) for id, one in found.items()}
    return {}
