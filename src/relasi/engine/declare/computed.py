"""@computed: a value worked out from a record, shown, sorted, exported and given by the API like a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Computed:
    """label: shown name. kind: the name of a field kind that formats it. sorts_by: an ORM expression, or None.

    needs: names of the fields the function reads ("stage", or "deal.contact" of a record referred to), so that lists
    load what it needs. choices: of a value of kind "choice". load: reads at once, for many records, what the function
    would ask the database for. of_company: an amount is in the company's currency and not in that of the record.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        label: Any,
        kind: str,
        sorts_by: Any,
        needs: str,
        choices: Any = (),
        load: Callable[[list[Any]], None] | None = None,
        of_company: bool = False,
    ):
        self.load, self.of_company = load, of_company
        self.function, self.label, self.kind, self.choices = function, label, kind, choices
        self.sorts_by, self.needs = sorts_by, needs.split()
        self.name = function.__name__
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, record: Any, owner: type | None = None) -> Any:
        return self if record is None else self.function(record)


def computed(
    label: Any,
    *,
    kind: str = "text",
    sorts_by: Any = None,
    needs: str = "",
    choices: Any = (),
    load: Callable[[list[Any]], None] | None = None,
    of_company: bool = False,
) -> Callable[..., Computed]:
    return lambda function: Computed(function, label, kind, sorts_by, needs, choices, load, of_company)
