"""Turn: how far the turns of a rule are, in a row that whoever gives a record holds until the transaction ends."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from relasi.engine.assigning.choosing import Turn
from relasi.engine.assigning.rule import AssignmentRule


class AssignmentTurn(models.Model):
    """state: of choosing.Turn."""

    rule = models.OneToOneField(AssignmentRule, models.CASCADE, primary_key=True, related_name="+")
    state = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.rule_id}"


def turns_of(rules: Sequence[int], *, locked: bool) -> dict[int, Turn]:
    """Rule -> its turn. locked: until this transaction ends nobody else gives by these rules. Always in the order of
    their ids, so that no two wait for each other."""
    ids = sorted(rules)
    if locked:
        AssignmentTurn.objects.bulk_create([AssignmentTurn(rule_id=id) for id in ids], ignore_conflicts=True)
    rows = AssignmentTurn.objects.filter(pk__in=ids).order_by("pk")
    stored = {row.pk: row.state for row in (rows.select_for_update() if locked else rows)}
    return {id: Turn.of(stored.get(id, {})) for id in ids}


def keep_turn(rule: int, turn: Turn) -> None:
    AssignmentTurn.objects.filter(pk=rule).update(state=turn.stored())
