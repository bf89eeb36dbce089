"""Numbers: whole ones, decimals and percentages."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, OrderedKind, shows_as
from relasi.engine.fields.number_text import read_number, rounded_to, write_number
from relasi.engine.fields.reader import Reader, current_reader

Number = Decimal | int | None


class NumberLimits(DeclaredField):
    """Mixin of number fields. min, max: the ends of what is allowed, both included; None for no end.

    foot: what the foot of a list tells of the column: "sum", "average" or "" for nothing; None leaves it to the kind.
    """

    def __init__(
        self, *args: Any, min: Number = None, max: Number = None, foot: str | None = None, **kwargs: Any
    ) -> None:
        self.min, self.max, self.foot = min, max, foot
        super().__init__(*args, **kwargs)


class IntegerField(NumberLimits, models.IntegerField):
    """A whole number within ±2,147,483,647. grouped: 1.998 people, but the year 1998."""

    def __init__(self, *args: Any, grouped: bool = True, **kwargs: Any) -> None:
        self.grouped = grouped
        super().__init__(*args, **kwargs)


class DecimalField(NumberLimits, models.DecimalField):
    """A quantity. places: digits after the decimal mark, 3 unless said otherwise."""

    def __init__(self, *args: Any, places: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", places)
        super().__init__(*args, **kwargs)


class PercentField(DecimalField):
    """0 to 100 unless limits say otherwise. bar: cells draw a bar beside the number."""

    def __init__(self, *args: Any, places: int = 2, bar: bool = False, **kwargs: Any) -> None:
        self.bar = bar
        kwargs.setdefault("min", 0)
        kwargs.setdefault("max", 100)
        kwargs.setdefault("max_digits", 5 + places)
        super().__init__(*args, places=places, **kwargs)


class NumberKind(OrderedKind):
    """What whole numbers and decimals share: limits, separators, right alignment."""

    input = "number"
    wording = "number"
    align = "right"
    width = "8rem"
    cell_class = "r num"
    places: int = 0
    foot = "sum"

    def __init__(self, field: Any):
        super().__init__(field)
        self.least, self.most = _limits(field)
        declared = getattr(field, "foot", None)
        self.foot = self.foot if declared is None else declared

    def within(self, number: Any) -> Any:
        if self.least is not None and number < self.least:
            raise Invalid(
                _("This must be %(least)s or more.") % {"least": self.show(self.least)}, "OUT_OF_RANGE"
            )
        if self.most is not None and number > self.most:
            raise Invalid(
                _("This must be %(most)s or less.") % {"most": self.show(self.most)}, "OUT_OF_RANGE"
            )
        return number

    def show(self, value: Any, reader: Reader | None = None) -> str:
        if value is None:
            return ""
        return write_number(value, reader or current_reader(), self.places, shortest=True)

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else self.show(value, reader)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return EMPTY_CELL if value is None else Markup(self.show(value, reader))

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return value


def _limits(field: Any) -> tuple[Number, Number]:
    """What the field declares, or a plain Django field's validators say."""
    least, most = getattr(field, "min", None), getattr(field, "max", None)
    for validator in getattr(field, "_validators", ()):
        if isinstance(validator, MinValueValidator) and least is None:
            least = validator.limit_value
        if isinstance(validator, MaxValueValidator) and most is None:
            most = validator.limit_value
    return least, most


_COLUMN_ENDS = {
    "SmallIntegerField": (-(2**15), 2**15 - 1),
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
    "BigIntegerField": (-(2**63), 2**63 - 1),
    "PositiveBigIntegerField": (0, 2**63 - 1),
    "BigAutoField": (-(2**63), 2**63 - 1),
}


