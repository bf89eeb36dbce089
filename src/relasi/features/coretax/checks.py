"""Checks: what the tax office would send back, said before it is sent, with the place where it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.access.company import company
from relasi.engine.declare.refusal import Refusal
from relasi.features.coretax.goods import Good, goods_of
from relasi.features.coretax.schema import Schema, country3
from relasi.kits.parties.identity import nitku_belongs_to
from relasi.kits.trade.figures import Totals
from relasi.kits.trade.tax_invoice import FACILITY_CODES

HOME = "IDR"


@dataclass(frozen=True, slots=True)
class Problem:
    """code: a stable name. text: what is wrong and what to do. url: where it is mended, "" where it cannot be."""

    code: str
    text: str
    url: str = ""


@dataclass
class Prepared:
    """An invoice as the tax office would get it. remarks: what is worth knowing and stands in nobody's way."""

    invoice: Any
    code: str = ""
    goods: list[Good] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return not self.problems

    def total(self, name: str) -> Any:
        return sum((getattr(one, name) for one in self.goods), 0)


def seller_problems(details: Any) -> list[Problem]:
    """What is missing of ourselves; while it is, nothing is exported."""
    found, url = [], "/settings/company-details/"
    if company().currency != HOME:
        text = _("The tax office counts in rupiah, but the currency of the company is another one.")
        found.append(Problem("currency", text, "/settings/company/"))
    if not details.npwp:
        found.append(Problem("seller_npwp", _("The NPWP of the company is missing."), url))
    return found


def prepare(invoice: Any, lines: Sequence[Any], schema: Schema, other_places: int) -> Prepared:
    """The invoice with all that is wrong with it. lines: in order."""
    found = Prepared(invoice, invoice.transaction_code or "")
    try:
        found.goods, totals, left_out = goods_of(invoice, lines, schema, found.code, other_places)
    except Refusal as refused:
        found.problems.append(Problem("figures", str(refused.message)))
        return found
    if left_out:
        text = ngettext(
            "%(n)s line without PPN stays out of the tax invoice.",
            "%(n)s lines without PPN stay out of the tax invoice.", left_out,
        )  # fmt: skip
        found.remarks.append(text % {"n": left_out})
    _check_figures(found, totals)
    _check_code(found, schema)
    _check_goods(found, schema)
    _check_buyer(found)
    return found


def _at(found: Prepared, name: str) -> str:
    return f"/invoices/{found.invoice.pk}/#fact-{name}"


def _check_figures(found: Prepared, totals: Totals) -> None:
    invoice = found.invoice
    stored = (invoice.goods_total, invoice.tax_total, invoice.charge_tax_total, invoice.grand_total)
    if (totals.goods.net, totals.goods.tax, totals.charged.tax, totals.grand_total) != stored:
        found.problems.append(Problem("figures", _("Its lines do not give its totals any more.")))
    if not found.goods:
        found.problems.append(Problem("no_vat", _("No line bears PPN: it needs no tax invoice.")))
    if invoice.currency != HOME and (not invoice.rate or invoice.rate == 1):
        text = _("The exchange rate from %(currency)s is missing.") % {"currency": invoice.currency}
        found.problems.append(Problem("rate", text, f"/invoices/{invoice.pk}/"))


def _check_code(found: Prepared, schema: Schema) -> None:
    url = _at(found, "transaction_code")
    if not found.code and found.goods:
        codes = {good.rule.transaction_code for good in found.goods}
        found.code = min(codes) if len(codes) == 1 else ""
        if len(codes - {""}) > 1:
            text = _(
                "Its lines have several transaction codes (%(codes)s); a tax invoice has one. Make two invoices."
            )
            found.problems.append(Problem("codes", text % {"codes": ", ".join(sorted(codes - {""}))}, url))
            return
        if "" in codes:
            text = _("The transaction code is missing: its tax has none. Choose one on the invoice.")
            found.problems.append(Problem("no_code", text, url))
            return
    covered = found.code in FACILITY_CODES
    if covered and not found.invoice.facility:
        text = _("Code %(code)s needs the facility: the number of the additional information in Coretax.")
        found.problems.append(Problem("facility", text % {"code": found.code}, _at(found, "facility")))
    for good in found.goods:
        wrong = _misfit(good, found.code, schema)
        if wrong:
            told = wrong % {"code": found.code, "tax": good.rule.name}
            found.problems.append(Problem("misfit", told, url))
            return


def _misfit(good: Good, code: str, schema: Schema) -> str:
    """Why the tax of a line cannot be declared under a code."""
    if code in FACILITY_CODES:
        return (
            _("Code %(code)s is for PPN nobody pays, but the invoice charges %(tax)s.")
            if good.rule.rate
            else ""
        )
    if not good.rule.rate:
        return _("Code %(code)s is for PPN that is charged, but %(tax)s is 0%%.")
    if code in schema.full_base and good.rule.factor != 1:
        return _("Code %(code)s is for the full price as base, but %(tax)s is taken on a part of it.")
    if code in schema.part_base and good.rule.factor == 1:
        return _("Code %(code)s is for a part of the price as base, but %(tax)s is taken on all of it.")
    return ""


def _check_goods(found: Prepared, schema: Schema) -> None:
    url = f"/invoices/{found.invoice.pk}/"
    for good in found.goods:
        if not good.base:
            text = _("“%(name)s” has a base of zero.") % {"name": good.name}
            found.problems.append(Problem("zero", text, url))
        if good.unit and good.unit not in schema.units:
            text = _("Coretax has no unit for “%(unit)s” of “%(name)s”.")
            found.problems.append(Problem("unit", text % {"unit": good.unit, "name": good.name}, url))
    names = [good.name for good in found.goods]
    if not all(names):
        found.problems.append(Problem("name", _("A line has no name."), url))


def _check_buyer(found: Prepared) -> None:
    invoice = found.invoice
    identified = invoice.buyer_npwp or invoice.buyer_nik or invoice.buyer_other_id
    if not identified:
        text = _("The buyer has neither NPWP nor NIK (nor a passport or foreign number).")
        found.problems.append(Problem("buyer", text, _at(found, "buyer_npwp")))
    if invoice.buyer_npwp:
        _check_place(found)
    for name, code, text in (
        ("buyer_name", "buyer_name", _("The buyer's name is missing.")),
        ("buyer_address", "buyer_address", _("The buyer's address is missing.")),
    ):
        if not getattr(invoice, name):
            found.problems.append(Problem(code, text, _at(found, name)))
    if not country3(invoice.buyer_country or ""):
        text = _("The buyer's country is missing.")
        found.problems.append(Problem("country", text, _at(found, "buyer_country")))


def _check_place(found: Prepared) -> None:
    place = found.invoice.buyer_nitku
    if not place:
        text = _("The buyer's NITKU is missing.")
        found.problems.append(Problem("nitku", text, _at(found, "buyer_nitku")))
    elif not nitku_belongs_to(place, found.invoice.buyer_npwp):
        text = _("The buyer's NITKU does not begin with the buyer's NPWP.")
        found.problems.append(Problem("nitku", text, _at(found, "buyer_nitku")))
