"""Pairing: which open invoice, or which payment booked before, money that came in is. Pure; whoever asks brings what there is.

What names an invoice without doubt (its virtual account, its number, its own transfer code) is certain; an amount alone never
is. A payment that is booked already comes before an invoice, so that money is not booked twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from relasi.kits.parties.company_name import company_key
from relasi.kits.parties.spelling import plain_words

NEAR = 5  # days between the day of a payment as somebody booked it and that of the bank
SHORTEST_REFERENCE = 5
_DIGITS = re.compile(r"\d+")
_SHORTEST_VA = 8


class Why(StrEnum):
    VIRTUAL_ACCOUNT = "virtual_account"
    NUMBER = "number"
    CODE = "code"
    REFERENCE = "reference"
    SAME_CUSTOMER = (
        "same_customer"  # a payment of the customer this money names, of this amount, about this day
    )
    NAME = "name"  # the amount, and the name of the customer
    AMOUNT = "amount"
    LATE = "late"  # a virtual account of which nothing is open


class Sure(StrEnum):
    CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"


@dataclass(frozen=True)
class Moved:
    day: date
    amount: Decimal
    currency: str
    texts: Sequence[str]
    virtual_account: str = ""
    fee: Decimal = Decimal(0)

    @cached_property
    def text(self) -> str:
        return " ".join((*self.texts, self.virtual_account))

    @cached_property
    def runs(self) -> set[str]:
        """The runs of digits in it."""
        return set(_DIGITS.findall(self.text))

    @cached_property
    def accounts(self) -> set[str]:
        """What can be a virtual account."""
        return {run for run in self.runs if len(run) >= _SHORTEST_VA}

    @cached_property
    def words(self) -> set[str]:
        return {*company_key(self.text).split(), *plain_words(self.text)}


@dataclass(frozen=True)
class Owed:
    """An open invoice. party: id of the customer. asked: what was asked for instead of the balance, by its transfer code."""

    id: int
    number: str
    party: int | None
    name: str
    balance: Decimal
    currency: str
    due: date
    virtual_account: str = ""
    asked: Decimal | None = None


@dataclass(frozen=True)
class Booked:
    """A payment no statement has told of yet."""

    id: int
    party: int
    name: str
    amount: Decimal
    currency: str
    day: date
    reference: str = ""


@dataclass(frozen=True)
class Pair:
    """kind: "invoice", "payment" or "account", which is a customer to whom we owe it then."""

    kind: str
    id: int
    why: Why
    sure: Sure

    @property
    def is_certain(self) -> bool:
        return self.sure is Sure.CERTAIN


@dataclass
class Pairing:
    """parties: virtual account -> the customer it was told to, of invoices that are paid too."""

    owed: Iterable[Owed]
    booked: Iterable[Booked] = ()
    parties: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_account: dict[str, list[Owed]] = defaultdict(list)
        self._by_digits: dict[str, list[Owed]] = defaultdict(list)
        self._by_amount: dict[Decimal, list[Owed]] = defaultdict(list)
        self._by_asked: dict[Decimal, list[Owed]] = defaultdict(list)
        for one in sorted(self.owed, key=lambda one: (one.due, one.id)):
            self._by_amount[one.balance].append(one)
            if one.virtual_account:
                self._by_account[one.virtual_account].append(one)
            if one.asked is not None:
                self._by_asked[one.asked].append(one)
            runs = _DIGITS.findall(one.number)
            for digits in {runs[-1], "".join(runs)} if runs else ():
                self._by_digits[digits].append(one)
        self._payments: dict[Decimal, list[Booked]] = defaultdict(list)
        for payment in self.booked:
            self._payments[payment.amount].append(payment)

    def best(self, moved: Moved) -> Pair | None:
        """What this money most probably is; None where nothing speaks for anything."""
        named = self._named(moved)
        return self._payment(moved, named[1] if named else None) or (
            named[0] if named else self._by_sum(moved)
        )

    def _payment(self, moved: Moved, party: int | None) -> Pair | None:
        """A payment that is booked already. party: the customer this money names."""
        rows = [
            *self._payments[moved.amount],
            *(self._payments[moved.amount + moved.fee] if moved.fee else ()),
        ]
        near = [
            one for one in rows if one.currency == moved.currency and abs((one.day - moved.day).days) <= NEAR
        ]
        squeezed = _squeezed(moved.text)
        for one in near:
            reference = _squeezed(one.reference)
            if len(reference) >= SHORTEST_REFERENCE and reference in squeezed:
                return Pair("payment", one.id, Why.REFERENCE, Sure.CERTAIN)
        if party is not None:
            own = [one for one in near if one.party == party]
            return Pair("payment", own[0].id, Why.SAME_CUSTOMER, Sure.LIKELY) if own else None
        called = [one for one in near if _is_named(one.name, moved)]
        if called:
            return Pair("payment", called[0].id, Why.NAME, Sure.LIKELY)
        return Pair("payment", near[0].id, Why.AMOUNT, Sure.POSSIBLE) if len(near) == 1 else None

    def _named(self, moved: Moved) -> tuple[Pair, int | None] | None:
        """The invoice this money names, and the customer."""
        told = [
            one for digits in sorted(moved.accounts) for one in self._open(self._by_account[digits], moved)
        ]
        numbered = [
            one
            for digits in sorted(moved.runs)
            for one in self._open(self._by_digits[digits], moved)
            if _is_numbered(one.number, moved.text)
        ]
        numbered = list(dict.fromkeys(numbered))
        if numbered:
            chosen = _fitting(numbered, moved)
            return Pair("invoice", chosen.id, Why.NUMBER, _sure(len(numbered) == 1)), chosen.party
        if told:
            chosen, parties = _fitting(told, moved), {one.party for one in told}
            return Pair("invoice", chosen.id, Why.VIRTUAL_ACCOUNT, _sure(len(parties) == 1)), chosen.party
        coded = self._open(self._by_asked[moved.amount], moved)
        if len(coded) == 1:
            return Pair("invoice", coded[0].id, Why.CODE, Sure.CERTAIN), coded[0].party
        late = next(
            (self.parties[digits] for digits in sorted(moved.accounts) if digits in self.parties), None
        )
        return (Pair("account", late, Why.LATE, Sure.LIKELY), late) if late is not None else None

    def _by_sum(self, moved: Moved) -> Pair | None:
        equal = self._open(self._by_amount[moved.amount], moved)
        called = [one for one in equal if _is_named(one.name, moved)]
        if called:
            return Pair("invoice", called[0].id, Why.NAME, Sure.LIKELY)
        return Pair("invoice", equal[0].id, Why.AMOUNT, Sure.POSSIBLE) if len(equal) == 1 else None

    @staticmethod
    def _open(rows: Sequence[Owed], moved: Moved) -> list[Owed]:
        return [one for one in rows if one.currency == moved.currency]


def _sure(alone: bool) -> Sure:
    return Sure.CERTAIN if alone else Sure.LIKELY


def _fitting(rows: Sequence[Owed], moved: Moved) -> Owed:
    """The one this very amount pays, else the oldest."""
    exact = [one for one in rows if moved.amount in (one.balance, one.asked)]
    return min(exact or rows, key=lambda one: (one.due, one.id))


def _is_numbered(number: str, text: str) -> bool:
    """Whether the text holds the number, with or without what stands between its parts, and no longer one."""
    parts = re.findall(r"[A-Za-z]+|\d+", number)
    pattern = r"[\W_]{0,2}".join(re.escape(part) for part in parts)
    return bool(re.search(rf"(?<![A-Za-z0-9]){pattern}(?!\d)", text, re.IGNORECASE))


def _is_named(name: str, moved: Moved) -> bool:
    words = set(company_key(name).split())
    return bool(words) and words <= moved.words


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
