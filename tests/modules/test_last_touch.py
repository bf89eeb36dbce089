"""Last touch: when somebody was last in touch with a person, a company or about a deal, and by what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.merge import merge
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.modules.agenda.event import Event
from relasi.modules.agenda.task import Task
from tests.make import again, make

pytestmark = pytest.mark.usefixtures("as_admin")


def call(days: int, **values: Any) -> Any:
    """A call that many days ago."""
    at = timezone.now() - timedelta(days=days)
    return make("agenda.Event", type="call", starts_at=at, ends_at=at + timedelta(hours=1), **values)


def held(days: int, **values: Any) -> Any:
    return call(days, **values).hold()


def told(record: Any) -> Any:
    """(days ago, by what) of the last touch."""
    record = again(record)
    at, via = (getattr(record, name) for name in record.touch_fields)
    return None if at is None else ((timezone.now() - at).days, via)


def test_a_held_call_is_the_last_contact_and_a_planned_one_is_not():
    account, contact = make("customers.Account"), make("customers.Contact")
    lead, deal = make("customers.Lead"), make("sales.Deal")
    one = call(3, account=account, contact=contact, lead=lead, deal=deal)
    assert [told(r) for r in (account, contact, lead, deal)] == [None] * 4
    one.hold()
    assert [told(r) for r in (account, contact, lead, deal)] == [(3, "call")] * 4


def test_the_latest_touch_counts_whatever_came_first():
    contact = make("customers.Contact")
    held(2, contact=contact)
    held(9, contact=contact)
    assert told(contact) == (2, "call")


def test_a_finished_task_is_a_touch_and_a_reopened_one_is_none_any_more():
    contact = make("customers.Contact")
    held(5, contact=contact)
    task = make("agenda.Task", contact=contact).finish()
    assert told(contact) == (0, "task")
    task.reopen()
    assert told(contact) == (5, "call")


def test_more_contacts_of_an_event_were_talked_to_as_well():
    one, other = make("customers.Contact"), make("customers.Contact")
    event = held(1, contacts=[one.pk, other.pk])
    assert (told(one), told(other)) == ((1, "call"), (1, "call"))
    update(event, {"contacts": [other.pk]})
    assert (told(one), told(other)) == (None, (1, "call"))


def test_the_company_of_a_contact_is_named_by_the_event_itself():
    account = make("customers.Account")
    contact = make("customers.Contact", account=account)
    event = held(1, contact=contact)
    assert (event.account_id, told(account)) == (account.pk, (1, "call"))


def test_an_undo_the_bin_and_a_restore_tell_it_anew():
    contact = make("customers.Contact")
    older, newer = held(9, contact=contact), held(2, contact=contact)
    with acting(SYSTEM):
        trash(Event, [newer.pk])
    assert told(contact) == (9, "call")
    with acting(SYSTEM):
        restore(Event, [newer.pk])
    assert told(contact) == (2, "call")
    with acting(SYSTEM) as stretch:
        update(older, {"contact": None}, authorised="a test")
        update(newer, {"contact": None}, authorised="a test")
    assert told(contact) is None
    revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert told(contact) == (2, "call")


def test_a_mail_a_person_sends_counts_and_one_of_the_product_does_not(company: Any):
    account = make("customers.Account")
    contact = make("customers.Contact", account=account)
    deal = make("sales.Deal", account=account)
    quote = make("sales.Quote", account=account, contact=contact, deal=deal)
    values = {"record": quote.pk, "recipients": "a@b.co.id", "subject": "Penawaran", "text": "Terlampir"}
    with acting(SYSTEM):
        create(SentMail, values)
    assert told(account) is None
    mail = create(SentMail, values)
    assert [told(r) for r in (account, contact, deal)] == [(0, "mail")] * 3
    with acting(SYSTEM):
        trash(type(quote), [quote.pk])
    assert [told(r) for r in (account, contact, deal)] == [None] * 3
    with acting(SYSTEM):
        restore(type(quote), [quote.pk])
    assert told(contact) == (0, "mail")
    other = make("customers.Contact", account=account)
    update(quote, {"contact": other.pk})
    assert (told(contact), told(other)) == (None, (0, "mail"))
    assert mail.record_id == quote.pk


def test_a_private_event_tells_the_others_nothing():
    contact = make("customers.Contact")
    event = held(1, contact=contact, visibility="private")
    assert told(contact) is None
    update(event, {"visibility": "public"})
    assert told(contact) == (1, "call")


def test_the_survivor_of_a_merge_was_contacted_when_either_was():
    one, other = make("customers.Contact"), make("customers.Contact")
    held(9, contact=one)
    held(2, contact=other)
    _saved, change_set = merge(registry.module("customers.Contact"), one.pk, [other.pk], {})
    assert told(one) == (2, "call")
    revert(ChangeSet.objects.get(pk=change_set))
    assert (told(one), told(other)) == ((9, "call"), (2, "call"))


def test_what_happened_with_a_lead_was_with_the_contact_it_became():
    lead = make("customers.Lead", last_name="Budi", company="PT Maju")
    held(4, lead=lead)
    lead.convert(with_account=True, with_contact=True, with_deal=False)
    lead = again(lead)
    assert (told(lead.converted_contact), told(lead.converted_account)) == ((4, "call"), (4, "call"))


def test_a_touch_is_no_change_of_the_one_touched():
    contact = make("customers.Contact")
    before = (contact.version, contact.changed_at)
    held(1, contact=contact)
    rows = ChangeRow.objects.filter(record_id=contact.pk, kind="u")
    assert ((again(contact).version, again(contact).changed_at), rows.count()) == (before, 0)


def test_nobody_writes_it_by_hand():
    contact = make("customers.Contact")
    update(contact, {"title": "Direktur"})
    assert "last_contacted_at" not in registry.of(contact).form_fields
    assert not registry.of(contact).fields["last_contacted_at"].editable


ACTS = st.lists(
    st.tuples(st.sampled_from(["hold", "plan", "task", "reopen", "trash", "restore", "move"]),
              st.integers(0, 3), st.integers(0, 1)), max_size=14)  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_it_is_the_latest_that_stands(acts: list[tuple[str, int, int]]):
    people = [make("customers.Contact"), make("customers.Contact")]
    events = [call(n + 1, contact=people[n % 2]) for n in range(4)]
    tasks = [make("agenda.Task", contact=people[n % 2]) for n in range(4)]
    for act, which, whom in acts:
        event, task = again(events[which]), again(tasks[which])
        with acting(SYSTEM):
            if event.trashed_at is None:
                if act == "hold" and event.status == "planned":
                    event.hold()
                elif act == "plan" and event.status != "planned":
                    update(event, {"status": "planned"}, authorised="a test")
                elif act == "move":
                    update(event, {"contact": people[whom].pk}, authorised="a test")
                elif act == "trash":
                    trash(Event, [event.pk])
            elif act == "restore":
                restore(Event, [event.pk])
            if act == "task" and task.is_open:
                task.finish()
            elif act == "reopen" and task.status == "done":
                task.reopen()
    for person in people:
        done = Task._base_manager.filter(contact=person, status="done").values_list("completed_at", flat=True)
        calls = Event._base_manager.filter(contact=person, status="held", trashed_at=None)
        latest = max([*done, *calls.values_list("starts_at", flat=True)], default=None)
        assert again(person).last_contacted_at == latest
