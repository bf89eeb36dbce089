"""Legal hold: a record that must be kept as evidence is neither purged from the bin nor erased while the hold stands."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import RecordIndex


class LegalHold(Tracked):
    """record_id: of any record, told by its number. No foreign key, for a hold may outlive what it held."""

    record_number = TextField(
        _("Record number"), max_length=50, required=True, help_text=_("As it stands on its page: CON-00012.")
    )
    record_id = models.BigIntegerField(null=True, editable=False, db_index=True)
    reason = LongTextField(_("Reason"), required=True)
    active = BooleanField(_("Active"), default=True, help_text=_("Lifted when it is off."))

    class Meta(Tracked.Meta):
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")

    class Module(Declaration):
        slug = "legal-holds"
        area = "settings"
        icon = "scale"
        title = "reason"
        columns = ["record_number", "reason", "active"]
        sort = ["-id"]
        form = [Section(_("Legal hold"), "record_number reason active")]

    def __str__(self) -> str:
        return self.reason or ""

    def before_save(self, change: Any) -> None:
        if change.is_new or change.has("record_number"):
            found = RecordIndex.objects.filter(number__iexact=(self.record_number or "").strip()).first()
            self.record_id = found.pk if found else None
            self.record_number = found.number if found else self.record_number

    def clean(self, change: Any = None) -> None:
        if self.record_id is None:
            raise Refusal("record_number", "BAD_REFERENCE", _("There is no record of this number."))


def all_held() -> list[int]:
    """Ids of the records that are kept, with whatever hangs on them."""
    rows = LegalHold._base_manager.filter(active=True, trashed_at=None, record_id__isnull=False)
    return [id for id in rows.values_list("record_id", flat=True) if id is not None]


def held_among(ids: list[int]) -> set[int]:
    return set(ids) & set(all_held())


def refuse_held(ids: list[int]) -> None:
    """Raises Refusal when one of these records is kept as evidence."""
    if held_among(ids):
        raise Refusal("", "LOCKED", _("This record stands under a legal hold. An admin can lift it."))
