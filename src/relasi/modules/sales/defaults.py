"""Defaults: the pipeline and the buying roles every company begins with."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.modules.sales.buying_role import BuyingRole
from relasi.modules.sales.pipeline import ForecastCategory, Pipeline, Stage

BEST, COMMIT, USUAL = ForecastCategory.BEST_CASE, ForecastCategory.COMMIT, ForecastCategory.PIPELINE

# Name, in English, probability, outcome, colour, days until stuck, forecast category.
STAGES = [
    ("Prospek Baru", "New Prospect", 10, "open", "gray", 14, USUAL),
    ("Kualifikasi", "Qualification", 20, "open", "biru", 14, USUAL),
    ("Analisis Kebutuhan", "Needs Analysis", 30, "open", "toska", 21, USUAL),
    ("Proposisi Nilai", "Value Proposition", 40, "open", "kuning", 21, USUAL),
    ("Penawaran Harga", "Price Quote", 60, "open", "nila", 14, BEST),
    ("Negosiasi", "Negotiation", 80, "open", "ungu", 14, COMMIT),
    ("Menang", "Won", 100, "won", "hijau", None, ForecastCategory.CLOSED),
    ("Kalah", "Lost", 0, "lost", "merah", None, ForecastCategory.OMITTED),
]

# Name, in English, points of authority, colour.
ROLES = [
    ("Penjaga gerbang", "Gatekeeper", 5, "gray"),
    ("Pengguna", "Business user", 5, "biru"),
    ("Pemberi pengaruh bisnis", "Business influencer", 15, "toska"),
    ("Pemberi pengaruh teknis", "Technical influencer", 15, "nila"),
    ("Pengambil keputusan", "Decision maker", 40, "hijau"),
    ("Penyetuju anggaran", "Budget approver", 30, "kuning"),
    ("Manajer proyek", "Project manager", 10, "ungu"),
    ("Lainnya", "Other", 5, "gray"),
]


def ensure_defaults() -> None:
    """Makes the first pipeline and the buying roles where there are none. Safe to run twice, by several at once."""
    with transaction.atomic(), acting(SYSTEM, via="system", reason=gettext_noop("Defaults")):
        with connection.cursor() as cursor:
            # Several processes may start at once.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.defaults'))")
        if not Pipeline._base_manager.exists():
            _make_pipeline()
        if not BuyingRole._base_manager.exists():
            _write(BuyingRole, [
                {"name": name, "name_en": english, "points": points, "tone": tone, "position": place,
                 "usual": english == "Other"}
                for place, (name, english, points, tone) in enumerate(ROLES, 1)
            ])  # fmt: skip


def _make_pipeline() -> None:
    [pipeline] = _write(Pipeline, [{"name": "Penjualan", "name_en": "Sales", "position": 1}])
    _write(Stage, [
        {"pipeline": pipeline.pk, "name": name, "name_en": english, "position": place, "probability": probability,
         "outcome": outcome, "tone": tone, "rot_days": rot_days, "forecast_category": category.value}
        for place, (name, english, probability, outcome, tone, rot_days, category) in enumerate(STAGES, 1)
    ])  # fmt: skip


def _write(model: Any, rows: list[dict[str, Any]]) -> list[Any]:
    return write(registry.of(model), [Draft(row) for row in rows]).records
