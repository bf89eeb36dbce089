"""A billing run whose process is killed at random moments and begun again bills each period once, and all ties out.

RELASI_TEST_KILLS=50 RELASI_TEST_SUBSCRIPTIONS=5000 before a release: how often it is killed, how many subscriptions are due.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.subscription import Subscription
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from tests.company import found_company
from tests.make import make
from tests.modules.subscribing import each_once, plan
from tests.modules.trading import is_sound
from tests.tying import everything_ties_out

KILLS = int(os.environ.get("RELASI_TEST_KILLS", "4"))
COUNT = int(os.environ.get("RELASI_TEST_SUBSCRIPTIONS", "12"))
# Seconds a run lives at most: together the runs live about as long as the work takes, so few of them come to their end.
LONGEST = 0.2 + COUNT * 0.02 / KILLS
AT_ONCE = 500


@pytest.fixture
def admin(transactional_db: None) -> Iterator[Any]:
    user = found_company().admin
    with acting(user):
        yield user


def subscribe(count: int, start: date) -> None:
    account = make("customers.Account")
    contact = make("customers.Contact", account=account)
    make("billing.BankAccount", bank="BCA", number="5210304455", va_prefix="88908", va_number_of="invoice",
         va_digits=9, transfer_code="added")  # fmt: skip
    for first in range(0, count, AT_ONCE):
        values = [
            {"subject": f"Internet kantor {n}", "account": account.pk, "contact": contact.pk, "start": start}
            for n in range(first, min(first + AT_ONCE, count))
        ]
        module = registry.of(Subscription)
        made = write(module, [Draft(one, lines=[plan(100_000)]) for one in values]).records
        write(
            module, [Draft({"status": "active"}, id=one.pk) for one in made], authorised="a test needs it so"
        )


def begin_run(day: date) -> int:
    """Its process."""
    connection.close()
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        with acting(SYSTEM, via="system"):
            bill_due(day)
        code = 0
    finally:
        os._exit(code)


def is_killed(process: int, after: float) -> bool:
    """Whether it was killed before it came to its end."""
    until = time.monotonic() + after
    while time.monotonic() < until:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            assert status == 0
            return False
        time.sleep(0.005)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return True


def finish(day: date) -> None:
    """What a process that was killed still holds is let go once the database has seen that nobody is there."""
    while Subscription._base_manager.filter(look_on__lte=day).exists():
        with acting(SYSTEM, via="system"):
            bill_due(day)


def test_a_run_killed_at_random_moments_bills_each_period_once(admin: Any) -> None:
    months = (date(2026 + n // 12, n % 12 + 1, 5) for n in range(120))
    day, kills = next(months), 0
    subscribe(COUNT, day)
    while kills < KILLS:
        if is_killed(begin_run(day), random.uniform(0, LONGEST)):
            kills += 1
        else:
            day = next(months)
    finish(day)
    numbers = set(SubscriptionPeriod._base_manager.values_list("period", flat=True))
    assert SubscriptionPeriod._base_manager.filter(outcome="billed").count() == COUNT * len(numbers)
    each_once()
    is_sound()
    everything_ties_out()
