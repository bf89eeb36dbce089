"""Demand: the triggers that keep what is committed and incoming: the open quantities of the lines of approved orders.

They run with every write of an order or a line of one, so undo, the recycle bin and raw SQL are included. Products are
taken in the order of their ids, and what a statement does to one product is done at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import pgtrigger

from relasi.kits.stock.held import PRODUCTS, held_in, listed, open_of


@dataclass(frozen=True)
class Demand:
    """figure: the column of a product. header, lines: the tables; whole: the reference of a line to its document.
    states: in which a document counts. met: the column of a line that counts what came of it already."""

    figure: str
    header: str
    lines: str
    whole: str
    states: frozenset[str]
    met: str

    def line_triggers(self) -> list[pgtrigger.Trigger]:
        """For the class of lines."""
        new = self._rows_of_lines("new_rows", 1)
        old = self._rows_of_lines("old_rows", -1)
        return [
            self._trigger("demand_insert", pgtrigger.Insert, new, new="new_rows"),
            self._trigger("demand_update", pgtrigger.Update, f"{new} UNION ALL {old}", old="old_rows", new="new_rows"),
            self._trigger("demand_delete", pgtrigger.Delete, old, old="old_rows"),
        ]  # fmt: skip

    def header_triggers(self) -> list[pgtrigger.Trigger]:
        """For the class of documents."""
        moved = f"""
            SELECT p.product, (CASE WHEN {self._counts("n")} THEN 1 ELSE -1 END) * p.each * {open_of("l", self.met)} AS n
            FROM new_rows n JOIN old_rows o USING (id) JOIN {self.lines} l ON l.{self.whole} = n.id
            CROSS JOIN LATERAL {held_in("l")} p
            WHERE ({self._counts("n")}) <> ({self._counts("o")})"""
        return [self._trigger("demand", pgtrigger.Update, moved, old="old_rows", new="new_rows")]

    def _counts(self, row: str) -> str:
        return f"{row}.trashed_at IS NULL AND {row}.status = ANY ({listed(self.states)})"

    def _rows_of_lines(self, rows: str, sign: int) -> str:
        return f"""
            SELECT p.product, {sign} * p.each * {open_of("l", self.met)} AS n
            FROM {rows} l JOIN {self.header} d ON d.id = l.{self.whole} AND {self._counts("d")}
            CROSS JOIN LATERAL {held_in("l")} p"""

    def _trigger(
        self, name: str, operation: pgtrigger.Operation, moved: str, **tables: str
    ) -> pgtrigger.Trigger:
        body = f"""
    FOR one IN SELECT m.product, sum(m.n) AS n FROM ({moved}
        ) m GROUP BY m.product HAVING sum(m.n) <> 0 ORDER BY m.product
    LOOP
        UPDATE {PRODUCTS} SET {self.figure} = {self.figure} + one.n WHERE id = one.product;
    END LOOP;
    RETURN NULL;
    """
        return pgtrigger.Trigger(
            name=name, level=pgtrigger.Statement, when=pgtrigger.After, operation=operation,
            referencing=pgtrigger.Referencing(**tables), declare=[("one", "record")], func=body,
        )  # fmt: skip
