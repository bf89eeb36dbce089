"""Matching: which stored records the rows of a file mean, found for a whole batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.module_loading import import_string

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import visible_q
from relasi.engine.declare.module import Module
from relasi.engine.declare.words import Match
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.letter_case import upper
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.text import TextKind

Values = dict[str, Any]
# What two rows or records must have in common to be one: the key, and what stands beside it.
Key = tuple[Any, ...]
# A key with the place of the rule it belongs to.
Known = tuple[int, Key]


def matches_of(module: Module) -> dict[str, Match]:
    """What an import into this module may go by: as declared, else its mail addresses, phones and unique fields."""
    found = dict(module.matches)
    if not found:
        for name, field in module.fields.items():
            known_by = field.unique or isinstance(field, EmailField | PhoneField)
            if field.editable and known_by and name not in module.custom:
                found[name] = Match(kind_of(field).label, of=name)
    for name, field in module.custom.items():
        if field.unique and isinstance(kind_of(field), TextKind):
            found[name] = Match(kind_of(field).label, of=name, usual=not module.matches)
    if "number" in module.fields and "number" not in found:
        # Numbers of another program look like ours: only who chooses them means them.
        found["number"] = Match(kind_of(module.fields["number"]).label, of="number", usual=False)
    return found


def usable(module: Module, filled: Iterable[str]) -> list[str]:
    """The names of matches all of whose fields the file fills."""
    filled = set(filled)
    return [
        name for name, match in matches_of(module).items() if {*match.fields, *match.beside.split()} <= filled
    ]


@dataclass
class _Rule:
    """One match of one module, made ready."""

    module: Module
    match: Match

    def __post_init__(self) -> None:
        self.of = self.match.fields
        self.beside = self.match.beside.split()
        self.make: Callable[[str], str] = import_string(self.match.key) if self.match.key else upper
        self.differ: Callable[[str], str] | None = (
            import_string(self.match.differ) if self.match.differ else None
        )
        fields = self.module.fields
        first: Any = fields[self.match.column or self.of[0]]
        table = f'"{self.module.table}"'
        is_custom = first.name in self.module.custom
        self.column = first.column_sql(table) if is_custom else f'{table}."{first.column}"'
        kind = kind_of(fields[self.of[0]])
        self.raised = not self.match.column and isinstance(kind, TextKind)
        self.read = [*([self.match.column] if self.match.column else []), *self.of]
        self.read += [fields[name].attname for name in self.beside]

    def text(self, values: Values) -> str:
        return " ".join([str(values[name]) for name in self.of if values.get(name) not in (None, "")])

    def key(self, values: Values) -> Key | None:
        """None when a blank has nothing to say."""
        text = self.text(values)
        first = self.make(text) if text else ""
        if not first:
            return None
        if not self.beside:
            return (first,)
        rest = [values.get(name) for name in self.beside]
        return None if any(value in (None, "") for value in rest) else (first, *rest)

    def stored(self, rows: QuerySet, keys: Iterable[Key]) -> dict[Key, list[tuple[int, str]]]:
        """Key -> (id, text) of the records that have it, one query."""
        column = self.column
        if self.raised:
            column = f"UPPER({column})"
        # In order, so that the index is read from one end to the other.
        wanted = sorted({key[0] for key in keys})
        found: dict[Key, list[tuple[int, str]]] = defaultdict(list)
        for id, *row in rows.extra(where=[f"{column} = ANY(%s)"], params=[wanted]).values_list(
            "pk", *self.read
        ):
            texts = row[1 : 1 + len(self.of)] if self.match.column else row[: len(self.of)]
            text = " ".join(str(value) for value in texts if value not in (None, ""))
            first = row[0] if self.match.column else self.make(text)
            found[(first, *row[len(row) - len(self.beside) :])[: 1 + len(self.beside)]].append((id, text))
        return found

    def same(self, text: str, other: str) -> bool:
        if self.differ is None:
            return True
        one, two = self.differ(text), self.differ(other)
        return not one or not two or one == two


class Matcher:
    """names: of the matches to go by. Any of them is enough; a row that means several records is for a person."""

    def __init__(self, module: Module, names: Sequence[str]):
        known = matches_of(module)
        self.module = module
        self.rules = sorted((_Rule(module, known[name]) for name in names), key=lambda rule: rule.match.last)

    def keys(self, values: Values) -> list[Known]:
        """Everything the row can be known by; what is only a last resort counts when there is nothing else."""
        found: list[Known] = []
        for place, rule in enumerate(self.rules):
            if not (found and rule.match.last):
                key = rule.key(values)
                if key is not None:
                    found.append((place, key))
        return found

    def early_keys(self, values: Values) -> list[Known] | None:
        """The keys, when they can be told before references are found; else None."""
        found: list[Known] = []
        for place, rule in enumerate(self.rules):
            if found and rule.match.last:
                continue
            if rule.beside:
                return None
            key = rule.key(values)
            if key is not None:
                found.append((place, key))
        return found

    def find(self, rows: Sequence[tuple[Values, list[Known]]]) -> list[list[int]]:
        """For each row the ids of the visible records it may mean, none in the bin."""
        asked: dict[int, set[Key]] = defaultdict(set)
        for _values, keys in rows:
            for place, key in keys:
                asked[place].add(key)
        module = self.module
        living = module.model._base_manager.filter(trashed_at=None)
        if module.is_record:
            living = living.filter(visible_q(acting_user(), module))
        stored = {place: self.rules[place].stored(living, keys) for place, keys in asked.items()}
        if not any(stored.values()):
            return [[] for _row in rows]
        return [self._ids(values, keys, stored) for values, keys in rows]

    def _ids(self, values: Values, keys: list[Known], stored: dict[int, Any]) -> list[int]:
        found: dict[int, None] = {}
        for place, key in keys:
            candidates = stored[place].get(key)
            if candidates:
                rule = self.rules[place]
                text = rule.text(values) if rule.differ else ""
                found.update((id, None) for id, other in candidates if rule.same(text, other))
        return list(found)
