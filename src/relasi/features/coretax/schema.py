"""Schema: the form of the file Coretax takes, as data of each of its versions: elements, their order, codes, formats."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from babel.core import get_global

# Where the register of countries has a code of three letters from before, too.
_TODAY = {"MM": "MMR", "CD": "COD", "DE": "DEU", "FR": "FRA", "TL": "TLS", "YE": "YEM"}


@dataclass(frozen=True)
class Schema:
    """invoice, goods: names of elements in their order. most: invoices of one file. places: decimals of amounts.

    documents: what a buyer is known by. no_tin, no_place: of a buyer without tax number. full_base, part_base:
    transaction codes of goods taxed on the whole price, and on a part of it. units: of kits.trade.unit.
    """

    key: str
    since: str
    root: str
    location: str
    most: int
    places: int
    invoice: tuple[str, ...]
    goods: tuple[str, ...]
    normal: str
    documents: dict[str, str]
    no_tin: str
    no_place: str
    product: str
    service: str
    goods_code: str
    full_base: tuple[str, ...]
    part_base: tuple[str, ...]
    facility: dict[str, Any]
    units: dict[str, str]
    other_unit: str

    @property
    def facility_rate(self) -> Decimal:
        """Of the PPN that a facility covers, in percent."""
        return Decimal(self.facility["rate"])

    @property
    def facility_factor(self) -> Fraction:
        return Fraction(self.facility["numerator"], self.facility["denominator"])


@cache
def schemas() -> dict[str, Schema]:
    """By key, the newest first. One that is "like" another one has what that one has, but for what it says itself."""
    given = json.loads((Path(__file__).parent / "schemas.json").read_text("utf-8"))
    raw: dict[str, dict[str, Any]] = {}
    for one in given:
        like = one.pop("like", None)
        raw[one["key"]] = {**(raw[like] if like else {}), **one}
    return {key: Schema(**one) for key, one in sorted(raw.items(), reverse=True)}


def newest() -> Schema:
    return next(iter(schemas().values()))


@cache
def _countries() -> dict[str, str]:
    aliases = get_global("territory_aliases")
    found = {new[0]: old for old, new in aliases.items() if len(old) == 3 and old.isalpha() and len(new) == 1}
    return found | _TODAY


def country3(code: str) -> str:
    """The code of three letters of a country's two; "" for none that is known."""
    return _countries().get(code, "")
