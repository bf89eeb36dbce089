"""Choices: one or several values of a list in a given order, each with a label and a tone."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as, shows_where
from relasi.engine.fields.reader import Reader, current_reader, said

TONES = ("nila", "biru", "toska", "hijau", "kuning", "jingga", "merah", "jambu", "ungu", "gray")


class Choices(enum.StrEnum):
    """A list of values: `NEW = "new", _("New"), "biru"` is key, label and tone (none: shown as plain text).

    A fourth part holds other words that files use for it, separated by |.
    """

    label: Any
    tone: str
    aliases: str

    def __new__(cls, key: str, label: Any = None, tone: str = "", aliases: str = "") -> Choices:
        member = str.__new__(cls, key)
        member._value_ = key
        member.label = label if label is not None else key.replace("_", " ").capitalize()
        member.tone, member.aliases = tone, aliases
        return member


@dataclass(frozen=True)
class Option:
    """active: whether it can still be chosen; values chosen before are kept and shown."""

    key: str
    label: Any
    tone: str = ""
    aliases: tuple[str, ...] = ()
    active: bool = True


def options_from(choices: Any) -> tuple[Option, ...]:
    """Options of a Choices class, or of tuples (key, label[, tone[, aliases]])."""
    if isinstance(choices, type) and issubclass(choices, Choices):
        choices = [(one.value, one.label, one.tone, one.aliases) for one in choices]
    return tuple(one if isinstance(one, Option) else _option(*one) for one in choices)


def _option(key: Any, label: Any, tone: str = "", aliases: str = "") -> Option:
    return Option(str(key), label, tone, tuple(a.strip() for a in aliases.split("|") if a.strip()))


@dataclass(frozen=True)
class OpenList:
    """A list of values that admins may change, because no rule of the product asks for one of them."""

    key: str
    label: Any
    choices: type[Choices]

    @property
    def declared(self) -> tuple[Option, ...]:
        return options_from(self.choices)


_open_lists: dict[str, OpenList] = {}


def open_list(key: str, label: Any) -> Callable[[type[Choices]], type[Choices]]:
    """Decorator of a Choices class: admins may rename its values, give them another tone and order, add to them and turn
    some off."""

    def register(choices: type[Choices]) -> type[Choices]:
        _open_lists[key] = OpenList(key, label, choices)
        return choices

    return register


def open_lists() -> dict[str, OpenList]:
    return _open_lists


def _key(default: Any) -> Any:
    return default.value if isinstance(default, enum.Enum) else default


class ChoiceField(DeclaredField, models.CharField):
    """One of the values of a Choices class: `ChoiceField(Status, _("Status"), default=Status.NEW)`."""

    def __init__(self, choices: Any = (), *args: Any, max_length: int = 50, **kwargs: Any) -> None:
        self.listed, self.options = choices, options_from(choices)
        if "default" in kwargs:
            kwargs["default"] = _key(kwargs["default"])
        super().__init__(*args, max_length=max_length, **kwargs)


class MultiChoiceField(DeclaredField, models.JSONField):
    """Several of the values of a Choices class, kept in their order as a JSON array of keys."""

    def __init__(self, choices: Any = (), *args: Any, **kwargs: Any) -> None:
        self.listed, self.options = choices, options_from(choices)
        super().__init__(*args, **kwargs)


class WithOptions(Kind):
    """What choosing one and choosing several share."""

    @cached_property
    def options(self) -> tuple[Option, ...]:
        declared = getattr(self.field, "options", None)
        return declared if declared is not None else options_from(getattr(self.field, "flatchoices", ()))

    @cached_property
    def by_key(self) -> dict[str, Option]:
        return {option.key: option for option in self.options}

    @cached_property
    def _written(self) -> dict[str, str]:
        """What people and files write -> key: keys, labels in every language and aliases, case-folded."""
        found = {option.key: option.key for option in self.options}
        for word, key in self._words():
            found.setdefault(word, key)
            found.setdefault(" ".join(word.split()).casefold(), key)
        return found

    def _words(self) -> Iterable[tuple[str, str]]:
        yield from ((option.key, option.key) for option in self.options)
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                yield from [(str(option.label), option.key) for option in self.options]
        yield from ((alias, option.key) for option in self.options for alias in option.aliases)

    @cached_property
    def _faces(self) -> dict[str, dict[str, Markup]]:
        return {}

    def faces(self, reader: Reader) -> dict[str, Markup]:
        """Key -> how it looks: a badge in its tone, or plain text."""
        found = self._faces.get(reader.language)
        if found is None:
            found = self._faces[reader.language] = {o.key: self.face(o, reader) for o in self.options}
        return found

    def face(self, option: Option, reader: Reader) -> Markup:
        if not option.tone:
            return Markup("%s") % said(option.label, reader)
        return Markup('<span class="badge" data-tone="%s">%s</span>') % (
            option.tone,
            said(option.label, reader),
        )

    def key_of(self, raw: Any) -> str:
        """Raises Invalid for what is no value of this field."""
        try:
            return self._written[raw]
        except (KeyError, TypeError):
            key = self._written.get(" ".join(str(raw).split()).casefold())
        if key is None:
            raise Invalid(self._not_one(str(raw)))
        return key

    def _not_one(self, raw: str) -> str:
        labels = [str(option.label) for option in self.options if option.active]
        values = ", ".join(labels[:12]) + (", …" if len(labels) > 12 else "")
        message = _("“%(value)s” is not one of the values (%(values)s).")
        return message % {"value": raw[:60], "values": values}

    def label_of(self, key: str, reader: Reader | None = None) -> str:
        option = self.by_key.get(key)
        return said(option.label, reader) if option else str(key)

    def choosable(self, value: Any) -> list[Option]:
        """What an input offers: the active values, and those chosen already."""
        chosen = value if isinstance(value, list | tuple) else (value,)
        return [option for option in self.options if option.active or option.key in chosen]

    def listed(self, value: Any, reader: Reader) -> list[tuple[str, str]]:
        """(key, label) of what an input offers; a refused value stands at the end as it was written."""
        found = [(option.key, self.label_in_list(option, reader)) for option in self.choosable(value)]
        if isinstance(value, str) and value and value not in self.by_key:
            found.append((value, value))
        return found

    def label_in_list(self, option: Option, reader: Reader) -> str:
        return said(option.label, reader)


@shows_where(lambda field: bool(getattr(field, "choices", None)) and isinstance(field, models.CharField))
@shows_as(ChoiceField)
class ChoiceKind(WithOptions):
    name = "choice"
    input = "choice"
    wording = "choice"
    operators: tuple[str, ...] = ("in", "not_in", "is", "is_not", "empty", "not_empty")
    width = "9rem"

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        if raw is None or raw == "":
            return self.nothing
        try:
            return self._written[raw]
        except (KeyError, TypeError):
            return self.nothing if not str(raw).strip() else self.key_of(raw)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None or value == "" else self.label_of(value, reader)

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value or ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None or value == "":
            return EMPTY_CELL
        found = self.faces(reader or current_reader()).get(value)
        return Markup("%s") % value if found is None else found

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "enum": [*(option.key for option in self.options), None]}

    def search_sql(self) -> str:
        return "NULL::text"

    def order(self, path: str) -> Any:
        """The order of the list of values; values not in it come last."""
        keys = Value([option.key for option in self.options], ArrayField(models.TextField()))
        return Func(keys, models.F(path), function="array_position", output_field=models.IntegerField())


_SEPARATORS = re.compile(r"[;|\n]")


@shows_as(MultiChoiceField)
class MultiChoiceKind(WithOptions):
    name = "multi_choice"
    input = "multi_choice"
    wording = "choice"
    operators: tuple[str, ...] = ("any", "all", "none", "empty", "not_empty")
    sortable = False

    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        name = name or self.key
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        return [one for one in found if one != ""] if isinstance(found, list) else found

    def parse(self, raw: Any, reader: Reader | None = None) -> list[str] | None:
        chosen = {self.key_of(part) for part in self._split(raw)}
        return [option.key for option in self.options if option.key in chosen] or None

    def _split(self, raw: Any) -> Sequence[Any]:
        if raw is None:
            return ()
        if not isinstance(raw, str):
            return [part for part in raw if part not in (None, "")]
        if raw.strip().casefold() in self._written:
            return [raw]
        parts = _SEPARATORS.split(raw) if _SEPARATORS.search(raw) else raw.split(",")
        return [part for part in parts if part.strip()]

    def ticked(self, value: Any) -> list[str]:
        """The keys an input shows as chosen, from a stored value or what was sent."""
        found = (self._written.get(str(part).strip().casefold()) for part in self._split(value))
        return [key for key in found if key]

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return ", ".join(self.label_of(key, reader) for key in value or ())

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else ";".join(value or ())

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return EMPTY_CELL
        faces = self.faces(reader or current_reader())
        shown = Markup("").join(faces.get(key, key) for key in value)
        return Markup('<span class="row g-2">%s</span>') % shown

    def face(self, option: Option, reader: Reader) -> Markup:
        if option.tone:
            return super().face(option, reader)
        return Markup('<span class="tag">%s</span>') % said(option.label, reader)

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        if operator in ("empty", "not_empty"):
            return None
        return self._needed(raw, reader)

    def operand_text(self, operand: Any, reader: Reader | None = None) -> str:
        return self.label_of(operand, reader)

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        if operator in ("any", "none"):
            found = Q(**{f"{path}__has_any_keys": list(operand)})
            return found if operator == "any" else ~found | self.empty_q(path)
        if operator == "all":
            return Q(**{f"{path}__contains": list(operand)})
        return super().where(path, operator, operand, reader)

    def empty_q(self, path: str) -> Q:
        return Q(**{f"{path}__isnull": True}) | Q(**{path: []})

    def holds(self, value: Any, operator: str, operand: Any, reader: Reader | None = None) -> bool:
        chosen = set(value or ())
        if operator in ("any", "none"):
            return bool(chosen & set(operand)) == (operator == "any")
        if operator == "all":
            return bool(chosen) and chosen >= set(operand)
        return super().holds(value, operator, operand, reader)

    def schema(self) -> dict[str, Any]:
        keys = [option.key for option in self.options]
        return {"type": ["array", "null"], "items": {"type": "string", "enum": keys}}

    def search_sql(self) -> str:
        return "NULL::text"
