"""Named: a row of settings with a name in the company's language and, where it differs, in English."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.text import TextField


class Named(models.Model):
    name = TextField(_("Name"), max_length=100, required=True)
    name_en = TextField(_("Name in English"), max_length=100)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        # Where a list loaded the name alone, asking for the other one would cost a query for each row.
        return in_language(self.name, self.__dict__.get("name_en"))


def in_language(text: str | None, english: str | None) -> str:
    return (english if english and get_language() == "en" else text) or ""


in_both: Any = lazy(in_language, str)
