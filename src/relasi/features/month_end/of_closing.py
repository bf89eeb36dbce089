"""What was kept when a period was closed, on the page of the closing."""

from __future__ import annotations

from typing import Any

from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.reader import current_reader
from relasi.features.month_end.parts import parts_for
from relasi.features.month_end.standing import all_taken


def body_of(closing: Any, user: Any) -> dict[str, Any] | None:
    """For features/month_end/of_closing.html; None for who sees nothing of any snapshot."""
    if not parts_for(user):
        return None
    reader = current_reader()
    found = [
        one for of_day in all_taken().values() for one in of_day if one.snapshot.closing_id == closing.pk
    ]
    return {"rows": [{"taken": one, "day": write_date(one.snapshot.until, reader)} for one in found]}
