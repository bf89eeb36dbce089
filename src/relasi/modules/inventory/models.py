"""The table of contents of this area."""

from relasi.modules.inventory.adjustment_limit import AdjustmentLimit
from relasi.modules.inventory.delivery_line import DeliveryLine
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.serial_number import SerialNumber
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.inventory.stock_settings import StockSettings

__all__ = [
    "AdjustmentLimit",
    "DeliveryLine",
    "DeliveryNote",
    "SerialNumber",
    "StockAdjustment",
    "StockMove",
    "StockSettings",
]
