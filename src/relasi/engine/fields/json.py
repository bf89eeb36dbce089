"""Hidden values: structures the product keeps for itself. They have no cell, no input, no filter."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import Invalid, Kind, shows_as
from relasi.engine.fields.reader import Reader


class HiddenField(DeclaredField, models.JSONField):
    """JSON no screen shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


@shows_as(models.JSONField, models.UUIDField, models.BinaryField, models.FileField, models.DurationField)
@shows_as(
    models.TimeField, models.GenericIPAddressField, models.GeneratedField, ArrayField, SearchVectorField
)
class HiddenKind(Kind):
    name = "hidden"
    input = "hidden"
    operators: tuple[str, ...] = ()
    sortable = False

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        if isinstance(raw, str) and isinstance(self.field, models.JSONField):
            try:
                raw = json.loads(raw) if raw.strip() else None
            except ValueError:
                raise Invalid(_("This is not JSON."))
        if raw is None and not self.field.null:
            return self.field.get_default()
        return raw

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return Markup("")

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return None

    def schema(self) -> dict[str, Any]:
        return {}

    def search_sql(self) -> str:
        return "NULL::text"
