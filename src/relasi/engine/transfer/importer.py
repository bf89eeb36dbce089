"""Importer: takes one batch of read rows into the module: what each row means, then the write door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models.fields import NOT_PROVIDED
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may
from relasi.engine.fields.reference import Unresolved
from relasi.engine.records.refusal import Refusal
from relasi.engine.records.what_stands import write_what_stands
from relasi.engine.records.write import Draft
from relasi.engine.transfer.file_sums import FileSums, Sums
from relasi.engine.transfer.foreign_id import ForeignIds
from relasi.engine.transfer.line_cells import onto_standing
from relasi.engine.transfer.mapping import Column
from relasi.engine.transfer.matching import Known, Matcher
from relasi.engine.transfer.plan import Duplicates, Plan
from relasi.engine.transfer.references import References
from relasi.engine.transfer.row_reader import ReadRow, RowReader
from relasi.engine.transfer.target import BY_THEIR_ID, LINE_KEY

# The key of `custom` under which texts without a field are kept, by their headings.
IMPORTED = "imported"


@dataclass
class Tally:
    """What came of the rows of one batch. rows = created + updated + skipped + failed.

    unchanged: of updated, those that said nothing new. ambiguous: of failed, those that mean several records.
    unmatched: of skipped, those that were to update a record and mean none. made: records made because rows
    refer to them. faults: the failed rows with their reasons, in the order of the file. A record with lines counts
    once; read: of how many rows of the file all this came. sums: see `file_sums`.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    unmatched: int = 0
    ambiguous: int = 0
    failed: int = 0
    made: int = 0
    read: int = 0
    faults: list[tuple[ReadRow, list[Refusal]]] = field(default_factory=list)
    sums: Sums = field(default_factory=dict)

    def fail(self, row: ReadRow, refusals: list[Refusal]) -> None:
        self.failed += 1
        self.faults.append((row, refusals))

    def counts(self) -> dict[str, int]:
        return {
            name: value for name, value in vars(self).items() if isinstance(value, int) and name != "read"
        }


