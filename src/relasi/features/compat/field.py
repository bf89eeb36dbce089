"""Field: one value of a record under the name programs know it by; most stand for one field of ours, some for a part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q
from django.utils import translation

from relasi.engine.declare.module import Module
from relasi.engine.fields.choice import ChoiceKind, MultiChoiceKind
from relasi.engine.fields.kind import Invalid, Kind, kind_of
from relasi.engine.fields.money import CurrencyKind
from relasi.features.compat import comparing, picklists
from relasi.features.compat.comparing import NOTHING
from relasi.features.compat.values import meant, plain, written

# Kind of value -> the type describe names, where it is no other word.
TYPES = {
    "text": "string", "long_text": "text", "rich_text": "text", "decimal": "double", "percent": "double",
    "money": "currency", "choice": "picklist", "multi_choice": "multipicklist", "address_part": "string",
    "country": "string", "number": "string", "currency": "picklist", "integer": "integer", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "phone": "phone", "email": "email", "url": "url", "image": "image",
}  # fmt: skip


# What values refer to that are no references of ours.
REFERRED = {
    "currency_id": ["Currency"],
    "folderid": ["DocumentFolders"],
    "productid": ["Products", "Services"],
}
# Choices that decide what a record may do: a word they do not know is refused.
STATES = ("status", "kind", "lifecycle_stage", "stage", "tax_mode")


@dataclass
class Given:
    """What an element says, on its way to the write door: values and over are those of a Draft.

    record: the one that stands, None for a new one. notes: what could not be kept as it was sent, for history.
    element: all that was sent.
    """

    record: Any
    element: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    over: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[dict[str, Any]] | None = None
    notes: list[str] = field(default_factory=list)

    def now(self, name: str) -> Any:
        """A field of ours as it will be, as far as it is known yet."""
        return self.values.get(name, getattr(self.record, name, None) if self.record is not None else None)


class Field:
    """needs: names of our fields; it is told to those who see all of them, and written by those who may write them."""

    needs: tuple[str, ...] = ()
    type: str = "string"
    label: str = ""
    mandatory: bool = False
    editable: bool = True
    default: str = ""

    def __init__(self, name: str):
        self.name = name

    def of(self, module: Module) -> Field:
        """Itself, bound to the module."""
        return self

    def needs_of(self) -> tuple[str, ...]:
        """The fields of ours it stands for, known before it is bound."""
        return self.needs

    def opens(self, names: set[str]) -> bool:
        return {*self.needs} <= names

    def told(self, record: Any) -> str:
        return ""

    def put(self, raw: Any, given: Given) -> None:
        """Takes what was sent. Raises Invalid or Wrong."""

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        return empty_column(op, values)

    def order(self) -> Any:
        return None

    def type_told(self) -> dict[str, Any]:
        if self.type == "reference":
            return {"name": "reference", "refersTo": REFERRED.get(self.name, [])}
        if self.type == "picklist":
            return {"name": "picklist", "picklistValues": [], "defaultValue": ""}
        return {"name": self.type}

    @property
    def related(self) -> tuple[str, ...]:
        """References of ours that are loaded with the rows."""
        return ()


def empty_column(op: str, values: tuple[str, ...]) -> Q:
    """A condition on a value every record has empty."""
    matches = {
        "=": "" in values, "in": "" in values, "null": True, "like": bool(values) and not values[0].strip("%"),
        "!=": "" not in values, "not in": "" not in values, "not like": bool(values) and bool(values[0].strip("%")),
    }.get(op, False)  # fmt: skip
    return Q() if matches else NOTHING


class Absent(Field):
    """Known to programs and kept nowhere here: read as the same text always, noted in history when somebody writes it."""

    def __init__(self, name: str, always: str = "", type: str = "string"):
        super().__init__(name)
        self.always, self.type, self.editable = always, type, False

    def told(self, record: Any) -> str:
        return self.always

    def put(self, raw: Any, given: Given) -> None:
        text = plain(raw).strip()
        if text not in ("", "0", self.always):
            given.notes.append(f"{self.name}: {text[:200]}")


class Plain(Field):
    """One field of ours, or one part of an address: path "city" of "billing_address.city"."""

    kind: Kind

    def __init__(self, name: str, path: str, *, editable: bool = True, mandatory: bool = False):
        super().__init__(name)
        self.path, self.asked_editable, self.mandatory = path, editable, mandatory

    def needs_of(self) -> tuple[str, ...]:
        return (self.path.partition(".")[0],)

    def of(self, module: Module) -> Field:
        first, _dot, part = self.path.partition(".")
        whole = kind_of(module.fields[first])
        self.first, self.part = first, part
        self.kind = whole.part(part) if part else whole
        self.orm = f"{first}__{part}" if part else first
        self.needs = (first,)
        self.editable = self.asked_editable and whole.editable and self.kind.name != "image"
        self.mandatory = self.mandatory or (
            whole.required and not part and not module.fields[first].has_default()
        )
        self.type = TYPES.get(self.kind.name, "string")
        with translation.override("en"):
            self.label = str(self.kind.label)
        return self

    def told(self, record: Any) -> str:
        return written(self.kind, self.kind.value_of(record))

    def put(self, raw: Any, given: Given) -> None:
        try:
            value = meant(self.kind, plain(raw))
        except Invalid:
            value = self._otherwise(plain(raw), given)
        if not self.part:
            given.values[self.first] = value
            return
        part = self.kind.parse(value)
        given.over.setdefault(self.first, {})[self.part] = part or None

    def _otherwise(self, text: str, given: Given) -> Any:
        """A choice our list does not have is "other", or nothing, and history tells what was sent."""
        kind = self.kind
        if not isinstance(kind, ChoiceKind) or isinstance(kind, CurrencyKind) or kind.key in STATES:
            raise Invalid(f"“{text[:60]}” is not one of the values.")
        given.notes.append(f"{self.name}: {text[:200]}")
        found = picklists.other(kind)
        if found is None and kind.required:
            return kind.value_of(given.record) if given.record is not None else kind.field.get_default()
        return found

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        return comparing.compare(self.kind, self.orm, op, values)

    def order(self) -> Any:
        return comparing.order_of(self.kind, self.orm)

    def type_told(self) -> dict[str, Any]:
        if self.type == "date":
            return {"name": "date", "format": "yyyy-mm-dd"}
        if isinstance(self.kind, ChoiceKind | MultiChoiceKind):
            values = picklists.choices(self.kind)
            default = getattr(self.kind.field, "default", "")
            usual = picklists.spelled(self.kind, default) if isinstance(default, str) and default else ""
            return {
                "name": self.type,
                "picklistValues": values,
                "defaultValue": usual or next((one["value"] for one in values), ""),
            }
        return {"name": self.type}


class Title(Field):
    """A reference to a row of settings that programs know by its name, such as the category of a product."""

    def __init__(self, name: str, path: str):
        super().__init__(name)
        self.path = path

    def needs_of(self) -> tuple[str, ...]:
        return (self.path,)

    def of(self, module: Module) -> Field:
        self.column = module.fields[self.path]
        kind = kind_of(self.column)
        self.needs, self.editable, self.mandatory = (self.path,), kind.editable, False
        with translation.override("en"):
            self.label = str(kind.label)
        return self

    def told(self, record: Any) -> str:
        referred = getattr(record, self.path)
        return "" if referred is None else str(referred)

    def put(self, raw: Any, given: Given) -> None:
        given.values[self.path] = plain(raw).strip() or None

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        rows = {row.pk: str(row) for row in self.column.related_model._base_manager.all()}
        return choose(self.column.attname, rows, op, values)

    def order(self) -> Any:
        return F(self.column.attname)

    @property
    def related(self) -> tuple[str, ...]:
        return (self.path,)


def choose(column: str, words: dict[Any, str], op: str, values: tuple[str, ...]) -> Q:
    """A condition on a column of few values, each with a word: answered by the words."""
    if op in ("null", "not null"):
        return Q(**{f"{column}__isnull": op == "null"})
    if op.startswith("not ") or op == "!=":
        bare = "=" if op == "!=" else op[4:]
        return ~choose(column, words, bare, values) | Q(**{f"{column}__isnull": True})
    found = [key for key, word in words.items() if holds(word, op, values)]
    none = Q(**{f"{column}__isnull": True}) if "" in values and op in ("=", "in") else NOTHING
    return none | Q(**{f"{column}__in": found})


def holds(word: str, op: str, values: tuple[str, ...]) -> bool:
    """The same of a text in memory, in whatever letter case."""
    here = word.casefold()
    asked = [value.casefold() for value in values]
    if op in ("=", "in"):
        return here in asked
    if op == "like":
        return bool(re.fullmatch(comparing.regex_of(asked[0])[1:-1], here, re.DOTALL))
    if op == "null":
        return not word
    if op.startswith("not "):
        return not holds(word, op[4:], values)
    if op == "!=":
        return here not in asked
    try:
        left, right = float(word), float(asked[0])
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[op]
    except ValueError:
        other = asked[0]
        return {"<": here < other, ">": here > other, "<=": here <= other, ">=": here >= other}[op]
