"""Condition field: a filter kept by a setting; a form takes it from the list views of its module."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.query.condition import Group, read
from relasi.engine.query.saved_view import built_in_views, views_for


class ConditionField(DeclaredField, models.JSONField):
    """A tree of engine.query.condition about records of one module; {} holds for all. of: the label of the module.

    Nothing in it may depend on who looks: "owned by me" and "recently viewed" are refused.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("null", False)
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return models.JSONField.get_db_prep_save(self, value, connection)


@shows_as(ConditionField)
class ConditionKind(Kind):
    name = "condition"
    input = "condition"
    operators: tuple[str, ...] = ()
    sortable = False
    width = "22rem"
    nothing: Any = {}

    @property
    def module(self) -> Module:
        return registry.module(self.field.of)

    def tree(self, value: Any) -> Group:
        """Raises Invalid where a field it asks about is gone."""
        return read(value or {}, self.module, SYSTEM)

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        if isinstance(raw, str) and raw.strip():
            try:
                raw = json.loads(raw)
            except ValueError:
                raise Invalid(_("This filter cannot be read.")) from None
        if not raw:
            return {}
        for leaf in self.tree(raw).leaves():
            if leaf.op in ("me", "my_team") or leaf.path.text == "viewed_at":
                raise Invalid(_("A rule holds for everybody: it cannot ask who is looking."))
        return raw

    def show(self, value: Any, reader: Reader | None = None) -> str:
        if not value:
            return ""
        try:
            return self.tree(value).text(reader or current_reader())
        except Invalid as wrong:
            return str(wrong.message)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(self.show(value, reader)) if value else EMPTY_CELL

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else json.dumps(value or {}, sort_keys=True)

    def listed(self, value: Any, reader: Reader | None = None) -> list[tuple[str, str]]:
        """What a form offers: the filter that stands, and those of the list views the person may use."""
        user = acting_user()
        views: list[tuple[Any, Any]] = [(view.condition, view.name) for view in built_in_views(self.module)]
        views += [(view.condition, view.name) for view in views_for(user, self.module)]
        found = {self.typed(tree): str(name) for tree, name in views if self._fits(tree)}
        stands = self.typed(value)
        first = {} if stands in ("", "{}") or stands in found else {stands: self._told(value, reader)}
        return list((first | found).items())

    def _fits(self, tree: Any) -> bool:
        try:
            return bool(self.parse(tree))
        except Invalid:
            return False

    def _told(self, value: Any, reader: Reader | None) -> str:
        """In words, of a refused text too."""
        try:
            return self.show(json.loads(value) if isinstance(value, str) else value, reader)
        except ValueError:
            return str(value)

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return self.show(value, reader) or None

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}

    def search_sql(self) -> str:
        return "NULL::text"
