"""Taking: the snapshot of a closing, in the transaction that closes. One statement for each part, however much there is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import decimals_of
from relasi.engine.records.as_it_stood import as_it_stood
from relasi.features.month_end.models import BalanceRow, Kind, PipelineRow, Snapshot, StockRow
from relasi.features.receivables.ageing import unpaid
from relasi.features.receivables.sides import PAYABLES, RECEIVABLES, Side
from relasi.kits.stock.worth import stock_at
from relasi.modules.catalog.product import Product
from relasi.modules.inventory.stock_move import TABLE as LEDGER
from relasi.modules.sales.deal import Deal

Sql = tuple[str, list[Any]]
KINDS = {
    "billing.invoice": Kind.INVOICE, "billing.payment": Kind.PAYMENT, "billing.creditnote": Kind.CREDIT_NOTE,
    "purchasing.bill": Kind.BILL, "purchasing.vendorpayment": Kind.VENDOR_PAYMENT,
}  # fmt: skip


def take(closing: Any) -> Snapshot:
    """What stands at the end of the last day of a closing, as this transaction sees it."""
    home, user = company(), current_acting().user
    [snapshot] = Snapshot.objects.bulk_create([
        Snapshot(closing=closing, until=closing.until, taken_by=None if user is SYSTEM else user,
                 change_set=current_acting().change_set, currency=home.currency, zone=home.zone)
    ])  # fmt: skip
    end = end_of(closing.until, home.zone)
    for query in (
        _pipeline(end, home.currency),
        _balances(closing.until, RECEIVABLES, home.currency),
        _balances(closing.until, PAYABLES, home.currency),
        _stock(end, home.currency),
    ):
        _keep(snapshot, *query)
    return snapshot


def end_of(day: date, zone: str) -> datetime:
    """The midnight a day is over at."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def _keep(snapshot: Snapshot, model: Any, columns: str, query: Sql) -> None:
    sql, params = query
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} (snapshot_id, {columns}) SELECT %s, {columns} FROM ({sql}) found",
            [snapshot.pk, *params],
        )


def _pipeline(end: datetime, home: str) -> tuple[Any, str, Sql]:
    names = ["status", "trashed_at", "pipeline", "stage", "owner", "currency", "amount", "weighted_amount"]
    stood, params = as_it_stood(Deal, names, end)
    columns = (
        "pipeline_id, pipeline_name, pipeline_place, stage_id, stage_name, stage_place, owner_id, currency"
    )
    sql = f"""
        SELECT d.pipeline_id, p.name AS pipeline_name, p.position AS pipeline_place, d.stage_id, s.name AS stage_name,
               s.position AS stage_place, d.owner_id, coalesce(d.currency, %s) AS currency, count(*) AS deals,
               coalesce(sum(d.amount), 0) AS amount, coalesce(sum(d.weighted_amount), 0) AS weighted
        FROM ({stood}) d JOIN sales_pipeline p ON p.id = d.pipeline_id JOIN sales_stage s ON s.id = d.stage_id
        WHERE d.status = 'open' AND d.trashed_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    """
    return PipelineRow, f"{columns}, deals, amount, weighted", (sql, [home, *params])


def _balances(until: date, side: Side, home: str) -> tuple[Any, str, Sql]:
    """What Receivables and Payables say as of that day: what is owed, and what was paid ahead."""
    parts, params = [], []
    for rows, left in [(unpaid(SYSTEM, until, side), "left"), *side.payers(SYSTEM, until)]:
        found = rows.order_by().values_list(side.party, "currency", "owner_id", "rate", left)
        sql, given = found.query.sql_with_params()
        parts.append(f"SELECT %s AS kind, q.* FROM ({sql}) q(party_id, currency, owner_id, rate, amount)")
        params += [KINDS[registry.of(rows.model).key].value, *given]
    party = registry.of(side.parties)
    sql = f"""
        SELECT g.*, coalesce(p.name, '') AS party_name FROM (
            SELECT kind, party_id, coalesce(currency, %s) AS currency, owner_id, count(*) AS documents,
                   sum(amount) AS amount, sum(round(amount * coalesce(rate, 1), %s)) AS home_amount
            FROM ({" UNION ALL ".join(parts)}) each_one GROUP BY 1, 2, 3, 4
        ) g LEFT JOIN {party.table} p ON p.id = g.party_id
    """
    columns = "kind, party_id, party_name, currency, owner_id, documents, amount, home_amount"
    return BalanceRow, columns, (sql, [home, decimals_of(home), *params])


def _stock(end: datetime, home: str) -> tuple[Any, str, Sql]:
    places = decimals_of(home)
    lay, lay_params = stock_at(end, LEDGER, places)
    stood, stood_params = as_it_stood(Product, ["name", "owner", "cost"], end)
    sql = f"""
        SELECT p.id AS product_id, p.name AS product_name, p.owner_id, l.on_hand, coalesce(l.average, p.cost) AS unit_cost,
               round(l.on_hand * coalesce(l.average, p.cost), %s) AS value
        FROM ({lay}) l JOIN ({stood}) p ON p.id = l.product_id
    """
    columns = "product_id, product_name, owner_id, on_hand, unit_cost, value"
    return StockRow, columns, (sql, [places, *lay_params, *stood_params])
