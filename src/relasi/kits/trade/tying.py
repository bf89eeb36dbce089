"""What ties out of every document with priced lines: its totals, its lines, and what other documents took of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from babel.numbers import list_currencies
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import decimals_of
from relasi.engine.records.tying import Check, Topic, Touch, compared, record_itself, rows_of, tied
from relasi.kits.trade.priced import PricedDocument

TOTALS = Topic(
    "totals",
    _("Totals are the sum of their lines"),
    _("Gross, discounts, tax and total of each document are added up again from its lines."),
)
LINES = Topic(
    "lines",
    _("Lines are quantity times price"),
    _("Gross and net of each line are worked out again from quantity, price, discount and share."),
)
TAKEN = Topic(
    "taken",
    _("What was taken is counted, and never more than there is"),
    _("What each line says was invoiced, delivered, received or credited is counted again from the documents that took it."),
)  # fmt: skip

# Figure of a document -> the column of its lines it is the sum of.
SUMS = {
    "gross_total": "gross", "line_discount_total": "discount", "subtotal": "net", "discount_total": "share",
    "goods_total": "base", "tax_total": "tax",
}  # fmt: skip
# Figure -> what it follows from, in the document itself.
DERIVED = {
    "charge_total": "coalesce(d.shipping, 0) + coalesce(c.asked, 0) "
    "- CASE WHEN d.includes_tax THEN d.charge_tax_total ELSE 0 END",
    "grand_total": "coalesce(l.base + l.tax, 0) + d.charge_total + d.charge_tax_total + coalesce(d.adjustment, 0)",
    "withheld_total": "coalesce(t.withheld, 0)",
    "payable": "d.grand_total - coalesce(t.withheld, 0)",
}
_TAX_TABLE = """LEFT JOIN LATERAL (
            SELECT sum((x.row->>'amount')::numeric) AS withheld FROM jsonb_array_elements(d.tax_summary) AS x(row)
            WHERE x.row->>'method' = 'withheld'
        ) t ON jsonb_typeof(d.tax_summary) = 'array'
        LEFT JOIN LATERAL (
            SELECT sum((x.row->>'asked')::numeric) AS asked FROM jsonb_array_elements(d.charge_summary) AS x(row)
        ) c ON jsonb_typeof(d.charge_summary) = 'array'"""
COUNTS = "l.kind = 'item' AND l.trashed_at IS NULL AND (NOT l.optional OR l.chosen)"
LINE_INPUTS = ("trashed_at", "kind", "optional", "chosen")


def documents() -> Iterator[tuple[Module, Module]]:
    """Every module of priced documents, and that of its lines."""
    for module in registry:
        if issubclass(module.model, PricedDocument) and module.lines_module is not None:
            yield module, module.lines_module


@tied
def totals() -> Iterator[Check]:
    for module, lines in documents():
        whole = lines.whole.attname
        sums = ", ".join(f"sum(l.{column}) AS {column}" for column in SUMS.values())
        joined = f"""LEFT JOIN (
            SELECT l.{whole} AS whole, {sums} FROM {lines.table} l WHERE {COUNTS} GROUP BY 1
        ) l ON l.whole = d.id {_TAX_TABLE}"""
        due = {figure: f"coalesce(l.{column}, 0)" for figure, column in SUMS.items()} | DERIVED
        yield Check(
            TOTALS, module.model._meta.label, compared(module.table, due, joined),
            f"SELECT count(*) FROM {lines.table} l WHERE {COUNTS}", partial(_total_touches, module, lines),
        )  # fmt: skip


def _total_touches(module: Module, lines: Module, figure: str) -> list[Touch]:
    column = SUMS.get(figure, "tax" if figure in ("grand_total", "payable") else "")
    of_lines = (*LINE_INPUTS, *([column] if column else []))
    ids = f"SELECT id FROM {lines.table} WHERE {lines.whole.attname} = %(record)s"
    return [record_itself(module.table, figure), Touch(lines.table, ids, of_lines)]


@tied
def lines() -> Iterator[Check]:
    whole_units = ", ".join(f"'{one}'" for one in sorted(list_currencies()) if decimals_of(one) == 0)
    gross = f"round(d.quantity * d.price, CASE WHEN h.currency IN ({whole_units}) THEN 0 ELSE 2 END)"
    taxed = "CASE WHEN h.includes_tax THEN d.base + d.tax ELSE d.base END"
    # Of a tax on the whole, inside its prices, net and tax are spread each for itself.
    spread = "h.includes_tax AND h.tax_mode = 'group'"
    due = {
        "gross": gross, "net": f"{gross} - d.discount",
        "base": f"CASE WHEN {spread} THEN d.base ELSE {gross} - d.discount - d.share + d.base - ({taxed}) END",
        "total": "d.base + d.tax",
    }  # fmt: skip
    follows = {
        "net": "d.gross - d.discount",
        "base": f"CASE WHEN {spread} THEN d.base ELSE d.net - d.share + d.base - ({taxed}) END",
    }
    for module, lines in documents():
        whole = lines.whole.attname
        joined = f"JOIN {module.table} h ON h.id = d.{whole}"
        where = "d.kind = 'item' AND d.trashed_at IS NULL"
        yield Check(
            LINES, module.model._meta.label,
            compared(lines.table, due, joined, where, record=f"d.{whole}", line="d.id", follows=follows),
            rows_of(lines.table, where), partial(_line_touches, lines),
        )  # fmt: skip


def _line_touches(lines: Module, figure: str) -> list[Touch]:
    columns = (figure, "quantity", "price", "discount", "share")
    return [Touch(lines.table, "SELECT %(line)s::bigint", columns)]


@dataclass(frozen=True)
class Taker:
    """Lines that take. by: their column that refers to the line taken from; amount: the one that says how much. idle: states
    of their documents in which they take nothing. gives: they give back instead."""

    lines: Module
    by: str
    amount: str
    idle: frozenset[str]
    gives: bool = False

    @property
    def header(self) -> Module:
        return registry.of(self.lines.whole.related_model)

    @property
    def sql(self) -> str:
        states = ", ".join(f"'{one}'" for one in sorted(self.idle)) or "''"
        return f"""SELECT l.{self.by} AS id, {"-" if self.gives else ""}l.{self.amount} AS n FROM {self.lines.table} l
                JOIN {self.header.table} h ON h.id = l.{self.lines.whole.attname}
                    AND h.trashed_at IS NULL AND h.status NOT IN ({states})
                WHERE l.trashed_at IS NULL AND l.{self.by} IS NOT NULL"""

    def touches(self) -> list[Touch]:
        lines = f"SELECT {{}} FROM {self.lines.table} WHERE {self.by} = %(line)s"
        headers = lines.format(self.lines.whole.attname)
        columns = tuple(dict.fromkeys((self.by, self.amount, "trashed_at")))
        return [
            Touch(self.lines.table, lines.format("id"), columns),
            Touch(self.header.table, headers, ("status", "trashed_at")),
        ]


def counted(source: Module, column: str, found: Sequence[Taker], *, limited: bool = True) -> Check:
    """source: of the lines taken from; column: their count. limited: whether no more can be taken than there is."""
    model: Any = source.model
    beyond = model.beyond.get(column)
    whole = source.whole.attname
    each = "\n UNION ALL ".join(taker.sql for taker in found)
    most = "coalesce(d.quantity, 0)" + (f" * (100 + coalesce(d.{beyond}, 0)) / 100" if beyond else "")
    taken = "coalesce(t.n, 0)"
    due = (
        f"CASE WHEN d.{column} <> {taken} THEN {taken} ELSE least({taken}, {most}) END" if limited else taken
    )
    joined = f"LEFT JOIN (SELECT id, sum(n) AS n FROM ({each}) each GROUP BY id) t ON t.id = d.id"
    header = registry.of(source.whole.related_model)
    return Check(
        TAKEN, header.model._meta.label,
        compared(source.table, {column: due}, joined, "TRUE", record=f"d.{whole}", line="d.id"),
        rows_of(source.table, "d.kind = 'item'"), partial(_count_touches, source, column, tuple(found)),
        name=f"{header.slug}-{column}", detail=source.fields[column].verbose_name,
    )  # fmt: skip


def _count_touches(source: Module, column: str, found: Sequence[Taker], figure: str) -> list[Touch]:
    own = Touch(source.table, "SELECT %(line)s::bigint", (column, "quantity"))
    return [own, *(touch for taker in found for touch in taker.touches())]


@tied
def taken() -> Iterator[Check]:
    """Of every line class that says in `takes` what it takes from."""
    found: dict[tuple[Module, str], list[Taker]] = defaultdict(list)
    for module, lines in documents():
        document: Any = module.model
        line: Any = lines.model
        for name, column in line.takes.items():
            by = lines.fields[name]
            source = registry.of(by.related_model)
            found[source, column].append(Taker(lines, by.attname, line.taken_amount, document.flow.idle))
        for name, (column, amount, idle) in line.gives_back.items():
            by = lines.fields[name]
            source = registry.of(by.related_model)
            found[source, column].append(Taker(lines, by.attname, amount, idle, gives=True))
    for (source, column), these in found.items():
        yield counted(source, column, these)
