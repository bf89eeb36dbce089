"""Trade: quotes, orders, invoices and payments of the deals that were won, one after the other as it could have happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.credit import CREDIT
from relasi.project.demo.clock import Clock
from relasi.project.demo.past import Past
from relasi.project.demo.staff import Staff

WON, RUNNING, LOST = 60, 22, 12  # how many deals get documents
TERMS = "Pengiriman Jabodetabek termasuk.\nGaransi panel 12 tahun, inverter 5 tahun, pemasangan 1 tahun."
PARTS = [
    {"label": "Uang muka", "percent": 30},
    {"label": "Barang tiba", "percent": 40},
    {"label": "Serah terima", "percent": 30},
]
REFUSALS = ["Harga di atas anggaran", "Memilih pemasok lain", "Proyek ditunda ke tahun depan"]
DRIVERS = [("Slamet Riyadi", "B 9214 UXR"), ("Agus Salim", "B 9487 TYN"), ("Joko Susilo", "D 8031 VA")]
RECEIVERS = ["Pak Darmawan", "Bu Ratna", "Satpam Yusuf", "Pak Hendra", "Bu Lestari"]
# Code, the part of the deal it makes up, price of one.
LINES = [("PNL-580", "0.42", 1_690_000), ("INV-050", "0.2", 71_000_000), ("JSA-INS", "0.22", 1_150_000)]


class Trade:
    """Everything that is still to happen, the earliest first, so that binding numbers follow the calendar."""

    def __init__(self, clock: Clock, past: Past, catalog: dict[str, Any]) -> None:
        self.clock, self.past, self.catalog = clock, past, catalog
        self.random = clock.random
        self.coming: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.order = count()
        self.pieces = count(1)

    def then(self, at: datetime, least: float, most: float, step: Callable[[datetime], None]) -> None:
        """The step so many days later, unless that lies in the future."""
        later = self.clock.after(at, least, most)
        if later < self.clock.now:
            heappush(self.coming, (later, next(self.order), step))

    def go(self) -> None:
        while self.coming:
            at, _place, step = heappop(self.coming)
            step(at)

    def act(self, user: Any, at: datetime, done: Callable[[], Any], seen: Sequence[str] = ()) -> Any:
        """One act of a person at that moment. seen: codes of warnings they went on past."""
        with acting(user, confirmed=frozenset(seen)) as stretch:
            record = done()
        self.past.moments[stretch.change_set or 0, record.pk] = at
        return record

    def quote(self, deal: Any, seller: Any, at: datetime, end: str) -> None:
        """end: what becomes of it: "accepted", "rejected", or "" while the customer has it."""
        # Nobody may send an offer that is over, so the dates of old ones are set right afterwards.
        lasting = max(at, self.clock.now).date() + timedelta(days=30)
        values = {
            "subject": deal.name, "deal": deal.pk, "date": at.date(), "valid_until": lasting, "terms": TERMS,
            "primary": True, "instalments": PARTS if deal.amount > 200_000_000 else None, "owner": seller.pk,
            "discount_percent": self.random.choice((None, None, 2, 3)), "shipping": self.random.choice((None, 2_500_000)),
        }  # fmt: skip
        model = registry.module("sales.Quote").model
        quote = self.act(seller, at, lambda: create(model, values, lines=self._lines(deal.amount)))

        def sent(at: datetime) -> None:
            self.act(seller, at, quote.send)
            if end == "accepted":
                self.then(at, 2, 12, accepted)
            elif end == "rejected":
                reason = self.random.choice(REFUSALS)
                self.then(at, 3, 20, lambda at: self.act(seller, at, lambda: quote.reject(reason)))
            elif self.random.random() < 0.5:
                self.then(at, 1, 5, lambda at: self.act(seller, at, quote.review))

        def accepted(at: datetime) -> None:
            self.act(seller, at, lambda: quote.accept(str(deal.contact) if deal.contact_id else None))
            self.then(at, 0.5, 3, lambda at: self.ordered(quote, seller, at))

        self.then(at, 0.2, 2, sent)

    def _lines(self, worth: Decimal) -> list[dict[str, Any]]:
        """Goods and services that come to about so much."""
        lines: list[dict[str, Any]] = [{"kind": "section", "name": "Peralatan"}]
        for code, part, price in LINES:
            number = max(1, round(worth * Decimal(part) / price))
            if code == "JSA-INS":
                lines.append({"kind": "section", "name": "Jasa"})
            item = self.catalog[code]
            off = self.random.choice((None, None, None, 5))
            lines.append({item.kind: item.pk, "quantity": number, "discount_percent": off})
        if worth > 300_000_000:
            lines.append({"service": self.catalog["JSA-SLO"].pk, "quantity": 1})
        return lines

    def ordered(self, quote: Any, seller: Any, at: datetime) -> None:
        po = f"PO/{self.random.randint(100, 999)}/{at:%m/%Y}"
        more = {
            "date": at.date(),
            "customer_po": po,
            "delivery_date": at.date() + timedelta(days=28),
            "payment_days": 30,
        }
        model = registry.module("sales.SalesOrder").model
        order = self.act(seller, at, lambda: convert(quote, model, **more))

        def approved(at: datetime) -> None:
            self.act(seller, at, order.approve, seen=(CREDIT,))
            self.then(at, 4, 20, lambda at: self.delivered(order, seller, at, self.random.random() < 0.3))
            self.then(at, 8, 30, lambda at: self.invoiced(order, seller, at, self.random.random() < 0.4))

        self.then(at, 0.2, 2, approved)

    def delivered(self, order: Any, seller: Any, at: datetime, in_parts: bool) -> None:
        """The goods go out with our own lorry, some orders in two parts."""
        quantities = None
        if in_parts:
            lines = [line for line in order.lines_in_order() if line.counts and not line.service_id]
            quantities = {line.pk: Decimal(max(1, int(line.quantity / 2))) for line in lines}
        model = registry.module("inventory.DeliveryNote").model
        driver, plate = self.random.choice(DRIVERS)
        more = {"date": at.date(), "planned_delivery": at.date(), "driver": driver, "vehicle_plate": plate}
        note = self.act(seller, at, lambda: self._numbered(convert(again(order), model, quantities, **more)))
        if self.random.random() < 0.9:
            receiver = self.random.choice(RECEIVERS)
            self.then(
                at, 0.1, 1, lambda at: self.act(seller, at, lambda: again(note).deliver(received_by=receiver))
            )
        if in_parts:
            self.then(at, 6, 14, lambda at: self.delivered(order, seller, at, False))

    def _numbered(self, note: Any) -> Any:
        """Each piece of what is tracked by serial numbers gets one."""
        lines = note.lines_in_order()
        tracked = {
            one.pk: one.code
            for one in self.catalog.values()
            if getattr(one, "serial_tracking", "") == "serial"
        }
        if not any(line.product_id in tracked for line in lines):
            return note
        given = [
            {"id": line.pk} | ({"serials": "\n".join(
                f"{tracked[line.product_id]}-{next(self.pieces):05}" for _n in range(int(line.quantity))
            )} if line.product_id in tracked else {})
            for line in lines
        ]  # fmt: skip
        return update(note, {}, lines=given)

    def invoiced(self, order: Any, seller: Any, at: datetime, in_parts: bool) -> None:
        quantities = None
        if in_parts:
            lines = [line for line in order.lines_in_order() if line.counts]
            quantities = {line.pk: Decimal(max(1, int(line.quantity * 6 / 10))) for line in lines}
        model = registry.module("billing.Invoice").model
        invoice = self.act(
            seller, at, lambda: convert(order, model, quantities, date=at.date(), due_date=None)
        )

        def issued(at: datetime) -> None:
            self.act(
                seller,
                at,
                lambda: update(invoice, {"date": at.date(), "due_date": at.date() + timedelta(days=30)}),
            )
            self.act(seller, at, invoice.issue, seen=(CREDIT,))
            kind = self.random.random()
            if kind < 0.72:
                self.then(at, 12, 45, lambda at: self.paid(invoice, seller, at, invoice.payable))
            elif kind < 0.9:
                part = (invoice.payable * 3 / 10).quantize(Decimal(1))
                self.then(at, 5, 25, lambda at: self.paid(invoice, seller, at, part))
            if in_parts and again(order).invoiced == "partly":
                self.then(at, 14, 30, lambda at: self.invoiced(again(order), seller, at, False))
            if kind > 0.95:
                self.then(at, 3, 12, lambda at: self.credited(invoice, seller, at))

        self.then(at, 0.1, 2, issued)

    def paid(self, invoice: Any, seller: Any, at: datetime, amount: Decimal) -> None:
        left = again(invoice).balance
        if left > 0:
            how = {"date": at.date(), "amount": min(amount, left), "method": "transfer",
                   "reference": f"TRF {self.random.randint(10**7, 10**8)}"}  # fmt: skip
            self.act(seller, at, lambda: again(invoice).pay(**how))

    def credited(self, invoice: Any, seller: Any, at: datetime) -> None:
        """One panel came broken."""
        invoice = again(invoice)
        line = next(one for one in invoice.lines_in_order() if one.counts)
        if invoice.balance < line.total:
            return
        model = registry.module("billing.CreditNote").model
        more = {"date": at.date(), "reason": "defective", "shipping": None, "adjustment": None}
        note = self.act(seller, at, lambda: convert(invoice, model, {line.pk: Decimal(1)}, **more))
        self.act(seller, at, lambda: again(note).apply(invoice.pk))


def again(record: Any) -> Any:
    """The record as it stands now."""
    return type(record)._base_manager.get(pk=record.pk)


def open_stock(trade: Trade, user: Any, at: datetime) -> None:
    """What lay in the warehouse at the beginning, and what was counted last month."""
    drafts = []
    for item in trade.catalog.values():
        if item.kind == "product":
            many = 40_000 if item.price < 5_000_000 else 900 if item.price < 100_000_000 else 60
            drafts.append({"product": item.pk, "counted": trade.random.randint(many // 2, many), "reason": "opening",
                           "unit_cost": item.cost, "owner": user.pk, "date": at.date()})  # fmt: skip
    model = registry.module("inventory.StockAdjustment").model
    for values in drafts:
        trade.act(user, at, lambda values=values: create(model, values))


def make_trade(clock: Clock, staff: Staff, past: Past, catalog: dict[str, Any]) -> None:
    trade, sellers = Trade(clock, past, catalog), {user.pk: user for user in staff.users.values()}
    known: dict[int, list[datetime]] = {}
    for (_change_set, record), at in past.moments.items():
        known.setdefault(record, []).append(at)
    rows = registry.module("sales.Deal").model._base_manager.select_related("contact")
    rows = rows.filter(amount__gte=60_000_000, account__isnull=False, owner__in=list(sellers))
    deals = {state: [one for one in rows.filter(status=state).order_by("pk") if one.pk in known] for state in
             ("won", "open", "lost")}  # fmt: skip
    year = clock.now - timedelta(days=366)

    def is_known(deal: Any) -> bool:
        """For longer than a year, like whom it speaks of."""
        return all(id in known and min(known[id]) < year for id in (deal.account_id, deal.contact_id))

    open_stock(trade, next(iter(sellers.values())), min(min(moments) for moments in known.values()))
    for state, number, end in (("won", WON, "accepted"), ("open", RUNNING, ""), ("lost", LOST, "rejected")):
        for deal in clock.random.sample(deals[state], min(number, len(deals[state]))):
            last = max(known[deal.pk])
            begun = max(min(known[deal.pk]), last - timedelta(days=9))
            trade.then(
                begun, 0, 1, lambda at, deal=deal, end=end: trade.quote(deal, sellers[deal.owner_id], at, end)
            )
    from relasi.project.demo.recurring import PLANS, begin_recurring
    from relasi.project.demo.subscriptions import begin_subscriptions

    begin_recurring(trade, deals["won"][: len(PLANS)], sellers)
    begin_subscriptions(trade, [deal for deal in deals["won"] if is_known(deal)], sellers)
    trade.go()
