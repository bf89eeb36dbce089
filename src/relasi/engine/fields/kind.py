"""Kind: one kind of value with all its faces. A field class finds its kind; a kind knows no module."""

from __future__ import annotations

import operator as op
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.fields.reader import Reader, current_reader


class Invalid(ValueError):
    """A value that cannot be taken. code: of the error vocabulary. message: a sentence for the reader."""

    def __init__(self, message: str | Promise, code: str = "INVALID_VALUE"):
        super().__init__(str(message))
        self.message, self.code = message, code


# What PostgreSQL takes in no text: NUL and halves of surrogate pairs.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
EMPTY_VALUES: tuple[Any, ...] = (None, "", [], {})
EMPTY_CELL = Markup('<span class="muted">–</span>')


_KINDS: dict[type, type[Kind]] = {}
_NAMED: dict[str, type[Kind]] = {}
_SPECIAL: list[tuple[Callable[[Any], bool], type[Kind]]] = []


class Kind:
    """The faces of one kind of value, bound to one field of one module.

    parse: what a person, file or program gave -> the value stored, None when empty; raises Invalid.
    show: value -> plain text for the reader. cell: value -> Markup for one line of a table, a dash when
    empty; fact: value -> Markup for the record page, empty when empty. text_of, export_of: the same for a
    whole record, where a value is told by its neighbours (a reference, an amount with its currency).
    export: value -> what a spreadsheet should hold. to_json, from_json: value <-> what JSON can hold (the
    database's own to_jsonb form, as history and the API use it). told: value -> what the API says of it, which of a
    masked value is less.
    operators: names of the conditions this kind understands; `where` compiles one to SQL, `holds` answers it
    in memory, and both must always agree.
    """

    name: ClassVar[str] = "text"
    input: ClassVar[str] = "text"  # the macro of templates/fields/<name>.html that draws the input
    operators: tuple[str, ...] = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    wording: ClassVar[str] = ""  # whose words the operators take: see operators.py
    align: ClassVar[str] = "left"
    width: ClassVar[str] = "13rem"
    cell_class: ClassVar[str] = ""  # classes of the table cell around it
    foot: str = ""  # "sum" or "average" of the column under a list
    sortable: bool = True
    imported: ClassVar[bool] = False  # whether files hold it although no condition asks for it
    multiline: ClassVar[bool] = False
    nothing: Any = None  # what parse gives for an empty value

    def __init__(self, field: Any):
        self.field = field
        self.key: str = field.name
        self.column: str = getattr(field, "attname", field.name)
        # A plain Django field may say NOT NULL and blank: then its empty value is the empty text.
        if isinstance(field, models.CharField | models.TextField) and field.blank and not field.null:
            self.nothing = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            _NAMED[cls.name] = cls

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key}>"

    # What the field says about itself.
    @property
    def label(self) -> Any:
        return capfirst(self.field.verbose_name)

    @property
    def label_now(self) -> str:
        """The label in the language that is active: every page asks for dozens."""
        language = translation.get_language()
        if language not in self._labels:
            self._labels[language] = str(self.label)
        return self._labels[language]

    @cached_property
    def _labels(self) -> dict[str | None, str]:
        return {}

    @property
    def hint(self) -> Any:
        return self.field.help_text

    @property
    def required(self) -> bool:
        return not self.field.blank and self.field.editable

    @property
    def editable(self) -> bool:
        return self.field.editable and not self.field.primary_key

    @property
    def unique(self) -> bool:
        return self.field.unique

    @property
    def secret(self) -> bool:
        """Whether it must stay out of history and exports."""
        return getattr(self.field, "secret", False)

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other headings a column of this field may have in a file."""
        return getattr(self.field, "aliases", ())

    @property
    def beside(self) -> tuple[str, ...]:
        """Names of the other fields of the record its faces read, such as the currency of an amount."""
        return ()

    # In.
    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        """The raw value a posted form holds for this field, for parse. data, files: of the request."""
        return data.get(name or self.key)

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        if raw is None:
            return self.nothing
        text = str(raw).strip()
        return text or self.nothing

    def is_empty(self, value: Any) -> bool:
        return value in EMPTY_VALUES

    # Out.
    def value_of(self, record: Any) -> Any:
        return getattr(record, self.column)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None else str(value)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return EMPTY_CELL if value is None or value == "" else escape(self.show(value, reader))

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return Markup("") if self.is_empty(value) else self.cell(value, record, reader)

    def text_of(self, record: Any, reader: Reader | None = None) -> str:
        return self.show(self.value_of(record), reader)

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        """What stands in the input when the form opens: parse(typed(v)) == v. Refused text stays as it is."""
        return self.show(value, reader)

    def brief(self, value: Any, reader: Reader | None = None) -> str:
        """The text of a filter chip or a card, where room is short."""
        return self.show(value, reader)

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return None if value is None else self.show(value, reader)

    def export_of(self, record: Any, reader: Reader | None = None) -> Any:
        return self.export(self.value_of(record), reader)

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, value: Any) -> Any:
        return value

    def told(self, value: Any) -> Any:
        return self.to_json(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"]}

    def part(self, key: str) -> Kind:
        """The kind of one part of a value made of several, such as the city of an address."""
        raise LookupError(f"{self.key} has no part {key}")

    def parts(self) -> dict[str, Kind]:
        return {}

    # Conditions. `path` is the ORM path of the field, which differs for related columns.
    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        """The stored, JSON form of what a person typed beside an operator; raises Invalid."""
        if operator in ("empty", "not_empty"):
            return None
        if operator in ("in", "not_in"):
            parts = [part for part in _listed(raw) if str(part).strip()]
            return [self.to_json(self._needed(part, reader)) for part in parts or [None]]
        return self.to_json(self._needed(raw, reader))

    def _needed(self, raw: Any, reader: Reader | None) -> Any:
        value = self.parse(raw, reader)
        if value is None:
            raise Invalid(_("Fill in a value for this filter."), "REQUIRED")
        return value

    def operand_text(self, operand: Any, reader: Reader | None = None) -> str:
        """One stored operand as a filter chip tells it."""
        return self.brief(self.from_json(operand), reader)

    def takes(self, operator: str, operands: list[Any]) -> bool:
        """Whether stored operands, which may come from anywhere, are of the form this kind compares with."""
        try:
            return all(self._is_value(self.from_json(operand)) for operand in operands)
        except (ValueError, ArithmeticError, TypeError):
            return False

    def _is_value(self, value: Any) -> bool:
        return isinstance(value, str) and not UNSTORABLE.search(value)

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        reader = reader or current_reader()
        if operator == "empty":
            return self.empty_q(path)
        if operator == "not_empty":
            return ~self.empty_q(path)
        if operator in ("in", "not_in"):
            found = Q(**{f"{path}__in": [self.from_json(value) for value in operand]})
            return found if operator == "in" else ~found | self.empty_q(path)
        value = self.from_json(operand)
        if operator == "is":
            return Q(**{path: value})
        if operator == "is_not":
            return ~Q(**{path: value}) | self.empty_q(path)
        return self.where_more(path, operator, value, reader)

    def where_more(self, path: str, operator: str, value: Any, reader: Reader) -> Q:
        raise Invalid(_("This field has no such filter."))

    def empty_q(self, path: str) -> Q:
        missing = Q(**{f"{path}__isnull": True})
        return missing | Q(**{path: ""}) if self.nothing == "" else missing

    def holds(self, value: Any, operator: str, operand: Any, reader: Reader | None = None) -> bool:
        reader = reader or current_reader()
        if operator == "empty":
            return self.is_empty(value)
        if operator == "not_empty":
            return not self.is_empty(value)
        if operator in ("in", "not_in"):
            found = not self.is_empty(value) and any(self.same(value, self.from_json(o)) for o in operand)
            return found if operator == "in" else not found
        other = self.from_json(operand)
        if operator == "is":
            return not self.is_empty(value) and self.same(value, other)
        if operator == "is_not":
            return self.is_empty(value) or not self.same(value, other)
        if self.is_empty(value):
            return False
        return self.holds_more(value, operator, other, reader)

    def holds_more(self, value: Any, operator: str, other: Any, reader: Reader) -> bool:
        raise Invalid(_("This field has no such filter."))

    def same(self, value: Any, other: Any) -> bool:
        return bool(value == other)

    def search_sql(self) -> str:
        """SQL giving the text the search index holds for this field; `t` is the record's table."""
        is_custom = getattr(self.field, "is_custom", False)
        return self.field.column_sql("t") if is_custom else f't."{self.field.column}"'

    def order(self, path: str) -> Any:
        """The expression a list sorts by."""
        return F(path)


