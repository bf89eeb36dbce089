"""Vendor bank account: where a vendor is paid. A change holds only once a second person has confirmed it.

Whoever pretends to be a vendor asks for one thing: another account number. So what stands here is what was confirmed,
and what somebody typed waits beside it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import Choices
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.paying.bank_number import BankNumberField, masked
from relasi.modules.purchasing.purchase_settings import purchase_settings

TOLD = ("bank", "number", "holder")  # what a payment goes by; the same names with new_ hold what waits
CONFIRMED = "a second person confirmed it"


class BankState(Choices):
    WAITING = "waiting", _("Waits for confirmation"), "kuning"
    CHANGING = "changing", _("Change waits for confirmation"), "kuning"
    CONFIRMED = "confirmed", _("Confirmed"), "hijau"


class VendorBankAccount(Part):
    vendor = ReferenceField(
        "purchasing.Vendor", models.CASCADE, verbose_name=_("Vendor"), related_name="bank_accounts",
        required=True,
    )  # fmt: skip
    bank = TextField(_("Bank"), max_length=80, required=True, aliases="Nama Bank")
    number = BankNumberField(_("Account number"), required=True, aliases="No. Rekening|Nomor Rekening")
    holder = TextField(_("Account holder"), max_length=150, required=True, aliases="Atas Nama")
    confirmed = BooleanField(_("Confirmed"), editable=False)
    new_bank = TextField(_("New bank"), max_length=80, editable=False)
    new_number = BankNumberField(_("New account number"), editable=False)
    new_holder = TextField(_("New account holder"), max_length=150, editable=False)
    changed_by_whom = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Entered by"), related_name="+", editable=False
    )
    confirmed_by = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Confirmed by"), related_name="+", editable=False
    )

    class Meta(Part.Meta):
        verbose_name = _("bank account of a vendor")
        verbose_name_plural = _("bank accounts of vendors")

    class Module(Declaration):
        slug = "vendor-bank-accounts"
        icon = "landmark"
        part_of = "vendor"
        title = "bank number"
        columns = ["bank", "number", "holder", "state", "vendor"]
        sort = ["bank"]
        form = [Section(_("Bank account"), "vendor bank number holder")]
        facts = [
            Section(_("Bank account"), "vendor bank number holder state confirmed_by"),
            Section(_("Waits for confirmation"), "new_bank new_number new_holder changed_by_whom"),
        ]
        actions = [
            Action("confirm", _("Confirm"), icon="shield-check", when=lambda one: one.state != BankState.CONFIRMED),
            Action("dismiss", _("Dismiss the change"), icon="circle-x", quiet=True,
                   when=lambda one: one.state == BankState.CHANGING),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.bank} {masked(self.number)}"

    @computed(_("State"), kind="choice", choices=BankState, needs="confirmed new_bank new_number new_holder")
    def state(self) -> str:
        if not self.confirmed:
            return BankState.WAITING.value
        waits = any(getattr(self, f"new_{name}") for name in TOLD)
        return (BankState.CHANGING if waits else BankState.CONFIRMED).value

    def before_save(self, change: Change) -> None:
        if change.authorised or not any(change.has(name) for name in TOLD):
            return
        self.changed_by_whom_id = _who()
        if not purchase_settings().bank_change_by_two:
            self.confirmed, self.confirmed_by_id = True, _who()
            return
        if self.confirmed:
            for name in TOLD:
                if change.has(name):
                    setattr(self, f"new_{name}", getattr(self, name))
                    setattr(self, name, change.old(name))

    def confirm(self) -> VendorBankAccount:
        """Raises Refused for who entered it."""
        if self.state == BankState.CONFIRMED:
            raise Refused([Refusal("", "INVALID_TRANSITION", _("Nothing waits for confirmation."))])
        stretch = current_acting()
        acting = {
            one.id for one in (stretch.user, stretch.impersonator) if one is not None and one is not SYSTEM
        }
        if self.changed_by_whom_id in acting:
            sentence = _("Somebody else has to confirm what you have entered.")
            raise Refused([Refusal("", "NO_PERMISSION", sentence)])
        values: dict[str, Any] = {name: new for name in TOLD if (new := getattr(self, f"new_{name}"))}
        values |= {f"new_{name}": None for name in TOLD} | {"confirmed": True, "confirmed_by": _who()}
        return update(self, values, authorised=CONFIRMED)

    def dismiss(self) -> VendorBankAccount:
        return update(self, {f"new_{name}": None for name in TOLD}, authorised="the change is not taken")


def _who() -> int | None:
    user = current_acting().user
    return None if user is SYSTEM or user is None else user.id


def account_to_pay(vendor: int) -> VendorBankAccount | None:
    """The first confirmed account of a vendor."""
    rows = VendorBankAccount._base_manager.filter(vendor=vendor, confirmed=True, trashed_at=None)
    return rows.order_by("pk").first()
