"""Triggers of the tables that decide who sees what: any change makes every process read them anew."""

import pgtrigger

from relasi.engine.declare.tracked import history_triggers

_NEW_EPOCH = "UPDATE access_epoch SET n = n + 1; RETURN NULL;"


def access_triggers() -> list[pgtrigger.Trigger]:
    return [
        *history_triggers(),
        pgtrigger.Trigger(
            name="new_epoch",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=_NEW_EPOCH,
        ),
    ]
