"""Assignment note: which rule gave a record to whom, and why the others were passed over. A log, never edited."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.records.record import RecordIndex


class Result(models.TextChoices):
    GIVEN = "given", _("Given")
    MANUAL = "manual", _("Given by hand")
    NOBODY = "nobody", _("Nobody could take it")
    MANAGER = "manager", _("Given to the manager of the group")
    CLOSED = "closed", _("Closed already, so not given")


class AssignmentNote(models.Model):
    """candidates: [{"rule": id, "user": id, "reason": key}] in the order they were asked; an empty reason: could take it.

    rule: None where somebody gave it by hand. user: who has it now, None where it stays with the group.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    rule = models.ForeignKey(AssignmentRule, models.CASCADE, null=True, related_name="+")
    record = models.ForeignKey(RecordIndex, models.CASCADE, related_name="+")
    user = models.ForeignKey("users.User", models.CASCADE, null=True, related_name="+", db_index=False)
    by = models.ForeignKey("users.User", models.CASCADE, null=True, related_name="+", db_index=False)
    result = models.CharField(max_length=10, choices=Result)
    candidates = models.JSONField(default=list)
    change_set = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="assignment_note_newest")]

    def __str__(self) -> str:
        return f"{self.result} {self.record_id}"
