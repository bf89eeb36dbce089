"""Bank pairing: what the movements of a bank most probably are, among what a person may see, and the certain ones booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.kits.paying.pairing import NEAR, Booked, Moved, Owed, Pair, Pairing
from relasi.modules.billing.bank_movement import BankMovement, MovementStatus
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment

MOST = 2000  # movements booked at once
# An invoice that was paid can be the next one's turn: the second movement with the same virtual account.
ROUNDS = 5
OF_INVOICES = frozenset(
    {"number", "account", "balance", "currency", "due_date", "virtual_account", "transfer_code"}
)
OF_PAYMENTS = frozenset({"number", "account", "amount", "currency", "date", "reference"})


def moved_of(one: BankMovement) -> Moved:
    texts = (one.payer or "", one.reference or "", one.description or "")
    return Moved(one.date, one.amount, one.currency, texts, one.virtual_account or "", one.fee)


def suggestions(user: Any, movements: Sequence[BankMovement]) -> dict[int, Pair]:
    """Movement -> what it most probably is. Three queries, however many there are."""
    moved = {one.pk: moved_of(one) for one in movements}
    pairing = _pairing(user, list(moved.values())) if moved else Pairing(())
    found = {id: pairing.best(one) for id, one in moved.items()}
    return {id: pair for id, pair in found.items() if pair is not None}


def take(movement: BankMovement, pair: Pair) -> BankMovement:
    """Raises Refused."""
    verb = {"invoice": movement.match, "payment": movement.link, "account": movement.book}[pair.kind]
    return verb(pair.id)


def open_movements(user: Any) -> Any:
    return visible_to(user, BankMovement).filter(status=MovementStatus.OPEN).order_by("date", "pk")


def take_certain(user: Any) -> tuple[int, list[tuple[str, str]]]:
    """Books what is certain of the open movements: (how many, (number, why not) of those that were refused).

    Each in a transaction of its own, so that one that is refused keeps none of the others.
    """
    taken, refused = 0, dict[int, tuple[str, str]]()
    for _round in range(ROUNDS):
        rows = [one for one in open_movements(user)[:MOST] if one.pk not in refused]
        before, used = (taken, len(refused)), set[tuple[str, int]]()
        for one, pair in _certain(user, rows):
            if (pair.kind, pair.id) in used:
                continue
            used.add((pair.kind, pair.id))
            try:
                take(one, pair)
            except Refused as no:
                refused[one.pk] = (one.number, " ".join(str(each.message) for each in no.refusals))
            else:
                taken += 1
        if (taken, len(refused)) == before:
            break
    return taken, list(refused.values())


def _certain(user: Any, rows: Sequence[BankMovement]) -> Iterable[tuple[BankMovement, Pair]]:
    found = suggestions(user, rows)
    module = registry.of(BankMovement)
    return [
        (one, found[one.pk])
        for one in rows
        if one.pk in found and found[one.pk].is_certain and may(user, "edit", module, one)
    ]


def _pairing(user: Any, moved: list[Moved]) -> Pairing:
    owed = _owed(user) if _sees(user, Invoice, OF_INVOICES) else []
    booked = _booked(user, moved) if _sees(user, Payment, OF_PAYMENTS) else []
    return Pairing(owed, booked, _parties(user, moved) if _sees(user, Invoice, OF_INVOICES) else {})


def _sees(user: Any, model: Any, names: frozenset[str]) -> bool:
    """Whether somebody sees all that a proposal would tell of such a record."""
    module = registry.of(model)
    return may(user, "view", module) and set(fields_for(user, "view", module)) >= names


def _owed(user: Any) -> list[Owed]:
    rows = visible_to(user, Invoice).filter(status__in=("issued", "partly_paid"), balance__gt=0)
    names = (
        "pk", "number", "account_id", "account__name", "balance", "currency", "due_date", "date", "virtual_account",
        "transfer_code",
    )  # fmt: skip
    return [
        Owed(pk, number, account, name or "", balance, currency, due or day, va or "",
             balance + code if code and balance + code > 0 else None)
        for pk, number, account, name, balance, currency, due, day, va, code in rows.order_by().values_list(*names)
    ]  # fmt: skip


def _booked(user: Any, moved: list[Moved]) -> list[Booked]:
    days, amounts = [one.day for one in moved], {one.amount for one in moved}
    amounts |= {one.amount + one.fee for one in moved}
    near = timedelta(days=NEAR)
    rows = visible_to(user, Payment).filter(
        direction="in",
        status="recorded",
        amount__in=amounts,
        date__range=(min(days) - near, max(days) + near),
    )
    rows = rows.exclude(
        pk__in=BankMovement._base_manager.filter(trashed_at=None, payment__isnull=False).values("payment")
    )
    names = ("pk", "account_id", "account__name", "amount", "currency", "date", "reference")
    return [
        Booked(pk, account, name or "", amount, currency, day, reference or "")
        for pk, account, name, amount, currency, day, reference in rows.order_by("date", "pk").values_list(*names)
    ]  # fmt: skip


def _parties(user: Any, moved: list[Moved]) -> dict[str, int]:
    told = set().union(*(one.accounts for one in moved))
    rows = visible_to(user, Invoice).filter(virtual_account__in=told, account__isnull=False) if told else None
    return dict(rows.order_by("pk").values_list("virtual_account", "account_id")) if rows is not None else {}
