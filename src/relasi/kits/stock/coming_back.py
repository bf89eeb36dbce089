"""Coming back: the triggers by which goods that had left come into the stock again, as long as their document says so.

Its lines may change as long as it is open, so the ledger gets what is missing or too much with every write of a line or of
the document: undo, the recycle bin and raw SQL are included, and a second run does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pgtrigger

from relasi.kits.stock.held import PRODUCTS, held_in, listed
from relasi.kits.stock.posting import LEDGER, SOURCE, into_ledger

INVOICED = "billing_invoiceline"
NOTED = "inventory_deliveryline"


@dataclass(frozen=True)
class ComingBack:
    """document: the column of the ledger that refers to it. header, lines: the tables; whole: the reference of a line to
    its document. states: in which it stands. asked: (its column, the value) that says the goods are back.

    The lines keep in `moved` how many came back: of what has left by an order or a delivery note, no more than that."""

    document: str
    header: str
    lines: str
    whole: str
    states: frozenset[str]
    asked: tuple[str, str]

    def stands(self, row: str) -> str:
        """SQL: whether a row of headers brings goods back."""
        column, value = self.asked
        return f"({row}.trashed_at IS NULL AND {row}.status = ANY ({listed(self.states)}) AND {row}.{column} = '{value}')"

    def header_triggers(self) -> list[pgtrigger.Trigger]:
        """For the class of documents."""
        body = f"""
    IF {self.stands("OLD")} = {self.stands("NEW")} THEN
        RETURN NULL;
    END IF;
    {self._post("(SELECT NEW.id)")}"""
        return [
            pgtrigger.Trigger(
                name="brings_back", level=pgtrigger.Row, when=pgtrigger.After, operation=pgtrigger.Update,
                declare=[("one", "record")], func=body,
            )
        ]  # fmt: skip

    def line_triggers(self) -> list[pgtrigger.Trigger]:
        """For the class of lines."""
        return [
            self._of_lines("brings_back_insert", pgtrigger.Insert),
            self._of_lines("brings_back_update", pgtrigger.Update),
        ]

    def _of_lines(self, name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
        ids = f"(SELECT n.{self.whole} FROM new_rows n)"
        body = f"""
    IF NOT EXISTS (SELECT FROM {self.header} h WHERE h.id IN {ids} AND {self.stands("h")}) THEN
        RETURN NULL;
    END IF;
    {self._post(ids)}"""
        return pgtrigger.Trigger(
            name=name, level=pgtrigger.Statement, when=pgtrigger.After, operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"), declare=[("one", "record")], func=body,
        )  # fmt: skip

    def _post(self, ids: str) -> str:
        return _POST.format(
            ids=ids, header=self.header, lines=self.lines, whole=self.whole, document=self.document, ledger=LEDGER,
            products=PRODUCTS, source=SOURCE, invoiced=INVOICED, noted=NOTED, held=held_in("l"),
            stands=self.stands("h"), into=into_ledger(self.document),
        )  # fmt: skip


# Order lines are taken before products, both in the order of their ids: so it is wherever stock moves.
_POST = """
    PERFORM FROM {source} WHERE id IN (
        SELECT i.order_line_id FROM {lines} l JOIN {invoiced} i ON i.id = l.invoice_line_id WHERE l.{whole} IN {ids}
    ) ORDER BY id FOR UPDATE;
    PERFORM FROM {products} WHERE id IN (
        SELECT p.product FROM {lines} l CROSS JOIN LATERAL {held} p WHERE l.{whole} IN {ids}
        UNION SELECT g.product_id FROM {ledger} g WHERE g.{document} IN {ids}
    ) ORDER BY id FOR NO KEY UPDATE;
    FOR one IN
        SELECT l.id, l.quantity, l.invoice_line_id, i.order_line_id, i.delivery_line_id,
            {stands} AND l.trashed_at IS NULL AND l.kind = 'item'
                AND (l.product_id IS NOT NULL OR l.bundle_id IS NOT NULL) AS back
        FROM {lines} l JOIN {header} h ON h.id = l.{whole} LEFT JOIN {invoiced} i ON i.id = l.invoice_line_id
        WHERE l.{whole} IN {ids} ORDER BY l.id
    LOOP
        UPDATE {lines} SET moved = m.n FROM (SELECT CASE
            WHEN NOT one.back THEN 0
            WHEN one.order_line_id IS NOT NULL THEN greatest(0, least(one.quantity,
                (SELECT issued FROM {source} WHERE id = one.order_line_id) - coalesce((
                    SELECT sum(c.moved) FROM {lines} c JOIN {invoiced} i ON i.id = c.invoice_line_id
                    WHERE i.order_line_id = one.order_line_id AND c.id <> one.id), 0)))
            WHEN one.delivery_line_id IS NOT NULL THEN greatest(0, least(one.quantity,
                (SELECT moved FROM {noted} WHERE id = one.delivery_line_id) - coalesce((
                    SELECT sum(c.moved) FROM {lines} c JOIN {invoiced} i ON i.id = c.invoice_line_id
                    WHERE i.delivery_line_id = one.delivery_line_id AND c.id <> one.id), 0)))
            ELSE one.quantity END AS n) m
        WHERE id = one.id AND moved <> m.n;
    END LOOP;
    {into}
    SELECT 1, m.product, greatest(m.n, 0), greatest(-m.n, 0), NULL, m.n < 0, m.document, m.line
    FROM (
        SELECT coalesce(d.document, g.document) AS document, coalesce(d.line, g.line) AS line,
            coalesce(d.product, g.product) AS product, coalesce(d.n, 0) - coalesce(g.n, 0) AS n
        FROM (
            SELECT l.{whole} AS document, l.id AS line, p.product, sum(l.moved * p.each) AS n
            FROM {lines} l CROSS JOIN LATERAL {held} p WHERE l.{whole} IN {ids} GROUP BY 1, 2, 3
        ) d FULL JOIN (
            SELECT g.{document} AS document, g.line, g.product_id AS product, sum(g.received - g.issued) AS n
            FROM {ledger} g WHERE g.{document} IN {ids} GROUP BY 1, 2, 3
        ) g ON g.line = d.line AND g.product = d.product
    ) m WHERE m.n <> 0 ORDER BY m.product, m.line;
    RETURN NULL;
"""
