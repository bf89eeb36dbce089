"""Recurring: schedules for tests, and the hour they run in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from django.utils import timezone

from relasi.engine.records.write import create
from relasi.modules.billing import recurring_run
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from tests.make import again, make
from tests.modules.trading import approved, thing


@contextmanager
def on(day: str, hour: int = 8) -> Iterator[None]:
    """At that hour of that day in Jakarta."""
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo("Asia/Jakarta")).replace(
        hour=hour
    )
    with mock.patch.object(timezone, "now", lambda: moment):
        yield


def run_on(day: str, hour: int = 8) -> int:
    with on(day, hour):
        return recurring_run.run()


def ordered(*lines: dict[str, Any], **values: Any) -> Any:
    values.setdefault("date", "2026-01-01")
    return approved(*(lines or [thing(1_000_000)]), **values)


def schedule(order: Any = None, *, begin: str = "2026-01-01", **values: Any) -> RecurringInvoice:
    """One that was started on its first day. begin: the day it is started on."""
    values.setdefault("start", begin)
    order = order or ordered()
    found = create(RecurringInvoice, {"subject": "Sewa gedung", "sales_order": order.pk, **values})
    with on(begin):
        return found.start_now()


def made(one: Any) -> list[Invoice]:
    """The invoices of a schedule, the earliest first."""
    return list(
        Invoice._base_manager.filter(recurring_invoice=one.pk, trashed_at=None).order_by("period_start", "pk")
    )


def days(one: Any) -> list[str]:
    return [str(invoice.date) for invoice in made(one)]


def state(one: Any) -> tuple[str, str | None]:
    """Its state and its next day."""
    found = again(one)
    return found.status, str(found.next_date) if found.next_date else None


def inactive_account() -> Any:
    return make("customers.Account", active=False)
