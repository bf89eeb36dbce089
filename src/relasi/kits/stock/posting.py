"""Posting: the triggers by which documents write rows of the stock ledger, and take them back by opposite ones."""

from __future__ import annotations

import pgtrigger

LEDGER = "inventory_stockmove"


def into_ledger(document: str) -> str:
    """SQL: where a row goes. document: the column of the ledger that refers to the document."""
    return f"INSERT INTO {LEDGER} (version, product_id, received, issued, unit_cost, takes_back, {document}, line)"


def adjusting_triggers() -> list[pgtrigger.Trigger]:
    """For the class of stock adjustments: its row stands for the difference as long as it is not deleted."""
    body = f"""
    want := CASE WHEN NEW.trashed_at IS NULL THEN NEW.difference ELSE 0 END;
    had := coalesce((SELECT sum(received - issued) FROM {LEDGER} WHERE adjustment_id = NEW.id), 0);
    IF want <> had THEN
        {into_ledger("adjustment_id")}
        VALUES (1, NEW.product_id, greatest(want - had, 0), greatest(had - want, 0), NEW.unit_cost,
                NEW.trashed_at IS NOT NULL, NEW.id, NULL);
    END IF;
    RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name="adjusts", level=pgtrigger.Row, when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update,
            declare=[("want", "numeric"), ("had", "numeric")], func=body,
        )
    ]  # fmt: skip
