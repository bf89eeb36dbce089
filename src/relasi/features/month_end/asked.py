"""Asked: what the address of a snapshot asks for: the part, how its rows are added up, of what, and beside which month."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from relasi.engine.screens.asking import user_of, whole
from relasi.features.month_end.models import Kind, Snapshot
from relasi.features.month_end.parts import Grouping, Part, parts_for
from relasi.features.month_end.standing import Taken, all_taken, chosen

IDS = ("pipeline_id", "stage_id", "owner_id", "party_id")
ALONE = "0"


@dataclass(frozen=True)
class Asked:
    """taken: what is looked at. same_day: all snapshots of that day. others: those it can be compared with, one for each
    other day, the newest first. of: column -> value the rows are narrowed to."""

    user: Any
    parts: list[Part]
    part: Part
    grouping: Grouping
    taken: Taken
    same_day: list[Taken]
    others: list[Taken]
    other: Taken | None
    of: dict[str, Any] = field(default_factory=dict)

    @property
    def snapshot(self) -> Snapshot:
        return self.taken.snapshot

    @property
    def beside(self) -> Snapshot | None:
        return self.other.snapshot if self.other is not None else None

    def query(self, **more: Any) -> str:
        """The address with some of it different; None leaves a value out."""
        found = {
            "part": self.part.key, "by": self.grouping.key,
            "with": str(self.other.snapshot.pk) if self.other is not None else ALONE, **self.of, **more,
        }  # fmt: skip
        return f"?{urlencode({name: value for name, value in found.items() if value is not None})}"

    @property
    def all_lines(self) -> str:
        """The address without what the lines are narrowed to."""
        return replace(self, grouping=self.part.groupings[0], of={}).query()

    def narrowed(self, line: dict[str, Any]) -> str:
        """The address of what is behind a line, "" where nothing is."""
        if not self.grouping.opens or self.of:
            return ""
        of = {name: line[name] for name in self.grouping.by if line[name] is not None}
        inside = replace(self, grouping=self.part.grouping(self.grouping.opens), of=of)
        return inside.query()


def asked_of(request: HttpRequest, id: int) -> Asked:
    """Raises Http404 for a snapshot that is not there, and for who sees nothing of any."""
    user, given = user_of(request), request.GET
    parts, days = parts_for(user), all_taken()
    taken = next((one for found in days.values() for one in found if one.snapshot.pk == id), None)
    if not parts or taken is None:
        raise Http404
    others = [chosen(found) for day, found in days.items() if day != taken.snapshot.until]
    part = next((one for one in parts if one.key == given.get("part")), parts[0])
    return Asked(
        user, parts, part, part.grouping(given.get("by", "")), taken, days[taken.snapshot.until], others,
        _other(given.get("with", ""), taken, others), _narrowed(given, part),
    )  # fmt: skip


def _other(given: str, taken: Taken, others: list[Taken]) -> Taken | None:
    """What was asked for, or else the closing before."""
    if given == ALONE:
        return None
    earlier = [one for one in others if one.snapshot.until < taken.snapshot.until]
    wanted = whole(given)
    return next((one for one in others if one.snapshot.pk == wanted), earlier[0] if earlier else None)


def _narrowed(given: Any, part: Part) -> dict[str, Any]:
    columns = {one.name for one in part.model._meta.get_fields()} | {
        one.attname for one in part.model._meta.concrete_fields
    }
    found: dict[str, Any] = {
        name: id for name in IDS if name in columns and (id := whole(given.get(name))) is not None
    }
    if "currency" in columns and len(given.get("currency", "")) == 3:
        found["currency"] = given["currency"]
    if "kind" in columns and given.get("kind") in {one.value for one in Kind}:
        found["kind"] = given["kind"]
    return found
