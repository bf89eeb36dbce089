"""Figures: how many of a product lie here, are promised and are on their way. The database keeps them, nobody writes them.

On hand follows the ledger (ledger.py), committed and incoming follow the lines of approved orders (demand.py).
"""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField

# What history does not tell: the ledger and the orders tell it better.
UNTOLD = ("on_hand", "committed", "incoming", "available", "average_cost", "runs_short", "short_told")


class Stocked(models.Model):
    """Abstract, of a product. available: on hand less what is promised. runs_short: available lies below the reorder
    level. short_told: whether its owner has heard of that."""

    on_hand = DecimalField(_("On hand"), default=0, required=True, editable=False, foot="")
    committed = DecimalField(_("Committed"), default=0, required=True, editable=False, foot="",
                             help_text=_("Ordered by customers and not delivered yet."))  # fmt: skip
    incoming = DecimalField(_("Incoming"), default=0, required=True, editable=False, foot="",
                            help_text=_("Ordered from vendors and not received yet."))  # fmt: skip
    available = DecimalField(_("Available"), default=0, required=True, editable=False, foot="")
    average_cost = MoneyField(_("Average cost"), editable=False, foot="average")
    runs_short = BooleanField(_("Below the reorder level"), editable=False)
    short_told = BooleanField(_("Told that it runs short"), editable=False)

    class Meta:
        abstract = True

    @property
    def wanted(self) -> Decimal:
        """How many to order, so that what is available and on its way reaches the reorder level."""
        missing = (self.reorder_level or Decimal(0)) - self.available - self.incoming  # type: ignore[attr-defined]
        if missing <= 0:
            return Decimal(0)
        return max(missing, self.reorder_quantity or Decimal(0), self.least_order or Decimal(0))  # type: ignore[attr-defined]


def stock_checks(name: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(condition=Q(available=F("on_hand") - F("committed")), name=f"{name}_available"),
        models.CheckConstraint(condition=Q(committed__gte=0, incoming__gte=0), name=f"{name}_promised"),
    ]  # fmt: skip


_DERIVE = """
    IF TG_OP = 'INSERT' THEN
        NEW.on_hand := 0; NEW.committed := 0; NEW.incoming := 0; NEW.average_cost := NULL;
    ELSIF pg_trigger_depth() = 1 AND (NEW.on_hand, NEW.committed, NEW.incoming, NEW.average_cost)
          IS DISTINCT FROM (OLD.on_hand, OLD.committed, OLD.incoming, OLD.average_cost) THEN
        RAISE EXCEPTION 'stock follows its ledger' USING ERRCODE = '23514', CONSTRAINT = 'stock_by_ledger';
    END IF;
    NEW.available := NEW.on_hand - NEW.committed;
    NEW.runs_short := NEW.active AND NEW.trashed_at IS NULL AND NEW.reorder_level IS NOT NULL
        AND NEW.available < NEW.reorder_level;
    NEW.short_told := NEW.short_told AND NEW.runs_short;
    RETURN NEW;
"""


def stock_triggers() -> list[pgtrigger.Trigger]:
    """What no write gets past, raw SQL included."""
    return [
        pgtrigger.Trigger(
            name="stock", level=pgtrigger.Row, when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update, func=_DERIVE,
        )
    ]  # fmt: skip
