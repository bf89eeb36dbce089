"""Plan: everything a person chose about one import, before and apart from its running."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.declare.module import Module
from relasi.engine.fields.choice import Choices
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column, check
from relasi.engine.transfer.matching import matches_of, usable
from relasi.engine.transfer.references import References
from relasi.engine.transfer.target import Target, targets_of


class Duplicates(Choices):
    """What is done with a row that means a stored record."""

    SKIP = "skip", gettext_lazy("Skip")
    MERGE = "merge", gettext_lazy("Merge")
    UPDATE = "update", gettext_lazy("Overwrite")
    UPDATE_ONLY = "update_only", gettext_lazy("Overwrite only")
    CREATE = "create", gettext_lazy("Create anyway")


EXPLAINED = {
    Duplicates.SKIP: gettext_lazy("The record that is there stays as it is."),
    Duplicates.MERGE: gettext_lazy("Filled cells replace what is there, blank ones change nothing."),
    Duplicates.UPDATE: gettext_lazy("All mapped fields are replaced, by blank cells too."),
    Duplicates.UPDATE_ONLY: gettext_lazy("The same, but rows that mean no record are skipped."),
    Duplicates.CREATE: gettext_lazy("Every row becomes a new record."),
}


class BadPlan(Exception):
    """What was chosen cannot be carried out. The message is a sentence for the person."""


@dataclass
class Plan:
    """duplicates: a key of Duplicates. matches: what records are known by; empty takes the usual ones.

    make_missing: whether records referred to may be made at all. source: the program the file comes from, see
    `known_source`. constants: field -> what stands there in every row whose own cell is blank.
    """

    module: Module
    columns: list[Column]
    reader: Reader
    duplicates: str = Duplicates.SKIP.value
    matches: list[str] = field(default_factory=list)
    make_missing: bool = True
    source: str = ""
    constants: dict[str, str] = field(default_factory=dict)

    def targets(self, user: Any) -> dict[str, Target]:
        return targets_of(self.module, user)

    def filled(self, user: Any) -> set[str]:
        """Names of the fields the file fills."""
        targets = self.targets(user)
        found: set[str] = set()
        for column in self.columns:
            target = targets.get(column.to)
            if target is not None:
                found |= target.fills()
        return found

    def chosen_matches(self, user: Any) -> list[str]:
        """The matches to go by. Raises BadPlan when duplicates matter and the file holds none of them."""
        if self.duplicates == Duplicates.CREATE:
            return []
        known = matches_of(self.module)
        here = usable(self.module, self.filled(user))
        wrong = [name for name in self.matches if name not in known]
        if wrong:
            raise BadPlan(
                _("“%(name)s” is nothing records can be known by. Possible: %(names)s.")
                % {"name": wrong[0], "names": ", ".join(known)}
            )
        chosen = (
            [name for name in here if name in self.matches]
            if self.matches
            else [name for name in here if known[name].usual]
        )
        if self.matches and not chosen:
            raise BadPlan(_("The file has no column for what duplicates are to be found by."))
        return chosen

    def check_columns(self, user: Any) -> None:
        """Raises BadPlan."""
        wrong = check(self.columns, self.targets(user)) or self._wrong_constant(user)
        if wrong:
            raise BadPlan(wrong)

    def _wrong_constant(self, user: Any) -> str:
        targets = constant_targets(self.targets(user))
        for name, text in self.constants.items():
            target = targets.get(name)
            if target is None:
                return _("There is no field “%(name)s” to fill.") % {"name": name}
            wrong = _cannot_be(target, text, self.reader)
            if wrong:
                return f"{target.label}: {wrong}"
        return ""

    def check(self, user: Any) -> None:
        """Raises BadPlan."""
        self.check_columns(user)
        if self.duplicates not in list(Duplicates):
            raise BadPlan(_("There is no way “%(name)s” to treat duplicates.") % {"name": self.duplicates})
        self.chosen_matches(user)


def _cannot_be(target: Target, text: str, reader: Reader) -> str:
    """Why the text is no value of the field; "" when it is one."""
    assert target.kind is not None
    if target.is_reference:
        found = References(target.kind.field).find([text]).get(text)
        return "" if isinstance(found, int) else _("“%(text)s” was not found.") % {"text": text}
    try:
        target.kind.parse(text, reader)
    except Invalid as wrong:
        return str(wrong.message)
    return ""


def constant_targets(targets: dict[str, Target]) -> dict[str, Target]:
    """Those that one text can fill for all rows."""
    return {
        key: target
        for key, target in targets.items()
        if target.kind is not None
        and not (target.part or target.line or target.of_other_program)
        and key != "number"
    }


def columns_as_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    return [column.as_json() for column in columns]


def columns_from_json(found: Sequence[dict[str, Any]]) -> list[Column]:
    return [Column.from_json(one) for one in found]


__all__ = ["EXTRA", "LEFT_OUT", "BadPlan", "Duplicates", "Plan", "columns_as_json", "columns_from_json"]
