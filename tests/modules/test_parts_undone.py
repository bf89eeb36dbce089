"""What a payment or a credit note paid is owed again once the act is undone."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from tests.make import make
from tests.modules.trading import accepted, is_sound, paid, thing

pytestmark = pytest.mark.usefixtures("as_admin")


def undo_of(act) -> None:
    close_change_set()
    current_acting().change_set = None
    act()
    done = current_acting().change_set
    close_change_set()
    current_acting().change_set = None
    revert(ChangeSet.objects.get(pk=done))


@pytest.fixture
def account():
    return make("customers.Account")


@pytest.fixture
def invoice(account):
    found = accepted(thing(1000, 6), account=account).invoice()
    found.issue()
    found.refresh_from_db()
    return found


def test_a_credit_note_used_against_an_invoice_is_whole_again(account, invoice):
    other = accepted(thing(1000, 6), account=account).invoice()
    other.issue()
    note = other.credit()
    note.refresh_from_db()
    undo_of(lambda: note.apply(invoice.pk, 301))
    note.refresh_from_db()
    assert (note.applied, note.available) == (0, note.payable)
    is_sound()


def test_a_payment_spread_over_invoices_is_whole_again(account, invoice):
    payment = paid(account, 2500)
    undo_of(payment.spread)
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert (payment.unallocated, invoice.balance) == (2500, invoice.payable)
    is_sound()
