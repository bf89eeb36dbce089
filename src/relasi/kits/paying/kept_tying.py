"""What ties out of kept sums: of each party all rows together come to what its documents come to, in every band of days."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.tying import Check, Topic, Touch, rows_of
from relasi.kits.paying.gathering import band_of, straddles
from relasi.kits.paying.kept import DEBT, JOINED, LEFT, NOTE, PAID, Kept
from relasi.kits.pipeline.days import today

KEPT_SUMS = Topic(
    "kept",
    _("Kept sums are the sums of the documents"),
    _("What is kept of each customer and vendor is added up again from invoices, bills, payments and credit notes."),
)  # fmt: skip
LABELS = {
    DEBT: _("Unpaid"),
    LEFT: _("Left of payments"),
    NOTE: _("Left of credit notes"),
    PAID: _("Received less paid back"),
    "home": _("In the currency of the company"),
    "documents": _("Documents"),
}


def kept_ties(kept: Kept, parties: str) -> Check:
    """parties: label of the module of customers, or of vendors."""
    counted = " + ".join(f"({rows_of(one.table, one.counts.replace('{r}', 'd'))})" for one in kept.sources)
    return Check(
        KEPT_SUMS, parties, partial(_failing, kept), f"SELECT {counted}", partial(_touches, kept), LABELS
    )


def _failing(kept: Kept) -> str:
    """Of each source, owner, currency and band of a party: the amount, the same in the currency of the company, and how
    many documents. Rows that have come apart since they were put together tell of no band any more."""
    on = f"'{today().isoformat()}'::date"
    rows = JOINED.join(one.rows(one.table) for one in kept.sources)
    columns = "source, party, owner, currency"
    band = f"CASE WHEN party NOT IN (SELECT party FROM apart) THEN {band_of('first_day', on)} END"
    return f"""
        WITH apart AS (SELECT DISTINCT party FROM {kept.table} WHERE {straddles(on)}),
        sums AS (
            SELECT {columns}, {band} AS band, sum(amount) AS amount, sum(due) AS due, sum(home) AS home,
                sum(due_home) AS due_home, sum(documents) AS n, sum(due_n) AS due_n
            FROM (
                SELECT {columns}, first_day, amount, 0 AS due, home, 0 AS due_home, documents, 0 AS due_n
                FROM {kept.table}
                UNION ALL SELECT {columns}, first_day, 0, amount, 0, home, 0, documents FROM ({rows}
                ) d
            ) all_rows GROUP BY {columns}, band
        )
        SELECT party AS record, NULL::bigint AS line, f.figure, f.stored, f.due
        FROM sums CROSS JOIN LATERAL (VALUES
            (source::text, amount::numeric, sums.due::numeric), ('home', home, due_home), ('documents', n, due_n)
        ) f(figure, stored, due)
        WHERE (f.stored <> f.due)::int = 1"""


def _touches(kept: Kept, figure: str) -> list[Touch]:
    return [
        Touch(one.table, f"SELECT id FROM {one.table} WHERE {one.party} = %(record)s", _columns(one.table))
        for one in kept.sources
        if figure in (one.name, "home", "documents", "days")
    ]


def _columns(table: str) -> tuple[str, ...]:
    money = ("balance", "unallocated", "available", "amount", "rate", "currency", "due_date", "date")
    fields = {field.column for field in registry.by_table(table).model._meta.concrete_fields}
    return tuple(one for one in (*money, "status", "trashed_at", "owner_id") if one in fields)
