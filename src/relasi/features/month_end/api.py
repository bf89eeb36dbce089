"""The month-end for programs: which snapshots there are, and the rows of one part of one, as they were kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.api.caller import Caller
from relasi.engine.api.given import LARGEST_ID, parameters, sealed, size_of, unsealed
from relasi.engine.api.openapi import ID, Operation, describes
from relasi.engine.api.problem import not_there
from relasi.engine.api.schemas import page_of
from relasi.engine.declare.registry import registry
from relasi.features.month_end.models import Snapshot
from relasi.features.month_end.parts import PARTS, Part, parts_for, rows_of
from relasi.features.month_end.standing import Taken, all_taken


@describes
def operations() -> Iterator[Operation]:
    rows = {200: page_of({"type": "object"})}
    yield Operation("get", "/month-end", _("Snapshots of closed periods"), rows)
    inside = {"id": ID, "part": {"type": "string", "enum": [one.key for one in PARTS]}}
    yield Operation(
        "get", "/month-end/{id}/{part}", _("What stood at the end of a closed period"), rows, ("size", "after"),
        inside=inside,
    )  # fmt: skip


def snapshots(caller: Caller) -> HttpResponse:
    """All of them, the newest day first."""
    parameters(caller.request)
    parts = _parts(caller)
    if not parts:
        raise not_there()
    return JsonResponse({
        "data": [_told(one, parts) for of_day in all_taken().values() for one in of_day], "after": None,
    })  # fmt: skip


def _parts(caller: Caller) -> list[Part]:
    """Those the caller may read, by their rights and by the scopes of the token."""
    return [part for part in parts_for(caller.user) if caller.reads(part.module)]


def _told(taken: Taken, parts: list[Part]) -> dict[str, Any]:
    one = taken.snapshot
    return {
        "id": one.pk, "until": one.until, "taken_at": one.taken_at, "state": taken.state, "currency": one.currency,
        "zone": one.zone, "closed_period": one.closing_id, "change_set": one.change_set,
        "by": one.taken_by.full_name if one.taken_by is not None else "Relasi",
        "parts": [f"/api/v1/month-end/{one.pk}/{part.key}" for part in parts],
    }  # fmt: skip


def rows(caller: Caller, id: int, part: str) -> HttpResponse:
    """Of one part, in the order in which they were kept."""
    found = next((one for one in _parts(caller) if one.key == part), None)
    snapshot = Snapshot.objects.filter(pk=id).first() if id <= LARGEST_ID else None
    if found is None or snapshot is None:
        raise not_there()
    asked = parameters(caller.request, "size", "after")
    size, after = size_of(asked["size"]), unsealed(asked["after"], "month-end", id, part)
    some = _readable(caller, found, rows_of(found, caller.user, snapshot)).order_by("pk")
    some = some.filter(pk__gt=int(after)) if after else some
    read = list(some[: size + 1])
    names = _columns(found, caller)
    more = sealed(str(read[size - 1].pk), "month-end", id, part) if len(read) > size else None
    return JsonResponse({
        "data": [{name: getattr(row, name) for name in names} for row in read[:size]], "after": more,
    })  # fmt: skip


def _readable(caller: Caller, part: Part, rows: Any) -> Any:
    """Without the kinds of rows whose module the token does not read."""
    closed = [kind for kind, key in part.kinds if kind and not caller.reads(registry.module(key))]
    return rows.exclude(kind__in=closed) if closed else rows


def _columns(part: Part, caller: Caller) -> list[str]:
    """Without those of figures the caller may not see."""
    seen = {one.column for one in part.figures_for(caller.user)}
    hidden = {one.column for one in part.figures} - seen
    return [
        one.attname
        for one in part.model._meta.concrete_fields
        if one.attname not in {"id", "snapshot_id", *hidden}
    ]
