"""Tying out: checks that compare each stored figure with what it follows from, over all records in one statement.

A room that keeps figures yields its checks from a function marked `@tied`; the nightly run finds them there. A module that
is built of a kit has the checks of the kit by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry


@dataclass(frozen=True)
class Topic:
    """What a group of checks holds. key: lower case, with hyphens."""

    key: str
    label: Any
    about: Any


@dataclass(frozen=True)
class Touch:
    """Whose changes may have moved a figure. ids: SQL for the ids of rows of `table`, of %(record)s and %(line)s. columns:
    which of theirs; a row that was made or removed counts always."""

    table: str
    ids: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """module: label of the module whose records it is about. failing: SQL for a row (record, line, figure, stored, due) of
    every figure that is not what it is due to be, or a function that words it; line: a row of its lines or NULL. counted: SQL
    for how many rows were compared.
    figures: name of a figure -> what it is called, where no field of the module or its lines has that name.
    touches: figure -> whose changes may have moved it. name: in its key instead of the module's slug. detail: what tells it
    from other checks of its topic and module.
    """

    topic: Topic
    module: str
    failing: str | Callable[[], str]
    counted: str
    touches: Callable[[str], Sequence[Touch]]
    figures: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    detail: Any = ""

    @property
    def key(self) -> str:
        """In addresses and in what is kept of a run."""
        slug = registry.module(self.module).slug
        return f"{self.topic.key}-{self.name}" if self.name else f"{self.topic.key}-{slug}"

    @property
    def sql(self) -> str:
        return self.failing if isinstance(self.failing, str) else self.failing()

    @property
    def of(self) -> Module:
        return registry.module(self.module)

    def label_of(self, figure: str) -> str:
        if figure in self.figures:
            return str(self.figures[figure])
        for module in (self.of, self.of.lines_module):
            if module is not None and figure in module.fields:
                return str(module.fields[figure].verbose_name)
        return figure


Source = Callable[[], Iterable[Check]]
_SOURCES: list[Source] = []


def tied(source: Source) -> Source:
    """Marks a function that yields checks. It is called when all modules are known."""
    _SOURCES.append(source)
    return source


def all_checks() -> list[Check]:
    return [check for source in _SOURCES for check in source()]


def compared(
    table: str,
    figures: Mapping[str, str],
    joined: str = "",
    where: str = "TRUE",
    record: str = "d.id",
    line: str = "NULL::bigint",
    follows: Mapping[str, str] | None = None,
) -> str:
    """SQL of the rows `d` of a table whose figures are not what they are due to be. figures: column -> SQL of what it is
    due to be. joined: SQL that brings in what that stands on. follows: column -> SQL that comes to the same, and costs less,
    once the figures before it are right: rows are found by that.

    What differs is asked as a number, which the planner takes for rare, as it is: then all cores read."""
    quick = {**figures, **(follows or {})}
    differs = " OR ".join(f"d.{column} IS DISTINCT FROM ({quick[column]})" for column in figures)
    values = ", ".join(
        f"('{column}', d.{column}::numeric, ({due})::numeric)" for column, due in figures.items()
    )
    return f"""
        SELECT {record} AS record, {line} AS line, f.figure, f.stored, f.due
        FROM {table} d {joined} CROSS JOIN LATERAL (VALUES {values}) f(figure, stored, due)
        WHERE ({where}) AND ({differs})::int = 1 AND f.stored IS DISTINCT FROM f.due"""


def rows_of(table: str, where: str = "TRUE", joined: str = "") -> str:
    """SQL that counts them."""
    return f"SELECT count(*) FROM {table} d {joined} WHERE {where}"


def record_itself(table: str, *columns: str) -> Touch:
    return Touch(table, "SELECT %(record)s::bigint", columns)
