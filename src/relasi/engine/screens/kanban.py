"""Kanban: the records of a list as cards in columns, with what every whole column adds up to."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.board_setting import BoardSetting
from relasi.engine.records.write import Draft, write
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in
from relasi.engine.screens.kanban_asked import SIZE, Asked
from relasi.engine.screens.kanban_faces import Heap, card_of, heaps_of, total_text
from relasi.engine.screens.list import chips_of
from relasi.engine.screens.list_ways import ways_to_show
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry

OWN = "a person's own board"


@signed_in
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    return _board(request, entry, "list")


@signed_in
def columns(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The columns alone, for a board that has been told of a change. shown: how many cards it shows ("12:75,13:50")."""
    return _board(request, entry, "columns")


def _board(request: HttpRequest, entry: Entry, part: str) -> HttpResponse:
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    error = ""
    try:
        heaps, strips = heaps_of(asked, _shown(request))
    except Invalid as wrong:
        error, asked = str(wrong.message), Asked.of(request, entry, plain=True)
        heaps, strips = heaps_of(asked, {})
    context = {
        "shell": shell_for(request, entry, (_("Kanban"), None)),
        "entry": entry,
        "state": asked.state,
        "asked": asked,
        "chips": chips_of(asked.state, asked.listing.group, asked.reader),
        "ways": ways_to_show(asked.state),
        "swapped": wants_part(request),
        "beside": "screens/kanban_bar.html",
        "heaps": heaps,
        "strips": strips,
        "error": error,
        "may_create": may(asked.user, "create", entry.module),
    }
    return render_page(request, "screens/kanban.html", context, part=part)


def _shown(request: HttpRequest) -> dict[str, int]:
    """How many cards each column showed already, up to two hundred."""
    pairs = (pair.rpartition(":") for pair in request.GET.get("shown", "")[:2000].split(","))
    return {
        key: min(int(count), 200) for key, _colon, count in pairs if count.isdigit() and int(count) > SIZE
    }


@signed_in
def totals(request: HttpRequest, entry: Entry) -> HttpResponse:
    """What every column and the whole board add up to. Loaded after the cards."""
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    found = asked.totals()
    heads = [(place, column, found.of(column)) for place, column in enumerate(asked.columns)]
    context = {"asked": asked, "heads": heads, "whole": found.whole, "text": total_text}
    return render_page(request, "screens/kanban_totals.html", context)


@signed_in
def more(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The next cards of one column, and the line that asks for those after them."""
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    column, lane = asked.column(request.GET.get("column")), asked.lane(request.GET.get("lane"))
    try:
        found = asked.board.more(column, SIZE, request.GET.get("after", ""), lane)
    except Invalid:
        raise Http404 from None
    heap = Heap(column, lane, [card_of(asked, record) for record in found.rows], found.after)
    context = {"asked": asked, "heap": heap, "entry": entry}
    return render_page(request, "screens/kanban_cards.html", context)


@signed_in
@require_POST
def fold(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Folds one column for this person, or opens it again."""
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    column = asked.column(request.POST.get("column"))
    folded = set(asked.chosen.folded) ^ {column.key}
    keep(asked, {"folded": sorted(folded)})
    if wants_part(request):
        return _board(request, entry, "columns")
    return go_to(request, asked.state.url())


def keep(asked: Asked, values: dict[str, Any], *, shared: bool = False) -> None:
    """Stores something of this person's own setting of the board, or of the company's."""
    row = asked.chosen.shared if shared else asked.chosen.own
    if row is None:
        user = None if shared else asked.user.id
        values = {"module": asked.module.key, "by": asked.by.text, "user": user, **values}
    write(registry.of(BoardSetting), [Draft(values, id=row.pk if row else None)], authorised=OWN)
