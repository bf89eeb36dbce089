"""The table of contents of this area."""

from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.inventory.stock_settings import StockSettings

__all__ = ["StockAdjustment", "StockMove", "StockSettings"]
