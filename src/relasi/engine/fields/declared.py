"""DeclaredField: what every field of a module file shares. Optional unless required; empty is always NULL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

# What the database and its migrations need not know: a new label must not ask for a migration.
UNTOLD = ("verbose_name", "help_text", "editable", "blank", "validators", "error_messages", "choices")

EMPTY_VALUES: tuple[Any, ...] = (None, "", [], {})


# Where a field that an admin calls otherwise keeps the words it came with.
CAME_WITH = "came_with"


def declared_label(field: Any) -> Any:
    """What a field is called by the product itself, whatever an admin calls it."""
    return field.__dict__.get(CAME_WITH, field.verbose_name)


class DeclaredField:
    """Mixin before a plain Django field.

    required: must be filled in. aliases: other column headings in files, in both languages, separated by |.
    secret: kept out of history and exports.
    Migrations see the plain Django class, so no migration ever imports us.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: Any  # whether it may be None is said when the class is built
    aliases: tuple[str, ...] = ()
    secret: bool = False

    def __init__(
        self, *args: Any, required: bool = False, aliases: str = "", secret: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("null", not required)
        kwargs.setdefault("blank", not required)
        self.aliases = tuple(part.strip() for part in aliases.split("|") if part.strip())
        self.secret = secret
        super().__init__(*args, **kwargs)

    @property
    def plain_class(self) -> type[models.Field]:
        return next(c for c in type(self).__mro__ if c.__module__.startswith("django.db.models"))

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        for untold in UNTOLD:
            kwargs.pop(untold, None)
        if getattr(kwargs.get("default"), "__module__", "").startswith("relasi."):
            del kwargs["default"]  # a function that proposes a value
        return name, f"django.db.models.{self.plain_class.__name__}", args, kwargs

    def clone(self) -> Any:
        """The plain twin that migrations compare."""
        _name, _path, args, kwargs = self.deconstruct()
        return self.plain_class(*args, **kwargs)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(None if value in EMPTY_VALUES else value, connection)  # type: ignore[misc]
