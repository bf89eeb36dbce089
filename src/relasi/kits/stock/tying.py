"""What ties out of the stock: on hand with its ledger, the ledger with its documents, what is promised with the orders."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.tying import Check, Topic, Touch, compared, record_itself, rows_of
from relasi.kits.stock.coming_back import ComingBack
from relasi.kits.stock.demand import Demand
from relasi.kits.stock.held import PRODUCTS, held_in, listed, open_of
from relasi.kits.stock.posting import LEDGER, Arrival, Posting

ON_HAND = Topic(
    "stock",
    _("Stock is the sum of its ledger"),
    _("What is on hand is all that came in less all that went out, and each step begins where the last one ended."),
)  # fmt: skip
POSTED = Topic(
    "ledger",
    _("The ledger holds what the documents moved"),
    _("Of each delivered, received or counted line the ledger has exactly that much."),
)
PROMISED = Topic(
    "promised",
    _("Committed and incoming are what is outstanding"),
    _("Added up again from the open quantities of approved orders, in and out."),
)


def ledger_ties() -> Iterator[Check]:
    """Of the area that has the ledger."""
    products = "catalog.Product"
    joined = f"LEFT JOIN (SELECT product_id, sum(received - issued) AS n FROM {LEDGER} GROUP BY 1) m ON m.product_id = d.id"
    due = {"on_hand": "coalesce(m.n, 0)", "available": "coalesce(m.n, 0) - d.committed"}
    yield Check(ON_HAND, products, compared(PRODUCTS, due, joined), rows_of(LEDGER), _of_product)
    chain = f"""(
        SELECT *, lag(step) OVER w AS before, lag(closing) OVER w AS closed FROM {LEDGER}
        WINDOW w AS (PARTITION BY product_id ORDER BY step))"""
    due = {
        "step": "coalesce(d.before, 0) + 1", "opening": "coalesce(d.closed, 0)",
        "closing": "coalesce(d.closed, 0) + d.received - d.issued",
    }  # fmt: skip
    failing = compared(chain, due, record="d.product_id", line="d.id")
    labels = {"step": _("No."), "opening": _("Opening"), "closing": _("Closing")}
    yield Check(
        ON_HAND,
        products,
        failing,
        rows_of(LEDGER),
        _of_move,
        labels,
        name="chain",
        detail=_("opening and closing"),
    )


def _of_product(figure: str) -> list[Touch]:
    return [Touch(LEDGER, f"SELECT id FROM {LEDGER} WHERE product_id = %(record)s", ("received", "issued"))]


def _of_move(figure: str) -> list[Touch]:
    return [Touch(LEDGER, "SELECT %(line)s::bigint", (figure, "received", "issued"))]


def posting_ties(posting: Posting | Arrival | ComingBack) -> Check:
    """What documents of one kind moved, beside the rows of the ledger that name them."""
    lines = registry.by_table(posting.lines)
    document = registry.of(lines.whole.related_model)
    stands = f"h.trashed_at IS NULL AND h.status = ANY ({listed(posting.states)})"
    if isinstance(posting, ComingBack):
        stands = posting.stands("h")
    if isinstance(posting, Arrival):
        due, held = posting.moved, "(SELECT l.product_id AS product, 1::numeric AS each)"
        moves = "l.product_id IS NOT NULL"
    else:
        due, held = ("" if isinstance(posting, ComingBack) else "-") + "l.moved * p.each", held_in("l")
        moves = "(l.product_id IS NOT NULL OR l.components IS NOT NULL)"
    posted = f"""(
        SELECT h.id, l.id AS line, coalesce(g.n, 0) AS stock_moved,
            CASE WHEN {stands} AND l.trashed_at IS NULL AND l.kind = 'item' THEN {due} ELSE 0 END AS due
        FROM {posting.lines} l JOIN {document.table} h ON h.id = l.{posting.whole}
        CROSS JOIN LATERAL {held} p
        LEFT JOIN (
            SELECT line, product_id, sum(received - issued) AS n FROM {LEDGER}
            WHERE {posting.document} IS NOT NULL GROUP BY 1, 2
        ) g ON g.line = l.id AND g.product_id = p.product
        WHERE p.product IS NOT NULL AND {moves})"""
    failing = compared(posted, {"stock_moved": "d.due"}, line="d.line")
    counted = rows_of(LEDGER, f"d.{posting.document} IS NOT NULL")
    return Check(
        POSTED, document.model._meta.label, failing, counted, partial(_of_posting, document, lines),
        {"stock_moved": _("Moved in the ledger")},
    )  # fmt: skip


def _of_posting(document: Module, lines: Module, figure: str) -> list[Touch]:
    moves = f"SELECT id FROM {LEDGER} WHERE line = %(line)s"
    return [
        record_itself(document.table, "status", "trashed_at"),
        Touch(lines.table, "SELECT %(line)s::bigint", ("quantity", "accepted", "product_id", "components")),
        Touch(LEDGER, moves, ("received", "issued")),
    ]


def adjusting_ties(label: str) -> Check:
    module = registry.module(label)
    joined = f"""LEFT JOIN (
            SELECT adjustment_id, sum(received - issued) AS n FROM {LEDGER} WHERE adjustment_id IS NOT NULL GROUP BY 1
        ) m ON m.adjustment_id = d.id"""
    stands = "d.trashed_at IS NULL AND d.status = 'approved'"
    due = {"difference": f"CASE WHEN {stands} THEN coalesce(m.n, 0) ELSE d.difference - coalesce(m.n, 0) END"}
    return Check(
        POSTED,
        label,
        compared(module.table, due, joined),
        rows_of(module.table),
        partial(_of_adjustment, module.table),
    )


def _of_adjustment(table: str, figure: str) -> list[Touch]:
    moves = f"SELECT id FROM {LEDGER} WHERE adjustment_id = %(record)s"
    return [
        record_itself(table, "difference", "status", "trashed_at"),
        Touch(LEDGER, moves, ("received", "issued")),
    ]


def demand_ties(demand: Demand) -> Check:
    """Of the area whose orders promise."""
    joined = f"""LEFT JOIN (
            SELECT p.product, sum(p.each * {open_of("l", demand.met)}) AS n
            FROM {demand.lines} l JOIN {demand.header} h ON h.id = l.{demand.whole}
                AND h.trashed_at IS NULL AND h.status = ANY ({listed(demand.states)})
            CROSS JOIN LATERAL {held_in("l")} p GROUP BY 1
        ) o ON o.product = d.id"""
    failing = compared(PRODUCTS, {demand.figure: "coalesce(o.n, 0)"}, joined)
    return Check(
        PROMISED, "catalog.Product", failing, rows_of(demand.lines, "d.kind = 'item' AND d.trashed_at IS NULL"),
        partial(_of_demand, demand), name=demand.figure,
        detail=registry.module("catalog.Product").fields[demand.figure].verbose_name,
    )  # fmt: skip


def _of_demand(demand: Demand, figure: str) -> list[Touch]:
    lines = f"SELECT {{}} FROM {demand.lines} WHERE product_id = %(record)s"
    return [
        Touch(demand.lines, lines.format("id"), ("quantity", "trashed_at", "product_id", "chosen")),
        Touch(demand.header, lines.format(demand.whole), ("status", "trashed_at")),
    ]