@shows_as(models.IntegerField)
class IntegerKind(NumberKind):
    """Most whole numbers are days, points and the like: their average tells more than their sum."""

    name = "integer"
    foot = "average"

    def __init__(self, field: Any):
        super().__init__(field)
        inner = field.get_internal_type() if hasattr(field, "get_internal_type") else ""
        least, most = _COLUMN_ENDS.get(inner, (-(2**31), 2**31 - 1))
        self.least = least if self.least is None else max(self.least, least)
        self.most = most if self.most is None else min(self.most, most)
        self.grouped = getattr(field, "grouped", not getattr(field, "primary_key", False))
        self.foot = self.foot if self.grouped else ""

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return super().show(value, reader) if self.grouped or value is None else str(value)

    def parse(self, raw: Any, reader: Reader | None = None) -> int | None:
        if raw is None or raw == "":
            return None
        if raw.__class__ is str:
            text = raw.strip()
            if not text:
                return None
            if text.isascii() and text.isdigit() and len(text) < 20:
                return self.within(int(text))
            return int(self.within(read_number(text, reader or current_reader(), 0)))
        if raw.__class__ is not int:
            try:
                number = Decimal(str(raw))
                if isinstance(raw, bool) or number != int(number):
                    raise InvalidOperation
            except (InvalidOperation, ValueError, OverflowError):
                raise Invalid(_("“%(value)s” is not a whole number.") % {"value": str(raw)[:40]})
            raw = int(number)
        return self.within(raw)

    def _is_value(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"], "minimum": self.least, "maximum": self.most}


@shows_as(models.DecimalField)
class DecimalKind(NumberKind):
    name = "decimal"

    def __init__(self, field: Any):
        super().__init__(field)
        self.places = getattr(field, "decimal_places", None) or 0
        digits = getattr(field, "max_digits", None) or 18
        end = Decimal(10) ** (digits - self.places) - Decimal(1).scaleb(-self.places)
        self.least = -end if self.least is None else max(Decimal(self.least), -end)
        self.most = end if self.most is None else min(Decimal(self.most), end)

    def parse(self, raw: Any, reader: Reader | None = None) -> Decimal | None:
        if raw is None or raw == "":
            return None
        if raw.__class__ is str:
            text = raw.strip()
            return self.within(self.read(text, reader or current_reader())) if text else None
        try:
            number = Decimal(str(raw))
            if isinstance(raw, bool) or not number.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            raise Invalid(_("“%(value)s” is not a number.") % {"value": str(raw)[:40]})
        # What a spreadsheet worked out carries noise far behind the mark: rounding loses nothing meant.
        return self.within(rounded_to(number, self.places))

    def read(self, text: str, reader: Reader) -> Decimal:
        return read_number(text, reader, self.places)

    def to_json(self, value: Any) -> Any:
        """A number where JSON holds it exactly, else its text."""
        if value is None:
            return None
        if value == int(value):
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else str(value)

    def from_json(self, value: Any) -> Any:
        return None if value is None else Decimal(str(value))

    def _is_value(self, value: Any) -> bool:
        return bool(value.is_finite() and value.adjusted() < 30)

    def schema(self) -> dict[str, Any]:
        """A number, or its text where no number of JSON holds it exactly."""
        return {
            "type": ["number", "string", "null"],
            "minimum": float(self.least or 0),
            "maximum": float(self.most or 0),
        }


@shows_as(PercentField)
class PercentKind(DecimalKind):
    name = "percent"
    width = "7rem"
    foot = "average"

    def read(self, text: str, reader: Reader) -> Decimal:
        return read_number(text.removesuffix("%").rstrip(), reader, self.places)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None else super().show(value, reader) + "%"

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else super().show(value, reader)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return EMPTY_CELL
        shown = self.show(value, reader)
        if not getattr(self.field, "bar", False):
            return Markup(shown)
        # Only digits and marks: nothing to escape.
        bar = f'<progress class="progress" max="100" value="{value}" aria-hidden="true"></progress>'
        tone = "hijau" if value >= 100 else "nila"
        return Markup(f'<span class="prob" data-tone="{tone}">{bar}{shown}</span>')
