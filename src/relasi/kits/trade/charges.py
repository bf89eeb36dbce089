"""Charges: what a document asks for besides its lines: packing, insurance, installation; an amount or a percentage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.json import HiddenField, HiddenKind
from relasi.engine.fields.kind import Invalid, shows_as
from relasi.engine.fields.number_text import read_number, write_number
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.figures import ZERO, Charge, ChargeFigures
from relasi.kits.trade.shelf import shelf
from relasi.kits.trade.tax_rule import WITHHELD, Taxes, TaxRule, in_order

MOST, LONGEST = 20, 100
PART_OF_LIST = re.compile(r"[:;\[\]]")  # what parts the texts of a file
# "Asuransi: 1,5% [PPN]"; without a value or codes those of the settings hold.
_TEXT = re.compile(r"(?P<name>[^:\[\];]+)(:(?P<value>[^\[\]]*))?(\[(?P<codes>[^\]]*)\])?\s*$")
Stored = dict[str, Any]


class ChargesField(HiddenField):
    """A list of charges: name, an amount or a percentage of the discounted lines, and codes of taxes."""


@shows_as(ChargesField)
class ChargesKind(HiddenKind):
    name = "charges"
    imported = True

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        """[{"name": "Packing", "amount": 50000, "taxes": ["PPN"]}], or "Packing: 50000 [PPN]; Insurance: 1%".
        Raises Invalid."""
        reader = reader or current_reader()
        if isinstance(raw, str):
            raw = [_from_text(one) for one in re.split(r";(?![^\[]*\])", raw) if one.strip()]
        if not raw:
            return None
        if not isinstance(raw, list | tuple) or len(raw) > MOST:
            raise Invalid(_("Write at most %(most)s charges, each with its name.") % {"most": MOST})
        return [_read(one, reader) for one in raw]

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "; ".join(_said(one, reader or current_reader()) for one in value or ())

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        if isinstance(value, str):
            return value
        codes = [f" [{', '.join(one['taxes'] or ())}]" for one in value or ()]
        texts = [_said(one, reader or current_reader()) for one in value or ()]
        return "; ".join(f"{text}{code}" for text, code in zip(texts, codes, strict=True))

    def to_json(self, value: Any) -> Any:
        return list(value or ())

    def schema(self) -> dict[str, Any]:
        number = {"type": ["string", "number", "null"]}
        one = {"name": {"type": "string", "maxLength": LONGEST}, "amount": number, "percent": number,
               "taxes": {"type": ["array", "null"], "items": {"type": "string"}}}  # fmt: skip
        return {"type": ["array", "null"], "maxItems": MOST, "items": {"type": "object", "properties": one}}


def _from_text(text: str) -> Stored:
    found = _TEXT.match(text.strip())
    if found is None:
        raise Invalid(_("Write charges as “Packing: 50000; Insurance: 1%”."))
    codes = found["codes"]
    given = None if codes is None else [one.strip() for one in codes.split(",") if one.strip()]
    return {"name": found["name"].strip(), "value": (found["value"] or "").strip(), "taxes": given}


def _read(given: Any, reader: Reader) -> Stored:
    """value: as a person writes it, "1,5%" or "50.000"; else amount or percent."""
    if not isinstance(given, dict) or not str(given.get("name") or "").strip():
        raise Invalid(_("Every charge needs a name."))
    name = str(given["name"]).strip()
    if len(name) > LONGEST or PART_OF_LIST.search(name):
        raise Invalid(_("The name of a charge is short and has no colon, semicolon or bracket."))
    taxes = given.get("taxes")
    if taxes is not None and not (isinstance(taxes, list) and all(isinstance(one, str) for one in taxes)):
        raise Invalid(_("Write the codes of the taxes as a list."))
    value = str(given.get("value") or "").strip()
    amount, percent = given.get("amount"), given.get("percent")
    if value:
        amount, percent = (None, value.removesuffix("%")) if value.endswith("%") else (value, None)
    if amount is not None and percent is not None:
        raise Invalid(_("A charge is an amount or a percentage, not both."))
    return {"name": name, "amount": _number(amount, reader), "percent": _number(percent, reader, 100),
            "taxes": None if taxes is None else list(dict.fromkeys(taxes))}  # fmt: skip


def _number(given: Any, reader: Reader, most: int | None = None) -> str | None:
    if given is None or given == "":
        return None
    number = given if isinstance(given, Decimal) else read_number(str(given).strip(), reader, 2)
    if number < 0 or (most is not None and number > most) or number >= 10**15:
        raise Invalid(_("A charge is not less than nothing, and at most 100%."))
    return _text(number)


def _said(one: Stored, reader: Reader) -> str:
    if one["percent"] is not None:
        return f"{one['name']}: {write_number(Decimal(one['percent']), reader, 2, shortest=True)}%"
    if one["amount"] is not None:
        return f"{one['name']}: {write_number(Decimal(one['amount']), reader, 2, shortest=True)}"
    return str(one["name"])


def value_text(one: Stored, reader: Reader) -> str:
    """As it is typed: "1,5%" or "50.000"."""
    return _said(one, reader).removeprefix(one["name"]).removeprefix(": ")


def take_charges(document: Any, change: Change) -> None:
    """What is left open of a charge comes from the settings: its value, and its taxes as of the day of the document."""
    if not document.other_charges:
        document.other_charges = document.charge_tax_rules = None
        return
    moved = change.has("tax_region")
    if not (change.is_new or moved or change.has("other_charges")):
        return
    terms = document.terms_of_sale()
    known = {rule.code: rule for rule in shelf().tax_choices(terms)}
    kept = known if moved else {rule.code: rule for rule in rules(document.charge_tax_rules)} | known
    offered = {one.name.casefold(): one for one in shelf().charges(terms)}
    usual = document.usual_taxes("charges")
    document.other_charges = [
        _filled(one, offered.get(one["name"].casefold()), usual) for one in document.other_charges
    ]
    codes = dict.fromkeys(code for one in document.other_charges for code in one["taxes"])
    for code in codes:
        if code not in kept and not moved:
            raise Refusal("other_charges", "BAD_REFERENCE", _("“%(text)s” was not found.") % {"text": code})
    found = [kept[code] for code in codes if code in kept]
    if any(rule.method == WITHHELD for rule in found):
        raise Refusal("other_charges", "INVALID_VALUE", _("A tax that is withheld cannot stand on a charge."))
    document.charge_tax_rules = [rule.as_json() for rule in found] or None


def _filled(one: Stored, offer: Any, usual: Taxes) -> Stored:
    found = dict(one)
    if found["amount"] is None and found["percent"] is None:
        if offer is None or (offer.amount is None and offer.percent is None):
            sentence = _("Write what “%(name)s” comes to: an amount or a percentage.")
            raise Refusal("other_charges", "REQUIRED", sentence % {"name": one["name"]})
        found |= {"amount": _text(offer.amount), "percent": _text(offer.percent)}
    if found["taxes"] is None:
        found["taxes"] = [rule.code for rule in (usual if offer is None else offer.taxes)]
    return found


def _text(number: Decimal | None) -> str | None:
    """Without zeros behind its decimals, so that the same amount is the same text."""
    return None if number is None else f"{number.normalize():f}"


def rules(stored: Iterable[Stored] | None) -> tuple[TaxRule, ...]:
    return tuple(TaxRule.from_json(one) for one in stored or ())


def charges_of(document: Any) -> list[Charge]:
    """Shipping and the other charges, as the computation takes them."""
    found = []
    if document.shipping:
        taxes = in_order(rules(document.shipping_tax_rules))
        found.append(Charge(str(_("Shipping")), document.shipping, taxes=taxes))
    known = {rule.code: rule for rule in rules(document.charge_tax_rules)}
    for one in document.other_charges or ():
        amount, percent = (None if one[n] is None else Decimal(one[n]) for n in ("amount", "percent"))
        taxes = in_order(known[code] for code in one["taxes"] or () if code in known)
        found.append(Charge(one["name"], amount, percent, taxes))
    return found


def told(document: Any, figures: list[ChargeFigures]) -> list[Stored] | None:
    """What each of the other charges came to, as it is stored. asked: with its taxes where prices include them."""
    own = figures[1:] if document.shipping else figures
    return [
        {"name": one.name, "net": str(one.taxed.net), "tax": str(one.taxed.tax),
         "asked": str(one.taxed.gross if document.includes_tax else one.taxed.net)}
        for one in own
    ] or None  # fmt: skip


def net_of_shipping(document: Any) -> Decimal:
    others = sum((Decimal(one["net"]) for one in document.charge_summary or ()), ZERO)
    return document.charge_total - others


# A part of a document has its part of the amounts; a percentage stays what it is.
def parted(stored: list[Stored] | None, part: Callable[[Decimal], Decimal]) -> list[Stored] | None:
    found = [
        one if one["amount"] is None else {**one, "amount": _text(part(Decimal(one["amount"])))}
        for one in stored or ()
    ]
    return [
        one for one in found if one["amount"] is None or Decimal(one["amount"]) or not _had(one, stored)
    ] or None


def _had(one: Stored, stored: list[Stored] | None) -> bool:
    """Whether it came to something before it was parted."""
    return any(
        o["name"] == one["name"] and o["amount"] is not None and Decimal(o["amount"]) for o in stored or ()
    )


def percentages(stored: list[Stored] | None, came: list[Stored] | None) -> list[str]:
    """What those charges came to that are percentages, in their order. came: as `told` says."""
    pairs = zip(stored or (), came or (), strict=False)
    return [to["asked"] for one, to in pairs if one["percent"] is not None]


def fixed(stored: list[Stored] | None, asked: Iterable[str], beside: list[Stored] | None) -> list[Stored]:
    """A percentage that the other document does not ask for stays what it came to, and is not asked of its lines too.
    asked: of the percentages, in their order."""
    amounts, found = iter(asked), []
    for one in stored or ():
        came = None if one["percent"] is None else _text(Decimal(next(amounts)))
        stays = came is None or any(_alike(one, two) for two in beside or ())
        found.append(one if stays else {**one, "percent": None, "amount": came})
    return found


def joined(own: list[Stored] | None, other: list[Stored] | None) -> list[Stored] | None:
    """Charges of two documents that become one: amounts of the same name are added up, a percentage holds once."""
    found = [dict(one) for one in own or ()]
    for one in other or ():
        twin = next((two for two in found if _alike(one, two)), None)
        if twin is None:
            found.append(dict(one))
        elif one["amount"] is not None:
            twin["amount"] = _text(Decimal(twin["amount"]) + Decimal(one["amount"]))
    return found or None


def _alike(one: Stored, two: Stored) -> bool:
    same = (one["name"], one["percent"], one["taxes"]) == (two["name"], two["percent"], two["taxes"])
    return same and (one["amount"] is None) == (two["amount"] is None)


def joined_rules(own: list[Stored] | None, other: list[Stored] | None) -> list[Stored] | None:
    """own: those of the document that stays hold where both have a code."""
    found = {one["code"]: one for one in (*(other or ()), *(own or ()))}
    return list(found.values()) or None
