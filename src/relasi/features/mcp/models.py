"""Proposal: what a program would like to be written, until the person it works for approves or refuses it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.api.token import ApiToken
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.records.erasing import also_erased

ENDS = timedelta(days=14)


class State(Choices):
    WAITING = "waiting", _("Waits for you"), "kuning"
    APPROVED = "approved", _("Approved"), "hijau"
    REFUSED = "refused", _("Refused"), "merah"
    OVER = "over", _("Too old"), "gray"


class Proposal(models.Model):
    """user: whose program it is, who alone decides. token: None for a program on the server itself.

    operations: a list of {"entry", "op", "id", "version", "known", "values"}; version and known (the last row of its
    history) are those of the record when it was proposed. change_set: the one it became.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", db_index=False)
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+", db_index=False)
    program = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    operations: Any = models.JSONField(default=list)
    rows = models.IntegerField()
    state = ChoiceField(State, required=True)
    made_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    change_set = models.BigIntegerField(null=True)

    class Meta:
        db_table = "mcp_proposal"
        indexes = [models.Index(fields=["user", "-id"], name="mcp_proposal_user")]

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> State:
        """Its state today: one that waited too long can only be proposed again."""
        waiting = self.state == State.WAITING
        return State.OVER if waiting and self.made_at < timezone.now() - ENDS else State(self.state)

    @property
    def open(self) -> bool:
        return self.standing is State.WAITING


def proposals_of(user: Any) -> models.QuerySet[Proposal]:
    return Proposal.objects.filter(user=user.id).order_by("-id")


def forget_told(records: list[int]) -> int:
    """Takes what was proposed for these records, or became them, out of every proposal. Returns of how many."""
    found = list(Proposal.objects.filter(_about(records)))
    for one in found:
        one.operations = [{**each, "values": {}} for each in one.operations]
        one.title = ""
        one.state = State.REFUSED if one.state == State.WAITING else one.state
    Proposal.objects.bulk_update(found, ["operations", "title", "state"])
    return len(found)


def _about(records: list[int]) -> models.Q:
    from relasi.engine.records.change_set import ChangeRow

    made = ChangeRow.objects.filter(record_id__in=records, kind="c").values("change_set")
    about = models.Q(change_set__in=made)
    for record in records:
        about |= models.Q(operations__contains=[{"id": record}])
    return about


also_erased("proposals", forget_told)
