"""Tax rules of a day and a region: what the rates of the settings give a document to keep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from relasi.engine.access.acting import current_acting
from relasi.kits.trade.tax_rule import Taxes, TaxRule
from relasi.modules.catalog.tax import Tax, TaxRate

# Where a stretch of acting keeps what it has read of the settings.
TAXES, RATES = "catalog.taxes", "catalog.rates"


def all_taxes() -> dict[int, Tax]:
    """Every tax by id, read once while somebody acts."""
    memo = current_acting().memo
    if TAXES not in memo:
        rows = Tax._base_manager.filter(trashed_at=None).order_by("position", "name")
        memo[TAXES] = {tax.pk: tax for tax in rows}
    return memo[TAXES]


def all_rates() -> list[TaxRate]:
    memo = current_acting().memo
    if RATES not in memo:
        memo[RATES] = list(TaxRate._base_manager.filter(trashed_at=None))
    return memo[RATES]


def rate_on(tax: int, day: date, region: int | None) -> TaxRate | None:
    """The rate of that day: the region's own, else the one that holds everywhere; None when there is none."""
    found = [
        rate
        for rate in all_rates()
        if rate.tax_id == tax
        and rate.region_id in (region, None)
        and (rate.valid_from is None or rate.valid_from <= day)
        and (rate.valid_to is None or day <= rate.valid_to)
    ]
    return max(found, key=lambda rate: rate.region_id is not None, default=None)


def rules_of(taxes: Iterable[int], day: date, region: int | None) -> Taxes:
    """What a document of that day keeps of these taxes, in their order. A tax without a rate then is left out."""
    known = all_taxes()
    wanted = set(taxes)
    found = []
    for id, tax in known.items():
        rate = rate_on(id, day, region) if id in wanted else None
        if rate is not None:
            on = tuple(known[one].code for one in tax.compounds_on or () if one in known)
            found.append(
                TaxRule(
                    tax.code,
                    tax.name,
                    rate.rate,
                    rate.numerator,
                    rate.denominator,
                    tax.method,
                    on,
                    tax.kind,
                    tax.transaction_code or "",
                )
            )
    return tuple(found)


def usual_taxes(thing: str) -> list[int]:
    """The taxes new products, services or charges start with."""
    return [id for id, tax in all_taxes().items() if tax.active and thing in (tax.usual_for or ())]


def usual_product_taxes() -> list[int] | None:
    return usual_taxes("products") or None


def usual_service_taxes() -> list[int] | None:
    return usual_taxes("services") or None


def usual_charge_taxes() -> list[int] | None:
    return usual_taxes("charges") or None
