"""Taking back: a whole import undone, and a report of what was left because somebody changed it since."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.records.at_work import at_work, seldom_collected
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.long_job import Status
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import Undone, revert
from relasi.engine.transfer.import_ import ImportJob

# So many records that were left are named.
MOST_NAMED = 200


def take_back(job: ImportJob) -> None:
    """Undoes the import. Returns at once when another process has the job, or nothing is to be undone."""
    if not job.claim():
        return
    try:
        job.refresh_from_db()
        if job.change_set is None or job.undone_by is not None or job.status != Status.UNDOING:
            return
        with at_work(job.user, job.reader, via="import", reason=job.name), seldom_collected():
            try:
                undone = revert(ChangeSet.objects.get(pk=job.change_set))
            except Refused as refused:
                job.note(status=Status.DONE, trouble=str(refused.refusals[0].message))
            else:
                job.note(
                    status=Status.UNDONE, undone_by=undone.change_set, undone=_report(undone), trouble=""
                )
    except Exception:
        with translation.override(job.language):
            job.note(status=Status.DONE, trouble=_("The undo was interrupted. Nothing was taken back."))
        raise
    finally:
        job.note(touched_at=timezone.now())
        job.release()


def _report(undone: Undone) -> dict[str, Any]:
    left: dict[tuple[str, int], None] = {}
    for module, id, _column in undone.conflicts:
        left[module.key, id] = None
    modules = {module.key: module for module, _id, _column in undone.conflicts}
    named = []
    for key, id in list(left)[:MOST_NAMED]:
        record = modules[key].model._base_manager.filter(pk=id).first()
        named.append({"module": key, "id": id, "title": title_of(record) if record else f"#{id}"})
    return {"count": undone.count, "left": len(left), "named": named}
