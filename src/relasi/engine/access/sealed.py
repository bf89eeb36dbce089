"""Sealed: a key that must be known again in clear, kept so that the database alone gives it to nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(Exception):
    """Sealed on an installation with another secret key, or for another purpose."""


def seal(text: str, purpose: str) -> str:
    return _lock(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """Raises Unreadable."""
    try:
        return _lock(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _lock(purpose: str) -> Fernet:
    """Its key is made of that of the installation, for this purpose alone."""
    key = hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
