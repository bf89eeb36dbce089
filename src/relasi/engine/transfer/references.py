"""References of an import: records of other modules found by what a file writes for them, or made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.find import find_references
from relasi.engine.records.refusal import Refusal
from relasi.engine.records.write import Draft, write
from relasi.engine.transfer.foreign_id import ForeignIds
from relasi.engine.transfer.matching import Matcher, matches_of

# Names that were found are remembered, this many at most: companies come again and again.
MOST_REMEMBERED = 50_000


class References:
    """What one reference field of the module means in this file.

    source: the program by whose ids the records are named; None where they stand by their names. created: how many
    records were made. A record is made from its name alone, where its module says that this
    is enough (`required_to_find`), through the write door and into the same change set.
    """

    def __init__(self, field: Any, source: str | None = None):
        self.field = field
        self._ids: ForeignIds | None = None
        self.created = 0
        self._made: set[int] = set()
        self._known: dict[str, int] = {}
        self._matcher: Matcher | None = None
        self._numbers: Matcher | None = None
        target = field.related_model
        self.module: Module | None = None
        if target is not Owner and registry.knows(target._meta.label):
            self.module = registry.of(target)
            self._ids = ForeignIds(self.module, source) if source is not None else None
            by_name = [n for n, m in matches_of(self.module).items() if m.fields == self.module.title_fields]
            if by_name:
                self._matcher = Matcher(self.module, by_name[:1])
                self._numbers = Matcher(self.module, ["number"]) if "number" in self.module.fields else None

    def forget(self) -> None:
        """After a transaction that was rolled back: what was made in it is not there."""
        self._known.clear()

    def find(self, texts: Collection[str]) -> dict[str, int | Refusal]:
        """Text -> id, or why it cannot be one. Texts that mean nothing are missing."""
        found: dict[str, int | Refusal] = {t: self._known[t] for t in texts if t in self._known}
        asked = [text for text in texts if text not in found]
        if not asked:
            return found
        if self._ids is not None:
            return found | {text: self._remember(text, id) for text, id in self._ids.find(asked).items()}
        ids_of = self._find_alike(asked) if self._matcher else find_references(self.field, asked)
        for text, ids in ids_of.items():
            if len(ids) == 1:
                found[text] = self._remember(text, ids[0])
            elif ids:
                found[text] = _several(self.field.name, text)
        return found

    def _find_alike(self, texts: list[str]) -> dict[str, list[int]]:
        """By the key of the module's own match on the title: "Maju Jaya, PT" is "PT. Maju Jaya"; or by number."""
        assert self._matcher is not None and self.module is not None
        name = self.module.title_fields[0]
        rows = [({name: text}, self._matcher.keys({name: text})) for text in texts]
        found = dict(zip(texts, self._matcher.find(rows), strict=True))
        several = [text for text, ids in found.items() if len(ids) > 1]
        if several:
            # Of many alike, the one written in the very same way.
            for text, ids in find_references(self.field, several).items():
                found[text] = ids if len(ids) == 1 else found[text]
        missing = [text for text, ids in found.items() if not ids and any(map(str.isdigit, text))]
        if missing and self._numbers is not None:
            rows = [({"number": text}, self._numbers.keys({"number": text})) for text in missing]
            found |= dict(zip(missing, self._numbers.find(rows), strict=True))
        return found

    def make(self, texts: Iterable[str]) -> dict[str, int | Refusal]:
        """Text -> id of the record made from it, or why it could not be. Spellings of one name give one record."""
        assert self.module is not None
        found: dict[str, int | Refusal] = {}
        waiting = list(dict.fromkeys(texts))
        while waiting:
            first, waiting = self._first_of_each(waiting)
            for draft in self._write(first):
                if draft.refusals:
                    found[draft.row] = _not_made(self.field.name, draft.refusals[0])
                else:
                    found[draft.row] = self._remember(draft.row, draft.record.pk)
                    self._count(draft.row)
            # What was just made may be what the others mean.
            met = self.find(waiting)
            found.update(met)
            waiting = [text for text in waiting if text not in met]
        return found

    def _first_of_each(self, texts: list[str]) -> tuple[list[str], list[str]]:
        """Texts that cannot mean the same record, and the rest."""
        if self._matcher is None:
            return texts, []
        assert self.module is not None
        name = self.module.title_fields[0]
        seen: set[Any] = set()
        first: list[str] = []
        rest: list[str] = []
        for text in texts:
            keys = {key for _place, key in self._matcher.keys({name: text})}
            (rest if keys & seen else first).append(text)
            seen |= keys
        return first, rest

    def _write(self, texts: list[str]) -> list[Draft]:
        assert self.module is not None
        kind = kind_of(self.module.fields[self.module.title_fields[0]])
        drafts = []
        for text in texts:
            draft = Draft({}, row=text)
            try:
                draft.values[kind.key] = kind.parse(text, current_reader())
            except Invalid as wrong:
                draft.refuse(kind.key, wrong.code, wrong.message)
            drafts.append(draft)
        write(self.module, drafts, partial=True, parsed=True, confirmed=["double"])
        return drafts

    def _count(self, text: str) -> None:
        """Once for each name: batches that are rolled back make the same record again."""
        key: Any = text.casefold()
        if self._matcher is not None and self.module is not None:
            key = tuple(self._matcher.keys({self.module.title_fields[0]: text})) or key
            key = (key, self._matcher.rules[0].differ(text) if self._matcher.rules[0].differ else "")
        if hash(key) not in self._made:
            self._made.add(hash(key))
            self.created += 1

    def _remember(self, text: str, id: int) -> int:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[text] = id
        return id


def _several(name: str, text: str) -> Refusal:
    return Refusal(
        name, "BAD_REFERENCE", _("“%(text)s” names more than one record.") % {"text": text}, value=text
    )


def _not_made(name: str, refusal: Refusal) -> Refusal:
    return Refusal(name, refusal.code, refusal.message)
