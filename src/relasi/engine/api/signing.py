"""Signing of webhooks by the Standard Webhooks specification: who receives can tell that it came from here, unchanged and
just now."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from django.conf import settings

START = "whsec_"
TOLERANCE = 300  # seconds a message may be old or early


def secret_of(seed: str) -> str:
    """The secret that goes with a seed. The database holds the seed alone, which is of no use without the server's key."""
    key = hmac.new(settings.SECRET_KEY.encode(), f"webhook {seed}".encode(), hashlib.sha256).digest()
    return START + base64.b64encode(key).decode()


def signature(secret: str, id: str, at: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(START))
    signed = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def headers_of(secrets: list[str], id: str, body: bytes, now: float | None = None) -> dict[str, str]:
    """One signature for each secret: while a secret is being changed, both hold."""
    at = int(time.time() if now is None else now)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, id, at, body) for secret in secrets),
    }


def is_genuine(secret: str, headers: dict[str, str], body: bytes, now: float | None = None) -> bool:
    """Whether a message is signed with this secret and no older than five minutes."""
    try:
        at = int(headers["webhook-timestamp"])
        wanted = signature(secret, headers["webhook-id"], at, body)
        given = headers["webhook-signature"].split()
    except (KeyError, ValueError):
        return False
    if abs((time.time() if now is None else now) - at) > TOLERANCE:
        return False
    return any(hmac.compare_digest(wanted, one) for one in given)
