"""Defaults: the taxes of Indonesia, as data. A company checks them with its tax adviser: rules change."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.sharing_rule import Mode, ModuleSharing
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.modules.catalog.tax import Tax, TaxRate, TaxRegion

# Code, name, method, kind, applies to, usual on, transaction code, [(rate, base, from, to)].
TAXES = [
    ("PPN", "PPN 12%", "simple", "ppn_output", "products services charges", "products services charges", "04",
     [("11", (1, 1), "2022-04-01", "2024-12-31"), ("12", (11, 12), "2025-01-01", None)]),
    ("PPN-MEWAH", "PPN 12% barang mewah", "simple", "ppn_output", "products", "", "01",
     [("12", (1, 1), "2025-01-01", None)]),
    ("PPN-EKSPOR", "PPN 0% ekspor", "simple", "ppn_output", "products services charges", "", "",
     [("0", (1, 1), None, None)]),
    ("PPN-BEBAS", "PPN dibebaskan / tidak dipungut", "simple", "ppn_output", "products services charges", "", "08",
     [("0", (1, 1), None, None)]),
    ("PPNBM-20", "PPnBM 20%", "simple", "ppnbm", "products", "", "", [("20", (1, 1), None, None)]),
    ("PPH23", "PPh 23 jasa 2%", "withheld", "pph_23", "services", "", "", [("2", (1, 1), None, None)]),
    ("PPH42-SEWA", "PPh 4(2) sewa tanah/bangunan 10%", "withheld", "pph_4_2", "services", "", "",
     [("10", (1, 1), None, None)]),
    ("PPH42-KONSTRUKSI", "PPh 4(2) jasa konstruksi 2,65%", "withheld", "pph_4_2", "services", "", "",
     [("2.65", (1, 1), None, None)]),
]  # fmt: skip
# Who sells must see what there is to sell.
SEEN_BY_ALL = ("catalog.product", "catalog.service", "catalog.productbundle", "catalog.pricebook")
FREE_ZONE = ("Kawasan Bebas (Batam, Bintan, Karimun)", "Batam, Bintan, Karimun, Sabang")


def ensure_defaults() -> None:
    """Makes the taxes where there are none, and opens the catalog to everybody. Safe to run twice, by several at once."""
    with transaction.atomic(), acting(SYSTEM, via="system", reason=gettext_noop("Defaults")):
        with connection.cursor() as cursor:
            # Several processes may start at once.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.defaults'))")
        if Tax._base_manager.exists():
            return
        _write(ModuleSharing, [{"module": key, "mode": Mode.PUBLIC_READ.value} for key in SEEN_BY_ALL])
        [zone] = _write(TaxRegion, [{"name": FREE_ZONE[0], "description": FREE_ZONE[1]}])
        taxes = _write(Tax, [
            {"code": code, "name": name, "method": method, "kind": kind, "applies_to": things.split(),
             "usual_for": usual.split() or None, "transaction_code": transaction_code or None, "position": place}
            for place, (code, name, method, kind, things, usual, transaction_code, _rates) in enumerate(TAXES, 1)
        ])  # fmt: skip
        rates = [
            {"tax": tax.pk, "rate": rate, "numerator": base[0], "denominator": base[1],
             "valid_from": start, "valid_to": end}
            for tax, row in zip(taxes, TAXES, strict=True)
            for rate, base, start, end in row[-1]
        ]  # fmt: skip
        rates.append({"tax": taxes[0].pk, "rate": "0", "region": zone.pk})
        _write(TaxRate, rates)


def _write(model: Any, rows: list[dict[str, Any]]) -> list[Any]:
    return write(registry.of(model), [Draft(row) for row in rows]).records
