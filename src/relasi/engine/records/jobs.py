"""Jobs of the records room in the worker."""

from procrastinate.contrib.django import app

from relasi.engine.access.acting import acting
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.recycle_bin import purge_from_bin
from relasi.users.user import User


@app.task
def empty_bin(user: int, module: str, until: str) -> int:
    """Deletes for good what lay in the bin at that moment (ISO). module: "" for all. Returns how many."""
    person = User.objects.get(pk=user)
    if not person.is_admin or not person.is_active:
        return 0
    rows = RecordIndex.objects.filter(trashed_at__lte=until)
    with acting(person, via="ui"):
        return purge_from_bin(rows.filter(module=module) if module else rows).done
