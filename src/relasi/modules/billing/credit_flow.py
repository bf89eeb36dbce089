"""Credit flow: the states of a credit note, what stays open in them, what its lines take, and the goods that come back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.stock.coming_back import ComingBack
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking


class CreditStatus(Choices):
    OPEN = "open", _("Open"), "biru", "Open|Terbuka"
    PARTLY = "partly", _("Partly redeemed"), "kuning", "Partially redeemed"
    FULLY = "fully", _("Fully redeemed"), "hijau", "Fully redeemed"
    VOID = "void", _("Void"), "merah", "Void|Batal"


class CreditReason(Choices):
    LATE = "late", _("Late delivery"), "kuning"
    WRONG = "wrong", _("Wrong item"), "jingga"
    PRICE = "price", _("Price error"), "biru"
    RETURNED = "returned", _("Goods returned"), "ungu"
    DEFECTIVE = "defective", _("Defective"), "merah"
    GOODWILL = "goodwill", _("Goodwill"), "hijau"


class ReturnToStock(Choices):
    NO = "no", _("No"), "gray"
    STOCK = "stock", _("Yes, into the stock"), "hijau"
    APART = "apart", _("Yes, kept apart and not for sale"), "jingga"


S = CreditStatus
STANDING = (S.OPEN, S.PARTLY, S.FULLY)
FLOW = Flow(
    moves={
        S.OPEN: (S.PARTLY, S.FULLY, S.VOID),
        S.PARTLY: (S.OPEN, S.FULLY),
        S.FULLY: (S.OPEN, S.PARTLY),
    },
    first=(S.OPEN,),
    frozen=frozenset({S.PARTLY, S.FULLY, S.VOID}),
    deletable=frozenset({S.OPEN, S.VOID}),
    open_fields=(
        "owner",
        "contact",
        "notes",
        "applied",
        "refunded",
        "available",
        "void_reason",
        "return_to_stock",
    ),
    by_itself=frozenset((before, after) for before in STANDING for after in STANDING if before != after),
    idle=frozenset({S.VOID}),
)
OPEN_COLUMNS = (
    "contact_id", "account_id", "notes", "applied", "refunded", "available", "void_reason", "return_to_stock",
)  # fmt: skip
TABLE, LINES = "billing_creditnote", "billing_creditline"
COUNTED = ("moved",)
TAKINGS = [Taking("invoice_line_id", "billing_invoiceline", "credited")]
COMING_BACK = ComingBack(
    "credit_note_id", TABLE, LINES, "credit_note_id", frozenset(STANDING), ("return_to_stock", "stock")
)
# A price that was wrong brings nothing back.
BRINGS = (CreditReason.WRONG, CreditReason.RETURNED, CreditReason.DEFECTIVE)
