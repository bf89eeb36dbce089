"""Settling of bills: by payments to vendors. How it is done stands in kits/paying/settling.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.kits.paying.settling import SETTLED, ZERO, Settling, refused, sums_of


class BillSettling(Settling):
    debt, name, party, payment = "purchasing.Bill", "bill", "vendor", "purchasing.VendorPayment"
    states = ("approved", "partly_paid", "paid")
    payers = {"purchasing.VendorPayment": ("purchasing.VendorPaymentPart", "payment", "unallocated")}
    choose_one = _("Choose the bill.")
    of_another = _("This bill is of another vendor.")
    in_another_currency = _("This bill is in another currency.")
    not_owed = _("Only an approved bill can be paid.")
    none_open = _("There is no bill of this vendor in this currency that can be paid.")
    pays_nothing = _("It pays nothing of this bill.")

    def check_payable(self, debt: Any) -> None:
        if debt.status not in self.states:
            raise refused("bill", "INVALID_TRANSITION", self.not_owed)
        if debt.is_held:
            sentence = _("It differs from what was ordered and received. Somebody has to accept that first.")
            raise refused("match_status", "INVALID_TRANSITION", sentence)


SIDE = BillSettling()


def settle_bills(ids: Iterable[int]) -> None:
    """Paid and the state of these bills, from the parts that stand."""
    ids = sorted(set(ids))
    standing = Q(payment__trashed_at=None, payment__status="recorded")
    SIDE.settle(ids, {"paid": sums_of(_model("VendorPaymentPart"), "bill", ids, standing)})


def settle_payments(ids: Iterable[int]) -> None:
    """How much of these payments is allocated."""
    ids = sorted(set(ids))
    sums = sums_of(_model("VendorPaymentPart"), "payment", ids, Q())
    rows = _model("VendorPayment")._base_manager.filter(pk__in=ids, trashed_at=None, status="recorded")
    drafts = [Draft({"allocated": sums.get(id, ZERO)}, id=id) for id in rows.values_list("pk", flat=True)]
    if drafts:
        write(registry.module("purchasing.VendorPayment"), drafts, authorised=SETTLED)


def _model(name: str) -> Any:
    return registry.module(f"purchasing.{name}").model
