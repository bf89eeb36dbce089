"""Reminders: once each, on their days, never for what is paid, disputed, turned off or long past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import Notification
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create, trash, update
from relasi.kits.pipeline.days import today
from relasi.modules.billing import jobs
from relasi.modules.billing.defaults import ensure_defaults
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.reminder_rule import ReminderRule
from relasi.modules.billing.reminding import mail_reminder, remind
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import issued, thing

pytestmark = pytest.mark.usefixtures("as_admin")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rules(as_admin: Any) -> None:
    ensure_defaults()
    ensure_defaults()


def late(days: int, **values: Any) -> Any:
    due = today() - days * DAY
    values.setdefault("account", make("customers.Account", name="PT Maju", email="kasir@maju.example"))
    return issued(thing(1_000_000), date=str(due - 30 * DAY), due_date=str(due), **values)


def ids(found: list[tuple[int, bool]]) -> list[int]:
    return [id for id, _mails in found]


def test_the_usual_reminders_are_three_and_made_once() -> None:
    assert [one.days for one in ReminderRule._base_manager.order_by("days")] == [3, 7, 14]


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, None), (2, None), (3, 3), (6, 3), (7, 7), (13, 7), (14, 14), (28, 14), (29, None), (400, None)],
)
def test_an_invoice_is_reminded_of_on_its_day(days: int, level: int | None) -> None:
    invoice = late(days)
    assert ids(remind()) == ([invoice.pk] if level else [])
    assert again(invoice).reminded == level


def test_each_reminder_comes_once_however_often_the_job_runs() -> None:
    invoice, start = late(3), today()
    levels = []
    for day in range(30):
        for _twice in range(2):
            if remind(start + day * DAY):
                levels.append((day, again(invoice).reminded))
    assert levels == [(0, 3), (4, 7), (11, 14)]


def test_a_missed_day_is_made_up_for_by_the_latest_reminder_alone() -> None:
    invoice = late(3)
    assert ids(remind(today() + 12 * DAY)) == [invoice.pk] and again(invoice).reminded == 14
    assert remind(today() + 13 * DAY) == []


def test_paid_disputed_trusted_and_draft_ones_are_left_alone() -> None:
    late(5).pay()
    update(late(5), {"disputed": True})
    trusted = make("customers.Account", no_reminders=True)
    late(5, account=trusted)
    late(5).cancel(cancel_reason="salah")
    create(
        Invoice,
        {"subject": "x", "account": trusted.pk, "date": "2026-01-01", "due_date": "2026-01-02"},
        lines=[],
    )
    part = late(5)
    part.pay(amount=1)
    assert ids(remind()) == [part.pk]


def test_a_rule_that_is_deleted_reminds_nobody_and_one_day_has_one_rule() -> None:
    with refusing("NOT_UNIQUE"):
        create(ReminderRule, {"days": 7})
    trash(ReminderRule, [ReminderRule._base_manager.get(days=3).pk])
    late(5)
    assert remind() == []
    ensure_defaults()
    assert remind() == []


def test_the_owner_is_told_and_history_keeps_it(company: Any) -> None:
    invoice = late(7, owner=company.sales_a.pk)
    remind()
    close_change_set()
    deliver()
    row = Notification.objects.get(kind="invoice_late")
    assert (row.user_id, row.record_id) == (company.sales_a.pk, invoice.pk)
    assert again(invoice).reminded_on == today()


def test_the_customer_gets_one_letter_where_mail_is_set_up(settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    invoice = late(3)
    asked: list[int] = []
    monkeypatch.setattr(jobs.write_reminder, "defer", lambda invoice: asked.append(invoice))
    for _twice in range(2):
        jobs.remind_of_invoices(0)
    assert asked == [invoice.pk] and mail_reminder(invoice.pk)
    [sent] = mail.outbox
    assert sent.to == ["kasir@maju.example"]
    assert again(invoice).number in sent.subject and "1.000.000" in sent.body
    invoice.pay()
    assert not mail_reminder(invoice.pk) and len(mail.outbox) == 1


def test_without_a_mail_server_nothing_is_written(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert not mail_reminder(late(3).pk) and mail.outbox == []
