"""Choosing: whose turn it is. Pure functions over the members of a rule, what they have open, and how far the turns are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices


class Mode(Choices):
    ROUND_ROBIN = "round_robin", _("In turn")
    LEAST_LOADED = "least_loaded", _("Whoever has least open")
    WEIGHTED = "weighted", _("By weight")
    SKILL = "skill", _("By skill")
    TERRITORY = "territory", _("By territory")


# Modes that look at what each has open.
BY_LOAD = frozenset({Mode.LEAST_LOADED, Mode.SKILL, Mode.TERRITORY})
# Modes that look at a value of the record.
BY_VALUE = frozenset({Mode.SKILL, Mode.TERRITORY})


@dataclass(frozen=True)
class Member:
    """One who takes part. skills: what they can do, or where, in lower case. start, end: "08:00", hours of their own.

    away: does not take part for now. away_until: the last day of a leave, on their own calendar.
    """

    user: int
    weight: int = 1
    max_open: int | None = None
    skills: frozenset[str] = frozenset()
    away: bool = False
    away_until: date | None = None
    start: str = ""
    end: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Member:
        """From what a rule stores."""
        until = row.get("away_until")
        return cls(
            row["user"], row.get("weight") or 1, row.get("max_open"),
            frozenset(word.casefold() for word in row.get("skills") or ()),
            bool(row.get("away")), date.fromisoformat(until) if until else None,
            row.get("start") or "", row.get("end") or "",
        )  # fmt: skip


@dataclass
class Turn:
    """How far the turns of a rule are. last: who had the last one, at `place` of the list. credit: of the weighted ones.
    given: user -> which turn of the rule was their last."""

    last: int | None = None
    place: int = -1
    credit: dict[int, int] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=dict)
    count: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Turn:
        numbers = {key: {int(k): n for k, n in stored.get(key, {}).items()} for key in ("credit", "given")}
        return cls(
            stored.get("last"),
            stored.get("place", -1),
            numbers["credit"],
            numbers["given"],
            stored.get("count", 0),
        )

    def stored(self) -> dict[str, Any]:
        return {
            "last": self.last, "place": self.place, "count": self.count,
            "credit": {str(k): n for k, n in self.credit.items()},
            "given": {str(k): n for k, n in self.given.items()},
        }  # fmt: skip


def choose(
    mode: str, members: Sequence[Member], able: Collection[int], turn: Turn, load: Mapping[int, int]
) -> int | None:
    """The user whose turn it is, and moves the turn on; None where nobody of the members is able.

    able: users who can take a record now. load: user -> how many they have open; only modes by load ask it.
    """
    standing = [member for member in members if member.user in able]
    if not standing:
        return None
    if mode == Mode.ROUND_ROBIN:
        chosen = _next(members, able, turn)
    elif mode == Mode.WEIGHTED:
        chosen = _weighted(standing, turn)
    else:
        # min keeps the first of equals, which is the order of the list.
        chosen = min(standing, key=lambda one: (load.get(one.user, 0), turn.given.get(one.user, 0))).user
    turn.count += 1
    turn.last, turn.given[chosen] = chosen, turn.count
    turn.place = next(place for place, one in enumerate(members) if one.user == chosen)
    return chosen


def _next(members: Sequence[Member], able: Collection[int], turn: Turn) -> int:
    """The first able one after whoever was last. Where that one left, whoever stands in their place now is next."""
    users = [member.user for member in members]
    start = users.index(turn.last) + 1 if turn.last in users else max(turn.place, 0)
    order = [users[(start + step) % len(users)] for step in range(len(users))]
    return next(user for user in order if user in able)


def _weighted(standing: Sequence[Member], turn: Turn) -> int:
    """Smooth: each gains its weight, the richest gets the record and pays what all have gained."""
    for member in standing:
        turn.credit[member.user] = turn.credit.get(member.user, 0) + member.weight
    chosen = max(standing, key=lambda one: turn.credit[one.user]).user
    turn.credit[chosen] -= sum(member.weight for member in standing)
    return chosen
