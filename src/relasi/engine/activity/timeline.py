"""Timeline: all that happened around a record, from sources of many kinds, newest first, a page at a time.

A source is one kind of thing that happens: comments, files, changes; tasks, calls and mail register theirs. A page
asks every source for its newest rows beyond where the page before ended, and takes the newest of all.
"""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.kind import Invalid

Place = tuple[datetime, int]


@dataclass
class Moment:
    """One thing that happened. place: (at, id), unique within its source and falling. quiet: it may be folded together
    with others. template: draws it; about: what the template reads, as `item.about`."""

    source: str
    place: Place
    about: Any
    template: str
    quiet: bool = False

    @property
    def at(self) -> datetime:
        return self.place[0]


# (record, person, page begins beyond this place, most rows) -> at most so many moments, newest first.
Read = Callable[[Any, Any, Place | None, int], list[Moment]]


@dataclass(frozen=True)
class Source:
    """key: short and lasting. tab: the key of the tab that shows it beside the whole; several may share one."""

    key: str
    read: Read
    tab: str


@dataclass(frozen=True)
class Tab:
    key: str
    label: Any
    icon: str


_sources: dict[str, Source] = {}
_tabs: dict[str, Tab] = {}
ALL = Tab("", _("All"), "activity")


def register_source(source: Source, tab: Tab | None = None) -> None:
    """Adds a kind of thing that happens, and its tab when it is the first of it."""
    _sources[source.key] = source
    if tab is not None:
        _tabs[tab.key] = tab


def tabs() -> list[Tab]:
    return [ALL, *_tabs.values()]


@dataclass
class Page:
    """moments: newest first. more: the cursor of the page that follows, empty for none."""

    moments: list[Moment]
    more: str
    tab: str = ""
    last_day: str = ""
    places: dict[str, Place] = field(default_factory=dict)


def timeline(record: Any, user: Any, *, tab: str = "", after: str = "", size: int = 50) -> Page:
    """One page. after: the cursor of the page before. Raises Invalid for a cursor that is not one of ours."""
    places, last_day = _decode(after)
    sources = [source for source in _sources.values() if tab in ("", source.tab)]
    read = [source.read(record, user, places.get(source.key), size + 1) for source in sources]
    merged = heapq.merge(*read, key=lambda moment: moment.at, reverse=True)
    found: list[Any] = []
    for moment in merged:
        if len(found) == size:
            return Page(found, _encode(places, found), tab, last_day)
        found.append(moment)
        places[moment.source] = moment.place
    return Page(found, "", tab, last_day)


def folded(moments: list[Moment], most: int = 3) -> Iterator[list[Moment]]:
    """Single moments, and runs of more than `most` quiet ones as one list."""
    run: list[Moment] = []
    for moment in [*moments, None]:
        if moment is not None and moment.quiet:
            run.append(moment)
            continue
        if len(run) > most:
            yield run
        else:
            yield from ([one] for one in run)
        run = []
        if moment is not None:
            yield [moment]


def _encode(places: dict[str, Place], found: list[Moment]) -> str:
    body = {key: [at.isoformat(), id] for key, (at, id) in places.items()}
    body["day"] = [found[-1].at.isoformat(), 0]
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[dict[str, Place], str]:
    if not text:
        return {}, ""
    try:
        body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        day = str(body.pop("day")[0])
        datetime.fromisoformat(day)
        places = {str(key): (datetime.fromisoformat(at), int(id)) for key, (at, id) in body.items()}
        if all(at.tzinfo is not None and 0 <= id < 2**63 for at, id in places.values()):
            return places, day
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        pass
    raise Invalid(_("This part of the timeline cannot be found. Open the record again."))