def _listed(raw: Any) -> Sequence[Any]:
    """The values of a list: one on each line, or separated by commas."""
    if isinstance(raw, list | tuple):
        return raw
    text = str(raw or "")
    return text.split("\n" if "\n" in text else ",")


# Ordered kinds (numbers, dates) share their comparisons.
COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "lt": ("lt", op.lt),
    "lte": ("lte", op.le),
    "gt": ("gt", op.gt),
    "gte": ("gte", op.ge),
}


class OrderedKind(Kind):
    """A kind whose values can be compared: < ≤ > ≥ and between (both ends included)."""

    operators = ("is", "is_not", "lt", "lte", "gt", "gte", "between", "empty", "not_empty")

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        if operator == "between":
            parts = raw if isinstance(raw, list | tuple) else str(raw or "").split("..", 1)
            if len(parts) != 2:
                raise Invalid(_("Fill in both ends of the range."), "REQUIRED")
            return [self.to_json(self._needed(part, reader)) for part in parts]
        return super().operand(operator, raw, reader)

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        if operator == "between":
            low, high = (self.from_json(part) for part in operand)
            return Q(**{f"{path}__gte": low, f"{path}__lte": high})
        return super().where(path, operator, operand, reader)

    def where_more(self, path: str, operator: str, value: Any, reader: Reader) -> Q:
        if operator in COMPARISONS:
            return Q(**{f"{path}__{COMPARISONS[operator][0]}": value})
        return super().where_more(path, operator, value, reader)

    def holds(self, value: Any, operator: str, operand: Any, reader: Reader | None = None) -> bool:
        if operator == "between":
            low, high = (self.from_json(part) for part in operand)
            return not self.is_empty(value) and low <= value <= high
        return super().holds(value, operator, operand, reader)

    def holds_more(self, value: Any, operator: str, other: Any, reader: Reader) -> bool:
        if operator in COMPARISONS:
            return COMPARISONS[operator][1](value, other)
        return super().holds_more(value, operator, other, reader)


