"""Worth: what lay here at a past moment and its average cost, worked out from the ledger alone.

The average of a product that has not moved since is the one it has; of the others the ledger is told again, step by
step, as its trigger did (ledger.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from relasi.kits.stock.held import PRODUCTS

_LAY = f"""
    WITH RECURSIVE last AS (
        SELECT DISTINCT ON (product_id) product_id, closing FROM {{table}} WHERE created_at < %s
        ORDER BY product_id, step DESC
    ), told(product_id, step, on_hand, average) AS (
        SELECT DISTINCT product_id, 0, 0::numeric, NULL::numeric FROM {{table}} WHERE created_at >= %s
        UNION ALL
        SELECT m.product_id, m.step, m.closing, CASE
            WHEN m.unit_cost IS NULL OR m.closing <= 0 THEN t.average
            WHEN t.on_hand <= 0 OR t.average IS NULL THEN m.unit_cost
            ELSE greatest(round((t.on_hand * t.average + (m.received - m.issued) * m.unit_cost) / m.closing, %s), 0) END
        FROM told t JOIN {{table}} m ON m.product_id = t.product_id AND m.step = t.step + 1 AND m.created_at < %s
    ), averages AS (
        SELECT DISTINCT ON (product_id) product_id, average FROM told ORDER BY product_id, step DESC
    )
    SELECT l.product_id, l.closing AS on_hand, CASE WHEN a.product_id IS NULL THEN p.average_cost ELSE a.average END AS average
    FROM last l JOIN {PRODUCTS} p ON p.id = l.product_id LEFT JOIN averages a ON a.product_id = l.product_id
    WHERE l.closing <> 0
"""


def stock_at(moment: datetime, table: str, places: int) -> tuple[str, list[Any]]:
    """A query for product_id, on_hand and average (None where no cost was ever told), and its parameters.

    table: the ledger. places: decimals of the company's currency.
    """
    return _LAY.format(table=table), [moment, moment, places, moment]
