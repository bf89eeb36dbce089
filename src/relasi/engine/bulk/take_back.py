"""Taking back: a change set undone slice by slice, with what was left because somebody changed it since."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.bulk.job import Act, BulkFault, BulkJob
from relasi.engine.bulk.outcome import Outcome
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.long_job import Status
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.undo import Over, Undone, revert_some, roots_of

# The code of a value that was changed since and left as it is.
LEFT = "TOUCHED_SINCE"


def begin_undo(user: Any, change_set: ChangeSet, *, slug: str = "", impersonator: Any = None) -> BulkJob:
    """A job that takes the change set back; nothing of it is done yet. Raises Refused when it was taken back."""
    if change_set.reverted_by.exists():
        raise Refused([Refusal("", "INVALID_TRANSITION", _("This was undone already."))])
    job = BulkJob.begun(
        user=user, act=Act.UNDO, module=_module_of(change_set), slug=slug, undoes=change_set.pk, impersonator=impersonator
    )  # fmt: skip
    job.freeze(roots_of(change_set))
    return job


def begin_again(job: BulkJob, chosen: Any) -> BulkJob:
    """A job that takes back after all what that undo has left. chosen: those of its faults, a QuerySet."""
    ids = [one.pk for one in chosen if may_be_forced(one.home)]
    job.faults.update(chosen=False)
    job.faults.filter(pk__in=ids).update(chosen=True)
    again = BulkJob.begun(
        user=job.user, act=Act.UNDO, module=job.module, slug=job.slug, undoes=job.undoes, over=job,
        impersonator=job.impersonator,
    )  # fmt: skip
    again.freeze(job.faults.filter(chosen=True).order_by("pk").values_list("record", flat=True).iterator())
    return again


def _module_of(change_set: ChangeSet) -> str:
    """The module it wrote first: what its page leads back to."""
    rows = ChangeRow.objects.filter(change_set=change_set).order_by("id")
    for table in rows.values_list("origin", flat=True)[:1]:
        with suppress(UnknownModule):
            return registry.by_table(table).key
    return ""


def take_back(job: BulkJob, roots: list[int]) -> Outcome:
    """What cannot be taken back takes only its own record with it, found by halving."""
    outcome = Outcome()
    change_set = ChangeSet.objects.get(pk=cast(int, job.undoes))
    _take(job, change_set, roots, _over(job, roots), outcome)
    return outcome


def _over(job: BulkJob, roots: list[int]) -> Over:
    if job.over_id is None:
        return ()
    rows = BulkFault.objects.filter(job=job.over_id, chosen=True, record__in=roots)
    return {
        (record, reason["column"])
        for record, reasons in rows.values_list("record", "reasons")
        for reason in reasons
        if reason["code"] == LEFT
    }


def _take(job: BulkJob, change_set: ChangeSet, roots: list[int], over: Over, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            undone = revert_some(change_set, roots, over)
    except (Refused, IntegrityError, DataError) as error:
        if len(roots) > 1:
            half = len(roots) // 2
            _take(job, change_set, roots[:half], over, outcome)
            _take(job, change_set, roots[half:], over, outcome)
        else:
            refusals = error.refusals if isinstance(error, Refused) else [_unaccepted()]
            outcome.refuse(_key_of(roots[0], job), roots[0], refusals)
    else:
        outcome.done += undone.count
        tell_left(undone, outcome)


def may_be_forced(module: Module) -> bool:
    """A record with lines comes back whole or not at all: its figures would not add up."""
    return module.lines_module is None and not module.is_line


def note_left(user: Any, change_set: ChangeSet, undone: Undone) -> BulkJob:
    """A finished job for an undo that was done at once, so that its person can look at what it left, and choose."""
    outcome = Outcome(done=undone.count)
    tell_left(undone, outcome)
    job = BulkJob.begun(
        user=user, act=Act.UNDO, module=_module_of(change_set), undoes=change_set.pk, status=Status.DONE,
        total=undone.count + len(outcome.faults), taken=undone.count + len(outcome.faults), counts=outcome.counts(),
        change_set=undone.change_set, started_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    keep_faults(job, outcome)
    return job


def keep_faults(job: BulkJob, outcome: Outcome) -> None:
    if not outcome.faults:
        return
    rows = RecordIndex.objects.in_bulk([id for _module, id in outcome.faults])
    BulkFault.objects.bulk_create(
        BulkFault(
            job=job,
            module=module,
            record=id,
            number=rows[id].number if id in rows else "",
            title=rows[id].title if id in rows else "",
            reasons=reasons,
        )
        for (module, id), reasons in outcome.faults.items()
    )


def _unaccepted() -> Refusal:
    return Refusal("", "INVALID_VALUE", _("The database does not accept these values."))


def _key_of(record: int, job: BulkJob) -> str:
    return RecordIndex.objects.filter(pk=record).values_list("module", flat=True).first() or job.module


def tell_left(undone: Undone, outcome: Outcome) -> None:
    """Each value that was left, with what the undo would have made of it."""
    for plan in undone.plans:
        if plan.module.is_line:
            continue  # told with its record
        by_column = {field.attname: name for name, field in plan.module.fields.items()}
        for id, column in plan.conflicts:
            before, after = plan.stood.get((id, column), (None, None))
            outcome.leave(
                plan.module.key, id, field=by_column.get(column, ""), code=LEFT, column=column,
                message=_("Somebody changed this since."), before=before, after=after,
            )  # fmt: skip
