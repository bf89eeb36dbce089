"""Values: how each kind of value is written on the wire, and how what a program sent is read.

All values are texts: nothing is "", yes and no are "1" and "0", money has eight decimals, a moment is in UTC.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from relasi.engine.fields.address import CountryKind, country_names
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.choice import ChoiceKind, MultiChoiceKind
from relasi.engine.fields.dates import DateKind, DateTimeKind
from relasi.engine.fields.kind import UNSTORABLE, Kind
from relasi.engine.fields.money import CurrencyKind, MoneyKind
from relasi.engine.fields.numbers import IntegerKind, NumberKind
from relasi.features.compat import picklists

JOIN = " |##| "
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,12})?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)[ T]\d.*", re.ASCII | re.DOTALL)


def written(kind: Kind, value: Any) -> str:
    """A stored value as a program reads it."""
    if value is None or value == "":
        return ""
    if isinstance(kind, BooleanKind):
        return "1" if value else "0"
    if isinstance(kind, NumberKind):
        return _number(kind, value)
    if isinstance(kind, DateTimeKind):
        return moment(value)
    if isinstance(kind, DateKind):
        return value.isoformat()
    if isinstance(kind, CurrencyKind):
        return str(value)
    if isinstance(kind, ChoiceKind):
        return picklists.spelled(kind, value)
    if isinstance(kind, MultiChoiceKind):
        return JOIN.join(picklists.spelled(kind, one) for one in value)
    if isinstance(kind, CountryKind):
        return country_names("en").get(value, value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _number(kind: Kind, value: Any) -> str:
    if isinstance(kind, IntegerKind):
        return str(value)
    return money(value) if isinstance(kind, MoneyKind) else f"{value:.3f}"


def money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.8f}"


def moment(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def plain(raw: Any) -> str:
    """What a program sent for one value as text. Yes and no of JSON are "1" and "0", a list is joined.

    What no text of ours can hold becomes a space."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, float):
        return format(Decimal(repr(raw)), "f") if raw == raw and abs(raw) < 1e30 else str(raw)
    if isinstance(raw, list):
        return JOIN.join(plain(one) for one in raw)
    text = json.dumps(raw, ensure_ascii=False) if isinstance(raw, dict) else str(raw)
    return UNSTORABLE.sub(" ", text)


def meant(kind: Kind, text: str) -> Any:
    """What to give the kind to read. Numbers have a decimal point whatever stands behind it. Raises Invalid."""
    bare = text.strip()
    if isinstance(kind, NumberKind):
        return _number_meant(kind, bare)
    if isinstance(kind, BooleanKind):
        return bare or "0"
    if isinstance(kind, DateTimeKind):
        return None if bare.startswith("0000-00-00") else bare
    if isinstance(kind, DateKind):
        found = _DAY.fullmatch(bare)
        return None if bare.startswith("0000-00-00") else found[1] if found else bare
    if isinstance(kind, ChoiceKind) and not isinstance(kind, CurrencyKind):
        return picklists.key_of(kind, bare) if bare else None
    if isinstance(kind, MultiChoiceKind):
        words = (word.strip() for word in bare.split(JOIN.strip()))
        return [picklists.key_of(kind, word) for word in words if word]
    return text


def _number_meant(kind: Kind, bare: str) -> Any:
    if not _NUMBER.fullmatch(bare):
        return bare
    number = Decimal(bare)
    return int(number) if isinstance(kind, IntegerKind) and number == int(number) else number
