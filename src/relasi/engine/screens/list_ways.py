"""The ways to look at the records of a module: as a list, as a board."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for
from relasi.engine.query.board_columns import column_fields
from relasi.engine.screens.list_state import ListState


def ways_to_show(state: ListState) -> list[tuple[Any, str, str, bool]]:
    """(label, address, icon, whether it is this one), with the same view, filter and search; none for a list alone."""
    module = state.entry.module
    if not module.is_record or not column_fields(module, fields_for(state.user, "view", module)):
        return []
    return [
        (_("List"), state.on_screen(""), "list", not state.screen),
        (_("Kanban"), state.on_screen("board", state.options), "square-kanban", state.screen == "board"),
    ]
