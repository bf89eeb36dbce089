"""Conversion: a document becomes the next one, whole or in part, until nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.held import hold
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.charges import fixed, joined, joined_rules, parted, percentages, told
from relasi.kits.trade.copying import AS_AGREED, LINE, copied
from relasi.kits.trade.figures import ZERO, Discount
from relasi.kits.trade.line import Kind
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.taking import Way, left_of, ways_from
from relasi.kits.trade.tax_change import Rules, renewed_header, renewed_line, rules_chosen
from relasi.kits.trade.totals import totals_of

WHOLE = ("discount_amount", "shipping", "adjustment")  # amounts of a document that go with its parts


def way_to(source: Any, target: Any) -> Way:
    """How this document becomes one of that class. Raises LookupError."""
    for way in ways_from(source):
        if way.document.model is target:
            return way
    raise LookupError(f"{source._meta.label} does not become {target._meta.label}")


def convert(
    source: Any,
    target: Any,
    quantities: Mapping[int, Decimal] | None = None,
    tax_rates: Any = None,
    by_itself: bool = False,
    **more: Any,
) -> Any:
    """The next document. quantities: line id -> how much of it; without them what the source proposes, as a
    rule all that is left.

    tax_rates: which rates hold where one has changed since (tax_change.RatesOf); without it what the source says.
    by_itself: it follows from something else, whatever the person may make.
    Raises Refused when the state does not allow it, nothing is left, more is asked for than is left, or a rate has
    changed and nobody said which one holds.
    """
    way = way_to(source, target)
    with transaction.atomic():
        # Whoever else converts it waits here, and then sees what is left.
        source = type(source)._base_manager.select_for_update().get(pk=source.pk)
        check_open(source, target)
        lines = source.lines_in_order()
        wanted = _wanted(lines, way, source.proposes(lines, way) if quantities is None else quantities)
        rules = _rules_for(
            source, target, [one for one in lines if one.pk in wanted], tax_rates, more.get("date")
        )
        values = (
            _shared(source, way, wanted) | source.passes_on(target) | renewed_header(source, rules) | more
        )

        bare = _bare(lines, wanted)

        def of_line(line: Any) -> dict[str, Any] | None:
            own = line_values(line, way, wanted, bare, source.decimals)
            return own and own | renewed_line(line, rules)

        return copied(source, target, values, of_line, by_itself)


def _rules_for(source: Any, target: Any, lines: list[Any], choice: Any, day: Any) -> Rules:
    """The rules that take the place of those agreed; the answer, once given, stays with the source. Raises Refused."""
    if target.keeps_rates or not hasattr(source, "tax_rates"):
        return {}
    found = rules_chosen(source, lines, _day(day), choice or source.tax_rates)
    if choice and choice != source.tax_rates:
        update(source, {"tax_rates": choice}, authorised="it was said with what is made of it")
    return found


def _day(given: Any) -> date:
    return date.fromisoformat(given) if isinstance(given, str) else given or today()


def add_to(document: Any, source: Any) -> Any:
    """What is left of another document of the same customer comes onto this one. Raises Refused."""
    way = way_to(source, type(document))
    with transaction.atomic():
        hold([(registry.of(one), [one.pk]) for one in (document, source)])
        source = type(source)._base_manager.get(pk=source.pk)
        check_open(source, type(document))
        _check_alike(document, source)
        lines = source.lines_in_order()
        wanted = _wanted(lines, way, source.proposes(lines, way))
        part = _shared(source, way, wanted)
        taken = [one for one in lines if one.pk in wanted]
        rules = _rules_for(source, type(document), taken, None, document.date)
        # What the other document took off or charged as a whole goes with its lines.
        more = {name: (getattr(document, name) or ZERO) + part[name] for name in WHOLE[1:] if part[name]}
        if document.other_charges or part["other_charges"]:
            more["other_charges"] = _charges_of_both(document, source, part["other_charges"], wanted, way)
            more["charge_tax_rules"] = joined_rules(document.charge_tax_rules, source.charge_tax_rules)
        kept = [{"id": line.pk} for line in document.lines_in_order()]
        bare = _bare(lines, wanted)
        new = [
            {name: _raw(line, name) for name in LINE} | extra | renewed_line(line, rules)
            for line in lines
            if (extra := line_values(line, way, wanted, bare, source.decimals)) is not None
        ]
        return update(document, more, lines=[*kept, *new], authorised=AS_AGREED)


def _charges_of_both(
    document: Any, source: Any, theirs: Any, wanted: Mapping[int, Decimal], way: Way
) -> list[dict[str, Any]] | None:
    """theirs: what goes along of the charges of the source with what is taken of it."""
    own = document.other_charges
    lines = []
    for line in source.lines_in_order():
        if line.pk in wanted:
            values = line_values(line, way, wanted, set(), source.decimals) or {}
            discount = Discount(line.discount_percent, values.get("discount_amount"))
            lines.append(replace(line.as_figures(), quantity=wanted[line.pk], discount=discount, counts=True))
    came = told(source, totals_of(replace(source.as_figures([]), lines=lines, adjustment=ZERO)).charges)
    mine = fixed(own, percentages(own, document.charge_summary), theirs)
    return joined(mine, fixed(theirs, percentages(source.other_charges, came), own))


def _check_alike(document: Any, source: Any) -> None:
    first, *others = document.parties
    names = (first,) if _raw(document, first) is not None else (first, *others)
    if any(_raw(document, name) != _raw(source, name) for name in names):
        raise Refused([Refusal("", "INVALID_VALUE", _("The other document is for somebody else."))])
    terms = ("currency", "rate", "tax_mode", "includes_tax", "discount_percent", "tax_region_id")
    if any(getattr(document, name) != getattr(source, name) for name in terms) or source.discount_amount:
        message = _("Currency, taxes and discount of the two documents must be the same.")
        raise Refused([Refusal("", "INVALID_VALUE", message)])


def check_open(source: Any, target: Any) -> None:
    if source.trashed_at is not None or source.status not in source.gives_to(target):
        raise Refused([Refusal("", "INVALID_TRANSITION", _("In its state nothing can be made of it."))])


def _wanted(lines: list[Any], way: Way, quantities: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Line id -> what is taken of it. Raises Refused."""
    left = {line.pk: left_of(line, way) for line in lines}
    if not any(amount > 0 for amount in left.values()):
        raise Refused([Refusal("", "INVALID_TRANSITION", _("Nothing is left of it: all was taken already."))])
    refusals = [
        Refusal(f"lines.{id}", "QTY_EXCEEDED", _("Of this line %(left)s are left.") % {"left": _plain(left[id])})
        for id, amount in quantities.items()
        if id in left and amount > left[id]
    ]  # fmt: skip
    if any(id not in left or amount < 0 for id, amount in quantities.items()):
        refusals.append(Refusal("lines", "OUT_OF_RANGE", _("Write how many, or nothing.")))
    wanted = {id: amount for id, amount in quantities.items() if amount > 0}
    if not wanted:
        refusals.append(Refusal("lines", "REQUIRED", _("Write how many of at least one line.")))
    if refusals:
        raise Refused(refusals)
    return wanted


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _bare(lines: list[Any], wanted: Mapping[int, Decimal]) -> set[int]:
    """Ids of the sections of which nothing is taken, and of the notes in them."""
    bare, section = set[int](), list[int]()
    for line in lines:
        if line.kind == Kind.SECTION:
            bare.update(section)
            section = [line.pk]
        elif line.pk in wanted:
            section = []
        elif not line.is_item and section:
            section.append(line.pk)
    return bare | set(section)


