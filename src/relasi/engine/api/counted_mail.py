"""Counted mail: whatever the product mails, from whichever page or job, is counted as it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from relasi.engine.access.acting import SYSTEM, NobodyActing, current_acting
from relasi.engine.api.company_usage import note, warn_if_near
from relasi.engine.api.usage_limits import MAILS


class CountedMail(BaseEmailBackend):
    """Sends by MAIL_SENT_BY, a mail backend of Django."""

    def __init__(self, fail_silently: bool = False, **given: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.sender = get_connection(settings.MAIL_SENT_BY, fail_silently=fail_silently, **given)

    def open(self) -> bool | None:
        return self.sender.open()

    def close(self) -> None:
        self.sender.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """A mail to several people is one; what does not go out is none."""
        sent = self.sender.send_messages(email_messages) or 0
        if sent:
            note(MAILS, _source(), good=True, amount=sent)
            warn_if_near(MAILS)
        return int(sent)


def _source() -> str:
    try:
        user = current_acting().user
    except NobodyActing:
        return ""
    return "" if user is None or user is SYSTEM else f"person {user.id}"
