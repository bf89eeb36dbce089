"""Paying online: a charge for what is left, and its money booked exactly once, whatever a gateway or a forger sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.access.sealed import Unreadable, seal, unseal
from relasi.engine.activity.notification import News
from relasi.engine.activity.public_link import make_link
from relasi.engine.api.webhook import allow_host
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.kits.paying.gateway import Forged, GatewayTrouble, Order, Told
from relasi.kits.paying.midtrans import Midtrans
from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.online_charge import OnlineCharge
from relasi.modules.billing.online_paying import ask_about_silent, cancel_at_gateway, end, end_outdated
from relasi.modules.billing.payment import Payment
from relasi.modules.billing.payment_gateway import PURPOSE, PaymentGateway, gateway, set_gateway
from tests.commits import real_commits
from tests.company import found_company
from tests.features.fake_midtrans import KEY, FakeMidtrans, midtrans
from tests.make import again, make
from tests.modules.refused import refused
from tests.modules.trading import document, is_sound, issued, thing
from tests.people import signed_in

TOLD = "/gateway/midtrans/"
OWN = "/settings/online-payment/"


@pytest.fixture
def there() -> Iterator[FakeMidtrans]:
    with midtrans() as found:
        yield found


@pytest.fixture
def shop(as_admin: Any, there: FakeMidtrans) -> FakeMidtrans:
    """The gateway is set up and switched on."""
    switch_on(there)
    return there


def switch_on(there: FakeMidtrans) -> PaymentGateway:
    allow_host("127.0.0.1")
    return set_gateway({"page_url": there.url, "api_url": there.url, "active": True}, KEY)


def press(invoice: Any) -> Any:
    """The customer presses “Pay online” on the public page."""
    return Client().post(make_link(invoice.pk).path + "pay/")


def begun(invoice: Any) -> OnlineCharge:
    assert press(invoice).status_code == 302
    return OnlineCharge.objects.get(invoice=invoice.pk, state="open")


def tell(body: bytes) -> int:
    return Client().post(TOLD, body, content_type="application/json").status_code


def stands() -> list[Any]:
    """All that a callback could change."""
    models = (Payment, Invoice, OnlineCharge)
    return [*(list(one._base_manager.order_by("pk").values()) for one in models), ChangeSet.objects.count(),
            News.objects.count()]  # fmt: skip


def bill(**values: Any) -> Invoice:
    return issued(thing(1_000_000), **values)


# The charge.
def test_the_customer_is_sent_to_the_page_of_what_is_left(shop: FakeMidtrans) -> None:
    invoice = bill()
    invoice.pay(amount=250_000)
    page = Client().get(make_link(invoice.pk).path).content.decode()
    assert "/pay/" in page
    answer = press(again(invoice))
    charge = OnlineCharge.objects.get()
    assert answer["Location"] == charge.url == f"{shop.url}/snap/v4/redirection/{charge.order}"
    assert (shop.orders[charge.order], charge.amount, charge.state) == (750_000, 750_000, "open")
    assert charge.order.startswith("INV-")


def test_pressing_again_leads_to_the_same_charge(shop: FakeMidtrans) -> None:
    invoice = bill()
    assert press(invoice)["Location"] == press(invoice)["Location"]
    assert len(shop.orders) == 1


def test_another_amount_needs_another_charge_and_ends_the_first(shop: FakeMidtrans) -> None:
    invoice = bill()
    first = begun(invoice)
    invoice.pay(amount=1)
    assert again_charge(first).state == "open"
    end_outdated([invoice.pk])
    assert again_charge(first).state == "ended"
    second = begun(again(invoice))
    assert (second.amount, shop.orders[second.order]) == (999_999, 999_999)


def again_charge(one: OnlineCharge) -> OnlineCharge:
    return OnlineCharge.objects.get(pk=one.pk)


def test_an_unreachable_gateway_is_told_to_the_customer_and_leaves_no_open_charge(shop: FakeMidtrans) -> None:
    invoice = bill()
    shop.code = 500
    answer = press(invoice)
    assert answer.status_code == 422
    assert "Layanan pembayaran" in answer.content.decode()
    assert [one.state for one in OnlineCharge.objects.all()] == ["ended"]
    shop.code = 0
    begun(invoice)


def test_a_gateway_that_leads_elsewhere_is_not_followed(shop: FakeMidtrans) -> None:
    shop.redirect = "https://evil.example"
    answer = press(bill())
    assert answer.status_code == 422
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("make_it", ["paid", "cancelled", "draft", "dollars", "off"])
def test_where_nothing_can_be_paid_there_is_no_button(shop: FakeMidtrans, make_it: str) -> None:
    invoice = bill()
    if make_it == "paid":
        invoice.pay()
    elif make_it == "cancelled":
        invoice.cancel("Salah alamat")
    elif make_it == "dollars":
        invoice = issued(thing(100), currency="USD", rate=16_000)
    elif make_it == "off":
        update(gateway(), {"active": False}, authorised="a test needs it so")
    elif make_it == "draft":
        invoice = document(Invoice, thing(1_000_000))
    assert "/pay/" not in Client().get(make_link(invoice.pk).path).content.decode()
    assert press(invoice).status_code in (404, 422)
    assert not shop.asked
    assert not OnlineCharge.objects.exists()


def test_a_quote_cannot_be_paid(shop: FakeMidtrans) -> None:
    from relasi.modules.sales.quote import Quote

    assert press(document(Quote, thing(1_000_000)).send()).status_code == 404


# Callbacks.
def test_money_that_came_is_booked_and_the_invoice_is_paid(shop: FakeMidtrans, as_admin: Any) -> None:
    invoice = bill()
    charge = begun(invoice)
    assert tell(shop.message(charge.order, "pending")) == 200
    assert again(invoice).status == "issued"
    assert tell(shop.message(charge.order, "settlement", payment_type="qris")) == 200
    payment = Payment._base_manager.get()
    assert (payment.amount, payment.method, payment.reference, payment.owner_id) == (
        1_000_000, "qris", charge.order, invoice.owner_id,
    )  # fmt: skip
    assert (again(invoice).status, again_charge(charge).payment_id) == ("paid", payment.pk)
    act = ChangeSet.objects.get(
        pk=ChangeRow.objects.filter(record_id=payment.pk, kind="c").get().change_set_id
    )
    assert (act.user_id, act.via, act.reason) == (None, "system", f"Midtrans {charge.order}")
    is_sound()


def test_a_callback_that_comes_again_changes_nothing(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    message = shop.message(charge.order, "settlement")
    assert tell(message) == 200
    before = stands()
    for again_told in (
        message,
        message,
        shop.message(charge.order, "capture"),
        shop.message(charge.order, "pending"),
    ):
        assert tell(again_told) == 200
    assert stands() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "SB-Mid-server-of-somebody-else"},
        {"signature_key": "0" * 128},
        {"signature_key": "ä"},
        {"signature_key": None},
        {"gross_amount": "1.00"},
        {"order_id": ["x"]},
        {"status_code": "201"},
    ],
)
def test_a_forged_callback_is_refused_and_nothing_changes(
    shop: FakeMidtrans, changed: dict[str, Any]
) -> None:
    charge = begun(bill())
    key = changed.pop("key", KEY)
    body = json.loads(shop.message(charge.order, "settlement", key=key)) | changed
    before = stands()
    assert tell(json.dumps(body).encode()) == 401
    assert stands() == before


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"null", b"{}", b"[" * 60_000, b'{"order_id": "\\ud800"}', b"\xff\xfe"]
)
def test_what_is_no_callback_is_refused(shop: FakeMidtrans, body: bytes) -> None:
    assert tell(body) == 401


def test_a_huge_body_a_look_and_an_unknown_gateway_are_refused(shop: FakeMidtrans) -> None:
    assert tell(b"x" * 70_000) == 413
    assert Client().get(TOLD).status_code == 405
    assert Client().post("/gateway/lain/", b"{}", content_type="application/json").status_code == 404


def test_an_order_that_is_not_ours_is_not_found(shop: FakeMidtrans) -> None:
    begun(bill())
    before = stands()
    assert tell(shop.message("INV-2026-00001-0000000000", "settlement")) == 404
    assert stands() == before


def test_another_amount_is_not_booked_but_told_to_the_owner(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    assert tell(shop.message(charge.order, "settlement", amount="10000.00")) == 200
    assert not Payment._base_manager.exists()
    assert (again(invoice).status, again_charge(charge).state) == ("issued", "open")
    assert again_charge(charge).trouble
    told = News.objects.filter(kind="online_payment").count()
    assert tell(shop.message(charge.order, "settlement", amount="10000.00")) == 200
    assert News.objects.filter(kind="online_payment").count() == told


@pytest.mark.parametrize(
    "more", [{"status_code": "201"}, {"fraud_status": "challenge"}, {"fraud_status": "deny"}]
)
def test_money_that_is_not_sure_waits(shop: FakeMidtrans, more: dict[str, str]) -> None:
    charge = begun(bill())
    assert tell(shop.message(charge.order, "capture", **more)) == 200
    assert not Payment._base_manager.exists()
    assert again_charge(charge).state == "open"


def test_a_refused_try_leaves_the_charge_open_for_the_next(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    assert tell(shop.message(charge.order, "deny")) == 200
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert again_charge(charge).state == "paid"


def test_an_end_that_comes_late_does_not_take_the_money_back(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    shop.states[charge.order] = "settlement"
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert tell(shop.message(charge.order, "expire")) == 200
    assert (again(invoice).status, again_charge(charge).state) == ("paid", "paid")


def test_a_payment_that_was_really_cancelled_is_reversed(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    assert tell(shop.message(charge.order, "capture")) == 200
    shop.states[charge.order] = "cancel"
    assert tell(shop.message(charge.order, "cancel")) == 200
    assert (again(invoice).status, again_charge(charge).state) == ("issued", "refunded")
    assert Payment._base_manager.get().status == "reversed"
    is_sound()


def test_money_after_the_end_is_believed_when_the_gateway_says_so(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    assert tell(shop.message(charge.order, "cancel")) == 200
    assert again_charge(charge).state == "ended"
    shop.states[charge.order] = "cancel"
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert not Payment._base_manager.exists()
    shop.states[charge.order] = "settlement"
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert again(invoice).status == "paid"


def test_a_contradiction_nobody_can_clear_up_is_to_be_told_again(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    tell(shop.message(charge.order, "expire"))
    shop.code = 500
    before = stands()
    assert tell(shop.message(charge.order, "settlement")) == 503
    assert stands() == before


def test_money_for_an_invoice_that_was_paid_otherwise_is_credit(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    invoice.pay()
    shop.states[charge.order] = "settlement"
    assert tell(shop.message(charge.order, "settlement")) == 200
    payment = Payment._base_manager.get(reference=charge.order)
    assert (payment.amount, payment.unallocated) == (1_000_000, 1_000_000)
    is_sound()


def test_money_for_an_invoice_that_was_cancelled_is_credit(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    invoice.cancel("Salah alamat")
    end_outdated([invoice.pk])
    shop.states[charge.order] = "settlement"
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert Payment._base_manager.get().unallocated == 1_000_000
    assert again(invoice).status == "cancelled"
    is_sound()


def test_a_refund_reverses_the_payment_once(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    tell(shop.message(charge.order, "settlement"))
    assert tell(shop.message(charge.order, "refund")) == 200
    payment = Payment._base_manager.get()
    assert (payment.status, again(invoice).status, again_charge(charge).state) == (
        "reversed",
        "issued",
        "refunded",
    )
    before = stands()
    for status in ("refund", "settlement", "cancel"):
        assert tell(shop.message(charge.order, status)) == 200
    assert stands() == before
    is_sound()


def test_a_refund_of_what_a_person_reversed_already_changes_no_payment(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    tell(shop.message(charge.order, "settlement"))
    Payment._base_manager.get().reverse("Dikembalikan tunai")
    assert tell(shop.message(charge.order, "refund")) == 200
    assert Payment._base_manager.get().reversal_reason == "Dikembalikan tunai"


def test_a_refund_before_the_money_leaves_nothing_to_book(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    assert tell(shop.message(charge.order, "refund")) == 200
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert not Payment._base_manager.exists()


def test_a_part_paid_back_is_left_to_a_person(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    tell(shop.message(charge.order, "settlement"))
    assert tell(shop.message(charge.order, "partial_refund")) == 200
    assert again(invoice).status == "paid"
    assert again_charge(charge).trouble


def test_closed_books_make_the_gateway_tell_it_again(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    closed = make("billing.ClosedPeriod", until="2099-12-31")
    assert tell(shop.message(charge.order, "settlement")) == 503
    assert not Payment._base_manager.exists()
    assert again_charge(charge).trouble
    from relasi.engine.records.write import trash

    trash(ClosedPeriod, [closed.pk])
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert (again(invoice).status, again_charge(charge).trouble) == ("paid", "")


def test_callbacks_are_taken_after_the_button_is_switched_off(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    update(gateway(), {"active": False}, authorised="a test needs it so")
    assert tell(shop.message(charge.order, "settlement")) == 200
    assert again(invoice).status == "paid"


# Callbacks that never came.
def later(charge: OnlineCharge, **ago: Any) -> None:
    before = timezone.now() - timedelta(**ago)
    OnlineCharge.objects.filter(pk=charge.pk).update(made_at=before, ends_at=before + timedelta(hours=24))


def test_a_silent_gateway_is_asked(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    shop.states[charge.order] = "settlement"
    assert ask_about_silent() == 0
    later(charge, minutes=11)
    assert ask_about_silent() == 1
    assert again(invoice).status == "paid"
    assert ask_about_silent() == 0
    is_sound()


def test_a_charge_nobody_began_to_pay_ends_after_its_day(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    later(charge, hours=3)
    ask_about_silent()
    assert again_charge(charge).state == "open"
    later(charge, hours=26)
    ask_about_silent(timezone.now() + timedelta(hours=2))
    assert again_charge(charge).state == "ended"


def test_a_gateway_that_is_down_is_asked_another_time(shop: FakeMidtrans) -> None:
    charges = [begun(bill()) for _each in range(2)]
    for one in charges:
        later(one, minutes=11)
    shop.code, asked = 500, len(shop.asked)
    assert ask_about_silent() == 0
    assert len(shop.asked) == asked + 1


def test_a_charge_that_is_not_wanted_is_cancelled_there(shop: FakeMidtrans) -> None:
    charge = begun(bill())
    shop.states[charge.order] = "pending"
    end([charge])
    cancel_at_gateway(charge.order)
    assert shop.states[charge.order] == "cancel"


def test_a_charge_that_was_paid_before_it_could_be_cancelled_is_booked(shop: FakeMidtrans) -> None:
    invoice = bill()
    charge = begun(invoice)
    shop.states[charge.order] = "settlement"
    end([charge])
    cancel_at_gateway(charge.order)
    assert again(invoice).status == "paid"


# Several at once.
@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any, there: FakeMidtrans) -> Iterator[FakeMidtrans]:
    with django_db_blocker.unblock(), real_commits(), acting(found_company().admin):
        switch_on(there)
        yield there
        is_sound()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_callbacks_at_once_book_one_payment(committed: FakeMidtrans) -> None:
    for _round in range(3):
        invoice = bill()
        charge = begun(invoice)
        message = committed.message(charge.order, "settlement")
        assert at_once(*[lambda message=message: tell(message)] * 4) == [200] * 4
        assert Payment._base_manager.filter(reference=charge.order).count() == 1
        assert again(invoice).status == "paid"


def test_a_callback_and_a_payment_by_hand_at_once_are_both_booked(committed: FakeMidtrans) -> None:
    for _round in range(3):
        invoice = bill()
        charge = begun(invoice)
        committed.states[charge.order] = "settlement"
        message = committed.message(charge.order, "settlement")
        admin = invoice.owner_id

        def by_hand(invoice: Any = invoice, admin: int = admin) -> Any:
            from relasi.users.user import User

            with acting(User._base_manager.get(pk=admin)):
                try:
                    return bool(invoice.pay(amount=1_000_000))
                except Refused:
                    return False

        codes = at_once(lambda message=message: tell(message), by_hand)
        assert codes[0] == 200
        online = Payment._base_manager.get(reference=charge.order)
        assert again(invoice).status == "paid"
        assert online.unallocated == (1_000_000 if codes[1] else 0)


def test_pressing_at_once_begins_one_charge(committed: FakeMidtrans) -> None:
    invoice = bill()
    path = make_link(invoice.pk).path + "pay/"
    found = at_once(*[lambda: Client().post(path)["Location"]] * 4)
    assert len(set(found)) == 1
    assert OnlineCharge.objects.filter(invoice=invoice.pk).count() == 1


# The settings.
def test_the_key_is_sealed_and_never_shown_again(as_admin: Any) -> None:
    browser = signed_in(as_admin.user)
    given = {"page_url": "https://app.sandbox.midtrans.com", "api_url": "https://api.sandbox.midtrans.com"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "relasi.engine.api.safe_address.socket.getaddrinfo",
            lambda *a, **k: [(0, 0, 0, "", ("8.8.8.8", 443))],
        )
        answer = browser.post(OWN, {**given, "server_key": KEY, "active": "on"})
        assert answer.status_code == 302
        # Without a new key the stored one stays.
        stored = gateway()
        assert stored.active
        assert browser.post(OWN, {**given, "server_key": "", "version": stored.version}).status_code == 302
    found = gateway()
    assert not found.active
    assert KEY not in found.sealed_key
    assert unseal(found.sealed_key, PURPOSE) == KEY
    assert KEY not in browser.get(OWN).content.decode()
    history = json.dumps(list(ChangeRow.objects.filter(record_id=found.pk).values_list("before", "after")))
    assert KEY not in history
    assert found.sealed_key not in history


@pytest.mark.parametrize(
    ("values", "key", "field"),
    [
        ({}, "", "server_key"),
        ({}, "dua kata", "server_key"),
        ({}, "kunci\nbaru", "server_key"),
        ({"page_url": "http://127.0.0.1:1"}, KEY, "page_url"),
        ({"api_url": "https://169.254.169.254"}, KEY, "api_url"),
        ({"api_url": "ftp://8.8.8.8"}, KEY, "api_url"),
        ({"page_url": "http://8.8.8.8"}, KEY, "page_url"),
        ({"page_url": "https://8.8.8.8/snap"}, KEY, "page_url"),
        ({"page_url": "https://user:pw@8.8.8.8"}, KEY, "page_url"),
    ],
)
def test_wrong_settings_are_refused_and_nothing_is_stored(
    as_admin: Any, values: Any, key: str, field: str
) -> None:
    given = {"page_url": "https://8.8.8.8", "api_url": "https://8.8.8.8", "active": True}
    found = refused(set_gateway, {**given, **values}, key)
    assert [one[0] for one in found] == [field]
    assert gateway() is None


def test_a_refused_form_keeps_what_was_typed_but_not_the_key(as_admin: Any) -> None:
    given = {
        "page_url": "http://127.0.0.1:1",
        "api_url": "https://8.8.8.8",
        "server_key": KEY,
        "active": "on",
    }
    answer = signed_in(as_admin.user).post(OWN, given)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "http://127.0.0.1:1" in text
    assert KEY not in text


def test_nobody_but_admins_sets_it_up(company: Any, there: FakeMidtrans) -> None:
    browser = signed_in(company.manager)
    assert browser.get(OWN).status_code == browser.post(OWN, {"server_key": KEY}).status_code == 404
    assert gateway() is None


def test_a_key_of_another_installation_switches_it_off(shop: FakeMidtrans, settings: Any) -> None:
    invoice = bill()
    charge = begun(invoice)
    settings.SECRET_KEY = "another " * 8
    with pytest.raises(Unreadable):
        unseal(gateway().sealed_key, PURPOSE)
    assert gateway().speaking() is None
    assert tell(shop.message(charge.order, "settlement")) == 404
    assert unseal(seal("x", PURPOSE), PURPOSE) == "x"


# The adapter against its fake server.
def test_the_adapter_speaks_as_the_interface_says(there: FakeMidtrans) -> None:
    speaking = Midtrans(KEY, there.url, there.url, {"127.0.0.1"})
    order = Order("INV-1-abc", Decimal(10_000), "INV/1", "PT Melati", "a@b.id", "https://crm.example/p/x/")
    assert speaking.ask(order.id) is None
    assert speaking.create(order).startswith(there.url)
    assert there.asked[-1][2] == {
        "transaction_details": {"order_id": "INV-1-abc", "gross_amount": 10_000},
        "customer_details": {"first_name": "PT Melati", "email": "a@b.id"}, "custom_field1": "INV/1",
        "expiry": {"unit": "hour", "duration": 24}, "callbacks": {"finish": "https://crm.example/p/x/"},
    }  # fmt: skip
    with pytest.raises(GatewayTrouble):
        speaking.create(order)
    there.states[order.id] = "pending"
    assert speaking.ask(order.id).told is Told.WAITING
    speaking.cancel(order.id)
    assert speaking.ask(order.id).told is Told.ENDED
    speaking.cancel(order.id)
    assert speaking.read(there.message(order.id, "settlement")).told is Told.PAID
    with pytest.raises(Forged):
        Midtrans("x", there.url, there.url).read(there.message(order.id, "settlement"))


def test_the_adapter_never_speaks_inwards_unless_allowed(there: FakeMidtrans) -> None:
    with pytest.raises(GatewayTrouble):
        Midtrans(KEY, there.url, there.url).ask("x")
    assert not there.asked


def test_a_wrong_key_is_trouble(there: FakeMidtrans) -> None:
    with pytest.raises(GatewayTrouble):
        Midtrans("wrong", there.url, there.url, {"127.0.0.1"}).ask("x")
