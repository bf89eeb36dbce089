"""Purchasing: from whom a company that builds solar power buys, what it has ordered, and what it owes for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.kits.trade.conversion import convert
from relasi.project.demo.clock import Clock
from relasi.project.demo.past import Past
from relasi.project.demo.staff import Staff

SEED = 1998
CATEGORIES = ["Peralatan surya", "Material listrik", "Logistik", "Jasa lapangan", "Kantor"]
# Name, legal form, category, city, NPWP, terms, lead time, PKP, contact, bank, account number.
VENDORS = [
    ("PT Mitra Panel Nusantara", "pt", 0, "Cikarang", "0316547892413000", 30, 7, True, "Yulia Hartati", "BCA", "5420318876"),
    ("PT Surya Impor Mandiri", "pt", 0, "Jakarta Utara", "0024478135046000", 45, 21, True, "Kevin Tanuwijaya", "Bank Mandiri",
     "1250009876543"),
    ("PT Daya Baterai Indonesia", "pt", 0, "Karawang", "0712345678433000", 30, 28, True, "Rina Marlina", "BCA", "0087651234"),
    ("CV Kabel Jaya Abadi", "cv", 1, "Bandung", "0215678943428000", 14, 4, True, "Asep Sunandar", "BRI", "034101000123456"),
    ("UD Baja Galvanis Makmur", "ud", 1, "Sidoarjo", None, 14, 10, False, "Haji Mahmud", "BNI", "0234567891"),
    ("PT Lintas Kargo Prima", "pt", 2, "Jakarta Timur", "0598761234007000", 14, 1, True, "Bambang Susanto", "Bank Mandiri",
     "1240007654321"),
    ("CV Pasang Terang", "cv", 3, "Bekasi", "0845612397432000", 14, 3, True, "Dedi Kurniawan", "BCA", "7410258963"),
    ("PT Griya Kantor Sentosa", "pt", 4, "Jakarta Selatan", "0192837465061000", 7, 0, True, "Sri Wahyuni", "BCA",
     "1230984567"),
]  # fmt: skip
# Vendor, code of the item, price, from quantity, lead time.
PRICES = [
    (0, "PNL-580", 1_238_000, 1, 7), (0, "PNL-580", 1_205_000, 200, 10), (1, "PNL-580", 1_182_000, 100, 28),
    (0, "PNL-450", 1_021_000, 1, 7), (1, "PNL-620B", 1_515_000, 50, 28), (1, "INV-050", 53_600_000, 1, 21),
    (0, "INV-050", 54_900_000, 1, 5), (1, "INV-110", 111_500_000, 1, 21), (0, "INV-H10", 24_700_000, 1, 5),
    (2, "BAT-010", 48_200_000, 1, 28), (2, "BAT-005", 25_900_000, 1, 14), (3, "KBL-PV4", 12_900, 100, 3),
    (3, "MC4-P", 29_500, 50, 3), (3, "SPD-DC", 1_035_000, 1, 4), (4, "RKA-050", 28_400_000, 1, 12),
    (4, "TNG-009", 2_310_000, 1, 10), (6, "JSA-INS", 655_000, 1, 3),
]  # fmt: skip
# Vendor, what it is about, its lines, days ago, how far it has come: "draft", "pending", "approved", "sent", "billed", "paid",
# "received" with a few rejected, "returned" with those sent back.
ORDERS = [
    (0, "Stok panel triwulan", [("PNL-580", 36)], 150, "paid"), (3, "Kabel dan konektor gudang Cikarang",
     [("KBL-PV4", 1000), ("MC4-P", 200)], 131, "paid"), (1, "Inverter proyek Karawang", [("INV-050", 2)], 118, "paid"),
    (4, "Rangka atap pabrik", [("RKA-050", 1), ("TNG-009", 4)], 96, "billed"),
    (6, "Pemasangan PLTS gudang Bekasi", [("JSA-INS", 50)], 74, "paid"), (0, "Panel untuk tiga rumah", [("PNL-450", 42)], 58,
     "billed"), (3, "Arester dan kabel proyek Bogor", [("SPD-DC", 6), ("KBL-PV4", 500)], 40, "billed"),
    (3, "Konektor stok gudang", [("MC4-P", 150), ("KBL-PV4", 400)], 37, "returned"),
    (0, "Panel stok rumah", [("PNL-450", 24)], 18, "received"),
    (2, "Baterai rumah hybrid", [("BAT-005", 4)], 33, "sent"),
    (1, "Panel bifasial PLTS tanah", [("PNL-620B", 120)], 21, "sent"),
    (0, "Inverter cadangan", [("INV-H10", 2)], 12, "approved"),
    (2, "Baterai proyek rumah sakit", [("BAT-010", 3)], 5, "pending"),
    (4, "Tiang lampu jalan", [("TNG-009", 12)], 2, "draft"),
]  # fmt: skip
# Vendor, what for, amount before tax, taxes; nobody orders these.
MONTHLY = [
    (7, "Sewa kantor", 28_500_000, ["PPN"]),
    (5, "Ongkos kirim gudang ke lokasi", 9_750_000, ["PPN", "PPH23"]),
]


class Buying:
    def __init__(self, clock: Clock, past: Past, staff: Staff, catalog: dict[str, Any]) -> None:
        self.clock, self.past, self.catalog, self.random = clock, past, catalog, Random(SEED)
        users = staff.users
        self.buyer, self.clerk, self.boss = users["lukman"], users["melati"], users["hendra"]
        self.vendors: list[Any] = []

    def act(self, user: Any, at: datetime, done: Callable[[], Any]) -> Any:
        """One act of a person at that moment."""
        with acting(user) as stretch:
            record = done()
        self.past.moments[stretch.change_set or 0, record.pk] = min(at, self.clock.now)
        return again(record)

    def know_vendors(self) -> None:
        """All of them have been there from the beginning; the director has confirmed where they are paid."""
        at = self.clock.beginning
        with acting(self.buyer):
            rows = [
                create(_model("VendorCategory"), {"name": name}, authorised="a demo") for name in CATEGORIES
            ]
        for name, form, category, city, npwp, terms, lead, pkp, contact, bank, number in VENDORS:
            domain = name.split(" ", 1)[1].lower().replace(" ", "") + ".example"
            values = {
                "name": name, "legal_form": form, "category": rows[category].pk, "npwp": npwp, "is_pkp": pkp,
                "payment_terms_days": terms, "lead_time_days": lead, "email": f"penjualan@{domain}",
                "address": {"street": f"Kawasan Industri Blok {name[4].upper()} No. {lead + 3}", "city": city},
                "currency": "IDR",
                "phone": f"+62812{self.random.randint(10**7, 10**8 - 1)}", "rating": self.random.choice((3, 4, 4, 5)),
                "owner": self.buyer.pk,
            }  # fmt: skip
            vendor = self.act(
                self.buyer, at, lambda v=values: create(_model("Vendor"), v, confirmed=["double"])
            )
            self.vendors.append(self.act(self.boss, at, vendor.approve))
            self._parts(vendor, contact, bank, number)
        with acting(self.buyer):
            for vendor, code, price, least, days in PRICES:
                item = self.catalog[code]
                values = {"vendor": self.vendors[vendor].pk, item.kind: item.pk, "price": price, "min_quantity": least,
                          "lead_days": days}  # fmt: skip
                create(_model("VendorPrice"), values)

    def _parts(self, vendor: Any, contact: str, bank: str, number: str) -> None:
        with acting(self.buyer):
            email = f"{contact.split()[0].lower()}@{vendor.email.split('@')[1]}"
            values = {"vendor": vendor.pk, "name": contact, "role": "Penjualan", "email": email}
            create(_model("VendorContact"), values)
            values = {"vendor": vendor.pk, "bank": bank, "number": number, "holder": vendor.name}
            account = create(_model("VendorBankAccount"), values)
            ends = self.clock.now.date() + timedelta(days=self.random.choice((20, 200, 400)))
            paper = {"vendor": vendor.pk, "kind": "nib", "number": f"9120{number[:9]}", "expires_on": ends}
            create(_model("VendorPaper"), paper)
        with acting(self.boss):
            account.confirm()

    def order(self, vendor: int, subject: str, lines: list[tuple[str, int]], ago: float, far: str) -> None:
        at = self.clock.ago(ago, ago)
        values = {
            "subject": subject, "vendor": self.vendors[vendor].pk, "date": at.date(), "owner": self.clerk.pk,
            "due_date": at.date() + timedelta(days=VENDORS[vendor][6] + 5), "warehouse": "Gudang Cikarang",
        }  # fmt: skip
        rows = [{self.catalog[code].kind: self.catalog[code].pk, "quantity": n} for code, n in lines]
        order = self.act(self.clerk, at, lambda: create(_model("PurchaseOrder"), values, lines=rows))
        if far == "draft":
            return
        with acting(self.clerk):
            beyond = bool(order.beyond())
        if beyond:
            at = self.clock.after(at, 0.1, 0.5)
            order = self.act(self.clerk, at, lambda: order.ask_approval("Kebutuhan proyek berjalan"))
        if far == "pending":
            return
        at = self.clock.after(at, 0.2, 1)
        order = self.act(self.boss if beyond else self.clerk, at, order.approve)
        if far == "approved":
            return
        at = self.clock.after(at, 0.1, 1)
        order = self.act(self.clerk, at, order.send)
        if far in ("received", "returned"):
            self.receive(order, self.clock.after(at, 4, 9), far == "returned")
        if far in ("billed", "paid"):
            self.bill_of(order, self.clock.after(at, 6, 14), far == "paid")

    def receive(self, order: Any, at: datetime, back: bool) -> None:
        """A few of the first line are damaged, and may have gone back already."""
        more = {"date": at.date(), "vendor_note_number": f"SJ/{self.random.randint(1000, 9999)}",
                "vehicle_plate": f"B {self.random.randint(9000, 9999)} KXT"}  # fmt: skip
        note = self.act(self.clerk, at, lambda: convert(order, _model("ReceiptNote"), **more))
        first, *others = note.lines_in_order()
        lines = [
            {"id": first.pk, "rejected": 2, "reject_reason": "damaged"},
            *({"id": one.pk} for one in others),
        ]
        self.act(self.clerk, at, lambda: update(note, {}, lines=lines))
        note = self.act(self.clerk, self.clock.after(at, 0.1, 0.2), again(note).receive)
        made = self.act(self.clerk, at, note.returns.get)
        if back:
            at = self.clock.after(at, 2, 4)
            values = {
                "date": at.date(),
                "carrier": "Ekspedisi Lintas Jawa",
                "acknowledgement_number": "TTR-0417",
            }
            [line] = made.lines_in_order()
            lines = [{"id": line.pk, "quantity": line.quantity + 1}]  # one more was found in the shelf
            self.act(self.clerk, at, lambda: update(made, values, lines=lines))
            self.act(self.clerk, at, again(made).send_back)

    def bill_of(self, order: Any, at: datetime, paid: bool) -> None:
        more = {
            "vendor_invoice_number": self._number(at),
            "date": at.date(),
            "received_on": at.date(),
            "due_date": None,
        }
        bill = self.act(self.clerk, at, lambda: convert(order, _model("Bill"), **more))
        bill = self.act(self.buyer, self.clock.after(at, 0.5, 2), bill.approve)
        if paid:
            if bill.is_held:
                note = "Barang diterima langsung di lokasi proyek, berita acara terlampir"
                bill = self.act(self.buyer, self.clock.after(at, 2, 3), lambda: bill.accept_variance(note))
            self.pay(bill, self.clock.after(at, 4, 25))

    def pay(self, bill: Any, at: datetime) -> None:
        values = {"date": at.date(), "amount": bill.balance, "method": "transfer",
                  "reference": f"TRF {self.random.randint(10**7, 10**8)}"}  # fmt: skip
        self.act(self.buyer, at, lambda: bill.pay(**values))

    def monthly(self, months: int) -> None:
        for back in range(months, 0, -1):
            for vendor, subject, amount, taxes in MONTHLY:
                at = self.clock.ago(back * 30, back * 30 - 2)
                line = {
                    "name": f"{subject} {at:%m/%Y}",
                    "price": Decimal(amount),
                    "quantity": 1,
                    "taxes": taxes,
                }
                values = {"subject": f"{subject} {at:%m/%Y}", "vendor": self.vendors[vendor].pk, "date": at.date(),
                          "vendor_invoice_number": self._number(at), "owner": self.clerk.pk}  # fmt: skip
                bill = self.act(
                    self.clerk, at, lambda v=values, one=line: create(_model("Bill"), v, lines=[one])
                )
                bill = self.act(self.buyer, self.clock.after(at, 0.5, 2), bill.approve)
                if back > 1:
                    self.pay(bill, self.clock.after(at, 5, 12))

    def _number(self, at: datetime) -> str:
        return f"{self.random.randint(100, 999)}/INV/{at:%m/%Y}"


def again(record: Any) -> Any:
    """The record as it stands now."""
    return type(record)._base_manager.get(pk=record.pk)


def _model(name: str) -> Any:
    return registry.module(f"purchasing.{name}").model


def make_purchasing(clock: Clock, staff: Staff, past: Past, catalog: dict[str, Any]) -> None:
    buying = Buying(clock, past, staff, catalog)
    buying.know_vendors()
    for order in ORDERS:
        buying.order(*order)
    buying.monthly(6)
    with acting(buying.clerk):
        account = _model("VendorBankAccount")._base_manager.filter(vendor=buying.vendors[1].pk).first()
        update(account, {"number": "1250001112223"})  # waits for somebody to confirm it
