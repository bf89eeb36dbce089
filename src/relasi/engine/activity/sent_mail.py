"""Sent mail: what went out to a customer about a record by mail: to whom, with which words, with which file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.activity.hanging import Hanging, may_on, record_key
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.fields.text import LongTextField, TextField


class SentMail(Hanging):
    """recipients, copies: addresses with commas between them. file_name: of the attachment."""

    asks = "edit"

    record = record_key()
    recipients = TextField(_("To"), max_length=1000, required=True)
    copies = TextField(_("Copy to"), max_length=1000)
    subject = TextField(_("Subject"), max_length=200, required=True)
    text = LongTextField(_("Text"), required=True)
    file_name = TextField(_("File"), max_length=150)

    class Meta(Hanging.Meta):
        abstract = False
        verbose_name = _("sent mail")
        verbose_name_plural = _("sent mails")
        triggers = history_triggers()

    class Module(Declaration):
        self_ruled = True
        hangs_on = "record"
        icon = "mail"
        title = "subject"

    def __str__(self) -> str:
        return self.subject or ""

    def permits(self, user: Any, verb: str) -> bool:
        """What went out has gone out: nobody changes it."""
        return verb in ("view", "create") and may_on(self.record, user, "view")
