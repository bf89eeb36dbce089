"""Tables of the API."""

from relasi.engine.api.company_usage import UsageDay, UsageHour
from relasi.engine.api.daily import ApiDay
from relasi.engine.api.delivery import Attempt, Delivery, WebhookPlace
from relasi.engine.api.idempotency import KeptAnswer
from relasi.engine.api.metering import ApiMinute, ApiUse
from relasi.engine.api.storage_used import StorageDay
from relasi.engine.api.token import ApiToken
from relasi.engine.api.usage_limits import UsageLimits
from relasi.engine.api.webhook import AllowedHost, Webhook

__all__ = [
    "AllowedHost", "ApiDay", "ApiMinute", "ApiToken", "ApiUse", "Attempt", "Delivery", "KeptAnswer", "StorageDay",
    "UsageDay", "UsageHour", "UsageLimits", "Webhook", "WebhookPlace",
]  # fmt: skip
