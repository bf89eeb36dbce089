"""Restoring people: whoever took the e-mail meanwhile is shown before the deleted one comes back."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import Refused, restore, trash
from relasi.modules.customers.contact import Contact
from tests.fingerprint import unchanged
from tests.make import again, make
from tests.people import signed_in


def test_a_deleted_email_may_be_used_again_and_its_first_owner_comes_back_only_when_asked(company):
    seller = company.sales_a
    with acting(seller):
        first = make("customers.Contact", last_name="Wulan", email="wulan@contoh.id", owner=seller.pk)
        trash(Contact, [first.pk])
        make("customers.Contact", last_name="Sari", email="wulan@contoh.id", owner=seller.pk)
        with unchanged(), pytest.raises(Refused) as refused:
            restore(Contact, [first.pk])
        assert refused.value.codes == {"NOT_UNIQUE"}
    close_change_set()
    client = signed_in(seller)
    with unchanged():
        answer = client.post("/bin/", {"id": first.pk})
    assert answer.status_code == 409
    assert "Sari" in answer.content.decode() and 'name="confirmed" value="double"' in answer.content.decode()
    client.post("/bin/", {"id": first.pk, "confirmed": "double"})
    assert again(first).trashed_at is None
