"""References: one record of another module, or several of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db import models
from django.db.models import CharField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce, Concat, Trim, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.fields.avatar import small_avatar
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as
from relasi.engine.fields.known_above import sees, titles_of
from relasi.engine.fields.reader import Reader

_NOT_FOUND = _("“%(text)s” was not found. Choose from the list.")

# Icons of modules whose records have a face: whether it is square, as that of a company is.
_FACES = {
    "building": True,
    "building-2": True,
    "user": False,
    "user-plus": False,
    "users": False,
    "contact": False,
}


def faces_of(icon: str) -> bool | None:
    """Whether records of a module with this icon have a face, and a square one (True); None: they have no face."""
    return _FACES.get(icon)


class ReferenceField(DeclaredField, models.ForeignKey):
    """A record of another module: `ReferenceField("customers.Account", verbose_name=_("Account"))`."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **kwargs)


class ReferencesField(DeclaredField, models.JSONField):
    """Several records of another module, kept as a JSON array of ids: for settings and loose lists."""

    def __init__(self, to: str, *args: Any, **kwargs: Any) -> None:
        self.to = to
        super().__init__(*args, **kwargs)

    @property
    def target(self) -> type[models.Model]:
        return registry.module(self.to).model


@dataclass(frozen=True)
class Unresolved:
    """What somebody wrote for a record: a number, a title or a name. The write door finds whom it means."""

    text: str


def reference_text(referred: Any) -> str:
    """The title of a record others refer to; says so when it lies in the recycle bin. Asks the database nothing."""
    if referred.__dict__.get("trashed_at") is None:
        return str(referred)
    return gettext("%(title)s (deleted)") % {"title": referred}


def _read_id(raw: Any) -> int | Unresolved | None:
    if raw is None:
        return None
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, models.Model):
        return raw.pk
    text = str(raw).strip()
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return Unresolved(text) if text else None


def mark_sight(record: Any, name: str, seen: bool) -> None:
    """Remembers whether the acting person may see what this record refers to by the field of this name."""
    record.__dict__.setdefault("_seen", {})[name] = seen


def unseen(record: Any) -> list[str]:
    """The names of references already looked at that lead to what the acting person may not see."""
    return [name for name, seen in record.__dict__.get("_seen", {}).items() if not seen]


