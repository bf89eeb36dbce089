"""The columns of a board: one for each value its field may have, in the order of the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Board
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.choice import ChoiceKind
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.fields.money import CurrencyKind
from relasi.engine.fields.owner import OwnerKind
from relasi.engine.fields.reader import current_reader, said
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.query.path import Path

# More columns than this no screen can show; owners are the only field that may have more.
MOST_COLUMNS = 40


@dataclass(frozen=True)
class Column:
    """key: the value as text, "" for none. takes: whether a card may be put here. share: 0 to 100 for its bar.

    certain: whether it shows without a card in it.
    """

    value: Any
    key: str
    label: str
    tone: str = "gray"
    closed: bool = False
    takes: bool = True
    certain: bool = True
    share: Any = None

    def q(self, orm: str) -> Q:
        return Q(**{f"{orm}__isnull": True}) if self.value is None else Q(**{orm: self.value})


def can_be_columns(kind: Kind) -> bool:
    if isinstance(kind, CurrencyKind):
        return False
    if isinstance(kind, ReferenceKind) and not isinstance(kind, OwnerKind):
        label = kind.target._meta.label
        return registry.knows(label) and registry.module(label).is_settings
    return isinstance(kind, ChoiceKind | BooleanKind | OwnerKind)


def column_fields(module: Module, seen: set[str]) -> list[str]:
    """Names of the fields a board of this module may stand on, the declared one first. seen: what the person may see."""
    names = [module.board.by] if module.board and module.board.by in seen else []
    for name in [*module.form_fields, "owner", *module.fields]:
        field = module.fields.get(name)
        if field is None or name not in seen or name in names or field.primary_key:
            continue
        if (field.editable or name in (*module.columns, *module.filters)) and can_be_columns(kind_of(field)):
            names.append(name)
    return names


def columns_of(path: Path, board: Board, holders: Any, inside: Any = None) -> list[Column]:
    """holders: the rows of the board, asked for the owners alone. inside: the row of `board.within` it shows."""
    kind = path.kind
    if isinstance(kind, OwnerKind):
        return _of_owners(path, holders)
    if isinstance(kind, ReferenceKind):
        return [*_of_rows(kind, board, inside), _blank(path)]
    if isinstance(kind, BooleanKind):
        found = [Column(value, key, label, "hijau" if value else "gray") for value, (key, label) in
                 zip((True, False), kind.answers(current_reader()), strict=True)]  # fmt: skip
        return [*found, _blank(path)] if kind.unanswered else found
    return [*_of_options(kind, board if path.text == board.by else Board(path.text)), _blank(path)]


def _blank(path: Path) -> Column:
    """Cards without a value; where every record must have one, it never shows."""
    return Column(None, "", _("(No value)"), certain=False, takes=path.kind.field.blank)


def _of_options(kind: Any, board: Board) -> list[Column]:
    reader = current_reader()
    return [
        Column(
            option.key,
            option.key,
            said(option.label, reader),
            option.tone or "gray",
            closed=option.key in board.closed,
            takes=option.active,
            certain=option.active,
        )
        for option in kind.options
    ]


def _of_rows(kind: Any, board: Board, inside: Any) -> list[Column]:
    home = registry.of(kind.target)
    rows: Any = home.model._base_manager.order_by(*home.sort, "pk")
    if inside is not None and board.within in home.fields:
        rows = rows.filter(**{board.within: inside})
    found = []
    for row in rows[: MOST_COLUMNS * 2]:
        usable = row.trashed_at is None and getattr(row, "active", True)
        found.append(
            Column(
                row.pk,
                str(row.pk),
                str(row),
                getattr(row, home.tone) if home.tone else "gray",
                closed=not getattr(row, "is_open", True),
                takes=usable,
                certain=usable,
                share=getattr(row, board.bar) if board.bar in home.fields else None,
            )
        )
    return found


def _of_owners(path: Path, holders: Any) -> list[Column]:
    ids = holders.order_by().values_list(path.orm, flat=True).distinct()
    owners = Owner.objects.filter(pk__in=ids).order_by("kind", "name")[:MOST_COLUMNS]
    return [Column(one.pk, str(one.pk), str(one), takes=one.active) for one in owners]
