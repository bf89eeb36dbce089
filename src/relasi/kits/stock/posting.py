"""Posting: the triggers by which documents write rows of the stock ledger, and take them back by opposite ones."""

from __future__ import annotations

from dataclasses import dataclass

import pgtrigger

from relasi.kits.stock.held import PRODUCTS, held_in, listed
from relasi.kits.stock.ledger import SETTINGS

LEDGER = "inventory_stockmove"
SOURCE = "sales_orderline"


@dataclass(frozen=True)
class Posting:
    """By which document goods leave. document: the column of the ledger that refers to it. lines: the table of its
    lines; whole: their reference to it. states: in which the goods have left. moved_by: the setting under which they do.

    The lines keep in `moved` how much left, and count it in `issued` of the order line they refer to, which is never
    issued twice, whatever the setting was before.
    """

    document: str
    lines: str
    whole: str
    states: frozenset[str]
    moved_by: str

    def triggers(self) -> list[pgtrigger.Trigger]:
        """For the class of documents."""
        body = _POST.format(
            lines=self.lines, whole=self.whole, document=self.document, moved_by=self.moved_by, source=SOURCE,
            settings=SETTINGS, products=PRODUCTS, ledger=LEDGER, held=held_in("l"),
            before=self._left("OLD"), after=self._left("NEW"), into=into_ledger(self.document),
        )  # fmt: skip
        return [
            pgtrigger.Trigger(
                name="posts", level=pgtrigger.Row, when=pgtrigger.After, operation=pgtrigger.Update,
                declare=[("one", "record"), ("leaves", "boolean")], func=body,
            )
        ]  # fmt: skip

    def _left(self, row: str) -> str:
        return f"{row}.trashed_at IS NULL AND {row}.status = ANY ({listed(self.states)})"


# Order lines are taken before products, both in the order of their ids: so it is wherever stock moves.
_POST = """
    IF ({before}) = ({after}) THEN
        RETURN NULL;
    END IF;
    leaves := ({after}) AND '{moved_by}' = coalesce(
        (SELECT moved_by FROM {settings} WHERE trashed_at IS NULL), 'goods');
    PERFORM FROM {source} WHERE id IN (SELECT order_line_id FROM {lines} WHERE {whole} = NEW.id)
        ORDER BY id FOR UPDATE;
    PERFORM FROM {products} WHERE id IN (
        SELECT p.product FROM {lines} l CROSS JOIN LATERAL {held} p WHERE l.{whole} = NEW.id
    ) ORDER BY id FOR NO KEY UPDATE;
    FOR one IN SELECT * FROM {lines} WHERE {whole} = NEW.id AND trashed_at IS NULL AND kind = 'item'
        AND (product_id IS NOT NULL OR bundle_id IS NOT NULL) ORDER BY id
    LOOP
        UPDATE {lines} SET moved = CASE WHEN leaves THEN least(quantity, coalesce(
            (SELECT o.quantity - o.issued FROM {source} o WHERE o.id = one.order_line_id), quantity)) ELSE 0 END
        WHERE id = one.id RETURNING moved - one.moved AS moved INTO one.moved;
        IF one.moved <> 0 THEN
            UPDATE {source} SET issued = issued + one.moved WHERE id = one.order_line_id;
        END IF;
    END LOOP;
    {into}
    SELECT 1, m.product, greatest(m.n, 0), greatest(-m.n, 0), NULL, NOT ({after}), NEW.id, m.line
    FROM (
        SELECT l.id AS line, p.product, - sum(l.moved * p.each) - coalesce((
            SELECT sum(g.received - g.issued) FROM {ledger} g
            WHERE g.{document} = NEW.id AND g.line = l.id AND g.product_id = p.product), 0) AS n
        FROM {lines} l CROSS JOIN LATERAL {held} p WHERE l.{whole} = NEW.id AND l.trashed_at IS NULL
        GROUP BY l.id, p.product
    ) m WHERE m.n <> 0 ORDER BY m.product, m.line;
    RETURN NULL;
"""


@dataclass(frozen=True)
class Arrival:
    """By which document goods come in. document: the column of the ledger that refers to it. lines: the table of its lines;
    whole: their reference to it. states: in which the goods are here. amount: the column of a line that says how many.
    back: they go back to where they came from, at the average cost."""

    document: str
    lines: str
    whole: str
    states: frozenset[str]
    amount: str
    back: bool = False

    @property
    def moved(self) -> str:
        """SQL: how many of a row `l` of lines come in."""
        return f"-l.{self.amount}" if self.back else f"l.{self.amount}"

    def triggers(self) -> list[pgtrigger.Trigger]:
        """For the class of documents."""
        before, after = (
            f"{row}.trashed_at IS NULL AND {row}.status = ANY ({listed(self.states)})"
            for row in ("OLD", "NEW")
        )
        body = _ARRIVE.format(
            lines=self.lines, whole=self.whole, document=self.document, moved=self.moved, before=before, after=after,
            products=PRODUCTS, ledger=LEDGER, into=into_ledger(self.document),
            cost="NULL::numeric" if self.back else _COST,
        )  # fmt: skip
        return [
            pgtrigger.Trigger(
                name="posts", level=pgtrigger.Row, when=pgtrigger.After, operation=pgtrigger.Update, func=body
            )
        ]


# What it cost comes from the order, in the currency of the company; what is taken back is worth what it was.
_COST = "round(l.base / l.quantity * NEW.rate, 2)"
_ARRIVE = """
    IF ({before}) = ({after}) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM {products} WHERE id IN (SELECT product_id FROM {lines} WHERE {whole} = NEW.id)
        ORDER BY id FOR NO KEY UPDATE;
    {into}
    SELECT 1, m.product_id, greatest(m.n, 0), greatest(-m.n, 0), m.cost, NOT ({after}), NEW.id, m.id
    FROM (
        SELECT l.id, l.product_id, {cost} AS cost,
            CASE WHEN {after} THEN {moved} ELSE 0 END - coalesce((
                SELECT sum(g.received - g.issued) FROM {ledger} g
                WHERE g.{document} = NEW.id AND g.line = l.id AND g.product_id = l.product_id), 0) AS n
        FROM {lines} l
        WHERE l.{whole} = NEW.id AND l.trashed_at IS NULL AND l.kind = 'item' AND l.product_id IS NOT NULL
    ) m WHERE m.n <> 0 ORDER BY m.product_id, m.id;
    RETURN NULL;
"""


def into_ledger(document: str) -> str:
    """SQL: where a row goes. document: the column of the ledger that refers to the document."""
    return f"INSERT INTO {LEDGER} (version, product_id, received, issued, unit_cost, takes_back, {document}, line)"


def adjusting_triggers() -> list[pgtrigger.Trigger]:
    """For the class of stock adjustments: its row stands for the difference once it is approved, until it is deleted."""
    body = f"""
    want := CASE WHEN NEW.trashed_at IS NULL AND NEW.status = 'approved' THEN NEW.difference ELSE 0 END;
    had := coalesce((SELECT sum(received - issued) FROM {LEDGER} WHERE adjustment_id = NEW.id), 0);
    IF want <> had THEN
        {into_ledger("adjustment_id")}
        VALUES (1, NEW.product_id, greatest(want - had, 0), greatest(had - want, 0), NEW.unit_cost,
                want = 0, NEW.id, NULL);
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