class Importer:
    """One for each run. rehearsal: the batches are rolled back afterwards, so what they did is remembered here."""

    def __init__(self, plan: Plan, *, rehearsal: bool = False):
        user = acting_user()
        self.plan, self.module, self.rehearsal = plan, plan.module, rehearsal
        self.matcher = Matcher(plan.module, plan.chosen_matches(user))
        self.reader = RowReader(
            plan.columns,
            plan.targets(user),
            plan.module,
            plan.reader,
            self.matcher,
            plan.source,
            plan.constants,
        )
        self.ids = ForeignIds(plan.module, plan.source)
        self.references = {
            name: References(plan.module.fields[name], self._source_of(column))
            for name, column in self.reader.references.items()
        }
        lines = plan.module.lines_module
        self.line_references = (
            {name: References(lines.fields[name]) for name in self.reader.lines.references} if lines else {}
        )
        self.makes = {name for name in self.references if self._may_make(name)}
        self.required = [
            name for name in plan.module.title_fields if _must_be_given(plan.module.fields.get(name))
        ]
        self._seen: set[int] = set()
        # Of the batch: number of the row -> the record it made or changed.
        self._written: dict[int, Any] = {}

    def _source_of(self, column: Column) -> str | None:
        """Where the column names records by their ids, whose ids they are."""
        return self.plan.source if column.to.startswith(BY_THEIR_ID) else None

    def _may_make(self, name: str) -> bool:
        other = self.references[name].module
        column = self.reader.references[name]
        chosen = self.plan.make_missing and column.create and self._source_of(column) is None
        return (
            chosen
            and other is not None
            and bool(other.required_to_find)
            and may(acting_user(), "create", other)
        )

    def take(self, rows: Sequence[ReadRow]) -> Tally:
        """Runs inside a transaction, with the person acting and reading as the plan says."""
        tally = Tally(rows=len(rows), read=sum(1 + len(row.rest) for row in rows))
        made_before = self._made()
        standing = []
        for row in rows:
            if row.gone:
                tally.skipped += 1
            elif row.faults:
                tally.fail(row, row.faults)
            else:
                standing.append(row)
        self.ids.keep_merged(
            {row.their_id: row.merged_into for row in rows if row.their_id and row.merged_into}
        )
        while standing:
            standing = self._wave(standing, tally)
        tally.made = self._made() - made_before
        self._add_up(rows, tally)
        tally.faults.sort(key=lambda fault: fault[0].number)
        if self.rehearsal:
            for references in self.references.values():
                references.forget()
        return tally

    def _add_up(self, rows: Sequence[ReadRow], tally: Tally) -> None:
        """Once for each row, when it is settled what it has become."""
        if self.rehearsal:
            return
        sums = FileSums(self.module, self.reader.names)
        for row in rows:
            sums.add(row, self._written.get(row.number))
        self._written.clear()
        tally.sums = sums.found

    def _made(self) -> int:
        return sum(references.created for references in self.references.values())

    def _wave(self, rows: list[ReadRow], tally: Tally) -> list[ReadRow]:
        """Takes every row whose meaning no earlier row of this batch can change; returns the others."""
        rows = self._with_references(rows, tally)
        all_keys = [self.matcher.keys(row.values) if row.keys is None else row.keys for row in rows]
        found = self.matcher.find([(row.values, keys) for row, keys in zip(rows, all_keys, strict=True)])
        all_keys, found = self._by_their_ids(rows, all_keys, found)
        wave = _Wave()
        for row, keys, ids in zip(rows, all_keys, found, strict=True):
            if not wave.pending.isdisjoint(keys) or not wave.ids.isdisjoint(ids):
                wave.again.append(row)
            elif len(ids) > 1:
                tally.ambiguous += 1
                tally.fail(row, [_ambiguous(ids)])
            elif ids or self._was_seen(keys):
                self._take_known(row, keys, ids[0] if ids else None, wave, tally)
            else:
                self._take_new(row, keys, wave, tally)
        self._write(wave.drafts, tally)
        return wave.again

    def _by_their_ids(
        self, rows: list[ReadRow], all_keys: list[list[Known]], found: list[list[int]]
    ) -> tuple[list[list[Known]], list[list[int]]]:
        """An id that was met before beats everything else a row can be known by."""
        met = {row.their_id for row in rows if row.their_id}
        if not met or self.plan.duplicates == Duplicates.CREATE:
            return all_keys, found
        known = self.ids.find(met)
        keys = [
            [*keys, (-1, (row.their_id,))] if row.their_id else keys
            for row, keys in zip(rows, all_keys, strict=True)
        ]
        ids = [
            [known[row.their_id]] if row.their_id in known else ids
            for row, ids in zip(rows, found, strict=True)
        ]
        return keys, ids

    def _take_new(self, row: ReadRow, keys: list[Known], wave: _Wave, tally: Tally) -> None:
        if self.plan.duplicates == Duplicates.UPDATE_ONLY:
            tally.skipped += 1
            tally.unmatched += 1
        elif missing := self._missing(row):
            tally.fail(row, missing)
        else:
            wave.add(self._draft(row, keys, None), keys)

    def _take_known(self, row: ReadRow, keys: list[Known], id: int | None, wave: _Wave, tally: Tally) -> None:
        """id: of the record it means; None when a rolled back batch of this rehearsal made it."""
        if self.plan.duplicates == Duplicates.SKIP:
            if missing := self._missing(row):
                tally.fail(row, missing)
            else:
                tally.skipped += 1
                if row.their_id and id is not None:
                    self.ids.keep({row.their_id: id})
        elif id is None:
            tally.updated += 1
        else:
            wave.add(self._draft(row, keys, id), keys)

    def _draft(self, row: ReadRow, keys: list[Known], id: int | None) -> Draft:
        values, over = dict(row.values), dict(row.parts)
        beside = dict(row.beside)
        number = values.pop("number", None)
        if number is not None and id is None:
            beside[self.reader.heading_of("number")] = number
        if id is not None and self.plan.duplicates != Duplicates.MERGE:
            for name in self.reader.names:
                if name not in values and name != "number" and not _has_default(self.module.fields[name]):
                    values[name] = None
            for name, part in self.reader.parts:
                over[name] = {**over.get(name, {}), part: row.parts.get(name, {}).get(part)}
        if beside:
            over["custom"] = {IMPORTED: beside}
        return Draft(values, id=id, row=(row, keys), over=over, lines=self._lines(row, id))

    def _lines(self, row: ReadRow, id: int | None) -> list[dict[str, Any]] | None:
        """None leaves those that stand: a record without a filled cell of a line says nothing of them."""
        if not row.lines or self.module.lines_module is None:
            return None
        if id is None or self.plan.duplicates == Duplicates.MERGE:
            return row.lines
        fields = self.module.lines_module.fields
        blank = {name: None for name in self.reader.lines.names if not _has_default(fields[name])}
        return [{**blank, **values} for values in row.lines]

    def _missing(self, row: ReadRow) -> list[Refusal]:
        missing = [name for name in self.required if name not in row.values]
        return [Refusal(name, "REQUIRED", _("This must be filled in.")) for name in missing]

    def _was_seen(self, keys: list[Known]) -> bool:
        return bool(self._seen) and any(hash(key) in self._seen for key in keys)

    def _with_references(self, rows: list[ReadRow], tally: Tally) -> list[ReadRow]:
        """The rows with ids for the names that are found; those whose names cannot be a record are failed."""
        for name, references in self.references.items():
            texts = _unresolved(name, (row.values for row in rows))
            found = references.find(texts) if texts else {}
            for text, places in texts.items():
                answer = found.get(text)
                if answer is None and name not in self.makes:
                    answer = _not_found(name, text)
                for place in places if answer is not None else ():
                    if isinstance(answer, Refusal):
                        rows[place].faults.append(answer)
                    else:
                        rows[place].values[name] = answer
        self._find_in_lines(rows)
        standing = []
        for row in rows:
            if row.faults:
                tally.fail(row, row.faults)
            else:
                standing.append(row)
        return standing

    def _find_in_lines(self, rows: list[ReadRow]) -> None:
        """Ids for what the lines name; nothing is made of a name alone, as what is sold has a price."""
        lines = [(row, place, line) for row in rows for place, line in enumerate(row.lines)]
        for name, references in self.line_references.items():
            texts = _unresolved(name, (line for _row, _place, line in lines))
            found = references.find(texts) if texts else {}
            for text, places in texts.items():
                answer = found.get(text, _not_found(name, text))
                for row, place, line in (lines[n] for n in places):
                    if isinstance(answer, Refusal):
                        field = f"{LINE_KEY}.{place}.{name}"
                        row.faults.append(Refusal(field, answer.code, answer.message, **answer.more))
                    else:
                        line[name] = answer

    def _write(self, drafts: list[Draft], tally: Tally) -> None:
        for name in self.makes:
            texts = _unresolved(name, (draft.values for draft in drafts))
            made = self.references[name].make(texts) if texts else {}
            for text, places in texts.items():
                for place in places:
                    found = made[text]
                    if isinstance(found, Refusal):
                        drafts[place].refusals.append(found)
                    else:
                        drafts[place].values[name] = found
        onto_standing(self.module, drafts)
        write_what_stands(self.module, drafts, parsed=True, confirmed=["double"])
        written = [(draft.row[0].their_id, draft) for draft in drafts if not draft.refusals]
        self.ids.keep({theirs: draft.record.pk for theirs, draft in written if theirs})
        for draft in drafts:
            row, keys = draft.row
            if draft.refusals:
                tally.fail(row, draft.refusals)
            elif draft.id is None:
                tally.created += 1
                self._written[row.number] = draft.record
                if self.rehearsal:
                    self._seen.update(map(hash, keys))
            else:
                tally.updated += 1
                if draft.change.columns() or draft.lines_changed:
                    self._written[row.number] = draft.record
                else:
                    tally.unchanged += 1


