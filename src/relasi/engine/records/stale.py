"""A stale version: somebody saved in between. Shows mine and theirs, field by field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.custom import unfolded
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.batch import Draft
from relasi.engine.records.change_set import ChangeRow


def check(draft: Draft) -> None:
    """Refuses the draft, unless it asks to merge and nobody touched its fields since.

    The refusal carries `fields`: a list of (name, mine, theirs, touched), touched: whether they changed it, and
    `both`: the names of those that both sides changed.
    """
    record = draft.record
    touched = _touched_since(record, draft.version or 0)
    fields, both = [], set()
    for name, mine in draft.values.items():
        field = record._meta.get_field(name)
        theirs = getattr(record, field.attname)
        if not _equal(field, mine, theirs):
            fields.append((name, mine, theirs, field.attname in touched))
            if field.attname in touched and not _was(field, mine, touched[field.attname]):
                both.add(name)
    if not fields and draft.lines is None:
        return
    if draft.merge and draft.lines is None and not any(changed for _name, _mine, _theirs, changed in fields):
        return
    draft.refuse(
        "",
        "STALE_VERSION",
        _("Somebody else changed this record while you were editing it."),
        fields=fields,
        both=both,
        version=record.version,
    )


def _touched_since(record: Any, version: int) -> dict[str, Any]:
    """Columns changed after the given version, with what they held then, in JSON form: each version but the first left
    one row of history."""
    steps = max(record.version - version, 0)
    rows = ChangeRow.objects.filter(record_id=record.pk, kind="u", origin=record._meta.db_table)
    found: dict[str, Any] = {}
    changed: Any = rows.order_by("-id").values_list("before", "after")[:steps]
    for before, after in (unfolded(*pair) for pair in changed):
        found |= {column: (before or {}).get(column) for column in after}
    return found


def _was(field: Any, mine: Any, before: Any) -> bool:
    return _equal(field, mine, kind_of(field).from_json(before))


def _equal(field: Any, mine: Any, theirs: Any) -> bool:
    kind = kind_of(field)
    return mine == theirs or (kind.is_empty(mine) and kind.is_empty(theirs))
