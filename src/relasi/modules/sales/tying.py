"""What ties out of sales besides what its documents have from their kit: what orders promise."""

from __future__ import annotations

from collections.abc import Iterator

from relasi.engine.records.tying import Check, tied
from relasi.kits.stock.tying import demand_ties
from relasi.modules.sales.order_flow import DEMAND


@tied
def committed() -> Iterator[Check]:
    yield demand_ties(DEMAND)
