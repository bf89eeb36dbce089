"""Standing: whether the closing a snapshot was taken by still holds, and which snapshot of a day is the one that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.features.month_end.models import Snapshot
from relasi.modules.billing.closed_period import ClosedPeriod

# State -> label and tone.
STATES = {
    "stands": (_("Closed"), "hijau"),
    "earlier": (_("Earlier snapshot"), "gray"),
    "undone": (_("Closing undone"), "kuning"),
}


@dataclass(frozen=True)
class Taken:
    """A snapshot with its state, a key of STATES."""

    snapshot: Snapshot
    state: str

    @property
    def label(self) -> Any:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def url(self) -> str:
        return f"/month-end/{self.snapshot.pk}/"


def all_taken() -> dict[date, list[Taken]]:
    """Last day of a period -> its snapshots, the newest first; the newest day first."""
    found: dict[date, list[Taken]] = {}
    rows = list(Snapshot.objects.select_related("taken_by").order_by("-until", "-id"))
    holding = _holding(rows)
    for row in rows:
        of_day = found.setdefault(row.until, [])
        undone = holding.get(row.closing_id) != row.until
        earlier = any(one.state == "stands" for one in of_day)
        of_day.append(Taken(row, "undone" if undone else "earlier" if earlier else "stands"))
    return found


def _holding(rows: Sequence[Snapshot]) -> dict[int, date]:
    """Closing -> the day up to which it closes now."""
    standing = ClosedPeriod._base_manager.filter(pk__in={row.closing_id for row in rows}, trashed_at=None)
    return dict(standing.values_list("pk", "until"))


def chosen(found: list[Taken]) -> Taken:
    """The snapshot of a day that counts: of the closing that stands, or else the newest."""
    return next((one for one in found if one.state == "stands"), found[0])
