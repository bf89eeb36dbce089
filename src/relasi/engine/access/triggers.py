"""Triggers of the tables that decide who sees what: any change is heard by all, a loop is refused."""

import pgtrigger

from relasi.engine.declare.tracked import history_triggers
from relasi.users.triggers import NEW_EPOCH, living_trigger, loop_trigger, unused_trigger

__all__ = ["access_triggers", "living_trigger", "loop_trigger", "member_loop_trigger", "unused_trigger"]


def access_triggers() -> list[pgtrigger.Trigger]:
    return [
        *history_triggers(),
        pgtrigger.Trigger(
            name="new_epoch",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=NEW_EPOCH,
        ),
    ]


_NO_MEMBER_LOOP = """
    PERFORM n FROM access_epoch FOR UPDATE;
    IF EXISTS (
        WITH RECURSIVE inside(id) AS (
            SELECT (m->>'id')::bigint FROM jsonb_array_elements(NEW.members) m WHERE m->>'kind' = 'group'
            UNION
            SELECT (m->>'id')::bigint FROM inside i JOIN access_group g ON g.id = i.id
            CROSS JOIN LATERAL jsonb_array_elements(g.members) m WHERE m->>'kind' = 'group')
        SELECT FROM inside WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'loop' USING ERRCODE = 'check_violation', CONSTRAINT = 'group_no_loop';
    END IF;
    RETURN NULL;
"""


def member_loop_trigger() -> pgtrigger.Trigger:
    """No group may hold itself, through however many others."""
    return pgtrigger.Trigger(
        name="no_loop",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("members"),
        func=_NO_MEMBER_LOOP,
    )
