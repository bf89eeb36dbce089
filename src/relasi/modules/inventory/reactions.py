"""Reactions of the stock area: settings are read anew."""

from __future__ import annotations

from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.kits.stock.policy import forget_policy


def read_settings_anew(changes: list[Change]) -> None:
    forget_policy()


for what in (CREATED, CHANGED, TRASHED, RESTORED):
    on(what, "inventory.StockSettings")(read_settings_anew)
