"""Final numbers: of each series and year they run from one to the last that was given, and none is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from string import Formatter

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.numbering import NumberSeries
from relasi.engine.records.tying import Check, Topic, Touch, record_itself, tied

TOPIC = Topic(
    "numbers",
    _("Binding numbers run without a gap"),
    _("Of every series and year each number from one to the last is there."),
)

# For a number that is missing stands the record with the next higher one: beside it is where to look.
_FAILING = """
    WITH series AS (
        SELECT p.year, p.pattern, s.next - 1 AS last FROM (VALUES {patterns}) AS p(year, pattern)
        JOIN records_number_series s ON s.module = '{series}' AND s.year = p.year
    ), given AS (
        SELECT DISTINCT ON (s.year, d.number) d.id, s.year, s.last,
            substring(d.number FROM s.pattern)::bigint AS n
        FROM {table} d JOIN series s ON d.number ~ s.pattern
    ), due AS (
        SELECT s.year, s.last, g.n FROM (SELECT DISTINCT year, last FROM series) s
        CROSS JOIN LATERAL generate_series(
            1::bigint, greatest(s.last, (SELECT max(n) FROM given WHERE given.year = s.year))) AS g(n)
    )
    SELECT coalesce(
            given.id,
            (SELECT o.id FROM given o WHERE o.year = due.year AND o.n > due.n ORDER BY o.n LIMIT 1),
            (SELECT o.id FROM given o WHERE o.year = due.year ORDER BY o.n DESC LIMIT 1)) AS record,
        NULL::bigint AS line, CASE WHEN given.id IS NULL THEN 'missing' ELSE 'beyond' END AS figure,
        CASE WHEN given.id IS NOT NULL THEN due.n END::numeric AS stored,
        CASE WHEN given.id IS NOT NULL THEN due.last ELSE due.n END::numeric AS due
    FROM due LEFT JOIN given ON given.year = due.year AND given.n = due.n
    WHERE given.id IS NULL OR due.n > due.last"""


@tied
def final_numbers() -> Iterator[Check]:
    for module in registry:
        if module.final_number is not None:
            yield Check(
                TOPIC, module.model._meta.label, partial(_failing, module),
                f"SELECT coalesce(sum(next - 1), 0) FROM records_number_series WHERE module = '{_series(module)}'",
                partial(_touches, module),
                {"missing": _("Missing number"), "beyond": _("Number beyond its series")},
            )  # fmt: skip


def _touches(module: Module, figure: str) -> list[Touch]:
    return [record_itself(module.table, "number")]


def _series(module: Module) -> str:
    return f"{module.key}:final"


def _failing(module: Module) -> str:
    declared = module.final_number.pattern if module.final_number else ""
    rows = NumberSeries.objects.filter(module=_series(module)).values_list("year", "format")
    found = {(year, _pattern(form, year)) for year, own in rows for form in (own, declared) if form}
    values = ", ".join(f"({year}, '{pattern}')" for year, pattern in sorted(found)) or "(0, '^$')"
    return _FAILING.format(patterns=values, series=_series(module), table=module.table)


def _pattern(form: str, year: int) -> str:
    """A regular expression as PostgreSQL takes it in quotes; its only group is what was counted."""
    found = ""
    for plain, name, _spec, _conversion in Formatter().parse(form):
        found += re.escape(plain) + ({"n": r"(\d+)", "year": str(year)}.get(name, "") if name else "")
    return f"^{found}$".replace("'", "''")
