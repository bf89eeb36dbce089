"""Reactions of the catalog: bundles follow what they hold; taxes are read anew."""

from __future__ import annotations

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.modules.catalog.bundle_contents import keep_bundles
from relasi.modules.catalog.tax_rules import RATES, TAXES

ALWAYS = (CREATED, CHANGED, TRASHED, RESTORED)


def bundles_follow_their_components(changes: list[Change]) -> None:
    keep_bundles({change.record.bundle_id for change in changes})


def bundles_follow_prices(changes: list[Change]) -> None:
    moved = [change for change in changes if change.has("price") or change.has("cost")]
    if moved:
        model = registry.module("catalog.BundleComponent").model
        name = moved[0].record.kind
        column = "inner" if name == "bundle" else name
        ids = [change.record.pk for change in moved]
        rows = model._base_manager.filter(**{f"{column}__in": ids}, trashed_at=None)
        keep_bundles(set(rows.values_list("bundle_id", flat=True)))


def read_taxes_anew(changes: list[Change]) -> None:
    for key in (TAXES, RATES):
        current_acting().memo.pop(key, None)


for what in ALWAYS:
    on(what, "catalog.BundleComponent")(bundles_follow_their_components)
    for label in ("catalog.Tax", "catalog.TaxRate"):
        on(what, label)(read_taxes_anew)
for label in ("catalog.Product", "catalog.Service", "catalog.ProductBundle"):
    on(CHANGED, label)(bundles_follow_prices)
