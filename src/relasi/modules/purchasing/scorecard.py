"""Scorecard: how well a vendor delivers, from what was ordered, received and billed. Nobody types any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Least

from relasi.kits.pipeline.days import today
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.taking import ways_from
from relasi.modules.purchasing.bill import OWED, Bill, BillLine
from relasi.modules.purchasing.purchase_flow import OUTSTANDING, STANDING, PurchaseStatus
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder

YEAR = timedelta(days=365)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Tally:
    """What a vendor is judged by. receipts, on_time: how many, of orders that had a day. ordered, accepted: quantities of
    orders that are done. delivered, rejected: quantities of all orders. worth: what was billed would have cost at the
    prices of the orders, dearer: how much more it did cost; both in the currency of the company."""

    receipts: int = 0
    on_time: int = 0
    ordered: Decimal = ZERO
    accepted: Decimal = ZERO
    delivered: Decimal = ZERO
    rejected: Decimal = ZERO
    worth: Decimal = ZERO
    dearer: Decimal = ZERO

    @property
    def on_time_percent(self) -> Decimal | None:
        return _share(Decimal(self.on_time), Decimal(self.receipts))

    @property
    def fill_percent(self) -> Decimal | None:
        return _share(self.accepted, self.ordered)

    @property
    def reject_percent(self) -> Decimal | None:
        return _share(self.rejected, self.delivered)

    @property
    def price_percent(self) -> Decimal | None:
        """100 where nothing was dearer than agreed, less by every percent more."""
        extra = _share(max(self.dearer, ZERO), self.worth)
        return None if extra is None else max(HUNDRED - extra, ZERO)

    @property
    def figures(self) -> dict[str, Decimal | None]:
        """0 to 100 each, more is better; by the names of the weights in the settings."""
        rejected = self.reject_percent
        return {
            "on_time": self.on_time_percent, "filled": self.fill_percent,
            "quality": None if rejected is None else HUNDRED - rejected, "price": self.price_percent,
        }  # fmt: skip

    def score(self, weights: Mapping[str, int]) -> Decimal | None:
        """0 to 100, of the figures that are known; None while none is, or none of them weighs anything."""
        known = [(weights[name], value) for name, value in self.figures.items() if value is not None]
        weight = sum(one for one, _value in known)
        return rounded(sum((w * value for w, value in known), ZERO) / weight, 1) if weight else None


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return rounded(part * 100 / whole, 2) if whole else None


def tally_of(vendor: int) -> Tally:
    """Of all documents of the vendor, whoever may see them: a figure is the same for everybody who sees the vendor."""
    receipts, on_time = _receipts(vendor)
    items = Q(optional=False) | Q(chosen=True)
    lines = PurchaseLine._base_manager.filter(
        items, order__vendor=vendor, order__trashed_at=None, order__status__in=sorted(STANDING), kind="item",
        trashed_at=None,
    )  # fmt: skip
    done = Q(order__status__in=[PurchaseStatus.RECEIVED, PurchaseStatus.CLOSED])
    sums = lines.aggregate(
        ordered=Sum("quantity", filter=done, default=ZERO),
        accepted=Sum(Least("received", "quantity"), filter=done, default=ZERO),
        received=Sum(F("received") + F("returned"), default=ZERO),
        rejected=Sum("rejected", default=ZERO),
    )
    worth, dearer = _prices(vendor)
    return Tally(
        receipts, on_time, sums["ordered"], sums["accepted"], sums["received"] + sums["rejected"], sums["rejected"],
        worth, dearer,
    )  # fmt: skip


def _receipts(vendor: int) -> tuple[int, int]:
    """(how many, how many of them in time) of the documents that say what was received."""
    whole = on_time = 0
    for way in ways_from(PurchaseOrder):
        document = way.document
        if way.counted != "received" or "date" not in document.fields:
            continue
        order = (
            f"{document.lines_module.model._meta.get_field(way.lines.whole.name).remote_field.related_name}"
        )
        due = f"{order}__{way.by}__order__due_date"
        rows = document.model._base_manager.filter(
            **{f"{order}__{way.by}__order__vendor": vendor, f"{due}__isnull": False}, trashed_at=None
        ).exclude(status__in=sorted(document.model.flow.idle))
        found = rows.order_by().aggregate(
            n=Count("pk", distinct=True),
            good=Count(Case(When(date__lte=F(due), then=F("pk"))), distinct=True),
        )
        whole, on_time = whole + found["n"], on_time + found["good"]
    return whole, on_time


def _prices(vendor: int) -> tuple[Decimal, Decimal]:
    """(what was billed at the prices of the orders, what it cost more)."""
    rows = BillLine._base_manager.filter(
        bill__vendor=vendor, bill__status__in=sorted(OWED), bill__trashed_at=None, trashed_at=None
    ).exclude(purchase_line=None)
    worth = dearer = ZERO
    for line in rows.select_related("purchase_line", "bill"):
        agreed = line.purchase_line.net * line.quantity / line.purchase_line.quantity
        rate = line.bill.rate or Decimal(1)
        worth, dearer = worth + agreed * rate, dearer + (line.net - agreed) * rate
    return worth, rounded(dearer, 2)


def spent(vendor: int) -> Decimal:
    """Before tax, in the currency of the company, by bills of the last 365 days."""
    rows = Bill._base_manager.filter(
        vendor=vendor, status__in=sorted(OWED), trashed_at=None, date__gt=today() - YEAR
    )
    found = rows.aggregate(n=Sum(F("goods_total") * F("rate"), default=ZERO))["n"]
    return rounded(found, 0)


def under_way(vendor: int) -> tuple[int, int]:
    """(orders on their way, those of them that are late)."""
    rows = PurchaseOrder._base_manager.filter(vendor=vendor, status__in=sorted(OUTSTANDING), trashed_at=None)
    found: dict[str, Any] = rows.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_date__lt=today())))
    return found["n"], found["late"]
