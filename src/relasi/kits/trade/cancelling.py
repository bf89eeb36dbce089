"""Cancelling: a document that does not hold any more stays, and says why."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.words import Action
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update

CANCELLED = "cancelled"


class Cancellable(models.Model):
    """Abstract, beside a document whose flow leads to "cancelled"."""

    cancel_reason = TextField(_("Cancelled because"))

    class Meta:
        abstract = True

    def cancel(self, cancel_reason: Any = None) -> Any:
        if not cancel_reason:
            raise Refused([Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))])
        return update(self, {"status": CANCELLED, "cancel_reason": cancel_reason})


def cancel_action(label: Any) -> Action:
    return Action("cancel", label, icon="ban", ask=("cancel_reason",), quiet=True, danger=True,
                  when=lambda document: document.flow.by_hand(document.status, CANCELLED))  # fmt: skip
