"""Gateway: what every payment gateway can do for us, whoever runs it. One adapter speaks to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class GatewayTrouble(Exception):
    """The gateway was not reached, or said something nobody understands: what it knows of the charge is not known."""


class Forged(Exception):
    """A message that was not signed with our key, or is none."""


class Told(StrEnum):
    """What a gateway says of a charge. ENDED: it will not be paid; money that had come was given back."""

    WAITING = "waiting"
    PAID = "paid"
    ENDED = "ended"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"


@dataclass(frozen=True)
class Order:
    """What is to be paid. id: ours, never used before. amount: whole rupiah. back: the address the customer returns to,
    empty where none is known. hours: how long it can be paid."""

    id: str
    amount: Decimal
    title: str
    name: str = ""
    email: str = ""
    back: str = ""
    hours: int = 24


@dataclass(frozen=True)
class State:
    """order: our id. method: a word of payments, such as "va" or "qris". reference: the gateway's own id."""

    order: str
    told: Told
    amount: Decimal
    method: str = "other"
    reference: str = ""


class Gateway(Protocol):
    """Every method but `read` speaks to the gateway and raises GatewayTrouble."""

    def create(self, order: Order) -> str:
        """The address of the page where the customer pays."""

    def read(self, body: bytes) -> State:
        """What a callback says. Raises Forged unless it is genuine."""

    def ask(self, order: str) -> State | None:
        """What the gateway knows now. None where nobody has begun to pay."""

    def cancel(self, order: str) -> None:
        """It cannot be paid any more, unless it was paid already."""
