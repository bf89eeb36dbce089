"""Kept sums: what is open of each customer or vendor, kept beside the documents it follows from, so that nobody has to add
up all of them.

A row says by how much something became more or less; what is open is the sum of the rows, always. Triggers add a row for
whatever changes, in the same transaction, whoever writes. As rows are only added, nobody waits for anybody. From time to
time a job puts the rows of a party together (gathering.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pgtrigger
from django.db import models
from django.db.models import Q

DEBT, LEFT, NOTE, PAID = "debt", "left", "note", "paid"
NOBODY = 0  # in place of a party
# So many days late are put together at most. The bands of the ageing lie between them.
CUTS = (0, 30, 60, 90)
JOINED = "\n        UNION ALL"
COLUMNS = "source, party, owner, currency, first_day, last_day, dated, amount, home, documents"


class KeptSum(models.Model):
    """Abstract, of one side of the books. owner: of the documents, by whom it is decided who sees them. first_day,
    last_day: between which they are due. dated: the day from which they count. home: the amount in the currency of the
    company, by the rates of the documents. documents: how many more there are of them. gathered: put together by the job."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=8)
    party = models.BigIntegerField()
    owner = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    dated = models.DateField(null=True)
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    home = models.DecimalField(max_digits=34, decimal_places=8)
    documents = models.IntegerField()
    gathered = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source} {self.party}: {self.currency} {self.amount}"


def kept_indexes(name: str) -> list[models.Index]:
    return [
        models.Index(fields=["party"], name=f"{name}_party"),
        models.Index(fields=["party"], name=f"{name}_added", condition=Q(gathered=False)),
        models.Index(fields=["owner"], name=f"{name}_open", condition=Q(source__in=[DEBT, LEFT, NOTE])),
    ]


@dataclass(frozen=True)
class Source:
    """Documents of one kind. module: label of theirs. party: their column. amount, counts: SQL of a row {r}: how much of it
    is open, and whether anything is. due, dated: SQL of days, of what falls due."""

    name: str
    module: str
    table: str
    party: str
    amount: str
    counts: str
    due: str = "NULL::date"
    dated: str = "NULL::date"

    def rows(self, table: str, sign: int = 1, more: str = "") -> str:
        """SQL: a row of the sums for each document. more: of which, SQL that goes on."""
        amount = self.amount if sign > 0 else f"-({self.amount})"
        return f"""
        SELECT '{self.name}' AS source, coalesce(r.{self.party}, {NOBODY}) AS party, r.owner_id AS owner,
            coalesce(r.currency, '') AS currency, {self.due} AS first_day, {self.due} AS last_day,
            {self.dated} AS dated, {amount} AS amount, {amount} * coalesce(r.rate, 1) AS home, {sign} AS documents
        FROM {table} r WHERE {self.counts}{more}""".replace("{r}", "r")

    def of(self, parties: str) -> str:
        """SQL that goes on: of one of these. parties: SQL of an array."""
        return f" AND (r.{self.party} = ANY ({parties}) OR ({NOBODY} = ANY ({parties}) AND r.{self.party} IS NULL))"


@dataclass(frozen=True)
class Kept:
    """One side of the books. table: where its sums are kept."""

    table: str
    sources: tuple[Source, ...]

    def named(self, names: Iterable[str]) -> list[Source]:
        return [one for one in self.sources if one.name in names]

    def triggers(self, table: str) -> list[pgtrigger.Trigger]:
        """For the class of documents that stand in this table."""
        mine = [one for one in self.sources if one.table == table]
        new = [one.rows("new_rows", 1) for one in mine]
        old = [one.rows("old_rows", -1) for one in mine]
        return [
            self._trigger("kept_insert", pgtrigger.Insert, new, new="new_rows"),
            self._trigger("kept_update", pgtrigger.Update, new + old, old="old_rows", new="new_rows"),
            self._trigger("kept_delete", pgtrigger.Delete, old, old="old_rows"),
        ]

    def _trigger(
        self, name: str, operation: pgtrigger.Operation, moved: list[str], **tables: str
    ) -> pgtrigger.Trigger:
        rows = JOINED.join(moved)
        body = f"""
    INSERT INTO {self.table} ({COLUMNS}, gathered)
    SELECT source, party, owner, currency, first_day, last_day, dated, sum(amount), sum(home), sum(documents), FALSE
    FROM ({rows}
    ) m GROUP BY source, party, owner, currency, first_day, last_day, dated
    HAVING sum(amount) <> 0 OR sum(home) <> 0 OR sum(documents) <> 0;
    RETURN NULL;
    """
        return pgtrigger.Trigger(
            name=name, level=pgtrigger.Statement, when=pgtrigger.After, operation=operation,
            referencing=pgtrigger.Referencing(**tables), func=body,
        )  # fmt: skip


_SIDES: dict[str, Kept] = {}


def keeps(name: str, kept: Kept) -> Kept:
    """Makes a side of the books known to rooms that know no module."""
    _SIDES[name] = kept
    return kept


def side(name: str) -> Kept:
    return _SIDES[name]
