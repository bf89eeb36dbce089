"""Opt-out: programs know yes or no; we keep how somebody said yes or no to mail."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from relasi.features.compat.field import Field, Given, choose
from relasi.features.compat.values import plain

COLUMN, OUT, NONE = "email_opt_in", ("out_user", "out_contact"), "none"
TRUE = ("1", "true", "on", "yes")


class OptOut(Field):
    type, label = "boolean", "Email Opt Out"
    needs = (COLUMN,)

    def told(self, record: Any) -> str:
        return "1" if getattr(record, COLUMN) in OUT else "0"

    def put(self, raw: Any, given: Given) -> None:
        """No to mail is no by whoever writes it; a withdrawn no leaves no consent, for nobody has given one."""
        out, now = plain(raw).strip().lower() in TRUE, given.now(COLUMN)
        if out and now not in OUT:
            given.values[COLUMN] = OUT[0]
        elif not out and now in OUT:
            given.values[COLUMN] = NONE

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        words = dict.fromkeys(OUT, "1") | dict.fromkeys(
            ("none", "single_user", "single_webform", "double"), "0"
        )
        return choose(COLUMN, words, op, values)
