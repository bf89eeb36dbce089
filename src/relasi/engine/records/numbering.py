"""Numbering: the number every record gets once and keeps, without gaps."""

from __future__ import annotations

from django.db import connection, models
from django.utils import timezone

from relasi.engine.declare.module import Module


class NumberSeries(models.Model):
    """Where the numbers of one module (and year, when the format has one) stand.

    format: an admin's own format; empty means the declared one. next: the number the next record gets.
    """

    id = models.BigAutoField(primary_key=True)
    module = models.CharField(max_length=100)
    year = models.IntegerField(default=0)
    format = models.CharField(max_length=50, default="", blank=True)
    next = models.BigIntegerField(default=1)

    class Meta:
        db_table = "records_number_series"
        constraints = [models.UniqueConstraint(fields=["module", "year"], name="number_series_one")]


_TAKE = """
    INSERT INTO records_number_series (module, year, format, next) VALUES (%s, %s, '', %s + 1)
    ON CONFLICT (module, year) DO UPDATE SET next = records_number_series.next + %s
    RETURNING next - %s, format
"""


def take_numbers(module: Module, count: int) -> list[str]:
    """The next `count` numbers of the module, in order.

    The row stays locked until the transaction ends, so a number is lost only with a write that failed: the
    series has no gaps.
    """
    if not module.number or not count:
        return [""] * count
    year = timezone.localdate().year if "{year}" in module.number else 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [module.key, year, count, count, count])
        first, own_format = cursor.fetchone()
    pattern = own_format or module.number
    shown_year = year or timezone.localdate().year
    return [pattern.format(n=n, year=shown_year) for n in range(first, first + count)]


def take_final_numbers(module: Module, years: list[int]) -> list[str]:
    """The next number of the binding series for each of these years, in order. Without gaps, as above."""
    final = module.final_number
    found = []
    with connection.cursor() as cursor:
        for year in years:
            cursor.execute(_TAKE, [f"{module.key}:final", year, 1, 1, 1])
            n, own_format = cursor.fetchone()
            found.append((own_format or final.pattern).format(n=n, year=year))
    return found


def ensure_after(module: Module, number: int, year: int = 0) -> None:
    """Moves the series beyond a number that came from outside, so that it is never given again."""
    NumberSeries.objects.get_or_create(module=module.key, year=year)
    NumberSeries.objects.filter(module=module.key, year=year, next__lte=number).update(next=number + 1)
