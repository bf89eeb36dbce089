"""Operations: what a proposal would write, read strictly, tried out and carried out through the write door."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting_user, current_acting
from relasi.engine.access.door import fields_for
from relasi.engine.api.acts import Step, carried_out, runs_of, step_of
from relasi.engine.api.problem import Problem
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.tried import tried
from relasi.engine.screens.changes import Changed, changed_in
from relasi.engine.screens.shell import Entry, entry_of

MOST = 100


@dataclass
class Outcome:
    """changed: what comes of it, as far as the person may see it. warnings: sentences to be agreed to, with their codes
    in `confirm`. refusals: why it cannot be done; then nothing is in `changed`."""

    changed: list[Changed] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    confirm: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


Placed = tuple[Entry, Step]


def steps_of(operations: list[dict[str, Any]]) -> list[Placed]:
    """Each with the module it is about. Raises Problem for what cannot be read, and for a module that is not there."""
    found = []
    for place, one in enumerate(operations):
        rest = {name: value for name, value in one.items() if name not in ("entry", "known")}
        try:
            entry = entry_of(one["entry"])
        except KeyError:
            raise Problem(404, "NOT_FOUND", _("There is no such module."), f"operations.{place}") from None
        found.append((entry, step_of(entry, place, rest)))
    return found


def carry_out(operations: list[dict[str, Any]], confirmed: list[str]) -> list[Placed]:
    """All of them or none, with the rights of whoever acts. Raises Refused, each refusal's field with its place."""
    steps = steps_of(operations)
    with transaction.atomic():
        for _key, some in groupby(steps, key=lambda one: (one[0].slug, one[1].op)):
            placed = list(some)
            for run in runs_of([step for _entry, step in placed]):
                carried_out(placed[0][0], run, confirmed)
        wrong = [
            Refusal(f"operations.{step.index}.{one.field}".rstrip("."), one.code, one.message, **one.more)
            for _entry, step in steps
            for one in step.draft.refusals
        ]
        if wrong:
            raise Refused(wrong)
    return steps


def rehearsed(operations: list[dict[str, Any]]) -> Outcome:
    """What would come of them now, by doing them and taking them back at once."""
    found = Outcome()
    for _attempt in range(3):  # what is asked about may stand behind something else that is asked about
        try:
            found.changed = tried(lambda: carry_out(operations, found.confirm), _told)
        except Refused as wrong:
            asked = [one for one in wrong.refusals if one.more.get("confirm")]
            if len(asked) < len(wrong.refusals):
                found.refusals = [one for one in wrong.refusals if not one.more.get("confirm")]
                return found
            found.warnings += dict.fromkeys(str(one.message) for one in asked)
            found.confirm += dict.fromkeys(one.more["confirm"] for one in asked)
        else:
            return found
    return found


def _told(steps: list[Placed]) -> list[Changed]:
    """The records proposed first, with what is new in them; then what else follows."""
    user, change_set = acting_user(), current_acting().change_set
    if change_set is None:
        return []
    by_record = {step.draft.record.pk: (entry, step) for entry, step in steps}
    found = changed_in(change_set, user)
    for one in found:
        entry, step = by_record.get(one.id, (None, None))
        if entry is None or step is None or one.module is not entry.module:
            continue
        if step.op == "create":
            one.url, one.fields = "", _given(entry, step, fields_for(user, "view", entry.module))
        elif step.op != "update":
            one.kind, one.fields = step.op, []
    return sorted(found, key=lambda one: one.id not in by_record)


def _given(entry: Entry, step: Step, seen: set[str]) -> list[tuple[Any, Any, Any]]:
    """The values a new record was given, in the reader's words."""
    found = []
    for name in step.draft.values:
        of = entry.module.fields.get(name)
        if of is not None and name in seen and not kind_of(of).secret:
            kind = kind_of(of)
            found.append((kind.label, None, kind.text_of(step.draft.record)))
    return found
