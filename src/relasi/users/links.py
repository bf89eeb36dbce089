"""Links to choose a password by: signed, for one person and one purpose, good once and for a limited time."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from django.core import signing

from relasi.users.user import Status, User

GOOD_FOR = {"invitation": timedelta(days=7), "reset": timedelta(hours=2)}

# An invitation dies when it is used or taken back; a reset is of no use to someone who was suspended.
FITS = {"invitation": (Status.INVITED,), "reset": (Status.ACTIVE, Status.LOCKED)}


def make_link(user: User, purpose: str) -> str:
    """The path of the page where this person chooses a password. purpose: a key of GOOD_FOR."""
    token = _signer(purpose).sign_object([user.pk, _state(user)])
    return f"/password/choose/{purpose}/{token}/"


def read_link(purpose: str, token: str, *, lock: bool = False) -> User | None:
    """The person a link was made for, or None when it is forged, used, too old or of another purpose.

    lock: hold the person's row until the transaction ends.
    """
    if purpose not in GOOD_FOR:
        return None
    try:
        id, state = _signer(purpose).unsign_object(token, max_age=GOOD_FOR[purpose])
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = User._base_manager.select_for_update() if lock else User._base_manager
    user = rows.filter(pk=id, status__in=FITS[purpose]).first()
    return user if user is not None and hmac.compare_digest(str(state), _state(user)) else None


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"relasi.password-link.{purpose}")


def _state(user: User) -> str:
    """Changes with the password, the address and the status: whatever was sent before is then void."""
    stands = f"{user.pk} {user.password} {user.email} {user.status}"
    return hashlib.sha256(stands.encode()).hexdigest()[:32]
