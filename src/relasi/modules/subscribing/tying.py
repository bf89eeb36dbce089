"""What ties out of subscriptions: each settled period with its invoice and its charge, and what they earn with its log."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from relasi.engine.records.tying import Check, Topic, Touch, compared, record_itself, rows_of, tied
from relasi.kits.stock.held import listed
from relasi.modules.subscribing.subscription_flow import BILLED, TABLE

LABEL = "subscribing.Subscription"
PERIODS, CHARGES, MOVES = "subscribing_subscriptionperiod", "subscribing_transaction", "subscribing_mrr_move"
SETTLED = Topic(
    "periods",
    _("Every period of a subscription is settled once"),
    _("Each billed period has its one invoice and its one charge, and no period is there twice or left out."),
)
EARNED = Topic(
    "revenue",
    _("Recurring revenue is what runs"),
    _(
        "The moves of the MRR add up to what counts now, and that is the MRR of the subscriptions that are running."
    ),
)
_OF_RECORD = "SELECT id FROM {} WHERE subscription_id = %(record)s"
# A charge keeps the number of its period when its money is taken off; one within a period has none.
_BILLED = f"""(
        SELECT p.subscription_id, (p.invoice_id IS NOT NULL)::int AS invoices, b.due,
            CASE WHEN p.period IS NULL THEN b.due ELSE (
                SELECT count(*) FROM {CHARGES} c WHERE c.subscription_id = p.subscription_id AND c.period = p.period
                    AND c.kind = 'charge' AND c.trashed_at IS NULL) END AS charges
        FROM {PERIODS} p CROSS JOIN LATERAL (SELECT (p.outcome IN ('billed', 'upgrade'))::int AS due) b
        WHERE p.trashed_at IS NULL)"""
_COUNTED = f"""(
        SELECT subscription_id, count(*) AS settled, max(period) AS last FROM {PERIODS}
        WHERE period IS NOT NULL AND trashed_at IS NULL GROUP BY 1)"""
_LOGGED = f"LEFT JOIN (SELECT subscription_id, sum(amount) AS n FROM {MOVES} GROUP BY 1) m ON m.subscription_id = d.id"


def _of_periods(figure: str) -> list[Touch]:
    return [
        Touch(PERIODS, _OF_RECORD.format(PERIODS), ("period", "outcome", "invoice_id", "trashed_at")),
        Touch(CHARGES, _OF_RECORD.format(CHARGES), ("period", "kind", "trashed_at")),
    ]


def _of_revenue(figure: str) -> list[Touch]:
    return [record_itself(TABLE, "counted_mrr", "mrr", "status")]


@tied
def periods() -> Iterator[Check]:
    due = {"invoices": "d.due", "charges": "d.due"}
    labels = {"invoices": _("Invoices of a period"), "charges": _("Charges of a period")}
    failing = compared(_BILLED, due, record="d.subscription_id")
    yield Check(
        SETTLED,
        LABEL,
        failing,
        rows_of(PERIODS),
        _of_periods,
        labels,
        name="billed",
        detail=_("invoice and charge"),
    )
    failing = compared(_COUNTED, {"settled": "d.last"}, record="d.subscription_id")
    labels = {"settled": _("Settled periods")}
    yield Check(
        SETTLED, LABEL, failing, rows_of(PERIODS, "d.period IS NOT NULL"), _of_periods, labels, name="once",
        detail=_("none twice"),
    )  # fmt: skip


@tied
def revenue() -> Iterator[Check]:
    logged = {"counted_mrr": "coalesce(m.n, 0)"}
    yield Check(
        EARNED,
        LABEL,
        compared(TABLE, logged, _LOGGED),
        rows_of(MOVES),
        _of_revenue,
        name="log",
        detail=_("its log"),
    )
    runs = {"counted_mrr": f"CASE WHEN d.status = ANY ({listed(BILLED)}) THEN d.mrr ELSE 0 END"}
    failing = compared(TABLE, runs, where="d.trashed_at IS NULL")
    yield Check(
        EARNED, LABEL, failing, rows_of(TABLE), _of_revenue, name="running", detail=_("what is running")
    )
