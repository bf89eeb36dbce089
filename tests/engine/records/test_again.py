"""An act the database ended in favour of another is done once more, as a whole; nobody reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.records import store_step
from relasi.engine.records.again import said_outside, whole, whole_job
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.write import create
from relasi.modules.customers.account import Account
from tests.commits import real_commits
from tests.company import found_company
from tests.people import signed_in


@pytest.fixture
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with django_db_blocker.unblock(), real_commits():
        yield found_company()


def ended(state: str = "deadlock_detected") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'ended' USING ERRCODE = '{state}'; END $$")


class Act:
    """Ends so many times and is done then. before: what it does first."""

    def __init__(self, times: int, before: Any = None, state: str = "deadlock_detected") -> None:
        self.left, self.before, self.state, self.tried = times, before, state, 0

    def __call__(self) -> int:
        self.tried += 1
        if self.before is not None:
            self.before()
        with transaction.atomic():
            if self.left:
                self.left -= 1
                ended(self.state)
        return self.tried


@pytest.mark.parametrize("state", ["deadlock_detected", "serialization_failure"])
def test_what_was_ended_is_done_again(company: Any, state: str) -> None:
    assert whole(Act(2, state=state)) == 3


def test_so_is_a_job(company: Any) -> None:
    assert whole_job(Act(1), None, None) == 2


def test_what_is_ended_again_and_again_is_given_up(company: Any) -> None:
    act = Act(9)
    with pytest.raises(OperationalError):
        whole(act)
    assert act.tried == 3


def test_other_troubles_are_no_reason_to_do_it_again(company: Any) -> None:
    act = Act(1, state="lock_not_available")
    with pytest.raises(OperationalError):
        whole(act)
    assert act.tried == 1


def test_what_was_kept_or_said_outside_is_not_done_twice(company: Any) -> None:
    def keep() -> None:
        with acting(company.admin):
            create(Account, {"name": "PT Satu"})

    for before in (keep, said_outside):
        act = Act(1, before)
        with pytest.raises(OperationalError):
            whole(act)
        assert act.tried == 1
    assert Account._base_manager.filter(name="PT Satu").count() == 1


def test_a_part_of_a_transaction_is_not_done_again_alone(company: Any) -> None:
    act = Act(1)
    with pytest.raises(OperationalError), transaction.atomic():
        whole(act)
    assert act.tried == 1


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_person_whose_act_was_ended_sees_it_done(company: Any, by: str, monkeypatch: Any) -> None:
    store, times = store_step.store, [2]

    def stored(batch: Any) -> None:
        store(batch)
        if times[0]:
            times[0] -= 1
            ended()

    monkeypatch.setattr(store_step, "store", stored)
    sets = ChangeSet.objects.count()
    client = signed_in(company.admin)
    if by == "page":
        answer = client.post("/accounts/new/", {"name": "PT Sekali"})
    else:
        answer = client.post("/api/v1/accounts", {"name": "PT Sekali"}, "application/json")
    assert answer.status_code in (200, 201, 204, 302), answer.content[:500]
    assert times == [0] and Account._base_manager.filter(name="PT Sekali").count() == 1
    assert ChangeSet.objects.count() == sets + 1
