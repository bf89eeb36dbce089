"""Expiry: quotes whose last day is over, in the zone of the company."""

from __future__ import annotations

from datetime import date

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.days import today
from relasi.modules.sales.quote import Quote, QuoteStatus

AT_ONCE = 500


def expire_quotes(day: date | None = None) -> int:
    """Every quote that is with the customer and past its date becomes expired. Returns how many; safe to run twice."""
    over = Quote._base_manager.filter(
        status__in=[QuoteStatus.SENT, QuoteStatus.REVIEWED], valid_until__lt=day or today(), trashed_at=None
    )
    ids = list(over.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        drafts = [Draft({"status": QuoteStatus.EXPIRED}, id=id) for id in ids[start : start + AT_ONCE]]
        write(registry.of(Quote), drafts, partial=True)
    return len(ids)
