"""Tracked: every row whose changes are kept. Its triggers write the history and refuse a write without a change set."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

ID_SEQUENCE = "relasi_id"

# Stamps that every save moves: they would only repeat what the change set already says.
STAMPS = ("version", "changed_at", "changed_by_id")

_NO_CHANGE_SET = """
    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN
        RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';
    END IF;
"""

_ON_INSERT = (
    _NO_CHANGE_SET
    + """
    INSERT INTO records_change (change_set_id, at, record_id, origin, kind)
    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'c' FROM new_rows;
    RETURN NULL;
"""
)

_ON_DELETE = (
    _NO_CHANGE_SET
    + """
    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before)
    SELECT current_setting('relasi.change_set')::bigint, now(), id, TG_TABLE_NAME, 'd', to_jsonb(old_rows){without}
    FROM old_rows;
    RETURN NULL;
"""
)

_ON_UPDATE = """
    IF coalesce(current_setting('relasi.change_set', true), '') = '' THEN
        IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)
                   WHERE (to_jsonb(n) - '{untold}'::text[]) <> (to_jsonb(o) - '{untold}'::text[])) THEN
            RAISE EXCEPTION 'write to % without an open change set', TG_TABLE_NAME USING ERRCODE = 'RL001';
        END IF;
        RETURN NULL;
    END IF;
    IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT {many}) several) = {many} THEN
{of_many}
        RETURN NULL;
    END IF;
    INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before, after)
    SELECT current_setting('relasi.change_set')::bigint, now(), n.id, TG_TABLE_NAME, 'u', d.before, d.after
    FROM new_rows n JOIN old_rows o USING (id)
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(a.key, a.value) AS after
        FROM jsonb_each(to_jsonb(n)) a JOIN jsonb_each(to_jsonb(o)) b USING (key)
        WHERE a.value <> b.value AND NOT (a.key = ANY ('{untold}'::text[]))
    ) d
    WHERE d.after IS NOT NULL;
    RETURN NULL;
"""


# Taking every row apart into its columns costs ten times the update itself. Of many rows it is asked first which columns
# differ anywhere, and only those are compared.
MANY = 100
_DIFFERENT = "n.%1$I IS DISTINCT FROM o.%1$I"
_OF_MANY = f"""
        EXECUTE (
            SELECT format('SELECT array_remove(ARRAY[%s], NULL) FROM new_rows n JOIN old_rows o USING (id)',
                string_agg(format('CASE WHEN bool_or({_DIFFERENT}) THEN %1$L END', attname), ', '))
            FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped
                AND attname <> 'id' AND NOT (attname = ANY ('{{untold}}'::text[]))
        ) INTO differing;
        IF cardinality(differing) > 0 THEN
            EXECUTE (
                SELECT format(
                    'INSERT INTO records_change (change_set_id, at, record_id, origin, kind, before, after) '
                    'SELECT $1, now(), n.id, $2, ''u'', %s, %s FROM new_rows n JOIN old_rows o USING (id) WHERE %s',
                    string_agg(format('CASE WHEN {_DIFFERENT} THEN jsonb_build_object(%1$L, o.%1$I) ELSE ''{{{{}}}}'' END',
                        name), ' || '),
                    string_agg(format('CASE WHEN {_DIFFERENT} THEN jsonb_build_object(%1$L, n.%1$I) ELSE ''{{{{}}}}'' END',
                        name), ' || '),
                    string_agg(format('{_DIFFERENT}', name), ' OR '))
                FROM unnest(differing) name
            ) USING current_setting('relasi.change_set')::bigint, TG_TABLE_NAME;
        END IF;
""".replace("{{}}", "{}").strip("\n")


def history_triggers(*untold: str) -> list[pgtrigger.Trigger]:
    """The three triggers of a tracked table. untold: columns history must not hold (secrets)."""
    columns = "{" + ",".join([*STAMPS, *untold]) + "}"
    without = " - '{" + ",".join(untold) + "}'::text[]" if untold else ""
    return [
        _trigger("history_insert", pgtrigger.Insert, _ON_INSERT, new="new_rows"),
        _trigger(
            "history_delete", pgtrigger.Delete, _ON_DELETE.replace("{without}", without), old="old_rows"
        ),
        _trigger(
            "history_update",
            pgtrigger.Update,
            _ON_UPDATE.replace("{of_many}", _OF_MANY)
            .replace("{many}", str(MANY))
            .replace("{untold}", columns),
            declare=[("differing", "text[]")],
            old="old_rows",
            new="new_rows",
        ),
    ]


def _trigger(
    name: str,
    operation: pgtrigger.Operation,
    body: str,
    declare: list[tuple[str, str]] | None = None,
    **tables: str,
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=body,
        declare=declare,
    )


def next_id() -> models.Func:
    """The database default of every tracked id: one sequence, so an id names one record anywhere."""
    return models.Func(models.Value(ID_SEQUENCE), function="nextval", output_field=models.BigIntegerField())


class Tracked(models.Model):
    """Abstract. Anything whose history is kept: settings as well as customers' records."""

    id = models.BigIntegerField(primary_key=True, db_default=next_id(), editable=False)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("Created"), db_default=models.functions.Now(), editable=False)
    created_by = models.ForeignKey(
        "users.User", models.PROTECT, null=True, editable=False, related_name="+", db_index=False,
        verbose_name=_("Created by"),
    )  # fmt: skip
    changed_at = models.DateTimeField(_("Changed"), db_default=models.functions.Now(), editable=False)
    changed_by = models.ForeignKey(
        "users.User", models.PROTECT, null=True, editable=False, related_name="+", db_index=False,
        verbose_name=_("Changed by"),
    )  # fmt: skip
    trashed_at = models.DateTimeField(_("Deleted"), null=True, editable=False)
    trashed_by = models.ForeignKey(
        "users.User", models.PROTECT, null=True, editable=False, related_name="+", db_index=False,
        verbose_name=_("Deleted by"),
    )  # fmt: skip

    class Meta:
        abstract = True
        triggers = history_triggers()

    def before_save(self, change: Any) -> None:
        """What follows from a change, inside this row only."""

    def clean(self, change: Any = None) -> None:
        """What must be true. Raises Refusal."""
