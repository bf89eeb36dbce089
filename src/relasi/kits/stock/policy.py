"""Policy: what the company has settled about its stock, read once in each stretch of acting."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import registry

MEMO = "stock.policy"


def policy() -> Any:
    """The one row of stock settings; a blank one with its defaults while there is none."""
    memo = current_acting().memo
    if MEMO not in memo:
        model: Any = registry.module("inventory.StockSettings").model
        memo[MEMO] = model.now()
    return memo[MEMO]


def forget_policy() -> None:
    current_acting().memo.pop(MEMO, None)