def line_values(
    line: Any, way: Way, wanted: Mapping[int, Decimal], bare: set[int], decimals: int
) -> dict[str, Any] | None:
    """What the new line has of its own; None where it is left out. Sections and notes stay where something of them does."""
    if not line.is_item:
        return None if line.pk in bare else {}
    if line.pk not in wanted:
        return None
    amount, before = wanted[line.pk], getattr(line, way.counted)
    values = {way.by: line.pk, "quantity": amount, "optional": False, "chosen": False}
    values |= {name: getattr(line, f"{name}_id") for name in line.passes if name != way.by}
    if line.discount_amount is not None:
        shares = (
            Fraction(before) / Fraction(line.quantity),
            Fraction(before + amount) / Fraction(line.quantity),
        )
        values["discount_amount"] = _between(line.discount_amount, *shares, decimals)
    return values


def _shared(source: Any, way: Way, wanted: Mapping[int, Decimal]) -> dict[str, Any]:
    """Amounts of the whole in proportion to what is taken: the parts of all conversions add up to the amount."""
    lines = [line for line in source.lines_in_order() if line.counts]
    free = not any(line.net for line in lines)  # then every line weighs the same

    def part(taken: Callable[[Any], Decimal]) -> Fraction:
        weighed = [
            (Fraction(1 if free else line.net), Fraction(taken(line)) / Fraction(line.quantity))
            for line in lines
        ]
        return sum((weight * share for weight, share in weighed), Fraction(0)) / sum(
            w for w, _share in weighed
        )

    before = part(lambda line: getattr(line, way.counted))
    after = part(lambda line: getattr(line, way.counted) + wanted.get(line.pk, ZERO))
    found: dict[str, Any] = {}
    for name in WHOLE:
        amount = getattr(source, name)
        found[name] = None if amount is None else _between(amount, before, after, source.decimals)
    found["other_charges"] = parted(
        source.other_charges, lambda amount: _between(amount, before, after, source.decimals)
    )
    return found


def _between(amount: Decimal, before: Any, after: Any, decimals: int) -> Decimal:
    """The part of an amount between two shares of it; neighbouring parts add up without a gap."""
    whole = Fraction(amount)
    return rounded(whole * Fraction(after), decimals) - rounded(whole * Fraction(before), decimals)


def _raw(record: Any, name: str) -> Any:
    return getattr(record, record._meta.get_field(name).attname)


def all_taken(document_model: Any, ids: list[int], counted: str) -> dict[int, tuple[Decimal, Decimal]]:
    """Document id -> (what its lines hold, what was taken of them), of the lines that count."""
    lines = registry.of(document_model).lines_module
    rows = lines.model._base_manager.filter(
        Q(optional=False) | Q(chosen=True), kind="item", trashed_at=None, **{f"{lines.whole.name}__in": ids}
    )
    found = rows.values_list(lines.whole.attname).annotate(Sum("quantity"), Sum(counted))
    return {id: (held or ZERO, taken or ZERO) for id, held, taken in found}