def shows_as(*field_classes: type) -> Callable[[type[Kind]], type[Kind]]:
    """Class decorator: this kind serves these field classes and those below them without a nearer one."""

    def register(kind: type[Kind]) -> type[Kind]:
        for field_class in field_classes:
            _KINDS[field_class] = kind
        return kind

    return register


def shows_where(test: Callable[[Any], bool]) -> Callable[[type[Kind]], type[Kind]]:
    """Class decorator: this kind serves every field the test holds for, whatever its class."""

    def register(kind: type[Kind]) -> type[Kind]:
        _SPECIAL.append((test, kind))
        return kind

    return register


def kind_of(field: models.Field) -> Kind:
    """The kind of a model field: of its class, or of its nearest parent class that has one."""
    found = field.__dict__.get("_relasi_kind")
    if found is None or found.field is not field:
        found = field._relasi_kind = _kind_class(field)(field)  # type: ignore[attr-defined]
    return found


def _kind_class(field: models.Field) -> type[Kind]:
    for test, kind in _SPECIAL:
        if test(field):
            return kind
    for parent in type(field).__mro__:
        if parent in _KINDS:
            return _KINDS[parent]
    raise LookupError(f"no kind for {type(field).__name__}")


def kind_named(name: str) -> type[Kind]:
    """The class of kind by its name, "money". Raises LookupError."""
    try:
        return _NAMED[name]
    except KeyError:
        raise LookupError(f"no kind named {name}") from None
