"""Undo of records with lines: such a record is taken back whole or not at all, or its figures would not add up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, write


def keep_whole(plans: list[Any]) -> None:
    """Leaves out records that somebody touched since, with all their lines, and says so as a conflict."""
    for lines in [plan for plan in plans if plan.module.is_line]:
        wholes = _wholes(lines)
        header = next((p for p in plans if p.module.lines_module is lines.module), None)
        touched = {wholes[id] for id, _column in lines.conflicts if id in wholes}
        touched |= {id for id, _column in header.conflicts} if header else set()
        if header:
            header.conflicts += [
                (id, "lines") for id in sorted(touched - {id for id, _c in header.conflicts})
            ]
            _leave(header, touched)
        # Lines lie in the bin with their record as they stood, so that it comes back with them.
        gone = set(header.trash) if header else set()
        _leave(lines, {id for id, whole in wholes.items() if whole in touched | gone})


def _leave(plan: Any, ids: set[int]) -> None:
    plan.trash = [id for id in plan.trash if id not in ids]
    plan.restore = [id for id in plan.restore if id not in ids]
    plan.put_back = {id: values for id, values in plan.put_back.items() if id not in ids}


def _wholes(plan: Any) -> dict[int, int]:
    """Line -> the record it belongs to."""
    ids = {*plan.put_back, *plan.trash, *plan.restore, *(id for id, _column in plan.conflicts)}
    rows = plan.module.model._base_manager.filter(pk__in=ids)
    return dict(rows.values_list("pk", plan.module.whole.attname))


def leave_to_wholes(plans: list[Any]) -> None:
    """Parts of a record that goes to the bin go there with it, and come back with it."""
    for plan in plans:
        if plan.module.taken_back and plan.trash:
            whole = whole_module(plan.module)
            going = {id for other in plans if other.module is whole for id in other.trash}
            wholes = _wholes(plan)
            plan.trash = [id for id in plan.trash if wholes.get(id) not in going]


def authority(plan: Any) -> str:
    """Lines and parts that are taken back are nobody's to change alone; who may change their records may take them back.
    Raises Refused."""
    if not (plan.module.is_line or plan.module.taken_back):
        return ""
    whole = plan.module.whole.related_model
    for record in whole._base_manager.filter(pk__in=set(_wholes(plan).values())):
        if not may(acting_user(), "edit", whole_module(plan.module), record):
            raise Refused([Refusal("", "NO_PERMISSION", _("You may not change this record."))])
    return "lines go with their record"


def whole_module(lines: Module) -> Module:
    return registry.of(lines.whole.related_model)


def work_out_again(plans: list[Any]) -> None:
    """The figures of records put back, or whose lines came back, from what stands there now; in the bin as well, for
    they come out of it as they lie there."""
    ids: dict[str, set[int]] = {}
    for plan in plans:
        if plan.module.is_line:
            ids.setdefault(whole_module(plan.module).key, set()).update(_wholes(plan).values())
        elif plan.module.lines_module:
            ids.setdefault(plan.module.key, set()).update(plan.put_back)
    for key, some in ids.items():
        if some:
            drafts = [Draft({}, id=id) for id in sorted(some)]
            write(registry.module(key), drafts, authorised="figures follow their lines")
