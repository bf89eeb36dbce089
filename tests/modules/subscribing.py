"""Subscribing: subscriptions for tests, on days of their own, and what must be true of them whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import time_machine

from relasi.engine.records.write import create, update
from relasi.modules.billing.invoice import Invoice
from relasi.modules.subscribing.payment_details import stored_details
from relasi.modules.subscribing.subscription import Subscription
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from relasi.modules.subscribing.transaction import Transaction
from tests.make import again, make


@contextmanager
def on(day: str) -> Iterator[None]:
    """Noon of that day where the company is."""
    with time_machine.travel(datetime.fromisoformat(f"{day}T05:00:00").replace(tzinfo=UTC), tick=False):
        yield


def plan(price: Any = 300_000, **values: Any) -> dict[str, Any]:
    return {"name": "Paket Bisnis", "quantity": 1, "price": price, "taxes": [], **values}


def subscription(*lines: dict[str, Any], **values: Any) -> Any:
    """A draft."""
    values = {"subject": "Internet kantor", **values}
    if "account" not in values:
        values["account"] = make("customers.Account", name="PT Maju", email="kasir@maju.example")
    if "contact" not in values:
        values["contact"] = make("customers.Contact", account=values["account"], email="budi@maju.example")
    values = {name: getattr(value, "pk", value) for name, value in values.items()}
    return create(Subscription, values, lines=list(lines) or [plan()])


def running(*lines: dict[str, Any], token: str = "", **values: Any) -> Any:
    """Active, with what is due billed."""
    found = subscription(*lines, **values)
    if token:
        found = update(found, stored_details(token, "1114"), authorised="a test needs it so")
    return again(found.activate())


def invoices(found: Any) -> list[Any]:
    """In the order of their dates."""
    rows = Invoice._base_manager.filter(subscription_periods__subscription=found.pk, trashed_at=None)
    return list(rows.order_by("date", "pk"))


def transactions(found: Any) -> list[Any]:
    return list(Transaction._base_manager.filter(subscription=found.pk, trashed_at=None).order_by("pk"))


def periods(found: Any) -> list[tuple[int, str, str, str]]:
    rows = SubscriptionPeriod._base_manager.filter(subscription=found.pk, trashed_at=None).order_by(
        "first", "pk"
    )
    return [(one.period, str(one.first), str(one.last), one.outcome) for one in rows]


def each_once() -> None:
    """Every settled period stands once and in order, has its one invoice and its one charge, and none is missing."""
    for found in Subscription._base_manager.all():
        rows = SubscriptionPeriod._base_manager.filter(
            subscription=found.pk, period__isnull=False, trashed_at=None
        )
        rows = list(rows.order_by("period"))
        assert [one.period for one in rows] == list(range(1, found.next_number)), found
        for one in rows:
            charges = Transaction._base_manager.filter(
                subscription=found.pk, period=one.period, kind="charge", trashed_at=None
            )
            assert charges.count() == (one.outcome == "billed")
            assert (one.invoice_id is not None) == (one.outcome == "billed")
        with_invoice = [one.invoice_id for one in rows if one.invoice_id]
        assert len(with_invoice) == len(set(with_invoice))
    known = SubscriptionPeriod._base_manager.filter(invoice__isnull=False).values_list(
        "invoice_id", flat=True
    )
    assert (
        Invoice._base_manager.filter(subject__contains="Internet kantor").exclude(pk__in=known).count() == 0
    )
