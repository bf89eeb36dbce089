"""Rehearsal: what a job would change, field by field, and what would be refused and why. Nothing is written."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import fields_for
from relasi.engine.bulk.job import BulkJob
from relasi.engine.bulk.work import record_of, work_on
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.write import Draft, rehearse_all

# The commonest changes of each field, records shown as an example, and refused ones.
COMMON, SAMPLE, EXAMPLES = 5, 20, 50


class Findings:
    """counts: changed, unchanged, failed. fields: field -> (before, after) as JSON text -> how many records."""

    def __init__(self, module: Module) -> None:
        seen = fields_for(acting_user(), "view", module)
        kinds = [kind_of(field) for name, field in module.fields.items() if name in seen and name != "custom"]
        self.kinds: dict[str, Kind] = {kind.column: kind for kind in kinds if not kind.secret}
        self.counts: Counter[str] = Counter(changed=0, unchanged=0, failed=0)
        self.fields: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self.reasons: Counter[tuple[str, str, str]] = Counter()
        self.sample: list[dict[str, Any]] = []
        self.examples: list[dict[str, Any]] = []

    def add(self, drafts: list[Draft], count: int) -> None:
        """count: how many records these drafts are for; those without one stay as they are."""
        self.counts["unchanged"] += count - len(drafts)
        for draft in drafts:
            if draft.refusals:
                self._refused(draft)
            else:
                self._changed(draft)

    def _refused(self, draft: Draft) -> None:
        self.counts["failed"] += 1
        self.reasons.update({(one.field, one.code, str(one.message)) for one in draft.refusals})
        if len(self.examples) < EXAMPLES:
            messages = [str(one.message) for one in draft.refusals]
            self.examples.append({"id": record_of(draft), "messages": messages})

    def _changed(self, draft: Draft) -> None:
        if draft.row is not None:  # a tag or a follow comes or goes
            self.counts["changed"] += 1
            return
        columns = draft.change.columns() if draft.change is not None else []
        self.counts["changed" if columns else "unchanged"] += 1
        told = []
        for column in columns:
            kind = self.kinds.get(column)
            if kind is None or draft.change is None or column.startswith("trashed_"):
                continue
            pair = _as_text(kind, draft.change.before[column]), _as_text(kind, getattr(draft.record, column))
            self.fields[kind.key][pair] += 1
            told.append((kind.key, *map(json.loads, pair)))
        if columns and len(self.sample) < SAMPLE:
            self.sample.append({"id": record_of(draft), "fields": told})

    def as_json(self) -> dict[str, Any]:
        return {
            "counts": dict(self.counts),
            "fields": [
                {
                    "name": name,
                    "count": pairs.total(),
                    "different": len(pairs),
                    "common": [[*map(json.loads, pair), n] for pair, n in pairs.most_common(COMMON)],
                }
                for name, pairs in self.fields.items()
            ],
            "reasons": [[*reason, count] for reason, count in self.reasons.most_common()],
            "sample": self.sample,
            "examples": _named(self.examples),
        }


def _as_text(kind: Kind, value: Any) -> str:
    return json.dumps(kind.to_json(value), default=str, sort_keys=True)


def _named(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = RecordIndex.objects.in_bulk([one["id"] for one in examples])
    return [
        {**one, "number": rows[one["id"]].number, "title": rows[one["id"]].title}
        for one in examples
        if one["id"] in rows
    ]


def rehearse_slice(job: BulkJob, ids: list[int], findings: Findings) -> None:
    work = work_on(job, ids)
    rehearse_all(work.module, work.drafts, **work.how)
    findings.add(work.drafts, len(ids))
