"""Transactions: what a subscription asks for, and each payment, try and repayment of it, booked once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core import mail

from relasi.engine.access.acting import acting
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.online_charge import OnlineCharge
from relasi.modules.billing.online_paying import ask_about_silent
from relasi.modules.billing.payment import Payment
from relasi.modules.subscribing import charging, jobs
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.charging import charge_due
from relasi.modules.subscribing.payment_details import is_card_number, token_of
from relasi.modules.subscribing.reminding import remind, write_reminder
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings
from relasi.modules.subscribing.transaction import FLOW, TransactionStatus
from tests.features.fake_midtrans import FakeMidtrans, midtrans
from tests.features.test_online_payment import begun, switch_on, tell
from tests.make import again, make
from tests.modules.subscribing import each_once, invoices, on, plan, running, subscription, transactions
from tests.modules.trading import is_sound
from tests.people import make_admin

TOKEN = "481111wNDqxR-a7b3-4f9c"


@contextmanager
def refusing(field: str, code: str = "") -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert (field, code or caught.value.refusals[0].code) in [
        (one.field, one.code) for one in caught.value.refusals
    ]


@pytest.fixture
def there(as_admin: Any) -> Iterator[FakeMidtrans]:
    with midtrans() as found:
        switch_on(found)
        yield found


def states(found: Any) -> list[tuple[str, str, int]]:
    return [(one.kind, one.status, int(one.amount)) for one in transactions(found)]


def monthly(**values: Any) -> Any:
    """1.110.000 each month from the first of January, due at once."""
    return running(plan(1_110_000), start="2026-01-01", **values)


def autopaid(there: FakeMidtrans, outcome: str, **values: Any) -> Any:
    there.tokens[TOKEN] = outcome
    return monthly(mode="autopay", gateway="midtrans", token=TOKEN, **values)


# By hand.
def test_two_transfers_pay_an_invoice(as_admin: Any) -> None:
    with on("2026-01-02"):
        found = monthly()
        invoice = invoices(found)[0]
        invoice.pay(amount=600_000)
        assert states(found) == [("charge", "pending", 510_000), ("payment", "succeeded", 600_000)]
        again(invoice).pay(amount=510_000)
    assert again(invoice).status == "paid"
    assert states(found) == [("charge", "succeeded", 510_000), ("payment", "succeeded", 600_000)]
    is_sound()


def test_what_is_paid_too_much_stays_as_credit(as_admin: Any) -> None:
    with on("2026-01-02"):
        found = monthly()
        transactions(found)[0].receive(amount=1_200_000, method="transfer", reference="BCA 0102")
    invoice = again(invoices(found)[0])
    assert (invoice.status, invoice.balance) == ("paid", 0)
    assert states(found) == [("charge", "succeeded", 1_200_000)]
    assert Payment._base_manager.get().unallocated == 90_000
    is_sound()


def test_a_payment_entered_as_a_transaction_is_confirmed(as_admin: Any) -> None:
    with on("2026-01-02"):
        found = monthly()
        entered = found.enter_payment(invoice=invoices(found)[0].pk, amount=1_110_000, method="cash")
        assert (entered.status, again(invoices(found)[0]).status) == ("pending", "issued")
        entered.receive(amount=1_110_000)
    assert again(invoices(found)[0]).status == "paid"
    assert states(found) == [("charge", "expired", 1_110_000), ("payment", "succeeded", 1_110_000)]
    assert Payment._base_manager.count() == 1


def test_above_the_limit_another_person_confirms_it(as_admin: Any) -> None:
    make("subscribing.SubscriptionSettings", second_person_above=1_000_000)
    with on("2026-01-02"):
        found = monthly()
        with refusing("amount", "NO_PERMISSION"):
            transactions(found)[0].receive(amount=1_110_000)
        entered = found.enter_payment(invoice=invoices(found)[0].pk, amount=1_110_000)
        with refusing("amount", "NO_PERMISSION"):
            entered.receive(amount=1_110_000)
        assert Payment._base_manager.count() == 0
        other = make_admin("kedua")
        with acting(other):
            again(entered).receive(amount=1_110_000)
    assert again(invoices(found)[0]).status == "paid"


@pytest.mark.parametrize(("values", "field"), [({"invoice": None}, "invoice"), ({"amount": 0}, "amount")])
def test_an_entered_payment_needs_its_invoice_and_amount(
    as_admin: Any, values: dict[str, Any], field: str
) -> None:
    with on("2026-01-02"):
        found = monthly()
        given = {"invoice": invoices(found)[0].pk, "amount": 5} | values
        with refusing(field):
            found.enter_payment(**given)
        other = running(plan(5), start="2026-01-01")
        with refusing("invoice", "BAD_REFERENCE"):
            found.enter_payment(invoice=invoices(other)[0].pk, amount=5)
    assert len(transactions(found)) == 1


def test_a_refund_is_a_credit_note_paid_back_and_never_more_than_was_paid(as_admin: Any) -> None:
    with on("2026-01-02"):
        found = running(plan(1_000_000, taxes=["PPN"]), start="2026-01-01")
        invoice = invoices(found)[0]
        assert invoice.payable == 1_110_000
        invoice.pay(amount=1_110_000)
        paid = transactions(found)[0]
        paid.refund(amount=400_000, note="Gangguan 3 hari")
        assert (paid.status, paid.refunded) == ("partly_refunded", 400_000)
        note = CreditNote._base_manager.get()
        assert (note.payable, note.refunded, note.available, note.invoice_id) == (
            400_000,
            400_000,
            0,
            invoice.pk,
        )
        assert 0 < note.tax_total < 40_000
        with refusing("amount", "OUT_OF_RANGE"):
            again(paid).refund(amount=800_000)
        assert (CreditNote._base_manager.count(), again(paid).refunded) == (1, 400_000)
        again(paid).refund(amount=710_000)
    assert [one.status for one in transactions(found)] == ["refunded", "succeeded", "succeeded"]
    assert again(invoice).status == "paid"
    is_sound()


def test_who_may_write_no_credit_notes_refunds_nothing(company: Any) -> None:
    verbs = {
        "subscribing.transaction": ["view", "edit"],
        "billing.invoice": ["view"],
        "billing.payment": ["view"],
    }
    role = company.open_role("Kasir", under="Direktur", profile=company.profile("Kasir", modules=verbs))
    clerk = company.hire("kasir", "Kasir")
    with acting(company.admin), on("2026-01-02"):
        found = monthly(owner=clerk.pk)
        invoices(found)[0].pay(amount=1_110_000)
    with acting(clerk), on("2026-01-02"), refusing("", "NO_PERMISSION"):
        transactions(found)[0].refund(amount=1)
    assert (role.name, CreditNote._base_manager.count()) == ("Kasir", 0)


def test_a_reversed_payment_asks_for_the_money_again(as_admin: Any) -> None:
    with on("2026-01-02"):
        found = monthly()
        payment = invoices(found)[0].pay(amount=1_110_000)
        again(payment).reverse(reversal_reason="Cek kosong")
    assert states(found) == [("charge", "refunded", 1_110_000), ("retry", "pending", 1_110_000)]


def test_every_move_that_is_not_there_is_refused(as_admin: Any) -> None:
    with on("2026-01-02"):
        found = monthly()
        invoices(found)[0].pay(amount=1_110_000)
        one = transactions(found)[0]
        for status in TransactionStatus:
            if status not in (*FLOW.moves[one.status], one.status):
                with pytest.raises(Refused):
                    update(one, {"status": status}, authorised="a test")
        with refusing("amount"):
            update(one, {"amount": 5}, authorised="a test")
    assert again(one).status == "succeeded"


# Autopay.
def test_autopay_charges_on_the_due_date_and_the_invoice_is_paid(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "capture", payment_days=3)
        assert charge_due() == 0
    with on("2026-01-04"):
        assert charge_due() == 1
        assert charge_due() == 0
    one = transactions(found)[0]
    assert (one.status, one.method, one.gateway, one.attempt) == ("succeeded", "autodebit", "midtrans", 1)
    assert again(invoices(found)[0]).status == "paid"
    assert OnlineCharge.objects.get().state == "paid"
    assert one.gateway_reference == OnlineCharge.objects.get().order
    is_sound()


def test_charges_that_fail_are_tried_three_times_more_and_then_it_is_suspended(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "deny", suspends=True)
    for day, tries, status in (
        ("2026-01-01", 1, "overdue"), ("2026-01-02", 2, "overdue"), ("2026-01-04", 2, "overdue"), ("2026-01-05", 3, "overdue"),
        ("2026-01-09", 3, "overdue"), ("2026-01-10", 4, "suspended"), ("2026-01-20", 4, "suspended"),
    ):  # fmt: skip
        with on(day):
            charge_due()
            charge_due()
        failed = [one for one in transactions(found) if one.status == "failed"]
        assert (len(failed), again(found).status) == (tries, status), day
    assert [(one.attempt, one.failure_code) for one in transactions(found)] == [
        (n, "51") for n in (1, 2, 3, 4)
    ]
    assert len(invoices(found)) == 1
    assert transactions(found)[0].failure_text
    each_once()
    with on("2026-01-21"):
        invoices(found)[0].pay(amount=1_110_000)
    assert again(found).status == "active"
    is_sound()


def test_it_stays_behind_where_nobody_ticked_that_it_is_suspended(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "deny", retry_1=None)
        charge_due()
    assert states(found) == [("charge", "failed", 1_110_000)]
    assert again(found).status == "overdue"


def test_a_retry_that_succeeds_makes_it_active_again(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "deny")
        charge_due()
    there.tokens[TOKEN] = "capture"
    with on("2026-01-02"):
        charge_due()
    assert states(found) == [("charge", "failed", 1_110_000), ("retry", "succeeded", 1_110_000)]
    assert again(found).status == "active"
    is_sound()


def test_a_try_by_hand_takes_the_planned_one(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "deny")
        charge_due()
        there.tokens[TOKEN] = "capture"
        tried = transactions(found)[0].retry()
        assert charging.attempt(tried.pk)
    assert [one.status for one in transactions(found)] == ["failed", "succeeded"]


@pytest.mark.parametrize("outcome", ["capture", "deny"])
def test_an_answer_that_got_lost_is_asked_for_and_nothing_is_charged_twice(
    there: FakeMidtrans, outcome: str
) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "down")
        charge_due()
        assert charge_due() == 0
        assert states(found) == [("charge", "processing", 1_110_000)]
        order = OnlineCharge.objects.get().order
        there.states[order] = outcome
    with on("2026-01-02"):
        ask_about_silent()
    assert transactions(found)[0].status == ("succeeded" if outcome == "capture" else "failed")
    charges = [body for method, path, body in there.asked if path == "/v2/charge"]
    assert len(charges) == 1


def test_a_try_that_never_reached_the_gateway_fails_and_the_next_is_planned(
    there: FakeMidtrans, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def dies(*args: Any, **more: Any) -> Any:
        raise Killed

    with on("2026-01-01"):
        found = autopaid(there, "capture")
        with monkeypatch.context() as patched:
            patched.setattr("relasi.kits.paying.midtrans.Midtrans.charge", dies)
            with pytest.raises(Killed):
                charge_due()
        assert charge_due() == 0
    with on("2026-01-02"):
        ask_about_silent()
        assert states(found)[0] == ("charge", "failed", 1_110_000)
    with on("2026-01-03"):
        charge_due()
    assert again(invoices(found)[0]).status == "paid"
    assert Payment._base_manager.count() == 1


def test_without_a_token_or_a_gateway_a_try_fails_and_says_why(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = autopaid(there, "capture")
        update(found, {"sealed_token": None}, authorised="a test")
        charge_due()
    assert transactions(found)[0].failure_code == "no_details"
    assert [one for one in there.asked if one[1] == "/v2/charge"] == []


# What a gateway tells.
def test_the_same_message_three_times_is_one_payment(there: FakeMidtrans) -> None:
    with on("2026-01-02"):
        found = monthly()
        charge = begun(invoices(found)[0])
        message = there.message(
            charge.order, "settlement", va_numbers=[{"bank": "bca", "va_number": "8001234"}]
        )
        assert [tell(message) for _n in range(3)] == [200, 200, 200]
    assert Payment._base_manager.count() == 1
    one = transactions(found)[0]
    assert (one.status, one.method, one.va_number, one.gateway_reference) == (
        "succeeded",
        "va",
        "8001234",
        charge.order,
    )
    assert len(transactions(found)) == 1


def test_a_late_pending_changes_nothing_after_success(there: FakeMidtrans) -> None:
    with on("2026-01-02"):
        found = monthly()
        charge = begun(invoices(found)[0])
        assert tell(there.message(charge.order, "settlement")) == 200
        assert tell(there.message(charge.order, "pending")) == 200
    assert [one.status for one in transactions(found)] == ["succeeded"]
    assert again(invoices(found)[0]).status == "paid"


def test_a_wrong_signature_is_refused_and_logged(
    there: FakeMidtrans, caplog: pytest.LogCaptureFixture
) -> None:
    with on("2026-01-02"):
        found = monthly()
        charge = begun(invoices(found)[0])
        with caplog.at_level(logging.WARNING):
            assert tell(there.message(charge.order, "settlement", key="another key")) == 401
    assert "not genuine" in caplog.text
    assert states(found) == [("charge", "pending", 1_110_000)]
    assert Payment._base_manager.count() == 0


def test_money_that_comes_late_pays_the_oldest_open_invoice(there: FakeMidtrans) -> None:
    with on("2026-01-02"):
        found = monthly()
        first = invoices(found)[0]
        charge = begun(first)
        first.pay(amount=1_110_000)
    with on("2026-02-01"):
        bill_due()
        there.states[charge.order] = "settlement"
        tell(there.message(charge.order, "settlement"))
    assert [one.status for one in invoices(found)] == ["paid", "paid"]
    assert [one.status for one in transactions(found)] == ["succeeded", "succeeded"]
    is_sound()


def test_money_that_fits_nothing_waits_to_be_matched(there: FakeMidtrans) -> None:
    with on("2026-01-02"):
        found = monthly()
        first = invoices(found)[0]
        charge = begun(first)
        first.pay(amount=1_110_000)
        there.states[charge.order] = "settlement"
        tell(there.message(charge.order, "settlement"))
        late = transactions(found)[1]
        assert (late.status, late.invoice_id, late.gateway_reference) == ("succeeded", None, charge.order)
    with on("2026-02-01"):
        bill_due()
        late.match(invoice=invoices(found)[1].pk)
    assert again(invoices(found)[1]).status == "paid"
    is_sound()


def test_what_is_kept_of_an_answer_holds_no_card_number_and_no_key(there: FakeMidtrans) -> None:
    with on("2026-01-02"):
        found = autopaid(there, "capture")
        charge_due()
        kept = transactions(found)[0].raw
    assert kept["transaction_id"]
    text = str(kept)
    assert "signature" not in text
    assert "4811" not in text
    assert TOKEN not in text


def test_a_card_that_is_kept_activates_a_subscription_that_waits(there: FakeMidtrans) -> None:
    with on("2026-01-01"):
        found = subscription(plan(1_110_000), start="2026-01-01", mode="autopay", gateway="midtrans").send()
        found = found.accept(accepted_by="Budi")
        assert (found.status, len(invoices(found))) == ("waiting", 1)
        charge = begun(invoices(found)[0])
        asked = there.asked[-1][2]
        assert asked["credit_card"]["save_card"] is True
        message = there.message(
            charge.order,
            "capture",
            payment_type="credit_card",
            saved_token_id=TOKEN,
            masked_card="481111-1114",
        )
        assert tell(message) == 200
    found = again(found)
    assert (found.status, found.card, token_of(found)) == ("active", "•••• 1114", TOKEN)
    assert again(invoices(found)[0]).status == "paid"
    there.tokens[TOKEN] = "capture"
    with on("2026-02-01"):
        bill_due()
        charge_due()
    assert [one.status for one in invoices(found)] == ["paid", "paid"]
    each_once()


@pytest.mark.parametrize("number", ["4811111111111114", "4811 1111 1111 1114", "4811-1111-1111-1114"])
def test_a_card_number_is_never_stored(as_admin: Any, number: str) -> None:
    assert is_card_number(number)
    with on("2026-01-01"):
        found = subscription(mode="autopay", gateway="midtrans")
        with refusing("gateway_token"):
            found.take_details(gateway_token=number, last_digits="1114")
    assert again(found).sealed_token is None
    assert not is_card_number("481111wNDqxR-a7b3")


# Letters.
def test_who_pays_by_hand_is_reminded_before_on_and_after_the_due_date(as_admin: Any) -> None:
    with on("2026-01-01"):
        found = monthly(payment_days=10)
    sent = []
    for day in range(2, 29):
        with on(f"2026-01-{day:02}"):
            sent += [day] * len(remind())
            assert remind() == []
    assert sent == [8, 11, 14, 18]
    with on("2026-01-29"):
        invoices(found)[0].pay(amount=1_110_000)
    with on("2026-02-08"):
        assert remind() == []


def test_letters_go_out_in_the_language_of_the_company(
    as_admin: Any, settings: Any, there: FakeMidtrans
) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"
    with on("2026-01-01"):
        found = monthly()
        period = found.periods.get().pk
        assert write_reminder(period)
        invoices(found)[0].pay(amount=1_110_000)
        assert jobs.write_receipt(transactions(found)[0].pk)
        other = autopaid(there, "deny")
        charge_due()
        assert jobs.write_failed(transactions(other)[0].pk)
    assert len(mail.outbox) == 3
    assert [len(one.attachments) for one in mail.outbox] == [0, 1, 0]
    assert all(one.to == ["budi@maju.example"] for one in mail.outbox)
    assert "None" not in "".join(one.body for one in mail.outbox)


@pytest.mark.parametrize(("retry", "said"), [(1, "mencoba lagi"), (None, "tidak akan mencoba lagi")])
def test_the_letter_of_a_failed_try_says_whether_another_one_comes(
    settings: Any, there: FakeMidtrans, retry: int | None, said: str
) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"
    with on("2026-01-01"):
        found = autopaid(there, "deny", retry_1=retry)
        charge_due()
        assert jobs.write_failed(transactions(found)[0].pk)
    (letter,) = mail.outbox
    assert said in letter.body and ("tidak akan" in letter.body) is (retry is None)


def test_letters_that_are_switched_off_do_not_go_out(as_admin: Any) -> None:
    create(SubscriptionSettings, {"mails_reminders": False, "mails_receipts": False})
    with on("2026-01-01"):
        found = monthly()
        assert not write_reminder(found.periods.get().pk)
        invoices(found)[0].pay(amount=1_110_000)
        assert not jobs.write_receipt(transactions(found)[0].pk)


def test_the_usual_reminders_of_invoices_leave_subscriptions_alone(as_admin: Any) -> None:
    from relasi.modules.billing.defaults import ensure_defaults
    from relasi.modules.billing.reminding import remind as remind_of_invoices

    ensure_defaults()
    with on("2026-01-01"):
        monthly()
    with on("2026-01-05"):
        assert remind_of_invoices() == []
