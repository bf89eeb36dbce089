"""Batch: the drafts of one write on their way through the door, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Module
from relasi.engine.records.refusal import Change, Refusal


@dataclass(slots=True)
class Draft:
    """What someone wants to be true of one record.

    values: field name -> raw value. id: None for a new record. version: the one the person saw.
    merge: a stale version is fine as long as nobody touched the same fields. row: the caller's own mark.
    over: field name -> parts to lay over what stands there ({"address": {"city": "Bandung"}}), None to remove one.
    lines: of a module with lines, all of them in order as raw values, with the "id" of those that stand; None
    leaves them as they are. was_read: whether the record holds the values; not when one of them could not be read.
    """

    values: dict[str, Any]
    id: int | None = None
    version: int | None = None
    merge: bool = False
    row: Any = None
    over: dict[str, dict[str, Any]] | None = None
    lines: list[dict[str, Any]] | None = None
    record: Any = None
    change: Change = None  # type: ignore[assignment]  # made by the first step, and read by those after it
    refusals: list[Refusal] = field(default_factory=list)
    line_drafts: list[Draft] = field(default_factory=list)
    lines_changed: bool = False
    was_read: bool = False

    def all_refusals(self) -> list[Refusal]:
        """Its own, and those of its lines with their place: "lines.2.price"."""
        of_lines = [
            Refusal(f"lines.{place}.{one.field}".rstrip("."), one.code, one.message, **one.more)
            for place, line in enumerate(self.line_drafts)
            for one in line.refusals
        ]
        return [*self.refusals, *of_lines]

    def refuse(self, name: str, code: str, message: Any, **more: Any) -> None:
        self.refusals.append(Refusal(name, code, message, **more))


@dataclass
class Written:
    """records: those written, in the order given (unchanged ones too). refusals: of a partial write, of the
    drafts in `refused`."""

    drafts: list[Draft]
    refusals: list[Refusal]
    change_set: int | None
    refused: list[Draft] = field(default_factory=list)

    @property
    def records(self) -> list[Any]:
        return [draft.record for draft in self.drafts]


@dataclass
class Batch:
    module: Module
    drafts: list[Draft]
    verb: str = "save"
    exact: bool = False
    parsed: bool = False
    confirmed: frozenset[str] = frozenset()
    authorised: str = ""
    locked: bool = True
    anyway: bool = False
    created: list[Draft] = field(default_factory=list)
    updated: list[Draft] = field(default_factory=list)
    lines: list[Batch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.user = current_acting().user
        self.via = current_acting().via

    def standing(self) -> list[Draft]:
        """Drafts nothing has been held against so far."""
        return [draft for draft in self.drafts if not draft.refusals]

    @property
    def refusals(self) -> list[Refusal]:
        return [refusal for draft in self.drafts for refusal in draft.refusals]

    @property
    def new(self) -> list[Draft]:
        return [draft for draft in self.standing() if draft.id is None]

    @property
    def changed(self) -> list[Draft]:
        return [
            d
            for d in self.standing()
            if d.id is not None and d.change and (d.lines_changed or d.change.columns())
        ]

    @property
    def saved(self) -> list[Draft]:
        return self.standing()

    @property
    def stored(self) -> list[Draft]:
        """What the store step wrote, created ones first."""
        return [*self.created, *self.updated]
