"""In which order records are held: those that pay before what they pay, what was made before what it was made of."""

from itertools import pairwise

import pytest

from relasi.engine.records.held import places


@pytest.mark.parametrize(
    "row",
    [
        ("billing.payment", "billing.creditnote", "billing.invoice", "inventory.deliverynote", "sales.salesorder",
         "sales.quote", "sales.deal", "customers.account"),
        ("purchasing.vendorpayment", "purchasing.bill", "purchasing.vendor"),
        ("purchasing.receiptnote", "purchasing.purchaseorder", "purchasing.bill"),
        ("purchasing.receiptnote", "purchasing.purchaseorder", "catalog.product"),
    ],
)  # fmt: skip
def test_what_refers_is_held_before_what_it_refers_to(row: tuple[str, ...]) -> None:
    for first, then in pairwise(row):
        assert places()[first] < places()[then], (first, then)
