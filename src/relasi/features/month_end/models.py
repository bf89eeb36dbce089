"""Tables of the month-end: a snapshot for each closing of a period, and the rows it holds. None of them ever changes.

Names stand beside ids, and no id is a key to its table: what a snapshot says outlives what it speaks of.
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices

_STAYS = """
    RAISE EXCEPTION 'a snapshot stays as it is' USING ERRCODE = '23514', CONSTRAINT = 'month_end_row_stays';
"""
# A snapshot and its rows have the moment of one transaction; whoever comes later adds nothing.
_SEALED = """
    IF EXISTS (SELECT FROM new_rows n JOIN month_end_snapshot s ON s.id = n.snapshot_id WHERE s.taken_at <> now()) THEN
        RAISE EXCEPTION 'a snapshot is whole' USING ERRCODE = '23514', CONSTRAINT = 'month_end_is_whole';
    END IF;
    RETURN NULL;
"""


def _stays() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="stays", level=pgtrigger.Row, when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete, func=_STAYS,
    )  # fmt: skip


def _sealed() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="sealed", level=pgtrigger.Statement, when=pgtrigger.After, operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"), func=_SEALED,
    )  # fmt: skip


class Snapshot(models.Model):
    """until: the last day it tells of, over at midnight in `zone`. currency: the company's, of all home amounts.
    change_set: the closing of `closing` that it was taken in. Its id says which of two was taken later."""

    id = models.BigAutoField(primary_key=True)
    closing: Any = models.ForeignKey(
        "billing.ClosedPeriod", models.DO_NOTHING, related_name="snapshots", db_constraint=False
    )
    until = models.DateField()
    taken_at = models.DateTimeField(db_default=TransactionNow())
    taken_by: Any = models.ForeignKey(
        "users.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    change_set = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["-until", "-id"], name="month_end_until")]
        triggers = [_stays()]

    def __str__(self) -> str:
        return f"{self.until} {self.pk}"


class Held(models.Model):
    """Abstract: one row of a snapshot. owner: whose record it comes from, None where the row is nobody's."""

    id = models.BigAutoField(primary_key=True)
    snapshot: Any = models.ForeignKey(Snapshot, models.PROTECT, related_name="%(class)ss", db_index=False)
    owner_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.pk}"


class PipelineRow(Held):
    """The open deals of one owner in one stage. pipeline_place, stage_place: their order. weighted: by probability."""

    pipeline_id = models.BigIntegerField()
    pipeline_name = models.TextField()
    pipeline_place = models.IntegerField()
    stage_id = models.BigIntegerField()
    stage_name = models.TextField()
    stage_place = models.IntegerField()
    currency = models.CharField(max_length=3)
    deals = models.IntegerField()
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    weighted = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["snapshot", "owner_id"], name="month_end_pipeline")]
        triggers = [_stays(), _sealed()]


class Kind(Choices):
    """What a balance is made of: what is owed, and what was paid or credited and is used for nothing yet."""

    INVOICE = "invoice", _("Invoices")
    PAYMENT = "payment", _("Payments")
    CREDIT_NOTE = "credit_note", _("Credit notes")
    BILL = "bill", _("Bills")
    VENDOR_PAYMENT = "vendor_payment", _("Payments to vendors")


class BalanceRow(Held):
    """What one customer owes, or is owed, by documents of one kind, currency and owner. party: the account or vendor.
    amount: in `currency`. home_amount: each document at its own rate."""

    kind = models.CharField(max_length=14)
    party_id = models.BigIntegerField(null=True)
    party_name = models.TextField()
    currency = models.CharField(max_length=3)
    documents = models.IntegerField()
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    home_amount = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["snapshot", "kind", "party_id"], name="month_end_balance")]
        triggers = [_stays(), _sealed()]


class StockRow(Held):
    """One product that lay here. unit_cost: its average cost then, or else its cost price; None where neither is known."""

    product_id = models.BigIntegerField()
    product_name = models.TextField()
    on_hand = models.DecimalField(max_digits=18, decimal_places=3)
    unit_cost = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    value = models.DecimalField(max_digits=24, decimal_places=2, null=True)

    class Meta:
        indexes = [models.Index(fields=["snapshot", "product_id"], name="month_end_stock")]
        triggers = [_stays(), _sealed()]
