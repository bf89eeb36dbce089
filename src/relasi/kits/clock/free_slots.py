"""Free slots: when several people work and none of them is busy. Pure functions of spans of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def common(several: Sequence[Sequence[Span]]) -> list[Span]:
    """What lies in a span of each of them. Each: in order, without overlaps."""
    if not several:
        return []
    found = list(several[0])
    for other in several[1:]:
        found = [
            (max(a, c), min(b, d)) for a, b in found for c, d in other if max(a, c) < min(b, d)
        ]  # fmt: skip
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of spans when others are cut out."""
    found = list(spans)
    for start, end in taken:
        found = [
            part for a, b in found for part in ((a, min(b, start)), (max(a, end), b)) if part[0] < part[1]
        ]  # fmt: skip
    return sorted(set(found))


def slots(
    working: Sequence[Sequence[Span]], busy: Iterable[Span], length: timedelta, step: timedelta, after: datetime, most: int
) -> list[Span]:  # fmt: skip
    """The first times of this length, beginning at full steps of the clock not before `after`, at which all of them
    work and none is busy. working: of each person."""
    found: list[Span] = []
    for start, end in without(common(working), busy):
        at = EPOCH - (EPOCH - max(start, after)) // step * step
        while at + length <= end and len(found) < most:
            found.append((at, at + length))
            at += step
    return found
