"""MRR move: by how much what a company earns each month rose or fell, when, and why. Written by the product alone."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.records.refusal import Change
from relasi.kits.pipeline.days import today
from relasi.modules.subscribing.subscription_flow import S


class MoveKind(Choices):
    NEW = "new", _("New"), "hijau"
    EXPANSION = "expansion", _("More from customers we have"), "toska"
    CONTRACTION = "contraction", _("Less from customers we keep"), "kuning"
    PAUSED = "paused", _("Paused"), "gray"
    BACK = "back", _("Came back"), "biru"
    LOST = "lost", _("Customers lost"), "merah"


class MrrMove(models.Model):
    """amount: in the currency of the company; less than nothing where it fell. The sum of all is what counts now."""

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey("subscribing.Subscription", models.CASCADE, related_name="mrr_moves")
    day = models.DateField()
    kind = ChoiceField(MoveKind, required=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        db_table = "subscribing_mrr_move"
        indexes = [models.Index(fields=["day"], name="mrr_move_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.amount}"


def keep_moves(changes: Iterable[Change]) -> None:
    rows = []
    for change in changes:
        before = Decimal(0) if change.is_new else change.old("counted_mrr") or Decimal(0)
        after = change.record.counted_mrr
        if before != after:
            kind = _kind(change, before, after)
            rows.append(
                MrrMove(subscription_id=change.record.pk, day=today(), kind=kind, amount=after - before)
            )
    MrrMove.objects.bulk_create(rows)


def _kind(change: Any, before: Decimal, after: Decimal) -> MoveKind:
    if before and after:
        return MoveKind.EXPANSION if after > before else MoveKind.CONTRACTION
    if before:
        return MoveKind.PAUSED if change.record.status == S.PAUSED else MoveKind.LOST
    counted = MrrMove.objects.filter(subscription=change.record.pk).exists()
    return MoveKind.BACK if counted else MoveKind.NEW
