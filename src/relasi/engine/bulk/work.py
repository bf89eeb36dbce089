"""Work: what a job means for some of its records: drafts for the write door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import has_tool, may
from relasi.engine.activity.follow import OWN, Follow, drafts_to_follow, drafts_to_unfollow
from relasi.engine.activity.tag import tags_for
from relasi.engine.activity.tagging import Tagging, drafts_to_put, drafts_to_take_off
from relasi.engine.bulk.by_percent import ByPercent
from relasi.engine.bulk.job import Act, BulkJob
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.money import decimals_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.write import Draft


@dataclass
class Work:
    """how: of the write door. A draft's `row` is its record where it is a draft of something else."""

    module: Module
    drafts: list[Draft]
    how: dict[str, Any] = field(default_factory=dict)


def work_on(job: BulkJob, ids: list[int]) -> Work:
    if job.act == Act.EDIT:
        return Work(job.home, _edits(job, ids), {"parsed": True})
    if job.act == Act.DELETE:
        return Work(job.home, [Draft({}, id=id) for id in ids], {"verb": "trash"})
    if job.act == Act.TAG:
        return Work(registry.of(Tagging), drafts_to_put(job.values["tag"], ids))
    if job.act == Act.UNTAG:
        return Work(registry.of(Tagging), drafts_to_take_off(job.values["tag"], ids), {"verb": "trash"})
    if job.act == Act.FOLLOW:
        return Work(registry.of(Follow), drafts_to_follow(ids))
    return Work(registry.of(Follow), drafts_to_unfollow(ids), {"verb": "trash", "authorised": OWN})


def _edits(job: BulkJob, ids: list[int]) -> list[Draft]:
    moves = job.by_percent
    if not moves:
        return [Draft(job.parsed_values, id=id) for id in ids]
    rows = job.home.model._base_manager.filter(pk__in=ids)
    if job.home.whole is not None:
        rows = rows.select_related(job.home.whole.name)
    found = rows.in_bulk()
    return [Draft(job.parsed_values | _moved(job.home, moves, found.get(id)), id=id) for id in ids]


def _moved(module: Module, moves: dict[str, ByPercent], record: Any) -> dict[str, Any]:
    """Amounts from what they are now; one that is empty stays empty."""
    found = {}
    for name, move in moves.items():
        kind: Any = kind_of(module.fields[name])
        currency = kind.currency_of(record, current_reader())
        amount = move.of(getattr(record, name, None), getattr(record, "decimals", decimals_of(currency)))
        if amount is not None:
            found[name] = amount
    return found


def record_of(draft: Draft) -> int:
    return draft.row if draft.row is not None else draft.id  # type: ignore[return-value]


def allowed(job: BulkJob) -> bool:
    """Whether the acting person may do this at all; what they may do with each record the write door says."""
    user = acting_user()
    if job.act == Act.UNDO:
        return True
    if job.act == Act.EDIT:
        return has_tool(user, "mass_edit") and may(user, "edit", job.home)
    if job.act == Act.DELETE:
        return may(user, "delete", job.home)
    if job.act in (Act.TAG, Act.UNTAG) and not tags_for(user).filter(pk=job.values.get("tag")).exists():
        return False
    return may(user, "view", job.home)
