"""Reading: how one person reads and writes numbers, days and money, from their preferences."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.company import company
from relasi.engine.fields.reader import Reader


def reader_for(user: Any) -> Reader:
    decimal = user.number_style
    group = "." if decimal == "," else ","
    return Reader(
        user.language, user.zone, decimal, group, day_first=user.date_style != "us", currency=company().currency,
        date_style=user.date_style, hour_style=user.hour_style,
        first_day={"mon": 0, "sat": 5, "sun": 6}[user.first_day],
    )  # fmt: skip
