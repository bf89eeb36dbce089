"""Letters of subscriptions: a higher price is announced once before it holds, and a failed try is told in our own words."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, update
from relasi.modules.subscribing import jobs
from relasi.modules.subscribing.charging import charge_due
from relasi.modules.subscribing.plan_change import PlanChange
from relasi.modules.subscribing.plan_told import change_told
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings
from tests.features.fake_midtrans import FakeMidtrans, midtrans
from tests.features.test_online_payment import switch_on
from tests.make import again
from tests.modules.subscribing import on, plan, running, transactions

pytestmark = pytest.mark.usefixtures("as_admin")
TOKEN = "481111wNDqxR-a7b3-4f9c"


@pytest.fixture(autouse=True)
def mailing(settings: Any) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"


def waiting() -> list[int]:
    """Changes that wait to be announced."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    rows = ProcrastinateJob.objects.filter(task_name="announce_price").order_by("id")
    return [one.args["change"] for one in rows]


def planned(price: int = 350_000, **values: Any) -> Any:
    with on("2026-04-01"):
        found = running(plan(300_000), start="2026-04-01", notice_days=30)
    with on("2026-04-16"):
        again(found).change_plan(place=1, price=price, **values)
    return found


def test_a_higher_price_is_announced_once_before_it_holds() -> None:
    planned()
    change = PlanChange._base_manager.get()
    assert waiting() == [change.pk] and str(change.effective_on) == "2026-06-01"
    with on("2026-04-16"):
        assert jobs.announce_price(change.pk) and not jobs.announce_price(change.pk)
    (letter,) = mail.outbox
    assert letter.to == ["budi@maju.example"] and "Internet kantor" in letter.subject
    assert all(one in letter.body for one in ("300.000", "350.000", "1 Jun 2026", "Paket Bisnis"))
    assert "None" not in letter.body
    announced = again(change).announced_at
    assert announced is not None and str(announced.date()) == "2026-04-16"


@pytest.mark.parametrize("values", [{"price": 250_000}, {"price": 400_000, "name": "Paket Besar"}])
def test_a_lower_price_and_another_plan_are_not_announced(values: dict[str, Any]) -> None:
    planned(**values)
    assert waiting() == []


def test_a_change_that_was_dropped_or_undone_or_switched_off_is_not_announced() -> None:
    from tests.people import make_admin

    found, admin = planned(), make_admin("undoer")
    first = PlanChange._base_manager.get()
    with on("2026-04-17"):
        again(found).drop_changes()
        with acting(admin) as stretch:
            again(found).change_plan(place=1, price=360_000)
        with acting(admin):
            revert(ChangeSet.objects.get(pk=stretch.change_set))
        again(found).change_plan(place=1, price=370_000)
        create(SubscriptionSettings, {"mails_prices": False})
        assert [jobs.announce_price(id) for id in waiting()] == [False] * 3
    assert mail.outbox == [] and first.announced_at is None


def test_the_dialog_says_how_the_customer_hears_of_it(settings: Any) -> None:
    found = planned()
    with on("2026-04-16"):

        def told() -> list[str]:
            return [str(text) for _label, text in change_told(found, again(found))]

        assert any("budi@maju.example" in text for text in told())
        update(found.contact, {"email": None})
        update(again(found.account), {"email": None})
        assert not any("@" in text for text in told()) and len(told()) == 6
        settings.EMAIL_HOST = ""
        assert len(told()) == 6


# Failed tries.
@pytest.fixture
def there() -> Any:
    with midtrans() as found:
        switch_on(found)
        yield found


def failing(there: FakeMidtrans, **values: Any) -> Any:
    there.tokens[TOKEN] = "deny"
    with on("2026-01-01"):
        found = running(
            plan(1_110_000), start="2026-01-01", mode="autopay", gateway="midtrans", token=TOKEN, **values
        )
        charge_due()
    return found


def test_every_failed_try_has_its_own_letter(there: FakeMidtrans) -> None:
    create(SubscriptionSettings, {
        "failure_1": "Yth. {contact}, {amount} untuk {number} belum terbayar: {why}",
        "failure_2": "Kedua kalinya, {subject}", "failure_last": "Terakhir kali. Bayar di {link}\n{company}",
    })  # fmt: skip
    found = failing(there, retry_3=None)
    for day in ("2026-01-02", "2026-01-05"):
        with on(day):
            charge_due()
    for one in transactions(found):
        assert jobs.write_failed(one.pk)
    # Written one after the other here, so the later try is known to all of them.
    last = transactions(found)[-1]
    assert last.status == "failed" and last.attempt == 3
    assert all("Terakhir kali. Bayar di https://crm.example/p/" in one.body for one in mail.outbox)


def test_the_letter_of_a_try_is_the_one_of_its_number(there: FakeMidtrans) -> None:
    create(
        SubscriptionSettings,
        {"failure_1": "{contact}: {amount}, {number}, {why}", "failure_2": "Kedua, {subject}"},
    )
    found = failing(there)
    with on("2026-01-01"):
        assert jobs.write_failed(transactions(found)[0].pk)
    with on("2026-01-02"):
        charge_due()
        assert jobs.write_failed(transactions(found)[1].pk)
    with on("2026-01-05"):
        charge_due()
        assert jobs.write_failed(transactions(found)[2].pk)  # the third has no words of its own
    first, second, third = (one.body for one in mail.outbox)
    assert "1.110.000" in first and "{" not in first and second == "Kedua, Internet kantor"
    assert "mencoba lagi" in third


def test_what_cannot_be_filled_in_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        create(SubscriptionSettings, {"failure_2": "Halo {nama}, {amount}"})
    assert [(one.field, one.code) for one in caught.value.refusals] == [("failure_2", "INVALID_VALUE")]
    assert "{nama}" in str(caught.value) and not SubscriptionSettings._base_manager.exists()
