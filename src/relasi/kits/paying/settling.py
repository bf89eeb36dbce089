"""Settling: what pays against what is owed. Every balance is worked out from what stands, never moved by hand.

A *debt* is what is owed (an invoice, a bill); a *payer* is what pays it (a payment, a credit note). The parts of a payer
say which debts it pays.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, create, trash, write
from relasi.kits.pipeline.days import today
from relasi.kits.trade.closed_period import open_today

ZERO = Decimal(0)
SETTLED = "balances follow payments and credits"


class Settling:
    """One side of the books. debt: the module of what is owed. name: the reference of a part to it. party: the reference
    of both to whose money it is. states: of a debt nothing, something and all of which is paid. payers: module of a
    payer -> (module of its parts, their reference to it, its field that says what is left).
    """

    debt: str
    name: str
    party: str
    payment: str
    states: tuple[str, str, str]
    payers: dict[str, tuple[str, str, str]]
    choose_one: Any
    of_another: Any
    in_another_currency: Any
    not_owed: Any
    none_open: Any
    pays_nothing: Any

    # What one side does in its own way.
    def given(self, payer: Any, debt: Any) -> Decimal:
        """How much less than the debt a payer may hold and still pay all of it."""
        return ZERO

    def in_order(self, payer: Any, debts: Iterable[Any]) -> list[Any]:
        return sorted(debts, key=lambda one: (one.due_date or one.date, one.pk))

    def check_payable(self, debt: Any) -> None:
        """Raises Refused for a debt that nobody pays yet."""

    # The verbs.
    def allocate(self, payer: Any, debt: Any, amount: Any = None) -> Any:
        """So much of the payer pays the debt; as much as both allow without an amount. Raises Refused."""
        with transaction.atomic():
            payer = self.locked(payer)
            open_today()
            debt = self._asked_debt(debt, payer)
            given = self.given(payer, debt) if amount in (None, "") else ZERO
            wanted = self.asked_amount(amount, min(self.left(payer) + given, debt.balance))
            if wanted > self.left(payer) + given:
                raise refused("amount", "OVER_ALLOCATED", _("That is more than what is left."))
            if wanted > debt.balance:
                raise refused("amount", "OVER_ALLOCATED", _("That is more than what is still to be paid."))
            self._add_parts(payer, [(debt.pk, wanted, given)])
        payer.refresh_from_db()
        return payer

    def spread(self, payer: Any) -> Any:
        """What is left pays the open debts of the same party, the oldest first. Raises Refused when there is none."""
        with transaction.atomic():
            payer = self.locked(payer)
            open_today()
            left, amounts = self.left(payer), list[tuple[int, Decimal, Decimal]]()
            model = self._model(self.debt)
            rows: Any = visible_to(acting_user(), model).filter(
                **self._own(payer), currency=payer.currency, status__in=self.states, balance__gt=0
            )
            ids = list(rows.values_list("pk", flat=True))
            held = model._base_manager.select_for_update().filter(pk__in=ids).order_by("pk")
            for debt in self.in_order(payer, [one for one in held if self._is_payable(one)]):
                given = ZERO if amounts else self.given(payer, debt)
                part = min(left + given, debt.balance)
                if part > 0:
                    amounts.append((debt.pk, part, given))
                    left -= part - given
            if not amounts:
                raise refused("", "INVALID_TRANSITION", self.none_open)
            self._add_parts(payer, amounts)
        payer.refresh_from_db()
        return payer

    def release(self, payer: Any, debt: Any) -> Any:
        """What the payer paid of this debt is free again. Raises Refused."""
        with transaction.atomic():
            payer = self.locked(payer)
            open_today()
            model, by = self.part_of(payer)
            parts = model._base_manager.filter(**{by: payer.pk, self.name: id_of(debt)}, trashed_at=None)
            ids = list(parts.values_list("pk", flat=True))
            if not ids:
                raise refused(self.name, "BAD_REFERENCE", self.pays_nothing)
            trash(model, ids, authorised="taking a payment off what it paid")
        payer.refresh_from_db()
        return payer

    def pay(self, debt: Any, values: dict[str, Any]) -> Any:
        """A payment of or to this debt's party that pays it; what is more stays with the payment. Raises Refused."""
        with transaction.atomic():
            debt = self._model(self.debt)._base_manager.select_for_update().get(pk=debt.pk)
            self.check_payable(debt)
            given = {name: value for name, value in values.items() if value not in (None, "")}
            given |= {"amount": self.asked_amount(given.get("amount"), debt.balance), **self._own(debt),
                      "currency": debt.currency, "rate": debt.rate}  # fmt: skip
            payment = create(self._model(self.payment), {"date": today(), **given})
            return self.allocate(payment, debt)

    # What follows from payers and their parts, whoever wrote, trashed, restored or undid them.
    def settle(self, ids: Iterable[int], paid: dict[str, dict[int, Decimal]]) -> None:
        """paid: column of a debt that counts what was paid -> debt -> the sum of the parts that stand."""
        ids, (nothing, partly, all_of_it) = sorted(set(ids)), self.states
        drafts = []
        rows = self._model(self.debt)._base_manager.filter(
            pk__in=ids, status__in=self.states, trashed_at=None
        )
        for debt in rows:
            values = {column: sums.get(debt.pk, ZERO) for column, sums in paid.items()}
            done = sum(values.values(), ZERO)
            status = nothing if not done else partly if debt.payable - done else all_of_it
            drafts.append(Draft({**values, "status": status}, id=debt.pk))
        if drafts:
            write(registry.module(self.debt), drafts, authorised=SETTLED)

    # What they stand on.
    def part_of(self, payer: Any) -> tuple[Any, str]:
        """The class of its parts and their reference to it."""
        parts, by, _left = self.payers[payer._meta.label]
        return self._model(parts), by

    def left(self, payer: Any) -> Decimal:
        return getattr(payer, self.payers[payer._meta.label][2])

    def locked(self, payer: Any) -> Any:
        """The payer as it stands, held until this transaction ends. Raises Refused for who may not change it."""
        record = type(payer)._base_manager.select_for_update().get(pk=payer.pk)
        if not may(acting_user(), "edit", registry.of(record), record):
            raise refused("", "NO_PERMISSION", _("You may not change this record."))
        return record

    def asked_amount(self, raw: Any, otherwise: Decimal) -> Decimal:
        """Raises Refused."""
        field = self._model(self.payers[self.payment][0])._meta.get_field("amount")
        try:
            amount = kind_of(field).parse(raw, current_reader()) if raw not in (None, "") else otherwise
        except Invalid as wrong:
            raise refused("amount", wrong.code, wrong.message) from None
        if amount <= 0:
            raise refused("amount", "OUT_OF_RANGE", _("This must be more than zero."))
        return amount

    def _asked_debt(self, raw: Any, payer: Any) -> Any:
        """The debt, locked. Raises Refused."""
        id, model = id_of(raw), self._model(self.debt)
        found = visible_to(acting_user(), model).filter(pk=id).exists()
        debt = model._base_manager.select_for_update().get(pk=id) if found else None
        if debt is None:
            raise refused(self.name, "REQUIRED", self.choose_one)
        if self._own(debt) != self._own(payer):
            raise refused(self.name, "BAD_REFERENCE", self.of_another)
        if debt.currency != payer.currency:
            raise refused(self.name, "BAD_REFERENCE", self.in_another_currency)
        if debt.status not in self.states:
            raise refused(self.name, "INVALID_TRANSITION", self.not_owed)
        self.check_payable(debt)
        return debt

    def _is_payable(self, debt: Any) -> bool:
        try:
            self.check_payable(debt)
        except Refused:
            return False
        return True

    def _add_parts(self, payer: Any, amounts: list[tuple[int, Decimal, Decimal]]) -> None:
        """amounts: (debt, how much of it is paid, how much of that is no money)."""
        model, by = self.part_of(payer)
        drafts = [
            Draft({by: payer.pk, self.name: id, "amount": amount, **({"given": given} if given else {})})
            for id, amount, given in amounts
        ]
        write(registry.of(model), drafts, authorised="paying what is owed")

    def _own(self, record: Any) -> dict[str, Any]:
        return {self.party: getattr(record, f"{self.party}_id")}

    def _model(self, label: str) -> Any:
        return registry.module(label).model


def refused(field: str, code: str, message: Any) -> Refused:
    return Refused([Refusal(field, code, message)])


def id_of(raw: Any) -> int:
    id = str(raw.pk if isinstance(raw, models.Model) else raw or "")
    return int(id) if id.isascii() and id.isdigit() and len(id) < 19 else 0


def sums_of(parts: Any, by: str, ids: list[int], standing: Q, what: str = "amount") -> dict[int, Decimal]:
    """parts: a class of parts. What the living ones of each record `by` refers to come to."""
    rows = parts._base_manager.filter(standing, trashed_at=None, **{f"{by}__in": ids})
    return dict(rows.values_list(f"{by}_id").annotate(Sum(what)))
