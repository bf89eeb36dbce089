"""Flow: the states of a trade document, the moves between them, and what freezes it. Code asks; the database insists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal


@dataclass(frozen=True)
class Flow:
    """moves: state -> states that may follow. first: states a new document may have. frozen: states in which nothing
    changes but `open_fields` and the state. deletable: states in which the document may be deleted. by_itself: moves
    (before, after) that follow from other documents or payments and nobody makes by hand. gives: states in which
    another document can be made of it. idle: states in which it takes nothing from what it came from. locked: frozen
    states that pass: it waits for somebody. inside: states in which nobody outside is shown it. full: states it does not
    come to without a line.
    """

    moves: Mapping[str, tuple[str, ...]]
    first: tuple[str, ...]
    frozen: frozenset[str]
    deletable: frozenset[str]
    open_fields: tuple[str, ...] = ()
    by_itself: frozenset[tuple[str, str]] = frozenset()
    gives: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset({"draft"})
    full: frozenset[str] = frozenset()

    def check(self, document: Any, change: Any) -> None:
        """Raises Refusal."""
        if change.is_new:
            if document.status not in self.first:
                raise Refusal("status", "INVALID_TRANSITION", _("A new document cannot begin in this state."))
            return
        before = change.old("status")
        if change.has("status") and document.status not in self.moves.get(before, ()):
            raise Refusal("status", "INVALID_TRANSITION", self.sentence(document, before))
        if change.has("status") and (before, document.status) in self.by_itself and not change.authorised:
            raise Refusal(
                "status", "INVALID_TRANSITION", _("This state follows by itself; nobody sets it by hand.")
            )
        begins = change.has("status") and document.status in self.full and before in self.first
        if begins and not any(one.record.counts for one in change.lines):
            raise Refusal("lines", "REQUIRED", _("Write at least one line first."))
        if before in self.frozen:
            self._check_frozen(document, change, before in self.locked)

    def by_hand(self, before: str, after: str) -> bool:
        """Whether a person may move a document so."""
        return after in self.moves.get(before, ()) and (before, after) not in self.by_itself

    def _check_frozen(self, document: Any, change: Any, waits: bool) -> None:
        fields = document._meta.fields
        touched = {f.name for f in fields if f.attname in change.columns()}
        # An admin's own fields stay open, as they are to the triggers: no figure is made of them.
        closed = touched - {"status", "custom", *self.open_fields}
        if closed or any(line.columns() for line in change.lines):
            name = min(closed, default="")
            if waits:
                raise Refusal(name, "LOCKED", _("It waits for approval; until then nothing of it changes."))
            raise Refusal(name, "CLOSED_RECORD", _("In this state the document cannot be changed any more."))

    def sentence(self, document: Any, before: str) -> str:
        labels = {option.key: option.label for option in document._meta.get_field("status").options}
        text = _("From “%(before)s” it cannot go to “%(after)s”.")
        return text % {"before": labels.get(before, before), "after": labels.get(document.status, "")}

    def check_trash(self, document: Any) -> None:
        if document.status not in self.deletable:
            raise Refusal("", "LOCKED", _("In this state the document cannot be deleted."))

    def violations(self, table: str) -> dict[str, tuple[str, str, Any]]:
        """What the refusals of the triggers mean: (field, code, sentence)."""
        return {
            f"{table}_transition": ("status", "INVALID_TRANSITION", _("It cannot go from its state to this one.")),
            f"{table}_frozen": (
                "", "CLOSED_RECORD", _("In this state the document cannot be changed any more."),
            ),
            f"{table}_kept": ("", "LOCKED", _("In this state the document cannot be deleted.")),
        }  # fmt: skip

    def triggers(self, table: str, open_columns: tuple[str, ...]) -> list[pgtrigger.Trigger]:
        """What holds for every write, raw SQL and undo included. open_columns: that may change in a frozen state."""
        pairs = ", ".join(f"'{one}>{two}'" for one, after in self.moves.items() for two in after) or "''"
        loose = "{" + ",".join((*_STAMPS, "status", *open_columns)) + "}"
        body = _GUARD.format(
            table=table,
            pairs=pairs,
            loose=loose,
            frozen=_listed(self.frozen),
            deletable=_listed(self.deletable),
        )
        return [
            pgtrigger.Trigger(
                name="flow", level=pgtrigger.Row, when=pgtrigger.Before, operation=pgtrigger.Update, func=body
            )
        ]


_STAMPS = ("version", "changed_at", "changed_by_id", "owner_id", "custom", "trashed_at", "trashed_by_id")

_GUARD = """
    IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status) = ANY (ARRAY[{pairs}]) THEN
        RAISE EXCEPTION 'no such move' USING ERRCODE = '23514', CONSTRAINT = '{table}_transition';
    END IF;
    IF OLD.status = ANY (ARRAY[{frozen}]::text[])
       AND (to_jsonb(NEW) - '{loose}'::text[]) <> (to_jsonb(OLD) - '{loose}'::text[]) THEN
        RAISE EXCEPTION 'frozen' USING ERRCODE = '23514', CONSTRAINT = '{table}_frozen';
    END IF;
    IF NEW.trashed_at IS NOT NULL AND OLD.trashed_at IS NULL
       AND NOT OLD.status = ANY (ARRAY[{deletable}]::text[]) THEN
        RAISE EXCEPTION 'kept' USING ERRCODE = '23514', CONSTRAINT = '{table}_kept';
    END IF;
    RETURN NEW;
"""


def line_triggers(
    table: str, column: str, frozen: frozenset[str], counted: tuple[str, ...] = ()
) -> list[pgtrigger.Trigger]:
    """Lines of a frozen document stay as they are. table, column: of the document and the reference to it. counted:
    columns that count what other documents take, which goes on."""
    loose = "{" + ",".join(("version", "changed_at", "changed_by_id", *counted)) + "}"
    body = f"""
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - '{loose}'::text[]) = (to_jsonb(OLD) - '{loose}'::text[]) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM {table} d WHERE d.id = NEW.{column} AND d.status = ANY (ARRAY[{_listed(frozen)}]::text[]))
    THEN
        RAISE EXCEPTION 'frozen' USING ERRCODE = '23514', CONSTRAINT = '{table}_frozen';
    END IF;
    RETURN NEW;
    """
    return [
        pgtrigger.Trigger(
            name="flow", level=pgtrigger.Row, when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Insert, func=body,
        )
    ]  # fmt: skip


def _listed(states: frozenset[str]) -> str:
    return ", ".join(f"'{one}'" for one in sorted(states))
