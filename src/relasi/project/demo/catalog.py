"""Catalog: what a company that builds solar power sells: goods, services, bundles, and three price books."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.project.demo.customers import Known
from relasi.project.demo.staff import Staff

CATEGORIES = [
    "Panel surya",
    "Inverter",
    "Baterai",
    "Rangka",
    "Kabel dan proteksi",
    "Pemantauan",
    "Pompa dan lampu",
]
# Code, name, category, brand, unit, price, cost, warranty in months.
PRODUCTS = [
    ("PNL-580", "Panel surya mono 580 Wp", 0, "Jinko", "unit", 1_690_000, 1_245_000, 144),
    ("PNL-450", "Panel surya mono 450 Wp", 0, "Longi", "unit", 1_390_000, 1_030_000, 144),
    ("PNL-620B", "Panel bifasial 620 Wp", 0, "Trina", "unit", 2_050_000, 1_540_000, 180),
    ("INV-110", "Inverter string 110 kW", 1, "Huawei", "unit", 148_500_000, 113_000_000, 60),
    ("INV-050", "Inverter string 50 kW", 1, "Huawei", "unit", 71_000_000, 54_200_000, 60),
    ("INV-H10", "Inverter hybrid 10 kW", 1, "Deye", "unit", 32_800_000, 24_900_000, 60),
    ("BAT-100", "Baterai LFP 100 kWh", 2, "CATL", "unit", 612_000_000, 489_000_000, 120),
    ("BAT-010", "Baterai LFP 10 kWh", 2, "Pylontech", "unit", 62_500_000, 48_700_000, 120),
    ("BAT-005", "Baterai LFP 5 kWh", 2, "Pylontech", "unit", 33_900_000, 26_100_000, 120),
    ("RKA-250", "Rangka aluminium & klem 250 kWp", 3, "Sunmount", "lot", 184_000_000, 138_000_000, 120),
    ("RKA-050", "Rangka aluminium & klem 50 kWp", 3, "Sunmount", "lot", 38_400_000, 28_900_000, 120),
    ("RKA-GND", "Rangka tanah galvanis per kWp", 3, "Sunmount", "kwp", 1_150_000, 840_000, 120),
    ("KBL-250", "Kabel, proteksi, panel AC/DC 250 kWp", 4, "", "lot", 212_500_000, 161_000_000, 24),
    ("KBL-050", "Kabel, proteksi, panel AC/DC 50 kWp", 4, "", "lot", 46_700_000, 35_100_000, 24),
    ("KBL-PV4", "Kabel PV 4 mm²", 4, "Jembo", "metre", 18_500, 13_200, 24),
    ("MC4-P", "Konektor MC4 sepasang", 4, "Stäubli", "pair", 46_000, 31_000, 24),
    ("SPD-DC", "Arester surja DC 1000 V", 4, "Schneider", "piece", 1_480_000, 1_060_000, 24),
    ("IOT-01", "Sistem pemantauan IoT", 5, "SuryaCakra", "set", 38_500_000, 24_300_000, 24),
    ("MTR-EXIM", "Meter ekspor impor", 5, "Itron", "unit", 4_350_000, 3_420_000, 24),
    ("PMP-075", "Pompa air tenaga surya 7,5 kW", 6, "Lorentz", "unit", 68_900_000, 51_800_000, 24),
    ("PJU-060", "Lampu jalan surya 60 W", 6, "Philips", "unit", 8_750_000, 6_380_000, 36),
    ("TNG-009", "Tiang lampu galvanis 9 m", 6, "", "piece", 3_150_000, 2_340_000, 12),
]
# Code, name, category, unit, price, cost, withheld PPh 23.
SERVICES = [
    ("JSA-INS", "Instalasi & komisioning", "installation", "kwp", 1_150_000, 690_000, True),
    ("JSA-SLO", "Pengurusan izin & SLO", "permits", "package", 45_000_000, 26_000_000, True),
    ("OM-12", "Pemeliharaan tahun pertama", "maintenance", "month", 7_500_000, 4_100_000, True),
    ("OM-VST", "Kunjungan pemeliharaan", "maintenance", "visit", 3_250_000, 1_700_000, True),
    ("JSA-AUD", "Audit energi", "consulting", "package", 28_000_000, 14_500_000, True),
    ("JSA-SIM", "Simulasi hasil dan penghematan", "consulting", "package", 0, 1_500_000, False),
    ("JSA-SRV", "Survei lokasi", "consulting", "visit", 2_500_000, 1_200_000, True),
    ("JSA-TRN", "Pelatihan operator", "training", "day", 6_800_000, 3_000_000, True),
    ("JSA-20J", "Paket dukungan 20 jam", "support", "package", 9_000_000, 4_600_000, True),
    ("LGN-PAN", "Pemantauan jarak jauh", "support", "month", 850_000, 310_000, True),
    ("LGN-PLUS", "Pemantauan jarak jauh Plus", "support", "month", 1_450_000, 520_000, True),
    ("LGN-OM", "Operasi & pemeliharaan", "maintenance", "month", 6_500_000, 3_900_000, True),
    ("LGN-SEWA", "Sewa panel surya", "other", "month", 12_750_000, 7_800_000, True),
    ("LGN-GAR", "Garansi diperpanjang", "support", "package", 4_200_000, 1_100_000, False),
]
# Code, name, unit, own price, [(code, quantity)].
BUNDLES = [
    ("PKT-250", "Paket PLTS Atap 250 kWp", 1_380_000_000,
     [("PNL-580", 432), ("INV-110", 2), ("RKA-250", 1), ("KBL-250", 1)]),
    ("PKT-050", "Paket PLTS Atap 50 kWp", 292_000_000,
     [("PNL-580", 87), ("INV-050", 1), ("RKA-050", 1), ("KBL-050", 1)]),
    ("PKT-RMH", "Paket Rumah Hybrid 10 kWp", None,
     [("PNL-580", 18), ("INV-H10", 1), ("BAT-005", 2), ("MTR-EXIM", 1), ("JSA-INS", 10)]),
    ("PKT-PJU", "Paket penerangan jalan satu titik", None, [("PJU-060", 1), ("TNG-009", 1)]),
]  # fmt: skip


def make_catalog(staff: Staff, known: list[Known]) -> dict[str, Any]:
    """Code -> product, service or bundle. All of it stood there from the beginning."""
    with acting(staff.users["maya"], via="import", reason="Katalog 2026.xlsx"):
        taxes = {tax.code: tax.pk for tax in registry.module("catalog.Tax").model._base_manager.all()}
        found = {**_products(taxes), **_services(taxes)}
        _bundles(found)
        _books(found, known)
    return found


def _products(taxes: dict[str, int]) -> dict[str, Any]:
    categories = _write(
        "catalog.ProductCategory", [{"name": name} for name in CATEGORIES], authorised="a demo"
    )
    return _by_code("catalog.Product", [
        {"code": code, "name": name, "category": categories[category].pk, "brand": brand or None, "unit": unit,
         "price": price, "cost": cost, "warranty_months": months, "taxes": [taxes["PPN"]],
         "serial_tracking": "serial" if code.startswith(("INV", "BAT")) else "none"}
        for code, name, category, brand, unit, price, cost, months in PRODUCTS
    ])  # fmt: skip


def _services(taxes: dict[str, int]) -> dict[str, Any]:
    return _by_code("catalog.Service", [
        {"code": code, "name": name, "category": category, "unit": unit, "price": price, "cost": cost,
         "free": price == 0, "units_in_one": 20 if code == "JSA-20J" else None,
         "billing": "subscription" if code.startswith("LGN") else "once", "makes_contract": code == "JSA-20J",
         "taxes": [taxes["PPN"], taxes["PPH23"]] if withheld else [taxes["PPN"]]}
        for code, name, category, unit, price, cost, withheld in SERVICES
    ])  # fmt: skip


def _bundles(found: dict[str, Any]) -> None:
    rows = [
        {"code": code, "name": name, "unit": "package", "price": price, "pricing": "own" if price else "percent_off",
         "discount_percent": None if price else 4}
        for code, name, price, _held in BUNDLES
    ]  # fmt: skip
    bundles = _by_code("catalog.ProductBundle", rows)
    _write("catalog.BundleComponent", [
        {"bundle": bundles[code].pk, found[one].kind: found[one].pk, "quantity": quantity, "position": place}
        for code, _name, _price, held in BUNDLES
        for place, (one, quantity) in enumerate(held, 1)
    ])  # fmt: skip
    found |= bundles


def _books(found: dict[str, Any], known: list[Known]) -> None:
    industry, reseller, export = _write("catalog.PriceBook", [
        {"name": "Industri 2026 (IDR)", "currency": "IDR", "kind": "prices",
         "description": "Harga proyek industri, bertingkat menurut jumlah."},
        {"name": "Mitra pemasang", "currency": "IDR", "kind": "percentage", "percentage": -8, "rounding": "1000"},
        {"name": "Ekspor (USD)", "currency": "USD", "kind": "prices"},
    ])  # fmt: skip
    tiers = [("PNL-580", ((1, 1_690_000), (100, 1_640_000), (500, 1_580_000))),
             ("PNL-620B", ((1, 2_050_000), (100, 1_990_000))), ("KBL-PV4", ((1, 18_500), (1000, 16_900)))]  # fmt: skip
    rows = [
        {"book": industry.pk, "product": found[code].pk, "min_quantity": least, "price": price}
        for code, prices in tiers
        for least, price in prices
    ]
    rows += [
        {"book": export.pk, "product": found[code].pk, "price": price}
        for code, price in (("PNL-580", "98.50"), ("IOT-01", "2250.00"), ("PMP-075", "4150.00"))
    ]
    _write("catalog.PriceBookItem", rows)
    _write("catalog.PriceBookCustomer", [{"book": reseller.pk, "account": one.id} for one in known[40:46]])


def _by_code(label: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {record.code: record for record in _write(label, rows)}


def _write(label: str, rows: list[dict[str, Any]], **how: Any) -> list[Any]:
    return write(registry.module(label), [Draft(row) for row in rows], **how).records
