"""Gateway: what every payment gateway can do for us, whoever runs it. One adapter speaks to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


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
    empty where none is known. hours: how long it can be paid. keep_for: our id of the customer whose card is kept at the
    gateway for later charges, empty where none is."""

    id: str
    amount: Decimal
    title: str
    name: str = ""
    email: str = ""
    back: str = ""
    hours: int = 24
    keep_for: str = ""


@dataclass(frozen=True)
class State:
    """order: our id. method: a word of payments, such as "va" or "qris". reference: the gateway's own id. failure: the
    code by which a try was refused. token, card: by which the customer can be charged again, and how people know it.
    raw: what of the answer may be kept."""

    order: str
    told: Told
    amount: Decimal
    method: str = "other"
    reference: str = ""
    failure: str = ""
    token: str = ""
    card: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


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

    def charge(self, order: Order, token: str) -> State:
        """Takes the money by a token kept before. ENDED with a failure where it is refused."""
