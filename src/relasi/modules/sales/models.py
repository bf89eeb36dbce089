"""The table of contents of this area."""

from relasi.modules.sales.buying_role import BuyingRole
from relasi.modules.sales.contact_role import ContactRole
from relasi.modules.sales.deal import Deal
from relasi.modules.sales.pipeline import Pipeline, Stage
from relasi.modules.sales.quote import Quote, QuoteLine
from relasi.modules.sales.sales_order import OrderLine, SalesOrder
from relasi.modules.sales.selling_limit import SellingLimit
from relasi.modules.sales.stage_history import DealStage

__all__ = [
    "BuyingRole",
    "ContactRole",
    "Deal",
    "DealStage",
    "OrderLine",
    "Pipeline",
    "Quote",
    "QuoteLine",
    "SalesOrder",
    "SellingLimit",
    "Stage",
]
