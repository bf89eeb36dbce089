"""Triggers that keep what must be true of people and of any tree they stand in, whoever writes."""

import pgtrigger

# The number is taken from a sequence and so never used twice: a snapshot read inside a transaction that is
# rolled back can never pass for a later one.
NEW_EPOCH = """
    INSERT INTO access_epoch (id, n) VALUES (true, nextval('relasi_id'))
    ON CONFLICT (id) DO UPDATE SET n = excluded.n;
    RETURN NULL;
"""

# A name that changes must show wherever the person owns something; see access.Owner.
KEEP_OWNER = """
    INSERT INTO access_owner (id, kind, name, active)
    VALUES (NEW.id, 'user', trim(NEW.first_name || ' ' || NEW.last_name), NEW.status IN ('active', 'locked'))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active;
    RETURN NEW;
"""

# Locking the one epoch row first makes two admins who suspend each other at the same moment wait.
KEEP_AN_ADMIN = """
    PERFORM n FROM access_epoch FOR UPDATE;
    IF NOT EXISTS (SELECT FROM users_user WHERE type = 'admin' AND status IN ('active', 'locked')) THEN
        RAISE EXCEPTION 'last admin' USING ERRCODE = 'check_violation', CONSTRAINT = 'user_last_admin';
    END IF;
    RETURN NULL;
"""

_NO_LOOP = """
    PERFORM n FROM access_epoch FOR UPDATE;
    IF EXISTS (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.{column} UNION SELECT t.{column} FROM above a JOIN {table} t ON t.id = a.id)
        SELECT FROM above WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'loop' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';
    END IF;
    RETURN NULL;
"""


def loop_trigger(table: str, field: str, constraint: str) -> pgtrigger.Trigger:
    """Nobody may stand above themselves, through however many others."""
    function = _NO_LOOP.replace("{table}", table).replace("{column}", f"{field}_id")
    return pgtrigger.Trigger(
        name="no_loop",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{field}_id"),
        func=function.replace("{constraint}", constraint),
    )


_LIVING = """
    IF EXISTS (SELECT FROM {target} WHERE id = NEW.{column} AND trashed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'gone' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';
    END IF;
    RETURN NULL;
"""

_UNUSED = """
    IF {use} THEN
        RAISE EXCEPTION 'in use' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';
    END IF;
    RETURN NULL;
"""


def living_trigger(field: str, target: str, constraint: str) -> pgtrigger.Trigger:
    """What a row refers to is not in the bin, not even when an undo puts the reference back."""
    function = _LIVING.replace("{target}", target).replace("{column}", f"{field}_id")
    return pgtrigger.Trigger(
        name=f"living_{field}",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{field}_id"),
        func=function.replace("{constraint}", constraint),
    )


def unused_trigger(use: str, constraint: str) -> pgtrigger.Trigger:
    """Nothing goes to the bin while it is used. use: an SQL condition about NEW."""
    return pgtrigger.Trigger(
        name="unused",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("trashed_at"),
        condition=pgtrigger.Condition("NEW.trashed_at IS NOT NULL"),
        func=_UNUSED.replace("{use}", use).replace("{constraint}", constraint),
    )
