"""What a list is told after its rows: how many records each view holds, and the sums under the columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.money import amount, short
from relasi.engine.fields.reader import Reader
from relasi.engine.query.counting import count_each
from relasi.engine.query.listing import ColumnTotal, Listing, Totals
from relasi.engine.screens.asking import must, reader_of, signed_in, user_of
from relasi.engine.screens.faces import number
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry

# Beyond this a tab says "10.000+": nobody reads more, and the database need not go on counting.
MOST_COUNTED = 10_000
# A view that takes longer to count than this (milliseconds) goes without a number.
PATIENCE = 400
# As often as this the database is asked; views not counted by then go without a number too.
MOST_TRIES = 6


@signed_in
def counts(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The number beside each view's name, each view as it stands without search and changes."""
    must(request, "view", entry)
    state = ListState.read(request, entry, user_of(request))
    rows = {view.key: found for view in state.views if (found := _rows_of(state, view)) is not None}
    counted = _counted(rows)
    found = [(view.key, _said(counted.get(view.key))) for view in state.views]
    return render_page(request, "screens/list_counts.html", {"counts": found})


def _rows_of(state: ListState, view: Any) -> Any:
    """None where the view asks for what this person may not ask."""
    condition = view.condition or None
    try:
        return Listing(state.entry.module, state.user, condition, fixed=dict(state.entry.fixed)).rows()
    except Invalid:
        return None


def _counted(rows: dict[str, Any]) -> dict[str, int]:
    """All at once; where that takes too long, whatever can be had without the slow ones."""
    found = _in_time(rows)
    return _without_the_slow(rows) if found is None else found


def _without_the_slow(rows: dict[str, Any]) -> dict[str, int]:
    """rows take too long together. They are halved again and again, and each half that does not is counted."""
    counted: dict[str, int] = {}
    tries = MOST_TRIES - 1
    while len(rows) > 1 and tries > 0:
        names, half = [*rows], len(rows) // 2
        first, second = ({name: rows[name] for name in some} for some in (names[:half], names[half:]))
        found, tries = _in_time(first), tries - 1
        if found is None and tries > 0:
            found, second, tries = _in_time(second), first, tries - 1
        counted |= found or {}
        rows = second
    return counted | ((_in_time(rows) if tries > 0 else None) or {})


def _in_time(rows: dict[str, Any]) -> dict[str, int] | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
            found = count_each([*rows.values()], MOST_COUNTED)
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return None
    return dict(zip(rows, found, strict=True))


def _said(count: int | None) -> str:
    """ "248", "10.000+", or "" when it cannot be said in time."""
    if count is None:
        return ""
    return f"{number(MOST_COUNTED)}+" if count > MOST_COUNTED else str(number(count))


@dataclass(frozen=True)
class Figure:
    """One figure of the foot. full: the same without anything cut short, and the average, for its tooltip.
    sums: whether it is a sum, which is told on a phone too, or an average."""

    label: str
    text: str
    full: str
    sums: bool = True


@signed_in
def totals(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The foot of the list: count, sums and averages over the whole result."""
    must(request, "view", entry)
    state = ListState.read(request, entry, user_of(request))
    try:
        found = state.listing().totals()
    except Invalid:
        found = Totals()
    figures = [figure(one, reader_of(request)) for one in found.columns]
    context = {"state": state, "entry": entry, "count": found.count, "figures": figures}
    return render_page(request, "screens/list_totals.html", context)


def figure(total: ColumnTotal, reader: Reader) -> Figure:
    """Sums where adding up means something, the average otherwise."""
    kind, label = total.path.kind, total.path.label
    if total.currency:
        whole, average = amount(total.sum, total.currency, reader), amount(total.mean, total.currency, reader)
        text = short(total.sum, total.currency, reader)
    else:
        text = whole = kind.show(total.sum, reader)
        average = kind.show(total.mean, reader)
    count = number(total.values)
    if kind.foot == "average":
        return Figure(f"{label} ⌀", average, _("Average of %(n)s values") % {"n": count}, sums=False)
    full = _("Sum %(sum)s · average %(average)s of %(n)s values")
    return Figure(label, text, full % {"sum": whole, "average": average, "n": count})
