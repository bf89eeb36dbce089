"""Tables of the API."""

from relasi.engine.api.idempotency import KeptAnswer
from relasi.engine.api.metering import ApiMinute, ApiUse
from relasi.engine.api.token import ApiToken

__all__ = ["ApiMinute", "ApiToken", "ApiUse", "KeptAnswer"]
