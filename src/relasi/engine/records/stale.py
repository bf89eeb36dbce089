"""A stale version: somebody saved in between. Shows mine and theirs, field by field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.kind import kind_of
from relasi.engine.records.batch import Draft
from relasi.engine.records.change_set import ChangeRow


def check(draft: Draft) -> None:
    """Refuses the draft, unless it asks to merge and nobody touched its fields since.

    The refusal carries `fields`: a list of (name, mine, theirs, touched), touched: whether they changed it.
    """
    record = draft.record
    touched = _touched_since(record, draft.version or 0)
    fields = []
    for name, mine in draft.values.items():
        field = record._meta.get_field(name)
        theirs = getattr(record, field.attname)
        if not _equal(field, mine, theirs):
            fields.append((name, mine, theirs, field.attname in touched))
    if not fields and draft.lines is None:
        return
    if draft.merge and draft.lines is None and not any(changed for _name, _mine, _theirs, changed in fields):
        return
    draft.refuse(
        "",
        "STALE_VERSION",
        _("Somebody else changed this record while you were editing it."),
        fields=fields,
        version=record.version,
    )


def _touched_since(record: Any, version: int) -> set[str]:
    """Columns changed after the given version: each version but the first left one row of history."""
    steps = max(record.version - version, 0)
    rows = ChangeRow.objects.filter(record_id=record.pk, kind="u", origin=record._meta.db_table)
    found: set[str] = set()
    changed: Any = rows.order_by("-id").values_list("after", flat=True)[:steps]
    for after in changed:
        found |= set(after)
    return found


def _equal(field: Any, mine: Any, theirs: Any) -> bool:
    kind = kind_of(field)
    return mine == theirs or (kind.is_empty(mine) and kind.is_empty(theirs))
