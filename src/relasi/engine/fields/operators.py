"""Operators: the words of conditions, how many values each one takes, and a filter told in a short line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.kind import Invalid, Kind
from relasi.engine.fields.reader import Reader, current_reader, said

Arity = Literal["none", "one", "two", "many"]


@dataclass(frozen=True)
class Operator:
    """label: in the list of operators. phrase: in a filter chip, after the field, with %(value)s unless arity
    is none. arity: how many values it takes. input: whose input the value has; "" for the kind's own.
    """

    name: str
    label: Any
    phrase: Any
    arity: Arity = "one"
    input: str = ""


_ALL = (
    Operator("is", _("is"), "%(value)s"),
    Operator("is_not", _("is not"), _("except %(value)s")),
    Operator("in", _("is one of"), "%(value)s", "many"),
    Operator("not_in", _("is none of"), _("except %(value)s"), "many"),
    Operator("empty", _("is empty"), _("is empty"), "none"),
    Operator("not_empty", _("is filled in"), _("is filled in"), "none"),
    Operator("contains", _("contains"), _("contains “%(value)s”"), input="text"),
    Operator("not_contains", _("does not contain"), _("does not contain “%(value)s”"), input="text"),
    Operator("starts", _("starts with"), _("starts with “%(value)s”"), input="text"),
    Operator("ends", _("ends with"), _("ends with “%(value)s”"), input="text"),
    Operator("lt", _("less than"), "< %(value)s"),
    Operator("lte", _("at most"), "≤ %(value)s"),
    Operator("gt", _("more than"), "> %(value)s"),
    Operator("gte", _("at least"), "≥ %(value)s"),
    Operator("between", _("between"), "%(value)s", "two"),
    Operator("on", _("on"), "%(value)s"),
    Operator("before", _("before"), _("before %(value)s")),
    Operator("after", _("after"), _("after %(value)s")),
    Operator("today", _("today"), _("today"), "none"),
    Operator("yesterday", _("yesterday"), _("yesterday"), "none"),
    Operator("tomorrow", _("tomorrow"), _("tomorrow"), "none"),
    Operator("this_week", _("this week"), _("this week"), "none"),
    Operator("last_week", _("last week"), _("last week"), "none"),
    Operator("next_week", _("next week"), _("next week"), "none"),
    Operator("this_month", _("this month"), _("this month"), "none"),
    Operator("last_month", _("last month"), _("last month"), "none"),
    Operator("next_month", _("next month"), _("next month"), "none"),
    Operator("this_quarter", _("this quarter"), _("this quarter"), "none"),
    Operator("last_quarter", _("last quarter"), _("last quarter"), "none"),
    Operator("next_quarter", _("next quarter"), _("next quarter"), "none"),
    Operator("this_year", _("this year"), _("this year"), "none"),
    Operator("last_year", _("last year"), _("last year"), "none"),
    Operator("next_year", _("next year"), _("next year"), "none"),
    Operator("last_n_days", _("in the last … days"), _("in the last %(value)s days"), input="days"),
    Operator("next_n_days", _("in the next … days"), _("in the next %(value)s days"), input="days"),
    Operator("older_than_days", _("more than … days ago"), _("more than %(value)s days ago"), input="days"),
    Operator("any", _("has one of"), "%(value)s", "many"),
    Operator("all", _("has all of"), _("has all of %(value)s"), "many"),
    Operator("none", _("has none of"), _("without %(value)s"), "many"),
    Operator("me", _("me"), _("me"), "none"),
    Operator("my_team", _("my team"), _("my team"), "none"),
    Operator("my_groups", _("my groups"), _("my groups"), "none"),
    Operator("inactive", _("inactive users"), _("inactive users"), "none"),
)
_OPERATORS = {operator.name: operator for operator in _ALL}

# Where the kind says it another way.
_OTHERWISE = {
    ("number", "is"): Operator("is", "=", "= %(value)s"),
    ("number", "is_not"): Operator("is_not", "≠", "≠ %(value)s"),
    ("number", "lt"): Operator("lt", "<", "< %(value)s"),
    ("number", "lte"): Operator("lte", "≤", "≤ %(value)s"),
    ("number", "gt"): Operator("gt", ">", "> %(value)s"),
    ("number", "gte"): Operator("gte", "≥", "≥ %(value)s"),
}

_PIECES = ("contains", "not_contains", "starts", "ends")

# So many values of a list are named in a chip; the rest are counted.
NAMED = 3


def operator_of(kind: Kind, name: str) -> Operator:
    """Raises Invalid for what this kind does not understand."""
    if name not in kind.operators:
        raise Invalid(_("This field has no such filter."))
    return _OTHERWISE.get((kind.wording, name)) or _OPERATORS[name]


def operators_of(kind: Kind) -> list[Operator]:
    return [operator_of(kind, name) for name in kind.operators]


def phrase(kind: Kind, operator: str, operand: Any, reader: Reader | None = None) -> str:
    """The condition without its field: "≥ Rp 100 jt", "selain Kalah"."""
    reader = reader or current_reader()
    found = operator_of(kind, operator)
    if found.arity == "none":
        return said(found.phrase, reader)
    return said(found.phrase, reader) % {"value": _value(kind, found, operand, reader)}


def explain(kind: Kind, operator: str, operand: Any, reader: Reader | None = None) -> str:
    """The whole condition in a short line: "Nilai ≥ Rp 100 jt", "Tahap selain Kalah"."""
    return f"{said(kind.label, reader)} {phrase(kind, operator, operand, reader)}"


def _value(kind: Kind, operator: Operator, operand: Any, reader: Reader) -> str:
    if operator.name in _PIECES or operator.input == "days":
        return str(operand)
    if operator.arity == "many":
        shown = [kind.operand_text(one, reader) for one in operand[:NAMED]]
        return ", ".join(shown) + (f" +{len(operand) - NAMED}" if len(operand) > NAMED else "")
    if operator.arity == "two":
        return "–".join(kind.operand_text(one, reader) for one in operand)
    return kind.operand_text(operand, reader)


def check_operand(kind: Kind, operator: str, operand: Any) -> None:
    """Whether a condition that came as JSON holds values this kind can compare with. Raises Invalid."""
    found = operator_of(kind, operator)
    if found.arity == "none":
        return
    values = operand if found.arity in ("two", "many") else [operand]
    wrong = not isinstance(values, list) or any(isinstance(v, list | dict) or v is None for v in values)
    if wrong or (found.arity == "two" and len(values) != 2) or not kind.takes(found.name, values):
        raise Invalid(_("The value of this filter does not fit the field."))
