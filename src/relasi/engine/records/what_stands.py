"""What stands: of many drafts everything is written that can be; what the database refuses takes only its own draft
with it, found by halving."""

from __future__ import annotations

from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, write


def write_what_stands(module: Module, drafts: list[Draft], **how: Any) -> None:
    """Afterwards each draft has its record and change, or its refusals. how: of `write`. Inside a transaction."""
    if not drafts:
        return
    try:
        with transaction.atomic():
            write(module, drafts, partial=True, **how)
    except (Refused, DataError, IntegrityError) as error:
        before = [draft.refusals if draft.record is None else [] for draft in drafts]
        for draft, refusals in zip(drafts, before, strict=True):
            draft.record, draft.change, draft.refusals = None, None, refusals  # type: ignore[assignment]
        if len(drafts) > 1:
            half = len(drafts) // 2
            write_what_stands(module, drafts[:half], **how)
            write_what_stands(module, drafts[half:], **how)
        elif isinstance(error, Refused):
            drafts[0].refusals += error.refusals
        else:
            drafts[0].refuse("", "INVALID_VALUE", _("The database does not accept these values."))
