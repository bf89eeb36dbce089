"""What ties out of money: what a debt says is paid, and what a payer says is left, with the parts that stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.tying import Check, Topic, Touch, compared, record_itself, rows_of

BALANCES = Topic(
    "balances",
    _("Balances are what is owed less what was paid"),
    _("Paid, credited and left are added up again from payments, credit notes and what they settle."),
)


class Parts:
    """The living parts that pay. alias: what `ties` calls their sums. label: their module. by: their reference to what they
    are added up for. amounts: columns that are added up. standing: SQL of a payer `p` that counts; payer: their reference
    to it, "" where the parts are payers themselves."""

    def __init__(
        self, alias: str, label: str, by: str, amounts: Sequence[str] = ("amount",), payer: str = "", standing: str = ""
    ):  # fmt: skip
        module = registry.module(label)
        self.alias, self.table, self.by = alias, module.table, f"{by}_id"
        self.amounts, self.standing = amounts, standing
        self.payer = module.fields[payer].attname if payer else ""
        self.payers = registry.of(module.fields[payer].related_model).table if payer else ""

    @property
    def joined(self) -> str:
        sums = ", ".join(f"sum(a.{column}) AS {column}" for column in self.amounts)
        source = f"JOIN {self.payers} p ON p.id = a.{self.payer}" if self.payer else ""
        also = f"AND {self.standing}" if self.standing else ""
        return f"""LEFT JOIN (
            SELECT a.{self.by} AS id, {sums} FROM {self.table} a {source}
            WHERE a.trashed_at IS NULL AND a.{self.by} IS NOT NULL {also} GROUP BY 1
        ) {self.alias} ON {self.alias}.id = d.id"""

    def touches(self) -> list[Touch]:
        rows = f"SELECT {{}} FROM {self.table} WHERE {self.by} = %(record)s"
        found = [Touch(self.table, rows.format("id"), (*self.amounts, self.by, "trashed_at", "status"))]
        if self.payer:
            found.append(Touch(self.payers, rows.format(self.payer), ("status", "trashed_at")))
        return found


def ties(label: str, parts: Sequence[Parts], due: Mapping[str, str], where: str = "TRUE") -> Check:
    """due: figure -> SQL of what it is due to be, of the record `d` and of the sums of the parts. where: of which records."""
    table = registry.module(label).table
    joined = "\n".join(one.joined for one in parts)
    return Check(
        BALANCES, label, compared(table, due, joined, where), rows_of(table, where),
        partial(_touches, table, tuple(parts)),
    )  # fmt: skip


def _touches(table: str, parts: Sequence[Parts], figure: str) -> list[Touch]:
    return [
        record_itself(table, figure, "status", "payable", "amount"),
        *(t for one in parts for t in one.touches()),
    ]
