"""Number: the name a record gets by counting, such as CON-00017; given once, never typed."""

from __future__ import annotations

from typing import Any

from django.db import models

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import shows_as
from relasi.engine.fields.text import TextKind


class NumberField(DeclaredField, models.CharField):
    """Unique and read-only."""

    def __init__(self, *args: Any, max_length: int = 50, **kwargs: Any) -> None:
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, required=True, max_length=max_length, **kwargs)


@shows_as(NumberField)
class AutoNumberKind(TextKind):
    name = "number"
    width = "8rem"
    cell_class = "num"