@dataclass
class _Wave:
    """pending, ids: keys and records the drafts will change, so that later rows of these must wait."""

    drafts: list[Draft] = field(default_factory=list)
    again: list[ReadRow] = field(default_factory=list)
    pending: set[Known] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)

    def add(self, draft: Draft, keys: list[Known]) -> None:
        self.drafts.append(draft)
        self.pending.update(keys)
        if draft.id is not None:
            self.ids.add(draft.id)


def _unresolved(name: str, all_values: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """Text -> places of the rows that name a record by it."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, values in enumerate(all_values):
        value = values.get(name)
        if value.__class__ is Unresolved:
            found[value.text].append(place)
    return found


def _must_be_given(field: Any) -> bool:
    return field is not None and field.editable and not field.blank and not _has_default(field)


def _has_default(field: Any) -> bool:
    return field.default is not NOT_PROVIDED


def _ambiguous(ids: list[int]) -> Refusal:
    message = _("This row may mean %(count)s records that are there already, so it was not taken.")
    return Refusal("", "NOT_UNIQUE", message % {"count": len(ids)}, matches=ids)


def _not_found(name: str, text: str) -> Refusal:
    return Refusal(name, "BAD_REFERENCE", _("“%(text)s” was not found.") % {"text": text}, value=text)
