"""Numbered: lines of goods that name each piece by its serial number."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from relasi.engine.records.refusal import Refusal


class Numbered:
    """Mixed into a class of lines that has a field `serials`: one number in each row of a text."""

    serials: str | None

    @property
    def serial_list(self) -> list[str]:
        return (self.serials or "").splitlines()

    def tidy_serials(self) -> None:
        found = re.split(r"[\n,;]+", self.serials or "")
        self.serials = "\n".join(one.strip() for one in found if one.strip()) or None

    def check_serials_once(self) -> None:
        if len(self.serial_list) != len({one.casefold() for one in self.serial_list}):
            raise Refusal("serials", "NOT_UNIQUE", _("A serial number stands here twice."))