@shows_as(models.ForeignKey)
class ReferenceKind(Kind):
    name = "reference"
    input = "reference"
    wording = "choice"
    operators: tuple[str, ...] = ("in", "not_in", "is", "is_not", "empty", "not_empty")
    width = "13rem"

    @property
    def target(self) -> type[models.Model]:
        return self.field.related_model

    @property
    def lookup(self) -> str:
        """The last part of the address that finds records: /lookup/customers.account/."""
        return self.target._meta.label_lower

    @cached_property
    def _home(self) -> Any:
        """The module referred to, or None for what is no module."""
        try:
            return registry.of(self.target)
        except UnknownModule:
            return None

    def address(self, id: int) -> str | None:
        home = self._home
        return f"/{home.slug}/{id}/" if home is not None and home.is_record else None

    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        """The last of what was sent: without scripts a text box follows the hidden id."""
        name = name or self.key
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        return (found[-1] if found else None) if isinstance(found, list) else found

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        return _read_id(raw)

    def title(self, record: Any) -> str:
        """The title of the record referred to; only its number where the person may not see it."""
        referred = getattr(record, self.key)
        if referred is None:
            return ""
        return self._unseen(record) if self.hides(record) else reference_text(referred)

    def _unseen(self, record: Any) -> str:
        referred = getattr(record, self.key)
        return getattr(referred, "number", None) or f"#{referred.pk}"

    def hides(self, record: Any) -> bool:
        """Whether the person may not see the record referred to. Asked here, so that no screen can forget to."""
        seen = record.__dict__.get("_seen", {}).get(self.key)
        return not (sees(getattr(record, self.key)) if seen is None else seen)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, models.Model):
            return str(value)
        return titles_of(self.target, [value]).get(value) or f"#{value}"

    def text_of(self, record: Any, reader: Reader | None = None) -> str:
        return self.title(record)

    def export_of(self, record: Any, reader: Reader | None = None) -> Any:
        """The bare title, so that the file finds the record again."""
        referred = getattr(record, self.key)
        hidden = self.key in unseen(record)
        return (self.title(record) if hidden or referred is None else str(referred)) or None

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None else str(value)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return EMPTY_CELL
        if record is None:
            return escape(self.show(value, reader))
        if self.hides(record):
            return Markup('<span class="muted">%s</span>') % self._unseen(record)
        title = reference_text(getattr(record, self.key))
        tone = self._home.tone if self._home is not None else ""
        if tone:
            return _badge(getattr(getattr(record, self.key), tone), title)
        return self.link(value, title)

    def link(self, id: int, title: str) -> Markup:
        return _link(self.address(id), title, faces_of(self._home.icon) if self._home is not None else None)

    def chosen(self, value: Any, record: Any = None) -> tuple[Any, str] | None:
        """(id, title) for an input; refused text stands for itself."""
        if value is None or value == "":
            return None
        found = _read_id(value)
        if isinstance(found, Unresolved):
            return found.text, found.text
        if record is not None and getattr(record, self.column, None) == found:
            return found, self.title(record)
        return found, self.show(found)

    def chosen_one(self, value: Any) -> tuple[Any, str] | None:
        return self.chosen(value)

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        if operator in ("in", "not_in") and not isinstance(raw, list | tuple):
            raw = [raw]
        return super().operand(operator, raw, reader)

    def _needed(self, raw: Any, reader: Reader | None) -> Any:
        value = super()._needed(raw, reader)
        if isinstance(value, Unresolved):
            raise Invalid(_NOT_FOUND % {"text": value.text[:60]}, "BAD_REFERENCE")
        return value

    def _is_value(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"], "x-module": self.lookup}

    def search_sql(self) -> str:
        return "NULL::text"

    def order(self, path: str) -> Any:
        """By title, as the list shows it; rows of settings as their own list is sorted."""
        if self._home is not None and self._home.is_settings and self._home.sort:
            first = self._home.fields.get(self._home.sort[0])
            if first is not None:
                return ExpressionWrapper(F(f"{path}__{first.name}"), output_field=first)
        names = self._home.title_fields if self._home is not None else ["name"]
        if len(names) == 1:
            return Upper(f"{path}__{names[0]}")
        parts: list[Any] = []
        for name in names:
            parts += [Coalesce(f"{path}__{name}", Value(""), output_field=CharField()), Value(" ")]
        return Upper(Trim(Concat(*parts, output_field=CharField())))


@lru_cache(maxsize=4096)
def _link(address: str | None, title: str, face: bool | None) -> Markup:
    words = escape(title)
    if address:
        drawn = Markup(f'<a class="link trunc" href="{address}">{words}</a>')
    else:
        drawn = Markup(f'<span class="trunc">{words}</span>')
    return (
        drawn if face is None else Markup(f'<span class="row g-3">{small_avatar(title, face)}{drawn}</span>')
    )


@lru_cache(maxsize=4096)
def _badge(tone: str, title: str) -> Markup:
    return Markup('<span class="badge" data-tone="%s">%s</span>') % (tone, title)


@shows_as(ReferencesField)
class ReferencesKind(Kind):
    name = "references"
    input = "references"
    wording = "choice"
    operators: tuple[str, ...] = ("any", "all", "none", "empty", "not_empty")
    sortable = False

    @property
    def target(self) -> type[models.Model]:
        return self.field.target

    @property
    def lookup(self) -> str:
        return self.field.to.lower()

    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        name = name or self.key
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        return [one for one in found if one != ""] if isinstance(found, list) else found

    def parse(self, raw: Any, reader: Reader | None = None) -> list[int] | None:
        if raw is None:
            return None
        parts = [part for part in raw.split(",") if part.strip()] if isinstance(raw, str) else raw
        found: dict[int, None] = {}
        for part in parts:
            id = _read_id(part)
            if isinstance(id, Unresolved):
                raise Invalid(_NOT_FOUND % {"text": id.text[:60]}, "BAD_REFERENCE")
            if id is not None:
                found[id] = None
        return list(found) or None

    def chosen(self, value: Any, record: Any = None) -> list[tuple[Any, str]]:
        """(id, title) of each, for an input."""
        value = value.split(",") if isinstance(value, str) else value
        ids = [id for id in map(_read_id, value or ()) if isinstance(id, int)]
        titles = titles_of(self.target, ids)
        return [(id, titles.get(id) or f"#{id}") for id in ids]

    def chosen_one(self, value: Any) -> tuple[Any, str] | None:
        return next(iter(self.chosen([value])), None)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return ", ".join(title for _id, title in self.chosen(value))

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else ",".join(map(str, value or ()))

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return EMPTY_CELL
        tags = Markup("").join(
            Markup('<span class="tag">%s</span>') % title for _id, title in self.chosen(value)
        )
        return Markup('<span class="row g-2">%s</span>') % tags

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        return None if operator in ("empty", "not_empty") else self._needed(raw, reader)

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        if operator in ("any", "none"):
            found = Q(pk__in=[])
            for id in operand:
                found |= Q(**{f"{path}__contains": [id]})
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

    def operand_text(self, operand: Any, reader: Reader | None = None) -> str:
        return self.show([operand], reader)

    def _is_value(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def schema(self) -> dict[str, Any]:
        return {"type": ["array", "null"], "items": {"type": "integer"}, "x-module": self.lookup}

    def search_sql(self) -> str:
        return "NULL::text"
