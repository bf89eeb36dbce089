"""What reading and drawing one value costs, in microseconds: `python -m benchmarks.kinds`.

An import reads ten values a row, a list page draws 250 cells: both must be far below a query.
"""

from __future__ import annotations

import os
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
django.setup()

from relasi.engine import fields  # noqa: E402
from relasi.engine.fields.kind import Kind, kind_of  # noqa: E402
from relasi.engine.fields.reader import INDONESIAN  # noqa: E402

OPTIONS = [("web", "Formulir web", "biru"), ("fair", "Pameran", "hijau")]

# What is read, as files hold it.
READ: list[tuple[Any, str]] = [
    (fields.TextField(), "PT Maju Jaya Sentosa"), (fields.EmailField(), "bambang.wijaya@timur12.co.id"),
    (fields.PhoneField(), "0812-3854-6444"), (fields.DateField(), "17/05/2002"), (fields.DateField(), "2002-05-17"),
    (fields.IntegerField(), "420"), (fields.MoneyField(), "242.000"), (fields.MoneyField(), "1250000"),
    (fields.ChoiceField(OPTIONS), "Pameran"), (fields.ChoiceField(OPTIONS), "pameran"), (fields.BooleanField(), "ya"),
    (fields.UrlField(), "www.maju.co.id"), (fields.LongTextField(), "dibuat untuk uji\nbaris dua"),
]  # fmt: skip

# What is drawn, as the database gives it.
DRAWN: list[tuple[Any, Any]] = [
    (fields.TextField(), "PT Maju & Jaya"), (fields.ChoiceField(OPTIONS), "web"),
    (fields.MoneyField(), Decimal("3240500000.00")), (fields.PercentField(bar=True), Decimal(75)),
    (fields.DateField(), date(2026, 11, 28)), (fields.DateTimeField(), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
    (fields.IntegerField(), 4200), (fields.EmailField(), "a@x.id"), (fields.PhoneField(), "+6281234567810"),
    (fields.OwnerField(), 7),
]  # fmt: skip


def microseconds(call: Callable[[], Any], times: int = 50_000) -> float:
    return min(timeit.repeat(call, number=times, repeat=3)) / times * 1e6


def bound(field: Any) -> Kind:
    field.set_attributes_from_name("value")
    return kind_of(field)


def main() -> None:
    record = SimpleNamespace(value="Bapak Made Lubis")
    total = 0.0
    for field, raw in READ:
        kind = bound(field)
        print(
            f"read  {kind.name:12} {raw[:30]!r:34} {microseconds(lambda k=kind, r=raw: k.parse(r, INDONESIAN)):6.2f} µs"
        )
    for field, value in DRAWN:
        kind = bound(field)
        cost = microseconds(lambda k=kind, v=value: k.cell(v, record, INDONESIAN))
        total += cost
        print(f"draw  {kind.name:12} {str(value)[:30]!r:34} {cost:6.2f} µs")
    print(f"a list page of 25 rows of these {len(DRAWN)} cells: {25 * total / 1000:.2f} ms")


if __name__ == "__main__":
    main()
