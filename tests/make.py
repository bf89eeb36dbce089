"""make: one maker of records for all tests. make("sales.Deal", amount=5) fills in what it must have besides."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import count
from typing import Any

from relasi.engine.access.acting import SYSTEM, NobodyActing, acting, current_acting
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update

_numbers = count(1)

# What a record must have, where the test does not care. {n} is a new number each time.
USUAL: dict[str, dict[str, Any]] = {
    "customers.account": {"name": "PT Contoh {n}"},
    "customers.contact": {"last_name": "Kontak {n}"},
    "customers.lead": {"last_name": "Prospek {n}"},
    "customers.leadrule": {
        "name": "Aturan {n}",
        "points": 5,
        "condition": {"all": [{"field": "rating", "op": "is", "value": "active"}]},
        "active": False,
    },
    "agenda.task": {"subject": "Tugas {n}"},
    "agenda.event": {
        "subject": "Rapat {n}",
        "starts_at": "2030-01-07 09:00",
        "ends_at": "2030-01-07 10:00",
        "zone": "Asia/Jakarta",
    },
    "agenda.workinghours": {"name": "Jam {n}", "monday": "08:00-17:00"},
    "agenda.otherhours": {
        "name": "Jam lain {n}",
        "monday": "08:00-15:00",
        "first": "2030-01-01",
        "last": "2030-01-31",
    },
    "agenda.holiday": {"name": "Libur {n}", "day": "2030-02-01"},
    "sales.deal": {"name": "Peluang {n}", "expected_close": "2030-01-31"},
    "sales.pipeline": {"name": "Jalur {n}", "position": 99},
    "sales.stage": {"name": "Tahap {n}", "probability": 50},
    "sales.buyingrole": {"name": "Peran {n}"},
    "sales.sellinglimit": {"line_discount": 99},
    "catalog.product": {"name": "Barang {n}", "price": 1_000_000, "cost": 700_000},
    "catalog.service": {"name": "Jasa {n}", "price": 500_000, "cost": 200_000},
    "catalog.productbundle": {"name": "Paket {n}"},
    "catalog.pricebook": {"name": "Daftar harga {n}", "currency": "IDR"},
    "catalog.pricebookitem": {"price": 900_000},
    "inventory.stockadjustment": {"counted": 7},
    "purchasing.vendor": {"name": "CV Pemasok {n}"},
    "purchasing.vendorcategory": {"name": "Golongan {n}"},
    "purchasing.vendorcontact": {"name": "Kontak {n}"},
    "purchasing.vendorprice": {"price": 900_000},
    "purchasing.vendorbankaccount": {"bank": "Bank {n}", "number": "0012345678", "holder": "CV Pemasok"},
    "purchasing.vendorpayment": {"amount": 1_000_000, "date": "2030-01-31"},
    "purchasing.buyinglimit": {"total": 99},
    "inventory.adjustmentlimit": {"total": 900_000_000},
    "customize.customfield": {"name": "Kolom {n}", "module": "customers.contact", "kind": "choice"},
    "customize.customvalue": {"name": "Pilihan {n}"},
    "customize.choicelist": {"list": "carrier"},
    "customize.listvalue": {"name": "Pilihan {n}"},
    "customize.label": {"module": "customers.contact", "field": "department", "name_en": "Department"},
    "customize.layout": {"module": "customers.lead"},
    "customize.fieldrule": {"module": "customers.contact", "field": "title", "effect": "required"},
    "customers.conversionfield": {"becomes": "account", "source": "email", "target": "email"},
    "records.legalhold": {"reason": "Sengketa {n}"},
    "billing.companydetails": {"legal_name": "PT Contoh {n}"},
    "billing.bankaccount": {"bank": "Bank {n}", "number": "0012{n}", "holder": "PT Contoh"},
    "billing.bankmovement": {"amount": 1_000_000, "date": "2030-01-31"},
    "billing.reminderrule": {"days": "{n}"},
    "billing.closedperiod": {"until": "2001-12-31"},
    "billing.recurringinvoice": {"start": "2030-01-31"},
    "billing.payment": {"amount": 1_000_000, "date": "2030-01-31"},
    "subscribing.subscription": {"subject": "Langganan {n}", "start": "2030-01-01"},
    "subscribing.transaction": {"amount": 1_000_000},
}


def make(label: str, **values: Any) -> Any:
    """A stored record. values: as a program would give them; records stand for their ids.

    By whoever acts, or by the product itself where nobody does; then it belongs to the first user there is.
    """
    module = registry.module(label)
    number = next(_numbers)
    usual = USUAL.get(module.key, {})
    found = {
        name: value.format(n=number) if isinstance(value, str) else value for name, value in usual.items()
    }
    found |= {name: getattr(value, "pk", value) for name, value in values.items()}
    if module.key == "records.legalhold" and "record_number" not in found:
        found["record_number"] = make("customers.Account").number
    if module.key == "sales.deal" and not found.keys() & {"account", "contact"}:
        found["account"] = make(
            "customers.Account", **({"owner": found["owner"]} if "owner" in found else {})
        ).pk
    with _somebody() as stretch:
        user = (stretch or current_acting()).user
        if module.is_record and "owner" not in found and user is SYSTEM:
            found["owner"] = Owner.objects.order_by("pk").values_list("pk", flat=True)[0]
        return create(module.model, found, confirmed=["double", "clash"])


def put(record: Any, **values: Any) -> Any:
    """The record with fields set that nobody may set by hand: times, scores."""
    with _somebody():
        return update(record, values, authorised="a test needs it so")


def again(record: Any) -> Any:
    """The record as it stands in the database now."""
    return type(record)._base_manager.get(pk=record.pk)


def _somebody() -> Any:
    try:
        current_acting()
    except NobodyActing:
        return acting(SYSTEM, via="system")
    return nullcontext()
