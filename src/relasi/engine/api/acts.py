"""Acts: the verbs of a module, many records in one request, and the undo of a change set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import rights_of
from relasi.engine.api.caller import Caller
from relasi.engine.api.given import (
    LARGEST_ID,
    body_of,
    lines_in,
    listed,
    only,
    parameters,
    values_in,
    whole_number,
)
from relasi.engine.api.problem import Problem, error_of, not_there
from relasi.engine.api.records import again, record_of
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, write
from relasi.engine.screens.one_view import actions_for
from relasi.engine.screens.shell import Entry

MOST = 1000
OPERATIONS = ("create", "update", "delete", "restore")


def do(caller: Caller, entry: Entry, id: int, verb: str) -> HttpResponse:
    """A verb the module declares. The body holds what it asks for; what is left out is as the form would propose it."""
    record = record_of(caller, entry, id)
    module = entry.module
    action = next((one for one in actions_for(caller.user, module, record) if one.verb == verb), None)
    if action is None:
        raise not_there()
    caller.must_write(module)
    asked_for = parameters(caller.request, "confirm")
    current_acting().confirmed = frozenset(listed(asked_for["confirm"]))
    given = only(body_of(caller.request), *action.ask)
    blank = getattr(record, action.form)() if action.form else record
    asked = Module(type(blank), Declaration) if action.form else module
    proposed = {name: _proposed(asked, blank, name) for name in action.ask if name not in given}
    result = getattr(record, verb)(**proposed, **values_in(asked, given))
    return again(caller, entry, id, result=_made(caller, result), change_set=current_acting().change_set)


def _proposed(asked: Module, blank: Any, name: str) -> Any:
    field = asked.fields.get(name)
    if field is None:
        return None
    kind = kind_of(field)
    return kind.typed(kind.value_of(blank))


def _made(caller: Caller, result: Any) -> dict[str, Any] | None:
    """The record a verb leads to, such as the deal a lead became."""
    if result is None or not hasattr(result, "pk") or not registry.knows(result._meta.label):
        return None
    module = registry.of(result)
    return {"module": module.slug, "id": result.pk} if module.is_record else None


@dataclass
class Step:
    """One operation of many. index: its place among them."""

    index: int
    op: str
    draft: Draft


def bulk(caller: Caller, entry: Entry) -> HttpResponse:
    """Up to MOST operations in one change set: all or none, unless `atomic` is false."""
    caller.must_write(entry.module)
    parameters(caller.request)
    given = only(body_of(caller.request), "operations", "atomic", "confirm")
    steps, atomic = _steps(entry, given), given.get("atomic", True)
    confirmed = given.get("confirm", [])
    if not isinstance(atomic, bool):
        raise Problem(422, "INVALID_VALUE", _("This is true or false."), "atomic")
    if not isinstance(confirmed, list) or not all(isinstance(one, str) for one in confirmed):
        raise Problem(422, "INVALID_VALUE", _("A value of this type does not belong here."), "confirm")
    with transaction.atomic():
        results = [one for run in runs_of(steps) for one in carried_out(entry, run, confirmed)]
        wrong = [error for one in results for error in one.get("errors", ())]
        if atomic and wrong:
            sentence = _("Nothing was done: %(n)s operations are refused.")
            count = sum("errors" in one for one in results)
            raise Problem(422, wrong[0]["code"], sentence % {"n": count}, errors=wrong)
    results.sort(key=lambda one: one["index"])
    refused = sum("errors" in one for one in results)
    body = {"change_set": current_acting().change_set, "done": len(results) - refused, "refused": refused}
    return JsonResponse(body | {"results": results})


def _steps(entry: Entry, given: dict[str, Any]) -> list[Step]:
    operations = given.get("operations")
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST:
        sentence = _("One request holds 1 to %(most)s operations.") % {"most": MOST}
        raise Problem(422, "OUT_OF_RANGE", sentence, "operations")
    return [step_of(entry, place, one) for place, one in enumerate(operations)]


def step_of(entry: Entry, place: int, one: Any) -> Step:
    """An operation as it was sent: op, id, version, values. What is wrong with its values waits in its draft."""
    here = f"operations.{place}"
    if not isinstance(one, dict) or one.get("op") not in OPERATIONS:
        words = ", ".join(OPERATIONS)
        raise Problem(422, "INVALID_VALUE", _("“op” is one of: %(words)s.") % {"words": words}, f"{here}.op")
    only(one, "op", "id", "version", "values")
    op, values = one["op"], one.get("values", {})
    if not isinstance(values, dict) or (values and op not in ("create", "update")):
        raise Problem(422, "INVALID_VALUE", _("A value of this type does not belong here."), f"{here}.values")
    draft = Draft({}, row=place)
    if op != "create":
        draft.id = whole_number(one.get("id"), f"{here}.id")
    elif "id" in one or "version" in one:
        raise Problem(422, "INVALID_VALUE", _("A new record has no id yet."), f"{here}.id")
    if "version" in one:
        draft.version = whole_number(one["version"], f"{here}.version")
    if op in ("create", "update"):
        try:
            given = {**(dict(entry.fixed) if op == "create" else {}), **values}
            draft.lines = lines_in(entry.module, given)
            draft.values = values_in(entry.module, given)
        except Refused as wrong:
            draft.refusals += wrong.refusals
    return Step(place, op, draft)


def runs_of(steps: list[Step]) -> Iterator[list[Step]]:
    """Neighbours of one kind go through the door together; no record twice in one go."""
    for _op, some in groupby(steps, key=lambda step: step.op):
        run: list[Step] = []
        for step in some:
            if step.draft.id is not None and any(one.draft.id == step.draft.id for one in run):
                yield run
                run = []
            run.append(step)
        yield run


VERBS = {"create": "save", "update": "save", "delete": "trash", "restore": "restore"}


def carried_out(entry: Entry, run: list[Step], confirmed: list[str]) -> list[dict[str, Any]]:
    """What came of each step of a run of `runs_of`; what is refused is in its draft too."""
    standing = [step.draft for step in run if not step.draft.refusals]
    _keep_to_the_entry(entry, [draft for draft in standing if draft.id is not None])
    standing = [draft for draft in standing if not draft.refusals]
    if standing:
        try:
            write(entry.module, standing, verb=VERBS[run[0].op], partial=True, confirmed=confirmed)
        except Refused as wrong:  # another transaction was quicker than our checks
            for draft in standing:
                draft.refusals = draft.refusals or list(wrong.refusals)
    return [_result(step) for step in run]


def _keep_to_the_entry(entry: Entry, drafts: list[Draft]) -> None:
    """A part of a module, such as companies among accounts, changes nothing beside it."""
    if not entry.fixed:
        return
    rows = entry.module.model._base_manager.filter(pk__in=[d.id for d in drafts], **dict(entry.fixed))
    known = set(rows.values_list("pk", flat=True))
    for draft in drafts:
        if draft.id not in known:
            draft.refuse("", "NOT_FOUND", _("This record is not there, or you may not see it."))


def _result(step: Step) -> dict[str, Any]:
    draft = step.draft
    if draft.refusals:
        errors = [error_of(one, index=step.index) for one in draft.refusals]
        return {"index": step.index, "op": step.op, "id": draft.id, "version": None, "errors": errors}
    return {
        "index": step.index, "op": step.op, "id": draft.record.pk, "version": draft.record.version,
    }  # fmt: skip


def undo(caller: Caller, id: int) -> HttpResponse:
    """Takes a change set of one's own back, an admin anybody's, as far as nobody touched it since."""
    rows = (
        ChangeSet.objects.all()
        if rights_of(caller.user).admin
        else ChangeSet.objects.filter(user=caller.user.id)
    )
    found = rows.filter(pk=id).first() if id <= LARGEST_ID else None
    if found is None:
        raise not_there()
    caller.must_write_everything()
    parameters(caller.request)
    only(body_of(caller.request))
    undone = revert(found)
    conflicts = [
        {"module": module.slug, "id": record, "field": column} for module, record, column in undone.conflicts
    ]
    return JsonResponse({"change_set": undone.change_set, "undone": undone.count, "conflicts": conflicts})
