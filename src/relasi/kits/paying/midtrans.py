"""Midtrans: its payment page (Snap), its core API, and the callbacks it signs with the server key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlsplit

from relasi.engine.api.safe_address import Answer, ask
from relasi.kits.paying.gateway import Forged, GatewayTrouble, Order, State, Told

PAGE_URL = "https://app.midtrans.com"
API_URL = "https://api.midtrans.com"
LONGEST_ANSWER = 64_000  # bytes

# "deny" and "failure" end one try; on the payment page the customer may choose another way for the same order.
STATES = {
    "capture": Told.PAID, "settlement": Told.PAID, "cancel": Told.ENDED, "expire": Told.ENDED,
    "refund": Told.REFUNDED, "chargeback": Told.REFUNDED,
    "partial_refund": Told.PARTLY_REFUNDED, "partial_chargeback": Told.PARTLY_REFUNDED,
}  # fmt: skip
ANSWERS = (404, 412)
# Of a charge by a token: not valid, not allowed, no such token, already used.
REFUSED = {"400", "402", "404", "406", "410", "411", "412"}
# What of an answer may be kept. Never a card number, a signature or a token.
KEPT = (
    "transaction_id", "order_id", "transaction_status", "transaction_time", "settlement_time", "status_code",
    "status_message", "gross_amount", "currency", "payment_type", "fraud_status", "bank", "issuer", "acquirer",
    "channel_response_code", "channel_response_message", "refund_amount",
)  # fmt: skip
METHODS = {"bank_transfer": "va", "echannel": "va", "permata": "va", "qris": "qris", "credit_card": "card"}


@dataclass(frozen=True)
class Midtrans:
    """allowed: hosts inside the own network that may be asked all the same."""

    server_key: str
    page_url: str = PAGE_URL
    api_url: str = API_URL
    allowed: Collection[str] = ()

    def create(self, order: Order) -> str:
        body: dict[str, Any] = {
            "transaction_details": {"order_id": order.id, "gross_amount": int(order.amount)},
            "customer_details": {"first_name": order.name[:255], "email": order.email},
            "custom_field1": order.title[:255],
            "expiry": {"unit": "hour", "duration": order.hours},
        }
        if order.back:
            body["callbacks"] = {"finish": order.back}
        if order.keep_for:
            body |= {"credit_card": {"secure": True, "save_card": True}, "user_id": order.keep_for}
        if not order.email:
            del body["customer_details"]["email"]
        found = self._ask("POST", f"{self.page_url}/snap/v1/transactions", body)
        url = found.get("redirect_url")
        # The customer is sent to the page of the gateway we know, whatever the answer says.
        if not isinstance(url, str) or _origin(url) != _origin(self.page_url):
            raise GatewayTrouble("no address of a payment page in the answer")
        return url

    def read(self, body: bytes) -> State:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise Forged("no JSON") from None
        names = ("order_id", "status_code", "gross_amount", "signature_key")
        if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in names):
            raise Forged("not signed")
        order, code, amount, signature = (found[name] for name in names)
        wanted = hashlib.sha512(
            f"{order}{code}{amount}{self.server_key}".encode("utf-8", "replace")
        ).hexdigest()
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
            raise Forged("signed with another key")
        try:
            return _state(found)
        except GatewayTrouble as trouble:
            raise Forged(str(trouble)) from None

    def ask(self, order: str) -> State | None:
        found = self._ask("GET", f"{self.api_url}/v2/{quote(order, safe='')}/status", None)
        if str(found.get("status_code")) == "404":
            return None
        if found.get("order_id") != order:
            raise GatewayTrouble("an answer about another order")
        return _state(found)

    def cancel(self, order: str) -> None:
        self._ask("POST", f"{self.api_url}/v2/{quote(order, safe='')}/cancel", None)

    def charge(self, order: Order, token: str) -> State:
        body = {
            "payment_type": "credit_card",
            "transaction_details": {"order_id": order.id, "gross_amount": int(order.amount)},
            "credit_card": {"token_id": token},
            "custom_field1": order.title[:255],
        }
        found = self._ask("POST", f"{self.api_url}/v2/charge", body, also=(400, 402, 406, 410, 411))
        code = str(found.get("status_code"))
        if code in REFUSED:
            # It was refused before it became a charge, so nobody will ever pay it.
            return State(order.id, Told.ENDED, order.amount, "card", failure=code, raw=_kept(found))
        if found.get("order_id") != order.id:
            raise GatewayTrouble("an answer about another order")
        state = _state(found)
        return replace(state, told=Told.ENDED) if state.failure else state

    def _ask(self, method: str, url: str, body: Any, also: Collection[int] = ()) -> dict[str, Any]:
        """404 and 412 (no such order, too late) are answers like others. also: further codes that are."""
        key = base64.b64encode(f"{self.server_key}:".encode()).decode()
        headers = {
            "Authorization": f"Basic {key}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        raw = json.dumps(body).encode() if body is not None else b"" if method == "POST" else None
        answer = ask(method, url, raw, headers, self.allowed, LONGEST_ANSWER)
        if not (answer.is_good or answer.code in (*ANSWERS, *also)):
            raise GatewayTrouble(answer.trouble or f"answer {answer.code}")
        return _json(answer)


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError):
        raise GatewayTrouble("the answer is not JSON") from None
    if not isinstance(found, dict):
        raise GatewayTrouble("the answer is not JSON")
    return found


def _state(found: dict[str, Any]) -> State:
    """Raises GatewayTrouble for what cannot be understood."""
    try:
        amount = Decimal(str(found["gross_amount"]))
    except (KeyError, InvalidOperation):
        raise GatewayTrouble("no amount") from None
    if not amount.is_finite() or amount <= 0 or found.get("currency", "IDR") != "IDR":
        raise GatewayTrouble("no amount in rupiah")
    told = STATES.get(str(found.get("transaction_status")), Told.WAITING)
    sure = str(found.get("status_code")) == "200" and found.get("fraud_status", "accept") == "accept"
    if told is Told.PAID and not sure:
        told = Told.WAITING
    method = METHODS.get(str(found.get("payment_type")), "other")
    refused = str(found.get("transaction_status")) in ("deny", "failure")
    failure = (
        str(found.get("channel_response_code") or found.get("status_code") or "deny")[:60] if refused else ""
    )
    return State(
        str(found["order_id"]), told, amount, method, str(found.get("transaction_id") or "")[:100], failure,
        str(found.get("saved_token_id") or "")[:300], _card(found), _kept(found),
    )  # fmt: skip


def _card(found: dict[str, Any]) -> str:
    """The last four digits of a masked number."""
    digits = str(found.get("masked_card") or "").rpartition("-")[2][-4:]
    return digits if len(digits) == 4 and digits.isascii() and digits.isdigit() else ""


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    kept = {name: str(found[name])[:200] for name in KEPT if found.get(name) not in (None, "")}
    numbers = found.get("va_numbers")
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], dict):
        kept["va_number"] = str(numbers[0].get("va_number") or "")[:40]
    return kept


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
