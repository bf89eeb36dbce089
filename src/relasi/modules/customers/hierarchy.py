"""Hierarchy: what the companies of a group earn together, kept beside each company for itself and all below it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from relasi.engine.records.circle import chains
from relasi.engine.records.refusal import Change
from relasi.modules.customers.account import Account

_LOCK = "SELECT id FROM customers_account WHERE id = ANY(%s) ORDER BY id FOR UPDATE"

# A record whose figure stays the same is not touched.
_ROLL_UP = """
    WITH RECURSIVE down AS (
        SELECT id AS top, id, annual_revenue FROM customers_account WHERE id = ANY(%s)
        UNION ALL
        SELECT down.top, t.id, t.annual_revenue FROM customers_account t JOIN down ON t.parent_id = down.id
        WHERE t.trashed_at IS NULL
    ),
    total AS (SELECT top, sum(annual_revenue) AS revenue FROM down GROUP BY top)
    UPDATE customers_account a SET group_revenue = total.revenue
    FROM total WHERE a.id = total.top AND a.group_revenue IS DISTINCT FROM total.revenue
"""


def roll_up(changes: Iterable[Change]) -> None:
    """Adds up anew for the changed accounts and all above them, where they stand now and where they stood.

    One statement, however many accounts. The rows are locked first, in a fixed order, so that two changes below
    one company cannot both add up without each other.
    """
    touched: set[int] = set()
    for change in changes:
        touched |= {change.record.pk, change.record.parent_id, change.old("parent")}
    touched.discard(None)  # type: ignore[arg-type]
    if not touched:
        return
    ids = sorted({*touched, *chains(Account, "parent", touched)})
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [ids])
        cursor.execute(_ROLL_UP, [ids])
