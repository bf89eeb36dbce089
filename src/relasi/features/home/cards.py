"""Cards of the start page: what the day of a person holds and what waits for them, from the lists modules put there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from relasi.engine.access.door import may, rights_of
from relasi.engine.activity.hanging import seen_q
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import AtHome, View
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import visible_paths
from relasi.engine.query.viewed import Viewed
from relasi.engine.screens.list import Row, rows_of
from relasi.engine.screens.one_view import actions_for
from relasi.engine.screens.shell import entries_of

ROWS = 5
MOST_COUNTED = 99
FROM_HERE_IT_WAITS = 100
MINE = {"field": "owner", "op": "me"}
TEAM = {"field": "owner", "op": "my_team"}


@dataclass
class Line:
    """row: its cells stand under the title and at the right. tick: (label, address) of what settles it."""

    row: Row
    tick: tuple[Any, str] | None


@dataclass
class Card:
    title: Any
    icon: str
    place: int
    lines: list[Line]
    count: int
    url: str

    @property
    def is_today(self) -> bool:
        return self.place < FROM_HERE_IT_WAITS

    @property
    def counted(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def cards_for(user: Any, reader: Any) -> list[Card]:
    """Those with rows, in their order. The day is one's own; what waits is, for who leads others, the team's too."""
    leads = bool(rights_of(user).owners_below())
    found = [
        _card(user, reader, module, view, view.home, leads and view.home.place >= FROM_HERE_IT_WAITS)
        for module in registry
        if module.is_record and may(user, "view", module)
        for view in module.views
        if view.home is not None
    ]
    return sorted((card for card in found if card is not None), key=lambda card: card.place)


def _card(user: Any, reader: Any, module: Module, view: View, home: AtHome, of_team: bool) -> Card | None:
    condition = {"all": [view.condition, TEAM if of_team else MINE]}
    columns = visible_paths(module, _columns(home, of_team), user)
    listing = Listing(module, user, condition=condition, columns=columns, sort=list(view.sort))
    try:
        records = listing.page(ROWS).rows
    except Invalid:
        return None  # A field of it is closed to this person.
    if not records:
        return None
    entry = entries_of(module)[0]
    rows = rows_of(entry, listing.paths, records, reader)
    lines = [Line(row, _tick(user, module, row, home.tick)) for row in rows]
    count = len(records) if len(records) < ROWS else listing.count(MOST_COUNTED)
    query = urlencode({"view": view.key, "f": json.dumps(condition, separators=(",", ":"))})
    title = _("%(title)s, whole team") % {"title": home.title} if of_team else home.title
    return Card(title, view.icon, home.place, lines, count, f"{entry.url}?{query}")


def _columns(home: AtHome, of_team: bool) -> list[str]:
    """A team's rows say whose they are in place of what they are about."""
    about, *others = home.columns.split()
    return ["owner", *others] if of_team else [about, *others]


def _tick(user: Any, module: Module, row: Row, verb: str) -> tuple[Any, str] | None:
    if not verb:
        return None
    action = next((one for one in actions_for(user, module, row.record) if one.verb == verb), None)
    return (action.label, f"{row.url}do/{verb}/") if action is not None else None


def recent(user: Any, most: int = 8) -> list[tuple[str, str, str, str]]:
    """(title, number, address, icon) of what this person opened last and may still see."""
    rows = Viewed.objects.filter(seen_q(user, "record__"), user_id=user.id, record__trashed_at=None)
    rows = rows.order_by("-at").values_list("record_id", "record__module", "record__number", "record__title")
    found = []
    for id, key, number, title in rows[:most]:
        module = registry.module(key)
        if may(user, "view", module):
            found.append((title, number, f"{entries_of(module)[0].url}{id}/", module.icon))
    return found
