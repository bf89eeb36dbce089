"""The page on which a document becomes the next one: what is left of every line, and how much of it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import may
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.number_text import read_number, write_number
from relasi.engine.fields.reader import Reader
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.asking import go_to, reader_of, shell_for, signed_in, user_of, visible_record
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast
from relasi.kits.pipeline.days import today
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.taking import Way, left_of, ways_from
from relasi.kits.trade.tax_change import RatesOf, changed_rules, rules_kept
from relasi.kits.trade.tax_rule import TaxRule
from relasi.kits.trade.unit import Unit


@dataclass
class Taken:
    """A line of the source as the page shows it. given: what stands in the input."""

    id: int
    kind: str
    name: str
    unit: str
    quantity: str
    left: str
    given: str
    error: str = ""

    @property
    def is_open(self) -> bool:
        return self.kind == "item" and self.left != "0"


@signed_in
def page(request: HttpRequest, entry: Entry, id: int, to: str) -> HttpResponse:
    record = visible_record(request, entry, id)
    user = user_of(request)
    if not may(user, "edit", entry.module, record) or not hasattr(record, "flow"):
        raise Http404
    way = next((one for one in ways_from(record) if one.document.slug == to), None)
    if way is None or not may(user, "create", way.document):
        raise Http404
    refusals: list[Refusal] = []
    if request.method == "POST":
        try:
            quantities = _asked(request, record, way)
            made = convert(record, way.document.model, quantities, request.POST.get("tax_rates"))
        except Refused as refused:
            refusals = refused.refusals
        else:
            toast(request, _("%(name)s was made.") % {"name": made.number})
            return go_to(request, f"/{way.document.slug}/{made.pk}/")
    return _answer(request, entry, record, way, refusals)


def _asked(request: HttpRequest, record: Any, way: Way) -> dict[int, Decimal]:
    """Line id -> how many. Raises Refused."""
    found, refusals = {}, []
    for line in record.lines_in_order():
        text = request.POST.get(f"take-{line.pk}", "").strip()
        if text and line.is_item:
            try:
                found[line.pk] = read_number(text, reader_of(request), 3)
            except Invalid as wrong:
                refusals.append(Refusal(f"lines.{line.pk}", wrong.code, wrong.message))
    if refusals:
        raise Refused(refusals)
    return found


def _answer(
    request: HttpRequest, entry: Entry, record: Any, way: Way, refusals: list[Refusal]
) -> HttpResponse:
    target, here = way.document, f"{entry.url}{record.pk}/"
    by_line = {one.field: str(one.message) for one in refusals if one.field.startswith("lines.")}
    label = _("Make: %(document)s") % {"document": target.name}
    context = {
        "shell": shell_for(request, entry, (title_of(record), here), (label, None)),
        "rates": _rates(request, record, way), "rates_error": _about("tax_rates", refusals),
        "record": record, "title": label, "rows": _rows(request, record, way, by_line),
        "errors": [("", str(one.message)) for one in refusals if one.field not in {*by_line, "tax_rates"}],
        "back": here, "action": request.path, "in_window": wants_part(request),
    }  # fmt: skip
    return render_page(
        request,
        "trade/convert.html",
        context,
        part="convert",
        status=Refused(refusals).status if refusals else 200,
    )


def _about(field: str, refusals: list[Refusal]) -> str:
    return next((str(one.message) for one in refusals if one.field == field), "")


def _rates(request: HttpRequest, record: Any, way: Way) -> dict[str, Any] | None:
    """What is asked where a rate has changed since: the choices in words, and the one that stands. None otherwise."""
    target: Any = way.document.model
    if target.keeps_rates or not hasattr(record, "tax_rates"):
        return None
    lines = [line for line in record.lines_in_order() if left_of(line, way) > 0]
    changed = changed_rules(record, lines, today())
    if not changed:
        return None
    agreed = {rule.code: rule for rule in rules_kept(record, lines)}
    reader = reader_of(request)

    def told(rules: Any) -> str:
        return ", ".join(f"{rules[code].name} {effective(rules[code], reader)}" for code in sorted(changed))

    return {
        "choices": [
            (RatesOf.AGREED.value, _("As agreed: %(rates)s") % {"rates": told(agreed)}),
            (RatesOf.CURRENT.value, _("As they are now: %(rates)s") % {"rates": told(changed)}),
        ],
        "given": request.POST.get("tax_rates", record.tax_rates or ""),
    }


def effective(rule: TaxRule, reader: Reader) -> str:
    """What the tax takes of a price, in percent."""
    return write_number(rounded(rule.share * 100, 4), reader, 4, shortest=True) + "%"


def _rows(request: HttpRequest, record: Any, way: Way, errors: dict[str, str]) -> list[Taken]:
    reader: Reader = reader_of(request)
    units = {unit.value: str(unit.label) for unit in Unit}

    def number(value: Decimal) -> str:
        return write_number(value, reader, 3, shortest=True)

    found, lines = [], record.lines_in_order()
    proposed = record.proposes(lines, way)
    for line in lines:
        left = left_of(line, way) if line.is_item else Decimal(0)
        if line.is_item and not line.counts:
            continue
        given = request.POST.get(f"take-{line.pk}", number(proposed[line.pk]) if line.pk in proposed else "")
        found.append(
            Taken(line.pk, line.kind, line.name or "", units.get(line.unit or "", ""), number(line.quantity or left),
                  number(left), given, errors.get(f"lines.{line.pk}", ""))
        )  # fmt: skip
    return found
