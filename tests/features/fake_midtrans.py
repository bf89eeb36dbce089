"""A small Midtrans on this machine: payment pages, states of orders, and callbacks signed as the real one signs them."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "SB-Mid-server-only-for-tests"


class FakeMidtrans:
    """orders: id -> amount as it was asked for. states: id -> transaction_status, of those somebody began to pay. code: what
    every answer is instead, while it is down. tokens: of kept cards -> what charging them comes to. asked: (method, path,
    body) of each request."""

    def __init__(self) -> None:
        self.url = ""
        self.orders: dict[str, int] = {}
        self.states: dict[str, str] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.code = 0
        self.redirect = ""
        self.tokens: dict[str, str] = {}

    def message(self, order: str, status: str, amount: str = "", key: str = KEY, **more: Any) -> bytes:
        """A callback about an order, signed."""
        gross = amount or f"{self.orders.get(order, 1)}.00"
        code = more.pop("status_code", "201" if status == "pending" else "202" if status == "deny" else "200")
        signature = hashlib.sha512(f"{order}{code}{gross}{key}".encode()).hexdigest()
        found = {
            "order_id": order, "status_code": code, "gross_amount": gross, "signature_key": signature,
            "transaction_status": status, "payment_type": "bank_transfer", "transaction_id": f"trx-{order}",
            "fraud_status": "accept", "currency": "IDR", **more,
        }  # fmt: skip
        return json.dumps(found).encode()

    def begin(self, body: Any) -> tuple[int, Any]:
        details = body["transaction_details"]
        if details["order_id"] in self.orders:
            return 400, {"error_messages": ["transaction_details.order_id has already been taken"]}
        if not isinstance(details["gross_amount"], int) or details["gross_amount"] < 1:
            return 400, {"error_messages": ["transaction_details.gross_amount is not valid"]}
        self.orders[details["order_id"]] = details["gross_amount"]
        page = f"{self.redirect or self.url}/snap/v4/redirection/{details['order_id']}"
        return 201, {"token": "t", "redirect_url": page}

    def charge(self, body: Any) -> tuple[int, Any]:
        """By a kept card; "pending" and "capture" are states, "down" takes it and says nothing of it."""
        details, token = body["transaction_details"], body["credit_card"]["token_id"]
        order = details["order_id"]
        if order in self.orders:
            return 406, {"status_code": "406", "status_message": "Duplicate order ID."}
        if token not in self.tokens:
            return 200, {"status_code": "411", "status_message": "Credit card token is not found."}
        self.orders[order] = details["gross_amount"]
        said = self.tokens[token]
        self.states[order] = "capture" if said == "down" else said
        if said == "down":
            return 500, {"status_message": "down"}
        more = {"channel_response_code": "51"} if said == "deny" else {}
        return 200, json.loads(
            self.message(order, said, payment_type="credit_card", masked_card="481111-1114", **more)
        )

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.code:
            return self.code, {"status_message": "down"}
        if (method, path) == ("POST", "/snap/v1/transactions"):
            return self.begin(body)
        if (method, path) == ("POST", "/v2/charge"):
            return self.charge(body)
        order, _slash, verb = path.removeprefix("/v2/").rpartition("/")
        if order not in self.states:
            return 404, {"status_code": "404", "status_message": "Transaction doesn't exist."}
        if verb == "cancel":
            if self.states[order] != "pending":
                return 412, {"status_code": "412"}
            self.states[order] = "cancel"
        return 200, json.loads(self.message(order, self.states[order]))


@contextmanager
def midtrans() -> Iterator[FakeMidtrans]:
    found = FakeMidtrans()
    wanted = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            found.asked.append((self.command, self.path, body))
            if self.headers.get("Authorization") != wanted:
                code, said = 401, {"error_messages": ["Access denied"]}
            else:
                code, said = found.answer(self.command, self.path, body)
            out = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        do_GET = do_POST

        def log_message(self, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
