"""Numbering: the number every record gets once and keeps, without gaps."""

from __future__ import annotations

from collections import Counter

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
    numbers, own_format = _take(module.key, year, count)
    pattern = own_format or module.number
    shown_year = year or timezone.localdate().year
    return [pattern.format(n=n, year=shown_year) for n in numbers]


def take_final_numbers(module: Module, years: list[int]) -> list[str]:
    """The next number of the binding series for each of these years, in order. Without gaps, as above."""
    final = module.final_number
    # By year, so that two who take of the same years never wait in a ring.
    taken = {
        year: _take(f"{module.key}:final", year, count) for year, count in sorted(Counter(years).items())
    }
    coming = {year: iter(numbers) for year, (numbers, _own_format) in taken.items()}
    return [(taken[year][1] or final.pattern).format(n=next(coming[year]), year=year) for year in years]


def _take(series: str, year: int, count: int) -> tuple[range, str]:
    """(the next numbers, the admin's own format or nothing)"""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [series, year, count, count, count])
        first, own_format = cursor.fetchone()
    return range(first, first + count), own_format


def ensure_after(module: Module, number: int, year: int = 0) -> None:
    """Moves the series beyond a number that came from outside, so that it is never given again."""
    NumberSeries.objects.get_or_create(module=module.key, year=year)
    NumberSeries.objects.filter(module=module.key, year=year, next__lte=number).update(next=number + 1)
