"""Money: an amount, shown in its currency; and the currency itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, get_territory_currencies
from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.fields.choice import ChoiceField, ChoiceKind, Option
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.number_text import MINUS, read_number, rounded_to, write_number
from relasi.engine.fields.numbers import DecimalKind, NumberLimits
from relasi.engine.fields.reader import Reader, current_reader

# Digits shown after the decimal mark where custom differs from the standard; others ask the standard.
DECIMALS = {"IDR": 0}

# The currencies an Indonesian company meets most, offered before all others.
USUAL = ("IDR", "USD", "SGD", "EUR", "MYR", "JPY", "CNY", "AUD", "GBP", "HKD", "THB", "KRW", "SAR", "INR")

_MARKS = {
    "RP": "IDR", "RUPIAH": "IDR", "$": "USD", "US$": "USD", "S$": "SGD", "RM": "MYR", "€": "EUR", "£": "GBP",
    "¥": "JPY",
}  # fmt: skip
_BEFORE = re.compile(r"([-−(]?)\s*([A-Za-z]{0,3}[$€£¥]|[A-Za-z]{2,6})\.?\s*(?=[-−(\d])")
_AFTER = re.compile(r"\s*([A-Za-z]{3,6})(?=\)?$)")


class MoneyField(NumberLimits, models.DecimalField):
    """An amount with two decimals. currency_field: the field of the same record that names its currency; the
    company's currency without one.
    """

    def __init__(self, *args: Any, currency_field: str = "", **kwargs: Any) -> None:
        self.currency_field = currency_field
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class CurrencyField(ChoiceField):
    """A currency by its three letters (ISO 4217)."""

    def __init__(self, *args: Any, max_length: int = 3, **kwargs: Any) -> None:
        super().__init__((), *args, max_length=max_length, **kwargs)


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """How many decimals amounts of this currency show."""
    return DECIMALS[currency] if currency in DECIMALS else min(get_currency_precision(currency), 2)


def sign_of(currency: str) -> str:
    return "Rp" if currency == "IDR" else currency


def amount(value: Decimal | int, currency: str, reader: Reader) -> str:
    """The full amount: "Rp 3.240.500.000". A fraction is never hidden, whatever the currency."""
    places = decimals_of(currency)
    if places < 2 and value != int(value):
        places = 2
    text = write_number(value, reader, places)
    sign = sign_of(currency)
    return f"{MINUS}{sign}\u00a0{text[1:]}" if text[0] == MINUS else f"{sign}\u00a0{text}"


class _Scale(NamedTuple):
    """How an amount is cut short: what it is divided by, decimals at most, the word in both languages."""

    unit: Decimal
    places: int
    indonesian: str
    english: str


_SHORT = (
    _Scale(Decimal(10**3), 1, "rb", "k"),
    _Scale(Decimal(10**6), 1, "jt", "mn"),
    _Scale(Decimal(10**9), 2, "M", "bn"),
    _Scale(Decimal(10**12), 2, "T", "tn"),
)


def short(value: Decimal | int, currency: str, reader: Reader) -> str:
    """The amount where room is short: "Rp 742,8 jt", "Rp 3,24 M"; below a thousand in full."""
    size = abs(Decimal(value))
    if size < 1000:
        return amount(value, currency, reader)
    scale = next((one for one in _SHORT if rounded_to(size / one.unit, one.places) < 1000), _SHORT[-1])
    word = scale.indonesian if reader.language == "id" else scale.english
    glue = "" if word == "k" else "\u00a0"
    minus = MINUS if value < 0 else ""
    text = write_number(rounded_to(size / scale.unit, scale.places), reader, scale.places, shortest=True)
    return f"{minus}{sign_of(currency)}\u00a0{text}{glue}{word}"


@shows_as(MoneyField)
class MoneyKind(DecimalKind):
    name = "money"
    input = "money"
    width = "11rem"

    def __init__(self, field: Any):
        super().__init__(field)
        self.places = 2
        self.currency_field: str = getattr(field, "currency_field", "")

    @property
    def beside(self) -> tuple[str, ...]:
        return (self.currency_field,) if self.currency_field else ()

    def currency_of(self, record: Any, reader: Reader) -> str:
        if record is None or not self.currency_field:
            return reader.currency
        return getattr(record, self.currency_field, None) or reader.currency

    def read(self, text: str, reader: Reader) -> Decimal:
        bare = text if text[0].isdigit() and text[-1].isdigit() else self._without_currency(text, reader)
        return read_number(bare, reader, self.places, text)

    def _without_currency(self, text: str, reader: Reader) -> str:
        before = _BEFORE.match(text)
        if before and self._is_currency(before[2], reader):
            text = before[1] + text[before.end() :]
        after = _AFTER.search(text)
        if after and self._is_currency(after[1], reader):
            text = text[: after.start()] + text[after.end() :]
        return text

    def _is_currency(self, mark: str, reader: Reader) -> bool:
        """Raises Invalid for another currency: an amount in it must not pass for one in ours."""
        currency = _MARKS.get(mark.upper(), mark.upper())
        if currency not in active_currencies():
            return False
        if currency != reader.currency and not (currency == "IDR" and self.currency_field):
            message = _("Write the amount without “%(mark)s”: its currency does not belong here.")
            raise Invalid(message % {"mark": mark})
        return True

    def sign(self, reader: Reader) -> str:
        """What stands before the input: nothing where each record names its currency."""
        return "" if self.currency_field else sign_of(reader.currency)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        if value is None:
            return ""
        reader = reader or current_reader()
        return amount(value, reader.currency, reader)

    def text_of(self, record: Any, reader: Reader | None = None) -> str:
        reader = reader or current_reader()
        value = self.value_of(record)
        return "" if value is None else amount(value, self.currency_of(record, reader), reader)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return EMPTY_CELL
        reader = reader or current_reader()
        currency = self.currency_of(record, reader)
        shown = amount(value, currency, reader)
        if value < 0:
            return Markup('<span class="neg">%s</span>') % shown
        # Digits and Rp need no escaping, and this runs for every row.
        return Markup(shown) if currency == "IDR" else escape(shown)

    def short(self, value: Any, record: Any = None, reader: Reader | None = None) -> str:
        """For cards and tiles."""
        reader = reader or current_reader()
        return "" if value is None else short(value, self.currency_of(record, reader), reader)

    def brief(self, value: Any, reader: Reader | None = None) -> str:
        return self.short(value, None, reader)

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        return write_number(value, reader or current_reader(), 2 if value % 1 else 0)


@lru_cache(maxsize=1)
def active_currencies() -> frozenset[str]:
    """The currencies that are legal tender somewhere today."""
    found: set[str] = set(USUAL)
    for territory in map(str, Locale("en").territories):
        if len(territory) == 2:
            found.update(get_territory_currencies(territory))
    return frozenset(found)


@lru_cache(maxsize=8)
def _names(language: str) -> dict[str, str]:
    try:
        return dict(Locale(language).currencies)
    except UnknownLocaleError:
        return dict(Locale("en").currencies)


@shows_as(CurrencyField)
class CurrencyKind(ChoiceKind):
    name = "currency"
    width = "6rem"

    @cached_property
    def options(self) -> tuple[Option, ...]:
        others = sorted(active_currencies() - set(USUAL))
        return tuple(Option(code, code) for code in (*USUAL, *others))

    def _words(self) -> Iterable[tuple[str, str]]:
        yield from super()._words()
        for language in ("id", "en"):
            yield from ((name, code) for code, name in _names(language).items() if code in self.by_key)
        yield from ((mark, code) for mark, code in _MARKS.items())

    def label_in_list(self, option: Option, reader: Reader) -> str:
        name = _names(reader.language).get(option.key)
        return f"{option.key} · {name}" if name else option.key
