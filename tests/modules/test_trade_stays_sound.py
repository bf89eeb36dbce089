"""Whatever people do, in whatever order, figures, counts, balances and numbers stay true."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import restore, trash, update
from relasi.kits.paying.gathering import gather_all
from relasi.kits.pipeline.days import today
from relasi.kits.trade.conversion import convert
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.customer_sum import KEPT
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import make
from tests.modules.trading import accepted, is_sound, paid, thing
from tests.tying import kept_sums_tie_out

pytestmark = pytest.mark.usefixtures("as_admin")

NUMBERS = st.integers(0, 60)
STEP = st.tuples(
    st.sampled_from(
        ["order", "invoice", "credit", "approve", "issue", "pay", "spread", "apply", "refund", "release", "reverse",
         "cancel", "void", "trash", "restore", "undo", "undo", "edit", "gather"]
    ),
    NUMBERS, NUMBERS,
)  # fmt: skip


def pick(model: Any, which: int, **fits: Any) -> Any:
    rows = list(model._base_manager.filter(**fits).order_by("pk"))
    return rows[which % len(rows)] if rows else None


def part(source: Any, target: Any, which: int) -> Any:
    lines = [line for line in source.lines_in_order() if line.is_item]
    return convert(source, target, {line.pk: Decimal((which + n) % 4) for n, line in enumerate(lines)})


class Play:
    """One run: every step is an act of its own, which may be undone."""

    def __init__(self, account: Any, quote: Any) -> None:
        self.account, self.quote = account, quote
        self.acts: list[int] = []

    def step(self, what: str, which: int, n: int) -> None:
        close_change_set()
        current_acting().change_set = None
        try:
            getattr(self, f"do_{what}")(which, n)
        except Refused:
            return
        if current_acting().change_set:
            self.acts.append(current_acting().change_set)

    def do_order(self, which: int, n: int) -> None:
        part(self.quote, SalesOrder, n) if n % 3 else self.quote.order()

    def do_invoice(self, which: int, n: int) -> None:
        source = pick(SalesOrder, which, trashed_at=None) if n % 2 else self.quote
        if source is not None:
            part(source, Invoice, n) if n % 3 else source.invoice()

    def do_credit(self, which: int, n: int) -> None:
        invoice = pick(Invoice, which, trashed_at=None)
        if invoice is not None:
            part(invoice, CreditNote, n) if n % 3 else invoice.credit()

    def _verb(self, model: Any, which: int, verb: str, *args: Any) -> None:
        record = pick(model, which, trashed_at=None)
        if record is not None:
            getattr(record, verb)(*args)

    def do_approve(self, which: int, n: int) -> None:
        self._verb(SalesOrder, which, "approve")

    def do_issue(self, which: int, n: int) -> None:
        self._verb(Invoice, which, "issue")

    def do_pay(self, which: int, n: int) -> None:
        if n % 4:
            self._verb(Invoice, which, "pay", None, 50 * n + 1)
        else:
            paid(self.account, 100 * n + 1)

    def do_spread(self, which: int, n: int) -> None:
        self._verb(Payment if n % 2 else CreditNote, which, "spread")

    def do_apply(self, which: int, n: int) -> None:
        invoice = pick(Invoice, n, trashed_at=None)
        self._verb(CreditNote, which, "apply", getattr(invoice, "pk", None), 30 * n + 1)

    def do_refund(self, which: int, n: int) -> None:
        self._verb(CreditNote, which, "refund", None, 30 * n + 1)

    def do_release(self, which: int, n: int) -> None:
        invoice = pick(Invoice, n, trashed_at=None)
        self._verb(Payment if n % 2 else CreditNote, which, "release", getattr(invoice, "pk", None))

    def do_reverse(self, which: int, n: int) -> None:
        self._verb(Payment, which, "reverse", "x")

    def do_cancel(self, which: int, n: int) -> None:
        self._verb(SalesOrder if n % 2 else Invoice, which, "cancel", "x")

    def do_void(self, which: int, n: int) -> None:
        self._verb(CreditNote, which, "void", "x")

    def do_trash(self, which: int, n: int) -> None:
        record = pick([SalesOrder, Invoice, CreditNote, Payment][n % 4], which, trashed_at=None)
        if record is not None:
            trash(type(record), [record.pk])

    def do_restore(self, which: int, n: int) -> None:
        record = pick([SalesOrder, Invoice, CreditNote, Payment][n % 4], which, trashed_at__isnull=False)
        if record is not None:
            restore(type(record), [record.pk])

    def do_undo(self, which: int, n: int) -> None:
        if self.acts:
            revert(ChangeSet.objects.get(pk=self.acts[-1 - which % len(self.acts)]))

    def do_gather(self, which: int, n: int) -> None:
        gather_all(KEPT, today() - timedelta(days=n - 20))

    def do_edit(self, which: int, n: int) -> None:
        record = pick([SalesOrder, Invoice, CreditNote][n % 3], which, trashed_at=None)
        if record is not None:
            [line, *_rest] = record.lines_in_order()
            rest = [{"id": one.pk} for one in record.lines_in_order()[1:]] if which % 4 else []
            update(record, {"shipping": n}, lines=[{"id": line.pk, "quantity": 1 + n % 9}, *rest])


@given(st.lists(STEP, min_size=8, max_size=16))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_everything_adds_up(steps: list[tuple[str, int, int]]) -> None:
    account = make("customers.Account")
    quote = accepted(
        thing(1000, 6), thing(333, 3, discount_amount=100), account=account, discount_amount=77, shipping=55
    )
    play = Play(account, quote)
    for what, which, n in steps:
        play.step(what, which, n)
        kept_sums_tie_out()
    is_sound()
