"""Ledger: every change of what lies here is one row, written once. To take it back is to write the opposite row.

Inserting a row is the only way stock moves: its trigger takes the product, works out opening and closing, and sets what
is on hand. Rows of one product are counted by `step`; the closing of one is the opening of the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.kits.stock.held import PRODUCTS

SETTINGS = "inventory_stocksettings"
ENOUGH = "stock_enough"

_WRITE = f"""
    SELECT on_hand, average_cost INTO held FROM {PRODUCTS} WHERE id = NEW.product_id FOR NO KEY UPDATE;
    NEW.step := coalesce((SELECT max(step) FROM TABLE WHERE product_id = NEW.product_id), 0) + 1;
    NEW.opening := held.on_hand;
    NEW.closing := held.on_hand + NEW.received - NEW.issued;
    NEW.created_at := now();
    NEW.created_by_id := (SELECT user_id FROM records_change_set
        WHERE id = nullif(current_setting('relasi.change_set', true), '')::bigint);
    IF NEW.issued > 0 AND NEW.closing < 0
       AND coalesce((SELECT below_zero FROM {SETTINGS} WHERE trashed_at IS NULL), 'refuse') = 'refuse' THEN
        RAISE EXCEPTION 'not enough of product % in stock', NEW.product_id
            USING ERRCODE = '23514', CONSTRAINT = '{ENOUGH}';
    END IF;
    IF NEW.unit_cost IS NOT NULL AND NEW.closing > 0 THEN
        places := CASE WHEN coalesce((SELECT currency FROM users_company LIMIT 1), 'IDR') = 'IDR' THEN 0 ELSE 2 END;
        held.average_cost := CASE
            WHEN held.on_hand <= 0 OR held.average_cost IS NULL THEN NEW.unit_cost
            ELSE greatest(round((held.on_hand * held.average_cost + (NEW.received - NEW.issued) * NEW.unit_cost)
                / NEW.closing, places), 0) END;
    END IF;
    UPDATE {PRODUCTS} SET on_hand = NEW.closing, average_cost = held.average_cost WHERE id = NEW.product_id;
    RETURN NEW;
"""

_STAYS = """
    RAISE EXCEPTION 'a row of the stock ledger stays as it is' USING ERRCODE = '23514', CONSTRAINT = 'stock_row_stays';
"""


def ledger_triggers(table: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name="moves", level=pgtrigger.Row, when=pgtrigger.Before, operation=pgtrigger.Insert,
            declare=[("held", "record"), ("places", "integer")], func=_WRITE.replace("TABLE", table),
        ),
        pgtrigger.Trigger(
            name="stays", level=pgtrigger.Row, when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete, func=_STAYS,
        ),
    ]  # fmt: skip


def ledger_checks(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(closing=F("opening") + F("received") - F("issued")), name=f"{name}_adds_up"
        ),
        models.CheckConstraint(
            condition=Q(issued=0, received__gt=0) | Q(received=0, issued__gt=0), name=f"{name}_one_way"
        ),
        # With a condition, so that the door leaves it to the database: the trigger counts the steps.
        models.UniqueConstraint(fields=["product", "step"], condition=Q(step__gt=0), name=f"{name}_step"),
    ]


def one_document(name: str, documents: Sequence[str]) -> models.CheckConstraint:
    """Every row says which document moved the stock. documents: the references to them."""
    either = Q(pk__in=[])
    for one in documents:
        either |= Q(**{f"{other}__isnull": other != one for other in documents})
    return models.CheckConstraint(condition=either, name=name)


# What the refusal of the ledger means to a document that moves stock.
NOT_ENOUGH = {ENOUGH: ("lines", "INSUFFICIENT_STOCK", _("There is not enough in stock."))}
