"""What page templates may call: numbers, moments and inputs in the reader's own way of writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from relasi.engine.access.company import company
from relasi.engine.fields.date_text import write_date, write_time
from relasi.engine.fields.inputs import render_control, render_input, render_operand
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.change_set import VIA_LABELS


def number(value: int) -> str:
    """1234567 -> "1.234.567" or "1,234,567"."""
    return f"{value:,}".replace(",", current_reader().group)


def day(moment: datetime) -> str:
    """ "23 Nov 2026" in the reader's zone and way of writing."""
    reader = current_reader()
    return write_date(moment.astimezone(reader.tz), reader)


def clock(moment: datetime) -> str:
    """ "14.30" or "14:30" in the reader's zone."""
    return write_time(moment, current_reader())


def moment(value: datetime) -> str:
    return f"{day(value)} {clock(value)}"


def by_day(entries: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Entries with an `at`, in groups by the reader's day, each with its heading."""
    reader = current_reader()
    today = reader.today()
    names = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    for date, group in groupby(entries, key=lambda entry: entry.at.astimezone(reader.tz).date()):
        items = list(group)
        yield names.get(date) or day(items[0].at), items


def day_of(moment: str) -> str:
    """The heading `by_day` gives the day of a moment in ISO form."""
    return next(by_day([SimpleNamespace(at=datetime.fromisoformat(moment))]))[0]


def file_size(size: int) -> str:
    """812 -> "812 B"; 1536000 -> "1,5 MB"."""
    amount, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    text = f"{amount:.0f}" if unit == "B" or amount >= 100 else f"{amount:.1f}".removesuffix(".0")
    return f"{text.replace('.', current_reader().decimal)} {unit}"


def via_label(via: str) -> str:
    return str(VIA_LABELS.get(via, via))


def change_face(change: Any, side: str) -> Markup:
    """One side of a changed value: its usual face, or a dash."""
    value = getattr(change, side)
    if value is None or value == "":
        return Markup("–")
    if getattr(change.kind.field, "related_model", None):
        return escape(str(value))
    if change.kind.multiline:
        text = change.kind.show(value)
        return escape(text[:140] + ("…" if len(text) > 140 else ""))
    return Markup(change.kind.cell(value))


def bin_days() -> int:
    """How many days what is deleted can come back."""
    return company().bin_days


FACES = {
    "bin_days": bin_days,
    "number": number,
    "day": day,
    "clock": clock,
    "moment": moment,
    "by_day": by_day,
    "day_of": day_of,
    "file_size": file_size,
    "via_label": via_label,
    "change_face": change_face,
    "render_control": render_control,
    "render_input": render_input,
    "render_operand": render_operand,
}
